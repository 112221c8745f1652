"""What the tests of the adapters share: messages, a deck, and what a single machine says of them.

The law of this file: what an engine has to say is what `validate_batches` says, row for row, and
that is held against the standard elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from smscore.bulk import validate_batches
from smscore.decks import RateDeck

DAY = date(2026, 6, 1)
DECK = RateDeck.parse(
    b"country,prefix,price,currency,reject\n"
    b"GB,,0.012345678901,GBP,\n"
    b",447700900,0.5,GBP,\n"
    b"FR,,,GBP,yes\n"
    b"US,,0.07,GBP,\n",
    "deck.csv",
)
ADDED = ["alphabet", "units", "parts", "price", "currency", "problem"]

_NUMBERS = [
    "+447700900123",
    "+44 20 7946 0000",
    "+33639980123",
    "+12025550122",
    "+4917139200",
    None,
    "x",
]
_TEXTS = ["Hello", "", "a" * 161, "€" * 81, "я" * 71, "😀" * 35, "{}" * 80, None, "x" * 459 + "€"]


def make_table(rows: int = 500) -> pa.Table:
    """Make messages of every kind there is: right, wrong, empty, missing; and a column more."""
    places = range(rows)
    return pa.table(
        {
            "id": pa.array(places, pa.int64()),
            "phone": [_NUMBERS[place % len(_NUMBERS)] for place in places],
            "message": [
                None if (text := _TEXTS[place % len(_TEXTS)]) is None else text + " " * (place % 23)
                for place in places
            ],
        }
    )


def judge(table: pa.Table, **options: Any) -> list[dict[str, Any]]:
    """Give the rows as one machine judges them."""
    options = {"deck": DECK, "at": DAY, "duplicates": False, **options}
    return [row for batch in validate_batches(table, **options) for row in batch.to_pylist()]


def total(rows: Iterable[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Add rows up: how many of each alphabet and problem, the parts, and the cost."""
    listed = list(rows)
    return (
        len(listed),
        Counter(row["alphabet"] for row in listed),
        Counter(row["problem"] for row in listed),
        sum(row["parts"] or 0 for row in listed),
        sum((row["price"] or Decimal(0) for row in listed), Decimal(0)),
    )
