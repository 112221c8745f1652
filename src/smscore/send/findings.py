"""What was learnt of messages by asking, and how it comes into the journal.

The law of this file: what is learnt of a message is recorded only if it still is as it was when the
provider was asked: whoever has moved it on since knows better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smscore.send.billing import Change
from smscore.send.journal.entry import Entry, State
from smscore.send.journal.transaction import Transaction
from smscore.send.matching import Record
from smscore.send.outcomes import Outcome, Result

IN_DOUBT = frozenset({State.IN_FLIGHT, State.UNKNOWN})

_SKEW = timedelta(minutes=5)
"""How far a provider's clock may be behind ours: events from before that are old news."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was learnt of a message; `result` is None if that is nothing new."""

    entry: Entry
    result: Result | None = None
    cause: str = ""


def read_finding(entry: Entry, record: Record, cause: str) -> Finding:
    """Tell what a record says of a message; doubt about what is certain is no news."""
    outcome = record.outcome
    if outcome is Outcome.UNKNOWN and entry.state not in IN_DOUBT:
        outcome = entry.outcome
    same = outcome.value == entry.state.value
    news = (
        not same
        or record.status not in (None, entry.status)
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
        status=record.status,
        code=entry.code if same else None,
        reason=entry.reason if same else record.reason,
        parts=record.parts,
        price=record.price,
    )
    return Finding(entry, result, cause)


def record_findings(
    transaction: Transaction, findings: Sequence[Finding], now: datetime
) -> list[Change]:
    """Record what was learnt, and tell what has changed by it."""
    changes = (_record(transaction, each, now) for each in findings)
    return [each for each in changes if each is not None]


def _record(transaction: Transaction, finding: Finding, now: datetime) -> Change | None:
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
    at = now - _SKEW
    if entry.status_at is not None:
        at = max(at, entry.status_at)
    after = transaction.conclude(entry.id, result, now, finding.cause, at) or known
    return Change(entry.id, entry.run, after.message_id, entry.state, after.state)


def find_strangers(
    transaction: Transaction, provider: str, records: Sequence[Record]
) -> list[Record]:
    """Find the records that no message of the journal is called by, whenever it was sent."""
    return [
        record
        for record in records
        if record.message_id is None
        or not any(
            record.number_hash in (None, each.number_hash)
            for each in transaction.find_message(provider, record.message_id)
        )
    ]
