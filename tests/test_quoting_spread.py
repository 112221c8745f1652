"""The spread of a quote where a text has several placeholders.

The law of this file: the fewest and the most parts are those of all placeholders together, counted
by hand.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smscore import Quote, RateDeck, quote
from smscore.profiles import Placeholder, Profile

pytestmark = pytest.mark.usefixtures("kernel")

DECK = RateDeck.parse(b"prefix,price,currency\n44,1,EUR\n", "deck.csv")


def price(text: str, *placeholders: Placeholder) -> Quote:
    """Quote a text under a profile with placeholders, one euro a part."""
    profile = Profile(name="mine", title="Mine", placeholders=placeholders)
    return quote(text, to="+447700900123", deck=DECK, at=date(2026, 1, 1), profile=profile)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        # 100 + 100 characters; each alone would be 103.
        ("%A%%B%", (1, 1, 2)),
        # 154 + 3 + 3 = 160, at least 156, at most 354: 3 parts of 153.
        ("a" * 154 + "%A%%B%", (1, 1, 3)),
        # 155 + 6 = 161, at least 157.
        ("a" * 155 + "%A%%B%", (1, 2, 3)),
        # Twice in the text, it is replaced twice: 306 + 6, at least 306 + 2, at most 306 + 200.
        ("a" * 304 + "%A%%A%", (2, 3, 4)),
        ("a" * 160, (1, 1, 1)),
    ],
)
def test_placeholders_together(text: str, spread: tuple[int, int, int]) -> None:
    """All that the provider puts in may be at its shortest, and all at its longest."""
    priced = price(text, Placeholder("%A%", 1, 100), Placeholder("%B%", 1, 100))
    assert (priced.low.amount, priced.total.amount, priced.high.amount) == tuple(
        map(Decimal, spread)
    )
    assert len(priced.reasons) == ("%A%" in text) + ("%B%" in text)


def test_a_placeholder_inside_of_another() -> None:
    """The longer of two that begin alike is meant, and what is put in is not replaced again."""
    priced = price("a" * 150 + "%00%0", Placeholder("%0", 0, 400), Placeholder("%00%", 2, 3))
    assert priced.high.amount == 1
    priced = price("a" * 159 + "0", Placeholder("0", 1, 2))
    assert (priced.low.amount, priced.high.amount) == (Decimal(1), Decimal(2))


def test_a_sender_that_is_no_text() -> None:
    """A sender is a str."""
    with pytest.raises(TypeError, match="a sender is a str, not int"):
        quote("a", to="+447700900123", deck=DECK, sender=5)  # type: ignore[arg-type]
