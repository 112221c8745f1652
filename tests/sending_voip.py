"""What the tests of voip-communications.net share: a provider, dispatches and answers.

The law of this file: answers are as the provider's documentation has them; numbers and ids are
invented.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.provider import Dispatch
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.wire import WireRequest, WireResponse

DECK = RateDeck.parse(b"price,currency\n0.01,USD\n", "deck.csv")
SENDER = "+12025550111"
FIRST = "+12025550122"
SECOND = "+12025550133"
TEXT = "Doors open at 7"
KEY = "key-3f9a71"
PASSWORD = "pw-77b1c0"  # noqa: S105  # invented
SMSID = "2031aa11bb22c33d44e5500000001"


def approve(to: str = FIRST, text: str = TEXT, sender: str | None = None) -> Approval:
    """Approve a text to a number."""
    return Guard().approve(quote(text, to=to, deck=DECK, sender=sender))


ONE = Dispatch((approve(),))
TWO = Dispatch((approve(), approve(SECOND)))


def make_provider(**options: Any) -> VoipCommunications:
    """Make a provider, for two-way messages unless said otherwise."""
    given = {"api_key": KEY, "api_password": PASSWORD, "mode": "two_way", **options}
    if given["mode"] == "two_way":
        given.setdefault("sender", SENDER)
    return VoipCommunications(**given)


def form_of(request: WireRequest) -> dict[str, str]:
    """Read the form that a request has, each field of which is there once."""
    pairs = parse_qsl(request.content.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def answer(body: object, status: int = 200) -> WireResponse:
    """Make an answer of JSON."""
    content = json.dumps(body).encode()
    return WireResponse(status, {"content-type": "application/json"}, content)


def entry(**fields: Any) -> dict[str, Any]:
    """Make an entry of a send log as the documentation has it, with other fields."""
    return {
        "code": 200,
        "code_desc": "",
        "from": "12025550111",
        "to": "12025550122",
        "country": "US",
        "msg": TEXT,
        "delivery_date": "2031-05-04 09:30:00",
        "sale": 0.01,
        "type": "BULKSMS",
        "status": "SCHEDULED",
        "smsid": SMSID,
        **fields,
    }


def log(*entries: object) -> WireResponse:
    """Answer with a send log."""
    return answer({"send_log": list(entries)})
