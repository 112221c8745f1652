"""The file of a journal: opening it, its transactions, and what is asked of it.

The law of this file: a transaction is on the disk when it has returned (SQLite, WAL,
synchronous=FULL), and one that fails has changed nothing. Whatever goes wrong with the file is a
JournalError that names it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self, TypeVar

from smscore.errors import JournalError
from smscore.privacy import Secret
from smscore.send.journal import attempts, hosts, spending
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import COLUMNS, Entry, State, format_time, read_entry
from smscore.send.journal.hashing import Hasher, read_key
from smscore.send.journal.schema import prepare
from smscore.send.journal.transaction import Transaction

T = TypeVar("T")
Operation = Callable[[Transaction], T]

MEMORY = ":memory:"
KEY_SUFFIX = ".key"
LOG_SUFFIX = "-wal"

_PAGE = 1000
_PAGE_OCTETS = 2048
_POLL_SECONDS = 0.01

_LOG_OCTETS = 480 << 10
"""When the log is written into the file of the journal, and begun anew."""

_LOG_RESERVE = 32 << 10
"""What the transaction that fills the log takes beyond that."""

_FRAME = 24
"""The octets beside a page in the log."""


class Journal:
    """The durable record of every send; several processes may share one.

    `key` makes the hashes of texts and numbers. Without it, a file beside the journal has one,
    its name that of the journal and ".key". With `store_messages`, texts and numbers are kept in
    plain as well, which is the caller's to decide. `patience` is how many seconds to wait for
    another process. A path of ":memory:" is for trying things: it lasts as long as the process.

    Raises JournalError for a file that is no journal, cannot be written, or has another key.

    >>> with Journal(":memory:") as journal:
    ...     list(journal.entries())
    []
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        key: Secret | str | bytes | None = None,
        store_messages: bool = False,
        patience: float = 30.0,
    ) -> None:
        self.path = os.fspath(path)
        self.store_messages = store_messages
        self._lock = RLock()
        self._process = os.getpid()
        in_memory = self.path == MEMORY
        new = in_memory or not Path(self.path).exists() or not Path(self.path).stat().st_size
        beside = None if in_memory else Path(self.path + KEY_SUFFIX)
        try:
            if not in_memory and not Path(self.path).parent.is_dir():
                raise JournalError(self.path, "there is no such folder")
            self._hasher = Hasher(read_key(key, beside, new=new))
            if new and not in_memory:
                # For its owner alone, as the key is: what is in it is nobody else's business.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with self._explained():
                self._connection = sqlite3.connect(
                    self.path, timeout=patience, isolation_level=None, check_same_thread=False
                )
        except OSError as error:
            raise JournalError(self.path, error.strerror or type(error).__name__) from None
        try:
            with self._explained():
                self._open(patience)
        except BaseException:
            self._connection.close()
            raise

    def _open(self, patience: float) -> None:
        # Of a new file; a message changes little in each of several pages, which are synced whole.
        self._connection.execute(f"PRAGMA page_size = {_PAGE_OCTETS}")
        self._begin_log(patience)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.create_function("add_money", 2, spending.add_money, deterministic=True)
        prepare(self._connection, self.path)
        self.transact([self._check_key, self._reserve_log])

    def _begin_log(self, patience: float) -> None:
        """Turn the log on; SQLite itself does not wait for another process that does it too."""
        end = time.monotonic() + patience
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(_POLL_SECONDS)
            else:
                return

    def _check_key(self, _: Transaction) -> None:
        """Refuse a key that is not the one the journal was begun with; nothing would be found."""
        self._connection.execute(
            "INSERT OR IGNORE INTO setting VALUES ('key', ?)", (self._hasher.fingerprint,)
        )
        [known] = self._connection.execute(
            "SELECT value FROM setting WHERE name = 'key'"
        ).fetchone()
        if known != self._hasher.fingerprint:
            raise JournalError(self.path, "it was begun with another key: give that one")

    def _reserve_log(self, _: Transaction) -> None:
        """Make the log as long as it gets, which its transactions then overwrite.

        A sync waits for less where no file grows. What follows the transactions of a log, SQLite
        leaves aside; and only who writes, as we do in this transaction, makes it longer.
        """
        if self.path == MEMORY:
            return
        [page] = self._connection.execute("PRAGMA page_size").fetchone()
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_OCTETS // (page + _FRAME)}")
        # Where it cannot be done, for want of space say, it is not: writing will tell.
        with suppress(OSError), Path(self.path + LOG_SUFFIX).open("r+b", buffering=0) as file:
            missing = _LOG_OCTETS + _LOG_RESERVE - file.seek(0, os.SEEK_END)
            file.write(bytes(max(missing, 0)))

    def transact(self, operations: Sequence[Operation[Any]]) -> list[Any]:
        """Do some operations in one transaction, and give what each returns.

        One that raises undoes them all. When this returns, they are on the disk.
        """
        if os.getpid() != self._process:
            raise JournalError(self.path, "it was opened in another process: open it in this one")
        connection = self._connection
        transaction = Transaction(connection, self._hasher, self.path, stores=self.store_messages)
        with self._lock:
            try:
                # Within the try: an interruption may come when it has begun already.
                connection.execute("BEGIN IMMEDIATE")
                found = [operation(transaction) for operation in operations]
                connection.execute("COMMIT")
            except BaseException as error:
                with self._explained():
                    # A full disk has ended it already.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    if isinstance(error, sqlite3.Error):
                        raise error from None
                raise
            return found

    def transact_each(self, operations: Sequence[Operation[Any]]) -> list[Any]:
        """Do some operations in one transaction, each undone on its own if it raises.

        Gives what each returns, or the exception that it raised. Where one raises, all are undone
        and done once more, so that they are to change nothing but the journal.
        """
        if len(operations) == 1:
            try:
                return self.transact(operations)
            except Exception as error:  # noqa: BLE001  # it is handed to whoever asked for it
                return [error]
        together = self._transact_together(operations)
        if together is not None:
            return together

        def isolate(operation: Operation[Any]) -> Operation[Any]:
            def isolated(transaction: Transaction) -> Any:  # noqa: ANN401  # the operation's
                self._connection.execute("SAVEPOINT one")
                try:
                    found = operation(transaction)
                except Exception as error:  # noqa: BLE001  # it is handed to whoever asked for it
                    self._connection.execute("ROLLBACK TO one")
                    found = error
                self._connection.execute("RELEASE one")
                return found

            return isolated

        return self.transact([isolate(each) for each in operations])

    def _transact_together(self, operations: Sequence[Operation[Any]]) -> list[Any] | None:
        """Do them with nothing between them; None if one has raised, and nothing was done."""
        done: list[Any] = []
        began = False

        def follow(transaction: Transaction) -> None:
            nonlocal began
            began = True
            for operation in operations:
                done.append(operation(transaction))  # noqa: PERF401  # how far it came counts

        try:
            self.transact([follow])
        except Exception:
            # Where it was none of them, it was the file.
            if began and len(done) < len(operations):
                return None
            raise
        return done

    def write(self, operation: Operation[T]) -> T:
        """Do one operation in a transaction of its own."""
        [found] = self.transact([operation])
        result: T = found
        return result

    def hash_number(self, number: str) -> bytes:
        """Hash a number (E.164) as the entries have it."""
        return self._hasher.hash("number", number)

    def hash_text(self, text: str) -> bytes:
        """Hash a text as the entries have it."""
        return self._hasher.hash("text", text)

    def hash_account(self, identity: str) -> bytes:
        """Hash an account (`Provider.identity`) as the entries have it."""
        return self._hasher.hash("account", identity)

    def note_host(self, identity: str, host: str) -> None:
        """Remember where an account (`Provider.identity`) is, if that is not known yet."""
        account = self.hash_account(identity)
        if self.find_host(account) != host:
            self.write(lambda _: hosts.note(self._connection, account, host))

    def find_host(self, account_hash: bytes) -> str | None:
        """Give the host of an account, by the hash that entries have; None if it is not known."""
        with self._lock, self._explained():
            return hosts.find(self._connection, account_hash)

    def hash_handle(self, handle: str) -> bytes:
        """Hash a handle (`Provider.handle`) as the entries have it."""
        return self._hasher.hash("handle", handle)

    def entries(
        self,
        *,
        run: str | None = None,
        provider: str | None = None,
        states: Collection[State] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Entry]:
        """Give the messages of the journal in the order in which they were quoted.

        With `since` or `until`, those that were put in flight from then on, or before then.
        """
        conditions, values = ["id > ?"], list[object]()
        for condition, value in (
            ("run = ?", run),
            ("provider = ?", provider),
            ("in_flight_at >= ?", since and format_time(since)),
            ("in_flight_at < ?", until and format_time(until)),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        if states is not None:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += [each.value for each in states]
        statement = (
            f"SELECT {COLUMNS} FROM message WHERE {' AND '.join(conditions)}"  # noqa: S608
            f" ORDER BY id LIMIT {_PAGE}"
        )
        last = 0
        while True:
            # Page by page: nobody else is kept from writing while a caller thinks.
            with self._lock, self._explained():
                rows = self._connection.execute(statement, (last, *values)).fetchall()
            for row in rows:
                entry = read_entry(row)
                last = entry.id
                yield entry
            if len(rows) < _PAGE:
                return

    def earlier(
        self,
        *,
        run: str | None = None,
        provider: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Earlier]:
        """Give the attempts that were tried again since, and left an id or a bill behind.

        With `since` or `until`, those that were put in flight from then on, or before then.
        """
        conditions = (
            ("run = ?", run),
            ("earlier.provider = ?", provider),
            ("earlier.in_flight_at >= ?", since and format_time(since)),
            ("earlier.in_flight_at < ?", until and format_time(until)),
        )
        with self._lock, self._explained():
            return attempts.find(self._connection, conditions)

    def count(self, *, run: str | None = None) -> dict[State, int]:
        """Count the messages in each state."""
        where, values = ("", ()) if run is None else (" WHERE run = ?", (run,))
        with self._lock, self._explained():
            rows = self._connection.execute(
                f"SELECT state, count(*) FROM message{where} GROUP BY state",  # noqa: S608
                values,
            ).fetchall()
        found = {State(name): number for name, number in rows}
        return {state: found.get(state, 0) for state in State}

    def spent(self, *, run: str | None = None, day: str | None = None) -> spending.Sums:
        """Give what a run or a day (UTC, ISO 8601) has taken: money, parts, recipients."""
        if (run is None) == (day is None):
            raise ValueError("what was spent is that of a run or of a day: give one of them")
        scope = spending.run_scope(run) if run is not None else spending.day_scope(day or "")
        with self._lock, self._explained():
            return spending.read_sums(self._connection, scope, spending.ALL_COUNTRIES)

    def close(self) -> None:
        """Close the file; what was written stays."""
        with self._lock, self._explained():
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Journal({self.path!r})"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(self.path, f"{error}") from None
