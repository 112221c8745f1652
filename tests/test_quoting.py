"""Quotes: what a message costs, and the id that stands for all that the price depends on.

The law of this file: totals are worked out by hand, price times parts; the id is the SHA-256 of a
line of JSON that is written out here. Numbers are those that examples/README.md lists.
"""

from __future__ import annotations

import dataclasses
import decimal
import hashlib
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import smscore
from smscore import Alphabet, Coding, Money, Quote, RateDeck, quote
from smscore.errors import (
    AmbiguousDeck,
    BulkFileError,
    DeckError,
    DestinationRejected,
    InvalidNumber,
    LoneSurrogate,
    MalformedRate,
    MissingExtra,
    MixedCurrency,
    NoRate,
    PricingError,
    SmsError,
    TooLong,
    UnmappableCharacter,
)
from smscore.quoting import as_day

pytestmark = pytest.mark.usefixtures("kernel")

DAY = date(2026, 6, 15)
TO = "+447700900123"
DECK = b"""prefix,country,price,currency,unit,effective_from,effective_to,reject
44,,0.0382,EUR,part,,,
4477,,0.0345,EUR,part,,2026-12-31,
4477,,0.0361,EUR,part,2027-01-01,,
449,,0.25,EUR,part,,,true
,US,0.000000000001,EUR,part,,,
,FR,0.05,EUR,message,,,
,DE,123456789012.123456789012,EUR,part,,,
"""
SHA256 = hashlib.sha256(DECK).hexdigest()
RATE = {
    "country": None, "currency": "EUR", "effective_from": None, "effective_to": "2026-12-31",
    "line": 3, "prefix": "4477", "price": "0.0345", "unit": "part",
}  # fmt: skip
"""The third line of the deck, by which the number of this file is priced."""


@pytest.fixture
def deck() -> RateDeck:
    """Read the deck of this file."""
    return RateDeck.parse(DECK, "deck.csv")


@pytest.mark.parametrize(
    ("text", "to", "day", "parts", "unit_price", "total"),
    [
        ("", TO, DAY, 1, "0.0345", "0.0345"),
        ("a" * 160, TO, DAY, 1, "0.0345", "0.0345"),
        ("a" * 161, TO, DAY, 2, "0.0345", "0.069"),
        ("a" * 161, TO, date(2026, 12, 31), 2, "0.0345", "0.069"),
        ("a" * 161, TO, date(2027, 1, 1), 2, "0.0361", "0.0722"),
        ("я" * 135, TO, DAY, 3, "0.0345", "0.1035"),
        ("a" * 152 + "€" + "a" * 8, "+442079460123", DAY, 2, "0.0382", "0.0764"),
        ("a" * 39015, "+12025550143", DAY, 255, "0.000000000001", "0.000000000255"),
        ("a" * 400, "+33639980012", DAY, 3, "0.05", "0.05"),
        (
            "a" * 39015, "+491713920042", DAY, 255, "123456789012.123456789012",
            "31481481198091.48148119806",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_total(
    deck: RateDeck, text: str, to: str, day: date, parts: int, unit_price: str, total: str
) -> None:
    """A total is the price of a part times the parts, or the price of the message; exactly."""
    priced = quote(text, to=to, deck=deck, at=day)
    assert priced.parts == parts
    assert priced.unit_price == Money(Decimal(unit_price), "EUR")
    assert priced.total == Money(Decimal(total), "EUR")
    assert str(priced.total) == f"{total} EUR"


@pytest.mark.parametrize("precision", [1, 5, 28])
def test_the_callers_context_rounds_nothing(deck: RateDeck, precision: int) -> None:
    """A total is exact whatever precision the caller has set for their own decimals."""
    with decimal.localcontext(prec=precision):
        total = quote("a" * 161, to="+491713920042", deck=deck, at=DAY).total
    assert str(total) == "246913578024.246913578024 EUR"


def test_the_example_deck(root: Path) -> None:
    """The deck of the examples prices its destinations as its rows say."""
    deck = RateDeck.read(root / "examples" / "rates.csv")
    text = "я" * 71
    prices = {
        "+12025550143": "0.0158", "+18005550199": "0.013", "+14165550123": "0.0182",
        "+447700900123": "0.069", "+442079460123": "0.0764", "+33639980012": "0.0896",
        "+491713920042": "0.1376", "+4917604069012": "0.1389", "+46701740605": "0.0983",
        "+353209131646": "0.1122", "+61491570006": "0.0575",
    }  # fmt: skip
    totals = {to: str(quote(text, to=to, deck=deck, at=DAY).total) for to in prices}
    assert totals == {to: f"{price} EUR" for to, price in prices.items()}
    with pytest.raises(NoRate) as caught:
        quote(text, to="+18765550101", deck=deck, at=DAY)
    assert (caught.value.country, caught.value.day) == ("JM", "2026-06-15")


def test_what_a_quote_tells(deck: RateDeck) -> None:
    """A quote has every input that it was made from, and what came out."""
    priced = quote("Grüße €", to="+44 7700 900123", deck=deck, sender="Shop", at=DAY)
    assert (priced.text, priced.to, priced.sender) == ("Grüße €", TO, "Shop")
    assert (priced.alphabet, priced.units, priced.parts) == (Alphabet.GSM7, 8, 1)
    assert (priced.reference_bits, priced.boundary) == (8, "code_point")
    assert (priced.country, priced.day) == ("GB", DAY)
    assert (priced.rate.line, priced.rate.prefix) == (3, "4477")
    assert (priced.deck, priced.deck_sha256) == ("deck.csv", SHA256)
    assert (priced.engine, priced.profile) == (f"smscore {smscore.__version__}", "standard")


def test_to_dict(deck: RateDeck) -> None:
    """As JSON a quote has its money as strings, and says where the price stands."""
    priced = quote("a" * 161, to=TO, deck=deck, at=DAY)
    told = json.loads(json.dumps(priced.to_dict()))
    assert told == {
        "id": priced.id,
        "country": "GB",
        "alphabet": "gsm7",
        "locking": None,
        "single": None,
        "units": 161,
        "parts": 2,
        "most_parts": 2,
        "reference_bits": 8,
        "boundary": "code_point",
        "unit_price": "0.0345",
        "unit": "part",
        "low": "0.069",
        "total": "0.069",
        "high": "0.069",
        "reasons": [],
        "unknowns": [],
        "currency": "EUR",
        "day": "2026-06-15",
        "rate": {
            "line": 3,
            "prefix": "4477",
            "country": None,
            "effective_from": None,
            "effective_to": "2026-12-31",
        },
        "deck": "deck.csv",
        "deck_sha256": SHA256,
        "engine": f"smscore {smscore.__version__}",
        "profile": "standard",
    }


def test_neither_text_nor_number_is_shown(deck: RateDeck) -> None:
    """A quote's repr and JSON may reach a log: no text, number or sender is in them."""
    priced = quote("confidential", to=TO, deck=deck, sender="Whistle", at=DAY)
    for shown in (repr(priced), str(priced), json.dumps(priced.to_dict())):
        assert not [word for word in ("conf", "900123", "7009", "Whistle") if word in shown]


def canonical(**changed: object) -> str:
    """Write out what an id is the hash of."""
    inputs: dict[str, object] = {
        "boundary": "code_point",
        "coding": -1,
        "country": "GB",
        "day": "2026-06-15",
        "deck": SHA256,
        "engine": f"smscore {smscore.__version__}",
        "languages": [],
        "profile": {"name": "standard"},
        "rate": RATE,
        "reference_bits": 8,
        "sender": None,
        "text": "Hello",
        "to": TO,
    }
    assert changed.keys() <= inputs.keys()
    return json.dumps({**inputs, **changed}, separators=(",", ":"))


def id_of(deck: RateDeck, **changed: Any) -> str:  # any option of quote
    """Quote one message, with some options changed."""
    options = {"text": "Hello", "to": TO, "deck": deck, "at": DAY, **changed}
    return quote(options.pop("text"), **options).id


def test_id(deck: RateDeck) -> None:
    """An id is the SHA-256 of the inputs as JSON, in order of their names, in ASCII."""
    line = (
        '{"boundary":"code_point","coding":-1,"country":"GB","day":"2026-06-15",'
        f'"deck":"{SHA256}","engine":"smscore {smscore.__version__}","languages":[],'
        '"profile":{"name":"standard"},"rate":{"country":null,"currency":"EUR","effective_from":null,'
        '"effective_to":"2026-12-31","line":3,"prefix":"4477","price":"0.0345","unit":"part"},'
        '"reference_bits":8,"sender":null,"text":"Hello","to":"+447700900123"}'
    )
    assert canonical() == line
    assert id_of(deck) == hashlib.sha256(line.encode("ascii")).hexdigest()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"text": "Hello!"}, {"text": "Hello!"}),
        ({"text": "Привет 😀"}, {"text": "Привет 😀"}),
        ({"to": "+447700900124"}, {"to": "+447700900124"}),
        ({"sender": "Shop"}, {"sender": "Shop"}),
        ({"sender": ""}, {"sender": ""}),
        ({"at": date(2026, 6, 16)}, {"day": "2026-06-16"}),
        ({"reference_bits": 16}, {"reference_bits": 16}),
        ({"boundary": "grapheme"}, {"boundary": "grapheme"}),
        ({"coding": Coding(Alphabet.GSM7)}, {"coding": 0}),
        ({"coding": Alphabet.UCS2}, {"coding": 8}),
        ({"coding": "ucs2"}, {"coding": 8}),
        ({"coding": Coding(Alphabet.GSM7, single=3)}, {"coding": 0x30000}),  # type: ignore[arg-type]
        ({"languages": [2, 1]}, {"languages": [2, 1]}),
        (
            {"profile": "vonage"},
            {"profile": {"name": "vonage", "reference_bits": 16}, "reference_bits": 16},
        ),
    ],
    ids=str,
)
def test_id_of_other_inputs(
    deck: RateDeck, option: dict[str, Any], told: dict[str, object]
) -> None:
    """Each input is in the id: another gives another, which still is the hash of all."""
    changed = id_of(deck, **option)
    assert changed != id_of(deck)
    assert changed == hashlib.sha256(canonical(**told).encode("ascii")).hexdigest()


def test_id_of_another_deck(deck: RateDeck) -> None:
    """The deck is in the id by its octets, not by its name."""
    assert id_of(RateDeck.parse(DECK, "renamed.csv")) == id_of(deck)
    other = RateDeck.parse(DECK + b"\n", "deck.csv")
    told = canonical(deck=hashlib.sha256(DECK + b"\n").hexdigest())
    assert id_of(other) == hashlib.sha256(told.encode("ascii")).hexdigest() != id_of(deck)


@pytest.mark.parametrize(
    "option",
    [
        {"to": "+44 (0)7700 900-123"},
        {"to": "07700 900123", "region": "GB"},
        {"region": "US"},
        {"at": datetime(2026, 6, 15, 23, 59, tzinfo=UTC)},
        {"at": datetime(2026, 6, 16, 1, 0, tzinfo=timezone(timedelta(hours=2)))},
    ],
    ids=str,
)
def test_id_of_the_same_inputs(deck: RateDeck, option: dict[str, Any]) -> None:
    """The same number spelled otherwise, and the same day, give the same id."""
    assert id_of(deck, **option) == id_of(deck)


FRESH = """
import sys
from datetime import date
import smscore
deck = smscore.RateDeck.parse(sys.stdin.buffer.read(), "deck.csv")
print(smscore.quote("Hello", to="+447700900123", deck=deck, at=date(2026, 6, 15)).id)
"""


@pytest.mark.parametrize("choice", ["pure", "fast"])
def test_id_in_a_fresh_process(fast: ModuleType, choice: str) -> None:
    """Another process, with either kernel, reproduces the id."""
    assert fast.NAME == "fast"
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        input=DECK,
        env={**os.environ, "SMSCORE_KERNEL": choice, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    expected = hashlib.sha256(canonical().encode("ascii")).hexdigest()
    assert done.stdout.decode().strip() == expected


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"to": "+449098790123"}, DestinationRejected),
        ({"to": "+46701740605"}, NoRate),
        ({"to": "+80012345678"}, NoRate),
        ({"to": "447700900123"}, InvalidNumber),
        ({"to": "+44 7700 9001234"}, InvalidNumber),
        ({"text": "confidential\ud83d"}, LoneSurrogate),
        ({"text": "confidentialя", "coding": "gsm7"}, UnmappableCharacter),
        ({"text": "confidential" * 4000}, TooLong),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_refusals(deck: RateDeck, option: dict[str, Any], error: type[SmsError]) -> None:
    """What cannot be sent or priced is an error, which shows neither the text nor the number."""
    with pytest.raises(error) as caught:
        id_of(deck, **option)
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert not [word for word in ("conf", "900123", "8790123", "1740605") if word in shown]
    assert issubclass(error, PricingError) == (error in (NoRate, DestinationRejected))


def test_naive_datetime(deck: RateDeck) -> None:
    """A datetime without a zone belongs to no day, and is refused before anything else."""
    with pytest.raises(ValueError, match="needs a zone"):
        id_of(deck, at=datetime(2026, 6, 15, 12, 0), to="not a number")  # noqa: DTZ001  # on purpose


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (DAY, DAY),
        (datetime(2026, 6, 15, 0, 0, tzinfo=UTC), DAY),
        (datetime(2026, 6, 16, 1, 59, tzinfo=timezone(timedelta(hours=2))), DAY),
        (datetime(2026, 6, 16, 2, 0, tzinfo=timezone(timedelta(hours=2))), date(2026, 6, 16)),
        (datetime(2026, 6, 14, 20, 0, tzinfo=timezone(timedelta(hours=-4))), DAY),
        (datetime(2026, 6, 14, 19, 59, tzinfo=timezone(timedelta(hours=-4))), date(2026, 6, 14)),
    ],
    ids=str,
)
def test_day(deck: RateDeck, at: date, day: date) -> None:
    """A moment belongs to its day in UTC."""
    assert as_day(at) == day
    assert quote("a", to=TO, deck=deck, at=at).day == day
    assert type(as_day(at)) is date


class NoOffset(tzinfo):
    """A zone that does not know its offset: by the rules of datetime, none."""

    def utcoffset(self, when: datetime | None) -> None:
        """Know nothing."""

    dst = utcoffset

    def tzname(self, when: datetime | None) -> None:
        """Know no name either."""


def test_a_zone_without_an_offset() -> None:
    """A datetime whose zone has no offset is naive too, and not taken for local time."""
    with pytest.raises(ValueError, match="needs a zone"):
        as_day(datetime(2026, 6, 15, 12, 0, tzinfo=NoOffset()))


def test_today(deck: RateDeck) -> None:
    """Without a day a quote is today's, in UTC."""
    before = datetime.now(UTC).date()
    day = quote("a", to=TO, deck=deck).day
    assert before <= day <= datetime.now(UTC).date()


def test_a_quote_is_a_value(deck: RateDeck) -> None:
    """The same inputs give equal quotes, which cannot be changed, and a copy is equal."""
    one, other = (quote("Hello", to=TO, deck=deck, at=DAY) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  # ours
    for field in dataclasses.fields(Quote):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, field.name, None)


@pytest.mark.parametrize(
    "error",
    [
        NoRate("GB", "2026-06-15"),
        DestinationRejected(2),
        DeckError("deck.csv", 2, "fault"),
        MalformedRate("deck.csv", 2, "price", "fault"),
        AmbiguousDeck("deck.csv", 3, 2, "prefix 44"),
        MixedCurrency("deck.csv", 2, ("EUR", "USD")),
        BulkFileError("messages.csv", "fault", 7),
        MissingExtra("pyarrow", "bulk", "reading message files"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_pass_between_processes(error: SmsError) -> None:
    """An error that is pickled comes back with its message and attributes."""
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # ours
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
