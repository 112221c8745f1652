"""What the windows of caps hold already: sums that are kept as messages come and go.

The law of this file: a message counts from the moment it is in flight, with the most it may cost,
until it is known not to have gone out or what it was billed at. Every sum here equals the sum over
the messages that count.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from functools import lru_cache

from smscore.money import EXACT, format_amount

ALL_COUNTRIES = "*"

_DAY = len("2026-11-24")

Sums = dict[str, tuple[Decimal, int, int]]
"""Money, parts and recipients by currency."""


def run_scope(run: str) -> str:
    """Name the window of a run."""
    return f"run:{run}"


def day_scope(day: str) -> str:
    """Name the window of a day in UTC."""
    return f"day:{day}"


def read_sums(connection: sqlite3.Connection, scope: str, country: str) -> Sums:
    """Read what a window holds, of one country or of all."""
    rows = connection.execute(
        "SELECT currency, money, parts, recipients FROM spent WHERE scope = ? AND country = ?",
        (scope, country),
    )
    return {row[0]: (Decimal(row[1]), row[2], row[3]) for row in rows}


def add(
    connection: sqlite3.Connection,
    scopes: tuple[str, ...],
    country: str,
    currency: str,
    money: Decimal,
    parts: int,
    recipients: int,
) -> None:
    """Add to each window, for all countries and for the one; amounts may be negative."""
    cells = [(scope, place) for scope in scopes for place in (ALL_COUNTRIES, country)]
    told, values = format_amount(money), list[object]()
    for cell in cells:
        values += (*cell, currency, told, parts, recipients)
    connection.execute(_write_add(len(cells)), values)


@lru_cache(maxsize=8)
def _write_add(cells: int) -> str:
    """Write the statement that adds to so many windows."""
    rows = ", ".join(["(?, ?, ?, ?, ?, ?)"] * cells)
    return (
        f"INSERT INTO spent VALUES {rows} ON CONFLICT DO UPDATE SET"  # noqa: S608
        " money = add_money(money, excluded.money), parts = parts + excluded.parts,"
        " recipients = recipients + excluded.recipients"
    )


# The windows of one message often hold the same.
@lru_cache(maxsize=16)
def add_money(one: str, other: str) -> str:
    """Add two amounts as they are written; SQLite's own numbers would round them.

    >>> add_money("0.1", "0.2")
    '0.3'
    """
    return format_amount(EXACT.add(Decimal(one), Decimal(other)))


def settle(connection: sqlite3.Connection, id_: int, *, free: bool) -> None:
    """Count a message at what it was billed, in place of what it may cost; not at all if free.

    One that was free, and is not after all, counts again, on the day that it was in flight. Parts
    are the most that it may have, or those that it was billed, if they are more.
    """
    row = connection.execute(
        "SELECT run, counted_day, counted_money, counted_parts, country, currency, most_parts,"
        " billed_parts, billed_price, billed_currency, high, in_flight_at FROM message"
        " WHERE id = ?",
        (id_,),
    ).fetchone()
    run, day, money, parts, country, currency, most, billed_parts, billed, told_in, high, began = (
        row
    )
    after: tuple[str, int] | None = None
    if not free and began is not None:
        told = billed is not None and told_in == currency
        after = (str(billed if told else money or high), max(most, billed_parts or 0))
    if after == (None if money is None else (money, parts)):
        return
    day = day or str(began)[:_DAY]
    add(
        connection,
        (run_scope(run), day_scope(day)),
        country,
        currency,
        EXACT.subtract(Decimal(after[0] if after else 0), Decimal(money or 0)),
        (after[1] if after else 0) - (parts or 0),
        (after is not None) - (money is not None),
    )
    connection.execute(
        "UPDATE message SET counted_day = ?, counted_money = ?, counted_parts = ? WHERE id = ?",
        (None, None, None, id_) if after is None else (day, *after, id_),
    )
