"""A batch of rows as read from a file, and what a reader of files is.

The law of this file: the cells as they were are in `records` or `lines`, what is measured and
priced in `texts` and `numbers`, and neither is ever changed by what is found out.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from smscore.bulk.dialect import Dialect
from smscore.bulk.header import Columns
from smscore.problems import Problem


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: their texts and numbers, the faults of reading by place, and all their cells.

    The cells are `records`, or for JSON Lines, whose rows need not be alike, `lines`.
    """

    texts: list[str | None] = field(repr=False)
    numbers: list[str | None] | None = field(repr=False)
    faults: dict[int, Problem]
    records: pa.RecordBatch | None = field(repr=False)
    lines: list[str] | None = field(repr=False, default=None)


def note_fault(faults: dict[int, Problem], place: int, fault: Problem) -> None:
    """Keep the fault that comes first of those that a row has."""
    faults[place] = min(fault, faults.get(place, fault))


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
