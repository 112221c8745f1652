"""Sending in two steps: a message is stored under an id first, and released by it.

The law of this file: only the release sends, and an id is released once. So whatever was lost on
the way is asked about, and what still waits is released again, by whoever has the last claim; that
nothing was released is believed only when the provider has shown that it still waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from smscore.send.outcomes import Outcome, Receipt, Result
from smscore.send.provider import TOO_MANY_REQUESTS, TwoStepProvider
from smscore.send.sending import Answer, Sending, count_amounts, excuse
from smscore.send.steps import SERVER_ERROR, Flow, Write, pace
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a stored message: it waits, or what became of it, or nothing."""

    answer: Answer
    waits: bool = False
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Releasing(Sending):
    """One message that is ours to store and to release."""

    def run(self) -> Flow[list[Receipt]]:
        """Send it, and write its receipt."""
        provider, [claim] = self.provider, self.claims
        if not isinstance(provider, TwoStepProvider):
            raise TypeError(f"{provider.name} sends in one step")
        prepared, resumed = claim.prepared, claim.prepared is not None
        if prepared is None:
            found, answer, attempts = yield from self._prepare(provider)
            if isinstance(found, Result):
                return (yield from self.finish([found], answer, attempts))
            prepared, request = found, provider.build(self.dispatch, found)
            # Nobody waits between the record and the release: what waits may be thought abandoned.
            yield from pace(request, self.terms, count_amounts(self.dispatch))
            now = self.terms.clock()
            yield Write(lambda transaction: transaction.release(claim, found, now))
        result, answer, attempts = yield from self._release(provider, prepared, resumed=resumed)
        return (yield from self.finish([result], answer, attempts))

    def _prepare(self, provider: TwoStepProvider) -> Flow[tuple[str | Result, Answer, int]]:
        """Store the message. Nothing is sent by it, so it is tried again whatever went wrong."""
        request = self.first
        attempt = 0
        while True:
            attempt += 1
            answer = yield from self.let_leave(request, Outcome.NOT_SENT)
            asked = None
            if isinstance(answer, NoResponse):
                cause = answer.cause
            elif answer.status == TOO_MANY_REQUESTS:
                cause, asked = "too many requests", self.hold(answer, request)
            elif answer.status >= SERVER_ERROR:
                cause = f"HTTP {answer.status}"
            else:
                found = provider.read_prepared(self.dispatch, answer)
                return found if isinstance(found, str) else excuse(found, answer), answer, attempt
            pause = self.terms.retry.pause(attempt, asked)
            if pause is not None:
                yield Wait(pause, cause)
                yield from pace(request, self.terms)
            if pause is None or self.terms.stopped():
                [result] = self.all(Outcome.NOT_SENT, f"{cause}, before anything was to be sent")
                return result, answer, attempt

    def _release(
        self, provider: TwoStepProvider, prepared: str, *, resumed: bool
    ) -> Flow[tuple[Result, Answer, int]]:
        """Release what was stored, until it is known what became of it."""
        request = provider.build(self.dispatch, prepared)
        attempt, unanswered = 0, resumed
        if resumed:
            sight = yield from self._look(provider, prepared)
            if sight.result is not None:
                return sight.result, sight.answer, 1
        while True:
            attempt += 1
            if resumed or attempt > 1:
                yield from self._renew(request)
            answer = yield from self.let_leave(request, message_id=prepared)
            refused = self.refusal(answer)
            asked = None if refused is None else self.hold(answer, request)
            if refused is None:
                [result] = self.read(answer, prepared)
                # One that nobody answered may still be acted on, whatever is said of the next.
                unanswered |= result.outcome is Outcome.UNKNOWN
                sight = yield from self._look(provider, prepared)
                if sight.result is not None:
                    return sight.result, sight.answer, attempt
                if result.outcome is not Outcome.UNKNOWN:
                    # Not seen, or seen to wait although it was said to be released.
                    return _believe(result, sight, unanswered=unanswered), answer, attempt
            pause = self.terms.retry.pause(attempt, asked)
            if pause is not None:
                yield Wait(pause, refused or "it is not known to be released")
            if pause is None or self.terms.stopped():
                outcome = Outcome.UNKNOWN if unanswered else Outcome.NOT_SENT
                [result] = self.all(outcome, "it could not be released", prepared)
                return result, answer, attempt

    def _renew(self, request: WireRequest) -> Flow[None]:
        """Take the turn again: whoever has found it meanwhile, and thinks it abandoned, has it."""
        [claim] = self.claims
        yield from pace(request, self.terms, count_amounts(self.dispatch))
        now = self.terms.clock()
        yield Write(lambda transaction: transaction.renew(claim, now))

    def _look(self, provider: TwoStepProvider, prepared: str) -> Flow[Sight]:
        """Ask what became of it."""
        request = provider.look(prepared)
        yield from pace(request, self.terms)
        answer = yield from self.let_leave(request, message_id=prepared)
        if not isinstance(answer, WireResponse) or not answer.ok:
            return Sight(answer)
        found = provider.read_look(self.dispatch, answer)
        return Sight(answer, waits=found is None, result=found)


def _believe(result: Result, sight: Sight, *, unanswered: bool) -> Result:
    """Believe a refusal only of what is seen to wait, and an acceptance only of what does not.

    A release before this one that nobody answered may still be acted on.
    """
    accepted = result.outcome is Outcome.ACCEPTED
    if accepted != sight.waits and (accepted or not unanswered):
        return result
    return Result(
        result.number,
        Outcome.UNKNOWN,
        message_id=result.message_id,
        status=result.status,
        code=result.code,
        reason="it was accepted, and waits to be released again: did somebody call it back?"
        if accepted
        else f"refused, but it may be out: {result.reason or 'no reason was given'}",
    )
