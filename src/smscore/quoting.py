"""What a message costs: its parts, the rate of its destination, and where both come from.

The law of this file: a quote is a function of its inputs, all of which its id is a hash of. The
same text, number, deck, day and options give the same quote and id, with either kernel.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from smscore._version import __version__
from smscore.coding import Alphabet, Boundary, Coding
from smscore.decks import Rate, RateDeck
from smscore.measuring import measure
from smscore.money import Money, format_amount
from smscore.numbering import parse_number

PROFILE = "standard"
"""How the parts are counted: as 3GPP TS 23.038 and 23.040 say, no provider's own way."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced message. Neither the text nor the number is in the repr or in the dict.

    `total` is exact, nothing is rounded; `id` is the SHA-256 of all inputs.
    """

    id: str
    text: str = field(repr=False)
    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    country: str | None
    alphabet: Alphabet
    units: int
    parts: int
    reference_bits: int
    boundary: Boundary
    rate: Rate
    total: Money
    day: date
    deck: str
    deck_sha256: str
    engine: str
    profile: str

    @property
    def unit_price(self) -> Money:
        """The price of one part, or of the message where the rate says so."""
        return Money(self.rate.price, self.rate.currency)

    def to_dict(self) -> dict[str, object]:
        """Give the quote as JSON values, money as strings."""
        return {
            "id": self.id,
            "country": self.country,
            "alphabet": self.alphabet.value,
            "units": self.units,
            "parts": self.parts,
            "reference_bits": self.reference_bits,
            "boundary": self.boundary,
            "unit_price": format_amount(self.rate.price),
            "unit": self.rate.unit,
            "total": format_amount(self.total.amount),
            "currency": self.total.currency,
            "day": self.day.isoformat(),
            "rate": {
                "line": self.rate.line,
                "prefix": self.rate.prefix or None,
                "country": self.rate.country,
                "effective_from": _format_day(self.rate.effective_from),
                "effective_to": _format_day(self.rate.effective_to),
            },
            "deck": self.deck,
            "deck_sha256": self.deck_sha256,
            "engine": self.engine,
            "profile": self.profile,
        }


def quote(
    text: str,
    *,
    to: str,
    deck: RateDeck,
    sender: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    coding: Coding | Alphabet | None = None,
    reference_bits: int = 8,
    boundary: Boundary = "code_point",
) -> Quote:
    r"""Price a text to a phone number with a deck.

    `at` is the day whose rates count, or a datetime with a zone, whose day in UTC it is; today in
    UTC if it is None. `region` is whose national numbers may come without "+". `sender` belongs to
    the id. The other options are those of `measure`.

    Raises InvalidNumber, NoRate, DestinationRejected, the errors of `measure`, and ValueError for
    a datetime without a zone or a sender that cannot be shown.

    >>> deck = RateDeck.parse(b"prefix,price,currency\n44,0.04,GBP\n", "deck.csv")
    >>> priced = quote("a" * 161, to="+447700900123", deck=deck, at=date(2026, 1, 1))
    >>> print(priced.parts, priced.unit_price, priced.total)
    2 0.04 GBP 0.08 GBP
    """
    day = as_day(at)
    if not isinstance(deck, RateDeck):
        raise TypeError(f"a deck is a RateDeck, not {type(deck).__name__}: see RateDeck.read")
    if sender is not None and not sender.isprintable():
        raise ValueError("a sender is made of characters that can be shown")
    number = parse_number(to, region=region)
    measured = measure(text, coding=coding, reference_bits=reference_bits, boundary=boundary)
    rate = deck.rate_for(number, day)
    engine = f"smscore {__version__}"
    inputs = {
        "text": text,
        "to": number.e164,
        "sender": sender,
        "deck": deck.sha256,
        "day": day.isoformat(),
        "alphabet": None if coding is None else measured.alphabet.value,
        "reference_bits": reference_bits,
        "boundary": boundary,
        "engine": engine,
        "profile": PROFILE,
    }
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return Quote(
        id=hashlib.sha256(canonical.encode("ascii")).hexdigest(),
        text=text,
        to=number.e164,
        sender=sender,
        country=number.country,
        alphabet=measured.alphabet,
        units=measured.units,
        parts=measured.parts,
        reference_bits=reference_bits,
        boundary=boundary,
        rate=rate,
        total=Money(rate.charge(measured.parts), rate.currency),
        day=day,
        deck=deck.name,
        deck_sha256=deck.sha256,
        engine=engine,
        profile=PROFILE,
    )


def as_day(at: date | datetime | None) -> date:
    """Give the day that a moment belongs to in UTC, today's if there is none.

    >>> from datetime import timedelta, timezone
    >>> as_day(datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
    datetime.date(2025, 12, 31)
    """
    if at is None:
        return datetime.now(UTC).date()
    if isinstance(at, datetime):
        if at.utcoffset() is None:
            raise ValueError(
                "a datetime needs a zone to belong to a day: give it tzinfo, or a date"
            )
        return at.astimezone(UTC).date()
    if not isinstance(at, date):
        raise TypeError(f"a day is a date or a datetime, not {type(at).__name__}")
    return at


def _format_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
