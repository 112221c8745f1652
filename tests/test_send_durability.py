"""What is left when a process ends at any moment, when the disk is full, or when two share a file.

The law of this file: processes are real, and killed; what handsets received is held against what
the journal says. Each handset receives each message at most once, and nothing that the journal
does not have.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from handsets import Handsets
from sending import NUMBER, Plain, Script, approve, make_terms, say
from sending_process import Moments, send_all

from smscore.errors import JournalError
from smscore.guard import Guard
from smscore.send.flow import send_flow
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch

SCRIPT = Path(__file__).with_name("sending_process.py")
MESSAGES = 2

SENDING = {State.IN_FLIGHT, State.ACCEPTED, State.UNKNOWN}


@pytest.fixture
def handsets() -> Iterator[Handsets]:
    """Run the provider."""
    with Handsets() as server:
        yield server


def start(**options: Any) -> subprocess.Popen[str]:
    """Start a process that sends."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), json.dumps(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(**options: Any) -> tuple[int, list[str]]:
    """Run a process that sends to its end; give its status and the moments that it passed."""
    process = start(**options)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL), err
    return process.returncode, out.splitlines()


def moments(lines: list[str]) -> list[str]:
    """Leave the receipts out."""
    return [line for line in lines if not line.startswith("=")]


@pytest.mark.parametrize(
    ("two_steps", "statements", "at_hand"),
    [
        (False, False, False),
        (False, False, True),
        (False, True, True),
        (True, False, False),
        (True, True, False),
    ],
)
def test_killed_at_every_moment(
    tmp_path: Path, *, two_steps: bool, statements: bool, at_hand: bool
) -> None:
    """Wherever it is killed, and then run again, no message is received twice, and all are known.

    The moments are those before and after each step, or each statement that the journal makes.
    """
    options = {
        "messages": MESSAGES,
        "two_steps": two_steps,
        "statements": statements,
        "at_hand": at_hand,
    }
    with Handsets() as handsets:
        status, lines = run(url=handsets.url, journal=str(tmp_path / "all.db"), **options)
        assert status == 0
        assert sum(handsets.received.values()) == MESSAGES
    every = moments(lines)
    assert len(every) >= 6 * MESSAGES
    # Of the many statements within one transaction some will do: the file knows only its end.
    chosen = range(0, len(every), 5 if statements else 1)
    for last in chosen:
        path = tmp_path / f"{last}.db"
        with Handsets() as handsets:
            status, _ = run(url=handsets.url, journal=str(path), last=last, **options)
            assert status == -signal.SIGKILL
            check(path, handsets, ended=False)
            again = {"url": handsets.url, "journal": str(path), **options}
            send_all({**again, "statements": False}, Moments(None, told=False))
            check(path, handsets, ended=True)
            if two_steps:
                # Exactly once, whatever happened: what was stored can be looked at.
                assert set(handsets.received.values()) == {1}
                assert len(handsets.received) == MESSAGES


def check(path: Path, handsets: Handsets, *, ended: bool) -> None:
    """Hold what was received against what the journal says."""
    with Journal(path, key="test-of-the-journals") as journal:
        known = {entry.text_hash: entry for entry in journal.entries()}
        for (number, text), times in handsets.received.items():
            assert times == 1, "a double send"
            entry = known[journal.hash_text(text)]
            assert entry.number_hash == journal.hash_number(number)
            assert entry.state in SENDING
        if ended:
            received = {journal.hash_text(text) for _, text in handsets.received}
            assert len(known) == MESSAGES
            for text_hash, entry in known.items():
                if entry.state is State.ACCEPTED:
                    assert text_hash in received
                else:
                    assert entry.outcome is Outcome.UNKNOWN


def test_two_processes_do_not_exceed_a_cap_together(tmp_path: Path, handsets: Handsets) -> None:
    """Two that send at the same time, each less than the cap allows, stop at the cap together."""
    path = str(tmp_path / "shared.db")
    Journal(path, key="test-of-the-journals").close()
    shared = {"url": handsets.url, "journal": path, "messages": 30, "max_total": "1.2 EUR"}
    both = [start(prefix=prefix, **shared) for prefix in ("a", "b")]
    outs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], [err for _, err in outs]
    # A message is 0.04 EUR: the cap has room for thirty of sixty.
    assert sum(handsets.received.values()) == 30
    with Journal(path, key="test-of-the-journals") as journal:
        assert journal.spent(run="run") == {"EUR": (Decimal("1.2"), 30, 30)}
        assert journal.count()[State.ACCEPTED] == 30


def test_two_processes_send_a_campaign_once(tmp_path: Path, handsets: Handsets) -> None:
    """Two processes with the same messages and journal send each of them once."""
    path = str(tmp_path / "shared.db")
    both = [start(url=handsets.url, journal=path, messages=40) for _ in range(2)]
    outs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], [err for _, err in outs]
    assert set(handsets.received.values()) == {1}
    assert len(handsets.received) == 40


def test_a_read_only_journal(tmp_path: Path) -> None:
    """A journal that cannot be written is refused when it is opened, and nothing is sent."""
    path = tmp_path / "journal.db"
    Journal(path).close()
    uri = f"file:{path}?mode=ro"
    opened = sqlite3.connect(uri, uri=True)
    with pytest.raises(sqlite3.OperationalError):
        opened.execute("CREATE TABLE probe (a)")
    opened.close()
    if os.geteuid() == 0:
        # Root may write whatever the mode says: let SQLite refuse instead.
        script = Script(journal := Journal(path), [say("accepted")])
        journal._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(JournalError, match="readonly"):
            script.follow(send_flow(Plain(), Dispatch((approve(),)), make_terms()))
        assert script.requests == []
        journal.close()
    else:
        path.chmod(0o400)
        with pytest.raises(JournalError):
            Journal(path)


def test_a_full_disk_before_sending(tmp_path: Path) -> None:
    """A journal that has no room for a message lets none leave, and works again when it has."""
    with Journal(tmp_path / "journal.db") as journal:
        [pages] = journal._connection.execute("PRAGMA page_count").fetchone()
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")
        script = Script(journal, [say("accepted")] * 1000)
        sent = 0
        for number in range(1000):
            dispatch = Dispatch((approve(key=str(number)),))
            with suppress(JournalError):
                script.follow(send_flow(Plain(), dispatch, make_terms()))
                sent += 1
                continue
            break
        assert 0 < sent < 1000
        with pytest.raises(JournalError, match="full"):
            script.follow(send_flow(Plain(), Dispatch((approve(key="more"),)), make_terms()))
        # What left was recorded; the one that could not be recorded did not leave.
        assert len(script.requests) in (sent, sent + 1)
        count = journal.count()
        assert count[State.ACCEPTED] == sent
        assert count[State.IN_FLIGHT] == len(script.requests) - sent
        journal._connection.execute("PRAGMA max_page_count = 100000")
        dispatch = Dispatch((approve(key="later"),))
        [receipt] = script.follow(send_flow(Plain(), dispatch, make_terms()))
        assert not isinstance(receipt, Exception)
        assert receipt.outcome is Outcome.ACCEPTED


def freeze(journal: Journal) -> None:
    """Let the journal be read only from here on."""
    journal._connection.execute("PRAGMA query_only = ON")


def test_an_answer_that_cannot_be_recorded(tmp_path: Path) -> None:
    """Where the answer comes and the disk is full, it is told; nothing is sent again."""
    with Journal(tmp_path / "journal.db") as journal:
        script = Script(journal, [say("accepted")])
        script.before = lambda _: freeze(journal)
        with pytest.raises(JournalError) as caught:
            script.follow(send_flow(Plain(), Dispatch((approve(),)), make_terms()))
        assert "accepted" in "".join(caught.value.__notes__)
        journal._connection.execute("PRAGMA query_only = OFF")
        [receipt] = script.follow(send_flow(Plain(), Dispatch((approve(),)), make_terms()))
        assert not isinstance(receipt, Exception)
        assert (receipt.outcome, receipt.repeated) == (Outcome.UNKNOWN, True)


def test_nothing_private_is_in_the_file(tmp_path: Path) -> None:
    """Neither a number, a text nor a key of the caller's is in the journal's octets."""
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        script = Script(journal, [say("accepted")])
        approval = approve("Meet me at noon", key="caller-key-17")
        script.follow(send_flow(Plain(), Dispatch((approval,)), make_terms()))
    octets = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    for private in ("Meet me at noon", NUMBER, NUMBER[1:], "caller-key-17", approval.quote.id):
        assert private.encode() not in octets
    with Journal(tmp_path / "plain.db", store_messages=True) as journal:
        script = Script(journal, [say("accepted")])
        script.follow(send_flow(Plain(), Dispatch((approval,)), make_terms()))
        [entry] = journal.entries()
        assert (entry.number, entry.text) == (NUMBER, "Meet me at noon")


def test_guards_that_allow_nothing(tmp_path: Path) -> None:
    """A cap of nothing refuses already where a quote is to be approved."""
    del tmp_path
    with pytest.raises(Exception, match="0"):
        approve(guard=Guard(max_total=0))
