"""What the journal knows of a message.

The law of this file: an entry is read, never changed; what happens next is a transaction's.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from smscore.money import Money
from smscore.send.outcomes import Outcome, Receipt


class State(StrEnum):
    """Where a message is in its life."""

    QUOTED = "quoted"
    APPROVED = "approved"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """Which request a message in flight is in: the only one, or the first or second of two."""

    SEND = "send"
    PREPARE = "prepare"
    RELEASE = "release"


OUTCOMES = frozenset(each.value for each in Outcome)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a journal. Its number and text are there only if they were stored."""

    id: int
    run: str
    provider: str
    state: State
    stage: Stage | None
    attempt: int
    account_hash: bytes = field(repr=False)
    handle_hash: bytes | None = field(repr=False)
    number_hash: bytes = field(repr=False)
    text_hash: bytes = field(repr=False)
    country: str
    profile: str
    deck_sha256: str = field(repr=False)
    day: str
    alphabet: str
    units: int
    parts: int
    unit: str
    unit_price: Decimal
    low: Decimal
    expected: Decimal
    high: Decimal
    currency: str
    message_id: str | None
    status: str | None
    code: str | None
    reason: str | None
    http_status: int | None
    billed_parts: int | None
    billed_price: Decimal | None
    billed_currency: str | None
    quoted_at: datetime
    approved_at: datetime | None
    in_flight_at: datetime | None
    finished_at: datetime | None
    status_at: datetime | None
    reconciled_at: datetime | None
    label: str | None
    number: str | None = field(repr=False)
    text: str | None = field(repr=False)

    @property
    def price(self) -> Money | None:
        """What the provider billed, where it has told."""
        if self.billed_price is None or self.billed_currency is None:
            return None
        return Money(self.billed_price, self.billed_currency)

    @property
    def outcome(self) -> Outcome:
        """What is known: of a message in flight nothing; one before that is not sent."""
        if self.state.value in OUTCOMES:
            return Outcome(self.state.value)
        return Outcome.UNKNOWN if self.state is State.IN_FLIGHT else Outcome.NOT_SENT

    def to_receipt(self, key: str) -> Receipt:
        """Tell what is known of a message that is not sent again."""
        reason = self.reason
        if self.state is State.IN_FLIGHT:
            reason = (
                "it is in flight, or was when its process ended: reconcile before anything else"
            )
        return Receipt(
            key=key,
            provider=self.provider,
            outcome=self.outcome,
            message_id=self.message_id,
            status=self.status,
            code=self.code,
            reason=reason,
            parts=self.billed_parts,
            price=self.price,
            http_status=self.http_status,
            body=None,
            attempts=self.attempt,
            at=self.finished_at or self.in_flight_at or self.quoted_at,
            repeated=True,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to move a message on. `prepared` is the id that it waits under to be released."""

    id: int
    attempt: int
    prepared: str | None = None


_DECIMALS = frozenset({"unit_price", "low", "expected", "high", "billed_price"})
_TIMES = frozenset(each.name for each in fields(Entry) if each.name.endswith("_at"))


_NAMES = tuple(each.name for each in fields(Entry))
COLUMNS = ", ".join(_NAMES)


def read_entry(row: sqlite3.Row | tuple[Any, ...]) -> Entry:
    """Read a row of the columns COLUMNS."""
    values: dict[str, Any] = {}
    for name, value in zip(_NAMES, row, strict=True):
        if value is None:
            values[name] = None
        elif name in _DECIMALS:
            values[name] = Decimal(value)
        elif name in _TIMES:
            values[name] = datetime.fromisoformat(value)
        else:
            values[name] = value
    values["state"] = State(values["state"])
    values["stage"] = None if values["stage"] is None else Stage(values["stage"])
    return Entry(**values)


def format_time(moment: datetime) -> str:
    """Write a moment so that it compares as text.

    >>> format_time(datetime(2026, 1, 1, 12, tzinfo=UTC))
    '2026-01-01T12:00:00.000000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
