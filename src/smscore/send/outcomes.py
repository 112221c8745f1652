"""What became of a message: one outcome for each recipient, and no more certainty than there is.

The law of this file: four outcomes and no fifth. What cannot be told apart from a message that
went out is UNKNOWN; NOT_SENT and REJECTED are said only where nothing can have reached a handset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from smscore.errors import SmsError
from smscore.money import Money, format_amount


class Outcome(StrEnum):
    """What is known about a message that was to be sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """What a provider's answer says about one recipient, as read from it.

    `status` and `code` are the provider's own words, kept as they came; `reason` is for people,
    and holds no number or text. `parts` and `price` are None unless the answer told them.
    """

    number: str = field(repr=False)
    outcome: Outcome
    message_id: str | None = None
    status: str | None = None
    code: str | None = None
    reason: str | None = None
    parts: int | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What the provider's own records say of one message to one recipient, whenever it was sent.

    `at` is when the provider made or sent it, aware, None where its zone is not known. `handle` is
    what the sender gave it to be told by, where the provider keeps such a thing.
    """

    message_id: str | None
    number: str = field(repr=False)
    text: str | None = field(repr=False)
    outcome: Outcome
    status: str | None = None
    reason: str | None = None
    parts: int | None = None
    price: Money | None = None
    at: datetime | None = None
    handle: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the provider says, before sending, that a message will be.

    `cost` is an amount without a currency where the answer names none.
    """

    parts: int | None
    alphabet: str | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one approval. The provider's answer is kept in `body`, outside the repr.

    `repeated` says that nothing was sent this time: the journal has this message from before, and
    the receipt is what it knows. `message_id` is the provider's name for the message or batch.
    """

    key: str
    provider: str
    outcome: Outcome
    message_id: str | None
    status: str | None
    code: str | None
    reason: str | None
    parts: int | None
    price: Money | None
    http_status: int | None
    body: bytes | None = field(repr=False)
    attempts: int
    at: datetime
    repeated: bool = False
    forecast: Forecast | None = None

    @property
    def accepted(self) -> bool:
        """Whether the provider took the message."""
        return self.outcome is Outcome.ACCEPTED

    def to_dict(self) -> dict[str, object]:
        """Give the receipt as JSON values, money as strings; the body is left out."""
        return {
            "key": self.key,
            "provider": self.provider,
            "outcome": self.outcome.value,
            "message_id": self.message_id,
            "status": self.status,
            "code": self.code,
            "reason": self.reason,
            "parts": self.parts,
            "price": None if self.price is None else format_amount(self.price.amount),
            "currency": None if self.price is None else self.price.currency,
            "http_status": self.http_status,
            "attempts": self.attempts,
            "at": self.at.isoformat(),
            "repeated": self.repeated,
        }

    def raise_for_outcome(self) -> None:
        """Raise NotSent, Rejected or OutcomeUnknown unless the message was accepted."""
        if self.outcome is not Outcome.ACCEPTED:
            raise _ERRORS[self.outcome](self)


class SendError(SmsError):
    """The message was not accepted; `receipt` is all that is known."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        why = f": {receipt.reason}" if receipt.reason else ""
        super().__init__(f"{receipt.provider}, {receipt.outcome.value}{why}")


class NotSent(SendError):
    """Nothing left, or the provider refused before it looked: it may be sent again."""


class Rejected(SendError):
    """The provider refused the message; the receipt has its reason."""


class OutcomeUnknown(SendError):
    """The message may or may not have gone out. Do not send it again: reconcile."""


_ERRORS = {
    Outcome.NOT_SENT: NotSent,
    Outcome.REJECTED: Rejected,
    Outcome.UNKNOWN: OutcomeUnknown,
}
