"""Handles: what a message is told by, where the provider keeps what its sender gave it.

The law of this file: what has another handle is never ours, and what has ours is, whatever else is
told; only what has none is told by its number, text and time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER, TEXT
from sending_records import OTHER, SENT_AT, Complete, ask, entry_of, record, seconds, sent

from smscore.send.journal import Journal, State
from smscore.send.matching import match, read_record
from smscore.send.outcomes import Outcome, SentMessage


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


@pytest.mark.parametrize(
    "other",
    [
        record(handle="theirs"),
        record(text=None, handle="theirs"),
        record(text="another", at=seconds(5), handle="theirs"),
        record(at=None, handle="theirs"),
    ],
    ids=["alike", "no text", "text", "no time"],
)
def test_another_handle_is_another_message(journal: Journal, other: SentMessage) -> None:
    """A record with another handle is not the message, however alike: it forbids no absence."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle="ours")
    found = ask(journal, Complete(records=[other]))
    assert entry_of(journal, id_).state is State.NOT_SENT
    assert [each.message_id for each in found.extra] == ([] if other.at is None else ["m1"])
    assert entry_of(journal, id_).message_id is None


@pytest.mark.parametrize(
    "found",
    [
        record(handle="ours", text="altered on its way"),
        record(handle="ours", text=None),
        record(handle="ours", at=SENT_AT + timedelta(hours=5)),
        record(handle="ours", at=None),
        record(handle="ours", number="unknown"),
        record(handle="ours", number=OTHER),
    ],
    ids=["text", "no text", "late", "no time", "no number", "number"],
)
def test_our_handle_decides(journal: Journal, found: SentMessage) -> None:
    """A record with the message's handle is its own, whatever else it tells."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle="ours")
    ask(journal, Complete(records=[found]))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "m1")


def test_our_handle_before_the_rest(journal: Journal) -> None:
    """Of records alike, the one with the handle is taken, though another is nearer in time."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle="ours")
    have = [record("near"), record("ours", at=seconds(90), handle="ours")]
    found = ask(journal, Complete(records=have))
    assert entry_of(journal, id_).message_id == "ours"
    assert [each.message_id for each in found.extra] == ["near"]


@pytest.mark.parametrize(
    ("given_", "told"),
    [("ours", None), (None, "theirs"), (None, None)],
    ids=["told", "given", "no"],
)
def test_without_a_handle(journal: Journal, given_: str | None, told: str | None) -> None:
    """Where the message or the record has no handle, number, text and time decide."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle=given_)
    ask(journal, Complete(records=[record(handle=told)]))
    assert entry_of(journal, id_).state is State.ACCEPTED


def test_a_handle_of_somebody_else_here(journal: Journal) -> None:
    """A record with the handle of one message is not taken for another that has none."""
    first = sent(journal, "a", Outcome.UNKNOWN, handle="ours", at=seconds(60))
    second = sent(journal, "b", Outcome.UNKNOWN)
    ask(journal, Complete(records=[record(handle="ours", at=seconds(1))]))
    states = [entry_of(journal, each).state for each in (first, second)]
    assert states == [State.ACCEPTED, State.NOT_SENT]


def test_a_handle_from_before(journal: Journal) -> None:
    """A record from long before a message, with its handle, is of its key's last use, or is not."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, handle="ours")
    before = record(handle="ours", text="of yesterday", at=SENT_AT - timedelta(hours=20))
    found = ask(journal, Complete(records=[before]))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert "may be this one" in found.unresolved[0].reason


def test_a_handle_in_two_runs(journal: Journal) -> None:
    """A key of two runs is one handle: number, text and time tell the messages apart."""
    first = sent(journal, "a", Outcome.UNKNOWN, run="first", handle="ours")
    second = sent(journal, "a", Outcome.UNKNOWN, run="second", handle="ours", at=seconds(3600))
    ask(journal, Complete(records=[record(handle="ours", at=seconds(3601))]))
    states = [entry_of(journal, each).state for each in (first, second)]
    assert states == [State.NOT_SENT, State.ACCEPTED]


HANDLES = st.sampled_from([None, "h1", "h2"])


@settings(max_examples=150, deadline=None)
@given(
    messages=st.lists(st.tuples(HANDLES, st.sampled_from([NUMBER, OTHER]), st.integers(0, 1500))),
    records=st.lists(
        st.builds(
            lambda number, text, at, handle: record(None, number, text, at=at, handle=handle),
            st.sampled_from([NUMBER, OTHER, "unknown"]),
            st.sampled_from([TEXT, "Hello", None]),
            st.one_of(st.none(), st.integers(0, 1500).map(seconds)),
            HANDLES,
        ),
        max_size=6,
    ),
)
def test_handles_agree(
    messages: list[tuple[str | None, str, int]], records: list[SentMessage]
) -> None:
    """No record is two messages', none is lost, and no two handles that differ are matched."""
    with Journal(":memory:") as journal:
        for key, (handle, to, at) in enumerate(messages[:6]):
            sent(journal, str(key), Outcome.UNKNOWN, at=seconds(at), to=to, handle=handle)
        entries = {each.id: each for each in journal.entries()}
        hashes = (journal.hash_number, journal.hash_text, journal.hash_handle)
        made = [read_record(each, *hashes) for each in records]
        found = match(list(entries.values()), made, shared_ids=True)
        taken = list(found.found.values())
        assert len({id(each) for each in (*taken, *found.free)}) == len(made)
        assert len(taken) + len(found.free) == len(made)
        for number, each in found.found.items():
            ours = entries[number].handle_hash
            assert ours is None or each.handle_hash in (None, ours)
