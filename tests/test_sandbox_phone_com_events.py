"""What the stand-in for Phone.com tells unasked: listeners version 1, and events version 2.

The law of this file: what is heard is heard by a real listener on this machine.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from sandboxes import Heard, Listener, listening

from smscore.send.sandbox.server import Sandbox

HANDSET = "+12025550122"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox of this provider alone."""
    with Sandbox(providers=["phone_com"]) as running:
        yield running


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a listener."""
    with listening() as heard:
        yield heard


def ask(sandbox: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    """Ask below the account's path."""
    at = sandbox.addresses()["phone_com"]
    url = f"{at['base_url']}/accounts/{at['account_id']}/{path}"
    headers = {"authorization": f"Bearer {at['access_token']}"}
    return httpx.request(method, url, headers=headers, **options)


def events(sandbox: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    """Ask below the path of the events."""
    return ask(sandbox, method, f"integrations/events/{path}", **options)


def subscribe(sandbox: Sandbox, url: str, *tags: str, **config: object) -> dict[str, Any]:
    """Make a callback, a listener and a subscription at once, and give them."""
    said = {
        ":callback": {"config": {"url": url, **config}, "mode": "HTTP"},
        ":subscriptions": [{":tags": list(tags)}],
    }
    answer = events(sandbox, "POST", "overview", json=said)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def text_back(sandbox: Sandbox, text: str = "Yes please") -> str:
    """Let the handset text, and wait until everybody has been told."""
    number = sandbox.addresses()["phone_com"]["from"]
    key = sandbox.text_back("phone_com", HANDSET, number, text)
    sandbox.settle()
    return key


def send(sandbox: Sandbox) -> None:
    """Send a message to the handset."""
    number = sandbox.addresses()["phone_com"]["from"]
    body = {"from": number, "to": [HANDSET], "text": "Doors open at 7"}
    assert ask(sandbox, "POST", "sms", json=body).status_code == 201
    sandbox.settle()


def read(heard: Heard) -> Any:
    """Read what was heard as JSON."""
    return json.loads(heard.body)


def test_a_callback_is_tested_when_it_is_made(sandbox: Sandbox, listener: Listener) -> None:
    """Its URL is called with {"test": 1}, and must answer 200 or 201."""
    config = {"url": listener.url, "headers": [{"name": "X-Api-Key", "value": "s3cret"}]}
    made = events(sandbox, "POST", "callbacks", json={"config": config})
    assert made.status_code == 201
    [heard] = listener.heard
    assert (heard.method, read(heard)) == ("POST", {"test": 1})
    assert heard.headers["x-api-key"] == "s3cret"
    # Headers that look secret come back as true.
    assert made.json()["config"]["headers"] == [{"name": "X-Api-Key", "value": True}]
    for status, accepted in ((201, True), (204, False), (404, False), (500, False)):
        listener.statuses.append(status)
        answer = events(sandbox, "POST", "callbacks", json={"config": config})
        assert answer.status_code == (201 if accepted else 422), status
    assert len(events(sandbox, "GET", "callbacks").json()["items"]) == 2
    nobody = {"config": {"url": "http://127.0.0.1:1/"}}
    assert events(sandbox, "POST", "callbacks", json=nobody).status_code == 422


def test_an_inbound_message(sandbox: Sandbox, listener: Listener) -> None:
    """It is posted as the documentation's payload, with the headers of the callback."""
    headers = [{"name": "Authorization", "value": "Bearer xyz"}]
    made = subscribe(sandbox, listener.url, "message", "inbound", headers=headers)
    text_back(sandbox)
    handshake, heard = listener.heard
    assert read(handshake) == {"test": 1}
    assert heard.headers["authorization"] == "Bearer xyz"
    event = read(heard)
    at = sandbox.addresses()["phone_com"]
    account = int(at["account_id"])
    assert (event["version"], event["listener_id"]) == ("2.0.0", made["id"])
    assert event["context"] == {"type": "account", "id": account, "voip_id": account}
    assert {"message", "*ms-message", "sms-message", "inbound"} <= set(event["tags"])
    assert event["timestamp_ns"] // 10**9 == event["timestamp"]
    assert UUID(event["uuid"]) != UUID(event["data_object_uuid"])
    data = event["data"]
    assert data["uuid"] == event["data_object_uuid"]
    assert (data["direction"], data["state"], data["type"]) == ("inbound", "received", "sms")
    assert data["from"] == {"type": "did", "id": HANDSET}
    assert data["to"] == [{"type": "did", "id": at["from"]}]
    assert data["inbox"]["did"] == at["from"]
    assert (data["message"], data["media"]) == ("Yes please", [])


def test_outbound_messages(sandbox: Sandbox, listener: Listener) -> None:
    """A message is told when it is sent, and when it has been delivered."""
    subscribe(sandbox, listener.url, "message", "outbound")
    send(sandbox)
    sandbox.set_faults(clock_skew=60)
    sandbox.settle()
    told = [read(each) for each in listener.heard[1:]]
    assert [each["data"]["state"] for each in told] == ["sent", "delivered"]
    assert all(each["data"]["direction"] == "outbound" for each in told)
    assert told[0]["data"]["to"] == [{"type": "did", "id": HANDSET}]


def test_tags_are_all_needed_and_subscriptions_are_alternatives(
    sandbox: Sandbox, listener: Listener
) -> None:
    """Tags of one subscription are ANDed, several subscriptions ORed."""
    made = subscribe(sandbox, listener.url, "inbound", "mms-message")
    text_back(sandbox)
    assert len(listener.heard) == 1
    path = f"listeners/{made['id']}/subscriptions"
    added = events(sandbox, "POST", path, json={":tags": ["inbound"]})
    assert added.status_code == 201
    text_back(sandbox)
    assert len(listener.heard) == 2
    assert len(events(sandbox, "GET", path).json()["items"]) == 2
    gone = events(sandbox, "DELETE", f"{path}/{added.json()['id']}")
    assert gone.json() == {"success": True}
    text_back(sandbox)
    assert len(listener.heard) == 2


@pytest.mark.parametrize(
    ("value", "negated", "heard"),
    [
        ({"eq": HANDSET}, False, True),
        ({"eq": HANDSET}, True, False),
        ({"in": ["+12025550133"]}, False, False),
        ({"match": "+1202%"}, False, True),
        ({"match": "+44%"}, False, False),
    ],
)
def test_filters(
    sandbox: Sandbox, listener: Listener, value: object, negated: bool, heard: bool
) -> None:
    """A filter by number lets through what equals, is among, or matches with % as wildcard."""
    made = subscribe(sandbox, listener.url, "inbound")
    said = {"filter_type": "number", "filter_value": value, "not_logic": negated}
    answer = events(sandbox, "POST", f"listeners/{made['id']}/filters", json=said)
    assert answer.status_code == 201
    text_back(sandbox)
    assert len(listener.heard) == 1 + heard


def test_deleting(sandbox: Sandbox, listener: Listener) -> None:
    """A callback in use is not deleted: 409; afterwards it is, with {"success": true}."""
    made = subscribe(sandbox, listener.url, "inbound")
    callback = f"callbacks/{made['callback_id']}"
    refused = events(sandbox, "DELETE", callback)
    assert refused.status_code == 409
    assert refused.json()["@error"]["@httpStatusCode"] == 409
    assert len(events(sandbox, "GET", "overview").json()["items"]) == 1
    for path in (f"listeners/{made['id']}", callback):
        assert events(sandbox, "DELETE", path).json() == {"success": True}
        assert events(sandbox, "GET", path).status_code == 404
    text_back(sandbox)
    assert len(listener.heard) == 1


def test_step_by_step(sandbox: Sandbox, listener: Listener) -> None:
    """A callback, a listener that expires and a subscription are made one by one."""
    config = {"url": listener.url, "method": "PUT"}
    callback = events(sandbox, "POST", "callbacks", json={"config": config}).json()
    said = {"callback_id": callback["id"], "expires_at": 10**10}
    made = events(sandbox, "POST", "listeners", json=said).json()
    assert set(made) == {
        "id",
        "voip_id",
        "extension_id",
        "version",
        "callback_id",
        "created_at",
        "expires_at",
    }
    events(sandbox, "POST", f"listeners/{made['id']}/subscriptions", json={":tags": ["inbound"]})
    text_back(sandbox)
    assert [each.method for each in listener.heard] == ["PUT", "PUT"]
    sandbox.set_faults(clock_skew=10**10)
    text_back(sandbox)
    assert len(listener.heard) == 2
    assert events(sandbox, "POST", "listeners", json={"callback_id": 1}).status_code == 422


def test_a_fallback_and_a_rate(sandbox: Sandbox, listener: Listener) -> None:
    """A callback that fails is replaced by its fallback; above its own rate events are lost."""
    with listening() as other:
        spare = events(sandbox, "POST", "callbacks", json={"config": {"url": other.url}}).json()
        said = {
            ":callback": {
                "config": {"url": listener.url, "rate-limit": {"number": 2, "period": 3600}},
                "fallback_callback_id": spare["id"],
            },
            ":subscriptions": [{":tags": ["inbound"]}],
        }
        assert events(sandbox, "POST", "overview", json=said).status_code == 201
        listener.statuses.append(503)
        for text in ("one", "two", "three"):
            text_back(sandbox, text)
        assert [read(each)["data"]["message"] for each in listener.heard[1:]] == ["one", "two"]
        assert [read(each)["data"]["message"] for each in other.heard[1:]] == ["one"]


def test_listeners_of_the_first_version(sandbox: Sandbox, listener: Listener) -> None:
    """One is made, changed and deleted, and is called by its verb with Basic credentials."""
    callback = {"url": listener.url, "role": "main", "verb": "post", "timeout": 10}
    callback |= {"username": "me", "password": "s3cret"}
    said = {"type": "callback", "event_type": "sms.in", "callbacks": [callback]}
    made = ask(sandbox, "POST", "listeners", json=said).json()
    assert {"id", "voip_id", "created_at", "updated_at"} <= set(made)
    text_back(sandbox)
    [heard] = listener.heard
    assert heard.headers["authorization"] == f"Basic {b64encode(b'me:s3cret').decode()}"
    told = read(heard)
    assert (told["from"], told["message"], told["status"]) == (HANDSET, "Yes please", "new")
    assert told["type"] == "incoming"
    path = f"listeners/{made['id']}"
    said["callbacks"] = [{"url": listener.url, "role": "main", "verb": "get"}]
    assert ask(sandbox, "PUT", path, json=said).json()["callbacks"] == said["callbacks"]
    assert ask(sandbox, "GET", path).json()["created_at"] == made["created_at"]
    text_back(sandbox)
    heard = listener.heard[1]
    assert heard.method == "GET"
    assert parse_qs(urlsplit(heard.path).query)["message"] == ["Yes please"]
    assert ask(sandbox, "GET", "listeners").json()["total"] == 1
    assert ask(sandbox, "DELETE", path).status_code == 200
    assert ask(sandbox, "GET", path).status_code == 404
    changes: list[dict[str, object]] = [
        {"type": "x"},
        {"event_type": "sms"},
        {"callbacks": []},
        {"callbacks": [{**callback, "timeout": 11}]},
    ]
    for change in changes:
        assert ask(sandbox, "POST", "listeners", json={**said, **change}).status_code == 422


def test_the_backup_of_a_listener(sandbox: Sandbox, listener: Listener) -> None:
    """Where the main URL fails the backup is called; sms.out tells of what was sent."""
    with listening() as backup:
        callbacks = [
            {"url": listener.url, "role": "main", "verb": "post"},
            {"url": backup.url, "role": "backup", "verb": "post"},
        ]
        said = {"type": "callback", "event_type": "sms.out", "callbacks": callbacks}
        assert ask(sandbox, "POST", "listeners", json=said).status_code == 201
        listener.statuses.append(500)
        send(sandbox)
        assert [read(each)["to"] for each in (*listener.heard, *backup.heard)] == [HANDSET] * 2
        assert read(backup.heard[0])["message"] == "Doors open at 7"
