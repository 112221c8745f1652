"""CSV and TSV as batches of rows (RFC 4180, line breaks in quoted cells included).

The law of this file: every column is read as text, so that no cell is taken for anything else. A
ragged row stays in its place: its cells fill the columns from the first, what
is left over goes to the last, delimiters and all.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from threading import Event, Lock
from time import sleep
from typing import BinaryIO, cast

import pyarrow as pa
from pyarrow import csv as arrow_csv

from smscore.bulk.dialect import Dialect, decode_head, read_header
from smscore.bulk.header import ColumnChoice
from smscore.bulk.quotation import QuotationCheck, count_breaks
from smscore.bulk.rows import Rows, note_fault
from smscore.bulk.slices import Slice, Stretch
from smscore.bulk.transcoding import Transcoder, decode_cell, restore
from smscore.errors import BulkFileError
from smscore.problems import Problem

BLOCK_OCTETS = 2 << 20
"""How much is read at a time, and so the longest row that can be."""

RAGGED_ROWS = 1_000_000
"""The most ragged rows in sequence that are kept; no good row among so many is no accident."""

RUN_ROWS = 65_536
"""The most rows that are judged at a time; a block may have many more."""

PATIENCE_SECONDS = 0.5
"""How long a reader that has failed is waited for."""

_BYTE_ORDER_MARK = "\ufeff"
_MARK_OCTETS = _BYTE_ORDER_MARK.encode()
_SURROGATES = re.compile("[\ud800-\udfff]")


class CsvReader:
    """Reads the rows of a CSV file."""

    def __init__(
        self,
        file: BinaryIO,
        head: bytes,
        name: str,
        dialect: Dialect,
        choice: ColumnChoice,
        part: Slice | None = None,
    ) -> None:
        """Read the header off the file's first octets; BulkFileError if it is not one."""
        self.dialect = dialect
        self._name = name
        encoding = dialect.encoding or "utf-8"
        self._delimiter = dialect.delimiter or ","
        names, header = find_header(head, name, dialect)
        self.columns = choice.find(names, name)
        self.schema = pa.schema([pa.field(column, pa.string()) for column in names])
        if part is not None:
            file = cast("BinaryIO", Stretch(file, part.start, part.stop))
        self._file = Transcoder(file, encoding)
        if part is None or part.start == 0:
            self._file.skip((_BYTE_ORDER_MARK if dialect.byte_order_mark else "") + header)
            line = 1 + count_breaks(header.encode())
        else:
            line = 1 + part.lines_before
        # Rows as pyarrow numbers them: from 1, the ragged ones included, empty lines not.
        self._next_row = 1
        self._last_ragged = self._ragged_run = 0
        self._feed = _Feed(self._file, QuotationCheck(self._delimiter, line))
        self._empty = pa.RecordBatch.from_pylist([], schema=self.schema)
        self._ragged: deque[tuple[int, str]] = deque()

    @property
    def position(self) -> int:
        """How many octets of the file have been read."""
        return self._file.position

    @property
    def stray_lines(self) -> list[int]:
        """The first lines in which a quoted cell begins that does not end at its closing mark."""
        return self._feed.check.stray_lines

    def tabulate(self, rows: Rows) -> pa.RecordBatch:
        """Give the rows' cells as a record batch of the schema."""
        return rows.records

    def __iter__(self) -> Generator[Rows]:
        """Read the rows, batch by batch."""
        if self._file.at_end():
            return
        batches: Iterator[pa.RecordBatch] = iter(())
        is_open = False
        try:
            batches = self._open()
            is_open = True
            batch = next(batches, None)
            while batch is not None:
                following = next(batches, None)
                self._refuse_unclosed()
                yield from self._make_long_runs()
                for start in range(0, max(1, batch.num_rows), RUN_ROWS):
                    yield self._make_rows(batch.slice(start, RUN_ROWS))
                batch = following
            self._refuse_unclosed()
            yield from self._make_long_runs()
            if self._ragged:
                # What follows the last good row has no batch to stand in.
                yield self._make_rows(self._empty)
        except pa.ArrowInvalid as error:
            raise self._explain(str(error)) from None
        finally:
            # pyarrow reads ahead in a thread of its own, which must not outlive the interpreter.
            self._feed.stop(wait=not is_open)
            with suppress(pa.ArrowException):
                for _ in batches:
                    pass

    def _refuse_unclosed(self) -> None:
        """Raise BulkFileError for a cell that has the rest of the file in it, rows and all."""
        check = self._feed.check
        if check.swallowed_lines:
            lines = f"{check.swallowed_lines:,} {'line' if check.swallowed_lines == 1 else 'lines'}"
            raise BulkFileError(
                self._name,
                "a quotation mark that opens a cell here is never closed, so that the rest of the "
                f"file, {lines} more, went into that cell: close it, or leave it out",
                check.open_line,
            )

    def _make_long_runs(self) -> Iterator[Rows]:
        """Give what pyarrow has no batch for: thousands of ragged rows without a good one."""
        while len(self._ragged) > RUN_ROWS:
            if self._ragged[RUN_ROWS][0] != self._next_row + RUN_ROWS:
                return
            yield self._make_rows(self._empty, most=RUN_ROWS)

    def _open(self) -> Iterator[pa.RecordBatch]:
        names = self.schema.names
        reader: Iterator[pa.RecordBatch] = arrow_csv.open_csv(
            pa.PythonFile(self._feed, mode="r"),
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
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
                # What the transcoder gives is sound.
                check_utf8=False,
            ),
        )
        return reader

    def _keep_ragged(self, row: arrow_csv.InvalidRow) -> str:
        self._ragged.append((row.number, row.text))
        in_sequence = row.number == self._last_ragged + 1
        self._ragged_run = self._ragged_run + 1 if in_sequence else 1
        self._last_ragged = row.number
        return "error" if self._ragged_run > RAGGED_ROWS else "skip"

    def _make_rows(self, batch: pa.RecordBatch, most: int | None = None) -> Rows:
        first = self._next_row
        records, faults = self._restore_ragged(batch, most)
        strays = self._feed.check.strays
        while strays and strays[0] < self._next_row:
            # What follows a mark that was left out is one cell, the rows that it swallows included.
            faults[strays.popleft() - first] = Problem.MALFORMED_ROW
        if self._file.unsound:
            records = self._decode(records, faults)
        number = self.columns.number
        return Rows(
            texts=records.column(self.columns.text),
            numbers=None if number is None else records.column(number),
            faults=faults,
            records=records,
        )

    def _decode(self, records: pa.RecordBatch, faults: dict[int, Problem]) -> pa.RecordBatch:
        """Show the octets that are not of the encoding, and note whose text or number has any."""
        columns = []
        for place, column in enumerate(records.columns):
            cells = [decode_cell(restore(cell)) for cell in column.to_pylist()]
            columns.append(pa.array([shown for shown, _ in cells], pa.string()))
            for row, (_, fault) in enumerate(cells):
                # Half a character makes a number wrong; the text beside it can be judged.
                is_bad = place == self.columns.text or (
                    place == self.columns.number and fault is not Problem.LONE_SURROGATE
                )
                if fault is not None and is_bad:
                    note_fault(faults, row, fault)
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _restore_ragged(
        self, batch: pa.RecordBatch, most: int | None
    ) -> tuple[pa.RecordBatch, dict[int, Problem]]:
        """Put each ragged row back between the rows that pyarrow read around it."""
        order: list[int] = []
        cells: list[list[str]] = []
        taken = 0
        while self._ragged and self._ragged[0][0] <= self._next_row + batch.num_rows - taken:
            if len(cells) == most:
                break
            number, text = self._ragged.popleft()
            good = number - self._next_row
            order += range(taken, taken + good)
            order.append(batch.num_rows + len(cells))
            cells.append(self._split_ragged(text))
            taken += good
            self._next_row = number + 1
        self._next_row += batch.num_rows - taken
        if not cells:
            return batch, {}
        order += range(taken, batch.num_rows)
        arrays = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
        ragged = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        table = pa.Table.from_batches([batch, ragged], schema=self.schema)
        restored = table.take(pa.array(order)).combine_chunks().to_batches()[0]
        malformed = [place for place, row in enumerate(order) if row >= batch.num_rows]
        return restored, dict.fromkeys(malformed, Problem.MALFORMED_ROW)

    def _split_ragged(self, text: str) -> list[str]:
        width = len(self.schema)
        try:
            [cells] = csv.reader([text], delimiter=self._delimiter)
        except (csv.Error, ValueError):
            cells = [text]
        if len(cells) > width:
            over = io.StringIO()
            csv.writer(over, delimiter=self._delimiter).writerow(cells[width - 1 :])
            cells[width - 1 :] = [over.getvalue().removesuffix("\r\n")]
        return [*cells, *[""] * (width - len(cells))]

    def _explain(self, fault: str) -> BulkFileError:
        # What pyarrow says may hold a row.
        if "straddling" in fault:
            return BulkFileError(
                self._name,
                f"a row is longer than {BLOCK_OCTETS} octets: a quotation mark that is never "
                "closed makes the rest of a file one row",
                self._feed.check.open_line,
            )
        if self._ragged_run > RAGGED_ROWS:
            return BulkFileError(
                self._name,
                f"{RAGGED_ROWS} rows in sequence have not the {len(self.schema)} cells of the "
                "header: say the delimiter, or mend the header",
            )
        return BulkFileError(self._name, "it cannot be read as CSV")


def find_header(head: bytes, name: str, dialect: Dialect) -> tuple[list[str], str]:
    """Read the columns' names off a file's first octets, and give the text up to where they end.

    Raises BulkFileError if there is no header, or not one of the encoding.
    """
    text = decode_head(head, dialect.encoding or "utf-8")
    names, end = read_header(text, dialect.delimiter or ",")
    if not names:
        raise BulkFileError(
            name, "it has no header: a CSV file begins with the names of its columns"
        )
    header = text[:end]
    if not header.isascii() and _SURROGATES.search(header):
        raise BulkFileError(name, f"its header is not {dialect.encoding}: say its encoding", 1)
    if "\0" in header:
        raise BulkFileError(name, "its header holds zero octets: say its encoding", 1)
    return names, header


class _Feed(io.RawIOBase):
    """What pyarrow reads: the file behind its header, its quotation marks watched."""

    def __init__(self, file: Transcoder, check: QuotationCheck) -> None:
        self.check = check
        self._file = file
        self._begins = True
        self._stopped = False
        self._reading = Lock()
        self._ended = Event()

    def readable(self) -> bool:
        return True

    def stop(self, *, wait: bool) -> None:
        """Give no more than was given, once what is being read has been."""
        self._stopped = True
        # Where pyarrow gave up on the first block nobody waits for its thread, and an interpreter
        # that ends beneath it aborts. It may also be over without asking again.
        if wait:
            self._ended.wait(PATIENCE_SECONDS)
            # What was given last is still on its way out of Python.
            sleep(PATIENCE_SECONDS / 5)

    def read(self, size: int = -1) -> bytes:
        with self._reading:
            if self._stopped:
                self._ended.set()
                return b""
            begins, self._begins = self._begins, False
            octets = self._file.read(size - len(_MARK_OCTETS) if begins else size)
            self.check.feed(octets)
            if not octets:
                self._ended.set()
            # pyarrow takes a byte order mark away, which this one behind the header is not.
            return _MARK_OCTETS + octets if begins and octets.startswith(_MARK_OCTETS) else octets
