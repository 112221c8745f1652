"""What all the rows of a run come to.

The law of this file: rows are counted, not kept. Every figure of the report is derived from a few
tables of counts, so that memory does not grow with the rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from smscore import _kernel
from smscore._version import __version__
from smscore.bulk.columns import Annotation
from smscore.bulk.figures import CharacterCost, CountryTotal, Saving, Source
from smscore.bulk.options import Terms
from smscore.bulk.replacing import LEVELS
from smscore.bulk.reports import Report
from smscore.coding import ANY_ALPHABET, GSM7_CHARACTERS, Alphabet, Coding
from smscore.counting import tally
from smscore.decks import Rate
from smscore.measuring import count_parts_replaced, is_plain
from smscore.money import EXACT
from smscore.problems import Problem
from smscore.quoting import find_spread

ROWS_TOLD = 5
"""Of how many rows with a problem the places are told."""

# Any character of one septet does.
_SEPTET = "x"

_Kind = tuple[Alphabet | None, int | None, str | None, Rate | None, Problem | None]
_Excess = tuple[int, Decimal, int]
_Spread = tuple[Rate, int, int, int]
_Saved = tuple[int, Rate | None, int, int]

# Beside the levels that are only tried.
_DONE = -1


@dataclass(slots=True)
class Summary:
    """Counts rows by what they are; its tables of counts are all that it knows of them.

    A kind is a row's alphabet, parts, country, rate and problem. An excess is how many parts and
    how much money a message costs for being UCS-2, and how many characters share the blame;
    against it stands how many messages each character is in. A spread is the rate, the parts, and
    the fewest and most parts of a row whose text its provider changes after it was counted. What
    was saved, or with `what_if` would be at each level, is a rate, and the parts before and after.
    """

    terms: Terms
    what_if: bool = False
    kinds: Counter[_Kind] = field(default_factory=Counter)
    excesses: defaultdict[_Excess, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    spreads: Counter[_Spread] = field(default_factory=Counter)
    saved: Counter[_Saved] = field(default_factory=Counter)
    first_rows: dict[Problem, list[tuple[int, int]]] = field(default_factory=dict)
    _place: tuple[int, int] = (1, 0)
    _reasons: dict[str, None] = field(default_factory=dict)
    _placeholders: tuple[str, ...] = field(init=False)
    _blame: _Blame = field(init=False)

    def __post_init__(self) -> None:
        """Find out which characters the terms leave to UCS-2."""
        self._blame = _Blame(self.terms)
        self._placeholders = tuple(each.text for each in self.terms.profile.placeholders)

    def add(self, texts: Sequence[str | None], found: Annotation) -> None:
        """Count the rows of a batch."""
        self._note_first_rows(found.problems)
        if found.texts_sent is not None:
            texts = found.texts_sent
        self.kinds.update(
            zip(
                found.alphabets,
                found.parts,
                found.countries,
                found.rates,
                found.problems,
                strict=True,
            )
        )
        for place, text in enumerate(texts):
            parts = found.parts[place]
            if text and parts and found.alphabets[place] is Alphabet.UCS2:
                self._add_excess(text, parts, found.rates[place])
        for place, before in found.parts_before.items():
            self.saved[_DONE, found.rates[place], before, found.parts[place] or 0] += 1
        if self.what_if:
            self._try_levels(texts, found)
        if self._placeholders:
            self._add_spreads(texts, found)

    def end_source(self) -> None:
        """Let the rows that follow be those of another source."""
        self._place = (self._place[0] + 1, 0)

    def _note_first_rows(self, problems: Sequence[Problem | None]) -> None:
        source, before = self._place
        for row, problem in enumerate(problems, before + 1):
            if problem is not None:
                first = self.first_rows.setdefault(problem, [])
                if len(first) < ROWS_TOLD:
                    first.append((source, row))
        self._place = (source, before + len(problems))

    def _try_levels(self, texts: Sequence[str | None], found: Annotation) -> None:
        """Count what each class of replacements would save of the texts that it could make less."""
        for place, text in enumerate(texts):
            parts = found.parts[place]
            plain = found.codings is None and found.alphabets[place] is Alphabet.GSM7
            if not text or parts is None or parts == 1 or plain:
                continue
            fewest = parts
            for level, replacing in enumerate(LEVELS):
                if fewest > 1:
                    fewest = min(fewest, replacing.send(text, parts, self.terms.way)[1])
                if fewest < parts:
                    self.saved[level, found.rates[place], parts, fewest] += 1

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

    def _add_spreads(self, texts: Sequence[str | None], found: Annotation) -> None:
        """Count again what may yet become longer or shorter, of the rows that have a price."""
        for text, parts, rate in zip(texts, found.parts, found.rates, strict=True):
            if not text or not parts or rate is None:
                continue
            if any(each in text for each in self._placeholders):
                fewest, most, reasons = find_spread(text, parts, self.terms.way)
                self.spreads[rate, parts, fewest, most] += 1
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

    def _add_excess(self, text: str, parts: int, rate: Rate | None) -> None:
        characters, fewer = self._blame.find(text, parts)
        cost = (
            Decimal(0) if rate is None else EXACT.subtract(rate.charge(parts), rate.charge(fewer))
        )
        self.excesses[parts - fewer, cost, len(characters)].update(characters)

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
        for (alphabet, number, country, rate, problem), rows in self.kinds.items():
            price = Decimal(0)
            if rate is not None and number is not None:
                price = EXACT.multiply(rate.charge(number), Decimal(rows))
                priced_rows += rows
                priced_parts += rows * number
                if country is not None:
                    other = country_costs.get(country, Decimal(0))
                    country_costs[country] = EXACT.add(other, price)
            cost = EXACT.add(cost, price)
            if alphabet is not None:
                alphabets[alphabet.value] += rows
            if number is not None:
                parts[number] += rows
            if country is not None:
                countries[country] += rows
                country_parts[country] += rows * (number or 0)
            if problem is not None:
                problems[problem] += rows
            else:
                clean_rows += rows
                clean_cost = EXACT.add(clean_cost, price)
        terms, deck = self.terms, self.terms.deck
        low, high = self._find_range(cost)
        return Report(
            sources=tuple(sources),
            rows=self.kinds.total(),
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
            characters=tuple(self._characters()),
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

    def _characters(self) -> list[CharacterCost]:
        tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        for (parts, cost, sharing), messages in self.excesses.items():
            for character, count in messages.items():
                tallies[character].add(count, parts, cost, sharing)
        priced = self.terms.deck is not None
        costs = [each.cost_of(character, priced=priced) for character, each in tallies.items()]
        costs.sort(
            key=lambda cost: (
                -(cost.cost_share or 0),
                -cost.parts_share,
                -cost.messages,
                cost.character,
            )
        )
        return costs


class _Blame:
    """Knows which characters of a text force UCS-2.

    They are those that no allowed alphabet has. Where each character is in some alphabet but no
    coding has all of them, they are those that the default alphabet does not have.
    """

    def __init__(self, terms: Terms) -> None:
        self._way = terms.way
        # What is left when each such character is replaced needs no more rules than the standard's.
        self._plain_way = replace(terms.way, profile=None, excluded=None)
        known = GSM7_CHARACTERS.union(
            *(
                Coding(Alphabet.GSM7, each if each.has_locking else None, each).characters()
                for each in terms.languages
            )
        )
        self._known = known - terms.profile.excluded
        self._is_plain = is_plain(terms.way)

    def find(self, text: str, parts: int) -> tuple[set[str], int]:
        """Find them in a UCS-2 text, and count its parts with one septet for each of them."""
        if self._is_plain:
            fewer = count_parts_replaced(text, reference_bits=self._way.reference_bits)
            return set(text) - GSM7_CHARACTERS, fewer
        if self._way.number != ANY_ALPHABET:
            return set(), parts
        text = self._send(text)
        if characters := set(text) - self._known:
            return characters, self._count_replaced(text, characters, parts)
        characters = set(text) - GSM7_CHARACTERS
        fewer = self._count_replaced(text, characters, parts)
        # Where nothing is saved, some coding has them all, and UCS-2 takes fewer octets.
        return (characters, fewer) if fewer < parts else (set(), parts)

    def _count_replaced(self, text: str, characters: set[str], parts: int) -> int:
        replaced = text.translate(dict.fromkeys(map(ord, characters), _SEPTET))
        return min(parts, tally(replaced, self._plain_way)[2])

    def _send(self, text: str) -> str:
        profile = self._way.profile
        if profile is None or profile.table is None:
            return text
        # Loaded here, because few profiles replace anything.
        from smscore.transliteration import transliterate

        bits = self._way.reference_bits
        return transliterate(text, table=profile.table, reference_bits=bits).text


@dataclass(slots=True)
class _Tally:
    """Adds up what one character costs, apart for each number of characters that share it."""

    messages: Counter[int] = field(default_factory=Counter)
    parts: Counter[int] = field(default_factory=Counter)
    costs: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, count: int, parts: int, cost: Decimal, sharing: int) -> None:
        self.messages[sharing] += count
        self.parts[sharing] += count * parts
        whole = EXACT.multiply(cost, Decimal(count))
        self.costs[sharing] = EXACT.add(self.costs[sharing], whole)

    def cost_of(self, character: str, *, priced: bool) -> CharacterCost:
        cost = Decimal(0)
        for amount in self.costs.values():
            cost = EXACT.add(cost, amount)
        parts_share = sum((Fraction(parts, n) for n, parts in self.parts.items()), Fraction(0))
        cost_share = sum((Fraction(amount) / n for n, amount in self.costs.items()), Fraction(0))
        return CharacterCost(
            character=character,
            messages=self.messages.total(),
            parts=self.parts.total(),
            cost=cost if priced else None,
            messages_alone=self.messages[1],
            parts_alone=self.parts[1],
            cost_alone=self.costs[1] if priced else None,
            parts_share=parts_share,
            cost_share=cost_share if priced else None,
        )
