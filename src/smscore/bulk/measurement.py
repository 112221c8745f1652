"""One Arrow column of texts on its own: `measure_column`.

The law of this file: a null is no text, and has neither a measure nor a problem; what is no UTF-8
is a problem of its row. As the standard counts, the kernel reads the column where it lies; where
languages, a profile or a boundary ask for more, each row is judged as in a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from typing import cast

import pyarrow as pa
from pyarrow.compute import call_function

from smscore.bulk.annotations import CLEAN, UNMEASURED, blank, put
from smscore.bulk.judging import Judge
from smscore.bulk.measuring import NULL, SURROGATE, UNDECODABLE, is_column, measure_strings
from smscore.bulk.options import LABEL_TYPE, Options
from smscore.bulk.parquet_rows import as_strings
from smscore.bulk.rows import Rows
from smscore.coding import Alphabet, Boundary, part_limits
from smscore.measuring import is_plain
from smscore.problems import Problem
from smscore.profiles import Profile
from smscore.udh import MAXIMUM_PARTS

_PRICE_COLUMNS = frozenset({"price", "currency"})
_WIDTHS = (None, 16, 8)
FEWEST_UNITS = min(part_limits(16))
"""So many characters at least are in each part but the last, whatever they are."""

_NAMES = ("alphabet", "units", "parts", "problem")
_ALPHABETS = pa.array([Alphabet.GSM7.value, Alphabet.UCS2.value])
_PROBLEMS = (Problem.UNDECODABLE_TEXT, Problem.LONE_SURROGATE, Problem.TOO_LONG)
_LABELS = pa.array([problem.label for problem in _PROBLEMS])


def measure_column(
    strings: object,
    *,
    threads: int | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> pa.RecordBatch:
    """Measure an Arrow array of strings: alphabet, units, parts and problem of each.

    Takes pyarrow arrays and chunked arrays, and whatever speaks the Arrow PyCapsule interface
    (`__arrow_c_array__`, `__arrow_c_stream__`), in the layout that it has: nothing is copied or
    converted. A null has no measure and no problem. `languages`, `reference_bits`, `boundary` and
    `profile` are those of `smscore.measure`; where languages are allowed there is a fifth column,
    coding. `threads` is the most threads to count with, None as many as there are processors; where
    texts are not counted just as the standard does, one is used. Raises TypeError for what is no
    array of strings, ProfileError, ValueError for an option that makes no sense and for an array
    whose offsets leave its octets, OverflowError for a text of 2^31 units.

    >>> measure_column(pa.array(["Hello", "Привет", None])).to_pydict()["alphabet"]
    ['gsm7', 'ucs2', None]
    >>> measure_column(pa.array(["ş" * 71]), languages=[1]).to_pydict()["coding"]
    ['gsm7 with locking Turkish']
    """
    if threads is not None and (type(threads) is not int or threads < 1):
        raise ValueError(f"threads are a whole number from 1 on, or None, not {threads!r}")
    column = _as_column(strings)
    if languages == () and boundary is None and profile is None and reference_bits in _WIDTHS:
        return _measure(column, reference_bits or _WIDTHS[-1], threads)
    options = Options(
        languages=languages, reference_bits=reference_bits, boundary=boundary, profile=profile
    )
    way = options.terms.way
    if is_plain(way) and way.profile is None:
        return _measure(column, way.reference_bits, threads)
    return _judge(column, options)


def _as_column(strings: object) -> pa.Array | pa.ChunkedArray:
    column: pa.Array | pa.ChunkedArray
    if isinstance(strings, (pa.Array, pa.ChunkedArray)):
        column = cast("pa.Array", strings)
    elif hasattr(strings, "__arrow_c_stream__"):
        column = pa.chunked_array(strings)
    elif hasattr(strings, "__arrow_c_array__"):
        column = pa.array(strings)
    else:
        raise TypeError(f"an Arrow array of strings is needed, not {type(strings).__name__}")
    if not is_column(column.type):
        raise TypeError(f"an Arrow array of strings is needed, not of {column.type}")
    return column


def _measure(
    column: pa.Array | pa.ChunkedArray, reference_bits: int, threads: int | None
) -> pa.RecordBatch:
    """Measure as the standard does; the kernel's answers are the columns, if all rows have one."""
    measured = measure_strings(column, reference_bits, threads)
    alphabets, units, parts = measured.alphabets, measured.units, measured.parts
    if measured.faults or _may_be_too_long(column, parts):
        problems = _name_problems(alphabets, parts)
    else:
        problems = _no_problems(alphabets)
    if measured.faults:
        known = call_function("greater", [alphabets, NULL])
        alphabets, units, parts = (
            call_function("if_else", [known, each, pa.scalar(None, each.type)])
            for each in (alphabets, units, parts)
        )
    named = pa.DictionaryArray.from_arrays(alphabets, _ALPHABETS, safe=False)
    return pa.RecordBatch.from_arrays([named, units, parts, problems], names=list(_NAMES))


def _no_problems(alphabets: pa.Array) -> pa.DictionaryArray:
    """Give a column of nulls, on indices that are there already and that nobody reads."""
    none = pa.py_buffer(bytes(-(-len(alphabets) // 8)))
    buffers = [none, alphabets.buffers()[1]]
    return pa.DictionaryArray.from_buffers(LABEL_TYPE, len(alphabets), buffers, _LABELS)


def _may_be_too_long(column: pa.Array | pa.ChunkedArray, parts: pa.Array) -> bool:
    """Tell whether a text has more parts than any message; in few octets there is none."""
    if column.nbytes <= MAXIMUM_PARTS * FEWEST_UNITS and not pa.types.is_dictionary(column.type):
        return False
    return (call_function("max", [parts]).as_py() or 0) > MAXIMUM_PARTS


def _name_problems(alphabets: pa.Array, parts: pa.Array) -> pa.DictionaryArray:
    conditions = pa.StructArray.from_arrays(
        [
            call_function("equal", [alphabets, UNDECODABLE]),
            call_function("equal", [alphabets, SURROGATE]),
            call_function("greater", [parts, MAXIMUM_PARTS]),
        ],
        names=list(_LABELS.to_pylist()),
    )
    places = [pa.scalar(place, pa.int8()) for place in range(len(_PROBLEMS))]
    return pa.DictionaryArray.from_arrays(
        call_function("case_when", [conditions, *places]), _LABELS
    )


def _judge(column: pa.Array | pa.ChunkedArray, options: Options) -> pa.RecordBatch:
    """Judge each row as one of a file is judged, but for what only a message can have wrong."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    found = Judge(options.terms).judge(Rows(as_strings(column), None, {}, None))
    empty = call_function("equal", [found.problems, pa.scalar(Problem.EMPTY_TEXT, pa.int8())])
    found = replace(found, problems=put(found.problems, empty, CLEAN))
    if column.null_count:
        absent = column.is_null()
        found = replace(
            found,
            alphabets=put(found.alphabets, absent, UNMEASURED),
            codings=None if found.codings is None else blank(found.codings, absent),
        )
    names = options.added.names
    columns = dict(zip(names, found.arrays(None), strict=True))
    kept = [name for name in names if name not in _PRICE_COLUMNS]
    return pa.RecordBatch.from_arrays([columns[name] for name in kept], names=kept)
