"""The stand-in for CALLR: JSON-RPC's envelope, authentication, faults, webhooks, and the newer API.

The law of this file: a signature is worked out here by hand, over the octets that left.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest
from test_sandbox_callr import TO, Caller

from smscore.send.sandbox.callr_rest import CallrRestStandIn
from smscore.send.sandbox.web import Request, Response

HOOK = "http://127.0.0.1:9/hook"


@pytest.fixture
def caller() -> Caller:
    """Give a stand-in of its own to each test."""
    return Caller()


def error_of(response: Response) -> tuple[int, int, str]:
    """Give a response's status, and the code and message of its error."""
    error = json.loads(response.body)["error"]
    return response.status, error["code"], error["message"]


def test_three_ways_to_authenticate(caller: Caller) -> None:
    """Basic, Api-Key and Session are taken; what is wrong is 401 in HTTP and in the error."""
    assert caller.stand_in.api_key != caller.stand_in.session
    for right in (f"Api-Key {caller.stand_in.api_key}", f"Session {caller.stand_in.session}"):
        assert "result" in caller.ask("sms.send", "", TO, "Hello", None, authorization=right)
    body = {"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": ["x"]}
    wrongs = ("", "Basic Og==", "Api-Key 00", f"Session {caller.stand_in.api_key}", "Bearer x")
    for wrong in wrongs:
        assert error_of(caller.post(body, authorization=wrong))[:2] == (401, 401)
    caller.world.switches["callr.auth_error_in_200"] = True
    assert error_of(caller.post(body, authorization="Api-Key 00"))[:2] == (200, 401)


def test_login_as_a_sub_account(caller: Caller) -> None:
    """A master acts as its sub-account, by login or hash, in either case; messages stay apart."""
    account = caller.stand_in.store.sub_account
    told = caller.ask(
        "sms.send", "", TO, "Hello", None, callr_login_as=f"User.login {account.login}"
    )
    key = told["result"]
    assert caller.error("sms.get", key)[1] == "PROPERTY_VALUE_ERROR [id]"
    again = caller.ask("sms.get", key, callr_login_as=f"account.hash {account.hash}")
    assert again["result"]["hash"] == key
    for wrong in ("User.login nobody", f"User.login {account.hash}", account.login):
        assert caller.ask("sms.get", key, callr_login_as=wrong)["error"]["message"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b'{"id": 1, "jsonrpc": "2.0", "method": "sms.get", "params": ["\\ud800"]}', -32700),
        ([{"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": ["x"]}], -32600),
        ({"jsonrpc": "2.0", "method": "sms.get", "params": ["x"]}, -32600),
        ({"jsonrpc": "2.0", "id": "1", "method": "sms.get", "params": ["x"]}, -32600),
        ({"id": 1, "method": "sms.get", "params": ["x"]}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "sms.cancel", "params": ["x"]}, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": {"id": "x"}}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": []}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "sms.send", "params": [TO, "Hello"]}, -32602),
    ],
)
def test_envelope_is_checked(caller: Caller, body: object, code: int) -> None:
    """Batches, notifications, named parameters, unknown methods and wrong counts are refused."""
    assert error_of(caller.post(body))[1] == code


def test_content_type_is_checked_unless_lenient(caller: Caller) -> None:
    """Only application/json-rpc is taken, until the switch is on."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "webhooks.get_event_types", "params": []}
    assert error_of(caller.post(body, content_type="application/json"))[1] == -32600
    caller.world.switches["callr.lenient"] = True
    told = json.loads(caller.post(body, content_type="application/json").body)
    assert "sms.mt.status_update" in told["result"]


def test_errors_may_have_a_status(caller: Caller) -> None:
    """The switch gives errors an HTTP status beside the same body."""
    caller.world.switches["callr.error_status"] = 400
    body = {"jsonrpc": "2.0", "id": 5, "method": "sms.get", "params": ["x"]}
    response = caller.post(body)
    assert error_of(response) == (400, 151, "PROPERTY_VALUE_ERROR [id]")
    assert json.loads(response.body)["id"] == 5


@pytest.mark.parametrize(
    ("switch", "deliveries"),
    [("callr.error_in_200", 0), ("callr.wrong_id", 1), ("callr.null_result", 1)],
)
def test_faults_of_its_own(caller: Caller, switch: str, deliveries: int) -> None:
    """An error in a 200 accepts nothing; a wrong id and a null result come after acceptance."""
    caller.world.switches[switch] = 1.0
    answer = caller.ask("sms.send", "", TO, "Hello", None)
    assert {
        "callr.error_in_200": answer.get("error") is not None,
        "callr.wrong_id": answer["id"] != 42,
        "callr.null_result": "result" in answer and answer["result"] is None,
    }[switch]
    assert len(caller.world.ledger) == deliveries


def test_only_sends_send(caller: Caller) -> None:
    """Of all requests only a sms.send may make a message go out; each is counted by its method."""
    for method, expected in (("sms.send", True), ("sms.get", False), ("sms.search", False)):
        body = json.dumps({"id": 1, "method": method, "params": []}).encode()
        request = Request("POST", "", body=body)
        assert caller.stand_in.sends(request) is expected
        assert caller.stand_in.endpoint(request) == method
    assert not caller.stand_in.sends(Request("POST", "", body=b"no JSON"))


def test_rate_limit_and_breakdown(caller: Caller) -> None:
    """Too many requests are a 429 with whole seconds to wait; a breakdown is a 500 with JSON."""
    response = caller.stand_in.too_many(0.2)
    assert response.status == 429
    assert dict(response.headers)["retry-after"] == "1"
    assert error_of(caller.stand_in.broken())[:2] == (500, -32603)


def test_status_webhooks_are_signed_and_sent_to_both(caller: Caller) -> None:
    """A message's own webhook and a subscribed one are both told, each signed with its secret."""
    options = {"format": "JSON", "hmac_secret": "one", "hmac_algo": "SHA512"}
    hook = caller.call("webhooks.subscribe", "sms.mt.status_update", HOOK, options)
    own = {"endpoint": HOOK + "/own", "options": {"hmac_secret": "two"}}
    key = caller.call("sms.send", "", TO, "Hello", {"webhook": own})
    caller.wait(0.1)
    first, second = caller.world.webhooks
    assert (first.url, second.url) == (HOOK + "/own", HOOK)
    for made, secret, digest in ((first, b"two", hashlib.sha256), (second, b"one", hashlib.sha512)):
        headers = dict(made.headers)
        signature = b64encode(hmac.new(secret, made.body, digest).digest()).decode()
        assert headers["x-callr-hmacsignature"] == signature
        assert headers["user-agent"].startswith("CALLR/API")
        event = json.loads(made.body)
        assert headers["x-callr-eventid"] != event["event_id"]
        assert (event["try"], event["type"]) == (0, "sms.mt.status_update")
        assert event["event_at"] == "2031-05-04T09:30:00.100Z"
        assert (event["data"]["hash"], event["data"]["status"]) == (key, "PENDING")
    assert json.loads(first.body)["hook_hash"] is None
    assert json.loads(second.body)["hook_hash"] == hook["hash"]


def test_webhook_is_tried_again(caller: Caller) -> None:
    """What is not answered with 2xx comes again with the same event id and the next try."""
    caller.call("webhooks.subscribe", "sms.mo", HOOK, None)
    caller.stand_in.text_back(TO, "", "Yes")
    (first,) = caller.world.webhooks
    assert first.on_answer is not None
    first.on_answer(503)
    caller.world.webhooks.clear()
    caller.wait(1)
    (second,) = caller.world.webhooks
    before, after = json.loads(first.body), json.loads(second.body)
    assert after == {**before, "try": 1}
    assert second.on_answer is not None
    second.on_answer(204)
    caller.world.webhooks.clear()
    caller.wait(3600)
    assert not caller.world.webhooks


def test_replies_reach_the_webhook_of_their_message(caller: Caller) -> None:
    """A reply to the shared number is told to the last message's own webhook, and can be found."""
    caller.call("sms.send", "", TO, "Well?", {"webhook": {"endpoint": HOOK}})
    key = caller.stand_in.text_back(TO, "", "Yes 😀")
    (made,) = caller.world.webhooks
    event = json.loads(made.body)
    assert (event["type"], event["data"]["type"]) == ("sms.mo", "IN")
    assert (event["data"]["hash"], event["data"]["from"]) == (key, TO)
    assert event["data"]["text"] == "Yes 😀"
    assert caller.call("sms.search", {"type": "IN"}, {})["total"] == 1


def test_subscriptions_end(caller: Caller) -> None:
    """A subscription that ended is told nothing; an unknown one cannot be ended."""
    hook = caller.call("webhooks.subscribe", "sms.mt.status_update", HOOK)
    assert caller.call("webhooks.unsubscribe", hook["hash"]) is True
    assert caller.error("webhooks.unsubscribe", hook["hash"])[1] == "PROPERTY_VALUE_ERROR [hash]"
    assert caller.error("webhooks.subscribe", "sms.what", HOOK, None)[0] == 151
    assert caller.error("webhooks.subscribe", "sms.mo", "ftp://x", None)[0] == 151
    wrong = {"hmac_secret": "x", "hmac_algo": "ROT13"}
    assert caller.error("webhooks.subscribe", "sms.mo", HOOK, wrong)[0] == 151
    caller.call("sms.send", "", TO, "Hello", None)
    caller.wait(60)
    assert not caller.world.webhooks


def test_export_tells_when_it_is_done(caller: Caller) -> None:
    """An export answers with the id of a job, of which its webhook is told later."""
    key = caller.call("sms.export_async", None, {"endpoint": HOOK})
    assert not caller.world.webhooks
    caller.wait(5)
    (made,) = caller.world.webhooks
    event: dict[str, Any] = json.loads(made.body)
    assert event["type"] == "job.status_update"
    assert event["data"]["id"] == key


def test_newer_api_sees_the_same_messages(caller: Caller) -> None:
    """REST v2.0 finds what JSON-RPC sent, by its newer names, and sends with the query's `to`."""
    rest = CallrRestStandIn(caller.world, caller.stand_in.store)
    headers = {"x-api-key": caller.stand_in.api_key, "content-type": "application/json"}
    key = caller.call("sms.send", "", TO, "Hello", None)
    caller.wait(60)
    found = json.loads(rest.handle(Request("GET", "sms", (), headers)).body)
    assert (found["total"], found["hasMore"], found["offset"]) == (1, False, 0)
    assert (found["hits"][0]["sid"], found["hits"][0]["status"]) == (key.lower(), "delivered")
    post = Request("POST", "sms", (("to", TO),), headers, b'{"body": "Again"}')
    assert rest.sends(post)
    made = rest.handle(post)
    assert made.status == 201
    assert json.loads(made.body)["traffic"] == "marketing"
    assert [each.text for each in caller.world.ledger] == ["Hello", "Again"]
    assert rest.handle(Request("GET", "ping", (), headers)).status == 200
    assert rest.handle(Request("GET", "ping")).status == 401
    wrong = rest.handle(Request("POST", "sms", (), headers, b'{"body": "x"}'))
    assert (wrong.status, set(json.loads(wrong.body))) == (400, {"code", "message"})


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("sms.search", ({}, {"limit": 101}), "PROPERTY_VALUE_ERROR [limit]"),
        ("sms.search", ({}, {"limit": True}), "PROPERTY_VALUE_ERROR [limit]"),
        ("sms.search", ({}, {"sort": "what"}), "PROPERTY_VALUE_ERROR [sort]"),
        ("sms.search", ({}, {"order": "up"}), "PROPERTY_VALUE_ERROR [order]"),
        ("sms.send", (None, TO, "Hello", None), "PROPERTY_TYPE_ERROR [from]"),
        ("sms.export_async", ({}, {}), "PROPERTY_TYPE_ERROR [endpoint]"),
        (
            "webhooks.subscribe",
            ("sms.mo", HOOK, {"format": "XML"}),
            "PROPERTY_VALUE_ERROR [format]",
        ),
        (
            "webhooks.subscribe",
            ("sms.mo", HOOK, {"hmac_secret": 1}),
            "PROPERTY_TYPE_ERROR [hmac_secret]",
        ),
    ],
)
def test_other_parameters_are_checked(
    caller: Caller, method: str, params: tuple[object, ...], message: str
) -> None:
    """A wrong option of a search or a webhook is named like the parameters of a message."""
    assert caller.error(method, *params)[1] == message


def test_strictness_is_switched(caller: Caller) -> None:
    """Switches: unknown options are ignored, unknown filters refused, senders need approval."""
    assert caller.call("sms.search", {"what": 1}, {})["total"] == 0
    switches = ("callr.lenient", "callr.strict_filters", "callr.senders_need_approval")
    caller.world.switches.update(dict.fromkeys(switches, True))
    assert caller.call("sms.send", "", TO, "Hello", {"what": 1})
    assert caller.error("sms.search", {"what": 1}, {})[1] == "PROPERTY_VALUE_ERROR [filters]"
    assert caller.error("sms.send", "Shop", TO, "Hello", None)[1] == "PROPERTY_VALUE_ERROR [from]"
    assert caller.call("sms.send", "SMS", TO, "Hello", None)


def test_late_prices_and_cut_references(caller: Caller) -> None:
    """Switches: there is no price before SENT, and a reference is cut to a length."""
    caller.world.switches.update({"callr.late_debit": True, "callr.user_data_limit": 32})
    caller.world.switches["callr.seconds_to_delivery"] = 100
    key = caller.call("sms.send", "", TO, "Hello", {"user_data": "x" * 40})
    told = caller.call("sms.get", key)
    assert (told["b_customer_debit"], told["user_data"]) == ("0.0000", "x" * 32)
    caller.wait(30)
    told = caller.call("sms.get", key)
    assert (told["status"], told["b_customer_debit"]) == ("SENT", "0.0650")


def test_only_posts_to_the_one_address(caller: Caller) -> None:
    """There is one address, and it takes POST only."""
    assert caller.stand_in.handle(Request("GET", "", (), caller.headers)).status == 405
    assert caller.stand_in.handle(Request("POST", "sms", (), caller.headers)).status == 404
    with pytest.raises(ValueError, match="shortcodes"):
        caller.stand_in.text_back(TO, "+33639980002", "Yes")


def test_webhooks_may_be_out_of_order(caller: Caller) -> None:
    """Switch: of many events under way, the order is not that of their happening."""
    caller.world.switches["callr.shuffle_webhooks"] = True
    caller.call("webhooks.subscribe", "sms.mt.status_update", HOOK, None)
    for _ in range(5):
        caller.call("sms.send", "", TO, "Hello", None)
    caller.wait(60)
    times = [json.loads(each.body)["event_at"] for each in caller.world.webhooks]
    assert len(times) == 20
    assert times != sorted(times)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("POST", "sms", (("to", "+33639989996"),), b'{"body": "x"}', 403),
        ("POST", "sms", (("to", TO), ("encoding", "morse")), b'{"body": "x"}', 400),
        ("POST", "sms", (("to", TO), ("encoding", "unicode")), b'{"body": "x"}', 201),
        ("POST", "sms", (("to", TO),), b"no JSON", 400),
        ("POST", "sms", (("to", TO),), b"[]", 400),
        ("POST", "sms", (("to", TO),), b'{"body": "\\ud800"}', 400),
        ("GET", "sms", (("limit", "101"),), b"", 400),
        ("GET", "sms", (("offset", "-1"),), b"", 400),
        ("GET", "sms", (("direction", "inbound"), ("order", "asc")), b"", 200),
        ("DELETE", "sms", (), b"", 405),
        ("GET", "calls", (), b"", 404),
    ],
)
def test_newer_api_answers_with_statuses(
    caller: Caller,
    method: str,
    path: str,
    query: tuple[tuple[str, str], ...],
    body: bytes,
    status: int,
) -> None:
    """REST v2.0 tells by the status what became of a request, and by a word what was wrong."""
    rest = CallrRestStandIn(caller.world, caller.stand_in.store)
    made = rest.credentials()
    pair = b64encode(f"{made['account_sid']}:{made['api_key']}".encode()).decode()
    headers = {"authorization": f"Basic {pair}"}
    response = rest.handle(Request(method, path, query, headers, body))
    assert response.status == status
    assert status < 400 or set(json.loads(response.body)) == {"code", "message"}
    assert rest.too_many(1).status == 429
