"""What was found of the slices of a file, put together.

The law of this file: what comes out is the report of the whole file, in every figure, or nothing
at all: a slice that is missing or there twice, or was judged by other terms, is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise

from smscore.bulk.figures import Source
from smscore.bulk.reports import Report
from smscore.bulk.slices import Slice
from smscore.bulk.summary import Summary
from smscore.bulk.validation import Run

NUMBERS_TOLD = 10
"""How many of the slices that are missing are named."""


def merge(runs: Iterable[Run]) -> Report:
    """Give the report of a file from the runs that have judged its slices, in any order.

    It equals the report of the whole file with `duplicates=False`. The runs may have been pickled.
    Raises ValueError if a slice is missing or there twice, if a run has judged anything but one
    slice, or if not all have been given the same options (the day of the prices is one: give `at`).

    >>> from smscore.bulk import cut_file, validate_file
    >>> runs = []
    >>> for part in cut_file("examples/campaign.csv", 3):
    ...     runs.append(Run(duplicates=False))
    ...     runs[-1].validate("examples/campaign.csv", part=part)
    >>> merge(runs) == validate_file("examples/campaign.csv", duplicates=False)
    True
    """
    found = sorted(map(_take, runs), key=lambda each: each[0].number)
    if not found:
        raise ValueError("there are no runs to be merged")
    _check_numbers([part for part, _, _ in found])
    _, total, source = found[0]
    # The run that was given first is not to count what the others have.
    total = deepcopy(total)
    rows = source.rows
    for part, summary, other in found[1:]:
        if replace(other, rows=0, part=None) != replace(source, rows=0, part=None):
            raise ValueError(f"{part} is of another file, or was read in another way")
        if not total.is_alike(summary):
            raise ValueError(f"{part} was judged by other options, or at the prices of another day")
        if part.rows_before != rows:
            raise ValueError(f"{part} is not of the same cut as those before it")
        total.merge(summary)
        rows += other.rows
    report = total.report([replace(source, rows=rows, part=None)])
    if report.rows != rows:
        raise ValueError("a run that had failed was used again: judge each slice with a new run")
    return report


def _take(run: Run) -> tuple[Slice, Summary, Source]:
    summary, sources = run.findings
    if len(sources) != 1 or sources[0].part is None:
        raise ValueError("a run to be merged has judged one slice, and nothing else")
    return sources[0].part, summary, sources[0]


def _check_numbers(parts: list[Slice]) -> None:
    """Raise ValueError unless these, in order, are all the slices of one cut."""
    for part in parts:
        if (part.count, part.size) != (parts[0].count, parts[0].size):
            raise ValueError("the slices are not of the same cut of the same file")
    numbers = [part.number for part in parts]
    twice = [number for number, following in pairwise(numbers) if number == following]
    if twice:
        raise ValueError(f"slice {twice[0]} is there more than once")
    missing = sorted(set(range(1, parts[0].count + 1)).difference(numbers))
    if missing:
        told = ", ".join(map(str, missing[:NUMBERS_TOLD]))
        more = " and others" if len(missing) > NUMBERS_TOLD else ""
        raise ValueError(f"of {parts[0].count} slices these are missing: {told}{more}")
