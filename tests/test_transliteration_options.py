"""What a transliteration saves is judged by the options that the text will be sent with.

The law of this file: parts before and after are what measuring says, or are worked out by hand.
"""

from __future__ import annotations

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import count_parts, transliterate
from smscore.errors import LoneSurrogate, OverLimit, UnmappableCharacter
from smscore.profiles import PROFILE_NAMES, Profile
from smscore.transliteration import read_names

pytestmark = pytest.mark.usefixtures("kernel")


@pytest.mark.parametrize(
    ("text", "profile", "parts"),
    [
        # The euro sign is not in this provider's alphabet: straight or not, it stays UCS-2.
        ("5 € – " + "x" * 80, "telnyx", (2, 2)),
        ("5 € – " + "x" * 80, None, (2, 1)),
        # 306 septets are two parts of 153, or three of 152.
        ("’" + "x" * 305, "vonage", (5, 3)),
        ("’" + "x" * 305, None, (5, 2)),
        # The extension table makes UCS-2 here.
        ("«5 €» – " + "x" * 75, "callr", (2, 2)),
        # The provider replaces curly quotes by itself.
        ("“" + "x" * 70, "twilio_smart", (1, 1)),
    ],
)
def test_a_profile_judges(text: str, profile: str | None, parts: tuple[int, int]) -> None:
    """What the profile's provider would not count as fewer parts is no saving."""
    told = transliterate(text, profile=profile)
    assert (told.parts_before, told.parts_after) == parts
    assert (told.text != text) == (parts[0] != parts[1])


def test_the_width_of_the_reference_judges() -> None:
    """A wider reference leaves less room."""
    text = "’" + "x" * 305
    assert transliterate(text).parts_after == 2
    assert transliterate(text, reference_bits=16).parts_after == 3


def test_what_could_not_be_sent() -> None:
    """Where a forced alphabet has not every character, a replacement can make the text sendable."""
    forced = Profile(name="mine", title="Mine", alphabet="gsm7")
    with pytest.raises(UnmappableCharacter):
        count_parts("It’s", profile=forced)
    told = transliterate("It’s", profile=forced)
    assert (told.text, told.parts_before, told.parts_after, told.parts_saved) == (
        "It's",
        None,
        1,
        0,
    )
    told = transliterate("Привет", profile=forced)
    assert (told.text, told.parts_before, told.parts_after) == ("Привет", None, None)
    with pytest.raises(LoneSurrogate) as caught:
        transliterate("я\ud800", profile=forced)
    assert caught.value.index == 1


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(strategies.language_texts, st.text(), strategies.texts).map(lambda t: t[:600]),
    profile=st.sampled_from([None, *PROFILE_NAMES]),
    languages=strategies.language_lists,
    classes=st.sets(
        st.sampled_from(["invisible", "typographic", "accent", "script", "lossy"]), min_size=1
    ),
)
def test_parts_are_what_measuring_says(
    text: str, profile: str | None, languages: list[int], classes: set[str]
) -> None:
    """The parts before and after are those of `count_parts` with the same options, never more."""
    if any("\ud800" <= each <= "\udfff" for each in text):
        return
    options = {"profile": profile, "languages": languages}
    told = transliterate(text, classes=classes, **options)  # type: ignore[arg-type]  # any option
    for each, parts in ((text, told.parts_before), (told.text, told.parts_after)):
        if parts is None:
            with pytest.raises(UnmappableCharacter):
                count_parts(each, **options)  # type: ignore[arg-type]
            continue
        try:
            assert count_parts(each, **options) == parts  # type: ignore[arg-type]
        except OverLimit:
            assert profile is not None
    if told.parts_before is not None and told.parts_after is not None:
        assert told.parts_after < told.parts_before or told.text == text
    again = transliterate(told.text, classes=classes, **options)  # type: ignore[arg-type]
    assert again.text == told.text


def test_names_are_read_in_their_order() -> None:
    """Schemes keep the order in which they were named, and alone go with the default classes."""
    classes = frozenset({"invisible", "typographic"})
    assert read_names(["serbian", "russian"]) == ("standard", classes, ("serbian", "russian"))
    assert read_names(["russian", "serbian", "russian"])[2] == ("russian", "serbian")
    assert read_names(["standard", "lossy"])[1] == classes | {"lossy"}
    with pytest.raises(ValueError, match="goes with no other name"):
        read_names(["twilio", "accent"])
    with pytest.raises(ValueError, match="'klingon' is no table, class or scheme"):
        read_names(["klingon"])
    with pytest.raises(TypeError, match="not one name"):
        read_names("twilio")
