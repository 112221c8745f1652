"""Messages that are ours to send: one request, and what becomes of them is recorded.

The law of this file: the octets leave only while the journal has the messages in flight. What is
tried again is what provably did not leave or was provably refused; a message whose fate is in doubt
is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smscore.errors import GuardError, JournalError, Stopped
from smscore.guard import is_genuine
from smscore.send.journal.entry import Claim, Stage
from smscore.send.outcomes import Outcome, Receipt, Result
from smscore.send.provider import TOO_MANY_REQUESTS, Dispatch, Provider
from smscore.send.steps import Flow, Terms, Write, pace
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse

Answer = WireResponse | NoResponse

UNAUTHORIZED = 401
"""The status that refuses the credentials (RFC 9110, 15.5.2)."""


def check_time(dispatch: Dispatch, now: datetime) -> None:
    """Check that the approvals are the guard's, and that time has not overtaken them."""
    for approval in dispatch.approvals:
        if not is_genuine(approval):
            raise TypeError("what is sent is an approval, which Guard.approve makes of a quote")
        approval.guard.recheck(approval, now)


def count_amounts(dispatch: Dispatch) -> dict[str, int]:
    """Count what a dispatch is to rate limits: requests, recipients and parts."""
    return {"requests": 1, "recipients": len(dispatch.approvals), "parts": dispatch.parts}


def excuse(result: Result, answer: WireResponse) -> Result:
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
        """Send them, and write their receipts."""
        request = self.first
        attempt = 0
        while True:
            attempt += 1
            answer = yield from self.let_leave(request)
            refused = self.refusal(answer)
            if refused is None:
                return (yield from self.finish(self.read(answer), answer, attempt))
            pause = self.terms.retry.pause(attempt, self.hold(answer, request))
            overtaken = None
            if pause is not None:
                overtaken = yield from self._sit_out(request, pause, refused)
            if pause is None or overtaken is not None:
                results = self.all(Outcome.NOT_SENT, overtaken or refused)
                return (yield from self.finish(results, answer, attempt))

    def _sit_out(self, request: WireRequest, pause: float, cause: str) -> Flow[str | None]:
        """Wait with nothing in flight, so that a crash meanwhile leaves no doubt.

        Gives the reason if by then the messages are not to go out any more.
        """
        now, claims = self.terms.clock(), self.claims
        yield Write(lambda transaction: [transaction.pause(each, now, cause) for each in claims])
        yield Wait(pause, cause)
        yield from pace(request, self.terms, count_amounts(self.dispatch))
        if self.terms.stopped():
            return str(Stopped())
        again = self.terms.clock()
        try:
            check_time(self.dispatch, again)
        except GuardError as overtaken:
            return str(overtaken)
        pairs = list(zip(claims, self.dispatch.approvals, strict=True))
        refused = yield Write(lambda transaction: transaction.resume_all(pairs, Stage.SEND, again))
        return None if refused is None else str(refused)

    def let_leave(
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
            results = self.all(interrupted, "interrupted before the answer came", message_id)
            yield from self.finish(results, None, 1)
            raise
        return answer

    def refusal(self, answer: Answer) -> str | None:
        """Tell why an answer means that nothing was sent; None if it may have been."""
        if isinstance(answer, NoResponse):
            return None if answer.left else answer.cause
        return "too many requests" if answer.status == TOO_MANY_REQUESTS else None

    def hold(self, answer: Answer, request: WireRequest) -> float | None:
        """Read how long a refusal asks to wait, and let nobody else ask meanwhile."""
        if isinstance(answer, NoResponse):
            return None
        asked = self.provider.retry_after(answer)
        if asked is not None:
            self.terms.pacer.hold(request.endpoint, asked)
        return asked

    def read(self, answer: Answer, message_id: str | None = None) -> list[Result]:
        """Read an answer; whatever it does not tell of a recipient is unknown."""
        if isinstance(answer, NoResponse):
            return self.all(Outcome.UNKNOWN, f"{answer.cause}: it may have gone out", message_id)
        try:
            read = {each.number: each for each in self.provider.read(self.dispatch, answer)}
        except Exception:  # noqa: BLE001  # whatever it was, the message may have gone out
            read = {}
        unknown = self.all(Outcome.UNKNOWN, "the answer does not tell", message_id)
        found = [read.get(each.number, each) for each in unknown]
        return [excuse(each, answer) for each in found]

    def all(self, outcome: Outcome, reason: str, message_id: str | None = None) -> list[Result]:
        """Give every message one outcome."""
        return [
            Result(number, outcome, message_id=message_id, reason=reason)
            for number in self.dispatch.numbers
        ]

    def finish(
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
