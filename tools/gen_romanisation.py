"""Write `src/smscore/_romanisation.py` from `tables/romanisation.txt`.

The law of this file: a letter's romanisation is typed once, in `tables/romanisation.txt`, where an
eye can proofread it against the standard and this program against Unicode. What follows from it,
the capitals and the precomposed letters, is derived here, so that nothing depends on the Unicode
version of the Python that runs the library; `--check` fails when what is checked in is not what
would be written.

    python tools/gen_romanisation.py            write src/smscore/_romanisation.py
    python tools/gen_romanisation.py --check    exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tables" / "romanisation.txt"
ALPHABET = ROOT / "tables" / "gsm7.txt"
TARGET = ROOT / "src" / "smscore" / "_romanisation.py"

DROPPED = "-"
FACTS = ("title", "standard", "covers")
PLACES = {"initial": 0, "final": 0, "after": 1, "before": 1}
ENTRY = re.compile(r"(?:(small|sign|mark) )?U\+([0-9A-F]{4})  (\S+)  ([A-Z0-9 -]+)")
RULE = re.compile(r"(\w+)  (\S+)(?:  ([\w ]+))?")
BEYOND_ASCII = range(0x80, 0x10000)
WIDTH = 100
INDENT = 12


class SourceError(ValueError):
    """The source of the schemes has a slip; the message names the line."""


def decompose(character: str) -> str:
    """Give the canonical decomposition of a character, itself if it has none."""
    return unicodedata.normalize("NFD", character)


COMPOSED = {c: decompose(c) for c in map(chr, BEYOND_ASCII) if decompose(c) != c}


@dataclass
class Scheme:
    """A section of the source as it is read, then with what follows from it."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    small: set[str] = field(default_factory=set)
    signs: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[str, str, str]] = field(default_factory=list)

    def capitals(self) -> dict[str, str]:
        """Give the capital of each letter that has one: one code point, which has it as small."""
        return {
            letter.upper(): letter
            for letter in self.letters
            if letter not in self.small and letter.upper().lower() == letter != letter.upper()
        }

    def variants(self) -> dict[str, str]:
        """Give the code points that are one of the letters with marks that go with it."""
        small = {letter: letter for letter in self.letters} | self.capitals()
        variants = {}
        for character, whole in COMPOSED.items():
            letters = [
                letter
                for letter in small
                if character not in small and self.leaves_marks(whole, letter, small[letter])
            ]
            if letters:
                variants[character] = max(letters, key=lambda letter: len(decompose(letter)))
        return variants

    def leaves_marks(self, whole: str, letter: str, small: str) -> bool:
        """Say whether what is decomposed is the letter and otherwise marks that go with it."""
        parts = decompose(letter)
        if parts[0] != whole[0] or Counter(parts) - Counter(whole):
            return False
        return all(small in self.marks.get(mark, "") for mark in Counter(whole) - Counter(parts))


def read_schemes(source: str, alphabet: set[str]) -> list[Scheme]:
    """Read the sections of the source, refusing every slip.

    A slip is: a line of another form, a name that is not the code point's, an output with a
    character outside the alphabet, a letter listed twice or used without a line of its own, a
    scheme without its facts or listed twice.
    """
    schemes: list[Scheme] = []
    for number, line in enumerate(source.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            schemes.append(Scheme(line.strip("[]")))
            continue
        if not schemes:
            raise SourceError(f"line {number}: before the first section")
        try:
            read_line(schemes[-1], line, alphabet)
        except SourceError as slip:
            raise SourceError(f"line {number}: {slip}") from None
    repeated = [name for name, times in Counter(s.name for s in schemes).items() if times > 1]
    if repeated:
        raise SourceError(f"[{repeated[0]}] is there twice")
    for scheme in schemes:
        if tuple(scheme.facts) != FACTS:
            raise SourceError(f"[{scheme.name}] needs {', '.join(FACTS)}, once each and in order")
    return schemes


def read_line(scheme: Scheme, line: str, alphabet: set[str]) -> None:
    """Read one line into a scheme."""
    fact, colon, said = line.partition(": ")
    if colon and fact in FACTS:
        scheme.facts[fact] = said
    elif entry := ENTRY.fullmatch(line):
        read_entry(scheme, entry, alphabet)
    elif rule := RULE.fullmatch(line):
        letters, output, context = rule.groups()
        read_rule(scheme, letters, read_output(output, alphabet), context or "")
    else:
        raise SourceError(f"not an entry: {line!r}")


def read_output(output: str, alphabet: set[str]) -> str:
    """Give the output that a line has; a dropped letter's is empty."""
    if output == DROPPED:
        return ""
    if not alphabet.issuperset(output):
        raise SourceError(f"{output} is not in GSM 7 bit")
    return output


def read_entry(scheme: Scheme, entry: re.Match[str], alphabet: set[str]) -> None:
    """Read a line for one code point into a scheme."""
    kind, digits, middle, name = entry.groups()
    character = chr(int(digits, 16))
    if unicodedata.name(character, "") != name:
        raise SourceError(f"{name} is not U+{digits}")
    if character in scheme.letters.keys() | scheme.signs.keys() | scheme.marks.keys():
        raise SourceError(f"{name} has a line already")
    if kind == "mark":
        check_listed(scheme, set(middle))
        scheme.marks[character] = middle
    elif kind == "sign":
        scheme.signs[character] = read_output(middle, alphabet)
    else:
        scheme.letters[character] = read_output(middle, alphabet)
        if kind == "small":
            scheme.small.add(character)


def check_listed(scheme: Scheme, used: set[str]) -> None:
    """Raise SourceError unless each letter has a line of its own."""
    if strange := used - scheme.letters.keys():
        raise SourceError(f"{min(strange)} has no line above")


def read_rule(scheme: Scheme, letters: str, output: str, context: str) -> None:
    """Read a line in letters into a scheme."""
    words = iter(context.split(" ") if context else ())
    used = set(letters)
    for word in words:
        if word not in PLACES:
            raise SourceError(f"{word} is no place")
        used |= {letter for _ in range(PLACES[word]) for letter in next(words, "?")}
    check_listed(scheme, used)
    scheme.rules.append((letters, output, context))


def render(schemes: list[Scheme]) -> str:
    """Render the schemes as the Python module that `romanisation` reads."""
    lines = [
        '"""The romanisation schemes, as compact text that `romanisation` unfolds when asked.',
        "",
        "Generated by tools/gen_romanisation.py from tables/romanisation.txt: change that, then",
        "run the tool. `letters` has what each becomes, `capitals` and `variants` are pairs of a",
        "form and the letter that it is read as, `marks` has the letters that each goes with.",
        '"""',
        "",
        "TABLE: dict[str, dict[str, str]] = {",
    ]
    for scheme in schemes:
        lines.append(f"    {quote(scheme.name)}: {{")
        for key, text in render_scheme(scheme):
            whole = f"        {quote(key)}: {quote(text)},"
            if len(whole) <= WIDTH:
                lines.append(whole)
                continue
            lines.append(f"        {quote(key)}: (")
            lines += [" " * INDENT + piece for piece in wrap(text)]
            lines.append("        ),")
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def render_scheme(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Give what the module says of a scheme, key by key."""
    yield from scheme.facts.items()
    yield "letters", " ".join(f"{letter}={output}" for letter, output in scheme.letters.items())
    yield "capitals", " ".join(map("".join, scheme.capitals().items()))
    yield "variants", " ".join(map("".join, scheme.variants().items()))
    yield "rules", "; ".join(f"{a} {b or DROPPED} {c}".rstrip() for a, b, c in scheme.rules)
    yield "marks", " ".join(f"{ord(mark):04X}={on}" for mark, on in scheme.marks.items())
    yield "signs", " ".join(f"{ord(s):04X}={output}" for s, output in scheme.signs.items())


def wrap(text: str) -> Iterator[str]:
    """Give a text as string literals of a line each, whose spaces stay."""
    room = WIDTH - INDENT - len('""')
    if len(quote(text)) <= room + len('""'):
        yield quote(text)
        return
    lines = textwrap.wrap(text, room - 1, break_long_words=False, break_on_hyphens=False)
    for place, line in enumerate(lines, 1):
        yield quote(line + " " * (place < len(lines)))


def quote(text: str) -> str:
    """Give a string literal as the formatter would."""
    mark = "'" if text.count('"') > text.count("'") else '"'
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def main(arguments: list[str] | None = None) -> int:
    """Write the module, or with `--check` only compare it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the romanisation schemes as a module.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if out of date")
    check = parser.parse_args(arguments).check
    points = re.findall(r"^0x\w+  U\+(\w+)", ALPHABET.read_text(encoding="utf-8"), re.MULTILINE)
    alphabet = {chr(int(point, 16)) for point in points}
    try:
        text = render(read_schemes(SOURCE.read_text(encoding="utf-8"), alphabet))
    except SourceError as slip:
        print(f"{SOURCE.relative_to(ROOT)}: {slip}", file=sys.stderr)
        return 1
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    name = TARGET.relative_to(ROOT)
    if check:
        print(f"{name} is out of date: run tools/gen_romanisation.py", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
