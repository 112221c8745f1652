"""Characters: their names and scripts, and what is odd about them in a text.

The law of this file: what is expected is written out, from the standards named, or asked of
`regex` and `unicodedata`, which know Unicode by themselves; never of the generated tables.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest
import regex
import strategies
from conftest import ROOT
from hypothesis import example, given
from hypothesis import strategies as st

from smscore.characters import Finding, Oddity, find_oddities, name_character, script_of

SOURCE = (ROOT / "tables" / "lookalikes.txt").read_text(encoding="utf-8")

# Letters, marks, joiners and controls, thrown together so that every kind of oddity comes up.
SCRAPS = [
    *"aeoxIT 1#é‘аеоТяжόΑΓΩβաԱᎪⲞ한कहम漢😀👩🏽🏴❤",
    *"\u0301\u0308\u0323\u1100\u1161\u11a8\u3099\u094d\u064e\u0645\u05d0",
    *"\u200b\u200c\u200d\u00ad\u034f\ufeff\u2060\u3164\u2800\u115f\u1160\ufe0e\ufe0f\ufe00\u20e3",
    *"\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\x85",
    *"\r\n\t\0\f\x1b\x9f\ud83d\ude00\ufffd\uffff\ue000",
    *"\U000e0001\U000e0067\U000e007f\U000e0100\U0001fae8\U000105d2\U00010efd",
]
odd_texts = st.one_of(
    st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join), strategies.texts, st.text()
)
LETTERS = sorted(set("aeoяжоеаТαΑΓβաօᎪᎣⲞⲂ"))


def odd(text: str) -> list[tuple[str, int, str | None]]:
    """Sum findings up: what, where, and what instead."""
    return [(each.kind.value, each.index, each.suggestion) for each in find_oddities(text)]


def read_source() -> list[tuple[str, str, str, str]]:
    """Read the entries of the table of look-alikes: section, letter, Latin letter, name."""
    section, entries = "", []
    for line in SOURCE.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line.startswith("U+"):
            point, latin, name = line.split("  ")
            entries.append((section, chr(int(point.removeprefix("U+"), 16)), latin, name))
    return entries


def load_generator() -> ModuleType:
    """Load the generator, which is no module of the package."""
    path = ROOT / "tools" / "gen_characters.py"
    spec = importlib.util.spec_from_file_location("gen_characters", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("a", "LATIN SMALL LETTER A"),
        ("€", "EURO SIGN"),
        ("\u0430", "CYRILLIC SMALL LETTER A"),
        ("漢", "CJK UNIFIED IDEOGRAPH-6F22"),
        ("한", "HANGUL SYLLABLE HAN"),
        ("😀", "GRINNING FACE"),
        ("\U00017000", "TANGUT IDEOGRAPH-17000"),
        ("\0", "NULL"),
        ("\x07", "ALERT"),
        ("\t", "CHARACTER TABULATION"),
        ("\n", "LINE FEED"),
        ("\x1b", "ESCAPE"),
        ("\x7f", "DELETE"),
        ("\x85", "NEXT LINE"),
        ("\x9f", "APPLICATION PROGRAM COMMAND"),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE"),
        ("\ue000", "(private use)"),
        ("\uf8ff", "(private use)"),
        ("\U000f0000", "(private use)"),
        ("\U0010fffd", "(private use)"),
        ("\ud800", "(surrogate)"),
        ("\ufdd0", "(noncharacter)"),
        ("\ufdef", "(noncharacter)"),
        ("\uffff", "(noncharacter)"),
        ("\U0010fffe", "(noncharacter)"),
        ("\u0378", f"(unassigned in Unicode {unicodedata.unidata_version})"),
    ],
)
def test_names(character: str, name: str) -> None:
    """A character has its Unicode name, a control its alias, and the rest says what it is."""
    assert name_character(character) == name


def test_every_name_is_unicodes() -> None:
    """Each name, alias or not, leads Unicode back to the character; each character has one."""
    for point in range(0x110000):
        name = name_character(chr(point))
        if name.startswith("TANGUT IDEOGRAPH-"):
            # Python's database has no names of these, which follow the rule NR2 of Unicode.
            assert name == f"TANGUT IDEOGRAPH-{point:X}"
        elif not name.startswith("("):
            assert unicodedata.lookup(name) == chr(point)
        else:
            assert unicodedata.category(chr(point)) in {"Cn", "Co", "Cs"}


@pytest.mark.parametrize("text", ["", "ab", "e\u0301"])
def test_one_character_at_a_time(text: str) -> None:
    """What is not one code point has neither a name nor a script."""
    with pytest.raises(ValueError, match=f"one code point, not {len(text)}$"):
        name_character(text)
    with pytest.raises(ValueError, match=f"one code point, not {len(text)}$"):
        script_of(text)


@pytest.mark.parametrize(
    ("script", "characters"),
    [
        ("Latin", "aZéßªŁ\u212b\uff21"),
        ("Greek", "αΩά\u2126"),
        ("Cyrillic", "яЖі\u0484"),
        ("Armenian", "աՖ"),
        ("Hebrew", "אש"),
        ("Arabic", "عمی"),
        ("Devanagari", "क\u094d"),
        ("Thai", "ก"),
        ("Hangul", "한\u1100\u3164"),
        ("Hiragana", "あ"),
        ("Katakana", "アｱ"),
        ("Han", "漢々\U00020000"),
        ("Cherokee", "Ꭺ\uab70"),
        ("Coptic", "Ⲁ\u03e2"),
        ("Old_Italic", "\U00010300"),
        ("SignWriting", "\U0001d800"),
        ("Common", " 1!€’😀\0\n\u200b\ufeff\u202e\U000e0001\U0001fae8"),
        ("Inherited", "\u0301\u200d\ufe0f"),
        ("Unknown", "\u0378\ue000\ud800\uffff\U0010ffff"),
    ],
)
def test_scripts(script: str, characters: str) -> None:
    """The scripts are those of UAX 24, by their long names."""
    assert [script_of(each) for each in characters] == [script] * len(characters)


def test_every_script_is_unicodes() -> None:
    """Each character that has a script has it in `regex` too, and all 161 scripts of 14.0 occur."""
    members: dict[str, list[str]] = {}
    for character in map(chr, range(0x110000)):
        members.setdefault(script_of(character), []).append(character)
    assert len(members.pop("Unknown")) + sum(map(len, members.values())) == 0x110000
    assert len(members) == 161
    for script, characters in members.items():
        astray = regex.sub(rf"\p{{Script={script}}}+", "", "".join(characters))
        # An emoji that regex may not know yet is Common all the same.
        assert not [each for each in astray if not "\U0001f000" <= each <= "\U0001faff"], script


def test_every_character_of_this_python_up_to_14_has_a_script() -> None:
    """Where Python has Unicode 14.0, what it calls a character has a script, and nothing else."""
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip("this Python has another Unicode")
    for character in map(chr, range(0x110000)):
        unassigned = unicodedata.category(character) in {"Cn", "Co", "Cs"}
        if not "\U0001f000" <= character <= "\U0001faff":
            assert (script_of(character) == "Unknown") is unassigned, hex(ord(character))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Your code is 123456\nDo not share it.",
        "Größe 20 €, “now” – café… ¡Olé!",
        "10\u00a0000\u202f€ \u2003\u3000",
        "Привет, как дела? ОК",
        "Καλημέρα σας",
        "ΓΕΙΑ ΣΟΥ",
        "ΓEIA ΣOY",
        "Բարեւ ձեզ",
        "한국어 漢字 かな",
        "Ваш код ОК. Your code.",
        "Open at 5 м, Жанна",
        "α particles, γ rays",
        "5 μm, 3 kΩ, 25 °C, ΔT",
        "iPhoneом и SMSки",
        "Привeт",
        "می‌خواهم",
        "مَ‌ن",
        "क्\u200dष क्\u200cष क्\u200c क्\u200d",
        "ශ්‍රී ලංකා",
        "สวัสดี\u200bครับ ខ្មែរ\u200bភាសា 12\u200bวัน\u200b34",
        "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🏴‍☠️ 👩🏽‍🚀 ❤️‍🔥 ☎︎ ©️",
        "\U0001fae8\u200d\U0001fae8\ufe0f",
        "1️⃣ #️⃣ *️⃣",
        "🇩🇪 🇬🇧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "葛\U000e0100城 \u2229\ufe00 \u1820\u180b \u1000\ufe00",
        "\u115f\u1161 \u1112\u1160",
        "q\u0308 x\u0301 q\u0301\u0323",
        "\u0958",
        "\u2126 \u212b \ufb01",
        "\ue000 \ufffd",
    ],
)
def test_what_is_not_odd(text: str) -> None:
    """Scripts, spaces, punctuation, emoji and joiners where they belong are not odd."""
    assert odd(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hi\u200bthere", [(2, "")]),
        ("co\u00adop", [(2, "")]),
        ("\ufeffhi\ufeff", [(0, ""), (3, "")]),
        ("a\u200b\u200b\u200bb", [(1, "")]),
        ("a\u2060\u00adb", [(1, ""), (2, "")]),
        ("\u3164", [(0, " ")]),
        ("\u115f", [(0, "")]),
        ("\u1160", [(0, "")]),
        ("\u2800\u2800", [(0, "  ")]),
        ("a\tb", [(1, " ")]),
        ("a\0b", [(1, "")]),
        ("a\x7fb\x1b", [(1, ""), (3, "")]),
        ("a\fb\vc", [(1, "\n"), (3, "\n")]),
        ("It\x92s \x80 5\x85", [(2, "’"), (5, "€"), (8, "…")]),
        ("\x81\x9d", [(0, ""), (1, "")]),
        ("a\u2028b\u2029", [(1, "\n"), (3, "\n")]),
        ("a\u200db", [(1, "")]),
        ("a\u200cb", [(1, "")]),
        ("م\u200c", [(1, "")]),
        ("م\u200c\u200cم\u200cb", [(2, ""), (4, "")]),
        ("😀\u200d", [(1, "")]),
        ("😀\u200da", [(1, "")]),
        ("x\ufe0f", [(1, "")]),
        ("1\ufe0f", [(1, "")]),
        ("❤\ufe0f\ufe0f", [(2, "")]),
        ("\ufe0f", [(0, "")]),
        ("a\ufe00", [(1, "")]),
        ("a\U000e0100", [(1, "")]),
        ("a\u180b", [(1, "")]),
        ("\U000e0068\U000e0069", [(0, "")]),
        ("🏴\U000e0067", [(1, "")]),
        ("a\U000e0067\U000e007f", [(1, "")]),
        ("🏴\U000e0067\U000e007f\U000e0068", [(3, "")]),
        ("a\u034fb\u17b4", [(1, ""), (3, "")]),
        ("\u2065\ufff9", [(0, ""), (1, "")]),
    ],
)
def test_invisible(text: str, found: list[tuple[int, str]]) -> None:
    """What nobody sees is found where it does nothing, with what keeps the words apart instead."""
    assert odd(text) == [("invisible", *each) for each in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\ufeffa", "^ZERO WIDTH NO-BREAK SPACE is a byte order mark"),
        ("a\ufeff", "^ZERO WIDTH NO-BREAK SPACE is seen by nobody"),
        ("\t", "^CHARACTER TABULATION is a control character.*GSM 7 bit does not have it$"),
        ("\x92", "^PRIVATE USE TWO is a control character, but most likely Windows-1252"),
        ("\f", "^FORM FEED is a page break, which takes two septets"),
        ("\U000e0061", "^TAG LATIN SMALL LETTER A is a tag character"),
        ("a\ufe0f", "^VARIATION SELECTOR-16 stands after nothing that it varies"),
        ("a\u200db", "^ZERO WIDTH JOINER stands where there is nothing to join"),
        ("\u2065", r"^U\+2065 is seen by nobody"),
    ],
)
def test_what_is_said_of_the_invisible(text: str, words: str) -> None:
    """An explanation names the character, says what it is there, and that it forces UCS-2."""
    [found] = find_oddities(text)
    assert re.search(words, found.explanation)


def test_every_invisible_character() -> None:
    """Alone, each control but LF and CR, and each ignorable character, is odd; no other is."""
    pattern = r"[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cs}]"
    more = "\u2028\u2029\u2800\ufff9\ufffa\ufffb"
    for character in map(chr, (*range(0x1F000), *range(0xDFF00, 0xE1100))):
        expected = character != "\n" and bool(regex.match(pattern, character) or character in more)
        assert (odd(character) != []) is expected, hex(ord(character))


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("ab\u200ec", [(2, "")], ["marks a direction"]),
        ("שלום\u200f!", [(4, None)], ["marks a direction"]),
        ("\u061c1", [(0, "")], ["marks a direction"]),
        ("\u202aab\u202c", [(0, ""), (3, "")], ["one of a pair"] * 2),
        ("\u2067אב\u2069", [(0, None), (3, None)], ["one of a pair"] * 2),
        ("\u2067אב", [(0, None)], ["nothing ends it"]),
        ("\u2067ab\n\u2069", [(0, ""), (4, "")], ["nothing ends it", "ends nothing"]),
        ("א\u202c", [(1, "")], ["ends nothing"]),
        ("\u202egpj.exe\u202c", [(0, ""), (8, "")], ["in another order", "one of a pair"]),
        ("א\u202db\u202c", [(1, ""), (3, "")], ["in another order", "one of a pair"]),
        ("א\u202eb", [(1, "")], ["in another order.*nothing ends it"]),
        (
            "\u2066\u202aa\u2069\u202c",
            [(0, ""), (1, ""), (3, ""), (4, "")],
            ["one of a pair", "nothing ends it", "one of a pair", "ends nothing"],
        ),
        (
            "\u202a\u2066a\u202c\u2069\u202c",
            [(0, ""), (1, ""), (3, ""), (4, ""), (5, "")],
            ["one of a pair", "one of a pair", "ends nothing", "one of a pair", "one of a pair"],
        ),
    ],
)
def test_bidirectional(text: str, found: list[tuple[int, str | None]], words: list[str]) -> None:
    """Controls of direction are paired as UAX 9 pairs them; what has no end is dangerous."""
    assert odd(text) == [("bidirectional", *each) for each in found]
    for each, expected in zip(find_oddities(text), words, strict=True):
        assert re.search(expected, each.explanation)
        dangerous = re.search("another order", each.explanation) is not None
        assert ("dangerous" in each.explanation) is dangerous


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p\u0430ypal", [(1, "a")]),
        ("P\u0410YP\u0410L", [(1, "A"), (4, "A")]),
        ("say \u0430pple", [(4, "a")]),
        ("Stra\u03b2e", [(4, "ß")]),
        ("\u0391pple", [(0, "A")]),
        ("M\u03a4\u03a3", [(1, "T")]),
        ("\u0393\u0395IA", [(1, "E")]),
        ("pay\u00adp\u0430l", [(5, "a")]),
        ("n\u0301\u0430", [(2, "a")]),
        ("v1\u04302", [(2, "a")]),
        ("Reply \u041e\u041a now", [(6, "O"), (7, "K")]),
        ("Gate 3\u0410", [(6, "A")]),
        ("USB-\u0421", [(4, "C")]),
        ("\u03b1\u00adpple", [(0, "a")]),
        ("\u03b12b", [(0, "a")]),
        ("\u041e\u041a", []),
        ("Ω \u041e\u041a", []),
        ("\u041e\u041a 24/7", []),
        ("\u041e\u041a да or ok", []),
        ("\u03b1 wave", []),
        ("\u041e\u039a", [(0, "O"), (1, "K")]),
        ("Αθην\u0430", [(4, None)]),
        ("Москв\u03b1", [(5, None)]),
        ("раypal Мо\u03bcсква", [(0, "p"), (1, "a")]),
        ("p\u0430ypя", []),
        ("Ա\u0578a", []),
        ("\u0578a", [(0, "n")]),
        ("\u13aaa \u2c9ex", [(0, "A"), (3, "O")]),
    ],
)
def test_lookalikes(text: str, found: list[tuple[int, str | None]]) -> None:
    """Letters that pass for Latin ones are found in Latin words, and alone in Latin texts."""
    kinds = [each for each in odd(text) if each[0] == "lookalike"]
    assert kinds == [("lookalike", *each) for each in found]


@pytest.mark.parametrize(("section", "letter", "latin", "name"), read_source())
def test_every_lookalike(section: str, letter: str, latin: str, name: str) -> None:
    """Each entry has its name, is of its script, and found in a Latin word; alone, if the same."""
    assert unicodedata.name(letter) == name
    assert unicodedata.name(latin).startswith("LATIN ")
    assert regex.fullmatch(r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}]", letter)
    # Neither a compatibility form nor a letter of GSM 7 bit (TS 23.038, 6.2.1).
    assert unicodedata.normalize("NFKC", letter) in {letter, "\u03c2", "\u03c1", "\u03a3", "\u03c3"}
    assert letter not in "ΓΔΘΛΞΠΣΦΨΩ"
    assert odd(f"x{letter}x") == [("lookalike", 1, latin)]
    assert odd(f"Yes {letter} no") == ([("lookalike", 4, latin)] if section == "same" else [])
    assert odd(letter) == odd(letter * 3) == []
    [found] = find_oddities(f"x{letter}x")
    assert name in found.explanation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\r\nb", [(1, 3)]),
        ("\r\n\r\n", [(0, 2), (2, 4)]),
        ("a\rb", [(1, 2)]),
        ("\r\r\n\r", [(0, 1), (1, 3), (3, 4)]),
        ("\n\r", [(1, 2)]),
        ("a\nb", []),
    ],
)
def test_returns(text: str, found: list[tuple[int, int]]) -> None:
    """A carriage return is odd, with its line feed or without; a line feed is enough."""
    findings = find_oddities(text)
    assert [(each.index, each.end) for each in findings] == found
    assert {(each.kind, each.suggestion) for each in findings} <= {(Oddity.CRLF, "\n")}
    for each in findings:
        assert ("two units" in each.explanation) is (each.end - each.index == 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cafe\u0301", [(3, "é")]),
        ("A\u030a and n\u0303", [(0, "Å"), (7, "ñ")]),
        ("e\u0323\u0302", [(0, "ệ")]),
        ("e\u0302\u0323", [(0, "ệ")]),
        ("ê\u0323", [(0, "ệ")]),
        ("e\u0316\u0301", [(0, "é\u0316")]),
        ("e\u0301\u0301", [(0, "é\u0301")]),
        ("и\u0306", [(0, "й")]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", [(0, "한"), (3, "글")]),
        ("가\u11a8", [(0, "각")]),
        ("か\u3099", [(0, "が")]),
        ("\u0bc6\u0bbe", [(0, "ொ")]),
        ("\u0301e", []),
        ("e\u200b\u0301", []),
        ("e" + "\u0301" * 31, [(0, "é" + "\u0301" * 30)]),
        ("e" + "\u0301" * 32, []),
        ("\U000105d2\u0307", []),
        ("e\u0301\U00010efd", [(0, "é")]),
    ],
)
def test_decomposed(text: str, found: list[tuple[int, str]]) -> None:
    """A base and marks that have a shorter composed form are found whole, on any Python alike."""
    kinds = [each for each in odd(text) if each[0] == "decomposed"]
    assert kinds == [("decomposed", *each) for each in found]


def test_of_two_oddities_the_lookalike_is_named() -> None:
    """A look-alike with a mark is one finding; with the Latin letter, the mark is the next."""
    assert odd("xx\u0430\u0306") == [("lookalike", 2, "a")]
    assert odd("xxa\u0306") == [("decomposed", 2, "ă")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\ud83d", [(1, None)]),
        ("\ude00a", [(0, None)]),
        ("\ud83d\ude00", [(0, "😀")]),
        ("\ud83d\ud83d\ude00\ude00", [(0, None), (1, "😀"), (3, None)]),
        ("\udbff\udfff", [(0, "\U0010ffff")]),
    ],
)
def test_lone_surrogates(text: str, found: list[tuple[int, str | None]]) -> None:
    """Half a pair is odd, and two halves that were decoded apart are the character they make."""
    assert odd(text) == [("lone_surrogate", *each) for each in found]


@given(odd_texts)
@example("p\u0430y\r\n\t\u202ee\u0301\ud800")
def test_findings_are_of_the_text(text: str) -> None:
    """Findings are in order, apart, within the text, and hold what stands there."""
    end = 0
    for each in find_oddities(text):
        assert end <= each.index < each.end <= len(text)
        assert each.characters == text[each.index : each.end]
        assert each.explanation
        assert each.suggestion != each.characters
        end = each.end


@given(odd_texts)
def test_a_suggestion_is_shorter_or_as_long(text: str) -> None:
    """What is suggested never takes more code points than what stands there."""
    for each in find_oddities(text):
        assert each.suggestion is None or len(each.suggestion) <= each.end - each.index


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii(text: str) -> None:
    """Of ASCII only controls are odd, line feeds aside."""
    odd_ones = {each for each in text if (each < " " and each != "\n") or each == "\x7f"}
    found = {each for finding in find_oddities(text) for each in finding.characters} - {"\n"}
    assert found == odd_ones


@given(st.text(st.sampled_from([*LETTERS, " "]), max_size=12))
def test_lookalikes_are_of_another_script(text: str) -> None:
    """A look-alike is never Latin, never alone in its text, and has a Latin letter named."""
    for each in find_oddities(text):
        assert each.kind is Oddity.LOOKALIKE
        assert not regex.match(r"\p{Latin}", each.characters)
        scripts = {script_of(letter) for letter in text} - {"Common"}
        assert len(scripts) > 1
        assert re.search(r"looks like the Latin \w,", each.explanation)


@given(st.text(st.sampled_from("aeoxаеохяж 12."), max_size=12))
def test_taking_the_suggestions_makes_words_latin(text: str) -> None:
    """With each look-alike replaced as suggested, none is left."""
    for each in reversed(find_oddities(text)):
        assert each.suggestion is not None
        text = text[: each.index] + each.suggestion + text[each.end :]
    assert odd(text) == []


@given(odd_texts)
def test_decomposed_are_what_nfc_shortens(text: str) -> None:
    """Each decomposed finding is normalized by its suggestion, and NFC text has none."""
    for each in find_oddities(text):
        if each.kind is Oddity.DECOMPOSED:
            assert unicodedata.normalize("NFC", each.characters) == each.suggestion
    composed = unicodedata.normalize("NFC", text)
    assert Oddity.DECOMPOSED not in {each.kind for each in find_oddities(composed)}


def test_long_texts_take_one_pass() -> None:
    """Texts made to be hard are answered whole: no recursion, no search that starts over."""
    size = 20_000
    assert len(find_oddities("\u202a" * size + "\u202c" * size)) == 2 * size
    assert len(find_oddities("\u2066\u202a" * size + "\u2069" * size)) == 3 * size
    assert find_oddities("a" + "\u0301\u0316" * size) == ()
    assert len(find_oddities("a" + "\u200b" * size)) == 1
    assert len(find_oddities("🏴" + "\U000e0067" * size)) == 1


def test_a_text_is_a_str() -> None:
    """What is no str is a TypeError; a str of another type is read as the str that it is."""

    class Text(str):
        __slots__ = ()

        def __getitem__(self, _: object) -> str:
            return "?"

    with pytest.raises(TypeError, match=r"^a text is a str, not bytes$"):
        find_oddities(b"a")  # type: ignore[arg-type]
    [found] = find_oddities(Text("a\tb"))
    assert found.characters == "\t"


def test_no_text_in_a_repr() -> None:
    """A finding's repr has neither what stands in the text nor what could."""
    [found] = find_oddities("cafe\u0301")
    assert "e\u0301" not in repr(found)
    assert "é" not in repr(found)
    assert found == Finding(Oddity.DECOMPOSED, 3, 5, "e\u0301", found.explanation, "é")


def test_what_is_checked_in_is_current() -> None:
    """`--check` finds nothing to write."""
    tool = ROOT / "tools" / "gen_characters.py"
    subprocess.run([sys.executable, str(tool), "--check"], check=True)


def test_check_fails_for_what_is_out_of_date(tmp_path: Path) -> None:
    """`--check` names a file that was changed by hand, and exits with 1."""
    for part in ("tools", "tables"):
        shutil.copytree(ROOT / part, tmp_path / part)
    package = tmp_path / "src" / "smscore"
    package.mkdir(parents=True)
    current = (ROOT / "src" / "smscore" / "_characters.py").read_text(encoding="utf-8")
    changed = current.replace('"\\u0430": "a"', '"\\u0430": "e"')
    assert changed != current
    target = package / "_characters.py"
    target.write_text(changed, encoding="utf-8")
    tool = [sys.executable, str(tmp_path / "tools" / "gen_characters.py")]
    done = subprocess.run([*tool, "--check"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "_characters.py is out of date" in done.stderr
    assert subprocess.run(tool, check=False, capture_output=True).returncode == 0
    assert target.read_text(encoding="utf-8") == current


@pytest.mark.parametrize(
    ("line", "slip", "fault"),
    [
        ("CYRILLIC SMALL LETTER A\n", "CYRILLIC SMALL LETTER BE\n", "BE is not U+0430"),
        ("U+0430  a", "U+0430 a", "not an entry"),
        ("U+0430  a", "U+0430  5", "no Latin letter"),
        ("U+0430  a", "U+0430  \u0430", "no Latin letter"),
        ("U+0430  a  CYRILLIC", "U+0061  a  LATIN", "no letter of the scripts compared"),
        ("U+0430  a  CYRILLIC SMALL LETTER A\n", "U+0410  A  CYRILLIC CAPITAL LETTER A\n", "twice"),
        ("[same]\n", "[same]\nU+0475  v  CYRILLIC SMALL LETTER IZHITSA\n", "out of order"),
        ("[similar]", "[alike]", "the sections are"),
    ],
)
def test_a_slip_in_the_source_is_refused(line: str, slip: str, fault: str) -> None:
    """A wrong name, form, letter, order or section does not become a table."""
    generator = load_generator()
    assert line in SOURCE
    with pytest.raises(generator.SourceError, match=re.escape(fault)):
        generator.read_lookalikes(SOURCE.replace(line, slip, 1))
