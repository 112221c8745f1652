"""What the provider calls with: what was sent, what failed, what was written back.

The law of this file: the signature is over the time and the octets that came, and is checked before
they are read. Events come in any order, several in one: the status and the date of the message
decide, not what the event is called.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from smscore.errors import BadSignature, MalformedEvent, StaleEvent, UnreadableAnswer
from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.provider import as_secret
from smscore.send.providers.close.outcomes import DRAFT, LEAVING, read_outcome
from smscore.send.providers.close.reading import NAME, as_word
from smscore.send.providers.close.records import SmsActivity, read_activity
from smscore.send.providers.refusals import tell
from smscore.send.providers.values import as_object, as_utc_moment, parse_object
from smscore.send.wire import Value

OBJECT_TYPE = "activity.sms"
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")


def read_event(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Secret | None,
    *,
    now: datetime,
    tolerance: timedelta,
) -> Event:
    """Read an event; `id` tells the deliveries of one event apart from other events.

    `secret` is the `signature_key` of the subscription, hexadecimal; None reads whatever comes.
    Whether a delivery that is tried again, for up to three days, is signed anew is not documented:
    if it is not, it needs a `tolerance` as long. Raises BadSignature, StaleEvent, MalformedEvent,
    ValueError for a key that is not hexadecimal.
    """
    if secret is not None:
        _check_signature(headers, body, as_secret(secret), now, tolerance)
    event = as_object((parse_object(body) or {}).get("event"))
    if as_word(event.get("id")) is None:
        raise MalformedEvent(NAME, "it is no JSON object of an event with an id")
    return read_logged(event)


def _check_signature(
    headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime, tolerance: timedelta
) -> None:
    lower = {name.lower(): value for name, value in headers.items()}
    stamp, given = lower.get("close-sig-timestamp", ""), lower.get("close-sig-hash", "")
    try:
        key = bytes.fromhex(secret.reveal())
    except ValueError:
        raise ValueError("a signature key is hexadecimal") from None
    signed = stamp.encode("utf-8", "surrogateescape") + body
    made = hmac.new(key, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), made.encode()):
        raise BadSignature(NAME, "the signature is missing or wrong")
    at = _read_stamp(stamp)
    if at is None:
        raise MalformedEvent(NAME, "the time of the signature is none")
    if abs(now - at) > tolerance:
        raise StaleEvent(NAME, "it was signed too long ago, or is yet to be")


def _read_stamp(stamp: str) -> datetime | None:
    if not _SECONDS.fullmatch(stamp):
        return as_utc_moment(stamp)
    try:
        return datetime.fromtimestamp(float(stamp), UTC)
    except (ArithmeticError, OSError, ValueError):
        return None


def read_logged(event: dict[str, Value]) -> Event:
    """Read an event by itself, as the log has it."""
    data = as_object(event.get("data"))
    try:
        message = read_activity(data)
    except UnreadableAnswer:
        message = None
    at = as_utc_moment(event.get("date_updated")) or as_utc_moment(event.get("date_created"))
    kind = EventKind.OTHER
    if message is not None and event.get("object_type") == OBJECT_TYPE:
        kind = _find_kind(message, as_word(event.get("action")))
    if message is None or kind is EventKind.OTHER:
        return Event(
            provider=NAME,
            kind=EventKind.OTHER,
            id=as_word(event.get("id")),
            message_id=as_word(event.get("object_id")),
            at=at,
            raw=event,
        )
    inbound = kind is EventKind.INBOUND
    private = [each for each in (message.text, message.remote_phone, message.local_phone) if each]
    reason = message.error_message
    return Event(
        provider=NAME,
        kind=kind,
        id=as_word(event.get("id")),
        message_id=message.id,
        at=message.updated_at or at,
        number=message.local_phone if inbound else message.remote_phone,
        sender=message.remote_phone if inbound else message.local_phone,
        text=message.text,
        status=message.status,
        outcome=None if inbound else _find_outcome(message, event),
        reason=tell(reason, private) if reason else None,
        price=message.cost,
        raw=event,
    )


def _find_kind(message: SmsActivity, action: str | None) -> EventKind:
    if action == "deleted" or message.status is None:
        return EventKind.OTHER
    if message.direction == "inbound":
        arrived = action == "created" and message.status == "inbox"
        return EventKind.INBOUND if arrived else EventKind.OTHER
    return EventKind.OTHER if message.source == "External" else EventKind.STATUS


def _find_outcome(message: SmsActivity, event: Mapping[str, Value]) -> Outcome | None:
    """Tell what a status means. A draft says nothing, unless it was on its way before."""
    before = as_object(event.get("previous_data")).get("status")
    if message.status == DRAFT and not (isinstance(before, str) and before in LEAVING):
        return None
    outcome = read_outcome(message.status)
    return None if outcome is Outcome.UNKNOWN else outcome
