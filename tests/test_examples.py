"""The examples: they do what they say, each in a process of its own.

The law of this file: an example is run as a reader would run it, and is held to the checks that the
sources are held to.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_house import check

pytest.importorskip("uvicorn")

PROGRAM = ROOT / "examples" / "send_campaign.py"

CAMPAIGN = """\
id,phone,message
1,+33639980001,Ouverture
2,+33639980002,Ouverture
3,+33 6 39 98 00 01,Ouverture
4,+12025550122,Doors open at 7
5,1234,Doors open at 7
6,+18765550142,Doors open at 7
7,+33639980003,
8,+33639989995,Ouverture
9,+33639980004,Ouverture
"""
"""Row 3 is the message of row 1; 5 has no number, 6 no rate, 7 no text; 8 the provider refuses."""

DECK = "country,price,currency\nFR,0.06,EUR\nUS,0.01,EUR\n"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the program over the campaign, with the journal of the folder."""
    (folder / "campaign.csv").write_text(CAMPAIGN, encoding="utf-8")
    (folder / "deck.csv").write_text(DECK, encoding="utf-8")
    named = [str(folder / "campaign.csv"), "--deck", str(folder / "deck.csv")]
    return subprocess.run(
        [sys.executable, str(PROGRAM), *named, "--journal", str(folder / "sent.db"), *options],
        capture_output=True,
        text=True,
        check=False,
    )


def arrived(done: subprocess.CompletedProcess[str]) -> int:
    """Tell how many messages arrived, as the sandbox's handsets say."""
    assert done.returncode == 0, done.stderr
    [count] = re.findall(r"^(\d+) messages arrived$", done.stdout, flags=re.MULTILINE)
    return int(count)


def test_a_campaign_is_sent_once(tmp_path: Path) -> None:
    """A pilot, the rest, and once more: each message arrives once, and nothing is lost."""
    assert arrived(run(tmp_path, "--limit", "2")) == 2
    done = run(tmp_path)
    assert arrived(done) == 2
    assert "'sent before': 3, 'accepted': 2, 'rejected': 1" in done.stdout
    assert "{'InvalidNumber': 1, 'NoRate': 1, 'NotAllowed': 1}" in done.stdout
    again = run(tmp_path)
    assert arrived(again) == 0
    assert "{'sent before': 6}" in again.stdout
    assert "{'EUR': '0.19'}" in again.stdout


def test_the_guard_stops_a_campaign(tmp_path: Path) -> None:
    """What the run may cost at most is kept over all starts: 0.13 EUR are two of 0.06 and one."""
    assert arrived(run(tmp_path, "--max-total", "0.13 EUR", "--limit", "2")) == 2
    done = run(tmp_path, "--max-total", "0.13 EUR")
    assert arrived(done) == 1
    assert "'not_sent': 2" in done.stdout
    assert "{'EUR': '0.13'}" in done.stdout


@pytest.mark.house
def test_types_of_the_examples() -> None:
    """mypy, strict, finds nothing in the programs."""
    check("mypy", "--strict", *map(str, (ROOT / "examples").glob("*.py")))


@pytest.mark.house
def test_the_program_is_short() -> None:
    """It has at most 80 lines, so that it is read."""
    assert len(PROGRAM.read_text(encoding="utf-8").splitlines()) <= 80
