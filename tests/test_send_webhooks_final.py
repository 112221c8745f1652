"""Events of a whole life: what is final stays, and what has another handle is another message.

The law of this file: a life is what the provider documents: created, pending, sent, then received
or failed. In whatever order its events come, and however often, its end is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER
from sending_records import OTHER, SENT_AT, Complete, dump, entry_of, euro, seconds, sent

from smscore.send import webhooks
from smscore.send.events import Event, EventKind
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.webhooks import parse

SECRET = "s3cret-of-the-webhook"  # noqa: S105  # nobody's
NOW = seconds(3600)
REFUSED = {"failed"}


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def status(word: str, at: datetime | None = SENT_AT, **more: Any) -> Event:
    """Give a status of a message, by the word for it."""
    values: dict[str, Any] = {
        "id": f"{word} {at}",
        "message_id": "m1",
        "number": NUMBER,
        "text": "Doors open at 7",
        "outcome": Outcome.REJECTED if word in REFUSED else Outcome.ACCEPTED,
        "reason": "no such handset" if word in REFUSED else None,
        **more,
    }
    return Event(provider="standard", kind=EventKind.STATUS, at=at, status=word, **values)


def bring(journal: Journal, event: Event, *, provider: Any = "standard") -> Event:
    """Bring an event as if a provider had read it, of which "delivered" and "failed" are final."""

    def read_event(*_: object, **__: object) -> Event:
        return event

    with pytest.MonkeyPatch.context() as patch:
        name = "smscore.send.providers.standard"
        patch.setattr(webhooks, "PROVIDERS", frozenset({"standard"}))
        patch.setattr(webhooks, "NAMED", frozenset({"standard"}))
        package: Any = SimpleNamespace(Complete=Complete, other=1)
        module: Any = SimpleNamespace(read_event=read_event)
        patch.setitem(sys.modules, name, package)
        patch.setitem(sys.modules, f"{name}.events", module)
        return parse(provider, {}, b"", SECRET, journal=journal, now=NOW)


@settings(max_examples=150, deadline=None)
@given(
    end=st.sampled_from(["Delivered", "failed"]),
    times=st.lists(st.sampled_from([None, *map(seconds, range(5))]), min_size=4, max_size=4),
    outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.UNKNOWN]),
    data=st.data(),
)
def test_every_order_of_every_life(
    end: str, times: list[datetime | None], outcome: Outcome, data: st.DataObject
) -> None:
    """A life's events, in any order, some of them again, with any times, end as its last one."""
    words = ["created", "pending", "sent", end]
    life = [status(word, at) for word, at in zip(words, times, strict=True)]
    life[3] = status(end, times[3], parts=1, price=euro("0.08"))
    again = data.draw(st.lists(st.sampled_from(life), max_size=3))
    ends = []
    for events in (life, data.draw(st.permutations([*life, *again]))):
        with Journal(":memory:", key="k" * 32) as journal:
            id_ = sent(journal, outcome=outcome, message_id="m1")
            for event in events:
                bring(journal, event)
            entry = entry_of(journal, id_)
            assert entry.status == end
            assert entry.state is (State.REJECTED if end == "failed" else State.ACCEPTED)
            assert (entry.billed_parts, entry.price) == (1, euro("0.08"))
            ends.append(dump(journal, but=["change", "quote_hash", "quoted_at", "approved_at"]))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("at", [None, seconds(-60), seconds(0), seconds(60)])
@pytest.mark.parametrize(
    ("first", "second"), [("delivered", "failed"), ("failed", "delivered")], ids=["bad", "good"]
)
def test_two_ends(journal: Journal, first: str, second: str, at: datetime | None) -> None:
    """Of two ends that contradict each other the first stays, and both tell of the other."""
    id_ = sent(journal, message_id="m1")
    bring(journal, status(first))
    before = entry_of(journal, id_)
    told = bring(journal, status(second, at, id="e2"))
    after = entry_of(journal, id_)
    assert (after.state, after.status) == (before.state, first)
    for reason in (told.reason, after.reason):
        assert reason is not None
        assert f"also said {second}, after {first}" in reason
    assert ("no such handset" in (after.reason or "")) is (first == "failed")
    bring(journal, status(second, at, id="e3"))
    assert entry_of(journal, id_) == after


def test_an_end_by_another_word(journal: Journal) -> None:
    """A final status again is no contradiction; parts and price are taken from it."""
    id_ = sent(journal, message_id="m1")
    bring(journal, status("delivered"))
    told = bring(journal, status("DELIVERED", seconds(5), parts=2, price=euro("0.08")))
    entry = entry_of(journal, id_)
    assert (entry.status, entry.reason, told.reason) == ("delivered", None, None)
    assert (entry.billed_parts, entry.price) == (2, euro("0.08"))
    assert entry.status_at == seconds(5)


def test_an_end_of_a_provider_that_is_given(journal: Journal) -> None:
    """A provider says itself what is final; a name finds it by the classes of that name."""
    for number, provider in enumerate(("standard", Complete())):
        id_ = sent(journal, str(number), message_id=f"m{number}")
        for word, at in (("failed", seconds(1)), ("sent", seconds(2))):
            bring(journal, status(word, at, message_id=f"m{number}", id=None), provider=provider)
        assert entry_of(journal, id_).state is State.REJECTED


def test_callr_says_what_is_final() -> None:
    """CALLR's RECEIVED, and its failures, are final; Close's "sent" and "error" are."""
    assert webhooks._find_final("callr", "callr") >= {"received", "error", "expired"}
    assert not webhooks._find_final("callr", "callr") & {"sent", "pending", "created"}
    assert webhooks._find_final("close", "close") == {"sent", "error"}


@pytest.mark.parametrize(
    ("given_", "told", "fits"),
    [
        ("ours", "ours", True),
        ("ours", "theirs", False),
        ("ours", None, True),
        (None, "theirs", True),
    ],
)
def test_an_event_with_a_handle(
    journal: Journal, given_: str | None, told: str | None, *, fits: bool
) -> None:
    """An event of an unknown id, alike in all but its handle, ends no doubt if that differs."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle=given_)
    bring(journal, status("sent", handle=told))
    state = State.ACCEPTED if fits else State.UNKNOWN
    assert entry_of(journal, id_).state is state


@pytest.mark.parametrize(
    "more",
    [{"text": "altered"}, {"text": None}, {"number": None}, {"at": SENT_AT + timedelta(hours=9)}],
    ids=["text", "no text", "no number", "late"],
)
def test_an_event_with_our_handle(journal: Journal, more: dict[str, Any]) -> None:
    """An event with the handle of a message in doubt is about it, whatever else it tells."""
    other = sent(journal, "a", Outcome.UNKNOWN, to=OTHER, handle="other")
    id_ = sent(journal, "b", Outcome.UNKNOWN, handle="ours")
    bring(journal, status("sent", **{"handle": "ours", **more}))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "m1")
    assert entry_of(journal, other).state is State.UNKNOWN


def test_a_handle_chooses_among_alike(journal: Journal) -> None:
    """Where messages in doubt are alike, the handle says which of them an event is about."""
    ids = [sent(journal, each, Outcome.UNKNOWN, handle=each) for each in "abc"]
    bring(journal, status("sent", handle="b"))
    states = [entry_of(journal, each).state for each in ids]
    assert states == [State.UNKNOWN, State.ACCEPTED, State.UNKNOWN]
    # One key in two runs has one handle.
    twins = [sent(journal, "d", Outcome.UNKNOWN, run=run, handle="d") for run in "xy"]
    bring(journal, status("sent", handle="d", message_id="m2", id="e2"))
    assert {entry_of(journal, each).state for each in twins} == {State.UNKNOWN}


def test_an_event_of_another_account(journal: Journal) -> None:
    """Where a provider is given, an event of an unknown id is about its own account's message."""
    theirs = sent(journal, "a", Outcome.UNKNOWN, account="another account")
    bring(journal, status("sent"), provider=Complete())
    assert entry_of(journal, theirs).state is State.UNKNOWN
    ours = sent(journal, "b", Outcome.UNKNOWN)
    bring(journal, status("sent", message_id="m2", id="e2"), provider=Complete())
    assert entry_of(journal, ours).state is State.ACCEPTED
