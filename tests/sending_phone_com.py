"""What the tests of Phone.com share: a provider, dispatches and answers.

The law of this file: answers are as the provider's documentation has them; numbers and ids are
invented.
"""

from __future__ import annotations

import json
from typing import Any

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.wire import WireRequest, WireResponse

DECK = RateDeck.parse(b"price,currency\n0.01,USD\n", "deck.csv")
SENDER = "+12025550111"
FIRST = "+12025550122"
SECOND = "+12025550133"
TEXT = "Doors open at 7"
TOKEN = "tok-3f9a71"  # noqa: S105  # invented
FIRST_ID = "1f0c7a52b9d34e6680aa13d7c2f4b95e80c61d72"
SECOND_ID = "9be2407714f34d05a6cd5f6f01b7be3a4cd08e11"


def approve(to: str = FIRST, text: str = TEXT, sender: str | None = SENDER) -> Approval:
    """Approve a text to a number."""
    return Guard().approve(quote(text, to=to, deck=DECK, sender=sender))


def make_provider(**options: Any) -> PhoneCom:
    """Make a provider with a token and an account."""
    return PhoneCom(**{"access_token": TOKEN, "account_id": 900100, **options})


def answer(status: int, body: object, **headers: str) -> WireResponse:
    """Make an answer of JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireResponse(status, names, json.dumps(body).encode())


def body_of(request: WireRequest) -> dict[str, Any]:
    """Read the JSON that a request has."""
    found: dict[str, Any] = json.loads(request.content)
    return found


def sms(*to: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make a message as the documentation has it, by default the one of its sample: a group."""
    recipients = list(to) or [
        {"number": FIRST, "status": "sent", "id": FIRST_ID},
        {
            "number": SECOND,
            "status": "delivered",
            "id": SECOND_ID,
            "sent_at": 1710000000,
            "delivered_at": 1710000002,
        },
    ]
    return {
        "from": SENDER,
        "to": recipients,
        "direction": "out",
        "created_epoch": 1710000000,
        "created_at": "2024-03-09T16:00:00+00:00",
        "is_new": True,
        "text": TEXT,
        "extension": {"id": 40021, "voip_id": 900100, "name": "Front desk", "extension": 18},
        **fields,
    }


def error(status: int, message: str, **fields: Any) -> dict[str, Any]:
    """Make an error as the documentation has it."""
    return {
        "@error": {
            "@message": message,
            "@httpStatusCode": status,
            "@time": "2024-03-09T16:00:00.195Z",
            **fields,
        }
    }
