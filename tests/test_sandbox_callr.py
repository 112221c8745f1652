"""The stand-in for CALLR's JSON-RPC API: its envelope, its methods and its statuses.

The law of this file: requests and answers are written out here as CALLR's documentation has them;
the clock stands still until a test moves it.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from smscore.send.sandbox.callr import CallrStandIn
from smscore.send.sandbox.web import Request, Response, World

TO = "+33639980001"
START = 1_935_653_400.0  # 2031-05-04 09:30:00 UTC


class Caller:
    """A stand-in, its clock, and calls to it."""

    def __init__(self) -> None:
        self.seconds = START
        self.world = World(random.Random(7), clock=lambda: self.seconds)  # noqa: S311  # no secret
        self.stand_in = CallrStandIn(self.world)
        login = self.stand_in.credentials()
        pair = f"{login['login']}:{login['password']}".encode()
        self.headers = {
            "content-type": "application/json-rpc; charset=utf-8",
            "authorization": f"Basic {b64encode(pair).decode()}",
        }

    def post(self, body: object, **headers: str) -> Response:
        """Post a body as it is, with some headers replaced."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        replaced = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.stand_in.handle(Request("POST", "", (), {**self.headers, **replaced}, raw))

    def ask(self, method: str, *params: object, **headers: str) -> dict[str, Any]:
        """Call a method, and give the whole answer."""
        asked = {"jsonrpc": "2.0", "id": 42, "method": method, "params": list(params)}
        response = self.post(asked, **headers)
        answer: dict[str, Any] = json.loads(response.body)
        assert answer["jsonrpc"] == "2.0"
        assert response.status == 200
        return answer

    def call(self, method: str, *params: object) -> Any:
        """Call a method that succeeds, and give its result."""
        answer = self.ask(method, *params)
        assert answer["id"] == 42
        assert "error" not in answer
        return answer["result"]

    def error(self, method: str, *params: object) -> tuple[int, str]:
        """Call a method that fails, and give its error."""
        answer = self.ask(method, *params)
        assert "result" not in answer
        return answer["error"]["code"], answer["error"]["message"]

    def wait(self, seconds: float) -> None:
        """Move the clock, and let what is due happen."""
        self.seconds += seconds
        self.stand_in.tick()


@pytest.fixture
def caller() -> Caller:
    """Give a stand-in of its own to each test."""
    return Caller()


def test_message_is_accepted_and_delivered_once(caller: Caller) -> None:
    """A sms.send answers with eight upper-case letters and digits, and one handset has it."""
    key = caller.call("sms.send", "SMS", TO, "Hello", None)
    caller.wait(60)
    assert len(key) == 8
    assert key.isalnum()
    assert key == key.upper()
    (delivery,) = caller.world.ledger
    assert (delivery.provider, delivery.number, delivery.sender) == ("callr", TO, "SMS")
    assert (delivery.text, delivery.message_id) == ("Hello", key)


def test_status_follows_the_usual_path(caller: Caller) -> None:
    """CREATED, PENDING, SENT, REMOTE_QUEUED and RECEIVED come by the clock, and are remembered."""
    key = caller.call("sms.send", "", TO, "Hello", {"user_data": "order-17"})
    first = caller.call("sms.get", key)
    assert first["status"] == "CREATED"
    assert first["date_sent"] == first["date_received"] == "0000-00-00 00:00:00"
    caller.wait(1.0)
    last = caller.call("sms.get", key)
    steps = [(each["old_status"], each["new_status"]) for each in last["status_history"]]
    path = ["CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
    assert steps == list(pairwise(path))
    assert last["status"] == "RECEIVED"
    assert last["date_creation"] == "2031-05-04 09:30:00"
    assert last["date_received"] == "2031-05-04 09:30:01"
    assert last["status_history"][0]["updated_at"] == "2031-05-04 09:30:00.100"
    assert (last["type"], last["user_data"], last["parts"]) == ("OUT", "order-17", 1)
    assert last["b_customer_debit"] == "0.0650"


@pytest.mark.parametrize(
    ("number", "status", "deliveries"),
    [
        ("+33639989991", "ERROR", 0),
        ("+33639989992", "FAILED", 0),
        ("+33639989993", "EXPIRED", 0),
        ("+33639989994", "SENT", 1),
    ],
)
def test_magic_numbers_end_otherwise(
    caller: Caller, number: str, status: str, deliveries: int
) -> None:
    """The numbers of the module's table come to the end that it says."""
    key = caller.call("sms.send", "", number, "Hello", None)
    caller.wait(60)
    told = caller.call("sms.get", key)
    assert told["status"] == status
    assert bool(told["status_error"]) == (status != "SENT")
    assert len(caller.world.ledger) == deliveries


def test_carrier_may_bill_another_part(caller: Caller) -> None:
    """The final parts and price may differ from the quote, and are known once it was sent."""
    quoted = caller.call("sms.get_quote", "+33639989997", "Hello", None)
    key = caller.call("sms.send", "", "+33639989997", "Hello", None)
    caller.wait(60)
    told = caller.call("sms.get", key)
    assert (quoted["parts"], quoted["cost"]) == (1, "0.0650")
    assert (told["parts"], told["b_customer_debit"]) == (2, "0.1300")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (("+33639980002", TO, "Hello", None), "PROPERTY_VALUE_ERROR [from]"),
        (("twelve chars", TO, "Hello", None), "PROPERTY_VALUE_ERROR [from]"),
        (("né", TO, "Hello", None), "PROPERTY_VALUE_ERROR [from]"),
        (("SMS", None, "Hello", None), "PROPERTY_TYPE_ERROR [to]"),
        (("SMS", "0639980001", "Hello", None), "PROPERTY_VALUE_ERROR [to]"),
        (("SMS", TO, None, None), "INVALID_PARAM_FORMAT [body]"),
        (("SMS", TO, "a" * 3201, None), "PROPERTY_VALUE_ERROR [body]"),
        (("SMS", TO, "Hello", {"force_encoding": "UCS2"}), "PROPERTY_VALUE_ERROR [force_encoding]"),
        (("SMS", TO, "Hello", {"nature": 1}), "PROPERTY_TYPE_ERROR [nature]"),
        (("SMS", TO, "Hello", {"userdata": "x"}), "PROPERTY_VALUE_ERROR [options]"),
        (("SMS", TO, "Hello", []), "INVALID_PARAM_FORMAT [options]"),
    ],
)
def test_send_refuses_what_is_wrong(
    caller: Caller, params: tuple[object, ...], message: str
) -> None:
    """A wrong parameter is named, and no message leaves."""
    code, told = caller.error("sms.send", *params)
    assert told == message
    assert code in {150, 151}
    assert not caller.world.ledger


@pytest.mark.parametrize("sender", ["", "SMS", "38123", "My Shop-1_a"])
def test_send_takes_senders(caller: Caller, sender: str) -> None:
    """An empty sender, SMS, a shortcode, and eleven characters with a letter are taken."""
    assert caller.call("sms.send", sender, TO, "Hello")


def test_refusals_with_their_own_codes(caller: Caller) -> None:
    """What cannot be routed is 1000, what is not allowed 100."""
    assert caller.error("sms.send", "", "+33639989995", "Hello", None)[0] == 1000
    assert caller.error("sms.send", "", "+33639989996", "Hello", None) == (100, "FORBIDDEN")
    assert not caller.world.ledger


@pytest.mark.parametrize(
    ("text", "options", "parts", "encoding"),
    [
        ("a" * 160, None, 1, "GSM"),
        ("a" * 161, None, 2, "GSM"),
        ("a" * 307, None, 3, "GSM"),
        ("é" * 160, None, 1, "GSM"),
        ("ê" * 70, None, 1, "UNICODE"),
        ("ê" * 71, None, 2, "UNICODE"),
        ("😀" * 35, None, 1, "UNICODE"),
        ("😀" * 36, None, 2, "UNICODE"),
        ("5 €", None, 1, "UNICODE"),
        ("€" * 160, {"force_encoding": "GSM"}, 1, "GSM"),
        ("a" * 71, {"force_encoding": "UNICODE"}, 2, "UNICODE"),
    ],
)
def test_quotes_count_by_the_documented_rules(
    caller: Caller, text: str, options: Mapping[str, object] | None, parts: int, encoding: str
) -> None:
    """160 and 153, 70 and 67; one character outside the basic set makes all of it UNICODE."""
    quote = caller.call("sms.get_quote", TO, text, options)
    assert (quote["parts"], quote["encoding"]) == (parts, encoding)
    if options is None:
        assert caller.call("sms.get_count_for_body", text) == {
            "parts": parts,
            "encoding": encoding,
        }


def test_forced_gsm_changes_the_text(caller: Caller) -> None:
    """A forced GSM text loses its euro sign and guillemets, as the mapping says."""
    mapping = caller.call("sms.get_gsm_charset_mapping")
    assert (mapping["€"], mapping["«"], mapping["»"]) == ("e", '"', '"')
    caller.call("sms.send", "SMS", TO, "« 5 € »", {"force_encoding": "GSM"})
    assert caller.world.ledger[0].text == '" 5 e "'


def test_opt_out_number_stands_in_with_a_custom_sender(caller: Caller) -> None:
    """%STOPNUM% is replaced where the sender is a custom one, and stays where it is empty."""
    caller.call("sms.send", "SMS", TO, "STOP %STOPNUM%", None)
    caller.call("sms.send", "", TO, "STOP %STOPNUM%", None)
    first, second = caller.world.ledger
    assert first.text.removeprefix("STOP ").isdigit()
    assert second.text == "STOP %STOPNUM%"


def test_get_of_an_unknown_message(caller: Caller) -> None:
    """An id that is unknown or malformed is refused with 151."""
    for key in ("ZZZZZZZZ", "", None, 7):
        assert caller.error("sms.get", key) == (151, "PROPERTY_VALUE_ERROR [id]")


def test_search_pages_newest_first(caller: Caller) -> None:
    """A search gives hits, total, offset and has_more; filters are fields of the SMS."""
    keys = []
    for number in range(3):
        keys.append(caller.call("sms.send", "", TO, str(number), {"user_data": f"n{number}"}))
        caller.wait(1)
    found = caller.call("sms.search", {}, {"limit": 2})
    assert [each["hash"] for each in found["hits"]] == [keys[2], keys[1]]
    assert (found["total"], found["offset"], found["has_more"]) == (3, 0, True)
    rest = caller.call("sms.search", {}, {"offset": 2})
    assert [each["hash"] for each in rest["hits"]] == [keys[0]]
    assert rest["has_more"] is False
    one = caller.call("sms.search", {"to": TO, "user_data": "n1"}, {})
    assert [each["hash"] for each in one["hits"]] == [keys[1]]
    caller.world.switches["callr.no_filters"] = True
    assert caller.call("sms.search", {"user_data": "n1"}, {})["total"] == 3


def test_search_forgets_after_six_months(caller: Caller) -> None:
    """A search looks back six months; sms.get knows of older messages still."""
    key = caller.call("sms.send", "", TO, "Hello", None)
    caller.wait(200 * 86_400)
    assert caller.call("sms.search", {}, {})["total"] == 0
    assert caller.call("sms.get", key)["hash"] == key


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ((None, {}), "INVALID_PARAM_FORMAT [filters]"),
        (([], {}), "INVALID_PARAM_FORMAT [filters]"),
        (({}, None), "INVALID_PARAM_FORMAT [options]"),
    ],
)
def test_search_takes_objects_only(
    caller: Caller, params: tuple[object, object], message: str
) -> None:
    """Neither null nor an array stands for empty filters or options."""
    assert caller.error("sms.search", *params)[1] == message


def test_list_spans_dates(caller: Caller) -> None:
    """sms.get_list gives the messages of a type and a span, and refuses a reversed one."""
    key = caller.call("sms.send", "", TO, "Hello", None)
    span = ("2031-05-04 09:00:00", "2031-05-04 10:00:00")
    assert [each["hash"] for each in caller.call("sms.get_list", "OUT", *span)] == [key]
    assert caller.call("sms.get_list", "IN", *span) == []
    assert caller.error("sms.get_list", "BOTH", *span)[1] == "INVALID_PARAM_FORMAT [type]"
    assert caller.error("sms.get_list", "OUT", *reversed(span))[1] == "TO_BEFORE_FROM"
    assert caller.error("sms.get_list", "OUT", None, span[1])[1] == "INVALID_PARAM_FORMAT [from]"
    assert caller.error("sms.get_list", "OUT", span[0], "2031-13-01 00:00:00")[1] == (
        "INVALID_PARAM_FORMAT [to]"
    )
