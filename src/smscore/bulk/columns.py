"""Arrow columns in, measured and priced columns out.

The law of this file: one row is judged in one place, here, for every file format and for every
caller of batches. A row's fault is a value in the problem column, never an exception. What can be
known of a faulty row is filled in all the same: its measure if it can be measured, its price if
it can be priced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from os import PathLike

import pyarrow as pa

from smscore.bulk.duplicates import SeenMessages
from smscore.bulk.options import CODING_TYPE, LABEL_TYPE, PRICE_TYPE, Options, Terms
from smscore.bulk.parquet_rows import check_types, make_rows
from smscore.bulk.rows import Rows
from smscore.coding import Alphabet, Boundary, coding_of
from smscore.counting import tally
from smscore.decks import Rate, RateDeck
from smscore.errors import InvalidNumber
from smscore.measuring import tally_many
from smscore.numbering import parse_number
from smscore.problems import Problem
from smscore.profiles import Profile
from smscore.udh import MAXIMUM_PARTS

BATCH_NAME = "the batch"
"""What errors call a record batch, which has no name as a file has."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_ALPHABETS = {alphabet.dcs: alphabet for alphabet in Alphabet}

# Whatever stands in the cells of such a row may belong to others.
_UNREAD = frozenset({Problem.MALFORMED_ROW, Problem.UNDECODABLE_TEXT})

# Nobody is charged for what no provider takes.
_UNSENDABLE = frozenset({Problem.TOO_LONG, Problem.OVER_LIMIT})


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is known of each row of a batch, by place; None is what cannot be known.

    `codings` are there only where languages are allowed. Where texts are replaced, `texts_sent` has
    them as they are to be sent, and `parts_before` the parts of each that was changed, by place.
    """

    alphabets: list[Alphabet | None]
    units: list[int | None]
    parts: list[int | None]
    countries: list[str | None]
    rates: list[Rate | None]
    problems: list[Problem | None]
    codings: list[str | None] | None
    texts_sent: list[str | None] | None = field(default=None, repr=False)
    parts_before: dict[int, int] = field(default_factory=dict)

    def prices(self) -> list[Decimal | None]:
        """Compute what each row costs, exactly."""
        return [
            None if rate is None or parts is None else rate.charge(parts)
            for rate, parts in zip(self.rates, self.parts, strict=True)
        ]

    def currencies(self) -> list[str | None]:
        """Name the currency of each price."""
        return [None if rate is None else rate.currency for rate in self.rates]

    def labels(self) -> list[str | None]:
        """Label the problem of each row."""
        return [None if problem is None else problem.label for problem in self.problems]

    def arrays(self) -> list[pa.Array]:
        """Give the columns that are added to a batch, in the order of `AddedColumns`."""
        arrays = [
            _as_labels(self.alphabets),
            pa.array(self.units, pa.int32()),
            pa.array(self.parts, pa.int32()),
            pa.array(self.prices(), PRICE_TYPE),
            _as_labels(self.currencies()),
            _as_labels(self.labels()),
        ]
        if self.codings is not None:
            arrays.append(_as_labels(self.codings, CODING_TYPE))
        if self.texts_sent is not None:
            arrays.append(pa.array(self.texts_sent, pa.string()))
        return arrays


def append_annotation(
    batch: pa.RecordBatch, annotation: Annotation, schema: pa.Schema
) -> pa.RecordBatch:
    """Put the columns of an annotation behind those of its batch."""
    return pa.RecordBatch.from_arrays([*batch.columns, *annotation.arrays()], schema=schema)


def annotate(rows: Rows, terms: Terms, seen: SeenMessages | None = None) -> Annotation:
    """Judge each row: its measure, the rate of its destination, and what is wrong with it."""
    count = len(rows.texts)
    codings: list[str | None] = [None] * count
    texts_sent: list[str | None] = [None] * count
    found = Annotation(
        alphabets=[None] * count,
        units=[None] * count,
        parts=[None] * count,
        countries=[None] * count,
        rates=[None] * count,
        problems=[None] * count,
        codings=codings if terms.way.languages else None,
        texts_sent=None if terms.replacing is None else texts_sent,
    )
    for place, fault in rows.faults.items():
        found.problems[place] = fault
    _measure(rows, terms, found)
    if rows.numbers is not None:
        _address(rows, rows.numbers, terms, seen, found)
    return found


def _measure(rows: Rows, terms: Terms, found: Annotation) -> None:
    texts = [text or "" for text in rows.texts]
    numbers, units, parts = tally_many(texts, terms.way)
    if terms.replacing is not None:
        for place in _replace(texts, parts, rows.faults, terms, found):
            numbers[place], units[place], parts[place], _ = tally(texts[place], terms.way)
    alphabets = _ALPHABETS
    if numbers.typecode != "b":
        # Numbers of codings that have shifts need more than an octet.
        alphabets = {each: coding_of(each).alphabet for each in set(numbers) if each >= 0}
    for place, text in enumerate(texts):
        if place in rows.faults:
            continue
        if numbers[place] < 0:
            found.problems[place] = _name_fault(text)
            continue
        found.alphabets[place] = alphabets[numbers[place]]
        found.units[place] = units[place]
        found.parts[place] = parts[place]
        if not text:
            _note(found, place, Problem.EMPTY_TEXT)
        elif parts[place] > MAXIMUM_PARTS:
            _note(found, place, Problem.TOO_LONG)
        elif terms.max_parts is not None and parts[place] > terms.max_parts:
            _note(found, place, Problem.TOO_MANY_PARTS)
    _complete(found, texts, numbers)
    _check_limits(texts, terms.way.profile, found)


def _complete(found: Annotation, texts: list[str], numbers: Sequence[int]) -> None:
    """Fill in the columns that are only there where something asks for them."""
    if found.codings is not None:
        names = {each: str(coding_of(each)) for each in set(numbers) if each >= 0}
        for place, alphabet in enumerate(found.alphabets):
            found.codings[place] = None if alphabet is None else names[numbers[place]]
    if found.texts_sent is not None:
        measured = zip(texts, found.parts, strict=True)
        found.texts_sent[:] = [None if number is None else text for text, number in measured]


def _replace(
    texts: list[str],
    parts: Sequence[int],
    faults: Mapping[int, Problem],
    terms: Terms,
    found: Annotation,
) -> list[int]:
    """Replace characters in the texts that then take fewer parts, and list their places."""
    for place, text in enumerate(texts):
        # What takes one part cannot take fewer, and what has a fault takes none.
        if terms.replacing is not None and parts[place] > 1 and place not in faults:
            sent, fewer = terms.replacing.send(text, parts[place], terms.way)
            if fewer < parts[place]:
                found.parts_before[place] = parts[place]
                texts[place] = sent
    return list(found.parts_before)


def _name_fault(text: str) -> Problem:
    # Half a character has no place in any alphabet; with one, no other fault counts.
    return Problem.LONE_SURROGATE if _SURROGATES.search(text) else Problem.UNMAPPABLE


def _check_limits(texts: list[str], profile: Profile | None, found: Annotation) -> None:
    """Note the rows that have more characters or parts than the profile's provider takes."""
    if profile is None or (profile.max_characters is None and profile.max_parts is None):
        return
    characters = profile.max_characters or sys.maxsize
    most = profile.max_parts or MAXIMUM_PARTS
    for place, parts in enumerate(found.parts):
        if parts is not None and (parts > most or len(texts[place]) > characters):
            _note(found, place, Problem.OVER_LIMIT)


def _address(
    rows: Rows,
    numbers: list[str | None],
    terms: Terms,
    seen: SeenMessages | None,
    found: Annotation,
) -> None:
    texts = rows.texts if found.texts_sent is None else found.texts_sent
    table = None if terms.deck is None or terms.day is None else terms.deck.table(terms.day)
    for place, cell in enumerate(numbers):
        if rows.faults.get(place) in _UNREAD:
            continue
        try:
            number = parse_number(cell or "", region=terms.region)
        except InvalidNumber:
            _note(found, place, Problem.BAD_NUMBER)
            continue
        found.countries[place] = number.country
        if table is not None:
            rate = table.find(number.digits, number.country)
            if rate is None:
                _note(found, place, Problem.NO_RATE)
            elif rate.reject:
                _note(found, place, Problem.REJECTED_DESTINATION)
            elif found.problems[place] not in _UNSENDABLE:
                found.rates[place] = rate
        text = texts[place]
        if seen is not None and text and found.parts[place] and seen.add(number.e164, text):
            _note(found, place, Problem.DUPLICATE)


def _note(found: Annotation, place: int, problem: Problem) -> None:
    """Keep the problem that comes first of those that a row has."""
    other = found.problems[place]
    found.problems[place] = problem if other is None else min(other, problem)


def _as_labels(labels: Sequence[str | None], kind: pa.DataType = LABEL_TYPE) -> pa.DictionaryArray:
    return pa.array(labels, pa.string()).dictionary_encode().cast(kind)


def quote_batch(
    batch: pa.RecordBatch,
    *,
    deck: RateDeck | None = None,
    text_column: str | None = None,
    number_column: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
    prefix: str = "",
) -> pa.RecordBatch:
    r"""Measure and price one Arrow record batch: the same columns come out, and six more.

    They are alphabet ("gsm7", "ucs2"), units, parts, price (decimal128, exact), currency and
    problem (a label of `Problem`, or null); where `languages`, or those of the `profile`, are
    allowed, a seventh is coding, such as "gsm7 with locking Turkish". The columns of texts and
    numbers are found by name, or named; without a deck nothing is priced. How texts are counted is
    said as to `smscore.measure`. Raises BulkFileError if the columns do not do, ProfileError,
    ValueError for an option that makes no sense. Duplicates are a matter of more than one batch:
    see `validate_batches`.

    >>> batch = pa.RecordBatch.from_pydict({"to": ["+447700900123"], "text": ["Hello €"]})
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quote_batch(batch, deck=deck, at=date(2026, 1, 1)).to_pylist()[0]["price"]
    Decimal('0.040000000000')
    """
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError(f"one record batch is needed, not {type(batch).__name__}")
    options = Options(
        deck=deck,
        text_column=text_column,
        number_column=number_column,
        at=at,
        region=region,
        max_parts=max_parts,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
        prefix=prefix,
    )
    columns = options.choice.find(batch.schema.names, BATCH_NAME)
    check_types(batch.schema, columns, BATCH_NAME)
    annotation = annotate(make_rows(batch, columns), options.terms)
    return append_annotation(batch, annotation, options.added.extend(batch.schema))
