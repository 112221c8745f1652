"""Which messages of a run came before: the same text to the same number.

The law of this file: memory is bounded whatever the number of rows, and no duplicate is missed. So
many keys are held in a table in memory; a table that is full goes to a temporary file, which the
operating system forgets with the process, and a sieve in memory knows which keys may be in it. A
key is a hash of 64 bits under a secret of the run: that two of a hundred million different messages
share one has a chance of 1 in 3,700.
"""

from __future__ import annotations

import mmap
import secrets
import tempfile
from typing import IO

import pyarrow as pa

from smscore import _kernel
from smscore.bulk.arrow import octets_of_numbers, pc
from smscore.bulk.rows import lay_out, make_column

KEYS_IN_MEMORY = 1 << 21

_KEY_OCTETS = 8
_FEWEST_SLOTS = 1 << 10
_SLOTS_A_KEY = 2
_SIEVE_OCTETS_A_KEY = 16
"""So that of many tables on disk few are asked in vain."""

_KNOWN = 1

_PIECE_OCTETS = 1 << 20


class SeenMessages:
    """Remembers messages, and knows one that it has seen.

    >>> seen = SeenMessages()
    >>> [seen.add("+447700900123", text) for text in ("Hello", "Hi", "Hello")]
    [False, False, True]
    """

    def __init__(self, keys_in_memory: int = KEYS_IN_MEMORY) -> None:
        """Hold at most so many keys in memory."""
        self._limit = keys_in_memory
        self._secret = secrets.token_bytes(16)
        self._table = _make_table(_FEWEST_SLOTS * _KEY_OCTETS)
        self._held = 0
        self._sieve: mmap.mmap | None = None
        self._older: list[mmap.mmap] = []
        self._file: IO[bytes] | None = None

    def add(self, number: str, text: str) -> bool:
        """Remember a message; tell whether it was there already."""
        one = pa.array([1], pa.uint64()), make_column([f"{number}\n{text}"]), pa.array([1])
        return self.find(one[0], one[1], one[2].cast(pa.int32())) is not None

    def find(self, digits: pa.Array, texts: pa.Array, lengths: pa.Array) -> pa.Array | None:
        """Remember the messages of a batch that have a number and a text; mark those known.

        `digits` are numbers of 64 bits, 0 where there is none, `lengths` of 32, 0 where there is
        no text. Gives None if no message is known.
        """
        count = len(digits)
        keys, marks = bytearray(count * _KEY_OCTETS), bytearray(count)
        numbers, used = octets_of_numbers(digits), octets_of_numbers(lengths)
        _kernel.find_keys(*lay_out(texts), count, numbers, used, self._secret, keys)
        with memoryview(keys) as all_keys, memoryview(marks) as all_marks:
            start = 0
            while start < count:
                end = min(count, start + max(1, self._limit - self._held))
                piece = all_keys[start * _KEY_OCTETS : end * _KEY_OCTETS]
                self._remember(piece, all_marks[start:end])
                start = end
        if not any(marks):
            return None
        found = pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(marks)])
        known = pc.equal(found, pa.scalar(_KNOWN, pa.uint8()))
        return known if known.true_count else None

    def __del__(self) -> None:
        """Give the disk back."""
        for table in self._older:
            table.close()
        if self._file is not None:
            self._file.close()

    def _remember(self, keys: memoryview, marks: memoryview) -> None:
        count = len(marks)
        self._make_room(self._held + count)
        self._held += _kernel.remember(keys, count, self._table, self._sieve, marks)
        for table in self._older:
            _kernel.search(keys, count, table, marks)
            if hasattr(mmap, "MADV_DONTNEED"):
                # What was looked at stays in the system's cache, and is no memory of ours.
                table.madvise(mmap.MADV_DONTNEED)
        if self._held >= self._limit:
            self._move_to_disk()

    def _make_room(self, keys: int) -> None:
        """Let the table be twice as large as its keys need."""
        size = len(self._table)
        while size < keys * _SLOTS_A_KEY * _KEY_OCTETS:
            size *= 2
        if size > len(self._table):
            table = _make_table(size)
            _kernel.remember(*self._all_keys(), table, None, bytearray(size // _KEY_OCTETS))
            self._table = table

    def _all_keys(self) -> tuple[mmap.mmap, int]:
        return self._table, len(self._table) // _KEY_OCTETS

    def _move_to_disk(self) -> None:
        if self._file is None:
            # It has no name, and is gone when it is closed.
            self._file = tempfile.TemporaryFile()  # noqa: SIM115
            size = _KEY_OCTETS
            while size < self._limit * _SIEVE_OCTETS_A_KEY:
                size *= 2
            self._sieve = _make_table(size)
            self._sift(self._sieve)
        start = self._file.seek(0, 2)
        start += -start % mmap.ALLOCATIONGRANULARITY
        self._file.seek(start)
        self._file.write(self._table)
        self._file.flush()
        size = len(self._table)
        table = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ, offset=start)
        self._older.append(table)
        self._table = _make_table(_FEWEST_SLOTS * _KEY_OCTETS)
        self._held = 0

    def _sift(self, sieve: mmap.mmap) -> None:
        """Let a sieve know the keys of the table, which came to be without one."""
        with memoryview(self._table) as table:
            for start in range(0, len(table), _PIECE_OCTETS):
                keys = table[start : start + _PIECE_OCTETS]
                count = len(keys) // _KEY_OCTETS
                _kernel.remember(keys, count, bytearray(2 * len(keys)), sieve, bytearray(count))


def _make_table(octets: int) -> mmap.mmap:
    """Make room of zeros that goes back to the system as soon as it is not needed."""
    return mmap.mmap(-1, octets, access=mmap.ACCESS_COPY)
