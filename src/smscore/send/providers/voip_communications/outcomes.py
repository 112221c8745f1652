"""What the provider's answers mean for a message.

The law of this file: a message is accepted if there is a log, every entry of its recipient has the
code 200, and nothing in the answer contradicts it. It is rejected if none of them has.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from smscore.money import EXACT, Money
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import TOO_MANY_REQUESTS
from smscore.send.providers.refusals import describe, tell
from smscore.send.providers.values import as_money, only_digits, parse_object
from smscore.send.providers.voip_communications.reading import OK, as_code, find_error
from smscore.send.providers.voip_communications.records import LogEntry, SummaryEntry, read_entry
from smscore.send.wire import WireResponse

_REFUSALS = range(400, 500)
# A conflict, or that somebody lost patience, does not say that nothing was done.
_IN_DOUBT = frozenset({408, 409, 425, 499})
_TAKEN = frozenset({"scheduled", "queued", "sent", "delivered"})
_FAILED = ("fail", "reject", "undeliver", "error")


def read_results(
    numbers: Sequence[str], response: WireResponse, private: Sequence[str], currency: str | None
) -> tuple[Result, ...]:
    """Read the answer to a message that was sent, for each recipient."""
    answer = parse_object(response.body)
    log = (answer or {}).get("send_log")
    said = find_error(answer or {}, private)
    if response.status != OK:
        outcome = Outcome.UNKNOWN if log else _read_status(response.status)
        reason = said or f"HTTP {response.status}, without a reason"
        return _all(numbers, outcome, reason, str(response.status))
    if answer is None:
        return _all(numbers, Outcome.UNKNOWN, describe(response))
    if said is not None:
        # With a log beside it, some of the messages may have gone out before the error.
        code = as_code((answer or {}).get("code"))
        told = "error" if code in (None, OK) else str(code)
        return _all(numbers, Outcome.UNKNOWN if log else Outcome.REJECTED, said, told)
    if not isinstance(log, list):
        return _all(numbers, Outcome.UNKNOWN, "the answer has no log of what was sent")
    entries = [read_entry(each, None) for each in log if isinstance(each, dict)]
    if len(entries) < len(log) or any(each.number is None for each in entries):
        return _all(numbers, Outcome.UNKNOWN, "the log has an entry that names no recipient")
    return tuple(_read_recipient(number, entries, private, currency) for number in numbers)


def _all(
    numbers: Sequence[str], outcome: Outcome, reason: str, code: str | None = None
) -> tuple[Result, ...]:
    return tuple(Result(number, outcome, code=code, reason=reason) for number in numbers)


def _read_status(status: int) -> Outcome:
    if status == TOO_MANY_REQUESTS:
        return Outcome.NOT_SENT
    refused = status in _REFUSALS and status not in _IN_DOUBT
    return Outcome.REJECTED if refused else Outcome.UNKNOWN


def _read_recipient(
    number: str, entries: Sequence[LogEntry], private: Sequence[str], currency: str | None
) -> Result:
    found = [each for each in entries if each.number == only_digits(number)]
    if not found:
        return Result(number, Outcome.UNKNOWN, reason="the log does not name this recipient")
    outcome, reason = _judge(found)
    failed = [each for each in found if each.code != OK]
    told = [each.description for each in (failed or found) if each.description]
    codes = dict.fromkeys(str(each.code) for each in found if each.code is not None)
    return Result(
        number,
        outcome,
        message_id=next((each.smsid for each in found if each.smsid), None),
        status=",".join(dict.fromkeys(each.status for each in found if each.status)) or None,
        code=",".join(codes) or None,
        reason="; ".join(filter(None, (reason, *(tell(each, private) for each in told)))) or None,
        price=_add(found, currency),
    )


def _judge(found: Sequence[LogEntry]) -> tuple[Outcome, str | None]:
    if any(each.code is None for each in found):
        return Outcome.UNKNOWN, "the log has an entry without a result code"
    taken = [each for each in found if each.code == OK]
    if taken and len(taken) < len(found):
        return Outcome.UNKNOWN, f"of {len(found)} entries {len(taken)} were taken"
    if not taken:
        return Outcome.REJECTED, None
    if any(_has_failed(each.status) for each in taken):
        return Outcome.UNKNOWN, "the code says that it was taken, the status that it failed"
    return Outcome.ACCEPTED, None


def _has_failed(status: str | None) -> bool:
    return status is not None and status.lower().startswith(_FAILED)


def _add(found: Sequence[LogEntry], currency: str | None) -> Money | None:
    total = Decimal(0)
    for each in found:
        if each.sale is None:
            return None
        total = EXACT.add(total, each.sale)
    return as_money(total, currency)


def read_sent(entry: SummaryEntry, currency: str | None) -> SentMessage:
    """Give an entry of the overview as a record of a message; it may be one that came in."""
    status = (entry.status or "").lower()
    outcome = Outcome.UNKNOWN
    if status in _TAKEN:
        outcome = Outcome.ACCEPTED
    elif status.startswith(_FAILED):
        outcome = Outcome.REJECTED
    return SentMessage(
        message_id=entry.id,
        number=f"+{entry.external or ''}",
        text=entry.text,
        outcome=outcome,
        status=entry.status,
        price=as_money(entry.sale, currency),
        at=entry.at,
    )
