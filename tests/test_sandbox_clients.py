"""The providers' own clients against the stand-ins, over real sockets.

The law of this file: the clients are those that the providers publish, unchanged. What they take
for a success or an error shows whether the stand-ins speak the protocol, or only our idea of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import callr  # type: ignore[import-untyped]  # it has no annotations
import closeio_api  # type: ignore[import-untyped]  # as callr
import pytest

from smscore.send.sandbox.server import Sandbox

FRENCH = "+33639980001"
REMOTE = "+12025550122"
LEAD = "lead_AAAA1111"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve both providers, which no proxy stands before."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    with Sandbox(providers=["callr", "close"]) as running:
        yield running


Call = Callable[..., Any]


@pytest.fixture
def call(sandbox: Sandbox) -> Call:
    """Give the method of CALLR's client that calls a method."""
    address = sandbox.addresses()["callr"]
    api = callr.Api(address["login"], address["password"])
    api.set_api_url(address["base_url"])
    made: Call = api.call
    return made


@pytest.fixture
def close(sandbox: Sandbox) -> Iterator[Any]:
    """Give Close's client."""
    address = sandbox.addresses()["close"]
    api = closeio_api.API(f"{address['base_url']}/", address["api_key"])
    yield api
    api.session.close()


def make(sandbox: Sandbox, **changes: object) -> dict[str, object]:
    """Make the body of a message from the printed number."""
    local = sandbox.addresses()["close"]["local_phone"]
    body = {"status": "outbox", "local_phone": local, "remote_phone": REMOTE, "text": "Hello"}
    return {**body, "lead_id": LEAD, **changes}


def test_callr_sends_and_reads(sandbox: Sandbox, call: Call) -> None:
    """A message that the client sends is delivered once, and its status and price are read."""
    options = {"user_data": "order-17", "nature": "ALERTING", "force_encoding": "UNICODE"}
    key = call("sms.send", "SMS", FRENCH, "Bonjour à tous", options)
    sandbox.set_faults(clock_skew=60)
    message = call("sms.get", key)
    assert (message["hash"], message["to"], message["user_data"]) == (key, FRENCH, "order-17")
    assert (message["status"], message["encoding"], message["parts"]) == ("RECEIVED", "UNICODE", 1)
    assert Decimal(message["b_customer_debit"]) > 0
    (delivery,) = sandbox.ledger
    assert (delivery.number, delivery.message_id) == (FRENCH, key)
    assert delivery.text == "Bonjour à tous"


def test_callr_sends_without_options(sandbox: Sandbox, call: Call) -> None:
    """The client may leave the options out, or send null for them."""
    keys = {call("sms.send", "", FRENCH, "1"), call("sms.send", "", FRENCH, "2", None)}
    assert {each.message_id for each in sandbox.ledger} == keys


def test_callr_searches_and_lists(call: Call) -> None:
    """Searches give an envelope with hits, lists an array."""
    keys = [call("sms.send", "", FRENCH, str(number), None) for number in range(3)]
    found = call("sms.search", {}, {})
    assert {each["hash"] for each in found["hits"]} == set(keys)
    assert (found["total"], found["offset"], found["has_more"]) == (3, 0, False)
    page = call("sms.search", {"type": "OUT"}, {"offset": 0, "limit": 2})
    assert (len(page["hits"]), page["has_more"]) == (2, True)
    listed = call("sms.get_list", "OUT", "2020-01-01 00:00:00", "2099-01-01 00:00:00")
    assert [each["hash"] for each in listed] == keys
    assert call("sms.get_list", "IN", "2020-01-01 00:00:00", "2099-01-01 00:00:00") == []


def test_callr_quotes_and_counts(call: Call) -> None:
    """A quote has a cost, a count has none; both have parts and an encoding."""
    quote = call("sms.get_quote", FRENCH, "ê" * 71, None)
    assert (quote["parts"], quote["encoding"]) == (2, "UNICODE")
    assert Decimal(quote["cost"]) > 0
    assert call("sms.get_count_for_body", "é" * 161) == {"parts": 2, "encoding": "GSM"}
    assert call("sms.get_gsm_charset_mapping")["€"] == "e"


def test_callr_exports_and_subscribes(call: Call) -> None:
    """An export gives the id of a job; a subscription can be made and ended."""
    assert call("sms.export_async", {}, None)
    hook = call("webhooks.subscribe", "sms.mo", "http://127.0.0.1:9/hook", None)
    assert call("webhooks.unsubscribe", hook["hash"])
    assert "sms.mt.status_update" in call("webhooks.get_event_types")


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("sms.send", ("+33639980002", FRENCH, "Hello", None), "PROPERTY_VALUE_ERROR [from]"),
        ("sms.send", ("SMS", None, "Hello", None), "PROPERTY_TYPE_ERROR [to]"),
        ("sms.send", ("SMS", FRENCH, None, None), "INVALID_PARAM_FORMAT [body]"),
        ("sms.get", ("ZZZZZZZZ",), "PROPERTY_VALUE_ERROR [id]"),
        ("sms.search", (None, {}), "INVALID_PARAM_FORMAT [filters]"),
        (
            "sms.get_list",
            ("BOTH", "2020-01-01 00:00:00", "2021-01-01 00:00:00"),
            "INVALID_PARAM_FORMAT [type]",
        ),
        (
            "sms.get_list",
            ("OUT", "2021-01-01 00:00:00", "2020-01-01 00:00:00"),
            "TO_BEFORE_FROM",
        ),
    ],
)
def test_callr_raises_errors(
    sandbox: Sandbox, call: Call, method: str, params: tuple[object, ...], message: str
) -> None:
    """The client finds the error in the answer, and raises it with its code."""
    with pytest.raises(callr.CallrException) as caught:
        call(method, *params)
    assert caught.value.msg == message
    assert isinstance(caught.value.code, int)
    assert sandbox.ledger == []


def test_callr_is_refused_without_credentials(sandbox: Sandbox) -> None:
    """A wrong password is an HTTP status to the client, or an error where the switch is on."""
    address = sandbox.addresses()["callr"]
    api = callr.Api(address["login"], "wrong")
    api.set_api_url(address["base_url"])
    with pytest.raises(callr.CallrException) as caught:
        api.call("sms.get", "ZZZZZZZZ")
    assert (caught.value.msg, caught.value.data["http_code"]) == ("HTTP_CODE_ERROR", 401)
    sandbox.set_switch("callr.auth_error_in_200")
    with pytest.raises(callr.CallrException) as caught:
        api.call("sms.get", "ZZZZZZZZ")
    assert caught.value.code == 401


def test_callr_meets_faults(sandbox: Sandbox, call: Call) -> None:
    """What fails before acceptance delivers nothing; what fails after it has been delivered."""
    sandbox.set_faults(script=["rate_limit", "error_before", "html_after"])
    for delivered in (0, 0, 1):
        with pytest.raises(callr.CallrException):
            call("sms.send", "", FRENCH, "Hello", None)
        assert len(sandbox.ledger) == delivered


def test_close_sends_and_reads(sandbox: Sandbox, close: Any) -> None:
    """A message that the client posts is sent once, and its status and cost are read."""
    made = close.post("activity/sms", make(sandbox))
    assert made["status"] == "outbox"
    sandbox.set_faults(clock_skew=60)
    read = close.get(f"activity/sms/{made['id']}")
    assert (read["status"], read["error_message"]) == ("sent", None)
    assert Decimal(read["cost"]) > 0
    assert [each.message_id for each in sandbox.ledger] == [made["id"]]


def test_close_drafts_schedules_and_cancels(sandbox: Sandbox, close: Any) -> None:
    """A draft is edited, scheduled, cancelled and sent by PUT; what was sent stays so."""
    made = close.post("activity/sms", make(sandbox, status="draft"))
    path = f"activity/sms/{made['id']}"
    later = {"status": "scheduled", "date_scheduled": "2099-01-01T00:00:00+00:00"}
    assert close.put(path, {"text": "Other"})["text"] == "Other"
    assert close.put(path, later)["status"] == "scheduled"
    assert close.put(path, {"status": "draft"})["status"] == "draft"
    assert close.put(path, {"status": "outbox"})["status"] == "outbox"
    sandbox.set_faults(clock_skew=60)
    with pytest.raises(closeio_api.ValidationError):
        close.put(path, {"status": "draft"})
    assert [each.text for each in sandbox.ledger] == ["Other"]
    assert close.delete(path) == {}
    with pytest.raises(closeio_api.APIError) as caught:
        close.get(path)
    assert caught.value.response.status_code == 404


def test_close_lists(sandbox: Sandbox, close: Any) -> None:
    """Pages of a list are walked by _skip while there is more."""
    keys = [close.post("activity/sms", make(sandbox, status="draft"))["id"] for _ in range(5)]
    found: list[str] = []
    more = True
    while more:
        params = {"_skip": len(found), "_limit": 2, "lead_id": LEAD, "_fields": "id"}
        page = close.get("activity/sms", params=params)
        found += [each["id"] for each in page["data"]]
        more = page["has_more"]
    assert sorted(found) == sorted(keys)
    with pytest.raises(closeio_api.ValidationError) as caught:
        close.get("activity/sms", params={"_limit": 201})
    assert "200" in caught.value.field_errors["_limit"]


def test_close_raises_validation_errors(sandbox: Sandbox, close: Any) -> None:
    """The client finds a missing field under its name, and nothing else is wrong."""
    with pytest.raises(closeio_api.ValidationError) as caught:
        close.post("activity/sms", make(sandbox, remote_phone=None))
    assert caught.value.errors == []
    assert caught.value.field_errors == {"remote_phone": "This field is required."}


def test_close_keeps_templates(close: Any) -> None:
    """The client makes, finds, changes and deletes a template."""
    made = close.post("sms_template", {"name": "Doors", "text": "Doors open", "is_shared": True})
    path = f"sms_template/{made['id']}"
    assert close.get(path)["text"] == "Doors open"
    assert close.put(path, {"status": "archived"})["status"] == "archived"
    assert [each["id"] for each in close.get("sms_template")["data"]] == [made["id"]]
    # The client gives an empty text for an answer without content.
    assert close.delete(path) == ""


def test_close_finds_numbers(sandbox: Sandbox, close: Any) -> None:
    """The client finds the printed number, internal and able to send."""
    local = sandbox.addresses()["close"]["local_phone"]
    (number,) = close.get("phone_number", params={"number": local})["data"]
    assert (number["type"], number["sms_enabled"]) == ("internal", True)


def test_close_subscribes(sandbox: Sandbox, close: Any) -> None:
    """The client subscribes, and the log has what happened."""
    events = [{"object_type": "activity.sms", "action": "created"}]
    made = close.post("webhook", {"url": "http://127.0.0.1:9/hook", "events": events})
    assert re.fullmatch("[0-9a-f]{64}", made["signature_key"])
    path = f"webhook/{made['id']}"
    assert close.put(path, {"status": "paused"})["status"] == "paused"
    assert close.get(path)["events"] == events
    assert close.delete(path) == ""
    message = close.post("activity/sms", make(sandbox, status="draft"))
    logged = close.get("event", params={"object_type": "activity.sms", "_limit": 50})
    assert [each["object_id"] for each in logged["data"]] == [message["id"]]


@pytest.mark.parametrize(
    ("switches", "waited"),
    # The client reads whole numbers only; without headers it waits as long as it likes.
    [({}, 1.0), ({"close.no_rate_headers": True, "close.old_rate_body": True}, 2)],
)
def test_close_waits_for_its_rate(
    sandbox: Sandbox,
    close: Any,
    monkeypatch: pytest.MonkeyPatch,
    switches: dict[str, object],
    waited: float,
) -> None:
    """After a 429 the client waits for the reset that it is told, and sends once."""
    waits: list[float] = []
    monkeypatch.setattr(closeio_api, "time", SimpleNamespace(sleep=waits.append))
    for name, value in switches.items():
        sandbox.set_switch(name, value)
    sandbox.set_faults(script=["rate_limit", "rate_limit"], storm=1, retry_after=1.25)
    made = close.post("activity/sms", make(sandbox))
    assert waits == [waited, waited]
    sandbox.set_faults(clock_skew=60)
    assert [each.message_id for each in sandbox.ledger] == [made["id"]]


def test_close_is_refused_without_credentials(sandbox: Sandbox) -> None:
    """A wrong key is a 401 with an error's text."""
    address = sandbox.addresses()["close"]
    api = closeio_api.API(f"{address['base_url']}/", "wrong")
    with pytest.raises(closeio_api.APIError) as caught:
        api.get("activity/sms")
    api.session.close()
    assert caught.value.response.status_code == 401
    assert set(json.loads(caught.value.args[0])) == {"error"}
