"""The benchmarks' corpora: what they are said to be, and the same for everybody.

The law of this file: every expectation is a literal. What a figure was measured on must not change
unnoticed, so the texts themselves are pinned by their hash.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import smscore
from smscore.numbering import parse_number

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "corpora.py"

COUNT = 10_000

# Mean octets in UTF-8, and the share of texts that GSM 7 bit does not have.
FIGURES = {
    "A": (109, 0.0),
    "B": (119, 0.30),
    "C": (248, 1.0),
    "D": (111, 0.15),
    "E": (124, 0.15 * 0.30 + 0.10 + 0.05 * 0.15),
}

# The SHA-256 of the first thousand texts, each followed by a NUL.
HASHES = {
    "A": "9d5a1fee1dd4561d77ad8e9b6893f44b93ed6c90b75cf1418e2fd0dcbc819056",
    "B": "d3f43de5e133aaf5b0bde5aae7ebbcda450492c097f617eca6de53961092da22",
    "C": "1877fe0a8289913b80a0f2e5d5d2f09cb78424a31a2efecf2282f4a9fec99056",
    "D": "8b018427547e6d5afb903631b7dfddc408ac8f9deff9fba04f29917a2b2385c0",
    "E": "07ec203eef1dfaadc83006d5064e2382a4495a28102e5560ca76e81df1b9a3e7",
    "numbers": "2ba360028e88a5af3c87808e6221566bf95fbd54199a9a61c8f546665d2d3a50",
}

# Numbers that their countries keep for fiction, by who keeps them.
FICTIONAL = re.compile(
    r"""
    \+1[2-9]\d\d55501\d\d          # North American Numbering Plan Administrator
    | \+447700900\d{3}             # Ofcom, mobile
    | \+442079460\d{3}             # Ofcom, London
    | \+3363998\d{4}               # Arcep
    | \+4917139200\d\d             # Bundesnetzagentur
    | \+49176040690\d\d
    | \+46701740(60[5-9]|6[1-9]\d) # PTS
    | \+3532091\d{5}               # ComReg
    | \+6149157015[6-9]            # ACMA
    """,
    re.VERBOSE,
)

EMOJI = re.compile("[\u2600-\u27bf\ufe0f\u20e3\U0001f1e6-\U0001faff]")
EXTENSION = re.compile(r"[\f^{}\\\[~\]|€]")


def load_script() -> ModuleType:
    """Load the module by its place, so that the tests run from anywhere."""
    spec = importlib.util.spec_from_file_location("benchmarks_corpora", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


corpora = load_script()


@pytest.fixture(scope="module", params=FIGURES)
def corpus(request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    """Give the name and the first texts of each corpus in turn."""
    return request.param, corpora.texts(request.param, COUNT)


def share(texts: list[str], pattern: re.Pattern[str]) -> float:
    """Give the share of the texts that a pattern is found in."""
    return sum(pattern.search(text) is not None for text in texts) / len(texts)


def digest(texts: list[str]) -> str:
    """Hash the texts, each with its end."""
    return hashlib.sha256("".join(text + "\0" for text in texts).encode()).hexdigest()


def test_every_corpus_is_pinned() -> None:
    """The figures of this file are those of all corpora."""
    assert tuple(FIGURES) == corpora.CORPORA


def test_mean_length(corpus: tuple[str, list[str]]) -> None:
    """The mean length in octets is within a tenth of what is stated."""
    name, texts = corpus
    mean = sum(len(text.encode()) for text in texts) / len(texts)
    assert mean == pytest.approx(FIGURES[name][0], rel=0.10)


def test_share_outside_gsm(corpus: tuple[str, list[str]]) -> None:
    """The share of texts that need UCS-2 is what is stated, within two hundredths."""
    name, texts = corpus
    alphabets = [smscore.measure(text).alphabet for text in texts]
    outside = alphabets.count(smscore.Alphabet.UCS2) / len(texts)
    assert outside == pytest.approx(FIGURES[name][1], abs=0.02)


def test_texts_are_the_same_everywhere(corpus: tuple[str, list[str]]) -> None:
    """The first thousand texts are, octet by octet, those that were always measured."""
    name, texts = corpus
    assert digest(texts[:1000]) == HASHES[name]


def test_numbers_are_the_same_everywhere() -> None:
    """And so are the first thousand numbers."""
    assert digest(corpora.numbers(1000)) == HASHES["numbers"]


def test_a_corpus_is_a_stream() -> None:
    """Fewer texts are the beginning of more; another seed gives others."""
    assert corpora.texts("E", 10) == corpora.texts("E", 100)[:10]
    assert corpora.texts("E", 10, seed=1) == corpora.texts("E", 10, seed=1)
    assert corpora.texts("E", 10, seed=1) != corpora.texts("E", 10)


def test_an_unknown_corpus_is_refused() -> None:
    """A corpus that there is not is named with those that there are."""
    with pytest.raises(ValueError, match="one of A, B, C, D, E, not 'F'"):
        corpora.texts("F", 1)


def test_lengths_spread() -> None:
    """Corpus A has 20 to 400 characters a text, many short ones and few long ones."""
    lengths = sorted(map(len, corpora.texts("A", COUNT)))
    assert lengths[0] >= 20
    assert lengths[-1] <= 400
    assert lengths[-1] > 350
    # A lognormal distribution: the mean is well above the median.
    assert sum(lengths) / COUNT > 1.1 * lengths[COUNT // 2]


def test_a_is_ascii() -> None:
    """Corpus A is ASCII, and takes one septet for each character."""
    texts = corpora.texts("A", COUNT)
    assert all(map(str.isascii, texts))
    assert all(smscore.measure(text).units == len(text) for text in texts)


def test_b_has_extension_characters() -> None:
    """Some of corpus B has characters of two septets, within and without the 30 %."""
    texts = corpora.texts("B", COUNT)
    assert share(texts, EXTENSION) == pytest.approx(0.15, abs=0.02)
    gsm7 = [text for text in texts if smscore.measure(text).alphabet is smscore.Alphabet.GSM7]
    assert share(gsm7, EXTENSION) == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize(
    "script", ["[а-яё]", "[\u0600-\u06ff]", "[\u0900-\u097f]", "[\u4e00-\u9fff]"]
)
def test_c_has_each_script(script: str) -> None:
    """A quarter of corpus C is in each of its scripts, and no emoji are among them."""
    texts = corpora.texts("C", COUNT)
    assert share(texts, re.compile(script)) == pytest.approx(0.25, abs=0.02)
    assert share(texts, EMOJI) == 0


def test_d_has_emoji() -> None:
    """Corpus D has emoji in 15 % of the texts: joined, flags and skin tones are among them."""
    texts = corpora.texts("D", COUNT)
    assert share(texts, EMOJI) == pytest.approx(0.15, abs=0.02)
    for kind in ("\u200d", "[\U0001f1e6-\U0001f1ff]{2}", "[\U0001f3fb-\U0001f3ff]"):
        assert share(texts, re.compile(kind)) > 0.02


def test_texts_are_one_line() -> None:
    """No text has a control character or a lone surrogate: files of any format can hold it."""
    for name in FIGURES:
        for text in corpora.texts(name, 1000):
            assert text.strip() == text
            assert not re.search("[\0-\x1f\x7f\ud800-\udfff]", text)


def test_only_fictional_numbers() -> None:
    """Every number rings nowhere, every range is drawn from, and smscore accepts each."""
    drawn = corpora.numbers(COUNT)
    assert all(map(FICTIONAL.fullmatch, drawn))
    assert len({number[:6] for number in drawn}) > 15
    assert {parse_number(number).country for number in drawn[:1000]} >= {"US", "GB", "FR", "AU"}


def test_write_csv(tmp_path: Path) -> None:
    """The campaign has as many rows as asked for, and their texts are the corpus's."""
    file = tmp_path / "campaign.csv"
    corpora.write_csv(file, "E", 500)
    with file.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    assert head == ["id", "phone", "message"]
    assert [row[0] for row in rows] == [str(place) for place in range(1, 501)]
    assert [row[1] for row in rows] == corpora.numbers(500)
    assert [row[2] for row in rows] == corpora.texts("E", 500)


def test_the_deck_prices_every_number(tmp_path: Path) -> None:
    """There is a price for each number that is drawn."""
    file = tmp_path / "rates.csv"
    corpora.write_deck(file)
    deck = smscore.RateDeck.read(file)
    for number in corpora.numbers(1000):
        quote = smscore.quote("Hello", to=number, deck=deck, at=date(2026, 6, 1))
        assert quote.total.currency == "EUR"
        assert quote.total.amount > 0
