"""Into which parts a text is cut, and how many there are.

The law of this file: a text is counted by walking it, never by dividing, and cut only between
characters: an escape pair or a surrogate pair moves whole to the next part (3GPP TS 23.040,
9.2.3.24.1). The parts' texts joined are the text, always.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise

from smscore import _kernel
from smscore.coding import (
    ANY_ALPHABET,
    BOUNDARIES,
    Alphabet,
    Boundary,
    Coding,
    as_text,
    coding_of,
    fault_at,
    part_limits,
)
from smscore.errors import TooLong
from smscore.udh import MAXIMUM_PARTS, build_concatenation

_GSM7_CLUSTER = "\r\n"
"""The only grapheme cluster of GSM 7 bit that has more than one character."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text takes: its alphabet, its units in all, and its parts.

    >>> Measure(Alphabet.GSM7, units=161, parts=2)
    Measure(alphabet=<Alphabet.GSM7: 'gsm7'>, units=161, parts=2)
    """

    alphabet: Alphabet
    units: int
    parts: int


@dataclass(frozen=True, slots=True)
class Part:
    """One short message: `text` is `whole[start:end]`, and takes so many units.

    The text is not in the repr, which may reach a log.
    """

    number: int
    start: int
    end: int
    units: int
    text: str = field(repr=False)
    total: int = field(repr=False)
    reference_bits: int = field(repr=False)

    def udh(self, reference: int) -> bytes:
        """Give the part's user data header; none if it is the only part (9.2.3.24.1).

        Raises ValueError if the reference does not fit its bits.
        """
        header = build_concatenation(
            reference, self.total, self.number, reference_bits=self.reference_bits
        )
        return header if self.total > 1 else b""


@dataclass(frozen=True, slots=True)
class SplitMessage:
    """A text cut into parts. Its length is their number.

    >>> message = split("a" * 161)
    >>> len(message), [part.units for part in message.parts], message.units_remaining
    (2, [153, 8], 145)
    """

    coding: Coding
    parts: tuple[Part, ...]
    units: int
    units_remaining: int
    boundary: Boundary

    def __len__(self) -> int:
        """Count the parts."""
        return len(self.parts)


def measure(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    reference_bits: int = 8,
    boundary: Boundary = "code_point",
) -> Measure:
    """Measure a text: which alphabet it is sent in, its units, and its parts.

    `coding` forces an alphabet; `reference_bits` is 8 or 16, the width of the concatenation
    reference; `boundary="grapheme"` also never cuts inside a grapheme cluster, so that a part
    more may be needed. Raises LoneSurrogate; UnmappableCharacter if the forced alphabet does not
    have a character; TooLong past 255 parts; ValueError for an option that is none.

    >>> measure("Your code is 123456")
    Measure(alphabet=<Alphabet.GSM7: 'gsm7'>, units=19, parts=1)
    >>> measure("я" * 71).parts
    2
    """
    text = as_text(text)
    limits = part_limits(reference_bits)
    dcs = ANY_ALPHABET if coding is None else _as_coding(coding).alphabet.dcs
    dcs, units, parts, fault = _kernel.measure(text, dcs, limits)
    if fault >= 0:
        raise fault_at(text, fault)
    if boundary != "code_point":
        parts = len(_cut(text, dcs, units, limits, boundary)[0])
    elif parts > MAXIMUM_PARTS:
        raise TooLong(_cut_first(text, dcs, limits))
    return _make_measure(dcs, units, parts)


def count_parts(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    reference_bits: int = 8,
    boundary: Boundary = "code_point",
) -> int:
    """Count the parts that a text is sent in, which are what is billed.

    The options and errors are those of `measure`.

    >>> count_parts("€" * 80), count_parts("€" * 81)
    (1, 2)
    """
    return measure(text, coding=coding, reference_bits=reference_bits, boundary=boundary).parts


def count_parts_replaced(text: str, *, reference_bits: int = 8) -> int:
    """Count the parts as if each character that forces UCS-2 took one septet instead.

    The difference to `count_parts` is what those characters cost; it is never negative.

    >>> count_parts("“" + "a" * 99), count_parts_replaced("“" + "a" * 99)
    (2, 1)
    """
    text = as_text(text)
    single, multi, *_ = part_limits(reference_bits)
    return _kernel.measure_replaced(text, single, multi)[1]


def split(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    reference_bits: int = 8,
    boundary: Boundary = "code_point",
) -> SplitMessage:
    """Cut a text into its parts. The options and errors are those of `measure`.

    >>> [part.text for part in split("x" * 152 + "€uro coins").parts][1]
    '€uro coins'
    """
    text = as_text(text)
    limits = part_limits(reference_bits)
    dcs = ANY_ALPHABET if coding is None else _as_coding(coding).alphabet.dcs
    dcs, units, _, fault = _kernel.measure(text, dcs, limits)
    if fault >= 0:
        raise fault_at(text, fault)
    ends, held = _cut(text, dcs, units, limits, boundary)
    starts = [0, *ends[:-1]]
    parts = tuple(
        Part(number, start, end, used, text[start:end], len(ends), reference_bits)
        for number, (start, end, used) in enumerate(zip(starts, ends, held, strict=True), 1)
    )
    single, multi = _capacities(dcs, limits)
    capacity = single if len(parts) == 1 else multi
    return SplitMessage(coding_of(dcs), parts, units, capacity - held[-1], boundary)


def measure_many(texts: Sequence[str]) -> tuple[array[int], array[int], array[int]]:
    r"""Measure many texts into three arrays: alphabets (as dcs octets), units and parts.

    The arrays have the buffer protocol: signed bytes, and twice signed 32-bit integers. A text
    with a fault stops nothing: its alphabet is -1, its units are the index of the lone surrogate,
    and its parts 0. Past 255 parts the count is as it is, though no such message can be sent.
    Raises TypeError for what is not a str.

    >>> [list(column) for column in measure_many(["Hello", "Привет", "\ud800"])]
    [[0, 8, -1], [5, 6, 0], [1, 1, 0]]
    """
    if isinstance(texts, str):
        raise TypeError("many texts are a sequence of str, not one str: see measure()")
    listed = [as_text(text) for text in texts]
    count = len(listed)
    alphabets, units, parts = array("b", bytes(count)), array("i"), array("i")
    units.frombytes(bytes(count * units.itemsize))
    parts.frombytes(bytes(count * parts.itemsize))
    _kernel.measure_many(listed, part_limits(8), alphabets, units, parts)
    return alphabets, units, parts


def find_clusters(text: str) -> Iterator[int]:
    r"""Give where each grapheme cluster of a text begins, by code point (UAX 29, extended).

    >>> list(find_clusters("e\u0301a\r\n!"))
    [0, 2, 3, 5]
    """
    # Loaded here, because a text that is cut between code points needs none of it.
    import regex

    return (match.start() for match in regex.finditer(r"\X", text))


@lru_cache(maxsize=4096)
def _make_measure(dcs: int, units: int, parts: int) -> Measure:
    return Measure(Alphabet.from_dcs(dcs), units, parts)


def _as_coding(coding: Coding | Alphabet) -> Coding:
    return coding if isinstance(coding, Coding) else Coding(coding)


def _capacities(dcs: int, limits: tuple[int, int, int, int]) -> tuple[int, int]:
    return limits[:2] if dcs == Alphabet.GSM7.dcs else limits[2:]


def _cut(
    text: str, dcs: int, units: int, limits: tuple[int, int, int, int], boundary: Boundary
) -> tuple[list[int], list[int]]:
    if boundary not in BOUNDARIES:
        raise ValueError(f"a boundary is one of {', '.join(BOUNDARIES)}, not {boundary!r}")
    single, multi = _capacities(dcs, limits)
    if units <= single:
        return [len(text)], [units]
    breaks = None if boundary == "code_point" else _find_breaks(text, dcs, limits)
    ends, held = _kernel.cut(text, dcs, multi, breaks, MAXIMUM_PARTS)
    if ends[-1] < len(text):
        raise TooLong(ends[-1])
    return ends, held


def _cut_first(text: str, dcs: int, limits: tuple[int, int, int, int]) -> int:
    return _kernel.cut(text, dcs, _capacities(dcs, limits)[1], None, MAXIMUM_PARTS)[0][-1]


def _find_breaks(text: str, dcs: int, limits: tuple[int, int, int, int]) -> list[int] | None:
    """List where a part may end: between grapheme clusters, and inside one longer than a part.

    None is everywhere. It stops where no part can begin any more, for every part has units.
    """
    if dcs == Alphabet.GSM7.dcs and _GSM7_CLUSTER not in text:
        return None
    capacity = _capacities(dcs, limits)[1]
    breaks: list[int] = []
    for start, end in pairwise(chain(find_clusters(text), [len(text)])):
        # No code point takes more than two units, so a shorter cluster need not be measured.
        longer = (end - start) * 2 > capacity
        if longer and _kernel.measure(text[start:end], dcs, limits)[1] > capacity:
            breaks.extend(range(start, end))
        else:
            breaks.append(start)
        if start > capacity * MAXIMUM_PARTS:
            break
    return breaks
