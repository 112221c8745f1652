"""A message file cut into slices, so that several processes share it, or a later one goes on.

The law of this file: a cut is only where a row begins. Quotation marks are watched from the first
one on, for whether a line break ends a row is told by all the marks before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

from smscore import _kernel
from smscore.bulk.csv_rows import BLOCK_OCTETS, find_header
from smscore.bulk.dialect import Dialect, Format, detect_dialect
from smscore.bulk.jsonl_rows import LINE_OCTETS
from smscore.bulk.parquet_rows import open_parquet
from smscore.bulk.reading import read_head
from smscore.bulk.slices import Slice
from smscore.errors import BulkFileError

MOST_PIECES = 1 << 16
"""The most slices that a file is cut into."""

CHUNK_OCTETS = 1 << 20
WINDOW_OCTETS = 1 << 14
"""How much is read at a time, and how much where a row is looked for."""

# A row of more octets is refused by whoever reads it.
_OPEN_OCTETS = 2 * BLOCK_OCTETS

_BREAKS = (b"\r", b"\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NARROW = ("utf-8", "cp1252")


class _Cut(NamedTuple):
    """Where a row begins: the octet or the row group, and the rows and lines before it."""

    place: int
    rows: int
    lines: int


def cut_file(
    path: str | os.PathLike[str],
    pieces: int,
    *,
    format: Format | None = None,  # noqa: A002  # it is the word for it
    encoding: str | None = None,
    delimiter: str | None = None,
) -> tuple[Slice, ...]:
    """Cut a message file into so many slices of about one size, or fewer where rows are long.

    Each is judged by `validate_file(path, part=..., duplicates=False)`, in any order and in any
    process; what was found of all of them is put together by `merge`. The slices of CSV and JSON
    Lines are ranges of octets, cut where a row begins, never in a quoted cell; those of Parquet are
    row groups. The whole file is read once, but for Parquet. `format`, `encoding` and `delimiter`
    say how the file is written, as to `validate_file`; the slices know it.

    Raises BulkFileError if the file cannot be read, for one in UTF-16, which is not cut, and for
    CSV with a cell that never ends; ValueError for an option that makes no sense, OSError if the
    file cannot be opened.

    >>> slices = cut_file("examples/campaign.csv", 4)
    >>> [each.number for each in slices], slices[0].start
    ([1, 2, 3, 4], 0)
    """
    if type(pieces) is not int or not 1 <= pieces <= MOST_PIECES:
        raise ValueError(f"pieces are a whole number from 1 to {MOST_PIECES:,}, not {pieces!r}")
    name = Path(path).name
    with Path(path).open("rb") as file:
        head = read_head(file)
        if not head:
            raise BulkFileError(name, "it is empty")
        dialect = detect_dialect(head, name, format=format, encoding=encoding, delimiter=delimiter)
        size = os.fstat(file.fileno()).st_size
        if dialect.format == "parquet":
            return _cut_parquet(file, name, dialect, size, pieces)
        if dialect.encoding not in _NARROW:
            raise BulkFileError(
                name,
                f"a file in {dialect.encoding} is not cut: save it as UTF-8, or judge it whole",
            )
        if dialect.format == "csv":
            cuts = list(_cut_csv(file, head, name, dialect, size, pieces))
        else:
            file.seek(len(_BYTE_ORDER_MARK) if dialect.byte_order_mark else 0)
            cuts = list(_cut_lines(file, name, size, pieces))
    starts = [_Cut(0, 0, 0), *cuts]
    stops = [*(cut.place for cut in cuts), size]
    return tuple(
        Slice(
            number=number,
            count=len(starts),
            start=cut.place,
            stop=stop,
            rows_before=cut.rows,
            lines_before=cut.lines,
            octets=stop - cut.place,
            size=size,
            dialect=dialect,
        )
        for number, (cut, stop) in enumerate(zip(starts, stops, strict=True), 1)
    )


def _cut_parquet(
    file: BinaryIO, name: str, dialect: Dialect, size: int, pieces: int
) -> tuple[Slice, ...]:
    metadata = open_parquet(file, name).metadata
    before = [0]
    for group in range(metadata.num_row_groups):
        before.append(before[-1] + metadata.row_group(group).num_rows)
    groups, rows = len(before) - 1, before[-1]
    # The first group that begins no sooner than its share of the rows.
    wanted = (rows * piece // pieces for piece in range(1, pieces))
    begun = {
        next(group for group in range(groups + 1) if before[group] >= share) for share in wanted
    }
    bounds = [0, *sorted(begun - {0, groups}), groups]
    return tuple(
        Slice(
            number=number,
            count=len(bounds) - 1,
            start=start,
            stop=stop,
            rows_before=before[start],
            lines_before=0,
            octets=size * (before[stop] - before[start]) // max(1, rows),
            size=size,
            dialect=dialect,
        )
        for number, (start, stop) in enumerate(pairwise(bounds), 1)
    )


def _cut_lines(file: BinaryIO, name: str, size: int, pieces: int) -> Iterator[_Cut]:
    """Find the lines of JSON Lines that begin no sooner than their share of the octets."""
    shares = _share_out(0, size, pieces)
    share = next(shares, size)
    place = file.tell()
    rows = lines = told = 0
    while line := file.readline(LINE_OCTETS):
        if place >= share and rows > told:
            yield _Cut(place, rows, lines)
            told = rows
            while share <= place:
                share = next(shares, size)
        lines += 1
        if len(line) == LINE_OCTETS:
            raise BulkFileError(name, f"a line is longer than {LINE_OCTETS} octets", lines)
        place += len(line)
        rows += not line.isspace()


def _share_out(start: int, size: int, pieces: int) -> Iterator[int]:
    for piece in range(1, pieces):
        yield start + (size - start) * piece // pieces


def _cut_csv(
    file: BinaryIO, head: bytes, name: str, dialect: Dialect, size: int, pieces: int
) -> Iterator[_Cut]:
    """Find the rows of CSV that begin no sooner than their share of the octets."""
    header = find_header(head, name, dialect)[1]
    # What is not UTF-8 here has an octet for each character.
    start = len(header.encode() if dialect.encoding == "utf-8" else header)
    start += len(_BYTE_ORDER_MARK) if dialect.byte_order_mark else 0
    scan = _Scan(name, dialect, start, 1 + _count_breaks(header.encode()))
    file.seek(start)
    shares = _share_out(start, size, pieces)
    share = next(shares, size)
    told = 0
    place = start
    # What is before a share is let go of first, for what is behind it is looked at many times.
    while chunk := file.read(min(CHUNK_OCTETS, max(WINDOW_OCTETS, share - place))):
        place += len(chunk)
        scan.lay_on(chunk)
        while share < size and (cut := scan.find_row(share)) is not None:
            if cut.rows > told:
                yield cut
                told = cut.rows
            while share <= cut.place:
                share = next(shares, size)
        scan.take_off()
    scan.end()


def _count_breaks(octets: bytes) -> int:
    return _kernel.count_breaks(octets, 0, len(octets))


class _Scan:
    """What is known of the quotation marks of a CSV file up to some place."""

    def __init__(self, name: str, dialect: Dialect, start: int, line: int) -> None:
        """Begin where the header ends, in such a line."""
        self._name = name
        self._delimiter = ord(dialect.delimiter or ",")
        # One octet that is done with, for what comes next is judged by what it stands behind.
        self._data = b"\n"
        self._place = start - 1
        self._line = line
        self._rows = 0
        self._is_open = False
        self._has_begun = False

    def lay_on(self, octets: bytes) -> None:
        """See more octets."""
        if not self._has_begun:
            # Breaks before the first cell end no row.
            self._rows -= octets[:1] in _BREAKS
            self._has_begun = True
        self._data += octets

    def _watch(self, end: int) -> int:
        """Count the rows that have ended before those octets end, and another has begun."""
        return _kernel.watch_quotes(self._data[:end], 1, self._delimiter, False)[1]

    def find_row(self, share: int) -> _Cut | None:
        """Find the first row that begins at an octet of the file or behind it, if it is seen."""
        low, high = max(1, share - self._place), len(self._data)
        if low >= high:
            return None
        before = self._watch(low)
        if self._watch(high) == before:
            return None
        # Rows that have begun only become more; the first octet of the next is looked for.
        while high - low > 1:
            middle = (low + high) // 2
            if self._watch(middle) > before:
                high = middle
            else:
                low = middle
        at = high - 1
        lines = self._line - 1 + _kernel.count_breaks(self._data, 1, at)
        return _Cut(self._place + at, self._rows + self._watch(high), lines)

    def take_off(self) -> None:
        """Let go of the octets that are done with; BulkFileError for a cell without an end."""
        done, rows, self._is_open, _ = _kernel.watch_quotes(self._data, 1, self._delimiter, False)
        self._rows += rows
        self._line += _kernel.count_breaks(self._data, 1, done)
        self._place += done - 1
        self._data = self._data[done - 1 :]
        if self._is_open and len(self._data) > _OPEN_OCTETS:
            self._refuse(f"is not closed in {_OPEN_OCTETS} octets")

    def end(self) -> None:
        """Raise BulkFileError for a cell that has the rest of the file in it, rows and all."""
        strays = _kernel.watch_quotes(self._data, 1, self._delimiter, True)[3]
        for _, first, end, never_ends in strays:
            if never_ends and _count_breaks(self._data[first:end].rstrip(b"\r\n")):
                self._line += _kernel.count_breaks(self._data, 1, first)
                self._refuse("is never closed")

    def _refuse(self, fault: str) -> None:
        raise BulkFileError(
            self._name,
            f"a quotation mark that opens a cell here {fault}: close it, or leave it out",
            self._line,
        )
