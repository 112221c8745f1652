"""What the provider's answers and statuses mean for a message.

The law of this file: 200 says that a request was taken, and the status what becomes of the message.
A draft waits, and is neither sent nor refused; "sent" is the most that is ever known.
"""

from __future__ import annotations

from collections.abc import Sequence

from smscore.errors import UnreadableAnswer
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import TOO_MANY_REQUESTS
from smscore.send.providers.close.reading import find_error
from smscore.send.providers.close.records import SmsActivity, read_activity
from smscore.send.providers.refusals import describe, tell
from smscore.send.providers.values import as_list, only_digits, parse_object
from smscore.send.wire import WireResponse

DRAFT = "draft"
LEAVING = frozenset({"outbox", "scheduled", "sent"})
NOT_LEFT = frozenset({"error", "inbox"})
FINAL = frozenset({"sent", "error"})
"""The statuses that nothing follows."""

_REFUSALS = range(400, 500)
# A conflict, or that somebody lost patience, does not say that nothing was done.
_IN_DOUBT = frozenset({408, 409, 425, 499})


def find_activity(response: WireResponse) -> SmsActivity | None:
    """Read the message that an answer has, if it has one."""
    answer = parse_object(response.body) if response.ok else None
    try:
        return None if answer is None else read_activity(answer)
    except UnreadableAnswer:
        return None


def read_refusal(
    number: str, response: WireResponse, private: Sequence[str], otherwise: Outcome
) -> Result:
    """Read an answer that has no message: a refusal, or `otherwise`."""
    answer, status = parse_object(response.body), response.status
    said = find_error(answer or {}, private)
    reason = describe(response) if answer is None else "the answer has no message"
    outcome = otherwise
    if status == TOO_MANY_REQUESTS:
        outcome = Outcome.NOT_SENT
    elif status in _REFUSALS and status not in _IN_DOUBT:
        outcome = Outcome.REJECTED
    return Result(
        number,
        outcome,
        code=None if response.ok else str(status),
        reason=reason if said is None else said.whole,
    )


def read_released(
    number: str,
    local: str,
    text: str,
    response: WireResponse,
    private: Sequence[str],
    *,
    media: bool,
) -> Result | None:
    """Read a message that was to be released; None if the answer has it as a draft.

    Where it is not what was approved, somebody has changed it on its way: what went out, and to
    whom, is not known.
    """
    found = find_activity(response)
    if found is None:
        return read_refusal(number, response, private, Outcome.UNKNOWN)
    fault = _find_other(found, number)
    if fault is None and found.status == DRAFT:
        return None
    if fault is None:
        fault = _find_change(found, local, text, media=media)
    if fault is not None:
        return Result(number, Outcome.UNKNOWN, found.id, found.status, reason=fault)
    if found.status == "error":
        return Result(
            number,
            Outcome.REJECTED,
            found.id,
            found.status,
            reason=tell(found.error_message or "it gives no reason", private),
        )
    if found.status not in LEAVING:
        reason = "the status is none that a message which goes out has"
        return Result(number, Outcome.UNKNOWN, found.id, found.status, reason=reason)
    return Result(number, Outcome.ACCEPTED, found.id, found.status, price=found.cost)


def _find_other(found: SmsActivity, number: str) -> str | None:
    """Say why a message is another one than ours; None if it may be ours."""
    if only_digits(found.remote_phone or "") != only_digits(number):
        return "the answer is about another recipient"
    if found.direction == "inbound" or found.source == "External":
        return "the answer is about a message that was received, or only logged"
    return None


def _find_change(found: SmsActivity, local: str, text: str, *, media: bool) -> str | None:
    """Say in what a message is not what was approved; None if it is, as far as it is told."""
    if found.text is not None and found.text.strip() != text.strip():
        return "the text that goes out is not the one that was approved"
    if found.local_phone is not None and only_digits(found.local_phone) != only_digits(local):
        return "it goes out from another number than was approved"
    if as_list(found.raw.get("attachments")) and not media:
        return "it goes out with attachments, which no quote prices"
    return None


def read_draft(
    number: str,
    local: str,
    text: str,
    response: WireResponse,
    private: Sequence[str],
    *,
    media: bool,
) -> str | Result:
    """Read a message that was to be stored, or was stored before: its id, or why it cannot be sent.

    It must be what was approved, to the number and from the number, without attachments unless they
    are known. What is refused has no id here: the draft is another message's, now or later.
    """
    found = find_activity(response)
    if found is None:
        return read_refusal(number, response, private, Outcome.NOT_SENT)
    if found.status != DRAFT:
        # A status that nobody knows may be one of what has gone out.
        went = found.status not in NOT_LEFT
        outcome = Outcome.UNKNOWN if went else Outcome.REJECTED
        reason = "it is no draft, though nobody released it here"
        return Result(number, outcome, found.id if went else None, found.status, reason=reason)
    fault = _find_other(found, number)
    if fault is None and only_digits(found.local_phone or "") != only_digits(local):
        fault = "the draft is from another number than was approved"
    elif fault is None and (found.text or "").strip() != text.strip():
        fault = "the draft has another text than was approved"
    elif fault is None and as_list(found.raw.get("attachments")) and not media:
        fault = "the draft has attachments, which no quote prices"
    if fault is not None:
        return Result(number, Outcome.REJECTED, None, found.status, reason=fault)
    return found.id


def read_sent(found: SmsActivity) -> tuple[SentMessage, ...]:
    """Give a message that went out, or is to, as a record of it; none for any other."""
    if found.direction == "inbound" or found.source == "External" or found.status == "inbox":
        return ()
    outcome = read_outcome(found.status)
    private = [each for each in (found.text, found.remote_phone, found.local_phone) if each]
    return (
        SentMessage(
            message_id=found.id,
            number=f"+{only_digits(found.remote_phone or '')}",
            text=found.text,
            outcome=outcome,
            status=found.status,
            reason=tell(found.error_message, private) if found.error_message else None,
            price=found.cost,
            at=found.created_at,
        ),
    )


def read_outcome(status: str | None) -> Outcome:
    """Tell what the status of a message says, by now.

    >>> read_outcome("sent"), read_outcome("draft"), read_outcome("lost")
    (<Outcome.ACCEPTED: 'accepted'>, <Outcome.NOT_SENT: 'not_sent'>, <Outcome.UNKNOWN: 'unknown'>)
    """
    if status in LEAVING:
        return Outcome.ACCEPTED
    if status == DRAFT:
        return Outcome.NOT_SENT
    return Outcome.REJECTED if status == "error" else Outcome.UNKNOWN
