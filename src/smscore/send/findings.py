"""What was learnt of messages by asking, and how it comes into the journal.

The law of this file: what is learnt of a message is recorded only if it still is as it was when the
provider was asked: whoever has moved it on since knows better. One message of the provider is never
two of the journal, and what is final is not taken back by records that are behind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smscore.send.billing import Change
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry, State
from smscore.send.journal.transaction import Transaction
from smscore.send.matching import Record
from smscore.send.outcomes import Outcome, Result

IN_DOUBT = frozenset({State.IN_FLIGHT, State.UNKNOWN})

OTHERS = "the provider's message of its id is another message of the journal"

_SKEW = timedelta(minutes=5)
"""How far a provider's clock may be behind ours: events from before that are old news."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was learnt of a message; `result` is None if that is nothing new."""

    entry: Entry
    result: Result | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What has changed by findings, and the messages whose ids were found to be another's."""

    changes: list[Change]
    refused: list[Entry]


def read_finding(
    entry: Entry, record: Record, cause: str, final: Collection[str] = frozenset()
) -> Finding:
    """Tell what a record says of a message; doubt about what is certain is no news.

    `final` are the statuses, in lower case, that no other status follows.
    """
    outcome, status = record.outcome, record.status
    if entry.state not in IN_DOUBT:
        settled = is_final(entry.status, final) and not is_final(status, final)
        if settled:
            status = None
        if settled or outcome is Outcome.UNKNOWN:
            outcome = entry.outcome
    same = outcome.value == entry.state.value
    news = (
        not same
        or status not in (None, entry.status)
        or record.parts not in (None, entry.billed_parts)
        or record.price not in (None, entry.price)
        or (entry.message_id is None and record.message_id is not None)
    )
    if not news:
        return Finding(entry)
    result = Result(
        "",  # The journal has no number, and needs none.
        outcome,
        message_id=record.message_id,
        status=status,
        code=entry.code if same else None,
        reason=entry.reason if same else record.reason,
        parts=record.parts,
        price=record.price,
    )
    return Finding(entry, result, cause)


def is_final(status: str | None, final: Collection[str]) -> bool:
    """Whether nothing more becomes of a message of a status, however it is spelt.

    >>> is_final("RECEIVED", {"received"}), is_final(None, {"received"})
    (True, False)
    """
    return (status or "").lower() in final


def record_findings(
    transaction: Transaction, findings: Sequence[Finding], now: datetime
) -> Recorded:
    """Record what was learnt, and tell what has changed by it."""
    recorded = Recorded([], [])
    for each in findings:
        change = _record(transaction, each, now, recorded.refused)
        if change is not None:
            recorded.changes.append(change)
    return recorded


def _record(
    transaction: Transaction, finding: Finding, now: datetime, refused: list[Entry]
) -> Change | None:
    entry, result = finding.entry, finding.result
    known = transaction.get(entry.id)
    if known is None or (known.state, known.attempt, known.status_at) != (
        entry.state,
        entry.attempt,
        entry.status_at,
    ):
        return None
    transaction.note_reconciled(entry.id, now)
    if result is None:
        return None
    if _is_others(transaction, known, result):
        refused.append(known)
        if known.state is not State.IN_FLIGHT:
            return None
        # Nobody has it in flight any more.
        result = Result("", Outcome.UNKNOWN, reason=OTHERS)
    at = now - _SKEW
    if entry.status_at is not None:
        at = max(at, entry.status_at)
    after = transaction.conclude(entry.id, result, now, finding.cause, at) or known
    return Change(entry.id, entry.run, after.message_id, entry.state, after.state, entry.label)


def record_earlier(
    transaction: Transaction, pairs: Sequence[tuple[Earlier, Record]]
) -> list[Record]:
    """Record what attempts cost that were tried again since; give those that went out after all.

    Of these the recipient has two, and no bill says so yet.
    """
    for attempt, record in pairs:
        transaction.bill_earlier(attempt, record.status, record.parts, record.price)
    return [
        record for _, record in pairs if record.outcome is Outcome.ACCEPTED and record.price is None
    ]


def _is_others(transaction: Transaction, entry: Entry, result: Result) -> bool:
    """Whether what was found is the provider's message of another message of the journal."""
    if result.outcome is Outcome.NOT_SENT:
        return False
    # That nobody knows is no news of the id that a message has already.
    own = None if result.outcome is Outcome.UNKNOWN else entry.message_id
    return any(
        _holds(other, entry)
        for name in {own, result.message_id} - {None}
        for other in transaction.find_message(entry.provider, name or "")
    )


def _holds(other: Entry, entry: Entry) -> bool:
    """Whether another message has an id rather than the one that it is to be given to."""
    if other.id == entry.id or other.number_hash != entry.number_hash:
        return False
    if entry.state is not State.ACCEPTED:
        return True
    return other.state is State.ACCEPTED and other.id < entry.id


def find_strangers(
    transaction: Transaction, provider: str, account: bytes, records: Sequence[Record]
) -> list[Record]:
    """Find the records that no message of the account is called by, whenever it was sent."""
    return [
        record
        for record in records
        if record.message_id is None
        or not any(
            record.number_hash in (None, each.number_hash) and each.account_hash == account
            for each in transaction.find_message(provider, record.message_id)
        )
    ]
