"""What the commands about one text do with one that cannot be sent, and with a provider's table.

The law of this file: with JSON asked for, standard output is one document, whatever happens.
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


def run(*arguments: str | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `smscore`, its streams UTF-8."""
    return subprocess.run(
        [sys.executable, "-m", "smscore", *arguments],
        input=stdin,
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
    assert b"--language" in done.stderr
    assert b"--coding" in done.stderr


def run_with(redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run `smscore` in a shell that redirects one of its streams."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m smscore "$@" {redirection}', sys.executable, *arguments],
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(os.name == "nt", reason="a shell there has no such redirections")
@pytest.mark.parametrize(
    ("redirection", "arguments", "said"),
    [
        ("<&-", ("inspect", "-"), b"standard input: it is closed"),
        (">&-", ("inspect", "a"), b"standard output is closed"),
        (">&-", ("inspect", "a", "--format", "json"), b"standard output is closed"),
        (">&-", ("encode", "a"), b"standard output is closed"),
        (">/dev/full", ("encode", "a"), b"No space left"),
        (">/dev/full", ("inspect", "a", "--format", "json"), b"No space left"),
        (">/dev/full", ("decode", "00ff00", "--nope", "--format", "json"), b"No such option"),
    ],
)
def test_streams_that_cannot_be_used(
    redirection: str, arguments: tuple[str, ...], said: bytes
) -> None:
    """A closed or full stream is a line on standard error and status 2, not a traceback."""
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = run_with(redirection, *arguments)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspect", "a", "--nope"], "No such option"),
        (["inspect", "a", "--coding", "ascii"], "'ascii' is not one of"),
        (["encode", "a", "--language", "all", "--language", "nope"], "'nope' is not one of the"),
        (["encode", "a", "--septets", "--ussd"], "give one of both"),
        (["encode", "a", "--language", "tr", "--single", "tr"], "--language, not both"),
        (["decode", "00", "--septets", "--ussd"], "give one of both"),
        (["decode", "00", "--strict"], "give --septets or --ussd"),
        (["decode", "-"], "standard input has no octets"),
        (["decode", "00", "--dcs", "latin1"], "nor gsm7 or ucs2"),
    ],
)
def test_a_wrong_use_is_json_too(arguments: list[str], said: str) -> None:
    """What is wrong with the options is told in the one document, and in words; status 2."""
    done = run(*arguments, "--format", "json")
    assert done.returncode == 2
    assert said in json.loads(done.stdout)["error"]["message"]
    assert said in done.stderr.decode().splitlines()[-1]
    plain = run(*arguments)
    assert (plain.returncode, plain.stdout, plain.stderr) == (2, b"", done.stderr)


@pytest.mark.parametrize("dcs", ["0x08", "8", "ucs2", "UCS2"])
def test_decode_by_the_name_of_an_alphabet(dcs: str) -> None:
    """A data coding scheme may be an alphabet's name."""
    assert run("decode", "--dcs", dcs, "044f").stdout.decode() == "я\n"


def test_quote_with_a_coding() -> None:
    """A price can be that of a forced alphabet; a text may begin with a dash after --."""
    to = ["--to", "+447700900123", "--deck", str(ROOT / "examples" / "rates.csv")]
    parts = {
        coding: json.loads(
            run("quote", *to, "--format", "json", "--coding", coding, "--", "-" * 100).stdout
        )["parts"]
        for coding in ("gsm7", "ucs2")
    }
    # TS 23.040, 9.2.3.24: 160 septets in one part, 67 units in each of several.
    assert parts == {"gsm7": 1, "ucs2": 2}
    both = run("quote", *to, "--coding", "gsm7", "--language", "tr", "a")
    assert both.returncode == 2
    assert b"--language, not both" in both.stderr


@pytest.mark.parametrize("words", [(), ("encode",), ("quote",)])
def test_help_tells_of_the_two_dashes(words: tuple[str, ...]) -> None:
    """Help says how to give a text that begins with a dash."""
    assert "dash comes last, after --" in " ".join(run(*words, "--help").stdout.decode().split())
