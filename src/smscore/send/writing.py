"""Writing the journal from an event loop, without stopping it.

The law of this file: what is asked for while the disk is busy is written together when it is not:
one commit for all, each within it on its own. Nobody goes on before it is on the disk.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smscore.send.journal import Journal
from smscore.send.journal.store import Operation


class Writer:
    """One thread that writes a journal for one event loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[Operation[Any], asyncio.Future[Any]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smscore-journal")
        self._draining: asyncio.Task[None] | None = None

    async def write(self, operation: Operation[Any]) -> Any:  # noqa: ANN401  # the operation's
        """Do an operation in a transaction, and give what it returns; raises what it raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.append((operation, future))
        if self._draining is None or self._draining.done():
            self._draining = loop.create_task(self._drain())
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
