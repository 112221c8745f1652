"""The stand-in for Phone.com, held against the documentation of its `/sms` resource.

The law of this file: what is expected is what the documentation says, or is marked as invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from smscore.send.sandbox.phone_com import PhoneComStandIn
from smscore.send.sandbox.server import Sandbox

TEXT = "Doors open at 7"


class Account:
    """The account of a sandbox, and a client for it."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http
        self.at = sandbox.addresses()["phone_com"]
        self.sender = self.at["from"]
        stand_in = sandbox.stand_in("phone_com")
        assert isinstance(stand_in, PhoneComStandIn)
        self.more = stand_in.more()
        self.root = f"{self.at['base_url']}/accounts/{self.at['account_id']}"
        self.token = self.at["access_token"]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask below the account."""
        return self.ask_url(method, f"{self.root}/{path}", **options)

    def ask_url(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Ask with the token."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.request(method, url, headers=headers, **options)

    def send(self, *to: str, **more: object) -> httpx.Response:
        """Send the text, to an array of numbers."""
        said = {"from": self.sender, "to": list(to), "text": TEXT, **more}
        return self.ask("POST", "sms", json=said)

    def list(self, **params: object) -> Any:
        """List messages, and give the envelope."""
        return self.ask("GET", "sms", params=params).json()


@pytest.fixture
def account() -> Iterator[Account]:
    """Give an account of a sandbox of its own."""
    with Sandbox(providers=["phone_com"]) as sandbox, httpx.Client() as http:
        yield Account(sandbox, http)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Check the envelope of an error, and give what is in it."""
    assert answer.status_code == status
    error: dict[str, Any] = answer.json()["@error"]
    assert error["@httpStatusCode"] == status
    assert isinstance(error["@message"], str)
    assert datetime.fromisoformat(error["@time"]).utcoffset() == timedelta()
    return error


def test_tokens(account: Account) -> None:
    """Without a token that is known there is 401, with one `/ping` answers 200."""
    assert account.ask_url("GET", f"{account.at['base_url']}/ping").status_code == 200
    for token in ("", "wrong"):
        account.token = token
        problem(account.send("+12025550122"), 401)
    assert account.sandbox.ledger == []


def test_scopes(account: Account) -> None:
    """An extension's token opens the paths of that extension, and no others: 403."""
    body = {"from": account.sender, "to": "+12025550122", "text": TEXT}
    own, other = account.more["extension_id"], account.more["other_extension_id"]
    assert account.ask("POST", f"extensions/{own}/sms", json=body).status_code == 201
    account.token = account.more["extension_token"]
    assert account.ask("POST", f"extensions/{own}/sms", json=body).status_code == 201
    problem(account.ask("POST", "sms", json=body), 403)
    problem(account.ask("POST", f"extensions/{other}/sms", json=body), 403)
    assert len(account.sandbox.ledger) == 2


def test_a_single_message(account: Account) -> None:
    """201 with the object of the documentation; a string is taken for one recipient."""
    answer = account.ask(
        "POST", "sms", json={"from": account.sender, "to": "+12025550122", "text": TEXT}
    )
    assert answer.status_code == 201
    told = answer.json()
    [recipient] = told["to"]
    assert (recipient["number"], recipient["status"]) == ("+12025550122", "sent")
    assert re.fullmatch(r"[0-9a-f]{40}", recipient["id"])
    assert told["id"] == recipient["id"]
    assert (told["from"], told["direction"], told["text"]) == (account.sender, "out", TEXT)
    assert told["is_new"] is True
    assert datetime.fromisoformat(told["created_at"]).timestamp() == told["created_epoch"]
    assert told["created_at"].endswith("+00:00")
    assert set(told["extension"]) == {"id", "voip_id", "name", "extension"}
    [delivery] = account.sandbox.ledger
    assert (delivery.number, delivery.sender, delivery.text) == (
        "+12025550122",
        account.sender,
        TEXT,
    )
    assert delivery.message_id == recipient["id"]


def test_ids_can_be_missing(account: Account) -> None:
    """A group has no id of its own; with the switches one recipient has none, or no ids at all."""
    group = account.send("+12025550122", "+12025550133").json()
    assert "id" not in group
    assert [each["number"] for each in group["to"]] == ["+12025550122", "+12025550133"]
    assert len({each["id"] for each in group["to"]}) == 2
    account.sandbox.set_switch("phone_com.no_single_id")
    assert "id" not in account.send("+12025550122").json()
    account.sandbox.set_switch("phone_com.no_recipient_ids")
    assert "id" not in account.send("+12025550122").json()["to"][0]


def test_numbers_of_their_own(account: Account) -> None:
    """Each of the numbers in the module's table does what the table says (invented)."""
    ending = "012356"
    told = account.send(*(f"+1202555019{each}" for each in ending)).json()["to"]
    assert {each["number"][-1]: each["status"] for each in told} == {
        "0": "failed",
        "2": "delivered",
        "3": "queued",
        "6": "in_limbo",
    }
    assert {each.number[-1] for each in account.sandbox.ledger} == {"2", "5", "6"}
    [at_once] = [each for each in told if each["status"] == "delivered"]
    assert isinstance(at_once["sent_at"], int)
    assert at_once["delivered_at"] >= at_once["sent_at"]
    assert not any("sent_at" in each for each in told if each is not at_once)
    problem(account.send("+12025550122", "+12025550194"), 422)


def test_a_message_is_delivered_later(account: Account) -> None:
    """What is sent is delivered after a while, and then has both times."""
    key = account.send("+12025550122").json()["to"][0]["id"]
    assert account.ask("GET", f"sms/{key}").json()["to"][0]["status"] == "sent"
    account.sandbox.set_faults(clock_skew=60)
    [recipient] = account.ask("GET", f"sms/{key}").json()["to"]
    assert recipient["status"] == "delivered"
    assert recipient["delivered_at"] > recipient["sent_at"]
    assert len(account.sandbox.ledger) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": None}, "from"),
        ({"from": "2025550180"}, "from"),
        ({"from": "+12025550122"}, "from"),
        ({"to": None}, "to"),
        ({"to": []}, "to"),
        ({"to": "12025550122"}, "to"),
        ({"to": ["+12025550122", "nobody"]}, "to"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"extension_id": 1}, "extension_id"),
    ],
)
def test_what_is_refused(account: Account, change: dict[str, object], field: str) -> None:
    """Missing fields, numbers that are not E.164 and senders of others: 422, and which field."""
    said = {"from": account.sender, "to": ["+12025550122"], "text": TEXT, **change}
    error = problem(account.ask("POST", "sms", json=said), 422)
    assert set(error["fields"]) == {field}
    assert account.sandbox.ledger == []


def test_long_texts(account: Account) -> None:
    """A long text is taken, or refused where a limit is switched on: it is not documented."""
    assert account.send("+12025550122", text="a" * 161).status_code == 201
    account.sandbox.set_switch("phone_com.max_text", 160)
    assert "text" in problem(account.send("+12025550122", text="a" * 161), 422)["fields"]
    assert account.send("+12025550122", text="a" * 160).status_code == 201
    problem(account.ask("POST", "sms", content=b"{"), 422)


def test_what_is_not_stored(account: Account) -> None:
    """Without an extension, by default or given, a message goes out and is not found again."""
    account.sender = account.more["from_not_stored"]
    told = account.send("+12025550122").json()
    assert told["extension"] is None
    assert len(account.sandbox.ledger) == 1
    assert account.list()["items"] == []
    problem(account.ask("GET", f"sms/{told['to'][0]['id']}"), 404)
    stored = account.send("+12025550122", extension_id=int(account.more["extension_id"])).json()
    assert [each["id"] for each in account.list()["items"]] == [stored["id"]]


def test_marking_as_read(account: Account) -> None:
    """PATCH sets is_new, by a boolean or the strings of the official sample, and nothing else."""
    key = account.send("+12025550122").json()["id"]
    for said, expected in ((False, False), ("1", True), ("0", False), (True, True)):
        answer = account.ask("PATCH", f"sms/{key}", json={"is_new": said})
        assert (answer.status_code, answer.json()["is_new"]) == (200, expected)
    for wrong in ({"is_new": 7}, {"text": "x"}, {"is_new": True, "text": "x"}):
        problem(account.ask("PATCH", f"sms/{key}", json=wrong), 422)
    problem(account.ask("PATCH", "sms/unknown", json={"is_new": False}), 404)
    # There is no PUT and no DELETE; that it is 405 is invented.
    for method in ("PUT", "DELETE"):
        problem(account.ask(method, f"sms/{key}"), 405)


def test_the_envelope_of_a_list(account: Account) -> None:
    """A list has filters, sort, total, offset, limit and items; a limit above 500 is 422."""
    for n in range(3):
        account.send(f"+1202555012{n}")
    told = account.list(**{"filters[direction]": "out", "sort[created_at]": "asc", "limit": 2})
    assert told["filters"] == {"direction": "out"}
    assert told["sort"] == {"created_at": "asc"}
    assert (told["total"], told["offset"], told["limit"]) == (3, 0, 2)
    assert [each["to"][0]["number"][-1] for each in told["items"]] == ["0", "1"]
    told = account.list(**{"sort[created_at]": "asc", "limit": 2, "offset": 2})
    assert [each["to"][0]["number"][-1] for each in told["items"]] == ["2"]
    newest = account.list(**{"sort[created_at]": "desc"})["items"]
    assert [each["to"][0]["number"][-1] for each in newest] == ["2", "1", "0"]
    assert account.list()["limit"] == 25
    for wrong in (
        {"limit": 501},
        {"limit": 0},
        {"offset": -1},
        {"sort[id]": "up"},
        {"sort[text]": "asc"},
        {"filters[to]": "like:x"},
        {"filters[to]": "between:1"},
        {"filters[created_at]": "gte:soon"},
        {"fields": "some"},
    ):
        problem(account.ask("GET", "sms", params=wrong), 422)
    assert account.ask("GET", "sms", params={"limit": 500}).status_code == 200
    account.sandbox.set_switch("phone_com.null_offset")
    account.sandbox.set_switch("phone_com.no_total")
    told = account.list()
    assert told["offset"] is None
    assert "total" not in told


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"filters[to]": "+12025550121"}, "1"),
        ({"filters[to]": "eq:+12025550121"}, "1"),
        ({"filters[to]": ["+12025550120", "+12025550122"]}, "02"),
        ({"filters[to]": "ne:+12025550121"}, "02"),
        ({"filters[to]": "in:+12025550121,+12025550122"}, "12"),
        ({"filters[to]": "not-in:+12025550121,+12025550122"}, "0"),
        ({"filters[to]": "ends-with:2"}, "2"),
        ({"filters[to]": "not-ends-with:2"}, "01"),
        ({"filters[to]": "starts-with:+1202"}, "012"),
        ({"filters[to]": "contains:50121"}, "1"),
        ({"filters[to]": "not-contains:50121"}, "02"),
        ({"filters[to]": "between:+12025550120,+12025550121"}, "01"),
        ({"filters[to]": "not-between:+12025550120,+12025550121"}, "2"),
        ({"filters[to]": "gt:+12025550121"}, "2"),
        ({"filters[to]": ["gte:+12025550121", "lt:+12025550122"]}, "1"),
        ({"filters[to]": "empty"}, ""),
        ({"filters[to]": "not-empty", "filters[direction]": "out"}, "012"),
        ({"filters[direction]": "in"}, ""),
        ({"filters[created_at]": "gte:2020-01-01"}, "012"),
        ({"filters[created_at]": "lte:2020-01-01T00:00:00+00:00"}, ""),
        ({"filters[created_at]": "between:1500000000,9999999999"}, "012"),
    ],
)
def test_filters(account: Account, filters: dict[str, Any], found: str) -> None:
    """Each operation of the documentation finds what its name says."""
    for n in range(3):
        account.send(f"+1202555012{n}")
    told = account.list(**filters)
    assert sorted(each["to"][0]["number"][-1] for each in told["items"]) == list(found)
    assert told["total"] == len(found)


def test_a_plus_that_is_not_encoded(account: Account) -> None:
    """A plus left as it is becomes a space, and matches nothing without a word."""
    account.send("+12025550122")
    for query, total in (("%2B12025550122", 1), ("+12025550122", 0)):
        answer = account.ask_url("GET", f"{account.root}/sms?filters[to]={query}")
        assert answer.json()["total"] == total


def test_groups_in_a_list(account: Account) -> None:
    """A group is an item for each recipient, or with the switch one for all of them."""
    ids = {each["id"] for each in account.send("+12025550122", "+12025550133").json()["to"]}
    assert {each["id"] for each in account.list()["items"]} == ids
    account.sandbox.set_switch("phone_com.list_groups")
    [item] = account.list(**{"filters[to]": "+12025550133"})["items"]
    assert {each["id"] for each in item["to"]} == ids


def test_an_extension_sees_its_own(account: Account) -> None:
    """The list of an extension holds what is stored in its mailbox."""
    own, other = (account.more[each] for each in ("extension_id", "other_extension_id"))
    account.send("+12025550122", extension_id=int(other))
    assert account.ask("GET", f"extensions/{own}/sms").json()["total"] == 0
    assert account.ask("GET", f"extensions/{other}/sms").json()["total"] == 1
    assert account.list(**{"filters[extension]": other})["total"] == 1


@pytest.mark.parametrize("header", [False, True])
def test_the_limit_of_an_endpoint(account: Account, header: bool) -> None:
    """Above the limit there is 429, its numbers in the body, in a header where switched on."""
    account.sandbox.set_switch("phone_com.limits", "2/3600")
    account.sandbox.set_switch("phone_com.retry_header", header)
    assert [account.send("+12025550122").status_code for _ in range(3)] == [201, 201, 429]
    answer = account.send("+12025550122")
    numbers = problem(answer, 429)["@rateLimit"]
    assert set(numbers) == {
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "Retry-After",
    }
    assert (numbers["RateLimit-Limit"], numbers["RateLimit-Remaining"]) == (2, 0)
    assert 3500 < numbers["Retry-After"] <= 3600
    assert answer.headers.get("retry-after") == (str(numbers["Retry-After"]) if header else None)
    assert account.ask("GET", "sms").status_code == 200
    account.sandbox.set_faults(clock_skew=3700)
    assert account.send("+12025550122").status_code == 201
    assert len(account.sandbox.ledger) == 3


def test_the_documented_limit(account: Account) -> None:
    """Switched on, an endpoint takes 30 requests in 30 seconds; off, it takes them all."""
    for _ in range(40):
        account.send("+12025550122")
    assert len(account.sandbox.ledger) == 40
    account.sandbox.set_switch("phone_com.limits")
    statuses = [account.send("+12025550122").status_code for _ in range(32)]
    assert statuses == [201] * 30 + [429] * 2


def test_oauth(account: Account) -> None:
    """A token is had for each grant, serves, is described, is refreshed once, and expires."""
    url = f"{account.at['base_url']}/oauth/access-token"
    client = {each: account.more[each] for each in ("client_id", "client_secret")}
    user = {each: account.more[each] for each in ("username", "password")}
    account.token = ""
    for grant, more in (
        ("client_credentials", {}),
        ("password", user),
        ("authorization_code", {"code": account.more["code"], "redirect_uri": "https://x.example"}),
    ):
        body = {**client, **more, "grant_type": grant, "scope": "account-owner"}
        answer = account.http.post(url, json=body)
        assert answer.status_code == 200, grant
    problem(account.http.post(url, json=body), 401)
    told = answer.json()
    assert set(told) == {"access_token", "token_type", "scope", "refresh_token", "expires_in"}
    account.token = told["access_token"]
    assert account.send("+12025550122").status_code == 201
    described = account.ask_url("GET", url).json()
    assert set(described) == {"scope", "expires_at", "scope_details"}
    again = {**client, "grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert account.http.post(url, data=again).status_code == 200
    problem(account.http.post(url, data=again), 401)
    problem(account.http.post(url, json={**client, "grant_type": "other"}), 422)
    problem(account.http.post(url, json={"grant_type": "client_credentials"}), 401)
    account.sandbox.set_faults(clock_skew=told["expires_in"] + 1)
    problem(account.send("+12025550122"), 401)


def test_oauth_for_an_extension(account: Account) -> None:
    """A token of scope extension-user opens the extension's path only."""
    body = {each: account.more[each] for each in ("client_id", "client_secret")}
    body |= {"grant_type": "client_credentials", "scope": "extension-user"}
    told = account.http.post(f"{account.at['base_url']}/oauth/access-token", json=body).json()
    account.token = told["access_token"]
    problem(account.ask("GET", "sms"), 403)
    assert account.ask("GET", f"extensions/{account.more['extension_id']}/sms").status_code == 200
