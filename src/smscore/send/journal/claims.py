"""Who may move a message on: putting it in flight, and keeping it there.

The law of this file: only whoever claimed a message last moves it on: each claim has a number, and
a step that comes with an older one is refused. A message whose octets may have left is never
claimed again, but for one that waits under an id to be released, which can be released once only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smscore.errors import GuardError, JournalError, NotAllowed
from smscore.guard import Approval
from smscore.send.journal import attempts, spending
from smscore.send.journal.entry import Claim, Entry, Stage, State, format_time
from smscore.send.journal.statements import Statements

_AGAIN = frozenset({State.QUOTED, State.APPROVED, State.NOT_SENT})
_DOUBTFUL = frozenset({State.IN_FLIGHT, State.UNKNOWN})
_FORGOTTEN = (
    "finished_at",
    "message_id",
    "status",
    "code",
    "reason",
    "http_status",
    "status_at",
    "billed_parts",
    "billed_price",
    "billed_currency",
)
"""What an attempt has left behind, and says nothing of the next one."""


class Claims(Statements):
    """The steps of a message up to its answer."""

    def find(self, run: str, key: str) -> Entry | None:
        """Find a message by its key."""
        return self._select("run = ? AND key_hash = ?", run, self._hasher.hash("key", key))

    def get(self, id_: int) -> Entry | None:
        """Get a message by its number in the journal."""
        return self._select("id = ?", id_)

    def claim(
        self,
        approval: Approval,
        *,
        run: str,
        provider: str,
        stage: Stage,
        now: datetime,
        again: bool = False,
        account: str = "",
        handle: str | None = None,
    ) -> Claim | Entry | GuardError:
        """Put a message in flight, if it is not already, and the guard's caps allow it.

        Gives the entry of a message that is not to be sent again, or the guard's error, which is
        recorded. `again` is for one that the provider rejected; `account` and `handle` are the
        provider's identity and its handle of the message. A key that is another message's is
        refused too.
        """
        quote = approval.quote
        route = self._describe_route(provider, account, handle)
        key = self._hasher.hash("key", approval.key)
        # Most are new: their entries are not asked for.
        known = self._row("SELECT id FROM message WHERE run = ? AND key_hash = ?", run, key)
        if known is None:
            return self._begin(approval, run, key, route, stage, now)
        entry = self._known(known[0])
        if not self._is_same(entry, quote):
            return NotAllowed("key", "one message for each key", "one of another text or number")
        resumed = _resume(entry, stage)
        if resumed is not None and entry.account_hash == route["account_hash"]:
            refused = self._recount(entry.id, approval, run, now)
            if refused is not None:
                return refused
            stage, prepared = resumed
            attempt = entry.attempt + 1
            # Whoever looks for processes that died goes by it.
            self._execute(
                "UPDATE message SET in_flight_at = ? WHERE id = ?", format_time(now), entry.id
            )
            self._move(entry.id, State.IN_FLIGHT, stage, attempt, now, cause="claimed again")
            return Claim(entry.id, attempt, prepared)
        if entry.state not in _AGAIN and not (again and entry.state is State.REJECTED):
            return entry
        return self._begin_again(entry, approval, route, stage, now)

    def _begin(
        self,
        approval: Approval,
        run: str,
        key: bytes,
        route: dict[str, object],
        stage: Stage,
        now: datetime,
    ) -> Claim | GuardError:
        """Record a message that is new, in flight if the caps allow it."""
        quote, began = approval.quote, format_time(now)
        values = {"run": run, "key_hash": key, **route, **self._describe(approval)}
        quoted = str(values["quoted_at"])
        try:
            self._check_limits(approval, 0, run, now)
        except GuardError as refused:
            values |= {"state": State.QUOTED.value, "attempt": 0, "reason": str(refused)}
            id_ = self._insert(values)
            self._log(
                (id_, quoted, State.QUOTED, None, 0, "quoted"),
                (id_, began, State.QUOTED, None, 0, "refused by the guard"),
            )
            return refused
        approved = format_time(approval.at)
        values |= {
            "state": State.IN_FLIGHT.value,
            "stage": stage.value,
            "attempt": 1,
            "approved_at": approved,
            "in_flight_at": began,
            **self._describe_count(quote, now),
        }
        id_ = self._insert(values)
        self._count(quote, run, now)
        self._log(
            (id_, quoted, State.QUOTED, None, 0, "quoted"),
            (id_, approved, State.APPROVED, None, 0, "approved by the guard"),
            (id_, began, State.IN_FLIGHT, stage, 1, "about to be sent"),
        )
        return Claim(id_, 1)

    def _begin_again(
        self,
        entry: Entry,
        approval: Approval,
        route: dict[str, object],
        stage: Stage,
        now: datetime,
    ) -> Claim | GuardError:
        """Put a message in flight that was known, and is known not to have gone out.

        What it counted is given back first: it is judged by today's caps and its quote of today.
        What it was billed stays spent.
        """
        id_, attempt = entry.id, entry.attempt + 1
        if entry.billed_price is None:
            spending.settle(self._connection, id_, free=True)
        try:
            self._check_limits(approval, id_, entry.run, now)
        except GuardError as refused:
            self._execute("UPDATE message SET reason = ? WHERE id = ?", str(refused), id_)
            self._move(id_, State.QUOTED, None, attempt, now, cause="refused by the guard")
            return refused
        approved = format_time(approval.at)
        values = {**route, **self._describe(approval)}
        values |= {
            "approved_at": approved,
            "in_flight_at": format_time(now),
            **self._describe_count(approval.quote, now),
            **dict.fromkeys(_FORGOTTEN),
        }
        attempts.keep(self._connection, id_)
        names = ", ".join(f"{name} = ?" for name in values)
        self._execute(f"UPDATE message SET {names} WHERE id = ?", *values.values(), id_)  # noqa: S608
        self._count(approval.quote, entry.run, now)
        self._log((id_, approved, State.APPROVED, None, attempt, "approved by the guard"))
        self._move(id_, State.IN_FLIGHT, stage, attempt, now, cause="about to be sent")
        return Claim(id_, attempt)

    def _recount(self, id_: int, approval: Approval, run: str, now: datetime) -> GuardError | None:
        """Count a message on the day that it goes on, if that is another; its caps may be full."""
        day = now.date().isoformat()
        if self._row("SELECT 1 FROM message WHERE id = ? AND counted_day = ?", id_, day):
            return None
        spending.settle(self._connection, id_, free=True)
        try:
            self._check_limits(approval, id_, run, now)
        except GuardError as refused:
            spending.settle(self._connection, id_, free=False)
            return refused
        values = self._describe_count(approval.quote, now)
        names = ", ".join(f"{name} = ?" for name in values)
        self._execute(f"UPDATE message SET {names} WHERE id = ?", *values.values(), id_)  # noqa: S608
        self._count(approval.quote, run, now)
        return None

    def release(self, claim: Claim, prepared: str, now: datetime) -> Claim:
        """Record the id that a message waits under, before it is released by it.

        Raises JournalError for an id that is another message's: it is released once.
        """
        self._fence(claim, State.IN_FLIGHT)
        taken = self._row(
            "SELECT 1 FROM message WHERE message_id = ? AND id <> ? AND account_hash ="
            " (SELECT account_hash FROM message WHERE id = ?)",
            prepared,
            claim.id,
            claim.id,
        )
        if taken is not None:
            raise JournalError(
                self._path, "another message waits, or has gone out, under this id: store it anew"
            )
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

    def renew(self, claim: Claim, now: datetime) -> None:
        """Say that a message is still in flight, before it is tried once more."""
        self._fence(claim, State.IN_FLIGHT)
        self._execute(
            "UPDATE message SET in_flight_at = ? WHERE id = ?", format_time(now), claim.id
        )

    def pause(self, claim: Claim, now: datetime, cause: str) -> Claim:
        """Take a message out of flight, for nothing of it has left, while it waits."""
        self._fence(claim, State.IN_FLIGHT)
        self._move(claim.id, State.APPROVED, None, claim.attempt, now, cause=cause)
        return claim

    def resume(
        self, claim: Claim, approval: Approval, stage: Stage, now: datetime
    ) -> GuardError | None:
        """Put a message that waited in flight again; the guard's error if its caps are full now."""
        self._fence(claim, State.APPROVED)
        row = self._row("SELECT run FROM message WHERE id = ?", claim.id)
        refused = self._recount(claim.id, approval, row[0] if row else "", now)
        if refused is not None:
            return refused
        self._execute(
            "UPDATE message SET in_flight_at = ? WHERE id = ?", format_time(now), claim.id
        )
        self._move(claim.id, State.IN_FLIGHT, stage, claim.attempt, now, cause="tried again")
        return None

    def resume_all(
        self, pairs: Iterable[tuple[Claim, Approval]], stage: Stage, now: datetime
    ) -> GuardError | None:
        """Put the messages of one request in flight again, if the caps allow them all."""
        refusals = [self.resume(claim, approval, stage, now) for claim, approval in pairs]
        return next((each for each in refusals if each is not None), None)


def _resume(entry: Entry, stage: Stage) -> tuple[Stage, str | None] | None:
    """Tell where a message may be taken up again, without being sent twice.

    One that waits under an id is released by that id, whatever is thought of it: a second one
    beside it might be a second message.
    """
    if stage is Stage.SEND:
        return None
    if entry.stage is Stage.PREPARE and entry.state is State.IN_FLIGHT:
        return Stage.PREPARE, None
    waiting = entry.state in _DOUBTFUL or entry.state is State.NOT_SENT
    if waiting and entry.stage is Stage.RELEASE and entry.message_id is not None:
        return Stage.RELEASE, entry.message_id
    return None
