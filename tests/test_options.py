"""The options of counting: what is none is refused, and a profile fills what is left open.

The law of this file: an option is refused or taken whatever the text is, and whatever was counted
before; expected parts come from TS 23.040 by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from smscore import Alphabet, count_parts, detect, inspect, measure, measure_many, split
from smscore.counting import find_way
from smscore.errors import ProfileError, UnmappableCharacter
from smscore.profiles import Profile

pytestmark = pytest.mark.usefixtures("kernel")


def make_profile(**values: Any) -> Profile:  # what a profile may say, it checks
    """Make a profile of no provider."""
    return Profile(name="mine", title="Mine", **values)


@pytest.mark.parametrize("bits", [8.0, 16.0, True, "8", [8], 7])
def test_a_width_that_is_none(bits: Any) -> None:  # anything may be given
    """A width that is equal to 8 is not 8: nothing that was counted before lets it through."""
    assert find_way(reference_bits=8).reference_bits == 8
    with pytest.raises(ValueError, match="8 or 16 bits"):
        find_way(reference_bits=bits)
    message = split("a" * 161, reference_bits=8)
    assert message.parts[1].udh(1).hex() == "050003010202"


@pytest.mark.parametrize("languages", [None, 0, 5, ""])
@pytest.mark.parametrize("text", ["a", "a" * 50000])
def test_languages_that_are_none(languages: Any, text: str) -> None:
    """What is no sequence of languages is refused, whatever the text is."""
    with pytest.raises(TypeError):
        measure(text, languages=languages)


@pytest.mark.parametrize("function", [measure, split, detect, count_parts, inspect])
def test_languages_that_are_read_once(function: Callable[..., Any]) -> None:
    """An iterator of languages is as good as a list of them."""
    text = "ş" * 71
    assert function(text, languages=iter([1])) == function(text, languages=[1])


def test_a_table_that_cannot_be_used() -> None:
    """A profile whose table cannot be used is the fault, whatever the text is; none is shown."""
    profile = make_profile(table="nonsense")
    for function in (measure, detect, inspect):
        with pytest.raises(ProfileError) as caught:
            function("xyz", profile=profile)
        assert (caught.value.source, caught.value.key) == ("mine", "table")
        assert "xyz" not in str(caught.value)
    with pytest.raises(ProfileError):
        measure_many([], profile=profile)


def test_a_forced_alphabet_has_no_more_to_tell() -> None:
    """Where the provider sends GSM 7 bit only, what else would take is not told as too long."""
    found = inspect("abc", profile=make_profile(alphabet="gsm7"))
    assert (found.parts_one_more, found.parts_one_unmapped) == (1, None)
    assert "does not have" not in str(found)
    assert "more than can be sent" not in str(found)
    assert "One more that GSM 7 bit does not have: 1 part." in str(inspect("abc"))


def test_an_option_comes_before_the_profile() -> None:
    """The profile fills only what the other options leave open."""
    profile = make_profile(
        reference_bits=16, boundary="grapheme", languages=[1], alphabet=None, table={"x": "yy"}
    )
    # 71 characters of one septet each with the Turkish locking shift, else two parts of UCS-2.
    assert measure("ş" * 71, profile=profile).parts == 1
    assert measure("ş" * 71, profile=profile, languages=[4]).parts == 2
    assert measure("ş" * 71, profile=profile, coding=Alphabet.UCS2).parts == 2
    # 153 and 152 septets (TS 23.040, 9.2.3.24.1 and 9.2.3.24.8).
    assert count_parts("a" * 306, profile=profile) == 3
    assert count_parts("a" * 306, profile=profile, reference_bits=8) == 2
    # The line break would be cut; "x" becomes two characters whatever else is asked for.
    text = "a" * 151 + "\r\n" + "a" * 20
    assert [part.end for part in split(text, profile=profile).parts] == [151, 173]
    cut_inside = split(text, profile=profile, boundary="code_point")
    assert [part.end for part in cut_inside.parts] == [152, 173]
    assert measure("x", profile=profile, coding=Alphabet.GSM7).units == 2
    forced = make_profile(alphabet="ucs2")
    assert measure("a", profile=forced).alphabet is Alphabet.UCS2
    assert measure("a", profile=forced, coding=Alphabet.GSM7).alphabet is Alphabet.GSM7
    with pytest.raises(UnmappableCharacter) as caught:
        measure("я", profile=forced, coding=Alphabet.GSM7)
    assert caught.value.alphabet == "the GSM 7 bit default alphabet"


def test_what_is_excluded_is_ucs2() -> None:
    """UCS-2 has what the provider's GSM 7 bit has not, also where it is asked for."""
    profile = make_profile(excluded=["^"])
    asked: list[dict[str, Any]] = [{}, {"coding": Alphabet.UCS2}, {"languages": [1]}]
    for options in asked:
        assert measure("a^", profile=profile, **options).alphabet is Alphabet.UCS2
