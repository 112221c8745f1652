"""`smscore reconcile` as a process: doubts settled, and what was quoted against what was billed.

The law of this file: nothing is sent by it, and what the provider's records do not hold is not made
up.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_sending import Desk, address, read, wait_until, write_campaign
from test_cli import run_on_terminal

from smscore.send.journal import Journal
from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give commands a sandbox to ask."""
    with Sandbox(providers=["phone_com"]) as sandbox:
        yield Desk(sandbox, tmp_path)


def test_a_message_that_arrived_is_settled(desk: Desk, tmp_path: Path) -> None:
    """A message without an answer, that the provider has, is accepted afterwards: status 0."""
    path = write_campaign(tmp_path, 3)
    desk.sandbox.set_faults(script=[None, "error_after", None])
    assert desk.send(str(path)).returncode == 5
    done = desk.reconcile("--format", "json", "--grace", "0")
    document = read(done)
    assert done.returncode == 0, done.stdout.decode()
    assert document["asked"] is True
    assert [(each["before"], each["after"]) for each in document["changes"]] == [
        ("unknown", "accepted")
    ]
    assert (document["states"]["accepted"], document["unresolved"]) == (3, [])
    assert desk.send(str(path)).returncode == 0
    assert desk.delivered() == {address(each): 1 for each in range(3)}
    desk.check_nothing_told()


def test_what_nobody_knows_stays_in_doubt(desk: Desk, tmp_path: Path) -> None:
    """A message that the provider may have lost, and has no record of, is status 5."""
    path = write_campaign(tmp_path, 2)
    desk.sandbox.set_faults(script=["error_before", None])
    assert desk.send(str(path)).returncode == 5
    done = desk.reconcile()
    assert done.returncode == 5
    assert b"in doubt: 1" in done.stdout
    assert desk.delivered() == {address(1): 1}
    assert desk.send(str(path)).returncode == 5
    assert desk.delivered() == {address(1): 1}
    desk.check_nothing_told()


def test_a_report_only_asks_nobody(desk: Desk, tmp_path: Path) -> None:
    """With `--report-only` no request is made and no credential is needed."""
    path = write_campaign(tmp_path, 2)
    desk.sandbox.set_faults(script=["error_after", None])
    assert desk.send(str(path)).returncode == 5
    before = desk.sandbox.requests
    done = desk.run(
        *("reconcile", "--journal", str(desk.journal), "--provider", "phone_com"),
        *("--report-only", "--format", "json"),
        variables=dict.fromkeys(desk.credentials),
    )
    document = read(done)
    assert done.returncode == 5
    assert (document["asked"], document["states"]["unknown"]) == (False, 1)
    assert desk.sandbox.requests == before


def test_what_was_billed_otherwise_is_status_1(tmp_path: Path) -> None:
    """Where the provider told another price than was quoted, each difference is shown."""
    with Sandbox(providers=["voip_communications"]) as sandbox:
        desk = Desk(sandbox, tmp_path, "voip_communications")
        product = ("--option", "mode=two_way", "--option", "currency=EUR")
        path = write_campaign(tmp_path, 2)
        sent = read(desk.send(str(path), *product, "--format", "json"))
        billed = sent["sending"]["reported"]["EUR"]
        done = desk.reconcile(*product, "--format", "json")
        document = read(done)
        [total] = document["totals"]
        assert done.returncode == 1
        assert (total["expected"], total["billed"]) == ("0.08", billed)
        assert document["variance_counts"]["rate"] + document["variance_counts"]["parts"] == 2
        assert b"variances: 2" in desk.reconcile(*product).stdout
        desk.check_nothing_told()


def test_the_bill_of_each_message_is_a_file(desk: Desk, tmp_path: Path) -> None:
    """With `-o` each message has a row, named by its row of the campaign, without its number."""
    path = write_campaign(tmp_path, 3)
    assert desk.send(str(path)).returncode == 0
    out = tmp_path / "bills.csv"
    done = desk.reconcile("-o", str(out))
    assert done.returncode == 0, done.stderr.decode()
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["row 1", "row 2", "row 3"]
    assert {(row["state"], row["quoted"], row["country"]) for row in rows} == {
        ("accepted", "0.04", "GB")
    }
    assert b"GB              3             3" in done.stdout
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []
    assert address(1)[1:] not in out.read_text(encoding="utf-8")
    desk.check_nothing_told()


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("-", "give its name"),
        ("nowhere/bills.csv", "no such folder"),
        ("sent.db", "the journal's own"),
        ("sent.db.key", "the journal's own"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_first(desk: Desk, out: str, message: str) -> None:
    """Where no bills can go is said before the provider is asked, and the journal is left alone."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    journal, requests = desk.journal.read_bytes(), desk.sandbox.requests
    done = desk.reconcile("-o", out)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert (desk.journal.read_bytes(), desk.sandbox.requests) == (journal, requests)


def test_a_file_that_is_there_is_kept_until_the_new_one_is_whole(
    desk: Desk, tmp_path: Path
) -> None:
    """If the provider refuses to be asked, the file of the last time is still what it was."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    out = tmp_path / "bills.csv"
    out.write_text("the last time", encoding="utf-8")
    name = "SMSCORE_PHONE_COM_ACCESS_TOKEN"
    done = desk.run(
        *("reconcile", "--journal", str(desk.journal), "--provider", "phone_com", "-o", str(out)),
        *("--base-url", desk.address["base_url"]),
        variables={name: "not-the-token"},
    )
    assert (done.returncode, out.read_text(encoding="utf-8")) == (4, "the last time")


def test_one_run_is_reconciled_alone(desk: Desk, tmp_path: Path) -> None:
    """With `--run` the report is of that run."""
    assert desk.send(str(write_campaign(tmp_path, 3))).returncode == 0
    assert desk.send("Hello", "--to", address(9), "--run", "alone").returncode == 0
    document = read(desk.reconcile("--run", "alone", "--format", "json"))
    assert (document["run"], document["states"]["accepted"]) == ("alone", 1)


def test_a_time_is_reconciled_alone(desk: Desk) -> None:
    """With `--since` and `--until` the report is of that time, and strangers of it are told."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    # Somebody else sends by the same account, as another journal does.
    stranger = desk.journal.rename(desk.folder / "stranger.db")
    Path(f"{desk.journal}.key").rename(f"{stranger}.key")
    assert desk.send("Hello", "--to", address(2)).returncode == 0
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=1), today + timedelta(days=2)
    done = desk.reconcile("--since", f"{first}", "--until", f"{last}", "--format", "json")
    document = read(done)
    assert (done.returncode, document["states"]["accepted"]) == (1, 1)
    assert (len(document["extra"]), document["variance_counts"]["extra"]) == (1, 1)
    assert document["since"] == f"{first}T00:00:00+00:00"
    done = desk.reconcile("--until", f"{first}T00:00+01:00", "--report-only", "--format", "json")
    assert (done.returncode, read(done)["states"]["accepted"]) == (0, 0)
    desk.check_nothing_told()


def test_another_base_url_is_status_4(desk: Desk, tmp_path: Path) -> None:
    """Where the messages went by way of another base URL nobody is asked, and that is said."""
    assert desk.send(str(write_campaign(tmp_path, 2))).returncode == 0
    before, host = desk.sandbox.requests, desk.address["base_url"].split("/")[2]
    arguments = ("reconcile", "--journal", str(desk.journal), "--provider", "phone_com")
    for elsewhere in ((), ("--base-url", "http://127.0.0.1:9/private")):
        done = desk.run(*arguments, *elsewhere)
        told = done.stdout.decode()
        assert done.returncode == 4
        assert f"all 2 messages went by way of {host}, not of " in told
        assert "give the --base-url that they were sent with" in told
        assert "private" not in told
    assert desk.sandbox.requests == before
    assert desk.reconcile().returncode == 0
    desk.check_nothing_told()


def test_a_provider_that_refuses_is_status_4(desk: Desk) -> None:
    """Credentials that the provider does not know are status 4, and nothing is changed."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    name = "SMSCORE_PHONE_COM_ACCESS_TOKEN"
    done = desk.run(
        *("reconcile", "--journal", str(desk.journal), "--provider", "phone_com"),
        *("--base-url", desk.address["base_url"]),
        variables={name: "not-the-token"},
    )
    assert done.returncode == 4
    assert b"HTTP 401" in done.stderr
    desk.check_nothing_told("not-the-token")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--journal", "absent.db"), "absent.db' does not exist"),
        (("--grace", "-1"), "is not in the range"),
        (("--option", "access_token=hunter2"), "is a credential"),
        (("--since", "november"), "neither a day such as 2026-11-01"),
        (("--until", "2026-11-01T12:00"), "a time with a zone"),
        (("--since", "2026-11-02", "--until", "2026-11-02"), "later than --since"),
    ],
)
def test_what_cannot_be_used_is_status_2(
    desk: Desk, arguments: tuple[str, ...], message: str
) -> None:
    """A wrong option is status 2, and shows no credential."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    done = desk.reconcile(*arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    desk.check_nothing_told("hunter2")


def test_a_missing_credential_is_named(desk: Desk) -> None:
    """Asking needs credentials: what is missing is named."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    done = desk.run(
        *("reconcile", "--journal", str(desk.journal), "--provider", "phone_com"),
        variables={"SMSCORE_PHONE_COM_ACCESS_TOKEN": None},
    )
    assert done.returncode == 2
    assert b"set SMSCORE_PHONE_COM_ACCESS_TOKEN in" in done.stderr


def test_what_the_journal_does_not_have_is_status_2(desk: Desk) -> None:
    """A run or a provider that is not in the journal is refused, and those that are are named."""
    assert desk.send("Hello", "--to", address(1), "--run", "spring").returncode == 0
    assert desk.send("Hello", "--to", address(1), "--run", "summer").returncode == 0
    done = desk.reconcile("--run", "nosuch", "--report-only")
    assert done.returncode == 2
    assert b"it has spring, summer" in done.stderr
    done = desk.run("reconcile", "--journal", str(desk.journal), "--provider", "close")
    assert done.returncode == 2
    assert b"no messages of close: it has those of phone_com" in done.stderr
    with Journal(desk.folder / "empty.db"):
        pass
    done = desk.run(
        *("reconcile", "--journal", "empty.db", "--provider", "phone_com", "--report-only")
    )
    assert done.returncode == 2
    assert b"no messages" in done.stderr


def test_what_matters_for_sending_need_not_be_said(tmp_path: Path) -> None:
    """The product of a message is no matter of asking: reconciling does without it."""
    with Sandbox(providers=["voip_communications"]) as sandbox:
        desk = Desk(sandbox, tmp_path, "voip_communications")
        assert desk.send("Hello", "--to", address(1), "--option", "mode=two_way").returncode == 0
        assert b"1 accepted" in desk.reconcile().stdout


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
def test_an_interruption_says_what_it_leaves(desk: Desk) -> None:
    """Interrupted, it says that what was learnt is kept, and nothing of a file in hand."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    desk.sandbox.set_faults(timeout_before=1.0, hold_seconds=60, on="all")
    before = sum(desk.sandbox.requests["phone_com"].values())
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "smscore", "reconcile", "--journal", str(desk.journal)),
            *("--provider", "phone_com", "--base-url", desk.address["base_url"]),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=desk.environment(),
    )
    wait_until(lambda: sum(desk.sandbox.requests["phone_com"].values()) > before)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"the journal has what was learnt by then" in errors
    assert b"file in hand" not in errors
    assert b"Traceback" not in errors


def test_progress_is_drawn_on_a_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it is drawn how often the provider was asked, and about how many messages."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    desk.sandbox.set_faults(slow=1.0, slow_seconds=0.3, on="all")
    for name, value in desk.credentials.items():
        monkeypatch.setenv(name, value)
    shown = run_on_terminal(
        *("reconcile", "--journal", str(desk.journal), "--provider", "phone_com"),
        *("--base-url", desk.address["base_url"]),
    )
    assert "asked 1 times about 1 messages" in shown


def test_a_provider_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    """Where nobody answers, the host is named and no name of a program's error is shown."""
    with Sandbox(providers=["phone_com"]) as sandbox:
        desk = Desk(sandbox, tmp_path)
        sandbox.set_faults(error_after=1.0)
        assert desk.send("Hello", "--to", address(1)).returncode == 5
        port = sandbox.port
    done = desk.reconcile()
    assert done.returncode == 5
    assert f"no connection to 127.0.0.1:{port}".encode() in done.stdout
    assert b"ConnectError" not in done.stdout
