"""The steps of a message's life, each a change within one transaction of the journal.

The law of this file: a message goes from quoted to approved to in flight to its outcome, and only
whoever claimed it last moves it on: each claim has a number, and a step that comes with an older
one is refused. A message whose octets may have left is never claimed again, but for one that waits
under an id to be released, which can be released once only.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from smscore.caps import UNKNOWN as UNKNOWN_COUNTRY
from smscore.caps import Spent
from smscore.errors import GuardError, JournalError
from smscore.guard import Approval
from smscore.money import format_amount
from smscore.quoting import Quote
from smscore.send.journal import spending
from smscore.send.journal.entry import (
    COLUMNS,
    Entry,
    Stage,
    State,
    format_time,
    read_entry,
)
from smscore.send.journal.hashing import Hasher
from smscore.send.outcomes import Outcome, Result

_AGAIN = frozenset({State.QUOTED, State.APPROVED, State.NOT_SENT})
_DOUBTFUL = frozenset({State.IN_FLIGHT, State.UNKNOWN})
_FREE = frozenset({Outcome.NOT_SENT, Outcome.REJECTED})


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to move a message on. `prepared` is the id that it waits under to be released."""

    id: int
    attempt: int
    prepared: str | None = None


class Transaction:
    """What can be done within one transaction; `store.Journal` begins and commits it."""

    def __init__(
        self, connection: sqlite3.Connection, hasher: Hasher, path: str, *, stores: bool
    ) -> None:
        self._connection = connection
        self._hasher = hasher
        self._path = path
        self._stores = stores

    def find(self, run: str, key: str) -> Entry | None:
        """Find a message by its key."""
        return self._select("run = ? AND key_hash = ?", run, self._hasher.hash("key", key))

    def get(self, id_: int) -> Entry | None:
        """Get a message by its number in the journal."""
        return self._select("id = ?", id_)

    def find_message(self, provider: str, message_id: str) -> list[Entry]:
        """Find the messages that a provider calls by one name; a batch has many."""
        return self._select_all("provider = ? AND message_id = ?", provider, message_id)

    def claim(
        self,
        approval: Approval,
        *,
        run: str,
        provider: str,
        stage: Stage,
        now: datetime,
        again: bool = False,
    ) -> Claim | Entry | GuardError:
        """Put a message in flight, if it is not already, and the guard's caps allow it.

        Gives the entry of a message that is not to be sent again, or the guard's error, which is
        recorded. `again` is for one that the provider rejected. Raises JournalError where the key
        is another message's.
        """
        quote = approval.quote
        entry = self.find(run, approval.key)
        if entry is None:
            id_ = self._insert(approval, run, provider)
            attempt, counted = 1, None
        else:
            self._check_same(entry, quote)
            resumed = _resume(entry, stage)
            if resumed is None and not (
                entry.state in _AGAIN or (again and entry.state is State.REJECTED)
            ):
                return entry
            id_, attempt = entry.id, entry.attempt + 1
            if resumed is not None:
                stage, prepared = resumed
                self._move(id_, State.IN_FLIGHT, stage, attempt, now, cause="claimed again")
                return Claim(id_, attempt, prepared)
            counted = self._row(
                "SELECT 1 FROM message WHERE id = ? AND counted_day IS NOT NULL", id_
            )
        if counted is None:
            try:
                self._check_limits(approval, id_, run, now)
            except GuardError as refused:
                self._note_refusal(id_, attempt, refused, now)
                return refused
            self._count(id_, quote, run, now)
        self._execute(
            "UPDATE message SET provider = ?, approved_at = ?, in_flight_at = ?,"
            " finished_at = NULL, message_id = NULL, status = NULL, code = NULL, reason = NULL,"
            " http_status = NULL WHERE id = ?",
            provider,
            format_time(approval.at),
            format_time(now),
            id_,
        )
        self._log(id_, approval.at, State.APPROVED, None, attempt, "approved by the guard")
        self._move(id_, State.IN_FLIGHT, stage, attempt, now, cause="about to be sent")
        return Claim(id_, attempt)

    def release(self, claim: Claim, prepared: str, now: datetime) -> Claim:
        """Record the id that a message waits under, before it is released by it."""
        self._fence(claim, State.IN_FLIGHT)
        self._execute("UPDATE message SET message_id = ? WHERE id = ?", prepared, claim.id)
        self._move(
            claim.id,
            State.IN_FLIGHT,
            Stage.RELEASE,
            claim.attempt,
            now,
            cause="stored, about to be released",
        )
        return Claim(claim.id, claim.attempt, prepared)

    def pause(self, claim: Claim, now: datetime, cause: str) -> Claim:
        """Take a message out of flight, for nothing of it has left, while it waits."""
        self._fence(claim, State.IN_FLIGHT)
        self._move(claim.id, State.APPROVED, None, claim.attempt, now, cause=cause)
        return claim

    def resume(self, claim: Claim, stage: Stage, now: datetime) -> Claim:
        """Put a message that waited in flight again."""
        self._fence(claim, State.APPROVED)
        self._execute(
            "UPDATE message SET in_flight_at = ? WHERE id = ?", format_time(now), claim.id
        )
        self._move(claim.id, State.IN_FLIGHT, stage, claim.attempt, now, cause="tried again")
        return claim

    def finish(
        self, claim: Claim, result: Result, now: datetime, http_status: int | None = None
    ) -> Entry:
        """Record what became of a message in flight."""
        self._fence(claim, State.IN_FLIGHT, State.APPROVED)
        if result.message_id is not None:
            self._execute(
                "UPDATE message SET message_id = ? WHERE id = ?", result.message_id, claim.id
            )
        self._execute(
            "UPDATE message SET http_status = ?, finished_at = ? WHERE id = ?",
            http_status,
            format_time(now),
            claim.id,
        )
        return self._conclude(claim.id, result, now, cause="answered")

    def conclude(
        self, id_: int, result: Result, now: datetime, cause: str, at: datetime | None = None
    ) -> Entry | None:
        """Record what was learnt later of a message: an answer, an event, a search.

        What is older than what is known changes nothing, and neither does doubt about what was
        certain. Gives the entry as it is then; None if there is no such message.
        """
        entry = self.get(id_)
        if entry is None:
            return None
        if at is not None and entry.status_at is not None and at < entry.status_at:
            return entry
        if result.outcome is Outcome.UNKNOWN and entry.state not in _DOUBTFUL:
            result = Result(
                result.number,
                entry.outcome,
                status=result.status,
                parts=result.parts,
                price=result.price,
            )
        if at is not None:
            self._execute("UPDATE message SET status_at = ? WHERE id = ?", format_time(at), id_)
        if entry.message_id is None and result.message_id is not None:
            self._execute("UPDATE message SET message_id = ? WHERE id = ?", result.message_id, id_)
        return self._conclude(id_, result, now, cause=cause)

    def note_reconciled(self, id_: int, now: datetime) -> None:
        """Record that the provider was asked about a message."""
        self._execute("UPDATE message SET reconciled_at = ? WHERE id = ?", format_time(now), id_)

    def see_event(self, provider: str, event_id: str, now: datetime) -> bool:
        """Record an event, and tell whether it is new."""
        done = self._execute(
            "INSERT OR IGNORE INTO event VALUES (?, ?, ?)", provider, event_id, format_time(now)
        )
        return done.rowcount == 1

    def _check_same(self, entry: Entry, quote: Quote) -> None:
        hashed = (self._hasher.hash("number", quote.to), self._hasher.hash("text", quote.text))
        if (entry.number_hash, entry.text_hash) != hashed:
            raise JournalError(
                self._path, "the key is that of another text or number: a key names one message"
            )

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

    def _insert(self, approval: Approval, run: str, provider: str) -> int:
        quote = approval.quote
        values: dict[str, object] = {
            "run": run,
            "key_hash": self._hasher.hash("key", approval.key),
            "provider": provider,
            "state": State.QUOTED.value,
            "attempt": 0,
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
            "unit": quote.rate.unit,
            "unit_price": format_amount(quote.unit_price.amount),
            "low": format_amount(quote.low.amount),
            "expected": format_amount(quote.total.amount),
            "high": format_amount(quote.high.amount),
            "currency": quote.total.currency,
            "quoted_at": format_time(quote.made_at),
            "number": quote.to if self._stores else None,
            "text": quote.text if self._stores else None,
        }
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        done = self._execute(
            f"INSERT INTO message ({names}) VALUES ({marks})",  # noqa: S608  # our own names
            *values.values(),
        )
        id_ = int(done.lastrowid or 0)
        self._log(id_, quote.made_at, State.QUOTED, None, 0, "quoted")
        return id_

    def _count(self, id_: int, quote: Quote, run: str, now: datetime) -> None:
        day = now.date().isoformat()
        self._execute(
            "UPDATE message SET counted_day = ?, counted_money = ? WHERE id = ?",
            day,
            format_amount(quote.high.amount),
            id_,
        )
        spending.add(
            self._connection,
            (spending.run_scope(run), spending.day_scope(day)),
            quote.country or UNKNOWN_COUNTRY,
            quote.total.currency,
            quote.high.amount,
            quote.parts,
            1,
        )

    def _conclude(self, id_: int, result: Result, now: datetime, cause: str) -> Entry:
        state = State(result.outcome.value)
        price = result.price
        self._execute(
            "UPDATE message SET status = coalesce(?, status), code = ?, reason = ?,"
            " billed_parts = coalesce(?, billed_parts), billed_price = coalesce(?, billed_price),"
            " billed_currency = coalesce(?, billed_currency) WHERE id = ?",
            result.status,
            result.code,
            result.reason,
            result.parts,
            None if price is None else format_amount(price.amount),
            None if price is None else price.currency,
            id_,
        )
        entry = self._known(id_)
        spending.settle(
            self._connection, id_, free=result.outcome in _FREE and entry.billed_price is None
        )
        if entry.state is not state or cause == "answered":
            self._move(id_, state, entry.stage, entry.attempt, now, cause=cause)
        return self._known(id_)

    def _note_refusal(self, id_: int, attempt: int, refused: GuardError, now: datetime) -> None:
        self._execute("UPDATE message SET reason = ? WHERE id = ?", str(refused), id_)
        self._move(id_, State.QUOTED, None, attempt, now, cause="refused by the guard")

    def _fence(self, claim: Claim, *states: State) -> None:
        row = self._row("SELECT state, attempt FROM message WHERE id = ?", claim.id)
        if row is None or row[1] != claim.attempt or State(row[0]) not in states:
            raise JournalError(
                self._path, "another process has taken over this message: it is that one's now"
            )

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
        self._log(id_, now, state, stage, attempt, cause)

    def _log(
        self, id_: int, at: datetime, state: State, stage: Stage | None, attempt: int, cause: str
    ) -> None:
        self._execute(
            "INSERT INTO change (message, at, state, stage, attempt, cause)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            id_,
            format_time(at),
            state.value,
            None if stage is None else stage.value,
            attempt,
            cause,
        )

    def _known(self, id_: int) -> Entry:
        entry = self.get(id_)
        if entry is None:
            raise JournalError(self._path, "a message of it is gone: it was edited by hand")
        return entry

    def _select(self, where: str, *values: object) -> Entry | None:
        return next(iter(self._select_all(where, *values)), None)

    def _select_all(self, where: str, *values: object) -> list[Entry]:
        found = self._execute(f"SELECT {COLUMNS} FROM message WHERE {where}", *values)  # noqa: S608
        return [read_entry(row) for row in found]

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._execute(statement, *values).fetchone()
        return row

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)


def _resume(entry: Entry, stage: Stage) -> tuple[Stage, str | None] | None:
    """Tell where a message in doubt may be taken up again, without being sent twice."""
    if stage is Stage.SEND or entry.state not in _DOUBTFUL:
        return None
    if entry.stage is Stage.PREPARE and entry.state is State.IN_FLIGHT:
        return Stage.PREPARE, None
    if entry.stage is Stage.RELEASE and entry.message_id is not None:
        return Stage.RELEASE, entry.message_id
    return None
