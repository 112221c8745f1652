"""Messages as the provider keeps them.

The law of this file: what is documented has a type, what is not stays in `raw`, and a status is
kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from smscore.send.providers.phone_com.reading import as_flag, as_moment
from smscore.send.providers.values import as_list, as_object, as_text, as_whole
from smscore.send.wire import Value


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a message: each has an id, a status and times of its own.

    `sent_at` and `delivered_at` are there once that was reached.
    """

    number: str | None = field(repr=False)
    status: str | None
    id: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension that a message is stored with; `extension` is what is dialled."""

    id: int | None
    voip_id: int | None
    name: str | None = field(repr=False)
    extension: int | None


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """A message: one object for all recipients. Many have no id but those of the recipients.

    `direction` is "in" or "out", `is_new` whether it is unread.
    """

    id: str | None
    sender: str | None = field(repr=False)
    recipients: tuple[Recipient, ...]
    direction: str | None
    created_at: datetime | None
    is_new: bool | None
    text: str | None = field(repr=False)
    extension: Extension | None = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


def read_recipient(value: Value) -> Recipient:
    """Read one entry of `to`, which older answers may have as a plain number."""
    entry = {"number": value} if isinstance(value, str) else as_object(value)
    return Recipient(
        number=as_text(entry.get("number")),
        status=as_text(entry.get("status")),
        id=as_text(entry.get("id")),
        sent_at=as_moment(entry.get("sent_at")),
        delivered_at=as_moment(entry.get("delivered_at")),
        raw=entry,
    )


def read_message(answer: dict[str, Value]) -> SmsMessage:
    """Read a message."""
    to = answer.get("to")
    extension = as_object(answer.get("extension"))
    return SmsMessage(
        id=as_text(answer.get("id")),
        sender=as_text(answer.get("from")),
        recipients=tuple(map(read_recipient, [to] if isinstance(to, str) else as_list(to))),
        direction=as_text(answer.get("direction")),
        created_at=as_moment(answer.get("created_epoch"), answer.get("created_at")),
        is_new=as_flag(answer.get("is_new")),
        text=as_text(answer.get("text")),
        extension=Extension(
            id=as_whole(extension.get("id")),
            voip_id=as_whole(extension.get("voip_id")),
            name=as_text(extension.get("name")),
            extension=as_whole(extension.get("extension")),
        )
        if extension
        else None,
        raw=answer,
    )
