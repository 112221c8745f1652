"""A message file as batches of rows, whatever its format.

The law of this file: a cell is text. No cell becomes a number, a date or a null on the way, so
that `+44`, `007` and `1E5` are written out as they were read. A row that cannot be read is a row
with a fault, in its place, with all of its content; only a file that cannot be read at all raises.
"""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from smscore.bulk.csv_rows import CsvReader
from smscore.bulk.dialect import HEAD_OCTETS, Format, detect_dialect
from smscore.bulk.header import ColumnChoice
from smscore.bulk.jsonl_rows import JsonLinesReader
from smscore.bulk.parquet_rows import ParquetReader
from smscore.bulk.rows import Reader
from smscore.bulk.slices import Slice
from smscore.errors import BulkFileError

_READERS: dict[Format, type[CsvReader | JsonLinesReader | ParquetReader]] = {
    "csv": CsvReader,
    "jsonl": JsonLinesReader,
    "parquet": ParquetReader,
}


def open_reader(
    file: BinaryIO,
    name: str,
    choice: ColumnChoice,
    *,
    format: Format | None = None,  # noqa: A002  # it is the word for it
    encoding: str | None = None,
    delimiter: str | None = None,
    part: Slice | None = None,
) -> Reader:
    """Find out how a binary file is written, and give what reads its rows, or those of a slice.

    Raises BulkFileError if it cannot be read, ValueError for an option that is none.
    """
    start = file.tell() if file.seekable() else 0
    head = read_head(file)
    if not head:
        raise BulkFileError(name, "it is empty")
    if part is not None:
        part.check_size(file.seek(0, io.SEEK_END), name)
        dialect = part.dialect
    else:
        dialect = detect_dialect(head, name, format=format, encoding=encoding, delimiter=delimiter)
    if file.seekable():
        file.seek(start)
    else:
        file = cast("BinaryIO", _Rejoined(head, file))
    reader: Reader = _READERS[dialect.format](file, head, name, dialect, choice, part)
    return reader


def read_head(file: BinaryIO) -> bytes:
    """Read the first octets, from a stream that gives what it has too."""
    head = b""
    while len(head) < HEAD_OCTETS:
        octets = file.read(HEAD_OCTETS - len(head))
        if not octets:
            break
        head += octets
    return head


class _Rejoined(io.RawIOBase):
    """A stream whose first octets were read already, from its beginning."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        if self._head:
            taken = self._head if size < 0 else self._head[:size]
            self._head = self._head[len(taken) :]
            return taken + (self._rest.read() if size < 0 else b"")
        return self._rest.read(size)
