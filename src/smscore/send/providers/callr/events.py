"""What the provider calls with: what became of a message, and what was written back.

The law of this file: the signature is over the octets that came, and is checked before they are
read. No time is signed, so that a delivery which is played again is known by its event's id alone.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from smscore.errors import BadSignature, MalformedEvent
from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.outcomes import Outcome
from smscore.send.provider import as_secret
from smscore.send.providers.callr.options import DIGESTS, as_algorithm
from smscore.send.providers.callr.outcomes import read_sent
from smscore.send.providers.callr.reading import NAME, as_word
from smscore.send.providers.callr.records import read_message
from smscore.send.providers.callr.webhooks import INBOUND_TYPE, STATUS_TYPE
from smscore.send.providers.values import as_utc_moment, parse_object

_HEADER = "x-callr-hmacsignature"


def read_event(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Secret | None,
    *,
    now: datetime,
    tolerance: timedelta,
    algorithm: str = "SHA256",
    currency: str | None = None,
) -> Event:
    """Read an event; statuses come in any order, and `at` says which was the later.

    `algorithm` is the one that the webhook was made with: the provider's own sample is of SHA512,
    so name it. `secret` None reads whatever comes. One event may come from two webhooks and more
    than once: `id` is the body's, for the header's is another. `now` and `tolerance` have nothing
    to judge. Raises BadSignature, MalformedEvent, ValueError for an unknown algorithm.
    """
    del now, tolerance
    if secret is not None:
        _check_signature(headers, body, as_secret(secret), as_algorithm(algorithm))
    event = parse_object(body)
    if event is None:
        raise MalformedEvent(NAME, "the body is not a JSON object")
    type_, data = as_word(event.get("type")), event.get("data")
    if type_ is None:
        raise MalformedEvent(NAME, "it has no type")
    kinds = {STATUS_TYPE: EventKind.STATUS, INBOUND_TYPE: EventKind.INBOUND}
    kind = kinds.get(type_, EventKind.OTHER)
    message = read_message(data)
    sent, outcome = read_sent(message, currency), None
    if kind is EventKind.STATUS:
        if message.status is None or message.type not in (None, "OUT"):
            kind = EventKind.OTHER
        elif sent.outcome is not Outcome.UNKNOWN:
            outcome = sent.outcome
    elif kind is EventKind.INBOUND and message.text is None:
        kind = EventKind.OTHER
    told = kind is EventKind.STATUS
    about = kind is not EventKind.OTHER
    return Event(
        provider=NAME,
        kind=kind,
        id=as_word(event.get("event_id")),
        message_id=message.id if about else None,
        at=as_utc_moment(event.get("event_at")) or message.updated_at,
        number=message.number if about else None,
        sender=message.sender if about else None,
        text=message.text if about else None,
        status=message.status if about else None,
        outcome=outcome,
        reason=sent.reason if told else None,
        parts=sent.parts if told else None,
        price=sent.price if told else None,
        handle=sent.handle if told else None,
        raw=event,
    )


def _check_signature(
    headers: Mapping[str, str], body: bytes, secret: Secret, algorithm: str
) -> None:
    given = next((each for name, each in headers.items() if name.lower() == _HEADER), "")
    made = hmac.new(secret.reveal().encode(), body, DIGESTS[algorithm]).digest()
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), b64encode(made)):
        raise BadSignature(NAME, f"the signature is missing or wrong, by {algorithm}")
