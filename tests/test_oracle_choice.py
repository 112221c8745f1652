"""The choice of a coding by the oracle, held against arithmetic by hand.

The law of this file: every expectation is worked out beside it, in octets: the header, and the bits
of the text with those that fill it up to a septet.
"""

from __future__ import annotations

from collections.abc import Callable

import codingcases
import oracle
import oracle_languages as languages
import pytest
import strategies
from codingcases import ChoiceCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_languages import PLAIN, UCS2, Choice

Chooser = Callable[..., Choice]

ALL = range(1, 14)


def test_codings() -> None:
    """The plainest comes first, then what the caller named first, the locking shift before all."""
    assert languages.codings() == [PLAIN, UCS2]
    assert languages.codings([6, 2, 1, 6]) == [
        PLAIN, UCS2, (None, 6), (None, 2), (None, 1), (6, None), (1, None), (6, 6), (1, 1),
        (6, 2), (6, 1), (1, 6), (1, 2),
    ]  # fmt: skip
    # 13 * 14 pairs, of None and the languages, and UCS2.
    assert len(set(languages.codings(ALL))) == len(languages.codings(ALL)) == 13 * 14 + 1


@pytest.mark.parametrize("choose", [languages.choose, languages.choose_quickly])
@pytest.mark.parametrize("case", codingcases.load_choices(), ids=lambda case: case.title)
def test_choice(choose: Chooser, case: ChoiceCase) -> None:
    """The best coding has the fewest parts, then octets, then is the plainest and the preferred."""
    coding = UCS2 if case.alphabet == "ucs2" else (case.locking, case.single)
    best = Choice(coding, case.parts, case.octets)
    assert choose(case.text, case.languages, case.reference_bits) == best


@pytest.mark.parametrize("choose", [languages.choose, languages.choose_quickly])
def test_no_choice(choose: Chooser) -> None:
    """What no coding can carry is refused: the first half character, or where part 256 begins."""
    with pytest.raises(oracle.LoneSurrogate) as half:
        choose("aş\ud800\udc00", ALL)
    assert half.value.index == 2
    # 255 * 67 = 17085 as UCS2, but no more than 115 parts of 149 with the shift.
    long = "ş" * 17086
    with pytest.raises(oracle.TooLong) as over:
        choose(long, [2])
    assert over.value.index == 17085
    assert choose(long, [2, 1])[:2] == ((1, None), 115)
    with pytest.raises(ValueError, match="14"):
        choose("a", [14])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.language_texts, strategies.language_lists, st.sampled_from([8, 16]))
def test_quick_choice(text: str, allowed: list[int], bits: int) -> None:
    """Grouping what is alike changes no choice."""
    assert languages.choose_quickly(text, allowed, bits) == languages.choose(text, allowed, bits)
