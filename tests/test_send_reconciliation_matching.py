"""Matching: which record of the provider is which message, and none of two.

The law of this file: what is matched is told by what the journal holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER, TEXT, approve
from sending_records import (
    NOW,
    OTHER,
    SENT_AT,
    Archive,
    Complete,
    ask,
    begin,
    entry_of,
    euro,
    record,
    seconds,
    sent,
)

from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Claim, Stage
from smscore.send.journal.transaction import Transaction
from smscore.send.matching import MARGIN, match, read_record
from smscore.send.outcomes import Outcome, Result, SentMessage


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def test_numbers_are_matched_by_their_digits(journal: Journal) -> None:
    """A number that the provider writes without "+" or with separators is the same number."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    ask(journal, Archive(records=[record(number="44 7700-900123")]))
    assert entry_of(journal, id_).state is State.ACCEPTED


def test_a_message_with_an_id_is_no_other(journal: Journal) -> None:
    """Where ids are shared, a record of another id is not taken for a message that has one."""
    accepted = sent(journal, "a", message_id="m1", price=euro("0.04"), status="delivered")
    doubtful = sent(journal, "b", outcome=Outcome.UNKNOWN, at=seconds(1))
    ask(journal, Complete(records=[record("m2", at=seconds(1))]))
    assert entry_of(journal, accepted).message_id == "m1"
    assert entry_of(journal, doubtful).message_id == "m2"


def test_certain_messages_come_first_where_ids_are_not_shared(journal: Journal) -> None:
    """One record for a message that was accepted and one in doubt is that of the first."""
    sent(journal, "a", message_id="batch-1")
    doubtful = sent(journal, "b", outcome=Outcome.UNKNOWN, at=seconds(5))
    ask(journal, Archive(fetchable=False, records=[record("x", at=seconds(5))]))
    assert entry_of(journal, doubtful).state is State.UNKNOWN
    both = [record("x", at=seconds(5)), record("y", at=seconds(6))]
    ask(journal, Archive(fetchable=False, records=both))
    entry = entry_of(journal, doubtful)
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "y")


def test_a_batch_has_one_id(journal: Journal) -> None:
    """Recipients that share an id are told apart by their numbers."""
    first = sent(journal, "a", message_id="b1")
    second = sent(journal, "b", message_id="b1", to=OTHER)
    have = [record("b1", OTHER, price=euro("0.05")), record("b1", NUMBER, price=euro("0.04"))]
    ask(journal, Archive(records=have))
    assert entry_of(journal, first).price == euro("0.04")
    assert entry_of(journal, second).price == euro("0.05")


def test_records_without_texts(journal: Journal) -> None:
    """A record without a text is a message's if there is no other record and message it may be."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    ask(journal, Complete(records=[record(text=None)]))
    assert entry_of(journal, id_).state is State.ACCEPTED
    first = sent(journal, "b", outcome=Outcome.UNKNOWN, text="one", to=OTHER)
    second = sent(journal, "c", outcome=Outcome.UNKNOWN, text="two", to=OTHER)
    found = ask(journal, Complete(records=[record(), record("m2", OTHER, text=None)]))
    assert [each.message for each in found.unresolved] == [first, second]


def test_records_without_times(journal: Journal) -> None:
    """Records without times are matched only if there are as many as messages, ever."""
    for key, day in (("a", 0), ("b", 30)):
        sent(journal, key, outcome=Outcome.UNKNOWN, at=SENT_AT + timedelta(days=day))
    late = NOW + timedelta(days=30)
    since = late - timedelta(days=1)
    one = [record("m1", at=None)]
    found = ask(journal, Complete(records=one), now=late, since=since)
    assert [each.state for each in found.unresolved] == [State.UNKNOWN]
    two = [record("m1", at=None), record("m2", at=None)]
    assert ask(journal, Complete(records=two), now=late).unresolved == ()


def test_extra_messages(journal: Journal) -> None:
    """What the provider has and the journal has not is told by id, status, time and price."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    have = [
        record(),
        record("x1", OTHER, "secret text", status="sent", price=euro("0.05"), at=seconds(60)),
        record("x2", OTHER, outcome=Outcome.NOT_SENT, at=seconds(61)),
        record("x3", OTHER, at=SENT_AT - timedelta(minutes=5)),
    ]
    found = ask(journal, Archive(records=have))
    assert entry_of(journal, id_).state is State.ACCEPTED
    [extra] = found.extra
    assert (extra.message_id, extra.status, extra.at) == ("x1", "sent", seconds(60))
    assert found.totals[0].explanation["extra"] == euro("0.05").amount
    told = f"{found!r} {found.to_text()} {found.to_dict()}"
    for private in (OTHER, OTHER[1:], NUMBER, TEXT, "secret text"):
        assert private not in told


def test_a_record_of_a_message_of_long_before_is_not_extra(journal: Journal) -> None:
    """A record that is made later than its message, as of a scheduled one, is known by its id."""
    sent(journal, "a", message_id="m1", at=SENT_AT - timedelta(days=2), to=OTHER)
    sent(journal, "b", Outcome.UNKNOWN)
    have = [record("m9"), record("m1", OTHER, at=seconds(60)), record("x", at=seconds(70))]
    found = ask(journal, Archive(records=have), since=SENT_AT)
    assert [each.message_id for each in found.extra] == ["x"]


def test_messages_of_other_runs_are_not_extra(journal: Journal) -> None:
    """A run's reconciliation leaves other runs alone, and knows that their messages are theirs."""
    other = sent(journal, "a", run="first", outcome=Outcome.UNKNOWN)
    ours = sent(journal, "b", run="second", outcome=Outcome.UNKNOWN, to=OTHER)
    found = ask(journal, Archive(records=[record(), record("m2", OTHER)]), run="second")
    assert found.extra == ()
    assert entry_of(journal, ours).state is State.ACCEPTED
    assert entry_of(journal, other).state is State.UNKNOWN
    assert sum(found.states.values()) == 1


def test_a_message_in_flight_is_not_extra(journal: Journal) -> None:
    """A record of a message that is still in flight belongs to it, and to nothing else."""
    begin(journal, "a", at=seconds(100))
    id_ = sent(journal, "b", outcome=Outcome.UNKNOWN, to=OTHER)
    found = ask(journal, Complete(records=[record(at=seconds(101))]), now=seconds(301))
    assert found.extra == ()
    assert entry_of(journal, id_).state is State.NOT_SENT


def test_the_nearest_in_time(journal: Journal) -> None:
    """Of records of one number and text, each goes to the message that is nearest in time."""
    ids = [sent(journal, str(at), Outcome.UNKNOWN, at=seconds(at)) for at in (0, 100, 200)]
    have = [record(f"m{at}", at=seconds(at + 4)) for at in (200, 0, 100)]
    ask(journal, Archive(records=have))
    assert [entry_of(journal, each).message_id for each in ids] == ["m0", "m100", "m200"]


def test_as_many_as_can_be(journal: Journal) -> None:
    """The nearest does not take a record if another message would be left without one by that."""
    ids = [sent(journal, str(at), Outcome.UNKNOWN, at=seconds(at)) for at in (0, 480)]
    have = [record("m1", at=seconds(300)), record("m2", at=seconds(900))]
    ask(journal, Complete(records=have))
    assert [entry_of(journal, each).message_id for each in ids] == ["m1", "m2"]


def test_pages_that_shift(journal: Journal) -> None:
    """A record that comes twice, because new ones shifted the pages, is one record."""
    first = sent(journal, "a", Outcome.UNKNOWN)
    second = sent(journal, "b", Outcome.UNKNOWN, at=seconds(1))
    same = record("m1")
    found = ask(journal, Archive(records=[same, record("x", OTHER, "x"), same]))
    states = [entry_of(journal, each).state for each in (first, second)]
    assert sorted(states) == [State.ACCEPTED, State.UNKNOWN]
    assert len(found.extra) == 1


def test_a_thousand_alike(journal: Journal) -> None:
    """A thousand messages of one text to one number have a thousand records, each its own."""
    approvals = [approve(key=str(each)) for each in range(1001)]
    unknown = Result(NUMBER, Outcome.UNKNOWN)

    def send(transaction: Transaction) -> None:
        for place, approval in enumerate(approvals):
            claim = transaction.claim(
                approval, run="run", provider="standard", stage=Stage.SEND, now=seconds(place)
            )
            assert isinstance(claim, Claim)
            transaction.finish(claim, unknown, seconds(place))

    journal.write(send)
    have = [
        read_record(
            record(f"m{each}", at=seconds(each + 1)),
            journal.hash_number,
            journal.hash_text,
            journal.hash_handle,
        )
        for each in range(1001)
    ]
    found = match(list(journal.entries()), have, shared_ids=True)
    assert [found.found[each.id].message_id for each in journal.entries()] == [
        f"m{each}" for each in range(1001)
    ]


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from([Outcome.ACCEPTED, Outcome.UNKNOWN]),
        st.sampled_from([NUMBER, OTHER]),
        st.sampled_from([TEXT, "Hello"]),
        st.integers(0, 2000),
        st.sampled_from([None, "m1", "m2"]),
    ),
    max_size=6,
)
RECORDS = st.lists(
    st.builds(
        record,
        st.sampled_from([None, "m1", "m2", "m3", "m4"]),
        st.sampled_from([NUMBER, OTHER, "unknown"]),
        st.sampled_from([TEXT, "Hello", None]),
        st.sampled_from(list(Outcome)),
        st.one_of(st.none(), st.integers(0, 2000).map(seconds)),
    ),
    max_size=7,
)


@settings(max_examples=200, deadline=None)
@given(messages=MESSAGES, records=RECORDS, shared=st.booleans())
def test_one_to_one(
    messages: list[tuple[Outcome, str, str, int, str | None]],
    records: list[SentMessage],
    *,
    shared: bool,
) -> None:
    """No record is two messages', and what is matched agrees in all that both of them tell."""
    with Journal(":memory:") as journal:
        for key, (outcome, to, text, at, id_) in enumerate(messages):
            sent(journal, str(key), outcome, at=seconds(at), to=to, text=text, message_id=id_)
        entries = {each.id: each for each in journal.entries()}
        hashes = (journal.hash_number, journal.hash_text, journal.hash_handle)
        made = [read_record(each, *hashes) for each in records]
        found = match(list(entries.values()), made, shared_ids=shared)
        taken = list(found.found.values())
        assert len({id(each) for each in (*taken, *found.free)}) == len(made)
        assert len(taken) + len(found.free) == len(made)
        for number, each in found.found.items():
            entry = entries[number]
            assert each.number_hash in (None, entry.number_hash)
            if each.message_id is None or each.message_id != entry.message_id:
                assert not (shared and entry.message_id)
                assert each.text_hash in (None, entry.text_hash)
                assert each.outcome is not Outcome.NOT_SENT
                assert entry.in_flight_at is not None
                assert each.at is None or abs(each.at - entry.in_flight_at) <= MARGIN
        assert not found.doubtful & found.found.keys()


@settings(max_examples=100, deadline=None)
@given(
    ats=st.lists(st.integers(0, 3000), min_size=1, max_size=6),
    lost=st.sets(st.integers(0, 5)),
    late=st.lists(st.integers(0, 599), min_size=6, max_size=6),
)
def test_nothing_that_went_out_is_said_to_be_unsent(
    ats: list[int], lost: set[int], late: list[int]
) -> None:
    """However late its record, a message of many alike that went out is never found unsent."""
    with Journal(":memory:") as journal:
        for key, at in enumerate(ats):
            sent(journal, str(key), Outcome.UNKNOWN, at=seconds(at))
        went = [
            record(f"m{key}", at=seconds(at + late[key]))
            for key, at in enumerate(ats)
            if key not in lost
        ]
        ask(journal, Complete(records=went))
        states = journal.count()
        assert states[State.NOT_SENT] <= len(ats) - len(went)
        assert states[State.ACCEPTED] + states[State.UNKNOWN] >= len(went)
