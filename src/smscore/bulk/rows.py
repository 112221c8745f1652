"""A batch of rows as read from a file, and what a reader of files is.

The law of this file: the cells as they were are in `records` or `lines`, what is measured and
priced in `texts` and `numbers`, and neither is ever changed by what is found out. Texts and numbers
are Arrow columns that lie as they came; no row is made a Python value before something is odd.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from smscore.bulk.dialect import Dialect
from smscore.bulk.header import Columns
from smscore.bulk.showing import octets_of
from smscore.bulk.transcoding import decode_cell
from smscore.problems import Problem


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: their texts and numbers, the faults of reading by place, and all their cells.

    Texts may hold what is not UTF-8, which is found out when they are measured; numbers may not.
    The cells are `records`, or for JSON Lines, whose rows need not be alike, `lines`.
    """

    texts: pa.Array = field(repr=False)
    numbers: pa.Array | None = field(repr=False)
    faults: dict[int, Problem]
    records: pa.RecordBatch | None = field(repr=False)
    lines: list[str] | None = field(repr=False, default=None)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.texts)


def note_fault(faults: dict[int, Problem], place: int, fault: Problem) -> None:
    """Keep the fault that comes first of those that a row has."""
    faults[place] = min(fault, faults.get(place, fault))


def make_column(texts: Sequence[str | None]) -> pa.Array:
    r"""Make a column of texts, half characters as the three octets that some write for one.

    >>> make_column(["a", None]).to_pylist()
    ['a', None]
    """
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        octets = [None if text is None else text.encode("utf-8", "surrogatepass") for text in texts]
        return pa.array(octets, pa.binary()).view(pa.string())


def pick(column: pa.Array, places: pa.Array) -> pa.Array:
    """Take the rows at some places out of a column of strings, whatever they hold."""
    if pa.types.is_string_view(column.type):
        # Arrow takes nothing out of views; as octets nothing is decoded on the way.
        column = column.view(pa.binary_view()).cast(pa.large_binary()).view(pa.large_string())
    return column.take(places)


def lay_out(column: pa.Array) -> tuple[pa.Buffer | None, pa.Buffer | bytes, int, int]:
    """Give the octets of a column of strings, their offsets, how wide these are, and its start."""
    if pa.types.is_string_view(column.type):
        column = column.view(pa.binary_view()).cast(pa.large_binary())
    is_large = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    _, offsets, octets = column.buffers()
    return octets, b"" if offsets is None else offsets, 8 if is_large else 4, column.offset


def list_cells(column: pa.Array) -> tuple[list[str | None], dict[int, Problem]]:
    """List the strings of a column, and the faults of those that are not UTF-8, by place."""
    try:
        return column.to_pylist(), {}
    except UnicodeDecodeError:
        octets = octets_of(column)
    cells = [(None, None) if cell is None else decode_cell(cell) for cell in octets]
    faults = {place: fault for place, (_, fault) in enumerate(cells) if fault is not None}
    return [text for text, _ in cells], faults


class Reader(Protocol):
    """What reads a file: how it is written, its columns, how far it has come, and its rows."""

    dialect: Dialect
    columns: Columns
    schema: pa.Schema

    @property
    def position(self) -> int:
        """How many octets of the file have been read."""
        ...

    def tabulate(self, rows: Rows) -> pa.RecordBatch:
        """Give the rows' cells in the schema's columns; BulkFileError if they do not fit."""
        ...

    def __iter__(self) -> Generator[Rows]:
        """Read the rows, batch by batch."""
        ...
