"""The best coding where national languages may be used, held against exhaustive search.

The law of this file: the oracle tries every pair of shifts, lays every part out in octets, and
takes the best; the engine may differ from it in nothing.
"""

from __future__ import annotations

import random
from typing import Any

import oracle
import oracle_languages
import pytest
import strategies
from codingcases import ChoiceCase, load_choices
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import (
    Alphabet,
    Coding,
    Measure,
    NationalLanguage,
    count_parts,
    detect,
    measure,
    measure_many,
    split,
)
from smscore.errors import LoneSurrogate, TooLong, UnmappableCharacter

pytestmark = pytest.mark.usefixtures("kernel")

ALL = tuple(NationalLanguage)

NAMES = {
    oracle.LoneSurrogate: "LoneSurrogate",
    oracle.TooLong: "TooLong",
    oracle.Unmappable: "UnmappableCharacter",
}


def told(coding: Coding) -> oracle_languages.Coding:
    """Give a coding as the oracle has it."""
    if coding.alphabet is Alphabet.UCS2:
        return oracle_languages.UCS2
    return (coding.locking, coding.single)


@pytest.mark.parametrize("case", load_choices(), ids=lambda case: case.title)
def test_choice_of_a_case(case: ChoiceCase) -> None:
    """Each case worked by hand has the coding, parts and octets that it says."""
    options: dict[str, Any] = {"languages": case.languages, "reference_bits": case.reference_bits}
    message = split(case.text, **options)
    assert message.coding == Coding(
        Alphabet(case.alphabet),
        None if case.locking is None else NationalLanguage(case.locking),
        None if case.single is None else NationalLanguage(case.single),
    )
    assert (len(message), message.octets) == (case.parts, case.octets)
    assert detect(case.text, **options) == message.coding


def ask_engine(text: str, **options: Any) -> object:  # any option of split
    """Split a text: its coding, its parts, its octets; or the fault, and where."""
    try:
        message = split(text, **options)
    except (LoneSurrogate, TooLong, UnmappableCharacter) as fault:
        return type(fault).__name__, fault.index
    parts = [(part.text, part.units) for part in message.parts]
    return told(message.coding), parts, message.octets


def ask_oracle(text: str, coding: oracle_languages.Coding, bits: int) -> object:
    """Ask the same of the oracle."""
    try:
        parts = oracle_languages.split(text, coding, bits)
    except oracle.Fault as fault:
        return NAMES[type(fault)], fault.index
    return coding, parts, oracle_languages.octets(text, coding, bits)


@settings(max_examples=500, deadline=None)
@given(
    text=strategies.language_texts,
    languages=strategies.language_lists,
    bits=st.sampled_from([8, 16]),
)
def test_choice_is_the_best(text: str, languages: list[int], bits: int) -> None:
    """What is chosen is what trying every pair of shifts finds; faults are the same too."""
    try:
        coding = oracle_languages.choose_quickly(text, languages, bits).coding
    except oracle.Fault as fault:
        expected: object = (NAMES[type(fault)], fault.index)
    else:
        expected = ask_oracle(text, coding, bits)
    assert ask_engine(text, languages=languages, reference_bits=bits) == expected


def test_choice_over_many_texts() -> None:
    """Over texts of all languages, mixed and at the edges of parts, no choice is ever worse."""
    rolls = random.Random(23038)  # noqa: S311  # the texts are the same in every run
    tables = [
        [*characters.values()]
        for kind in (oracle_languages.LOCKING, oracle_languages.SINGLE)
        for characters in kind.values()
    ]
    edges = (0, 1, 20, 68, 70, 134, 146, 149, 152, 155, 160, 292, 298, 306)
    for _ in range(1500):
        pools = rolls.sample(tables, rolls.choice([1, 1, 2, 3]))
        weights = [rolls.random() ** 3 for _ in pools]
        length = max(0, rolls.choice(edges) + rolls.randint(-2, 2))
        picked = rolls.choices(pools, weights, k=length)
        text = "".join(rolls.choice(pool) for pool in picked)
        languages = rolls.sample(ALL, rolls.choice([1, 2, 13]))
        message = split(text, languages=languages)
        best = oracle_languages.choose_quickly(text, languages)
        assert (told(message.coding), len(message), message.octets) == best, (text, languages)


@settings(max_examples=300, deadline=None)
@given(
    text=strategies.language_texts,
    coding=strategies.national_codings,
    bits=st.sampled_from([8, 16]),
)
def test_a_coding_that_is_asked_for(
    text: str, coding: tuple[int | None, int | None], bits: int
) -> None:
    """Any pair of shifts can be asked for, and is counted and cut as the oracle does."""
    locking, single = coding
    asked = Coding(
        Alphabet.GSM7,
        None if locking is None else NationalLanguage(locking),
        None if single is None else NationalLanguage(single),
    )
    expected = ask_oracle(text, coding, bits)
    assert ask_engine(text, coding=asked, reference_bits=bits) == expected
    if not isinstance(expected, tuple) or isinstance(expected[0], str):
        return
    units = sum(units for _, units in expected[1])
    measured = measure(text, coding=asked, reference_bits=bits)
    assert measured == Measure(Alphabet.GSM7, units, len(expected[1]))
    assert count_parts(text, coding=asked, reference_bits=bits) == len(expected[1])


def test_no_shift_unless_it_is_allowed() -> None:
    """By default no national language is used, and an allowed one only where it is better."""
    text = "Yarın görüşürüz, iyi akşamlar ve iyi uykular dilerim, sevgili arkadaşım"
    assert detect(text) == Coding(Alphabet.UCS2)
    assert detect(text, languages=[NationalLanguage.TURKISH]).locking is NationalLanguage.TURKISH
    assert detect("Hello", languages=ALL) == Coding(Alphabet.GSM7)
    # One part either way, and two octets are fewer than the header's four and a septet's.
    assert detect("ş", languages=ALL) == Coding(Alphabet.UCS2)


def test_the_language_named_first_is_taken() -> None:
    """Among equal codings the one of the language that was named first is taken."""
    text = "á" * 71
    spanish = NationalLanguage.SPANISH
    assert detect(text, languages=[spanish]).single is spanish
    both = [oracle_languages.choose(text, order).coding for order in ([2, 3], [3, 2])]
    assert [told(detect(text, languages=order)) for order in ([2, 3], [3, 2])] == both


@pytest.mark.parametrize("wrong", [[0], [14], [-1], [1, 99], ["xx"]], ids=str)
def test_what_is_no_language(wrong: list[int]) -> None:
    """What is no language is a ValueError that lists them."""
    with pytest.raises(ValueError, match=r"not one of the languages turkish \(tr\)"):
        detect("a", languages=wrong)
    with pytest.raises(TypeError, match="not a str"):
        detect("a", languages="tr")


@settings(max_examples=150, deadline=None)
@given(text=strategies.language_texts, languages=strategies.language_lists)
def test_clusters_choose_for_themselves(text: str, languages: list[int]) -> None:
    """Where clusters are kept whole too, no coding would take fewer parts or octets."""
    try:
        message = split(text, languages=languages, boundary="grapheme")
    except (LoneSurrogate, TooLong):
        return
    candidates = []
    for coding in oracle_languages.codings(languages):
        try:
            parts = oracle_languages.split(text, coding, 8, "grapheme")
        except oracle.Fault:
            continue
        candidates.append((len(parts), oracle_languages.octets(text, coding, 8, "grapheme")))
    assert (len(message), message.octets) == min(candidates)
    assert "".join(part.text for part in message.parts) == text


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(strategies.language_texts), languages=strategies.language_lists)
def test_a_list_is_its_texts(texts: list[str], languages: list[int]) -> None:
    """A list is measured as each of its texts is."""
    alphabets, units, parts = measure_many(texts, languages=languages)
    for text, dcs, used, needed in zip(texts, alphabets, units, parts, strict=True):
        try:
            single = measure(text, languages=languages)
        except LoneSurrogate:
            assert (dcs, needed) == (-1, 0)
            assert "\ud800" <= text[used] <= "\udfff"
        except TooLong:
            assert needed > 255
        else:
            assert (dcs, used, needed) == (single.alphabet.dcs, single.units, single.parts)
