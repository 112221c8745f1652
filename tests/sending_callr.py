"""What the tests of CALLR share: providers, dispatches and answers.

The law of this file: answers are as the provider's documentation has them; numbers and ids are
invented.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.provider import Dispatch
from smscore.send.providers.callr import Callr, CallrRest
from smscore.send.wire import WireRequest, WireResponse

DECK = RateDeck.parse(b"price,currency\n0.0650,EUR\n", "deck.csv")
FIRST = "+33639980001"
SECOND = "+33639980002"
TEXT = "Doors open at 7"
KEY = "0f3a2c5e8d7b4a61"
ID = "K7Q2M9XD"


def approve(
    to: str = FIRST, text: str = TEXT, sender: str | None = None, **options: Any
) -> Approval:
    """Approve a text to a number."""
    key = options.pop("key", None)
    priced = quote(text, to=to, deck=DECK, sender=sender, profile="callr", **options)
    return Guard().approve(priced, key=key)


ONE = Dispatch((approve(),))


def make_provider(**options: Any) -> Callr:
    """Make a provider with an API key, unless another way to authenticate is given."""
    ways = {"login", "api_key", "session_token"}
    return Callr(**(options if ways & options.keys() else {"api_key": KEY, **options}))


def make_rest(**options: Any) -> CallrRest:
    """Make a provider of the newer API."""
    return CallrRest(**{"api_key": KEY, **options})


def body_of(request: WireRequest) -> dict[str, Any]:
    """Read the JSON that a request has."""
    found: dict[str, Any] = json.loads(request.content)
    return found


def query_of(request: WireRequest) -> dict[str, str]:
    """Read the query that a request has, each field of which is there once."""
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def answer(body: object, status: int = 200, **headers: str) -> WireResponse:
    """Make an answer of JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireResponse(status, names, json.dumps(body).encode())


def result(request: WireRequest, value: object, **fields: Any) -> WireResponse:
    """Answer a request with a result."""
    number = body_of(request)["id"]
    return answer({"jsonrpc": "2.0", "id": number, "result": value, **fields})


def error(
    request: WireRequest, code: object, message: str, status: int = 200, **fields: Any
) -> WireResponse:
    """Answer a request with an error."""
    told = {"code": code, "message": message, "data": None}
    number = body_of(request)["id"]
    return answer({"jsonrpc": "2.0", "id": number, "error": told, **fields}, status)


def sms(**fields: Any) -> dict[str, Any]:
    """Make a message as the documentation has it, with other fields."""
    return {
        "type": "OUT",
        "hash": ID,
        "from": "SMS",
        "to": FIRST,
        "text": TEXT,
        "options": None,
        "encoding": "GSM",
        "user_data": "order-17",
        "b_customer_mode": "PREPAID",
        "b_customer_debit": "0.0650",
        "network": "20801",
        "status": "RECEIVED",
        "status_error": "",
        "parts": 1,
        "nature": "ALERTING",
        "date_creation": "2031-05-04 09:30:00",
        "date_update": "2031-05-04 09:30:06",
        "date_sent": "2031-05-04 09:30:01",
        "date_received": "2031-05-04 09:30:06",
        "status_history": [
            {
                "old_status": "SENT",
                "new_status": "RECEIVED",
                "updated_at": "2031-05-04 09:30:06.500",
            },
        ],
        **fields,
    }
