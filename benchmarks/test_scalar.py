"""One text at a time: `measure` and its kin in a loop over a thousand texts, beside the floors.

The law of this file: the loop is part of what is measured, for smscore and for the floors alike.
Read a figure as a multiple of its corpus's floors, which are in the same group of the table.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import smscore
from benchmarks import references

COUNT = 1000
SECONDS = 0.3

FLOORS: dict[str, Callable[[str], object]] = {
    "an empty function": references.nothing,
    "an empty builtin": callable,
    "str.encode": str.encode,
}
FUNCTIONS = ("measure", "count_parts", "detect", "split")

DrawTexts = Callable[[str, int], list[str]]


@pytest.mark.benchmark(max_time=SECONDS)
@pytest.mark.parametrize("floor", FLOORS)
def test_floor(benchmark: BenchmarkFixture, draw_texts: DrawTexts, corpus: str, floor: str) -> None:
    """The least that a loop over the texts costs: a call that does nothing, or that encodes."""
    benchmark.group = f"one text, corpus {corpus}"
    benchmark(references.each, FLOORS[floor], draw_texts(corpus, COUNT))


@pytest.mark.benchmark(max_time=SECONDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_function(
    benchmark: BenchmarkFixture, draw_texts: DrawTexts, corpus: str, function: str, kernel: str
) -> None:
    """A public function of smscore, called for each text."""
    benchmark.group = f"one text, corpus {corpus}"
    benchmark.extra_info["kernel"] = kernel
    benchmark(references.each, getattr(smscore, function), draw_texts(corpus, COUNT))
