"""One row of a rate deck.

The law of this file: a rate is what the deck says, nothing derived, and it knows the line that
says it, so that every price can be traced to the price list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from smscore.money import EXACT

Unit = Literal["part", "message"]

UNITS: tuple[Unit, ...] = ("part", "message")


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of a part (or message) to a destination, from one day to another.

    A prefix is the leading digits of an E.164 number, without "+". With both a prefix and a
    country, both must hold; with neither, the rate is the deck's default. Both days belong to the
    time it is in force; None is an open end. A rejected destination has no price to speak of.
    """

    line: int
    prefix: str
    country: str | None
    price: Decimal
    currency: str
    unit: Unit
    effective_from: date | None
    effective_to: date | None
    reject: bool

    def __hash__(self) -> int:
        """Hash what tells rates apart, and no more: millions of rows are counted by their rate."""
        return hash((self.line, self.prefix, self.country))

    def covers(self, day: date) -> bool:
        """Tell whether the rate is in force on a day."""
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)

    def charge(self, parts: int) -> Decimal:
        """Compute, exactly, what a message of so many parts costs."""
        return EXACT.multiply(self.price, Decimal(parts if self.unit == "part" else 1))

    @property
    def destination(self) -> str:
        """What the rate is for, in words.

        >>> day = None
        >>> Rate(2, "447", "GB", Decimal("0.04"), "EUR", "part", day, day, False).destination
        'prefix 447 in GB'
        """
        if self.prefix:
            return f"prefix {self.prefix}" + (f" in {self.country}" if self.country else "")
        return f"country {self.country}" if self.country else "every destination (the default)"
