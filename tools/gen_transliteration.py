"""Write the transliteration tables from `tables/transliteration.txt` and `tables/twilio.txt`.

The law of this file: what Unicode says about a character is not typed again. A replacement is
derived from the character's decomposition or name; the source holds what cannot be derived or
should be otherwise. Only code points that the source lists as assigned are derived for, and these
facts of theirs never change (Unicode's stability policies), so that every Python writes the same.

    python tools/gen_transliteration.py            write src/smscore/_transliteration.py
    python tools/gen_transliteration.py --check    exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GSM7 = ROOT / "tables" / "gsm7.txt"
SOURCE = ROOT / "tables" / "transliteration.txt"
TWILIO = ROOT / "tables" / "twilio.txt"
TARGET = ROOT / "src" / "smscore" / "_transliteration.py"

CLASSES = ("invisible", "typographic", "accent", "script", "lossy")
DOMAIN = "unicode 14.0"

# Between a replacement and the characters that it replaces, and between such records.
UNIT, RECORD = "\u241f", "\u241e"

WIDTH = 90
VISIBLE = (
    range(0xA1, 0xAD),
    range(0xAE, 0x300),
    range(0x1E00, 0x1F00),
    range(0x2010, 0x2028),
    range(0x2030, 0x205F),
    range(0x2070, 0x20D0),
    range(0x2100, 0x2C00),
    range(0x3001, 0x3040),
    range(0x3200, 0x3400),
    range(0xFE10, 0xFE20),
    range(0xFE30, 0xFE70),
    range(0xFF01, 0xFFEF),
    range(0x1D400, 0x1D800),
    range(0x1F100, 0x1FA00),
)

POINT = r"U\+([0-9A-F]{4,6})"
ENTRY = re.compile(rf"{POINT}  (\S+)  ([A-Z0-9 -]+)")
RUN = re.compile(rf"{POINT}\.\.{POINT}  (\S+)  ([A-Z0-9 -]+) \.\. ([A-Z0-9 -]+)")
RANGE = re.compile(rf"{POINT}\.\.{POINT}")
RISING = re.compile(r"(.)\.\.(.)")
SHOWN = str.maketrans({"␣": " ", "␤": "\n", "∅": ""})

WITH_SOMETHING = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z]{1,2}) WITH .+")
SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z]{1,2})")
RAISED_LETTER = re.compile(r"MODIFIER LETTER .+|(FEMIN|MASCUL)INE ORDINAL INDICATOR")
SQUARED_LETTERS = range(0x1F100, 0x1F200)
WINDOWS_1252 = range(0x80, 0xA0)

Entry = tuple[str, str]
Table = dict[str, Entry]


class SourceError(ValueError):
    """A source has a slip; the message names the line."""


def read_alphabet(source: str) -> frozenset[str]:
    """Read the characters of the GSM 7 bit default alphabet and its extension table."""
    return frozenset(chr(int(point, 16)) for point in re.findall(POINT, source))


def read_source(source: str, alphabet: frozenset[str]) -> tuple[Table, list[str]]:
    """Read a source: its entries, character -> (section, replacement), and the code points listed.

    Refuses every slip: a line of another form, a name that is not the code point's, a second entry
    for a character, an entry for one that GSM 7 bit has, a replacement with one that it lacks.
    """
    table: Table = {}
    listed: list[str] = []
    section = ""
    for number, line in enumerate(source.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        try:
            if section == DOMAIN:
                listed += read_range(line)
            else:
                for character, text in read_entries(line):
                    check_entry(character, text, table, alphabet)
                    table[character] = section, text
        except SourceError as slip:
            raise SourceError(f"line {number}: {slip}") from None
    return table, listed


def read_range(line: str) -> Iterator[str]:
    """Give the characters of a line that lists assigned code points."""
    found = RANGE.fullmatch(line)
    if found is None:
        raise SourceError(f"not a range: {line!r}")
    for character in map(chr, range(int(found[1], 16), int(found[2], 16) + 1)):
        if unicodedata.category(character) == "Cn":
            raise SourceError(f"U+{ord(character):04X} is not assigned")
        yield character


def read_entries(line: str) -> Iterator[Entry]:
    """Give the entries, character and replacement, that a line stands for."""
    if entry := ENTRY.fullmatch(line):
        yield check_name(entry[3], entry[1]), entry[2].translate(SHOWN)
        return
    run = RUN.fullmatch(line)
    if run is None:
        raise SourceError(f"not an entry: {line!r}")
    first, last = check_name(run[4], run[1]), check_name(run[5], run[2])
    points = range(ord(first), ord(last) + 1)
    texts = [run[3].translate(SHOWN)] * len(points)
    if rising := RISING.fullmatch(run[3]):
        texts = list(map(chr, range(ord(rising[1]), ord(rising[2]) + 1)))
    if not points or len(texts) != len(points):
        raise SourceError(f"{len(points)} code points and {len(texts)} replacements")
    yield from zip(map(chr, points), texts, strict=True)


def check_name(name: str, point: str) -> str:
    """Give the character of a code point; SourceError unless this is its name, or an alias."""
    try:
        named = unicodedata.lookup(name)
    except KeyError:
        raise SourceError(f"{name} is no Unicode name") from None
    if named != chr(int(point, 16)):
        raise SourceError(f"{name} is not U+{point}")
    return named


def check_entry(character: str, text: str, table: Table, alphabet: frozenset[str]) -> None:
    """Raise SourceError for an entry that cannot stand in the table."""
    where = f"U+{ord(character):04X}"
    if character in table:
        raise SourceError(f"{where} has an entry already")
    if character in alphabet:
        raise SourceError(f"{where} is in GSM 7 bit: nothing replaces it")
    if not alphabet.issuperset(text):
        raise SourceError(f"the replacement of {where} is not in GSM 7 bit")


def derive(character: str, table: Table, alphabet: frozenset[str]) -> Entry | None:
    """Derive what stands for a character, class and text; None where Unicode implies nothing."""
    if ord(character) in WINDOWS_1252:
        # No text means these controls: they are windows-1252 read as Latin-1.
        return resolve(bytes([ord(character)]).decode("cp1252"), "typographic", table, alphabet)
    name = unicodedata.name(character)
    decomposition = unicodedata.decomposition(character).split()
    if not decomposition:
        return derive_from_name(name)
    kind = decomposition.pop(0) if decomposition[0].startswith("<") else ""
    parts = "".join(chr(int(point, 16)) for point in decomposition)
    if not kind and len(parts) > 1:
        # The base is taken apart in its turn, until a letter is left that GSM 7 bit has.
        return resolve(parts[0], "accent", table, alphabet) if name.startswith("LATIN") else None
    if any(map(unicodedata.combining, parts)):
        return None
    least = "typographic"
    if kind in {"<super>", "<sub>"} and not RAISED_LETTER.fullmatch(name):
        least = "lossy"
    elif kind == "<circle>" or (kind == "<square>" and ord(character) in SQUARED_LETTERS):
        least, parts = "lossy", f"({parts})" if parts.isdecimal() else parts
    return resolve(parts, least, table, alphabet)


def derive_from_name(name: str) -> Entry | None:
    """Derive a letter from a name that says which one it is, and that something is added."""
    if found := WITH_SOMETHING.fullmatch(name):
        return "accent", found[2] if found[1] == "CAPITAL" else found[2].lower()
    if found := SMALL_CAPITAL.fullmatch(name):
        return "typographic", found[1]
    return None


def resolve(text: str, least: str, table: Table, alphabet: frozenset[str]) -> Entry | None:
    """Spell a text in GSM 7 bit; its class is the highest that any of its characters takes."""
    kinds, spelt = [least], ""
    for character in text:
        if character in alphabet:
            spelt += character
            continue
        entry = table.get(character) or derive(character, table, alphabet)
        if entry is None:
            return None
        kinds.append(entry[0])
        spelt += entry[1]
    return max(kinds, key=CLASSES.index), spelt


def build(source: str, alphabet: frozenset[str]) -> Table:
    """Build the standard table: the source's entries, and those derived for what it lists."""
    table, listed = read_source(source, alphabet)
    if unknown := {kind for kind, _ in table.values()} - set(CLASSES):
        raise SourceError(f"no class: {', '.join(sorted(unknown))}")
    derived = {
        character: entry
        for character in listed
        if character not in alphabet and character not in table
        if (entry := derive(character, table, alphabet)) is not None
    }
    return dict(sorted((table | derived).items()))


def render(standard: Table, twilio: Table) -> str:
    """Render the module: per class one string of records, a replacement and what it replaces."""
    lines = [
        '"""What may stand for a character that the GSM 7 bit default alphabet does not have.',
        "",
        "Generated by tools/gen_transliteration.py from tables/transliteration.txt and",
        "tables/twilio.txt: change those, then run the tool. A record is a replacement and the",
        "characters that it replaces, with UNIT between; RECORD is between records.",
        '"""',
        "",
        f"RECORD = {quote(RECORD)}",
        f"UNIT = {quote(UNIT)}",
    ]
    for kind in CLASSES:
        own = {character: text for character, (named, text) in standard.items() if named == kind}
        lines += render_string(kind.upper(), join_records(own))
    lines += render_string("TWILIO", join_records({c: text for c, (_, text) in twilio.items()}))
    marks = (c for c, (kind, text) in standard.items() if not text and kind != "invisible")
    lines += ["", "# Those that stand on the character before."]
    lines += render_string("MARKS", marks)[1:]
    lines += ["", "# Those that a digit beside them would run into."]
    numbers = [c for c, (_, text) in standard.items() if text[:1].isdecimal() and len(text) > 1]
    fractions = [c for c in numbers if "/" in standard[c][1]]
    lines += render_string("FRACTIONS", fractions)[1:]
    lines += render_string("STOPPED", (c for c in numbers if c not in fractions))[1:]
    return "\n".join(lines) + "\n"


def join_records(table: dict[str, str]) -> str:
    """Join the records of a table, by replacement."""
    groups: dict[str, str] = {}
    for character, text in table.items():
        groups[text] = groups.get(text, "") + character
    return RECORD.join(f"{text}{UNIT}{groups[text]}" for text in sorted(groups))


def render_string(name: str, characters: Iterable[str]) -> list[str]:
    """Render a constant, as literals that stand below each other where one is not enough."""
    rows, row, width = [""], "", 0
    for character in characters:
        shown = show(character)
        # Some checkers give a character that is not ASCII two columns.
        taken = len(shown) if shown.isascii() else 2
        if width + taken > WIDTH:
            rows.append(f"    {quote(row)}")
            row, width = "", 0
        row, width = row + character, width + taken
    if len(rows) == 1:
        return ["", f"{name} = {quote(row)}"]
    return ["", f"{name} = (", *rows[1:], f"    {quote(row)}", ")"]


def quote(text: str) -> str:
    """Write a string literal as the formatter would."""
    shown = "".join(map(show, text))
    if '"' in text and "'" not in text:
        return f"'{shown}'"
    return '"' + shown.replace('"', '\\"') + '"'


def show(character: str) -> str:
    """Write a character as it stands in a literal; itself only where every eye can see it."""
    if character in "'\"" or any(ord(character) in visible for visible in VISIBLE):
        return character
    return ascii(character)[1:-1]


def main(arguments: list[str] | None = None) -> int:
    """Write the generated file, or with `--check` only compare it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the transliteration tables.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if out of date")
    check = parser.parse_args(arguments).check
    alphabet = read_alphabet(GSM7.read_text(encoding="utf-8"))
    path = SOURCE
    try:
        standard = build(SOURCE.read_text(encoding="utf-8"), alphabet)
        path = TWILIO
        twilio, _ = read_source(TWILIO.read_text(encoding="utf-8"), alphabet)
    except SourceError as slip:
        print(f"{path.relative_to(ROOT)}: {slip}", file=sys.stderr)
        return 1
    text = render(standard, twilio)
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(
            f"{TARGET.relative_to(ROOT)} is out of date: run tools/gen_transliteration.py",
            file=sys.stderr,
        )
        return 1
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
