"""The tables: one source, and what is generated from it.

The law of this file: what the tables must hold is typed here as the standard prints it, or read
from facts outside the project, never from the project's own source.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT, SHARED

from smscore import _tables

# 3GPP TS 23.038, clause 6.2.1, column by column; 0x1B, the escape, stands as a space and is left
# out below.
DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = dict(zip("\f^{}\\[~]|€", (10, 20, 40, 41, 47, 60, 61, 62, 64, 101), strict=True))


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """Load the generator, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("gen_tables", ROOT / "tools" / "gen_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_default_alphabet_is_the_standards() -> None:
    """Every septet but the escape has the character that the standard prints."""
    expected = {ord(c): code for code, c in enumerate(DEFAULT) if code != 0x1B}
    assert len(DEFAULT) == 128
    assert expected == _tables.DEFAULT
    assert _tables.ESCAPE == 0x1B


def test_extension_table_is_the_standards() -> None:
    """The ten characters behind the escape have the standard's septets."""
    assert {ord(c): code for c, code in EXTENSION.items()} == _tables.EXTENSION


def test_tables_agree_with_checked_data() -> None:
    """The tables equal a transcription that was checked elsewhere, or the one in this file."""
    for name, table, fallback in (
        (
            "default_alphabet",
            _tables.DEFAULT,
            {ord(c): n for n, c in enumerate(DEFAULT) if n != 27},
        ),
        ("extension", _tables.EXTENSION, {ord(c): n for c, n in EXTENSION.items()}),
    ):
        path = SHARED / "gsm" / f"{name}.json"
        expected = fallback
        if path.is_file():
            entries = json.loads(path.read_text(encoding="utf-8"))["table"]
            expected = {
                int(point.removeprefix("U+"), 16): int(code, 0) for code, point in entries.items()
            }
        assert table == expected


def test_header_says_the_same_as_python() -> None:
    """The C header gives each code point of the BMP the septets that the Python tables imply."""
    header = (ROOT / "src" / "smscore" / "_tables.h").read_text(encoding="utf-8")
    page, septets = (
        [int(number) for number in re.findall(r"\d+", body)]
        for body in re.findall(
            r"smscore_(?:page|septets)\[.*?= \{(.*?)\};", header, flags=re.DOTALL
        )
    )
    assert len(page) == 256
    for point in range(0x10000):
        expected = 1 if point in _tables.DEFAULT else 2 if point in _tables.EXTENSION else 0
        assert septets[page[point >> 8] * 256 + (point & 0xFF)] == expected


def test_what_is_checked_in_is_current() -> None:
    """`--check` finds nothing to write."""
    tool = ROOT / "tools" / "gen_tables.py"
    subprocess.run([sys.executable, str(tool), "--check"], check=True)


def test_check_fails_for_what_is_out_of_date(tmp_path: Path) -> None:
    """`--check` names a generated file that was changed by hand, and exits with 1."""
    for part in ("tools", "tables"):
        shutil.copytree(ROOT / part, tmp_path / part)
    package = tmp_path / "src" / "smscore"
    package.mkdir(parents=True)
    for name in ("_tables.py", "_tables.h"):
        shutil.copy(ROOT / "src" / "smscore" / name, package)
    tool = [sys.executable, str(tmp_path / "tools" / "gen_tables.py")]
    assert subprocess.run([*tool, "--check"], check=False).returncode == 0
    target = package / "_tables.py"
    target.write_text(target.read_text(encoding="utf-8").replace("0x65", "0x66"), encoding="utf-8")
    done = subprocess.run([*tool, "--check"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "_tables.py is out of date" in done.stderr
    assert subprocess.run(tool, check=False, capture_output=True).returncode == 0
    assert subprocess.run([*tool, "--check"], check=False).returncode == 0


@pytest.mark.parametrize(
    ("line", "slip", "fault"),
    [
        ("0x65  U+20AC  EURO SIGN", "0x65  U+20AC  CENT SIGN", "CENT SIGN is not U+20AC"),
        ("0x65  U+20AC  EURO SIGN", "0x65  U+20AC  EUROS SIGN", "EUROS SIGN is no Unicode name"),
        ("0x65  U+20AC  EURO SIGN", "0x65 U+20AC EURO SIGN", "not an entry"),
        ("0x65  U+20AC  EURO SIGN", "0x05  U+20AC  EURO SIGN", "0x05 is out of order"),
        ("0x65  U+20AC  EURO SIGN", "0x65  U+0040  COMMERCIAL AT", "has a code already"),
        ("0x65  U+20AC  EURO SIGN", "0x80  U+20AC  EURO SIGN", "cannot have a character"),
        ("0x1A  U+039E", "0x1B  U+039E", "0x1B cannot have a character"),
        ("0x65  U+20AC  EURO SIGN\n", "", "the standard has"),
    ],
)
def test_a_slip_in_the_source_is_refused(
    generator: ModuleType, line: str, slip: str, fault: str
) -> None:
    """A wrong name, form, order, code or number of entries does not become a table."""
    source = (ROOT / "tables" / "gsm7.txt").read_text(encoding="utf-8")
    assert line in source
    with pytest.raises(generator.SourceError, match=re.escape(fault)):
        generator.read_tables(source.replace(line, slip))
