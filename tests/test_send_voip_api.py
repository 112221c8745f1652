"""voip-communications.net: what was scheduled, conversations, replies.

The law of this file: where the provider documents nothing, the wrapper asks for what it must know,
takes what comes and promises nothing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending_voip import (
    FIRST,
    KEY,
    SENDER,
    SMSID,
    TEXT,
    answer,
    entry,
    form_of,
    make_provider,
)

from smscore.errors import (
    AuthenticationFailed,
    BadSignature,
    InvalidNumber,
    MalformedEvent,
    NotFound,
    NotSupported,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
    WebhookError,
)
from smscore.money import Money
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.providers.voip_communications import VoipFields, read_event
from smscore.send.wire import WireResponse

BASE = "https://voip-communications.net/api-v2/index.php"
NEW_YORK = "America/New_York"
SECRET = "t0k3n-in-the-url"  # noqa: S105  # invented
SUMMARY = {
    "sms_id": "81001",
    "sms_country": "US",
    "sms_status": "SENT",
    "sms_external": "12025550122",
    "sms_internal": "12025550111",
    "sms_sale": "0.01",
    "sms_status_date": "2031-05-04 09:30:02",
    "sms_msg": TEXT,
}
CHAT = {
    "sms_id": "81002",
    "sms_inout": "IN",
    "sms_msg": "Yes please",
    "sms_status_date": "2031-05-04 09:31:40",
}


def test_summary() -> None:
    """The overview is asked for by POST, page by page from 0, until one is empty."""
    call = make_provider(account_zone=NEW_YORK).summary()
    assert (call.request.method, call.request.url) == ("POST", f"{BASE}/sms/summary")
    assert (form_of(call.request), call.safe) == ({"page": "0"}, True)
    page = call.read(answer({"summary": [SUMMARY]}))
    [item] = page.items
    assert (item.id, item.country, item.status, item.sale) == (
        "81001",
        "US",
        "SENT",
        Decimal("0.01"),
    )
    assert (item.external, item.internal, item.text) == ("12025550122", "12025550111", TEXT)
    assert item.date == "2031-05-04 09:30:02"
    assert item.at == datetime(2031, 5, 4, 13, 30, 2, tzinfo=UTC)
    assert page.following is not None
    assert form_of(page.following.request) == {"page": "1"}
    last = page.following.read(answer({"summary": []}))
    assert (last.items, last.following) == ((), None)
    for private in (TEXT, "12025550122", "12025550111"):
        assert private not in repr(item)


def test_pages_that_do_not_end() -> None:
    """A server that gives the same page for every number is not asked forever."""
    page = make_provider().summary().read(answer({"summary": [SUMMARY]}))
    assert page.following is not None
    again = page.following.read(answer({"summary": [SUMMARY]}))
    assert (again.items, again.following) == ((), None)


def test_chat() -> None:
    """A conversation is asked for by both numbers as digits, and tells what came and what went."""
    call = make_provider().chat(SENDER, FIRST, page=2)
    assert call.request.url == f"{BASE}/sms/chat"
    assert form_of(call.request) == {
        "internal": "12025550111",
        "external": "12025550122",
        "page": "2",
    }
    [item] = call.read(answer({"chat": [CHAT]})).items
    assert (item.direction, item.text, item.at) == ("IN", "Yes please", None)
    with pytest.raises(InvalidNumber):
        make_provider().chat("ACME", FIRST)
    with pytest.raises(ValueError, match="page"):
        make_provider().chat(SENDER, FIRST, page=-1)


def test_find_sent() -> None:
    """Records are the overview's; a moment is known only with a zone, a price with a currency."""
    since = datetime(2031, 5, 4, tzinfo=UTC)
    call = make_provider().find_sent(since, since + timedelta(days=1))
    [found] = call.read(answer({"summary": [SUMMARY]})).items
    assert (found.number, found.text, found.message_id) == (FIRST, TEXT, "81001")
    assert (found.status, found.outcome) == ("SENT", Outcome.ACCEPTED)
    assert (found.at, found.price) == (None, None)
    known = make_provider(account_zone=NEW_YORK, currency="USD")
    [found] = known.find_sent(since, since).read(answer({"summary": [SUMMARY]})).items
    assert found.at == datetime(2031, 5, 4, 13, 30, 2, tzinfo=UTC)
    assert found.price == Money(Decimal("0.01"), "USD")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("SCHEDULED", Outcome.ACCEPTED), ("FAILED", Outcome.REJECTED), ("RECEIVED", Outcome.UNKNOWN),
     ("", Outcome.UNKNOWN), (None, Outcome.UNKNOWN)],
)  # fmt: skip
def test_found_statuses(status: str | None, outcome: Outcome) -> None:
    """A status of the overview that is not known is unknown, and kept as it came."""
    since = datetime(2031, 5, 4, tzinfo=UTC)
    body = answer({"summary": [{**SUMMARY, "sms_status": status}]})
    [found] = make_provider().find_sent(since, since).read(body).items
    assert (found.outcome, found.status) == (outcome, status)


@pytest.mark.parametrize(
    "date",
    ["2031-11-02 01:30:00", "2031-03-09 02:30:00", "2031-13-01 00:00:00", "soon", "", 7, None],
)
def test_no_moment(date: Any) -> None:
    """A time that clocks show twice or never, or that is none, is no moment; it is kept."""
    body = answer({"chat": [{**CHAT, "sms_status_date": date}]})
    [item] = make_provider(account_zone=NEW_YORK).chat(SENDER, FIRST).read(body).items
    assert item.at is None
    assert item.raw["sms_status_date"] == date


def test_what_is_not_there() -> None:
    """One message cannot be asked for, a balance not at all."""
    assert make_provider().fetch(SMSID) is None  # type: ignore[func-returns-value]
    with pytest.raises(NotSupported):
        make_provider().balance()


def test_scheduling_is_not_configured() -> None:
    """Paths that are not documented are not guessed."""
    for option in ("scheduled_list_path", "scheduled_delete_path"):
        sending = make_provider(**{option: "/sms/send"})
        with pytest.raises(ValueError, match="the path that sends"):
            sending.list_scheduled() if "list" in option else sending.cancel_scheduled("1")
    with pytest.raises(NotSupported, match=r"not configured.*scheduled_list_path"):
        make_provider().list_scheduled()
    with pytest.raises(NotSupported, match=r"not configured.*scheduled_delete_path"):
        make_provider().cancel_scheduled(SMSID)


def test_scheduled() -> None:
    """With its path, what is scheduled is listed as entries of a log."""
    provider = make_provider(scheduled_list_path="/sms/scheduled", account_zone=NEW_YORK)
    call = provider.list_scheduled()
    assert (call.request.method, call.request.url) == ("POST", f"{BASE}/sms/scheduled")
    for key in ("scheduled", "send_log"):
        [item] = call.read(answer({key: [entry()]}))
        assert (item.smsid, item.status, item.number) == (SMSID, "SCHEDULED", "12025550122")
        assert item.at == datetime(2031, 5, 4, 13, 30, tzinfo=UTC)
        assert item.sale == Decimal("0.01")
        assert TEXT not in repr(item)
    with pytest.raises(UnreadableAnswer):
        call.read(answer({"other": []}))


def test_cancelling() -> None:
    """A deletion is done only where the answer has the code 200; it is not asked for twice."""
    provider = make_provider(scheduled_delete_path="sms/delete", scheduled_id_field="id")
    call = provider.cancel_scheduled(SMSID)
    assert call.request.url == f"{BASE}/sms/delete"
    assert form_of(call.request) == {"id": SMSID}
    assert not call.safe
    assert call.read(answer({"code": "200", "code_desc": ""})).smsid == SMSID
    with pytest.raises(ProviderError, match="gone") as caught:
        call.read(answer({"code": 404, "code_desc": "gone"}))
    assert caught.value.code == "404"
    with pytest.raises(ProviderError, match="too late"):
        call.read(answer({"error": 1, "error_message": "too late"}))
    with pytest.raises(UnreadableAnswer):
        call.read(answer({"smsid": SMSID}))


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (WireResponse(401, {}, b""), AuthenticationFailed),
        (WireResponse(403, {}, b""), AuthenticationFailed),
        (WireResponse(404, {}, b"<html>"), NotFound),
        (WireResponse(429, {"retry-after": "3"}, b""), RateLimited),
        (WireResponse(500, {}, b""), ProviderError),
        (answer({"error": True, "error_message": f"no {KEY}"}), ProviderError),
        (WireResponse(200, {"content-type": "text/html"}, TEXT.encode()), UnreadableAnswer),
        (answer({"summary": {}}), UnreadableAnswer),
    ],
)
def test_errors(response: WireResponse, kind: type[ProviderError]) -> None:
    """Each kind of refusal raises its own error, without the key or what the body repeats."""
    with pytest.raises(kind) as caught:
        make_provider().summary().read(response)
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert TEXT not in str(caught.value)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == 3.0


def receive(
    body: bytes = b"", query: str = "", secret: str | None = None, kind: str = "", **options: Any
) -> Event:
    """Receive a callback."""
    return read_event(
        {"Content-Type": kind} if kind else {},
        body,
        secret,
        now=datetime(2031, 5, 4, tzinfo=UTC),
        tolerance=timedelta(minutes=5),
        query=query,
        **options,
    )


FORM = "from=12025550122&to=12025550111&msg=Yes+please%21&smsid=81002"


@pytest.mark.parametrize(
    ("body", "query", "kind"),
    [
        ("", FORM, ""),
        (FORM, "", "application/x-www-form-urlencoded"),
        (FORM, "", ""),
        (
            json.dumps({"from": "12025550122", "to": 12025550111, "text": "Yes please!",
                        "sms_id": 81002}),
            "",
            "application/json; charset=utf-8",
        ),
        (
            '{"from":"12025550122","to":"12025550111","message":"Yes please!","smsid":"81002"}',
            "",
            "",
        ),
    ],
)  # fmt: skip
def test_replies(body: str, query: str, kind: str) -> None:
    """A reply is read from a query, a form or JSON, under the likely names."""
    event = receive(body.encode(), query, kind=kind)
    assert (event.kind, event.sender, event.number) == (
        EventKind.INBOUND,
        "12025550122",
        "12025550111",
    )
    assert (event.text, event.message_id, event.id) == ("Yes please!", "81002", None)
    assert event.raw["from"] == "12025550122"
    assert "12025550122" not in repr(event)


def test_fields_by_other_names() -> None:
    """The caller may say which field is which, and whose clock a date is of."""
    names = VoipFields(sender=("src",), text=("body",), date=("when",), event_id=("uid",))
    query = "src=1&body=x&uid=9&when=2031-05-04+09:30"
    event = receive(query=query, fields=names, account_zone=NEW_YORK)
    assert (event.sender, event.text, event.id) == ("1", "x", "9")
    assert event.at == datetime(2031, 5, 4, 13, 30, tzinfo=UTC)
    assert receive(query=query).kind is EventKind.OTHER
    assert receive(query=query, fields=names).at is None


def test_token() -> None:
    """The token is looked for in the query, or given from the path; it is not kept."""
    event = receive(query=f"token={SECRET}&{FORM}", secret=SECRET)
    assert "token" not in event.raw
    assert receive(query=FORM, secret=SECRET, token=SECRET).kind is EventKind.INBOUND
    for query, token in ((FORM, None), (f"token=x&{FORM}", None), (FORM, "x"), (FORM, "")):
        with pytest.raises(BadSignature) as caught:
            receive(query=query, secret=SECRET, token=token)
        assert SECRET not in str(caught.value)
    with pytest.raises(BadSignature):
        receive(b"{", secret=SECRET, token=f"{SECRET} ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", ""), (b"{", ""), (b"[1]", ""), (b"\xff\xfe=1", ""), (b"a", "application/json"),
     (b"--x", "multipart/form-data; boundary=x")],
)  # fmt: skip
def test_malformed(body: bytes, kind: str) -> None:
    """What is no query, form or JSON object is refused as such."""
    with pytest.raises(MalformedEvent):
        receive(body, kind=kind)


@given(st.binary() | st.text().map(str.encode), st.text())
def test_reading_is_total(body: bytes, query: str) -> None:
    """Any body and query are read, or refused as no event."""
    try:
        event = receive(body, query)
    except WebhookError:
        return
    assert event.kind in {EventKind.OTHER, EventKind.INBOUND}
