"""Whose messages are asked about, and of which time: another base URL, a day, a month.

The law of this file: whoever asks is told if nobody was asked, and what the provider has of a time
is found whatever the journal has of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sending_records import (
    NOW,
    OTHER,
    SENT_AT,
    Archive,
    Complete,
    ask,
    dump,
    entry_of,
    euro,
    record,
    seconds,
    sent,
)

from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Placed(Complete):
    """One whose account is another at another base URL."""

    base_url: str = "https://api.example.org/v1"

    def secrets(self) -> tuple[str, ...]:
        """Give what tells its account from others."""
        return (self.base_url,)


HERE, THERE = Placed(), Placed(base_url="https://eu.example.net/private/v1")


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def test_another_base_url_is_told(journal: Journal) -> None:
    """Where all was sent by way of another host, that host is named, and nothing more of it."""
    journal.note_host(HERE.identity, "api.example.org")
    sent(journal, message_id="m1", account=HERE.identity)
    sent(journal, "b", message_id="m2", account=HERE.identity)
    before = dump(journal)
    provider = replace(THERE, windows=[])
    found = ask(journal, provider)
    [fault] = found.faults
    assert "all 2 messages went by way of api.example.org, not of eu.example.net" in fault
    assert "give the base URL" in fault
    assert "private" not in fault
    assert (found.asked, found.clean, provider.windows) == (False, False, [])
    assert dump(journal) == before
    assert ", without asking the provider" in found.to_text()


def test_an_account_of_which_nothing_is_known_is_told(journal: Journal) -> None:
    """Where nobody has noted the host, or it is the same one, the credentials are to be others."""
    sent(journal, message_id="m1", account=HERE.identity)
    [fault] = ask(journal, THERE).faults
    assert "another account sent the one message, or another base URL than that of" in fault
    journal.note_host(HERE.identity, "eu.example.net")
    [fault] = ask(journal, THERE).faults
    assert "other credentials sent the one message by way of eu.example.net" in fault


def test_one_of_ours_is_enough(journal: Journal) -> None:
    """Where the account that asks has something to ask about, another one's is no fault."""
    sent(journal, message_id="m1", account=HERE.identity)
    sent(journal, "b", to=OTHER, message_id="m2", account=THERE.identity)
    found = ask(journal, replace(THERE, records=[record("m2", OTHER, price=euro("0.05"))]))
    assert (found.faults, found.asked) == ((), True)
    assert ask(journal, HERE).faults == ()


def test_what_is_settled_is_nobodys_to_ask(journal: Journal) -> None:
    """Where nothing is left to be asked, no fault says so; a run that is named is always asked."""
    sent(journal, message_id="m1", price=euro("0.04"), status="delivered", account=HERE.identity)
    assert ask(journal, THERE).faults == ()
    assert len(ask(journal, THERE, run="run").faults) == 1
    assert ask(journal, THERE, run="run", until=SENT_AT).faults == ()


def test_a_doubt_of_another_place_is_a_fault_too(journal: Journal) -> None:
    """A message in doubt that nobody was asked about stays so, with advice and the fault."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, account=HERE.identity)
    found = ask(journal, THERE)
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert (len(found.unresolved), len(found.faults)) == (1, 1)


@pytest.mark.parametrize(
    ("since", "until", "extras"),
    [
        (None, None, ["now"]),
        (SENT_AT - 3 * DAY, None, ["before", "now"]),
        (SENT_AT - 3 * DAY, SENT_AT - DAY, ["before"]),
        (SENT_AT - 30 * DAY, SENT_AT - 20 * DAY, ["early"]),
        (SENT_AT - 30 * DAY, None, ["early", "before", "now"]),
    ],
)
def test_strangers_of_any_time_are_found(
    journal: Journal, since: object, until: object, extras: list[str]
) -> None:
    """What the provider has of a time and the journal has not is found, if the time is named."""
    sent(journal, message_id="m1")
    records = [
        record("m1"),
        record("early", OTHER, at=SENT_AT - 25 * DAY),
        record("before", OTHER, at=SENT_AT - 2 * DAY),
        record("now", OTHER, at=seconds(60)),
        record("late", OTHER, at=NOW + DAY),
    ]
    provider = Archive(records=records, windows=[])
    found = ask(journal, provider, since=since, until=until)
    assert [each.message_id for each in found.extra] == extras
    if since is not None:
        [(first, last)] = provider.windows
        assert first <= since  # type: ignore[operator]
        assert last >= (until or NOW)  # type: ignore[operator]


def test_a_time_of_which_the_journal_has_nothing(journal: Journal) -> None:
    """A time in which nothing was sent is asked about as well: somebody else may have."""
    sent(journal, message_id="m1", price=euro("0.04"), status="delivered")
    records = [record("m1"), record("x", OTHER, at=SENT_AT - 9 * DAY)]
    found = ask(journal, Archive(records=records), since=SENT_AT - 10 * DAY, until=SENT_AT - DAY)
    assert [each.message_id for each in found.extra] == ["x"]
    assert sum(found.states.values()) == 0
