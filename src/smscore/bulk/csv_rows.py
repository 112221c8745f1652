"""CSV and TSV as batches of rows (RFC 4180, line breaks in quoted cells included).

The law of this file: every column is read as octets and decoded here, so that no cell is taken for
anything but text. A ragged row stays in its place: its cells fill the columns from the first, what
is left over goes to the last, delimiters and all.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from smscore.bulk.dialect import Dialect, decode_head, read_header
from smscore.bulk.header import ColumnChoice
from smscore.bulk.rows import Rows
from smscore.bulk.transcoding import Transcoder, decode_cell
from smscore.errors import BulkFileError
from smscore.problems import Problem

BLOCK_OCTETS = 4 << 20
"""How much is read at a time, and so the longest row that can be."""

_BYTE_ORDER_MARK = "\ufeff"


class CsvReader:
    """Reads the rows of a CSV file."""

    def __init__(
        self, file: BinaryIO, head: bytes, name: str, dialect: Dialect, choice: ColumnChoice
    ) -> None:
        """Read the header off the file's first octets; BulkFileError if it is not one."""
        self.dialect = dialect
        self._name = name
        encoding = dialect.encoding or "utf-8"
        self._delimiter = dialect.delimiter or ","
        text = decode_head(head, encoding)
        names, end = read_header(text, self._delimiter)
        if not names:
            raise BulkFileError(
                name, "it has no header: a CSV file begins with the names of its columns"
            )
        header = text[:end]
        if "\ufffd" in header:
            raise BulkFileError(name, f"its header is not {encoding}: say its encoding", 1)
        self.columns = choice.find(names, name)
        self.schema = pa.schema([pa.field(column, pa.string()) for column in names])
        self._octets = pa.schema([pa.field(column, pa.binary()) for column in names])
        self._file = Transcoder(file, None if encoding == "utf-8" else encoding)
        self._skip(header)
        # Rows as pyarrow numbers them: from 1, the ragged ones included, empty lines not.
        self._next_row = 1
        self._ragged: deque[tuple[int, str]] = deque()

    @property
    def position(self) -> int:
        """How many octets of the file have been read."""
        return self._file.position

    def tabulate(self, rows: Rows) -> pa.RecordBatch:
        """Give the rows' cells as a record batch of the schema."""
        return rows.records

    def __iter__(self) -> Iterator[Rows]:
        """Read the rows, batch by batch."""
        try:
            if self._file.at_end():
                return
            for batch in self._open():
                yield self._make_rows(batch)
            if self._ragged:
                # What follows the last good row has no batch to stand in.
                yield self._make_rows(pa.RecordBatch.from_pylist([], schema=self._octets))
        except pa.ArrowInvalid as error:
            raise BulkFileError(self._name, _explain(str(error))) from None

    def _skip(self, header: str) -> None:
        if self.dialect.byte_order_mark:
            self._file.read(len(_BYTE_ORDER_MARK.encode()))
        self._file.read(len(header.encode()))

    def _open(self) -> Iterator[pa.RecordBatch]:
        names = self._octets.names
        reader: Iterator[pa.RecordBatch] = arrow_csv.open_csv(
            pa.PythonFile(self._file, mode="r"),
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                block_size=BLOCK_OCTETS,
                # Rows are numbered only when one thread reads them.
                use_threads=False,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                invalid_row_handler=self._keep_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
        return reader

    def _keep_ragged(self, row: arrow_csv.InvalidRow) -> str:
        self._ragged.append((row.number, row.text))
        return "skip"

    def _make_rows(self, batch: pa.RecordBatch) -> Rows:
        batch, faults = self._restore_ragged(batch)
        columns = []
        for place, column in enumerate(batch.columns):
            decoded, undecodable = _decode(column)
            columns.append(decoded)
            if place in (self.columns.text, self.columns.number):
                faults = undecodable | faults
        texts = columns[self.columns.text].to_pylist()
        number = self.columns.number
        numbers = None if number is None else columns[number].to_pylist()
        records = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        return Rows(texts, numbers, faults, records)

    def _restore_ragged(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, Problem]]:
        """Put each ragged row back between the rows that pyarrow read around it."""
        pieces = []
        faults: dict[int, Problem] = {}
        taken = placed = 0
        while self._ragged and self._ragged[0][0] <= self._next_row + batch.num_rows - taken:
            number, text = self._ragged.popleft()
            good = number - self._next_row
            pieces += [batch.slice(taken, good), self._make_ragged(text)]
            taken += good
            placed += good + 1
            faults[placed - 1] = Problem.MALFORMED_ROW
            self._next_row = number + 1
        rest = batch.slice(taken)
        self._next_row += rest.num_rows
        if not pieces:
            return batch, faults
        table = pa.Table.from_batches([*pieces, rest], schema=self._octets).combine_chunks()
        return table.to_batches()[0], faults

    def _make_ragged(self, text: str) -> pa.RecordBatch:
        width = len(self._octets)
        try:
            [cells] = csv.reader([text], delimiter=self._delimiter)
        except (csv.Error, ValueError):
            cells = [text]
        if len(cells) > width:
            over = io.StringIO()
            csv.writer(over, delimiter=self._delimiter, lineterminator="").writerow(
                cells[width - 1 :]
            )
            cells[width - 1 :] = [over.getvalue()]
        padded = [*cells, *[""] * (width - len(cells))]
        arrays = [pa.array([cell.encode()], pa.binary()) for cell in padded]
        return pa.RecordBatch.from_arrays(arrays, schema=self._octets)


def _decode(column: pa.BinaryArray) -> tuple[pa.StringArray, dict[int, Problem]]:
    try:
        return column.cast(pa.string()), {}
    except pa.ArrowInvalid:
        cells = [decode_cell(octets) for octets in column.to_pylist()]
    faults = {place: fault for place, (_, fault) in enumerate(cells) if fault is not None}
    return pa.array([shown for shown, _ in cells], pa.string()), faults


def _explain(fault: str) -> str:
    if "straddling" in fault:
        return (
            f"a row is longer than {BLOCK_OCTETS} octets: a quotation mark that is never closed "
            "makes the rest of a file one row"
        )
    return f"it cannot be read as CSV: {fault}"
