"""Phone numbers in columns, in plain Python: what they belong to, and what they cost.

The law of this file: numbers in, numbers out. What a place or a rate is, only
the modules above the seam know; here they are numbers in tables that those have made.

A *numeral* is a phone number of at most fifteen digits in 64 bits: a digit is four bits, the first
on top; behind the last is 0xA for each that there could be; the lowest four bits are how many there
are. 0 is no number. An *entry* of a table is one number as well: from 0 on a leaf; -1 for nothing;
and below, of s = -2 - entry, the chain s >> 1 if s is odd, else the row s >> 1 of a trie.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator
from typing import Literal

TYPE_CHECKING = False

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer
    from _typeshed import WriteableBuffer

    Kind = Literal["B", "h", "i", "q", "Q"]

MOST_DIGITS = 15
NO_PLACE, BAD, UNSURE, UNKNOWN = -1, -2, -3, -4
"""What stands for a place: it has none; it is no number; it must be asked for; not known yet."""
NOTHING = -1
"""The entry of what has none, and the rate."""
INHERIT = -(2**31)
"""The end of a chain that goes on with the next shorter prefix."""

_FILL = 10
_ROW = 16
_FEWEST_DIGITS = 5
_OPENING = 10_000
_DIRECT = 6
_LEVELS = [(10**length - 1) // 9 for length in range(_DIRECT + 2)]
_LEARNED = 256
"""The most numbers that are reported as unknown at once."""
_CANONICAL = re.compile(rb"\+([1-9][0-9]{4,14})")
_WIDTHS: dict[int, Literal["i", "q"]] = {4: "i", 8: "q"}
_VIEW = 16
_INLINE = 12


def read_utf8_numbers(
    octets: Buffer,
    offsets: Buffer,
    width: int,
    validity: Buffer | None,
    first: int,
    count: int,
    numerals: WriteableBuffer,
) -> int:
    """Read a column of UTF-8 into numerals, and tell how many are 0: cells of any other form.

    A cell is read if it is "+" and then 5 to 15 digits, the first no zero. `width` is the octets
    of an offset, 4 or 8; rows begin at `first`. Raises ValueError for buffers too short.
    """
    if width not in _WIDTHS:
        raise ValueError("an offset has 4 or 8 octets")
    text = memoryview(octets).cast("B")
    ends = _take(offsets, _WIDTHS[width], first + count + 1 if count else 0)
    cells = (text[max(ends[row], 0) : max(ends[row + 1], 0)] for row in range(first, first + count))
    if count and (min(ends[first : first + count + 1]) < 0 or ends[first + count] > len(text)):
        raise ValueError("the column's offsets reach out of its octets")
    return _read(cells, validity, first, count, numerals)


def read_view_numbers(
    views: Buffer,
    buffers: list[Buffer],
    validity: Buffer | None,
    first: int,
    count: int,
    numerals: WriteableBuffer,
) -> int:
    """Read a column of UTF-8 views as `read_utf8_numbers` does one of offsets."""
    rows = _take(views, "B", (first + count) * _VIEW)
    texts = [memoryview(each).cast("B") for each in buffers]

    def cells() -> Iterator[memoryview]:
        for row in range(first, first + count):
            at = row * _VIEW
            length, _, place, start = struct.unpack("iiii", rows[at : at + _VIEW])
            if length <= _INLINE:
                yield rows[at + 4 : at + 4 + max(length, 0)]
            elif 0 <= place < len(texts) and 0 <= start <= len(texts[place]) - length:
                yield texts[place][start : start + length]
            else:
                yield rows[:0]

    return _read(cells(), validity, first, count, numerals)


def _read(
    cells: Iterator[memoryview],
    validity: Buffer | None,
    first: int,
    count: int,
    numerals: WriteableBuffer,
) -> int:
    found = _take_all(numerals, "Q", count)
    valid = None if validity is None else _take(validity, "B", (first + count + 7) // 8)
    others = 0
    for row, cell in enumerate(cells):
        known = valid is None or valid[(first + row) >> 3] >> ((first + row) & 7) & 1
        canonical = _CANONICAL.fullmatch(cell) if known else None
        found[row] = make_numeral(canonical[1].decode()) if canonical else 0
        others += canonical is None
    return others


def make_numeral(digits: str) -> int:
    """Give the numeral of 1 to 15 digits; ValueError for what is none.

    >>> hex(make_numeral("447700900123"))
    '0x447700900123aaac'
    """
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise ValueError("a numeral has 1 to 15 digits")
    return int(f"{digits:a<{MOST_DIGITS}}{len(digits):x}", 16)


def spell_numerals(numerals: Buffer, values: WriteableBuffer) -> None:
    """Write each numeral as the number that its digits spell."""
    count = memoryview(numerals).nbytes // 8
    read, written = _take_all(numerals, "Q", count), _take_all(values, "Q", count)
    for row, numeral in enumerate(read):
        value = 0
        for place in range(numeral & 0xF):
            value = value * 10 + (numeral >> (60 - 4 * place) & 0xF)
        written[row] = value


def place_numerals(
    numerals: WriteableBuffer, openings: Buffer, steps: Buffer, places: WriteableBuffer
) -> list[int]:
    """Follow each numeral of unknown place through an automaton to its place.

    The first step is by the length and four digits: an entry of `openings`. A step from a row is
    by the next digit: an entry of `steps`, sixteen a row. From 0 on an entry is the next row; -1
    is a step that is not known; below, -2 - entry is the place plus 4. Gives the rows that came
    to such a step, whose place stays unknown; after 256 of them it stops. One of place BAD
    becomes 0; one of less than 5 digits is UNSURE.
    """
    count = memoryview(numerals).nbytes // 8
    read, placed = _take_all(numerals, "Q", count), _take_all(places, "h", count)
    first, rows = _take_all(openings, "i", 16 * _OPENING), memoryview(steps).cast("B").cast("i")
    unknown: list[int] = []
    for row, numeral in enumerate(read):
        if placed[row] != UNKNOWN:
            continue
        if numeral & 0xF < _FEWEST_DIGITS:
            placed[row] = UNSURE
            continue
        lead = sum((numeral >> (60 - 4 * digit) & 0xF) * 10 ** (3 - digit) for digit in range(4))
        opening = (numeral & 0xF) * _OPENING + lead
        entry = first[opening] if opening < len(first) else -1
        digit = 4
        while 0 <= entry < len(rows) // _ROW and digit < MOST_DIGITS:
            entry = rows[entry * _ROW + (numeral >> (60 - 4 * digit) & 0xF)]
            digit += 1
        if entry < NOTHING:
            placed[row] = -2 - entry + UNKNOWN
            if placed[row] == BAD:
                read[row] = 0
        else:
            unknown.append(row)
            if len(unknown) == _LEARNED:
                break
    return unknown


def build_prefixes(prefixes: bytes, entries: Buffer, chains: Buffer) -> tuple[bytes, bytes, bytes]:
    """Build the tables that `find_rates` looks prefixes up in: direct ones, a trie, the chains.

    `prefixes` are digits, 1 to 15, each behind a line feed; `entries` has a leaf or a chain of
    each. A chain is pairs of a place and a leaf, to the first of the place -1: its leaf is that of
    all other places, or INHERIT the entry of the next shorter prefix. Raises ValueError for what is
    no prefix. The direct table is by the first digits, six or all that there are.
    """
    head, *listed = prefixes.split(b"\n")
    leaves = _take_all(entries, "i", len(listed))
    linked = array("i", memoryview(chains).cast("B").cast("i"))
    if head or not all(0 < len(each) <= MOST_DIGITS and each.isdigit() for each in listed):
        raise ValueError("a prefix has 1 to 15 digits")
    levels = [[NOTHING]]
    by_length: dict[int, list[tuple[bytes, int]]] = {}
    for prefix, entry in zip(listed, leaves, strict=True):
        by_length.setdefault(len(prefix), []).append((prefix, entry))
    for length in range(1, _DIRECT + 1):
        level = [entry for entry in levels[-1] for _ in range(10)]
        for prefix, entry in by_length.get(length, ()):
            level[int(prefix)] = _link(linked, entry, level[int(prefix)])
        levels.append(level)
    trie = array("i")
    for length in range(_DIRECT + 1, MOST_DIGITS + 1):
        for prefix, entry in by_length.get(length, ()):
            table: list[int] | array[int] = levels[_DIRECT]
            at = int(prefix[:_DIRECT])
            for digit in prefix[_DIRECT:]:
                if table[at] >= NOTHING or (-2 - table[at]) & 1:
                    trie.extend([table[at]] * _ROW)
                    table[at] = -2 - 2 * (len(trie) // _ROW - 1)
                table, at = trie, (-2 - table[at]) // 2 * _ROW + digit - ord("0")
            table[at] = _link(linked, entry, table[at])
    direct = array("i", (entry for level in levels for entry in level))
    return direct.tobytes(), trie.tobytes(), linked.tobytes()


def _link(chains: array[int], entry: int, inherited: int) -> int:
    """Give an entry; the chain behind it, if there is one, goes on with what it would inherit."""
    if entry < NOTHING:
        place = 2 * (-2 - entry >> 1)
        while place + 1 < len(chains) and chains[place] >= 0:
            place += 2
        if place + 1 >= len(chains) or not (-2 - entry) & 1:
            raise ValueError("a chain has no end")
        if chains[place + 1] == INHERIT:
            chains[place + 1] = inherited
    return entry


def find_rates(
    numerals: Buffer,
    places: Buffer | None,
    tables: tuple[Buffer, Buffer, Buffer],
    fallbacks: Buffer,
    rates: WriteableBuffer,
) -> None:
    """Find the leaf of the longest prefix of each numeral, given its place; none is of no place.

    `tables` are those of `build_prefixes`. A number without a prefix has the leaf of its place in
    `fallbacks`, which begins with that of no place. A numeral of 0 has -1, as has a place below.
    """
    count = memoryview(numerals).nbytes // 8
    read, found = _take_all(numerals, "Q", count), _take_all(rates, "i", count)
    placed = None if places is None else _take_all(places, "h", count)
    direct = _take_all(tables[0], "i", _LEVELS[-1])
    trie, chains = (memoryview(each).cast("B").cast("i") for each in tables[1:])
    others = memoryview(fallbacks).cast("B").cast("i")
    for row, numeral in enumerate(read):
        place = NO_PLACE if placed is None else placed[row]
        length = min(numeral & 0xF, _DIRECT)
        if not length or not NO_PLACE <= place < len(others) - 1:
            found[row] = NOTHING
            continue
        entry = direct[_LEVELS[length] + int(f"{numeral:016x}"[:length])]
        digit = _DIRECT
        while entry < NOTHING:
            behind = -2 - entry >> 1
            if -2 - entry & 1:
                while chains[2 * behind] not in {NO_PLACE, place}:
                    behind += 1
                entry = chains[2 * behind + 1]
            else:
                entry = trie[behind * _ROW + (numeral >> (60 - 4 * digit) & 0xF)]
                digit += 1
        found[row] = others[place + 1] if entry == NOTHING else entry


def price_rates(
    rates: Buffer,
    parts: Buffer,
    validity: Buffer | None,
    first: int,
    prices: Buffer,
    flat: Buffer,
    amounts: WriteableBuffer,
    valid: WriteableBuffer,
) -> None:
    """Multiply the price of each rate by the parts, or by 1 where `flat` has it, into 128 bits.

    A rate below 0 has no amount, nor have parts that are not valid: the bit in `valid` is not set.
    The validity of the parts begins at the bit `first`.
    Raises ValueError for a rate without a price.
    """
    count = memoryview(rates).nbytes // 4
    asked, number = _take_all(rates, "i", count), _take_all(parts, "i", count)
    known = None if validity is None else _take(validity, "B", (first + count + 7) // 8)
    price = memoryview(prices).cast("B").cast("q")
    once = _take_all(flat, "B", len(price))
    written = _take_all(amounts, "B", 16 * count)
    bits = _take_all(valid, "B", (count + 7) // 8)
    bits[:] = bytes(len(bits))
    for row, rate in enumerate(asked):
        amount = 0
        if rate >= len(price):
            raise ValueError("a rate has no price")
        if rate >= 0 and (known is None or known[first + row >> 3] >> (first + row & 7) & 1):
            amount = price[rate] * (1 if once[rate] else number[row])
            bits[row >> 3] |= 1 << (row & 7)
        written[16 * row : 16 * row + 16] = amount.to_bytes(16, "little", signed=True)


def _take(buffer: Buffer, kind: Kind, least: int) -> memoryview:
    view = memoryview(buffer).cast("B")
    items = view[: view.nbytes - view.nbytes % struct.calcsize(kind)].cast(kind)
    if least < 0 or len(items) < least:
        raise ValueError("a buffer is shorter than its column")
    return items


def _take_all(buffer: Buffer, kind: Kind, count: int) -> memoryview:
    if memoryview(buffer).nbytes != count * struct.calcsize(kind):
        raise ValueError("a buffer is not as long as its column")
    return memoryview(buffer).cast("B").cast(kind)
