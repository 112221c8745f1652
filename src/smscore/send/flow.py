"""Every decision about one dispatch: a generator decides, a driver does.

The law of this file: nothing is done here, it is yielded. The octets of a message leave only after
the journal has it in flight. What is tried again is what provably did not leave, what was provably
refused, or what cannot send; a message whose fate is in doubt is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smscore.errors import Drifted, GuardError, JournalError, NotAllowed, Stopped
from smscore.guard import is_genuine
from smscore.measuring import measure
from smscore.send.calling import call_flow
from smscore.send.journal.entry import Claim, Entry, Stage
from smscore.send.journal.transaction import Transaction
from smscore.send.outcomes import Forecast, Outcome, Receipt, Result
from smscore.send.provider import TOO_MANY_REQUESTS, Dispatch, Provider, TwoStepProvider
from smscore.send.steps import SERVER_ERROR, Flow, Terms, Write, pace
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse

Answer = WireResponse | NoResponse

UNAUTHORIZED = 401
"""The status that refuses the credentials (RFC 9110, 15.5.2)."""


def send_flow(
    provider: Provider, dispatch: Dispatch, terms: Terms
) -> Flow[tuple[Receipt | GuardError, ...]]:
    """Send the messages of a dispatch; tell of each, in order, its receipt or the guard's refusal.

    Raises what checking them raises, before anything is recorded or sent, and JournalError.
    """
    _check(provider, dispatch, terms.clock())
    forecast = yield from _ask_forecast(provider, dispatch, terms)
    two_steps = isinstance(provider, TwoStepProvider) and provider.two_steps
    stage = Stage.PREPARE if two_steps else Stage.SEND
    # Before anything is in flight: a message that waits for its turn is in no doubt.
    first = _first_request(provider, dispatch)
    yield from pace(first, terms, _amounts(dispatch))
    if terms.stopped():
        raise Stopped
    _check_time(dispatch, terms.clock())
    claims = yield Write(lambda transaction: _claim(transaction, provider, dispatch, stage, terms))
    found: dict[int, Receipt | GuardError] = {}
    ours: dict[int, Claim] = {}
    for place, (approval, claim) in enumerate(zip(dispatch.approvals, claims, strict=True)):
        if isinstance(claim, Claim):
            ours[place] = claim
        elif isinstance(claim, GuardError):
            found[place] = claim
        else:
            found[place] = claim.to_receipt(approval.key)
    if ours:
        part = Dispatch(tuple(dispatch.approvals[each] for each in ours), dispatch.options)
        if len(ours) < len(dispatch.approvals):
            first = _first_request(provider, part)
        sending = Sending(provider, part, tuple(ours.values()), terms, first)
        receipts = yield from sending.run()
        for place, receipt in zip(ours, receipts, strict=True):
            found[place] = receipt if forecast is None else replace(receipt, forecast=forecast)
    return tuple(found[place] for place in range(len(dispatch.approvals)))


def _check(provider: Provider, dispatch: Dispatch, now: datetime) -> None:
    _check_time(dispatch, now)
    quote = dispatch.approvals[0].quote
    profile = provider.profile(dispatch)
    if quote.profile != profile:
        parts = measure(quote.text, profile=profile).parts
        if parts > quote.parts:
            raise NotAllowed(
                "profile",
                f"a quote counted as the provider counts (profile={profile!r})",
                f"{quote.parts} where that is {parts}",
            )
    provider.check(dispatch, now)


def _check_time(dispatch: Dispatch, now: datetime) -> None:
    """Check that the approvals are the guard's, and that time has not overtaken them."""
    for approval in dispatch.approvals:
        if not is_genuine(approval):
            raise TypeError("what is sent is an approval, which Guard.approve makes of a quote")
        approval.guard.recheck(approval, now)


def _ask_forecast(provider: Provider, dispatch: Dispatch, terms: Terms) -> Flow[Forecast | None]:
    """Hold our quote against the provider's own, where there is one."""
    call = provider.forecast(dispatch)
    if call is None:
        return None
    forecast = yield from call_flow(call, provider, terms)
    quote = dispatch.approvals[0].quote
    if forecast.parts is not None and forecast.parts > quote.parts + terms.drift.parts:
        raise Drifted("drift", f"{quote.parts} + {terms.drift.parts} parts", f"{forecast.parts}")
    high = quote.high.amount
    if forecast.cost is not None and forecast.cost > high * (1 + terms.drift.price):
        raise Drifted("drift", f"{quote.high} and {terms.drift.price:%} more", f"{forecast.cost}")
    return forecast


def _first_request(provider: Provider, dispatch: Dispatch) -> WireRequest:
    if isinstance(provider, TwoStepProvider) and provider.two_steps:
        return provider.prepare(dispatch)
    return provider.build(dispatch)


def _amounts(dispatch: Dispatch) -> dict[str, int]:
    return {"requests": 1, "recipients": len(dispatch.approvals), "parts": dispatch.parts}


def _claim(
    transaction: Transaction, provider: Provider, dispatch: Dispatch, stage: Stage, terms: Terms
) -> list[Claim | Entry | GuardError]:
    now = terms.clock()
    return [
        transaction.claim(
            approval,
            run=terms.run,
            provider=provider.name,
            stage=stage,
            now=now,
            again=terms.again,
            account=provider.identity,
            handle=provider.handle(approval),
        )
        for approval in dispatch.approvals
    ]


def _excuse(result: Result, answer: WireResponse) -> Result:
    """Where it was the credentials that were refused, no message was looked at."""
    unauthorized = answer.status == UNAUTHORIZED or result.code == str(UNAUTHORIZED)
    if unauthorized and result.outcome is Outcome.REJECTED:
        return replace(result, outcome=Outcome.NOT_SENT)
    return result


@dataclass(frozen=True, slots=True)
class Sending:
    """Messages that are ours to send: they are in flight, and what becomes of them is recorded."""

    provider: Provider
    dispatch: Dispatch
    claims: tuple[Claim, ...]
    terms: Terms
    first: WireRequest

    def run(self) -> Flow[list[Receipt]]:
        """Send them, in the steps that the provider takes."""
        if isinstance(self.provider, TwoStepProvider) and self.provider.two_steps:
            return (yield from self._in_two_steps(self.provider))
        return (yield from self._in_one_step())

    def _in_one_step(self) -> Flow[list[Receipt]]:
        request = self.first
        attempt = 0
        while True:
            attempt += 1
            answer = yield from self._let_leave(request)
            refused = self._refusal(answer)
            if refused is None:
                return (yield from self._finish(self._read(answer), answer, attempt))
            pause = self.terms.retry.pause(attempt, self._hold(answer, request))
            overtaken = None
            if pause is not None:
                overtaken = yield from self._sit_out(request, pause, refused)
            if pause is None or overtaken is not None:
                results = self._all(Outcome.NOT_SENT, overtaken or refused)
                return (yield from self._finish(results, answer, attempt))

    def _sit_out(self, request: WireRequest, pause: float, cause: str) -> Flow[str | None]:
        """Wait with nothing in flight, so that a crash meanwhile leaves no doubt.

        Gives the reason if by then the messages are not to go out any more.
        """
        now, claims = self.terms.clock(), self.claims
        yield Write(lambda transaction: [transaction.pause(each, now, cause) for each in claims])
        yield Wait(pause, cause)
        yield from pace(request, self.terms, _amounts(self.dispatch))
        if self.terms.stopped():
            return str(Stopped())
        again = self.terms.clock()
        try:
            _check_time(self.dispatch, again)
        except GuardError as refused:
            return str(refused)
        yield Write(
            lambda transaction: [transaction.resume(each, Stage.SEND, again) for each in claims]
        )
        return None

    def _in_two_steps(self, provider: TwoStepProvider) -> Flow[list[Receipt]]:
        [claim] = self.claims
        prepared, resumed = claim.prepared, claim.prepared is not None
        if prepared is None:
            found, answer, attempts = yield from self._prepare(provider)
            if isinstance(found, Result):
                return (yield from self._finish([found], answer, attempts))
            prepared, now = found, self.terms.clock()
            yield Write(lambda transaction: transaction.release(claim, found, now))
        result, answer, attempts = yield from self._release(provider, prepared, resumed=resumed)
        return (yield from self._finish([result], answer, attempts))

    def _prepare(self, provider: TwoStepProvider) -> Flow[tuple[str | Result, Answer, int]]:
        """Store the message. Nothing is sent by it, so it is tried again whatever went wrong."""
        request = self.first
        attempt = 0
        while True:
            attempt += 1
            answer = yield from self._let_leave(request, Outcome.NOT_SENT)
            asked = None
            if isinstance(answer, NoResponse):
                cause = answer.cause
            elif answer.status == TOO_MANY_REQUESTS:
                cause, asked = "too many requests", self._hold(answer, request)
            elif answer.status >= SERVER_ERROR:
                cause = f"HTTP {answer.status}"
            else:
                return provider.read_prepared(self.dispatch, answer), answer, attempt
            pause = self.terms.retry.pause(attempt, asked)
            if pause is not None:
                yield Wait(pause, cause)
                yield from pace(request, self.terms)
            if pause is None or self.terms.stopped():
                [result] = self._all(Outcome.NOT_SENT, f"{cause}, before anything was to be sent")
                return result, answer, attempt

    def _release(
        self, provider: TwoStepProvider, prepared: str, *, resumed: bool
    ) -> Flow[tuple[Result, Answer, int]]:
        """Release what was stored. It can be released once, so asking again sends nothing twice."""
        request = provider.build(self.dispatch, prepared)
        in_doubt, attempt, asked = resumed, 0, None
        [claim] = self.claims
        answer: Answer = NoResponse(left=False, cause="not asked yet")
        while True:
            if in_doubt:
                seen = yield from self._look(provider, prepared)
                if seen is not None:
                    return seen[0], seen[1], max(attempt, 1)
            if attempt:
                pause = self.terms.retry.pause(attempt, asked)
                if pause is None:
                    outcome = Outcome.UNKNOWN if in_doubt else Outcome.NOT_SENT
                    [result] = self._all(outcome, "it could not be released", prepared)
                    return result, answer, attempt
                yield Wait(pause, "it is not released yet")
            attempt, asked = attempt + 1, None
            yield from pace(request, self.terms, _amounts(self.dispatch))
            if attempt > 1:
                # Whoever has found it meanwhile, and thinks it abandoned, has the say.
                yield Write(lambda transaction: transaction.renew(claim, self.terms.clock()))
            answer = yield from self._let_leave(request, message_id=prepared)
            if self._refusal(answer) is not None:
                asked = self._hold(answer, request)
                continue
            [result] = self._read(answer, prepared)
            if result.outcome is Outcome.ACCEPTED:
                seen = yield from self._look(provider, prepared)
                return (result if seen is None else seen[0]), answer, attempt
            if result.outcome is Outcome.REJECTED and not in_doubt:
                return result, answer, attempt
            in_doubt = True

    def _look(
        self, provider: TwoStepProvider, prepared: str
    ) -> Flow[tuple[Result, WireResponse] | None]:
        """Ask what became of it; None if it waits to be released, or nobody knows."""
        request = provider.look(prepared)
        yield from pace(request, self.terms)
        answer = yield from self._let_leave(request, message_id=prepared)
        if isinstance(answer, NoResponse) or not answer.ok:
            return None
        found = provider.read_look(self.dispatch, answer)
        return None if found is None or found.outcome is Outcome.UNKNOWN else (found, answer)

    def _let_leave(
        self,
        request: WireRequest,
        interrupted: Outcome = Outcome.UNKNOWN,
        message_id: str | None = None,
    ) -> Flow[Answer]:
        """Let a request leave. If nobody waits for the answer, that is recorded too."""
        try:
            answer: Answer = yield request
        except GeneratorExit:
            raise
        except BaseException:
            results = self._all(interrupted, "interrupted before the answer came", message_id)
            yield from self._finish(results, None, 1)
            raise
        return answer

    def _refusal(self, answer: Answer) -> str | None:
        """Tell why an answer means that nothing was sent; None if it may have been."""
        if isinstance(answer, NoResponse):
            return None if answer.left else answer.cause
        return "too many requests" if answer.status == TOO_MANY_REQUESTS else None

    def _hold(self, answer: Answer, request: WireRequest) -> float | None:
        """Read how long a refusal asks to wait, and let nobody else ask meanwhile."""
        if isinstance(answer, NoResponse):
            return None
        asked = self.provider.retry_after(answer)
        if asked is not None:
            self.terms.pacer.hold(request.endpoint, asked)
        return asked

    def _read(self, answer: Answer, message_id: str | None = None) -> list[Result]:
        """Read an answer; whatever it does not tell of a recipient is unknown."""
        if isinstance(answer, NoResponse):
            return self._all(Outcome.UNKNOWN, f"{answer.cause}: it may have gone out", message_id)
        try:
            read = {each.number: each for each in self.provider.read(self.dispatch, answer)}
        except Exception:  # noqa: BLE001  # whatever it was, the message may have gone out
            read = {}
        unknown = self._all(Outcome.UNKNOWN, "the answer does not tell", message_id)
        found = [read.get(each.number, each) for each in unknown]
        return [_excuse(each, answer) for each in found]

    def _all(self, outcome: Outcome, reason: str, message_id: str | None = None) -> list[Result]:
        return [
            Result(number, outcome, message_id=message_id, reason=reason)
            for number in self.dispatch.numbers
        ]

    def _finish(
        self, results: Sequence[Result], answer: Answer | None, attempts: int
    ) -> Flow[list[Receipt]]:
        """Record what became of the messages, and write their receipts."""
        response = answer if isinstance(answer, WireResponse) else None
        status, now = None if response is None else response.status, self.terms.clock()
        pairs = list(zip(self.claims, results, strict=True))
        try:
            yield Write(
                lambda transaction: transaction.finish_all(pairs, now, status), concludes=True
            )
        except JournalError as error:
            told = ", ".join(sorted({result.outcome.value for result in results}))
            error.add_note(f"The outcome that could not be recorded is: {told}.")
            raise
        return [
            Receipt(
                key=approval.key,
                provider=self.provider.name,
                outcome=result.outcome,
                message_id=result.message_id,
                status=result.status,
                code=result.code,
                reason=result.reason,
                parts=result.parts,
                price=result.price,
                http_status=status,
                body=None if response is None else response.body,
                attempts=attempts,
                at=now,
            )
            for approval, result in zip(self.dispatch.approvals, results, strict=True)
        ]
