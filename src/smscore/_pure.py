"""The kernel in plain Python: the specification that `_fast.pyx` is held to.

The law of this file: numbers in, numbers out. A function is given a text and integers, and answers
with integers: which alphabet, how many, at which index. It knows no class of ours and raises no
error of ours; what a number means, and what is said about it, is decided above the seam, once for
both kernels. A text here is always a `str`; offsets count its code points.

Alphabets are their data coding scheme octets (3GPP TS 23.038 clause 4): 0x00 is the GSM 7 bit
default alphabet, 0x08 is UCS2. Units are septets for the one and 16-bit code units for the other.
`limits` is four capacities: a single GSM 7 bit part, one of several, and the same two for UCS2.
"""

from __future__ import annotations

from smscore._tables import DEFAULT, EXTENSION

TYPE_CHECKING = False

if TYPE_CHECKING:
    from array import array

NAME = "pure"

_GSM7 = 0x00
_UCS2 = 0x08
_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF
_LAST_BMP = 0xFFFF

_ALPHABET = frozenset(map(chr, DEFAULT)) | frozenset(map(chr, EXTENSION))
_EXTENSION = tuple(map(chr, EXTENSION))

Limits = tuple[int, int, int, int]


def measure(text: str, dcs: int, limits: Limits) -> tuple[int, int, int, int]:
    """Measure a text: its alphabet's dcs, its units, its parts, and the index of a fault or -1.

    With `dcs` -1 the alphabet is GSM 7 bit if that has every character, else UCS2; with another,
    it is that one. A fault is the first character that the alphabet asked for does not have, or
    for UCS2 the first surrogate code point; units and parts are then 0.
    """
    single, multi, single_ucs2, multi_ucs2 = limits
    if dcs != _UCS2:
        if _ALPHABET.issuperset(text):
            septets = _count_septets(text)
            return _GSM7, septets, _count_parts(text, _GSM7, septets, single, multi), -1
        if dcs == _GSM7:
            return _GSM7, 0, 0, find_unmapped(text)[0]
    units = 0
    for index, point in enumerate(map(ord, text)):
        if _FIRST_SURROGATE <= point <= _LAST_SURROGATE:
            return _UCS2, 0, 0, index
        units += 2 if point > _LAST_BMP else 1
    return _UCS2, units, _count_parts(text, _UCS2, units, single_ucs2, multi_ucs2), -1


def measure_many(
    texts: list[str],
    limits: Limits,
    alphabets: array[int],
    units: array[int],
    parts: array[int],
) -> None:
    """Measure each text into the three arrays: signed bytes, and twice signed 32-bit integers.

    Where there is a fault the alphabet is -1, the units are its index, and the parts are 0.
    Raises ValueError unless the arrays are of these types and as long as the list.
    """
    arrays = ((alphabets, "b"), (units, "i"), (parts, "i"))
    if any(len(each) != len(texts) or each.typecode != kind for each, kind in arrays):
        raise ValueError("the arrays must be of the right type and as long as the list")
    for place, text in enumerate(texts):
        alphabet, used, number, fault = measure(text, -1, limits)
        alphabets[place] = alphabet if fault < 0 else -1
        units[place] = used if fault < 0 else fault
        parts[place] = number


def measure_replaced(text: str, single: int, multi: int) -> tuple[int, int]:
    """Count the septets and parts as if each character outside the alphabet took one septet.

    That is what the text would take in GSM 7 bit if each such character were replaced by one of
    the default alphabet: the yardstick of what those characters cost.
    """
    septets = _count_septets(text)
    return septets, _count_parts(text, _GSM7, septets, single, multi)


def find_unmapped(text: str) -> list[int]:
    """List the index of each character that the GSM 7 bit default alphabet does not have."""
    return [index for index, character in enumerate(text) if character not in _ALPHABET]


def cut(
    text: str, dcs: int, capacity: int, breaks: list[int] | None, most: int
) -> tuple[list[int], list[int]]:
    """Cut a text into parts of at most `capacity` units; list where each ends and what it holds.

    A part takes all that it can. An escape pair or a surrogate pair is one character here, so it
    is never cut. With `breaks`, rising offsets, a cut is made only there; if no break lies in the
    part, it is made where the part is full. After `most` parts it stops, the text not at its end.
    A capacity is at least 2, so that every character fits a part.
    """
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
        needed = _weigh(character, dcs)
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


def _count_septets(text: str) -> int:
    return len(text) + sum(map(text.count, _EXTENSION))


def _count_parts(text: str, dcs: int, units: int, single: int, multi: int) -> int:
    if units <= single:
        return 1
    parts = 1
    used = 0
    for character in text:
        needed = _weigh(character, dcs)
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    return parts


def _weigh(character: str, dcs: int) -> int:
    if dcs == _UCS2:
        return 2 if ord(character) > _LAST_BMP else 1
    return 2 if character in _EXTENSION else 1
