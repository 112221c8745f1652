"""Proof: when the provider's records say that a message did not go out, and when they do not.

The law of this file: what may have gone out is never said not to have, whoever's records lack it,
by whichever clock, and however far they were read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sending import NUMBER
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

from smscore.send.calls import Call, Page
from smscore.send.history import is_dated
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Stage
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.wire import NoResponse, WireRequest, WireResponse


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


@dataclass(frozen=True, kw_only=True)
class Account(Complete):
    """One account of several, by its key."""

    key: str

    def secrets(self) -> tuple[str, ...]:
        """Give the key."""
        return (self.key,)


A, B = Account(key="key of A"), Account(key="key of B")


def test_another_account_proves_nothing(journal: Journal) -> None:
    """What one account's records lack may have gone by another: it stays as it is, with advice."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, account=A.identity)
    before = dump(journal)
    found = ask(journal, B)
    assert dump(journal) == before
    [doubt] = found.unresolved
    assert doubt.message == id_
    assert "another account" in doubt.reason
    assert "account that sent it" in doubt.advice
    assert ask(journal, A).unresolved == ()
    assert entry_of(journal, id_).state is State.NOT_SENT


def test_another_account_beside_ours(journal: Journal) -> None:
    """Of two accounts' messages alike, only that of the account that is asked takes its record."""
    theirs = sent(journal, "a", Outcome.UNKNOWN, account=A.identity)
    ours = sent(journal, "b", Outcome.UNKNOWN, account=B.identity, at=seconds(30))
    found = ask(journal, replace(B, records=[record()]))
    states = [entry_of(journal, each).state for each in (theirs, ours)]
    assert states == [State.UNKNOWN, State.ACCEPTED]
    assert [each.message for each in found.unresolved] == [theirs]


def test_another_account_and_what_was_only_stored(journal: Journal) -> None:
    """What another account's process was storing is not judged, and asks for nothing."""
    claim = begin(journal, stage=Stage.PREPARE, account=A.identity)
    provider = replace(B, windows=[])
    found = ask(journal, provider)
    assert entry_of(journal, claim.id).state is State.IN_FLIGHT
    assert (len(found.unresolved), provider.windows) == (1, [])
    ask(journal, A)
    assert entry_of(journal, claim.id).state is State.NOT_SENT


def test_another_account_and_prices(journal: Journal) -> None:
    """An accepted message of another account is neither asked for nor missing, nor its record."""
    id_ = sent(journal, message_id="m1", account=A.identity)
    sent(journal, "b", Outcome.UNKNOWN, to=OTHER, account=B.identity)
    found = ask(journal, replace(B, records=[record("m1", price=euro("0.04"))]))
    assert entry_of(journal, id_).price is None
    assert [each.message_id for each in found.extra] == ["m1"]
    assert found.missing == ()


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        "yesterday",
        "Tue, 24 Nov 2026 14:01:01 GMT",
        "Tue, 24 Nov 2026 13:58:59 GMT",
        "Tue, 24 Nov 2026 14:00:00 -0000",
        "Wed, 25 Nov 2026 14:00:00 GMT",
    ],
    ids=["none", "empty", "word", "ahead", "behind", "no zone", "day"],
)
def test_clocks_that_may_disagree(journal: Journal, date: str | None) -> None:
    """Absence proves nothing if an answer has no date, or one more than a minute from our time."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    found = ask(journal, Complete(), driver=Answering(journal, date=date))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert "clock" in found.unresolved[0].reason
    assert [each.message for each in found.missing] == [id_]


@pytest.mark.parametrize(
    "date",
    [
        "Tue, 24 Nov 2026 14:00:00 GMT",
        "Tue, 24 Nov 2026 14:01:00 GMT",
        "Tue, 24 Nov 2026 13:59:00 GMT",
    ],
)
def test_clocks_that_agree(journal: Journal, date: str) -> None:
    """Within a minute of each other, the clocks agree, and absence is believed."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    ask(journal, Complete(), driver=Answering(journal, date=date))
    assert entry_of(journal, id_).state is State.NOT_SENT


def test_dates_of_every_form() -> None:
    """A date in any of the three forms of RFC 9110, 5.6.7, is told from none without a failure."""
    moment = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert is_dated("Sun, 06 Nov 1994 08:49:37 GMT", moment)
    for odd in ("Sun, 06 Nov 0000 08:49:37 GMT", "99999999999", "\x00", "Sun, 32 Nov 1994 GMT"):
        assert not is_dated(odd, moment)


def test_one_page_without_a_date(journal: Journal) -> None:
    """Every page has to be dated: one that is not is enough to prove nothing."""

    @dataclass
    class Once(Answering):
        def answer(self, request: WireRequest) -> WireResponse | NoResponse:
            self.date = (
                None if self.requests.count("list") == 1 else "Tue, 24 Nov 2026 14:00:00 GMT"
            )
            return super().answer(request)

    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    have = [record(f"x{each}", OTHER, "other") for each in range(3)]
    ask(journal, Complete(records=have), driver=Once(journal))
    assert entry_of(journal, id_).state is State.UNKNOWN


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_is_missing(journal: Journal, page: int) -> None:
    """Records of which a page could not be read prove nothing, whichever it was."""

    @dataclass
    class Failing(Answering):
        seen: set[int] = field(default_factory=set)

        def answer(self, request: WireRequest) -> WireResponse | NoResponse:
            if request.endpoint == "list" and self.requests.count("list") >= page:
                return NoResponse(left=True, cause="ReadTimeout")
            return super().answer(request)

    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    have = [record(f"x{each}", OTHER, "other") for each in range(5)]
    found = ask(journal, Complete(records=have), driver=Failing(journal))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert len(found.faults) == 1


@pytest.mark.parametrize("hours", [-23, -1, 1, 23])
@pytest.mark.parametrize("text", ["same", None])
def test_a_record_dated_strangely(journal: Journal, hours: int, text: str | None) -> None:
    """A free record of the number and text, hours away, is not the message's, but may be it."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN, text="same")
    strange = record("m1", text=text, at=SENT_AT + timedelta(hours=hours))

    @dataclass(frozen=True, kw_only=True)
    class Windowed(Complete):
        def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
            inside = [each for each in self.records if each.at and since <= each.at <= until]
            return replace(self, records=inside)._page(0)

    found = ask(journal, Windowed(records=[strange]))
    assert entry_of(journal, id_).state is State.UNKNOWN
    assert "may be this one" in found.unresolved[0].reason


def test_a_strange_record_of_another_message(journal: Journal) -> None:
    """A record of the number and text that is another message's forbids nothing."""
    sent(journal, "a", message_id="m1", at=SENT_AT - timedelta(hours=20))
    id_ = sent(journal, "b", Outcome.UNKNOWN)
    ask(journal, Complete(records=[record("m1", at=SENT_AT - timedelta(hours=20))]))
    assert entry_of(journal, id_).state is State.NOT_SENT


def test_an_id_of_two_messages(journal: Journal) -> None:
    """The provider's message of an id is that of the message that was accepted, and no other's."""
    doubtful = sent(journal, "a", Outcome.UNKNOWN, message_id="m1")
    accepted = sent(journal, "b", message_id="m1")
    have = record("m1", status="delivered", price=euro("0.04"))
    for provider in (Complete(records=[have]), Complete(by_id={"m1": have})):
        found = ask(journal, provider)
        assert entry_of(journal, accepted).price == euro("0.04")
        entry = entry_of(journal, doubtful)
        assert (entry.state, entry.price) == (State.UNKNOWN, None)
        [doubt] = found.unresolved
        assert "another message of the journal" in doubt.reason


def test_an_id_that_is_found_for_a_second(journal: Journal) -> None:
    """A record whose id another message of the number has, of whenever, ends nobody's doubt."""
    sent(journal, "a", message_id="m1", at=SENT_AT - timedelta(days=9), price=euro("0.04"))
    id_ = sent(journal, "b", Outcome.UNKNOWN)
    found = ask(journal, Complete(records=[record("m1")]), since=SENT_AT)
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.UNKNOWN, None)
    assert "another message of the journal" in found.unresolved[0].reason


def test_an_id_of_two_in_doubt(journal: Journal) -> None:
    """Where two messages in doubt have one id, nobody can say whose it is; nothing is in flight."""
    first = begin(journal, "a", stage=Stage.PREPARE)
    journal.write(lambda transaction: transaction.release(first, "m1", SENT_AT))
    second = sent(journal, "b", Outcome.UNKNOWN, message_id="m1")
    ask(journal, Complete(by_id={"m1": record("m1", status="sent")}))
    states = [entry_of(journal, each).state for each in (first.id, second)]
    assert states == [State.UNKNOWN] * 2


def test_one_id_of_a_batch(journal: Journal) -> None:
    """Messages of other numbers with the same id are no other holders of it."""
    sent(journal, "a", message_id="b1", to=OTHER)
    id_ = sent(journal, "b", Outcome.UNKNOWN, message_id="b1")
    ask(journal, Archive(records=[record("b1", NUMBER), record("b1", OTHER)]))
    assert entry_of(journal, id_).state is State.ACCEPTED


def test_records_that_are_behind(journal: Journal) -> None:
    """A list that still has an earlier status takes none back that is final."""
    id_ = sent(journal, message_id="m1", status="queued")
    failed = Result(NUMBER, Outcome.REJECTED, status="Failed", reason="no such handset")
    journal.write(lambda each: each.conclude(id_, failed, NOW, "event", seconds(60)))
    behind = record("m1", status="sent", parts=1, price=euro("0.04"))
    ask(journal, Complete(records=[behind]), since=SENT_AT)
    entry = entry_of(journal, id_)
    assert (entry.state, entry.status) == (State.REJECTED, "Failed")
    assert (entry.reason, entry.price) == ("no such handset", euro("0.04"))
