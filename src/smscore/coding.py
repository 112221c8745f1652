"""Which alphabet a text is sent in, and how much of it fits a part.

The law of this file: 3GPP TS 23.038 decides the alphabet, and every capacity follows from one
formula on the octets of the header. No capacity is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

from smscore import _kernel
from smscore._tables import DEFAULT, EXTENSION
from smscore.errors import LoneSurrogate, MessageError, UnmappableCharacter
from smscore.udh import build_concatenation

USER_DATA_OCTETS = 140
"""What one short message carries, header included (TS 23.040, 9.2.3.24)."""

SEPTET_BITS = 7
OCTET_BITS = 8
UNIT_OCTETS = 2

GSM7_CHARACTERS = frozenset(map(chr, DEFAULT)) | frozenset(map(chr, EXTENSION))
"""The characters that a text may have without needing UCS-2 (TS 23.038, 6.2.1)."""

Boundary = Literal["code_point", "grapheme"]

BOUNDARIES: tuple[Boundary, ...] = ("code_point", "grapheme")
"""Where a text may be cut: between characters, or also never inside a grapheme cluster."""

ANY_ALPHABET = -1
"""To the kernel: the GSM 7 bit default alphabet if it has every character, else UCS-2."""


class Alphabet(StrEnum):
    """An alphabet of TS 23.038: its value is its name here, `dcs` its data coding scheme octet.

    >>> Alphabet.UCS2.dcs, Alphabet("gsm7").dcs
    (8, 0)
    """

    GSM7 = "gsm7"
    UCS2 = "ucs2"

    @property
    def dcs(self) -> int:
        """The data coding scheme octet, general group, no class, uncompressed (clause 4)."""
        return 0x00 if self is Alphabet.GSM7 else 0x08

    @classmethod
    def from_dcs(cls, dcs: int) -> Alphabet:
        """Name the alphabet of a data coding scheme octet that `dcs` gives; ValueError if none."""
        for alphabet in cls:
            if alphabet.dcs == dcs:
                return alphabet
        raise ValueError(f"0x{dcs:02X} is not the data coding scheme of an alphabet here")


@dataclass(frozen=True, slots=True)
class Coding:
    """How a text becomes units: septets of GSM 7 bit, or 16-bit code units of UCS-2.

    >>> Coding(Alphabet.GSM7).capacity(), Coding(Alphabet.GSM7).capacity(header_octets=6)
    (160, 153)
    """

    alphabet: Alphabet

    def __post_init__(self) -> None:
        """Take the alphabet by its value too, so that "ucs2" is as good as Alphabet.UCS2."""
        object.__setattr__(self, "alphabet", Alphabet(self.alphabet))

    def capacity(self, header_octets: int = 0) -> int:
        """Count the units that fit a part beside a header of so many octets (9.2.3.24)."""
        if not 0 <= header_octets <= USER_DATA_OCTETS:
            raise ValueError(f"a header has 0 to {USER_DATA_OCTETS} octets, not {header_octets}")
        octets = USER_DATA_OCTETS - header_octets
        if self.alphabet is Alphabet.GSM7:
            return octets * OCTET_BITS // SEPTET_BITS
        return octets // UNIT_OCTETS


def detect(text: str) -> Coding:
    """Choose the coding that takes the fewest parts, then the fewest octets.

    That is GSM 7 bit if its default alphabet, with the extension table, has every character
    (TS 23.038, 6.2.1), else UCS-2. Raises LoneSurrogate.

    >>> detect("Total: 12 €").alphabet
    <Alphabet.GSM7: 'gsm7'>
    >>> detect("It’s here").alphabet
    <Alphabet.UCS2: 'ucs2'>
    """
    text = as_text(text)
    dcs, _, _, fault = _kernel.measure(text, ANY_ALPHABET, part_limits(8))
    if fault >= 0:
        raise fault_at(text, fault)
    return coding_of(dcs)


@cache
def coding_of(dcs: int) -> Coding:
    """Give the coding whose alphabet has a data coding scheme octet; ValueError if none has."""
    return Coding(Alphabet.from_dcs(dcs))


@cache
def part_limits(reference_bits: int) -> tuple[int, int, int, int]:
    """Give the capacities as the kernel wants them: one part and one of several, by alphabet.

    Raises ValueError unless the concatenation reference has 8 or 16 bits.

    >>> part_limits(8), part_limits(16)
    ((160, 153, 70, 67), (160, 152, 70, 66))
    """
    header = len(build_concatenation(0, 1, 1, reference_bits=reference_bits))
    gsm7, ucs2 = Coding(Alphabet.GSM7), Coding(Alphabet.UCS2)
    return gsm7.capacity(), gsm7.capacity(header), ucs2.capacity(), ucs2.capacity(header)


def as_text(text: str) -> str:
    """Give a text as a plain str; TypeError for what is none: octets have no alphabet yet."""
    if type(text) is str:
        return text
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    # A subclass may have its own notion of its characters; the kernels have only one.
    return str.__str__(text)


def fault_at(text: str, index: int) -> MessageError:
    """Name the fault that the kernel found at an index."""
    character = text[index]
    if "\ud800" <= character <= "\udfff":
        return LoneSurrogate(index, ord(character))
    return UnmappableCharacter(index, character)
