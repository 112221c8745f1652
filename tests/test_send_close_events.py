"""Close: events, and whether they are to be believed.

The law of this file: signatures are worked out here as the documentation says: HMAC-SHA256 by the
octets that the key's digits stand for, over the time and the octets that came.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending_close import FIRST, ID, LOCAL, TEXT, sms

from smscore.errors import BadSignature, MalformedEvent, StaleEvent, WebhookError
from smscore.money import Money
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.providers.close import read_event

KEY = "00c3ff" * 10 + "0a0b"
NOW = datetime(2031, 5, 4, 9, 31, tzinfo=UTC)


def event(data: object = None, **fields: Any) -> bytes:
    """Make a delivery as the documentation has it."""
    told = {
        "id": "ev_GGGG7777",
        "object_type": "activity.sms",
        "object_id": ID,
        "action": "updated",
        "date_created": "2031-05-04T09:30:05.100000",
        "date_updated": "2031-05-04T09:30:05.200000",
        "data": sms(status="sent") if data is None else data,
        "previous_data": {"status": "outbox"},
        "changed_fields": ["status"],
        **fields,
    }
    return json.dumps({"subscription_id": "whsub_1", "event": told}).encode()


def sign(body: bytes, stamp: str | None = None, key: bytes | None = None) -> dict[str, str]:
    """Sign a body."""
    at = str(int(NOW.timestamp())) if stamp is None else stamp
    made = hmac.new(key or bytes.fromhex(KEY), at.encode() + body, hashlib.sha256).hexdigest()
    return {"close-sig-timestamp": at, "close-sig-hash": made}


def read(
    body: bytes,
    headers: dict[str, str] | None = None,
    secret: str | None = None,
    tolerance: timedelta = timedelta(minutes=5),
) -> Event:
    """Read a delivery."""
    return read_event(headers or {}, body, secret, now=NOW, tolerance=tolerance)


def test_status() -> None:
    """A message that was handed over: its id, its numbers, its cost, its own date."""
    body = event(sms(status="sent", cost="1.5800", date_updated="2031-05-04T11:30:05.150000+02:00"))
    found = read(body, sign(body), KEY)
    assert (found.kind, found.status, found.outcome) == (
        EventKind.STATUS,
        "sent",
        Outcome.ACCEPTED,
    )
    assert (found.id, found.message_id) == ("ev_GGGG7777", ID)
    assert (found.number, found.sender) == (FIRST, LOCAL)
    assert found.at == datetime(2031, 5, 4, 9, 30, 5, 150000, tzinfo=UTC)
    assert found.price == Money(Decimal("0.0158"), "USD")
    assert not any(each in repr(found) for each in (FIRST, LOCAL, TEXT))


def test_dates_without_a_zone() -> None:
    """An event's own dates have no zone, and are in UTC."""
    found = read(event(sms(status="sent", date_updated=None)))
    assert found.at == datetime(2031, 5, 4, 9, 30, 5, 200000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "before", "outcome"),
    [
        ("outbox", "draft", Outcome.ACCEPTED),
        ("scheduled", "draft", Outcome.ACCEPTED),
        ("sent", "outbox", Outcome.ACCEPTED),
        ("error", "outbox", Outcome.REJECTED),
        ("draft", "scheduled", Outcome.NOT_SENT),
        ("draft", "outbox", Outcome.NOT_SENT),
        ("draft", None, None),
        ("draft", "draft", None),
        ("draft", ["outbox"], None),
        ("new_one", "outbox", None),
    ],
)
def test_statuses(status: str, before: object, outcome: Outcome | None) -> None:
    """A status means what it says; a draft is news only if it was on its way before."""
    previous = {} if before is None else {"status": before}
    found = read(event(sms(status=status), previous_data=previous))
    assert (found.kind, found.status, found.outcome) == (EventKind.STATUS, status, outcome)


@pytest.mark.parametrize("action", ["created", "updated", "sent", "consolidated"])
def test_what_an_event_is_called(action: str) -> None:
    """Events may be consolidated: what one is called decides nothing."""
    assert read(event(action=action)).outcome is Outcome.ACCEPTED


def test_error() -> None:
    """Why a message failed is told, without its number."""
    found = read(event(sms(status="error", error_message=f"{FIRST} is a landline.")))
    assert (found.outcome, found.reason) == (Outcome.REJECTED, "… is a landline.")


def test_inbound() -> None:
    """A message that came has its sender, and the account's number as its own."""
    data = sms(status="inbox", direction="inbound", text="Yes")
    found = read(event(data, action="created", previous_data={}))
    assert (found.kind, found.sender, found.number, found.text, found.outcome) == (
        EventKind.INBOUND,
        FIRST,
        LOCAL,
        "Yes",
        None,
    )


@pytest.mark.parametrize(
    "body",
    [
        event(object_type="activity.call"),
        event(action="deleted"),
        event({}),
        event(sms(status=None)),
        event(sms(status="inbox", direction="inbound"), action="updated"),
        event(sms(status="sent", source="External")),
    ],
)
def test_other(body: bytes) -> None:
    """What is no news of a message that was sent is kept raw, and changes nothing."""
    found = read(body)
    assert (found.kind, found.outcome, found.id) == (EventKind.OTHER, None, "ev_GGGG7777")
    assert found.raw["object_id"] == ID


def test_wrong_signatures() -> None:
    """A missing or foreign signature, also one by the key's digits, is refused first."""
    body = event()
    for headers in (
        {},
        sign(body + b" "),
        sign(body, key=KEY.encode()),
        {**sign(body), "close-sig-timestamp": "1"},
        {**sign(body), "close-sig-hash": sign(body)["close-sig-hash"].upper()},
        {**sign(body), "close-sig-hash": "é\udc80"},
    ):
        with pytest.raises(BadSignature):
            read(body, headers, KEY)
    with pytest.raises(BadSignature):
        read(b"no JSON", {}, KEY)
    with pytest.raises(ValueError, match="hexadecimal"):
        read(body, sign(body), "not hexadecimal")
    names = {name.title(): value for name, value in sign(body).items()}
    assert read(body, names, KEY).id == "ev_GGGG7777"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_stale(minutes: int) -> None:
    """A delivery that was signed too long ago, or is yet to be, is stale; how long is a choice."""
    body = event()
    at = NOW + timedelta(minutes=minutes)
    headers = sign(body, str(int(at.timestamp())))
    with pytest.raises(StaleEvent):
        read(body, headers, KEY)
    assert read(body, headers, KEY, timedelta(days=3)).kind is EventKind.STATUS


@pytest.mark.parametrize("stamp", ["", "soon", "9" * 12, "1e9"])
def test_no_time(stamp: str) -> None:
    """A time that is none is refused, though it be signed."""
    body = event()
    with pytest.raises(WebhookError):
        read(body, sign(body, stamp), KEY)


@pytest.mark.parametrize("body", [b"", b"[]", b"no JSON", b"{}", b'{"event": []}', b"\xff"])
def test_malformed(body: bytes) -> None:
    """What is no event is malformed, though it be signed."""
    with pytest.raises(MalformedEvent):
        read(body, sign(body), KEY)


@settings(deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["event", "id", "data", "status", "object_type", "previous_data"]),
        inner | st.sampled_from(["activity.sms", "draft", "outbox"]),
        max_size=5,
    ),
    max_leaves=20,
).map(lambda each: json.dumps({"event": each}).encode()) | st.binary())  # fmt: skip
def test_reading_is_total(body: bytes) -> None:
    """Whatever comes is an event or a WebhookError."""
    try:
        found = read(body)
    except WebhookError:
        return
    assert found.provider == "close"
