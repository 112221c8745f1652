"""Arrow columns of text, measured where they lie.

The law of this file: no text is copied and none becomes a `str`; a column is taken in the layout
that it has: utf8, large_utf8, utf8_view, the same as binary, dictionaries of them, in slices and in
chunks. What the kernel is given are the column's own buffers, and what it fills are Arrow's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat, starmap

import pyarrow as pa
from pyarrow.compute import call_function

from smscore import _kernel
from smscore.coding import part_limits

ALPHABET_TYPE, COUNT_TYPE = pa.int8(), pa.int32()
_KINDS = (ALPHABET_TYPE, COUNT_TYPE, COUNT_TYPE)
_SIZES = (1, 4, 4)

NULL, UNDECODABLE, SURROGATE = -1, -2, -3
"""What stands for the alphabet of a row that has none."""

ROWS_A_THREAD = 1 << 15
"""So many rows at least are worth a thread."""

_OFFSET_OCTETS: dict[int, int] = {
    pa.string().id: 4,
    pa.binary().id: 4,
    pa.large_string().id: 8,
    pa.large_binary().id: 8,
}
_VIEWS: frozenset[int] = frozenset({pa.string_view().id, pa.binary_view().id})
_NULL: int = pa.null().id
_DICTIONARY: int = pa.dictionary(pa.int8(), pa.string()).id


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rows of a column take: an alphabet (0 gsm7, 1 ucs2), units and parts of each.

    The arrays are of int8, int32 and int32, without nulls. A row that has no alphabet has there
    why: -1 for null, -2 for no UTF-8, -3 for code points of surrogates; its counts are 0. `faults`
    is how many those are.
    """

    alphabets: pa.Array = field(repr=False)
    units: pa.Array = field(repr=False)
    parts: pa.Array = field(repr=False)
    faults: int


def is_column(kind: pa.DataType) -> bool:
    """Tell whether columns of a type can be measured: text, octets, dictionaries of it, or null.

    >>> is_column(pa.string_view()), is_column(pa.dictionary(pa.int8(), pa.utf8()))
    (True, True)
    """
    if kind.id == _DICTIONARY:
        kind = kind.value_type
    return kind.id in _OFFSET_OCTETS or kind.id in _VIEWS or kind.id == _NULL


def measure_strings(
    column: pa.Array | pa.ChunkedArray, reference_bits: int = 8, threads: int | None = None
) -> Measured:
    """Measure each row of a column of text as the standard counts, with so many reference bits.

    `threads` is the most threads to use, None as many as there are processors; fewer are used where
    there is little to do. Raises TypeError for a column of another type, ValueError for one whose
    offsets leave its octets, OverflowError for a text of more units than 32 bits hold.

    >>> measured = measure_strings(pa.array(["Hello", "Привет", None]))
    >>> measured.alphabets.to_pylist(), measured.units.to_pylist(), measured.faults
    ([0, 1, -1], [5, 6, 0], 1)
    """
    if not is_column(column.type):
        raise TypeError(f"a column of text is needed, not of {column.type}")
    limits = part_limits(reference_bits)
    count = len(column)
    workers = _count_threads(count, threads)
    buffers = [pa.allocate_buffer(count * size) for size in _SIZES]
    results = [memoryview(buffer).cast("B") for buffer in buffers]
    if workers == 1 and isinstance(column, pa.Array):
        faults = _measure_piece(column, limits, *results)
    else:
        faults = _measure_pieces(column, limits, results, workers)
    alphabets, units, parts = map(_as_array, _KINDS, buffers, repeat(count))
    return Measured(alphabets, units, parts, faults)


def _as_array(kind: pa.DataType, buffer: pa.Buffer, count: int) -> pa.Array:
    return pa.Array.from_buffers(kind, count, [None, buffer], null_count=0)


def _measure_pieces(
    column: pa.Array | pa.ChunkedArray,
    limits: tuple[int, int, int, int],
    results: list[memoryview],
    workers: int,
) -> int:
    def measure(place: int, piece: pa.Array) -> int:
        stop = place + len(piece)
        alphabets, units, parts = (
            result[place * size : stop * size] for result, size in zip(results, _SIZES, strict=True)
        )
        return _measure_piece(piece, limits, alphabets, units, parts)

    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    pieces = list(_cut(chunks, workers))
    if workers == 1:
        return sum(starmap(measure, pieces))
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(measure, *zip(*pieces, strict=True)))


def _count_threads(count: int, threads: int | None) -> int:
    if count < 2 * ROWS_A_THREAD:
        return 1
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(threads or most or 1, count // ROWS_A_THREAD)


def _cut(chunks: list[pa.Array], threads: int) -> Iterator[tuple[int, pa.Array]]:
    """Cut a column into pieces of about as many rows, two for a thread, each with its place."""
    total = sum(map(len, chunks))
    size = total if threads == 1 else -(-total // (2 * threads))
    place = 0
    for chunk in chunks:
        for start in range(0, len(chunk), max(1, size)):
            piece = chunk.slice(start, size)
            yield place, piece
            place += len(piece)


def _measure_piece(
    piece: pa.Array,
    limits: tuple[int, int, int, int],
    alphabets: memoryview,
    units: memoryview,
    parts: memoryview,
) -> int:
    kind, first, count = piece.type.id, piece.offset, len(piece)
    if kind == _DICTIONARY:
        return _measure_dictionary(piece, limits, alphabets, units, parts)
    if kind == _NULL:
        return _fill_nulls(count, alphabets, units, parts)
    validity, *buffers = piece.buffers()
    if kind in _VIEWS:
        return _kernel.measure_views(
            buffers[0], buffers[1:], validity, first, count, limits, alphabets, units, parts
        )
    offsets, octets = buffers
    if offsets is None:
        # An array of no rows may have no offsets.
        return 0
    width = _OFFSET_OCTETS[kind]
    return _kernel.measure_utf8(
        octets, offsets, width, validity, first, count, limits, alphabets, units, parts
    )


def _measure_dictionary(
    piece: pa.DictionaryArray,
    limits: tuple[int, int, int, int],
    alphabets: memoryview,
    units: memoryview,
    parts: memoryview,
) -> int:
    """Measure the values of a dictionary once, and hand them out by the rows' indices."""
    values = piece.dictionary
    buffers = [pa.allocate_buffer(len(values) * size) for size in _SIZES]
    _measure_piece(values, limits, *(memoryview(buffer).cast("B") for buffer in buffers))
    places = piece.indices
    faults = 0
    for kind, buffer, target, absent in zip(
        _KINDS, buffers, (alphabets, units, parts), (NULL, 0, 0), strict=True
    ):
        taken = _as_array(kind, buffer, len(values)).take(places)
        taken = taken.fill_null(pa.scalar(absent, kind))
        if kind == ALPHABET_TYPE:
            faults = call_function("sum", [call_function("less", [taken, 0])]).as_py() or 0
        size = kind.bit_width // 8
        octets = memoryview(taken.buffers()[1]).cast("B")
        target[:] = octets[taken.offset * size : (taken.offset + len(taken)) * size]
    return faults


def _fill_nulls(count: int, alphabets: memoryview, units: memoryview, parts: memoryview) -> int:
    alphabets[:] = bytes((NULL & 0xFF,)) * count
    units[:] = parts[:] = bytes(count * 4)
    return count
