"""The sandbox as a server: addresses, the ledger, control from outside, webhooks, and its end.

The law of this file: everything goes over real sockets of this machine.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from sandboxes import listening

from smscore.send.sandbox.server import Sandbox

# The JSON that outside programs read: each provider's names.
CONTRACT = {
    "phone_com": {"base_url", "access_token", "account_id", "from"},
    "voip_communications": {"base_url", "api_key", "api_password", "from"},
    "callr": {"base_url", "login", "password"},
    "close": {"base_url", "api_key", "local_phone"},
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox with all providers."""
    with Sandbox(seed=7) as running:
        yield running


def send_each(sandbox: Sandbox) -> list[httpx.Response]:
    """Send one message with each provider, as its documentation's sample does."""
    at = sandbox.addresses()
    phone, voip, callr, close = (at[name] for name in CONTRACT)
    with httpx.Client() as client:
        return [
            client.post(
                f"{phone['base_url']}/accounts/{phone['account_id']}/sms",
                json={"from": phone["from"], "to": ["+12025550122"], "text": "Doors open at 7"},
                headers={"authorization": f"Bearer {phone['access_token']}"},
            ),
            client.post(
                f"{voip['base_url']}/sms/send",
                data={"to": "12025550122", "msg": "Doors open at 7"},
                auth=(voip["api_key"], voip["api_password"]),
            ),
            client.post(
                callr["base_url"],
                json={
                    "jsonrpc": "2.0",
                    "id": 42,
                    "method": "sms.send",
                    "params": ["", "+33600000001", "Hello", None],
                },
                headers={"content-type": "application/json-rpc; charset=utf-8"},
                auth=(callr["login"], callr["password"]),
            ),
            client.post(
                f"{close['base_url']}/activity/sms/",
                json={
                    "status": "outbox",
                    "local_phone": close["local_phone"],
                    "remote_phone": "+12025550122",
                    "text": "Doors open at 7",
                },
                auth=(close["api_key"], ""),
            ),
        ]


def test_addresses_are_the_contract(sandbox: Sandbox) -> None:
    """Each provider has a base URL and credentials by the agreed names, all of them text."""
    addresses = sandbox.addresses()
    assert {name: set(values) for name, values in addresses.items()} == CONTRACT
    assert all(isinstance(each, str) and each for v in addresses.values() for each in v.values())
    assert addresses["callr"]["base_url"].endswith("/json-rpc/v1.1/")
    assert addresses["close"]["base_url"].endswith("/api/v1")
    for values in addresses.values():
        assert values["base_url"].startswith(f"http://127.0.0.1:{sandbox.port}/")


def test_every_provider_sends(sandbox: Sandbox) -> None:
    """A message sent with each provider reaches a handset, and its request is counted."""
    assert [each.status_code for each in send_each(sandbox)] == [201, 200, 200, 200]
    assert {each.provider for each in sandbox.ledger} <= set(CONTRACT)
    assert [each.provider for each in sandbox.sends] == list(CONTRACT)
    assert [each.status for each in sandbox.sends] == [201, 200, 200, 200]
    assert sandbox.requests["phone_com"] == {"POST accounts/{id}/sms": 1}
    assert sandbox.requests["callr"] == {"sms.send": 1}


def test_the_same_seed_gives_the_same_credentials() -> None:
    """Credentials come from the seed, and do not hang on which providers are there."""
    with Sandbox(seed=3) as first, Sandbox(seed=3, providers=["close"]) as second:
        assert first.addresses()["close"]["api_key"] == second.addresses()["close"]["api_key"]
        assert list(second.addresses()) == ["close"]
        assert second.port != first.port
    with Sandbox(seed=4, providers=["close"]) as third:
        assert third.addresses()["close"]["api_key"] != second.addresses()["close"]["api_key"]


def test_paths_are_strict(sandbox: Sandbox) -> None:
    """A path that is not to the letter is not found: a missing or doubled slash, another base."""
    at = sandbox.addresses()
    callr, phone = at["callr"]["base_url"], at["phone_com"]["base_url"]
    token = {"authorization": f"Bearer {at['phone_com']['access_token']}"}
    assert httpx.post(callr.rstrip("/")).status_code == 404
    assert httpx.get(f"{phone}/ping", headers=token).status_code == 200
    assert httpx.get(f"{phone}//ping", headers=token).status_code == 404
    assert httpx.get(f"{sandbox.url}/elsewhere").status_code == 404


def test_control_from_outside(sandbox: Sandbox) -> None:
    """The ledger, requests, faults, switches and reset are there for another process."""
    control = f"{sandbox.url}/_sandbox"
    before = sandbox.addresses()
    send_each(sandbox)
    ledger = httpx.get(f"{control}/ledger").json()
    assert {"provider", "number", "sender", "text", "message_id", "at"} == set(ledger[0])
    assert ledger[0]["number"] == "+12025550122"
    assert ledger[0]["text"] == "Doors open at 7"
    told = httpx.get(f"{control}/requests").json()
    assert told["endpoints"]["phone_com"] == {"POST accounts/{id}/sms": 1}
    assert told["sends"][0] == {
        "provider": "phone_com",
        "endpoint": "POST accounts/{id}/sms",
        "fault": None,
        "processed": True,
        "status": 201,
    }
    httpx.post(f"{control}/faults", json={"error_before": 1, "providers": ["phone_com"]})
    assert httpx.get(f"{control}/faults").json()["odds"] == {"error_before": 1}
    assert send_each(sandbox)[0].status_code == 500
    assert httpx.post(f"{control}/faults", json={"nonsense": 1}).status_code == 400
    assert httpx.post(f"{control}/faults", content=b"{").status_code == 400
    assert httpx.post(f"{control}/switches", json={"phone_com.limits": "1/9"}).json() == {
        "phone_com.limits": "1/9"
    }
    assert httpx.get(f"{control}/accounts").json()["phone_com"]["extension_token"]
    assert httpx.post(f"{control}/reset").json() == {}
    assert httpx.get(f"{control}/ledger").json() == []
    assert httpx.get(f"{control}/faults").json()["odds"] == {}
    assert sandbox.addresses() == before
    assert send_each(sandbox)[0].status_code == 201
    assert httpx.get(f"{control}/nothing").status_code == 404


def test_inbound_from_outside(sandbox: Sandbox) -> None:
    """A handset texts back through the control, and the provider lists it."""
    at = sandbox.addresses()["phone_com"]
    said = {"provider": "phone_com", "from": "+12025550122", "to": at["from"], "text": "Yes"}
    made = httpx.post(f"{sandbox.url}/_sandbox/inbound", json=said).json()
    listed = httpx.get(
        f"{at['base_url']}/accounts/{at['account_id']}/sms",
        params={"filters[direction]": "in"},
        headers={"authorization": f"Bearer {at['access_token']}"},
    ).json()
    assert [each["text"] for each in listed["items"]] == ["Yes"]
    assert made == {"message_id": listed["items"][0]["id"]}
    for wrong in ({**said, "to": "+12025550199"}, {**said, "provider": "nobody"}, {}):
        refused = httpx.post(f"{sandbox.url}/_sandbox/inbound", json=wrong)
        assert refused.status_code == 400, wrong


def test_requests_at_once_are_all_counted(sandbox: Sandbox) -> None:
    """Requests of many threads are handled one after the other, each message delivered once."""
    at = sandbox.addresses()["voip_communications"]

    def send(number: int) -> int:
        return httpx.post(
            f"{at['base_url']}/sms/send",
            data={"to": "12025550122", "msg": f"number {number}"},
            auth=(at["api_key"], at["api_password"]),
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(40))) == {200}
    texts = [each.text for each in sandbox.ledger]
    assert sorted(texts) == sorted(f"number {n}" for n in range(40))
    assert sandbox.requests["voip_communications"] == {"POST sms/send": 40}


def test_webhooks_leave_this_machine_only_if_switched_on(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook for another machine is not sent; the switch lets it go."""
    asked: list[str] = []

    async def record(_: object, method: str, url: str, **__: Any) -> httpx.Response:
        asked.append(f"{method} {url}")
        return httpx.Response(200)

    monkeypatch.setattr(httpx.AsyncClient, "request", record)
    sandbox.set_switch("voip_communications.callback_url", "https://sms.example.org/hook")
    sandbox.text_back("voip_communications", "+12025550122", "12025550170", "Yes")
    sandbox.settle()
    assert [each.status for each in sandbox.webhooks] == [None]
    assert asked == []
    sandbox.set_switch("webhooks.anywhere")
    sandbox.text_back("voip_communications", "+12025550122", "12025550170", "Yes")
    sandbox.settle()
    assert asked == ["POST https://sms.example.org/hook"]


def test_webhooks_are_recorded(sandbox: Sandbox) -> None:
    """What was delivered, and how it was answered, is kept for the test that asks."""
    with listening() as listener:
        listener.statuses.append(503)
        sandbox.set_switch("voip_communications.callback_url", listener.url)
        for text in ("one", "two"):
            sandbox.text_back("voip_communications", "+12025550122", "12025550170", text)
        sandbox.settle()
        told = httpx.get(f"{sandbox.url}/_sandbox/webhooks").json()
    assert [parse_qs(each.body.decode())["msg"] for each in listener.heard] == [["one"], ["two"]]
    assert [each["status"] for each in told] == [503, 200]
    assert [each.webhook.provider for each in sandbox.webhooks] == ["voip_communications"] * 2


def test_nothing_is_left_when_it_closes() -> None:
    """After its end there is no thread and no port of it, even while an answer is held back."""
    before = threading.active_count()
    faults = {"timeout_after": 1, "hold_seconds": 600}
    with Sandbox(faults=faults, providers=["voip_communications"]) as sandbox:
        at = sandbox.addresses()["voip_communications"]

        def send() -> None:
            with pytest.raises(httpx.TransportError):
                httpx.post(
                    f"{at['base_url']}/sms/send",
                    data={"to": "12025550122", "msg": "Hello"},
                    auth=(at["api_key"], at["api_password"]),
                    timeout=600,
                )

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(send)
            while not sandbox.ledger:
                assert not waiting.done()
            sandbox.close()
            waiting.result()
    assert threading.active_count() == before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)


def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    """A port that is taken is an OSError, and nothing is left behind."""
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=sandbox.port).start()


def test_a_stand_in_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of a stand-in answers 500, and is raised when the sandbox closes."""
    sandbox = Sandbox(providers=["voip_communications"]).start()
    at = sandbox.addresses()["voip_communications"]

    def fail(_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(sandbox.stand_in("voip_communications"), "handle", fail)
    answer = httpx.post(f"{at['base_url']}/sms/send")
    assert answer.status_code == 500
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        sandbox.close()


@pytest.mark.parametrize(
    "options",
    [{"providers": ["nobody"]}, {"switches": {"nobody.x": 1}}, {"faults": {"x": 1}}],
)
def test_what_there_is_not(options: dict[str, Any]) -> None:
    """A provider, switch or fault that there is not is a ValueError."""
    with pytest.raises(ValueError, match=r"no (provider|switch|fault)"):
        Sandbox(**options)


@pytest.mark.parametrize("package", ["uvicorn", "httpx"])
def test_the_extra_is_named(package: str) -> None:
    """Where a package is not installed, the error says which extra brings it."""
    code = (
        f"import sys\nsys.modules[{package!r}] = None\n"
        "from smscore.errors import MissingExtra\n"
        "try:\n    import smscore.send.sandbox.server\n"
        "except MissingExtra as error:\n    print(error.extra, error.name, error)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"sandbox {package} the sandbox needs {package}: ")
