"""What a provider tells without being asked, as values.

The law of this file: an event is what was said and no more. What is not understood is kept raw and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from smscore.money import Money
from smscore.send.outcomes import Outcome
from smscore.send.wire import Value


class EventKind(StrEnum):
    """What an event is about."""

    HANDSHAKE = "handshake"
    INBOUND = "inbound"
    STATUS = "status"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. Numbers, texts and the raw event are not in the repr.

    `id` tells deliveries of one event apart from other events; None where the provider gives none.
    `at` is when it happened, by which events that come out of order are put in order. `duplicate`
    is true where a journal has seen the id before. `outcome` is what the status means, None where
    it means nothing known. `handle` is what the sender gave the message to be told by.
    """

    provider: str
    kind: EventKind
    id: str | None = None
    message_id: str | None = None
    at: datetime | None = None
    number: str | None = field(default=None, repr=False)
    sender: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    status: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    parts: int | None = None
    price: Money | None = None
    handle: str | None = field(default=None, repr=False)
    duplicate: bool = False
    raw: Mapping[str, Value] = field(default_factory=dict, repr=False)
