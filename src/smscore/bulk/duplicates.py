"""Which messages of a run came before: the same text to the same number.

The law of this file: memory is bounded whatever the number of rows, and no duplicate is missed. So
many keys are held in memory; past that they go to a temporary database on disk, which the
operating system forgets with the process. A key is a hash of 64 bits: that two of a hundred
million different messages share one has a chance of 1 in 3,700.
"""

from __future__ import annotations

import hashlib
import sqlite3

import pyarrow as pa

from smscore.bulk.arrow import pc
from smscore.bulk.rows import pick

KEYS_IN_MEMORY = 1_000_000


class SeenMessages:
    """Remembers messages, and knows one that it has seen.

    >>> seen = SeenMessages()
    >>> [seen.add("+447700900123", text) for text in ("Hello", "Hi", "Hello")]
    [False, False, True]
    """

    def __init__(self, keys_in_memory: int = KEYS_IN_MEMORY) -> None:
        """Hold at most so many keys in memory."""
        self._limit = keys_in_memory
        self._recent: set[int] = set()
        self._older: sqlite3.Connection | None = None

    def add(self, number: str, text: str) -> bool:
        """Remember a message; tell whether it was there already."""
        digest = hashlib.blake2b(f"{number}\n{text}".encode(), digest_size=8).digest()
        key = int.from_bytes(digest, "big", signed=True)
        if key in self._recent or self._is_older(key):
            return True
        self._recent.add(key)
        if len(self._recent) >= self._limit:
            self._move_to_disk()
        return False

    def find(self, digits: pa.Array, texts: pa.Array, units: pa.Array) -> pa.Array | None:
        """Remember the messages of a batch that have a number and a text; mark those known."""
        has_both = pc.and_(pc.greater(digits, pa.scalar(0, digits.type)), pc.greater(units, 0))
        places = pc.indices_nonzero(has_both)
        again = bytearray(len(digits))
        rows = zip(
            places.to_pylist(),
            digits.take(places).to_pylist(),
            pick(texts, places).to_pylist(),
            strict=True,
        )
        for place, number, text in rows:
            again[place] = self.add(f"+{number}", text)
        found = pa.Array.from_buffers(pa.uint8(), len(again), [None, pa.py_buffer(again)])
        return found.cast(pa.bool_())

    def __del__(self) -> None:
        """Give the disk back."""
        if self._older is not None:
            self._older.close()

    def _is_older(self, key: int) -> bool:
        if self._older is None:
            return False
        found = self._older.execute("SELECT 1 FROM seen WHERE key = ?", (key,))
        return found.fetchone() is not None

    def _move_to_disk(self) -> None:
        if self._older is None:
            # A database without a name is a temporary file that is deleted when it is closed.
            self._older = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._older.execute("PRAGMA journal_mode = OFF")
            self._older.execute("PRAGMA synchronous = OFF")
            self._older.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY)")
        self._older.execute("BEGIN")
        self._older.executemany(
            "INSERT INTO seen VALUES (?)", ((key,) for key in sorted(self._recent))
        )
        self._older.execute("COMMIT")
        self._recent.clear()
