"""What the bulk path asks of octets and of columns beside their measure.

The law of this file: it specifies what the compiled kernel does; it is to be read, and is not fast.
Columns are given as the buffers that Arrow lays them out in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from smscore._pure.texts import find_unmapped, measure_replaced

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

# The last 256 code points of Unicode are what stands for octets that are no UTF-8.
_STAND_INS = b"\xf4\x8f\xbc", b"\xf4\x8f\xbd", b"\xf4\x8f\xbe", b"\xf4\x8f\xbf"


def find_unsound(octets: bytes) -> int:
    """Tell up to where octets are UTF-8 without one of the last 256 code points."""
    try:
        octets.decode()
        end = len(octets)
    except UnicodeDecodeError as error:
        end = error.start
    for stand_in in _STAND_INS:
        place = octets.find(stand_in, 0, end)
        # What is whole has four octets.
        if place >= 0:
            end = place
    return end


@lru_cache(maxsize=16)
def _tokens(delimiter: int) -> re.Pattern[bytes]:
    edge = b"[" + re.escape(bytes((delimiter,))) + b"\r\n]"
    return re.compile(
        # A quoted cell: open to the end so far, or closed before an edge, or astray.
        b"(?<=" + edge + b')"(?:[^"]++|"")*+'
        b'(?:(?P<open>\\Z)|"(?:(?=' + edge + b")|\\Z|(?P<stray>)))"
        b"|(?P<end>[\r\n]++)"
    )


def count_breaks(octets: bytes, start: int, end: int) -> int:
    """Count the line breaks of a stretch of octets, CR LF being one."""
    if not 0 <= start <= end <= len(octets):
        raise ValueError("there are no such octets")
    breaks = octets.count(b"\n", start, end)
    if octets.find(b"\r", start, end) >= 0:
        breaks += octets.count(b"\r", start, end) - octets.count(b"\r\n", start, end)
    return breaks


def watch_quotes(
    data: bytes, start: int, delimiter: int, is_last: bool
) -> tuple[int, int, bool, list[tuple[int, int, int, bool]]]:
    """Watch octets of CSV pass, those before the start having passed before: one at least.

    Gives how many are done with, the ends of rows among them, whether what is not is an open cell,
    and each quoted cell that is astray: the ends of rows before it, where it begins, where it ends,
    and whether it is open to the end.
    """
    if not 0 < start <= len(data):
        raise ValueError("the first octet was not passed before")
    rows = 0
    strays: list[tuple[int, int, int, bool]] = []
    for token in _tokens(delimiter).finditer(data, start):
        if token.end() == len(data) and not is_last:
            # It may go on in what is yet to pass.
            return token.start(), rows, token["open"] is not None, strays
        if token["end"] is not None:
            rows += 1
        elif token["stray"] is not None or token["open"] is not None:
            strays.append((rows, token.start(), token.end(), token["open"] is not None))
    return len(data), rows, False, strays


_WORD = (1 << 64) - 1
_WIDTHS: dict[int, Literal["i", "q"]] = {4: "i", 8: "q"}
_SECRET_OCTETS = 16
_PERHAPS = 2
_WIDEST = 2
_SPREAD = 0x9E3779B97F4A7C15


def _mix(a: int, b: int) -> int:
    product = (a & _WORD) * (b & _WORD)
    return (product ^ (product >> 64)) & _WORD


def _key(number: int, text: bytes, secret: tuple[int, int]) -> int:
    key = _mix(number ^ secret[0], len(text) ^ secret[1])
    for start in range(0, len(text), 16):
        first = int.from_bytes(text[start : start + 8], "little")
        second = int.from_bytes(text[start + 8 : start + 16], "little")
        key = _mix(first ^ secret[1], second ^ key)
    return _mix(key ^ secret[0], _SPREAD) or 1


def _texts(
    octets: Buffer | None, offsets: Buffer, width: int, first: int, count: int
) -> Iterator[bytes]:
    if width not in _WIDTHS or first < 0 or count < 0:
        raise ValueError("there are no such rows")
    data = memoryview(b"" if octets is None else octets).cast("B")
    ends = memoryview(offsets).cast("B").cast(_WIDTHS[width])
    if count and len(ends) <= first + count:
        raise ValueError("a buffer is shorter than what is to be in it")
    reached = [*ends[first : first + count + 1]] if count else [0]
    if reached != sorted(reached) or reached[0] < 0 or reached[-1] > len(data):
        raise ValueError("the column's offsets reach out of its octets")
    return (bytes(data[start:end]) for start, end in pairwise(reached))


def _numbers(buffer: Buffer, kind: Literal["b", "B", "i", "q", "Q"], count: int) -> memoryview:
    """Give a buffer as so many numbers."""
    numbers = memoryview(buffer).cast("B")
    size = {"b": 1, "B": 1, "i": 4, "q": 8, "Q": 8}[kind]
    if len(numbers) < count * size:
        raise ValueError("a buffer is shorter than what is to be in it")
    return numbers[: count * size].cast(kind)


def find_keys(
    octets: Buffer | None,
    offsets: Buffer,
    width: int,
    first: int,
    count: int,
    numbers: Buffer,
    units: Buffer,
    secret: bytes,
    keys: Buffer,
) -> None:
    """Give each message of a column a key of 64 bits, 0 if it has no number or no units.

    The text is read 16 octets at a time, by products of 128 bits whose halves are laid upon each
    other; the secret, two words, is in every one of them.
    """
    if len(secret) != _SECRET_OCTETS:
        raise ValueError("a secret has 16 octets")
    words = int.from_bytes(secret[:8], "little"), int.from_bytes(secret[8:], "little")
    texts = _texts(octets, offsets, width, first, count)
    found = _numbers(keys, "Q", count)
    given, used = _numbers(numbers, "Q", count), _numbers(units, "i", count)
    for row, text in enumerate(texts):
        has_both = given[row] and used[row] > 0
        found[row] = _key(given[row], text, words) if has_both else 0


def _table(table: Buffer) -> memoryview:
    words = memoryview(table).cast("B")
    count = len(words) >> 3
    if len(words) & 7 or count == 0 or count & (count - 1):
        raise ValueError("a table has a power of two of words")
    return words.cast("Q")


def _slot(table: memoryview, key: int) -> int:
    """Find the slot of a key: where it is, or the empty one where it would be."""
    mask = len(table) - 1
    slot = key & mask
    for _ in range(len(table)):
        if table[slot] in (0, key):
            return slot
        slot = (slot + 1) & mask
    raise ValueError("the table is full")


def _bits(key: int) -> int:
    """Choose four bits of a word of the sieve."""
    return 1 << (key >> 58) | 1 << (key >> 52 & 63) | 1 << (key >> 46 & 63) | 1 << (key >> 40 & 63)


def remember(keys: Buffer, count: int, table: Buffer, sieve: Buffer | None, marks: Buffer) -> int:
    """Put keys into a table, and count those that are new to it.

    A table is a power of two of words, 0 where there is none. A mark is 1 where the key was in it,
    2 where it was not but may be in an older one, for the sieve has its bits, which it gets in any
    case. Raises ValueError if the table is full.
    """
    given, found = _numbers(keys, "Q", count), _numbers(marks, "B", count)
    slots = _table(table)
    words = None if sieve is None else _table(sieve)
    added = 0
    for row, key in enumerate(given):
        found[row] = 0
        if not key:
            continue
        slot = _slot(slots, key)
        if slots[slot]:
            found[row] = 1
            continue
        slots[slot] = key
        added += 1
        if words is not None:
            place, bits = key >> 8 & (len(words) - 1), _bits(key)
            if words[place] & bits == bits:
                found[row] = _PERHAPS
            words[place] |= bits
    return added


def search(keys: Buffer, count: int, table: Buffer, marks: Buffer) -> None:
    """Make each mark of 2 a 1 whose key is in an older table."""
    given, found = _numbers(keys, "Q", count), _numbers(marks, "B", count)
    slots = _table(table)
    for row, mark in enumerate(found):
        if mark == _PERHAPS and slots[_slot(slots, given[row])]:
            found[row] = 1


Ledger = dict[tuple[int, int], list[int]]

_LEDGER_MOST = (1 << 15) * 3 // 4


def open_ledger() -> Ledger:
    """Make what `blame` adds up in: a kernel's own, to be given back to it alone."""
    return {}


def blame(
    ledger: Ledger,
    octets: Buffer | None,
    offsets: Buffer,
    width: int,
    first: int,
    count: int,
    alphabets: Buffer,
    parts: Buffer,
    rates: Buffer,
    prices: Buffer,
    flat: Buffer,
    single: int,
    multi: int,
) -> int:
    """Add up what the characters of UCS-2 texts cost that the GSM alphabet does not have.

    `alphabets` is 1 for these texts. Their excess is their parts beyond those with one septet for
    each such character; `prices`, of a part, are what a rate's place stands for, and `flat` says
    which of them know no parts. For each character and the number of them in its text the ledger
    adds up the texts, the excess, and what it costs. Gives how many rows are done: all of them,
    unless the ledger has no room.
    """
    if multi < _WIDEST:
        raise ValueError("a part of several holds at least 2 units")
    texts = _texts(octets, offsets, width, first, count)
    coded, needed = _numbers(alphabets, "b", count), _numbers(parts, "i", count)
    rated = _numbers(rates, "i", count)
    priced = memoryview(prices).cast("B").cast("q")
    by_message = _numbers(flat, "B", len(priced))
    for row, octets_of_row in enumerate(texts):
        if coded[row] != 1 or needed[row] <= 0:
            continue
        text = octets_of_row.decode()
        points = {ord(text[index]) for index in find_unmapped(text)}
        if len(ledger) + len(points) > _LEDGER_MOST:
            return row
        excess = needed[row] - measure_replaced(text, single, multi)[1]
        rate = rated[row]
        price = priced[rate] if 0 <= rate < len(priced) and not by_message[rate] else 0
        for point in points:
            entry = ledger.setdefault((point, len(points)), [0, 0, 0])
            entry[0] += 1
            entry[1] += excess
            entry[2] += price * excess
    return count


def close_ledger(ledger: Ledger) -> list[tuple[int, int, int, int, int]]:
    """Give what was added up, by character and the number of them, and begin anew."""
    entries = [
        (point, sharing, messages, parts, cost)
        for (point, sharing), (messages, parts, cost) in ledger.items()
    ]
    ledger.clear()
    return entries
