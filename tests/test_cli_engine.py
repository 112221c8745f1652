"""The commands about one text's alphabet and octets, as processes.

The law of this file: a table is held against the page of the standard, octets against vectors
worked by hand; a wrong argument is one line and status 2.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytest.importorskip("click")
pytest.importorskip("rich")

# 3GPP TS 23.038, clause 6.2.1, rows 0xA to 0xF as printed.
PAGE = """\
0x_A   LF    Ξ    *    :    J    Z    j    z
0x_B    Ø   ESC   +    ;    K    Ä    k    ä
0x_C    ø    Æ    ,    <    L    Ö    l    ö
0x_D   CR    æ    -    =    M    Ñ    m    ñ
0x_E    Å    ß    .    >    N    Ü    n    ü
0x_F    å    É    /    ?    O    §    o    à
"""
TURKISH = "Yarın görüşürüz"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `smscore`, its streams UTF-8."""
    return subprocess.run(
        [sys.executable, "-m", "smscore", *arguments],
        capture_output=True,
        input=stdin,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=60,
    )


def show(*arguments: str) -> str:
    """Run `smscore` and give what it shows; it ends clean."""
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_alphabet_is_the_standards_page() -> None:
    """The default alphabet is laid out as printed, and the extension table after it."""
    shown = show("alphabet")
    assert PAGE in shown
    assert shown.count("0x_0") == 2
    assert "\n0x_5  " + " " * 32 + "€\n" in shown


@pytest.mark.parametrize("name", ["Turkish", "tr", "1"])
def test_alphabet_of_a_language(name: str) -> None:
    """A language is found by its name, its code and its identifier."""
    assert "Turkish: locking shift table (TS 23.038, A.3.1)" in show("alphabet", name)
    document = json.loads(show("alphabet", name, "--format", "json"))
    assert (document["language"], document["identifier"]) == ("turkish", 1)
    assert document["locking"]["0x04"] == "U+20AC"
    assert document["single"]["0x67"] == "U+011F"
    assert len(document["locking"]) == 127
    assert len(document["single"]) == 17


def test_alphabet_of_spanish() -> None:
    """A language without a locking shift table says so."""
    assert "Spanish has no locking shift table" in show("alphabet", "es")
    assert json.loads(show("alphabet", "es", "--format", "json"))["locking"] is None


def test_encode() -> None:
    """The octets of a text are printed a part a line; "hellohello" is a well-known vector."""
    assert show("encode", "hellohello") == "e8329bfd4697d9ec37\n"
    lines = show("encode", "x" * 161, "--reference", "7").splitlines()
    assert [line[:12] for line in lines] == ["050003070201", "050003070202"]
    assert show("encode", "é", "--coding", "ucs2") == "00e9\n"
    assert show("encode", "1€", "--septets") == "311b65\n"


def test_encode_with_a_language() -> None:
    """A shift is named in the header: TS 23.040, 9.2.3.24.16."""
    document = json.loads(show("encode", TURKISH, "--locking", "tr", "--format", "json"))
    assert document["locking"] == "turkish"
    assert document["parts"][0]["udh"] == "03250101"
    assert document["parts"][0]["udl"] == 5 + len(TURKISH)
    assert document["octets"] == (5 + len(TURKISH)) * 7 // 8 + 1


def test_ussd() -> None:
    """Seven bits left over are a CR: TS 23.038, 6.1.2.3.1."""
    packed = show("encode", "1234567", "--ussd").strip()
    assert packed == "31d98c56b3dd1a"
    assert show("decode", "--ussd", packed) == "1234567\n"


def test_decode_joins_parts_in_any_order() -> None:
    """Parts come in any order, as arguments or as lines."""
    text = "Grüße! " * 40
    lines = show("encode", text).splitlines()
    assert len(lines) == 2
    assert show("decode", *reversed(lines)) == text + "\n"
    done = run("decode", "-", stdin="\n".join(reversed(lines)).encode())
    assert done.stdout.decode() == text + "\n"
    assert json.loads(show("decode", "--dcs", "8", "00480069", "--format", "json")) == {
        "text": "Hi"
    }


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["decode", "xyz"], 2, "two hexadecimal digits"),
        (["decode", "--dcs", "4", "00"], 2, "8-bit data"),
        (["decode", "--dcs", "many", "00"], 2, "no octet"),
        (["decode", "050003010202"], 1, "missing: 1"),
        (["decode", "--udh", "ff"], 1, "header"),
        (["decode", "--septets", "--strict", "1b41"], 1, "no character after one"),
        (["encode", "я", "--coding", "gsm7"], 1, "not in the GSM 7 bit default alphabet"),
        (["encode", "я", "--single", "tr"], 1, "gsm7 with single Turkish"),
        (["encode", "a", "--locking", "es"], 2, "no locking shift table"),
        (["encode", "a", "--coding", "ucs2", "--single", "tr"], 2, "UCS-2 has no national"),
        (["alphabet", "klingon"], 2, "not one of the languages"),
        (["inspect", "a", "--profile", "nobody"], 2, "twilio"),
        (["inspect", "a", "--transliterate", "twilio", "--transliterate", "accent"], 2, "no other"),
        (["inspect", "a" * 1601, "--profile", "twilio"], 1, "at most 1600 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(arguments: list[str], status: int, said: str) -> None:
    """A wrong argument has status 2, a message that cannot be has 1; neither has a traceback."""
    done = run(*arguments)
    assert done.returncode == status
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_inspect_with_languages_and_profiles() -> None:
    """The options of `inspect` choose how the text is counted."""
    text = TURKISH * 6
    assert "UCS-2, 2 parts" in show("inspect", text)
    assert "GSM 7 bit with locking Turkish, 1 part" in show("inspect", text, "--language", "tr")
    shown = show("inspect", "a" * 153 + "b" * 153, "--profile", "vonage")
    assert "3 parts" in shown
    assert "Not known about Vonage:" in shown
    assert "“" in show("inspect", "“a”", "--transliterate", "twilio")
    assert '"a"' in show("inspect", "“a”", "--transliterate", "twilio", "--always")


def test_inspect_tells_what_was_replaced() -> None:
    """Each replacement is told with its place in the text as it was given."""
    shown = show("inspect", "Привет, мир! " * 7, "--transliterate", "russian")
    assert "Privet, mir!" in shown
    assert "  0, 13, 26, 39, 52, 65, 78  П by P, script" in shown
    document = json.loads(
        show("inspect", "“" + "a" * 80, "--transliterate", "standard", "--format", "json")
    )
    assert document["alphabet"] == "gsm7"
    assert document["transliteration"]["parts_saved"] == 1
    assert document["transliteration"]["replacements"] == [
        {"index": 0, "original": "“", "text": '"', "kind": "typographic"}
    ]


def test_transliterate() -> None:
    """A text is printed with characters replaced: where that saves a part, or always."""
    assert show("transliterate", "“a” – b") == "“a” – b\n"
    assert show("transliterate", "“a” – b", "--always") == '"a" - b\n'
    assert show("transliterate", "Привет", "--by", "russian", "--always") == "Privet\n"
    document = json.loads(show("transliterate", "“" + "a" * 80, "--format", "json"))
    assert (document["parts_before"], document["parts_after"]) == (2, 1)


def test_transliterate_by_a_table_of_ones_own(tmp_path: Path) -> None:
    """A JSON file of characters and what replaces them is a table."""
    table = tmp_path / "table.json"
    table.write_text('{"я": "ja", "«": "<"}', encoding="utf-8")
    assert show("transliterate", "«я", "--table", str(table)) == "«я\n"
    assert show("transliterate", "«я", "--table", str(table), "--always") == "<ja\n"
    table.write_text('{"я": "ж"}', encoding="utf-8")
    done = run("transliterate", "я", "--table", str(table))
    assert done.returncode == 2
    assert b"not in GSM 7 bit" in done.stderr


def test_transliterate_saves_by_the_profile() -> None:
    """What is saved is counted as the provider counts: a euro sign keeps this text in UCS-2."""
    text = "5 € – " + "x" * 80
    assert "-" in show("transliterate", text)
    assert show("transliterate", text, "--profile", "telnyx") == text + "\n"


def test_profiles() -> None:
    """All profiles are listed, and one is told with what is not known."""
    assert "phone_com            Phone.com\n" in show("profiles")
    assert "Smart encoding" in show("profiles", "twilio")
    assert json.loads(show("profiles", "vonage", "--format", "json"))["reference_bits"] == 16
    assert set(json.loads(show("profiles", "--format", "json"))) >= {"standard", "close"}


def test_a_quote_that_may_change_is_expected_not_exact() -> None:
    """Where the provider puts something in later, the total is expected, between two others."""
    deck = str(ROOT / "examples" / "rates.csv")
    options = ["--to", "+447700900123", "--deck", deck, "--at", "2026-12-01", "--profile", "callr"]
    shown = show("quote", "a" * 151 + "%STOPNUM%", *options)
    assert "Total     0.0345 EUR, expected\nBetween   0.0345 EUR and 0.069 EUR\n" in shown
    assert "Total     0.0345 EUR, exact\n" in show("quote", "a" * 151, *options)
