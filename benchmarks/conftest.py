"""What the benchmarks share: the two kernels, and the texts, which are written once.

The law of this file: a benchmark that asks for `kernel` runs once with each kernel behind all of
smscore, one straight after the other; where no compiled kernel was built, its half is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import corpora, kernels


@pytest.fixture(params=kernels.KERNELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[str]:
    """Put each kernel in turn behind every function of smscore; give its name."""
    name: str = request.param
    if kernels.load(name) is None:
        pytest.skip(f"the {name} kernel was not built")
    with kernels.use(name):
        yield name


@pytest.fixture(params=corpora.CORPORA)
def corpus(request: pytest.FixtureRequest) -> str:
    """Give each corpus in turn, by its letter."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def draw_texts() -> Callable[[str, int], list[str]]:
    """Give what lists the first texts of a corpus, and lists them only once."""
    return cache(corpora.texts)


@pytest.fixture
def run_rounds(benchmark: BenchmarkFixture) -> Callable[..., Any]:
    """Give `benchmark.pedantic`, for what is too slow to be calibrated, with a type."""
    run: Callable[..., Any] = benchmark.pedantic
    return run
