"""Reconciliation: what becomes of messages in doubt when the provider is asked.

The law of this file: a message is said not to have gone out only where that is proven; whatever may
be read in two ways stays in doubt, with words for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sending import NUMBER, approve
from sending_records import (
    NOW,
    OTHER,
    SENT_AT,
    Answering,
    Archive,
    Complete,
    ask,
    begin,
    dump,
    entry_of,
    euro,
    record,
    seconds,
    sent,
)

from smscore.errors import AuthenticationFailed, JournalError
from smscore.send.calls import Call
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Stage
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.variances import VarianceKind
from smscore.send.wire import NoResponse, WireRequest, WireResponse


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def test_in_doubt_and_found(journal: Journal) -> None:
    """A message in doubt that the provider has is accepted, with its id, status, parts, price."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    have = record("m7", status="delivered", parts=1, price=euro("0.04"), at=seconds(3))
    found = ask(journal, Archive(records=[have]))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id, entry.status) == (State.ACCEPTED, "m7", "delivered")
    assert (entry.billed_parts, entry.price) == (1, euro("0.04"))
    assert entry.reconciled_at == NOW
    assert found.clean
    assert [(each.before, each.after) for each in found.changes] == [
        (State.UNKNOWN, State.ACCEPTED)
    ]


@pytest.mark.parametrize(
    "other",
    [
        record(number=OTHER),
        record(text="something else", at=seconds(3600)),
        record(at=SENT_AT - timedelta(hours=1)),
        record(at=seconds(7200)),
        record(outcome=Outcome.NOT_SENT),
    ],
    ids=["number", "text", "before", "after", "draft"],
)
def test_in_doubt_and_something_else(journal: Journal, other: SentMessage) -> None:
    """A record of another number, text or time, or a draft, is no proof that a message went out."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    found = ask(journal, Archive(records=[other]))
    assert entry_of(journal, id_).state is State.UNKNOWN
    [doubt] = found.unresolved
    assert (doubt.message, doubt.state) == (id_, State.UNKNOWN)
    assert "key" in doubt.advice or "compare" in doubt.advice


def test_absent_from_whole_records(journal: Journal) -> None:
    """A message in doubt that whole records do not have did not go out, once the grace is over."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    early = ask(journal, Complete(), now=seconds(299))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert "on its way" in early.unresolved[0].reason
    ask(journal, Complete(), now=seconds(300))
    entry = entry_of(journal, id_)
    assert entry.state is State.NOT_SENT
    assert journal.spent(run="run")["EUR"] == (Decimal(0), 0, 0)


def test_absent_from_records_that_may_lack_it(journal: Journal) -> None:
    """Absence from records that need not be whole proves nothing: it is missing, and in doubt."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    found = ask(journal, Archive())
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert [each.message for each in found.missing] == [id_]
    assert [each.message for each in found.unresolved] == [id_]
    assert found.totals[0].explanation["missing"] == -found.totals[0].expected


@pytest.mark.parametrize(
    "near",
    [
        record(at=seconds(5000)),
        record(text="altered by the provider", at=seconds(30)),
        record(text=None, at=None),
        record(number="unknown", text=None, at=seconds(1)),
    ],
    ids=["later", "text", "no time", "no number"],
)
def test_absent_but_perhaps_not(journal: Journal, near: SentMessage) -> None:
    """Where whole records hold something that may be the message, it is not said to be unsent."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    found = ask(journal, Complete(records=[near]))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert "may be this one" in found.unresolved[0].reason


def test_records_do_not_reach_back_for_ever(journal: Journal) -> None:
    """Absence of a message of half a year ago proves nothing."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    found = ask(journal, Complete(), now=NOW + timedelta(days=183))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert [each.message for each in found.missing] == [id_]


def test_a_process_that_died(journal: Journal) -> None:
    """What is in flight is left to its process until the grace is over; then it is looked for."""
    id_ = begin(journal).id
    ask(journal, Complete(records=[record()]), now=seconds(200))
    assert entry_of(journal, id_).state is State.IN_FLIGHT
    ask(journal, Complete(records=[record()]), now=seconds(301))
    assert entry_of(journal, id_).state is State.ACCEPTED


def test_a_process_that_died_and_nobody_knows(journal: Journal) -> None:
    """What was in flight when its process died, and is not found, is in doubt from then on."""
    id_ = begin(journal).id
    ask(journal, Archive())
    assert entry_of(journal, id_).state is State.UNKNOWN


def test_stored_and_never_to_be_released(journal: Journal) -> None:
    """A process that died while it stored a message has not sent it, whatever looks like it."""
    claim = begin(journal, stage=Stage.PREPARE)
    found = ask(journal, Archive(records=[record()]), down=["list", "fetch"])
    assert entry_of(journal, claim.id).state is State.NOT_SENT
    assert len(found.faults) == 1
    with pytest.raises(JournalError, match="another process"):
        journal.write(lambda transaction: transaction.release(claim, "draft", NOW))


def test_a_draft_that_was_never_released(journal: Journal) -> None:
    """A draft that waits under its id is not sent, when nobody can be releasing it any more."""
    claim = begin(journal, stage=Stage.PREPARE)
    journal.write(lambda transaction: transaction.release(claim, "d1", SENT_AT))
    draft = Complete(records=[record("d1", outcome=Outcome.NOT_SENT, status="draft")])
    ask(journal, draft, now=seconds(1799))
    assert entry_of(journal, claim.id).state is State.IN_FLIGHT
    ask(journal, draft, now=seconds(1800))
    entry = entry_of(journal, claim.id)
    assert (entry.state, entry.status, entry.message_id) == (State.NOT_SENT, "draft", "d1")


def test_a_draft_in_doubt(journal: Journal) -> None:
    """A release in doubt is asked about by id, not taken from a list, which may be behind."""
    claim = begin(journal, stage=Stage.PREPARE)
    journal.write(lambda transaction: transaction.release(claim, "d1", SENT_AT))
    unknown = Result(NUMBER, Outcome.UNKNOWN, "d1")
    journal.write(lambda transaction: transaction.finish(claim, unknown, SENT_AT))
    draft = record("d1", outcome=Outcome.NOT_SENT, status="draft")
    early = ask(journal, Complete(records=[draft]), now=seconds(10))
    assert "released" in early.unresolved[0].reason
    ask(journal, Complete(records=[draft], by_id={"d1": record("d1", status="sent")}))
    assert entry_of(journal, claim.id).state is State.ACCEPTED


def test_stored_and_gone_by_itself(journal: Journal) -> None:
    """A message that was only to be stored, and of which that is in doubt, is asked about."""
    claim = begin(journal, stage=Stage.PREPARE)
    odd = Result(NUMBER, Outcome.UNKNOWN, "d1", "outbox")
    journal.write(lambda transaction: transaction.finish(claim, odd, SENT_AT))
    ask(journal, Complete(by_id={}))
    assert entry_of(journal, claim.id).state is State.UNKNOWN
    ask(journal, Complete(by_id={"d1": record("d1", status="sent")}))
    assert entry_of(journal, claim.id).state is State.ACCEPTED


def test_what_was_accepted_is_followed_up(journal: Journal) -> None:
    """What was accepted gets its price, its parts and its later status, or turns out refused."""
    first = sent(journal, "a", message_id="m1", status="queued")
    second = sent(journal, "b", message_id="m2", status="queued")
    third = sent(journal, "c", message_id="m3", status="queued")
    have = [
        record("m1", status="delivered", parts=1, price=euro("0.04")),
        record("m2", outcome=Outcome.REJECTED, status="failed", reason="no such handset"),
        record("m3", outcome=Outcome.UNKNOWN, status="puzzling"),
    ]
    ask(journal, Complete(records=have))
    assert entry_of(journal, first).price == euro("0.04")
    refused = entry_of(journal, second)
    assert (refused.state, refused.reason) == (State.REJECTED, "no such handset")
    puzzling = entry_of(journal, third)
    assert (puzzling.state, puzzling.status) == (State.ACCEPTED, "puzzling")


def test_what_is_settled_is_not_asked_about(journal: Journal) -> None:
    """Nobody is asked about what has its price and last status, or was asked for a week."""
    sent(journal, "a", message_id="m1", status="Delivered", price=euro("0.04"))
    driver = Complete()
    ask(journal, driver)
    assert driver.windows == []
    sent(journal, "b", message_id="m2", status="queued")
    for days, asked in ((6, 1), (8, 2), (9, 2)):
        ask(journal, driver, now=NOW + timedelta(days=days))
        assert len(driver.windows) == asked


def test_one_by_one_where_the_records_lack_it(journal: Journal) -> None:
    """A message with an id that the list does not have is asked for by it."""
    id_ = sent(journal, message_id="m1", status="queued")
    found = ask(journal, Archive(by_id={"m1": record(status="sent", price=euro("0.04"))}))
    assert entry_of(journal, id_).price == euro("0.04")
    assert found.missing == ()
    gone = sent(journal, "b", message_id="m2")
    found = ask(journal, Archive(by_id={}))
    assert [each.message for each in found.missing] == [gone]
    assert entry_of(journal, gone).state is State.ACCEPTED


def test_a_window(journal: Journal) -> None:
    """Of a span of time, only the messages put in flight in it are asked about."""
    ids = [
        sent(journal, str(hour), outcome=Outcome.UNKNOWN, at=seconds(hour * 3600))
        for hour in range(3)
    ]
    provider = Complete()
    later = NOW + timedelta(hours=3)
    found = ask(journal, provider, now=later, since=seconds(3600), until=seconds(7200))
    states = [entry_of(journal, each).state for each in ids]
    assert states == [State.UNKNOWN, State.NOT_SENT, State.UNKNOWN]
    [(since, until)] = provider.windows
    assert (since < seconds(3600), until > seconds(7200)) == (True, True)
    assert found.states[State.NOT_SENT] == 1
    wrongs: list[dict[str, Any]] = [
        {"since": SENT_AT.replace(tzinfo=None)},
        {"grace": timedelta(seconds=-1)},
    ]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"zone|grace"):
            ask(journal, provider, **wrong)


def test_asked_twice(journal: Journal) -> None:
    """Asking again changes nothing more, however messages stand."""
    sent(journal, "a", outcome=Outcome.UNKNOWN)
    sent(journal, "b", outcome=Outcome.UNKNOWN, to=OTHER)
    sent(journal, "c", message_id="m3", status="queued", text="third")
    begin(journal, "d", text="fourth")
    have = [
        record(parts=1, price=euro("0.04")),
        record("m3", text="third", status="sent"),
        record("x", OTHER, "extra"),
    ]
    first = ask(journal, Archive(records=have))
    once = dump(journal)
    second = ask(journal, Archive(records=have))
    assert dump(journal) == once
    assert (len(first.changes), second.changes) == (3, ())
    assert second.unresolved == first.unresolved
    assert second.totals == first.totals


def test_what_was_moved_on_meanwhile_is_left_alone(journal: Journal) -> None:
    """Nothing learnt about a draft is recorded if somebody has begun to release it since."""
    approval = approve()
    claim = begin(journal, stage=Stage.PREPARE, approval=approval)
    journal.write(lambda transaction: transaction.release(claim, "d1", SENT_AT))
    unknown = Result(NUMBER, Outcome.UNKNOWN, "d1")
    journal.write(lambda transaction: transaction.finish(claim, unknown, SENT_AT))

    @dataclass
    class Meddling(Answering):
        def answer(self, request: WireRequest) -> WireResponse | NoResponse:
            if request.endpoint == "fetch":
                begin(journal, at=NOW, stage=Stage.PREPARE, approval=approval)
            return super().answer(request)

    draft = Complete(by_id={"d1": record("d1", outcome=Outcome.NOT_SENT)})
    found = ask(journal, draft, driver=Meddling(journal))
    entry = entry_of(journal, claim.id)
    assert (entry.state, entry.stage, entry.attempt) == (State.IN_FLIGHT, Stage.RELEASE, 2)
    assert found.changes == ()
    ask(journal, draft, now=NOW + timedelta(minutes=6))
    assert entry_of(journal, claim.id).state is State.IN_FLIGHT


def test_records_that_cannot_be_read(journal: Journal) -> None:
    """Without the records, messages with ids are asked for, and the others stay in doubt."""
    first = sent(journal, "a", outcome=Outcome.UNKNOWN)
    second = sent(journal, "b", outcome=Outcome.UNKNOWN, message_id="m2")
    provider = Complete(by_id={"m2": record("m2")})
    found = ask(journal, provider, down=["list"])
    assert [each.message for each in found.unresolved] == [first]
    assert entry_of(journal, second).state is State.ACCEPTED
    assert len(found.faults) == 1
    assert not found.clean


def test_a_provider_that_does_not_answer_is_not_asked_for_ever(journal: Journal) -> None:
    """When one message cannot be asked for, the many others are left for later."""
    for key in "abc":
        sent(journal, key, outcome=Outcome.UNKNOWN, message_id=f"m-{key}")
    found = ask(journal, Complete(), down=["fetch"])
    assert (len(found.faults), len(found.unresolved)) == (1, 3)
    assert {each.advice for each in found.unresolved} == {"reconcile again later"}


def test_refused_credentials(journal: Journal) -> None:
    """Credentials that are refused are no fault to be reported but an error."""
    sent(journal, outcome=Outcome.UNKNOWN)
    with pytest.raises(AuthenticationFailed):
        ask(journal, Complete(refuses=True))


def test_credentials_refused_on_the_way(journal: Journal) -> None:
    """What was learnt before credentials were refused is kept."""

    @dataclass(frozen=True, kw_only=True)
    class Expiring(Complete):
        def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
            def read(_: WireResponse) -> SentMessage | None:
                if message_id == "m1":
                    return record("m1", status="sent")
                raise AuthenticationFailed(self.name, 401, "it has expired")

            return Call(WireRequest("fetch", "GET", self.url), read, safe=True)

    ids = [sent(journal, each, Outcome.UNKNOWN, message_id=f"m{each}") for each in "12"]
    with pytest.raises(AuthenticationFailed):
        ask(journal, Expiring())
    states = [entry_of(journal, each).state for each in ids]
    assert states == [State.ACCEPTED, State.UNKNOWN]


def test_an_event_while_it_is_asked(journal: Journal) -> None:
    """What an event told while the provider was asked is newer than its answer, and stays."""
    id_ = sent(journal, message_id="m1", status="queued")

    @dataclass
    class Meddling(Answering):
        def answer(self, request: WireRequest) -> WireResponse | NoResponse:
            result = Result(NUMBER, Outcome.REJECTED, status="failed")
            if request.endpoint == "fetch":
                self.journal.write(lambda each: each.conclude(id_, result, NOW, "event", NOW))
            return super().answer(request)

    found = ask(journal, Archive(by_id={"m1": record(status="sent")}), driver=Meddling(journal))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.status) == (State.REJECTED, "failed")
    assert found.changes == ()


def test_events_from_before_it_was_asked(journal: Journal) -> None:
    """An event that comes late, of long before the provider was asked, is no news any more."""
    id_ = sent(journal, message_id="m1", status="queued")
    failed = record(outcome=Outcome.REJECTED, status="failed")
    ask(journal, Complete(records=[failed]))
    result = Result(NUMBER, Outcome.ACCEPTED, status="sent", parts=2)
    journal.write(lambda each: each.conclude(id_, result, NOW, "event", seconds(30)))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.status, entry.billed_parts) == (State.REJECTED, "failed", 2)


def test_news_after_an_event(journal: Journal) -> None:
    """What is learnt by asking counts after an event, however far ahead the provider's clock is."""
    id_ = sent(journal, message_id="m1", status="queued")
    ahead = NOW + timedelta(minutes=2)
    result = Result(NUMBER, Outcome.ACCEPTED, status="sent")
    journal.write(lambda each: each.conclude(id_, result, NOW, "event", ahead))
    ask(journal, Complete(records=[record(status="delivered")]))
    entry = entry_of(journal, id_)
    assert (entry.status, entry.status_at) == ("delivered", ahead)


def test_nothing_to_ask(journal: Journal) -> None:
    """An empty journal asks nobody, and its report is clean."""
    provider = Complete()
    found = ask(journal, provider)
    assert (found.clean, provider.windows, found.totals) == (True, [], ())
    assert found.count() == dict.fromkeys(VarianceKind, 0)
