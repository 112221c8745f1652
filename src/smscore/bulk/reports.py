"""The report of a run: what the rows are, what they cost, and what made them dear.

The law of this file: every figure is exact and can be added up again from the annotated rows, but
for a share, which is rounded where it is shown. No text and no phone number is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from smscore.bulk.figures import (
    CharacterCost,
    CountryTotal,
    Saving,
    Source,
    count_of,
    format_cost,
    round_share,
)
from smscore.coding import Boundary, NationalLanguage
from smscore.money import EXACT, format_amount
from smscore.problems import Problem
from smscore.profiles import Profile, find_profile

SHOWN_DECIMALS = 4
CHARACTERS_SHOWN = 10
COUNTRIES_SHOWN = 10

_STANDARD_BITS, _STANDARD_BOUNDARY = 8, "code_point"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found.

    `first_rows` are the first places of each problem: a source and a row of it, both from 1.
    Counts of alphabets, parts and countries are of the rows that have one. `total` is what all
    rows with a price cost, which is the sum of the price column; `priced_rows` and `priced_parts`
    are these rows. `total` is between `low` and `high`, which differ where the provider changes
    texts after they were counted; `reasons` say why. `total_clean` is what those of the rows cost
    that have no problem. The totals are None without a deck. `profile`, `languages`,
    `reference_bits` and `boundary` are how the texts were counted, whether that was asked for or
    is the profile's. `replaced` is what was replaced, None if nothing was asked for; `what_if` is
    what each class of replacements would save, together with those before it, if that was asked.
    """

    sources: tuple[Source, ...]
    rows: int
    clean_rows: int
    alphabets: Mapping[str, int]
    parts: Mapping[int, int]
    total_parts: int
    countries: Mapping[str, CountryTotal]
    problems: Mapping[Problem, int]
    first_rows: Mapping[Problem, tuple[tuple[int, int], ...]]
    currency: str | None
    low: Decimal | None
    total: Decimal | None
    high: Decimal | None
    reasons: tuple[str, ...]
    total_clean: Decimal | None
    priced_rows: int
    priced_parts: int
    characters: tuple[CharacterCost, ...]
    replaced: Saving | None
    what_if: tuple[Saving, ...] | None
    deck: str | None
    deck_sha256: str | None
    day: str | None
    max_parts: int | None
    profile: Profile
    languages: tuple[NationalLanguage, ...]
    reference_bits: int
    boundary: Boundary
    engine: str
    kernel: str

    @property
    def has_problems(self) -> bool:
        """Tell whether any row has a problem."""
        return self.clean_rows < self.rows

    @property
    def totals(self) -> dict[str, Decimal]:
        """The total by currency."""
        if self.currency is None or self.total is None:
            return {}
        return {self.currency: self.total}

    def to_dict(self) -> dict[str, object]:
        """Give the report as JSON values, money as strings."""
        return {
            "sources": [source.to_dict() for source in self.sources],
            "rows": self.rows,
            "clean_rows": self.clean_rows,
            "problem_rows": self.rows - self.clean_rows,
            "alphabets": dict(self.alphabets),
            "parts": {str(parts): rows for parts, rows in self.parts.items()},
            "total_parts": self.total_parts,
            "countries": {
                country: {
                    "rows": total.rows,
                    "parts": total.parts,
                    "cost": format_cost(total.cost),
                }
                for country, total in self.countries.items()
            },
            "problems": {problem.label: rows for problem, rows in self.problems.items()},
            "first_rows": {
                problem.label: [{"source": source, "row": row} for source, row in places]
                for problem, places in self.first_rows.items()
            },
            "low": self._by_currency(self.low),
            "total": self._by_currency(self.total),
            "high": self._by_currency(self.high),
            "reasons": list(self.reasons),
            "total_clean": self._by_currency(self.total_clean),
            "priced_rows": self.priced_rows,
            "priced_parts": self.priced_parts,
            "characters": [character.to_dict() for character in self.characters],
            "replaced": None if self.replaced is None else self.replaced.to_dict(),
            "what_if": None if self.what_if is None else [each.to_dict() for each in self.what_if],
            "deck": self.deck,
            "deck_sha256": self.deck_sha256,
            "day": self.day,
            "max_parts": self.max_parts,
            "profile": self.profile.name,
            "limits": {
                "characters": self.profile.max_characters,
                "parts": self.profile.max_parts,
            },
            "unknowns": list(self.profile.unknowns),
            "languages": [language.name.lower() for language in self.languages],
            "reference_bits": self.reference_bits,
            "boundary": self.boundary,
            "engine": self.engine,
            "kernel": self.kernel,
        }

    def _by_currency(self, amount: Decimal | None) -> dict[str, str]:
        if self.currency is None or amount is None:
            return {}
        return {self.currency: format_amount(amount)}

    def to_json(self) -> str:
        """Give the report as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_text(self) -> str:
        """Give the report as lines for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for source in self.sources:
            part = "" if source.part is None else f", {source.part}"
            yield f"{source.name}{part}: {count_of(source.rows, 'row')}"
            if source.dialect is not None:
                yield f"  read as {source.dialect}"
            number = source.number_column
            yield f"  texts in {source.text_column!r}" + (
                f", numbers in {number!r}" if number is not None else ", no numbers"
            )
        yield ""
        yield from self._lines_of_rows()
        yield from self._lines_of_counting()
        yield from self._lines_of_countries()
        yield from self._lines_of_characters()
        yield from self._lines_of_what_if()
        yield from self._lines_of_problems()

    def _lines_of_rows(self) -> Iterator[str]:
        yield f"{'Rows':<12}{self.rows:,}, of which {self.clean_rows:,} without a problem"
        alphabets = ", ".join(f"{rows:,} {name}" for name, rows in self.alphabets.items())
        yield f"{'Alphabets':<12}{alphabets or 'none'}"
        parts = ", ".join(f"{rows:,} of {parts}" for parts, rows in self.parts.items())
        yield f"{'Parts':<12}{self.total_parts:,}" + (f" (messages: {parts})" if parts else "")
        yield from self._lines_of_replaced()
        if self.total is None or self.total_clean is None:
            yield f"{'Cost':<12}unknown: no rate deck was given"
            return
        yield from self._lines_of_cost(self.total, self.total_clean)
        yield f"{'Rates':<12}{self.deck} in force on {self.day}, SHA-256 {self.deck_sha256}"

    def _lines_of_replaced(self) -> Iterator[str]:
        if self.replaced is None:
            return
        saved = count_of(self.replaced.parts, "part")
        if self.replaced.cost is not None:
            saved += f" and {format_amount(self.replaced.cost)} {self.currency}"
        rows = count_of(self.replaced.rows, "row")
        yield f"{'Replaced':<12}{', '.join(self.replaced.names)}: {rows} changed, {saved} saved"

    def _lines_of_cost(self, total: Decimal, total_clean: Decimal) -> Iterator[str]:
        if not self.priced_rows:
            yield f"{'Cost':<12}-, for no row has a price"
            return
        priced = f"{count_of(self.priced_rows, 'row')} of {count_of(self.priced_parts, 'part')}"
        others = self.rows - self.priced_rows
        no_price = "" if not others else "; the others have no price"
        if others == 1:
            no_price = "; the other has no price"
        yield f"{'Cost':<12}{format_amount(total)} {self.currency}, exact, for {priced}{no_price}"
        yield (
            f"{'':<12}{format_amount(total_clean)} {self.currency} "
            "without the rows that have a problem"
        )
        if self.low is None or self.high is None or self.low == self.high:
            return
        low, high = format_amount(self.low), format_amount(self.high)
        yield f"{'Range':<12}{low} to {high} {self.currency}, for"
        for reason in self.reasons:
            yield f"{'':<12}{reason}"

    def _lines_of_counting(self) -> Iterator[str]:
        way = (self.reference_bits, self.boundary, self.languages)
        standard = (_STANDARD_BITS, _STANDARD_BOUNDARY, ())
        if self.profile == find_profile() and way == standard:
            return
        limits = ((self.profile.max_characters, "character"), (self.profile.max_parts, "part"))
        stated = " and ".join(count_of(limit, what) for limit, what in limits if limit)
        profile = f"{self.profile.title} ({self.profile.name})"
        yield f"{'Profile':<12}{profile}" + (f", at most {stated}" if stated else "")
        cut = {"code_point": "characters", "grapheme": "grapheme clusters"}[self.boundary]
        yield f"{'Counted':<12}with a reference of {self.reference_bits} bits, cut between {cut}"
        if self.languages:
            names = ", ".join(language.name.capitalize() for language in self.languages)
            yield f"{'Languages':<12}{names}"
        for place, unknown in enumerate(self.profile.unknowns):
            yield f"{'' if place else 'Not known':<12}{unknown}"

    def _lines_of_countries(self) -> Iterator[str]:
        if not self.countries:
            return
        yield ""
        yield f"{'Country':<12}{'rows':>10}{'parts':>10}{self._with_currency('cost'):>16}"
        shown = list(self.countries.items())[:COUNTRIES_SHOWN]
        for country, total in shown:
            cost = format_cost(total.cost) or "-"
            yield f"{country:<12}{total.rows:>10,}{total.parts:>10,}{cost:>16}"
        if len(self.countries) > len(shown):
            yield f"and {len(self.countries) - len(shown):,} more"
        unknown = self.rows - sum(total.rows for total in self.countries.values())
        if unknown:
            parts = self.total_parts - sum(total.parts for total in self.countries.values())
            cost = format_cost(self._cost_of_no_country()) or "-"
            yield f"{'unknown':<12}{unknown:>10,}{parts:>10,}{cost:>16}"

    def _cost_of_no_country(self) -> Decimal | None:
        """Say what the numbers cost that belong to no country, such as those of +800, if any do."""
        rest = self.total or Decimal(0)
        for each in self.countries.values():
            rest = EXACT.subtract(rest, each.cost or Decimal(0))
        return rest or None

    def _lines_of_characters(self) -> Iterator[str]:
        if not self.characters:
            return
        unit = self.currency or "parts"
        yield ""
        yield "Characters that force UCS-2: what their messages take beyond GSM 7 bit,"
        yield f"and of that the share of each, in {unit}, and what replacing it alone would save"
        cost = self._with_currency("cost")
        yield f"{'share':>10}{'saves alone':>13}{'messages':>10}{'parts':>8}{cost:>12}"
        for each in self.characters[:CHARACTERS_SHOWN]:
            if each.cost_share is None:
                share = f"{round_share(each.parts_share, 1):f}"
            else:
                share = f"{round_share(each.cost_share, SHOWN_DECIMALS):f}"
            alone = format_cost(each.cost_alone) or f"{each.parts_alone:,}"
            cost = format_cost(each.cost) or "-"
            figures = f"{share:>10}{alone:>13}{each.messages:>10,}{each.parts:>8,}{cost:>12}"
            yield f"{figures}  {each.name}"
        if len(self.characters) > CHARACTERS_SHOWN:
            yield f"and {len(self.characters) - CHARACTERS_SHOWN:,} more"

    def _lines_of_what_if(self) -> Iterator[str]:
        if not self.what_if:
            return
        yield ""
        yield "What replacing characters would save (each class together with those above it)"
        yield f"{'class':<12}{'rows':>10}{'parts':>10}{self._with_currency('cost'):>16}"
        for each in self.what_if:
            cost = format_cost(each.cost) or "-"
            yield f"{each.names[-1]:<12}{each.rows:>10,}{each.parts:>10,}{cost:>16}"

    def _with_currency(self, word: str) -> str:
        return word if self.currency is None else f"{word} {self.currency}"

    def _lines_of_problems(self) -> Iterator[str]:
        if not self.problems:
            return
        yield ""
        yield "Problems"
        for problem, rows in self.problems.items():
            yield f"{rows:>10,}  {problem.label}: {problem.meaning}"
            yield f"{'':>12}{problem.remedy}"
            places = self.first_rows.get(problem, ())
            several = len(self.sources) > 1
            told = [f"{row} of file {file}" if several else f"{row}" for file, row in places]
            more = " and others" if rows > len(places) else ""
            yield f"{'':>12}{'row' if rows == 1 else 'rows'} {', '.join(told)}{more}"
