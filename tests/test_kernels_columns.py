"""Columns of UTF-8 in both kernels, in every layout, and in each way of the processor.

The law of this file: what a cell is measured as is the oracle's word, which knows no columns; which
octets are UTF-8 is Python's. Buffers end where memory ends: what is read behind them ends the test.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from random import Random
from types import ModuleType
from typing import Literal

import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LIMITS = {8: (160, 153, 70, 67), 16: (160, 152, 70, 66)}
NULL, UNDECODABLE, SURROGATE = -1, -2, -3
BROKEN = "reach out of its octets"

Cell = bytes | None
Answer = tuple[int, int, int]

# Whole characters: each length in UTF-8, in and out of the alphabet, and next to its neighbours.
GOOD = [
    *(c.encode() for c in "aZ @\n[~|^\f€Ç§£¿ÄéΔΞΩ"),
    *(c.encode() for c in "`\0\x7f\t\x1bçêα«Яש’₫₠€\u20ab\u20ad\u07ff\u0800\ufffd"),
    *(c.encode() for c in "你अ\ud7ff\ue000\uffff😀\U00010000\U0010ffff"),
]
# No characters: cut short, overlong, past the last, stray, and halves of pairs (RFC 3629, 3 and 4).
BAD = [
    *(b"\x80 \xbf \xc2 \xc3 \xe2\x82 \xe2 \xf0\x9f\x98 \xf0\x9f \xf0 \xc0\xaf \xc1\xbf".split()),
    *(b"\xe0\x80\x80 \xe0\x9f\xbf \xf0\x80\x80\x80 \xf0\x8f\xbf\xbf \xf4\x90\x80\x80".split()),
    *(b"\xf5\x80\x80\x80 \xf8\x88\x80\x80\x80 \xfe \xff \xc3\xc3 \xe4\xbd\xc3 \xe4a\xa0".split()),
]
HALVES = [b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80"]

characters = st.sampled_from(GOOD)
texts = st.lists(characters, max_size=90).map(b"".join)
odd_cells = st.lists(st.sampled_from([*GOOD, *BAD, *HALVES]), max_size=30).map(b"".join)
plain = st.integers(0, 400).map(lambda size: b"plain text " * (size // 10))
cells = st.one_of(st.none(), texts, plain, odd_cells, st.binary(max_size=20))
columns = st.lists(cells, max_size=40)


def judge(cell: Cell, bits: int = 8) -> Answer:
    """Say what a row is, from the oracle and from Python's own codec."""
    if cell is None:
        return NULL, 0, 0
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        try:
            cell.decode(errors="surrogatepass")
        except UnicodeDecodeError:
            return UNDECODABLE, 0, 0
        return SURROGATE, 0, 0
    alphabet = oracle.alphabet(text)
    single, multi, single_ucs2, multi_ucs2 = LIMITS[bits]
    alone, several = (single, multi) if alphabet == "gsm7" else (single_ucs2, multi_ucs2)
    units, used, parts = oracle.units(text, alphabet), 0, 1
    if units > alone:
        for character in text:
            needed = oracle.units_of_character(character, alphabet)
            parts, used = (parts + 1, needed) if used + needed > several else (parts, used + needed)
    return int(alphabet == "ucs2"), units, parts


class Fence:
    """Memory that ends where the octets do, with nothing before it and nothing behind it."""

    def __init__(self) -> None:
        """Take pages, and give up the first and the last."""
        self._page = mmap.PAGESIZE
        self._size = 64 * self._page
        self._memory = mmap.mmap(-1, self._size + 2 * self._page)
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        for place in (self._address, self._address + self._page + self._size):
            assert protect(ctypes.c_void_p(place), ctypes.c_size_t(self._page), 0) == 0

    def at_end(self, octets: bytes) -> memoryview:
        """Lay octets before the page that is not there."""
        return self._lay(octets, self._page + self._size - len(octets))

    def at_start(self, octets: bytes) -> memoryview:
        """Lay octets behind the page that is not there."""
        return self._lay(octets, self._page)

    def _lay(self, octets: bytes, place: int) -> memoryview:
        assert len(octets) <= self._size
        self._memory[place : place + len(octets)] = octets
        return memoryview(self._memory)[place : place + len(octets)]


@pytest.fixture(scope="module")
def fence() -> Fence:
    """Give memory with an end, where the system has such."""
    if sys.platform != "linux":
        pytest.skip("pages are only given up on Linux here")
    return Fence()


def pack_validity(column: Sequence[Cell], first: int) -> bytes:
    """Write a bit for each row that is not null, behind those of rows that are not looked at."""
    bits = sum(1 << place for place, cell in enumerate(column, first) if cell is not None)
    return bits.to_bytes((first + len(column) + 7) // 8, "little")


def as_offsets(column: Sequence[Cell], width: int, first: int) -> tuple[bytes, bytes]:
    """Lay a column out as octets and offsets, with so many rows before it."""
    lead = [b"\xff"] * first
    ends = [0]
    for cell in (*lead, *column):
        ends.append(ends[-1] + len(cell or b""))
    kind = "i" if width == 4 else "q"
    return b"".join(cell or b"" for cell in (*lead, *column)), struct.pack(
        f"{len(ends)}{kind}", *ends
    )


def as_views(column: Sequence[Cell], first: int, *, scattered: bool) -> tuple[bytes, list[bytes]]:
    """Lay a column out as views: long texts one behind the other, or in two buffers with gaps."""
    buffers = [bytearray(), bytearray()]
    views = [struct.pack("<i12s", 1, b"\xff")] * first
    for row, cell in enumerate(column):
        octets = cell or b""
        if cell is None:
            # What a null row has there means nothing.
            views.append(struct.pack("<iiii", 2**31 - 1, -1, -1, -1))
        elif len(octets) <= 12:
            views.append(struct.pack("<i12s", len(octets), octets))
        else:
            number = row % 2 if scattered else 0
            if scattered:
                buffers[number] += b"\xed\xa0"
            place = len(buffers[number])
            buffers[number] += octets
            views.append(struct.pack("<i4sii", len(octets), octets[:4], number, place))
    return b"".join(views), [bytes(each) for each in buffers]


def results(count: int) -> tuple[bytearray, bytearray, bytearray]:
    """Make the buffers that are filled, with something in them."""
    return tuple(bytearray(b"\x55") * (count * size) for size in (1, 4, 4))  # type: ignore[return-value]


def read(filled: tuple[bytearray, bytearray, bytearray]) -> list[Answer]:
    """Read the answers."""
    kinds: tuple[Literal["b", "i"], ...] = ("b", "i", "i")
    alphabets, units, parts = (
        memoryview(each).cast("B").cast(kind) for each, kind in zip(filled, kinds, strict=True)
    )
    return list(zip(alphabets, units, parts, strict=True))


def simds(kernel: ModuleType) -> list[str | None]:
    """List the ways of the processor, and the default."""
    return [None, *kernel.SIMDS]


Measure = Callable[[ModuleType, Sequence[Cell], str | None, int], list[Answer]]


def measure_offsets(width: int, first: int) -> Measure:
    """Measure a column that is laid out as offsets."""

    def measure(
        kernel: ModuleType, column: Sequence[Cell], simd: str | None, bits: int
    ) -> list[Answer]:
        octets, offsets = as_offsets(column, width, first)
        validity = pack_validity(column, first) if None in column else None
        filled = results(len(column))
        faults = kernel.measure_utf8(
            octets, offsets, width, validity, first, len(column), LIMITS[bits], *filled, simd
        )
        answers = read(filled)
        assert faults == sum(answer[0] < 0 for answer in answers)
        return answers

    return measure


def measure_views(first: int, *, scattered: bool) -> Measure:
    """Measure a column that is laid out as views."""

    def measure(
        kernel: ModuleType, column: Sequence[Cell], simd: str | None, bits: int
    ) -> list[Answer]:
        views, buffers = as_views(column, first, scattered=scattered)
        validity = pack_validity(column, first) if None in column else None
        filled = results(len(column))
        faults = kernel.measure_views(
            views, buffers, validity, first, len(column), LIMITS[bits], *filled, simd
        )
        answers = read(filled)
        assert faults == sum(answer[0] < 0 for answer in answers)
        return answers

    return measure


LAYOUTS = {
    "utf8": measure_offsets(4, 0),
    "large_utf8": measure_offsets(8, 0),
    "a slice": measure_offsets(4, 5),
    "utf8_view": measure_views(0, scattered=False),
    "views of two buffers": measure_views(3, scattered=True),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(column=columns, bits=st.sampled_from([8, 16]))
@settings(max_examples=60)
def test_every_row_is_the_oracles(
    kernel: ModuleType, layout: str, column: list[Cell], bits: int
) -> None:
    """Whatever stands in a cell, its neighbours are what they would be alone."""
    expected = [judge(cell, bits) for cell in column]
    for simd in simds(kernel):
        assert LAYOUTS[layout](kernel, column, simd, bits) == expected, simd


def make_long_column(draw: Random) -> list[Cell]:
    """Draw a column of many tiles: short and very long cells, few of them faulty."""
    column: list[Cell] = []
    for _ in range(draw.choice([30, 300, 1500])):
        size = draw.choice([0, 3, 40, 110, 160, 500, 9000 if len(column) < 20 else 70])
        pool = draw.choice([GOOD[:10], GOOD[:20], GOOD, [b"x"], [*GOOD * 9, *BAD, *HALVES]])
        cell = b""
        while len(cell) < size:
            cell += draw.choice(pool) * draw.choice([1, 1, 1, 7])
        column.append(None if draw.random() < 0.02 else cell)
    return column


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_columns_of_many_tiles(fast: ModuleType, layout: str, seed: int) -> None:
    """What begins in one tile and ends in another is counted once; a fault stays where it is."""
    column = make_long_column(Random(seed))  # noqa: S311
    expected = [judge(cell) for cell in column]
    for simd in simds(fast):
        assert LAYOUTS[layout](fast, column, simd, 8) == expected, simd


@pytest.mark.parametrize("end", ["a", "é", "ê", "€", "’", "😀", "\xff", "[", "`"])
def test_nothing_outside_is_read(fast: ModuleType, fence: Fence, end: str) -> None:
    """At each length around a block, at the end of memory and at its beginning."""
    closing = b"\xff" if end == "\xff" else end.encode()
    for length in (*range(140), 191, 192, 193, 8191, 8192, 8193, 8256):
        cell = b"a" * (length - len(closing)) + closing if length >= len(closing) else b"b" * length
        column = [cell, cell[: length // 2], cell[length // 2 :]]
        octets, offsets = as_offsets(column, 4, 0)
        expected = [judge(each) for each in column]
        for simd in simds(fast):
            for lay in (fence.at_end, fence.at_start):
                filled = results(3)
                fast.measure_utf8(lay(octets), offsets, 4, None, 0, 3, LIMITS[8], *filled, simd)
                assert read(filled) == expected, (simd, length)


def test_nothing_outside_a_view_is_read(fast: ModuleType, fence: Fence) -> None:
    """A long text of a view may end where memory does, and so may the views."""
    for length in range(13, 200):
        cell = b"x" * (length - 3) + "€".encode()
        views = fence.at_start(struct.pack("<i4sii", length, cell[:4], 0, 0))
        for simd in simds(fast):
            filled = results(1)
            fast.measure_views(views, [fence.at_end(cell)], None, 0, 1, LIMITS[8], *filled, simd)
            assert read(filled) == [judge(cell)]


@pytest.mark.parametrize("place", [0, 60, 61, 62, 63, 64, 8188, 8189, 8190, 8191, 8192])
def test_what_is_cut_between_two_rows(kernel: ModuleType, place: int) -> None:
    """Two rows that are only together UTF-8 are both faulty, wherever the cut is."""
    for character in ("é", "€", "😀"):
        octets = character.encode()
        for cut in range(1, len(octets)):
            column = [b"a" * place + octets[:cut], octets[cut:] + b"b", b"sound"]
            for simd in simds(kernel):
                found = LAYOUTS["utf8"](kernel, column, simd, 8)
                assert [answer[0] for answer in found] == [UNDECODABLE, UNDECODABLE, 0]


def test_each_code_point_in_each_company(fast: ModuleType) -> None:
    """Every code point is what the oracle says, among ASCII and among its like."""
    every = [chr(point).encode("utf-8", "surrogatepass") for point in range(0x110000)]
    expected = [judge(cell) for cell in every]
    for column in (every, [b"a" * 61 + cell + b"z" for cell in every]):
        wider = len(column[0]) - 1
        for simd in simds(fast):
            octets, offsets = as_offsets(column, 8, 0)
            filled = results(len(column))
            fast.measure_utf8(octets, offsets, 8, None, 0, len(column), LIMITS[8], *filled, simd)
            found = read(filled)
            assert [answer[:2] for answer in found] == [
                (alphabet, units + wider if alphabet >= 0 else 0) for alphabet, units, _ in expected
            ]


Arguments = dict[str, object]


def bad_calls() -> Iterator[tuple[str, str, Arguments]]:
    """List what is no column: the function, what is said, and what is wrong."""
    three = struct.pack("4i", 0, 1, 2, 3)
    yield "measure_utf8", BROKEN, {"offsets": struct.pack("4i", 0, 1, 2, 4)}
    yield "measure_utf8", BROKEN, {"offsets": struct.pack("4i", 0, 2, 1, 3)}
    yield "measure_utf8", BROKEN, {"offsets": struct.pack("4i", -1, 1, 2, 3)}
    yield "measure_utf8", BROKEN, {"offsets": struct.pack("4q", 0, 1, 2, 2**62), "width": 8}
    yield "measure_utf8", BROKEN, {"offsets": struct.pack("4q", 2**63 - 1, 1, 2, 3), "width": 8}
    yield "measure_utf8", BROKEN, {"octets": None}
    yield "measure_utf8", "fewer offsets", {"offsets": three[:-1]}
    yield "measure_utf8", "fewer offsets", {"first": 1}
    yield "measure_utf8", "4 or 8 octets", {"width": 2}
    yield "measure_utf8", "no such rows", {"first": -1}
    yield "measure_utf8", "validity is shorter", {"validity": b""}
    yield "measure_utf8", "as long as the rows", {"units": bytearray(11)}
    yield "measure_utf8", "at least 2 units", {"limits": (160, 1, 70, 67)}
    yield "measure_utf8", "has no", {"simd": "avx1024"}
    yield "measure_views", "fewer views", {"views": bytes(47)}
    yield "measure_views", BROKEN, {"views": struct.pack("<12i", *[13, 0, 0, 0] * 3)}
    yield "measure_views", BROKEN, {"views": struct.pack("<12i", *[13, 0, 1, 0] * 3)}
    yield "measure_views", BROKEN, {"views": struct.pack("<12i", *[-1, 0, 0, 0] * 3)}
    yield "measure_views", BROKEN, {"views": struct.pack("<12i", *[13, 0, -1, 0] * 3)}
    yield "measure_views", BROKEN, {"views": struct.pack("<12i", *[13, 0, 0, -1] * 3)}


@pytest.mark.parametrize(("name", "said", "wrong"), list(bad_calls()))
def test_what_is_no_column_is_refused(
    kernel: ModuleType, name: str, said: str, wrong: Arguments
) -> None:
    """Offsets and views that leave their buffers, and buffers that are too short, are found out."""
    alphabets, units, parts = results(3)
    common: Arguments = {
        "validity": None,
        "first": 0,
        "count": 3,
        "limits": LIMITS[8],
        "alphabets": alphabets,
        "units": units,
        "parts": parts,
    }
    own: Arguments = (
        {"octets": b"abc", "offsets": struct.pack("4i", 0, 1, 2, 3), "width": 4}
        if name == "measure_utf8"
        else {"views": bytes(48), "buffers": [b"twelve octet"]}
    )
    with pytest.raises(ValueError, match=said):
        getattr(kernel, name)(**{**own, **common, **wrong})


def test_results_that_cannot_be_written_are_refused(kernel: ModuleType) -> None:
    """An answer has to go somewhere."""
    with pytest.raises((TypeError, BufferError)):
        kernel.measure_utf8(b"", bytes(8), 4, None, 0, 1, LIMITS[8], b"a", b"bbbb", b"cccc")


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run some Python with variables set."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SMSCORE_KERNEL": "fast", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_chooses_the_way(fast: ModuleType) -> None:
    """The best is taken, or the one that is named; one that is not there is an error."""
    code = "from smscore import _kernel; print(_kernel.SIMD)"
    for simd in fast.SIMDS:
        assert run_python(code, SMSCORE_SIMD=simd).stdout.strip() == simd
    assert run_python(code, SMSCORE_SIMD="").stdout.strip() == fast.SIMDS[-1]
    failed = run_python(code, SMSCORE_SIMD="mmx")
    assert failed.returncode == 1
    assert "ImportError: SMSCORE_SIMD is 'mmx': of such, there are here: scalar" in failed.stderr


def test_a_kernel_without_ways_refuses_to_be_told_one() -> None:
    """The plain kernel does not pass over what was asked for."""
    failed = run_python("import smscore", SMSCORE_KERNEL="pure", SMSCORE_SIMD="avx2")
    assert failed.returncode == 1
    assert "ImportError: SMSCORE_SIMD is 'avx2'" in failed.stderr
