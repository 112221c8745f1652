"""What a text takes: its coding, its units, and its parts.

The law of this file: the public questions, each answered by one walk of the room below; a list is
answered as its texts would be.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, TypeVar

from smscore import _kernel
from smscore.coding import (
    ANY_ALPHABET,
    Alphabet,
    Boundary,
    Coding,
    as_text,
    coding_of,
    part_limits,
)
from smscore.counting import Way, choose, count, cut, find_way, tally
from smscore.udh import MAXIMUM_PARTS

if TYPE_CHECKING:
    from smscore.profiles import Profile

Function = TypeVar("Function", bound=Callable[..., object])

_LIMITS = part_limits(8)
_STANDARD = find_way()


def _hasten(
    make: Callable[[int, int, int], object], most: int = MAXIMUM_PARTS
) -> Callable[[Function], Function]:
    """Have the kernel answer for a text without options, with what is made of its numbers.

    Past so many parts, and for a text with a fault, it asks the function itself.
    """

    def decorate(function: Function) -> Function:
        return _kernel.hasten(function, make, _LIMITS, most)

    return decorate


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text takes: its alphabet, its units in all, and its parts.

    >>> Measure(Alphabet.GSM7, units=161, parts=2)
    Measure(alphabet=<Alphabet.GSM7: 'gsm7'>, units=161, parts=2)
    """

    alphabet: Alphabet
    units: int
    parts: int


@lru_cache(maxsize=4096)
def _make_measure(number: int, units: int, parts: int) -> Measure:
    return Measure(Alphabet.from_dcs(number & 0xFF), units, parts)


@_hasten(_make_measure)
def measure(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> Measure:
    """Measure a text: which alphabet it is sent in, its units, and its parts.

    `coding` forces a coding; `languages` are those whose national language tables may be used,
    and then the best coding is (see `detect`). `reference_bits` is 8 (what None means) or 16, the
    width of the concatenation reference; `boundary="grapheme"` also never cuts inside a grapheme
    cluster, so that a part more may be needed. `profile` names how a provider counts, or is a
    `Profile` or a path: it fills what the other options leave open, and may replace characters.
    Raises LoneSurrogate; UnmappableCharacter if the coding asked for does not have a character;
    TooLong past 255 parts; OverLimit past what the profile's provider takes; ProfileError;
    ValueError for an option that is none.

    >>> measure("Your code is 123456")
    Measure(alphabet=<Alphabet.GSM7: 'gsm7'>, units=19, parts=1)
    >>> measure("я" * 71).parts
    2
    >>> measure("ş" * 71, languages=[1]).parts
    1
    """
    text = as_text(text)
    options = (coding, reference_bits, boundary, profile, languages)
    if options == (None, None, None, None, ()):
        number, units, parts, fault = _kernel.measure(text, ANY_ALPHABET, _LIMITS)
        if fault < 0 and parts <= MAXIMUM_PARTS:
            return _make_measure(number, units, parts)
    way = find_way(coding, languages, reference_bits, boundary, profile)
    if way.profile is None and way.boundary == "code_point":
        number, units, parts, fault = count(text, way)
        if fault < 0 and parts <= MAXIMUM_PARTS:
            return _make_measure(number, units, parts)
    found = cut(text, way)
    return _make_measure(found.number, found.units, len(found.ends))


@_hasten(lambda number, _units, _parts: coding_of(number), most=sys.maxsize)
def detect(
    text: str,
    *,
    languages: Iterable[int | str] = (),
    profile: Profile | str | PathLike[str] | None = None,
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
) -> Coding:
    """Choose the coding that takes the fewest parts, then the fewest octets, headers included.

    Without languages that is GSM 7 bit if its default alphabet, with the extension table, has
    every character (TS 23.038, 6.2.1), else UCS-2. With languages, locking and single shifts of
    any of them are weighed too, alone, together, and mixed (6.2.1.2); among equals the plainest
    is taken: no shift, UCS-2, a single shift, a locking shift, both; then the language named
    first. The errors are those of `measure`, but that a text may be of any length.

    >>> detect("Total: 12 €").alphabet
    <Alphabet.GSM7: 'gsm7'>
    >>> detect("It’s here").alphabet
    <Alphabet.UCS2: 'ucs2'>
    >>> print(detect("Yarın görüşürüz, iyi akşamlar. " * 3, languages=[1]))
    gsm7 with locking Turkish
    """
    text = as_text(text)
    way = find_way(None, languages, reference_bits, boundary, profile)
    return coding_of(choose(text, way))


@_hasten(lambda _number, _units, parts: parts)
def count_parts(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> int:
    """Count the parts that a text is sent in, which are what is billed.

    The options and errors are those of `measure`.

    >>> count_parts("€" * 80), count_parts("€" * 81)
    (1, 2)
    """
    return measure(
        text,
        coding=coding,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    ).parts


def count_parts_replaced(text: str, *, reference_bits: int = 8) -> int:
    """Count the parts as if each character that forces UCS-2 took one septet instead.

    The difference to `count_parts` is what those characters cost; it is never negative.

    >>> count_parts("“" + "a" * 99), count_parts_replaced("“" + "a" * 99)
    (2, 1)
    """
    text = as_text(text)
    single, multi, *_ = part_limits(reference_bits)
    return _kernel.measure_replaced(text, single, multi)[1]


def measure_many(
    texts: Sequence[str],
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> tuple[array[int], array[int], array[int]]:
    r"""Measure many texts into three arrays: alphabets (as dcs octets), units and parts.

    The arrays have the buffer protocol: signed bytes, and twice signed 32-bit integers. A text
    with a fault stops nothing: its alphabet is -1, its units are the index of the lone surrogate
    or of the character that the coding does not have, and its parts 0. Past 255 parts, and past
    what a profile's provider takes, the count is as it is, though no such message can be sent.
    The options are those of `measure`. Raises TypeError for what is not a str.

    >>> [list(column) for column in measure_many(["Hello", "Привет", "\ud800"])]
    [[0, 8, -1], [5, 6, 0], [1, 1, 0]]
    """
    if isinstance(texts, str):
        raise TypeError("many texts are a sequence of str, not one str: see measure()")
    way = find_way(coding, languages, reference_bits, boundary, profile)
    numbers, units, parts = _tally_sequence(texts, way)
    if numbers.typecode != "b":
        numbers = array("b", (number if number < 0 else number & 0xFF for number in numbers))
    return numbers, units, parts


def _tally_sequence(texts: Sequence[str], way: Way) -> tuple[array[int], array[int], array[int]]:
    # What the kernel takes as it is need not be looked at here, text by text, before.
    if type(texts) is list and is_plain(way):
        try:
            return tally_many(texts, way)
        except TypeError:
            pass
    return tally_many([as_text(text) for text in texts], way)


def tally_many(texts: list[str], way: Way) -> tuple[array[int], array[int], array[int]]:
    """Count many texts as `measure_many` does, but with the kernel's number of each coding.

    >>> [list(column) for column in tally_many(["ş" * 71, "ş"], find_way(languages=[1]))]
    [[256, 8], [71, 1], [1, 1]]
    """
    count = len(texts)
    numbers, units, parts = (array(kind, [0]) * count for kind in "bii")
    if is_plain(way):
        try:
            _kernel.measure_many(texts, part_limits(way.reference_bits), numbers, units, parts)
        except ValueError:
            if len(texts) != count:
                raise ValueError("the list changed its length meanwhile") from None
            raise
        return numbers, units, parts
    numbers = array("i", numbers)
    for place, text in enumerate(texts):
        number, used, needed, fault = tally(text, way)
        numbers[place] = number if fault < 0 else -1
        units[place] = used if fault < 0 else fault
        parts[place] = needed
    return numbers, units, parts


def is_plain(way: Way) -> bool:
    """Whether the kernel counts many texts this way in one go, but for the reference's width."""
    own = (way.number, way.languages, way.boundary, way.excluded)
    standard = (_STANDARD.number, _STANDARD.languages, _STANDARD.boundary, _STANDARD.excluded)
    return own == standard and (way.profile is None or way.profile.table is None)
