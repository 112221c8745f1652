"""What a message costs: its parts, the rate of its destination, and where both come from.

The law of this file: a quote is a function of its inputs, all of which its id is a hash of. The
same text, number, deck, day and options give the same quote and id, with either kernel. So whoever
has a quote can tell whether it fits together, by making it again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from os import PathLike

from smscore._version import __version__
from smscore.coding import ANY_ALPHABET, Alphabet, Boundary, Coding, as_text, coding_of
from smscore.counting import Cut, Way, cut, find_way, tally
from smscore.decks import Rate, RateDeck
from smscore.money import Money, format_amount
from smscore.numbering import Number, parse_number
from smscore.profiles import Profile, find_profile


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced message. Neither the text nor the number is in the repr or in the dict.

    `total` is what is expected, exact and not rounded, for `parts`. It is between `low` and `high`,
    which differ where the provider changes the text after it was counted, to `most_parts` at the
    most; `reasons` says why. `unknowns` are
    what is not known about how the profile's provider counts. `id` is the SHA-256 of all inputs,
    the rate among them; `way` has the options, worked out, so that it can be counted again.
    `made_at` is when it was made, by which a guard tells its age: it is no input, so that quotes of
    the same inputs are equal whenever they were made.
    """

    id: str
    text: str = field(repr=False)
    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    country: str | None
    coding: Coding
    units: int
    parts: int
    most_parts: int
    reference_bits: int
    boundary: Boundary
    rate: Rate
    low: Money
    total: Money
    high: Money
    reasons: tuple[str, ...]
    unknowns: tuple[str, ...] = field(repr=False)
    day: date
    deck: str
    deck_sha256: str
    engine: str
    profile: str
    way: Way = field(compare=False, repr=False)
    made_at: datetime = field(compare=False, repr=False)

    @property
    def alphabet(self) -> Alphabet:
        """The alphabet that the message is sent in."""
        return self.coding.alphabet

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
            **self.coding.shifts_to_dict(),
            "units": self.units,
            "parts": self.parts,
            "most_parts": self.most_parts,
            "reference_bits": self.reference_bits,
            "boundary": self.boundary,
            "unit_price": format_amount(self.rate.price),
            "unit": self.rate.unit,
            "low": format_amount(self.low.amount),
            "total": format_amount(self.total.amount),
            "high": format_amount(self.high.amount),
            "currency": self.total.currency,
            "reasons": list(self.reasons),
            "unknowns": list(self.unknowns),
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
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
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
    if not isinstance(sender, str | None):
        raise TypeError(f"a sender is a str, not {type(sender).__name__}")
    if sender is not None and not sender.isprintable():
        raise ValueError("a sender is made of characters that can be shown")
    counted = find_profile(profile)
    text = as_text(text)
    number = parse_number(to, region=region)
    way = find_way(coding, languages, reference_bits, boundary, counted)
    message = cut(text, way)
    rate = deck.rate_for(number, day)
    return _make(
        text, number, sender, rate, day, way, message, (deck.name, deck.sha256), datetime.now(UTC)
    )


def is_genuine_quote(quote: object) -> bool:
    r"""Tell whether a quote is what `quote` makes of the inputs that it has.

    The number is read, the parts are counted, the price is worked out and the id is made again, all
    of which must come out as the quote has it: one in which something was replaced does not pass,
    while one that was copied or pickled does, if the same version of smscore made it.

    This proves that a quote fits together, not that whoever made it is honest. Who makes a rate, a
    profile or a deck of their own has made a quote by that. `made_at` is no input, and the deck's
    name is one that was told.

    >>> from dataclasses import replace
    >>> deck = RateDeck.parse(b"prefix,price,currency\n44,0.04,GBP\n", "deck.csv")
    >>> priced = quote("Hello", to="+447700900123", deck=deck)
    >>> is_genuine_quote(priced), is_genuine_quote(replace(priced, text="Hello" * 40))
    (True, False)
    """
    if type(quote) is not Quote:
        return False
    try:
        return _is_rate_of(quote) and quote.way == _rework(quote.way) and _remake(quote) == quote
    except Exception:  # noqa: BLE001  # whatever it is made of, quote did not make it
        return False


def _is_rate_of(quote: Quote) -> bool:
    rate = quote.rate
    return (
        type(rate) is Rate
        and not rate.reject
        and rate.covers(quote.day)
        and quote.to.startswith(f"+{rate.prefix}")
        and rate.country in (None, quote.country)
        and quote.made_at.utcoffset() is not None
    )


def _rework(way: Way) -> Way:
    """Work out the options that are worked out already, which changes none of them."""
    asked = None if way.number == ANY_ALPHABET else coding_of(way.number)
    return find_way(asked, way.languages, way.reference_bits, way.boundary, way.profile)


def _remake(quote: Quote) -> Quote:
    return _make(
        quote.text,
        parse_number(quote.to),
        quote.sender,
        quote.rate,
        quote.day,
        quote.way,
        cut(as_text(quote.text), quote.way),
        (quote.deck, quote.deck_sha256),
        quote.made_at,
    )


def _make(
    text: str,
    number: Number,
    sender: str | None,
    rate: Rate,
    day: date,
    way: Way,
    message: Cut,
    deck: tuple[str, str],
    made_at: datetime,
) -> Quote:
    counted = find_profile(way.profile)
    engine = f"smscore {__version__}"
    inputs = {
        "text": text,
        "to": number.e164,
        "country": number.country,
        "sender": sender,
        "deck": deck[1],
        "rate": _tell_rate(rate),
        "day": day.isoformat(),
        "coding": way.number,
        "languages": list(way.languages),
        "reference_bits": way.reference_bits,
        "boundary": way.boundary,
        "engine": engine,
        "profile": _tell(counted),
    }
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    parts = len(message.ends)
    fewest, most, reasons = find_spread(text, parts, way)
    return Quote(
        id=hashlib.sha256(canonical.encode("ascii")).hexdigest(),
        text=text,
        to=number.e164,
        sender=sender,
        country=number.country,
        coding=coding_of(message.number),
        units=message.units,
        parts=parts,
        most_parts=most,
        reference_bits=way.reference_bits,
        boundary=way.boundary,
        rate=rate,
        low=Money(rate.charge(fewest), rate.currency),
        total=Money(rate.charge(parts), rate.currency),
        high=Money(rate.charge(most), rate.currency),
        reasons=reasons,
        unknowns=counted.unknowns,
        day=day,
        deck=deck[0],
        deck_sha256=deck[1],
        engine=engine,
        profile=counted.name,
        way=way,
        made_at=made_at,
    )


def _tell_rate(rate: Rate) -> dict[str, object]:
    return {
        "line": rate.line,
        "prefix": rate.prefix,
        "country": rate.country,
        "price": format_amount(rate.price),
        "currency": rate.currency,
        "unit": rate.unit,
        "effective_from": _format_day(rate.effective_from),
        "effective_to": _format_day(rate.effective_to),
    }


@lru_cache(maxsize=256)
def _tell(profile: Profile) -> dict[str, object]:
    """Give a profile's name, and all by which it counts otherwise than the standard."""
    standard = find_profile().to_dict()
    said = {"name", "title", "unknowns", "sources"}
    told = {
        key: value
        for key, value in profile.to_dict().items()
        if key not in said and value != standard[key]
    }
    return {"name": profile.name, **told}


def find_spread(text: str, parts: int, way: Way) -> tuple[int, int, tuple[str, ...]]:
    """Count the fewest and most parts that the provider may make of a text, and say why."""
    profile = way.profile
    found = {
        each.text: each for each in (profile.placeholders if profile else ()) if each.text in text
    }
    fewest = most = parts
    if found:
        # The longer first, where one is the start of another.
        names = re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))
        # A digit is in every alphabet, and takes one unit in each.
        shortest = names.sub(lambda name: "0" * found[name[0]].shortest, text)
        longest = names.sub(lambda name: "0" * found[name[0]].longest, text)
        counts = [tally(each, way)[2] for each in (shortest, longest)]
        fewest, most = min(parts, *counts), max(parts, *counts)
    reasons = [
        f"{each.text} is replaced after the parts were counted, by {each.shortest} to "
        f"{each.longest} characters"
        for each in found.values()
    ]
    if profile is not None and profile.table is not None and not profile.table_complete:
        reasons.append(f"only some of what {profile.title} replaces is known")
    return fewest, most, tuple(reasons)


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
