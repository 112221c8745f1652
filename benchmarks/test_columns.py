"""A column of messages at once, beside the least that Arrow does with the same array.

The law of this file: the array is in memory before the clock starts, and a group is one array: a
corpus as one kind of strings. Floors are on one thread, as their functions are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import columns, corpora, handwork

COUNT = 20_000
SECONDS = 0.3
SLOW_ROUNDS = 3

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(params=[*(f"{name} string" for name in corpora.CORPORA), "E string_view"])
def column(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401  # pyarrow has no types
    """Give the array of each corpus in turn, and of the last one as views too."""
    name, kind = request.param.split()
    store = columns.Store(tmp_path_factory.getbasetemp(), COUNT, Path())
    return request.param, columns.read_column(store.find(name), kind)


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_copy(benchmark: BenchmarkFixture, column: tuple[str, Any]) -> None:
    """The octets of the strings copied."""
    name, array = column
    benchmark.group = f"a column, {name}"
    benchmark(columns.prepare_copy(array))


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_length(benchmark: BenchmarkFixture, column: tuple[str, Any]) -> None:
    """The characters of each string counted, by Arrow."""
    import pyarrow.compute as pc

    name, array = column
    benchmark.group = f"a column, {name}"
    benchmark(pc.utf8_length, columns.as_plain(array))


@pytest.mark.benchmark(max_time=SECONDS)
@pytest.mark.parametrize("threads", [1, 2])
def test_measure_column(benchmark: BenchmarkFixture, column: tuple[str, Any], threads: int) -> None:
    """Alphabet, units, parts and problem of each message."""
    from smscore.bulk import measure_column

    name, array = column
    benchmark.group = f"a column, {name}"
    benchmark(measure_column, array, threads=threads)


@pytest.mark.benchmark(group="a column, E string")
@pytest.mark.parametrize("job", ["duckdb", "pyarrow"])
def test_by_hand(
    run_rounds: Callable[..., object], tmp_path_factory: pytest.TempPathFactory, job: str
) -> None:
    """The same, as people write it by hand, on one thread; polars has as many as it likes."""
    pytest.importorskip(job, reason=f"{job} is not installed")
    store = columns.Store(tmp_path_factory.getbasetemp(), COUNT, Path())
    run = handwork.JOBS[job](columns.read_column(store.find("E")), 1)
    run_rounds(run, rounds=SLOW_ROUNDS, warmup_rounds=1)
