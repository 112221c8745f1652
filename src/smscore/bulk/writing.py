"""The annotated file, whole or not at all.

The law of this file: rows go to a temporary file beside the target, which takes the target's name
when the last row is on disk. Whatever interrupts a run, the target is what it was before.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet as arrow_parquet

from smscore.bulk.annotations import Annotation, append_annotation
from smscore.bulk.dialect import DELIMITERS, TABBED_SUFFIXES, Format, format_of
from smscore.bulk.options import PRICE_TYPE, AddedColumns
from smscore.bulk.rows import Reader, Rows
from smscore.bulk.showing import show_cell, show_values
from smscore.errors import BulkFileError
from smscore.money import format_amount

GROUP_ROWS = 1 << 16
GROUP_OCTETS = 32 << 20
"""How many rows, or octets of them, make a row group of Parquet."""

ROWS_TRIED = 1 << 13
MOST_UNLIKE = 0.75
"""Of so many rows at least this share has a value of its own, where a dictionary is no use."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_WRITTEN = frozenset(".xlsx .xls .ods .json .gz .bz2 .xz .zst .zip .arrow .feather".split())
_TAB = "\t"


def check_target(file: BinaryIO, out: Path) -> None:
    """Raise BulkFileError if what is read from a file cannot be written to a path."""
    if not out.parent.is_dir():
        raise BulkFileError(str(out), "there is no such folder")
    if out.is_dir():
        raise BulkFileError(str(out), "it is a folder")
    if not out.exists():
        return
    if not out.is_file():
        raise BulkFileError(str(out), "it is a pipe or a device, which no whole file fits")
    with suppress(OSError, AttributeError):
        # Not every stream is a file of the system's.
        if os.path.samestat(os.fstat(file.fileno()), out.stat()):
            raise BulkFileError(str(out), "it is the file that is read: write another")


class Writer(Protocol):
    """What writes annotated rows in some format."""

    def write(self, rows: Rows, annotation: Annotation) -> None:
        """Write the rows of a batch with what was found out about them."""
        ...

    def close(self) -> None:
        """Write whatever the format wants at its end."""
        ...


@contextmanager
def explain_failure(path: Path) -> Iterator[None]:
    """Turn a failure to write a file into a BulkFileError that names it."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BulkFileError(str(path), f"it cannot be written: {reason}") from error


@contextmanager
def open_writer(path: Path, reader: Reader, added: AddedColumns) -> Iterator[Writer]:
    """Write the annotated file of what a reader reads; it is there when all has gone well.

    The format is the one that the file's name stands for, or else the reader's. Raises
    BulkFileError if the file cannot be written.
    """
    # Of a name of its own, for another run may be writing the same file.
    partial = path.with_name(f".smscore-{secrets.token_hex(8)}.partial")
    with explain_failure(path):
        file = partial.open("xb")
    try:
        writer = _make_writer(file, path, reader, added)
        try:
            yield writer
        except BaseException:
            # A writer that is left open would write to the closed file when it is collected.
            with suppress(Exception):
                writer.close()
            raise
        with explain_failure(path):
            writer.close()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            partial.replace(path)
    finally:
        with suppress(OSError):
            # What failed has been told; what could not be flushed is removed.
            file.close()
        partial.unlink(missing_ok=True)


def _make_writer(file: BinaryIO, path: Path, reader: Reader, added: AddedColumns) -> Writer:
    if path.suffix.lower() in _NOT_WRITTEN:
        raise BulkFileError(
            str(path), f"{path.suffix} is not written: use .csv, .jsonl or .parquet"
        )
    written: Format = format_of(path.name) or reader.dialect.format
    schema = added.extend(reader.schema)
    if written == "jsonl":
        if len(set(schema.names)) < len(schema):
            raise BulkFileError(str(path), "two columns have one name, which JSON cannot hold")
        return _JsonLinesWriter(file, reader, added)
    if written == "parquet":
        return _ParquetWriter(file, reader, schema, added)
    is_tabbed = path.suffix.lower() in TABBED_SUFFIXES
    delimiter = _TAB if is_tabbed else reader.dialect.delimiter or DELIMITERS[0]
    return _CsvWriter(file, reader, schema, added, delimiter)


class _ParquetWriter:
    """Writes the columns as they are; money as decimal128, the labels as dictionaries.

    Batches are put together to row groups that are worth reading. Where hardly two values of a
    column of strings are alike, no dictionary is tried: it only costs time, and room.
    """

    def __init__(
        self, file: BinaryIO, reader: Reader, schema: pa.Schema, added: AddedColumns
    ) -> None:
        self._file = file
        self._reader = reader
        self._added = added
        self._schema = schema
        self._writer: Any = None
        self._batches: list[pa.RecordBatch] = []
        self._rows = self._octets = 0

    def write(self, rows: Rows, annotation: Annotation) -> None:
        records = self._reader.tabulate(rows)
        batch = append_annotation(records, annotation, self._schema, self._added.currency)
        self._batches.append(batch)
        self._rows += batch.num_rows
        self._octets += batch.get_total_buffer_size()
        if self._rows >= GROUP_ROWS or self._octets >= GROUP_OCTETS:
            self._write_group()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._batches, schema=self._schema)
        if self._writer is None:
            options: dict[str, Any] = {"use_dictionary": _choose_dictionaries(table)}
            self._writer = arrow_parquet.ParquetWriter(self._file, self._schema, **options)
        self._batches.clear()
        self._rows = self._octets = 0
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        if self._batches or self._writer is None:
            self._write_group()
        writer: Any = self._writer
        writer.close()


def _choose_dictionaries(table: pa.Table) -> bool | list[str]:
    """Name the columns whose values come again; all of them where that cannot be said."""
    if any(pa.types.is_nested(field.type) for field in table.schema):
        return True
    head = table.slice(0, ROWS_TRIED)
    return [
        field.name
        for field, column in zip(table.schema, head.columns, strict=True)
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
        or len(column.unique()) < MOST_UNLIKE * len(column)
    ]


class _CsvWriter:
    """Writes UTF-8, in the delimiter of what was read; with a mark unless that was plain UTF-8."""

    def __init__(
        self,
        file: BinaryIO,
        reader: Reader,
        schema: pa.Schema,
        added: AddedColumns,
        delimiter: str,
    ) -> None:
        self._reader = reader
        self._added = added
        self._schema = schema
        if reader.dialect.byte_order_mark or reader.dialect.encoding not in (None, "utf-8"):
            # Spreadsheets take UTF-8 without the mark for what the file was in before.
            file.write(_BYTE_ORDER_MARK)
        kinds = [field.type if pa.types.is_integer(field.type) else pa.string() for field in schema]
        self._shown = pa.schema(
            [pa.field(name, kind) for name, kind in zip(schema.names, kinds, strict=True)]
        )
        # Text of CSV or JSON Lines is sound; of what others wrote, nobody knows.
        self._sound = reader.dialect.format != "parquet"
        self._writer = arrow_csv.CSVWriter(
            file, self._shown, write_options=arrow_csv.WriteOptions(delimiter=delimiter)
        )

    def write(self, rows: Rows, annotation: Annotation) -> None:
        records = self._reader.tabulate(rows)
        batch = append_annotation(records, annotation, self._schema, self._added.currency)
        columns = [
            self._show(column, field, is_added=place >= records.num_columns)
            for place, (column, field) in enumerate(zip(batch.columns, self._shown, strict=True))
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._shown))

    def _show(self, column: pa.Array, field: pa.Field, *, is_added: bool) -> pa.Array:
        if is_added:
            return _show_added(column)
        if column.type == field.type and (self._sound or pa.types.is_integer(field.type)):
            return column
        values = show_values(column, field.name)
        return pa.array([show_cell(value) for value in values], field.type)

    def close(self) -> None:
        self._writer.close()


class _JsonLinesWriter:
    """Writes the lines that were read with the found values at their ends, or rows as objects."""

    def __init__(self, file: BinaryIO, reader: Reader, added: AddedColumns) -> None:
        self._file = file
        self._reader = reader
        self._added = added

    def write(self, rows: Rows, annotation: Annotation) -> None:
        lines = self._make_lines(rows) if rows.lines is None else rows.lines
        found = [
            _show_added(column).to_pylist() for column in annotation.arrays(self._added.currency)
        ]
        for line, values in zip(lines, zip(*found, strict=True), strict=True):
            added = json.dumps(dict(zip(self._added.names, values, strict=True)))
            # An object written out ends in its brace: what is added goes before it.
            inside = line.rstrip()[:-1].rstrip()
            comma = "" if inside.endswith("{") else ", "
            self._file.write(f"{inside}{comma}{added[1:]}\n".encode())

    def _make_lines(self, rows: Rows) -> Iterator[str]:
        records = self._reader.tabulate(rows)
        names = records.schema.names
        columns = [show_values(*each) for each in zip(records.columns, names, strict=True)]
        for values in zip(*columns, strict=True):
            row = dict(zip(names, values, strict=True))
            yield json.dumps(row, ensure_ascii=False)

    def close(self) -> None:
        pass


def _show_added(column: pa.Array) -> pa.Array:
    """Give an added column as text has it: labels as strings, an amount in full."""
    if column.type == PRICE_TYPE:
        known = column.dictionary_encode()
        shown = [format_amount(amount) for amount in known.dictionary.to_pylist()]
        return pa.array(shown, pa.string()).take(known.indices)
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string())
    return column
