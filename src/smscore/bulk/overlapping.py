"""Reading ahead and writing behind, each in a thread of its own, while rows are judged between.

The law of this file: order is kept, and so few batches wait at any time that memory does not grow.
What a thread raises is raised to whoever waits for it; whatever ends a run, both threads are over
when it is.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, TypeVar

DEPTH = 2
"""How many batches wait at most between two threads."""

ALL_STAGES = 3
"""Reading, judging, writing."""

Item = TypeVar("Item")


def choose_threads(threads: int | None) -> int:
    """Say how many threads are used where so many may be; ValueError for a number that is none.

    >>> choose_threads(2), choose_threads(64)
    (2, 3)
    """
    if threads is None:
        return ALL_STAGES if (os.cpu_count() or 1) > 1 else 1
    if type(threads) is not int or threads < 1:
        raise ValueError(f"threads are a whole number from 1 on, or None, not {threads!r}")
    return min(threads, ALL_STAGES)


class _Belt(Generic[Item]):
    """Hands items from one thread to another; few fit on it."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None

    def put(self, item: Item) -> bool:
        """Lay an item on, as soon as there is room; False if nobody takes any more."""
        with self._changed:
            while len(self._items) >= DEPTH and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def end(self, error: BaseException | None = None) -> None:
        """Lay nothing more on, for there is no more or because of an error."""
        with self._changed:
            self._ended = True
            self._error = self._error or error
            self._changed.notify_all()

    def stop(self, error: BaseException | None = None) -> None:
        """Take nothing more off."""
        with self._changed:
            self._stopped = True
            self._error = self._error or error
            self._items.clear()
            self._changed.notify_all()

    def raise_error(self) -> None:
        """Raise what the other thread has raised, once."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def __iter__(self) -> Iterator[Item]:
        """Take the items off as they come; raise what the other thread has raised."""
        while True:
            with self._changed:
                while not self._items and not self._ended and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                if not self._items:
                    break
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
        self.raise_error()


def read_ahead(items: Generator[Item]) -> Generator[Item]:
    """Give the items of a generator, which runs in a thread of its own.

    >>> list(read_ahead(number for number in range(100)))[-1]
    99
    """
    belt: _Belt[Item] = _Belt()

    def read() -> None:
        error: BaseException | None = None
        try:
            with closing(items):
                for item in items:
                    if not belt.put(item):
                        break
        except BaseException as raised:  # noqa: BLE001  # it is raised where the items are taken
            error = raised
        belt.end(error)

    thread = Thread(target=read, name="smscore-reading")
    thread.start()
    try:
        yield from belt
    finally:
        belt.stop()
        _outlast(thread)


class WriteBehind(AbstractContextManager["WriteBehind[Item]"], Generic[Item]):
    """Calls a function for each item, one after the other, in a thread of its own.

    All of them have been called when the block ends, unless something was raised in it; what the
    function raises is raised by the next call of `put`, or at the end.

    >>> found = []
    >>> with WriteBehind(found.append) as behind:
    ...     behind.put(1)
    ...     behind.put(2)
    >>> found
    [1, 2]
    """

    def __init__(self, write: Callable[[Item], None]) -> None:
        """Begin to wait for items."""
        self._write = write
        self._belt: _Belt[Item] = _Belt()
        self._thread = Thread(target=self._run, name="smscore-writing")
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hand an item over, as soon as there is room."""
        if not self._belt.put(item):
            self._belt.raise_error()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Wait until all is written, or what is being written if something was raised."""
        if kind is not None:
            self._belt.stop()
            _outlast(self._thread)
            return
        self._belt.end()
        try:
            self._thread.join()
        except BaseException:
            self._belt.stop()
            _outlast(self._thread)
            raise
        self._belt.raise_error()

    def _run(self) -> None:
        try:
            for item in self._belt:
                self._write(item)
        except BaseException as raised:  # noqa: BLE001  # it is raised where the items come from
            self._belt.stop(raised)


def _outlast(thread: Thread) -> None:
    """Wait for a thread that is about to end, whatever interrupts."""
    try:
        thread.join()
    except BaseException:
        thread.join()
        raise
