"""Each row judged: its measure, the rate of its destination, and what is wrong with it.

The law of this file: one row is judged in one place, here, for every file format and for every
caller of batches, and in columns: a row is looked at alone only where it is odd. A row's fault is a
value in the problem column, never an exception. What can be known of a faulty row is filled in all
the same: its measure if it can be measured, its price if it can be priced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from smscore.bulk.addressing import Addresser
from smscore.bulk.annotations import (
    CLEAN,
    GSM7,
    NOWHERE,
    UNMEASURED,
    Annotation,
    begin,
    find_below,
    put,
)
from smscore.bulk.arrow import pc
from smscore.bulk.duplicates import SeenMessages
from smscore.bulk.measuring import measure_strings
from smscore.bulk.options import Terms
from smscore.bulk.rows import Rows, list_cells, note_fault, pick
from smscore.bulk.singly import measure_singly
from smscore.measuring import is_plain
from smscore.problems import Problem
from smscore.udh import MAXIMUM_PARTS

_CODE = pa.int8()
_CLEAN = pa.scalar(CLEAN, _CODE)

# Whatever stands in the cells of such a row may belong to others.
_UNREAD = frozenset({Problem.MALFORMED_ROW, Problem.UNDECODABLE_TEXT})


class Judge:
    """Judges batches of rows, one after the other, by the same terms.

    It remembers the messages of all of them if `duplicates` are looked for.
    """

    def __init__(self, terms: Terms, *, duplicates: bool = False) -> None:
        """Judge by some terms; nothing has been seen yet."""
        self._terms = terms
        self._seen = SeenMessages() if duplicates else None
        self._addresser: Addresser | None = None
        self._rejected: tuple[int, pa.Array | None] = (0, None)

    def judge(self, rows: Rows) -> Annotation:
        """Judge each row of a batch."""
        faults = dict(rows.faults)
        if is_plain(self._terms.way) and self._terms.replacing is None:
            found = _measure(rows, self._terms, faults)
        else:
            found = measure_singly(rows.texts, self._terms, faults)
        unread = {place: fault for place, fault in faults.items() if fault in _UNREAD}
        problems = _note(found.problems, _mark_faults(faults, len(rows)))
        found = replace(found, problems=_check_parts(found, problems, self._terms))
        if rows.numbers is None:
            return found
        return self._address(rows.numbers, found, unread)

    def _address(
        self, numbers: pa.Array, found: Annotation, unread: Mapping[int, Problem]
    ) -> Annotation:
        if self._addresser is None:
            deck, day = self._terms.deck, self._terms.day
            table = None if deck is None or day is None else deck.table(day)
            self._addresser = Addresser(table, self._terms.region)
        addressed = self._addresser.address(numbers)
        countries, rates, digits = addressed.countries, addressed.rates, addressed.digits
        problems = found.problems
        skipped = _mark(unread, len(numbers))
        bad = pc.not_equal(pc.cast(addressed.bad, _CODE), pa.scalar(0, _CODE))
        if skipped is not None:
            bad = pc.and_not(bad, skipped)
            countries = put(countries, skipped, NOWHERE)
            rates = put(rates, skipped, NOWHERE)
            digits = put(digits, skipped, 0)
        is_bad = bad.true_count > 0
        if is_bad:
            problems = _note_where(problems, bad, Problem.BAD_NUMBER)
        if self._terms.deck is not None:
            without = find_below(rates, 0)
            if without is not None:
                if is_bad:
                    without = pc.and_not(without, bad)
                if skipped is not None:
                    without = pc.and_not(without, skipped)
                problems = _note_where(problems, without, Problem.NO_RATE)
            rates, problems = self._price_only_sendable(rates, problems, found.problems)
        if self._seen is not None:
            again = self._seen.find(digits, found.texts, found.lengths)
            if again is not None:
                problems = _note_where(problems, again, Problem.DUPLICATE)
        return replace(
            found,
            countries=countries,
            rates=rates,
            problems=problems,
            addresser=self._addresser,
            country_names=addressed.country_names,
        )

    def _price_only_sendable(
        self, rates: pa.Array, problems: pa.Array, before: pa.Array
    ) -> tuple[pa.Array, pa.Array]:
        """Take the rate from what is rejected, and from what no provider takes."""
        rejects = self._list_rejects()
        if rejects is not None:
            place = pc.max_element_wise(rates, pa.scalar(0, rates.type))
            rejected = pc.and_(
                pc.greater_equal(rates, pa.scalar(0, rates.type)), rejects.take(place)
            )
            if rejected.true_count:
                problems = _note_where(problems, rejected, Problem.REJECTED_DESTINATION)
                rates = put(rates, rejected, NOWHERE)
        # Nobody is charged for what no provider takes.
        for problem in (Problem.TOO_LONG, Problem.OVER_LIMIT):
            unsendable = pc.equal(before, pa.scalar(int(problem), _CODE))
            if unsendable.true_count:
                rates = put(rates, unsendable, NOWHERE)
        return rates, problems

    def _list_rejects(self) -> pa.Array | None:
        """Tell which of the rates reject their destination; None if none does."""
        rates = () if self._addresser is None else self._addresser.rate_list
        if self._rejected[0] != len(rates):
            rejects = [rate.reject for rate in rates]
            self._rejected = len(rates), pa.array(rejects) if any(rejects) else None
        return self._rejected[1]


def _measure(rows: Rows, terms: Terms, faults: dict[int, Problem]) -> Annotation:
    """Measure texts in columns; note the faults of those that are not UTF-8."""
    texts = rows.texts
    measured = measure_strings(texts, terms.way.reference_bits, 1)
    alphabets, units, parts = measured.alphabets, measured.units, measured.parts
    if texts.null_count:
        # No text is an empty one.
        absent = texts.is_null()
        alphabets, parts = put(alphabets, absent, GSM7), put(parts, absent, 1)
    if measured.faults > texts.null_count:
        places = pc.indices_nonzero(pc.less(alphabets, pa.scalar(GSM7, _CODE)))
        _, found = list_cells(pick(texts, places))
        for place, fault in found.items():
            note_fault(faults, places[place].as_py(), fault)
    unmeasured = _mark(faults, len(rows))
    if unmeasured is not None:
        alphabets = put(alphabets, unmeasured, UNMEASURED)
        units, parts = put(units, unmeasured, 0), put(parts, unmeasured, 0)
    # In the plain way every character takes units.
    return begin(texts, alphabets, units, parts, units)


def _check_parts(found: Annotation, problems: pa.Array, terms: Terms) -> pa.Array:
    """Note what is empty, and what has more parts or characters than are allowed."""
    parts = found.parts
    measured = pc.greater_equal(found.alphabets, pa.scalar(GSM7, _CODE))
    empty = pc.and_(pc.equal(found.lengths, pa.scalar(0, pa.int32())), measured)
    if empty.true_count:
        problems = _note_where(problems, empty, Problem.EMPTY_TEXT)
    longest = pc.max(parts).as_py() or 0
    if longest > MAXIMUM_PARTS:
        problems = _note_where(problems, _find_above(parts, MAXIMUM_PARTS), Problem.TOO_LONG)
    if terms.max_parts is not None and longest > terms.max_parts:
        too_many = _find_above(parts, terms.max_parts)
        problems = _note_where(problems, too_many, Problem.TOO_MANY_PARTS)
    profile = terms.way.profile
    if profile is None or (profile.max_characters is None and profile.max_parts is None):
        return problems
    over = _find_above(parts, profile.max_parts or MAXIMUM_PARTS)
    if profile.max_characters is not None:
        places = pc.indices_nonzero(measured)
        long = _find_above(pc.utf8_length(pick(found.texts, places)), profile.max_characters)
        marked = _mark(dict.fromkeys(places.filter(long).to_pylist()), len(parts))
        over = over if marked is None else pc.or_(over, marked)
    return _note_where(problems, over, Problem.OVER_LIMIT)


def _mark(places: Mapping[int, object], count: int) -> pa.Array | None:
    """Mark some places of a column; None if there are none."""
    if not places:
        return None
    marks = bytearray(count)
    for place in places:
        marks[place] = 1
    column = pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(marks)])
    return column.cast(pa.bool_())


def _mark_faults(faults: Mapping[int, Problem], count: int) -> pa.Array | None:
    if not faults:
        return None
    codes = bytearray([CLEAN]) * count
    for place, fault in faults.items():
        codes[place] = fault
    return pa.Array.from_buffers(_CODE, count, [None, pa.py_buffer(codes)])


def _note(problems: pa.Array, others: pa.Array | None) -> pa.Array:
    """Keep the problem that comes first of those that a row has."""
    return problems if others is None else pc.min_element_wise(problems, others)


def _note_where(problems: pa.Array, where: pa.Array, problem: Problem) -> pa.Array:
    return _note(problems, pc.if_else(where, pa.scalar(int(problem), _CODE), _CLEAN))


def _find_above(column: pa.Array, limit: int) -> pa.Array:
    return pc.greater(column, pa.scalar(min(limit, 2**31 - 1), column.type))
