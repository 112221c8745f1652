"""The oracle of national languages, held against facts that were written down without it.

The law of this file: every expectation is a literal from the standard, a vector known elsewhere, or
arithmetic by hand, which stands beside it.
"""

from __future__ import annotations

import json

import oracle
import oracle_languages as languages
import pytest
import strategies
from conftest import SHARED
from hypothesis import given, settings
from oracle_languages import PLAIN, UCS2, Coding

ALL = range(1, 14)

# TS 23.038 annex A: the characters that a table has besides those of the table it replaces.
TURKISH_LOCKING = {
    0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ", 0x60: "ç",
}  # fmt: skip
PORTUGUESE_LOCKING = {
    0x04: "ê", 0x06: "ú", 0x07: "í", 0x08: "ó", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á",
    0x0F: "á", 0x12: "ª", 0x13: "Ç", 0x14: "À", 0x15: "∞", 0x16: "^", 0x17: "\\", 0x18: "€",
    0x19: "Ó", 0x1A: "|", 0x1C: "Â", 0x1D: "â", 0x1E: "Ê", 0x24: "º", 0x40: "Í", 0x5B: "Ã",
    0x5C: "Õ", 0x5D: "Ú", 0x60: "~", 0x7B: "ã", 0x7C: "õ", 0x7D: "`",
}  # fmt: skip
TURKISH_SINGLE = {
    0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş",
}  # fmt: skip
SPANISH_SINGLE = {
    0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6F: "ó",
    0x75: "ú",
}  # fmt: skip
PORTUGUESE_SINGLE = {
    0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ",
    0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í",
    0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ", 0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú",
    0x7B: "ã", 0x7C: "õ", 0x7F: "â",
}  # fmt: skip

# The Unicode block of each script of annex A, 4 to 13 in order; Urdu is written in Arabic.
BLOCKS = {
    4: 0x0980, 5: 0x0A80, 6: 0x0900, 7: 0x0C80, 8: 0x0D00, 9: 0x0B00, 10: 0x0A00, 11: 0x0B80,
    12: 0x0C00, 13: 0x0600,
}  # fmt: skip


def test_default_tables() -> None:
    """Without a shift the tables are those of the oracle that has no languages."""
    assert languages.code_points(PLAIN) == (oracle.DEFAULT, oracle.EXTENSION)


@pytest.mark.parametrize(
    ("language", "literal"), [(1, TURKISH_LOCKING), (3, PORTUGUESE_LOCKING)], ids=["tr", "pt"]
)
def test_latin_locking_tables(language: int, literal: dict[int, str]) -> None:
    """A locking shift table of annex A.3 is the default alphabet but for what is printed here."""
    differing = {
        code: character
        for code, character in languages.LOCKING[language].items()
        if oracle.DEFAULT[code] != character
    }
    assert differing == literal
    assert languages.LOCKING[language].keys() == oracle.DEFAULT.keys()


@pytest.mark.parametrize(
    ("language", "literal"),
    [(1, TURKISH_SINGLE), (2, SPANISH_SINGLE), (3, PORTUGUESE_SINGLE)],
    ids=["tr", "es", "pt"],
)
def test_latin_single_tables(language: int, literal: dict[int, str]) -> None:
    """A single shift table of annex A.2 is the extension table and what is printed here."""
    assert languages.SINGLE[language] == oracle.EXTENSION | literal


@pytest.mark.parametrize("language", BLOCKS)
def test_other_scripts(language: int) -> None:
    """The tables of a language have its script, ASCII, and no letters of another script."""
    block = range(BLOCKS[language], BLOCKS[language] + 0x100)
    one, two = languages.code_points((language, language))
    shared = {*map(chr, range(0x80)), *oracle.DEFAULT.values(), *oracle.EXTENSION.values()}
    danda = {"\u0964", "\u0965"}
    for table in (one, two):
        others = {character for character in table.values() if ord(character) not in block}
        assert others <= shared | danda
        assert len(others) < len(table)
    # The letters a to z are where ASCII has them; so are the digits; A to Z need the single shift.
    same = [*range(0x61, 0x7B), *range(0x30, 0x3A), 0x0A, 0x0D, 0x20]
    assert all(one[code] == chr(code) for code in same)
    assert all(two[code] == chr(code) for code in range(0x41, 0x5B))


def test_which_tables_there_are() -> None:
    """Twelve languages have a locking shift table and thirteen a single one; none has an ESC."""
    assert set(languages.LOCKING) == {None, *ALL} - {2}
    assert set(languages.SINGLE) == {None, *ALL}
    for table in (*languages.LOCKING.values(), *languages.SINGLE.values()):
        assert set(table) <= set(range(0x80)) - {0x1B}


@pytest.mark.parametrize("name", sorted(path.name for path in languages.DATA.glob("*.json")))
def test_carried_data_is_current(name: str) -> None:
    """The tables carried with the tests are those they were carried from, where these are."""
    source = SHARED / "gsm" / name
    if not source.exists():
        pytest.skip("the tables stand alone here")
    assert languages.read_json(name) == json.loads(source.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["national_locking_shift.json", "national_single_shift.json"])
def test_carried_data_is_whole(name: str) -> None:
    """Each table has as many entries as it says, and what it says of gaps and doubles is so."""
    for each in languages.read_json(name)["languages"]:
        table = languages.read_table(each["table"])
        assert len(table) == each["entries"] == len(each["table"])
        for point, codes in each.get("duplicates", {}).items():
            character = languages.read_table({"0x00": point})[0]
            found = [code for code, other in table.items() if other == character]
            assert sorted(found) == [int(code, 16) for code in codes]
        doubled = len(table) - len(set(table.values()))
        assert doubled == len(each.get("duplicates", {}))
        if "locking" in name and table:
            empty = {int(code, 16) for code in each.get("undefined_codes", [])}
            assert set(table) | empty == set(range(0x80)) - {0x1B}


@pytest.mark.parametrize(
    ("text", "locking", "single", "septets"),
    [
        ("aşk", None, 1, "61 1B73 6B"),
        ("aşk", 1, None, "61 1D 6B"),
        # In the locking table too: one septet.
        ("aşk", 1, 1, "61 1D 6B"),
        ("€", None, 2, "1B65"),
        ("€", 1, 1, "04"),
        ("€{", 3, None, "18 1B28"),
        ("कğ", 6, 1, "15 1B67"),
        # Two codes each: 24 and 3D, 0B and 18, 13 and 15. The lower one is written.
        ("\u0caa", 7, None, "24"),
        ("*", 6, 6, "1B0B"),
        ("¡", 6, 13, "1B13"),
        # In the default alphabet it needs no escape.
        ("*", None, 6, "2A"),
    ],
)  # fmt: skip
def test_encoding(text: str, locking: int | None, single: int | None, septets: str) -> None:
    """A character is its code in the locking table, else an escape and its code in the other."""
    assert languages.encode(text, locking, single) == bytes.fromhex(septets)


@pytest.mark.parametrize(
    ("septets", "locking", "single", "text"),
    [
        ("1B73", None, 1, "ş"),
        ("1D", 1, None, "ş"),
        # No entry: the default alphabet, or the locking table, shows the code.
        ("1B73", None, None, "s"),
        ("1B41", None, 1, "A"),
        ("1B1D", 1, 1, "ş"),
        ("1B0D", None, 1, "\r"),
        ("1B0A", None, 1, "\f"),
        # The printed page leaves ESC 65 of Telugu empty.
        ("1B65", None, 12, "e"),
        # 1B is reserved for a further table: a space. So is an escape that leads nowhere.
        ("1B1B", None, None, " "),
        ("1B1B65", None, None, " e"),
        ("1B1B1B65", None, None, " €"),
        ("611B", None, 1, "a "),
        ("1B1B1B", 1, 1, "  "),
        # The Bengali locking table has nothing at 0C, nor its single one at 7B.
        ("0C61", 4, None, "\ufffda"),
        ("1B3C", 4, None, "["),
        # Both of two codes are read: 24 and 3D of Kannada.
        ("243D", 7, None, "\u0caa\u0caa"),
    ],
)  # fmt: skip
def test_decoding(septets: str, locking: int | None, single: int | None, text: str) -> None:
    """A receiver shows what clauses 6.2.1.1 and 6.2.1.2 of TS 23.038 say."""
    assert languages.decode(bytes.fromhex(septets), locking, single) == text


@pytest.mark.parametrize(
    ("text", "coding", "error", "index"),
    [
        ("aş", PLAIN, oracle.Unmappable, 1),
        ("è", (1, None), oracle.Unmappable, 0),
        ("aè\ud800", (1, 1), oracle.Unmappable, 1),
        ("a\ud800ş", PLAIN, oracle.LoneSurrogate, 1),
        ("a\ud83d\ude00", UCS2, oracle.LoneSurrogate, 1),
        # 74 pairs a part, 148 of 149 septets: 255 * 74 = 18870.
        ("ş" * 18871, (None, 1), oracle.TooLong, 18870),
        # 255 * 149 = 37995.
        ("ş" * 37996, (1, None), oracle.TooLong, 37995),
    ],
    ids=["plain", "locking", "first", "half", "halves", "pairs", "septets"],
)
def test_refused(text: str, coding: Coding, error: type[oracle.Fault], index: int) -> None:
    """What cannot be sent is refused, and the index is where."""
    with pytest.raises(error) as caught:
        languages.split(text, coding)
    assert type(caught.value) is error
    assert caught.value.index == index


@pytest.mark.parametrize("coding", [(2, None), (0, None), (14, 1), (None, 14), (None, 0), "gsm7"])
def test_no_such_coding(coding: Coding) -> None:
    """A language without a table, Spanish to lock among them, is no coding."""
    with pytest.raises(ValueError, match=r"2|0|14|gsm7"):
        languages.split("a", coding)


@pytest.mark.parametrize(
    ("text", "coding", "bits", "sizes"),
    [
        # 155, 149 and 148 with one shift; a pair at the edge moves whole.
        ("a" * 153 + "ş", (None, 1), 8, [154]),
        ("a" * 154 + "ş", (None, 1), 8, [149, 6]),
        ("a" * 148 + "ş" + "a" * 10, (None, 1), 8, [148, 11]),
        ("a" * 147 + "ş" + "a" * 10, (None, 1), 8, [148, 10]),
        ("a" * 147 + "ş" + "a" * 10, (None, 1), 16, [147, 11]),
        ("ş" * 155, (1, None), 8, [155]),
        ("ş" * 156, (1, None), 8, [149, 7]),
        ("ş" * 156, (1, None), 16, [148, 8]),
        # 152, 146 and 145 with two.
        ("क" * 150 + "ş", (6, 1), 8, [151]),
        ("क" * 151 + "ş", (6, 1), 8, [146, 6]),
        ("क" * 145 + "ş" + "क" * 9, (6, 1), 8, [145, 10]),
        ("क" * 144 + "ş" + "क" * 9, (6, 1), 16, [144, 10]),
        ("क" * 143 + "ş" + "क" * 9, (6, 1), 16, [144, 9]),
        # Not a cluster in septets, but two characters of one cluster.
        ("a" * 148 + "\r\n" + "a" * 9, (None, 1), 8, [149, 10]),
    ],
)
def test_splitting(text: str, coding: Coding, bits: int, sizes: list[int]) -> None:
    """A part holds all it can beside its header, and never half a pair."""
    parts = languages.split(text, coding, bits)
    assert [len(part.text) for part in parts] == sizes
    assert "".join(part.text for part in parts) == text


def test_splitting_at_graphemes() -> None:
    """A cluster of a letter and a vowel sign stays whole where that is asked for."""
    # 148 letters, then a letter and a sign of one septet each: 148 + 2 = 150 > 149.
    text = "क" * 148 + "कि" + "क" * 10
    plain = languages.split(text, (6, None))
    whole = languages.split(text, (6, None), boundary="grapheme")
    assert [part.units for part in plain] == [149, 11]
    assert [part.units for part in whole] == [148, 12]
    # A letter and 148 signs are a cluster of 149 septets, which a part holds; 150 none does.
    whole = languages.split("क" * 10 + "क" + "ि" * 148, (6, None), boundary="grapheme")
    assert [part.units for part in whole] == [10, 149]
    whole = languages.split("क" * 10 + "क" + "ि" * 149, (6, None), boundary="grapheme")
    assert [part.units for part in whole] == [149, 11]


@settings(deadline=None)
@given(strategies.septet_runs, strategies.national_codings)
def test_any_septets_show_something(septets: bytes, coding: tuple[int | None, int | None]) -> None:
    """Each septet shows one character, an escape and its code together one; no escape is shown."""
    shown = languages.decode(septets, *coding)
    pairs = place = 0
    while place < len(septets):
        paired = septets[place] == 0x1B and place + 1 < len(septets)
        pairs += paired
        place += 2 if paired else 1
    assert len(shown) == len(septets) - pairs
    assert "\x1b" not in shown
