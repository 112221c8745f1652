"""A list of texts at once: `measure_many` on ten thousand, beside a list of their encodings.

The law of this file: the list is there before the clock starts, and the arrays are made within.
Texts drawn one after the other lie so in memory; in a program that has run for a while they do not,
so a shuffled list is measured as well.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import corpora, references
from smscore import measure_many

COUNT = 10_000
SECONDS = 0.5

DrawTexts = Callable[[str, int], list[str]]


@pytest.fixture(params=[*corpora.CORPORA, "E shuffled"])
def listed(request: pytest.FixtureRequest, draw_texts: DrawTexts) -> tuple[str, list[str]]:
    """Give each corpus in turn with its name, and the last one out of order too."""
    name: str = request.param
    letter, _, shuffled = name.partition(" ")
    texts = draw_texts(letter, COUNT)
    if shuffled:
        draw = Random(1).random  # noqa: S311  # nothing here is a secret
        texts = sorted(texts, key=lambda _: draw())
    return name, texts


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_encode(benchmark: BenchmarkFixture, listed: tuple[str, list[str]]) -> None:
    """A list of the texts in UTF-8."""
    name, texts = listed
    benchmark.group = f"a list, corpus {name}"
    benchmark(references.encode, texts)


@pytest.mark.benchmark(max_time=SECONDS)
def test_measure_many(
    benchmark: BenchmarkFixture, listed: tuple[str, list[str]], kernel: str
) -> None:
    """Three arrays: alphabets, units, parts."""
    name, texts = listed
    benchmark.group = f"a list, corpus {name}"
    benchmark.extra_info["kernel"] = kernel
    benchmark(measure_many, texts)
