"""Close: what its answers to a message mean.

The law of this file: the message's own status decides; a draft waits, "sent" is the most that is
known, and whatever the documentation leaves open has to come out as unknown.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending_close import (
    FIRST,
    ID,
    KEY,
    LOCAL,
    ONE,
    SECOND,
    TEXT,
    answer,
    make_provider,
    sms,
)

from smscore.money import Money
from smscore.send.outcomes import Outcome, Result
from smscore.send.provider import Dispatch
from smscore.send.providers.close import CloseOptions
from smscore.send.wire import WireResponse

PROVIDER = make_provider()


def read(response: WireResponse) -> Result:
    """Read an answer to the message of the tests."""
    [found] = PROVIDER.read(ONE, response)
    return found


@pytest.mark.parametrize("code", [200, 201])
@pytest.mark.parametrize(
    ("status", "outcome", "looked"),
    [
        ("outbox", Outcome.ACCEPTED, Outcome.ACCEPTED),
        ("scheduled", Outcome.ACCEPTED, Outcome.ACCEPTED),
        ("sent", Outcome.ACCEPTED, Outcome.ACCEPTED),
        ("error", Outcome.REJECTED, Outcome.REJECTED),
        ("draft", Outcome.UNKNOWN, None),
        ("inbox", Outcome.UNKNOWN, Outcome.UNKNOWN),
        ("new_one", Outcome.UNKNOWN, Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_statuses(status: str | None, outcome: Outcome, looked: Outcome | None, code: int) -> None:
    """A status means what it says; a draft was not released, and waits for those who look."""
    response = answer(sms(status=status), code)
    found = read(response)
    assert (found.number, found.outcome, found.message_id, found.status) == (
        FIRST,
        outcome,
        ID,
        status,
    )
    seen = PROVIDER.read_look(ONE, response)
    assert (None if seen is None else seen.outcome) == looked


def test_failed_after_success() -> None:
    """A message that failed after 200 is rejected, with the reason, without its number."""
    found = read(answer(sms(status="error", error_message=f"{FIRST} is a landline.")))
    assert (found.outcome, found.reason) == (Outcome.REJECTED, "… is a landline.")


def test_cost() -> None:
    """A cost is in cents, and is there later, perhaps."""
    assert read(answer(sms())).price is None
    found = read(answer(sms(status="sent", cost="1.5800")))
    assert found.price == Money(Decimal("0.0158"), "USD")
    odd: Any
    for odd in ("free", "", True, "-1", {}, "1e5"):
        assert read(answer(sms(cost=odd))).price is None


@pytest.mark.parametrize("status", ["outbox", "scheduled", "sent", "error"])
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "Doors open at 8"}, "text"),
        ({"text": ""}, "text"),
        ({"remote_phone": SECOND}, "recipient"),
        ({"local_phone": SECOND}, "another number"),
        ({"attachments": [{"url": "https://example.org/"}]}, "attachments"),
    ],
)
def test_changed_on_its_way(fields: dict[str, Any], reason: str, status: str) -> None:
    """What is not what was approved any more is in doubt, by its answer and when looked at."""
    response = answer(sms(status=status, **fields))
    for found in (read(response), PROVIDER.read_look(ONE, response)):
        assert found is not None
        assert (found.outcome, found.message_id) == (Outcome.UNKNOWN, ID)
        assert reason in (found.reason or "")


@pytest.mark.parametrize(
    "fields", [{"text": f"{TEXT} "}, {"text": None}, {"local_phone": None}, {"attachments": []}]
)
def test_not_changed_on_its_way(fields: dict[str, Any]) -> None:
    """White space at the end, and what is not told, are no change."""
    found = read(answer(sms(**fields)))
    assert (found.outcome, found.reason) == (Outcome.ACCEPTED, None)


def test_known_attachments() -> None:
    """Attachments that are known to be there are no change."""
    dispatch = Dispatch(ONE.approvals, CloseOptions(unpriced_media=True))
    [found] = PROVIDER.read(dispatch, answer(sms(attachments=[{"url": "https://a.example/"}])))
    assert found.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            400,
            {"errors": [], "field-errors": {"local_phone": "This field is required."}},
            "fields that are not valid; local_phone: This field is required.",
        ),
        (400, {"errors": ["No.", "Never."], "field-errors": {}}, "No.; Never."),
        (400, {"error": "No."}, "No."),
        (401, {"error": "The key is wrong."}, "The key is wrong."),
        (402, {"error": {"message": "No credit."}}, "No credit."),
        (403, {}, "the answer has no message"),
        (404, {"error": "Not found."}, "Not found."),
        (405, {"error": "No."}, "No."),
        (415, {"error": "No."}, "No."),
        (
            400,
            {"field-errors": {"attachments": [{"url": ["no", "never"]}, {}], "x": {"y": 7}}},
            "fields that are not valid; attachments.0.url: no, never; x.y: not valid",
        ),
        (
            400,
            {"errors": [{"message": "A"}], "error": "B", "field-errors": {"c": "D"}},
            "A; B; c: D",
        ),
    ],
)
def test_refusals(status: int, body: Any, reason: str) -> None:
    """A refusal is told in all of the shapes that it has, whichever step it is to."""
    response = answer(body, status)
    found = read(response)
    assert (found.outcome, found.code, found.reason) == (Outcome.REJECTED, str(status), reason)
    stored = PROVIDER.read_prepared(ONE, response)
    assert isinstance(stored, Result)
    assert (stored.outcome, stored.reason) == (Outcome.REJECTED, reason)


@pytest.mark.parametrize(
    "response",
    [
        WireResponse(200, {"content-type": "text/html"}, b"<html>OK</html>"),
        WireResponse(200, {}, b""),
        WireResponse(204, {}, b""),
        WireResponse(301, {"location": "/x/"}, b""),
        WireResponse(502, {}, b"<html>Bad gateway</html>"),
        answer({"error": "Oops"}, 500),
        answer(sms(), 500),
        answer({"error": "Timeout"}, 408),
        answer({"error": "Conflict"}, 409),
        answer({}),
        answer([sms()]),
        answer({"status": "outbox", "remote_phone": FIRST}),
        answer(sms(remote_phone=SECOND)),
        answer(sms(remote_phone=None)),
        answer(sms(direction="inbound")),
        answer(sms(status="sent", source="External")),
    ],
    ids=lambda each: f"{each.status} {each.body[:40]!r}",
)
def test_doubt(response: WireResponse) -> None:
    """Whatever is neither our message nor a clear refusal leaves it in doubt."""
    assert read(response).outcome is Outcome.UNKNOWN


def test_too_many_requests() -> None:
    """429 is a refusal before anything was looked at."""
    assert read(answer({}, 429)).outcome is Outcome.NOT_SENT


def test_nothing_private_is_told() -> None:
    """A reason that repeats text, numbers or key is told without them, in a field's name too."""
    said = f"{TEXT} from {LOCAL} to {FIRST[1:]} with {KEY}"
    found = read(answer({"errors": [said], "field-errors": {said: said}}, 400))
    for private in (TEXT, LOCAL[1:], FIRST[1:], KEY):
        assert private not in repr(found)


def test_stored() -> None:
    """A draft that holds what was approved gives its id; numbers are compared by their digits."""
    assert PROVIDER.read_prepared(ONE, answer(sms(status="draft"))) == ID
    formatted = sms(status="draft", remote_phone="1 202 555 0122", local_phone="1-202-555-0111")
    assert PROVIDER.read_prepared(ONE, answer(formatted, 201)) == ID


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [
        ({"text": "Doors open at 8"}, Outcome.REJECTED, "another text"),
        ({"text": None}, Outcome.REJECTED, "another text"),
        ({"remote_phone": SECOND}, Outcome.REJECTED, "another recipient"),
        ({"local_phone": SECOND}, Outcome.REJECTED, "another number"),
        ({"local_phone": None}, Outcome.REJECTED, "another number"),
        ({"direction": "inbound"}, Outcome.REJECTED, "received"),
        ({"attachments": [{"url": "https://example.org/"}]}, Outcome.REJECTED, "attachments"),
        ({"status": "error"}, Outcome.REJECTED, "no draft"),
        ({"status": "inbox"}, Outcome.REJECTED, "no draft"),
        ({"status": "outbox"}, Outcome.UNKNOWN, "no draft"),
        ({"status": "scheduled"}, Outcome.UNKNOWN, "no draft"),
        ({"status": "sent"}, Outcome.UNKNOWN, "no draft"),
        ({"status": None}, Outcome.UNKNOWN, "no draft"),
        ({"status": "new_one"}, Outcome.UNKNOWN, "no draft"),
    ],
)
def test_drafts_that_are_not_released(
    fields: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    """A draft that is not what was approved is not released; one that has left is in doubt."""
    dispatch = Dispatch(ONE.approvals, CloseOptions(draft_id=ID))
    found = PROVIDER.read_prepared(dispatch, answer(sms(**{"status": "draft", **fields})))
    assert isinstance(found, Result)
    assert found.outcome is outcome
    assert reason in (found.reason or "")
    # A draft that is refused is another message's, which may go out under its id.
    assert found.message_id == (ID if outcome is Outcome.UNKNOWN else None)


def test_draft_that_was_changed() -> None:
    """A draft that somebody has changed may have left before, and been called back: it is in doubt.

    Only what is still a draft, and what was approved, waits.
    """
    for fields in ({"text": "Doors open at 8"}, {"remote_phone": SECOND}, {"local_phone": SECOND}):
        seen = PROVIDER.read_look(ONE, answer(sms(**{"status": "draft", **fields})))
        assert seen is not None
        assert (seen.outcome, seen.message_id) == (Outcome.UNKNOWN, ID)
        assert seen.reason is not None
    assert PROVIDER.read_look(ONE, answer(sms(status="draft"))) is None


def test_known_media() -> None:
    """A draft with attachments is released if it is known that they are not priced."""
    dispatch = Dispatch(ONE.approvals, CloseOptions(draft_id=ID, unpriced_media=True))
    stored = sms(status="draft", attachments=[{"url": "https://example.org/"}])
    assert PROVIDER.read_prepared(dispatch, answer(stored)) == ID


@pytest.mark.parametrize(
    "response",
    [WireResponse(200, {}, b"<html>"), WireResponse(301, {}, b""), answer({}), answer({}, 408)],
    ids=str,
)
def test_not_stored(response: WireResponse) -> None:
    """Storing sends nothing: what cannot be read of it is not sent."""
    found = PROVIDER.read_prepared(ONE, response)
    assert isinstance(found, Result)
    assert found.outcome is Outcome.NOT_SENT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "status", "error", "errors", "field-errors", "cost", "text"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.integers(100, 599), st.binary() | JSON.map(lambda each: json.dumps(each).encode()))
def test_reading_is_total(status: int, body: bytes) -> None:
    """Any answer is read without raising; one that does not name our number accepts nothing."""
    response = WireResponse(status, {}, body)
    assert read(response).outcome is not Outcome.ACCEPTED
    looked = PROVIDER.read_look(ONE, response)
    assert looked is not None
    assert looked.outcome is not Outcome.ACCEPTED
    assert isinstance(PROVIDER.read_prepared(ONE, response), Result)


@settings(deadline=None)
@given(st.integers(100, 599), JSON, JSON, JSON)
def test_what_accepts(status: int, state: Any, error: Any, cost: Any) -> None:
    """A message is accepted by a success that names ours, with a status of one that leaves."""
    found = read(answer(sms(status=state, error_message=error, cost=cost), status))
    accepted = found.outcome is Outcome.ACCEPTED
    assert accepted == (200 <= status < 300 and state in ("outbox", "scheduled", "sent"))
