"""A Spark job beside the same job that quotes nothing: `python -m benchmarks.spark_job --rows N`.

The law of this file: both jobs read the same partitioned Parquet, send every row through Python
workers as Arrow and throw the rows away; they take turns in one Spark. What the quoting job adds up
to, with tasks that fail at their first attempt, is held against one process that judges the same
files. The messages are seeded, and are gone when it ends.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

import pyarrow as pa
from pyarrow import dataset as arrow_dataset
from pyarrow import parquet
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession

import smscore
from benchmarks import corpora
from smscore.adapters.spark import quote
from smscore.bulk import validate_batches
from smscore.decks import RateDeck

DAY = date(2026, 6, 1)
WRITTEN_ROWS = 50_000
FILE_ROWS = 500_000

Totals = tuple[int, int, Decimal, dict[str | None, int], dict[str | None, int]]
"""Rows, parts, cost, rows by alphabet, rows by problem."""


def write_file(folder: Path, place: int, rows: int) -> None:
    """Write one file of messages, in a folder named after its place; each has a seed of its own."""
    seed = corpora.SEED + 1 + place
    schema = pa.schema({"id": pa.int64(), "phone": pa.string(), "message": pa.string()})
    target = folder / f"batch={place}"
    target.mkdir()
    texts, numbers = corpora.iterate_texts("E", seed), corpora.iterate_numbers(seed)
    with parquet.ParquetWriter(target / "messages.parquet", schema) as writer:
        for first in range(0, rows, WRITTEN_ROWS):
            count = min(WRITTEN_ROWS, rows - first)
            ids = range(place * FILE_ROWS + first, place * FILE_ROWS + first + count)
            columns = [ids, list(islice(numbers, count)), list(islice(texts, count))]
            writer.write_table(pa.table(columns, schema=schema))


def write_files(folder: Path, rows: int) -> None:
    """Write the messages, on all cores."""
    counts = [min(FILE_ROWS, rows - first) for first in range(0, rows, FILE_ROWS)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(write_file, folder), range(len(counts)), counts))


def start_spark(cores: int, batch_rows: int) -> SparkSession:
    """Start Spark on so many cores of this machine, with workers of this very Python."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{cores},3]").appName("smscore")
    for key, value in {
        "spark.driver.memory": "4g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.shuffle.partitions": str(cores),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(batch_rows),
    }.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def pass_on(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give what is given."""
    yield from batches


def fail_first(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give what is given; but the first attempt at every third task fails after a batch."""
    context = TaskContext.get()
    fails = context is not None and context.partitionId() % 3 == 0 and context.attemptNumber() == 0
    for batch in batches:
        yield batch
        if fails:
            raise OSError("a disk that is gone")


def run(frame: DataFrame) -> float:
    """Run a job to its end, keeping nothing, and give its seconds."""
    start = perf_counter()
    frame.write.format("noop").mode("overwrite").save()
    return perf_counter() - start


def add_up(quoted: DataFrame) -> Totals:
    """Have Spark add up a quoted frame."""
    kinds = quoted.groupBy("alphabet", "problem").agg(
        {"*": "count", "parts": "sum", "price": "sum"}
    )
    rows = parts = 0
    cost = Decimal(0)
    alphabets: dict[str | None, int] = {}
    problems: dict[str | None, int] = {}
    for alphabet, problem, *sums in kinds.select(
        "alphabet", "problem", "count(1)", "sum(parts)", "sum(price)"
    ).collect():
        count = sums[0]
        rows, parts, cost = rows + count, parts + (sums[1] or 0), cost + (sums[2] or 0)
        alphabets[alphabet] = alphabets.get(alphabet, 0) + count
        problems[problem] = problems.get(problem, 0) + count
    return rows, parts, cost, alphabets, problems


def judge(folder: Path, deck: RateDeck) -> tuple[Totals, float]:
    """Have one process judge the same files; give what it reports, and its seconds."""
    batches = arrow_dataset.dataset(folder, partitioning="hive").to_batches()
    start = perf_counter()
    validation = validate_batches(batches, deck=deck, at=DAY, duplicates=False)
    for _ in validation:
        pass
    seconds = perf_counter() - start
    report = validation.report
    alphabets: dict[str | None, int] = dict(report.alphabets.items())
    if unknown := report.rows - sum(report.alphabets.values()):
        alphabets[None] = unknown
    problems: dict[str | None, int] = {each.label: n for each, n in report.problems.items()}
    if report.clean_rows:
        problems[None] = report.clean_rows
    total = report.total or Decimal(0)
    return (report.rows, report.total_parts, total, alphabets, problems), seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 if the totals are not equal."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder, rates = Path(name) / "messages", Path(name) / "rates.csv"
        folder.mkdir()
        corpora.write_deck(rates)
        deck = RateDeck.read(rates)
        write_files(folder, options.rows)
        spark = start_spark(options.cores, options.batch_rows)
        frame = spark.read.parquet(str(folder))
        jobs = {
            "identity": frame.mapInArrow(pass_on, frame.schema),
            "quoting": quote(frame, deck, at=DAY),
        }
        seconds: dict[str, list[float]] = {each: [] for each in jobs}
        for job in jobs.values():
            # The first run starts workers and reads the files into the system's cache.
            run(job)
        for turn in range(options.rounds):
            for each in sorted(jobs, reverse=bool(turn % 2)):
                seconds[each].append(run(jobs[each]))
        quoted = jobs["quoting"]
        found = add_up(quoted.mapInArrow(fail_first, quoted.schema))
        spark.stop()
        expected, alone = judge(folder, deck)
    print(f"smscore {smscore.__version__}, kernel {smscore.KERNEL}")
    print(f"{options.rows:,} messages on local[{options.cores}], {options.rounds} rounds in turns")
    for each, listed in seconds.items():
        shown = " ".join(f"{one:.2f}" for one in listed)
        speed = options.rows / median(listed)
        print(f"{each:9} {median(listed):8.2f} s, {speed:,.0f} a second ({shown})")
    ratios = [q / i for q, i in zip(seconds["quoting"], seconds["identity"], strict=True)]
    print(f"quoting / identity: {median(ratios):.2f}")
    print(f"one process, validate_batches: {alone:.2f} s, {options.rows / alone:,.0f} a second")
    equal = found == expected
    print(f"totals equal, after tasks that failed once: {'yes' if equal else 'NO'}")
    print(f"{found[0]:,} rows, {found[1]:,} parts, {found[2]:f} {deck.currency}")
    if not equal:
        print(f"one process says {expected}, Spark {found}")
    return 0 if equal else 1


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.spark_job", description=(__doc__ or "").split("\n", 1)[0]
    )
    for name, default, what in (
        ("--rows", 1_000_000, "messages"),
        ("--rounds", 3, "turns that each job takes"),
        ("--cores", 2, "cores that Spark may use"),
        ("--batch-rows", 10_000, "rows of an Arrow batch that Spark hands to Python"),
    ):
        parser.add_argument(
            name, type=int, default=default, metavar="N", help=f"{what} (default: %(default)s)"
        )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
