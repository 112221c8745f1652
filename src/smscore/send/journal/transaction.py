"""The steps of a message's life, each a change within one transaction of the journal.

The law of this file: a message goes from quoted to approved to in flight to its outcome; what is
learnt later ends doubt, and never begins it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smscore.money import Money, format_amount
from smscore.send.journal import attempts, spending
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.claims import Claims
from smscore.send.journal.entry import Claim, Entry, State, format_time
from smscore.send.outcomes import Outcome, Result

_DOUBTFUL = frozenset({State.IN_FLIGHT, State.UNKNOWN})
_CERTAIN = frozenset({State.ACCEPTED, State.REJECTED})
_FREE = frozenset({Outcome.NOT_SENT, Outcome.REJECTED})


class Transaction(Claims):
    """What can be done within one transaction; `store.Journal` begins and commits it."""

    def find_message(self, provider: str, message_id: str) -> list[Entry]:
        """Find the messages that a provider calls by one name; a batch has many."""
        return self._select_all("provider = ? AND message_id = ?", provider, message_id)

    def find_earlier(self, provider: str, message_id: str) -> list[Earlier]:
        """Find the attempts that were tried again since, by what the provider calls them."""
        conditions = (("earlier.provider = ?", provider), ("earlier.message_id = ?", message_id))
        return attempts.find(self._connection, conditions)

    def bill_earlier(
        self, earlier: Earlier, status: str | None, parts: int | None, price: Money | None
    ) -> None:
        """Record what was told of an attempt that was tried again since."""
        attempts.bill(self._connection, earlier, status=status, parts=parts, price=price)

    def find_unnamed(
        self, provider: str, number: str, text: str, since: datetime, until: datetime
    ) -> list[Entry]:
        """Find the messages in doubt, put in flight in a time, that nobody has told an id of."""
        return self._select_all(
            "in_flight_at BETWEEN ? AND ? AND provider = ? AND message_id IS NULL"
            " AND state IN ('in_flight', 'unknown') AND stage IS NOT 'prepare'"
            " AND number_hash = ? AND text_hash = ?",
            format_time(since),
            format_time(until),
            provider,
            self._hasher.hash("number", number),
            self._hasher.hash("text", text),
        )

    def finish(
        self, claim: Claim, result: Result, now: datetime, http_status: int | None = None
    ) -> None:
        """Record what became of a message in flight; what is known of it by then is filled up."""
        price = result.price
        state, finished = State(result.outcome.value), format_time(now)
        done = self._execute(
            "UPDATE message SET state = ?, message_id = coalesce(?, message_id), status = ?,"
            " code = ?, reason = ?, http_status = ?, billed_parts = ?, billed_price = ?,"
            " billed_currency = ?, finished_at = ? WHERE id = ? AND attempt = ?"
            " AND state IN ('in_flight', 'approved')",
            state.value,
            result.message_id,
            result.status,
            result.code,
            result.reason,
            http_status,
            result.parts,
            None if price is None else format_amount(price.amount),
            None if price is None else price.currency,
            finished,
            claim.id,
            claim.attempt,
        )
        if done.rowcount != 1:
            self._finish_late(claim, result, now, http_status)
            return
        if price is not None or result.parts is not None or result.outcome in _FREE:
            spending.settle(
                self._connection, claim.id, free=price is None and result.outcome in _FREE
            )
        self._log((claim.id, finished, state, None, claim.attempt, "answered"))

    def _finish_late(
        self, claim: Claim, result: Result, now: datetime, http_status: int | None
    ) -> None:
        """Record an answer to what an event, or somebody who asked, has concluded meanwhile."""
        entry = self.get(claim.id)
        if entry is None or entry.attempt != claim.attempt or entry.outcome.value != entry.state:
            raise self._taken_over()
        self._execute(
            "UPDATE message SET http_status = ?, finished_at = ? WHERE id = ?",
            http_status,
            format_time(now),
            claim.id,
        )
        self.fill(claim.id, result)
        # What was said of it was said later than the answer, unless nobody was sure.
        if entry.state not in _CERTAIN:
            self._conclude(claim.id, result, now, cause="answered late")

    def finish_all(
        self, pairs: Iterable[tuple[Claim, Result]], now: datetime, http_status: int | None
    ) -> None:
        """Record what became of the messages of one request."""
        for claim, result in pairs:
            self.finish(claim, result, now, http_status)

    def conclude(
        self, id_: int, result: Result, now: datetime, cause: str, at: datetime | None = None
    ) -> Entry | None:
        """Record what was learnt later of a message: an answer, an event, a search.

        What is older than what is known fills its gaps only, unless that is doubt; and doubt about
        what was certain changes nothing. Gives the entry as it is then; None if there is none.
        """
        entry = self.get(id_)
        if entry is None:
            return None
        if at is not None and entry.status_at is not None and at < entry.status_at:
            if entry.state not in _DOUBTFUL or result.outcome is Outcome.UNKNOWN:
                return self.fill(id_, result)
            at = entry.status_at
        if result.outcome is Outcome.UNKNOWN and entry.state not in _DOUBTFUL:
            result = Result(
                result.number,
                entry.outcome,
                status=result.status,
                code=entry.code,
                reason=entry.reason,
                parts=result.parts,
                price=result.price,
            )
        if at is not None:
            self._execute("UPDATE message SET status_at = ? WHERE id = ?", format_time(at), id_)
        if entry.message_id is None and result.message_id is not None:
            self._execute("UPDATE message SET message_id = ? WHERE id = ?", result.message_id, id_)
        return self._conclude(id_, result, now, cause=cause)

    def fill(self, id_: int, result: Result) -> Entry | None:
        """Record an id, parts and a price where none is known yet, and nothing else."""
        price = result.price
        self._execute(
            "UPDATE message SET message_id = coalesce(message_id, ?),"
            " billed_parts = coalesce(billed_parts, ?) WHERE id = ?",
            result.message_id,
            result.parts,
            id_,
        )
        if price is not None:
            self._execute(
                "UPDATE message SET billed_price = ?, billed_currency = ?"
                " WHERE id = ? AND billed_price IS NULL",
                format_amount(price.amount),
                price.currency,
                id_,
            )
        entry = self.get(id_)
        if entry is not None and (price is not None or result.parts is not None):
            spending.settle(self._connection, id_, free=False)
        return entry

    def note_reconciled(self, id_: int, now: datetime) -> None:
        """Record that the provider was asked about a message."""
        self._execute("UPDATE message SET reconciled_at = ? WHERE id = ?", format_time(now), id_)

    def see_event(self, provider: str, event_id: str, now: datetime) -> bool:
        """Record an event, and tell whether it is new."""
        done = self._execute(
            "INSERT OR IGNORE INTO event (provider, id, at) VALUES (?, ?, ?)",
            provider,
            event_id,
            format_time(now),
        )
        return done.rowcount == 1

    def is_open(self, provider: str, event_id: str) -> bool:
        """Tell whether an event that was seen has fitted no message so far."""
        row = self._row(
            "SELECT 1 FROM event WHERE provider = ? AND id = ? AND open", provider, event_id
        )
        return row is not None

    def mark_open(self, provider: str, event_id: str, *, is_open: bool) -> None:
        """Record whether an event has fitted no message: then its repeat may."""
        self._execute(
            "UPDATE event SET open = ? WHERE provider = ? AND id = ?", is_open, provider, event_id
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
        if entry.state is not state:
            self._move(id_, state, entry.stage, entry.attempt, now, cause=cause)
        return self._known(id_)
