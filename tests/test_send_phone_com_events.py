"""Phone.com: events, asked for and received.

The law of this file: bodies are those of the provider's documentation. Nothing of them is signed.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending_phone_com import FIRST, SENDER, answer, body_of, error, make_provider

from smscore.errors import BadSignature, MalformedEvent, NotFound, ProviderError, WebhookError
from smscore.send.calls import Call
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.providers.phone_com import CallbackConfig, ListenerCallback, read_event

EVENTS = "https://api.phone.com/v4/accounts/900100/integrations/events"
SECRET = "a-long-secret"  # noqa: S105  # invented
UUID = "c0ffee00-0000-4000-8000-000000000001"
DATA_UUID = "c0ffee00-0000-4000-8000-000000000002"


def make_event(data: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Make the documented event, with other fields."""
    return {
        "uuid": UUID,
        "version": "2.0.0",
        "listener_id": 7001,
        "context": {"type": "account", "id": 900100, "voip_id": 900100},
        "timestamp": 1710000000,
        "timestamp_ns": 1710000000123000000,
        "tags": ["message", "*ms-message", "sms-message", "received-message", "inbound"],
        "data_type": "message",
        "data_object_uuid": DATA_UUID,
        "data": {
            "uuid": DATA_UUID,
            "direction": "inbound",
            "state": "received",
            "inbox": {"id": 555001, "extension_id": None, "did": SENDER},
            "from": {"type": "did", "id": FIRST},
            "to": [{"type": "did", "id": SENDER}],
            "type": "sms",
            "message": "Yes please",
            "media": [],
            **(data or {}),
        },
        **fields,
    }


def receive(
    event: object, secret: str | None = SECRET, headers: Any = None, **options: Any
) -> Event:
    """Receive an event, by default with the header that was asked for."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return read_event(
        {"x-api-key": SECRET} if headers is None else headers,
        body,
        secret,
        now=datetime(2026, 11, 24, tzinfo=UTC),
        tolerance=timedelta(minutes=5),
        **options,
    )


def test_inbound() -> None:
    """The documented event is a message that came, known by its uuid."""
    event = receive(make_event())
    assert (event.kind, event.id, event.message_id) == (EventKind.INBOUND, UUID, DATA_UUID)
    assert (event.sender, event.number, event.text) == (FIRST, SENDER, "Yes please")
    assert event.at == datetime(2024, 3, 9, 16, 0, 0, 123000, tzinfo=UTC)
    assert (event.status, event.outcome) == ("received", None)
    assert event.raw["listener_id"] == 7001
    for private in (FIRST, SENDER, "Yes please"):
        assert private not in repr(event)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("sent", Outcome.ACCEPTED),
        ("delivered", Outcome.ACCEPTED),
        ("failed", Outcome.REJECTED),
        ("somewhere", None),
    ],
)
def test_outbound(state: str, outcome: Outcome | None) -> None:
    """The state of a message that went is a status; an unknown one means nothing."""
    event = receive(make_event({"direction": "outbound", "state": state}, tags=["message"]))
    assert (event.kind, event.status, event.outcome) == (EventKind.STATUS, state, outcome)


@pytest.mark.parametrize(
    "event",
    [
        {"uuid": UUID, "tags": ["api-error"], "data_type": "error", "data": {}},
        {"uuid": UUID, "data": None},
        {"hello": "world"},
        make_event({"direction": "sideways"}),
        {"from": FIRST, "message": "x", "type": "outgoing"},
        {},
    ],
)
def test_not_understood(event: dict[str, Any]) -> None:
    """What is not understood is kept raw, and means nothing."""
    found = receive(event)
    assert (found.kind, found.outcome, found.raw) == (EventKind.OTHER, None, event)


def test_handshake() -> None:
    """The call that tries a new URL is no message; it may come without the secret."""
    assert receive({"test": 1}).kind is EventKind.HANDSHAKE
    assert receive(b'{"test": 1}', headers={}).kind is EventKind.HANDSHAKE
    with pytest.raises(BadSignature):
        receive({"test": 1, "data": {}}, headers={})


@pytest.mark.parametrize(
    "headers", [{}, {"X-Api-Key": ""}, {"X-Api-Key": SECRET + "x"}, {"Authorization": SECRET}]
)
def test_secret(headers: dict[str, str]) -> None:
    """Without the right secret an event is not read, well-formed or not."""
    with pytest.raises(BadSignature) as caught:
        receive(make_event(), headers=headers)
    assert SECRET not in str(caught.value)
    with pytest.raises(BadSignature):
        receive(b"not JSON", headers=headers)


def test_other_header() -> None:
    """The header is the caller's choice, in upper or lower case; without a secret none is asked."""
    assert receive(make_event(), headers={"x-HOOK": SECRET}, header="X-Hook").id == UUID
    assert receive(make_event(), secret=None, headers={}).id == UUID


def test_basic() -> None:
    """A listener of the first generation sends Basic credentials."""
    event = {"from": FIRST, "to": SENDER, "message": "Yes", "type": "incoming", "status": "new"}
    value = "Basic " + b64encode(f"us:{SECRET}".encode()).decode()
    found = receive(event, headers={"Authorization": value}, username="us")
    assert (found.kind, found.sender, found.text) == (EventKind.INBOUND, FIRST, "Yes")
    with pytest.raises(BadSignature):
        receive(event, headers={"Authorization": value}, username="them")


def test_older_form() -> None:
    """The older event may come as a form; its id tells events apart no more than none."""
    body = b"from=%2B12025550122&to=%2B12025550111&message=Yes+please&type=incoming"
    body += b"&created_epoch=1710000000"
    headers = {"x-api-key": SECRET, "Content-Type": "application/x-www-form-urlencoded"}
    found = receive(body, headers=headers)
    assert (found.kind, found.id, found.text) == (EventKind.INBOUND, None, "Yes please")
    assert found.at == datetime(2024, 3, 9, 16, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"no", b"[1]", b'{"a": NaN}', b"[" * 100000, b"\xff\xfe"])
def test_malformed(body: bytes) -> None:
    """A body that is no JSON object is refused as such."""
    with pytest.raises(MalformedEvent):
        receive(body)


@given(st.binary() | st.text().map(str.encode), st.booleans())
def test_reading_is_total(body: bytes, known: bool) -> None:
    """Any body is read, or refused as an event that is not believed or not readable."""
    try:
        event = receive(body, headers=None if known else {})
    except WebhookError:
        return
    assert event.kind in {EventKind.OTHER, EventKind.HANDSHAKE}


CONFIG = CallbackConfig(
    url="https://example.org/hook", headers={"X-Api-Key": SECRET}, rate_limit=(10, 60)
)


def test_callback() -> None:
    """A callback is made with headers as a list, and its secrets are not shown or read back."""
    call = make_provider().events.create_callback(CONFIG, name="replies", fallback_callback_id=3)
    assert (call.request.method, call.request.url) == ("POST", f"{EVENTS}/callbacks")
    assert body_of(call.request) == {
        "config": {
            "url": "https://example.org/hook",
            "method": "POST",
            "headers": [{"name": "X-Api-Key", "value": SECRET}],
            "timeout": None,
            "rate-limit": {"number": 10, "period": 60},
        },
        "name": "replies",
        "mode": "HTTPS",
        "fallback_callback_id": 3,
    }
    assert SECRET not in repr(CONFIG)
    told = {
        "id": 5,
        "mode": "HTTPS",
        "enabled": True,
        "config": {
            "url": "https://example.org/hook",
            "headers": [{"name": "X-Api-Key", "value": True}, {"name": "A", "value": "b"}],
        },
    }
    found = call.read(answer(201, told))
    assert (found.id, found.withheld, found.url) == (
        5,
        ("X-Api-Key",),
        "https://example.org/hook",
    )


def test_callback_in_use() -> None:
    """Deleting a callback that is in use is a conflict."""
    with pytest.raises(ProviderError) as caught:
        make_provider().events.delete_callback(5).read(answer(409, error(409, "in use")))
    assert (caught.value.status, caught.value.reason) == (409, "in use")


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (make_provider().events.list_callbacks(), "GET", "callbacks?limit=25&offset=0"),
        (make_provider().events.get_callback(5), "GET", "callbacks/5"),
        (make_provider().events.delete_callback(5), "DELETE", "callbacks/5"),
        (make_provider().events.list_listeners(), "GET", "listeners?limit=25&offset=0"),
        (make_provider().events.get_listener(6), "GET", "listeners/6"),
        (make_provider().events.delete_listener(6), "DELETE", "listeners/6"),
        (
            make_provider().events.list_subscriptions(6, limit=2),
            "GET",
            "listeners/6/subscriptions?limit=2&offset=0",
        ),
        (make_provider().events.get_subscription(6, 7), "GET", "listeners/6/subscriptions/7"),
        (make_provider().events.delete_subscription(6, 7), "DELETE", "listeners/6/subscriptions/7"),
        (make_provider().events.list_filters(6), "GET", "listeners/6/filters?limit=25&offset=0"),
        (make_provider().events.get_filter(6, 8), "GET", "listeners/6/filters/8"),
        (make_provider().events.delete_filter(6, 8), "DELETE", "listeners/6/filters/8"),
        (make_provider().events.list_overview(), "GET", "overview?limit=25&offset=0"),
    ],
)
def test_paths(call: Call[Any], method: str, path: str) -> None:
    """Each method has its verb and path, and a limit of its own; what only asks is safe."""
    assert (call.request.method, call.request.url) == (method, f"{EVENTS}/{path}")
    assert call.safe == (method == "GET")
    assert call.request.endpoint in make_provider().limits


def test_listener() -> None:
    """A listener is made of a callback, and ends at a moment that has a zone."""
    events = make_provider().events
    end = datetime(2024, 3, 9, 16, tzinfo=UTC)
    call = events.create_listener(5, expires_at=end)
    assert body_of(call.request) == {
        "callback_id": 5,
        "version": "2.0.0",
        "expires_at": 1710000000,
    }
    found = call.read(answer(201, {"id": 6, "callback_id": 5, "expires_at": 1710000000}))
    assert (found.id, found.callback_id, found.expires_at) == (6, 5, end)
    with pytest.raises(ValueError, match="zone"):
        events.create_listener(5, expires_at=end.replace(tzinfo=None))


def test_subscription_filter_and_overview() -> None:
    """Subscriptions are tags, filters a type and a value, and an overview is all of it at once."""
    events = make_provider().events
    subscription = events.create_subscription(6, ["message", "inbound"])
    assert body_of(subscription.request) == {":tags": ["message", "inbound"]}
    assert subscription.read(answer(201, {"id": 7, ":tags": ["message"]})).tags == ("message",)
    with pytest.raises(ValueError, match="tag"):
        events.create_subscription(6, [])
    made = events.create_filter(6, "number", {"match": "+1202%"}, not_logic=True)
    assert body_of(made.request) == {
        "filter_type": "number",
        "filter_value": {"match": "+1202%"},
        "not_logic": True,
    }
    assert made.read(answer(201, {"id": 8, "filter_type": "number"})).id == 8
    overview = events.create_overview(CONFIG, [["message", "inbound"], ["api-error"]])
    sent = body_of(overview.request)
    assert sent[":callback"]["config"]["url"] == "https://example.org/hook"
    assert sent[":subscriptions"] == [{":tags": ["message", "inbound"]}, {":tags": ["api-error"]}]
    told = {"id": 6, ":callback": {"id": 5}, ":subscriptions": [{"id": 7, ":tags": ["message"]}]}
    found = overview.read(answer(201, told))
    assert (found.listener.id, found.callback.id, found.subscriptions[0].id) == (6, 5, 7)


def test_first_listeners() -> None:
    """Listeners of the first generation are made, listed, got, replaced and deleted."""
    listeners = make_provider(extension_id=7).listeners
    root = "https://api.phone.com/v4/accounts/900100/extensions/7/listeners"
    callback = ListenerCallback(
        url="https://example.org/sms", username="us", password=SECRET, timeout=5
    )
    call = listeners.create("sms.in", [callback])
    assert (call.request.method, call.request.url) == ("POST", root)
    assert body_of(call.request) == {
        "type": "callback",
        "event_type": "sms.in",
        "callbacks": [
            {
                "url": "https://example.org/sms",
                "role": "main",
                "verb": "post",
                "username": "us",
                "password": SECRET,
                "timeout": 5,
            }
        ],
    }
    assert SECRET not in repr(callback)
    told = {"id": 7001, "type": "callback", "event_type": "sms.in", "created_at": 1710000000}
    assert call.read(answer(201, told)).created_at == datetime(2024, 3, 9, 16, tzinfo=UTC)
    assert [each.id for each in listeners.list().read(answer(200, {"items": [told]})).items] == [
        7001
    ]
    assert listeners.get(7001).read(answer(200, told)).event_type == "sms.in"
    replaced = listeners.replace(7001, "sms.out", [callback]).request
    assert (replaced.method, replaced.url) == ("PUT", f"{root}/7001")
    deleted = listeners.delete(7001)
    assert (deleted.request.method, deleted.request.url) == ("DELETE", f"{root}/7001")
    deleted.read(answer(200, {"success": True}))
    with pytest.raises(NotFound):
        deleted.read(answer(404, error(404, "Not found")))


@pytest.mark.parametrize(
    "options",
    [
        {"url": "ftp://example.org"},
        {"url": "https://example.org", "role": "third"},
        {"url": "https://example.org", "verb": "put"},
        {"url": "https://example.org", "username": "us"},
        {"url": "https://example.org", "timeout": 11},
    ],
)
def test_no_listener_callback(options: dict[str, Any]) -> None:
    """A callback that the documentation does not know is refused."""
    with pytest.raises(ValueError, match="callback"):
        ListenerCallback(**options)
    with pytest.raises(ValueError, match="callback"):
        CallbackConfig(url="https://example.org", method="HEAD")
