"""Read the case files: one text, what it must become, no program text in between.

The law of this file: a case states everything and the reader guesses nothing. An unknown field, a
missing field, or numbers that contradict each other stop the reading with the file and line.
`cases/README.md` describes the format. Nothing here knows the alphabet or the capacities.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

CASES = Path(__file__).parent / "cases"

OPTIONS = {"coding", "reference_bits", "boundary"}
RESULT = {"alphabet", "units", "parts", "ends", "remaining"}
ALWAYS = {"text", "why"}
ALPHABETS = {"gsm7", "ucs2"}
BOUNDARIES = {"code_point", "grapheme"}
ERRORS = {"lone_surrogate", "too_long", "unmappable"}


class CaseFileError(ValueError):
    """A case file that does not say what a case must say."""


@dataclass(frozen=True, slots=True)
class Case:
    """One text with its options, and either its parts or its error.

    `coding` is the alphabet the caller insists on, None for the one the text needs. When `error` is
    set only `index` has a meaning; otherwise only `alphabet`, `units`, `ends` and `remaining` have.
    """

    topic: str
    title: str
    line: int
    why: str
    text: str
    coding: str | None = None
    reference_bits: int = 8
    boundary: str = "code_point"
    alphabet: str = ""
    units: int = 0
    ends: tuple[int, ...] = ()
    remaining: int = 0
    error: str | None = None
    index: int | None = None

    @property
    def id(self) -> str:
        """A name that is unique in its folder, for the report of a test."""
        return f"{self.topic}: {self.title}"

    @property
    def parts(self) -> int:
        """How many parts the text has; 0 when it has an error instead."""
        return len(self.ends)

    @property
    def part_texts(self) -> list[str]:
        """The text of each part, cut where the case says."""
        starts = (0, *self.ends[:-1])
        return [self.text[start:end] for start, end in zip(starts, self.ends, strict=True)]


def load(folder: str | Path) -> list[Case]:
    """Read every case of a folder, in the order of the file names and of the lines.

    A relative folder is one below `cases/`, so that a test may say `load("splitting")`.
    """
    files = sorted((CASES / folder).glob("*.txt"))
    if not files:
        raise CaseFileError(f"no case files in {folder}")
    return [case for file in files for case in read(file)]


def read(file: Path) -> list[Case]:
    """Read one file; titles must differ, because a failure is reported by its title."""
    cases: list[Case] = []
    titles: set[str] = set()
    for line, title, fields in _blocks(file):
        try:
            if title in titles:
                raise CaseFileError("this title is used twice")
            titles.add(title)
            cases.append(_case(file.stem, title, line, fields))
        except ValueError as error:
            raise CaseFileError(f"{file.name}:{line}: {title}: {error}") from error
    return cases


def evaluate(expression: str) -> str:
    """Work out an expression of string literals, `+`, `*` and parentheses.

    A case file is read, never run: whatever else Python knows is refused.
    """
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body)
    except SyntaxError as error:
        raise CaseFileError(f"not an expression: {expression}") from error
    if not isinstance(value, str):
        raise CaseFileError(f"not a text: {expression}")
    return value


def _value(node: ast.expr) -> str | int:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return number
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _value(left), _value(right)
            if isinstance(first, str) and isinstance(second, str):
                return first + second
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            text_or_count, count_or_text = _value(left), _value(right)
            if isinstance(text_or_count, str) and isinstance(count_or_text, int):
                return text_or_count * count_or_text
            if isinstance(text_or_count, int) and isinstance(count_or_text, str):
                return text_or_count * count_or_text
    raise CaseFileError(f"only literals, +, * and parentheses: {ast.unparse(node)}")


def _blocks(file: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    title = key = ""
    start = 0
    fields: dict[str, str] = {}
    # Not splitlines(): it would also break a line at a U+2028 that stands in a text.
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if line.startswith("== "):
            if title:
                yield start, title, fields
            title, start, fields = line[3:].strip(), number, {}
            key = ""
        elif key and line.strip() and line[0].isspace():
            fields[key] += f" {line.strip()}"
        elif line.strip() and not line.startswith("#"):
            key, colon, value = line.partition(":")
            if not title or not colon or key in fields:
                raise CaseFileError(f"{file.name}:{number}: not a new field of a case: {line}")
            fields[key] = value.strip()
    if title:
        yield start, title, fields


def _case(topic: str, title: str, line: int, fields: dict[str, str]) -> Case:
    needed = ALWAYS | ({"error"} if "error" in fields else RESULT)
    if missing := needed - fields.keys():
        raise CaseFileError(f"missing {sorted(missing)}")
    if unknown := fields.keys() - needed - OPTIONS:
        raise CaseFileError(f"unknown {sorted(unknown)}")
    reference_bits = int(fields.get("reference_bits", "8"))
    if reference_bits not in (8, 16):
        raise CaseFileError("reference_bits is 8 or 16")
    case = Case(
        topic,
        title,
        line,
        why=fields["why"],
        text=evaluate(fields["text"]),
        coding=_one_of(ALPHABETS, fields["coding"]) if "coding" in fields else None,
        reference_bits=reference_bits,
        boundary=_one_of(BOUNDARIES, fields.get("boundary", "code_point")),
    )
    if "error" in fields:
        name, _, index = fields["error"].partition(" at ")
        if not 0 <= int(index) < len(case.text):
            raise CaseFileError("the index of the error is not in the text")
        return replace(case, error=_one_of(ERRORS, name), index=int(index))
    ends = _offsets(fields["ends"])
    if len(ends) != int(fields["parts"]):
        raise CaseFileError(f"{fields['parts']} parts, but {len(ends)} ends")
    if ends[-1] != len(case.text):
        raise CaseFileError(f"the last part ends at {ends[-1]}, the text at {len(case.text)}")
    return replace(
        case,
        alphabet=_one_of(ALPHABETS, fields["alphabet"]),
        units=int(fields["units"]),
        ends=ends,
        remaining=int(fields["remaining"]),
    )


def _one_of(names: set[str], name: str) -> str:
    if name not in names:
        raise CaseFileError(f"{name!r} is none of {sorted(names)}")
    return name


def _offsets(field: str) -> tuple[int, ...]:
    """Offsets that rise; `153 306 .. 39015` counts on by the step of the two before the dots."""
    offsets: list[int] = []
    words = iter(field.split())
    for word in words:
        if word == "..":
            if len(offsets) < 2:
                raise CaseFileError(f"two offsets must stand before the dots of {field!r}")
            step = offsets[-1] - offsets[-2]
            last = int(next(words, ""))
            offsets.extend(range(offsets[-1] + step, last + 1, step))
            if offsets[-1] != last:
                raise CaseFileError(f"the steps of {field!r} miss {last}")
        else:
            offsets.append(int(word))
    if any(after <= before for before, after in pairwise(offsets)):
        raise CaseFileError(f"the offsets {field!r} do not rise")
    return tuple(offsets)
