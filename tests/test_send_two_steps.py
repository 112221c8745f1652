"""Sending in two steps: what is stored, released, looked at, and believed.

The law of this file: as in `test_send_flow.py`, each test says what came back, and what must be so
of the journal, the requests and the receipt.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sending import (
    BROKEN,
    LEFT,
    NOT_LEFT,
    REFUSED,
    Script,
    Stepwise,
    approve,
    say,
)
from test_send_flow import send

from smscore.errors import JournalError
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.wire import NoResponse, WireRequest, WireResponse


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


@pytest.mark.parametrize(
    ("answers", "outcome", "requests"),
    [
        # It is stored, released and read back.
        ([say("7"), say("accepted"), say("accepted")], Outcome.ACCEPTED, "prepare send look"),
        ([say("7"), say("accepted"), say("rejected")], Outcome.REJECTED, "prepare send look"),
        ([say("7"), say("accepted"), LEFT], Outcome.ACCEPTED, "prepare send look"),
        # It was called back, or changed, before it was looked at.
        ([say("7"), say("accepted"), say("draft")], Outcome.UNKNOWN, "prepare send look"),
        ([say("7"), say("accepted"), say("unknown")], Outcome.UNKNOWN, "prepare send look"),
        ([say("7"), LEFT, say("unknown")], Outcome.UNKNOWN, "prepare send look"),
        # Storing sends nothing, and may be asked for as often as it takes.
        (
            [LEFT, BROKEN, say("7"), say("accepted"), say("accepted")],
            Outcome.ACCEPTED,
            "prepare prepare prepare send look",
        ),
        ([LEFT, NOT_LEFT, REFUSED], Outcome.NOT_SENT, "prepare prepare prepare"),
        ([say("no", 400)], Outcome.REJECTED, "prepare"),
        # Whether it was released is asked, and what still waits is released again.
        ([say("7"), LEFT, say("accepted")], Outcome.ACCEPTED, "prepare send look"),
        (
            [say("7"), LEFT, say("draft"), say("accepted"), say("accepted")],
            Outcome.ACCEPTED,
            "prepare send look send look",
        ),
        # A refusal after doubt may mean that it is out already.
        (
            [say("7"), LEFT, BROKEN, say("rejected", 400), say("accepted")],
            Outcome.ACCEPTED,
            "prepare send look send look",
        ),
        # A refusal is believed when it is seen to wait, and not before.
        ([say("7"), say("rejected", 400), say("draft")], Outcome.REJECTED, "prepare send look"),
        ([say("7"), say("rejected", 400), LEFT], Outcome.UNKNOWN, "prepare send look"),
        ([say("7"), say("rejected", 400), say("accepted")], Outcome.ACCEPTED, "prepare send look"),
        (
            [say("7"), LEFT, say("draft"), say("rejected", 400), say("draft")],
            Outcome.UNKNOWN,
            "prepare send look send look",
        ),
        ([say("7"), REFUSED, NOT_LEFT, REFUSED], Outcome.NOT_SENT, "prepare send send send"),
        (
            [say("7"), LEFT, LEFT, LEFT, LEFT, LEFT, LEFT],
            Outcome.UNKNOWN,
            "prepare send look send look send look",
        ),
    ],
)
def test_two_steps(
    journal: Journal,
    answers: list[WireResponse | NoResponse | BaseException],
    outcome: Outcome,
    requests: str,
) -> None:
    """What can be released once only is asked about, and released again, until it is known."""
    script = Script(journal, answers)
    receipt = send(script, Stepwise())
    assert (receipt.outcome, " ".join(script.requests)) == (outcome, requests)
    assert not script.answers
    [entry] = journal.entries()
    assert entry.state.value == outcome.value


def test_two_steps_are_taken_up_where_they_were_left(journal: Journal) -> None:
    """After an end between the steps, what was stored is looked at, and released if it waits."""
    script = Script(journal, [say("7"), SystemExit()])
    with pytest.raises(SystemExit):
        send(script, Stepwise())
    [entry] = journal.entries()
    assert (entry.state, entry.message_id) == (State.UNKNOWN, "7")
    script.answers = [say("draft"), say("accepted"), say("accepted")]
    assert send(script, Stepwise()).outcome is Outcome.ACCEPTED
    assert script.requests == ["prepare", "send", "look", "send", "look"]


def test_what_waits_is_released_and_not_stored_anew(journal: Journal) -> None:
    """A message that waits under an id, and was not released, goes out under that id later."""
    script = Script(journal, [say("7"), REFUSED, NOT_LEFT, REFUSED])
    assert send(script, Stepwise()).outcome is Outcome.NOT_SENT
    script.answers = [say("draft"), say("accepted"), say("accepted")]
    assert send(script, Stepwise()).outcome is Outcome.ACCEPTED
    assert script.requests == ["prepare", "send", "send", "send", "look", "send", "look"]


def test_an_id_is_released_for_one_message(journal: Journal) -> None:
    """What waits under an id, or has gone out under it, is nobody else's to release."""
    script = Script(journal, [say("7"), say("accepted"), say("accepted"), say("7")])
    send(script, Stepwise(), approve(key="a"))
    with pytest.raises(JournalError, match="under this id"):
        send(script, Stepwise(), approve(key="b"))
    assert script.requests == ["prepare", "send", "look", "prepare"]


def test_another_account_takes_nothing_up(journal: Journal) -> None:
    """What one account has stored is not looked for, nor released, with another's credentials."""
    script = Script(journal, [say("7"), LEFT, LEFT, LEFT, LEFT, LEFT, LEFT])
    assert send(script, Stepwise()).outcome is Outcome.UNKNOWN

    class Other(Stepwise):
        identity = "another account"

    receipt = send(script, Other())
    assert (receipt.outcome, receipt.repeated) == (Outcome.UNKNOWN, True)


def test_an_older_claim_moves_nothing(journal: Journal) -> None:
    """Of two that store the same message, only the one that claimed it last releases it."""
    late = Script(journal, [say("7"), say("accepted"), say("accepted")])
    hasty = Script(journal, [say("8")])

    def overtake(step: WireRequest) -> None:
        if step.endpoint == "prepare":
            assert send(late, Stepwise()).accepted

    hasty.before = overtake
    with pytest.raises(JournalError, match="another process"):
        send(hasty, Stepwise())
    assert hasty.requests == ["prepare"]
    [entry] = journal.entries()
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "7")
