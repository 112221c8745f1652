"""How a text becomes units: alphabets, national languages, and how much of a text fits a part.

The law of this file: 3GPP TS 23.038 has the alphabets, and every capacity follows from one formula
on the octets of the header. No capacity is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import Literal

from smscore._tables import DEFAULT, EXTENSION, LOCKING, SINGLE, UNASSIGNED
from smscore.errors import LoneSurrogate, MessageError, UnmappableCharacter
from smscore.udh import (
    LOCKING_SHIFT,
    SINGLE_SHIFT,
    InformationElement,
    build_header,
    concatenate,
)

USER_DATA_OCTETS = 140
"""What one short message carries, header included (TS 23.040, 9.2.3.24)."""

SEPTET_BITS = 7
OCTET_BITS = 8
UNIT_OCTETS = 2

GSM7_CHARACTERS = frozenset(map(chr, DEFAULT)) | frozenset(map(chr, EXTENSION))
"""The characters that a text may have without needing UCS-2 or a shift (TS 23.038, 6.2.1)."""

Boundary = Literal["code_point", "grapheme"]

BOUNDARIES: tuple[Boundary, ...] = ("code_point", "grapheme")
"""Where a text may be cut: between characters, or also never inside a grapheme cluster."""

_SURROGATE = re.compile("[\ud800-\udfff]")

ANY_ALPHABET = -1
"""To the kernel: the GSM 7 bit default alphabet if it has every character, else UCS-2."""

# Clause 4 of TS 23.038: the coding groups by their upper bits, and what is said below them.
_GENERAL, _DELETION = 0b00, 0b01
_STORED_UCS2, _CLASS = 0b1110, 0b1111
_COMPRESSED, _CLASS_DATA = 0x20, 0x04
_TEXT_GSM7, _DATA, _TEXT_UCS2 = 0b00, 0b01, 0b10
_MAXIMUM_OCTET = 0xFF


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
    def _missing_(cls, value: object) -> Alphabet:
        raise ValueError(f"{value!r} is no alphabet: write {' or '.join(cls)}")

    @classmethod
    def from_dcs(cls, dcs: int | str) -> Alphabet:
        """Name the alphabet that a data coding scheme octet means, whatever else it says.

        Reserved codes mean GSM 7 bit; the name of an alphabet is as good as its octet. ValueError
        for 8-bit data and for compressed text, which are no text yet, and for what is no octet;
        TypeError for what is no number. TS 23.038, clause 4.

        >>> Alphabet.from_dcs(0x18), Alphabet.from_dcs(0xF1)
        (<Alphabet.UCS2: 'ucs2'>, <Alphabet.GSM7: 'gsm7'>)
        """
        if isinstance(dcs, str):
            return cls(dcs)
        if isinstance(dcs, bool) or not isinstance(dcs, int):
            shown = type(dcs).__name__
            raise TypeError(f"a data coding scheme is an octet, or {' or '.join(cls)}, not {shown}")
        if not 0 <= dcs <= _MAXIMUM_OCTET:
            raise ValueError(f"{dcs} is no data coding scheme: it is one octet")
        if dcs >> 6 in {_GENERAL, _DELETION}:
            if dcs & _COMPRESSED:
                raise ValueError(f"0x{dcs:02X} is the data coding scheme of compressed text")
            kind = dcs >> 2 & 0b11
        elif dcs >> 4 == _STORED_UCS2:
            kind = _TEXT_UCS2
        else:
            kind = _DATA if dcs >> 4 == _CLASS and dcs & _CLASS_DATA else _TEXT_GSM7
        if kind == _DATA:
            raise ValueError(f"0x{dcs:02X} is the data coding scheme of 8-bit data, not of text")
        return cls.UCS2 if kind == _TEXT_UCS2 else cls.GSM7


class NationalLanguage(IntEnum):
    """A language of TS 23.038, annex A; its value is the national language identifier.

    >>> NationalLanguage(1), NationalLanguage.find("es").has_locking
    (<NationalLanguage.TURKISH: 1>, False)
    """

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3
    BENGALI = 4
    GUJARATI = 5
    HINDI = 6
    KANNADA = 7
    MALAYALAM = 8
    ORIYA = 9
    PUNJABI = 10
    TAMIL = 11
    TELUGU = 12
    URDU = 13

    @property
    def iso639(self) -> str:
        """The language's code of two letters (ISO 639-1)."""
        return "tr es pt bn gu hi kn ml or pa ta te ur".split()[self - 1]

    @property
    def has_locking(self) -> bool:
        """Whether the standard has a locking shift table for it; clause A.3.2 is void."""
        return int(self) in LOCKING

    @classmethod
    def find(cls, name: int | str) -> NationalLanguage:
        """Find a language by its English name, its ISO 639-1 code, or its identifier.

        Raises ValueError that lists them; TypeError for what is neither a str nor a whole number.

        >>> NationalLanguage.find("Turkish") is NationalLanguage.find("tr")
        True
        """
        if isinstance(name, bool) or not isinstance(name, int | str):
            raise TypeError(f"a language is a name such as 'tr', not {type(name).__name__}")
        wanted = name.lower() if isinstance(name, str) else str(int(name))
        for language in cls:
            if wanted in {language.name.lower(), language.iso639, str(int(language))}:
                return language
        names = ", ".join(f"{each.name.lower()} ({each.iso639})" for each in cls)
        raise ValueError(f"{name!r} is not one of the languages {names}")


@dataclass(frozen=True, slots=True)
class Coding:
    """How a text becomes units: septets of GSM 7 bit, or 16-bit code units of UCS-2.

    With GSM 7 bit, `locking` replaces the default alphabet by a language's, and `single` the
    extension table; each is named in a header that every part has then (TS 23.038, 6.2.1.2).
    Raises ValueError for a shift of UCS-2, and for a locking shift that the standard has not.

    >>> Coding(Alphabet.GSM7).capacity(), Coding(Alphabet.GSM7).capacity(header_octets=6)
    (160, 153)
    >>> Coding(Alphabet.GSM7, single=NationalLanguage.TURKISH).capacity()
    155
    """

    alphabet: Alphabet
    locking: NationalLanguage | None = None
    single: NationalLanguage | None = None

    def __post_init__(self) -> None:
        """Take values for members: "ucs2" is as good as Alphabet.UCS2, and "tr" as Turkish."""
        object.__setattr__(self, "alphabet", Alphabet(self.alphabet))
        for name in ("locking", "single"):
            language = getattr(self, name)
            if language is not None:
                object.__setattr__(self, name, NationalLanguage.find(language))
        if self.alphabet is Alphabet.UCS2 and (self.locking or self.single):
            raise ValueError("UCS-2 has no national language tables: a shift is for gsm7")
        if self.locking and not self.locking.has_locking:
            raise ValueError(f"the standard has no locking shift table for {self.locking.name}")

    @property
    def number(self) -> int:
        """The coding as the kernel's one number: dcs octet, then the identifiers."""
        return self.alphabet.dcs | (self.locking or 0) << 8 | (self.single or 0) << 16

    @property
    def shifts(self) -> tuple[InformationElement, ...]:
        """The elements that name the shifts, in the order of their identifiers."""
        named = ((SINGLE_SHIFT, self.single), (LOCKING_SHIFT, self.locking))
        return tuple(
            InformationElement(identifier, bytes((language,)))
            for identifier, language in named
            if language
        )

    def header_octets(self, reference_bits: int | None = None) -> int:
        """Count the octets of a part's header; without a reference it is the only part."""
        if reference_bits is None:
            return len(build_header(self.shifts))
        part = concatenate(0, 1, 1, reference_bits=reference_bits)
        return len(build_header((part, *self.shifts)))

    def capacity(self, header_octets: int | None = None) -> int:
        """Count the units that fit a part beside a header of so many octets (9.2.3.24).

        Without a number the header is that of a message of one part.
        """
        if header_octets is None:
            header_octets = self.header_octets()
        if not 0 <= header_octets <= USER_DATA_OCTETS:
            raise ValueError(f"a header has 0 to {USER_DATA_OCTETS} octets, not {header_octets}")
        octets = USER_DATA_OCTETS - header_octets
        if self.alphabet is Alphabet.GSM7:
            return octets * OCTET_BITS // SEPTET_BITS
        return octets // UNIT_OCTETS

    def count_octets(self, units: int, header_octets: int) -> int:
        """Count the octets of a part's user data: its header, fill bits, and so many units.

        >>> Coding(Alphabet.GSM7).count_octets(153, header_octets=6)
        140
        """
        if self.alphabet is Alphabet.UCS2:
            return header_octets + units * UNIT_OCTETS
        return -(-(header_septets(header_octets) + units) * SEPTET_BITS // OCTET_BITS)

    def characters(self) -> frozenset[str]:
        """Give the characters that a GSM 7 bit coding has; ValueError for UCS-2, which has all."""
        if self.alphabet is Alphabet.UCS2:
            raise ValueError("UCS-2 has every character")
        tables = LOCKING[self.locking or 0] + SINGLE[self.single or 0]
        return frozenset(tables) - {UNASSIGNED}

    def shifts_to_dict(self) -> dict[str, str | None]:
        """Name the shifts as JSON values."""
        return {
            "locking": self.locking.name.lower() if self.locking else None,
            "single": self.single.name.lower() if self.single else None,
        }

    def __str__(self) -> str:
        """Name the coding for people."""
        named = [
            f"{kind} {language.name.capitalize()}"
            for kind, language in (("locking", self.locking), ("single", self.single))
            if language
        ]
        return (
            " with ".join((self.alphabet.value, " and ".join(named)))
            if named
            else self.alphabet.value
        )


def header_septets(header_octets: int) -> int:
    """Count the septets whose place a header takes, fill bits included (TS 23.040, 9.2.3.24)."""
    return -(-header_octets * OCTET_BITS // SEPTET_BITS)


def fill_after(header_octets: int) -> int:
    """Count the fill bits between a header and the first septet after it (9.2.3.24)."""
    return -header_octets * OCTET_BITS % SEPTET_BITS


@cache
def coding_of(number: int) -> Coding:
    """Give the coding that the kernel's number means; ValueError if it means none."""
    locking, single = number >> 8 & 0xFF, number >> 16
    return Coding(
        Alphabet.from_dcs(number & 0xFF),
        NationalLanguage(locking) if locking else None,
        NationalLanguage(single) if single else None,
    )


def as_coding(coding: Coding | Alphabet | str) -> Coding:
    """Give a coding for itself or for an alphabet."""
    return coding if isinstance(coding, Coding) else Coding(Alphabet(coding))


def as_languages(languages: Iterable[int | str]) -> bytes:
    """Give languages as the kernel wants them: identifiers, each once, in the order of preference.

    Each is what `NationalLanguage.find` takes, whose errors are raised; TypeError for a single
    one, which is no sequence.

    >>> as_languages(["tr", "Portuguese", 3]).hex(" ")
    '01 03'
    """
    if isinstance(languages, str) or not isinstance(languages, Iterable):
        shown = "a str" if isinstance(languages, str) else type(languages).__name__
        raise TypeError(f"languages are a sequence, such as ['tr'], not {shown}")
    given = tuple(languages)
    if not given:
        return b""
    # Others may be equal to a number that is known, as True is to 1, and are refused all the same.
    if {*map(type, given)} <= {int, str, NationalLanguage}:
        return _number_languages(given)
    return bytes(dict.fromkeys(map(NationalLanguage.find, given)))


@lru_cache(maxsize=1024)
def _number_languages(languages: tuple[int | str, ...]) -> bytes:
    return bytes(dict.fromkeys(map(NationalLanguage.find, languages)))


@cache
def part_limits(
    reference_bits: int, coding: Coding = Coding(Alphabet.GSM7)
) -> tuple[int, int, int, int]:
    """Give the capacities as the kernel wants them: one part and one of several, by alphabet.

    Those of GSM 7 bit are the coding's, if that has shifts. Raises ValueError unless the
    concatenation reference has 8 or 16 bits.

    >>> part_limits(8), part_limits(16)
    ((160, 153, 70, 67), (160, 152, 70, 66))
    """
    gsm7 = coding if coding.alphabet is Alphabet.GSM7 else Coding(Alphabet.GSM7)
    ucs2 = Coding(Alphabet.UCS2)
    return (
        gsm7.capacity(),
        gsm7.capacity(gsm7.header_octets(reference_bits)),
        ucs2.capacity(),
        ucs2.capacity(ucs2.header_octets(reference_bits)),
    )


@cache
def part_rooms(reference_bits: int) -> tuple[int, int, int, int, int, int, int, int, int]:
    """Give the capacities by the number of shifts, as the kernel wants them to choose a coding.

    >>> part_rooms(8)
    (160, 153, 155, 149, 152, 146, 70, 67, 6)
    """
    one, both = (
        Coding(Alphabet.GSM7, locking, NationalLanguage.TURKISH)
        for locking in (None, NationalLanguage.TURKISH)
    )
    return (
        *part_limits(reference_bits)[:2],
        *part_limits(reference_bits, one)[:2],
        *part_limits(reference_bits, both)[:2],
        *part_limits(reference_bits)[2:],
        Coding(Alphabet.UCS2).header_octets(reference_bits),
    )


def as_text(text: str) -> str:
    """Give a text as a plain str; TypeError for what is none: octets have no alphabet yet."""
    if type(text) is str:
        return text
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    # A subclass may have its own notion of its characters; the kernels have only one.
    return str.__str__(text)


def find_lone_surrogate(text: str) -> LoneSurrogate | None:
    """Find the first half of a surrogate pair that stands in a text, as the error that it is."""
    found = _SURROGATE.search(text)
    return None if found is None else LoneSurrogate(found.start(), ord(found[0]))


def fault_at(text: str, index: int, coding: Coding | None = None) -> MessageError:
    """Name the fault that the kernel found at an index."""
    character = text[index]
    if "\ud800" <= character <= "\udfff":
        return LoneSurrogate(index, ord(character))
    if coding is None or not coding.shifts:
        return UnmappableCharacter(index, character)
    return UnmappableCharacter(index, character, str(coding))
