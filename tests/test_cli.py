"""The command line, driven as a process, as people and scripts drive it.

The law of this file: what is checked is what a caller sees: the exit status, standard output,
standard error and files.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from smscore import _kernel

CURLY = "It’s on its way"
TO = "+447700900123"


def run(
    *arguments: str, stdin: bytes = b"", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run `smscore` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "smscore", *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
        timeout=120,
    )


@pytest.fixture(params=["pure", "auto"])
def kernel_name(request: pytest.FixtureRequest) -> str:
    """Name the kernel that the process is told to use: the pure one, or the best there is."""
    return str(request.param)


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    """Write a deck of two countries."""
    path = tmp_path / "deck.csv"
    path.write_text("country,price,currency\nGB,0.04,GBP\nFR,0.05,GBP\n", encoding="utf-8")
    return path


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Write five rows, of which two have a problem."""
    path = tmp_path / "campaign.csv"
    path.write_text(
        "to,text\n+447700900123,Hello\n+33639980123,Déjà vu – vite\n+447700900123,Hello\n"
        "12345,Hello\n+447700900124," + "x" * 161 + "\n",
        encoding="utf-8",
    )
    return path


def test_version_names_the_kernel(kernel_name: str) -> None:
    """`--version` tells which kernel runs."""
    done = run("--version", SMSCORE_KERNEL=kernel_name)
    expected = "pure" if kernel_name == "pure" else _kernel.NAME
    assert done.returncode == 0
    assert f"({expected} kernel)" in done.stdout.decode()


def test_inspect_says_what_forces_ucs2(kernel_name: str) -> None:
    """`inspect` shows the part, the character that forces UCS-2 and its place."""
    done = run("inspect", CURLY, SMSCORE_KERNEL=kernel_name)
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert CURLY in shown
    assert "UCS-2, 1 part, 15 units; 55 units left in it" in shown
    assert "U+2019 RIGHT SINGLE QUOTATION MARK, 1 time: 2" in shown
    assert "\x1b" not in shown


def test_inspect_tells_what_one_more_character_costs() -> None:
    """A full part says that one more character takes a second, and one outside GSM 7 bit more."""
    shown = run("inspect", "x" * 160).stdout.decode()
    assert "One more character: 2 parts." in shown
    assert "One more that GSM 7 bit does not have: 3 parts." in shown


def test_inspect_json_is_one_document(kernel_name: str) -> None:
    """`--format json` prints one JSON document and nothing else."""
    done = run("inspect", "--format", "json", "a" * 161, SMSCORE_KERNEL=kernel_name)
    document = json.loads(done.stdout)
    assert document["alphabet"] == "gsm7"
    assert [(part["start"], part["end"]) for part in document["parts"]] == [(0, 153), (153, 161)]
    assert document["parts_one_unmapped"] == 3
    assert done.stderr == b""


def test_inspect_reads_standard_input() -> None:
    """`-` is standard input, whose last line break does not count, and whose others do."""
    assert b"GSM 7 bit, 1 part, 3 septets" in run("inspect", "-", stdin=b"a\nb\r\n").stdout


def test_inspect_shows_controls_as_signs() -> None:
    """Nothing of a text acts on the terminal: escapes and directions are shown as signs."""
    shown = run("inspect", "a\x1b[31m\u202eb\u200b").stdout.decode()
    assert "␛[31m‹U+202E›b‹U+200B›" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_inspect_colours_on_a_terminal() -> None:
    """On a terminal the parts are coloured, and the character that forces UCS-2 differs."""
    shown = run_on_terminal("inspect", CURLY)
    before, _, after = shown.partition("’")
    assert "\x1b[" in before
    assert after.startswith("\x1b[0m")


def test_inspect_refuses_octets_that_are_no_text() -> None:
    """Octets that are not UTF-8 are refused, with their place, not a traceback."""
    done = run("inspect", "-", stdin=b"caf\xe9")
    assert done.returncode == 2
    assert done.stderr.decode() == "smscore: standard input: it is not UTF-8: octet 3 is 0xE9\n"
    assert done.stdout == b""


def test_quote_prices(deck: Path, kernel_name: str) -> None:
    """`quote` multiplies the parts by the rate of the number's country."""
    arguments = ("quote", "x" * 161, "--to", TO, "--deck", str(deck), "--at", "2026-12-01")
    done = run(*arguments, "--format", "json", SMSCORE_KERNEL=kernel_name)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert (document["parts"], document["total"], document["currency"]) == (2, "0.08", "GBP")
    assert document["day"] == "2026-12-01"
    assert TO not in done.stdout.decode()
    shown = run(*arguments, SMSCORE_KERNEL=kernel_name).stdout.decode()
    assert "0.08 GBP, exact" in shown
    assert document["id"] in shown


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("quote", "x", "--to", "123", "--deck", "DECK"), 1, 'does not begin with "+"'),
        (("quote", "x", "--to", "+12025550123", "--deck", "DECK"), 1, "no rate"),
        (("quote", "x", "--to", TO, "--deck", "absent.csv"), 2, "does not exist"),
        (("quote", "x", "--to", TO, "--deck", "CAMPAIGN"), 2, "line 1: unknown column 'to'"),
        (("quote", "x", "--to", TO, "--deck", "DECK", "--at", "tomorrow"), 2, "is not a day"),
        (("quote", "x", "--deck", "DECK"), 2, "Missing option '--to'"),
        (("validate", "absent.csv"), 2, "absent.csv: No such file or directory"),
        (("validate", "CAMPAIGN", "--region", "XX"), 2, "'XX' is not an ISO 3166-1 country"),
        (("validate", "CAMPAIGN", "--max-parts", "0"), 2, "is not in the range 1<=x<=255"),
        (("validate", "CAMPAIGN", "--text-column", "nope"), 2, "there is no column 'nope'"),
        (("validate", "CAMPAIGN", "-o", "absent/out.csv"), 2, "there is no such folder"),
        (("validate", "CAMPAIGN", "-o", "CAMPAIGN"), 2, "it is the file that is read"),
        (("validate", "CAMPAIGN", "DECK", "-o", "CAMPAIGN"), 2, "must be a folder"),
        (("validate", "CAMPAIGN", "-o", "-"), 2, "written to a file"),
        (("validate", "CAMPAIGN", "-o", "out.xlsx"), 2, ".xlsx is not written"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_status(
    arguments: tuple[str, ...], status: int, message: str, deck: Path, campaign: Path
) -> None:
    """A fault of the message is status 1, one of usage 2; the last line says what is wrong."""
    places = {"DECK": str(deck), "CAMPAIGN": str(campaign)}
    done = run(*(places.get(word, word) for word in arguments), cwd=deck.parent)
    assert done.returncode == status
    assert message in done.stderr.decode().splitlines()[-1]
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_an_error_is_json_where_json_is_asked_for(deck: Path) -> None:
    """With `--format json` an error is a document too, and holds no phone number."""
    done = run("quote", "x", "--to", "+12025550123", "--deck", str(deck), "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["type"] == "NoRate"
    assert b"2025550123" not in done.stdout + done.stderr


def test_validate_annotates_and_reports(
    campaign: Path, deck: Path, tmp_path: Path, kernel_name: str
) -> None:
    """`validate` writes every row with what was found, reports, and exits with 1 for problems."""
    out = tmp_path / "out.csv"
    done = run(
        *("validate", str(campaign), "--deck", str(deck), "-o", str(out), "--format", "json"),
        SMSCORE_KERNEL=kernel_name,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert (report["rows"], report["clean_rows"]) == (5, 3)
    assert report["problems"] == {"bad_number": 1, "duplicate": 1}
    assert report["alphabets"] == {"gsm7": 4, "ucs2": 1}
    assert report["total"] == {"GBP": "0.21"}
    assert report["total_clean"] == {"GBP": "0.17"}
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["parts"] for row in rows] == ["1", "1", "1", "1", "2"]
    assert [row["problem"] for row in rows] == ["", "", "duplicate", "bad_number", ""]
    assert sum(Decimal(row["price"] or 0) for row in rows) == Decimal("0.21")


def test_validate_of_clean_rows_is_clean(tmp_path: Path, deck: Path) -> None:
    """Without a problem the status is 0; from standard input the source is named as that."""
    done = run("validate", "-", "--deck", str(deck), stdin=f"to,text\n{TO},Hello\n".encode())
    assert done.returncode == 0
    assert "standard input: 1 row\n" in done.stdout.decode()
    assert not list(tmp_path.glob(".*"))


def test_validate_takes_several_files_as_one_run(campaign: Path, deck: Path) -> None:
    """A duplicate is one across all files; each annotated file goes to the folder by its name."""
    second = campaign.with_name("second.csv")
    second.write_text(f"to,text\n{TO},Hello\n", encoding="utf-8")
    folder = campaign.with_name("out")
    folder.mkdir()
    done = run(
        *("validate", str(campaign), str(second), "--deck", str(deck)),
        *("-o", str(folder), "--format", "json"),
    )
    report = json.loads(done.stdout)
    assert report["problems"]["duplicate"] == 2
    assert [source["rows"] for source in report["sources"]] == [5, 1]
    assert {path.name for path in folder.iterdir()} == {"campaign.csv", "second.csv"}


def test_max_parts_is_a_limit(campaign: Path) -> None:
    """A row of more parts than `--max-parts` has a problem."""
    document = json.loads(
        run("validate", str(campaign), "--max-parts", "1", "--format", "json").stdout
    )
    assert document["problems"]["too_many_parts"] == 1


def test_progress_is_drawn_on_a_terminal_only(campaign: Path) -> None:
    """A long file has a progress bar with its rows a second on a terminal, none in a pipe."""
    with campaign.open("a", encoding="utf-8") as file:
        file.writelines(f"+447700900{i % 1000:03},Row {i} {'x' * 90}\n" for i in range(20_000))
    piped = run("validate", str(campaign))
    assert piped.stderr == b""
    shown = run_on_terminal("validate", str(campaign))
    assert "rows/s" in shown
    assert "20,005 rows" in shown


def test_a_missing_extra_is_one_line(campaign: Path, tmp_path: Path) -> None:
    """Where pyarrow or click is not installed, one line says what to install."""
    for package, words in (("pyarrow", "smscore[bulk]"), ("click", "smscore[cli]")):
        hidden = tmp_path / package
        hidden.mkdir()
        fault = f"raise ModuleNotFoundError('No module named {package}', name='{package}')"
        (hidden / f"{package}.py").write_text(fault, encoding="utf-8")
        done = run("validate", str(campaign), PYTHONPATH=str(hidden))
        assert done.returncode == 2
        [line] = done.stderr.decode().splitlines()
        assert f"pip install '{words}'" in line


def test_a_reader_that_stops_is_no_error() -> None:
    """Writing to a pipe that nobody reads any more ends without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "smscore", "inspect", "x" * 30_000],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interruption_at_any_moment_has_its_status(
    tmp_path: Path, name: str, status: int
) -> None:
    """Wherever a run is when it is interrupted, it cleans up and says so by its status."""
    source = tmp_path / "long.csv"
    with source.open("w", encoding="utf-8") as file:
        file.write("to,text\n")
        file.writelines(f"+44770090{i % 10_000:04},Row {i} {'x' * 90}\n" for i in range(800_000))
    for turn in range(6):
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "smscore",
                "validate",
                str(source),
                "-o",
                str(tmp_path / "o.csv"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".*.partial")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.03 * turn)
        process.send_signal(getattr(signal, name))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == status, errors.decode()
        assert b"Traceback" not in errors
        assert b"terminate called" not in errors
        assert {path.name for path in tmp_path.iterdir()} == {"long.csv"}


def test_help_names_every_command() -> None:
    """`--help` works for the group and for each command that it names."""
    listed = run("--help").stdout.decode()
    for command in (
        "alphabet",
        "decode",
        "encode",
        "inspect",
        "profiles",
        "quote",
        "transliterate",
        "validate",
    ):
        assert f"  {command} " in listed
        assert run(command, "--help").returncode == 0


def run_on_terminal(*arguments: str) -> str:
    """Run `smscore` with a terminal for its output and errors; give all that it showed."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals to open here")
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "smscore", *arguments],
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "PYTHONUTF8": "1"},
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            octets = os.read(leader, 65536)
        except OSError:
            break
        if not octets:
            break
        shown += octets
    process.wait(timeout=60)
    os.close(leader)
    return shown.decode()
