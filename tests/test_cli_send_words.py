"""In which words `smscore send` refuses: those of the command line, and with which status.

The law of this file: an option that cannot be used is status 2 and is named as it is given; what is
wrong with a message is status 1, whatever the provider is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_sending import Desk, address, read, write_campaign

from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")

VOIP, TWO_WAY = "voip_communications", "mode=two_way"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve all providers."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("provider", "arguments", "words"),
    [
        ("callr", ("--sender", "SMS\nSMS"), "--sender: "),
        ("callr", ("--sender", "TwelveLetter"), "--sender: "),
        ("phone_com", ("--sender", "nobody"), "--sender: "),
        (VOIP, ("--option", "mode=bulk", "--sender", "+12025550123"), "--option mode=two_way"),
        (VOIP, (), "--option mode=bulk"),
        (VOIP, ("--option", TWO_WAY, "--option", "delivery_date=2031-05-04T13:30"), "no zone"),
        (
            VOIP,
            (
                *("--option", TWO_WAY, "--option", "account_zone=America/New_York"),
                *("--option", "delivery_date=2021-05-04T13:30+00:00"),
            ),
            "--option delivery_date: it is past",
        ),
        (
            VOIP,
            ("--option", TWO_WAY, "--option", "delivery_date=2031-05-04T13:30+00:00"),
            "--option account_zone=",
        ),
        ("close", ("--option", "date_scheduled=2021-05-04T13:30+00:00"), "date_scheduled: it is"),
        ("phone_com", ("--option", "send_at=2031-05-04T13:30+00:00"), "no scheduled messages"),
        ("phone_com", ("--option", "recipients_per_request=5"), "--option allow_bulk=true"),
        ("phone_com", ("--base-url", "http://example.org"), "--base-url: "),
        ("phone_com", ("--base-url", "http://example.org"), "--option allow_http=true"),
    ],
)
@pytest.mark.parametrize("whole_file", [False, True])
def test_an_option_that_cannot_be_used_is_status_2(
    sandbox: Sandbox,
    tmp_path: Path,
    provider: str,
    arguments: tuple[str, ...],
    words: str,
    whole_file: bool,
) -> None:
    """It is told by the option's name, for one text and for a file, and nothing is sent."""
    desk = Desk(sandbox, tmp_path, provider)
    path = write_campaign(tmp_path, 2)
    what = (str(path),) if whole_file else ("Hello", "--to", address(1))
    done = desk.send(*what, *arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert sandbox.ledger == []


@pytest.mark.parametrize("provider", ["phone_com", VOIP, "close"])
def test_no_sender_is_status_2(sandbox: Sandbox, tmp_path: Path, provider: str) -> None:
    """A sender that is needed and not given is asked for by the option."""
    desk = Desk(sandbox, tmp_path, provider)
    desk.address = {**desk.address, "local_phone": "", "from": ""}
    product = ("--option", TWO_WAY) if provider == VOIP else ()
    done = desk.run(
        *("send", "Hello", "--to", address(1), "--provider", provider),
        *("--deck", str(desk.deck), *product),
    )
    assert done.returncode == 2
    assert b"--sender: " in done.stderr


def test_what_a_provider_does_not_carry_is_the_messages_fault(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A number in another country is a row's problem, with the option that allows it: status 1."""
    desk = Desk(sandbox, tmp_path, "close")
    done = desk.try_out("Hello", "--to", address(1), "--format", "json")
    assert done.returncode == 1
    [refused] = read(done)["plan"]["refused"].values()
    assert "--option allow_international=true" in refused["meaning"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("timeout_after", "no answer from 127.0.0.1:{port} in time (--timeout)"),
        ("disconnect", "127.0.0.1:{port} closed the connection without a whole answer"),
    ],
)
def test_a_missing_answer_is_told_in_words(
    sandbox: Sandbox, tmp_path: Path, fault: str, words: str
) -> None:
    """Why there was no answer is said with the host, and not by the name of a program's error."""
    desk = Desk(sandbox, tmp_path)
    sandbox.set_faults({fault: 1.0}, hold_seconds=2)
    done = desk.send("Hello", "--to", address(1), "--timeout", "0.5")
    assert done.returncode == 5
    assert words.format(port=sandbox.port) in done.stdout.decode()
    assert b"ReadTimeout" not in done.stdout
    assert b"RemoteProtocolError" not in done.stdout


def test_a_journal_that_is_another_programs_is_said_first(sandbox: Sandbox, tmp_path: Path) -> None:
    """A text file or another program's database is no journal, whatever its key would be."""
    desk = Desk(sandbox, tmp_path)
    desk.journal.write_text("my notes\n" * 100, encoding="utf-8")
    done = desk.send("Hello", "--to", address(1))
    assert (done.returncode, b"no journal but a file of something else" in done.stderr) == (2, True)
    desk.journal.unlink()
    with sqlite3.connect(desk.journal) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    before = desk.journal.read_bytes()
    done = desk.send("Hello", "--to", address(1))
    assert (done.returncode, b"no journal but a file of something else" in done.stderr) == (2, True)
    assert desk.journal.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"rates.csv", "sent.db"}


def test_the_wrong_key_is_named_by_its_variable(sandbox: Sandbox, tmp_path: Path) -> None:
    """A key that is not the journal's is told by the variable that has it."""
    desk = Desk(sandbox, tmp_path)
    one, other = ({"SMSCORE_JOURNAL_KEY": each * 20} for each in "ab")
    assert desk.send("Hello", "--to", address(1), variables=one).returncode == 0
    done = desk.send("Hello", "--to", address(1), variables=other)
    assert done.returncode == 2
    assert b"SMSCORE_JOURNAL_KEY is not that one" in done.stderr
