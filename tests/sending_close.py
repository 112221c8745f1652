"""What the tests of Close share: a provider, dispatches and answers.

The law of this file: answers are as the provider's documentation has them; numbers and ids are
invented.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.calls import Steps
from smscore.send.provider import Dispatch
from smscore.send.providers.close import Close
from smscore.send.wire import WireRequest, WireResponse

DECK = RateDeck.parse(b"price,currency\n0.01,USD\n", "deck.csv")
LOCAL = "+12025550111"
FIRST = "+12025550122"
SECOND = "+12025550133"
BRITISH = "+447700900123"
TEXT = "Doors open at 7"
KEY = "api_3f9a71.77b1c0"
ID = "acti_AAAA1111"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NINE = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
BASE = "https://api.close.com/api/v1"


def approve(to: str = FIRST, text: str = TEXT, sender: str | None = LOCAL) -> Approval:
    """Approve a text to a number."""
    return Guard().approve(quote(text, to=to, deck=DECK, sender=sender))


ONE = Dispatch((approve(),))


def make_provider(**options: Any) -> Close:
    """Make a provider with an API key, unless there is a token."""
    key = {} if "access_token" in options else {"api_key": KEY}
    return Close(**{**key, **options})


def body_of(request: WireRequest) -> dict[str, Any]:
    """Read the JSON that a request has."""
    found: dict[str, Any] = json.loads(request.content)
    return found


def query_of(request: WireRequest) -> dict[str, str]:
    """Read the query that a request has, each field of which is there once."""
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def path_of(request: WireRequest) -> str:
    """Give the path of a request, below the base URL."""
    return request.url.removeprefix(BASE).partition("?")[0]


def answer(body: object, status: int = 200, **headers: str) -> WireResponse:
    """Make an answer of JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireResponse(status, names, json.dumps(body).encode())


def sms(**fields: Any) -> dict[str, Any]:
    """Make a message as the documentation has it, with other fields."""
    return {
        "_type": "SMS",
        "id": ID,
        "status": "outbox",
        "direction": "outbound",
        "source": "Close.io",
        "text": TEXT,
        "local_phone": LOCAL,
        "local_phone_formatted": "+1 202-555-0111",
        "local_country_iso": "US",
        "remote_phone": FIRST,
        "remote_phone_formatted": "+1 202-555-0122",
        "remote_country_iso": "US",
        "cost": None,
        "error_message": None,
        "date_created": "2031-05-04T09:30:00.123000+00:00",
        "date_updated": "2031-05-04T09:30:00.123000+00:00",
        "date_sent": None,
        "date_scheduled": None,
        "activity_at": "2031-05-04T11:30:00.123000+02:00",
        "lead_id": "lead_BBBB2222",
        "contact_id": "cont_CCCC3333",
        "user_id": "user_DDDD4444",
        "user_name": "Ada Example",
        "users": [],
        "organization_id": "orga_EEEE5555",
        "template_id": None,
        **fields,
    }


def play(
    steps: Steps[Any], answers: Sequence[WireResponse | Exception]
) -> tuple[list[WireRequest], Any]:
    """Perform a method of several calls with these answers, each of which is needed."""
    requests = []
    left = list(answers)
    call = next(steps)
    try:
        while True:
            requests.append(call.request)
            given = left.pop(0)
            try:
                if isinstance(given, Exception):
                    raise given
                value = call.read(given)
            except Exception as error:  # noqa: BLE001  # the method may have an answer to it
                call = steps.throw(error)
            else:
                call = steps.send(value)
    except StopIteration as done:
        assert not left
        return requests, done.value
