"""Arrow columns in, measured and priced columns out.

The law of this file: one row is judged in one place, here, for every file format and for every
caller of batches. A row's fault is a value in the problem column, never an exception. What can be
known of a faulty row is filled in all the same: its measure if it can be measured, its price if
it can be priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from smscore.bulk.duplicates import SeenMessages
from smscore.bulk.header import ColumnChoice
from smscore.bulk.parquet_rows import check_types, is_text, make_rows, read_column
from smscore.bulk.rows import Rows
from smscore.coding import Alphabet
from smscore.decks import Rate, RateDeck
from smscore.errors import InvalidNumber
from smscore.measuring import measure_many
from smscore.numbering import check_region, parse_number
from smscore.problems import Problem
from smscore.quoting import as_day
from smscore.udh import MAXIMUM_PARTS

PRICE_TYPE = pa.decimal128(38, 12)
LABEL_TYPE = pa.dictionary(pa.int8(), pa.string())

BATCH_NAME = "the batch"
"""What errors call a record batch, which has no name as a file has."""

_ALPHABETS = {alphabet.dcs: alphabet for alphabet in Alphabet}

# Whatever stands in the cells of such a row may belong to others.
_UNREAD = frozenset({Problem.MALFORMED_ROW, Problem.UNDECODABLE_TEXT})

_FIELDS = (
    ("alphabet", LABEL_TYPE),
    ("units", pa.int32()),
    ("parts", pa.int32()),
    ("price", PRICE_TYPE),
    ("currency", LABEL_TYPE),
    ("problem", LABEL_TYPE),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What rows are priced by and held against; without a deck they are measured only."""

    deck: RateDeck | None = None
    day: date | None = None
    region: str | None = None
    max_parts: int | None = None

    @classmethod
    def make(
        cls,
        deck: RateDeck | None,
        at: date | datetime | None,
        region: str | None,
        max_parts: int | None,
    ) -> Terms:
        """Check what a caller gave; ValueError for what makes no sense."""
        if max_parts is not None and not 1 <= max_parts <= MAXIMUM_PARTS:
            raise ValueError(f"a maximum of parts is 1 to {MAXIMUM_PARTS}, not {max_parts}")
        day = as_day(at)
        return cls(
            deck,
            None if deck is None else day,
            None if region is None else check_region(region),
            max_parts,
        )


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is known of each row of a batch, by place; None is what cannot be known."""

    alphabets: list[Alphabet | None]
    units: list[int | None]
    parts: list[int | None]
    countries: list[str | None]
    rates: list[Rate | None]
    problems: list[Problem | None]

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
        """Give the columns that are added to a batch, in the order of `annotation_names`."""
        return [
            _as_labels(self.alphabets),
            pa.array(self.units, pa.int32()),
            pa.array(self.parts, pa.int32()),
            pa.array(self.prices(), PRICE_TYPE),
            _as_labels(self.currencies()),
            _as_labels(self.labels()),
        ]


def annotation_names(prefix: str = "") -> tuple[str, ...]:
    """Name the columns that an annotated batch has more."""
    return tuple(prefix + name for name, _ in _FIELDS)


def annotated_schema(schema: pa.Schema, prefix: str = "") -> pa.Schema:
    """Give the schema of an annotated batch."""
    for name, kind in _FIELDS:
        schema = schema.append(pa.field(prefix + name, kind))
    return schema


def append_annotation(
    batch: pa.RecordBatch, annotation: Annotation, schema: pa.Schema
) -> pa.RecordBatch:
    """Put the columns of an annotation behind those of its batch."""
    return pa.RecordBatch.from_arrays([*batch.columns, *annotation.arrays()], schema=schema)


def annotate(rows: Rows, terms: Terms, seen: SeenMessages | None = None) -> Annotation:
    """Judge each row: its measure, the rate of its destination, and what is wrong with it."""
    count = len(rows.texts)
    found = Annotation(
        alphabets=[None] * count,
        units=[None] * count,
        parts=[None] * count,
        countries=[None] * count,
        rates=[None] * count,
        problems=[None] * count,
    )
    for place, fault in rows.faults.items():
        found.problems[place] = fault
    _measure(rows, terms, found)
    if rows.numbers is not None:
        _address(rows, rows.numbers, terms, seen, found)
    return found


def _measure(rows: Rows, terms: Terms, found: Annotation) -> None:
    texts = [text or "" for text in rows.texts]
    dcs, units, parts = measure_many(texts)
    for place, text in enumerate(texts):
        if place in rows.faults:
            continue
        if dcs[place] < 0:
            found.problems[place] = Problem.LONE_SURROGATE
            continue
        found.alphabets[place] = _ALPHABETS[dcs[place]]
        found.units[place] = units[place]
        found.parts[place] = parts[place]
        if not text:
            _note(found, place, Problem.EMPTY_TEXT)
        elif parts[place] > MAXIMUM_PARTS:
            _note(found, place, Problem.TOO_LONG)
        elif terms.max_parts is not None and parts[place] > terms.max_parts:
            _note(found, place, Problem.TOO_MANY_PARTS)


def _address(
    rows: Rows,
    numbers: list[str | None],
    terms: Terms,
    seen: SeenMessages | None,
    found: Annotation,
) -> None:
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
            elif found.problems[place] is not Problem.TOO_LONG:
                found.rates[place] = rate
        text = rows.texts[place]
        if seen is not None and text and found.parts[place] and seen.add(number.e164, text):
            _note(found, place, Problem.DUPLICATE)


def _note(found: Annotation, place: int, problem: Problem) -> None:
    """Keep the problem that comes first of those that a row has."""
    other = found.problems[place]
    found.problems[place] = problem if other is None else min(other, problem)


def _as_labels(labels: Sequence[str | None]) -> pa.DictionaryArray:
    return pa.array(labels, pa.string()).dictionary_encode().cast(LABEL_TYPE)


def quote_batch(
    batch: pa.RecordBatch,
    *,
    deck: RateDeck | None = None,
    text_column: str | None = None,
    number_column: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    prefix: str = "",
) -> pa.RecordBatch:
    r"""Measure and price one Arrow record batch: the same columns come out, and six more.

    They are alphabet ("gsm7", "ucs2"), units, parts, price (decimal128, exact), currency and
    problem (a label of `Problem`, or null). The columns of texts and numbers are found by name,
    or named; without a deck nothing is priced. Raises BulkFileError if the columns do not do,
    ValueError for an option that makes no sense. Duplicates are a matter of more than one batch:
    see `validate_batches`.

    >>> batch = pa.RecordBatch.from_pydict({"to": ["+447700900123"], "text": ["Hello €"]})
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quote_batch(batch, deck=deck, at=date(2026, 1, 1)).to_pylist()[0]["price"]
    Decimal('0.040000000000')
    """
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError(f"one record batch is needed, not {type(batch).__name__}")
    terms = Terms.make(deck, at, region, max_parts)
    choice = ColumnChoice(text_column, number_column, deck is not None, annotation_names(prefix))
    columns = choice.find(batch.schema.names, BATCH_NAME)
    check_types(batch.schema, columns, BATCH_NAME)
    annotation = annotate(make_rows(batch, columns), terms)
    return append_annotation(batch, annotation, annotated_schema(batch.schema, prefix))


def measure_column(strings: object) -> pa.RecordBatch:
    """Measure an Arrow array of strings: alphabet, units, parts and problem of each.

    Takes pyarrow arrays and chunked arrays, and whatever speaks the Arrow PyCapsule interface
    (`__arrow_c_array__`, `__arrow_c_stream__`). A null has no measure and no problem. Raises
    TypeError for what is no array of strings.

    >>> measure_column(pa.array(["Hello", "Привет", None])).to_pydict()["alphabet"]
    ['gsm7', 'ucs2', None]
    """
    array = _as_array(strings)
    texts, faults = read_column(array)
    rows = Rows(texts, None, faults, None)
    found = annotate(rows, Terms())
    for place, text in enumerate(texts):
        if text is None and place not in faults:
            found.alphabets[place] = found.units[place] = found.parts[place] = None
            found.problems[place] = None
        elif found.problems[place] is Problem.EMPTY_TEXT:
            found.problems[place] = None
    alphabet, units, parts, _, _, problem = found.arrays()
    return pa.RecordBatch.from_arrays(
        [alphabet, units, parts, problem], names=["alphabet", "units", "parts", "problem"]
    )


def _as_array(strings: object) -> pa.Array:
    if hasattr(strings, "__arrow_c_stream__"):
        array = pa.chunked_array(strings)
    elif hasattr(strings, "__arrow_c_array__"):
        array = pa.array(strings)
    else:
        raise TypeError(f"an Arrow array of strings is needed, not {type(strings).__name__}")
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not is_text(array.type):
        raise TypeError(f"an Arrow array of strings is needed, not of {array.type}")
    return array
