"""Texts measured one by one, where no kernel measures a whole column.

The law of this file: what is counted is what `smscore.measure` counts; languages, grapheme
boundaries, a profile's own alphabet, and what is replaced before, are counted here.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from smscore.bulk.annotations import ALPHABETS, UNMEASURED, Annotation, as_labels, begin
from smscore.bulk.options import Terms
from smscore.bulk.rows import list_cells, make_column, note_fault
from smscore.coding import coding_of
from smscore.counting import tally
from smscore.measuring import tally_many
from smscore.problems import Problem


def measure_singly(column: pa.Array, terms: Terms, faults: dict[int, Problem]) -> Annotation:
    """Measure each text, what is replaced in it replaced; note the faults that are found."""
    cells, undecodable = list_cells(column)
    for place, fault in undecodable.items():
        note_fault(faults, place, fault)
    texts = [text or "" for text in cells]
    numbers, units, parts = tally_many(texts, terms.way)
    before: dict[int, int] = {}
    if terms.replacing is not None:
        before = _replace(texts, parts, faults, terms)
        for place in before:
            numbers[place], units[place], parts[place], _ = tally(texts[place], terms.way)
    for place, number in enumerate(numbers):
        if number < 0 and place not in faults:
            # What is not UTF-8 was found out before.
            faults[place] = Problem.UNMAPPABLE
    places = {each: ALPHABETS.index(coding_of(each).alphabet) for each in set(numbers) if each >= 0}
    alphabets = array("b", [places.get(number, UNMEASURED) for number in numbers])
    for place in faults:
        alphabets[place] = UNMEASURED
        units[place] = parts[place] = 0
    codings = texts_sent = None
    if terms.way.languages:
        names = {each: str(coding_of(each)) for each in set(numbers) if each >= 0}
        measured = zip(numbers, alphabets, strict=True)
        codings = as_labels([None if at < 0 else names[number] for number, at in measured])
    if terms.replacing is not None:
        measured_texts = zip(texts, alphabets, strict=True)
        texts_sent = make_column([None if at < 0 else text for text, at in measured_texts])
        column = texts_sent
    # A provider may leave nothing of a text.
    lengths = array("i", map(len, texts))
    for place in faults:
        lengths[place] = 0
    numbered = (as_column(each) for each in (alphabets, units, parts, lengths))
    found = begin(column, *numbered)
    return replace(found, codings=codings, texts_sent=texts_sent, parts_before=before)


def as_column(numbers: array[int]) -> pa.Array:
    """Make a column of an array, where it lies."""
    kind = pa.int8() if numbers.typecode == "b" else pa.int32()
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def _replace(
    texts: list[str], parts: Sequence[int], faults: Mapping[int, Problem], terms: Terms
) -> dict[int, int]:
    """Replace characters in the texts that then take fewer parts; give the parts before."""
    before: dict[int, int] = {}
    for place, text in enumerate(texts):
        # What takes one part cannot take fewer, and what has a fault takes none.
        if terms.replacing is not None and parts[place] > 1 and place not in faults:
            sent, fewer = terms.replacing.send(text, parts[place], terms.way)
            if fewer < parts[place]:
                before[place] = parts[place]
                texts[place] = sent
    return before
