"""`smscore send`, ended before its end: interrupted, killed, or left without an answer.

The law of this file: whatever happens, no handset receives a message twice, and what is not known
is told as such.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_sending import DECK, Desk, address, read, wait_until, write_campaign
from sending import approve
from test_cli import run_on_terminal

from smscore.cli.braking import Brake
from smscore.cli.dispatching import Progress
from smscore.cli.exits import Exit
from smscore.cli.sources import MessageFile
from smscore.decks import RateDeck
from smscore.errors import BulkFileError
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome, Receipt
from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give commands a sandbox to send to."""
    with Sandbox(providers=["phone_com"]) as sandbox:
        yield Desk(sandbox, tmp_path)


def count_states(desk: Desk) -> dict[State, int]:
    """Count the messages of the journal, while nobody else has it open."""
    with Journal(desk.journal) as journal:
        return {state: count for state, count in journal.count().items() if count}


@posix
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interruption_lets_what_is_in_flight_arrive(
    desk: Desk, tmp_path: Path, name: str, status: int, concurrency: int
) -> None:
    """It stops after what is in flight, with the summary and its status; then it goes on."""
    path = write_campaign(tmp_path, 40)
    desk.sandbox.set_faults(slow=1.0, slow_seconds=0.05)
    process = desk.start(str(path), "--concurrency", str(concurrency), "--format", "json")
    wait_until(lambda: len(desk.sandbox.ledger) >= 5)
    process.send_signal(getattr(signal, name))
    output, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors.decode()
    assert b"stopping after the message in flight" in errors
    assert b"Traceback" not in errors
    document = json.loads(output)
    arrived = len(desk.sandbox.ledger)
    assert document["sending"]["outcomes"]["accepted"] == arrived < 40
    assert document["sending"]["stopped"] == "told to stop"
    assert any("the same command continues" in each for each in document["notes"])
    assert document["sending"]["rows_not_reached"] == 40 - arrived
    assert count_states(desk) == {State.ACCEPTED: arrived}
    desk.sandbox.set_faults()
    assert desk.send(str(path)).returncode == 0
    assert desk.delivered() == {address(each): 1 for each in range(40)}


@posix
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_second_interruption_waits_for_nothing(
    desk: Desk, tmp_path: Path, concurrency: int
) -> None:
    """Whoever asks twice is obeyed at once; what was in flight is in doubt, and not sent again."""
    path = write_campaign(tmp_path, 12)
    desk.sandbox.set_faults(timeout_after=1.0, hold_seconds=60)
    process = desk.start(str(path), "--concurrency", str(concurrency))
    assert process.stderr is not None
    wait_until(lambda: len(desk.sandbox.ledger) == concurrency)
    process.send_signal(signal.SIGINT)
    assert b"once more" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    assert b"smscore reconcile" in output
    assert count_states(desk) == {State.UNKNOWN: concurrency}
    desk.sandbox.set_faults()
    assert desk.send(str(path)).returncode == 5
    assert desk.delivered() == {address(each): 1 for each in range(12)}


@posix
def test_a_killed_campaign_goes_on_and_sends_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    """Killed over and over, a campaign arrives whole but for what is in doubt, and nothing twice.

    What is in doubt is settled by a reconciliation.
    """
    path = write_campaign(tmp_path, 80)
    desk.sandbox.set_faults(slow=0.3, slow_seconds=0.02)
    for turn in range(1, 5):
        process = desk.start(str(path), "--concurrency", str(turn))
        wait_until(lambda turn=turn: len(desk.sandbox.ledger) >= 15 * turn)  # type: ignore[misc]
        process.kill()
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    desk.sandbox.set_faults()
    done = desk.send(str(path), "--format", "json")
    document = read(done)
    delivered = desk.delivered()
    assert max(delivered.values()) == 1
    doubtful = document["states"]["in_flight"] + document["states"]["unknown"]
    assert done.returncode == (Exit.OUTCOME_UNKNOWN if doubtful else Exit.CLEAN)
    assert document["states"]["accepted"] + doubtful == 80
    assert len(delivered) >= 80 - doubtful
    assert any("smscore reconcile" in each for each in document["next"]) == bool(doubtful)
    settled = read(desk.reconcile("--grace", "0", "--format", "json"))
    assert settled["states"]["in_flight"] == 0
    assert settled["states"]["accepted"] == len(delivered)
    desk.check_nothing_told()


@posix
def test_what_is_sent_in_two_steps_is_finished(tmp_path: Path) -> None:
    """Where a message is stored before it is released, a killed campaign arrives whole: each once.

    Nothing is in doubt afterwards, because what was stored can be released once only.
    """
    path = tmp_path / "spring.csv"
    lines = (f"+1202555{each:04},Doors open for guest {each}\n" for each in range(60))
    path.write_text("to,text\n" + "".join(lines), encoding="utf-8")
    with Sandbox(providers=["close"]) as sandbox:
        desk = Desk(sandbox, tmp_path, "close")
        desk.deck.write_text("price,currency\n0.01,EUR\n", encoding="utf-8")
        sandbox.set_faults(slow=0.5, slow_seconds=0.02, on="all")
        for turn in range(1, 5):
            process = desk.start(str(path), "--concurrency", str(turn))
            wait_until(lambda turn=turn: len(sandbox.ledger) >= 10 * turn)  # type: ignore[misc]
            process.kill()
            process.communicate(timeout=60)
        sandbox.set_faults()
        done = desk.send(str(path), "--format", "json")
        assert done.returncode == 0, done.stderr.decode()
        assert read(done)["states"]["accepted"] == 60
        # What was released goes out a little later.
        wait_until(lambda: len(sandbox.ledger) >= 60)
        assert desk.delivered() == {f"+1202555{each:04}": 1 for each in range(60)}
        desk.check_nothing_told()


def test_two_processes_share_a_campaign(desk: Desk, tmp_path: Path) -> None:
    """Sent by two processes at once into one journal, each row arrives and is counted once."""
    path = write_campaign(tmp_path, 40)
    desk.sandbox.set_faults(slow=1.0, slow_seconds=0.01)
    processes = [desk.start(str(path), "--format", "json") for _ in range(2)]
    documents = [json.loads(each.communicate(timeout=120)[0]) for each in processes]
    accepted = [each["sending"]["outcomes"]["accepted"] for each in documents]
    assert sum(accepted) == 40
    assert desk.delivered() == {address(each): 1 for each in range(40)}
    assert count_states(desk) == {State.ACCEPTED: 40}


def test_faults_of_any_kind_send_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    """Through faults of all kinds, some at a time and run after run, nothing arrives twice."""
    path = write_campaign(tmp_path, 120)
    odds = dict.fromkeys(("error_before", "error_after", "html", "cut_body", "disconnect"), 0.05)
    desk.sandbox.set_faults(odds, rate_limit=0.02, storm=2, retry_after=0.05)
    for concurrency in ("1", "6", "3"):
        done = desk.send(str(path), "--concurrency", concurrency)
        assert done.returncode in {Exit.CLEAN, Exit.OUTCOME_UNKNOWN}
    desk.sandbox.set_faults()
    document = read(desk.send(str(path), "--format", "json"))
    delivered = desk.delivered()
    assert max(delivered.values()) == 1
    assert document["states"]["accepted"] + document["states"]["unknown"] == 120
    assert document["states"]["unknown"] > 0
    settled = read(desk.reconcile("--grace", "0", "--format", "json"))
    assert settled["states"]["accepted"] == len(delivered)
    desk.check_nothing_told()


def test_what_is_in_flight_elsewhere_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    """What another process has in flight is looked at again, and is in no doubt once it arrived."""
    path = write_campaign(tmp_path, 1)
    desk.sandbox.set_faults(slow=1.0, slow_seconds=2.0)
    process = desk.start(str(path))
    wait_until(lambda: len(desk.sandbox.ledger) > 0)
    done = desk.send(str(path), "--format", "json")
    process.communicate(timeout=60)
    assert (process.returncode, done.returncode) == (0, 0)
    assert list(read(done)["sending"]["in_journal"]) == ["accepted"]
    assert len(desk.sandbox.ledger) == 1


def test_all_that_is_in_doubt_is_told(desk: Desk, tmp_path: Path) -> None:
    """JSON has each row in doubt, the text the first ten; the command to go on with works."""
    path = write_campaign(tmp_path, 12)
    desk.sandbox.set_faults(error_after=1.0)
    done = desk.send(str(path))
    assert done.returncode == 5
    assert b"and 2 more\n" in done.stdout
    document = read(desk.send(str(path), "--run", "the second one", "--format", "json"))
    assert [each["row"] for each in document["sending"]["in_doubt"]] == list(range(1, 13))
    assert document["run_money"]["in_doubt"] == "0.48"
    assert document["run_money"]["left_of_max_total"] == "49.52"
    desk.sandbox.set_faults()
    for command in document["next"]:
        assert not shlex.split(command)[0].startswith("-")
        settled = desk.run(*shlex.split(command)[1:], "--grace", "0", "--format", "json")
        # Two runs have the same texts, so that nobody knows whose a record is.
        assert read(settled)["run"] == "the second one"
    assert len(document["next"]) == 1


@pytest.mark.parametrize("fault", ["timeout_after", "error_after", "html_after", "disconnect"])
def test_a_message_in_doubt_is_status_5(desk: Desk, tmp_path: Path, fault: str) -> None:
    """A row whose fate is not known is told by its number, and is not sent again."""
    path = write_campaign(tmp_path, 3)
    desk.sandbox.set_faults(script=[None, fault, None], hold_seconds=1)
    done = desk.send(str(path), "--format", "json", "--timeout", "0.5")
    document = read(done)
    assert done.returncode == 5
    assert document["sending"]["outcomes"] == {
        "accepted": 2,
        "rejected": 0,
        "not_sent": 0,
        "unknown": 1,
    }
    assert [each["row"] for each in document["sending"]["in_doubt"]] == [2]
    again = desk.send(str(path))
    assert again.returncode == 5
    assert b"1 in_doubt (row 2)" in again.stdout
    assert desk.delivered() == {address(each): 1 for each in range(3)}
    desk.check_nothing_told()


def test_progress_is_drawn_on_a_terminal_only(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the messages, the money and the outcomes are drawn; in a pipe nothing is."""
    path = write_campaign(tmp_path, 6)
    piped = desk.send(str(path))
    assert piped.stderr == b""
    desk.sandbox.set_faults(slow=1.0, slow_seconds=0.1)
    for name, value in desk.credentials.items():
        monkeypatch.setenv(name, value)
    shown = run_on_terminal(*desk.sending(str(path), "--run", "another"))
    assert "6 messages" in shown
    assert "0.04 EUR" in shown
    assert "parts/s" in shown
    assert "1 accepted" in shown
    assert desk.delivered() == {address(each): 2 for each in range(6)}


def test_a_reader_that_stops_changes_nothing_of_what_was_sent(desk: Desk, tmp_path: Path) -> None:
    """Where nobody reads the summary any more, all was sent, and the journal has it."""
    path = write_campaign(tmp_path, 3)
    process = subprocess.Popen(
        [sys.executable, "-m", "smscore", *desk.sending(str(path))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=desk.environment(),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    assert count_states(desk) == {State.ACCEPTED: 3}


def make_receipt(**changes: object) -> Receipt:
    """Give the receipt of a message that had no answer."""
    values: dict[str, object] = {
        "key": "key",
        "provider": "standard",
        "outcome": Outcome.NOT_SENT,
        "message_id": None,
        "status": None,
        "code": None,
        "reason": "ConnectError",
        "parts": None,
        "price": None,
        "http_status": None,
        "body": None,
        "attempts": 5,
        "at": datetime.now(UTC),
    }
    return Receipt(**{**values, **changes})  # type: ignore[arg-type]


def test_a_provider_that_is_not_there_stops_the_run() -> None:
    """After three messages in a row without any answer the next one is not tried."""
    progress = Progress()
    for row in (1, 2):
        progress.take(row, approve(), make_receipt())
    progress.take(3, approve(), make_receipt(outcome=Outcome.ACCEPTED, http_status=200))
    for row in (4, 5):
        progress.take(row, approve(), make_receipt())
    assert progress.stopped is None
    progress.take(6, approve(), make_receipt())
    assert progress.stopped is not None
    assert progress.status is Exit.PROVIDER_REFUSED


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("OverCap", Exit.GUARD_REFUSED),
        ("QuietHours", Exit.GUARD_REFUSED),
        ("Drifted", Exit.GUARD_REFUSED),
        ("OverLimit", Exit.PROBLEMS_FOUND),
        ("stopped", Exit.PROVIDER_REFUSED),
        ("NotSupported", Exit.PROBLEMS_FOUND),
        ("InvalidSender", Exit.USAGE),
    ],
)
def test_what_was_never_tried_has_the_status_of_its_error(code: str, status: Exit) -> None:
    """A receipt whose code is the name of an error counts as that error does."""
    progress = Progress()
    progress.take(1, approve(), make_receipt(code=code, attempts=0))
    assert progress.status is status


def test_a_file_that_was_changed_is_not_read_again(tmp_path: Path) -> None:
    """What is sent is what was priced: a file that is another one the second time is refused."""
    deck = RateDeck.parse(DECK.encode(), "deck.csv")
    source = MessageFile(str(write_campaign(tmp_path, 2)))
    assert [len(each) for each in source.read(deck, "standard")] == [2]
    assert [len(each) for each in source.read(deck, "standard")] == [2]
    write_campaign(tmp_path, 3)
    with pytest.raises(BulkFileError, match="changed"):
        list(source.read(deck, "standard"))


@posix
def test_the_brake_gives_the_signals_back() -> None:
    """What an interruption did before, it does after."""
    before = signal.getsignal(signal.SIGINT)
    with Brake() as brake:
        assert signal.getsignal(signal.SIGINT) != before
        signal.raise_signal(signal.SIGINT)
        assert brake.status is Exit.INTERRUPTED
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before
