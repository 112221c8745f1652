"""How much may go out in a message, a run or a day, and how fast to one place; all of it values.

The law of this file: a cap is judged from the quote and from what its window holds already, and
from nothing else. Sums are exact, exactly at the cap is allowed, and a sum that cannot be made, for
its currencies or for its digits, is over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from decimal import Decimal, Inexact
from typing import Literal, get_args

from smscore.errors import NotAllowed, OverCap, TooFast
from smscore.money import EXACT, Money, format_amount
from smscore.numbering import check_region
from smscore.quoting import Quote

Window = Literal["message", "run", "day"]

WINDOWS: tuple[Window, ...] = get_args(Window)
"""What sums are made over. A run is what its journal calls so; a day is a day in UTC."""

Place = Literal["recipient", "range", "country"]

PLACES: tuple[Place, ...] = get_args(Place)
"""Where messages go to: a number, the numbers that differ in their last digits, a country."""

EACH = "each"
"""As the country of a cap: each country has a cap of its own."""

UNKNOWN = "unknown"
"""Stands for the country of numbers that belong to none: they are summed and counted together."""

RANGE_DIGITS = 3
"""How many last digits the numbers of one range differ in: operators assign them by thousands."""

Amount = Money | Decimal | int | str

_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?: ?([A-Z]{3}))?")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a window holds already: money by currency, parts, and recipients.

    A recipient counts once for each message. Raises TypeError for money that is no Decimal or
    counts that are no int, ValueError for what is negative or not finite.

    >>> Spent({"EUR": Decimal("0.08")}, parts=2, recipients=1).parts
    2
    """

    money: Mapping[str, Decimal] = field(default_factory=dict)
    parts: int = 0
    recipients: int = 0

    def __post_init__(self) -> None:
        """Refuse sums from which nothing can be judged."""
        money = {currency: _as_sum(amount) for currency, amount in self.money.items()}
        object.__setattr__(self, "money", money)
        as_count(self.parts, "parts")
        as_count(self.recipients, "recipients")

    def plus(self, quote: Quote) -> Spent:
        """Give what the window holds with this message in it, at the most that it may cost.

        Raises decimal.Inexact where the sum has more than 38 digits.
        """
        high = quote.high
        before = self.money.get(high.currency, Decimal(0))
        money = {**self.money, high.currency: EXACT.add(before, high.amount)}
        return Spent(money, self.parts + quote.most_parts, self.recipients + 1)


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one window may hold: of money, of parts, of recipients.

    `country` None puts all countries together; "GB" is for that country alone; "each" gives each
    country the cap for itself. Numbers of no country go together, as country "unknown". Money is
    Money, Decimal, int, or a str such as "50" or "50 EUR"; without a currency it is in that of the
    quote. Zero allows nothing. Raises TypeError for floats and what is no number, ValueError for
    what is negative or not finite, for an unknown window or country, and for a cap on nothing.

    >>> Cap("day", money="20 EUR", country="each")
    Cap(window='day', money=Money(amount=Decimal('20'), currency='EUR'), country='each')
    """

    window: Window
    _: KW_ONLY
    money: Amount | None = None
    parts: int | None = None
    recipients: int | None = None
    country: str | None = None

    def __post_init__(self) -> None:
        """Refuse what caps nothing, or nothing that can be told."""
        if self.window not in WINDOWS:
            raise ValueError(f"a cap's window is one of {', '.join(WINDOWS)}")
        if self.money is None and self.parts is None and self.recipients is None:
            raise ValueError("a cap is on money, parts or recipients: name one of them")
        if self.money is not None:
            object.__setattr__(self, "money", as_limit(self.money, "a cap on money"))
        if self.parts is not None:
            as_count(self.parts, "a cap on parts")
        if self.recipients is not None:
            as_count(self.recipients, "a cap on recipients")
        if self.country not in (None, EACH, UNKNOWN):
            if not isinstance(self.country, str):
                raise TypeError(f"a cap's country is a str, not {_kind(self.country)}")
            object.__setattr__(self, "country", check_region(self.country))

    def __repr__(self) -> str:
        """Show what is capped, and nothing that is not."""
        shown = {name: getattr(self, name) for name in ("money", "parts", "recipients", "country")}
        told = "".join(f", {name}={value!r}" for name, value in shown.items() if value is not None)
        return f"Cap(window={self.window!r}{told})"

    def covers(self, quote: Quote) -> bool:
        """Tell whether a message counts against this cap."""
        return self.country in (None, EACH, find_country(quote))

    def scope(self, quote: Quote) -> str | None:
        """Give the country whose sum this cap is for, if a message counts; None is all together."""
        return None if self.country is None else find_country(quote)

    def check(self, quote: Quote, spent: Spent, name: str | None = None) -> None:
        """Raise OverCap if the window would hold more than this with the message in it.

        Raises NotAllowed where the money of quote, window and cap is not of one currency. `name`
        is what the refusal calls the cap.
        """
        self._check_count("parts", self.parts, spent.parts + quote.most_parts, quote, name)
        self._check_count("recipients", self.recipients, spent.recipients + 1, quote, name)
        if self.money is not None:
            self._check_money(quote, spent, name or self._name("money", quote))

    def _check_count(
        self, what: str, most: int | None, found: int, quote: Quote, name: str | None
    ) -> None:
        if most is not None and found > most:
            raise OverCap(name or self._name(what, quote), str(most), str(found), self.window)

    def _check_money(self, quote: Quote, spent: Spent, name: str) -> None:
        high = quote.high
        limit = self._limit_in(high.currency)
        currency = limit.currency
        for other in (high.currency, *(each for each, amount in spent.money.items() if amount)):
            if other != currency:
                raise NotAllowed(f"currency of {name}", currency, other)
        try:
            total = EXACT.add(spent.money.get(currency, Decimal(0)), high.amount)
        except Inexact:
            raise OverCap(name, str(limit), "a sum of 39 digits or more", self.window) from None
        if total > limit.amount:
            raise OverCap(name, str(limit), str(Money(total, currency)), self.window)

    def _limit_in(self, currency: str) -> Money:
        if isinstance(self.money, Money):
            return self.money
        return Money(Decimal(self.money or 0), currency)

    def _name(self, what: str, quote: Quote) -> str:
        place = "" if self.country is None else f" in {find_country(quote)}"
        return f"cap on {what} of a {self.window}{place}"

    def to_dict(self) -> dict[str, object]:
        """Give the cap as JSON values, money as a string."""
        return {
            "window": self.window,
            "money": format_limit(self.money),
            "parts": self.parts,
            "recipients": self.recipients,
            "country": self.country,
        }


@dataclass(frozen=True, slots=True)
class Velocity:
    """The most messages to one place within a time: more is an alarm, and is refused.

    Traffic is pumped by making somebody else's program send to numbers that earn by it, mostly many
    of one range. Raises TypeError for a limit that is no int or a window that is no timedelta,
    ValueError for a negative limit, a window that is not longer than nothing, an unknown place.

    >>> Velocity(20, timedelta(hours=1), "range").by
    'range'
    """

    limit: int
    window: timedelta
    by: Place

    def __post_init__(self) -> None:
        """Refuse what alarms of nothing."""
        as_count(self.limit, "a velocity's limit")
        if not isinstance(self.window, timedelta):
            raise TypeError(f"a velocity's window is a timedelta, not {_kind(self.window)}")
        if self.window <= timedelta(0):
            raise ValueError("a velocity's window is longer than nothing")
        if self.by not in PLACES:
            raise ValueError(f"a velocity is by one of {', '.join(PLACES)}")

    @classmethod
    def defaults(cls) -> tuple[Velocity, ...]:
        """Give limits to begin with, for messages that people ask for, such as one-time codes.

        To one recipient, 5 in ten minutes and 20 in a day: more often nobody asks for a code. To
        one range, 30 in an hour: that is 3 of 100 of its numbers. None by country, where what is
        usual depends on the sender. A newsletter to one town needs others.

        >>> [(each.limit, str(each.window), each.by) for each in Velocity.defaults()][-1]
        (30, '1:00:00', 'range')
        """
        return (
            cls(5, timedelta(minutes=10), "recipient"),
            cls(20, timedelta(days=1), "recipient"),
            cls(30, timedelta(hours=1), "range"),
        )

    def check(self, before: int) -> None:
        """Raise TooFast if so many went to the place within the window, this one not counted."""
        found = as_count(before, "a count of messages") + 1
        if found > self.limit:
            allowed = f"{self.limit} messages to one {self.by} within {self.window}"
            raise TooFast(allowed, str(found), self.window)

    def to_dict(self) -> dict[str, object]:
        """Give the velocity as JSON values, the window in seconds."""
        return {"limit": self.limit, "window": self.window.total_seconds(), "by": self.by}


def find_country(quote: Quote) -> str:
    """Name the country that a message counts for: "unknown" where its number has none."""
    return quote.country or UNKNOWN


def find_place(quote: Quote, by: Place) -> str:
    """Give the place that a message goes to: its number, the range of it, or its country.

    The range is the number in E.164 without its last three digits. The first two are private.
    """
    if by == "country":
        return find_country(quote)
    return quote.to if by == "recipient" else quote.to[:-RANGE_DIGITS]


def as_limit(value: Amount, what: str) -> Money | Decimal:
    """Read a limit of money: a Decimal is in whatever currency the quote is in.

    Raises TypeError for floats and what is no amount, ValueError for what is negative, not finite,
    or not written as an amount.

    >>> as_limit("50 EUR", "max_total"), as_limit(50, "max_total")
    (Money(amount=Decimal('50'), currency='EUR'), Decimal('50'))
    """
    if isinstance(value, float):
        raise TypeError(f'{what} is never a float, which is not exact: write it as "0.10"')
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(value.strip())
        if match is None:
            raise ValueError(f'{what} is written as "50" or "50 EUR", and not below zero')
        amount = Decimal(match[1])
        return Money(amount, match[2]) if match[2] else amount
    if isinstance(value, bool) or not isinstance(value, Money | Decimal | int):
        raise TypeError(f"{what} is Money, Decimal, int or str, not {_kind(value)}")
    exact = Decimal(value) if isinstance(value, int) else value
    amount = exact.amount if isinstance(exact, Money) else exact
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{what} is a finite amount that is not below zero")
    return exact


def format_limit(limit: Amount | None) -> str | None:
    """Write a limit of money as it is read, in full; None where there is none."""
    if limit is None:
        return None
    return format_amount(limit) if isinstance(limit, Decimal) else str(limit)


def as_count(value: int, what: str) -> int:
    """Give a count, TypeError for what is no int, ValueError for a negative one."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is an int, not {_kind(value)}")
    if value < 0:
        raise ValueError(f"{what} is not below zero")
    return value


def _as_sum(amount: Decimal) -> Decimal:
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount of money is a Decimal, not {_kind(amount)}")
    if not amount.is_finite() or amount < 0:
        raise ValueError("what was spent is a finite amount that is not below zero")
    return amount


def _kind(value: object) -> str:
    return type(value).__name__
