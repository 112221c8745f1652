"""Ray Data: blocks of any size come to what one machine comes to.

The law of this file: a real Ray runs here, with workers of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("ray")
pytest.importorskip("ray.data")

import pyarrow as pa
import ray
from adapting import ADDED, DAY, DECK, judge, make_table, total
from pyarrow import parquet

from smscore.adapters import ray as adapter
from smscore.errors import BulkFileError

TABLE = make_table(2000)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """Start a Ray of two cores on this machine."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def rows_of(dataset: Any) -> list[dict[str, Any]]:
    """Take all rows, in the order of their ids."""
    return sorted(dataset.take_all(), key=lambda row: row["id"])


@pytest.mark.parametrize("batch_size", [None, 77])
def test_a_dataset_is_quoted(batch_size: int | None, tmp_path: Path) -> None:
    """Every row of several files gets what one machine says of it, and the totals are the same."""
    for place in range(4):
        parquet.write_table(TABLE.slice(place * 500, 500), tmp_path / f"{place}.parquet")
    dataset = ray.data.read_parquet(str(tmp_path))
    quoted = adapter.quote(dataset, DECK, at=DAY, batch_size=batch_size).materialize()
    assert quoted.columns() == ["id", "phone", "message", *ADDED]
    assert rows_of(quoted) == judge(TABLE)
    assert total(quoted.iter_rows()) == total(judge(TABLE))


def test_a_task_that_failed_is_tried_again(tmp_path: Path) -> None:
    """A worker that dies half way is replaced, and no row is lost or doubled."""

    def die_first(table: Any) -> Any:
        mark = tmp_path / "died"
        if not mark.exists():
            mark.touch()
            import os

            os._exit(1)
        return table

    dataset = ray.data.from_arrow([TABLE.slice(place * 500, 500) for place in range(4)])
    quoted = adapter.quote(dataset, DECK, at=DAY)
    assert rows_of(quoted.map_batches(die_first, batch_format="pyarrow")) == judge(TABLE)
    assert (tmp_path / "died").exists()


def test_faults_are_told_before_a_task_starts() -> None:
    """Columns that do not do are told at once."""
    with pytest.raises(BulkFileError, match="no column"):
        adapter.quote(ray.data.from_arrow(pa.table({"a": ["Hello"]})), DECK)
