"""Where messages come from: one text, or the rows of a file.

The law of this file: a source gives the same messages each time it is read, or says that it does
not. A row is known by its number, from 1, the header not counted; its text and number are shown
nowhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import click

from smscore.cli.options import STDIN
from smscore.decks import RateDeck
from smscore.errors import BulkFileError
from smscore.problems import Problem

if TYPE_CHECKING:
    from smscore.bulk.dialect import Format

ONE_MESSAGE = "messages"
"""The run of messages that come one by one."""


_ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")


def check_text(said: str) -> str:
    """Give what was said to be sent to one number; UsageError for the name of a file.

    It is not repeated: it may be a text all the same.
    """
    if said != STDIN and (said.lower().endswith(_ENDINGS) or _is_there(said)):
        raise click.UsageError(
            "with --to, a TEXT is sent as it is, and this one is the name of a file: leave out "
            "--to to send the rows of the file; or give the text through standard input, with -"
        )
    return said


def check_file(said: str) -> str:
    """Give the name of a file that is there; UsageError for what may be a text without --to."""
    if said == STDIN or _is_there(said):
        return said
    if said.lower().endswith(_ENDINGS):
        raise click.UsageError(f"{said}: there is no such file")
    raise click.UsageError(
        "there is no file of this name: a TEXT needs --to NUMBER, and a FILE its whole path"
    )


def _is_there(said: str) -> bool:
    try:
        return Path(said).exists()
    except (OSError, ValueError):
        # A text may be too long for a name, or hold what no name does.
        return False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may go out; with a problem, what stands in it may be anything."""

    row: int
    number: str = field(repr=False)
    text: str = field(repr=False)
    problem: Problem | None = None


class Source(Protocol):
    """What gives messages. Each step tells how many there may be, None where that is not known."""

    @property
    def name(self) -> str:
        """The name of the run that they belong to, if none is given."""
        ...

    def read(self, deck: RateDeck, profile: str) -> Iterator[list[Candidate]]:
        """Read the messages, some at a time."""
        ...


@dataclass(frozen=True, slots=True)
class OneText:
    """One text to one number."""

    text: str = field(repr=False)
    to: str = field(repr=False)
    name: str = ONE_MESSAGE

    def read(self, deck: RateDeck, profile: str) -> Iterator[list[Candidate]]:
        """Give the one message."""
        del deck, profile
        yield [Candidate(1, self.to, self.text)]


@dataclass(slots=True)
class MessageFile:
    """A file of messages: CSV, TSV, JSON Lines or Parquet."""

    path: str
    region: str | None = None
    text_column: str | None = None
    number_column: str | None = None
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    _state: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return "standard input" if self.path == STDIN else Path(self.path).name

    def read(self, deck: RateDeck, profile: str) -> Iterator[list[Candidate]]:
        """Judge the rows, batch by batch.

        Raises BulkFileError if the file cannot be read, or is not as it was the last time.
        """
        if self.path == STDIN:
            # It is None where a process was started with it closed.
            if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
                raise BulkFileError(self.name, "it is closed: give the name of a file")
            yield from self._read(sys.stdin.buffer, deck, profile)
            return
        with Path(self.path).open("rb") as file:
            found = os.fstat(file.fileno())
            state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if self._state not in {None, state}:
                raise BulkFileError(
                    self.name, "it was changed since it was priced: nothing of it is sent"
                )
            self._state = state
            yield from self._read(file, deck, profile)

    def _read(self, file: BinaryIO, deck: RateDeck, profile: str) -> Iterator[list[Candidate]]:
        from smscore.bulk.header import ColumnChoice
        from smscore.bulk.judging import Judge
        from smscore.bulk.options import Options
        from smscore.bulk.reading import open_reader
        from smscore.bulk.rows import list_cells

        terms = Options(deck=deck, region=self.region, profile=profile).terms
        # No column is added here: the file may be one that was annotated.
        choice = ColumnChoice(self.text_column, self.number_column)
        reader = open_reader(
            file,
            self.name,
            choice,
            format=self.format,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )
        if reader.columns.number is None:
            raise click.UsageError(
                f"{self.name} has no column of phone numbers: name it with --number-column"
            )
        judge, first = Judge(terms, duplicates=True), 1
        with closing(iter(reader)) as batches:
            for rows in batches:
                problems = judge.judge(rows).list_problems()
                texts = list_cells(rows.texts)[0]
                numbers = [None] * len(rows) if rows.numbers is None else rows.numbers.to_pylist()
                yield [
                    Candidate(row, number or "", text or "", problem)
                    for row, (number, text, problem) in enumerate(
                        zip(numbers, texts, problems, strict=True), first
                    )
                ]
                first += len(rows)
