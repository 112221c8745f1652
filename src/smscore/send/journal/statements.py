"""The statements that the steps of a message's life are made of.

The law of this file: a statement names its columns, and what it is given goes beside it, never into
it. Nothing here decides what happens to a message.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from smscore.caps import UNKNOWN as UNKNOWN_COUNTRY
from smscore.caps import Spent
from smscore.errors import JournalError
from smscore.guard import Approval
from smscore.money import format_amount
from smscore.quoting import Quote
from smscore.send.journal import spending
from smscore.send.journal.entry import COLUMNS, Claim, Entry, Stage, State, format_time, read_entry
from smscore.send.journal.hashing import Hasher

# A statement that is the same object each time is found prepared, without being read again.


@lru_cache(maxsize=64)
def _write_insert(names: tuple[str, ...]) -> str:
    """Write the statement for a new message of so many columns."""
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO message ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # our names


@lru_cache(maxsize=8)
def _write_log(changes: int) -> str:
    """Write the statement for so many changes."""
    rows = ", ".join(["(?, ?, ?, ?, ?, ?)"] * changes)
    return f"INSERT INTO change (message, at, state, stage, attempt, cause) VALUES {rows}"  # noqa: S608


class Statements:
    """What reads and writes rows within one transaction."""

    def __init__(
        self, connection: sqlite3.Connection, hasher: Hasher, path: str, *, stores: bool
    ) -> None:
        self._connection = connection
        self._hasher = hasher
        self._path = path
        self._stores = stores

    def _describe(self, approval: Approval) -> dict[str, object]:
        """Say what is sent, as the columns have it."""
        quote = approval.quote
        return {
            "quote_hash": self._hasher.hash("quote", quote.id),
            "number_hash": self._hasher.hash("number", quote.to),
            "range_hash": self._hasher.hash_range(quote.to),
            "text_hash": self._hasher.hash("text", quote.text),
            "country": quote.country or UNKNOWN_COUNTRY,
            "profile": quote.profile,
            "deck_sha256": quote.deck_sha256,
            "day": quote.day.isoformat(),
            "alphabet": quote.alphabet.value,
            "units": quote.units,
            "parts": quote.parts,
            "most_parts": quote.most_parts,
            "unit": quote.rate.unit,
            "unit_price": format_amount(quote.rate.price),
            "low": format_amount(quote.low.amount),
            "expected": format_amount(quote.total.amount),
            "high": format_amount(quote.high.amount),
            "currency": quote.total.currency,
            "quoted_at": format_time(quote.made_at),
            "label": approval.label,
            "number": quote.to if self._stores else None,
            "text": quote.text if self._stores else None,
        }

    def _describe_route(self, provider: str, account: str, handle: str | None) -> dict[str, object]:
        """Say by whom it is sent, as the columns have it."""
        return {
            "provider": provider,
            "account_hash": self._hasher.hash("account", account),
            "handle_hash": None if handle is None else self._hasher.hash("handle", handle),
        }

    def _insert(self, values: dict[str, object]) -> int:
        done = self._execute(_write_insert(tuple(values)), *values.values())
        return int(done.lastrowid or 0)

    def _select(self, where: str, *values: object) -> Entry | None:
        return next(iter(self._select_all(where, *values)), None)

    def _select_all(self, where: str, *values: object) -> list[Entry]:
        found = self._execute(f"SELECT {COLUMNS} FROM message WHERE {where}", *values)  # noqa: S608
        return [read_entry(row) for row in found]

    def _known(self, id_: int) -> Entry:
        entry = self._select("id = ?", id_)
        if entry is None:
            raise JournalError(self._path, "a message of it is gone: it was edited by hand")
        return entry

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._execute(statement, *values).fetchone()
        return row

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _log(self, *changes: tuple[int, str, State, Stage | None, int, str]) -> None:
        """Write what a message was in, and when, as `format_time` writes it."""
        values: list[object] = []
        for id_, at, state, stage, attempt, cause in changes:
            name = None if stage is None else stage.value
            values += (id_, at, state.value, name, attempt, cause)
        self._execute(_write_log(len(changes)), *values)

    def _move(
        self, id_: int, state: State, stage: Stage | None, attempt: int, now: datetime, cause: str
    ) -> None:
        self._execute(
            "UPDATE message SET state = ?, stage = ?, attempt = ? WHERE id = ?",
            state.value,
            None if stage is None else stage.value,
            attempt,
            id_,
        )
        self._log((id_, format_time(now), state, stage, attempt, cause))

    def _fence(self, claim: Claim, *states: State) -> None:
        row = self._row("SELECT state, attempt FROM message WHERE id = ?", claim.id)
        if row is None or row[1] != claim.attempt or State(row[0]) not in states:
            raise self._taken_over()

    def _taken_over(self) -> JournalError:
        return JournalError(
            self._path, "another process has taken over this message: it is its own"
        )

    def _is_same(self, entry: Entry, quote: Quote) -> bool:
        """Tell whether a message is of this text and number."""
        hashed = (self._hasher.hash("number", quote.to), self._hasher.hash("text", quote.text))
        return (entry.number_hash, entry.text_hash) == hashed

    def _check_limits(self, approval: Approval, id_: int, run: str, now: datetime) -> None:
        quote, guard = approval.quote, approval.guard
        scopes = {
            "run": spending.run_scope(run),
            "day": spending.day_scope(now.date().isoformat()),
        }

        def spent(window: str, country: str | None) -> Spent:
            place = spending.ALL_COUNTRIES if country is None else country
            sums = spending.read_sums(self._connection, scopes[window], place)
            return Spent(
                money={currency: each[0] for currency, each in sums.items()},
                parts=sum(each[1] for each in sums.values()),
                recipients=sum(each[2] for each in sums.values()),
            )

        def count(by: str, window: timedelta) -> int:
            column, value = {
                "recipient": ("number_hash", self._hasher.hash("number", quote.to)),
                "range": ("range_hash", self._hasher.hash_range(quote.to)),
                "country": ("country", quote.country or UNKNOWN_COUNTRY),
            }[by]
            row = self._row(
                f"SELECT count(*) FROM message WHERE {column} = ? AND in_flight_at > ?"  # noqa: S608
                " AND counted_day IS NOT NULL AND id <> ?",
                value,
                format_time(now - window),
                id_,
            )
            return 0 if row is None else int(row[0])

        guard.check_caps(quote, spent)
        guard.check_velocity(quote, count)

    def _describe_count(self, quote: Quote, now: datetime) -> dict[str, object]:
        """Say what a message counts for, and on which day, as the columns have it."""
        return {
            "counted_day": now.date().isoformat(),
            "counted_money": format_amount(quote.high.amount),
            "counted_parts": quote.most_parts,
        }

    def _count(self, quote: Quote, run: str, now: datetime) -> None:
        spending.add(
            self._connection,
            (spending.run_scope(run), spending.day_scope(now.date().isoformat())),
            quote.country or UNKNOWN_COUNTRY,
            quote.total.currency,
            quote.high.amount,
            quote.most_parts,
            1,
        )
