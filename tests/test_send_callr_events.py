"""CALLR: events, and whether they are to be believed.

The law of this file: signatures are worked out here as the documentation says: base64 of the raw
digest, over the octets that came.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending_callr import FIRST, ID, TEXT, approve, make_provider, sms

from smscore.errors import BadSignature, MalformedEvent, WebhookError
from smscore.money import Money
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.providers.callr import read_event

SECRET = "hook-s3cret"  # noqa: S105  # invented
NOW = datetime(2031, 5, 4, 9, 31, tzinfo=UTC)


def event(data: object = None, **fields: Any) -> bytes:
    """Make an event as the documentation has it."""
    told = {
        "event_at": "2031-05-04T09:30:06.500Z",
        "event_id": "0f3a2c5e8d",
        "hook_hash": "W1X2Y3Z4",
        "try": 0,
        "type": "sms.mt.status_update",
        "data": sms() if data is None else data,
        **fields,
    }
    return json.dumps(told, indent=1).encode()


def sign(body: bytes, digest: Any = hashlib.sha256) -> dict[str, str]:
    """Sign a body; the event's id in the header is another than the body's."""
    made = base64.b64encode(hmac.new(SECRET.encode(), body, digest).digest()).decode()
    return {"X-CALLR-HmacSignature": made, "X-CALLR-EventId": "ffffffffff"}


def read(
    body: bytes, headers: dict[str, str] | None = None, secret: str | None = None, **options: Any
) -> Event:
    """Read an event."""
    return read_event(
        headers or {}, body, secret, now=NOW, tolerance=timedelta(minutes=5), **options
    )


def test_status() -> None:
    """RECEIVED, of a message that went out, is success; the body's id tells events apart."""
    body = event()
    found = read(body, sign(body), SECRET, currency="EUR")
    assert (found.kind, found.outcome, found.status) == (
        EventKind.STATUS,
        Outcome.ACCEPTED,
        "RECEIVED",
    )
    assert (found.id, found.message_id, found.number) == ("0f3a2c5e8d", ID, FIRST)
    assert found.at == datetime(2031, 5, 4, 9, 30, 6, 500000, tzinfo=UTC)
    assert (found.parts, found.price) == (1, Money(Decimal("0.0650"), "EUR"))
    assert FIRST not in repr(found)
    assert TEXT not in repr(found)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("CREATED", Outcome.ACCEPTED),
        ("SENT", Outcome.ACCEPTED),
        ("REMOTE_QUEUED", Outcome.ACCEPTED),
        ("ERROR", Outcome.REJECTED),
        ("FAILED", Outcome.REJECTED),
        ("EXPIRED", Outcome.REJECTED),
        ("NEW_ONE", None),
    ],
)
def test_statuses(status: str, outcome: Outcome | None) -> None:
    """A status means what it says, an unknown one nothing; it is kept."""
    found = read(event(sms(status=status)))
    assert (found.status, found.outcome) == (status, outcome)


def test_handle() -> None:
    """An event tells what its message can be told by, unless the user data are the caller's own."""
    handle = make_provider().handle(approve(key="k"))
    assert handle is not None
    assert read(event(sms(user_data=handle))).handle == handle
    assert handle not in repr(read(event(sms(user_data=handle))))
    assert read(event(sms(user_data="order-17"))).handle is None
    assert read(event(sms(type="IN", user_data=handle), type="sms.mo")).handle is None


def test_order() -> None:
    """Of statuses that come in the wrong order, the moments tell which was the later."""
    late = read(event(event_at="2031-05-04T09:30:06.500Z"))
    early = read(event(sms(status="SENT"), event_at="2031-05-04T09:30:01.033Z"))
    assert late.at is not None
    assert early.at is not None
    assert early.at < late.at
    assert read(event(event_at=None)).at == datetime(2031, 5, 4, 9, 30, 6, tzinfo=UTC)


def test_two_deliveries() -> None:
    """A message's own webhook and a subscribed one bring one event: the id is the same."""
    assert read(event(hook_hash=None)).id == read(event(**{"try": 3})).id


def test_inbound() -> None:
    """A reply comes with its sender, its number and its text, and is no status."""
    data = sms(type="IN", **{"from": FIRST, "to": "38999"}, text="Yes", status="RECEIVED")
    found = read(event(data, type="sms.mo"))
    assert (found.kind, found.sender, found.number, found.text) == (
        EventKind.INBOUND,
        FIRST,
        "38999",
        "Yes",
    )
    assert found.outcome is None


def test_other() -> None:
    """Another event, or a status of what came in, is kept raw and changes nothing."""
    job = read(event({"id": "hid", "status": "DONE"}, type="job.status_update"))
    assert (job.kind, job.outcome, job.message_id) == (EventKind.OTHER, None, None)
    assert job.raw["type"] == "job.status_update"
    strange = read(event(sms(type="IN")))
    assert (strange.kind, strange.outcome) == (EventKind.OTHER, None)


@pytest.mark.parametrize("name", ["SHA256", "SHA512", "MD5", "sha-1", "SHA384"])
def test_signatures(name: str) -> None:
    """The algorithm is what the webhook was made with; names may be written in several ways."""
    body = event()
    headers = sign(body, getattr(hashlib, name.lower().replace("-", "")))
    assert read(body, headers, SECRET, algorithm=name).kind is EventKind.STATUS
    lower = {key.lower(): value for key, value in headers.items()}
    assert read(body, lower, SECRET, algorithm=name).kind is EventKind.STATUS


def test_wrong_signatures() -> None:
    """A missing, hexadecimal, foreign or otherwise made signature is refused, before the JSON."""
    body = event()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256)
    hexadecimal = {"X-CALLR-HmacSignature": digest.hexdigest()}
    for headers in ({}, hexadecimal, sign(body + b" "), sign(body, hashlib.sha512), {"x": "é"}):
        with pytest.raises(BadSignature):
            read(body, headers, SECRET)
    with pytest.raises(BadSignature):
        read(b"no JSON", {"X-CALLR-HmacSignature": "é\udc80"}, SECRET)
    with pytest.raises(ValueError, match="algorithm"):
        read(body, sign(body), SECRET, algorithm="ROT13")


@pytest.mark.parametrize("body", [b"", b"[]", b"no JSON", b"{}", b'{"type": 7.5}', b"\xff"])
def test_malformed(body: bytes) -> None:
    """What is no event is malformed, though it be signed."""
    with pytest.raises(MalformedEvent):
        read(body, sign(body), SECRET)


@settings(deadline=None)
@given(st.binary() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "data", "hash", "status", "event_id", "event_at", "to", "text"]),
        inner | st.sampled_from(["sms.mo", "sms.mt.status_update", "IN", "OUT"]),
        max_size=5,
    ),
    max_leaves=20,
).map(lambda each: json.dumps(each).encode()))  # fmt: skip
def test_reading_is_total(body: bytes) -> None:
    """Whatever comes is an event or a WebhookError."""
    try:
        found = read(body)
    except WebhookError:
        return
    assert found.provider == "callr"
