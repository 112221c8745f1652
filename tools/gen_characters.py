"""Write what is known of characters from `tables/lookalikes.txt` and from Unicode.

The law of this file: the answers are those of Unicode 14.0, the oldest that a supported Python
has, wherever this runs. A Python that knows more cannot tell when a character came, so that it
takes from the module as it stands which characters there were; `regex` gives their properties.
`--check` fails when what is checked in is not what would be written.

    python tools/gen_characters.py            write src/smscore/_characters.py
    python tools/gen_characters.py --check    exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import re
import runpy
import sys
import textwrap
import unicodedata
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import regex

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tables" / "lookalikes.txt"
PYTHON = ROOT / "src" / "smscore" / "_characters.py"

UNICODE = "14.0.0"
WIDTH = 96
CODE_POINTS = 0x110000
VIRAMA = 9

SECTIONS = ("same", "similar")
ALIKE = frozenset("CYRILLIC GREEK ARMENIAN CHEROKEE COPTIC".split())
ENTRY = re.compile(r"U\+([0-9A-F]{4})  (.)  ([A-Z -]+)")
SAMPLE = 10

# The values of the property Script in Unicode 14.0, but for Unknown, which is all the rest.
SCRIPTS = """
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
    Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian
    Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret
    Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian
    Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya
    Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi
    Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khitan_Small_Script
    Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani
    Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek
    Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar
    Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki
    Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian
    Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician
    Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala
    Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham
    Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai
    Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square
""".split()

# The aliases of U+0000..U+001F and U+007F..U+009F, which have no names.
CONTROLS = """
    NULL; START OF HEADING; START OF TEXT; END OF TEXT; END OF TRANSMISSION; ENQUIRY; ACKNOWLEDGE;
    ALERT; BACKSPACE; CHARACTER TABULATION; LINE FEED; LINE TABULATION; FORM FEED; CARRIAGE RETURN;
    SHIFT OUT; SHIFT IN; DATA LINK ESCAPE; DEVICE CONTROL ONE; DEVICE CONTROL TWO;
    DEVICE CONTROL THREE; DEVICE CONTROL FOUR; NEGATIVE ACKNOWLEDGE; SYNCHRONOUS IDLE;
    END OF TRANSMISSION BLOCK; CANCEL; END OF MEDIUM; SUBSTITUTE; ESCAPE;
    INFORMATION SEPARATOR FOUR; INFORMATION SEPARATOR THREE; INFORMATION SEPARATOR TWO;
    INFORMATION SEPARATOR ONE; DELETE; PADDING CHARACTER; HIGH OCTET PRESET; BREAK PERMITTED HERE;
    NO BREAK HERE; INDEX; NEXT LINE; START OF SELECTED AREA; END OF SELECTED AREA;
    CHARACTER TABULATION SET; CHARACTER TABULATION WITH JUSTIFICATION; LINE TABULATION SET;
    PARTIAL LINE FORWARD; PARTIAL LINE BACKWARD; REVERSE LINE FEED; SINGLE SHIFT TWO;
    SINGLE SHIFT THREE; DEVICE CONTROL STRING; PRIVATE USE ONE; PRIVATE USE TWO;
    SET TRANSMIT STATE; CANCEL CHARACTER; MESSAGE WAITING; START OF GUARDED AREA;
    END OF GUARDED AREA; START OF STRING; SINGLE GRAPHIC CHARACTER INTRODUCER;
    SINGLE CHARACTER INTRODUCER; CONTROL SEQUENCE INTRODUCER; STRING TERMINATOR;
    OPERATING SYSTEM COMMAND; PRIVACY MESSAGE; APPLICATION PROGRAM COMMAND
"""
CONTROL_POINTS = (*range(0x20), *range(0x7F, 0xA0))

# Seen by nobody, though Unicode does not call them ignorable: the separators of lines and
# paragraphs, the blank pattern of Braille, and the anchors of annotations.
UNSEEN = (0x2028, 0x2029, 0x2800, 0xFFF9, 0xFFFA, 0xFFFB)

# By block, since a block holds the marks of its scripts too. Letters that change their form beside
# a joiner or a non-joiner:
JOINED = """
    610-61A 620-DFF F00-109F 1780-180A 1810-18AF 1900-194F 1A20-1AAF 1B00-1BBF 1CD0-1CFF A800-A87F
    A8E0-A8FF A980-AA7F AAE0-AAFF ABC0-ABFF 10A80-10FFF 11000-11FFF 1E900-1E95F
"""
# Scripts without spaces between words, where a zero width space says that a line may break.
UNSPACED = "E00-109F 1780-17FF 1950-19FF 1A20-1AAF A9E0-A9FF AA60-AADF"
# Letters that go from right to left by default (UAX 44, DerivedBidiClass).
RIGHT_TO_LEFT = "590-61B 61D-8FF FB1D-FDFF FE70-FEFC 10800-10FFF 1E800-1EFFF"
# What the standardized variation sequences begin with, ideographs and emoji aside.
VARIED = "30 1000-109F 2100-2AFF 3001-3002 A840-A877 FF01-FF1F 10AC0-10AFF"

# The blocks that are kept for emoji and their like.
SYMBOLS = range(0x1F000, 0x1FB00)


class SourceError(ValueError):
    """The source, or this Python, cannot give the tables; the message says why."""


def read_lookalikes(source: str) -> dict[str, dict[str, str]]:
    """Read the sections of the source, each as letter -> Latin letter, refusing every slip."""
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for number, line in enumerate(source.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None:
            raise SourceError(f"line {number}: not an entry: {line!r}")
        letter, latin, name = chr(int(entry[1], 16)), entry[2], entry[3]
        check_entry(letter, latin, name, number)
        if any(letter in other for other in sections.values()):
            raise SourceError(f"line {number}: {name} stands twice")
        if section and letter < max(section):
            raise SourceError(f"line {number}: {name} is out of order")
        section[letter] = latin
    if tuple(sections) != SECTIONS:
        raise SourceError(f"the sections are {', '.join(SECTIONS)}, not {', '.join(sections)}")
    return sections


def check_entry(letter: str, latin: str, name: str, number: int) -> None:
    """Raise SourceError unless the letter has this name, and both are letters of their scripts."""
    if unicodedata.name(letter, "") != name:
        raise SourceError(f"line {number}: {name} is not U+{ord(letter):04X}")
    if name.partition(" ")[0] not in ALIKE or not letter.isalpha():
        raise SourceError(f"line {number}: {name} is no letter of the scripts compared")
    if not unicodedata.name(latin, "").startswith("LATIN ") or not latin.isalpha():
        raise SourceError(f"line {number}: U+{ord(latin):04X} is no Latin letter")


def read_repertoire() -> tuple[set[int], set[int]]:
    """Give the code points of Unicode 14.0's characters, and of SYMBOLS those without one.

    Private use is neither.
    """
    if unicodedata.unidata_version == UNICODE:
        points = range(CODE_POINTS)
        known = {n for n in points if unicodedata.category(chr(n)) not in {"Cn", "Co", "Cs"}}
        return known, {*SYMBOLS} - known
    if not PYTHON.is_file():
        raise SourceError(f"only a Python with Unicode {UNICODE} can write it anew: use 3.11")
    present = runpy.run_path(str(PYTHON))
    known = read_spans(present["SCRIPTS"])
    return known, read_spans(present["EMOJI"]) - known


def read_spans(text: str) -> set[int]:
    """Read ranges in hexadecimal, past the names between them; `render_spans` writes them."""
    spans = re.findall(r"(?<![-\w])([0-9A-F]+)(?:-([0-9A-F]+))?(?![-\w:])", text)
    return {n for a, b in spans for n in range(int(a, 16), int(b or a, 16) + 1)}


def find_points(points: Iterable[int], pattern: str) -> list[int]:
    """List the code points, of those given, whose characters match a pattern of `regex`."""
    return [ord(found[0]) for found in regex.finditer(pattern, "".join(map(chr, points)))]


def find_scripts(points: list[int]) -> dict[str, list[int]]:
    """Sort code points by script; SourceError unless each has exactly one of those listed."""
    scripts = {name: find_points(points, rf"\p{{Script={name}}}") for name in SCRIPTS}
    placed = sorted(chain.from_iterable(scripts.values()))
    if placed != points:
        astray = [f"U+{n:04X}" for n in sorted(set(points) - set(placed))[:SAMPLE]]
        raise SourceError(f"regex has other scripts than those listed: {' '.join(astray)}")
    return scripts


def name_controls() -> dict[int, str]:
    """Pair the control characters with their aliases, each checked against Unicode."""
    names = " ".join(CONTROLS.split()).split("; ")
    for point, name in zip(CONTROL_POINTS, names, strict=True):
        if unicodedata.lookup(name) != chr(point):
            raise SourceError(f"{name} is not U+{point:04X}")
    return dict(zip(CONTROL_POINTS, names, strict=True))


def render_spans(points: Iterable[int]) -> str:
    """Render code points as ranges in hexadecimal, such as 41-5A AA."""
    spans: list[tuple[int, int]] = []
    for point in sorted(points):
        if spans and spans[-1][1] == point - 1:
            spans[-1] = (spans[-1][0], point)
        else:
            spans.append((point, point))
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in spans)


def render_block(name: str, comment: str, value: str) -> list[str]:
    """Render a constant: a string on as many lines as it takes."""
    wrapped = textwrap.wrap(value, WIDTH, break_on_hyphens=False)
    return ["", f"# {comment}", f'{name} = """', *wrapped, '"""']


def render_python(lookalikes: dict[str, dict[str, str]]) -> str:
    """Render the module that `smscore.characters` reads."""
    known, reserved = read_repertoire()
    points = sorted(known)
    scripts = find_scripts(points)
    bidirectional = find_points(points, r"\p{Bidi_Control}")
    ignorable = find_points(range(CODE_POINTS), r"\p{Default_Ignorable_Code_Point}")
    invisible = {*ignorable, *CONTROL_POINTS, *UNSEEN} - {*bidirectional, *b"\r\n"}
    emoji = {*find_points(points, r"\p{Emoji}"), *reserved}
    emoji -= {*find_points(points, r"[\p{ASCII}\p{Regional_Indicator}]")}
    composing = find_points(points, r"\p{NFC_Quick_Check=Maybe}")
    blocks = [
        (
            "SCRIPTS",
            "Each script's code points, as ranges in hexadecimal; what is in none is Unknown.",
            " ".join(f"{name}: {render_spans(members)}" for name, members in scripts.items()),
        ),
        (
            "CONTROLS",
            "Each control character's alias, from U+0000 to U+001F and U+007F to U+009F.",
            "; ".join(name_controls().values()),
        ),
        (
            "INVISIBLE",
            "What nobody sees: Default_Ignorable_Code_Point, controls, and a few more.",
            render_spans(invisible),
        ),
        ("BIDIRECTIONAL", "Bidi_Control, as UAX 9 has it.", render_spans(bidirectional)),
        (
            "EMOJI",
            "Emoji but for digits, signs and flags, and what their blocks keep for later ones.",
            render_spans(emoji),
        ),
        (
            "COMPOSING",
            "What may compose with what stands before it: NFC_Quick_Check=Maybe.",
            render_spans(composing),
        ),
        (
            "VIRAMAS",
            "Canonical_Combining_Class=Virama.",
            render_spans(n for n in points if unicodedata.combining(chr(n)) == VIRAMA),
        ),
        (
            "IDEOGRAPHS",
            "Ideographic, of the script Han.",
            render_spans(find_points(scripts["Han"], r"\p{Ideographic}")),
        ),
        (
            "NONCHARACTERS",
            "Noncharacter_Code_Point.",
            render_spans(find_points(range(CODE_POINTS), r"\p{Noncharacter_Code_Point}")),
        ),
        ("JOINED", "Blocks of letters that joiners change.", " ".join(JOINED.split())),
        ("UNSPACED", "Blocks of scripts without spaces between words.", UNSPACED),
        ("RIGHT_TO_LEFT", "Blocks of scripts that go from right to left.", RIGHT_TO_LEFT),
        ("VARIED", "What standardized variation sequences begin with, by block.", VARIED),
    ]
    lines = [
        f'"""Characters as Unicode {UNICODE} has them, and letters that look like Latin ones.',
        "",
        "Generated by tools/gen_characters.py from tables/lookalikes.txt and from Unicode: change",
        "those, then run the tool.",
        '"""',
        *chain.from_iterable(render_block(*block) for block in blocks),
    ]
    for name, letters in lookalikes.items():
        lines += ["", f"{name.upper()}: dict[str, str] = {{"]
        lines += [
            f'    "\\u{ord(letter):04x}": "{latin}",  # {unicodedata.name(letter)}'
            for letter, latin in letters.items()
        ]
        lines += ["}"]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the generated file, or with `--check` only compare it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write what smscore knows of characters.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if out of date")
    check = parser.parse_args(arguments).check
    try:
        text = render_python(read_lookalikes(SOURCE.read_text(encoding="utf-8")))
    except SourceError as slip:
        print(f"{SOURCE.relative_to(ROOT)}: {slip}", file=sys.stderr)
        return 1
    if PYTHON.is_file() and PYTHON.read_text(encoding="utf-8") == text:
        return 0
    path = PYTHON.relative_to(ROOT)
    if check:
        print(f"{path} is out of date: run tools/gen_characters.py", file=sys.stderr)
        return 1
    PYTHON.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
