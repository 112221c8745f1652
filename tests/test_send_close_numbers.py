"""Close: numbers, templates, subscriptions and the log of events.

The law of this file: answers are those of the provider's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sending_close import (
    LOCAL,
    SECOND,
    answer,
    body_of,
    make_provider,
    path_of,
    play,
    query_of,
    sms,
)

from smscore.errors import InvalidNumber, UnreadableAnswer
from smscore.privacy import Secret
from smscore.send.events import EventKind
from smscore.send.wire import WireResponse

PROVIDER = make_provider()


def number(**fields: Any) -> dict[str, Any]:
    """Make a number as the documentation has it, with other fields."""
    return {
        "id": "phon_1",
        "number": LOCAL,
        "type": "internal",
        "sms_enabled": True,
        "mms_enabled": True,
        "supports_sms_to_countries": ["US", "CA", "UK"],
        "supports_mms_to_countries": ["US"],
        "country": "US",
        "carrier_type": "tollfree",
        "is_verified": False,
        **fields,
    }


def pages(*data: Sequence[Any]) -> list[WireResponse]:
    """Answer with pages."""
    return [
        answer({"data": each, "has_more": place < len(data) - 1}) for place, each in enumerate(data)
    ]


@pytest.mark.parametrize(
    ("data", "country", "possible", "reason"),
    [
        ([[number()]], "US", True, None),
        ([[number()]], "ca", True, None),
        ([[number()]], "GB", True, None),
        ([[number()]], "FR", False, "cannot write to FR"),
        ([[number(type="external")]], "US", False, "external"),
        ([[number(type="virtual")]], "US", False, "virtual"),
        ([[number(sms_enabled=False)]], "US", False, "no SMS"),
        ([[number(sms_enabled=None)]], "US", False, "no SMS"),
        ([[number(supports_sms_to_countries=None)]], "US", False, "cannot write"),
        ([[number(number=SECOND)]], "US", False, "no such number"),
        ([[]], "US", False, "no such number"),
        ([[number(number=SECOND)], [number()]], "US", True, None),
    ],
)
def test_reach(data: list[list[Any]], country: str, possible: bool, reason: str | None) -> None:
    """A number can write to a country if it is internal, has SMS, and the country is named."""
    requests, found = play(PROVIDER.phone_numbers.can_text(LOCAL, country), pages(*data))
    assert bool(found) is possible
    assert (found.reason is None) == (reason is None)
    assert (reason or "") in (found.reason or "")
    assert query_of(requests[0])["number"] == LOCAL


def test_numbers() -> None:
    """Numbers are listed by the documented filters, and typed."""
    call = PROVIDER.phone_numbers.list(number=LOCAL, user_id="user_1", is_group_number=False)
    assert path_of(call.request) == "/phone_number/"
    asked = query_of(call.request)
    assert (asked["number"], asked["user_id"], asked["is_group_number"]) == (
        LOCAL,
        "user_1",
        "false",
    )
    [found] = call.read(answer({"data": [number()], "has_more": False})).items
    assert (found.sms_countries, found.mms_countries) == (("US", "CA", "UK"), ("US",))
    assert (found.carrier, found.carrier_type, found.is_verified) == (None, "tollfree", False)
    assert LOCAL not in repr(found)
    with pytest.raises(InvalidNumber):
        PROVIDER.phone_numbers.list(number="555")
    with pytest.raises(ValueError, match="ISO 3166-1"):
        next(PROVIDER.phone_numbers.can_text(LOCAL, "UK"))


def test_templates() -> None:
    """A template is answered with 201 when it is made, and has a text."""
    told = {"id": "smstmpl_1", "name": "Doors", "text": "Hi", "is_shared": True, "status": "active"}
    found = PROVIDER.templates.create("Doors", text="Hi").read(answer(told, 201))
    assert (found.id, found.name, found.text, found.is_shared) == ("smstmpl_1", "Doors", "Hi", True)
    [listed] = PROVIDER.templates.list().read(answer({"data": [told], "has_more": False})).items
    assert listed == found
    with pytest.raises(UnreadableAnswer):
        PROVIDER.templates.get("x").read(answer({}))


def test_subscription() -> None:
    """A subscription is to all that happens to messages; its key is a secret, and told once."""
    call = PROVIDER.webhooks.create("https://example.org/close")
    assert body_of(call.request) == {
        "url": "https://example.org/close",
        "verify_ssl": True,
        "events": [
            {"object_type": "activity.sms", "action": each}
            for each in ("created", "updated", "sent", "deleted")
        ],
    }
    told = {
        "id": "whsub_1",
        "status": "active",
        "url": "https://example.org/close",
        "events": body_of(call.request)["events"],
        "signature_key": "00ff",
    }
    found = call.read(answer(told, 201))
    assert (found.id, found.status, found.signature_key) == ("whsub_1", "active", Secret("00ff"))
    assert "00ff" not in repr(found) + repr(dict(found.raw))
    del told["signature_key"]
    assert PROVIDER.webhooks.get("whsub_1").read(answer(told)).signature_key is None
    [listed] = PROVIDER.webhooks.list().read(answer({"data": [told], "has_more": False})).items
    assert len(listed.events) == 4


def test_subscription_to_some() -> None:
    """A subscription may be to some events, with a filter of the provider's."""
    wanted = {"object_type": "activity.sms", "action": "sent", "extra_filter": {"type": "x"}}
    call = PROVIDER.webhooks.create("https://example.org/", events=[wanted], verify_ssl=False)
    assert body_of(call.request)["events"] == [wanted]
    assert body_of(call.request)["verify_ssl"] is False


def test_log() -> None:
    """The log is walked by cursors, and has events as they are called with."""
    call = PROVIDER.event_log.list(action="updated", lead_id="lead_1", limit=20)
    asked = {
        "object_type": "activity.sms",
        "action": "updated",
        "lead_id": "lead_1",
        "_limit": "20",
    }
    assert path_of(call.request) == "/event/"
    assert query_of(call.request) == asked
    event = {
        "id": "ev_1",
        "object_type": "activity.sms",
        "action": "updated",
        "data": sms(status="sent"),
    }
    page = call.read(answer({"data": [event], "cursor_next": "c1", "cursor_previous": None}))
    assert [(each.id, each.kind, each.status) for each in page.items] == [
        ("ev_1", EventKind.STATUS, "sent")
    ]
    assert page.following is not None
    assert query_of(page.following.request) == {**asked, "_cursor": "c1"}
    for after in (None, "c1"):
        assert page.following.read(answer({"data": [], "cursor_next": after})).following is None
