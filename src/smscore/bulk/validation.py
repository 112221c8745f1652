"""A message file, or a stream of Arrow batches, from end to end.

The law of this file: batches flow one at a time from reading to judging to writing, and nothing of
a batch outlives it but counts. Progress is told to whoever asks; nobody else pays for it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from smscore.bulk.annotations import Annotation, append_annotation
from smscore.bulk.columns import BATCH_NAME
from smscore.bulk.dialect import Dialect, Format
from smscore.bulk.figures import Source
from smscore.bulk.header import Columns
from smscore.bulk.judging import Judge
from smscore.bulk.options import Options
from smscore.bulk.overlapping import WriteBehind, choose_threads, read_ahead
from smscore.bulk.parquet_rows import check_types, make_rows
from smscore.bulk.reading import open_reader
from smscore.bulk.reports import Report
from smscore.bulk.rows import Reader, Rows
from smscore.bulk.slices import Slice, check_whether_cut
from smscore.bulk.summary import Summary
from smscore.bulk.writing import Writer, check_target, explain_failure, open_writer
from smscore.coding import Boundary
from smscore.decks import RateDeck
from smscore.errors import BulkFileError
from smscore.profiles import Profile

STREAM_NAME = "standard input"
"""What a stream without a name of its own is called."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: rows judged, octets read of how many; no total where it is not known."""

    source: str
    rows: int
    octets: int
    total_octets: int | None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Run(Options):
    """One run over any number of sources: what it holds rows against, and what it has found.

    The options are those of `validate_file`, which also says what they raise. A duplicate is one
    across all sources, and the report is of all of them.

    >>> run = Run(max_parts=1)
    >>> run.report.rows, run.report.max_parts
    (0, 1)
    """

    duplicates: bool = True
    characters: bool = True
    what_if: bool = False
    threads: int | None = None
    _summary: Summary = field(init=False)
    _judge: Judge = field(init=False)
    _sources: list[Source] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Check the options; nothing has been found yet."""
        super().__post_init__()
        object.__setattr__(self, "_judge", Judge(self.terms, duplicates=self.duplicates))
        choose_threads(self.threads)
        summary = Summary(self.terms, what_if=self.what_if, characters=self.characters)
        object.__setattr__(self, "_summary", summary)

    @property
    def report(self) -> Report:
        """The report of all rows that have been judged."""
        return self._summary.report(self._sources)

    @property
    def findings(self) -> tuple[Summary, tuple[Source, ...]]:
        """What has been counted so far, and of what."""
        return self._summary, tuple(self._sources)

    def __getstate__(self) -> dict[str, object]:
        """Give the options and the counts; what was seen of rows stays in its process."""
        options = {"languages": self.terms.languages, "transliterate": ()}
        return {
            key: options.get(key, value) for key, value in vars(self).items() if key != "_judge"
        }

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take them up again; messages of before are not known any more."""
        vars(self).update(state)
        object.__setattr__(self, "_judge", Judge(self.terms, duplicates=self.duplicates))

    def validate(
        self,
        source: str | os.PathLike[str] | BinaryIO,
        *,
        out: str | os.PathLike[str] | None = None,
        format: Format | None = None,  # noqa: A002  # it is the word for it
        encoding: str | None = None,
        delimiter: str | None = None,
        part: Slice | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Judge every row of a message file; options and errors are `validate_file`'s.

        A run judges one slice, or whole files: ValueError for more than that.
        """
        written = format, encoding, delimiter
        if self._sources and (part or self._sources[0].part):
            raise ValueError("a run judges one slice, or whole files: make a run for each slice")
        if part is not None:
            check_whether_cut(source, duplicates=self.duplicates, is_told=any(written))
        with ExitStack() as stack:
            file, name, total = _open(source, stack)
            reader = open_reader(
                file,
                name,
                self.choice,
                format=format,
                encoding=encoding,
                delimiter=delimiter,
                part=part,
            )
            if part is not None:
                total = part.octets
                self._summary.begin_slice(part.rows_before)
            write: Callable[[tuple[Rows, Annotation]], None] | None = None
            threads = choose_threads(self.threads)
            if out is not None:
                # What a link leads to is written, not the link.
                target = Path(out).resolve() if Path(out).is_symlink() else Path(out)
                check_target(file, target)
                writer = stack.enter_context(open_writer(target, reader, self.added))
                write = _Writing(writer, target).write
                if threads > 1:
                    write = stack.enter_context(WriteBehind(write)).put
            batches = _read(reader)
            # A stream may keep its reader waiting for ever, which nothing then would end.
            if threads > (out is not None) + 1 and file.seekable():
                batches = read_ahead(batches)
            count = 0
            # Closed at once if anything fails, not when it is collected.
            for rows, position in stack.enter_context(closing(batches)):
                annotation = self.judge(rows)
                count += len(rows)
                if write is not None:
                    write((rows, annotation))
                if progress is not None:
                    progress(Progress(name, count, position, total))
        self.add_source(name, reader.dialect, reader.columns, count, part)

    def judge(self, rows: Rows) -> Annotation:
        """Judge some rows, and count them."""
        annotation = self._judge.judge(rows)
        self._summary.add(annotation)
        return annotation

    def add_source(
        self,
        name: str,
        dialect: Dialect | None,
        columns: Columns,
        count: int,
        part: Slice | None = None,
    ) -> None:
        """Name a source, whose rows have been judged, in the report."""
        self._summary.end_source()
        names = columns.text_name, columns.number_name
        self._sources.append(Source(name, dialect, *names, count, part))


class _Writing:
    """Writes rows with what was found out about them; what fails names the file."""

    def __init__(self, writer: Writer, target: Path) -> None:
        self._writer = writer
        self._target = target

    def write(self, batch: tuple[Rows, Annotation]) -> None:
        with explain_failure(self._target):
            self._writer.write(*batch)


def _read(reader: Reader) -> Generator[tuple[Rows, int]]:
    """Read the rows, batch by batch, each with how many octets of the file were read by then."""
    with closing(iter(reader)) as batches:
        for rows in batches:
            yield rows, reader.position


class Validation:
    r"""The annotated batches of a run, to be iterated once; then it has the report.

    >>> batch = pa.RecordBatch.from_pydict({"text": ["Hello", "", "Grüße"]})
    >>> batches = validate_batches([batch])
    >>> [row["problem"] for row in next(iter(batches)).to_pylist()], batches.report.rows
    ([None, 'empty_text', None], 3)
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema, run: Run) -> None:
        """Check the schema, so that what cannot be judged fails before it begins."""
        self._batches = batches
        self._run = run
        self._columns = run.choice.find(schema.names, BATCH_NAME)
        check_types(schema, self._columns, BATCH_NAME)
        self._read_schema = schema
        self.schema = run.added.extend(schema)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Judge the batches, one at a time."""
        count = 0
        for batch in self._batches:
            if not _is_alike(batch.schema, self._read_schema):
                raise BulkFileError(BATCH_NAME, "it has another schema than the first one")
            annotation = self._run.judge(make_rows(batch, self._columns))
            count += batch.num_rows
            yield append_annotation(batch, annotation, self.schema, self._run.added.currency)
        self._run.add_source(BATCH_NAME, None, self._columns, count)

    @property
    def report(self) -> Report:
        """The report of the batches that have been iterated."""
        return self._run.report


def validate_batches(
    batches: pa.Table | pa.RecordBatch | Iterable[pa.RecordBatch],
    *,
    deck: RateDeck | str | os.PathLike[str] | None = None,
    schema: pa.Schema | None = None,
    text_column: str | None = None,
    number_column: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    duplicates: bool = True,
    characters: bool = True,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | os.PathLike[str] | None = None,
    transliterate: Iterable[str] = (),
    what_if: bool = False,
    prefix: str = "",
) -> Validation:
    """Judge a stream of Arrow record batches of one schema, or a table.

    The result is iterated for the annotated batches, and then has the report. `schema` is needed
    only where there may be no batch at all. The other options and errors are `validate_file`'s.
    """
    run = Run(
        deck=deck,
        at=at,
        region=region,
        max_parts=max_parts,
        duplicates=duplicates,
        characters=characters,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
        transliterate=transliterate,
        what_if=what_if,
        text_column=text_column,
        number_column=number_column,
        prefix=prefix,
    )
    if isinstance(batches, pa.RecordBatch):
        batches = [batches]
    if schema is None:
        schema = getattr(batches, "schema", None)
    iterator: Iterator[pa.RecordBatch] = iter(getattr(batches, "to_batches", lambda: batches)())
    if schema is None:
        first = next(iterator, None)
        if first is None:
            raise BulkFileError(BATCH_NAME, "there is none: give the schema")
        schema = first.schema
        iterator = chain((first,), iterator)
    return Validation(iterator, schema, run)


def validate_file(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    deck: RateDeck | str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    text_column: str | None = None,
    number_column: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    duplicates: bool = True,
    characters: bool = True,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | os.PathLike[str] | None = None,
    transliterate: Iterable[str] = (),
    what_if: bool = False,
    format: Format | None = None,  # noqa: A002  # it is the word for it
    encoding: str | None = None,
    delimiter: str | None = None,
    prefix: str = "",
    threads: int | None = None,
    part: Slice | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Judge every row of a message file; write it annotated if `out` is given; report.

    The file is CSV, TSV, JSON Lines or Parquet, as a path or as an open binary file. `deck`, or
    the path of one, prices the rows by the rates of the day `at` (today in UTC). `region` is whose
    national numbers may come without "+". `max_parts` is the most parts that a row may take.
    `languages`, `reference_bits`, `boundary` and `profile` say how texts are counted, as they do
    to `smscore.measure`; what the profile's provider does not take is a problem, and has no price.
    `transliterate` are names of what is replaced in each text first, where that saves a part: the
    table "standard", classes of it, schemes of romanisation, or "twilio"; with them, the column
    text_sent has each text as it is to be sent. With `what_if` the report says what each class of
    replacements would save.
    The columns of texts and numbers are found by name, or named. The annotated file, in the format
    that its name stands for or else the source's, has the columns alphabet, units, parts, price,
    currency and problem more, and coding where languages are allowed, each named with `prefix`
    before it. A row's fault is data: see `Problem`. `progress` is called after every batch.
    Without `duplicates` no message is compared with those before it; without `characters` the
    report does not say which characters force UCS-2. Reading, judging and writing overlap in as
    many as three `threads`, as None means where there are processors; with 1 nothing overlaps. The
    results are the same.
    `part` is a slice that `cut_file` has cut, of which alone the rows are judged and written; it
    needs `duplicates=False`, and a path.

    Raises BulkFileError if the file cannot be read or written, DeckError for the deck, ProfileError
    for the profile, ValueError for an option that makes no sense, OSError if a file cannot be
    opened.
    """
    run = Run(
        deck=deck,
        at=at,
        region=region,
        max_parts=max_parts,
        duplicates=duplicates,
        characters=characters,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
        transliterate=transliterate,
        what_if=what_if,
        text_column=text_column,
        number_column=number_column,
        prefix=prefix,
        threads=threads,
    )
    run.validate(
        source,
        out=out,
        format=format,
        encoding=encoding,
        delimiter=delimiter,
        part=part,
        progress=progress,
    )
    return run.report


def _is_alike(schema: pa.Schema, other: pa.Schema) -> bool:
    """Tell whether two schemas have the same columns; whether they allow nulls is no matter."""
    return bool(schema.names == other.names and schema.types == other.types)


def _open(
    source: str | os.PathLike[str] | BinaryIO, stack: ExitStack
) -> tuple[BinaryIO, str, int | None]:
    """Give the file to read, what errors call it, and its size where that is known."""
    if isinstance(source, (bytes, bytearray, io.TextIOBase)):
        raise TypeError("a source is a path, or a file that is open in binary")
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        file = stack.enter_context(path.open("rb"))
        return file, path.name, os.fstat(file.fileno()).st_size
    name = getattr(source, "name", None)
    if not isinstance(name, str) or name.startswith("<"):
        return source, STREAM_NAME, None
    return source, Path(name).name, None
