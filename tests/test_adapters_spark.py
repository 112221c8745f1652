"""Spark: a job over partitioned Parquet comes to what one machine comes to, failures and all.

The law of this file: a real Spark runs here, with Python workers of its own, and a failure is one
of a task that had begun to give rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import engines
import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("pyspark")

import pyarrow as pa
from adapting import ADDED, DAY, DECK, judge, make_table
from pyarrow import parquet
from pyspark import TaskContext
from pyspark.sql import SparkSession

from smscore.adapters import spark as adapter
from smscore.adapters.quoter import Quoter
from smscore.bulk import validate_file
from smscore.errors import BulkFileError, DeckError

pytestmark = pytest.mark.skipif(
    bool(engines.why_not("spark")), reason=engines.why_not("spark") or ""
)

PARTITIONS = 4
TABLE = make_table(2000)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Give a Spark of two cores on this machine, which tries a task three times."""
    builder = SparkSession.builder.master("local[2,3]").appName("tests")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of Parquet, partitioned by a day in the names of its folders."""
    folder = tmp_path_factory.mktemp("messages")
    step = TABLE.num_rows // PARTITIONS
    for place in range(PARTITIONS):
        (folder / f"day={place}").mkdir()
        parquet.write_table(TABLE.slice(place * step, step), folder / f"day={place}" / "a.parquet")
    return folder


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Collect the rows in the order of their ids, without the day that the folder's name gave."""
    rows = [row.asDict() for row in frame.drop("day").collect()]
    return sorted(rows, key=lambda row: row["id"])


def test_partitioned_parquet_is_quoted(spark: Any, folder: Path) -> None:
    """Every row gets what one machine says of it, and the columns have the types that are said."""
    quoted = adapter.quote(spark.read.parquet(str(folder)), DECK, at=DAY)
    assert quoted.columns == ["id", "phone", "message", "day", *ADDED]
    assert dict(quoted.dtypes)["price"] == "decimal(38,12)"
    assert rows_of(quoted) == judge(TABLE)


def test_totals_are_those_of_a_file(spark: Any, folder: Path, tmp_path: Path) -> None:
    """What Spark adds up is what the report of the same messages in one file says."""
    parquet.write_table(TABLE, tmp_path / "all.parquet")
    report = validate_file(tmp_path / "all.parquet", deck=DECK, at=DAY, duplicates=False)
    quoted = adapter.quote(spark.read.parquet(str(folder)), DECK, at=DAY).cache()
    [summed] = quoted.selectExpr("count(*)", "sum(parts)", "sum(price)").collect()
    assert tuple(summed) == (report.rows, report.total_parts, report.total)
    counted = {row["problem"]: row["count"] for row in quoted.groupBy("problem").count().collect()}
    assert counted.pop(None) == report.clean_rows
    assert counted == {problem.label: rows for problem, rows in report.problems.items()}


def test_a_task_that_failed_is_tried_again(spark: Any, folder: Path, tmp_path: Path) -> None:
    """Tasks that fail half way are done again, and no row is lost, doubled or other than it was."""

    def fail_first(batches: Iterable[Any]) -> Iterator[Any]:
        context = TaskContext.get()
        assert context is not None
        for place, batch in enumerate(batches):
            if place == 1 and context.partitionId() % 2 and context.attemptNumber() == 0:
                (tmp_path / str(context.partitionId())).touch()
                raise OSError("a disk that is gone")
            yield batch

    quoted = adapter.quote(spark.read.parquet(str(folder)).repartition(PARTITIONS), DECK, at=DAY)
    failing = quoted.mapInArrow(fail_first, quoted.schema)
    assert rows_of(failing) == judge(TABLE)
    assert {int(mark.name) for mark in tmp_path.iterdir()} == {1, 3}


def test_a_worker_has_one_quoter(spark: Any, folder: Path) -> None:
    """However many tasks a worker does, the deck is made ready for lookup once."""
    frame = spark.read.parquet(str(folder)).repartition(12)
    quoter = Quoter.make(frame.columns, DECK, at=DAY)

    def name_quoter(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            count = batch.num_rows
            yield pa.record_batch(
                {"process": [os.getpid()] * count, "quoter": [id(quoter)] * count}
            )

    named = frame.mapInArrow(name_quoter, "process long, quoter long")
    pairs = {tuple(row) for row in named.collect()}
    assert pairs
    assert len({process for process, _ in pairs}) == len(pairs) < 12


def test_faults_are_told_before_a_job_starts(spark: Any, tmp_path: Path) -> None:
    """Columns that do not do, by name or by type, and wrong options, never become a task."""
    frame = spark.createDataFrame([(1.5, "Hello")], ["phone", "message"])
    with pytest.raises(BulkFileError, match="not phone numbers"):
        adapter.quote(frame, DECK)
    with pytest.raises(BulkFileError, match="no column"):
        adapter.quote(frame.drop("message"), DECK)
    (tmp_path / "deck.csv").write_text("price,currency\n", encoding="utf-8")
    with pytest.raises(DeckError):
        adapter.quote(frame, tmp_path / "deck.csv", at=date(2026, 1, 1))
