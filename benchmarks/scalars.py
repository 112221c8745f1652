"""One text and a list of texts: the public calls, beside the least that Python can do with them.

The law of this file: the loop over the texts is part of what is measured, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import smscore
from benchmarks import corpora, kernels, references
from benchmarks.references import each
from benchmarks.tables import Row, by_kernel, list_rows, show_ratio, write_table
from benchmarks.timing import Case, take_turns

LIST_ROUNDS = 7
SCALAR_COUNT = 1000
LIST_COUNT = 10_000


def compare_scalars(rounds: int) -> Iterator[str]:
    """Hold `measure(text)` against calls that do nothing, an encoding, and handwork."""
    rows: list[Row] = []
    floors: dict[str, Callable[[str], object]] = {
        "÷ empty function": references.nothing,
        "÷ empty builtin": callable,
        "÷ `str.encode`": str.encode,
        "÷ hand-written Python": references.hand_written,
    }
    for corpus in corpora.CORPORA:
        texts = corpora.texts(corpus, SCALAR_COUNT)
        cases = {name: Case(partial(each, floor, texts)) for name, floor in floors.items()}
        cases |= by_kernel(partial(each, smscore.measure, texts))
        rows += list_rows(corpus, take_turns(cases, rounds), floors)
    yield "## One text: `measure(text)` in a loop"
    yield ""
    yield from write_table(["corpus", "kernel", *floors, "pure ÷ it"], rows, words=2)


def compare_functions(rounds: int) -> Iterator[str]:
    """Hold the functions that say more, or choose otherwise, against `measure`."""
    rows: list[Row] = []
    texts = corpora.texts("E", SCALAR_COUNT)
    names = ("count_parts", "detect", "split")
    for kernel in kernels.built():
        cases = {
            name: Case(partial(each, getattr(smscore, name), texts), kernel)
            for name in ("measure", *names)
        }
        turns = take_turns(cases, rounds)
        rows.append([kernel, *(show_ratio(turns.ratio(name, "measure")) for name in names)])
    yield "## One text: the other functions, corpus E"
    yield ""
    yield from write_table(["kernel", *(f"`{name}` ÷ `measure`" for name in names)], rows)


def compare_lists() -> Iterator[str]:
    """Hold `measure_many(texts)` against a list of the encoded texts."""
    rows: list[Row] = []
    floor = "÷ `[s.encode() for s in texts]`"
    for corpus in corpora.CORPORA:
        texts = corpora.texts(corpus, LIST_COUNT)
        cases = {floor: Case(partial(references.encode, texts))}
        cases |= by_kernel(partial(smscore.measure_many, texts))
        rows += list_rows(corpus, take_turns(cases, LIST_ROUNDS), [floor])
    yield f"## A list: `measure_many` on {LIST_COUNT:,} texts"
    yield ""
    yield from write_table(["corpus", "kernel", floor, "pure ÷ it"], rows, words=2)
