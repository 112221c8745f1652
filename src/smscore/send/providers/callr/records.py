"""Messages and quotes as the provider keeps them, in either of its APIs.

The law of this file: what is documented has a type, what is not stays in `raw`, and a status is
kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from smscore.send.providers.callr.reading import as_word
from smscore.send.providers.values import (
    as_amount,
    as_list,
    as_object,
    as_text,
    as_utc_moment,
    as_whole,
)
from smscore.send.wire import Value

_PARTS = ("parts", "count", "nb", "sms_count")
_COST = ("cost", "price", "amount")
_DIRECTIONS = {"INBOUND": "IN", "OUTBOUND": "OUT"}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One step of a message's way; `at` is to the millisecond."""

    old: str | None
    new: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """A message. `id` is what the older API calls a hash and the newer one a sid.

    `type` is "IN" or "OUT". `debit` is what was charged, in the account's currency, which is not
    told; with `parts` it is the truth, known only after sending. `options` are those it was sent
    with. A moment that has not come yet is None.
    """

    id: str | None
    type: str | None
    sender: str | None = field(repr=False)
    number: str | None = field(repr=False)
    text: str | None = field(repr=False)
    options: Mapping[str, Value] = field(repr=False)
    encoding: str | None
    user_data: str | None = field(repr=False)
    customer_mode: str | None
    debit: Decimal | None
    network: str | None
    status: str | None
    status_error: str | None
    parts: int | None
    nature: str | None
    created_at: datetime | None
    updated_at: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    history: tuple[StatusChange, ...]
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmsQuote:
    """What the provider says that a text will be; what is sent may differ from it.

    The names of the fields are not documented: all of them are in `raw`.
    """

    parts: int | None
    encoding: str | None
    cost: Decimal | None
    raw: Mapping[str, Value] = field(repr=False)


def read_message(value: Value) -> SmsMessage:
    """Read a message of the older API."""
    sms = as_object(value)
    return SmsMessage(
        id=as_word(sms.get("hash")),
        type=as_word(sms.get("type")),
        nature=as_word(sms.get("nature")),
        created_at=as_utc_moment(sms.get("date_creation")),
        updated_at=as_utc_moment(sms.get("date_update")),
        sent_at=as_utc_moment(sms.get("date_sent")),
        received_at=as_utc_moment(sms.get("date_received")),
        **_read_common(sms),
    )


def read_rest_message(value: Value) -> SmsMessage:
    """Read a message of the newer API, of whose dates only the name `created` is known."""
    sms = as_object(value)
    direction = (as_word(sms.get("direction")) or "").upper()
    return SmsMessage(
        id=as_word(sms.get("sid")),
        type=_DIRECTIONS.get(direction, direction or None),
        nature=as_word(sms.get("traffic")),
        created_at=as_utc_moment(sms.get("created")),
        updated_at=None,
        sent_at=None,
        received_at=None,
        **_read_common(sms),
    )


def _read_common(sms: dict[str, Value]) -> dict[str, Any]:
    return {
        "sender": as_text(sms.get("from")),
        "number": as_word(sms.get("to")),
        "text": as_text(sms.get("text")),
        "options": as_object(sms.get("options")),
        "encoding": as_word(sms.get("encoding")),
        "user_data": as_word(sms.get("user_data")),
        "customer_mode": as_word(sms.get("b_customer_mode")),
        "debit": as_amount(sms.get("b_customer_debit")),
        "network": as_word(sms.get("network")),
        "status": as_word(sms.get("status")),
        "status_error": as_word(sms.get("status_error")),
        "parts": as_whole(sms.get("parts")),
        "history": tuple(map(_read_change, as_list(sms.get("status_history")))),
        "raw": sms,
    }


def _read_change(value: Value) -> StatusChange:
    change = as_object(value)
    return StatusChange(
        as_word(change.get("old_status")),
        as_word(change.get("new_status")),
        as_utc_moment(change.get("updated_at")),
    )


def read_quote(value: Value) -> SmsQuote:
    """Read a quote by whichever of the likely names it has."""
    quote = as_object(value)
    parts = (as_whole(quote.get(name)) for name in _PARTS)
    costs = (as_amount(quote.get(name)) for name in _COST)
    return SmsQuote(
        parts=next((each for each in parts if each is not None), None),
        encoding=as_word(quote.get("encoding")),
        cost=next((each for each in costs if each is not None), None),
        raw=quote,
    )
