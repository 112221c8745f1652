"""A campaign's file from end to end, beside reading and writing it alone, and beside handwork.

The law of this file: all sides read the same file and write it in the same format. On how many
processors they run is said to the whole process, before any of them is loaded, so that none has
more threads than another. The hand-written jobs give alphabet, units and parts; they neither price
nor check a row, and know no duplicates.
"""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from importlib import util
from pathlib import Path
from typing import Any

from benchmarks import corpora, references
from benchmarks.charts import Chart
from benchmarks.columns import list_threads
from benchmarks.handwork import polars_columns, write_sql
from benchmarks.tables import Row, by_kernel, list_rows, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from benchmarks.workers import ask

KERNEL_ROWS = 20_000
FILE_ROUNDS = 5
DAY = date(2026, 6, 1)
SUFFIXES = ("csv", "parquet")

FLOOR = "read and write"
BY_HAND = ("polars", "duckdb")
COPYING = ", copying alone"

WAYS: Mapping[str, Mapping[str, Any]] = {
    "smscore": {},
    "without duplicates": {"duplicates": False},
    "without blame": {"blame": False},
    "without either": {"duplicates": False, "blame": False},
}
"""What `validate_file` is asked to leave out; what it has no option for is not measured."""


def list_ways() -> dict[str, Mapping[str, Any]]:
    """List the ways that this smscore's `validate_file` has the options for."""
    from smscore.bulk import validate_file

    known = inspect.signature(validate_file).parameters.keys()
    return {name: options for name, options in WAYS.items() if options.keys() <= known}


def run_polars(source: Path, target: Path, *, counting: bool = True) -> None:
    """Add alphabet, units and parts with polars, or nothing, streaming from file to file."""
    import polars as pl

    frame = pl.scan_csv(source, infer_schema=False)
    if counting:
        frame = frame.with_columns(polars_columns(pl.col("message")))
    if target.suffix == ".parquet":
        frame.sink_parquet(target)
    else:
        frame.sink_csv(target)


def run_duckdb(source: Path, target: Path, threads: int, *, counting: bool = True) -> None:
    """Add alphabet, units and parts with DuckDB, or nothing, streaming from file to file."""
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    read = f"read_csv('{source}', all_varchar = true, header = true)"
    names = ", ".join(corpora.COLUMNS)
    query = write_sql(read, "message", names) if counting else f"SELECT {names} FROM {read}"  # noqa: S608  # our own
    kind = "FORMAT parquet" if target.suffix == ".parquet" else "FORMAT csv, HEADER"
    connection.execute(f"COPY ({query}) TO '{target}' ({kind})")
    connection.close()


def time_files(
    source: str, deck: str, folder: str, suffix: str, processors: int, rounds: int
) -> dict[str, Any]:
    """Hold each way from a CSV file to another against reading and writing; a worker's job."""
    import pyarrow as pa

    from smscore.bulk import validate_file

    pa.set_cpu_count(processors)
    path = Path(source)

    def target(name: str) -> Path:
        return Path(folder) / f"{name.replace(' ', '-').replace(',', '')}.{suffix}"

    cases = {FLOOR: Case(partial(references.read_and_write, path, target(FLOOR)))}
    for name, options in list_ways().items():
        run: Callable[..., object] = partial(
            validate_file, path, deck=deck, at=DAY, out=target(name), **options
        )
        cases[name] = Case(run)
    for name, counting in ((COPYING, False), ("", True)):
        if util.find_spec("polars") is not None:
            way = f"polars{name}"
            cases[way] = Case(partial(run_polars, path, target(way), counting=counting))
        if util.find_spec("duckdb") is not None:
            way = f"duckdb{name}"
            run = partial(run_duckdb, path, target(way), processors, counting=counting)
            cases[way] = Case(run)
    turns = take_turns(cases, rounds, sample_seconds=0)
    return {
        FLOOR: {name: turns.ratio(name, FLOOR) for name in cases},
        "smscore": {name: turns.ratio(name, "smscore") for name in cases},
        "seconds": {name: min(turns.seconds[name]) for name in cases},
    }


def compare_files(rows: int) -> Iterator[str | Chart]:
    """Hold `validate_file`, with a rate deck, against reading and writing alone, and handwork."""
    yield f"## A file: `validate_file` of a CSV file of {rows:,} rows, corpus E"
    yield ""
    if util.find_spec("pyarrow") is None:
        yield "Left out: pyarrow is not installed."
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, deck = folder / "campaign.csv", folder / "rates.csv"
        corpora.write_csv(source, "E", rows)
        corpora.write_deck(deck)
        octets = source.stat().st_size
        threads = list_threads()
        found = {
            (suffix, count): ask(
                "files:time_files",
                {
                    "source": str(source),
                    "deck": str(deck),
                    "folder": name,
                    "suffix": suffix,
                    "processors": count,
                    "rounds": FILE_ROUNDS,
                },
                processors=count,
            )
            for suffix in SUFFIXES
            for count in threads
        }
    [first, *_] = found.values()
    table: list[Row] = []
    for suffix in SUFFIXES:
        for way in first["seconds"]:
            if way == FLOOR:
                continue
            each = [found[suffix, count] for count in threads]
            figures = [one[FLOOR][way] for one in each] + [one["smscore"][way] for one in each]
            table.append([f"CSV to {suffix}", way, *map(show_ratio, figures)])
    head = ["from and to", "way"]
    head += [f"÷ pyarrow read and write, processors: {count}" for count in threads]
    head += [f"÷ smscore, processors: {count}" for count in threads]
    yield from write_table(head, table, words=2)
    yield ""
    yield "The jobs of polars and DuckDB price nothing, and find no duplicates, no bad numbers and"
    yield "no character to blame."
    missing = [name for name in BY_HAND if name not in first["seconds"]]
    if missing:
        yield ""
        yield f"Left out, because they are not installed: {', '.join(missing)}."
    yield ""
    places = [f"CSV to {suffix}, {count}" for suffix in SUFFIXES for count in threads]
    yield Chart(
        name="files",
        title=f"A CSV file of {octets / 1e6:.0f} MB, measured, priced and written",
        across="from and to, processors",
        up="multiple of pyarrow's read and write",
        places=places,
        series={
            way: [found[suffix, count][FLOOR][way] for suffix in SUFFIXES for count in threads]
            for way in first["seconds"]
            if way != FLOOR and not way.endswith(COPYING)
        },
        mark=1.0,
    )


def compare_kernels() -> Iterator[str]:
    """Hold `validate_file` with each kernel behind it against pyarrow."""
    yield f"## A file: each kernel, {KERNEL_ROWS:,} rows"
    yield ""
    if util.find_spec("pyarrow") is None:
        yield "Left out: pyarrow is not installed."
        return
    from smscore.bulk import validate_file

    rows: list[Row] = []
    floor = "÷ pyarrow read and write"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, deck = folder / "campaign.csv", folder / "rates.csv"
        corpora.write_csv(source, "E", KERNEL_ROWS)
        corpora.write_deck(deck)
        for suffix in SUFFIXES:
            target = folder / f"out.{suffix}"
            cases = {floor: Case(partial(references.read_and_write, source, target))}
            cases |= by_kernel(partial(validate_file, source, deck=deck, at=DAY, out=target))
            turns = take_turns(cases, FILE_ROUNDS, sample_seconds=0)
            rows += list_rows(f"CSV to {suffix}", turns, [floor])
    yield from write_table(["from and to", "kernel", floor, "pure ÷ it"], rows, words=2)
