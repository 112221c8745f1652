"""The decisions about one dispatch, without a socket: which answer leads to which outcome.

The law of this file: each test says what came back and what must be so of the journal, the requests
and the receipt. The journal is real, and looked at while a request is on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import (
    BROKEN,
    LEFT,
    MOMENT,
    NOT_LEFT,
    NUMBER,
    REFUSED,
    TEXT,
    Plain,
    Script,
    approve,
    make_quote,
    make_terms,
    say,
)

from smscore.caps import Cap
from smscore.errors import GuardError, NotAllowed, OverCap, QuoteExpired
from smscore.guard import Approval, Guard
from smscore.send.flow import send_flow
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome, Receipt
from smscore.send.pacing import Pacer
from smscore.send.provider import Dispatch, Provider, RateLimit
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def send(script: Script, provider: Provider, *approvals: Approval, **options: object) -> Receipt:
    """Send, and give the first receipt."""
    flow = send_flow(provider, Dispatch(approvals or (approve(),)), make_terms(**options))
    found = script.follow(flow)[0]
    assert isinstance(found, Receipt), found
    return found


@pytest.mark.parametrize(
    ("answers", "outcome", "requests", "waits"),
    [
        ([say("accepted")], Outcome.ACCEPTED, 1, []),
        ([say("rejected", 422)], Outcome.REJECTED, 1, []),
        # It was the credentials that were refused: with others it may be sent.
        ([say("rejected", 401)], Outcome.NOT_SENT, 1, []),
        # The octets left, and nobody knows more: it is never asked again.
        ([LEFT], Outcome.UNKNOWN, 1, []),
        ([BROKEN], Outcome.UNKNOWN, 1, []),
        ([say("burst")], Outcome.UNKNOWN, 1, []),
        ([say("")], Outcome.UNKNOWN, 1, []),
        # Nothing left, or it was refused unseen: it is tried again, and then it is not sent.
        ([NOT_LEFT, say("accepted")], Outcome.ACCEPTED, 2, [1.0]),
        ([NOT_LEFT, NOT_LEFT, NOT_LEFT], Outcome.NOT_SENT, 3, [1.0, 2.0]),
        ([REFUSED, say("accepted")], Outcome.ACCEPTED, 2, [8.0]),
        ([REFUSED, REFUSED, REFUSED], Outcome.NOT_SENT, 3, [8.0, 8.0]),
        ([REFUSED, NOT_LEFT, LEFT], Outcome.UNKNOWN, 3, [8.0, 2.0]),
        # A wait that is longer than the longest is not waited for.
        ([WireResponse(429, {"retry-after": "3600"})], Outcome.NOT_SENT, 1, []),
        ([WireResponse(429)], Outcome.NOT_SENT, 1, [1.0]),
    ],
)
def test_one_step(
    journal: Journal,
    answers: list[WireResponse | NoResponse | BaseException],
    outcome: Outcome,
    requests: int,
    waits: list[float],
) -> None:
    """An answer leads to one outcome, and the journal says the same as the receipt."""
    if answers == [WireResponse(429)]:
        answers = [WireResponse(429)] * 3
        requests, waits = 3, [1.0, 2.0]
    script = Script(journal, answers)
    receipt = send(script, Plain())
    assert (receipt.outcome, len(script.requests), script.waits) == (outcome, requests, waits)
    assert not script.answers
    [entry] = journal.entries()
    assert entry.state.value == receipt.outcome.value == outcome.value
    assert (receipt.attempts, receipt.repeated) == (requests, False)


def test_the_journal_has_it_in_flight_before_it_leaves(journal: Journal) -> None:
    """While a request is on its way, it is in flight, committed; while it waits, it is not."""
    states: list[State] = []

    def look(_: WireRequest) -> None:
        states.extend(entry.state for entry in journal.entries())

    script = Script(journal, [NOT_LEFT, REFUSED, say("accepted")], before=look)
    seen_waiting: list[State] = []
    flow = send_flow(Plain(), Dispatch((approve(),)), make_terms())
    waits = script.waits

    class Watching(list[float]):
        def append(self, seconds: float) -> None:
            waits.append(seconds)
            seen_waiting.extend(entry.state for entry in journal.entries())

    script.waits = Watching()
    script.follow(flow)
    assert states == [State.IN_FLIGHT] * 3
    assert seen_waiting == [State.APPROVED] * 2


@pytest.mark.parametrize("first", ["accepted", "unknown", "rejected"])
def test_a_message_is_sent_once(journal: Journal, first: str) -> None:
    """What was accepted, refused or is in doubt is not sent again, whoever asks again."""
    script = Script(journal, [say(first)])
    once = send(script, Plain())
    again = send(script, Plain())
    assert (again.outcome, again.repeated, len(script.requests)) == (once.outcome, True, 1)
    assert again.message_id == once.message_id


def test_what_was_not_sent_may_be_sent_again(journal: Journal) -> None:
    """A message that provably did not go out is tried again when it is asked for again."""
    script = Script(journal, [NOT_LEFT] * 3 + [say("accepted")])
    assert send(script, Plain()).outcome is Outcome.NOT_SENT
    assert send(script, Plain()).outcome is Outcome.ACCEPTED
    [entry] = journal.entries()
    assert (entry.state, entry.attempt) == (State.ACCEPTED, 2)


def test_what_was_rejected_is_tried_again_only_on_request(journal: Journal) -> None:
    """A rejection stands until the caller says that it should be tried again."""
    script = Script(journal, [say("rejected"), say("accepted")])
    send(script, Plain())
    assert send(script, Plain()).repeated
    assert send(script, Plain(), again=True).outcome is Outcome.ACCEPTED


def test_two_keys_are_two_messages(journal: Journal) -> None:
    """The same text to the same number goes out twice under two keys, if the caller wants that."""
    script = Script(journal, [say("accepted"), say("accepted")])
    send(script, Plain(), approve(key="a"))
    assert not send(script, Plain(), approve(key="b")).repeated


def test_a_key_names_one_message(journal: Journal) -> None:
    """A key that comes with another text or number is refused, and nothing is sent."""
    script = Script(journal, [say("accepted")])
    send(script, Plain(), approve(key="a"))
    for other in (approve("Another text", key="a"), approve(to="+447700900124", key="a")):
        [refused] = script.follow(send_flow(Plain(), Dispatch((other,)), make_terms()))
        assert isinstance(refused, NotAllowed)
        assert refused.limit == "key"
    assert len(script.requests) == 1


def test_an_interruption_is_recorded(journal: Journal) -> None:
    """Whoever stops waiting for the answer leaves a message that is in doubt, not one in flight."""
    script = Script(journal, [KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        send(script, Plain())
    [entry] = journal.entries()
    assert (entry.state, entry.reason) == (State.UNKNOWN, "interrupted before the answer came")
    assert send(script, Plain()).repeated


def test_a_check_that_fails_records_nothing(journal: Journal) -> None:
    """What a provider's own rules refuse is neither recorded nor sent."""
    script = Script(journal, [])
    with pytest.raises(ValueError, match="refused"):
        send(script, Plain(), approve("refused"))
    assert list(journal.entries()) == []


def test_a_cap_refuses_what_would_exceed_it(journal: Journal) -> None:
    """The cap on a run counts what went out and what is in doubt, but not what was not sent."""
    guard = Guard(max_total="0.08 EUR")
    script = Script(journal, [say("accepted"), *[NOT_LEFT] * 3, LEFT])
    outcomes = [
        send(script, Plain(), approve(guard=guard, key=key)).outcome for key in ("a", "b", "c")
    ]
    assert outcomes == [Outcome.ACCEPTED, Outcome.NOT_SENT, Outcome.UNKNOWN]
    flow = send_flow(Plain(), Dispatch((approve(guard=guard, key="d"),)), make_terms())
    [refused] = script.follow(flow)
    assert isinstance(refused, OverCap)
    assert len(script.requests) == 5
    assert journal.count()[State.QUOTED] == 1


def test_a_group_leaves_in_one_request(journal: Journal) -> None:
    """Each recipient has an outcome of its own; one that the answer leaves out is unknown."""
    numbers = [NUMBER, "+447700900124", "+447700900125"]
    script = Script(journal, [say("accepted rejected")])
    dispatch = Dispatch(tuple(approve(to=number) for number in numbers))
    receipts = script.follow(send_flow(Plain(group=10), dispatch, make_terms()))
    found = [each.outcome for each in receipts if isinstance(each, Receipt)]
    assert found == [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN]
    assert len(script.requests) == 1


def test_a_group_without_those_that_went_out_before(journal: Journal) -> None:
    """Of a group, only those leave that the journal does not have yet and the caps allow."""
    guard = Guard(max_total="0.08 EUR")
    numbers = [NUMBER, "+447700900124", "+447700900125"]
    script = Script(journal, [say("accepted"), say("accepted")])
    send(script, Plain(), approve(to=numbers[1], guard=guard))
    dispatch = Dispatch(tuple(approve(to=number, guard=guard) for number in numbers))
    first, second, third = script.follow(send_flow(Plain(group=10), dispatch, make_terms()))
    assert isinstance(first, Receipt)
    assert not first.repeated
    assert isinstance(second, Receipt)
    assert second.repeated
    assert isinstance(third, GuardError)
    assert script.bodies[-1].count(b"+44") == 1


def test_a_rate_limit_is_waited_for_before_anything_is_in_flight(journal: Journal) -> None:
    """A message that waits for its turn is not in flight, so that a crash leaves no doubt."""
    pacer = Pacer({"send": (RateLimit(1, 30),)}, clock=lambda: 0.0)
    script = Script(journal, [say("accepted"), say("accepted")])
    send(script, Plain(), approve(key="a"), pacer=pacer)
    send(script, Plain(), approve(key="b"), pacer=pacer)
    assert script.waits == [30.0]


def test_time_passes_while_a_message_waits(journal: Journal) -> None:
    """A message whose quote grows old while it waits, for its turn or after a refusal, stays."""
    moments = iter([MOMENT] + [MOMENT + timedelta(hours=1)] * 9)
    guard = Guard(max_age=timedelta(minutes=5))
    approval = guard.approve(replace(make_quote(), made_at=MOMENT), now=MOMENT)
    terms = make_terms(clock=lambda: next(moments))
    script = Script(journal, [])
    pacer = Pacer({"send": (RateLimit(1, 3600),)}, clock=lambda: 0.0)
    pacer.take("send", {"requests": 1})
    with pytest.raises(QuoteExpired):
        script.follow(send_flow(Plain(), Dispatch((approval,)), replace(terms, pacer=pacer)))
    assert script.requests == []
    assert list(journal.entries()) == []
    moments = iter([MOMENT] * 3 + [MOMENT + timedelta(hours=1)] * 9)
    script = Script(journal, [REFUSED])
    [receipt] = script.follow(send_flow(Plain(), Dispatch((approval,)), terms))
    assert isinstance(receipt, Receipt)
    assert receipt.outcome is Outcome.NOT_SENT
    assert receipt.reason is not None
    assert "max_age" in receipt.reason


def test_a_quote_that_counts_fewer_parts_than_the_provider(journal: Journal) -> None:
    """A quote counted by other rules is refused where the provider would bill more parts."""
    with pytest.raises(GuardError, match="profile='callr'"):
        send(Script(journal, []), _Callr(), approve("[" + "x" * 80))
    script = Script(journal, [say("accepted")])
    assert send(script, _Callr(), approve("[" + "x" * 80, profile="callr")).accepted


class _Callr(Plain):
    name = "callr"


def test_only_an_approval_is_sent(journal: Journal) -> None:
    """What did not come from a guard is not sent."""
    forged = object.__new__(Approval)
    for name in ("quote", "guard", "key", "at"):
        object.__setattr__(forged, name, getattr(approve(), name))
    with pytest.raises(TypeError, match="approval"):
        send(Script(journal, []), Plain(), forged)


def test_a_message_that_waits_over_midnight(journal: Journal) -> None:
    """A message that is taken up on another day is judged by that day's caps, and counted there."""
    guard = Guard(caps=[Cap("day", recipients=1)])
    moments = [datetime.now(UTC)]
    terms = make_terms(clock=lambda: moments[0])
    today, tomorrow = (moments[0] + timedelta(days=each) for each in (0, 1))
    waiting = Script(journal, [REFUSED])
    flow = send_flow(Plain(), Dispatch((approve(guard=guard),)), terms)
    step: Any = next(flow)
    while not isinstance(step, Wait):
        step = flow.send(waiting._perform(step))
    # The process ends here, and the message waits until the next day, which is full already.
    moments[0] = tomorrow
    script = Script(journal, [say("accepted")])
    fresh = replace(make_quote(), made_at=tomorrow)
    for key, kind in (("other", Receipt), (None, OverCap)):
        approval = guard.approve(fresh, key=key, now=tomorrow)
        [found] = script.follow(send_flow(Plain(), Dispatch((approval,)), terms))
        assert isinstance(found, kind)
    # What it counted yesterday it counts nowhere, for it may not go out today.
    assert journal.spent(day=today.date().isoformat()) == {"EUR": (Decimal(0), 0, 0)}
    assert journal.spent(day=tomorrow.date().isoformat()) == {"EUR": (Decimal("0.04"), 1, 1)}


def test_a_message_taken_up_counts_what_it_costs_now(journal: Journal) -> None:
    """A message that waited is judged by the quote that it goes out with, not by an older one."""
    guard = Guard(max_total="0.08 EUR")
    script = Script(journal, [NOT_LEFT] * 3 + [say("accepted")] * 3)
    send(script, Plain(), approve("x" * 200, key="a", guard=guard))
    send(script, Plain(), approve(key="b", guard=guard))
    dear = approve("x" * 200, key="a", guard=guard)
    [refused] = script.follow(send_flow(Plain(), Dispatch((dear,)), make_terms()))
    assert isinstance(refused, OverCap)


ANSWERS = st.lists(
    st.sampled_from([LEFT, NOT_LEFT, REFUSED, BROKEN, say("accepted"), say("rejected", 400)]),
    min_size=12,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, tries=st.integers(1, 3))
def test_at_most_one_request_may_have_sent(
    answers: list[WireResponse | NoResponse], tries: int
) -> None:
    """Whatever is answered, however often one asks, one request at most may have sent."""
    with Journal(":memory:") as journal:
        script = Script(journal, list(answers))
        receipts = [send(script, Plain()) for _ in range(tries)]
        used = answers[: len(script.requests)]
        may_have_sent = [each for each in used if each not in (NOT_LEFT, REFUSED)]
        assert len(may_have_sent) <= 1
        for receipt in receipts:
            if receipt.outcome is Outcome.NOT_SENT:
                continue
            assert may_have_sent
        assert receipts[-1].key == approve().key
        assert TEXT not in repr(receipts)
        assert NUMBER not in repr(receipts)
