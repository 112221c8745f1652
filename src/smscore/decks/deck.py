"""The rate deck, and the rate that a number has on a day.

The law of this file: longest prefix, then country, then default, among the rates in force on the
day; at one prefix, a rate that also names the number's country comes before one that names none.
A deck is identified by the SHA-256 of the very octets that were read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from smscore.decks.compiled import CompiledTable, compile_rates
from smscore.decks.importers import parse_rates
from smscore.decks.lint import check_rates
from smscore.decks.rate import Rate
from smscore.errors import DeckError, DestinationRejected, NoRate
from smscore.numbering import Number


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates of a deck that are in force on one day, ready for lookup."""

    day: date
    prefixes: dict[str, dict[str | None, Rate]] = field(repr=False)
    countries: dict[str, Rate] = field(repr=False)
    default: Rate | None = field(repr=False)
    longest: int = field(repr=False)
    _compiled: list[CompiledTable] = field(repr=False, compare=False, default_factory=list)

    def find(self, digits: str, country: str | None) -> Rate | None:
        """Find the rate of a number (without "+") and its country; None if there is none.

        A rate that rejects its destination is found like any other.
        """
        for length in range(min(self.longest, len(digits)), 0, -1):
            rates = self.prefixes.get(digits[:length])
            if rates is not None:
                rate = rates.get(country) or rates.get(None)
                if rate is not None:
                    return rate
        if country is not None and country in self.countries:
            return self.countries[country]
        return self.default

    def compile(self) -> CompiledTable:
        """Give the table in which whole columns are looked up; it is made once."""
        if not self._compiled:
            self._compiled.append(compile_rates(self.prefixes, self.countries, self.default))
        return self._compiled[0]

    def __reduce__(self) -> tuple[type[RateTable], tuple[object, ...]]:
        """Pickle the rates; what is made of them is made again sooner than it is carried."""
        rates = (self.day, self.prefixes, self.countries, self.default, self.longest)
        return RateTable, rates


@dataclass(frozen=True, slots=True)
class RateDeck:
    r"""A dated price list in one currency.

    >>> deck = RateDeck.parse(b"country,price,currency\nFR,0.045,EUR\n", "deck.csv")
    >>> deck.currency, len(deck.rates), deck.sha256[:8]
    ('EUR', 1, 'ee73cdb1')
    """

    name: str
    sha256: str
    rates: tuple[Rate, ...] = field(repr=False)
    _tables: dict[date, RateTable] = field(repr=False, compare=False, default_factory=dict)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> RateDeck:
        """Read a deck from a CSV or JSON file, refusing it whole if it has any fault.

        Raises DeckError (MalformedRate, AmbiguousDeck, MixedCurrency) for what stands in the
        file, OSError if it cannot be opened.
        """
        return cls.parse(Path(path).read_bytes(), Path(path).name)

    @classmethod
    def parse(cls, data: bytes, name: str) -> RateDeck:
        """Read a deck from its octets; the errors are those of `read`."""
        rates = parse_rates(data, name)
        check_rates(rates, name)
        return cls(name, hashlib.sha256(data).hexdigest(), tuple(rates))

    def __post_init__(self) -> None:
        """Refuse a deck without a rate: it would have no currency."""
        if not self.rates:
            raise DeckError(self.name, None, "it has no rates")

    def __reduce__(self) -> tuple[type[RateDeck], tuple[object, ...]]:
        """Pickle the rates, without the tables of days."""
        return RateDeck, (self.name, self.sha256, self.rates)

    @property
    def currency(self) -> str:
        """The currency of every price of the deck."""
        return self.rates[0].currency

    def table(self, day: date) -> RateTable:
        """Give the rates in force on a day."""
        if day not in self._tables:
            self._tables[day] = _build_table(self.rates, day)
        return self._tables[day]

    def rate_for(self, number: Number, day: date) -> Rate:
        """Find the rate of a number on a day; raises NoRate or DestinationRejected."""
        rate = self.table(day).find(number.digits, number.country)
        if rate is None:
            raise NoRate(number.country, day.isoformat())
        if rate.reject:
            raise DestinationRejected(rate.line)
        return rate


def _build_table(rates: Iterable[Rate], day: date) -> RateTable:
    prefixes: dict[str, dict[str | None, Rate]] = {}
    countries: dict[str, Rate] = {}
    default = None
    for rate in rates:
        if not rate.covers(day):
            continue
        if rate.prefix:
            prefixes.setdefault(rate.prefix, {})[rate.country] = rate
        elif rate.country:
            countries[rate.country] = rate
        else:
            default = rate
    return RateTable(day, prefixes, countries, default, max(map(len, prefixes), default=0))
