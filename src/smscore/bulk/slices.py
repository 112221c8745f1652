"""A slice of a message file: which of its rows, and where they lie.

The law of this file: a slice is numbers, and what was concluded of how the file is written; no cell
is in it. A file that is no longer as long as it was when it was cut is not read by it.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import BinaryIO

from smscore.bulk.dialect import Dialect
from smscore.errors import BulkFileError


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the rows of a file, as `cut_file` has found them; it can be pickled.

    It is the slice `number`, from 1, of `count`, and goes from `start` to before `stop`: octets of
    CSV and JSON Lines, row groups of Parquet. Before its own rows the file has `rows_before`, and
    `lines_before`, 0 for Parquet. `octets` are how many of the file are its own, which for Parquet
    goes by the rows; `size` is that of the file. `dialect` is how the file is written.
    """

    number: int
    count: int
    start: int
    stop: int
    rows_before: int
    lines_before: int
    octets: int
    size: int
    dialect: Dialect

    def check_size(self, size: int, source: str) -> None:
        """Raise BulkFileError if the file has another size than when it was cut."""
        if size != self.size:
            raise BulkFileError(
                source,
                f"it has {size:,} octets and had {self.size:,} when it was cut: cut it again, "
                "and judge every slice anew",
            )

    def to_dict(self) -> dict[str, object]:
        """Give the slice as JSON values: which it is, and where it lies."""
        return {
            "number": self.number,
            "count": self.count,
            "start": self.start,
            "stop": self.stop,
            "rows_before": self.rows_before,
        }

    def __str__(self) -> str:
        """Say which it is.

        >>> print(Slice(3, 8, 100, 200, 10, 11, 100, 800, Dialect("jsonl", "utf-8")))
        slice 3 of 8
        """
        return f"slice {self.number} of {self.count}"


def check_whether_cut(source: object, *, duplicates: bool, is_told: bool) -> None:
    """Raise TypeError or ValueError where a slice cannot be judged by itself."""
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError("a slice is of a file, which is given by its path")
    if is_told:
        raise ValueError("say to cut_file how the file is written: its slices know it")
    if duplicates:
        raise ValueError(
            "a duplicate may be in another slice, where it would be missed: give "
            "duplicates=False, and judge the file whole where duplicates matter"
        )


class Stretch(io.RawIOBase):
    r"""The octets of a file that can be sought in, from a start to before a stop.

    >>> Stretch(io.BytesIO(b"to,text\n+44,Hello\n"), 8, 11).read()
    b'+44'
    """

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        """Go to the start."""
        self._file = file
        self._left = stop - start
        file.seek(start)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many octets, or what is left."""
        wanted = self._left if size < 0 else min(size, self._left)
        octets = self._file.read(wanted)
        self._left -= len(octets)
        return octets
