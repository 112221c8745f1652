"""Patterns over digits: the languages that they are read as.

The law of this file: what a pattern matches is what Python's own `re` says.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.digit_patterns import ARRIVED, Patterns, UnreadablePattern

digits = st.sampled_from("0123456789") | st.just(r"\d")
classes = st.sampled_from(["[0-9]", "[24]", "[1-35-7]", "[79]", r"[\d]", "[013-9]"])
patterns = st.recursive(
    digits | classes,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda each: f"(?:{'|'.join(each)})")
        | st.lists(inner | st.just(""), min_size=2, max_size=3).map(
            lambda each: f"({'|'.join(each)})"
        )
        | st.tuples(digits | classes, st.sampled_from(["?", "{2}", "{0,2}", "{1,3}"])).map("".join)
        | inner.map(lambda each: f"(?:{each})?")
    ),
    max_leaves=12,
)
numbers = st.text("0123456789", max_size=7) | st.text("12", max_size=7)


@settings(max_examples=300)
@given(patterns, st.lists(numbers, min_size=1, max_size=20))
def test_a_language_is_what_the_pattern_matches(pattern: str, tried: list[str]) -> None:
    """A number has arrived, at its end, if the pattern matches the whole of it."""
    known = Patterns()
    for number in tried:
        language = known.prune(known.read(pattern), len(number))
        sure = []
        for place, digit in enumerate(number):
            sure.append(known.is_sure(language, len(number) - place))
            language = known.step(language, int(digit), len(number) - place - 1)
        matches = re.fullmatch(pattern, number) is not None
        assert (ARRIVED in language) == matches == bool(language)
        assert matches or not any(sure)


@settings(max_examples=100)
@given(patterns, numbers, st.integers(0, 255))
def test_what_follows_a_pattern_may_have_a_length(pattern: str, number: str, lengths: int) -> None:
    """With an end of lengths, a number is in the language if a match leaves one of those."""
    known = Patterns()
    language = known.prune(known.read(pattern, known.add_end(lengths)), len(number))
    arrived = known.is_sure(language, len(number)) and bool(language)
    for place, digit in enumerate(number):
        language = known.step(language, int(digit), len(number) - place - 1)
        arrived |= known.is_sure(language, len(number) - place - 1)
    expected = any(
        lengths >> (len(number) - end) & 1 and re.fullmatch(pattern, number[:end])
        for end in range(len(number) + 1)
    )
    assert arrived == expected


@pytest.mark.parametrize(
    "pattern",
    r"1* 1+ 1{2,} [^1] (?=1) (?!1) \1 \D a . (1 1) [1 1?? 1{ 1{2 1{3,1} [3-1] [\d-2] (?P<x>1) "
    r"1$ ^1 1{1}{2} ٣ [1-]".split(),
)
def test_what_is_not_read(pattern: str) -> None:
    """What is in none of the plans is refused, so that nothing is understood wrongly."""
    with pytest.raises(UnreadablePattern):
        Patterns().read(pattern)


def test_a_loose_end() -> None:
    """An end that is only looked for is taken to be anywhere."""
    known = Patterns()
    assert known.read("12$", loose_end=True) == known.read("12")
