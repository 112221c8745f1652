"""What the benchmarks of the engine measure: their messages, and that both sides answer alike.

The law of this file: what is divided must be the same work, so the naive choice of a coding is held
to the kernel's; the messages are pinned by their hash, as what a figure was measured on must not
change unnoticed.
"""

from __future__ import annotations

import doctest
import hashlib
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from smscore import _kernel

ROOT = Path(__file__).resolve().parent.parent

COUNT = 2000

# Mean octets in UTF-8, and a letter that its messages have and the default alphabet has not.
FIGURES = {
    "tr": (149, "[ğışİŞ]"),
    "es": (143, "[áíóú]"),
    "pt": (148, "[ãõáíóúâê]"),
    "hi": (324, "[\u0900-\u097f]"),
    "ta": (338, "[\u0b80-\u0bff]"),
    "ur": (217, "[\u0600-\u06ff]"),
    "mix": (220, "."),
    "curly": (142, "[‘’“”–…]"),
}

# The SHA-256 of the first thousand messages, each followed by a NUL.
HASHES = {
    "tr": "15b4c8d7bfd7999f7fc96e7b1fe8b030fe3d31ad229d1755cb7e9563cf18e8a6",
    "es": "a4a9c6107cafb0535e18912ce938d0a8532b342bec24a6549697498b9f701ccc",
    "pt": "4b89e7d84ef1fa1be99979490bad4d3c58007b97c5c5c750059d7688528c5dcc",
    "hi": "f71b5feba7d4417faabcbdee9a47730bc79e67b9bf4be8dc7bb164b029563d5b",
    "ta": "0033672987b0a1bf89ca6a596af0868dcbd0cfabef1bdf47601f74876ec65c94",
    "ur": "59014bc6711ad23f828138f9de96f9564792b110b934ef3c0da46ab60afc1e6c",
    "mix": "4b8ba54e34d4ff4b5307fa46991730f88478c4b5bb15ada6eb614033cf854399",
    "curly": "c6bb3c87fac3c477d5b7ac13010026be403a6dfc98e60eaf47c017f1b34bf64d",
}


def load(name: str) -> ModuleType:
    """Load a module of the benchmarks, which import each other, from wherever the tests run."""
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    finally:
        sys.path.remove(str(ROOT))


codings, engine, messages = map(load, ("codings", "engine", "messages"))


@pytest.fixture(scope="module", params=FIGURES)
def corpus(request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    """Give the name and the first messages of each corpus in turn."""
    return request.param, messages.texts(request.param, COUNT)


def test_every_corpus_is_pinned() -> None:
    """The figures of this file are those of all corpora of messages."""
    assert tuple(FIGURES) == tuple(HASHES) == messages.CORPORA


def test_messages_are_the_same_everywhere(corpus: tuple[str, list[str]]) -> None:
    """The first thousand messages are, octet by octet, those that were always measured."""
    name, texts = corpus
    octets = "".join(text + "\0" for text in texts[:1000]).encode()
    assert hashlib.sha256(octets).hexdigest() == HASHES[name]


def test_messages_are_as_long_as_stated(corpus: tuple[str, list[str]]) -> None:
    """A message has 40 to 400 characters, and the mean octets are within a twentieth."""
    name, texts = corpus
    assert min(map(len, texts)) >= 40
    assert 380 < max(map(len, texts)) <= 400
    mean = sum(len(text.encode()) for text in texts) / len(texts)
    assert mean == pytest.approx(FIGURES[name][0], rel=0.05)


def test_messages_have_letters_of_their_language(corpus: tuple[str, list[str]]) -> None:
    """Nine of ten messages have a letter or sign that makes the corpus what it is called."""
    name, texts = corpus
    found = sum(re.search(FIGURES[name][1], text) is not None for text in texts)
    assert found > 0.9 * len(texts)


def test_the_mix_is_mixed() -> None:
    """Some mixed messages are in two scripts, most in one; Latin, Hindi, Tamil, Urdu are there."""
    scripts = ("[ğışãõáíóúñ]", "[\u0900-\u097f]", "[\u0b80-\u0bff]", "[\u0600-\u06ff]")
    counts = [
        sum(re.search(script, text) is not None for script in scripts)
        for text in messages.texts("mix", COUNT)
    ]
    assert counts.count(1) > 0.8 * COUNT
    assert 0.05 * COUNT < counts.count(2) < 0.15 * COUNT
    for script in scripts:
        assert any(re.search(script, text) for text in messages.texts("mix", 100))


def test_a_corpus_is_a_stream() -> None:
    """Fewer messages are the beginning of more; another seed gives others."""
    assert messages.texts("mix", 10) == messages.texts("mix", 100)[:10]
    assert messages.texts("mix", 10, seed=1) != messages.texts("mix", 10)


def test_an_unknown_corpus_is_refused() -> None:
    """A corpus that there is not is named with those that there are."""
    with pytest.raises(ValueError, match="one of tr, es, pt, hi, ta, ur, mix, curly, not 'A'"):
        messages.texts("A", 1)


def test_every_coding_is_a_candidate() -> None:
    """Two alphabets; 13 single shifts; 12 locking shifts alone and with each of 13."""
    numbers = [number for number, *_ in codings.CANDIDATES]
    assert len(set(numbers)) == len(numbers) == 2 + 13 + 12 + 12 * 13


@pytest.mark.parametrize("name", ["A", "B", "C", "E", *FIGURES])
def test_the_naive_choice_is_the_kernels(name: str, kernel: str) -> None:
    """Measuring each coding, the best taken, answers as one pass of the kernel does."""
    for text in codings.draw_texts(name, 10):
        chosen = _kernel.choose(text, codings.IDENTIFIERS, codings.ROOMS)[:3]
        assert codings.choose_naively(_kernel, text) == chosen, kernel


def test_single_texts_are_as_long_as_stated() -> None:
    """What is called 400 has 380 to 420 characters; shorter ones as many as they are called."""
    for name, text in codings.TEXTS.items():
        told = re.search(r"\d+$", name)
        if told is None:
            continue
        length = int(told[0])
        slack = 20 if length > 100 else 0
        assert length - slack <= len(text) <= length + slack, name


def test_a_scan_is_in_the_best_coding(kernel: str) -> None:
    """One scan of a text gives the units and parts of the choice, and no fault."""
    for name in codings.CORPORA:
        texts = codings.draw_texts(name, 10)
        for choice, scan in zip(
            codings.list_choices(texts), codings.list_scans(_kernel, texts), strict=True
        ):
            assert _kernel.measure(*scan) == _kernel.choose(*choice), kernel


def test_tables_of_translation() -> None:
    """The dicts replace what is asked for by default, and what Twilio replaces, and no letter."""
    tables = engine.make_tables()
    assert "“Ça” – d’accord…\u200b".translate(tables["standard"]) == '"Ça" - d\'accord...'
    assert "“Łódź”".translate(tables["standard"]) == '"Łódź"'
    assert "“Ça” – d’accord…".translate(tables["twilio"]) == '"Ça" - d\'accord...'


def test_what_is_joined_is_the_text() -> None:
    """The parts that are read back are those of the text that was written."""
    import smscore

    for name, languages in engine.OCTETS:
        texts = codings.draw_texts(name, 10)
        received = engine.receive(smscore.split(text, languages=languages) for text in texts)
        assert [smscore.join(parts, dcs=dcs) for parts, dcs in received] == texts


def test_sections_have_a_row_for_each_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each section writes its heading, and each kernel that is built a row of figures."""
    kernels = load("kernels").built()
    monkeypatch.setattr(codings, "CORPORA", ("tr",))
    monkeypatch.setattr(codings, "TEXTS", {"one": "ş"})
    monkeypatch.setattr(engine, "CLEAN", ())
    monkeypatch.setattr(engine, "DIRTY", ("curly",))
    monkeypatch.setattr(engine, "OCTETS", (("hi", codings.LANGUAGES),))
    for module in (codings, engine):
        monkeypatch.setattr(module, "COUNT", 2)
    monkeypatch.setattr(codings, "NAIVE_COUNT", 1)
    for section, name in (
        (codings.compare_codings, "tr"),
        (engine.compare_transliteration, "curly"),
        (engine.compare_octets, "hi"),
    ):
        heading, *lines = section(1)
        assert heading.startswith("## ")
        rows = [line.strip("| ").split(" | ") for line in lines if line.startswith(f"| {name} ")]
        assert len(rows) == len(kernels)
        [head, *_] = [
            line.strip("| ").split(" | ") for line in lines if line.startswith("| corpus")
        ]
        assert {len(row) for row in rows} == {len(head)}
        for row, kernel in zip(rows, kernels, strict=True):
            assert kernel in row
            assert all(float(figure) > 0 for figure in row[row.index(kernel) + 1 :])


@pytest.mark.parametrize("name", ["codings", "engine", "messages", "tables", "timing"])
def test_examples(name: str) -> None:
    """The examples in the benchmarks' docstrings are true."""
    failed, tried = doctest.testmod(load(name))
    assert tried > 0
    assert failed == 0
