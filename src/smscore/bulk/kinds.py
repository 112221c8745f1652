"""How many rows there are of each kind: alphabet, parts, country, rate and problem.

The law of this file: a kind is one number while rows are counted, and its five values when all are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from smscore.bulk.annotations import ALPHABETS, CLEAN, PROBLEMS, Annotation
from smscore.bulk.arrow import pc
from smscore.coding import Alphabet
from smscore.decks import Rate
from smscore.problems import Problem

_WIDE = pa.int64()

# Of 64 bits, from the lowest; the rate has what is left.
_PROBLEM_BITS, _ALPHABET_BITS, _COUNTRY_BITS, _PARTS_BITS = 4, 2, 10, 26
_MOST_RATES = (1 << 22) - 2
_ALL_BITS = (1 << 64) - 1

_NO_PROBLEM = CLEAN & ((1 << _PROBLEM_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rows of a kind have in common; None is what cannot be known of them."""

    alphabet: Alphabet | None
    parts: int | None
    country: str | None
    rate: Rate | None
    problem: Problem | None


class Kinds:
    """Counts rows by what they are."""

    def __init__(self) -> None:
        """Count from zero."""
        self._rows: Counter[int] = Counter()
        self._merged: Counter[Kind] = Counter()
        self._last: Annotation | None = None

    def add(self, found: Annotation) -> None:
        """Count the rows of a batch; the rates and countries of all are those of one addresser."""
        if len(found.rate_list) > _MOST_RATES:
            raise OverflowError(f"a deck has at most {_MOST_RATES:,} rates in use")
        problems = pc.bit_wise_and(found.problems, pa.scalar(_NO_PROBLEM, pa.int8()))
        keys = _shift_in(None, found.rates, 0, more=1)
        keys = _shift_in(keys, found.parts, _PARTS_BITS)
        keys = _shift_in(keys, found.countries, _COUNTRY_BITS, more=1)
        keys = _shift_in(keys, found.alphabets, _ALPHABET_BITS, more=1)
        keys = _shift_in(keys, problems, _PROBLEM_BITS)
        kinds, counts = pc.value_counts(keys).flatten()
        for kind, count in zip(kinds.to_pylist(), counts.to_pylist(), strict=True):
            self._rows[kind] += count
        self._last = found

    def __iter__(self) -> Iterator[tuple[Kind, int]]:
        """Give each kind, and its rows; a kind may come again with more rows."""
        for key, rows in self._rows.items():
            yield self._read(key), rows
        yield from self._merged.items()

    def merge(self, other: Iterable[tuple[Kind, int]]) -> None:
        """Count rows that were counted elsewhere."""
        for kind, rows in other:
            self._merged[kind] += rows

    def _read(self, key: int) -> Kind:
        key, problem = _shift_out(key & _ALL_BITS, _PROBLEM_BITS)
        key, alphabet = _shift_out(key, _ALPHABET_BITS)
        key, country = _shift_out(key, _COUNTRY_BITS)
        rate, parts = _shift_out(key, _PARTS_BITS)
        countries = () if self._last is None else self._last.country_names
        rates = () if self._last is None else self._last.rate_list
        return Kind(
            ALPHABETS[alphabet - 1] if alphabet else None,
            parts if alphabet else None,
            countries[country - 1] if country else None,
            rates[rate - 1] if rate else None,
            None if problem == _NO_PROBLEM else PROBLEMS[problem],
        )


def _shift_in(keys: pa.Array | None, column: pa.Array, bits: int, more: int = 0) -> pa.Array:
    values = column.cast(_WIDE)
    if more:
        values = pc.add(values, pa.scalar(more, _WIDE))
    if keys is None:
        return values
    return pc.bit_wise_or(pc.shift_left(keys, pa.scalar(bits, _WIDE)), values)


def _shift_out(key: int, bits: int) -> tuple[int, int]:
    return key >> bits, key & ((1 << bits) - 1)
