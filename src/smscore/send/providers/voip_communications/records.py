"""Entries of the provider's logs.

The law of this file: an entry is what was said: numbers as digits, times as they came beside the
moment where the zone is known, and amounts without a currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from smscore.send.providers.values import as_amount, as_text, only_digits
from smscore.send.providers.voip_communications.reading import as_code, as_moment
from smscore.send.wire import Value


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of a send log: a message, or one piece of a long one.

    `smsid` may be shared by all entries of a request. `sale` has no currency; while the status is
    SCHEDULED it is what will be charged.
    """

    code: int | None
    description: str | None = field(repr=False)
    sender: str | None = field(repr=False)
    number: str | None = field(repr=False)
    country: str | None
    text: str | None = field(repr=False)
    delivery_date: str | None
    at: datetime | None
    sale: Decimal | None
    type: str | None
    status: str | None
    smsid: str | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """One entry of the overview of conversations; whether it came or went is not told.

    `external` is the other party, `internal` the account's number, which may be missing.
    """

    id: str | None
    country: str | None
    status: str | None
    external: str | None = field(repr=False)
    internal: str | None = field(repr=False)
    sale: Decimal | None
    date: str | None
    at: datetime | None
    text: str | None = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message between two numbers; `direction` is IN or OUT."""

    id: str | None
    direction: str | None
    text: str | None = field(repr=False)
    date: str | None
    at: datetime | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What deleting a scheduled message was answered with; all of its request may be deleted."""

    smsid: str
    code: int | None
    description: str | None
    raw: Mapping[str, Value] = field(repr=False)


def read_entry(entry: dict[str, Value], zone: ZoneInfo | None) -> LogEntry:
    """Read an entry of a send log."""
    return LogEntry(
        code=as_code(entry.get("code")),
        description=as_text(entry.get("code_desc")),
        sender=_read_number(entry.get("from")),
        number=_read_number(entry.get("to")),
        country=as_text(entry.get("country")),
        text=as_text(entry.get("msg")),
        delivery_date=as_text(entry.get("delivery_date")),
        at=as_moment(entry.get("delivery_date"), zone),
        sale=as_amount(entry.get("sale")),
        type=as_text(entry.get("type")),
        status=as_text(entry.get("status")),
        smsid=as_text(entry.get("smsid")),
        raw=entry,
    )


def read_summary(entry: dict[str, Value], zone: ZoneInfo | None) -> SummaryEntry:
    """Read an entry of the overview."""
    return SummaryEntry(
        id=as_text(entry.get("sms_id")),
        country=as_text(entry.get("sms_country")),
        status=as_text(entry.get("sms_status")),
        external=_read_number(entry.get("sms_external")),
        internal=_read_number(entry.get("sms_internal")),
        sale=as_amount(entry.get("sms_sale")),
        date=as_text(entry.get("sms_status_date")),
        at=as_moment(entry.get("sms_status_date"), zone),
        text=as_text(entry.get("sms_msg")),
        raw=entry,
    )


def read_chat(entry: dict[str, Value], zone: ZoneInfo | None) -> ChatMessage:
    """Read a message of a conversation."""
    return ChatMessage(
        id=as_text(entry.get("sms_id")),
        direction=as_text(entry.get("sms_inout")),
        text=as_text(entry.get("sms_msg")),
        date=as_text(entry.get("sms_status_date")),
        at=as_moment(entry.get("sms_status_date"), zone),
        raw=entry,
    )


def _read_number(value: Value) -> str | None:
    return only_digits(as_text(value) or "") or None
