"""The report of a run: what the rows are, what they cost, and what made them dear.

The law of this file: every figure is exact and can be added up again from the annotated rows, but
for a share, which is rounded where it is shown. No text and no phone number is in it.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from smscore.bulk.dialect import Dialect
from smscore.coding import Boundary, NationalLanguage
from smscore.money import format_amount
from smscore.problems import Problem
from smscore.profiles import Profile, find_profile

SHARE_DECIMALS = 12
"""How finely a share is told: as finely as a price can be."""

SHOWN_DECIMALS = 4
CHARACTERS_SHOWN = 10
COUNTRIES_SHOWN = 10

_STANDARD_BITS, _STANDARD_BOUNDARY = 8, "code_point"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name, how it is written, its columns and its rows."""

    name: str
    dialect: Dialect | None
    text_column: str
    number_column: str | None
    rows: int

    def to_dict(self) -> dict[str, object]:
        """Give the source as JSON values."""
        return {
            "name": self.name,
            **({} if self.dialect is None else self.dialect.to_dict()),
            "text_column": self.text_column,
            "number_column": self.number_column,
            "rows": self.rows,
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
    cost: Decimal
    messages_alone: int
    parts_alone: int
    cost_alone: Decimal
    parts_share: Fraction
    cost_share: Fraction

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
            "cost": format_amount(self.cost),
            "messages_alone": self.messages_alone,
            "parts_alone": self.parts_alone,
            "cost_alone": format_amount(self.cost_alone),
            "parts_share": format_amount(_round_share(self.parts_share, SHARE_DECIMALS)),
            "cost_share": format_amount(_round_share(self.cost_share, SHARE_DECIMALS)),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found.

    Counts of alphabets, parts and countries are of the rows that have one. `total` is what all
    rows with a price cost, which is the sum of the price column; `priced_rows` and `priced_parts`
    are these rows. `total_clean` is what those of them cost that have no problem. The totals are
    None without a deck. `profile`, `languages`, `reference_bits` and `boundary` are how the texts
    were counted, whether that was asked for or is the profile's.
    """

    sources: tuple[Source, ...]
    rows: int
    clean_rows: int
    alphabets: Mapping[str, int]
    parts: Mapping[int, int]
    total_parts: int
    countries: Mapping[str, CountryTotal]
    problems: Mapping[Problem, int]
    currency: str | None
    total: Decimal | None
    total_clean: Decimal | None
    priced_rows: int
    priced_parts: int
    characters: tuple[CharacterCost, ...]
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
        clean = {} if self.currency is None else {self.currency: self.total_clean or Decimal(0)}
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
                    "cost": None if total.cost is None else format_amount(total.cost),
                }
                for country, total in self.countries.items()
            },
            "problems": {problem.label: rows for problem, rows in self.problems.items()},
            "total": {name: format_amount(amount) for name, amount in self.totals.items()},
            "total_clean": {name: format_amount(amount) for name, amount in clean.items()},
            "priced_rows": self.priced_rows,
            "priced_parts": self.priced_parts,
            "characters": [character.to_dict() for character in self.characters],
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

    def to_json(self) -> str:
        """Give the report as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_text(self) -> str:
        """Give the report as lines for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for source in self.sources:
            yield f"{source.name}: {source.rows:,} {'row' if source.rows == 1 else 'rows'}"
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
        yield from self._lines_of_problems()

    def _lines_of_rows(self) -> Iterator[str]:
        yield f"{'Rows':<12}{self.rows:,}, of which {self.clean_rows:,} without a problem"
        alphabets = ", ".join(f"{rows:,} {name}" for name, rows in self.alphabets.items())
        yield f"{'Alphabets':<12}{alphabets or 'none'}"
        parts = ", ".join(f"{rows:,} of {parts}" for parts, rows in self.parts.items())
        yield f"{'Parts':<12}{self.total_parts:,}" + (f" (messages: {parts})" if parts else "")
        if self.total is None or self.total_clean is None:
            yield f"{'Cost':<12}unknown: no rate deck was given"
            return
        cost = f"{format_amount(self.total)} {self.currency}, exact, for {self.priced_rows:,} rows"
        yield f"{'Cost':<12}{cost} of {self.priced_parts:,} parts; the others have no price"
        yield (
            f"{'':<12}{format_amount(self.total_clean)} {self.currency} "
            "without the rows that have a problem"
        )
        yield f"{'Rates':<12}{self.deck} in force on {self.day}, SHA-256 {self.deck_sha256}"

    def _lines_of_counting(self) -> Iterator[str]:
        way = (self.reference_bits, self.boundary, self.languages)
        standard = (_STANDARD_BITS, _STANDARD_BOUNDARY, ())
        if self.profile == find_profile() and way == standard:
            return
        limits = ((self.profile.max_characters, "characters"), (self.profile.max_parts, "parts"))
        stated = " and ".join(f"{limit:,} {what}" for limit, what in limits if limit)
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
            cost = "-" if total.cost is None else format_amount(total.cost)
            yield f"{country:<12}{total.rows:>10,}{total.parts:>10,}{cost:>16}"
        if len(self.countries) > len(shown):
            yield f"and {len(self.countries) - len(shown):,} more"
        unknown = self.rows - sum(total.rows for total in self.countries.values())
        if unknown:
            parts = self.total_parts - sum(total.parts for total in self.countries.values())
            yield f"{'unknown':<12}{unknown:>10,}{parts:>10,}{'-':>16}"

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
            if self.currency is None:
                share = f"{_round_share(each.parts_share, 1):f}"
                alone, cost = f"{each.parts_alone:,}", "-"
            else:
                share = f"{_round_share(each.cost_share, SHOWN_DECIMALS):f}"
                alone, cost = format_amount(each.cost_alone), format_amount(each.cost)
            figures = f"{share:>10}{alone:>13}{each.messages:>10,}{each.parts:>8,}{cost:>12}"
            yield f"{figures}  {each.name}"
        if len(self.characters) > CHARACTERS_SHOWN:
            yield f"and {len(self.characters) - CHARACTERS_SHOWN:,} more"

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


def _round_share(share: Fraction, decimals: int) -> Decimal:
    """Round a share to be shown, for a third has no last digit."""
    return Decimal(round(share * 10**decimals)).scaleb(-decimals)
