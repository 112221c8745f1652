"""What else the engine does with one text: transliterating it, and writing and reading its octets.

The law of this file: transliteration is divided by `str.translate` with a dict of the same table,
which replaces and tells nothing; octets by what was there before they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import smscore
from benchmarks import kernels
from benchmarks.codings import LANGUAGES, draw_texts
from benchmarks.references import each
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from smscore import Alphabet, NationalLanguage, SplitMessage
from smscore.octets import UserData
from smscore.replacement import ReplacementClass, read_standard, read_twilio

COUNT = 300

CLEAN = ("A",)
DIRTY = ("B", "curly")
CLASSES = frozenset((ReplacementClass.INVISIBLE, ReplacementClass.TYPOGRAPHIC))
"""What is asked for by default."""

OCTETS = (("A", ()), ("C", ()), ("E", ()), ("tr", LANGUAGES), ("hi", LANGUAGES))
"""Corpora, and the languages that may be used for them."""

Languages = tuple[NationalLanguage, ...]
Received = tuple[list[UserData], Alphabet]

WAYS: dict[str, Callable[[str], object]] = {
    "saving": smscore.transliterate,
    "always": partial(smscore.transliterate, when="always"),
    "twilio": partial(smscore.transliterate, table="twilio"),
}


def make_tables() -> dict[str, dict[int, str]]:
    r"""Make the tables for `str.translate`: the standard one's default classes, and Twilio's.

    >>> tables = make_tables()
    >>> ["“it’s”".translate(table) for table in tables.values()]
    ['"it\'s"', '"it\'s"']
    """
    standard = {char: text for char, (kind, text) in read_standard().items() if kind in CLASSES}
    tables = {"standard": standard, "twilio": read_twilio()}
    return {name: str.maketrans(table) for name, table in tables.items()}


def each_translated(table: dict[int, str], texts: Iterable[str]) -> None:
    """Replace in each text by `str.translate`."""
    for text in texts:
        text.translate(table)


def each_user_data(messages: Iterable[SplitMessage]) -> None:
    """Write the octets of each message that is split already."""
    for message in messages:
        message.user_data()


def each_split(texts: Iterable[str], languages: Languages) -> None:
    """Split each text."""
    split = smscore.split
    for text in texts:
        split(text, languages=languages)


def each_encoded(texts: Iterable[str], languages: Languages) -> None:
    """Split each text, and write its octets."""
    split = smscore.split
    for text in texts:
        split(text, languages=languages).user_data()


def each_joined(received: Iterable[Received]) -> None:
    """Join the parts of each message."""
    join = smscore.join
    for parts, dcs in received:
        join(parts, dcs=dcs)


def receive(messages: Iterable[SplitMessage]) -> list[Received]:
    """Give the parts of each message as they come in, with what says how to read them.

    >>> receive([smscore.split("hi")])
    [([UserData(<2 octets>, udl=2, udhi=False)], <Alphabet.GSM7: 'gsm7'>)]
    """
    return [(message.user_data(), message.coding.alphabet) for message in messages]


def compare_transliteration(rounds: int) -> Iterator[str]:
    """Hold `transliterate` against `measure`, and against `str.translate` with the same table."""
    yield "## Transliteration"
    yield ""
    yield from write_table(
        [
            "corpus",
            "kernel",
            "`transliterate` ÷ `measure`",
            "÷ `str.translate`",
            '`when="always"` ÷ `str.translate`',
            '`table="twilio"` ÷ `str.translate`',
        ],
        (row for name in (*CLEAN, *DIRTY) for row in _compare_table(name, rounds)),
        words=2,
    )
    yield ""
    yield "`str.translate` has a dict of the same table, and tells neither what it replaced nor"
    yield "what that saves. Corpus A is clean: nothing is to be replaced in it."


def compare_octets(rounds: int) -> Iterator[str]:
    """Hold writing the octets of the parts against splitting, and reading them against writing."""
    yield "## Octets"
    yield ""
    yield from write_table(
        [
            "corpus",
            "languages",
            "kernel",
            "`split` ÷ `measure`",
            "`split().user_data()` ÷ `split`",
            "`join` ÷ `user_data`",
        ],
        (row for name, languages in OCTETS for row in _compare_octets(name, languages, rounds)),
        words=3,
    )


def _compare_table(name: str, rounds: int) -> Iterator[Row]:
    texts = draw_texts(name, COUNT)
    tables = make_tables()
    for kernel in kernels.built():
        cases = {way: Case(partial(each, ask, texts), kernel) for way, ask in WAYS.items()}
        cases["measure"] = Case(partial(each, smscore.measure, texts), kernel)
        for table, found in tables.items():
            cases[f"dict {table}"] = Case(partial(each_translated, found, texts))
        turns = take_turns(cases, rounds)
        ratios = [
            turns.ratio("saving", "measure"),
            turns.ratio("saving", "dict standard"),
            turns.ratio("always", "dict standard"),
            turns.ratio("twilio", "dict twilio"),
        ]
        yield [name, kernel, *map(show_ratio, ratios)]


def _compare_octets(name: str, languages: Languages, rounds: int) -> Iterator[Row]:
    texts = draw_texts(name, COUNT)
    messages = [smscore.split(text, languages=languages) for text in texts]
    measure = partial(smscore.measure, languages=languages) if languages else smscore.measure
    for kernel in kernels.built():
        cases = {
            "measure": Case(partial(each, measure, texts), kernel),
            "split": Case(partial(each_split, texts, languages), kernel),
            "encode": Case(partial(each_encoded, texts, languages), kernel),
            "write": Case(partial(each_user_data, messages), kernel),
            "join": Case(partial(each_joined, receive(messages)), kernel),
        }
        turns = take_turns(cases, rounds)
        ratios = [
            turns.ratio("split", "measure"),
            turns.ratio("encode", "split"),
            turns.ratio("join", "write"),
        ]
        told = f"all {len(languages)}" if languages else "none"
        yield [name, told, kernel, *map(show_ratio, ratios)]
