"""Transliteration beside `str.translate`, and the octets of messages beside splitting them.

The law of this file: a group is one corpus under one kernel, and its floor is in it.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import smscore
from benchmarks import codings, engine
from benchmarks.references import each

COUNT = 300
SECONDS = 0.3


@pytest.fixture(params=[*engine.CLEAN, *engine.DIRTY])
def replaced(request: pytest.FixtureRequest) -> str:
    """Give each corpus whose characters are to be replaced, by its name, and a clean one."""
    name: str = request.param
    return name


@pytest.fixture(params=engine.OCTETS, ids=lambda each: each[0])
def packed(request: pytest.FixtureRequest) -> tuple[str, engine.Languages]:
    """Give each corpus whose octets are written, by its name, and the languages used."""
    name: str
    languages: engine.Languages
    name, languages = request.param
    return name, languages


@pytest.mark.benchmark(max_time=SECONDS)
@pytest.mark.parametrize("table", engine.make_tables())
def test_floor_translate(benchmark: BenchmarkFixture, replaced: str, table: str) -> None:
    """`str.translate` with a dict of the table."""
    benchmark.group = f"transliteration, corpus {replaced}"
    texts = codings.draw_texts(replaced, COUNT)
    benchmark(engine.each_translated, engine.make_tables()[table], texts)


@pytest.mark.benchmark(max_time=SECONDS)
@pytest.mark.parametrize("way", engine.WAYS)
def test_transliterate(benchmark: BenchmarkFixture, replaced: str, way: str, kernel: str) -> None:
    """`transliterate` where it saves a part, always, and with Twilio's table."""
    benchmark.group = f"transliteration, corpus {replaced}"
    benchmark.extra_info["kernel"] = kernel
    benchmark(each, engine.WAYS[way], codings.draw_texts(replaced, COUNT))


@pytest.mark.benchmark(max_time=SECONDS)
def test_floor_split(
    benchmark: BenchmarkFixture, packed: tuple[str, engine.Languages], kernel: str
) -> None:
    """`split` alone."""
    name, languages = packed
    benchmark.group = f"octets, corpus {name}, {kernel}"
    benchmark(engine.each_split, codings.draw_texts(name, COUNT), languages)


@pytest.mark.benchmark(max_time=SECONDS)
def test_split_and_write(
    benchmark: BenchmarkFixture, packed: tuple[str, engine.Languages], kernel: str
) -> None:
    """`split`, and the user data of the parts."""
    name, languages = packed
    benchmark.group = f"octets, corpus {name}, {kernel}"
    benchmark(engine.each_encoded, codings.draw_texts(name, COUNT), languages)


@pytest.mark.benchmark(max_time=SECONDS)
def test_join(
    benchmark: BenchmarkFixture, packed: tuple[str, engine.Languages], kernel: str
) -> None:
    """`join` of the parts of each message."""
    name, languages = packed
    benchmark.group = f"octets, corpus {name}, {kernel}"
    texts = codings.draw_texts(name, COUNT)
    received = engine.receive(smscore.split(text, languages=languages) for text in texts)
    benchmark(engine.each_joined, received)
