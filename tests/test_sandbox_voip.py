"""The stand-in for voip-communications.net, held against its one documented page.

The law of this file: what is expected is what the page says, or is marked as invented.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sandboxes import listening

from smscore.send.sandbox.server import Sandbox

OWN = "12025550170"
TEXT = "Doors open at 7"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox of this provider alone."""
    with Sandbox(providers=["voip_communications"]) as running:
        yield running


def ask(sandbox: Sandbox, path: str, **fields: str) -> Any:
    """Post a form, and give the JSON of the answer, which has status 200."""
    at = sandbox.addresses()["voip_communications"]
    answer = httpx.post(
        f"{at['base_url']}/{path}", data=fields, auth=(at["api_key"], at["api_password"])
    )
    assert answer.status_code == 200
    return answer.json()


def send(sandbox: Sandbox, to: str = "12025550122", **fields: str) -> Any:
    """Send the text, and give the log."""
    return ask(sandbox, "sms/send", **{"to": to, "msg": TEXT, **fields})["send_log"]


def test_a_bulk_message(sandbox: Sandbox) -> None:
    """Without `from` it is BULKSMS, its entry as the page's sample."""
    [entry] = send(sandbox)
    assert set(entry) == {
        "code",
        "code_desc",
        "from",
        "to",
        "country",
        "msg",
        "delivery_date",
        "sale",
        "type",
        "status",
        "smsid",
    }
    assert (entry["code"], entry["code_desc"]) == (200, "")
    assert (entry["to"], entry["country"], entry["msg"]) == ("12025550122", "US", TEXT)
    assert entry["type"] == "BULKSMS"
    assert isinstance(entry["sale"], float)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", entry["delivery_date"])
    assert re.fullmatch(r"\d+", entry["from"])
    [delivery] = sandbox.ledger
    assert (delivery.number, delivery.text) == ("+12025550122", TEXT)
    assert delivery.message_id == entry["smsid"]


def test_a_two_way_message(sandbox: Sandbox) -> None:
    """With an owned `from` it is of another type, and dearer; an empty one is BULK."""
    [bulk], [two_way] = send(sandbox), send(sandbox, **{"from": OWN})
    assert two_way["type"] != bulk["type"]
    assert two_way["sale"] > bulk["sale"]
    assert two_way["from"] == OWN
    assert send(sandbox, **{"from": ""})[0]["type"] == "BULKSMS"
    # That a foreign number is refused, and how, is invented.
    refused = ask(sandbox, "sms/send", to="12025550122", msg=TEXT, **{"from": "12025550199"})
    assert refused["error"]
    assert refused["error_message"]


def test_credentials(sandbox: Sandbox) -> None:
    """Wrong ones are 401, its body empty or HTML; nothing is sent."""
    at = sandbox.addresses()["voip_communications"]
    url = f"{at['base_url']}/sms/send"
    said = {"to": "12025550122", "msg": TEXT}
    for auth in (None, (at["api_key"], "wrong"), ("wrong", at["api_password"])):
        answer = httpx.post(url, data=said, auth=auth)
        assert (answer.status_code, answer.content) == (401, b"")
    sandbox.set_switch("voip_communications.html_401")
    answer = httpx.post(url, data=said)
    assert answer.status_code == 401
    assert answer.text.startswith("<html>")
    assert sandbox.ledger == []


def test_a_form_of_several_parts(sandbox: Sandbox) -> None:
    """multipart/form-data is taken like an urlencoded form; JSON is not."""
    at = sandbox.addresses()["voip_communications"]
    auth, url = (at["api_key"], at["api_password"]), f"{at['base_url']}/sms/send"
    text = "Grüße & +1 \N{WAVING HAND SIGN}"
    parts = {"to": (None, "12025550122"), "msg": (None, text)}
    [entry] = httpx.post(url, files=parts, auth=auth).json()["send_log"]
    assert entry["msg"] == text
    [again] = send(sandbox, msg=text)
    assert again["msg"] == text
    refused = httpx.post(url, json={"to": "12025550122", "msg": text}, auth=auth).json()
    assert refused["error"]
    assert [each.text for each in sandbox.ledger] == [text, text]


def test_several_recipients(sandbox: Sandbox) -> None:
    """Commas part them; the id is the call's, or with the switch each entry's own."""
    log = send(sandbox, "12025550122,+12025550133")
    assert [each["to"] for each in log] == ["12025550122", "12025550133"]
    assert len({each["smsid"] for each in log}) == 1
    sandbox.set_switch("voip_communications.unique_ids")
    assert len({each["smsid"] for each in send(sandbox, "12025550122,12025550133")}) == 2
    assert len(sandbox.ledger) == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"to": ""},
        {"to": "12025550122,"},
        {"to": "nobody"},
        {"msg": ""},
        {"delivery_date": "soon"},
    ],
)
def test_what_is_refused(sandbox: Sandbox, fields: dict[str, str]) -> None:
    """A missing number or text is told by the envelope of errors, with status 200."""
    said = ask(sandbox, "sms/send", **{"to": "12025550122", "msg": TEXT, **fields})
    assert said["error"] is True
    assert isinstance(said["error_message"], str)
    assert sandbox.ledger == []


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3)])
def test_parts(sandbox: Sandbox, length: int, parts: int) -> None:
    """Above 160 characters a text is pieces of 153, which can be entries of their own."""
    [single] = send(sandbox, msg="a")
    [whole] = send(sandbox, msg="a" * length)
    # That the price is for each part is invented.
    assert whole["sale"] == pytest.approx(single["sale"] * parts)
    sandbox.set_switch("voip_communications.entry_per_part")
    pieces = send(sandbox, msg="a" * length)
    assert len(pieces) == parts
    assert "".join(each["msg"] for each in pieces) == "a" * length
    assert len({each["smsid"] for each in pieces}) == 1
    assert sum(each["sale"] for each in pieces) == pytest.approx(whole["sale"])
    assert [len(each.text) for each in sandbox.ledger] == [1, length, length]


def test_numbers_of_their_own(sandbox: Sandbox) -> None:
    """Each of the numbers in the module's table does what the table says (invented)."""
    log = send(sandbox, ",".join(f"1202555019{each}" for each in "01235"))
    assert {each["to"][-1]: each["code"] for each in log} == {"0": 400, "2": 200, "3": 200}
    [failed] = [each for each in log if each["code"] == 400]
    assert failed["code_desc"]
    assert failed["sale"] == 0
    assert {each.number[-1] for each in sandbox.ledger} == {"2", "5"}
    sandbox.set_switch("voip_communications.text_codes")
    assert send(sandbox)[0]["code"] == "200"


def test_scheduling(sandbox: Sandbox) -> None:
    """A future date is SCHEDULED and charged when it is sent; one in the past goes at once."""
    later = datetime.now(UTC) + timedelta(hours=2)
    [entry] = send(sandbox, delivery_date=f"{later:%Y-%m-%d %H:%M}")
    assert entry["status"] == "SCHEDULED"
    assert entry["delivery_date"] == f"{later:%Y-%m-%d %H:%M}:00"
    assert sandbox.ledger == []
    sandbox.set_switch("voip_communications.balance", entry["sale"])
    assert ask(sandbox, "sms/scheduled")["scheduled"] == [entry]
    sandbox.set_faults(clock_skew=7300)
    [delivery] = sandbox.ledger
    assert delivery.message_id == entry["smsid"]
    assert ask(sandbox, "sms/scheduled")["scheduled"] == []
    assert ask(sandbox, "sms/send", to="12025550122", msg=TEXT)["error"]
    sandbox.set_switch("voip_communications.balance", 1)
    [past] = send(sandbox, delivery_date="2017-01-01 10:00")
    assert past["status"] != "SCHEDULED"
    assert len(sandbox.ledger) == 2


def test_deleting_what_is_scheduled(sandbox: Sandbox) -> None:
    """A call's messages are deleted by its id while they wait; then, and for others, an error."""
    later = f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%d %H:%M}"
    first, second = send(sandbox, "12025550122,12025550133", delivery_date=later)
    told = ask(sandbox, "sms/delete", smsid=first["smsid"])
    assert told == {"code": 200, "code_desc": "", "smsid": second["smsid"]}
    sandbox.set_faults(clock_skew=7300)
    assert sandbox.ledger == []
    [sent] = send(sandbox)
    for smsid in (first["smsid"], sent["smsid"], "unknown", ""):
        refused = ask(sandbox, "sms/delete", smsid=smsid)
        assert refused["error"] == 1
        assert refused["error_message"]


def test_summary_and_chat(sandbox: Sandbox) -> None:
    """Both are paged from 0 until a page is empty, with the fields that the apps read."""
    sandbox.set_switch("voip_communications.page_size", 2)
    for n in range(3):
        send(sandbox, f"1202555012{n}", **{"from": OWN})
    sandbox.text_back("voip_communications", "+12025550120", f"+{OWN}", "Yes please")
    pages = [ask(sandbox, "sms/summary", page=str(n))["summary"] for n in range(3)]
    assert [len(each) for each in pages] == [2, 1, 0]
    newest = pages[0][0]
    assert set(newest) == {
        "sms_id",
        "sms_country",
        "sms_status",
        "sms_external",
        "sms_internal",
        "sms_sale",
        "sms_status_date",
        "sms_msg",
    }
    assert (newest["sms_external"], newest["sms_internal"]) == ("12025550120", OWN)
    assert newest["sms_msg"] == "Yes please"
    assert all(isinstance(each["sms_sale"], str) for page in pages for each in page)
    ends = {"internal": OWN, "external": "12025550120"}
    chat = ask(sandbox, "sms/chat", page="0", **ends)["chat"]
    assert [(each["sms_inout"], each["sms_msg"]) for each in chat] == [
        ("IN", "Yes please"),
        ("OUT", TEXT),
    ]
    assert set(chat[0]) == {"sms_id", "sms_inout", "sms_msg", "sms_status_date"}
    assert ask(sandbox, "sms/chat", page="1", **ends)["chat"] == []
    assert ask(sandbox, "sms/chat", page="0")["error"]


@pytest.mark.parametrize("form", ["form", "json", "query"])
def test_replies(sandbox: Sandbox, form: str) -> None:
    """A reply goes to the Callback URL; method, form and names are invented, so there are three."""
    with listening() as listener:
        sandbox.set_switch("voip_communications.callback_url", listener.url)
        sandbox.set_switch("voip_communications.callback_format", form)
        key = sandbox.text_back("voip_communications", "+12025550122", OWN, "Yes & no")
        sandbox.settle()
    [heard] = listener.heard
    if form == "json":
        said = json.loads(heard.body)
    else:
        query = urlsplit(heard.path).query if form == "query" else heard.body.decode()
        said = {name: values[0] for name, values in parse_qs(query).items()}
    assert heard.method == ("GET" if form == "query" else "POST")
    assert (said["from"], said["to"], said["msg"]) == ("12025550122", OWN, "Yes & no")
    assert said["smsid"] == key
    with pytest.raises(ValueError, match="account"):
        sandbox.text_back("voip_communications", "+12025550122", "12025550199", "Yes")


def test_other_requests(sandbox: Sandbox) -> None:
    """Every call is a POST to a known path; 429 has a Retry-After only if switched on."""
    at = sandbox.addresses()["voip_communications"]
    auth, base = (at["api_key"], at["api_password"]), at["base_url"]
    assert httpx.get(f"{base}/sms/send", auth=auth).status_code == 405
    assert httpx.post(f"{base}/sms/other", auth=auth).status_code == 404
    sandbox.set_faults(rate_limit=1, retry_after=3)
    assert "retry-after" not in httpx.post(f"{base}/sms/send", auth=auth).headers
    sandbox.set_switch("voip_communications.retry_header")
    answer = httpx.post(f"{base}/sms/send", auth=auth)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
