"""What a caller may say about rows, and the columns that rows get.

The law of this file: an option is named, typed and given its default once, in `Options`; what the
callers of files, batches and columns give is worked out here, before the first row is looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from smscore.bulk.header import ColumnChoice
from smscore.bulk.replacing import Replacing, read_replacing
from smscore.coding import Boundary, NationalLanguage
from smscore.counting import Way, find_way
from smscore.decks import RateDeck
from smscore.errors import ProfileError
from smscore.measuring import tally_many
from smscore.numbering import check_region
from smscore.profiles import Profile, find_profile
from smscore.quoting import as_day
from smscore.udh import MAXIMUM_PARTS

PRICE_TYPE = pa.decimal128(38, 12)
LABEL_TYPE = pa.dictionary(pa.int8(), pa.string())
CODING_TYPE = pa.dictionary(pa.int16(), pa.string())
"""As the labels, but all languages together have more codings than an octet can number."""

_FIELDS = (
    ("alphabet", LABEL_TYPE),
    ("units", pa.int32()),
    ("parts", pa.int32()),
    ("price", PRICE_TYPE),
    ("currency", LABEL_TYPE),
    ("problem", LABEL_TYPE),
)
_CODING_FIELD = ("coding", CODING_TYPE)
_TEXT_SENT_FIELD = ("text_sent", pa.string())


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """The columns that an annotated batch has more.

    `coding` is there only where languages are allowed, `text_sent` only where texts are replaced.
    `currency` is that of every price, None without a deck.

    >>> AddedColumns("sms_", with_coding=True).names[-2:]
    ('sms_problem', 'sms_coding')
    """

    prefix: str = ""
    with_coding: bool = False
    with_text_sent: bool = False
    currency: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in their order."""
        return tuple(name for name, _ in self._fields())

    def extend(self, schema: pa.Schema) -> pa.Schema:
        """Give the schema of an annotated batch."""
        for name, kind in self._fields():
            schema = schema.append(pa.field(name, kind))
        return schema

    def _fields(self) -> list[tuple[str, pa.DataType]]:
        fields = list(_FIELDS)
        if self.with_coding:
            fields.append(_CODING_FIELD)
        if self.with_text_sent:
            fields.append(_TEXT_SENT_FIELD)
        return [(self.prefix + name, kind) for name, kind in fields]


@dataclass(frozen=True, slots=True)
class Terms:
    """What rows are counted by, priced by and held against; without a deck nothing is priced.

    `replacing` is what is replaced in each text first, if anything is.
    """

    deck: RateDeck | None
    day: date | None
    region: str | None
    max_parts: int | None
    way: Way
    replacing: Replacing | None = None

    @property
    def profile(self) -> Profile:
        """The profile that rows are counted by, the standard's where none was named."""
        return find_profile(self.way.profile)

    @property
    def languages(self) -> tuple[NationalLanguage, ...]:
        """The national languages that are allowed, in the order of preference."""
        return tuple(map(NationalLanguage, self.way.languages))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Options:
    """The options of everything that judges rows; their meaning is told by `validate_file`.

    They are checked as they are made: DeckError for the deck, ProfileError for the profile,
    ValueError for what makes no sense.

    >>> Options(max_parts=3, profile="vonage").terms.way.reference_bits
    16
    """

    deck: RateDeck | str | os.PathLike[str] | None = None
    text_column: str | None = None
    number_column: str | None = None
    at: date | datetime | None = None
    region: str | None = None
    max_parts: int | None = None
    prefix: str = ""
    languages: Iterable[int | str] = ()
    reference_bits: int | None = None
    boundary: Boundary | None = None
    profile: Profile | str | os.PathLike[str] | None = None
    transliterate: Iterable[str] = ()
    terms: Terms = field(init=False)
    added: AddedColumns = field(init=False)
    choice: ColumnChoice = field(init=False)

    def __post_init__(self) -> None:
        """Work the options out."""
        deck = self.deck
        if deck is not None and not isinstance(deck, RateDeck):
            deck = RateDeck.read(deck)
        if self.max_parts is not None and not 1 <= self.max_parts <= MAXIMUM_PARTS:
            raise ValueError(f"a maximum of parts is 1 to {MAXIMUM_PARTS}, not {self.max_parts}")
        day = as_day(self.at)
        region = None if self.region is None else check_region(self.region)
        way = find_way(None, self.languages, self.reference_bits, self.boundary, self.profile)
        _check_table(way)
        replacing = read_replacing(self.transliterate)
        changes = bool(replacing.names)
        added = AddedColumns(
            self.prefix,
            with_coding=bool(way.languages),
            with_text_sent=changes,
            currency=None if deck is None else deck.currency,
        )
        choice = ColumnChoice(self.text_column, self.number_column, deck is not None, added.names)
        terms = Terms(
            deck,
            None if deck is None else day,
            region,
            self.max_parts,
            way,
            replacing if changes else None,
        )
        object.__setattr__(self, "terms", terms)
        object.__setattr__(self, "added", added)
        object.__setattr__(self, "choice", choice)


def _check_table(way: Way) -> None:
    """Raise ProfileError for a table that cannot be used, which the first text would find out."""
    try:
        tally_many([""], way)
    except ValueError as fault:
        name = "a profile" if way.profile is None else way.profile.name
        raise ProfileError(name, str(fault), "table") from None
