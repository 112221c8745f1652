"""Replies to two-way messages, as the callback URL of a number may bring them.

The law of this file: nothing of the form is documented, so several are read, the caller may say
which field is which, and all of it is kept raw. The only proof is a token in the URL.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from smscore.errors import BadSignature, MalformedEvent
from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.provider import as_secret
from smscore.send.providers.values import as_text, parse_object
from smscore.send.providers.voip_communications.reading import NAME, as_moment
from smscore.send.wire import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class VoipFields:
    """The names that a reply's fields may have, the likelier first. All of them are guesses."""

    sender: tuple[str, ...] = ("from", "sender", "sms_external")
    number: tuple[str, ...] = ("to", "recipient", "sms_internal")
    text: tuple[str, ...] = ("msg", "message", "text", "sms_msg")
    message_id: tuple[str, ...] = ("smsid", "sms_id")
    date: tuple[str, ...] = ("date", "sms_status_date")
    event_id: tuple[str, ...] = ()
    token: str = "token"  # noqa: S105  # the name of a field


def read_event(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Secret | None,
    *,
    now: datetime,
    tolerance: timedelta,
    query: str = "",
    token: str | None = None,
    fields: VoipFields | None = None,
    account_zone: str | None = None,
) -> Event:
    """Read a reply from a query, a form or a JSON body.

    `query` is what follows the "?" of the URL that was called. `secret` is the token that was put
    into the URL: give the one that came as `token` if it was in the path; otherwise it is looked
    for in the query. Nothing is signed or surely dated, so `now` and `tolerance` have nothing to
    judge. Two replies may have one `message_id`, and no field is known to tell them apart: `id` is
    None unless `fields.event_id` names one. Raises BadSignature, MalformedEvent.

    >>> event = read_event({}, b"", "t0k3n", now=datetime.now(), tolerance=timedelta(),
    ...                    query="token=t0k3n&from=12025550122&to=12025550111&msg=Yes")
    >>> event.kind, event.text
    (<EventKind.INBOUND: 'inbound'>, 'Yes')
    """
    del now, tolerance
    names = fields or VoipFields()
    asked: dict[str, Value] = dict(parse_qsl(query, keep_blank_values=True))
    if secret is not None:
        given = token if token is not None else as_text(asked.get(names.token)) or ""
        expected = as_secret(secret).reveal()
        if not hmac.compare_digest(
            given.encode("utf-8", "surrogateescape"), expected.encode("utf-8", "surrogateescape")
        ):
            raise BadSignature(NAME, "the token of the URL is missing or wrong")
    asked.pop(names.token, None)
    found = {**asked, **_parse(headers, body)}
    if not found:
        raise MalformedEvent(NAME, "it has no fields")
    sender, text = _find(found, names.sender), _find(found, names.text)
    return Event(
        provider=NAME,
        kind=EventKind.OTHER if sender is None or text is None else EventKind.INBOUND,
        id=_find(found, names.event_id),
        message_id=_find(found, names.message_id),
        at=as_moment(
            _find(found, names.date), None if account_zone is None else ZoneInfo(account_zone)
        ),
        number=_find(found, names.number),
        sender=sender,
        text=text,
        raw=found,
    )


def _parse(headers: Mapping[str, str], body: bytes) -> dict[str, Value]:
    if not body.strip():
        return {}
    kind = next((each for name, each in headers.items() if name.lower() == "content-type"), "")
    if "json" in kind.lower() or body.lstrip()[:1] in b"{[":
        found = parse_object(body)
        if found is None:
            raise MalformedEvent(NAME, "the body is not a JSON object")
        return found
    if kind.lower().startswith("multipart/"):
        raise MalformedEvent(NAME, "a multipart body is not read")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        raise MalformedEvent(NAME, "the body is neither a form nor JSON") from None


def _find(found: Mapping[str, Value], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := as_text(found.get(name))) is not None), None)
