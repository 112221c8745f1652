"""The compiled kernel held against the plain one where shifts and octets come in.

The law of this file: `_pure` specifies, errors at the seam included. Whether the specification
is right is asked elsewhere, of the oracle.
"""

from __future__ import annotations

from types import ModuleType

import pytest
import strategies
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smscore import _pure
from smscore.coding import part_rooms

LANGUAGES = bytes(range(1, 14))
ROOMS = [part_rooms(8), part_rooms(16)]
LIMITS = (155, 149, 70, 67)

shifts = st.tuples(
    st.sampled_from([0, 1, *range(3, 14)]), st.integers(min_value=0, max_value=13)
).map(lambda pair: pair[0] << 8 | pair[1] << 16)
allowed = st.lists(st.sampled_from([*LANGUAGES]), unique=True).map(bytes)
texts = st.one_of(strategies.language_texts, st.text())


@st.composite
def odd_rooms(draw: st.DrawFn) -> tuple[int, ...]:
    """Draw rooms of headers that no one sends; more shifts never leave more room."""
    multi = draw(st.integers(2, 20))
    rooms: list[int] = []
    for _ in range(3):
        rooms += [multi + draw(st.integers(0, 5)), multi]
        multi = max(2, multi - draw(st.integers(0, 3)))
    rooms[2] = min(rooms[2], rooms[0])
    rooms[4] = min(rooms[4], rooms[2])
    ucs2 = draw(st.integers(2, 10))
    return (*rooms, ucs2 + draw(st.integers(0, 3)), ucs2, draw(st.integers(0, 9)))


@settings(max_examples=1000, deadline=None)
@given(text=texts, languages=allowed, rooms=st.sampled_from(ROOMS))
def test_choose(fast: ModuleType, text: str, languages: bytes, rooms: tuple[int, ...]) -> None:
    """Both choose the same coding, units, parts and fault."""
    assert fast.choose(text, languages, rooms) == _pure.choose(text, languages, rooms)  # type: ignore[arg-type]


@settings(max_examples=600, deadline=None)
@given(text=texts, languages=allowed, rooms=odd_rooms())
def test_choose_with_odd_rooms(
    fast: ModuleType, text: str, languages: bytes, rooms: tuple[int, ...]
) -> None:
    """Both choose the same where parts are so small that pairs often do not fit."""
    chosen = fast.choose(text, languages, rooms)
    assert chosen[1:] == _pure.choose(text, languages, rooms)[1:]  # type: ignore[arg-type]


def test_choose_each_code_point(fast: ModuleType) -> None:
    """Each code point alone, and repeated past a part, has the same coding with both."""
    for point in range(0x110000):
        # Past the planes that have tables, one in a hundred stands for all.
        if point > 0xFFFF and point % 101:
            continue
        text = chr(point)
        assert fast.choose(text, LANGUAGES, ROOMS[0]) == _pure.choose(text, LANGUAGES, ROOMS[0])
        if point < 0x2500:
            text *= 161
            chosen = fast.choose(text, LANGUAGES, ROOMS[0])
            assert chosen == _pure.choose(text, LANGUAGES, ROOMS[0])


@settings(max_examples=600, deadline=None)
@given(
    text=texts,
    coding=shifts,
    capacity=st.integers(2, 200),
    breaks=st.none() | st.lists(st.integers(0, 300), unique=True).map(sorted),
    most=st.integers(1, 300),
)
def test_measure_and_cut(
    fast: ModuleType, text: str, coding: int, capacity: int, breaks: list[int] | None, most: int
) -> None:
    """Both measure and cut the same with any pair of shifts."""
    assert fast.measure(text, coding, LIMITS) == _pure.measure(text, coding, LIMITS)
    cut = fast.cut(text, coding, capacity, breaks, most)
    assert cut == _pure.cut(text, coding, capacity, breaks, most)


@settings(max_examples=600, deadline=None)
@given(text=texts, coding=shifts)
def test_encode(fast: ModuleType, text: str, coding: int) -> None:
    """Both encode the same septets, and find the same fault; what is encoded is decoded again."""
    septets, fault = fast.encode(text, coding)
    assert (septets, fault) == _pure.encode(text, coding)
    if fault < 0:
        assert fast.decode(septets, coding, True) == _pure.decode(septets, coding, True)
        assert fast.decode(septets, coding, True) == (text, -1)


@settings(max_examples=1000, deadline=None)
@given(
    septets=st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([0x1B, 0x00, 0x41, 0x65, 0x0D, 0x7F]), max_size=40).map(bytes),
        st.lists(st.integers(0, 0x7F), max_size=300).map(bytes),
    ),
    coding=shifts,
    strict=st.booleans(),
)
@example(septets=b"\x1b", coding=0, strict=True)
@example(septets=b"\x1b\x80", coding=0, strict=False)
def test_decode(fast: ModuleType, septets: bytes, coding: int, strict: bool) -> None:
    """Both show the same text for any octets, or find the same fault."""
    assert fast.decode(septets, coding, strict) == _pure.decode(septets, coding, strict)


@settings(max_examples=500, deadline=None)
@given(septets=st.lists(st.integers(0, 0x7F), max_size=200).map(bytes), fill_bits=st.integers(0, 6))
def test_pack(fast: ModuleType, septets: bytes, fill_bits: int) -> None:
    """Both pack the same octets, and unpack them to the same septets."""
    octets = fast.pack(septets, fill_bits)
    assert octets == _pure.pack(septets, fill_bits)
    assert fast.unpack(octets, len(septets), fill_bits) == septets
    assert _pure.unpack(octets, len(septets), fill_bits) == septets


@settings(max_examples=500, deadline=None)
@given(octets=st.binary(max_size=160), count=st.integers(0, 200), fill_bits=st.integers(0, 6))
@example(octets=b"", count=0, fill_bits=3)
@example(octets=b"", count=-1, fill_bits=0)
def test_unpack(fast: ModuleType, octets: bytes, count: int, fill_bits: int) -> None:
    """Both unpack the same from any octets, or refuse a count that they do not hold."""
    if 0 <= fill_bits + 7 * count <= 8 * len(octets):
        unpacked = fast.unpack(octets, count, fill_bits)
        assert unpacked == _pure.unpack(octets, count, fill_bits)
        return
    for kernel in (fast, _pure):
        with pytest.raises(IndexError):
            kernel.unpack(octets, count, fill_bits)


@settings(max_examples=500, deadline=None)
@given(
    text=texts,
    table=st.dictionaries(
        st.characters() | st.sampled_from("ae€[“…\r"), st.text(max_size=3), max_size=20
    ),
    kept=st.sampled_from([0, 1, 2]),
)
@example(text="a€“", table={"a": "b", "€": "e", "“": '"'}, kept=2)
@example(text="a€“", table={"a": "b", "€": "e", "“": '"'}, kept=1)
@example(text="a€“", table={"a": "b", "€": "e", "“": '"'}, kept=0)
def test_replace(fast: ModuleType, text: str, table: dict[str, str], kept: int) -> None:
    """Both replace the same characters in the same places."""
    assert fast.replace(text, table, kept) == _pure.replace(text, table, kept)


@pytest.mark.parametrize("coding", [2 << 8, 14 << 8, 255 << 8, 14 << 16, 255 << 16])
def test_a_table_that_is_not_there(fast: ModuleType, coding: int) -> None:
    """At the seam itself a table that the standard has not is an error, never memory read."""
    for kernel in (fast, _pure):
        with pytest.raises(KeyError):
            kernel.measure("a", coding, LIMITS)
        with pytest.raises(KeyError):
            kernel.cut("a", coding, 10, None, 255)
        with pytest.raises(KeyError):
            kernel.encode("a", coding)
        with pytest.raises(KeyError):
            kernel.decode(b"a", coding, False)


@pytest.mark.parametrize("languages", [b"\x00", b"\x0e", b"\xff", bytes(14), bytes([1] * 14)])
def test_languages_that_are_not_there(fast: ModuleType, languages: bytes) -> None:
    """At the seam itself what is no identifier, or more of them than there are, is an error."""
    for kernel in (fast, _pure):
        with pytest.raises(ValueError, match="language"):
            kernel.choose("a", languages, ROOMS[0])
