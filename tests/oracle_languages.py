"""The national languages, read aloud: which tables a text may use, what it takes, what is best.

The law of this file: literal before fast. The tables are the published ones, code by code; every
answer is a walk from left to right; the best coding is found by trying them all. Only
`choose_quickly` groups what is alike, and it is held to `choose`. It imports nothing of the engine,
so when the two disagree one of them has misread the standard.

A coding is UCS2, or the pair (locking, single) of a GSM 7 bit text: national language identifiers
of TS 23.038 clause 6.2.1.2.4, or None for the default alphabet and its extension table.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import oracle_octets
import regex  # type: ignore[import-untyped,unused-ignore]  # regex ships no types
from oracle import MOST_PARTS, LoneSurrogate, TooLong, Unmappable, is_lone_surrogate
from oracle_octets import LOCKING_LANGUAGES, SINGLE_LANGUAGES

Coding = tuple[int | None, int | None] | str
Table = dict[int, str]

UCS2 = "ucs2"
PLAIN: Coding = (None, None)
"""GSM 7 bit without a shift."""

ESC = 0x1B
REPLACEMENT = "\ufffd"

DATA = Path(__file__).parent / "data" / "gsm"

# (shifts in the header, bits of the concatenation reference, 0 without one): septets of a part.
# 140 octets less the header, in whole septets: TS 23.040 clauses 9.2.3.24.1, .8, .15 and .16.
SEPTETS = {
    (0, 0): 160, (0, 8): 153, (0, 16): 152,
    (1, 0): 155, (1, 8): 149, (1, 16): 148,
    (2, 0): 152, (2, 8): 146, (2, 16): 145,
}  # fmt: skip

# The same for 16-bit units; a shift means nothing to UCS2.
UNITS = {0: 70, 8: 67, 16: 66}


class Part(NamedTuple):
    """One part: its text, and its septets or 16-bit units."""

    text: str
    units: int


class Choice(NamedTuple):
    """The best coding of a text, how many parts it then has, and their octets in all."""

    coding: Coding
    parts: int
    octets: int


def read_json(name: str) -> Any:  # what a JSON file holds, its reader knows
    """Read one of the published files."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def read_table(table: dict[str, str]) -> Table:
    """Map code to character from "0x00": "U+0040"."""
    return {int(code, 16): chr(int(point.removeprefix("U+"), 16)) for code, point in table.items()}


def read_tables(name: str) -> dict[int | None, Table]:
    """Map national language identifier to table; a language without a table is left out."""
    languages = read_json(name)["languages"]
    tables = {each["language_id"]: read_table(each["table"]) for each in languages}
    return {language: table for language, table in tables.items() if table}


LOCKING = {None: read_table(read_json("default_alphabet.json")["table"])} | read_tables(
    "national_locking_shift.json"
)
SINGLE = {None: read_table(read_json("extension.json")["table"])} | read_tables(
    "national_single_shift.json"
)


def code_points(coding: Coding) -> tuple[Table, Table]:
    """Give the tables of one septet and of two (TS 23.038 clauses 6.2.1.2.2 and 6.2.1.2.3)."""
    locking, single = pair_of(coding)
    return LOCKING[locking], SINGLE[single]


def pair_of(coding: Coding) -> tuple[int | None, int | None]:
    """Give the shifts of a GSM 7 bit coding; ValueError for any that the standard has not."""
    if isinstance(coding, str):
        raise ValueError(coding)  # noqa: TRY004  # a str may be a coding, but has no shifts
    locking, single = coding
    if locking not in (None, *LOCKING_LANGUAGES) or single not in (None, *SINGLE_LANGUAGES):
        raise ValueError(coding)
    return locking, single


def shifts_of(coding: Coding) -> int:
    """Count the information elements that the shifts of a coding take."""
    return 0 if coding == UCS2 else sum(shift is not None for shift in pair_of(coding))


@cache
def septets_of(character: str, coding: Coding) -> bytes:
    """Find a character's one septet, or escape and one more; none if neither table has it.

    The tables are walked by rising code, so of two codes the lower one is found.
    """
    one, two = code_points(coding)
    for code in range(0x80):
        if one.get(code) == character:
            return bytes([code])
    for code in range(0x80):
        if two.get(code) == character:
            return bytes([ESC, code])
    return b""


def units_of(character: str, coding: Coding) -> int:
    """Count the septets or 16-bit units of one character, 0 if the coding does not have it."""
    if coding == UCS2:
        return len(character.encode("utf-16-be", "surrogatepass")) // 2
    return len(septets_of(character, coding))


def check(text: str, coding: Coding) -> None:
    """Raise for the first character that cannot be sent."""
    for index, character in enumerate(text):
        if is_lone_surrogate(character):
            raise LoneSurrogate(index)
        if not units_of(character, coding):
            raise Unmappable(index)


def encode(text: str, locking: int | None = None, single: int | None = None) -> bytes:
    """Write a text as septets, one an octet (TS 23.038 clause 6.2.1); raise LoneSurrogate too."""
    check(text, (locking, single))
    return b"".join(septets_of(character, (locking, single)) for character in text)


def decode(septets: bytes, locking: int | None = None, single: int | None = None) -> str:
    """Read septets as a receiver shows them (TS 23.038 clauses 6.2.1.1 and 6.2.1.2, annex A).

    An escape and a code that the table of two septets lacks are the character of the other table;
    two escapes are a space, and so is an escape at the end. A code without a character is U+FFFD.
    """
    one, two = code_points((locking, single))
    shown = ""
    place = 0
    while place < len(septets):
        if septets[place] > 0x7F:
            raise ValueError(septets[place])
        if septets[place] != ESC:
            shown += one.get(septets[place], REPLACEMENT)
            place += 1
        elif place + 1 == len(septets):
            shown += " "
            place += 1
        else:
            code = septets[place + 1]
            shown += " " if code == ESC else two.get(code, one.get(code, REPLACEMENT))
            place += 2
    return shown


def capacities(coding: Coding, reference_bits: int) -> tuple[int, int]:
    """Give the units of an only part, and of one of several."""
    if reference_bits not in (8, 16):
        raise ValueError(reference_bits)
    if coding == UCS2:
        return UNITS[0], UNITS[reference_bits]
    return SEPTETS[shifts_of(coding), 0], SEPTETS[shifts_of(coding), reference_bits]


def atoms(text: str, coding: Coding, capacity: int, boundary: str) -> list[str]:
    """List what is never cut; a grapheme cluster that no part can hold is its characters."""
    if boundary == "code_point":
        return list(text)
    if boundary != "grapheme":
        raise ValueError(boundary)
    found: list[str] = []
    for cluster in regex.findall(r"\X", text):
        fits = sum(units_of(character, coding) for character in cluster) <= capacity
        found.extend([cluster] if fits else cluster)
    return found


def cut(text: str, coding: Coding, reference_bits: int, boundary: str) -> list[Part]:
    """Fill each part before the next is begun, however many there are."""
    check(text, coding)
    only, several = capacities(coding, reference_bits)
    units = sum(units_of(character, coding) for character in text)
    if units <= only:
        return [Part(text, units)]
    parts = [Part("", 0)]
    for atom in atoms(text, coding, several, boundary):
        size = sum(units_of(character, coding) for character in atom)
        if parts[-1].units + size > several:
            parts.append(Part("", 0))
        parts[-1] = Part(parts[-1].text + atom, parts[-1].units + size)
    return parts


def split(
    text: str, coding: Coding, reference_bits: int = 8, boundary: str = "code_point"
) -> list[Part]:
    """Cut a text into its parts (TS 23.040 clause 9.2.3.24.1); raise any Fault of `oracle`."""
    parts = cut(text, coding, reference_bits, boundary)
    if len(parts) > MOST_PARTS:
        raise TooLong(sum(len(part.text) for part in parts[:MOST_PARTS]))
    return parts


def write(
    part: Part,
    coding: Coding,
    reference_bits: int,
    *,
    number: int = 1,
    total: int = 1,
    reference: int = 0,
) -> bytes:
    """Write the octets of one part: header, fill bits, text (TS 23.040 clause 9.2.3.24)."""
    locking, single = (None, None) if coding == UCS2 else pair_of(coding)
    header = oracle_octets.header(
        number=number,
        total=total,
        reference=reference,
        reference_bits=reference_bits,
        locking=locking,
        single=single,
    )
    if coding == UCS2:
        return header + part.text.encode("utf-16-be")
    fill = oracle_octets.fill_bits_after(len(header))
    return header + oracle_octets.pack(encode(part.text, locking, single), fill)


def user_data(
    text: str,
    coding: Coding,
    reference_bits: int = 8,
    reference: int = 1,
    boundary: str = "code_point",
) -> list[bytes]:
    """Write the octets of every part, each with its number and the same reference."""
    parts = split(text, coding, reference_bits, boundary)
    return [
        write(part, coding, reference_bits, number=number, total=len(parts), reference=reference)
        for number, part in enumerate(parts, start=1)
    ]


def octets(text: str, coding: Coding, reference_bits: int = 8, boundary: str = "code_point") -> int:
    """Count the octets of all parts, headers included."""
    return sum(len(part) for part in user_data(text, coding, reference_bits, 1, boundary))


def codings(languages: Iterable[int] = ()) -> list[Coding]:
    """List the codings that these languages allow, the plainest first, then as the caller prefers.

    GSM 7 bit without a shift, UCS2, a single shift, a locking shift, both of one language, both of
    two. A language is allowed once, wherever it is named first.
    """
    allowed = list(dict.fromkeys(languages))
    if not set(allowed) <= set(SINGLE_LANGUAGES):
        raise ValueError(allowed)
    locking = [language for language in allowed if language in LOCKING_LANGUAGES]
    return [
        PLAIN,
        UCS2,
        *((None, language) for language in allowed),
        *((language, None) for language in locking),
        *((language, language) for language in locking),
        *((first, second) for first in locking for second in allowed if first != second),
    ]


def choose(text: str, languages: Iterable[int] = (), reference_bits: int = 8) -> Choice:
    """Find the coding of fewest parts, then of fewest octets, then the plainest, by trying all.

    Raises LoneSurrogate, and TooLong where even the best needs more than 255 parts.
    """
    check(text, UCS2)
    best: Choice | None = None
    for coding in codings(languages):
        try:
            parts = cut(text, coding, reference_bits, "code_point")
        except Unmappable:
            continue
        # The header is as long whatever its numbers are; they would not fit past 255 parts.
        total = 1 if len(parts) == 1 else 2
        size = sum(len(write(part, coding, reference_bits, total=total)) for part in parts)
        if best is None or (len(parts), size) < (best.parts, best.octets):
            best = Choice(coding, len(parts), size)
    assert best is not None, "UCS2 has every character"
    split(text, best.coding, reference_bits)
    return best


ONE_SEPTET = {shift: frozenset(table.values()) for shift, table in LOCKING.items()}
TWO_SEPTETS = {shift: frozenset(table.values()) for shift, table in SINGLE.items()}


def choose_quickly(text: str, languages: Iterable[int] = (), reference_bits: int = 8) -> Choice:
    """Answer as `choose` does, walking once for all codings that give the text the same sizes.

    What a coding takes depends on which characters are escape pairs, and on how many shifts there
    are; so two codings that agree in both need one walk.
    """
    check(text, UCS2)
    characters = frozenset(text)
    allowed = codings(languages)
    if characters <= ONE_SEPTET[None]:
        # One septet each, and no header but what several parts need: no coding takes less.
        allowed = [PLAIN]
    tallies: dict[tuple[bool, frozenset[str], int], tuple[int, int]] = {}
    pairs = {shift: characters - one for shift, one in ONE_SEPTET.items()}
    best: Choice | None = None
    for coding in allowed:
        if coding == UCS2:
            twice = frozenset(character for character in characters if ord(character) > 0xFFFF)
        else:
            locking, single = pair_of(coding)
            twice = pairs[locking]
            if not twice <= TWO_SEPTETS[single]:
                continue
        alike = coding == UCS2, twice, shifts_of(coding)
        if alike not in tallies:
            tallies[alike] = tally(text, coding, twice, reference_bits)
        if best is None or tallies[alike] < (best.parts, best.octets):
            best = Choice(coding, *tallies[alike])
    assert best is not None, "UCS2 has every character"
    if best.parts > MOST_PARTS:
        split(text, best.coding, reference_bits)
    return best


def tally(text: str, coding: Coding, twice: frozenset[str], reference_bits: int) -> tuple[int, int]:
    """Count parts and octets by arithmetic; the characters of `twice` take two units, others one.

    The last character of a part is looked up in the running totals.
    """
    only, several = capacities(coding, reference_bits)
    totals = [0, *accumulate(2 if character in twice else 1 for character in text)]
    header = 3 * shifts_of(coding)
    if totals[-1] <= only:
        return 1, octets_of_part(1 + header if header else 0, totals[-1], coding)
    header += 1 + (5 if reference_bits == 8 else 6)
    parts = size = start = 0
    while start < len(text):
        end = bisect_right(totals, totals[start] + several) - 1
        size += octets_of_part(header, totals[end] - totals[start], coding)
        parts += 1
        start = end
    return parts, size


def octets_of_part(header: int, units: int, coding: Coding) -> int:
    """Count the octets of a header and so many units, its own octet of length included."""
    if coding == UCS2:
        return header + 2 * units
    septets = -(-8 * header // 7) + units
    return -(-7 * septets // 8)
