"""Phone.com: sending, and what its answers mean.

The law of this file: requests and answers are those of the provider's documentation, written out
here; what it leaves open has to come out as unknown.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending_phone_com import (
    FIRST,
    FIRST_ID,
    SECOND,
    SECOND_ID,
    SENDER,
    TEXT,
    TOKEN,
    answer,
    approve,
    body_of,
    error,
    make_provider,
    sms,
)

from smscore.errors import InvalidSender, NotSupported, OverLimit
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch, RateLimit
from smscore.send.providers.phone_com import PhoneCom, PhoneComOptions
from smscore.send.wire import WireResponse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = Dispatch((approve(),))
GROUP = Dispatch((approve(), approve(SECOND)))
BULK: dict[str, Any] = {"allow_bulk": True, "recipients_per_request": 50}


def test_request_of_an_account() -> None:
    """A message is one POST to the account's /sms with a bearer token, `to` an array of one."""
    request = make_provider().build(ONE)
    assert (request.method, request.url) == (
        "POST",
        "https://api.phone.com/v4/accounts/900100/sms",
    )
    assert dict(request.headers) == {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
    }
    assert body_of(request) == {"from": SENDER, "to": [FIRST], "text": TEXT}


def test_request_of_an_extension() -> None:
    """The constructor's extension is the path, and nothing in the body."""
    request = make_provider(extension_id=40021).build(ONE)
    assert request.url == "https://api.phone.com/v4/accounts/900100/extensions/40021/sms"
    assert "extension_id" not in body_of(request)


@pytest.mark.parametrize(
    ("constructor", "option", "sent"),
    [(None, None, None), (7, None, 7), (None, 8, 8), (7, 8, 8), ("7", None, 7)],
)
def test_mailbox(constructor: Any, option: int | None, sent: int | None) -> None:
    """The mailbox is the body's `extension_id`; a message's option goes before the constructor."""
    provider = make_provider(store_extension_id=constructor)
    options = PhoneComOptions(store_extension_id=option)
    request = provider.build(Dispatch(ONE.approvals, options))
    assert request.url.endswith("/accounts/900100/sms")
    assert body_of(request).get("extension_id") == sent


def test_messages_may_be_lost_to_the_records() -> None:
    """Without any extension a message may not be stored, and the provider says so by itself."""
    assert not make_provider().stores_messages
    assert not make_provider().history_complete
    assert make_provider(extension_id=1).stores_messages
    assert make_provider(store_extension_id=1).stores_messages


def test_a_person_writes_to_a_person() -> None:
    """Several recipients are refused unless the caller allows bulk and says how many."""
    assert make_provider().group == 1
    with pytest.raises(NotSupported, match="allow_bulk"):
        make_provider().check(GROUP, NOW)
    with pytest.raises(ValueError, match="allow_bulk"):
        make_provider(recipients_per_request=2)
    provider = make_provider(**BULK)
    assert provider.group == 50
    provider.check(GROUP, NOW)
    assert body_of(provider.build(GROUP))["to"] == [FIRST, SECOND]


def test_recipient_twice() -> None:
    """What happens to a recipient named twice is not documented: it is refused."""
    with pytest.raises(ValueError, match="twice"):
        make_provider(**BULK).check(Dispatch((approve(), approve())), NOW)


def test_sender() -> None:
    """The quote's sender goes before the constructor's; without either nothing is sent."""
    nobody = Dispatch((approve(sender=None),))
    with pytest.raises(InvalidSender):
        make_provider().check(nobody, NOW)
    provider = make_provider(sender=SECOND)
    provider.check(nobody, NOW)
    assert body_of(provider.build(nobody))["from"] == SECOND
    assert body_of(provider.build(ONE))["from"] == SENDER


@pytest.mark.parametrize("sender", ["ACME", "12025550111", "+1", "2025550111"])
def test_sender_is_a_number(sender: str) -> None:
    """A sender that is no E.164 number is refused, and is not in the refusal."""
    with pytest.raises(InvalidSender) as caught:
        make_provider().check(Dispatch((approve(sender=sender),)), NOW)
    assert sender == "+1" or sender not in str(caught.value)


def test_length() -> None:
    """A long text passes whole, unless the constructor says what is too long."""
    long = Dispatch((approve(text="a" * 161),))
    make_provider().check(long, NOW)
    assert body_of(make_provider(sender=SENDER).build(long))["text"] == "a" * 161
    with pytest.raises(OverLimit, match="160"):
        make_provider(max_characters=160).check(long, NOW)
    make_provider(max_characters=160).check(Dispatch((approve(text="a" * 160),)), NOW)


def test_nothing_is_scheduled() -> None:
    """Scheduling and cancelling are refused, not emulated."""
    options = PhoneComOptions(send_at=datetime(2031, 5, 4, tzinfo=UTC))
    with pytest.raises(NotSupported):
        make_provider().check(Dispatch(ONE.approvals, options), NOW)
    with pytest.raises(NotSupported):
        make_provider().cancel_message(FIRST_ID)
    with pytest.raises(NotSupported):
        make_provider().list_scheduled()


def test_options_of_another_provider() -> None:
    """Options of another type are refused before anything is sent."""
    with pytest.raises(TypeError, match="PhoneComOptions"):
        make_provider().check(Dispatch(ONE.approvals, object()), NOW)


def test_group_answer() -> None:
    """The documented sample: 201 without an id, each recipient with its own id and status."""
    first, second = make_provider(**BULK).read(GROUP, answer(201, sms()))
    assert (first.number, first.outcome, first.status, first.message_id) == (
        FIRST,
        Outcome.ACCEPTED,
        "sent",
        FIRST_ID,
    )
    assert (second.number, second.outcome, second.status, second.message_id) == (
        SECOND,
        Outcome.ACCEPTED,
        "delivered",
        SECOND_ID,
    )
    assert {first.price, first.parts, second.price, second.parts} == {None}
    assert not make_provider().tells_price


def test_matched_by_number() -> None:
    """Recipients are matched by their digits, not their order, and a missing one is unknown."""
    to = [{"number": "1 (202) 555-0133", "status": "queued", "id": SECOND_ID}]
    first, second = make_provider(**BULK).read(GROUP, answer(201, sms(*to)))
    assert (first.outcome, first.number) == (Outcome.UNKNOWN, FIRST)
    assert (second.outcome, second.message_id) == (Outcome.ACCEPTED, SECOND_ID)


def test_id_of_the_message() -> None:
    """Where a recipient has no id of its own, the message's is taken."""
    [result] = make_provider().read(
        ONE, answer(201, sms({"number": FIRST, "status": "queued"}, id="abc"))
    )
    assert (result.outcome, result.message_id) == (Outcome.ACCEPTED, "abc")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("queued", Outcome.ACCEPTED),
        ("sent", Outcome.ACCEPTED),
        ("delivered", Outcome.ACCEPTED),
        ("Delivered", Outcome.ACCEPTED),
        ("received", Outcome.UNKNOWN),
        ("new", Outcome.UNKNOWN),
        ("pending-review", Outcome.UNKNOWN),
        ("sentinel", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN),
        ("failed", Outcome.REJECTED),
        ("rejected_by_carrier", Outcome.REJECTED),
        ("undelivered", Outcome.REJECTED),
        ("error", Outcome.REJECTED),
    ],
)
def test_statuses(status: str | None, outcome: Outcome) -> None:
    """A known status means what it says, another one nothing; it is kept as it came."""
    [result] = make_provider().read(ONE, answer(201, sms({"number": FIRST, "status": status})))
    assert (result.outcome, result.status) == (outcome, status)


@pytest.mark.parametrize("status", ["failed", "somewhere"])
def test_contradiction(status: str) -> None:
    """A time of delivery makes no success of another status, and no failure certain."""
    entry = {"number": FIRST, "status": status, "delivered_at": 1710000002}
    [result] = make_provider().read(ONE, answer(201, sms(entry)))
    assert result.outcome is Outcome.UNKNOWN


def test_delivery_without_a_status() -> None:
    """A time of delivery says delivered where there is no status."""
    entry = {"number": FIRST, "delivered_at": 1710000002}
    [result] = make_provider().read(ONE, answer(201, sms(entry)))
    assert result.outcome is Outcome.ACCEPTED


def test_named_twice() -> None:
    """A recipient that the answer names twice, differently, is unknown."""
    entries = [{"number": FIRST, "status": each} for each in ("sent", "failed")]
    [result] = make_provider().read(ONE, answer(201, sms(*entries)))
    assert result.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refusals(status: int) -> None:
    """A refusal of the whole request rejects it, with the provider's code and reason."""
    [result] = make_provider().read(ONE, answer(status, error(status, "Not allowed")))
    assert (result.outcome, result.code, result.reason) == (
        Outcome.REJECTED,
        str(status),
        "Not allowed",
    )


def test_refusal_names_fields() -> None:
    """The fields of a 422 are in the reason, without the number that they repeat."""
    body = error(422, "Invalid data", fields={"to": f"{FIRST} is not a mobile", "from": ["no"]})
    [result] = make_provider().read(ONE, answer(422, body))
    assert result.reason == "Invalid data; to: … is not a mobile; from: no"


@pytest.mark.parametrize(
    "response",
    [
        answer(200, sms()),
        answer(202, sms()),
        answer(500, error(500, "Internal")),
        answer(503, sms()),
        answer(408, error(408, "Timeout")),
        answer(409, error(409, "Conflict")),
        answer(422, sms()),
        answer(303, {}),
        answer(201, {}),
        answer(201, []),
        answer(201, {"to": FIRST}),
        answer(201, {**sms(), **error(500, "Half done")}),
        answer(200, error(403, "Forbidden")),
        WireResponse(201, {"content-type": "text/html"}, b"<html>Created</html>"),
        WireResponse(502, {}, b"Bad gateway"),
        WireResponse(201, {}, b""),
    ],
    ids=lambda each: f"{each.status} {each.body[:24]!r}",
)
def test_doubt(response: WireResponse) -> None:
    """Whatever is neither a documented 201 nor a clear refusal leaves the message in doubt."""
    [result] = make_provider().read(ONE, response)
    assert result.outcome is Outcome.UNKNOWN


def test_nothing_private_is_told() -> None:
    """A reason that repeats the text, the numbers or the token is told without them."""
    said = f"{TEXT} from {SENDER} to {FIRST[1:]} with {TOKEN}"
    [result] = make_provider().read(ONE, answer(422, error(422, said)))
    for private in (TEXT, SENDER[1:], FIRST[1:], TOKEN):
        assert private not in str(result)
    assert TOKEN not in repr(make_provider()) + str(make_provider().build(ONE))


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (answer(429, error(429, "", **{"@rateLimit": {"Retry-After": 17}})), 17.0),
        (answer(429, error(429, "", **{"@rateLimit": {"Retry-After": "3"}}), retry_after="9"), 3.0),
        (answer(429, error(429, ""), retry_after="9"), 9.0),
        (WireResponse(429, {"retry-after": "2"}, b"<html>"), 2.0),
        (answer(429, error(429, "")), None),
    ],
)
def test_retry_after(response: WireResponse, seconds: float | None) -> None:
    """A refusal by the rate limit tells in its body how long to wait, or else in its header."""
    assert make_provider().retry_after(response) == seconds


def test_rate_limits() -> None:
    """The documented limits: 30 in 30 s of one endpoint, 120 in 60 s of all."""
    provider = make_provider()
    assert provider.limits[""] == (RateLimit(120, 60.0),)
    assert provider.limits[provider.build(ONE).endpoint] == (RateLimit(30, 30.0),)
    assert {each for name, each in provider.limits.items() if name} == {(RateLimit(30, 30.0),)}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"access_token": ""}, ValueError),
        ({"account_id": "9/../1"}, ValueError),
        ({"account_id": True}, TypeError),
        ({"extension_id": "x"}, ValueError),
        ({"store_extension_id": -1}, ValueError),
        ({"base_url": "http://api.phone.com/v4"}, ValueError),
        ({"max_characters": 0}, ValueError),
        ({"recipients_per_request": 0}, ValueError),
    ],
)
def test_constructor(options: dict[str, Any], fault: type[Exception]) -> None:
    """What cannot be used is refused when the provider is made."""
    with pytest.raises(fault):
        make_provider(**options)


def test_local_base_url() -> None:
    """A server on this machine may be spoken to without TLS, another one only if allowed."""
    provider = PhoneCom(access_token=TOKEN, account_id="900100", base_url="http://127.0.0.1:1/v4/")
    assert provider.build(ONE).url == "http://127.0.0.1:1/v4/accounts/900100/sms"
    make_provider(base_url="http://example.org", allow_http=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["to", "number", "status", "id", "@error", "@message", "fields"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.integers(100, 599), st.binary() | JSON.map(lambda each: json.dumps(each).encode()))
def test_reading_is_total(status: int, body: bytes) -> None:
    """Any answer is read without raising; one that names no recipient accepts no message."""
    found = make_provider().read(GROUP, WireResponse(status, {}, body))
    assert [each.number for each in found] == [FIRST, SECOND]
    assert all(each.outcome is not Outcome.ACCEPTED for each in found)


@given(st.integers(100, 599).filter(lambda status: status != 201))
def test_only_created_accepts(status: int) -> None:
    """The body of a success under any other status than 201 accepts nothing."""
    found = make_provider().read(GROUP, answer(status, sms()))
    assert all(each.outcome is not Outcome.ACCEPTED for each in found)


@pytest.mark.parametrize("number", [b"1e999999999", b"1e99999999999999999999", b"9" * 5000])
def test_numbers_out_of_bounds(number: bytes) -> None:
    """A number that no machine holds makes an answer unreadable, or its time unknown."""
    body = json.dumps(sms()).encode().replace(b"1710000002", number)
    found = make_provider().read(GROUP, WireResponse(201, {}, body))
    assert len(found) == 2
