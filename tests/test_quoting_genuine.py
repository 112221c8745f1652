"""Whether a quote is what `quote` makes of its inputs.

The law of this file: what is replaced in a quote is found, whatever it is; a quote that is copied,
or that was made on another day, is as good as it was.
"""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore import Alphabet, Coding, Money, Quote, RateDeck, quote
from smscore.coding import coding_of
from smscore.guard import Guard
from smscore.profiles import PROFILE_NAMES, Placeholder, Profile
from smscore.quoting import is_genuine_quote

pytestmark = pytest.mark.usefixtures("kernel")

TO = "+447700900123"
DAY = date(2026, 6, 15)
DECK = RateDeck.parse(
    b"prefix,country,price,currency,unit,effective_from,effective_to\n"
    b"44,,0.03,EUR,part,2026-01-01,2026-12-31\n"
    b",US,0.01,EUR,message,,\n"
    b"49,DE,0.07,EUR,part,,\n"
    b",,0.05,EUR,part,,\n",
    "deck.csv",
)
MINE = Profile(
    name="mine", title="Mine", table={"ê": "e"}, excluded=frozenset("^"), languages=(3,),
    placeholders=(Placeholder("%A%", 1, 200),), unknowns=("The limit.",),
)  # fmt: skip
OPTIONS: list[dict[str, Any]] = [
    {},
    {"sender": "Shop"},
    {"boundary": "grapheme"},
    {"reference_bits": 16},
    {"coding": "ucs2"},
    {"coding": Coding(Alphabet.GSM7, single=3)},  # type: ignore[arg-type]  # it takes the number
    {"languages": [2, 1]},
    {"languages": ["tr"], "profile": "vonage"},
    {"profile": MINE},
    {"profile": MINE, "coding": "gsm7"},
    {"region": "GB", "to": "07700 900123"},
    *({"to": each} for each in ("+12025550143", "+491713920042", "+80012345678", "+33639980012")),
    *({"profile": each} for each in PROFILE_NAMES),
]


def make(text: str = "Hello", **options: Any) -> Quote:  # any option of quote
    """Quote a message of this file's day."""
    return quote(text, **{"to": TO, "deck": DECK, "at": DAY, **options})


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("text", ["", "Hello é%A%", "a" * 300 + "%STOPNUM%"])
def test_what_quote_made(text: str, options: dict[str, Any]) -> None:
    """Whatever quote makes is genuine, and so is every copy of it, at whatever time it was made."""
    made = make(text, **options)
    copies = [
        made,
        copy.copy(made),
        copy.deepcopy(made),
        pickle.loads(pickle.dumps(made)),  # noqa: S301  # ours
        replace(made, made_at=datetime(2026, 6, 15, tzinfo=UTC)),
    ]
    assert all(map(is_genuine_quote, copies))


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text(text: str) -> None:
    """A quote of any text is genuine, and is not with one character more."""
    made = make(text)
    assert is_genuine_quote(made)
    assert not is_genuine_quote(replace(made, text=f"{text}a"))


DEAR = make("a" * 400, to="+12025550143", sender="Other", coding="ucs2", profile=MINE)
CHANGES: dict[str, list[object]] = {
    "id": ["0" * 64, DEAR.id, None],
    "text": ["Hello!", "a" * 1600, "", "confidentia\ud83d", None],
    "to": ["+447700900124", "+12025550143", "", None],
    "sender": ["Shop", ""],
    "country": ["US", None],
    "coding": [DEAR.coding],
    "units": [0, 6],
    "parts": [0, 2],
    "most_parts": [0, 2],
    "reference_bits": [16],
    "boundary": ["grapheme"],
    "rate": [
        replace(make().rate, price=Decimal("0.001")),
        replace(make().rate, price=0.03),  # type: ignore[arg-type]  # a float is no price
        replace(make().rate, effective_to=None),
        replace(make().rate, effective_from=date(2026, 6, 16)),
        replace(make().rate, unit="message"),
        replace(make().rate, currency="USD"),
        replace(make().rate, prefix="447"),
        replace(make().rate, prefix="1"),
        replace(make().rate, country="GB"),
        replace(make().rate, country="US"),
        replace(make().rate, line=3),
        replace(make().rate, reject=True),
        DEAR.rate,
        None,
    ],
    "low": [Money(Decimal("0.01"), "EUR"), Money(Decimal("0.03"), "USD"), None],
    "total": [Money(Decimal("0.01"), "EUR")],
    "high": [Money(Decimal("0.01"), "EUR"), Money(Decimal("-0.03"), "EUR")],
    "reasons": [("Why not.",)],
    "unknowns": [("It is known.",)],
    "day": [date(2026, 6, 16), date(2027, 6, 15), None],
    "deck": [],
    "deck_sha256": ["0" * 64],
    "engine": ["smscore 0"],
    "profile": ["mine"],
    "way": [DEAR.way, replace(make().way, excluded=re.compile("[H]")), None],
    "made_at": [datetime(2026, 6, 15), None],  # noqa: DTZ001  # on purpose
}


def test_every_field_is_changed_below() -> None:
    """No field of a quote is left out of the changes; the deck's name is what was told."""
    assert CHANGES.keys() == {each.name for each in fields(Quote)}


@pytest.mark.parametrize(
    ("name", "value"), [(name, each) for name, values in CHANGES.items() for each in values]
)
def test_what_was_replaced(name: str, value: object) -> None:
    """A quote of which one field was replaced is not genuine, however it was replaced."""
    changes: dict[str, Any] = {name: value}
    assert not is_genuine_quote(replace(make(), **changes))
    mutated = make()
    object.__setattr__(mutated, name, value)
    assert not is_genuine_quote(mutated)


def test_what_was_changed_inside() -> None:
    """A rate that was changed where it lies changes the quote that has it."""
    deck = RateDeck.parse(b"price,currency\n0.05,EUR\n", "deck.csv")
    made = make(deck=deck)
    assert is_genuine_quote(made)
    object.__setattr__(made.rate, "price", Decimal("0.01"))
    assert not is_genuine_quote(made)


def forge_id(changed: Quote) -> str:
    """Hash the inputs of a quote without a profile as the rule says: JSON in order, SHA-256."""
    rate = changed.rate
    inputs: dict[str, object] = {
        "boundary": changed.boundary, "coding": -1, "country": changed.country,
        "day": changed.day.isoformat(), "deck": changed.deck_sha256, "engine": changed.engine,
        "languages": [], "profile": {"name": "standard"},
        "rate": {
            "country": rate.country, "currency": rate.currency, "effective_from": "2026-01-01",
            "effective_to": "2026-12-31", "line": rate.line, "prefix": rate.prefix,
            "price": str(rate.price), "unit": rate.unit,
        },
        "reference_bits": changed.reference_bits, "sender": changed.sender, "text": changed.text,
        "to": changed.to,
    }  # fmt: skip
    line = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode("ascii")).hexdigest()


def test_an_id_that_was_made_to_fit() -> None:
    """With a fitting id the counts must fit too: then it is a quote of that text, and right."""
    assert forge_id(make()) == make().id
    text = "a" * 200
    changed = replace(make(), text=text)
    changed = replace(changed, id=forge_id(changed))
    assert not is_genuine_quote(changed)
    counted = replace(
        changed, units=200, parts=2, most_parts=2, coding=coding_of(0),
        low=Money(Decimal("0.06"), "EUR"), total=Money(Decimal("0.06"), "EUR"),
        high=Money(Decimal("0.06"), "EUR"),
    )  # fmt: skip
    assert is_genuine_quote(counted)
    assert counted == make(text)
    abroad = replace(make(), to="+12025550143", rate=replace(make().rate, prefix=""))
    assert not is_genuine_quote(replace(abroad, id=forge_id(abroad)))


def test_what_is_no_quote() -> None:
    """A subclass, a mapping of a quote's values and a bare object are no quotes."""

    class Other(Quote):
        """A quote that might answer otherwise each time."""

    values = {each.name: getattr(make(), each.name) for each in fields(Quote)}
    for each in (Other(**values), values, object.__new__(Quote), None, "quote", Guard()):
        assert not is_genuine_quote(each)
