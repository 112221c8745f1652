"""What the commands about one text do with one that cannot be sent, and with a provider's table.

The law of this file: with JSON asked for, standard output is one document, whatever happens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("click")
pytest.importorskip("rich")


def run(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    """Run `smscore`, its streams UTF-8."""
    return subprocess.run(
        [sys.executable, "-m", "smscore", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["a" * 39016], "more than 255 parts"),
        (["я", "--coding", "gsm7"], "U+044F"),
        (["a" * 1601, "--profile", "twilio"], "at most 1600 characters"),
    ],
)
def test_inspect_tells_a_fault_in_its_one_document(arguments: list[str], fault: str) -> None:
    """A text that cannot be sent is status 1: a line of error, and its inspection as JSON."""
    done = run("inspect", *arguments, "--format", "json")
    assert done.returncode == 1
    assert fault in json.loads(done.stdout)["fault"]
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("smscore: ")
    assert fault in line
    plain = run("inspect", *arguments)
    assert (plain.returncode, plain.stderr) == (1, done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="arguments are characters there")
@pytest.mark.parametrize("command", ["inspect", "encode"])
def test_an_argument_that_is_not_utf_8(command: str) -> None:
    """Octets that are no characters are told by their place; JSON stays ASCII and one document."""
    done = run(command, b"a\xff", "--format", "json")
    assert done.returncode == 1
    document = json.loads(done.stdout.decode("ascii"))
    told = document["fault"] if command == "inspect" else document["error"]["message"]
    assert told.startswith("character 1 is the lone surrogate U+DCFF")


def test_septets_are_of_what_is_sent() -> None:
    """Septets are of the text as the provider sends it, with its characters replaced."""
    # TS 23.038, 6.2.1: a is 0x61 and the quotation mark 0x22.
    assert run("encode", "a\u201c", "--profile", "twilio_smart", "--septets").stdout == b"6122\n"
    done = run("encode", "a^", "--profile", "callr_gsm", "--septets")
    assert done.returncode == 1
    assert b"character 1, U+005E" in done.stderr


def test_septets_of_a_coding_and_languages() -> None:
    """A coding and languages are not mixed for septets either."""
    done = run("encode", "a", "--septets", "--coding", "gsm7", "--language", "tr")
    assert done.returncode == 2
    assert b"not both" in done.stderr
