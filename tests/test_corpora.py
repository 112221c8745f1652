"""Real messages, all of them: the engine against the oracle, and a whole file against both.

The law of this file: nothing is sampled and nothing is skipped. Where the corpora are not at hand,
made-up texts stand in for them, and everything is asserted of those.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path

import oracle
import pytest
import strategies
from conftest import SHARED

from smscore import detect, measure, measure_many, split
from smscore.bulk import Report, validate_file
from smscore.decks import RateDeck

CORPORA = ("uci_sms_spam", "nus_sms_en", "nus_sms_zh")
STAND_INS = {
    "uci_sms_spam": [*strategies.ASCII[0x20:], "£", "é"],
    "nus_sms_en": [*strategies.PLAIN, *strategies.EXTENSION, "’"],
    "nus_sms_zh": [*strategies.BMP, *strategies.ASTRAL, *strategies.JOINING],
}

PRICES = {"US": "0.0079", "GB": "0.0412", "FR": "0.06213"}
DECK = RateDeck.parse(
    "".join(
        ["country,price,currency\n", *(f"{name},{price},USD\n" for name, price in PRICES.items())]
    ).encode(),
    "deck.csv",
)


@dataclass(frozen=True)
class Judged:
    """A text, and what the oracle says of it."""

    text: str
    alphabet: str
    units: int
    parts: list[str]


def read_texts(name: str) -> list[str]:
    """Read a corpus, or make up a few hundred texts in its stead, the same ones always."""
    path = SHARED / "corpus" / f"{name}.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            return [row["text"] for row in csv.DictReader(file)]
    chosen = random.Random(name)  # noqa: S311  # texts, no secrets
    lengths = [0, 1, 20, 60, 69, 70, 71, 150, 160, 161, 300, 500]
    return [
        "".join(chosen.choices(STAND_INS[name], k=length)) for length in lengths for _ in range(30)
    ]


@pytest.fixture(scope="session", params=CORPORA)
def corpus(request: pytest.FixtureRequest) -> list[Judged]:
    """Judge each text of a corpus by the oracle, once."""
    judged = []
    for text in read_texts(request.param):
        alphabet = oracle.alphabet(text)
        parts = oracle.split(text, alphabet=alphabet)
        judged.append(Judged(text, alphabet, oracle.units(text, alphabet), parts))
    return judged


def numbers() -> Iterator[tuple[str, str]]:
    """Give numbers reserved for fiction, each with its country, over and over."""
    american = [(f"+1202555{line:04}", "US") for line in range(100, 200)]
    british = [(f"+44 7700 900{line:03}", "GB") for line in range(0, 1000, 7)]
    french = [(f"+3363998{line:04}", "FR") for line in range(0, 100, 3)]
    return cycle([*american, *british, *french])


@pytest.mark.usefixtures("kernel")
def test_every_text_is_measured_as_the_oracle_does(corpus: list[Judged]) -> None:
    """Alphabet, units and number of parts, by every way to ask for them, differ nowhere."""
    texts = [judged.text for judged in corpus]
    columns = zip(*measure_many(texts), strict=True)
    different = []
    for judged, (dcs, units, parts) in zip(corpus, columns, strict=True):
        expected = judged.alphabet, judged.units, len(judged.parts)
        found = measure(judged.text)
        named = {0: "gsm7", 8: "ucs2"}[dcs]
        answers = {(found.alphabet.value, found.units, found.parts), (named, units, parts)}
        if answers != {expected} or detect(judged.text).alphabet.value != judged.alphabet:
            different.append(judged)
    assert different == []


@pytest.mark.usefixtures("kernel")
def test_every_text_is_cut_as_the_oracle_does(corpus: list[Judged]) -> None:
    """The texts of the parts, and the places they have in the whole, differ nowhere."""
    different = []
    for judged in corpus:
        found = split(judged.text)
        parts = [part.text for part in found.parts]
        places = [judged.text[part.start : part.end] for part in found.parts]
        if not parts == places == judged.parts or found.units != judged.units:
            different.append(judged)
    assert different == []


def validate_corpus(folder: Path, corpus: list[Judged]) -> tuple[Report, list[dict[str, object]]]:
    """Send a corpus to made-up numbers; give the report and the annotated rows."""
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["to", "text"])
        for judged, (number, _) in zip(corpus, numbers(), strict=False):
            writer.writerow([number, judged.text])
    report = validate_file(folder / "in.csv", deck=DECK, out=folder / "out.jsonl")
    with (folder / "out.jsonl").open(encoding="utf-8", newline="\n") as lines:
        return report, [json.loads(line) for line in lines]


def expect_problems(corpus: list[Judged]) -> list[str | None]:
    """Tell what is wrong with each row: a text is empty, or was there before."""
    seen: set[tuple[str, str]] = set()
    problems: list[str | None] = []
    for judged, (number, _) in zip(corpus, numbers(), strict=False):
        message = number, judged.text
        problems.append(
            "empty_text" if not judged.text else "duplicate" if message in seen else None
        )
        seen.add(message)
    return problems


@pytest.mark.usefixtures("kernel")
def test_a_file_of_a_corpus_adds_up(tmp_path: Path, corpus: list[Judged]) -> None:
    """Rows and totals of a whole file are what the oracle and a price list of three lines say."""
    report, rows = validate_corpus(tmp_path, corpus)
    problems = expect_problems(corpus)
    countries = [country for _, country in islice(numbers(), len(corpus))]
    prices = [
        Decimal(PRICES[country]) * len(judged.parts)
        for judged, country in zip(corpus, countries, strict=True)
    ]
    assert [row["text"] for row in rows] == [judged.text for judged in corpus]
    assert [row["problem"] for row in rows] == problems
    assert [(row["alphabet"], row["units"], row["parts"]) for row in rows] == [
        (judged.alphabet, judged.units, len(judged.parts)) for judged in corpus
    ]
    assert [Decimal(str(row["price"])) for row in rows] == prices

    assert report.rows == len(corpus)
    assert report.clean_rows == problems.count(None)
    assert report.alphabets == Counter(judged.alphabet for judged in corpus)
    assert report.parts == Counter(len(judged.parts) for judged in corpus)
    assert report.total_parts == sum(len(judged.parts) for judged in corpus)
    assert report.total == sum(prices)
    assert report.total_clean == sum(
        price for price, problem in zip(prices, problems, strict=True) if problem is None
    )
    assert {name: total.rows for name, total in report.countries.items()} == Counter(countries)
