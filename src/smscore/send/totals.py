"""What messages come to: quoted and billed, by currency and by country.

The law of this file: what is billed but not quoted, and quoted but not billed, has its own place;
the rows of an explanation, and those of the countries, add up to the difference, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from smscore.money import EXACT, Money, format_amount
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry, State
from smscore.send.variances import (
    MEANINGS,
    Extra,
    Variance,
    VarianceKind,
    compare,
    vary,
    vary_earlier,
    vary_extra,
)

_IN_DOUBT = frozenset({State.IN_FLIGHT, State.UNKNOWN})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CountryTotal:
    """What was quoted and billed in one currency for one country.

    `country` is ISO 3166's code, "unknown" where the number's is not known, and None for what is
    not in the journal. `billed_parts` are those that were told, or follow from the price, of
    `told_messages`; `billed` is that of `billed_messages`.
    """

    country: str | None
    currency: str
    messages: int
    parts: int
    expected: Decimal
    told_messages: int
    billed_parts: int
    billed_messages: int
    billed: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more was billed than quoted."""
        return EXACT.subtract(self.billed, self.expected)

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values, money as strings; null is what nothing was told of."""
        return {
            "country": self.country,
            "currency": self.currency,
            "messages": self.messages,
            "parts": self.parts,
            "billed_parts": self.billed_parts if self.told_messages else None,
            "expected": format_amount(self.expected),
            "billed": format_amount(self.billed) if self.billed_messages else None,
            "difference": format_amount(self.difference),
        }


@dataclass(frozen=True, slots=True)
class Total:
    """What was quoted and billed in one currency. The explanation adds up to the difference.

    `messages` and `parts` are those that were quoted and may be billed: what was rejected or not
    sent is not among them. `explanation` has an amount for each row of MEANINGS, and `counts` how
    many messages it comes from. `countries` add up to all of it.
    """

    currency: str
    messages: int
    parts: int
    low: Decimal
    expected: Decimal
    high: Decimal
    billed_messages: int
    billed: Decimal
    explanation: Mapping[str, Decimal]
    counts: Mapping[str, int]
    countries: tuple[CountryTotal, ...] = ()

    @property
    def difference(self) -> Decimal:
        """How much more was billed than quoted."""
        return EXACT.subtract(self.billed, self.expected)

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values, money as strings."""
        return {
            "currency": self.currency,
            "messages": self.messages,
            "parts": self.parts,
            "low": format_amount(self.low),
            "expected": format_amount(self.expected),
            "high": format_amount(self.high),
            "billed_messages": self.billed_messages,
            "billed": format_amount(self.billed),
            "difference": format_amount(self.difference),
            "explanation": {name: format_amount(each) for name, each in self.explanation.items()},
            "counts": dict(self.counts),
            "countries": [each.to_dict() for each in self.countries],
        }


@dataclass(slots=True)
class _Country:
    messages: int = 0
    parts: int = 0
    expected: Decimal = _ZERO
    told_messages: int = 0
    billed_parts: int = 0
    billed_messages: int = 0
    billed: Decimal = _ZERO


@dataclass(slots=True)
class _Sums:
    low: Decimal = _ZERO
    high: Decimal = _ZERO
    rows: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(MEANINGS, _ZERO))
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEANINGS, 0))
    countries: dict[str | None, _Country] = field(default_factory=dict)

    def explain(self, row: str, amount: Decimal) -> None:
        self.rows[row] = EXACT.add(self.rows[row], amount)
        self.counts[row] += 1

    def quote(self, entry: Entry) -> None:
        self.low = EXACT.add(self.low, entry.low)
        self.high = EXACT.add(self.high, entry.high)
        country = self._of(entry.country)
        country.messages += 1
        country.parts += entry.parts
        country.expected = EXACT.add(country.expected, entry.expected)

    def bill(self, place: str | None, amount: Decimal) -> None:
        country = self._of(place)
        country.billed = EXACT.add(country.billed, amount)
        country.billed_messages += 1

    def tell_parts(self, place: str | None, parts: int | None) -> None:
        if parts is not None:
            country = self._of(place)
            country.billed_parts += parts
            country.told_messages += 1

    def _of(self, place: str | None) -> _Country:
        return self.countries.setdefault(place, _Country())

    def to_total(self, currency: str) -> Total:
        told = sorted(self.countries.items(), key=lambda each: (each[0] is None, each[0] or ""))
        countries = tuple(
            CountryTotal(
                place,
                currency,
                each.messages,
                each.parts,
                each.expected,
                each.told_messages,
                each.billed_parts,
                each.billed_messages,
                each.billed,
            )
            for place, each in told
        )
        return Total(
            currency,
            sum(each.messages for each in countries),
            sum(each.parts for each in countries),
            self.low,
            _add(each.expected for each in countries),
            self.high,
            sum(each.billed_messages for each in countries),
            _add(each.billed for each in countries),
            self.rows,
            self.counts,
            countries,
        )


def find_parts(entry: Entry) -> int | None:
    """Give the parts of a message that was billed as quoted: as many, if it is parts that cost."""
    if entry.billed_parts is None and entry.unit == "part" and entry.unit_price:
        return entry.parts
    return entry.billed_parts


def _add(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts without rounding."""
    total = _ZERO
    for each in amounts:
        total = EXACT.add(total, each)
    return total


class Tally:
    """Sums up messages as they come, and tells of each in what it varies."""

    def __init__(self) -> None:
        self._sums: dict[str, _Sums] = {}

    def add(self, entry: Entry, *, missing: bool = False) -> Variance | None:
        """Add a message of the journal; `missing` says that the provider was asked and has not it.

        Gives None for one that was billed as quoted, or that did not go out and was not billed.
        """
        price = entry.price
        if entry.state is not State.ACCEPTED and entry.state not in _IN_DOUBT:
            return None if price is None or not price.amount else self._add_unsent(entry, price)
        sums = self._of(entry.currency)
        sums.quote(entry)
        if price is None:
            sums.tell_parts(entry.country, entry.billed_parts)
            return self._add_unpriced(entry, sums, missing=missing)
        billed = self._of(price.currency)
        billed.bill(entry.country, price.amount)
        if price.currency != entry.currency:
            billed.tell_parts(entry.country, entry.billed_parts)
            sums.explain("currency", -entry.expected)
            billed.explain("currency", price.amount)
            return vary(VarianceKind.CURRENCY, entry)
        variance = compare(entry, price.amount)
        if variance is None:
            sums.tell_parts(entry.country, find_parts(entry))
            return None
        sums.tell_parts(entry.country, variance.billed_parts)
        if variance.kind is VarianceKind.SPREAD:
            sums.explain("spread", EXACT.subtract(price.amount, entry.expected))
        if variance.kind in (VarianceKind.PARTS, VarianceKind.PARTS_AND_RATE):
            sums.explain("parts", variance.by_parts)
        if variance.kind in (VarianceKind.RATE, VarianceKind.PARTS_AND_RATE):
            sums.explain("rate", variance.by_rate)
        return variance

    def add_extra(self, extra: Extra) -> Variance:
        """Add a message that is not in the journal."""
        if extra.price is not None:
            self._bill("extra", None, extra.price, extra.parts)
        return vary_extra(extra)

    def add_earlier(self, earlier: Earlier) -> Variance | None:
        """Add an attempt before the last one of a message; None if it was not billed."""
        if earlier.price is None or not earlier.price.amount:
            return None
        self._bill("earlier", earlier.country, earlier.price, earlier.billed_parts)
        return vary_earlier(earlier)

    def totals(self) -> tuple[Total, ...]:
        """Give the totals, one for each currency, by its code."""
        return tuple(sums.to_total(currency) for currency, sums in sorted(self._sums.items()))

    def _of(self, currency: str) -> _Sums:
        return self._sums.setdefault(currency, _Sums())

    def _bill(self, row: str, place: str | None, price: Money, parts: int | None) -> None:
        """Add what was billed and not quoted."""
        sums = self._of(price.currency)
        sums.bill(place, price.amount)
        sums.tell_parts(place, parts)
        sums.explain(row, price.amount)

    def _add_unsent(self, entry: Entry, price: Money) -> Variance:
        self._bill("unsent", entry.country, price, entry.billed_parts)
        return vary(VarianceKind.UNSENT, entry)

    def _add_unpriced(self, entry: Entry, sums: _Sums, *, missing: bool) -> Variance:
        if missing:
            kind = VarianceKind.MISSING
        elif entry.state in _IN_DOUBT:
            kind = VarianceKind.IN_DOUBT
        else:
            kind = VarianceKind.UNPRICED
        sums.explain(kind.value, -entry.expected)
        if kind is VarianceKind.UNPRICED and entry.billed_parts not in (None, entry.parts):
            kind = VarianceKind.PARTS
        return vary(kind, entry)
