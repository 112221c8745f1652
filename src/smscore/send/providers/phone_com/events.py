"""What the provider calls with: events of either generation.

The law of this file: events are not signed, so a secret that only the provider was told is compared
before anything else. Only the call that tries a new URL out passes without it: it says nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from smscore.errors import BadSignature, MalformedEvent
from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.provider import as_secret, basic_authorization
from smscore.send.providers.phone_com.outcomes import read_outcome
from smscore.send.providers.phone_com.reading import NAME, as_moment
from smscore.send.providers.phone_com.records import Recipient
from smscore.send.providers.values import as_list, as_object, as_text, as_whole
from smscore.send.wire import Value, read_json

HANDSHAKE: dict[str, Value] = {"test": 1}
_SHORT = 64
_NANOSECONDS = 1_000_000_000


def read_event(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Secret | None,
    *,
    now: datetime,
    tolerance: timedelta,
    header: str = "X-Api-Key",
    username: str | None = None,
) -> Event:
    """Read an event: one of {"test": 1}, a message that came, the state of one that went.

    `secret` is what the callback sends in `header`; with `username` it is the password of a
    listener's Basic authentication. None reads whatever comes. Nothing is signed, so `now` and
    `tolerance` have nothing to judge: the same event is known by its `id`. Raises BadSignature,
    MalformedEvent.

    >>> read_event({}, b'{"test": 1}', None, now=datetime.now(), tolerance=timedelta()).kind
    <EventKind.HANDSHAKE: 'handshake'>
    """
    del now, tolerance
    if secret is not None and not _is_known(headers, as_secret(secret), header, username):
        if not _is_handshake(body):
            raise BadSignature(NAME, "the header with the secret is missing or wrong")
        return Event(provider=NAME, kind=EventKind.HANDSHAKE, raw=HANDSHAKE)
    found = _parse(headers, body)
    if found == HANDSHAKE:
        return Event(provider=NAME, kind=EventKind.HANDSHAKE, raw=found)
    return _read_data(found) if "data" in found or "uuid" in found else _read_first(found)


def _is_known(
    headers: Mapping[str, str], secret: Secret, header: str, username: str | None
) -> bool:
    if username is None:
        name, expected = header, secret.reveal()
    else:
        name, expected = "authorization", basic_authorization(username, secret.reveal())
    given = next((each for key, each in headers.items() if key.lower() == name.lower()), "")
    return hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), expected.encode("utf-8", "surrogateescape")
    )


def _is_handshake(body: bytes) -> bool:
    try:
        return len(body) <= _SHORT and read_json(body) == HANDSHAKE
    except ValueError:
        return False


def _parse(headers: Mapping[str, str], body: bytes) -> dict[str, Value]:
    kind = next((each for name, each in headers.items() if name.lower() == "content-type"), "")
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        found = read_json(body)
    except ValueError:
        raise MalformedEvent(NAME, "the body is not JSON") from None
    if not isinstance(found, dict):
        raise MalformedEvent(NAME, "the body is not a JSON object")
    return found


def _read_data(event: dict[str, Value]) -> Event:
    """Read an event of the second generation."""
    data = as_object(event.get("data"))
    tags = {as_text(each) for each in as_list(event.get("tags"))}
    about = event.get("data_type") == "message" or "message" in tags
    state, direction = as_text(data.get("state")), as_text(data.get("direction"))
    kind = EventKind.OTHER
    if about and direction is None:
        direction = next((each for each in ("inbound", "outbound") if each in tags), None)
    if about and direction == "inbound":
        kind = EventKind.INBOUND
    elif about and direction == "outbound" and state is not None:
        kind = EventKind.STATUS
    to = [as_text(as_object(each).get("id")) for each in as_list(data.get("to"))]
    return Event(
        provider=NAME,
        kind=kind,
        id=as_text(event.get("uuid")),
        message_id=as_text(data.get("uuid")) or as_text(event.get("data_object_uuid")),
        at=_read_moment(event),
        number=to[0] if len(to) == 1 else None,
        sender=as_text(as_object(data.get("from")).get("id")),
        text=as_text(data.get("message")),
        status=state,
        outcome=_read_state(state) if kind is EventKind.STATUS else None,
        raw=event,
    )


def _read_state(state: str | None) -> Outcome | None:
    found = read_outcome(Recipient(None, state, None, None, None, {}))
    return None if found is Outcome.UNKNOWN else found


def _read_moment(event: dict[str, Value]) -> datetime | None:
    """Give the moment, to the microsecond where it is told to the nanosecond."""
    nanoseconds = as_whole(event.get("timestamp_ns"))
    if nanoseconds is None:
        return as_moment(event.get("timestamp"))
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    found = as_moment(seconds)
    return None if found is None else found.replace(microsecond=rest // 1000)


def _read_first(event: dict[str, Value]) -> Event:
    """Read an event of the first generation, of which only an older form is documented."""
    sender, text = as_text(event.get("from")), as_text(event.get("message") or event.get("text"))
    incoming = event.get("type") == "incoming" or event.get("direction") == "in"
    known = incoming and sender is not None and text is not None
    return Event(
        provider=NAME,
        kind=EventKind.INBOUND if known else EventKind.OTHER,
        at=as_moment(event.get("created_epoch")),
        number=as_text(event.get("to")),
        sender=sender,
        text=text,
        status=as_text(event.get("status")),
        raw=event,
    )
