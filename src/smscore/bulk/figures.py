"""The figures of a report: of a file, a country, a character, and of what replacing saves.

The law of this file: what is not known is None, never zero; a share is rounded only to be shown.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from smscore.bulk.dialect import Dialect
from smscore.bulk.slices import Slice
from smscore.money import format_amount

SHARE_DECIMALS = 12
"""How finely a share is told: as finely as a price can be."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name, how it is written, its columns and its rows.

    `part` is the slice of it that was read; None is all of it.
    """

    name: str
    dialect: Dialect | None
    text_column: str
    number_column: str | None
    rows: int
    part: Slice | None = None

    def to_dict(self) -> dict[str, object]:
        """Give the source as JSON values."""
        return {
            "name": self.name,
            **({} if self.dialect is None else self.dialect.to_dict()),
            "text_column": self.text_column,
            "number_column": self.number_column,
            "rows": self.rows,
            **({} if self.part is None else {"part": self.part.to_dict()}),
        }


@dataclass(frozen=True, slots=True)
class CountryTotal:
    """The rows to one country, their parts, and what those of them that have a price cost.

    `cost` is None if none of them has a price.
    """

    rows: int
    parts: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class CharacterCost:
    """What a character that forces UCS-2 costs.

    `messages` have it. Together they take `parts` more, which cost `cost`, than they would in
    GSM 7 bit with one septet in place of each such character. A message with several such
    characters counts for each of them; so these figures do not add up, but the shares do, in
    which it is split evenly among them. Those `alone` are of messages in which no other character
    forces UCS-2: what replacing this one alone would save.
    """

    character: str
    messages: int
    parts: int
    cost: Decimal | None
    messages_alone: int
    parts_alone: int
    cost_alone: Decimal | None
    parts_share: Fraction
    cost_share: Fraction | None

    @property
    def name(self) -> str:
        """The code point and its Unicode name.

        >>> CharacterCost("’", *[0] * 8).name
        'U+2019 RIGHT SINGLE QUOTATION MARK'
        """
        point = f"U+{ord(self.character):04X}"
        return f"{point} {unicodedata.name(self.character, '(no name)')}"

    def to_dict(self) -> dict[str, object]:
        """Give the cost as JSON values, money as strings."""
        return {
            "character": self.character,
            "code_point": f"U+{ord(self.character):04X}",
            "name": unicodedata.name(self.character, None),
            "messages": self.messages,
            "parts": self.parts,
            "cost": format_cost(self.cost),
            "messages_alone": self.messages_alone,
            "parts_alone": self.parts_alone,
            "cost_alone": format_cost(self.cost_alone),
            "parts_share": format_amount(round_share(self.parts_share, SHARE_DECIMALS)),
            "cost_share": None
            if self.cost_share is None
            else format_amount(round_share(self.cost_share, SHARE_DECIMALS)),
        }


@dataclass(frozen=True, slots=True)
class Saving:
    """What replacing characters saves: in how many rows, how many parts, and how much money.

    `names` are what is replaced, as `smscore validate --transliterate` has them. `cost` is None
    without a deck.
    """

    names: tuple[str, ...]
    rows: int
    parts: int
    cost: Decimal | None

    def to_dict(self) -> dict[str, object]:
        """Give the saving as JSON values, money as strings."""
        return {
            "names": list(self.names),
            "rows": self.rows,
            "parts_saved": self.parts,
            "cost_saved": format_cost(self.cost),
        }


def format_cost(cost: Decimal | None) -> str | None:
    """Write a cost out; what is not known stays None."""
    return None if cost is None else format_amount(cost)


def round_share(share: Fraction, decimals: int) -> Decimal:
    """Round a share to be shown, for a third has no last digit."""
    return Decimal(round(share * 10**decimals)).scaleb(-decimals)


def count_of(number: int, what: str) -> str:
    """Say how many there are of something.

    >>> count_of(1, "row"), count_of(2000, "part")
    ('1 row', '2,000 parts')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
