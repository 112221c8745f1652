"""The longest prefix of a column of numbers, beside a loop with a dict; and making a deck ready.

The law of this file: the same numbers and the same prefixes on all sides; what is asked by a loop
is given a list, and what is asked by the column an array.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import prefixes
from smscore import RateDeck

COUNT = 20_000
SIZES = (1_000, prefixes.PREFIXES)
SECONDS = 0.3
BUILD_ROUNDS = 3


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size} prefixes")
def deck(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """Give a deck of each size in turn, with its name."""
    size: int = request.param
    return f"{size} prefixes", prefixes.make_deck(prefixes.list_prefixes(size))


@pytest.fixture(scope="module")
def numbers() -> list[str]:
    """List the numbers."""
    return list(islice(prefixes.iterate_numbers(), COUNT))


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_dict(
    benchmark: BenchmarkFixture, deck: tuple[str, bytes], numbers: list[str]
) -> None:
    """A loop that tries every length in a dict."""
    name, data = deck
    benchmark.group = f"numbers, {name}"
    prices = prefixes.read_in_dict(data)
    digits = [number[1:] for number in numbers]
    benchmark(prefixes.find_in_dict, digits, prices, max(map(len, prices)))


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_length(
    benchmark: BenchmarkFixture, deck: tuple[str, bytes], numbers: list[str]
) -> None:
    """The characters of each number counted, by Arrow."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.compute as pc

    benchmark.group = f"numbers, {deck[0]}"
    benchmark(pc.utf8_length, pa.array(numbers))


@pytest.mark.benchmark(max_time=SECONDS)
def test_table(benchmark: BenchmarkFixture, deck: tuple[str, bytes], numbers: list[str]) -> None:
    """A loop over the deck's own table, one number at a time."""
    name, data = deck
    benchmark.group = f"numbers, {name}"
    table = RateDeck.parse(data, "deck.csv").table(prefixes.DAY)
    digits = [number[1:] for number in numbers]
    benchmark(prefixes.find_in_table, digits, table.find)


@pytest.mark.benchmark(max_time=SECONDS)
def test_column(
    benchmark: BenchmarkFixture, deck: tuple[str, bytes], numbers: list[str], kernel: str
) -> None:
    """The column looked up at once."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    if not prefixes.has_addresser():
        pytest.skip("this smscore looks no column up at once")
    name, data = deck
    benchmark.group = f"numbers, {name}"
    benchmark.extra_info["kernel"] = kernel
    table = RateDeck.parse(data, "deck.csv").table(prefixes.DAY)
    benchmark(prefixes.make_addresser(table).address, pa.array(numbers))


def test_floor_read_a_deck(
    benchmark: BenchmarkFixture, run_rounds: Callable[..., object], deck: tuple[str, bytes]
) -> None:
    """The deck read into a dict, unchecked."""
    name, data = deck
    benchmark.group = f"a deck, {name}"
    run_rounds(prefixes.read_in_dict, args=(data,), rounds=BUILD_ROUNDS, warmup_rounds=1)


def test_build_a_deck(
    benchmark: BenchmarkFixture, run_rounds: Callable[..., object], deck: tuple[str, bytes]
) -> None:
    """The deck read, checked, and made ready for lookup."""
    name, data = deck
    benchmark.group = f"a deck, {name}"
    run_rounds(prefixes.build, args=(data,), rounds=BUILD_ROUNDS, warmup_rounds=1)
