"""Webhooks: events of any provider, believed, remembered and recorded.

The law of this file: bodies and signatures are made here as the providers document them; journals
are compared row by row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sending import NUMBER, TEXT, Plain
from sending_records import begin, dump, entry_of, seconds, sent

from smscore.errors import BadSignature, MalformedEvent, StaleEvent
from smscore.money import Money
from smscore.send.events import EventKind
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.webhooks import parse

SECRET = "s3cret-of-the-webhook"  # noqa: S105  # nobody's
NOW = seconds(3600)


def callr_event(**data: Any) -> bytes:
    """Give a status of CALLR as its documentation has it."""
    event_id = data.pop("event_id", "0f3a2c5e8d")
    message = {
        "type": "OUT",
        "hash": "K7Q2M9XD",
        "from": "SMS",
        "to": NUMBER,
        "text": TEXT,
        "status": "RECEIVED",
        "status_error": "",
        "parts": 1,
        **data,
    }
    event = {
        "event_at": data.get("event_at", "2026-11-24T12:00:06.500Z"),
        "event_id": event_id,
        "hook_hash": None,
        "try": 0,
        "type": "sms.mt.status_update",
        "data": message,
    }
    return json.dumps(event).encode()


def callr_headers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Sign as CALLR does: base64 of the HMAC's octets."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"X-CALLR-HmacSignature": base64.b64encode(digest).decode()}


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def as_callr(journal: Journal) -> None:
    """Let the journal's messages be CALLR's."""
    journal.write(lambda transaction: transaction._execute("UPDATE message SET provider = 'callr'"))


def test_a_status_reaches_the_journal(journal: Journal) -> None:
    """A signed status changes the message that it is about: its status and its parts."""
    id_ = sent(journal, message_id="K7Q2M9XD", status="PENDING")
    as_callr(journal)
    body = callr_event()
    event = parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    assert (event.kind, event.outcome, event.duplicate) == (
        EventKind.STATUS,
        Outcome.ACCEPTED,
        False,
    )
    entry = entry_of(journal, id_)
    assert (entry.status, entry.billed_parts) == ("RECEIVED", 1)
    assert entry.status_at == datetime(2026, 11, 24, 12, 0, 6, 500000, tzinfo=UTC)


def test_a_replay_is_a_duplicate(journal: Journal) -> None:
    """The same event again, with its good signature, changes nothing and is told to be one."""
    sent(journal, message_id="K7Q2M9XD")
    as_callr(journal)
    body = callr_event()
    parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    once = dump(journal)
    again = parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    assert again.duplicate
    assert dump(journal) == once


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CALLR-HmacSignature": ""},
        callr_headers(callr_event(), "another secret"),
        callr_headers(callr_event() + b" "),
        {"X-CALLR-HmacSignature": hmac.new(b"x", b"y", "sha256").hexdigest()},
    ],
    ids=["none", "empty", "secret", "body", "hex"],
)
def test_a_forged_event_changes_nothing(journal: Journal, headers: dict[str, str]) -> None:
    """An event whose signature is missing or wrong is refused, and remembered by nobody."""
    sent(journal, message_id="K7Q2M9XD")
    as_callr(journal)
    before = dump(journal)
    with pytest.raises(BadSignature):
        parse("callr", headers, callr_event(), SECRET, journal=journal, now=NOW)
    assert dump(journal) == before


def test_the_names_of_headers_have_no_case() -> None:
    """Headers are found however their names are spelt, as servers and proxies do."""
    body = callr_event()
    for change in (str.upper, str.lower, str.title):
        headers = {change(name): value for name, value in callr_headers(body).items()}
        assert parse("callr", headers, body, SECRET, now=NOW).kind is EventKind.STATUS


def test_no_secret() -> None:
    """A provider that signs is not believed without a secret, unless that is said to be meant."""
    with pytest.raises(ValueError, match="unsigned=True"):
        parse("callr", {}, callr_event(), None)
    with pytest.raises(ValueError, match="unsigned=True"):
        parse("close", {}, b"{}", None)
    assert parse("callr", {}, callr_event(), None, unsigned=True).message_id == "K7Q2M9XD"
    assert parse("phone_com", {}, b'{"test": 1}', None).kind is EventKind.HANDSHAKE


def test_what_is_not_taken() -> None:
    """A body that was decoded, an unknown provider and two memories are the caller's errors."""
    body: Any = callr_event().decode()
    with pytest.raises(TypeError, match="bytes"):
        parse("callr", {}, body, SECRET)
    with pytest.raises(ValueError, match="one of"):
        parse("carrier_pigeon", {}, b"{}", SECRET)
    with pytest.raises(ValueError, match="one of"):
        parse(Plain(), {}, b"{}", SECRET)
    with Journal(":memory:") as journal, pytest.raises(ValueError, match="ids itself"):
        parse("callr", {}, b"{}", SECRET, journal=journal, seen=set())
    with pytest.raises(ValueError, match="zone"):
        parse("callr", {}, b"{}", SECRET, now=datetime(2026, 1, 1))  # noqa: DTZ001  # refused
    body = b"not JSON"
    with pytest.raises(MalformedEvent):
        parse("callr", callr_headers(body), body, SECRET)


def test_a_memory_without_a_journal() -> None:
    """Without a journal, a set remembers which events came; without either, nobody does."""
    seen: set[str] = set()
    body = callr_event()
    found = [parse("callr", callr_headers(body), body, SECRET, seen=seen) for _ in range(2)]
    assert [each.duplicate for each in found] == [False, True]
    assert seen == {"0f3a2c5e8d"}
    assert not parse("callr", callr_headers(body), body, SECRET).duplicate


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, None])
def test_an_event_ends_doubt(journal: Journal, outcome: Outcome | None) -> None:
    """An event of an id that nobody was told is about the one message in doubt that it fits."""
    id_ = begin(journal).id if outcome is None else sent(journal, outcome=outcome)
    as_callr(journal)
    body = callr_event()
    parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id) == (State.ACCEPTED, "K7Q2M9XD")
    assert entry.status == "RECEIVED"


@pytest.mark.parametrize(
    "other",
    [{"to": "+33639980001"}, {"text": "Doors open at 8"}, {"event_at": "2026-11-24T12:30:00.000Z"}],
    ids=["number", "text", "time"],
)
def test_an_event_of_another_message_ends_no_doubt(journal: Journal, other: Any) -> None:
    """An event of another number, text or time leaves a message in doubt as it is."""
    id_ = sent(journal, outcome=Outcome.UNKNOWN)
    as_callr(journal)
    body = callr_event(**other)
    parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    assert entry_of(journal, id_).state is State.UNKNOWN


def test_an_event_that_fits_two_messages(journal: Journal) -> None:
    """Where two messages in doubt are alike, an event ends neither's."""
    ids = [sent(journal, each, Outcome.UNKNOWN) for each in "ab"]
    as_callr(journal)
    body = callr_event()
    parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    assert {entry_of(journal, each).state for each in ids} == {State.UNKNOWN}


def test_an_unknown_status_changes_nothing(journal: Journal) -> None:
    """A status that nobody knows is kept in the event, and nothing else comes of it."""
    sent(journal, message_id="K7Q2M9XD", status="PENDING")
    as_callr(journal)
    body = callr_event(status="TELEPORTED")
    before = dump(journal, but=["event"])
    event = parse("callr", callr_headers(body), body, SECRET, journal=journal, now=NOW)
    assert (event.status, event.outcome) == ("TELEPORTED", None)
    assert dump(journal, but=["event"]) == before


def test_phone_com_is_asked_for_its_header() -> None:
    """Options go to the provider: Phone.com's secret is in a header that the caller names."""
    body = json.dumps({"uuid": "u1", "version": "2.0.0", "tags": [], "data": {}}).encode()
    event = parse("phone_com", {"X-Token": SECRET}, body, SECRET, header="X-Token")
    assert event.id == "u1"
    with pytest.raises(BadSignature):
        parse("phone_com", {"X-Token": "other"}, body, SECRET, header="X-Token")


KEY = "0123456789abcdef" * 4


def close_event(status: str, updated: str, event_id: str = "ev_GGGG7777") -> bytes:
    """Give an event of Close as its documentation has it."""
    activity = {
        "_type": "SMS",
        "id": "acti_AAAA1111",
        "status": status,
        "direction": "outbound",
        "source": "Close.io",
        "text": TEXT,
        "remote_phone": NUMBER,
        "local_phone": "+447700900456",
        "cost": "4.0000" if status == "sent" else None,
        "error_message": None,
        "date_updated": f"2026-11-24T{updated}.000000+00:00",
    }
    event = {
        "id": event_id,
        "object_type": "activity.sms",
        "object_id": "acti_AAAA1111",
        "action": "updated",
        "date_created": f"2026-11-24T{updated}.000000",
        "date_updated": f"2026-11-24T{updated}.000000",
        "data": activity,
    }
    return json.dumps({"subscription_id": "whsub_FFFF6666", "event": event}).encode()


def close_headers(body: bytes, at: datetime) -> dict[str, str]:
    """Sign as Close does: hexadecimal, with the key's octets, over the time and the body."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(bytes.fromhex(KEY), stamp.encode() + body, hashlib.sha256)
    return {"Close-Sig-Timestamp": stamp, "Close-Sig-Hash": digest.hexdigest()}


def test_the_window_of_replays(journal: Journal) -> None:
    """What was signed more than the tolerance ago, or ahead, is stale; within it, it is not."""
    body = close_event("sent", "12:00:05")
    for minutes, fresh in ((-6, False), (-5, True), (5, True), (6, False)):
        headers = close_headers(body, NOW + timedelta(minutes=minutes))
        if fresh:
            parse("close", headers, body, KEY, journal=journal, now=NOW)
        else:
            with pytest.raises(StaleEvent):
                parse("close", headers, body, KEY, journal=journal, now=NOW)
    forged = {**close_headers(body, NOW), "Close-Sig-Timestamp": str(int(NOW.timestamp()) + 1)}
    with pytest.raises(BadSignature):
        parse("close", forged, body, KEY, journal=journal, now=NOW)


def test_a_draft_that_comes_late(journal: Journal) -> None:
    """The event of a draft that comes after that of its sending changes nothing."""
    id_ = sent(journal, message_id="acti_AAAA1111")
    journal.write(lambda each: each._execute("UPDATE message SET provider = 'close'"))
    for status, updated in (("sent", "12:00:05"), ("draft", "12:00:01"), ("outbox", "12:00:02")):
        body = close_event(status, updated, f"ev_{status}")
        parse("close", close_headers(body, NOW), body, KEY, journal=journal, now=NOW)
    entry = entry_of(journal, id_)
    assert (entry.state, entry.status) == (State.ACCEPTED, "sent")
    assert entry.price == Money(Decimal("0.04"), "USD")


def test_nothing_private_is_shown() -> None:
    """Neither an event nor the error of one that is not believed shows a number or a text."""
    body = callr_event()
    told = [repr(parse("callr", callr_headers(body), body, SECRET))]
    with pytest.raises(BadSignature) as caught:
        parse("callr", {}, body, SECRET, tolerance=timedelta(minutes=1))
    told.append(str(caught.value))
    assert not any(each in line for line in told for each in (NUMBER, NUMBER[1:], TEXT, SECRET))
