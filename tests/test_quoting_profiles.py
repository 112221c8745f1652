"""Quotes under a provider's profile: its count, its unknowns, and the spread that follows.

The law of this file: parts are worked out by hand from what the provider documents; totals are
price times parts.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from smscore import Money, Quote, RateDeck, quote
from smscore.errors import OverLimit, ProfileError, UnmappableCharacter
from smscore.profiles import Profile, find_profile

pytestmark = pytest.mark.usefixtures("kernel")

DAY = date(2026, 6, 15)
DECK = RateDeck.parse(b"prefix,price,currency\n44,0.03,EUR\n", "deck.csv")


def euros(amount: str) -> Money:
    """Make an amount."""
    return Money(Decimal(amount), "EUR")


def price(text: str, profile: str | Profile | None) -> Quote:
    """Quote a text to a number that is reserved for fiction."""
    return quote(text, to="+447700900123", deck=DECK, at=DAY, profile=profile)


@pytest.mark.parametrize(
    ("profile", "text", "parts"),
    [
        # 16-bit references: 152 septets, 66 units (TS 23.040, 9.2.3.24.8).
        ("standard", "a" * 306, 2),
        ("vonage", "a" * 304, 2),
        ("vonage", "a" * 306, 3),
        ("vonage", "я" * 133, 3),
        # Only the basic set stays GSM 7 bit: a bracket makes 71 characters UCS-2.
        ("standard", "[" + "a" * 70, 1),
        ("callr", "[" + "a" * 70, 2),
        ("callr_unicode", "a" * 71, 2),
        # An alphabet without the euro sign, the Greek capitals and small c's capital.
        ("telnyx", "€" + "a" * 70, 2),
        ("telnyx", "[" + "a" * 70, 1),
        # A family is eleven units, and six of them fit the 67 of a part.
        ("standard", "👩‍👩‍👧‍👦" * 12, 2),
        ("twilio", "👩‍👩‍👧‍👦" * 12, 2),
        ("twilio", "a" * 60 + "👩‍👩‍👧‍👦", 2),
        ("twilio", "a" * 60 + "👩‍👩‍👧‍👦" + "a" * 57, 3),
        ("standard", "a" * 60 + "👩‍👩‍👧‍👦" + "a" * 57, 2),
        # Curly quotes are replaced where the provider is told to.
        ("twilio", "“" + "a" * 70, 2),
        ("twilio_smart", "“" + "a" * 70, 1),
    ],
)
def test_parts_of_a_profile(profile: str, text: str, parts: int) -> None:
    """A profile counts as its provider does, and the total follows."""
    priced = price(text, profile)
    assert priced.parts == parts
    assert priced.profile == profile
    assert priced.total == priced.low == priced.high == Money(parts * Decimal("0.03"), "EUR")


def test_what_is_not_known_is_shown() -> None:
    """A quote has its profile's unknowns; the standard has none."""
    assert price("Hello", None).unknowns == ()
    priced = price("Hello", "phone_com")
    assert priced.unknowns == find_profile("phone_com").unknowns != ()
    assert json.loads(json.dumps(priced.to_dict()))["unknowns"] == list(priced.unknowns)


def test_a_placeholder_spreads_the_price() -> None:
    """What the provider puts in later is counted at its shortest and at its longest."""
    # 9 characters stand for 5 to 15: 160 in one part, or 166 in two.
    priced = price("a" * 151 + "%STOPNUM%", "callr")
    assert (priced.parts, priced.low, priced.total, priced.high) == (
        1,
        euros("0.03"),
        euros("0.03"),
        euros("0.06"),
    )
    assert priced.reasons[0].startswith("%STOPNUM% is replaced after")
    # 161 in two, or 157 in one.
    priced = price("a" * 152 + "%STOPNUM%", "callr")
    assert (priced.low, priced.total) == (euros("0.03"), euros("0.06"))
    assert price("a" * 160, "callr").reasons == ()
    assert price("%STOPNUM%", "standard").reasons == ()


def test_a_table_that_is_not_known_whole_is_a_reason() -> None:
    """A provider that replaces more than is known of makes the quote say so."""
    priced = price("«5 €»" + "a" * 155, "callr_gsm")
    assert (priced.parts, priced.units) == (1, 160)
    assert "only some of what" in priced.reasons[0]


@pytest.mark.parametrize(
    ("profile", "text", "limit", "parts"),
    [
        ("twilio", "a" * 1601, 1600, 11),
        ("callr", "a" * 3201, 3200, 21),
        ("telnyx", "a" * 1531, 10, 10),
    ],
)
def test_more_than_the_provider_takes(profile: str, text: str, limit: int, parts: int) -> None:
    """Past what the provider takes there is no price; at it there is."""
    with pytest.raises(OverLimit) as caught:
        price(text, profile)
    assert caught.value.limit == limit
    assert "aaa" not in str(caught.value)
    assert price(text[:-1], profile).parts == parts


def test_a_forced_alphabet_names_the_character() -> None:
    """What a forced alphabet has not is named by its place in the text as it was given."""
    with pytest.raises(UnmappableCharacter) as caught:
        price("€«Привет»", "callr_gsm")
    assert caught.value.index == 2


def test_an_unknown_profile() -> None:
    """A profile that there is not is an error that lists those that there are."""
    with pytest.raises(ProfileError, match="twilio"):
        price("Hello", "no_such_provider")
