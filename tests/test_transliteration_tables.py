"""The tables of transliteration: laws over the whole of Unicode, and where they come from.

The law of this file: what GSM 7 bit has is asked of the oracle, and what others replace is read
from facts outside the project where they are at hand.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import oracle
import pytest
from conftest import ROOT, SHARED

from smscore import _transliteration
from smscore.transliteration import ReplacementClass, classify, transliterate

GSM7 = oracle.ONE_SEPTET | oracle.TWO_SEPTETS
TOOL = ROOT / "tools" / "gen_transliteration.py"
EVERY = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]

TABLE = {character: found for character in EVERY if (found := classify(character))}

# Where our replacement is not Twilio's, and not a space where that has another number of them.
NOT_TWILIOS = {
    "\u0080": "€", "\u008d": "", "\u0090": "", "\u009b": "'", "\u009f": "Y",
    "\u2028": "\n", "\u2029": "\n", "\u201a": "'", "\u2039": "'", "\u203a": "'",
    "\ufe10": ",", "\ufe11": ",",
    "\u0302": "", "\u0303": "", "\u0313": "", "\u0314": "", "\u0326": "", "\u0330": "",
    "\u0332": "", "\u0334": "", "\u0337": "", "\u0338": "", "\u0347": "", "\u1dcd": "",
    "\u20d2": "", "\u20d3": "", "\u20e5": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """Load the generator, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("gen_transliteration", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_character_has_one_class() -> None:
    """No character stands in two classes, or twice in one."""
    records = [
        record.split(_transliteration.UNIT)[1]
        for kind in ReplacementClass
        for record in getattr(_transliteration, kind.name).split(_transliteration.RECORD)
    ]
    listed = "".join(records)
    assert len(listed) == len(set(listed)) == len(TABLE)
    assert len(TABLE) > 4000


def test_every_replacement_is_in_gsm7() -> None:
    """What GSM 7 bit has is never replaced, and what replaces something always is in it."""
    assert not GSM7 & TABLE.keys()
    assert all(GSM7.issuperset(text) for _, text in TABLE.values())


def test_no_letter_is_dropped() -> None:
    """A letter of any script is never replaced by nothing; nor is a number, a sign or a space."""
    dropped = {unicodedata.category(c) for c, (_, text) in TABLE.items() if not text}
    # OBJECT REPLACEMENT CHARACTER, which stands for what is not in the text, is the symbol.
    assert dropped == {"Cc", "Cf", "Mn", "Me", "So"}
    assert [c for c in TABLE if unicodedata.category(c) == "So" and not TABLE[c][1]] == ["\ufffc"]


def test_letters_of_other_scripts_are_not_in_the_table() -> None:
    """Of the letters in the table, each is Latin by name or by what Unicode says it is equal to."""
    for character, (kind, _) in TABLE.items():
        if unicodedata.category(character)[0] == "L" and ord(character) < 0x1D400:
            plain = unicodedata.normalize("NFKC", character)
            named = unicodedata.name(plain[0])
            assert re.match("LATIN|MODIFIER|[A-Z]+ (CAPITAL|SMALL)|MICRO|VULGAR|IDEO", named), named
            assert kind != "script"


def test_digits_become_the_digit_that_they_are() -> None:
    """A decimal digit of any script in the table has the value of what replaces it."""
    digits = {c: text for c, (_, text) in TABLE.items() if unicodedata.category(c) == "Nd"}
    assert len(digits) > 600
    assert all(text == str(unicodedata.decimal(c)) for c, text in digits.items())
    assert {c for c in digits if TABLE[c][0] not in {"script", "typographic"}} == set()


def test_every_code_point_alone() -> None:
    """Each code point alone, by each class: the table's replacement if it is of it, else itself."""
    for character, (own, expected) in TABLE.items():
        for kind in ReplacementClass:
            if kind == "script" and own != "script":
                continue
            told = transliterate(character, classes=[kind], when="always").text
            assert told == (expected if kind is own else character), f"{ord(character):04X} {kind}"


def test_every_other_code_point_is_left() -> None:
    """What is not in the table is left by every class but the one that romanises."""
    rest = [character for character in EVERY if character not in TABLE]
    classes = ("invisible", "typographic", "accent", "lossy")
    for start in range(0, len(rest), 500):
        text = "\n".join(rest[start : start + 500])
        assert transliterate(text, classes=classes, when="always").text == text


def test_canonical_equivalents_are_replaced_alike() -> None:
    """A Latin letter comes out the same, composed or taken apart (Unicode, clause 3.7)."""
    classes = ("typographic", "accent")
    seen = 0
    for character in map(chr, range(0xC0, 0x1F00)):
        apart = unicodedata.normalize("NFD", character)
        if len(apart) > 1 and apart[0].isascii():
            seen += 1
            whole = transliterate(f"{character}’", classes=classes, when="always").text
            assert transliterate(f"{apart}’", classes=classes, when="always").text == whole
            assert GSM7.issuperset(whole)
    assert seen > 400


def test_twilios_table_is_twilios() -> None:
    """The table is the one that Twilio's calculator has, entry by entry."""
    text = (ROOT / "tables" / "twilio.txt").read_text(encoding="utf-8")
    assert len(re.findall("^U[+]", text, re.MULTILINE)) == 271
    path = SHARED / "gsm" / "twilio_smart_encoding.json"
    expected = {"\t": " " * 7, "’": "'", "…": "...", "\ufeff": "", "\u00a0": "  ", "‹": "<"}
    if path.is_file():
        listed = json.loads(path.read_text(encoding="utf-8"))["map"]
        expected = {chr(int(point.removeprefix("U+"), 16)): listed[point] for point in listed}
    for character, text in expected.items():
        told = transliterate(f"a{character}b", table="twilio")
        assert told.text == f"a{text}b"
        assert [each.kind for each in told.replacements] == [None]
    if path.is_file():
        told = transliterate("".join(EVERY), table="twilio")
        assert {each.original for each in told.replacements} == expected.keys()


def test_what_twilio_replaces_is_replaced() -> None:
    """Each character of Twilio's table is in ours, and but for a few listed ones alike."""
    replaced = transliterate("".join(EVERY), table="twilio").replacements
    assert len(replaced) == 271
    for each in replaced:
        found = classify(each.original)
        assert found is not None
        text = " " if each.text.isspace() else each.text
        assert found[1] == NOT_TWILIOS.get(each.original, text), f"{ord(each.original):04X}"
        assert found[0] in {"invisible", "typographic"} or each.original in NOT_TWILIOS


@pytest.mark.parametrize(
    ("characters", "text"),
    [("\u00a0\t", " "), ("…", "..."), ("\u200b\u200c\u200d\u2060\ufeff", "")],
)
def test_what_gov_uk_notify_replaces_is_replaced(characters: str, text: str) -> None:
    """The symbols that GOV.UK Notify replaces, by its rules, are replaced alike by default."""
    for character in characters:
        assert transliterate(f"a{character}b", when="always").text == f"a{text}b"


def test_what_is_checked_in_is_current() -> None:
    """`--check` finds nothing to write."""
    subprocess.run([sys.executable, str(TOOL), "--check"], check=True)


def test_check_fails_for_what_is_out_of_date(tmp_path: Path) -> None:
    """`--check` names a generated file that was changed by hand, and exits with 1."""
    for part in ("tools", "tables"):
        shutil.copytree(ROOT / part, tmp_path / part)
    package = tmp_path / "src" / "smscore"
    package.mkdir(parents=True)
    target = Path(shutil.copy(ROOT / "src" / "smscore" / "_transliteration.py", package))
    tool = [sys.executable, str(tmp_path / "tools" / TOOL.name)]
    assert subprocess.run([*tool, "--check"], check=False).returncode == 0
    text = target.read_text(encoding="utf-8")
    target.write_text(text.replace("(TM)", "(tm)"), encoding="utf-8")
    done = subprocess.run([*tool, "--check"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "_transliteration.py is out of date" in done.stderr
    assert subprocess.run(tool, check=False, capture_output=True).returncode == 0
    assert subprocess.run([*tool, "--check"], check=False).returncode == 0
    source = tmp_path / "tables" / "twilio.txt"
    source.write_text("[twilio]\nU+2019  ’  RIGHT SINGLE QUOTATION MARK\n", encoding="utf-8")
    done = subprocess.run(tool, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "twilio.txt: line 2: the replacement of U+2019 is not in GSM 7 bit" in done.stderr


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("U+2019  '  LEFT SINGLE QUOTATION MARK", "LEFT SINGLE QUOTATION MARK is not U+2019"),
        ("U+2019  '  RIGHT SINGLE QUOTE", "RIGHT SINGLE QUOTE is no Unicode name"),
        ("U+2019 ' RIGHT SINGLE QUOTATION MARK", "not an entry"),
        ("U+2018  '  LEFT SINGLE QUOTATION MARK", "U+2018 has an entry already"),
        ("U+0040  a  COMMERCIAL AT", "U+0040 is in GSM 7 bit"),
        ("U+2019  ’  RIGHT SINGLE QUOTATION MARK", "replacement of U+2019 is not in GSM 7 bit"),
        ("U+0660..U+0669  0..8  ARABIC-INDIC DIGIT ZERO .. ARABIC-INDIC DIGIT NINE", "10 code po"),
        ("[unicode 14.0]\nU+2019", "not a range"),
        ("[unicode 14.0]\nU+0378..U+0379", "U+0378 is not assigned"),
        ("[gentle]\nU+2019  '  RIGHT SINGLE QUOTATION MARK", "no class: gentle"),
    ],
)
def test_a_slip_in_the_source_is_refused(generator: ModuleType, line: str, fault: str) -> None:
    """A wrong name, form, class or replacement, and a second entry, do not become a table."""
    source = f"[typographic]\nU+2018  '  LEFT SINGLE QUOTATION MARK\n{line}\n"
    with pytest.raises(generator.SourceError, match=re.escape(fault)):
        generator.build(source, frozenset(GSM7))


def test_what_is_derived(generator: ModuleType) -> None:
    """From one entry the law makes those of the characters that Unicode says have it in them."""
    source = "[typographic]\nU+2192  ->  RIGHTWARDS ARROW\n[unicode 14.0]\nU+FFEA..U+FFEC\n"
    table = generator.build(source, frozenset(GSM7))
    assert table == {"→": ("typographic", "->"), "￫": ("typographic", "->")}
    source = "[unicode 14.0]\nU+00BD..U+00BE\nU+0141..U+0143\nU+0391..U+0391\nU+2460..U+2460\n"
    assert generator.build(source, frozenset(GSM7)) == {
        "Ł": ("accent", "L"),
        "ł": ("accent", "l"),
        "Ń": ("accent", "N"),
        "①": ("lossy", "(1)"),
    }


def test_figures_can_be_measured(tmp_path: Path) -> None:
    """The tool that measures prints figures by class, and no text."""
    path = tmp_path / "messages.csv"
    rows = ["text", "plain", '"It’s ' + "a" * 80 + '"', "ê", "“°”"]
    path.write_text("\n".join(rows), encoding="utf-8")
    tool = [sys.executable, str(ROOT / "tools" / "measure_rescue.py"), str(path)]
    done = subprocess.run(tool, check=True, capture_output=True, encoding="utf-8")
    cells = [row.strip("| ").split(" | ") for row in done.stdout.splitlines()[4:10]]
    assert cells == [
        ["4 messages", "3", "0", "4", "0", "0"],
        ["+ invisible", "3", "0", "4", "0", "0"],
        ["+ typographic", "2", "1", "3", "1", "1"],
        ["+ accent", "1", "2", "3", "1", "1"],
        ["+ script", "1", "2", "3", "1", "1"],
        ["+ lossy", "0", "3", "3", "1", "1"],
    ]
    assert "It" not in done.stdout
