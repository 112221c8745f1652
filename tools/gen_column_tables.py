"""Write the tables of the column kernel, which reads UTF-8, from `tables/gsm7.txt`.

The law of this file: what an octet of UTF-8 tells about its character is derived here, from the
alphabet as it is typed in `tables/` and from the encoding as RFC 3629 defines it, and `--check`
fails when what is checked in is not what would be written.

    python tools/gen_column_tables.py            write src/smscore/_columns/tables.h
    python tools/gen_column_tables.py --check    exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from gen_tables import ROOT, SOURCES, SourceError, read_sources, render_rows

HEADER = ROOT / "src" / "smscore" / "_columns" / "tables.h"

ASCII = 0x80
TAILS = range(0x80, 0xC0)
EURO = "€"
LANES = 8
PAIR_LEAD = 0xC

# Which tails may not follow a lead (RFC 3629, 4): what would be overlong, a surrogate, or past
# U+10FFFF. A lead that begins no character at all is in two of them, which have every tail.
Kind = tuple[tuple[int, ...], Sequence[int]]

NO_LEADS = (0xC0, 0xC1, *range(0xF5, 0x100))
FORBIDDEN: tuple[Kind, ...] = (
    ((0xE0, *NO_LEADS), range(0x80, 0xA0)),
    ((0xED, *NO_LEADS), range(0xA0, 0xC0)),
    ((0xF0,), range(0x80, 0x90)),
    ((0xF4,), range(0x90, 0xC0)),
)


def find_pairs(alphabet: Iterable[str]) -> list[tuple[int, int]]:
    """List the characters of two octets, and refuse an alphabet that the kernel cannot read."""
    pairs: list[tuple[int, int]] = []
    for character in alphabet:
        octets = character.encode()
        if len(octets) == len("ab"):
            pairs.append((octets[0], octets[1]))
        elif len(octets) > 1 and character != EURO:
            raise SourceError(f"the kernel looks for no character of three octets but {EURO}")
    return sorted(pairs)


def fold_ascii(characters: Iterable[str]) -> list[int]:
    """Give, for each low half of an octet, the high halves with which it is one of some, as bits.

    The octet is below 0x80, so that eight bits do.
    """
    folded = [0] * 16
    for character in characters:
        folded[ord(character) & 15] |= 1 << (ord(character) >> 4)
    return folded


def combine_whole(pairs: list[tuple[int, int]]) -> tuple[int, list[int], list[int]]:
    """Give which bits mean a character, and the bits of leads and tails by their low six bits.

    The highest bit that means one is that of the first two octets of the euro.
    """
    leads = sorted({lead for lead, _ in pairs})
    kinds: list[Kind] = [
        ((lead,), [tail for other, tail in pairs if other == lead]) for lead in leads
    ]
    kinds += [((EURO.encode()[0],), (EURO.encode()[1],)), *FORBIDDEN]
    if len(kinds) > LANES:
        raise SourceError("there are more leads than bits of an octet")
    lead_bits, tail_bits = [0] * 64, [0] * 64
    for bit, (members, tails) in enumerate(kinds):
        mark(lead_bits, {lead & 63 for lead in members}, bit)
        mark(tail_bits, {tail & 63 for tail in tails}, bit)
    return (2 << len(leads)) - 1, lead_bits, tail_bits


def combine_halves(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int], list[int]]:
    """Give the bits of the lower halves of leads, and of both halves of tails."""
    kinds = sorted({(lead, tail >> 4) for lead, tail in pairs})
    if len(kinds) > LANES or any(lead >> 4 != PAIR_LEAD for lead, _ in kinds):
        raise SourceError("the characters of two octets do not fit the bits of an octet")
    lead_low, high, low = [0] * 16, [0] * 16, [0] * 16
    for bit, (lead, half) in enumerate(kinds):
        mark(lead_low, {lead & 15}, bit)
        mark(high, {half}, bit)
        mark(low, {tail & 15 for other, tail in pairs if (other, tail >> 4) == (lead, half)}, bit)
    return lead_low, high, low


def forbid_halves() -> tuple[list[int], list[int], list[int]]:
    """Give the bits of both halves of leads, and of the upper ones of tails, that make none.

    Where the leads of a kind have several upper halves, each is a kind of its own, so that the two
    halves tell the lead.
    """
    lead_high, lead_low, high = [0] * 16, [0] * 16, [0] * 16
    kinds = [
        ((lead,), tails) for leads, tails in FORBIDDEN for lead in leads if lead not in NO_LEADS
    ]
    kinds += [
        (tuple(lead for lead in NO_LEADS if lead >> 4 == half), TAILS)
        for half in sorted({lead >> 4 for lead in NO_LEADS})
    ]
    for bit, (leads, tails) in enumerate(kinds):
        mark(lead_high, {lead >> 4 for lead in leads}, bit)
        mark(lead_low, {lead & 15 for lead in leads}, bit)
        mark(high, {tail >> 4 for tail in tails}, bit)
    return lead_high, lead_low, high


def mark(table: list[int], places: set[int], bit: int) -> None:
    """Set a bit at some places of a table."""
    for place in places:
        table[place] |= 1 << bit


def render(plain: frozenset[str], extension: frozenset[str]) -> str:
    """Render the tables as a C header."""
    alphabet = plain | extension
    if any(len(character.encode()) == len("ab") for character in extension):
        raise SourceError("the kernel looks for no character of two octets in the extension table")
    pairs = find_pairs(alphabet)
    every = [chr(point) for point in range(ASCII)]
    outside = [character for character in every if character not in alphabet]
    twice = [character for character in every if character in extension]
    wanted, lead_bits, tail_bits = combine_whole(pairs)
    pair_lead, pair_high, pair_low = combine_halves(pairs)
    bad_lead_high, bad_lead_low, bad_high = forbid_halves()
    lines = [
        "/* What the octets of UTF-8 tell about their characters, for C.",
        " *",
        " * Generated by tools/gen_column_tables.py from tables/: change that, then run the tool.",
        " */",
        "#ifndef SMSCORE_COLUMNS_TABLES_H",
        "#define SMSCORE_COLUMNS_TABLES_H",
        "",
        "#include <stdint.h>",
        "",
        "/* The one character of three octets in the alphabet; its extension table has it. */",
        *(
            f"#define SMSCORE_EURO_{place} 0x{octet:02X}"
            for place, octet in enumerate(EURO.encode())
        ),
        "",
        "/* By an octet below 0x80: bit 0 if the alphabet does not have it, bit 1 if it is in the",
        " * extension table. */",
        *render_table("ascii", [(each in outside) | (each in twice) << 1 for each in every]),
        "/* By the low half of such an octet: bit n for the high half n with which it is so. */",
        *render_table("ascii_outside", fold_ascii(outside)),
        *render_table("ascii_twice", fold_ascii(twice)),
        *render_table("ascii_odd", fold_ascii([*outside, *twice])),
        "/* By the low six bits of a lead, and of the tail behind it. The two have a bit of",
        " * SMSCORE_PAIR in common if they are a character of the alphabet, and another if they",
        " * are the beginning of none. */",
        f"#define SMSCORE_PAIR 0x{wanted:02X}",
        "/* Of these the bit that the first two octets of the euro have. */",
        f"#define SMSCORE_EURO_BIT 0x{(wanted + 1) >> 1:02X}",
        *render_table("lead_bits", lead_bits),
        *render_table("tail_bits", tail_bits),
        "/* The same in halves of octets, for processors that look up sixteen. A lead 0xCn and",
        " * its tail are a character of the alphabet if all three have a bit in common. */",
        *render_table("pair_lead", pair_lead),
        *render_table("pair_high", pair_high),
        *render_table("pair_low", pair_low),
        "/* And they are the beginning of none if these three have. */",
        *render_table("bad_lead_high", bad_lead_high),
        *render_table("bad_lead_low", bad_lead_low),
        *render_table("bad_high", bad_high),
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def render_table(name: str, values: list[int]) -> list[str]:
    """Render a table of octets, aligned so that it can be loaded whole."""
    return [
        f"SMSCORE_ALIGNED static const uint8_t smscore_{name}[{len(values)}] = {{",
        *render_rows(values),
        "};",
        "",
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the header, or with `--check` only compare it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the column kernel's tables.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if out of date")
    check = parser.parse_args(arguments).check
    try:
        tables = read_sources(SOURCES)
        text = render(
            frozenset(map(chr, tables["default"].values())),
            frozenset(map(chr, tables["extension"].values())),
        )
    except SourceError as slip:
        print(slip, file=sys.stderr)
        return 1
    shown = Path(HEADER).relative_to(ROOT)
    if HEADER.is_file() and HEADER.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{shown} is out of date: run tools/gen_column_tables.py", file=sys.stderr)
        return 1
    HEADER.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {shown}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
