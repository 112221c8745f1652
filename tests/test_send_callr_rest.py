"""CALLR's REST API 2.0: what is known of it, behind the same types.

The law of this file: what the documentation does not tell is refused, or unknown.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending_callr import (
    FIRST,
    KEY,
    ONE,
    SECOND,
    TEXT,
    answer,
    approve,
    body_of,
    make_rest,
    query_of,
)

from smscore.errors import (
    AuthenticationFailed,
    InvalidSender,
    NotSupported,
    ProviderError,
    UnreadableAnswer,
)
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch
from smscore.send.providers.callr import CallrOptions, Hook
from smscore.send.wire import WireResponse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NINE = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
SID = "k7q2m9xd"


def sms(**fields: Any) -> dict[str, Any]:
    """Make a message by the newer names."""
    return {
        "sid": SID,
        "direction": "outbound",
        "from": "SMS",
        "to": FIRST,
        "text": TEXT,
        "status": "delivered",
        "traffic": "alerting",
        "created": "2031-05-04T09:30:00.500Z",
        **fields,
    }


def test_request() -> None:
    """The text is in the body, the number in the query with its plus encoded."""
    request = make_rest().build(ONE)
    assert (request.method, request.endpoint) == ("POST", "sms.send")
    assert request.url == "https://api.callr.com/v2.0/sms?to=%2B33639980001"
    assert body_of(request) == {"body": TEXT}
    assert dict(request.headers) == {"x-api-key": KEY, "content-type": "application/json"}


def test_options() -> None:
    """Values are in lower case; traffic is marketing for the provider unless it is said."""
    options = CallrOptions(force_encoding="UNICODE", nature="ALERTING")
    dispatch = Dispatch((approve(sender="Shop"),), options)
    make_rest().check(dispatch, NOW)
    assert query_of(make_rest().build(dispatch)) == {
        "to": FIRST,
        "from": "Shop",
        "encoding": "unicode",
        "traffic": "alerting",
    }
    assert query_of(make_rest(nature="ALERTING").build(ONE))["traffic"] == "alerting"
    assert make_rest().profile(dispatch) == "callr_unicode"


@pytest.mark.parametrize(
    "options",
    [
        CallrOptions(user_data="x"),
        CallrOptions(flash_message=True),
        CallrOptions(webhook=Hook(endpoint="https://example.org/")),
    ],
)
def test_options_that_are_not_known(options: CallrOptions) -> None:
    """An option that nobody documents for this API is refused, not dropped."""
    with pytest.raises(NotSupported):
        make_rest().check(Dispatch(ONE.approvals, options), NOW)


def test_the_same_senders() -> None:
    """A sender is refused as the older API's."""
    with pytest.raises(InvalidSender):
        make_rest().check(Dispatch((approve(sender="+33639980001"),)), NOW)


def test_accounts() -> None:
    """With an account's SID the key goes as a password, and shows nowhere."""
    provider = make_rest(account_sid="AC1")
    header = dict(provider.build(ONE).headers)["authorization"]
    assert header == "Basic " + b64encode(f"AC1:{KEY}".encode()).decode()
    assert KEY not in repr(provider)
    for sid in ("a:b", "", "é"):
        with pytest.raises(ValueError, match="SID"):
            make_rest(account_sid=sid)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("created", Outcome.ACCEPTED),
        ("remote-queued", Outcome.ACCEPTED),
        ("delivered", Outcome.ACCEPTED),
        (None, Outcome.ACCEPTED),
        ("error", Outcome.REJECTED),
        ("failed", Outcome.REJECTED),
        ("expired", Outcome.REJECTED),
        ("new-one", Outcome.UNKNOWN),
    ],
)
def test_answers(status: str | None, outcome: Outcome) -> None:
    """A success that names a message is one, if its status is."""
    for code in (200, 201, 202):
        [found] = make_rest().read(ONE, answer(sms(status=status), code))
        assert (found.outcome, found.message_id, found.status) == (outcome, SID, status)


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (answer({"code": "bad-number", "message": "no"}, 400), Outcome.REJECTED, "bad-number"),
        (answer({"code": "unauthorized", "message": "no"}, 401), Outcome.REJECTED, "unauthorized"),
        (answer({"code": "forbidden", "message": "no"}, 403), Outcome.REJECTED, "forbidden"),
        (WireResponse(405, {}, b"<html>"), Outcome.REJECTED, "405"),
        (answer({"code": "oops", "message": "no"}, 500), Outcome.UNKNOWN, "oops"),
        (WireResponse(502, {}, b"<html>"), Outcome.UNKNOWN, "502"),
        (answer(sms(), 400), Outcome.UNKNOWN, None),
        (answer({}, 429), Outcome.NOT_SENT, "429"),
        (WireResponse(200, {}, b"<html>"), Outcome.UNKNOWN, None),
        (WireResponse(204, {}, b""), Outcome.UNKNOWN, None),
        (answer({"status": "sent"}), Outcome.UNKNOWN, None),
        (answer(sms(to=SECOND)), Outcome.UNKNOWN, None),
    ],
    ids=str,
)
def test_refusals_and_doubt(response: WireResponse, outcome: Outcome, code: str | None) -> None:
    """Refusals keep their word, and what names no message leaves it in doubt."""
    [found] = make_rest().read(ONE, response)
    assert (found.outcome, found.code) == (outcome, code)


def test_nothing_private_is_told() -> None:
    """A reason that repeats text, number or key is told without them."""
    said = f"{TEXT} to {FIRST[1:]} with {KEY}"
    [found] = make_rest().read(ONE, answer({"code": "x", "message": said}, 400))
    assert not any(each in repr(found) for each in (TEXT, FIRST[1:], KEY))


def test_pages() -> None:
    """Pages go on by as many as came while there is more, by this API's own word for it."""
    call = make_rest().list_messages(direction="outbound", from_="SMS", limit=2)
    asked = {"direction": "outbound", "from": "SMS", "offset": "0", "limit": "2"}
    assert query_of(call.request) == asked
    told = {"offset": 0, "total": 3, "hasMore": True, "hits": [sms(), sms()]}
    page = call.read(answer(told))
    assert page.total == 3
    assert page.following is not None
    assert query_of(page.following.request) == {**asked, "offset": "2"}
    last = page.following.read(answer({"offset": 2, "hits": [sms()], "has_more": True}))
    assert last.following is None
    none = answer({"hits": None, "hasMore": False})
    for wrong in (answer(told), answer({"data": []}), none, WireResponse(200, {}, b"")):
        with pytest.raises(UnreadableAnswer):
            page.following.read(wrong)


@pytest.mark.parametrize("more", [{}, {"hasMore": "false"}, {"has_more": False}, {"hasMore": 0}])
def test_pages_that_do_not_say_whether_they_are_the_last(more: dict[str, Any]) -> None:
    """A full page that does not say whether more follows is no end, but for a total."""
    call = make_rest().list_messages(limit=2)
    with pytest.raises(UnreadableAnswer, match="whether more follows"):
        call.read(answer({"hits": [sms(), sms()], **more}))
    assert call.read(answer({"hits": [sms()], **more})).following is None
    assert call.read(answer({"hits": [sms(), sms()], "total": 2, **more})).following is None


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"limit": 101}, ValueError),
        ({"limit": 0}, ValueError),
        ({"offset": -1}, ValueError),
        ({"limit": "5"}, TypeError),
        ({"since": "2031"}, TypeError),
        ({"text": "a" * 65}, ValueError),
    ],
)
def test_lists_that_would_be_refused(options: dict[str, Any], fault: type[Exception]) -> None:
    """What the provider would refuse, or does not document, is refused here."""
    with pytest.raises(fault):
        make_rest().list_messages(**options)


def test_message() -> None:
    """One message is found by its SID in the list, whose types are the older API's."""
    call = make_rest().get(SID)
    assert query_of(call.request)["sid"] == SID
    found = call.read(answer({"hits": [sms()], "hasMore": False}))
    assert found is not None
    assert (found.id, found.type, found.status, found.nature) == (
        SID,
        "OUT",
        "delivered",
        "alerting",
    )
    assert found.created_at == NINE + timedelta(milliseconds=500)
    assert call.read(answer({"hits": []})) is None
    with pytest.raises(UnreadableAnswer):
        call.read(answer({"hits": [sms(sid="other")]}))
    fetch = make_rest().fetch(SID)
    assert fetch is not None
    assert fetch.read(answer({"hits": []})) is None
    sent = fetch.read(answer({"hits": [sms()]}))
    assert sent is not None
    assert (sent.outcome, sent.number) == (Outcome.ACCEPTED, FIRST)


def test_find_sent() -> None:
    """Without filters by date the newest come first, until those before the window do."""
    call = make_rest().find_sent(NINE, NINE + timedelta(minutes=1))
    assert query_of(call.request)["order"] == "desc"
    late, early = sms(created="2031-05-04T09:32:00Z"), sms(created="2031-05-04T09:29:00Z")
    inbound = sms(direction="inbound")
    page = call.read(answer({"hits": [late, sms(), inbound, early], "hasMore": True}))
    assert [each.at for each in page.items] == [NINE + timedelta(milliseconds=500)]
    assert page.following is not None
    assert page.following.read(answer({"hits": [early], "hasMore": True})).following is None


def test_errors() -> None:
    """An error has a word for a code; whose key is wrong is told apart."""
    call = make_rest().ping()
    with pytest.raises(ProviderError) as caught:
        call.read(answer({"code": "bad", "message": f"key {KEY}"}, 400))
    assert (caught.value.code, caught.value.reason) == ("bad", "key …")
    with pytest.raises(AuthenticationFailed):
        call.read(answer({"code": "unauthorized", "message": "no"}, 401))


def test_ping() -> None:
    """Somebody who is there says so, and what time it is."""
    found = make_rest().ping().read(answer({"pong": True, "time": "2031-05-04T09:30:00Z"}))
    assert (found.pong, found.time) == (True, NINE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["status", "code", "message", "to"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.integers(100, 599), st.binary() | JSON.map(lambda each: json.dumps(each).encode()))
def test_reading_is_total(status: int, body: bytes) -> None:
    """Any answer is read without raising; one that names no message accepts none."""
    [found] = make_rest().read(ONE, WireResponse(status, {}, body))
    assert found.outcome is not Outcome.ACCEPTED
