"""Columns of UTF-8 in plain Python: the specification that `_columns/` is held to.

The law of this file: that of `texts.py`, whose `measure` judges every row. A column is the buffers
of an Arrow array of strings: offsets or views, octets, and a bit for each row that is not null.
What stands in a buffer is not trusted; where a text is no UTF-8 its row says so, and where an
offset or a view leaves its buffer nothing is measured.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

from smscore._pure.texts import Limits, measure

SIMD = ""
SIMDS: tuple[str, ...] = ()
"""The ways in which the processor can be used, of which there are none here; the best is last."""

_ANY = -1
_UCS2 = 0x08
_NULL, _UNDECODABLE, _SURROGATE = -1, -2, -3
_OFFSETS: dict[int, Literal["i", "q"]] = {4: "i", 8: "q"}
_LARGEST = 2**31 - 1
_VIEW = struct.Struct("<i12s")
_PLACE = struct.Struct("<4xii")

Octets = bytes | bytearray | memoryview
"""Whatever has the buffer protocol; a buffer of pyarrow's, too."""


def measure_utf8(
    octets: Octets | None,
    offsets: Octets,
    width: int,
    validity: Octets | None,
    first: int,
    count: int,
    limits: Limits,
    alphabets: Octets,
    units: Octets,
    parts: Octets,
    simd: str | None = None,
) -> int:
    """Measure rows of a column whose texts lie between offsets of `width` octets (4 or 8).

    From the row `first` on so many are measured, into three writable buffers of signed integers of
    8, 32 and 32 bits: 0 for GSM 7 bit and 1 for UCS2, the units, and the parts. A row that has no
    alphabet has 0 units and parts, and -1 if it is null, -2 if it is no UTF-8, -3 if it would be
    but for code points of surrogates. Answers how many those are. Raises ValueError for buffers
    that are too short, and for a `simd` that this processor does not have; OverflowError for a text
    of more units than fit.
    """
    _check(validity, first, count, (alphabets, units, parts), simd)
    kind = _OFFSETS.get(width)
    if kind is None:
        raise ValueError("an offset has 4 or 8 octets")
    if count and memoryview(offsets).nbytes < (first + count + 1) * width:
        raise ValueError("there are fewer offsets than rows")
    text = memoryview(b"" if octets is None else octets).cast("B")
    ends = memoryview(offsets).cast("B").cast(kind) if count else memoryview(b"")

    def cells() -> Iterator[bytes]:
        for row in range(first, first + count):
            start, end = ends[row], ends[row + 1]
            if not 0 <= start <= end <= len(text):
                raise ValueError("the column's offsets reach out of its octets")
            yield bytes(text[start:end])

    return _measure(cells(), validity, first, limits, alphabets, units, parts)


def measure_views(
    views: Octets,
    buffers: list[Octets],
    validity: Octets | None,
    first: int,
    count: int,
    limits: Limits,
    alphabets: Octets,
    units: Octets,
    parts: Octets,
    simd: str | None = None,
) -> int:
    """Measure rows of a column of views, which hold a short text or say where a long one is.

    The rest is as for `measure_utf8`; a view that leaves its buffer counts as offsets that do,
    unless its row is null.
    """
    _check(validity, first, count, (alphabets, units, parts), simd)
    rows = memoryview(views).cast("B")
    if len(rows) < (first + count) * _VIEW.size:
        raise ValueError("there are fewer views than rows")
    texts = [memoryview(each).cast("B") for each in buffers]

    def cells() -> Iterator[bytes]:
        for row in range(first, first + count):
            if not _is_valid(validity, row):
                yield b""
                continue
            length, rest = _VIEW.unpack_from(rows, row * _VIEW.size)
            if 0 <= length <= len(rest):
                yield rest[:length]
                continue
            buffer, start = _PLACE.unpack(rest)
            inside = length >= 0 <= buffer < len(texts) and start >= 0
            if not inside or start + length > len(texts[buffer]):
                raise ValueError("the column's offsets reach out of its octets")
            yield bytes(texts[buffer][start : start + length])

    return _measure(cells(), validity, first, limits, alphabets, units, parts)


def _check(
    validity: Octets | None,
    first: int,
    count: int,
    results: tuple[Octets, Octets, Octets],
    simd: str | None,
) -> None:
    if simd is not None:
        raise ValueError(f"this kernel has no {simd!r}")
    if first < 0 or count < 0:
        raise ValueError("there are no such rows")
    if validity is not None and memoryview(validity).nbytes < (first + count + 7) // 8:
        raise ValueError("the validity is shorter than its column")
    for result, size in zip(results, (1, 4, 4), strict=True):
        if memoryview(result).nbytes != count * size:
            raise ValueError("the results must be as long as the rows")


def _is_valid(validity: Octets | None, row: int) -> bool:
    return validity is None or bool(memoryview(validity).cast("B")[row // 8] >> row % 8 & 1)


def _measure(
    cells: Iterator[bytes],
    validity: Octets | None,
    first: int,
    limits: Limits,
    alphabets: Octets,
    units: Octets,
    parts: Octets,
) -> int:
    found = memoryview(alphabets).cast("B").cast("b")
    unit_results, part_results = (memoryview(each).cast("B").cast("i") for each in (units, parts))
    faults = 0
    for place, octets in enumerate(cells):
        alphabet, used, needed = _NULL, 0, 0
        if _is_valid(validity, first + place):
            alphabet, used, needed = _measure_cell(octets, limits)
        faults += alphabet < 0
        found[place], unit_results[place], part_results[place] = alphabet, used, needed
    return faults


def _measure_cell(octets: bytes, limits: Limits) -> tuple[int, int, int]:
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        try:
            octets.decode(errors="surrogatepass")
        except UnicodeDecodeError:
            return _UNDECODABLE, 0, 0
        return _SURROGATE, 0, 0
    coding, units, parts, _ = measure(text, _ANY, limits)
    if units > _LARGEST:
        raise OverflowError("a text of more units than a signed 32-bit integer holds")
    return int(coding == _UCS2), units, parts
