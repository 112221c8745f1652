"""What may go out: the caller's limits.

The law of this file: what cannot be judged is refused. What a message, a run or a day may hold is
judged twice: here for the message alone, and by whoever keeps the sums, with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from smscore.approval import (
    MADE_HERE,
    Approval,
    as_name,
    is_as_approved,
    is_genuine,
    is_made_here,
)
from smscore.caps import Amount, Cap, Place, Spent, Velocity, as_count, as_limit, format_limit
from smscore.coding import Alphabet
from smscore.errors import NotAllowed, OverCap, QuoteExpired
from smscore.privacy import strike_out
from smscore.quiet_hours import QuietHours, as_countries
from smscore.quoting import Quote, as_day, is_genuine_quote
from smscore.udh import MAXIMUM_PARTS

_NAMED = 10

_AHEAD = timedelta(minutes=1)
"""How far the clock of whoever made a quote may be ahead of ours."""

_PREFIX = re.compile(r"\+?([1-9][0-9]{0,14})")

__all__ = ["Approval", "Guard", "is_genuine"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    r"""The caller's limits. None, or nothing in a collection of denials or caps, is no limit.

    `max_parts` and `max_price` are of one message, `max_total` is of one run; money is Money,
    Decimal, int, or a str such as "50" or "50 EUR", without a currency in that of the quote. All
    money is judged by the most that a message may cost, `Quote.high`. `caps` has more of them.

    `alphabets`, `countries` (ISO 3166-1), `prefixes` (leading digits in E.164, with or without
    "+") and `senders` are all that is allowed; None among the senders allows to name none. Where
    there are rules on countries, a number of no known country is refused. `quiet_hours` are by the
    clocks of the number, `velocity` is the alarm against pumped traffic. A quote may be as old as
    `max_age`, and its rate must be in force; None is for any age, not for any rate.

    Always refused are a text of nothing and more than 255 parts. Raises TypeError for floats and
    what is of no such kind, ValueError for what is negative, not finite, or unknown.

    >>> from smscore.decks import RateDeck
    >>> from smscore.quoting import quote
    >>> deck = RateDeck.parse(b"prefix,price,currency\n44,0.04,GBP\n", "deck.csv")
    >>> guard = Guard(max_parts=1, max_total="50 GBP", countries={"GB", "IE"})
    >>> guard.approve(quote("Hello", to="+447700900123", deck=deck)).quote.parts
    1
    >>> guard.approve(quote("Hello" * 40, to="+447700900123", deck=deck))
    Traceback (most recent call last):
    smscore.errors.OverCap: not sent, by the guard's max_parts: it allows 1, not 2
    """

    max_parts: int | None = None
    max_total: Amount | None = None
    max_price: Amount | None = None
    caps: Collection[Cap] = ()
    alphabets: Collection[Alphabet | str] | None = None
    countries: Collection[str] | None = None
    denied_countries: Collection[str] = ()
    prefixes: Collection[str] | None = field(default=None, repr=False)
    denied_prefixes: Collection[str] = field(default=(), repr=False)
    senders: Collection[str | None] | None = field(default=None, repr=False)
    quiet_hours: QuietHours | None = None
    velocity: Collection[Velocity] = ()
    max_age: timedelta | None = timedelta(days=1)
    _caps: tuple[tuple[str | None, Cap], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse limits that cannot be judged by, and bring all into one form."""
        for name, read in _READERS.items():
            value = getattr(self, name)
            if value is not None or name not in _OPTIONAL:
                object.__setattr__(self, name, read(value, name))
        object.__setattr__(self, "_caps", tuple(self._name_caps()))

    def _name_caps(self) -> Iterator[tuple[str | None, Cap]]:
        """Give every cap, with the name of its option where it is not one of `caps`."""
        if self.max_parts is not None:
            yield "max_parts", Cap("message", parts=self.max_parts)
        if self.max_price is not None:
            yield "max_price", Cap("message", money=self.max_price)
        if self.max_total is not None:
            yield "max_total", Cap("run", money=self.max_total)
        yield from ((None, cap) for cap in self.caps)

    def approve(
        self,
        quote: Quote,
        *,
        key: str | None = None,
        label: str | None = None,
        now: datetime | None = None,
    ) -> Approval:
        """Approve a quote, or raise why not.

        `key` names the message, of which one is sent: the quote's id if it is None, which is the
        same for the same text to the same number on the same day. `label` is for people: it stands
        in the journal and in reports as it is, so that it holds nothing private, such as
        "campaign.csv, row 7". `now` is an aware datetime.

        Raises OverCap, NotAllowed, also for a quote that `quote` did not make so
        (`is_genuine_quote`), QuoteExpired, QuietHours (of smscore.errors); TypeError for what is no
        quote or key, ValueError for a key that is empty, over 200 characters or not
        printable, and for a `now` without a zone; SmsError if quiet hours are asked for and the
        machine has no time zone database.
        """
        _as_instance(quote, Quote, "what a guard judges")
        name = None if key is None else as_name(key, "key")
        told = None if label is None else as_name(label, "label")
        moment = _as_moment(now)
        _check_quote(quote)
        self._check_message(quote)
        self._check_destination(quote)
        self.check_caps(quote, lambda _window, _country: Spent())
        self._check_time(quote, moment)
        return Approval(MADE_HERE, quote, self, quote.id if name is None else name, moment, told)

    def recheck(self, approval: Approval, now: datetime) -> None:
        """Check, right before it is sent, what time may have changed since the approval.

        Raises QuoteExpired and QuietHours as `approve` does, NotAllowed for a quote that was
        changed, QuoteExpired also for an approval older than `max_age`; TypeError for what
        `approve` did not make, ValueError for what another guard approved.
        """
        if not is_made_here(approval):
            raise TypeError("what is sent is an approval that Guard.approve made, as it made it")
        if approval.guard is not self:
            raise ValueError("another guard made this approval")
        moment = _as_moment(now)
        if not is_as_approved(approval):
            _check_quote(approval.quote)
        self._check_age("approval", approval.at, moment)
        self._check_time(approval.quote, moment)

    def windows(self, quote: Quote) -> tuple[tuple[str, str | None], ...]:
        """Give the windows whose sums `check_caps` will ask for, each once, in that order.

        Each is "run" or "day", and a country ("unknown" for numbers of none) or None for the sum
        of all countries.
        """
        asked = {
            (cap.window, cap.scope(quote)): None
            for _, cap in self._caps
            if cap.window != "message" and cap.covers(quote)
        }
        return tuple(asked)

    def check_caps(self, quote: Quote, spent: Callable[[str, str | None], Spent]) -> None:
        """Raise OverCap if any window would hold more than its cap with this message in it.

        `spent` is called with each of `windows`, once, and gives what that window holds already,
        what is in flight or in doubt included. Whoever calls this holds off all others from before
        the sums are read until the message is among them. Raises NotAllowed for money in
        another currency than the cap's, in the quote or in the window.
        """
        sums = {
            each: _as_instance(spent(*each), Spent, "what a window holds")
            for each in self.windows(quote)
        }
        for name, cap in self._caps:
            if cap.covers(quote):
                cap.check(quote, sums.get((cap.window, cap.scope(quote)), Spent()), name)

    def check_velocity(self, quote: Quote, count: Callable[[Place, timedelta], int]) -> None:
        """Raise TooFast if more went to one place than people ask for.

        `count` is called with what is counted by ("recipient", "range", "country") and a time, and
        gives how many messages went to this quote's place (`smscore.caps.find_place`) within that
        time until now, this one not counted.
        """
        _as_instance(quote, Quote, "what a guard judges")
        for each in self.velocity:
            each.check(count(each.by, each.window))

    def _check_message(self, quote: Quote) -> None:
        if not quote.text:
            raise NotAllowed("rule on texts", "a text", "one of no characters")
        if quote.most_parts > MAXIMUM_PARTS:
            raise OverCap("max_parts", str(MAXIMUM_PARTS), str(quote.most_parts), "message")
        if self.alphabets is not None and quote.alphabet not in self.alphabets:
            raise NotAllowed("alphabets", _tell(self.alphabets), quote.alphabet)
        if self.senders is not None and quote.sender not in self.senders:
            # Neither is shown: a sender may be a phone number.
            found = "no sender" if quote.sender is None else "another"
            raise NotAllowed("senders", f"one of {len(self.senders)} senders", found)

    def _check_destination(self, quote: Quote) -> None:
        country, digits = quote.country, quote.to.removeprefix("+")
        found = country or "a number of no known country"
        if self.countries is not None and country not in self.countries:
            raise NotAllowed("countries", _tell(self.countries), found)
        if self.denied_countries and (country is None or country in self.denied_countries):
            raise NotAllowed("denied_countries", f"none of {_tell(self.denied_countries)}", found)
        # No prefix is shown: it may be a whole number.
        if self.prefixes is not None and not digits.startswith(tuple(self.prefixes)):
            allowed = f"a number with one of {len(self.prefixes)} prefixes"
            raise NotAllowed("prefixes", allowed, "one without")
        if digits.startswith(tuple(self.denied_prefixes)):
            raise NotAllowed("denied_prefixes", "a number with none of them", "one that has one")

    def _check_time(self, quote: Quote, now: datetime) -> None:
        self._check_age("quote", quote.made_at, now)
        day = as_day(now)
        if not quote.rate.covers(day):
            raise QuoteExpired("rule on rates", "a rate in force", f"one that is not on {day}")
        if self.quiet_hours is not None:
            self.quiet_hours.check(quote.to, quote.country, now)

    def _check_age(self, what: str, made: datetime, now: datetime) -> None:
        age = now - made
        if age < -_AHEAD:
            raise QuoteExpired("rule on clocks", f"a {what} of the past", f"one of {-age} from now")
        if self.max_age is not None and age > self.max_age:
            raise QuoteExpired("max_age", f"a {what} of at most {self.max_age}", f"one of {age}")

    def to_dict(self) -> dict[str, object]:
        """Give the guard as JSON values, money as strings, times in seconds.

        What may be a phone number among the senders and prefixes is struck out.
        """
        senders = self.senders
        return {
            "max_parts": self.max_parts,
            "max_total": format_limit(self.max_total),
            "max_price": format_limit(self.max_price),
            "caps": [cap.to_dict() for cap in self.caps],
            "alphabets": None if self.alphabets is None else sorted(self.alphabets),
            "countries": None if self.countries is None else sorted(self.countries),
            "denied_countries": sorted(self.denied_countries),
            "prefixes": None if self.prefixes is None else _strike_out(self.prefixes),
            "denied_prefixes": _strike_out(self.denied_prefixes),
            "senders": None if senders is None else _strike_out(senders),
            "quiet_hours": None if self.quiet_hours is None else self.quiet_hours.to_dict(),
            "velocity": [each.to_dict() for each in self.velocity],
            "max_age": None if self.max_age is None else self.max_age.total_seconds(),
        }


def _check_quote(quote: Quote) -> None:
    if not is_genuine_quote(quote):
        raise NotAllowed("rule on quotes", "a quote as smscore makes it", "one that is changed")


def _as_moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if not isinstance(now, datetime):
        raise TypeError(f"now is a datetime, not {type(now).__name__}")
    if now.utcoffset() is None:
        raise ValueError("now needs a zone: give it tzinfo")
    return now.astimezone(UTC)


def _as_instance(value: T, kind: type[T], what: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{what} is a {kind.__name__}, not {type(value).__name__}")
    return value


def _as_words(values: Collection[str], what: str) -> frozenset[str]:
    if isinstance(values, str):
        raise TypeError(f"{what} is a collection of str, not a str")
    return frozenset(_as_instance(each, str, f"each of {what}") for each in values)


def _as_caps(values: Collection[Cap], what: str) -> tuple[Cap, ...]:
    return tuple(_as_instance(each, Cap, f"each of {what}") for each in values)


def _as_velocities(values: Collection[Velocity], what: str) -> tuple[Velocity, ...]:
    return tuple(_as_instance(each, Velocity, f"each of {what}") for each in values)


def _as_alphabets(values: Collection[str], what: str) -> frozenset[Alphabet]:
    return frozenset(Alphabet(each) for each in _as_words(values, what))


def _as_prefixes(values: Collection[str], what: str) -> frozenset[str]:
    matches = [_PREFIX.fullmatch(each) for each in _as_words(values, what)]
    if None in matches:
        # Not repeated: it may be a number.
        raise ValueError(f"{what}: each is the leading digits of an E.164 number, such as +447")
    return frozenset(match[1] for match in matches if match)


def _as_senders(values: Collection[str | None], what: str) -> frozenset[str | None]:
    if isinstance(values, str):
        raise TypeError(f"{what} is a collection of str, not a str")
    found = [*values]
    named = _as_words([each for each in found if each is not None], what)
    return frozenset([*named, *([None] if None in found else [])])


def _as_hours(value: QuietHours, what: str) -> QuietHours:
    return _as_instance(value, QuietHours, what)


def _as_age(value: timedelta, what: str) -> timedelta:
    if _as_instance(value, timedelta, what) < timedelta(0):
        raise ValueError(f"{what} is not below zero")
    return value


# How each limit is read, and which of them may be None.
_READERS: dict[str, Callable[[Any, str], object]] = {
    "max_parts": as_count,
    "max_total": as_limit,
    "max_price": as_limit,
    "alphabets": _as_alphabets,
    "countries": as_countries,
    "prefixes": _as_prefixes,
    "senders": _as_senders,
    "quiet_hours": _as_hours,
    "max_age": _as_age,
    "caps": _as_caps,
    "velocity": _as_velocities,
    "denied_countries": as_countries,
    "denied_prefixes": _as_prefixes,
}
_OPTIONAL = (
    "max_parts max_total max_price alphabets countries prefixes senders quiet_hours max_age".split()
)


def _tell(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) if 0 < len(names) <= _NAMED else f"{len(names)} of them"


def _strike_out(values: Iterable[str | None]) -> list[str | None]:
    ordered = sorted(values, key=lambda each: (each is not None, each or ""))
    return [each and strike_out(each) for each in ordered]
