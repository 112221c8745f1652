"""Writing the journal for many messages with fewer commits than one by one would take.

The law of this file: what is written together is one commit, and each within it is on its own.
Nobody is told that something is done before it is on the disk.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smscore.send.journal import Journal
from smscore.send.journal.store import Operation
from smscore.send.steps import Write


class Ledger:
    """Writes a journal for one thread that has the next message at hand.

    What concludes a message waits for the commit that puts the next one in flight. Whoever asks for
    receipts gets one when `commits` has moved on.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[Operation[Any]] = []
        self.commits = 0

    def write(self, step: Write) -> Any:  # noqa: ANN401  # the operation's
        """Do a step, now or with the next one; give what it returns if somebody waits for that."""
        if step.concludes:
            self._waiting.append(step.operation)
            return None
        return self._commit(step.operation)[-1]

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._commit()

    def _commit(self, *operations: Operation[Any]) -> list[Any]:
        waiting, self._waiting = self._waiting, []
        self.commits += 1
        try:
            found = self._journal.transact_each([*waiting, *operations])
            for each in found[: len(waiting)]:
                if isinstance(each, Exception):
                    raise each
        except Exception as error:
            if waiting:
                error.add_note(f"Outcomes that may not be recorded: {len(waiting)}; reconcile.")
            raise
        if operations and isinstance(found[-1], Exception):
            raise found[-1]
        return found


class Writer:
    """One thread that writes a journal for one event loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[Operation[Any], asyncio.Future[Any]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smscore-journal")
        self._draining: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def write(self, operation: Operation[Any]) -> Any:  # noqa: ANN401  # the operation's
        """Do an operation in a transaction, and give what it returns; raises what it raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.append((operation, future))
        if self._draining is None or self._draining.done() or self._loop is not loop:
            # A loop that ended in mid-write has left its task undone.
            self._loop, self._draining = loop, loop.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken, self._waiting = self._waiting, []
            operations = [operation for operation, _ in taken]
            try:
                found = await loop.run_in_executor(
                    self._thread, self._journal.transact_each, operations
                )
            except Exception as error:  # noqa: BLE001  # each of those who wait is told
                found = [error] * len(taken)
            for (_, future), value in zip(taken, found, strict=True):
                if future.cancelled():
                    continue
                if isinstance(value, Exception):
                    future.set_exception(value)
                else:
                    future.set_result(value)

    def close(self) -> None:
        """Let the thread end when it has written what it was given."""
        self._thread.shutdown()
