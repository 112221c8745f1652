"""The oracle, held against facts that were written down without it.

The law of this file: every expectation is a literal from the standard or arithmetic by hand. The
published tables beside the project are compared too where they are present; where they are not, the
literals below, which say the same in another form, still are.
"""

import json
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import casefiles
import oracle
import pytest
from casefiles import Case

FACTS = Path(__file__).resolve().parents[2] / "shared" / "gsm"

# TS 23.038 clause 6.2.1 where it is not ASCII at the same code; 0x1B is absent from the alphabet.
NOT_ASCII = {
    0x00: 0x40, 0x01: 0xA3, 0x02: 0x24, 0x03: 0xA5, 0x04: 0xE8, 0x05: 0xE9, 0x06: 0xF9, 0x07: 0xEC,
    0x08: 0xF2, 0x09: 0xC7, 0x0A: 0x0A, 0x0B: 0xD8, 0x0C: 0xF8, 0x0D: 0x0D, 0x0E: 0xC5, 0x0F: 0xE5,
    0x10: 0x394, 0x11: 0x5F, 0x12: 0x3A6, 0x13: 0x393, 0x14: 0x39B, 0x15: 0x3A9, 0x16: 0x3A0,
    0x17: 0x3A8, 0x18: 0x3A3, 0x19: 0x398, 0x1A: 0x39E, 0x1C: 0xC6, 0x1D: 0xE6, 0x1E: 0xDF,
    0x1F: 0xC9, 0x24: 0xA4, 0x40: 0xA1, 0x5B: 0xC4, 0x5C: 0xD6, 0x5D: 0xD1, 0x5E: 0xDC, 0x5F: 0xA7,
    0x60: 0xBF, 0x7B: 0xE4, 0x7C: 0xF6, 0x7D: 0xF1, 0x7E: 0xFC, 0x7F: 0xE0,
}  # fmt: skip
DEFAULT = {code: code for code in range(0x80) if code != 0x1B} | NOT_ASCII

# TS 23.038 clause 6.2.1.1.
EXTENSION = {
    0x0A: 0x0C, 0x14: 0x5E, 0x28: 0x7B, 0x29: 0x7D, 0x2F: 0x5C,
    0x3C: 0x5B, 0x3D: 0x7E, 0x3E: 0x5D, 0x40: 0x7C, 0x65: 0x20AC,
}  # fmt: skip

# TS 23.040 clauses 9.2.3.24.1 and 9.2.3.24.8: header, septets, 16-bit units.
LIMITS = {"none": (160, 70), "concat8": (153, 67), "concat16": (152, 66)}

ERRORS = {
    "lone_surrogate": oracle.LoneSurrogate,
    "too_long": oracle.TooLong,
    "unmappable": oracle.Unmappable,
}


def published(name: str) -> dict[str, Any] | None:
    """Read one of the published tables, None where the project stands without them."""
    file = FACTS / name
    if not file.exists():
        return None
    facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return facts


def published_characters(name: str, literal: dict[int, int]) -> dict[int, int]:
    """Map code to code point as published, or the literal of this file where nothing is."""
    facts = published(name)
    if facts is None:
        return literal
    table: dict[str, str] = facts["table"]
    return {int(code, 16): int(point.removeprefix("U+"), 16) for code, point in table.items()}


def published_limits() -> dict[str, tuple[int, int]]:
    """Map header to capacities as published, or the literal of this file where nothing is."""
    facts = published("segment_limits.json")
    if facts is None:
        return LIMITS
    return {row["header"]: (row["gsm7_septets"], row["ucs2_units"]) for row in facts["limits"]}


def code_points(table: dict[int, str]) -> dict[int, int]:
    """Turn a table of the oracle into numbers."""
    return {code: ord(character) for code, character in table.items()}


def sizes(text: str, reference_bits: int = 8, boundary: str = "code_point") -> list[int]:
    """Count the code points of each part."""
    parts = oracle.split(text, reference_bits=reference_bits, boundary=boundary)
    return [len(part) for part in parts]


def test_default_alphabet() -> None:
    """Every code of clause 6.2.1 has the character the standard prints, and 0x1B has none."""
    assert code_points(oracle.DEFAULT) == DEFAULT
    assert len(oracle.DEFAULT) == 127


def test_extension_table() -> None:
    """Every code of clause 6.2.1.1 has the character the standard prints, all others have none."""
    assert code_points(oracle.EXTENSION) == EXTENSION
    assert len(oracle.EXTENSION) == 10


def test_published_tables_agree() -> None:
    """The published tables, where present, are those of the oracle."""
    published_default = published_characters("default_alphabet.json", DEFAULT)
    published_extension = published_characters("extension.json", EXTENSION)
    assert code_points(oracle.DEFAULT) == published_default
    assert code_points(oracle.EXTENSION) == published_extension


@pytest.mark.parametrize(
    ("bits", "header"), [(8, "concat8"), (16, "concat16")], ids=["8-bit", "16-bit"]
)
def test_capacities(bits: int, header: str) -> None:
    """The capacities of the oracle are the literals of this file and those published."""
    for limits in (LIMITS, published_limits()):
        septets = (limits["none"][0], limits[header][0])
        units = (limits["none"][1], limits[header][1])
        assert oracle.CAPACITIES["gsm7", bits] == septets
        assert oracle.CAPACITIES["ucs2", bits] == units


def test_no_character_is_in_both_tables() -> None:
    """A character has one code or an escape pair, never both."""
    assert not oracle.ONE_SEPTET & oracle.TWO_SEPTETS
    assert len(oracle.ONE_SEPTET | oracle.TWO_SEPTETS) == 137


def test_every_code_point() -> None:
    """Of 1,114,112 code points 137 are gsm7 and 2,048 are surrogates; the rest is UCS-2."""
    found: dict[str, set[int]] = {"gsm7": set(), "ucs2": set(), "surrogate": set()}
    for point in range(0x110000):
        try:
            found[oracle.alphabet(chr(point))].add(point)
        except oracle.LoneSurrogate:
            found["surrogate"].add(point)
    assert found["gsm7"] == {*DEFAULT.values(), *EXTENSION.values()}
    assert found["surrogate"] == set(range(0xD800, 0xE000))
    assert len(found["ucs2"]) == 1_114_112 - 137 - 2_048


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("gsm7", 0, 1)),
        ("a", ("gsm7", 1, 1)),
        ("a" * 160, ("gsm7", 160, 1)),
        ("a" * 161, ("gsm7", 161, 2)),
        ("a" * 306, ("gsm7", 306, 2)),
        ("a" * 307, ("gsm7", 307, 3)),
        ("€" * 80, ("gsm7", 160, 1)),
        ("€" * 81, ("gsm7", 162, 2)),
        ("€" * 152, ("gsm7", 304, 2)),
        ("€" * 153, ("gsm7", 306, 3)),
        ("\f", ("gsm7", 2, 1)),
        ("\r\n", ("gsm7", 2, 1)),
        ("Ç", ("gsm7", 1, 1)),
        ("ç", ("ucs2", 1, 1)),
        ("\x1b", ("ucs2", 1, 1)),
        ("\t", ("ucs2", 1, 1)),
        ("`", ("ucs2", 1, 1)),
        ("a" * 159 + "`", ("ucs2", 160, 3)),
        ("я" * 70, ("ucs2", 70, 1)),
        ("я" * 71, ("ucs2", 71, 2)),
        ("я" * 134, ("ucs2", 134, 2)),
        ("я" * 135, ("ucs2", 135, 3)),
        ("😀" * 35, ("ucs2", 70, 1)),
        ("😀" * 36, ("ucs2", 72, 2)),
        ("😀" * 66, ("ucs2", 132, 2)),
        ("😀" * 67, ("ucs2", 134, 3)),
    ],
)
def test_measure(text: str, expected: tuple[str, int, int]) -> None:
    """Alphabet, units and parts are those that the standard gives by hand."""
    assert oracle.measure(text) == expected


@pytest.mark.parametrize(
    ("text", "bits", "expected"),
    [
        ("a" * 161, 8, [153, 8]),
        ("a" * 161, 16, [152, 9]),
        ("a" * 152 + "€" + "a" * 10, 8, [152, 11]),
        ("a" * 151 + "€" + "a" * 10, 8, [152, 10]),
        ("a" * 151 + "€" + "a" * 10, 16, [151, 11]),
        ("a" * 305 + "€" + "a", 8, [153, 152, 2]),
        ("я" * 71, 8, [67, 4]),
        ("я" * 71, 16, [66, 5]),
        ("я" * 66 + "😀" + "я" * 10, 8, [66, 11]),
        ("я" * 65 + "😀" + "я" * 10, 8, [66, 10]),
        ("я" * 65 + "😀" + "я" * 10, 16, [65, 11]),
        ("a" * 152 + "\r\n" + "a" * 10, 8, [153, 11]),
    ],
)
def test_split(text: str, bits: int, expected: list[int]) -> None:
    """A part is filled before the next is begun, and a pair is never cut."""
    assert sizes(text, bits) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 152 + "\r\n" + "a" * 10, [152, 12]),
        ("я" * 66 + "e\u0301" + "я" * 5, [66, 7]),
        ("🇩🇪" * 18, [32, 4]),
        ("я" * 10 + "e" + "\u0301" * 66, [10, 67]),
        ("я" * 10 + "e" + "\u0301" * 67, [67, 11]),
    ],
)
def test_split_at_graphemes(text: str, expected: list[int]) -> None:
    """A cluster is cut only where no part can hold it."""
    assert sizes(text, boundary="grapheme") == expected


def test_crlf_is_the_only_cluster_of_the_alphabet() -> None:
    """In gsm7 the two boundaries can differ at CRLF alone."""
    characters = sorted(oracle.ONE_SEPTET | oracle.TWO_SEPTETS)
    pairs = [first + second for first in characters for second in characters]
    assert [p for p in pairs if len(oracle.atoms(p, "gsm7", 153, "grapheme")) == 1] == ["\r\n"]


@pytest.mark.parametrize("call", [oracle.alphabet, oracle.measure, oracle.split])
def test_lone_surrogate(call: Callable[[str], object]) -> None:
    """Whatever is asked of a text with lone surrogates, the answer is where the first stands."""
    with pytest.raises(oracle.LoneSurrogate) as caught:
        call("ab\ud83d\ude00")
    assert caught.value.index == 2


@pytest.mark.parametrize(
    ("text", "bits", "each"),
    [
        ("a" * 39015, 8, 153),
        ("a" * 38760, 16, 152),
        ("я" * 17085, 8, 67),
        ("я" * 16830, 16, 66),
    ],
)
def test_most_parts(text: str, bits: int, each: int) -> None:
    """255 full parts are allowed, and the longest texts are those the standard prints."""
    assert sizes(text, bits) == [each] * 255
    with pytest.raises(oracle.TooLong) as caught:
        oracle.split(text + text[0], reference_bits=bits)
    assert caught.value.index == len(text)


@pytest.mark.parametrize(
    "options", [{"alphabet": "ascii"}, {"reference_bits": 12}, {"boundary": "word"}], ids=str
)
def test_unknown_option(options: dict[str, Any]) -> None:
    """The oracle answers no question it does not know."""
    with pytest.raises((KeyError, ValueError)):
        oracle.split("a", **options)


CASES = casefiles.load("splitting")


def options_of(case: Case) -> dict[str, Any]:
    """Name the options of a case as the oracle does."""
    return {
        "alphabet": case.coding,
        "reference_bits": case.reference_bits,
        "boundary": case.boundary,
    }


@pytest.mark.parametrize("case", [c for c in CASES if c.error is None], ids=lambda case: case.id)
def test_case(case: Case) -> None:
    """The oracle reads the case as its author did by hand."""
    parts = oracle.split(case.text, **options_of(case))
    assert "".join(parts) == case.text
    assert tuple(accumulate(len(part) for part in parts)) == case.ends
    assert parts == case.part_texts
    measured = oracle.measure(case.text, **options_of(case))
    assert measured == (case.alphabet, case.units, case.parts)
    single, multi = oracle.CAPACITIES[case.alphabet, case.reference_bits]
    room = single if case.parts == 1 else multi
    assert room - oracle.units(parts[-1], case.alphabet) == case.remaining


@pytest.mark.parametrize("case", [c for c in CASES if c.error], ids=lambda case: case.id)
@pytest.mark.parametrize("call", [oracle.split, oracle.measure])
def test_refused_case(case: Case, call: Callable[..., object]) -> None:
    """The oracle refuses what the case refuses, at the same code point."""
    assert case.error is not None
    with pytest.raises(ERRORS[case.error]) as caught:
        call(case.text, **options_of(case))
    assert caught.value.index == case.index


def test_cases_have_names_of_their_own() -> None:
    """A failure names one case and no other."""
    assert len({case.id for case in CASES}) == len(CASES)


def test_cases_cover_the_alphabet() -> None:
    """Every character of both tables stands in some case."""
    seen = {character for case in CASES if case.alphabet == "gsm7" for character in case.text}
    assert seen == oracle.ONE_SEPTET | oracle.TWO_SEPTETS


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'a'", "a"),
        ("'a' * 3 + 'b'", "aaab"),
        ("2 * ('a' + 'b' * 2)", "abbabb"),
        (r"'\u20ac\x1b' 'c'", "€\x1bc"),
        (r"'\N{EURO SIGN}' * 0", ""),
        (r"'\ud83d'", "\ud83d"),
    ],
)
def test_expression(expression: str, text: str) -> None:
    """An expression means what it would in Python."""
    assert casefiles.evaluate(expression) == text


@pytest.mark.parametrize(
    "expression",
    [
        "", "'a", "3", "2 * 3", "'a' + 3", "'a' * 'b'", "'a' * True", "'a' * -1", "'a' * 1.5",
        "b'a'", "a", "f'{1}'", "chr(97)", "'a'.upper()", "['a'][0]",
        "'a' if 1 else 'b'", "'%s' % 'a'",
    ],
)  # fmt: skip
def test_expression_is_never_run(expression: str) -> None:
    """Anything but string literals, counts, + and * is refused."""
    with pytest.raises(casefiles.CaseFileError):
        casefiles.evaluate(expression)


GOOD = """\
# A comment.
== two parts
why: 161 = 153 + 8
text: 'a' * 160
  + 'a'
alphabet: gsm7
units: 161
parts: 2
ends: 153 161
remaining: 145
"""


def read(folder: Path, block: str) -> list[Case]:
    """Read a folder of one file with this text."""
    (folder / "topic.txt").write_text(block, encoding="utf-8")
    return casefiles.load(folder)


def test_case_file(tmp_path: Path) -> None:
    """A block becomes one case, with its line, its defaults and its continued text."""
    [case] = read(tmp_path, GOOD)
    assert case == Case(
        topic="topic",
        title="two parts",
        line=2,
        why="161 = 153 + 8",
        text="a" * 161,
        alphabet="gsm7",
        units=161,
        ends=(153, 161),
        remaining=145,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("why: 161 = 153 + 8\n", ""),
        ("remaining: 145\n", ""),
        ("remaining: 145\n", "remaining: 145\nremaining: 145\n"),
        ("remaining: 145\n", "remaining: 145\nrest: 145\n"),
        ("remaining: 145\n", "remaining: 145\nerror: too_long at 3\n"),
        ("remaining: 145\n", "remaining: 145\nreference_bits: 12\n"),
        ("remaining: 145\n", "remaining: 145\nboundary: word\n"),
        ("gsm7", "ascii"),
        ("parts: 2", "parts: 3"),
        ("ends: 153 161", "ends: 153 160"),
        ("ends: 153 161", "ends: 161 161"),
        ("ends: 153 161", "ends: 153 .. 161"),
        ("ends: 153 161", "ends: 151 153 .. 160 161"),
        ("ends: 153 161", "ends: 153 161 .."),
        ("== two parts\n", ""),
        ("# A comment.\n", GOOD),
    ],
)
def test_case_file_that_contradicts_itself(tmp_path: Path, old: str, new: str) -> None:
    """What is missing, unknown, doubled or contradictory stops the reading."""
    with pytest.raises(casefiles.CaseFileError):
        read(tmp_path, GOOD.replace(old, new))


def test_no_case_files(tmp_path: Path) -> None:
    """A folder without cases is a mistake, not a success."""
    with pytest.raises(casefiles.CaseFileError):
        casefiles.load(tmp_path)
