"""What all the rows of a run come to.

The law of this file: rows are counted, not kept. Every figure of the report is derived from a few
tables of counts, so that memory does not grow with the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from smscore import _kernel
from smscore._version import __version__
from smscore.bulk.annotations import CLEAN, PROBLEMS, UCS2, Annotation
from smscore.bulk.arrow import pc
from smscore.bulk.blame import Blame, Excesses
from smscore.bulk.figures import CountryTotal, Saving, Source
from smscore.bulk.kinds import Kind, Kinds
from smscore.bulk.options import Terms
from smscore.bulk.replacing import LEVELS
from smscore.bulk.reports import Report
from smscore.bulk.rows import pick
from smscore.decks import Rate
from smscore.money import EXACT
from smscore.problems import Problem
from smscore.quoting import find_spread

ROWS_TOLD = 5
"""Of how many rows with a problem the places are told."""

_Spread = tuple[Rate, int, int, int]
_Saved = tuple[int, Rate | None, int, int]
_State = tuple[
    tuple[Terms, bool, bool],
    list[tuple[Kind, int]],
    tuple[
        Counter[_Spread],
        Counter[_Saved],
        dict[Problem, list[tuple[int, int]]],
        tuple[int, int],
        dict[str, None],
    ],
    Excesses,
]

# Beside the levels that are only tried.
_DONE = -1


@dataclass(slots=True)
class Summary:
    """Counts rows by what they are; its tables of counts are all that it knows of them.

    A spread is the rate, the parts, and the fewest and most parts of a row whose text its provider
    changes after it was counted. What was saved, or with `what_if` would be at each level, is a
    rate, and the parts before and after.
    """

    terms: Terms
    what_if: bool = False
    characters: bool = True
    kinds: Kinds = field(default_factory=Kinds)
    spreads: Counter[_Spread] = field(default_factory=Counter)
    saved: Counter[_Saved] = field(default_factory=Counter)
    first_rows: dict[Problem, list[tuple[int, int]]] = field(default_factory=dict)
    _place: tuple[int, int] = (1, 0)
    _reasons: dict[str, None] = field(default_factory=dict)
    _placeholders: tuple[str, ...] = field(init=False)
    _blame: Blame = field(init=False)

    def __post_init__(self) -> None:
        """Find out what the terms make of texts."""
        self._blame = Blame(self.terms)
        self._placeholders = tuple(each.text for each in self.terms.profile.placeholders)

    def add(self, found: Annotation) -> None:
        """Count the rows of a batch."""
        self._note_first_rows(found.problems)
        self.kinds.add(found)
        if self.characters:
            self._blame.add(found)
        for place, before in found.parts_before.items():
            rate, after = _rate_at(found, place), found.parts[place].as_py()
            self.saved[_DONE, rate, before, after] += 1
        if self.what_if:
            self._try_levels(found)
        if self._placeholders:
            self._add_spreads(found)

    def begin_slice(self, rows_before: int) -> None:
        """Let the rows that follow be those of a file that has so many before them."""
        self._place = (self._place[0], rows_before)

    def is_alike(self, other: Summary) -> bool:
        """Tell whether another counts the same, by the same terms."""
        mine = self.terms, self.what_if, self.characters
        return mine == (other.terms, other.what_if, other.characters)

    def merge(self, other: Summary) -> None:
        """Count what another has counted, by the same terms, of rows of a file behind these."""
        self.kinds.merge(other.kinds)
        self.spreads.update(other.spreads)
        self.saved.update(other.saved)
        self._reasons.update(other._reasons)
        self._blame.merge(other._blame.tell())
        for problem, rows in other.first_rows.items():
            first = self.first_rows.setdefault(problem, [])
            first += rows[: ROWS_TOLD - len(first)]

    def __getstate__(self) -> _State:
        """Give the counts alone: what they were counted with holds rows, and is made anew."""
        return (
            (self.terms, self.what_if, self.characters),
            list(self.kinds),
            (self.spreads, self.saved, self.first_rows, self._place, self._reasons),
            self._blame.tell(),
        )

    def __setstate__(self, state: _State) -> None:
        """Count on from there."""
        (self.terms, self.what_if, self.characters), kinds, rest, excesses = state
        self.spreads, self.saved, self.first_rows, self._place, self._reasons = rest
        self.kinds = Kinds()
        self.kinds.merge(kinds)
        self.__post_init__()
        self._blame.merge(excesses)

    def end_source(self) -> None:
        """Let the rows that follow be those of another source."""
        self._place = (self._place[0] + 1, 0)

    def _note_first_rows(self, problems: pa.Array) -> None:
        source, before = self._place
        for code in pc.unique(problems).to_pylist():
            if code == CLEAN:
                continue
            first = self.first_rows.setdefault(PROBLEMS[code], [])
            if len(first) < ROWS_TOLD:
                rows = pc.indices_nonzero(pc.equal(problems, pa.scalar(code, problems.type)))
                told = rows[: ROWS_TOLD - len(first)].to_pylist()
                first += [(source, before + 1 + row) for row in told]
        self._place = (source, before + len(problems))

    def _try_levels(self, found: Annotation) -> None:
        """Count what each class of replacements would save of the texts that it could make less."""
        several = pc.greater(found.parts, pa.scalar(1, pa.int32()))
        if found.codings is None:
            # Where no language is allowed, what is in the GSM alphabet cannot take less.
            ucs2 = pc.equal(found.alphabets, pa.scalar(UCS2, pa.int8()))
            several = pc.and_(several, ucs2)
        places = pc.indices_nonzero(several)
        texts, numbers = pick(found.texts, places).to_pylist(), found.parts.take(places).to_pylist()
        for place, text, parts in zip(places.to_pylist(), texts, numbers, strict=True):
            rate, fewest = _rate_at(found, place), parts
            for level, replacing in enumerate(LEVELS):
                if fewest > 1:
                    fewest = min(fewest, replacing.send(text, parts, self.terms.way)[1])
                if fewest < parts:
                    self.saved[level, rate, parts, fewest] += 1

    def _sum_saved(self, level: int, names: tuple[str, ...]) -> Saving:
        rows = parts = 0
        cost = Decimal(0)
        for (other, rate, before, after), count in self.saved.items():
            if other != level:
                continue
            rows += count
            parts += count * (before - after)
            if rate is not None:
                less = EXACT.subtract(rate.charge(before), rate.charge(after))
                cost = EXACT.add(cost, EXACT.multiply(less, Decimal(count)))
        return Saving(names, rows, parts, None if self.terms.deck is None else cost)

    def _add_spreads(self, found: Annotation) -> None:
        """Count again what may yet become longer or shorter, of the rows that have a price."""
        priced = pc.greater_equal(found.rates, pa.scalar(0, pa.int32()))
        places = pc.indices_nonzero(
            pc.and_(priced, pc.greater(found.parts, pa.scalar(0, pa.int32())))
        )
        texts, numbers = pick(found.texts, places).to_pylist(), found.parts.take(places).to_pylist()
        for place, text, parts in zip(places.to_pylist(), texts, numbers, strict=True):
            if text and any(each in text for each in self._placeholders):
                fewest, most, reasons = find_spread(text, parts, self.terms.way)
                self.spreads[found.rate_list[found.rates[place].as_py()], parts, fewest, most] += 1
                self._reasons.update(dict.fromkeys(reasons))

    def _find_range(self, cost: Decimal) -> tuple[Decimal, Decimal]:
        """Give the least and the most that all rows may cost, where this is expected."""
        low = high = cost
        for (rate, parts, fewest, most), rows in self.spreads.items():
            expected, count = rate.charge(parts), Decimal(rows)
            less = EXACT.subtract(expected, rate.charge(fewest))
            more = EXACT.subtract(rate.charge(most), expected)
            low = EXACT.subtract(low, EXACT.multiply(less, count))
            high = EXACT.add(high, EXACT.multiply(more, count))
        return low, high

    def _list_reasons(self) -> tuple[str, ...]:
        # A text of nothing has only what is so of every text; a quote tells that last.
        of_every = find_spread("", 1, self.terms.way)[2]
        return (*(each for each in self._reasons if each not in of_every), *of_every)

    def report(self, sources: Iterable[Source]) -> Report:
        """Derive the report of all that was counted."""
        alphabets: Counter[str] = Counter()
        parts: Counter[int] = Counter()
        countries: Counter[str] = Counter()
        country_parts: Counter[str] = Counter()
        country_costs: dict[str, Decimal] = {}
        priced_rows = priced_parts = 0
        problems: Counter[Problem] = Counter()
        clean_cost = cost = Decimal(0)
        clean_rows = 0
        for kind, rows in self.kinds:
            rate, number, country = kind.rate, kind.parts, kind.country
            price = Decimal(0)
            if rate is not None and number is not None:
                price = EXACT.multiply(rate.charge(number), Decimal(rows))
                priced_rows += rows
                priced_parts += rows * number
                if country is not None:
                    other = country_costs.get(country, Decimal(0))
                    country_costs[country] = EXACT.add(other, price)
            cost = EXACT.add(cost, price)
            if kind.alphabet is not None:
                alphabets[kind.alphabet.value] += rows
            if number is not None:
                parts[number] += rows
            if country is not None:
                countries[country] += rows
                country_parts[country] += rows * (number or 0)
            if kind.problem is not None:
                problems[kind.problem] += rows
            else:
                clean_rows += rows
                clean_cost = EXACT.add(clean_cost, price)
        terms, deck = self.terms, self.terms.deck
        low, high = self._find_range(cost)
        return Report(
            sources=tuple(sources),
            rows=clean_rows + problems.total(),
            clean_rows=clean_rows,
            alphabets=dict(sorted(alphabets.items())),
            parts=dict(sorted(parts.items())),
            total_parts=sum(number * rows for number, rows in parts.items()),
            countries={
                country: CountryTotal(rows, country_parts[country], country_costs.get(country))
                for country, rows in sorted(countries.items(), key=lambda item: (-item[1], item[0]))
            },
            problems=dict(sorted(problems.items())),
            first_rows={
                problem: tuple(first) for problem, first in sorted(self.first_rows.items())
            },
            currency=None if deck is None else deck.currency,
            low=None if deck is None else low,
            total=None if deck is None else cost,
            high=None if deck is None else high,
            reasons=self._list_reasons() if priced_rows else (),
            total_clean=None if deck is None else clean_cost,
            priced_rows=priced_rows,
            priced_parts=priced_parts,
            characters=tuple(self._blame.list_costs(priced=deck is not None)),
            replaced=None
            if terms.replacing is None
            else self._sum_saved(_DONE, terms.replacing.names),
            what_if=tuple(self._sum_saved(level, each.names) for level, each in enumerate(LEVELS))
            if self.what_if
            else None,
            deck=None if deck is None else deck.name,
            deck_sha256=None if deck is None else deck.sha256,
            day=None if terms.day is None else terms.day.isoformat(),
            max_parts=terms.max_parts,
            profile=terms.profile,
            languages=terms.languages,
            reference_bits=terms.way.reference_bits,
            boundary=terms.way.boundary,
            engine=f"smscore {__version__}",
            kernel=_kernel.NAME,
        )


def _rate_at(found: Annotation, place: int) -> Rate | None:
    rate = found.rates[place].as_py()
    return None if rate < 0 else found.rate_list[rate]
