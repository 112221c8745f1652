"""What the provider's answers mean for a message.

The law of this file: 201 says that a request was taken, and each recipient's status what became of
it. A status that is not known is no success and no failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import TOO_MANY_REQUESTS
from smscore.send.providers.phone_com.reading import find_error
from smscore.send.providers.phone_com.records import Recipient, SmsMessage, read_message
from smscore.send.providers.values import only_digits
from smscore.send.wire import Value, WireResponse

CREATED = 201
_REFUSALS = range(400, 500)
# A conflict, or that somebody lost patience, does not say that nothing was done.
_IN_DOUBT = frozenset({408, 409, 425, 499})
_TAKEN = frozenset({"queued", "sent", "delivered"})
_FAILED = ("fail", "reject", "undeliver", "error")


def read_outcome(recipient: Recipient) -> Outcome:
    """Tell what a recipient's status means; failures have no documented spelling but beginnings."""
    status = None if recipient.status is None else recipient.status.lower()
    if status is None:
        return Outcome.UNKNOWN if recipient.delivered_at is None else Outcome.ACCEPTED
    if status in _TAKEN:
        return Outcome.ACCEPTED
    if status.startswith(_FAILED) and recipient.delivered_at is None:
        return Outcome.REJECTED
    return Outcome.UNKNOWN


def read_results(
    numbers: Sequence[str], response: WireResponse, private: Sequence[str]
) -> tuple[Result, ...]:
    """Read the answer to a message that was sent, for each recipient."""
    answer = response.object()
    if response.status == CREATED and not answer.get("@error"):
        message = read_message(answer)
        return tuple(_read_result(number, message) for number in numbers)
    said = find_error(answer, private)
    return tuple(
        Result(
            number,
            _read_refusal(response.status, answer),
            code=str(response.status) if said is None else said.code or str(response.status),
            reason=_tell(response.status) if said is None else said.whole,
        )
        for number in numbers
    )


def _read_refusal(status: int, answer: Mapping[str, Value]) -> Outcome:
    if status == TOO_MANY_REQUESTS:
        return Outcome.NOT_SENT
    if status in _REFUSALS and status not in _IN_DOUBT and not answer.get("to"):
        return Outcome.REJECTED
    return Outcome.UNKNOWN


def _tell(status: int) -> str:
    if status in _REFUSALS:
        return f"refused with HTTP {status}, without a reason"
    return f"HTTP {status} is no answer that the documentation knows"


def _read_result(number: str, message: SmsMessage) -> Result:
    digits = only_digits(number)
    found = [
        _read_entry(number, each, message.id)
        for each in message.recipients
        if only_digits(each.number or "") == digits
    ]
    if not found:
        return Result(
            number,
            Outcome.UNKNOWN,
            message_id=message.id,
            reason="the answer does not name this recipient",
        )
    if any(each.outcome is not found[0].outcome for each in found):
        reason = "the answer names this recipient more than once, and differently"
        return replace(found[0], outcome=Outcome.UNKNOWN, reason=reason)
    return found[0]


def _read_entry(number: str, recipient: Recipient, message_id: str | None) -> Result:
    outcome = read_outcome(recipient)
    reasons = {
        Outcome.UNKNOWN: "the status is none whose meaning is known",
        Outcome.REJECTED: "the status says that it failed",
    }
    return Result(
        number,
        outcome,
        message_id=recipient.id or message_id,
        status=recipient.status,
        reason=reasons.get(outcome),
    )


def read_sent(message: SmsMessage) -> tuple[SentMessage, ...]:
    """Give one record for each recipient of a message that went out; none for one that came in."""
    if message.direction not in (None, "out"):
        return ()
    return tuple(
        SentMessage(
            message_id=each.id or message.id,
            number=f"+{only_digits(each.number)}",
            text=message.text,
            outcome=read_outcome(each),
            status=each.status,
            at=message.created_at or each.sent_at,
        )
        for each in message.recipients
        if each.number
    )
