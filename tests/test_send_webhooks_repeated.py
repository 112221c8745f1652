"""Events that come again, and events of an attempt that was tried again since.

The law of this file: an event is recorded once, on the message that it is about, and never on the
one that came after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER
from sending_records import SENT_AT, begin, dump, entry_of, euro, seconds, sent
from test_send_webhooks_final import bring, status

from smscore.send.events import EventKind
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome, Result


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def test_an_event_that_came_too_early_counts_when_it_comes_again(journal: Journal) -> None:
    """One that fits no message is no loss: its repeat is recorded, once, and is a duplicate."""
    early = status("failed", text="altered", price=euro("0.03"))
    assert not bring(journal, early).duplicate
    claim = begin(journal)
    answer = Result(NUMBER, Outcome.ACCEPTED, "m1")
    journal.write(lambda transaction: transaction.finish(claim, answer, SENT_AT))
    again = bring(journal, early)
    assert (again.duplicate, again.outcome) == (True, Outcome.REJECTED)
    entry = entry_of(journal, claim.id)
    assert (entry.state, entry.price) == (State.REJECTED, euro("0.03"))
    before = dump(journal)
    assert bring(journal, early).duplicate
    assert dump(journal) == before


def test_a_repeat_that_fits_nothing_stays_open(journal: Journal) -> None:
    """It may come any number of times before its message is known, and changes nothing by it."""
    sent(journal, message_id="m2")
    before = dump(journal, but=["event"])
    told = [bring(journal, status("sent", text="altered")).duplicate for _ in range(3)]
    assert told == [False, True, True]
    assert dump(journal, but=["event"]) == before
    assert len(dump(journal)["event"]) == 1


@pytest.mark.parametrize(
    "more", [{"kind": EventKind.INBOUND}, {"kind": EventKind.OTHER}, {"outcome": None}]
)
def test_what_is_no_status_is_never_tried_again(journal: Journal, more: dict[str, Any]) -> None:
    """A reply, and a status of no known meaning, are seen for good."""
    event = replace(status("sent", text="altered"), **more)
    bring(journal, event)
    sent(journal, message_id="m1")
    before = dump(journal)
    assert bring(journal, event).duplicate
    assert dump(journal) == before


@settings(max_examples=80, deadline=None)
@given(
    words=st.lists(st.sampled_from(["sent", "Delivered", "failed"]), min_size=1, unique=True),
    times=st.integers(0, 3),
)
def test_early_repeats_end_as_late_events_do(words: list[str], times: int) -> None:
    """However often events came before their message, their repeat leaves what they would have."""
    events = [
        status(word, seconds(place), text="altered", price=euro("0.05"), parts=1)
        for place, word in enumerate(words)
    ]
    found = []
    for early in (0, times):
        with Journal(":memory:", key="key-of-the-journals" * 32) as journal:
            for event in events * early:
                bring(journal, event)
            sent(journal, message_id="m1")
            for event in events * 2:
                bring(journal, event)
            found.append(dump(journal, but=["quoted_at", "approved_at", "quote_hash", "change"]))
    assert found[0] == found[1]


def try_again(journal: Journal, *, price: str | None = None, handle: str | None = None) -> int:
    """Let a message be rejected, and be in doubt after it was tried again."""
    sent(
        journal,
        outcome=Outcome.REJECTED,
        message_id="m1",
        price=None if price is None else euro(price),
        handle=handle,
    )
    claim = begin(journal, at=seconds(60), again=True, handle=handle)
    doubt = Result(NUMBER, Outcome.UNKNOWN)
    journal.write(lambda transaction: transaction.finish(claim, doubt, seconds(61)))
    return claim.id


@pytest.mark.parametrize("handle", [None, "ours"])
def test_an_event_of_an_earlier_attempt_ends_no_doubt(journal: Journal, handle: str | None) -> None:
    """That the attempt before failed says nothing of the one in doubt, however alike they are."""
    id_ = try_again(journal, handle=handle)
    bring(journal, status("failed", seconds(30), handle=handle))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.UNKNOWN, None)
    bring(journal, status("sent", seconds(62), handle=handle, message_id="m2"))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "m2")


def test_what_an_earlier_attempt_cost_is_kept(journal: Journal) -> None:
    """The bill of an earlier attempt may come after the next one began; it is told and counts."""
    id_ = try_again(journal)
    before = journal.spent(run="run")["EUR"][0]
    for _ in range(2):
        bring(journal, status("failed", seconds(30), price=euro("0.03"), parts=1))
    [earlier] = journal.earlier()
    assert (earlier.price, earlier.status) == (euro("0.03"), "failed")
    assert entry_of(journal, id_).price is None
    assert journal.spent(run="run")["EUR"][0] - before == Decimal("0.03")


def test_a_batch_of_earlier_attempts_is_told_apart(journal: Journal) -> None:
    """Of attempts with one id the bill is that of the number, or nobody's."""
    for key in "ab":
        to = "+33612345678" if key == "b" else NUMBER
        sent(journal, key, outcome=Outcome.REJECTED, message_id="m1", to=to)
        begin(journal, key, at=seconds(60), again=True, to=to)
    bring(journal, status("failed", number="33612345678", price=euro("0.03")))
    bring(journal, status("failed", id="e2", number=None, price=euro("0.09")))
    assert [each.price for each in journal.earlier()] == [None, euro("0.03")]
