"""Parquet, and any stream of Arrow record batches, as batches of rows.

The law of this file: only the text and the number column are looked at; every other passes through
as it is. A number stored as an integer is its digits; one stored as a float has lost some, and is
refused.
"""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet as arrow_parquet

from smscore.bulk.dialect import Dialect
from smscore.bulk.header import ColumnChoice, Columns
from smscore.bulk.rows import Rows, list_cells, note_fault
from smscore.bulk.slices import Slice
from smscore.errors import BulkFileError
from smscore.problems import Problem

BATCH_ROWS = 16_384


class ParquetReader:
    """Reads the rows of a Parquet file."""

    def __init__(
        self,
        file: BinaryIO,
        _head: bytes,
        name: str,
        dialect: Dialect,
        choice: ColumnChoice,
        part: Slice | None = None,
    ) -> None:
        """Read the file's schema; BulkFileError if it is not one, or its columns do not do."""
        self.dialect = dialect
        self._name = name
        if not file.seekable():
            raise BulkFileError(name, "Parquet cannot be read from a stream: give a file")
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._parquet = open_parquet(file, name)
        groups = range(self._parquet.metadata.num_row_groups)
        self._groups = list(groups if part is None else groups[part.start : part.stop])
        self.schema = self._parquet.schema_arrow
        self.columns = choice.find(self.schema.names, name)
        check_types(self.schema, self.columns, name)
        self._rows = 0

    @property
    def position(self) -> int:
        """How many octets of the file have been read, going by its rows."""
        total = self._parquet.metadata.num_rows
        return self._size if total == 0 else self._size * self._rows // total

    def tabulate(self, rows: Rows) -> pa.RecordBatch:
        """Give the rows' cells as a record batch of the schema."""
        return rows.records

    def __iter__(self) -> Generator[Rows]:
        """Read the rows, batch by batch."""
        try:
            for batch in self._parquet.iter_batches(BATCH_ROWS, row_groups=self._groups):
                self._rows += batch.num_rows
                yield make_rows(batch, self.columns)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise BulkFileError(self._name, f"it cannot be read as Parquet: {error}") from None


def open_parquet(file: BinaryIO, name: str) -> arrow_parquet.ParquetFile:
    """Open a Parquet file; BulkFileError if it is not one."""
    try:
        return arrow_parquet.ParquetFile(file)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BulkFileError(name, f"it cannot be read as Parquet: {error}") from None


def check_types(schema: pa.Schema, columns: Columns, source: str) -> None:
    """Raise BulkFileError if a column's type cannot hold texts, or phone numbers."""
    kind = schema.types[columns.text]
    if not is_text(kind):
        raise BulkFileError(source, f"the column {columns.text_name!r} holds {kind}, not text")
    if columns.number is None:
        return
    kind = schema.types[columns.number]
    if not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise BulkFileError(
            source, f"the column {columns.number_name!r} holds {kind}, not phone numbers"
        )


def make_rows(batch: pa.RecordBatch, columns: Columns) -> Rows:
    """Take the texts and numbers out of a record batch."""
    faults: dict[int, Problem] = {}
    numbers = None
    if columns.number is not None:
        numbers = as_strings(batch.column(columns.number))
        if not _is_sound(numbers):
            cells, undecodable = list_cells(numbers)
            numbers = pa.array(cells, pa.string())
            for place, fault in undecodable.items():
                # Half a character makes a number wrong; the text beside it can be judged.
                if fault is not Problem.LONE_SURROGATE:
                    note_fault(faults, place, fault)
    return Rows(as_strings(batch.column(columns.text)), numbers, faults, batch)


def as_strings(column: pa.Array) -> pa.Array:
    """Give a column of text, octets or whole numbers as one of strings, where it lies."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    octets = {pa.binary(): pa.string(), pa.large_binary(): pa.large_string()}
    if column.type in octets:
        # Whether it is UTF-8 is found out where it is measured.
        return column.view(octets[column.type])
    if pa.types.is_integer(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.string())
    return column


def _is_sound(column: pa.Array) -> bool:
    """Tell whether a column of strings is UTF-8: a careless writer may have left what is not."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column of this type holds text or octets, which are decoded as UTF-8."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    checks = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_null,
    )
    return any(check(kind) for check in checks)
