"""What an attempt left behind stays in the journal when its message is tried again.

The law of this file: a journal of the version before is made by the statements that it was made
with, written out here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sending import NUMBER
from sending_records import SENT_AT, begin, euro, sent

from smscore.money import Money
from smscore.send.journal import Journal
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.schema import STEPS
from smscore.send.outcomes import Outcome

KEY = "key-of-the-journals"


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def retry(journal: Journal, minutes: int = 10) -> None:
    """Put a message that was rejected in flight once more."""
    begin(journal, at=SENT_AT + timedelta(minutes=minutes), again=True)


def tell(journal: Journal, price: Money) -> None:
    """Tell what the earlier attempt cost."""
    [earlier] = find(journal)
    journal.write(lambda transaction: transaction.bill_earlier(earlier, "failed", 1, price))


def find(journal: Journal, message_id: str = "m1") -> list[Earlier]:
    """Find earlier attempts by an id."""
    return journal.write(lambda transaction: transaction.find_earlier("standard", message_id))


def test_a_bill_outlives_its_attempt(journal: Journal) -> None:
    """What a rejected attempt was called and billed is kept when the message is tried again."""
    id_ = sent(journal, outcome=Outcome.REJECTED, message_id="m1", price=euro("0.04"), parts=1)
    assert journal.earlier() == []
    retry(journal)
    [earlier] = journal.earlier()
    assert (earlier.message, earlier.attempt, earlier.run) == (id_, 1, "run")
    assert (earlier.message_id, earlier.price, earlier.billed_parts) == ("m1", euro("0.04"), 1)
    assert (earlier.in_flight_at, earlier.country) == (SENT_AT, "GB")
    assert find(journal) == [earlier]
    assert find(journal, "m2") == []
    assert NUMBER not in repr(earlier)
    assert journal.spent(run="run")["EUR"] == (Decimal("0.08"), 2, 2)


def test_an_attempt_that_left_nothing_is_not_kept(journal: Journal) -> None:
    """An attempt without an id and without a bill is no attempt of the provider's."""
    sent(journal, outcome=Outcome.REJECTED)
    retry(journal)
    assert journal.earlier() == []


def test_earlier_attempts_are_of_a_run_and_a_time(journal: Journal) -> None:
    """They are found by run, by provider, and by when they themselves were put in flight."""
    sent(journal, outcome=Outcome.REJECTED, message_id="m1")
    retry(journal, minutes=90)
    assert len(journal.earlier(run="run", provider="standard", since=SENT_AT)) == 1
    assert journal.earlier(run="other") == []
    assert journal.earlier(provider="other") == []
    assert journal.earlier(since=SENT_AT + timedelta(minutes=1)) == []
    assert journal.earlier(until=SENT_AT) == []


def test_a_bill_that_comes_late_counts_once(journal: Journal) -> None:
    """What an earlier attempt cost is told after it was tried again: it counts, and only once."""
    sent(journal, outcome=Outcome.REJECTED, message_id="m1")
    retry(journal)
    before = journal.spent(run="run")["EUR"]
    for price in (euro("0.03"), euro("0.05")):
        tell(journal, price)
    [earlier] = find(journal)
    assert (earlier.price, earlier.status) == (euro("0.03"), "failed")
    for spent in (journal.spent(run="run"), journal.spent(day="2026-11-24")):
        assert spent["EUR"][0] - before[0] == Decimal("0.03")


def test_a_journal_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """A journal that was made before attempts were kept keeps all that is in it."""
    path = tmp_path / "journal.db"
    with Journal(path, key=KEY) as journal:
        sent(journal, outcome=Outcome.REJECTED, message_id="m1", price=euro("0.04"))
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE earlier; ALTER TABLE event DROP COLUMN open; PRAGMA user_version = 1"
    )
    made = {name for [name] in connection.execute("SELECT name FROM sqlite_master")}
    connection.executescript("INSERT INTO event VALUES ('standard', 'e1', '2026-11-24')")
    connection.close()
    fresh = sqlite3.connect(":memory:")
    fresh.executescript(STEPS[0])
    assert made >= {name for [name] in fresh.execute("SELECT name FROM sqlite_master")}
    assert "earlier" not in made
    fresh.close()
    with Journal(path, key=KEY) as journal:
        assert not journal.write(lambda each: each.see_event("standard", "e1", SENT_AT))
        assert not journal.write(lambda each: each.is_open("standard", "e1"))
        retry(journal)
        assert len(journal.earlier()) == 1


def test_an_event_that_fitted_nothing_is_known_as_such(journal: Journal) -> None:
    """An event that was seen and fitted no message is open until it fits one."""
    assert journal.write(lambda each: each.see_event("standard", "e1", SENT_AT))
    journal.write(lambda each: each.mark_open("standard", "e1", is_open=True))
    assert not journal.write(lambda each: each.see_event("standard", "e1", SENT_AT))
    assert journal.write(lambda each: each.is_open("standard", "e1"))
    assert not journal.write(lambda each: each.is_open("standard", "e2"))
    journal.write(lambda each: each.mark_open("standard", "e1", is_open=False))
    assert not journal.write(lambda each: each.is_open("standard", "e1"))


def test_the_host_of_an_account_is_known(tmp_path: Path) -> None:
    """A journal tells where an account is, by the hash that its messages have, and nothing else."""
    path = tmp_path / "journal.db"
    with Journal(path, key=KEY) as journal:
        account = journal.hash_account("standard\naccount 7")
        assert journal.find_host(account) is None
        journal.note_host("standard\naccount 7", "api.example.org")
        journal.note_host("standard\naccount 7", "api.example.org")
    with Journal(path, key=KEY) as journal:
        assert journal.find_host(account) == "api.example.org"
        assert journal.find_host(journal.hash_account("standard\naccount 8")) is None
    assert b"account 7" not in path.read_bytes()
