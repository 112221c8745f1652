"""What will happen in a stand-in, each thing at its own time.

The law of this file: things happen in the order of their times, at equal times in the order in
which they were noted, however seldom the clock is looked at.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class Agenda:
    """Things to do, each with the second since 1970 at which it is due.

    >>> agenda, done = Agenda(), []
    >>> agenda.note(20.0, done.append)
    >>> agenda.note(10.0, done.append)
    >>> agenda.run(15.0)
    >>> done
    [10.0]
    """

    __slots__ = ("_entries", "_numbers")

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = count()

    def note(self, due: float, act: Callable[[float], None]) -> None:
        """Note what is to be done at `due`; it is told that time, not the time it is."""
        heapq.heappush(self._entries, (due, next(self._numbers), act))

    def run(self, now: float) -> None:
        """Do what is due, and what that makes due."""
        while self._entries and self._entries[0][0] <= now:
            due, _, act = heapq.heappop(self._entries)
            act(due)
