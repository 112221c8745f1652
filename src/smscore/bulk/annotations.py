"""What is found out about rows, in columns of numbers; and the columns that a batch gets of them.

The law of this file: a number stands for a value, and which one is told once, here. A column of
numbers has no nulls; the columns that are written have one wherever a value cannot be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from smscore.bulk.addressing import Addresser
from smscore.bulk.arrow import pc
from smscore.bulk.options import CODING_TYPE, LABEL_TYPE, PRICE_TYPE
from smscore.coding import Alphabet
from smscore.decks import Rate
from smscore.problems import Problem

GSM7, UCS2, UNMEASURED = 0, 1, -1
"""What the column of alphabets holds."""

NOWHERE = -1
"""Where the column of countries, or that of rates, has none."""

CLEAN = 127
"""Where the column of problems has none, so that of two problems the lower one is the row's."""

ALPHABETS = (Alphabet.GSM7, Alphabet.UCS2)

PROBLEMS = {int(problem): problem for problem in Problem}

_PROBLEM_LABELS = pa.array([problem.label for problem in Problem], pa.string())
_ALPHABET_LABELS = pa.array([alphabet.value for alphabet in ALPHABETS], pa.string())
_OCTET_TYPE = pa.int8()


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is known of each row of a batch, by place.

    `texts` are those that were judged. `units` and `parts` are 0 where there is no alphabet;
    `lengths`, which count characters or units, are 0 where there is no text either.
    `countries` are indices into `country_names`, `rates` into the rates of `addresser`; without
    numbers there is none. `codings` are there only where languages are allowed. Where texts are
    replaced, `texts_sent` has them as they are to be sent, null where they cannot be, and
    `parts_before` the parts of each that was changed, by place.
    """

    texts: pa.Array = field(repr=False)
    alphabets: pa.Array
    units: pa.Array
    parts: pa.Array
    lengths: pa.Array
    countries: pa.Array
    rates: pa.Array
    problems: pa.Array
    addresser: Addresser | None = field(repr=False, default=None)
    country_names: Sequence[str] = field(repr=False, default=())
    codings: pa.Array | None = None
    texts_sent: pa.Array | None = field(repr=False, default=None)
    parts_before: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.alphabets)

    @property
    def rate_list(self) -> Sequence[Rate]:
        """The rates that the column of rates points into."""
        return () if self.addresser is None else self.addresser.rate_list

    def list_problems(self) -> list[Problem | None]:
        """List the problem of each row."""
        return [PROBLEMS.get(number) for number in self.problems.to_pylist()]

    def arrays(self, currency: str | None) -> list[pa.Array]:
        """Give the columns that are added to a batch, in the order of `AddedColumns`."""
        missing = find_below(self.alphabets, 0)
        no_rate = find_below(self.rates, 0)
        parts = blank(self.parts, missing)
        arrays = [
            _label(blank(self.alphabets, missing), _ALPHABET_LABELS),
            blank(self.units, missing),
            parts,
            self._price(parts),
            _label(
                blank(fill(_OCTET_TYPE, 0, len(self)), no_rate),
                pa.array([] if currency is None else [currency], pa.string()),
            ),
            _label(self._problem_indices(), _PROBLEM_LABELS),
        ]
        if self.codings is not None:
            arrays.append(self.codings)
        if self.texts_sent is not None:
            arrays.append(self.texts_sent)
        return arrays

    def _price(self, parts: pa.Array) -> pa.Array:
        if self.addresser is None or not self.rate_list:
            return pa.nulls(len(self), PRICE_TYPE)
        return self.addresser.price(self.rates, parts)

    def _problem_indices(self) -> pa.Array:
        clean = pc.equal(self.problems, pa.scalar(CLEAN, _OCTET_TYPE))
        if clean.true_count == len(self):
            return pa.nulls(len(self), _OCTET_TYPE)
        return blank(pc.subtract(self.problems, pa.scalar(1, _OCTET_TYPE)), clean)


def begin(
    texts: pa.Array, alphabets: pa.Array, units: pa.Array, parts: pa.Array, lengths: pa.Array
) -> Annotation:
    """Begin an annotation with the measures."""
    count = len(alphabets)
    return Annotation(
        texts=texts,
        alphabets=alphabets,
        units=units,
        parts=parts,
        lengths=lengths,
        countries=fill(pa.int16(), NOWHERE, count),
        rates=fill(pa.int32(), NOWHERE, count),
        problems=fill(_OCTET_TYPE, CLEAN, count),
    )


def append_annotation(
    batch: pa.RecordBatch, annotation: Annotation, schema: pa.Schema, currency: str | None
) -> pa.RecordBatch:
    """Put the columns of an annotation behind those of its batch."""
    columns = [*batch.columns, *annotation.arrays(currency)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def fill(kind: pa.DataType, value: int, count: int) -> pa.Array:
    """Make a column of one number, over and over."""
    return pa.repeat(pa.scalar(value, kind), count)


def find_below(column: pa.Array, limit: int) -> pa.Array | None:
    """Mark the rows whose number is less; None if there is none."""
    found = pc.less(column, pa.scalar(limit, column.type))
    return found if found.true_count else None


def blank(column: pa.Array, missing: pa.Array | None) -> pa.Array:
    """Put nulls where a column has no value."""
    return column if missing is None else pc.if_else(missing, pa.scalar(None, column.type), column)


def put(column: pa.Array, where: pa.Array, value: int) -> pa.Array:
    """Put a number in the marked places of a column."""
    return pc.if_else(where, pa.scalar(value, column.type), column)


def as_labels(labels: Sequence[str | None]) -> pa.DictionaryArray:
    """Make a column of codings of their names."""
    return pa.array(labels, pa.string()).dictionary_encode().cast(CODING_TYPE)


def _label(indices: pa.Array, labels: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(indices, labels, safe=False).cast(LABEL_TYPE)
