"""Other Python packages on the same texts, beside `measure` and the best Python we can write.

The law of this file: how fast a peer is, and of how many texts it says something else than
smscore, is told and never asserted: peers owe us nothing. Our own reference must agree, or it would
be a reference to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import smscore
from benchmarks import corpora, peers, references

COUNT = 1000
MANY = 5000
SECONDS = 0.3
ROUNDS = 5

GROUP = "peers, corpus E"

DrawTexts = Callable[[str, int], list[str]]


def measure(text: str) -> peers.Answer:
    """Say what smscore says of a text, as the adapters of the peers do."""
    measured = smscore.measure(text)
    return measured.alphabet.value, measured.parts


@pytest.mark.benchmark(group=GROUP, max_time=SECONDS)
def test_smscore(benchmark: BenchmarkFixture, draw_texts: DrawTexts, kernel: str) -> None:
    """`measure`, as it is: it needs no adapter."""
    benchmark.extra_info["kernel"] = kernel
    benchmark(references.each, smscore.measure, draw_texts("E", COUNT))


@pytest.mark.benchmark(group=GROUP, max_time=SECONDS)
def test_hand_written(benchmark: BenchmarkFixture, draw_texts: DrawTexts) -> None:
    """The best Python we can write."""
    benchmark(references.each, references.hand_written, draw_texts("E", COUNT))


@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize("name", peers.NAMES)
def test_peer(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., object],
    draw_texts: DrawTexts,
    name: str,
) -> None:
    """A peer, where it is installed."""
    peer = peers.load(name)
    if peer is None:
        pytest.skip(f"{name} is not installed: pip install {name}")
    texts = draw_texts("E", COUNT)
    benchmark.extra_info["version"] = peer.version
    benchmark.extra_info["disagreements"] = peer.count_disagreements(texts, map(measure, texts))
    run_rounds(references.each, args=(peer.ask, texts), rounds=ROUNDS, warmup_rounds=1)


@pytest.mark.parametrize("corpus", corpora.CORPORA)
def test_hand_written_agrees(draw_texts: DrawTexts, corpus: str) -> None:
    """The reference says of every text what smscore says; a wrong one would be no reference."""
    texts = draw_texts(corpus, MANY)
    assert peers.OURS.count_disagreements(texts, map(measure, texts)) == 0


@pytest.mark.parametrize("text", peers.EDGES)
def test_hand_written_agrees_on_the_edges(text: str) -> None:
    """Texts where counting goes wrong most easily are counted as smscore counts them."""
    assert references.hand_written(text) == measure(text)


@pytest.mark.parametrize(
    ("filler", "pair", "units"), [("a", "€", 153), ("a", "[", 153), ("я", "\U0001f600", 67)]
)
def test_hand_written_walks(filler: str, pair: str, units: int) -> None:
    """Where a pair does not fit a part's last unit, the reference counts as smscore does."""
    for before in range(units - 3, units + 2):
        for after in range(2 * units):
            text = filler * before + pair + filler * after
            assert references.hand_written(text) == measure(text)
