"""What the bulk path asks of a kernel: both give the same, and that is what a slow way gives.

The law of this file: the expected comes from Python's own decoder, from its sets and dictionaries,
or from the one-text functions of the engine; never from the kernel that is asked.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from types import ModuleType

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore import _pure
from smscore.coding import GSM7_CHARACTERS
from smscore.measuring import count_parts_replaced

SECRET = bytes(range(16))
pieces = st.sampled_from([
    b"a", b'"', b'""', b"\r", b"\n", b",", b";", b"plain text of some length", b"\r\n", b'","',
    b"x" * 20,
])  # fmt: skip
octets_of_csv = st.lists(pieces, max_size=12).map(b"".join)
octets_of_any_sort = st.one_of(
    st.binary(max_size=40),
    st.lists(
        st.sampled_from([
            b"a" * 15, "é".encode(), "€".encode(), "😀".encode(), b"\xed\xa0\xbd",
            b"\xf4\x8f\xbb\xbf", b"\xf4\x8f\xbc\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80",
            b"\xc1\x81", b"\xf0\x8f", b"\xc3",
        ])
    ).map(b"".join),
)  # fmt: skip


@pytest.mark.usefixtures("kernel")
@settings(max_examples=300, deadline=None)
@given(octets_of_any_sort)
def test_where_octets_are_no_sound_utf_8(kernel: ModuleType, octets: bytes) -> None:
    """As Python's decoder has it, and before one of the last 256 code points."""
    try:
        end, text = len(octets), octets.decode()
    except UnicodeDecodeError as fault:
        end = fault.start
        text = octets[:end].decode()
    foreign = [place for place, point in enumerate(text) if ord(point) >= 0x10FF00]
    if foreign:
        end = len(text[: foreign[0]].encode())
    assert kernel.find_unsound(octets) == end


@settings(max_examples=500, deadline=None)
@given(octets_of_csv, st.sampled_from(b",;\t"), st.booleans())
@example(b'\n"a"', 44, False)
@example(b',"a', 44, True)
@example(b'\n"a"b"\n', 44, True)
def test_quotation_marks_are_watched_alike(
    fast: ModuleType,
    octets: bytes,
    delimiter: int,
    is_last: bool,
) -> None:
    """The compiled watch sees what the expression of the specification finds."""
    data = b"\n" + octets
    for start in {1, len(data) // 2 or 1, len(data)}:
        expected = _pure.watch_quotes(data, start, delimiter, is_last)
        assert fast.watch_quotes(data, start, delimiter, is_last) == expected
    for start, end in ((0, len(data)), (1, len(data) // 2 + 1)):
        breaks = _pure.count_breaks(data * 9, start, end * 9)
        assert fast.count_breaks(data * 9, start, end * 9) == breaks


def keys_of(
    kernel: ModuleType, texts: list[str], numbers: list[int], units: list[int]
) -> list[int]:
    """Ask a kernel for the keys of some messages."""
    column = pa.array(texts, pa.string())
    _, offsets, octets = column.buffers()
    keys = array("Q", [7]) * len(texts)
    given, used = array("Q", numbers), array("i", units)
    kernel.find_keys(octets, offsets, 4, 0, len(texts), given, used, SECRET, keys)
    return list(keys)


messages = st.tuples(st.text(max_size=40), st.integers(0, 2**64 - 1), st.integers(-1, 2))


@settings(max_examples=200, deadline=None)
@given(st.lists(messages, min_size=1, max_size=8))
def test_keys_are_the_same_in_both_kernels(
    fast: ModuleType, listed: list[tuple[str, int, int]]
) -> None:
    """A message has one key, another has another; what has no number or units has none."""
    texts, numbers, units = map(list, zip(*listed, strict=True))
    keys = keys_of(_pure, texts, numbers, units)
    assert keys_of(fast, texts, numbers, units) == keys
    known: dict[int, tuple[str, int]] = {}
    for key, (text, number, used) in zip(keys, listed, strict=True):
        assert (key != 0) == (number > 0 and used > 0)
        if key:
            assert known.setdefault(key, (text, number)) == (text, number)
    assert len(set(keys) - {0}) == len({(t, n) for t, n, used in listed if n and used > 0})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=60))
def test_tables_of_keys_are_sets(kernel: ModuleType, numbers: list[int]) -> None:
    """What a table knows is marked; what only an older one knows is found by its search."""
    spread = 0x9E3779B97F4A7C15
    keys = array("Q", [number * spread % 2**64 for number in numbers])
    older, table, sieve = bytearray(64 * 8), bytearray(64 * 8), bytearray(16 * 8)
    half = len(keys) // 2
    marks = bytearray(half)
    kernel.remember(keys[:half], half, older, sieve, marks)
    seen: set[int] = set()
    for key, mark in zip(keys, marks, strict=False):
        assert (mark == 1) == (key in seen)
        seen |= {key} - {0}
    rest = keys[half:]
    marks = bytearray(len(rest))
    added = kernel.remember(rest, len(rest), table, sieve, marks)
    assert added == len(set(rest) - {0})
    kernel.search(rest, len(rest), older, marks)
    for key, mark in zip(rest, marks, strict=True):
        assert (mark == 1) == (key in seen)
        seen |= {key} - {0}


@pytest.mark.usefixtures("kernel")
def test_a_full_table_is_refused(kernel: ModuleType) -> None:
    """It neither loses a key nor looks for room for ever; no table is one of three words."""
    table, keys = bytearray(4 * 8), array("Q", range(1, 6))
    with pytest.raises(ValueError, match="full"):
        kernel.remember(keys, 5, table, None, bytearray(5))
    with pytest.raises(ValueError, match="power of two"):
        kernel.remember(keys, 1, bytearray(3 * 8), None, bytearray(5))
    with pytest.raises(ValueError, match="shorter"):
        kernel.remember(keys, 6, bytearray(64 * 8), None, bytearray(6))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(any_texts, st.integers(-1, 1)), max_size=8))
def test_blame_is_what_one_text_after_the_other_comes_to(
    kernel: ModuleType, listed: list[tuple[str, int]]
) -> None:
    """The texts, the excess and the cost of each character, by how many share them."""
    listed = [
        (text, rate)
        for text, rate in listed
        if not set(text) & set(map(chr, range(0xD800, 0xE000)))
    ]
    prices, flat = array("q", [2**62, 5]), bytes([0, 1])
    alphabets = array("b", [int(not set(text) <= GSM7_CHARACTERS) for text, _ in listed])
    parts = array("i", [count_parts_replaced(text) + 2 for text, _ in listed])
    rates = array("i", [rate for _, rate in listed])
    column = pa.array([text for text, _ in listed], pa.large_string())
    _, offsets, octets = column.buffers()
    ledger = kernel.open_ledger()
    done = kernel.blame(
        ledger,
        octets,
        offsets or b"",
        8,
        0,
        len(listed),
        alphabets,
        parts,
        rates,
        prices,
        flat,
        160,
        153,
    )
    assert done == len(listed)
    expected: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (text, rate), alphabet in zip(listed, alphabets, strict=True):
        points = set(text) - GSM7_CHARACTERS
        for point in points if alphabet else ():
            entry = expected[ord(point), len(points)]
            entry[0] += 1
            entry[1] += 2
            entry[2] += 2 * 2**62 if rate == 0 else 0
    found = {(point, n): list(sums) for point, n, *sums in kernel.close_ledger(ledger)}
    assert found == expected
    assert kernel.close_ledger(ledger) == []


@pytest.mark.usefixtures("kernel")
def test_a_ledger_without_room_says_so(kernel: ModuleType) -> None:
    """Rows that no longer fit are left, and fit when it has been read."""
    texts = [
        "".join(map(chr, range(0x4E00 + 5000 * row, 0x4E00 + 5000 * (row + 1)))) for row in range(4)
    ]
    texts += ["".join(chr(0x10000 + place) for place in range(30_000))]
    column = pa.array([*texts[:4], *[text[:-1] for text in texts[:4]], texts[4]], pa.string())
    _, offsets, octets = column.buffers()
    count = len(column)
    ones, none = array("b", [1]) * count, array("i", [-1]) * count
    parts = array("i", [1000]) * count
    ledger, done, stops, total = kernel.open_ledger(), 0, [], 0
    while done < count:
        rest = ones[done:], parts[done:], none[done:]
        more = kernel.blame(
            ledger, octets, offsets, 4, done, count - done, *rest, array("q"), b"", 160, 153
        )
        total += sum(entry[2] for entry in kernel.close_ledger(ledger))
        done += more
        stops.append(done)
        if not more:
            break
    # Four times 5,000 fit once; the last text alone holds more than all of a ledger.
    assert stops == [4, 8, 8]
    assert total == 4 * 5000 + 4 * 4999


def test_offsets_that_leave_their_octets_are_refused(kernel: ModuleType) -> None:
    """A column that lies about its octets is read by no kernel."""
    for offsets in (array("i", [0, 9]), array("i", [3, 2]), array("i", [-1, 2])):
        with pytest.raises(ValueError, match="reach out"):
            kernel.find_keys(
                b"abc", offsets, 4, 0, 1, array("Q", [1]), array("i", [1]), SECRET, array("Q", [0])
            )
