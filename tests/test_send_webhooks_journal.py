"""Events and the journal: in any order, any number of times, and once.

The law of this file: the events are made up, as if a provider had read them: what the providers
read of theirs is tested with them. Journals are compared row by row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER
from sending_records import OTHER, SENT_AT, begin, dump, entry_of, euro, seconds, sent

from smscore.errors import JournalError
from smscore.money import Money
from smscore.send import webhooks
from smscore.send.events import Event, EventKind
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Stage
from smscore.send.outcomes import Outcome, Result
from smscore.send.webhooks import parse

SECRET = "s3cret-of-the-webhook"  # noqa: S105  # nobody's
NOW = seconds(3600)


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def status(
    id_: str = "e1",
    at: datetime | None = SENT_AT,
    outcome: Outcome | None = Outcome.ACCEPTED,
    word: str = "sent",
    **more: Any,
) -> Event:
    """Give a status of a message."""
    values: dict[str, Any] = {"message_id": "m1", "number": NUMBER, **more}
    return Event(
        provider="standard",
        kind=EventKind.STATUS,
        id=id_,
        at=at,
        outcome=outcome,
        status=word,
        **values,
    )


def bring(journal: Journal, event: Event) -> Event:
    """Bring an event as if a provider had read it."""

    def read_event(*_: object, **__: object) -> Event:
        return event

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks, "PROVIDERS", frozenset({"standard"}))
        module: Any = SimpleNamespace(read_event=read_event)
        patch.setitem(sys.modules, "smscore.send.providers.standard", SimpleNamespace())
        patch.setitem(sys.modules, "smscore.send.providers.standard.events", module)
        return parse("standard", {}, b"", SECRET, journal=journal, now=NOW)


WORDS = {
    "queued": Outcome.ACCEPTED,
    "sent": Outcome.ACCEPTED,
    "delivered": Outcome.ACCEPTED,
    "failed": Outcome.REJECTED,
    "draft": Outcome.NOT_SENT,
    "puzzling": None,
}


def say(id_: str, at: datetime, word: str, price: Money | None, parts: int | None) -> Event:
    """Give a status whose meaning and reason follow from the word, as a provider's do."""
    reason = "no such handset" if word == "failed" else None
    return status(id_, at, WORDS[word], word, price=price, parts=parts, reason=reason)


EVENTS = st.lists(
    st.builds(
        say,
        st.sampled_from([f"e{place}" for place in range(6)]),
        st.sampled_from([seconds(place) for place in range(4)]),
        st.sampled_from(list(WORDS)),
        st.sampled_from([None, euro("0.08")]),
        st.sampled_from([None, 2]),
    ),
    max_size=5,
    unique_by=lambda event: event.id,
)


@settings(max_examples=150, deadline=None)
@given(
    events=EVENTS,
    order=st.randoms(use_true_random=False),
    outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.UNKNOWN]),
    price=st.sampled_from([None, euro("0.08")]),
)
def test_the_order_of_events_does_not_matter(
    events: list[Event], order: Any, outcome: Outcome, price: Money | None
) -> None:
    """Events in any order, each any number of times, leave the same messages and sums."""
    shuffled = [*events, *order.choices(events, k=3)] if events else []
    order.shuffle(shuffled)
    states = []
    for some in (events, shuffled):
        with Journal(":memory:", key="key-of-the-journals" * 32) as journal:
            sent(journal, outcome=outcome, message_id="m1", price=price)
            for event in some:
                bring(journal, event)
            states.append(dump(journal, but=["change", "quote_hash", "quoted_at", "approved_at"]))
    assert states[0] == states[1]


def test_every_order_of_a_life() -> None:
    """Whatever order the statuses of one message come in, the last of its life stays."""
    life = [
        status("e1", seconds(1), word="queued"),
        status("e2", seconds(2), word="sent", price=euro("0.08")),
        status("e3", seconds(3), Outcome.REJECTED, "failed"),
        status("e4", seconds(3), Outcome.ACCEPTED, "sent"),
    ]
    for order in permutations(life):
        with Journal(":memory:") as journal:
            id_ = sent(journal, message_id="m1")
            for event in order:
                bring(journal, event)
            entry = entry_of(journal, id_)
            assert (entry.state, entry.status) == (State.REJECTED, "failed")
            assert entry.price == euro("0.08")
            assert journal.spent(run="run")["EUR"] == (euro("0.08").amount, 1, 1)


def test_what_was_free_counts_again(journal: Journal) -> None:
    """A message that was rejected, and was accepted after all, counts for the caps again."""
    sent(journal, message_id="m1")
    counted = journal.spent(run="run")
    bring(journal, status("e1", seconds(1), Outcome.REJECTED, "failed"))
    assert journal.spent(run="run")["EUR"][2] == 0
    bring(journal, status("e2", seconds(2), Outcome.ACCEPTED, "delivered"))
    assert journal.spent(run="run") == counted
    assert journal.spent(day="2026-11-24") == counted


def test_a_batch_is_told_apart_by_number(journal: Journal) -> None:
    """Of messages with one id, the event is about the one with its number, or about none."""
    first = sent(journal, "a", message_id="m1")
    second = sent(journal, "b", message_id="m1", to=OTHER)
    bring(journal, status("e1", word="delivered", number=OTHER.removeprefix("+")))
    bring(journal, status("e2", word="delivered", number=None))
    bring(journal, status("e3", word="delivered", number="+33699999999"))
    assert [entry_of(journal, each).status for each in (first, second)] == [None, "delivered"]


def test_a_draft_is_no_news(journal: Journal) -> None:
    """An event never says that a message did not go out: it may be older than what sent it."""
    id_ = sent(journal, message_id="m1")
    bring(journal, status("e1", seconds(5), Outcome.NOT_SENT, "draft"))
    assert entry_of(journal, id_).state is State.ACCEPTED


def test_an_event_before_the_answer(journal: Journal) -> None:
    """An event that overtakes the answer counts; the answer fills in what the event did not say."""
    claim = begin(journal, stage=Stage.PREPARE)
    journal.write(lambda transaction: transaction.release(claim, "m1", SENT_AT))
    bring(journal, status("e1", word="delivered"))
    assert entry_of(journal, claim.id).state is State.ACCEPTED
    answer = Result(NUMBER, Outcome.ACCEPTED, "m1", "queued", parts=1, price=euro("0.03"))
    journal.write(lambda transaction: transaction.finish(claim, answer, seconds(1), 200))
    entry = entry_of(journal, claim.id)
    assert (entry.status, entry.billed_parts, entry.http_status) == ("delivered", 1, 200)
    assert journal.spent(run="run")["EUR"][0] == euro("0.03").amount


@pytest.mark.parametrize("answered", [Outcome.ACCEPTED, Outcome.UNKNOWN])
def test_an_answer_after_somebody_gave_up(journal: Journal, answered: Outcome) -> None:
    """An answer that comes after a message was thought unsent is believed: it is not sent again."""
    claim = begin(journal)
    nothing = Result(NUMBER, Outcome.NOT_SENT)
    journal.write(lambda transaction: transaction.conclude(claim.id, nothing, NOW, "absent"))
    answer = Result(NUMBER, answered, "m1")
    journal.write(lambda transaction: transaction.finish(claim, answer, NOW))
    entry = entry_of(journal, claim.id)
    assert (entry.outcome, entry.message_id) == (answered, "m1")
    assert journal.spent(run="run")["EUR"][2] == 1


def test_an_old_event_ends_doubt(journal: Journal) -> None:
    """That a message was accepted is news for whoever doubts it, however late the event comes."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, message_id="m1")
    doubt = Result(NUMBER, Outcome.UNKNOWN, status="puzzling")
    journal.write(lambda each: each.conclude(id_, doubt, NOW, "asked", seconds(60)))
    bring(journal, status("e1", seconds(5), word="sent"))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.status_at) == (State.ACCEPTED, seconds(60))


def test_an_answer_to_an_older_claim(journal: Journal) -> None:
    """An answer to a claim that is not the last one is another's to judge: it changes nothing."""
    claim = begin(journal)
    unsent = Result(NUMBER, Outcome.NOT_SENT)
    journal.write(lambda each: each.conclude(claim.id, unsent, NOW, "absent"))
    begin(journal, at=NOW)
    before = dump(journal)
    answer = Result(NUMBER, Outcome.ACCEPTED, "m1")
    with pytest.raises(JournalError, match="another process"):
        journal.write(lambda each: each.finish(claim, answer, NOW))
    assert dump(journal) == before


def test_a_crash_loses_no_event(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """If recording fails after an event was remembered, it is not remembered either."""
    from smscore.send.journal.transaction import Transaction

    id_ = sent(journal, message_id="m1")
    before = dump(journal)
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise JournalError("journal", "the disk is full")

        patch.setattr(Transaction, "conclude", fail)
        with pytest.raises(JournalError):
            bring(journal, status(word="delivered"))
    assert dump(journal) == before
    assert not bring(journal, status(word="delivered")).duplicate
    assert entry_of(journal, id_).status == "delivered"


def test_an_event_of_nothing_known(journal: Journal) -> None:
    """An event about a message that the journal has not, or about none, is remembered only."""
    sent(journal, message_id="m1")
    before = dump(journal, but=["event"])
    for event in (
        status("e1", message_id="m2"),
        status("e2", message_id=None),
        replace(status("e3"), kind=EventKind.INBOUND),
        replace(status("e4"), kind=EventKind.OTHER),
    ):
        assert not bring(journal, event).duplicate
    assert dump(journal, but=["event"]) == before
    assert len(dump(journal)["event"]) == 4


def test_an_event_without_a_time(journal: Journal) -> None:
    """A status without a time ends doubt and fills gaps, and changes nothing that is known."""
    certain = sent(journal, "a", message_id="m1", status="delivered")
    bring(journal, status("e1", None, word="sent", parts=1))
    entry = entry_of(journal, certain)
    assert (entry.status, entry.billed_parts) == ("delivered", 1)
    doubtful = sent(journal, "b", Outcome.UNKNOWN, message_id="m2")
    bring(journal, status("e2", None, word="sent", message_id="m2"))
    assert entry_of(journal, doubtful).state is State.ACCEPTED
