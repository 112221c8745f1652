"""JSON Lines as batches of rows: one object a line.

The law of this file: a line is kept as it stands, so that it can be written out again with no
digit of a number and no nested value changed. A line that is no object, or whose text or number is
neither a string nor an integer, is a row with a fault.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Generator
from typing import BinaryIO, cast

import pyarrow as pa

from smscore.bulk.dialect import Dialect
from smscore.bulk.header import ColumnChoice
from smscore.bulk.rows import Rows, make_column
from smscore.bulk.slices import Slice, Stretch
from smscore.bulk.transcoding import Transcoder, decode_cell, restore
from smscore.errors import BulkFileError
from smscore.problems import Problem

BATCH_LINES = 16_384
BATCH_OCTETS = 4 << 20
LINE_OCTETS = 16 << 20
"""The longest line that is read."""

BUFFER_OCTETS = 1 << 20

LINE_KEY = "line"
"""The key under which a line that is no object is written out."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_DECODER = json.JSONDecoder()
_BYTE_ORDER_MARK = "\ufeff"

_Line = tuple[int, bytes]


class JsonLinesReader:
    """Reads the rows of a JSON Lines file.

    Its columns, which matter only where it is written out in another format, are the keys of the
    first rows.
    """

    def __init__(
        self,
        file: BinaryIO,
        _head: bytes,
        name: str,
        dialect: Dialect,
        choice: ColumnChoice,
        part: Slice | None = None,
    ) -> None:
        """Read the first rows for their keys; BulkFileError if none of them is an object."""
        self.dialect = dialect
        self._name = name
        self._choice = choice
        self._open(file, is_start=True)
        self._first = self._read_lines()
        objects = [found for _, octets in self._first if (found := _parse(octets)) is not None]
        if not objects:
            raise BulkFileError(name, "its first lines hold no JSON object", 1)
        self._keys = list(dict.fromkeys(key for found in objects for key in found))
        self.columns = choice.find(self._keys, name)
        self.schema = pa.schema([pa.field(_show(key), pa.string()) for key in self._keys])
        if part is not None:
            # Every slice has the columns of the whole file.
            stretch = cast("BinaryIO", Stretch(file, part.start, part.stop))
            self._open(stretch, is_start=part.start == 0)
            self._line_number = part.lines_before
            self._first = self._read_lines()

    def _open(self, file: BinaryIO, *, is_start: bool) -> None:
        self._file = Transcoder(file, self.dialect.encoding or "utf-8")
        if is_start and self.dialect.byte_order_mark:
            self._file.skip(_BYTE_ORDER_MARK)
        self._lines = io.BufferedReader(self._file, BUFFER_OCTETS)
        self._line_number = 0

    @property
    def position(self) -> int:
        """How many octets of the file have been read."""
        return self._file.position

    def __iter__(self) -> Generator[Rows]:
        """Read the rows, batch by batch."""
        lines, self._first = self._first, []
        while lines:
            yield self._make_rows(lines)
            lines = self._read_lines()

    def _read_lines(self) -> list[_Line]:
        lines: list[_Line] = []
        octets_read = 0
        while len(lines) < BATCH_LINES and octets_read < BATCH_OCTETS:
            line = self._lines.readline(LINE_OCTETS)
            if not line:
                break
            self._line_number += 1
            octets_read += len(line)
            if len(line) == LINE_OCTETS:
                fault = f"a line is longer than {LINE_OCTETS} octets"
                raise BulkFileError(self._name, fault, self._line_number)
            if not line.isspace():
                octets = restore(line.decode()) if self._file.unsound else line
                lines.append((self._line_number, octets.strip()))
        return lines

    def _make_rows(self, lines: list[_Line]) -> Rows:
        texts: list[str | None] = []
        numbers: list[str | None] = []
        faults: dict[int, Problem] = {}
        kept: list[str] = []
        for place, (line_number, octets) in enumerate(lines):
            line, undecodable = decode_cell(octets)
            row = _parse(octets)
            if row is None:
                faults[place] = undecodable or Problem.MALFORMED_ROW
                row = {LINE_KEY: line}
                line = json.dumps(row)
            elif undecodable:
                # A JSON escape holds what UTF-8 cannot.
                line = _SURROGATE.sub(_escape, octets.decode(errors="surrogatepass"))
            self._choice.check_free(row, self._name, line_number)
            text, is_text = _read_value(row.get(self.columns.text_name))
            number, is_number = _read_value(row.get(self.columns.number_name or ""))
            if not (is_text and is_number):
                faults[place] = Problem.MALFORMED_ROW
            texts.append(text)
            numbers.append(number)
            kept.append(line)
        return Rows(
            texts=make_column(texts),
            numbers=None if self.columns.number is None else _make_numbers(numbers),
            faults=faults,
            records=None,
            lines=kept,
        )

    def tabulate(self, rows: Rows) -> pa.RecordBatch:
        """Give the rows as columns; BulkFileError for a key that none of the first rows has.

        A line that was no object stands in the text column.
        """
        columns: dict[str, list[str | None]] = {key: [] for key in self._keys}
        for line in rows.lines or ():
            row = _read_cells(line)
            if row.keys() == {LINE_KEY} and LINE_KEY not in columns:
                row = {self.columns.text_name: row[LINE_KEY]}
            for key in row:
                if key not in columns:
                    raise BulkFileError(
                        self._name,
                        "a later row has a key that none of the first rows has: "
                        "write JSON Lines, which need no columns",
                    )
            for name, cells in columns.items():
                cells.append(row.get(name))
        arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _parse(octets: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(octets.decode(errors="surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read_value(value: object) -> tuple[str | None, bool]:
    """Read a text or a number, and tell whether it can be one."""
    if value is None or isinstance(value, str):
        return value, True
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value), True
    return None, False


def _make_numbers(numbers: list[str | None]) -> pa.Array:
    """Make a column of numbers; one with half a character in it is none, and stands as a blank."""
    try:
        return pa.array(numbers, pa.string())
    except UnicodeEncodeError:
        sound = [None if cell and _SURROGATE.search(cell) else cell for cell in numbers]
        return pa.array(sound, pa.string())


def _read_cells(line: str) -> dict[str, str | None]:
    """Give each value of an object as a cell: a string as it is, another as it is spelled."""
    cells: dict[str, str | None] = {}
    end = line.index("{") + 1
    while True:
        start = _skip_space(line, end)
        if line[start] == "}":
            return cells
        if line[start] == ",":
            start = _skip_space(line, start + 1)
        key, end = _DECODER.raw_decode(line, start)
        start = _skip_space(line, line.index(":", end) + 1)
        value, end = _DECODER.raw_decode(line, start)
        spelled = value if isinstance(value, str) else line[start:end]
        cells[key] = None if value is None else _show(spelled)


def _skip_space(line: str, start: int) -> int:
    while line[start] in " \t\r\n":
        start += 1
    return start


def _escape(surrogate: re.Match[str]) -> str:
    return f"\\u{ord(surrogate[0]):04x}"


def _show(text: str) -> str:
    """Show a lone surrogate as an escape: it has no place in a column of UTF-8."""
    return text.encode(errors="backslashreplace").decode()
