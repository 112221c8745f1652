"""`smscore validate` with a profile or national languages, driven as people drive it.

The law of this file: the expected figures are worked out by hand from the standard and from what
the profile's file says.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROWS = [
    ("+447700900123", "Hello"),
    ("+447700900124", "a" * 305),
    ("+447700900125", "ş" * 71),
    ("+447700900126", "[" * 1601),
]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Write four rows, all of them clean by the standard."""
    path = tmp_path / "campaign.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("to", "text"), *ROWS])
    return path


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `smscore validate` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "smscore", "validate", *arguments],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
        timeout=120,
    )


def validate(campaign: Path, *arguments: str) -> tuple[int, dict[str, Any], list[dict[str, str]]]:
    """Give the exit status, the report, and the annotated rows."""
    folder = campaign.parent
    done = run("campaign.csv", "-o", "out.csv", "--format", "json", *arguments, cwd=folder)
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return done.returncode, json.loads(done.stdout), rows


def test_without_options_the_standard_counts(campaign: Path) -> None:
    """The profile is the standard's, and there is no column of codings."""
    status, report, rows = validate(campaign)
    assert (status, report["profile"], report["problems"]) == (0, "standard", {})
    assert [row["parts"] for row in rows] == ["1", "2", "2", "22"]
    assert "coding" not in rows[0]


def test_a_profile_by_its_name(campaign: Path) -> None:
    """With `--profile twilio` a text past 1600 characters is a problem, and the status is 1."""
    status, report, rows = validate(campaign, "--profile", "twilio")
    assert (status, report["profile"], report["boundary"]) == (1, "twilio", "grapheme")
    assert [row["problem"] for row in rows] == ["", "", "", "over_limit"]
    shown = run("campaign.csv", "--profile", "twilio", cwd=campaign.parent).stdout.decode()
    assert "Profile     Twilio (twilio), at most 1,600 characters" in shown
    assert "         1  over_limit: " in shown


def test_a_profile_by_its_path(campaign: Path) -> None:
    """With `--profile ./mine.toml` its file counts: GSM 7 bit only, and a 16-bit reference."""
    text = 'title = "Mine"\nalphabet = "gsm7"\nreference_bits = 16\n'
    (campaign.parent / "mine.toml").write_text(text, encoding="utf-8")
    status, report, rows = validate(campaign, "--profile", "./mine.toml")
    assert (status, report["profile"], report["reference_bits"]) == (1, "mine", 16)
    # 305 septets are three parts of 152; 1601 escape pairs are 22 of 76 pairs.
    assert [row["parts"] for row in rows] == ["1", "3", "", "22"]
    assert [row["problem"] for row in rows] == ["", "", "unmappable", ""]
    _, _, rows = validate(campaign, "--profile", "./mine.toml", "--reference-bits", "8")
    assert [row["parts"] for row in rows] == ["1", "2", "", "22"]


def test_languages_by_their_names(campaign: Path) -> None:
    """With `--language tr` a Turkish text is GSM 7 bit, and a column says in which coding."""
    for name in ("tr", "turkish", "all"):
        status, report, rows = validate(campaign, "--language", name)
        assert (status, report["languages"][0], report["alphabets"]) == (0, "turkish", {"gsm7": 4})
        codings = ["gsm7", "gsm7", "gsm7 with locking Turkish", "gsm7"]
        assert [row["coding"] for row in rows] == codings
        assert rows[2]["parts"] == "1"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--profile", "twillio"), "there is no such profile"),
        (("--profile", "absent.toml"), "absent.toml: it cannot be read"),
        (("--language", "klingon"), "klingon"),
        (("--reference-bits", "7"), "'7' is not one of '8', '16'"),
        (("--boundary", "word"), "'word' is not one of 'code_point', 'grapheme'"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(
    campaign: Path, arguments: tuple[str, str], says: str
) -> None:
    """The status is 2, and nothing is written."""
    done = run("campaign.csv", "-o", "out.csv", *arguments, cwd=campaign.parent)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()
    assert not (campaign.parent / "out.csv").exists()
