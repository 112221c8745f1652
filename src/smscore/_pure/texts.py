"""The kernel in plain Python: the specification that `_fast.pyx` is held to.

The law of this file: numbers in, numbers out. A function is given a text and integers, and answers
with integers: which coding, how many, at which index. It knows no class of ours and raises no
error of ours; what a number means, and what is said about it, is decided above the seam, once for
both kernels. A text here is always a `str`; offsets count its code points.

A coding is one number: the data coding scheme octet of its alphabet (3GPP TS 23.038 clause 4; 0x00
is GSM 7 bit, 0x08 is UCS2), and above it the national language identifiers of the locking shift
(bits 8 to 15) and of the single shift (bits 16 to 23), 0 for none. Units are septets for GSM 7 bit
and 16-bit code units for UCS2. Capacities are given, never known here.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from smscore._tables import DEFAULT, ESCAPE, EXTENSION, LOCKING, SINGLE, UNASSIGNED

TYPE_CHECKING = False

if TYPE_CHECKING:
    from array import array

NAME = "pure"

_GSM7 = 0x00
_UCS2 = 0x08
_ANY = -1
_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF
_LAST_BMP = 0xFFFF
_SEPTET_BITS, _OCTET_BITS = 7, 8
_SEPTETS = 0x80
_LARGEST = 2
"""The units of the largest character."""

_ALPHABET = frozenset(map(chr, DEFAULT)) | frozenset(map(chr, EXTENSION))
_PLAIN = frozenset(map(chr, DEFAULT))
_EXTENSION = tuple(map(chr, EXTENSION))

Limits = tuple[int, int, int, int]
"""Capacities: a part alone and one of several, of the GSM 7 bit coding and of UCS2."""

Rooms = tuple[int, int, int, int, int, int, int, int, int]
"""As Limits, for GSM 7 bit with no shift, one, and both, then UCS2; then the octets of the header
of one of several parts in UCS2, which its capacity does not tell."""


def measure(text: str, coding: int, limits: Limits) -> tuple[int, int, int, int]:
    """Measure a text: its coding, its units, its parts, and the index of a fault or -1.

    With `coding` -1 it is GSM 7 bit without shifts if that has every character, else UCS2; with
    another, it is that one. A fault is the first character that the coding asked for does not
    have, or for UCS2 the first surrogate code point; units and parts are then 0. Raises ValueError
    for a part of several that holds less than 2 units.
    """
    single, multi, single_ucs2, multi_ucs2 = limits
    _check_capacities(multi, multi_ucs2)
    if coding in {_ANY, _GSM7}:
        if _ALPHABET.issuperset(text):
            septets = _count_septets(text)
            return _GSM7, septets, _count_parts(text, _GSM7, septets, single, multi), -1
        if coding == _GSM7:
            return _GSM7, 0, 0, find_unmapped(text)[0]
    elif coding != _UCS2:
        weights = _weights(coding)
        fault = next((index for index, each in enumerate(text) if each not in weights), -1)
        if fault >= 0:
            return coding, 0, 0, fault
        septets = sum(map(weights.__getitem__, text))
        return coding, septets, _count_parts(text, coding, septets, single, multi), -1
    units = 0
    for index, point in enumerate(map(ord, text)):
        if _FIRST_SURROGATE <= point <= _LAST_SURROGATE:
            return _UCS2, 0, 0, index
        units += 2 if point > _LAST_BMP else 1
    return _UCS2, units, _count_parts(text, _UCS2, units, single_ucs2, multi_ucs2), -1


def choose(text: str, languages: bytes, rooms: Rooms) -> tuple[int, int, int, int]:
    """Choose the best coding where the national languages may be used; answer as `measure` does.

    The candidates are UCS2, and GSM 7 bit with any or no locking shift and any or no single shift
    of `languages`, identifiers in the order of preference. The best takes the fewest parts, then
    the fewest octets, headers included, then it is the plainest: GSM 7 bit without shifts, UCS2,
    a single shift, a locking shift, both of one language, both of two; then the one preferred.
    The fault is a surrogate code point. Raises ValueError for what are no thirteen identifiers, and
    as `measure` does.
    """
    _check_capacities(*rooms[1:8:2])
    if len(languages) >= len(SINGLE):
        raise ValueError("a language is named twice")
    if any(each not in SINGLE or not each for each in languages):
        raise ValueError("there is no such language")
    points = Counter(text)
    best: tuple[int, int, int, int] | None = None
    answer = (0, 0, 0, -1)
    for preference, locking in enumerate((0, *languages)):
        if locking not in LOCKING:
            continue
        first = _find_single(points, locking, languages)
        if first is None:
            continue
        rank, single = first
        coding = _GSM7 | locking << 8 | single << 16
        shifts = bool(locking) + bool(single)
        alone, multi = rooms[2 * shifts : 2 * shifts + 2]
        weights = _weights(coding)
        units = sum(weights[each] * count for each, count in points.items())
        held = [units] if units <= alone else cut(text, coding, multi, None, units)[1]
        header = rooms[0] - (alone if len(held) == 1 else multi)
        octets = sum(-(-(header + each) * _SEPTET_BITS // _OCTET_BITS) for each in held)
        key = (len(held), octets, rank, preference)
        if best is None or key < best:
            best, answer = key, (coding, units, len(held), -1)
        if coding == _GSM7 and units == len(text):
            # A septet for each character and no header: no shift takes less.
            break
    _, units, parts, fault = measure(text, _UCS2, (0, 2, *rooms[6:8]))
    if fault >= 0:
        return answer if best else (_UCS2, 0, 0, fault)
    octets = 2 * units + (parts * rooms[8] if parts > 1 else 0)
    if best is None or (parts, octets, _RANK_UCS2, 0) < best:
        return _UCS2, units, parts, -1
    return answer


_RANK_NONE, _RANK_UCS2, _RANK_SINGLE, _RANK_LOCKING, _RANK_BOTH, _RANK_MIXED = range(6)


def _find_single(points: Counter[str], locking: int, languages: bytes) -> tuple[int, int] | None:
    """Find the plainest single shift that has what the locking shift has not, and its rank."""
    absent = points.keys() - _members(LOCKING[locking])
    for single in (0, *((locking,) if locking else ()), *languages):
        if absent <= _members(SINGLE[single]):
            if not single:
                return (_RANK_LOCKING if locking else _RANK_NONE), 0
            if not locking:
                return _RANK_SINGLE, single
            return (_RANK_BOTH if single == locking else _RANK_MIXED), single
    return None


def measure_many(
    texts: list[str],
    limits: Limits,
    alphabets: array[int],
    units: array[int],
    parts: array[int],
) -> None:
    """Measure each text into the three arrays: signed bytes, and twice signed 32-bit integers.

    Where there is a fault the alphabet is -1, the units are its index, and the parts are 0.
    Raises ValueError unless the arrays are of these types and as long as the list, and TypeError
    for what is not exactly a str, with the texts before it measured.
    """
    arrays = ((alphabets, "b"), (units, "i"), (parts, "i"))
    if any(len(each) != len(texts) or each.typecode != kind for each, kind in arrays):
        raise ValueError("the arrays must be of the right type and as long as the list")
    for place, text in enumerate(texts):
        if type(text) is not str:
            raise TypeError(f"a text is a str, not {type(text).__name__}")
        alphabet, used, number, fault = measure(text, _ANY, limits)
        alphabets[place] = alphabet if fault < 0 else -1
        units[place] = used if fault < 0 else fault
        parts[place] = number


def measure_replaced(text: str, single: int, multi: int) -> tuple[int, int]:
    """Count the septets and parts as if each character outside the alphabet took one septet.

    That is what the text would take in GSM 7 bit if each such character were replaced by one of
    the default alphabet: the yardstick of what those characters cost.
    """
    _check_capacities(multi)
    septets = _count_septets(text)
    return septets, _count_parts(text, _GSM7, septets, single, multi)


def find_unmapped(text: str) -> list[int]:
    """List the index of each character that the GSM 7 bit default alphabet does not have."""
    return [index for index, character in enumerate(text) if character not in _ALPHABET]


def replace(text: str, table: dict[str, str], kept: int) -> tuple[str, list[int]]:
    """Replace characters by a table, and list the index of each that was replaced.

    A character that takes so many septets, or fewer, in the GSM 7 bit default alphabet is `kept`
    as it is: with 2 all of its characters are, with 1 the extension table's are not, with 0 none.
    """
    left = (frozenset(), _PLAIN, _ALPHABET)[kept]
    found = [
        index
        for index, character in enumerate(text)
        if character not in left and character in table
    ]
    pieces: list[str] = []
    start = 0
    for index in found:
        pieces += text[start:index], table[text[index]]
        start = index + 1
    return "".join((*pieces, text[start:])), found


def cut(
    text: str, coding: int, capacity: int, breaks: list[int] | None, most: int
) -> tuple[list[int], list[int]]:
    """Cut a text into parts of at most `capacity` units; list where each ends and what it holds.

    A part takes all that it can. An escape pair or a surrogate pair is one character here, so it
    is never cut. With `breaks`, rising offsets, a cut is made only there; if no break lies in the
    part, it is made where the part is full. After `most` parts it stops, the text not at its end.
    A capacity is at least 2, so that every character fits a part; ValueError if it is not.
    """
    _check_capacities(capacity)
    ends: list[int] = []
    held: list[int] = []
    used = 0
    start = 0
    place = 0
    last_break = 0
    used_at_break = 0
    for index, character in enumerate(text):
        if breaks is None:
            last_break, used_at_break = index, used
        else:
            while place < len(breaks) and breaks[place] <= index:
                if breaks[place] == index:
                    last_break, used_at_break = index, used
                place += 1
        needed = _weigh(character, coding)
        while used + needed > capacity:
            if last_break == start:
                last_break, used_at_break = index, used
            ends.append(last_break)
            held.append(used_at_break)
            if len(ends) == most:
                return ends, held
            used -= used_at_break
            start, used_at_break = last_break, 0
        used += needed
    ends.append(len(text))
    held.append(used)
    return ends, held


def encode(text: str, coding: int) -> tuple[bytes, int]:
    """Encode a text as septets, one an octet, and give the index of a fault or -1.

    A character of two codes has the lower one. The fault is the first character that the GSM 7 bit
    coding does not have; there are no septets then.
    """
    septets = _septets(coding)
    fault = next((index for index, each in enumerate(text) if each not in septets), -1)
    if fault >= 0:
        return b"", fault
    return b"".join(map(septets.__getitem__, text)), -1


def decode(septets: bytes, coding: int, strict: bool) -> tuple[str, int]:
    """Decode septets, one an octet, and give the index of a fault or -1.

    As a receiver does (TS 23.038, 6.2.1.1 and annex A): an escape and a code that the single shift
    table does not assign is the character of that code in the locking shift table, an escape and
    another, or one at the end, is a space; a code that the locking shift table does not assign is
    U+FFFD. If strict, each of these is a fault, with no text. An octet above 0x7F always is.
    """
    locking, single = LOCKING[coding >> 8 & 0xFF], SINGLE[coding >> 16]
    pieces: list[str] = []
    index = 0
    while index < len(septets):
        start, septet = index, septets[index]
        index += 1
        character = UNASSIGNED
        if septet >= _SEPTETS:
            return "", start
        if septet == ESCAPE:
            if index < len(septets) and septets[index] >= _SEPTETS:
                return "", index
            septet = septets[index] if index < len(septets) else ESCAPE
            index += 1
            character = single[septet]
            if character == UNASSIGNED and strict:
                return "", start
            if septet == ESCAPE:
                character = " "
        if character == UNASSIGNED:
            character = locking[septet]
            if character == UNASSIGNED and strict:
                return "", start
        pieces.append("\ufffd" if character == UNASSIGNED else character)
    return "".join(pieces), -1


def pack(septets: bytes, fill_bits: int) -> bytes:
    """Pack septets into octets, the first in the lowest bits, after so many fill bits (6.1.2.1).

    Raises ValueError for more fill bits than 7.
    """
    if not 0 <= fill_bits < _OCTET_BITS:
        raise ValueError("there are 0 to 7 fill bits")
    packed = bytearray()
    held, bits = 0, fill_bits
    for septet in septets:
        held |= septet << bits
        bits += _SEPTET_BITS
        if bits >= _OCTET_BITS:
            packed.append(held & 0xFF)
            held >>= _OCTET_BITS
            bits -= _OCTET_BITS
    if bits:
        packed.append(held)
    return bytes(packed)


def unpack(octets: bytes, count: int, fill_bits: int) -> bytes:
    """Unpack so many septets, from after so many fill bits.

    Raises IndexError unless the octets hold them, and for more fill bits than 7.
    """
    whole = count >= 0 and 0 <= fill_bits < _OCTET_BITS
    if not whole or fill_bits + _SEPTET_BITS * count > _OCTET_BITS * len(octets):
        raise IndexError("the octets do not hold so many septets")
    septets = bytearray()
    held, bits = 0, -fill_bits
    place = 0
    while len(septets) < count:
        if bits < _SEPTET_BITS:
            octet = octets[place]
            held |= octet >> -bits if bits < 0 else octet << bits
            bits += _OCTET_BITS
            place += 1
            continue
        septets.append(held & 0x7F)
        held >>= _SEPTET_BITS
        bits -= _SEPTET_BITS
    return bytes(septets)


def _check_capacities(*capacities: int) -> None:
    if min(capacities) < _LARGEST:
        raise ValueError("a part of several holds at least 2 units")


@cache
def _members(table: str) -> frozenset[str]:
    return frozenset(table) - {UNASSIGNED}


@cache
def _weights(coding: int) -> dict[str, int]:
    """Give the septets of each character that a GSM 7 bit coding has."""
    return {character: len(code) for character, code in _septets(coding).items()}


@cache
def _septets(coding: int) -> dict[str, bytes]:
    """Give the code of each character that a GSM 7 bit coding has, the escape included."""
    codes: dict[str, bytes] = {}
    for septet, character in enumerate(LOCKING[coding >> 8 & 0xFF]):
        codes.setdefault(character, bytes((septet,)))
    for septet, character in enumerate(SINGLE[coding >> 16]):
        codes.setdefault(character, bytes((ESCAPE, septet)))
    del codes[UNASSIGNED]
    return codes


def _count_septets(text: str) -> int:
    return len(text) + sum(map(text.count, _EXTENSION))


def _count_parts(text: str, coding: int, units: int, single: int, multi: int) -> int:
    if units <= single:
        return 1
    parts = 1
    used = 0
    for character in text:
        needed = _weigh(character, coding)
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    return parts


def _weigh(character: str, coding: int) -> int:
    if coding == _UCS2:
        return 2 if ord(character) > _LAST_BMP else 1
    if coding == _GSM7:
        return 2 if character in _EXTENSION else 1
    return _weights(coding).get(character, 1)
