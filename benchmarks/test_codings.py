"""The best of all codings, one text at a time, beside one scan of the same text.

The law of this file: all thirteen languages may be used, and the kernel's own functions are called,
so that nothing but the two is measured; the public `measure` stands beside them in the same group.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import codings, kernels

COUNT = 200
SECONDS = 0.3


@pytest.fixture(params=codings.CORPORA)
def named(request: pytest.FixtureRequest) -> str:
    """Give each corpus in turn, those in national languages too, by its name."""
    name: str = request.param
    return name


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_scan(benchmark: BenchmarkFixture, named: str, kernel: str) -> None:
    """One scan of each text with one table: the kernel's `measure` in the best coding."""
    benchmark.group = f"best coding, corpus {named}, {kernel}"
    module = kernels.require(kernel)
    scans = codings.list_scans(module, codings.draw_texts(named, COUNT))
    benchmark(codings.each_call, module.measure, scans)


@pytest.mark.benchmark(max_time=SECONDS)
def test_choose(benchmark: BenchmarkFixture, named: str, kernel: str) -> None:
    """The kernel's choice of the best coding."""
    benchmark.group = f"best coding, corpus {named}, {kernel}"
    choices = codings.list_choices(codings.draw_texts(named, COUNT))
    benchmark(codings.each_call, kernels.require(kernel).choose, choices)


@pytest.mark.benchmark(max_time=SECONDS)
def test_measure(benchmark: BenchmarkFixture, named: str, kernel: str) -> None:
    """The public `measure` with all languages."""
    benchmark.group = f"best coding, corpus {named}, {kernel}"
    benchmark(codings.each_choice, codings.draw_texts(named, COUNT))
