"""The stand-in for Close: authentication, paths, lists, rate limits, webhooks and the event log.

The law of this file: a signature is worked out here by hand, over the octets that left.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from test_sandbox_close import LATER, LOCAL, MESSAGE, REMOTE, START, Caller

from smscore.send.sandbox.web import Request

HOOK = "http://127.0.0.1:9/hook"
ACTIONS = ("created", "updated", "sent", "deleted")


@pytest.fixture
def caller() -> Caller:
    """Give a stand-in of its own to each test."""
    return Caller()


def subscribe(caller: Caller, *actions: str) -> dict[str, Any]:
    """Subscribe to what happens to SMS activities."""
    events = [{"object_type": "activity.sms", "action": each} for each in actions or ACTIONS]
    response = caller.ask("POST", "webhook/", {"url": HOOK, "events": events})
    assert response.status == 201
    made: dict[str, Any] = json.loads(response.body)
    return made


def told(caller: Caller) -> list[tuple[str, str]]:
    """Take the webhooks under way: of each, the action and the status of its activity."""
    events = [json.loads(each.body)["event"] for each in caller.world.webhooks]
    caller.world.webhooks.clear()
    return [(each["action"], each["data"]["status"]) for each in events]


def test_key_and_token(caller: Caller) -> None:
    """A key goes with an empty password, a token as Bearer; a key as Bearer is refused."""
    key, (token,) = caller.stand_in.api_key, caller.stand_in.tokens
    basic = b64encode(f"{key}:x".encode()).decode()
    for value, status in (
        (f"Bearer {token}", 200),
        (f"Bearer {key}", 401),
        (f"Basic {basic}", 401),
        ("", 401),
    ):
        response = caller.ask("GET", "activity/sms/", None, {"authorization": value})
        assert response.status == status
        assert status == 200 or set(json.loads(response.body)) == {"error"}


def test_missing_slash(caller: Caller) -> None:
    """A path without its last slash is 404, or redirected with the switch."""
    assert caller.ask("POST", "activity/sms", MESSAGE).status == 404
    caller.world.switches["close.redirect_slash"] = True
    response = caller.ask("GET", "activity/sms", _limit="5")
    assert response.status == 301
    assert dict(response.headers)["location"] == "/close/api/v1/activity/sms/?_limit=5"
    assert not caller.call("GET", "activity/sms/")["data"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "activity/sms/", b"{", {}, 400),
        ("POST", "activity/sms/", b"[]", {}, 400),
        ("POST", "activity/sms/", b'{"text": "\\ud800"}', {}, 400),
        ("POST", "activity/sms/", MESSAGE, {"content-type": "text/plain"}, 415),
        ("DELETE", "activity/sms/", None, {}, 405),
        ("GET", "activity/fax/", None, {}, 404),
        ("GET", "activity/sms/acti_none/", None, {}, 404),
        ("GET", "activity/sms/a/b/", None, {}, 404),
        ("PUT", "webhook/none/", {}, {}, 404),
    ],
)
def test_statuses_of_refusals(
    caller: Caller, method: str, path: str, body: object, headers: dict[str, str], status: int
) -> None:
    """Refusals that are no field's have their status and an error's text."""
    response = caller.ask(method, path, body, headers)
    assert response.status == status
    assert isinstance(json.loads(response.body)["error"], str)


def test_lists_are_paged(caller: Caller) -> None:
    """A list is newest first, in pages, with the fields that are asked for."""
    keys = []
    for _ in range(5):
        keys.append(caller.create(status="draft")["id"])
        caller.wait(1)
    first = caller.call("GET", "activity/sms/", _limit="2", _skip="1", _fields="id,status")
    assert first == {
        "data": [{"id": keys[3], "status": "draft"}, {"id": keys[2], "status": "draft"}],
        "has_more": True,
    }
    assert caller.call("GET", "activity/sms/", _skip="3", _limit="2")["has_more"] is False
    assert caller.faults("GET", "activity/sms/", _limit="201") == {"_limit"}
    assert caller.faults("GET", "activity/sms/", _limit="x") == {"_limit"}
    caller.world.switches["close.max_skip"] = 3
    assert caller.faults("GET", "activity/sms/", _skip="4") == {"_skip"}


def test_lists_are_filtered(caller: Caller) -> None:
    """Ids, leads and dates are filters; status and numbers are none, and are ignored."""
    old = caller.create(status="draft", lead_id="lead_1")["id"]
    caller.wait(60)
    new = caller.create(status="draft", lead_id="lead_2")["id"]

    def find(**query: str) -> list[str]:
        return [each["id"] for each in caller.call("GET", "activity/sms/", **query)["data"]]

    assert find(lead_id="lead_1,lead_3") == [old]
    assert find(id__in=f"{new},{old}") == [new, old]
    assert find(status="sent", remote_phone="+1") == [new, old]
    assert find(date_created__gte="2031-05-04T09:31:00+00:00") == [new]
    assert find(date_created__gt="2031-05-04T09:31:00+00:00") == []
    assert find(date_created__lt="2031-05-04T11:31:00+02:00") == [old]
    assert find(activity_at__lte="2031-05-03") == []
    assert caller.faults("GET", "activity/sms/", date_created__gt="soon") == {"date_created__gt"}
    caller.world.switches["close.list_lag"] = 30
    assert find() == [old]


def test_long_queries_are_posted(caller: Caller) -> None:
    """A POST that stands for a GET has its parameters under _params, and makes nothing."""
    key = caller.create(status="draft", lead_id="lead_1")["id"]
    caller.create(status="draft")
    headers = {"x-http-method-override": "GET"}
    body = {"_params": {"lead_id": "lead_1", "_fields": "id"}}
    response = caller.ask("POST", "activity/sms/", body, headers)
    assert json.loads(response.body)["data"] == [{"id": key}]
    raw = json.dumps(MESSAGE).encode()
    assert not caller.stand_in.sends(Request("POST", "activity/sms/", (), headers, raw))


@pytest.mark.parametrize(
    ("method", "status", "sends"),
    [("POST", "outbox", True), ("POST", "scheduled", True), ("POST", "draft", False),
     ("POST", "sent", False), ("PUT", "outbox", True), ("PUT", "draft", False),
     ("GET", "outbox", False)],
)  # fmt: skip
def test_which_requests_send(caller: Caller, method: str, status: str, sends: bool) -> None:
    """Only what puts a message into the outbox or on the schedule may make one go out."""
    body = json.dumps({"status": status}).encode()
    path = "activity/sms/acti_1/" if method == "PUT" else "activity/sms/"
    assert caller.stand_in.sends(Request(method, path, body=body)) is sends


def test_numbers(caller: Caller) -> None:
    """The printed number is internal and sends to its countries; others are there that cannot."""
    (own,) = caller.call("GET", "phone_number/", number=LOCAL)["data"]
    assert (own["type"], own["sms_enabled"]) == ("internal", True)
    assert "US" in own["supports_sms_to_countries"]
    numbers = caller.call("GET", "phone_number/")["data"]
    assert {each["type"] for each in numbers} == {"internal", "external", "virtual"}
    assert caller.stand_in.credentials()["local_phone"] == LOCAL


def test_rate_limit(caller: Caller) -> None:
    """A 429 has a decimal reset and whole seconds in Retry-After; both may be missing."""
    response = caller.stand_in.too_many(0.87)
    headers = dict(response.headers)
    assert response.status == 429
    assert headers["ratelimit"] == "limit=100, remaining=0, reset=0.87"
    assert headers["retry-after"] == "1"
    assert isinstance(json.loads(response.body)["error"], str)
    caller.world.switches.update({"close.no_rate_headers": True, "close.old_rate_body": True})
    response = caller.stand_in.too_many(0.87)
    assert not {"ratelimit", "retry-after"} & set(dict(response.headers))
    assert json.loads(response.body)["error"]["rate_reset"] == 0.87


def test_rate_header_on_answers(caller: Caller) -> None:
    """Each answer tells what is left of the rate, unless the switch is on."""
    shown = dict(caller.ask("GET", "phone_number/").headers)["ratelimit"]
    assert re.fullmatch(r"limit=100, remaining=99, reset=\d+\.\d+", shown)
    caller.world.switches["close.no_rate_headers"] = True
    assert "ratelimit" not in dict(caller.ask("GET", "phone_number/").headers)


def test_subscriptions(caller: Caller) -> None:
    """The key of the signatures is told once; subscriptions are listed, changed and ended."""
    made = subscribe(caller)
    assert made["id"].startswith("whsub_")
    assert len(bytes.fromhex(made["signature_key"])) == 32
    path = f"webhook/{made['id']}/"
    assert "signature_key" not in caller.call("GET", path)
    assert [each["id"] for each in caller.call("GET", "webhook/")["data"]] == [made["id"]]
    assert caller.call("PUT", path, {"status": "paused"})["status"] == "paused"
    caller.create(status="draft")
    assert told(caller) == []
    assert caller.ask("DELETE", path).status == 204
    assert caller.ask("GET", path).status == 404
    assert caller.faults("POST", "webhook/", {"events": []}) == {"url", "events"}
    for _ in range(40):
        subscribe(caller)
    assert caller.ask("POST", "webhook/", {"url": HOOK, "events": [{}]}).status == 400


def test_deliveries_are_signed(caller: Caller) -> None:
    """The signature is over the time and the octets, with the key that the hex digits stand for."""
    made = subscribe(caller, "created")
    activity = caller.create(status="draft")
    (hook,) = caller.world.webhooks
    headers = dict(hook.headers)
    assert headers["close-sig-timestamp"] == str(int(START))
    message = headers["close-sig-timestamp"].encode() + hook.body
    key = bytes.fromhex(made["signature_key"])
    assert headers["close-sig-hash"] == hmac.new(key, message, hashlib.sha256).hexdigest()
    payload = json.loads(hook.body)
    event = payload["event"]
    assert payload["subscription_id"] == made["id"]
    assert (event["object_type"], event["object_id"]) == ("activity.sms", activity["id"])
    assert event["date_created"] == "2031-05-04T09:30:00.000000"
    assert event["data"] == activity
    assert event["meta"] == {"request_method": "POST", "request_path": "/api/v1/activity/sms/"}


def test_events_of_a_message(caller: Caller) -> None:
    """Being made, sent, cancelled, failed and deleted is told, with what was before."""
    subscribe(caller)
    key = caller.create()["id"]
    caller.wait(1)
    updated = json.loads(caller.world.webhooks[1].body)["event"]
    assert updated["previous_data"]["status"] == "outbox"
    assert {"status", "date_sent", "date_updated"} <= set(updated["changed_fields"])
    assert told(caller) == [("created", "outbox"), ("updated", "sent"), ("sent", "sent")]
    caller.call("DELETE", f"activity/sms/{key}/")
    assert told(caller) == [("deleted", "sent")]
    key = caller.create(status="scheduled", date_scheduled=LATER)["id"]
    caller.put(key, status="draft")
    assert told(caller) == [("created", "scheduled"), ("updated", "draft")]
    caller.create(remote_phone="+13035550191")
    caller.wait(1)
    assert told(caller) == [("created", "outbox"), ("updated", "error")]


def test_events_may_be_fewer_or_more(caller: Caller) -> None:
    """Switches: events are consolidated, or each comes twice with the same id."""
    subscribe(caller)
    caller.world.switches["close.consolidate_events"] = True
    caller.create()
    caller.wait(1)
    assert told(caller) == [("created", "outbox"), ("updated", "sent")]
    caller.world.switches["close.duplicate_events"] = True
    caller.create(status="draft")
    first, second = (json.loads(each.body)["event"]["id"] for each in caller.world.webhooks)
    assert first == second


def test_events_may_be_out_of_order(caller: Caller) -> None:
    """Switch: of many events under way, the order is not that of their happening."""
    subscribe(caller)
    caller.world.switches["close.shuffle_events"] = True
    keys = [caller.create(status="draft")["id"] for _ in range(20)]
    shown = [json.loads(each.body)["event"]["object_id"] for each in caller.world.webhooks]
    assert shown != keys
    assert sorted(shown) == sorted(keys)


def test_failed_deliveries_come_again(caller: Caller) -> None:
    """A delivery that fails is tried again with longer pauses; after 72 hours it pauses all."""
    made = subscribe(caller, "created")
    caller.create(status="draft")
    (hook,) = caller.world.webhooks
    waits, first = [], hook.body
    while True:
        caller.world.webhooks.clear()
        assert hook.on_answer is not None
        hook.on_answer(500)
        before = caller.seconds
        while not caller.world.webhooks and caller.seconds < before + 1300:
            caller.wait(1)
        if not caller.world.webhooks:
            break
        (hook,) = caller.world.webhooks
        assert hook.body == first
        waits.append(caller.seconds - before)
    assert waits[:3] == [1, 2, 4]
    assert max(waits) <= 1200
    assert sum(waits) >= 72 * 3600
    assert caller.call("GET", f"webhook/{made['id']}/")["status"] == "paused"


def test_event_log(caller: Caller) -> None:
    """The log has all events of 30 days, newest first, in pages of 50 with cursors both ways."""
    for _ in range(60):
        caller.create(status="draft")
    first = caller.call("GET", "event/", object_type="activity.sms")
    assert len(first["data"]) == 50
    assert first["cursor_previous"] is None
    second = caller.call("GET", "event/", _cursor=first["cursor_next"])
    assert len(second["data"]) == 10
    assert second["cursor_next"] is None
    ids = [each["id"] for each in first["data"] + second["data"]]
    assert len(set(ids)) == 60
    back = caller.call("GET", "event/", _cursor=second["cursor_previous"])
    assert back["data"] == first["data"]
    assert caller.faults("GET", "event/", _limit="51") == {"_limit"}
    assert caller.faults("GET", "event/", _cursor="x") == {"_cursor"}
    caller.wait(timedelta(days=31).total_seconds())
    assert caller.call("GET", "event/")["data"] == []


def test_backdated_logging(caller: Caller) -> None:
    """A message that was sent elsewhere is logged with the dates that are given, and not sent."""
    past = datetime(2030, 1, 2, tzinfo=UTC).isoformat()
    made = caller.create(status="sent", date_created=past, activity_at=past, source="External")
    caller.wait(60)
    assert made["date_created"] == made["activity_at"] == "2030-01-02T00:00:00.000000+00:00"
    assert (made["source"], made["remote_phone"]) == ("External", REMOTE)
    assert not caller.world.ledger


def test_inbox_notification_goes_with_the_inbox_only(caller: Caller) -> None:
    """send_to_inbox is taken with a message that was received, and refused with any other."""
    path, inbox = "activity/sms/", {**MESSAGE, "status": "inbox"}
    assert caller.call("POST", path, inbox, send_to_inbox="true")["direction"] == "inbound"
    assert caller.faults("POST", path, MESSAGE, send_to_inbox="true") == {"send_to_inbox"}
