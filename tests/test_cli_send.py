"""`smscore send` as a process: what a dry run tells, and what goes out when it is asked for.

The law of this file: what was sent is what the handsets of a sandbox received.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_sending import Desk, address, read, write_campaign, write_deck

from smscore.send.journal import Journal
from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give commands a sandbox to send to."""
    with Sandbox(providers=["phone_com"]) as sandbox:
        yield Desk(sandbox, tmp_path)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Write two rows that can be sent, and five that cannot, each for another reason."""
    path = tmp_path / "mixed.csv"
    path.write_text(
        f"to,text\n{address(1)},Hello\n+33639980123,Bonjour\n{address(1)},Hello\n12345,Hello\n"
        f"+12025550123,Hello\n{address(2)},\n{address(3)},a,b\n",
        encoding="utf-8",
    )
    return path


def test_a_dry_run_sends_nothing_and_writes_nothing(desk: Desk, mixed: Path) -> None:
    """Without `--yes` no request leaves and no journal is made, even where one is named."""
    before = {path.name for path in desk.folder.iterdir()}
    done = desk.try_out(str(mixed), "--journal", str(desk.journal), "--max-total", "1")
    assert done.returncode == 1
    assert b"nothing was sent" in done.stdout
    assert desk.sandbox.ledger == []
    assert desk.sandbox.requests in ({}, {"phone_com": {}})
    assert {path.name for path in desk.folder.iterdir()} == before


def test_a_dry_run_says_what_would_leave(desk: Desk, mixed: Path) -> None:
    """It counts requests, recipients, parts and money by country, and the rows that are refused."""
    plan = read(desk.try_out(str(mixed), "--format", "json"))["plan"]
    assert (plan["rows"], plan["requests"], plan["recipients"], plan["parts"]) == (7, 2, 2, 2)
    assert (plan["low"], plan["expected"], plan["high"]) == ("0.09", "0.09", "0.09")
    assert plan["countries"]["FR"]["expected"] == "0.05"
    assert plan["countries"]["GB"]["messages"] == 1
    refused = {reason: each["first_rows"] for reason, each in plan["refused"].items()}
    assert refused == {
        "duplicate": [3],
        "bad_number": [4],
        "no_rate": [5],
        "empty_text": [6],
        "malformed_row": [7],
    }


def test_a_dry_run_of_one_text_shows_its_quote(desk: Desk) -> None:
    """One message is quoted as `smscore quote` does, and the guard's verdict stands below."""
    arguments = ("x" * 161, "--to", address(1), "--max-parts", "1")
    done = desk.try_out(*arguments)
    assert done.returncode == 3
    assert b"0.08 EUR, exact" in done.stdout
    assert b"guard: max_parts (row 1)" in done.stdout
    document = read(desk.try_out(*arguments, "--format", "json"))
    assert (document["quote"]["parts"], document["quote"]["total"]) == (2, "0.08")
    assert document["receipt"] is None


def test_a_dry_run_needs_no_credentials(desk: Desk) -> None:
    """It says which variables are missing, and finds out all else."""
    named = dict.fromkeys(desk.credentials)
    done = desk.try_out("Hello", "--to", address(1), variables=named)
    assert done.returncode == 0
    assert b"SMSCORE_PHONE_COM_ACCESS_TOKEN and SMSCORE_PHONE_COM_ACCOUNT_ID" in done.stdout


def test_each_row_is_sent_once(desk: Desk, mixed: Path) -> None:
    """With `--yes` each row that can be sent is, and never again by the same command."""
    done = desk.send(str(mixed), "--format", "json")
    sent = read(done)
    assert done.returncode == 1
    assert sent["sending"]["outcomes"] == {
        "accepted": 2,
        "rejected": 0,
        "not_sent": 0,
        "unknown": 0,
    }
    assert (sent["sending"]["expected"], sent["sending"]["reported"]) == ("0.09", {})
    assert sent["states"]["accepted"] == 2
    assert desk.delivered() == {address(1): 1, "+33639980123": 1}
    with Journal(desk.journal) as journal:
        # A person finds the recipient of a message in doubt by the row of the file.
        labels = [entry.label for entry in journal.entries()]
    assert len(labels) == 2
    assert all(re.fullmatch(r"row \d+", label or "") for label in labels)
    again = read(desk.send(str(mixed), "--format", "json"))
    assert again["sending"]["outcomes"]["accepted"] == 0
    assert again["sending"]["in_journal"]["accepted"]["first_rows"] == [1, 2]
    assert (again["plan"]["recipients"], again["plan"]["spent"]) == (0, "0.09")
    assert len(desk.sandbox.ledger) == 2
    desk.check_nothing_told()


def test_a_message_is_known_by_what_it_is(desk: Desk, tmp_path: Path) -> None:
    """Another order of the rows, another spelling of a number and another deck send nothing new."""
    first = write_campaign(tmp_path, 3)
    assert desk.send(str(first)).returncode == 0
    lines = first.read_text(encoding="utf-8").splitlines()
    lines[1:] = [line.replace("+447700900", "+44 (0)7700 900") for line in reversed(lines[1:])]
    first.write_text("\n".join([*lines, f"{address(9)},New"]) + "\n", encoding="utf-8")
    write_deck(tmp_path, "country,price,currency\nGB,0.06,EUR\n")
    assert desk.send(str(first)).returncode == 0
    assert desk.delivered() == {address(each): 1 for each in (0, 1, 2, 9)}


def test_another_sender_sends_nothing_again(desk: Desk, tmp_path: Path) -> None:
    """In a run a number gets a text once, whichever sender was given the second time."""
    path = write_campaign(tmp_path, 2)
    assert desk.send(str(path)).returncode == 0
    assert desk.send(str(path), "--sender", "+12025550123").returncode == 0
    assert desk.delivered() == {address(0): 1, address(1): 1}
    done = desk.send(str(path), "--run", "another")
    assert done.returncode == 0
    assert desk.delivered() == {address(0): 2, address(1): 2}


def test_what_another_provider_has_sent_is_told_as_such(tmp_path: Path) -> None:
    """In one run of one journal, a message that went by another provider is not sent again.

    Whose it was and since when is said, and nothing is told as this provider's acceptance.
    """
    with Sandbox(providers=["phone_com", "callr"]) as sandbox:
        path = write_campaign(tmp_path, 2)
        assert Desk(sandbox, tmp_path).send(str(path)).returncode == 0
        desk = Desk(sandbox, tmp_path, "callr")
        done = desk.send(str(path))
        assert done.returncode == 0
        assert b"0 accepted, 0 rejected" in done.stdout
        assert b"2 accepted by phone_com (rows 1, 2): since 20" in done.stdout
        one = desk.send("Doors open for guest 0", "--to", address(0), "--run", path.name)
        assert one.returncode == 0
        assert b"by phone_com since 20" in one.stdout
        assert len(sandbox.ledger) == 2


def test_the_money_of_a_run_is_told(desk: Desk, tmp_path: Path) -> None:
    """What the run has cost so far, by all its commands, stands beside what it may still cost."""
    path = write_campaign(tmp_path, 2)
    assert b"so far 0.08 EUR accepted; 0.92 EUR left" in desk.send(str(path), max_total="1").stdout
    write_campaign(tmp_path, 3)
    document = read(desk.send(str(path), "--format", "json", max_total="1"))
    assert document["run_money"] == {
        "currency": "EUR",
        "spent": "0.12",
        "accepted": "0.12",
        "in_doubt": "0",
        "left_of_max_total": "0.88",
    }
    assert (document["sending"]["expected"], document["sending"]["rows_not_reached"]) == ("0.04", 0)


def test_one_text_is_sent_once(desk: Desk) -> None:
    """One text gets a receipt; asked for again, it is the receipt of the first time."""
    done = desk.send("-", "--to", address(1), "--format", "json", stdin="Grüße\n".encode())
    first = read(done)
    assert (done.returncode, first["run"]) == (0, "messages")
    assert first["receipt"]["outcome"] == "accepted"
    assert "key" not in first["receipt"]
    [delivery] = desk.sandbox.ledger
    assert (delivery.text, delivery.message_id) == ("Grüße", first["receipt"]["message_id"])
    second = desk.send("Grüße", "--to", address(1))
    assert second.returncode == 0
    assert first["receipt"]["message_id"].encode() in second.stdout
    assert b"--run" in second.stdout
    assert len(desk.sandbox.ledger) == 1
    assert desk.send("Grüße", "--to", address(1), "--run", "two").returncode == 0
    assert len(desk.sandbox.ledger) == 2


def test_some_at_a_time(desk: Desk, tmp_path: Path) -> None:
    """With `--concurrency` each row is sent once too, and all are counted."""
    path = write_campaign(tmp_path, 60)
    document = read(desk.send(str(path), "--concurrency", "8", "--format", "json"))
    assert document["sending"]["outcomes"]["accepted"] == 60
    assert document["sending"]["parts"] == 60
    assert desk.delivered() == {address(each): 1 for each in range(60)}


def test_a_file_of_another_kind(desk: Desk) -> None:
    """The options of files are those of `validate`; an annotated file can be sent as it is."""
    path = desk.folder / "rows.txt"
    text = f"who\tprice\tsay\n{address(1)}\t1\tDéjà vu\n"
    path.write_bytes(text.encode("cp1252"))
    options = ("--delimiter", "tab", "--encoding", "cp1252", "--input-format", "csv")
    columns = ("--number-column", "who", "--text-column", "say")
    assert desk.send(str(path), *options, *columns).returncode == 0
    assert [each.text for each in desk.sandbox.ledger] == ["Déjà vu"]


def test_a_file_from_standard_input_is_only_priced(desk: Desk) -> None:
    """`-` can be read once: it is a dry run, or a usage error."""
    octets = f"to,text\n{address(1)},Hello\n".encode()
    assert read(desk.try_out("-", "--format", "json", stdin=octets))["plan"]["recipients"] == 1
    done = desk.send("-", stdin=octets)
    assert done.returncode == 2
    assert b"read twice" in done.stderr
    assert desk.sandbox.ledger == []


def test_the_journal_keeps_messages_only_where_that_is_asked_for(desk: Desk) -> None:
    """Texts and numbers are in the journal with `--store-messages`, and not without it."""
    assert desk.send("Hello", "--to", address(1)).returncode == 0
    assert desk.send("Bye", "--to", address(2), "--store-messages").returncode == 0
    with sqlite3.connect(desk.journal) as connection:
        rows = connection.execute("SELECT number, text FROM message ORDER BY id").fetchall()
    connection.close()
    assert rows == [(None, None), (address(2), "Bye")]


def test_the_key_of_the_journal_is_the_environments(desk: Desk) -> None:
    """With SMSCORE_JOURNAL_KEY no key lies beside the journal; without it, it is not opened."""
    key = {"SMSCORE_JOURNAL_KEY": "correct horse battery"}
    assert desk.send("Hello", "--to", address(1), variables=key).returncode == 0
    assert not desk.journal.with_name("sent.db.key").exists()
    done = desk.send(
        "Hello", "--to", address(1), variables={"SMSCORE_JOURNAL_KEY": "another of sixteen"}
    )
    assert done.returncode == 2
    assert b"another key" in done.stderr
    assert len(desk.sandbox.ledger) == 1
    desk.check_nothing_told("correct horse")
