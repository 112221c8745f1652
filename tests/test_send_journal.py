"""The journal: opening it, what it keeps, and the laws of its sums.

The law of this file: what is kept is looked at through the journal's own questions, and where it
matters, in the file itself.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER, TEXT, approve

from smscore.errors import GuardError, JournalError, OverCap, TooFast
from smscore.guard import Guard
from smscore.money import Money
from smscore.send.journal import Entry, Journal, State
from smscore.send.journal.entry import Claim, Stage
from smscore.send.journal.hashing import Hasher
from smscore.send.journal.schema import VERSION
from smscore.send.journal.transaction import Transaction
from smscore.send.outcomes import Outcome, Result

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def claim(
    journal: Journal, key: str, *, now: datetime = NOW, to: str = NUMBER, guard: Guard | None = None
) -> Claim | Entry | GuardError:
    """Claim a message."""
    approval = approve(to=to, key=key, guard=guard)
    return journal.write(
        lambda transaction: transaction.claim(
            approval, run="run", provider="close", stage=Stage.SEND, now=now
        )
    )


def finish(journal: Journal, claimed: object, outcome: Outcome, price: str | None = None) -> Entry:
    """Record the outcome of what was claimed."""
    assert isinstance(claimed, Claim)
    money = None if price is None else Money(Decimal(price), "EUR")
    result = Result(NUMBER, outcome, message_id="m", price=money)
    journal.write(lambda transaction: transaction.finish(claimed, result, NOW))
    entry = journal.write(lambda transaction: transaction.get(claimed.id))
    assert entry is not None
    return entry


def conclude(transaction: Transaction, id_: int, result: Result) -> Entry | None:
    """Record what was learnt later."""
    return transaction.conclude(id_, result, NOW, "asked")


def see(transaction: Transaction, provider: str) -> bool:
    """Record an event."""
    return transaction.see_event(provider, "e1", NOW)


def test_a_journal_is_durable(tmp_path: Path) -> None:
    """It is in WAL mode, every commit is synced in full, and what was written is there again."""
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        full = 2
        assert journal._connection.execute("PRAGMA synchronous").fetchone() == (full,)
        finish(journal, claim(journal, "a"), Outcome.ACCEPTED)
    with Journal(path) as journal:
        [entry] = journal.entries()
        assert (entry.state, entry.provider, entry.run) == (State.ACCEPTED, "close", "run")
        assert (entry.parts, entry.high, entry.currency) == (1, Decimal("0.04"), "EUR")


def test_the_life_of_a_message_is_kept(journal: Journal) -> None:
    """Every state that a message was in is kept, in order, from quoted to its outcome."""
    finish(journal, claim(journal, "a"), Outcome.ACCEPTED)
    states = journal._connection.execute("SELECT state FROM change ORDER BY id").fetchall()
    assert [name for (name,) in states] == ["quoted", "approved", "in_flight", "accepted"]


@pytest.mark.skipif(os.name == "nt", reason="files there have no such mode")
def test_the_key_is_beside_the_journal_for_its_owner_alone(tmp_path: Path) -> None:
    """Without a key of the caller's, one is made in a file that nobody else can read."""
    path = tmp_path / "journal.db"
    Journal(path).close()
    key = tmp_path / "journal.db.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(bytes.fromhex(key.read_text("ascii"))) == 32
    kept = key.read_bytes()
    Journal(path).close()
    assert key.read_bytes() == kept


def test_a_journal_without_its_key(tmp_path: Path) -> None:
    """Another key, or none where there was one, is refused: nothing would be found again."""
    path = tmp_path / "journal.db"
    Journal(path, key="one-of-the-journals").close()
    with pytest.raises(JournalError, match="another key"):
        Journal(path, key="two-of-the-journals")
    with pytest.raises(JournalError, match="key"):
        Journal(path)
    other = tmp_path / "other.db"
    Journal(other).close()
    (tmp_path / "other.db.key").unlink()
    with pytest.raises(JournalError, match="file of its key"):
        Journal(other)
    (tmp_path / "other.db.key").write_text("no key", "ascii")
    with pytest.raises(JournalError, match="64 hex digits"):
        Journal(other)


@pytest.mark.parametrize("key", ["", "short", b"short"])
def test_a_key_that_is_guessed_too_soon(tmp_path: Path, key: str | bytes) -> None:
    """A short key is refused: the numbers behind the hashes are few enough to be tried."""
    with pytest.raises(ValueError, match="16 octets"):
        Journal(tmp_path / "journal.db", key=key)


@pytest.mark.skipif(os.name == "nt", reason="files there have no such mode")
def test_a_journal_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else reads the file, nor what SQLite writes beside it."""
    with Journal(tmp_path / "journal.db", store_messages=True) as journal:
        finish(journal, claim(journal, "a"), Outcome.ACCEPTED)
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_files_that_are_no_journals(tmp_path: Path) -> None:
    """What something else has written is left as it is."""
    text = tmp_path / "text.db"
    text.write_text("this is a text of more than sixteen octets", "ascii")
    with pytest.raises(JournalError):
        Journal(text, key="key-of-the-journals")
    assert text.read_text("ascii").startswith("this is a text")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE stock (item)")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match="something else"):
        Journal(other, key="key-of-the-journals")
    with pytest.raises(JournalError, match="no such folder"):
        Journal(tmp_path / "missing" / "journal.db", key="key-of-the-journals")
    with pytest.raises(JournalError):
        Journal(tmp_path, key="key-of-the-journals")


def test_a_journal_of_a_newer_version(tmp_path: Path) -> None:
    """A journal that a newer smscore made is not guessed at."""
    path = tmp_path / "journal.db"
    with Journal(path, key="key-of-the-journals") as journal:
        journal._connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(JournalError, match="newer"):
        Journal(path, key="key-of-the-journals")


def test_an_operation_that_fails_changes_nothing(journal: Journal) -> None:
    """Operations of one transaction are done together or not at all."""

    def fail(_: object) -> None:
        raise RuntimeError("no")

    approval = approve()
    with pytest.raises(RuntimeError):
        journal.transact(
            [
                lambda transaction: transaction.claim(
                    approval, run="run", provider="close", stage=Stage.SEND, now=NOW
                ),
                fail,
            ]
        )
    assert list(journal.entries()) == []


def test_operations_that_fail_each_on_its_own(journal: Journal) -> None:
    """Operations that are written together for many callers fail for their own caller only."""

    def fail(_: object) -> None:
        raise RuntimeError("no")

    first, second = approve(key="a"), approve(key="b")
    found = journal.transact_each(
        [
            lambda transaction: transaction.claim(
                first, run="run", provider="close", stage=Stage.SEND, now=NOW
            ),
            fail,
            lambda transaction: transaction.claim(
                second, run="run", provider="close", stage=Stage.SEND, now=NOW
            ),
        ]
    )
    assert [type(each) for each in found] == [Claim, RuntimeError, Claim]
    assert len(list(journal.entries())) == 2
    assert [type(each) for each in journal.transact_each([fail])] == [RuntimeError]


def test_a_file_that_fails_is_told_of_once(journal: Journal) -> None:
    """Where it is no operation that fails but the file, that is raised, and not tried anew."""
    calls: list[int] = []

    def spoil(transaction: Transaction) -> None:
        calls.append(1)
        # A row whose message is not there, which is noticed when it is committed.
        transaction._connection.execute("PRAGMA defer_foreign_keys = ON")
        transaction._connection.execute(
            "INSERT INTO change (message, at, state, attempt, cause) VALUES (7, '', '', 1, '')"
        )

    with pytest.raises(JournalError, match="FOREIGN KEY"):
        journal.transact_each([lambda _: calls.append(0), spoil])
    assert calls == [0, 1]
    assert journal._connection.execute("SELECT count(*) FROM change").fetchone() == (0,)


def test_the_log_does_not_grow_and_what_follows_in_it_is_nothing(tmp_path: Path) -> None:
    """It is as long as it gets from the start; what a process that died has left in it is found."""
    path, log = tmp_path / "journal.db", tmp_path / "journal.db-wal"
    with Journal(path, key="key-of-the-journals") as journal:
        length = log.stat().st_size
        for number in range(150):
            finish(journal, claim(journal, str(number)), Outcome.ACCEPTED)
            if number in {0, 20, 149}:
                left = tmp_path / str(number)
                left.mkdir()
                for each in (path, log):
                    (left / each.name).write_bytes(each.read_bytes())
        assert log.stat().st_size == length
    for number in (0, 20, 149):
        with Journal(tmp_path / str(number) / path.name, key="key-of-the-journals") as journal:
            assert journal.count()[State.ACCEPTED] == number + 1
            finish(journal, claim(journal, "later"), Outcome.ACCEPTED)
            assert len(list(journal.entries())) == number + 2


@pytest.mark.parametrize("octets", [1, 32, 64, 65, 200])
def test_hashes_are_hmac(octets: int) -> None:
    """A hash is HMAC-SHA-256 (RFC 2104), of the kind and the value, cut to 16 octets."""
    key = bytes(range(octets))
    expected = hmac.digest(key, b"number\0+447700900123", "sha256")[:16]
    assert Hasher(key).hash("number", "+447700900123") == expected


def test_entries_come_in_pages(journal: Journal) -> None:
    """However many there are, each comes once, in order, also where some are asked for."""
    for number in range(1203):
        claimed = claim(journal, str(number))
        if number % 3 == 0:
            finish(journal, claimed, Outcome.ACCEPTED)
    assert [entry.id for entry in journal.entries()] == list(range(1, 1204))
    assert len(list(journal.entries(states=[State.ACCEPTED]))) == 401
    assert list(journal.entries(run="other")) == []
    assert list(journal.entries(provider="callr")) == []
    assert journal.count() == {
        **dict.fromkeys(State, 0),
        State.ACCEPTED: 401,
        State.IN_FLIGHT: 802,
    }


def test_a_journal_is_not_taken_into_another_process(journal: Journal) -> None:
    """A journal that was opened before a fork is refused in the child."""
    journal._process += 1
    with pytest.raises(JournalError, match="another process"):
        claim(journal, "a")
    journal._process -= 1


def test_what_is_billed_counts_in_place_of_what_was_feared(journal: Journal) -> None:
    """A cap counts the most that a message may cost, until its price is known."""
    claimed = claim(journal, "a")
    assert journal.spent(run="run") == {"EUR": (Decimal("0.04"), 1, 1)}
    finish(journal, claimed, Outcome.ACCEPTED, "0.03")
    assert journal.spent(run="run") == {"EUR": (Decimal("0.03"), 1, 1)}
    assert journal.spent(day="2026-11-24") == {"EUR": (Decimal("0.03"), 1, 1)}
    assert journal.spent(day="2026-11-25") == {}
    for wrong in ({}, {"run": "run", "day": "2026-11-24"}):
        with pytest.raises(ValueError, match="one of them"):
            journal.spent(**wrong)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from([*Outcome, None]),
        st.sampled_from([None, "0.01", "0.05"]),
        st.sampled_from([NUMBER, "+33612345678"]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_sums_are_those_of_the_messages(
    steps: list[tuple[int, Outcome | None, str | None, str]],
) -> None:
    """Whatever happens to messages, each sum is the sum over the messages that count."""
    guard = Guard(max_total="0.2 EUR")
    numbers: dict[int, str] = {}
    priced: set[int] = set()
    with Journal(":memory:") as journal:
        for key, outcome, price, to in steps:
            number = numbers.setdefault(key, to)
            claimed = claim(journal, str(key), to=number, guard=guard)
            if outcome is Outcome.NOT_SENT and (price or key in priced):
                # What was billed stays spent, beside what another attempt may cost.
                continue
            priced |= {key} if price else set()
            if isinstance(claimed, Claim) and outcome is not None:
                finish(journal, claimed, outcome, price)
            elif isinstance(claimed, Entry) and outcome is not None:
                money = None if price is None else Money(Decimal(price), "EUR")
                result = Result(number, outcome, price=money)
                id_ = claimed.id
                journal.write(partial(conclude, id_=id_, result=result))
        rows = journal._connection.execute(
            "SELECT country, counted_money, counted_parts FROM message"
            " WHERE counted_day IS NOT NULL"
        ).fetchall()
        for country in ("*", "GB", "FR"):
            counted = [row for row in rows if country in ("*", row[0])]
            expected = (
                sum((Decimal(row[1]) for row in counted), Decimal(0)),
                sum(row[2] for row in counted),
                len(counted),
            )
            for scope in ("run:run", "day:2026-11-24"):
                found = journal._connection.execute(
                    "SELECT money, parts, recipients FROM spent WHERE scope = ? AND country = ?",
                    (scope, country),
                ).fetchone() or ("0", 0, 0)
                assert (Decimal(found[0]), *found[1:]) == expected


def test_what_a_provider_adds_is_given_back(journal: Journal) -> None:
    """A message that counts with the most parts it may have gives back as many."""
    approval = approve("x" * 150 + "%STOPNUM%", profile="callr")
    assert (approval.quote.parts, approval.quote.most_parts) == (1, 2)
    claimed = journal.write(
        lambda transaction: transaction.claim(
            approval, run="run", provider="callr", stage=Stage.SEND, now=NOW
        )
    )
    assert journal.spent(run="run") == {"EUR": (Decimal("0.08"), 2, 1)}
    finish(journal, claimed, Outcome.NOT_SENT)
    assert journal.spent(run="run") == {"EUR": (Decimal(0), 0, 0)}


def test_velocity_counts_what_went_to_one_place(journal: Journal) -> None:
    """More messages to a range of numbers than a window allows are refused until it has passed."""
    from smscore.caps import Velocity

    guard = Guard(velocity=[Velocity(2, timedelta(minutes=10), "range")])
    for place in range(2):
        assert isinstance(claim(journal, str(place), to=f"+44770090012{place}", guard=guard), Claim)
    third = claim(journal, "2", to="+447700900129", guard=guard)
    assert isinstance(third, TooFast)
    elsewhere = claim(journal, "3", to="+447700901129", guard=guard)
    assert isinstance(elsewhere, Claim)
    later = NOW + timedelta(minutes=10, seconds=1)
    assert isinstance(claim(journal, "2", to="+447700900129", now=later, guard=guard), Claim)


def test_a_refusal_is_kept(journal: Journal) -> None:
    """A message that the caps refuse is in the journal as quoted, with the reason, uncounted."""
    guard = Guard(max_total="0.05 EUR")
    assert isinstance(claim(journal, "a", guard=guard), Claim)
    refused = claim(journal, "b", guard=guard)
    assert isinstance(refused, OverCap)
    [_, entry] = journal.entries()
    assert (entry.state, entry.reason) == (State.QUOTED, str(refused))
    assert journal.spent(run="run") == {"EUR": (Decimal("0.04"), 1, 1)}


def test_news_that_are_old(journal: Journal) -> None:
    """What is older than what is known changes nothing, nor does doubt about what was certain."""
    entry = finish(journal, claim(journal, "a"), Outcome.ACCEPTED)

    def conclude(outcome: Outcome, status: str, minutes: int) -> Entry | None:
        result = Result(NUMBER, outcome, status=status)
        at = NOW + timedelta(minutes=minutes)
        return journal.write(
            lambda transaction: transaction.conclude(entry.id, result, NOW, "event", at)
        )

    later = conclude(Outcome.ACCEPTED, "delivered", 2)
    assert later is not None
    assert (later.state, later.status) == (State.ACCEPTED, "delivered")
    earlier = conclude(Outcome.ACCEPTED, "sent", 1)
    assert earlier is not None
    assert earlier.status == "delivered"
    doubtful = conclude(Outcome.UNKNOWN, "puzzling", 3)
    assert doubtful is not None
    assert (doubtful.state, doubtful.status) == (State.ACCEPTED, "puzzling")
    assert (
        journal.write(
            lambda transaction: transaction.conclude(
                99, Result(NUMBER, Outcome.ACCEPTED), NOW, "event"
            )
        )
        is None
    )


def test_an_event_is_new_once(journal: Journal) -> None:
    """An event's id is new the first time, for each provider."""
    seen = [
        journal.write(partial(see, provider=provider)) for provider in ("callr", "callr", "close")
    ]
    assert seen == [True, False, True]


def test_the_repr_shows_nothing_private(journal: Journal) -> None:
    """Neither a journal nor an entry shows a text or a number."""
    finish(journal, claim(journal, "a"), Outcome.ACCEPTED)
    [entry] = journal.entries()
    assert TEXT not in repr((journal, entry))
    assert NUMBER not in repr((journal, entry))
