"""The annotated file, whole or not at all.

The law of this file: rows go to a temporary file beside the target, which takes the target's name
when the last row is on disk. Whatever interrupts a run, the target is what it was before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet as arrow_parquet

from smscore.bulk.columns import (
    Annotation,
    annotated_schema,
    annotation_names,
    append_annotation,
)
from smscore.bulk.dialect import DELIMITERS, Format, format_of
from smscore.bulk.rows import Reader, Rows
from smscore.errors import BulkFileError
from smscore.money import format_amount

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TAB = "\t"


class Writer(Protocol):
    """What writes annotated rows in some format."""

    def write(self, rows: Rows, annotation: Annotation) -> None:
        """Write the rows of a batch with what was found out about them."""
        ...

    def close(self) -> None:
        """Write whatever the format wants at its end."""
        ...


@contextmanager
def open_writer(path: Path, reader: Reader, prefix: str) -> Iterator[Writer]:
    """Write the annotated file of what a reader reads; it is there when all has gone well.

    The format is the one that the file's name stands for, or else the reader's. Raises
    BulkFileError if the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("xb") as file:
            writer = _make_writer(file, path, reader, prefix)
            yield writer
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise BulkFileError(str(path), f"it cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _make_writer(file: BinaryIO, path: Path, reader: Reader, prefix: str) -> Writer:
    written: Format = format_of(path.name) or reader.dialect.format
    if written == "jsonl":
        return _JsonLinesWriter(file, prefix)
    if written == "parquet":
        return _ParquetWriter(file, reader, prefix)
    delimiter = _TAB if path.suffix.lower() == ".tsv" else reader.dialect.delimiter
    return _CsvWriter(file, reader, prefix, delimiter or DELIMITERS[0])


class _ParquetWriter:
    """Writes the columns as they are; money as decimal128, the labels as dictionaries."""

    def __init__(self, file: BinaryIO, reader: Reader, prefix: str) -> None:
        self._reader = reader
        self._schema = annotated_schema(reader.schema, prefix)
        self._writer = arrow_parquet.ParquetWriter(file, self._schema)

    def write(self, rows: Rows, annotation: Annotation) -> None:
        records = self._reader.tabulate(rows)
        self._writer.write_batch(append_annotation(records, annotation, self._schema))

    def close(self) -> None:
        self._writer.close()


class _CsvWriter:
    """Writes UTF-8, in the delimiter of what was read; a byte order mark if that had one."""

    def __init__(self, file: BinaryIO, reader: Reader, prefix: str, delimiter: str) -> None:
        self._reader = reader
        self._schema = annotated_schema(reader.schema, prefix)
        shown = pa.schema([pa.field(field.name, _shown_type(field.type)) for field in self._schema])
        if reader.dialect.byte_order_mark:
            file.write(_BYTE_ORDER_MARK)
        self._shown = shown
        self._writer = arrow_csv.CSVWriter(
            file, shown, write_options=arrow_csv.WriteOptions(delimiter=delimiter)
        )

    def write(self, rows: Rows, annotation: Annotation) -> None:
        records = self._reader.tabulate(rows)
        batch = append_annotation(records, annotation, self._schema)
        columns = [
            _show(column, field.type)
            for column, field in zip(batch.columns, self._shown, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._shown))

    def close(self) -> None:
        self._writer.close()


class _JsonLinesWriter:
    """Writes the lines that were read with the found values at their ends, or rows as objects."""

    def __init__(self, file: BinaryIO, prefix: str) -> None:
        self._file = file
        self._names = annotation_names(prefix)

    def write(self, rows: Rows, annotation: Annotation) -> None:
        lines = rows.lines
        if lines is None:
            records = [] if rows.records is None else rows.records.to_pylist()
            lines = [json.dumps(row, ensure_ascii=False, default=str) for row in records]
        found = (
            annotation.alphabets,
            annotation.units,
            annotation.parts,
            [None if price is None else format_amount(price) for price in annotation.prices()],
            annotation.currencies(),
            annotation.labels(),
        )
        for line, values in zip(lines, zip(*found, strict=True), strict=True):
            added = json.dumps(dict(zip(self._names, values, strict=True)))
            # An object written out ends in its brace: what is added goes before it.
            inside = line.rstrip()[:-1].rstrip()
            comma = "" if inside.endswith("{") else ", "
            self._file.write(f"{inside}{comma}{added[1:]}\n".encode())

    def close(self) -> None:
        pass


def _shown_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind):
        return kind
    return pa.string()


def _show(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(column.type):
        amounts = column.to_pylist()
        return pa.array([None if amount is None else format_amount(amount) for amount in amounts])
    return column.cast(kind)
