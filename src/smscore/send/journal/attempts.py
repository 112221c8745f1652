"""What a message has left behind at the provider before it was tried again.

The law of this file: what the provider called an earlier attempt, and billed for it, is never lost
and never taken for the last one's. An attempt that left neither an id nor a bill is not kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from smscore.money import Money, format_amount
from smscore.send.journal import spending

_SELECT = (
    "SELECT earlier.message, earlier.attempt, run, earlier.provider, earlier.account_hash,"
    " number_hash, country, label, earlier.in_flight_at, earlier.message_id, earlier.status,"
    " earlier.billed_parts, earlier.billed_price, earlier.billed_currency"
    " FROM earlier JOIN message ON message.id = earlier.message WHERE "
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An attempt that came before the last one of a message, as the provider knows it."""

    message: int
    attempt: int
    run: str
    provider: str
    account_hash: bytes = field(repr=False)
    number_hash: bytes = field(repr=False)
    country: str
    label: str | None
    in_flight_at: datetime
    message_id: str | None
    status: str | None
    billed_parts: int | None
    price: Money | None


_NAMES = tuple(each.name for each in fields(Earlier) if each.name != "price")


def keep(connection: sqlite3.Connection, id_: int) -> None:
    """Keep what a message's attempt has left behind, before the next one takes its place."""
    connection.execute(
        "INSERT OR IGNORE INTO earlier SELECT id, attempt, provider, account_hash, in_flight_at,"
        " message_id, status, billed_parts, billed_price, billed_currency FROM message"
        " WHERE id = ? AND in_flight_at IS NOT NULL"
        " AND (message_id IS NOT NULL OR billed_price IS NOT NULL)",
        (id_,),
    )


def find(connection: sqlite3.Connection, conditions: Sequence[tuple[str, object]]) -> list[Earlier]:
    """Find earlier attempts by conditions, each with its value; one whose value is None is none."""
    told = [(condition, value) for condition, value in conditions if value is not None]
    where = " AND ".join(["1", *(condition for condition, _ in told)])
    rows = connection.execute(
        f"{_SELECT}{where} ORDER BY earlier.message, earlier.attempt",
        [value for _, value in told],
    )
    return [_read(row) for row in rows]


def _read(row: Sequence[Any]) -> Earlier:
    *values, price, currency = row
    named: dict[str, Any] = dict(zip(_NAMES, values, strict=True))
    named["in_flight_at"] = datetime.fromisoformat(named["in_flight_at"])
    return Earlier(**named, price=None if price is None else Money(Decimal(price), currency))


def bill(
    connection: sqlite3.Connection,
    earlier: Earlier,
    *,
    status: str | None,
    parts: int | None,
    price: Money | None,
) -> None:
    """Record what was told later of an earlier attempt; its bill is told, and counts, once."""
    connection.execute(
        "UPDATE earlier SET status = coalesce(?, status), billed_parts = coalesce(billed_parts, ?)"
        " WHERE message = ? AND attempt = ?",
        (status, parts, earlier.message, earlier.attempt),
    )
    if price is None:
        return
    done = connection.execute(
        "UPDATE earlier SET billed_price = ?, billed_currency = ?"
        " WHERE message = ? AND attempt = ? AND billed_price IS NULL",
        (format_amount(price.amount), price.currency, earlier.message, earlier.attempt),
    )
    if done.rowcount and price.amount:
        day = earlier.in_flight_at.date().isoformat()
        spending.add(
            connection,
            (spending.run_scope(earlier.run), spending.day_scope(day)),
            earlier.country,
            price.currency,
            price.amount,
            parts or earlier.billed_parts or 0,
            0,
        )
