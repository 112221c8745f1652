"""What the windows of caps hold already: sums that are kept as messages come and go.

The law of this file: a message counts from the moment it is in flight, with the most it may cost,
until it is known not to have gone out or what it was billed at. Every sum here equals the sum over
the messages that count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal

from smscore.money import EXACT, format_amount

ALL_COUNTRIES = "*"

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
    for scope, place in _cells(scopes, country):
        found = read_sums(connection, scope, place).get(currency)
        before = found or (Decimal(0), 0, 0)
        connection.execute(
            "INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?)",
            (
                scope,
                place,
                currency,
                format_amount(EXACT.add(before[0], money)),
                before[1] + parts,
                before[2] + recipients,
            ),
        )


def _cells(scopes: tuple[str, ...], country: str) -> Iterator[tuple[str, str]]:
    for scope in scopes:
        yield scope, ALL_COUNTRIES
        yield scope, country


def settle(connection: sqlite3.Connection, id_: int, *, free: bool) -> None:
    """Count a message at what it was billed, in place of what it may cost; not at all if free."""
    row = connection.execute(
        "SELECT run, counted_day, counted_money, country, currency, parts, billed_price,"
        " billed_currency FROM message WHERE id = ?",
        (id_,),
    ).fetchone()
    run, day, counted, country, currency, parts, billed, billed_currency = row
    if day is None:
        return
    scopes = (run_scope(run), day_scope(day))
    if free:
        add(connection, scopes, country, currency, -Decimal(counted), -parts, -1)
        connection.execute(
            "UPDATE message SET counted_day = NULL, counted_money = NULL WHERE id = ?", (id_,)
        )
    elif billed is not None and billed_currency == currency and Decimal(billed) != Decimal(counted):
        difference = EXACT.subtract(Decimal(billed), Decimal(counted))
        add(connection, scopes, country, currency, difference, 0, 0)
        connection.execute("UPDATE message SET counted_money = ? WHERE id = ?", (billed, id_))
