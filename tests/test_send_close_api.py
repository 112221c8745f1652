"""Close: the other methods of its API, and what belongs to reconciliation.

The law of this file: requests and answers are those of the provider's documentation; no method that
is not sending makes a message go out.
"""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sending_close import (
    FIRST,
    ID,
    KEY,
    LOCAL,
    NINE,
    TEXT,
    answer,
    body_of,
    make_provider,
    path_of,
    query_of,
    sms,
)

from smscore.errors import (
    AuthenticationFailed,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.money import Money
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Outcome
from smscore.send.providers.close import Attachment, Messages
from smscore.send.wire import WireResponse

PROVIDER = make_provider()
MESSAGES = PROVIDER.messages
PAIR: dict[str, Any] = {"local_phone": LOCAL, "remote_phone": FIRST}
PICTURE = Attachment(url="https://example.org/1", filename="a.png", content_type="image/png")


def test_no_method_takes_a_status() -> None:
    """No method of the messages has a status that a caller could set."""
    for name, method in inspect.getmembers(Messages, inspect.isfunction):
        assert "status" not in inspect.signature(method).parameters, name


@pytest.mark.parametrize(
    ("call", "method", "path", "body", "safe"),
    [
        (
            MESSAGES.create_draft(text=TEXT, **PAIR, lead_id="lead_1", attachments=[PICTURE]),
            "POST",
            "/activity/sms/",
            {
                "status": "draft",
                **PAIR,
                "text": TEXT,
                "lead_id": "lead_1",
                "attachments": [PICTURE.to_dict()],
            },
            False,
        ),
        (
            MESSAGES.create_draft(template_id="smstmpl_1"),
            "POST",
            "/activity/sms/",
            {"status": "draft", "template_id": "smstmpl_1"},
            False,
        ),
        (
            MESSAGES.log_sent(text=TEXT, **PAIR, activity_at=NINE),
            "POST",
            "/activity/sms/",
            {
                "status": "sent",
                "direction": "outbound",
                "source": "External",
                **PAIR,
                "text": TEXT,
                "activity_at": "2031-05-04T09:30:00.000000+00:00",
            },
            False,
        ),
        (
            MESSAGES.log_received(text="Yes", **PAIR),
            "POST",
            "/activity/sms/",
            {
                "status": "inbox",
                "direction": "inbound",
                "source": "External",
                **PAIR,
                "text": "Yes",
            },
            False,
        ),
        (MESSAGES.get(ID), "GET", f"/activity/sms/{ID}/", None, True),
        (
            MESSAGES.update(ID, text="New", attachments=[]),
            "PUT",
            f"/activity/sms/{ID}/",
            {"text": "New", "attachments": []},
            True,
        ),
        (MESSAGES.delete(ID), "DELETE", f"/activity/sms/{ID}/", None, False),
        (
            PROVIDER.templates.create("Doors", text="Hi", is_shared=False),
            "POST",
            "/sms_template/",
            {"name": "Doors", "text": "Hi", "is_shared": False},
            False,
        ),
        (PROVIDER.templates.get("t1"), "GET", "/sms_template/t1/", None, True),
        (
            PROVIDER.templates.update("t1", status="archived"),
            "PUT",
            "/sms_template/t1/",
            {"status": "archived"},
            True,
        ),
        (PROVIDER.templates.delete("t1"), "DELETE", "/sms_template/t1/", None, False),
        (PROVIDER.webhooks.get("w1"), "GET", "/webhook/w1/", None, True),
        (
            PROVIDER.webhooks.update("w1", status="paused"),
            "PUT",
            "/webhook/w1/",
            {"status": "paused"},
            True,
        ),
        (PROVIDER.webhooks.delete("w1"), "DELETE", "/webhook/w1/", None, False),
    ],
    ids=str,
)
def test_requests(
    call: Call[Any], method: str, path: str, body: dict[str, Any] | None, safe: bool
) -> None:
    """Each method has its verb, path and body; only what may be asked twice is repeated."""
    assert (call.request.method, path_of(call.request), call.safe) == (method, path, safe)
    assert (body_of(call.request) if call.request.content else None) == body


def test_inbox() -> None:
    """A received message that is logged may notify somebody."""
    call = MESSAGES.log_received(text="Yes", **PAIR, send_to_inbox=True)
    assert query_of(call.request) == {"send_to_inbox": "true"}


def test_what_makes_no_request() -> None:
    """What cannot be meant is refused before it is asked."""
    for make in (
        lambda: MESSAGES.create_draft(text="a", template_id="t"),
        lambda: MESSAGES.update(ID),
        lambda: MESSAGES.get(""),
        lambda: MESSAGES.list(dates={"date_sent__gt": NINE}),
        lambda: MESSAGES.list(dates={"date_created__gt": NINE.replace(tzinfo=None)}),
        lambda: MESSAGES.list(limit=0),
        lambda: PROVIDER.templates.update("t1"),
        lambda: PROVIDER.templates.update("t1", status="gone"),  # type: ignore[arg-type]
        lambda: PROVIDER.webhooks.create("ftp://example.org"),
        lambda: PROVIDER.webhooks.create("https://example.org", events=[]),
        lambda: PROVIDER.webhooks.update("w1"),
        lambda: PROVIDER.event_log.list(limit=51),
    ):
        with pytest.raises(ValueError, match=r".+"):
            make()
    with pytest.raises(TypeError):
        MESSAGES.list(lead_ids="lead_1")
    assert path_of(MESSAGES.get("a/b").request) == "/activity/sms/a%2Fb/"


def test_message() -> None:
    """The documented sample: dates to UTC, what is not there None, the rest kept."""
    found = MESSAGES.get(ID).read(answer(sms(cost="1.5800", attachments=[{"size": 7}], new=1)))
    assert (found.id, found.status, found.direction, found.source) == (
        ID,
        "outbox",
        "outbound",
        "Close.io",
    )
    assert found.created_at == NINE + timedelta(milliseconds=123)
    assert found.activity_at == found.created_at
    assert found.cost == Money(Decimal("0.0158"), "USD")
    assert (found.lead_id, found.user_id, found.sent_at) == ("lead_BBBB2222", "user_DDDD4444", None)
    assert found.attachments == ({"size": 7},)
    assert found.raw["new"] == 1
    assert not any(each in repr(found) for each in (FIRST, LOCAL, TEXT, "Ada Example"))
    little = MESSAGES.get(ID).read(answer({"id": ID, "status": "new_one", "cost": 7, "users": 1}))
    assert (little.status, little.text, little.users) == ("new_one", None, ())


@pytest.mark.parametrize(
    ("status", "body", "kind", "fields"),
    [
        (400, {"errors": [], "field-errors": {"a": "b"}}, ProviderError, {"a": "b"}),
        (401, {"error": "no"}, AuthenticationFailed, {}),
        (403, {}, AuthenticationFailed, {}),
        (402, {"error": "no"}, ProviderError, {}),
        (404, {"error": "no"}, NotFound, {}),
        (429, {"error": {"message": "slow", "rate_reset": 0.87}}, RateLimited, {}),
        (200, [], UnreadableAnswer, {}),
        (200, {"status": "sent"}, UnreadableAnswer, {}),
        (500, "<html>", ProviderError, {}),
    ],
)
def test_errors(
    status: int, body: object, kind: type[ProviderError], fields: dict[str, str]
) -> None:
    """Each status has its error, with the fields that it names."""
    with pytest.raises(kind) as caught:
        MESSAGES.get(ID).read(answer(body, status))
    assert caught.value.fields == fields
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == 0.87


def test_errors_tell_nothing_private() -> None:
    """An error that repeats the text, the number or the key is told without them."""
    call = MESSAGES.create_draft(text=TEXT, **PAIR)
    with pytest.raises(ProviderError) as caught:
        call.read(answer({"error": f"{TEXT} to {FIRST} by {KEY}"}, 400))
    assert not any(each in str(caught.value) for each in (TEXT, FIRST, KEY))


@pytest.mark.parametrize("response", [answer({}), WireResponse(204, {}, b""), answer("")], ids=str)
def test_deleted(response: WireResponse) -> None:
    """Deleting is answered with 200 or 204, and nothing."""
    MESSAGES.delete(ID).read(response)
    with pytest.raises(NotFound):
        MESSAGES.delete(ID).read(answer({"error": "Not found."}, 404))


def test_list() -> None:
    """A list has the documented filters, lists with commas, dates with offsets."""
    call = MESSAGES.list(
        ids=["a", "b"],
        lead_ids=["l"],
        contact_ids=["c"],
        user_ids=["u"],
        organization_id="o",
        dates={"date_created__gte": NINE, "activity_at__lt": NINE},
        fields=["text", "id"],
        limit=5,
    )
    assert query_of(call.request) == {
        "id__in": "a,b",
        "lead_id": "l",
        "contact_id": "c",
        "user_id": "u",
        "organization_id": "o",
        "date_created__gte": "2031-05-04T09:30:00.000000+00:00",
        "activity_at__lt": "2031-05-04T09:30:00.000000+00:00",
        "_fields": "text,id,status,direction,local_phone,remote_phone",
        "_limit": "5",
        "_skip": "0",
    }


def test_long_question() -> None:
    """A question that is too long for a URL is a POST that says that it is a GET."""
    call = MESSAGES.list(ids=[f"acti_{each:020}" for each in range(200)])
    assert (call.request.method, path_of(call.request)) == ("POST", "/activity/sms/")
    assert dict(call.request.headers)["x-http-method-override"] == "GET"
    asked = body_of(call.request)["_params"]
    assert asked["id__in"].count(",") == 199
    assert asked["_skip"] == "0"
    assert call.safe


def test_pages_are_filtered_to_the_last() -> None:
    """Status, direction and numbers are filtered here, over all pages, empty ones too."""
    call = MESSAGES.list(statuses={"sent"}, direction="outbound", remote_phone="1 202 555 0122")
    assert set(query_of(call.request)) == {"_limit", "_skip"}
    others = [sms(), sms(status="sent", direction="inbound"), sms(status="sent", remote_phone=None)]
    page = call.read(answer({"data": others, "has_more": True}))
    assert page.items == ()
    assert page.following is not None
    assert query_of(page.following.request)["_skip"] == "3"
    last = page.following.read(answer({"data": [sms(status="sent")], "has_more": False}))
    assert [each.id for each in last.items] == [ID]
    assert last.following is None
    assert page.following.read(answer({"data": [], "has_more": True})).following is None
    with pytest.raises(UnreadableAnswer):
        page.following.read(answer({"has_more": False}))


@pytest.mark.parametrize("told", [{}, {"has_more": None}, {"has_more": "false"}, {"has_more": 0}])
def test_pages_that_do_not_say_whether_they_are_the_last(told: dict[str, Any]) -> None:
    """A full page that does not say whether more follows is no end; one that is not full is."""
    call = MESSAGES.list(limit=2)
    with pytest.raises(UnreadableAnswer, match="whether more follows"):
        call.read(answer({"data": [sms(), sms()], **told}))
    assert call.read(answer({"data": [sms()], **told})).following is None
    with pytest.raises(UnreadableAnswer, match="whether more follows"):
        MESSAGES.list(limit=500).read(answer({"data": [sms()] * 100, **told}))
    assert call.read(answer({"data": [sms(), sms()], "has_more": False})).following is None


def test_history() -> None:
    """A message that is not there may have been deleted by anybody: it may have gone out."""
    assert not PROVIDER.history_complete


def test_find_sent() -> None:
    """What went out is listed by when it was made; drafts are not sent, logs are left out."""
    call = PROVIDER.find_sent(NINE, NINE + timedelta(hours=1))
    assert query_of(call.request) == {
        "date_created__gte": "2031-05-04T09:30:00.000000+00:00",
        "date_created__lte": "2031-05-04T10:30:00.000000+00:00",
        "_limit": "100",
        "_skip": "0",
    }
    data = [
        sms(status="sent", cost="1.5800"),
        sms(status="error", error_message="A landline."),
        sms(status="draft"),
        sms(status="scheduled"),
        sms(status="new_one"),
        sms(status="sent", source="External"),
        sms(status="inbox", direction="inbound"),
    ]
    page: Page[Any] = call.read(answer({"data": data, "has_more": False}))
    assert [each.outcome for each in page.items] == [
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.NOT_SENT,
        Outcome.ACCEPTED,
        Outcome.UNKNOWN,
    ]
    first, second, *_ = page.items
    assert (first.number, first.text, first.message_id) == (FIRST, TEXT, ID)
    assert first.price == Money(Decimal("0.0158"), "USD")
    assert first.at == datetime(2031, 5, 4, 9, 30, 0, 123000, tzinfo=UTC)
    assert second.reason == "A landline."


def test_fetch() -> None:
    """One message is asked for by its id; one that is not there, or only logged, is none."""
    call = PROVIDER.fetch(ID)
    assert call is not None
    assert path_of(call.request) == f"/activity/sms/{ID}/"
    found = call.read(answer(sms(status="sent")))
    assert found is not None
    assert found.outcome is Outcome.ACCEPTED
    assert call.read(answer({"error": "Not found."}, 404)) is None
    assert call.read(answer(sms(source="External"))) is None
    with pytest.raises(ProviderError):
        call.read(answer({"error": "Oops"}, 500))
