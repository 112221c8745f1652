"""What a message was quoted, what it was billed, and what made the difference.

The law of this file: every difference is explained to the last digit; nothing is rounded, and
amounts of two currencies are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum

from smscore.money import EXACT, Money, format_amount
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry
from smscore.udh import MAXIMUM_PARTS

UNIT_DECIMALS = 12
"""An implied unit price is shown to as many decimals; nothing is computed with it."""

_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ZERO = Decimal(0)


class VarianceKind(StrEnum):
    """Why what was billed is not what was quoted."""

    SPREAD = "spread"
    PARTS = "parts"
    RATE = "rate"
    PARTS_AND_RATE = "parts_and_rate"
    MISSING = "missing"
    EXTRA = "extra"
    UNSENT = "unsent"
    EARLIER = "earlier"
    CURRENCY = "currency"
    UNPRICED = "unpriced"
    IN_DOUBT = "in_doubt"


MEANINGS: Mapping[str, str] = {
    "spread": "within what was quoted",
    "parts": "other number of parts",
    "rate": "other rate",
    "missing": "not at the provider",
    "extra": "not in the journal",
    "unsent": "billed, but not sent",
    "earlier": "billed at an earlier attempt",
    "currency": "billed in another currency",
    "unpriced": "price not told",
    "in_doubt": "outcome not known",
}
"""The rows of an explanation, in their order, and what they are called."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A message that the provider has and the journal has not."""

    message_id: str | None
    status: str | None
    at: datetime | None
    parts: int | None
    price: Money | None

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values, money as strings."""
        return {
            "message_id": self.message_id,
            "status": self.status,
            "at": None if self.at is None else self.at.isoformat(),
            "parts": self.parts,
            **_tell("price", self.price),
        }


@dataclass(frozen=True, slots=True)
class Variance:
    """One message whose bill is not its quote.

    `message` is its number in the journal, None for one that is not in it. `by_parts` is what the
    other number of parts makes at the quoted unit price, `by_rate` the rest; both are zero where
    nothing is compared. `unit_price` is the deck's, `billed_unit_price` what the bill implies, to
    12 decimals. `parts_implied` says that the parts were not told but follow from the price.
    """

    kind: VarianceKind
    message: int | None
    run: str | None
    message_id: str | None
    quoted: Money | None
    billed: Money | None
    quoted_parts: int | None
    billed_parts: int | None
    parts_implied: bool = False
    unit_price: Decimal | None = None
    billed_unit_price: Decimal | None = None
    by_parts: Decimal = _ZERO
    by_rate: Decimal = _ZERO
    label: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values, money as strings."""
        return {
            "kind": self.kind.value,
            "message": self.message,
            "run": self.run,
            "label": self.label,
            "message_id": self.message_id,
            **_tell("quoted", self.quoted),
            **_tell("billed", self.billed),
            "quoted_parts": self.quoted_parts,
            "billed_parts": self.billed_parts,
            "parts_implied": self.parts_implied,
            "unit_price": None if self.unit_price is None else format_amount(self.unit_price),
            "billed_unit_price": None
            if self.billed_unit_price is None
            else format_amount(self.billed_unit_price),
            "by_parts": format_amount(self.by_parts),
            "by_rate": format_amount(self.by_rate),
        }

    def to_text(self) -> str:
        """Tell it in one line, for people."""
        named = name_message(self.message, self.message_id, self.label)
        if self.kind is VarianceKind.EXTRA:
            told = "price not told" if self.billed is None else f"billed {self.billed}"
            return f"{named}, {self.kind.value}: not in the journal; {told}"
        if self.kind is VarianceKind.EARLIER:
            return f"{named}, {self.kind.value}: billed {self.billed}, before it was tried again"
        quoted = "nothing" if self.quoted is None else f"{self.quoted}"
        billed = "nothing" if self.billed is None else f"{self.billed}"
        if self.kind in _AT_A_RATE and self.billed is not None:
            implied = " (by its price)" if self.parts_implied else ""
            parts = "parts not told" if self.billed_parts is None else _count(self.billed_parts)
            quoted = f"{_count(self.quoted_parts or 0)}, {quoted}"
            billed = f"{parts}{implied}, {billed}"
        return f"{named}, {self.kind.value}: quoted {quoted}; billed {billed}"


def name_message(message: int | None, message_id: str | None, label: str | None) -> str:
    """Name a message for people: by its label, or its number in the journal; and by its id.

    >>> name_message(7, "K7Q2M9XD", "campaign.csv, row 12"), name_message(7, None, None)
    ('campaign.csv, row 12 (K7Q2M9XD)', 'message 7')
    """
    name = label or ("message" if message is None else f"message {message}")
    return name if message_id is None else f"{name} ({message_id})"


def _count(parts: int) -> str:
    return "1 part" if parts == 1 else f"{parts} parts"


_AT_A_RATE = frozenset(
    {VarianceKind.SPREAD, VarianceKind.PARTS, VarianceKind.RATE, VarianceKind.PARTS_AND_RATE}
)


def compare(entry: Entry, billed: Decimal) -> Variance | None:
    """Tell in what a price, in the currency of the message's quote, varies; None if in nothing.

    Where the provider does not tell the parts, a price that is a whole number of unit prices is
    taken for so many parts.
    """
    difference = EXACT.subtract(billed, entry.expected)
    parts, implied = entry.billed_parts, False
    if parts is None and difference:
        parts = _imply_parts(billed, entry)
        implied = parts is not None
    others = parts is not None and parts != entry.parts
    if not difference and not others:
        return None
    by_parts = _ZERO
    if parts is not None and entry.unit == "part":
        by_parts = EXACT.multiply(entry.unit_price, Decimal(parts - entry.parts))
    by_rate = EXACT.subtract(difference, by_parts)
    if entry.low < entry.high and entry.low <= billed <= entry.high:
        kind = VarianceKind.SPREAD
    elif not others:
        kind = VarianceKind.RATE
    else:
        kind = VarianceKind.PARTS_AND_RATE if by_rate else VarianceKind.PARTS
    return vary(kind, entry, parts=parts, implied=implied, by_parts=by_parts, by_rate=by_rate)


def _imply_parts(price: Decimal, entry: Entry) -> int | None:
    if entry.unit != "part" or entry.unit_price <= 0 or price <= 0:
        return None
    count, rest = _WIDE.divmod(price, entry.unit_price)
    return None if rest or count > MAXIMUM_PARTS else int(count)


def vary(
    kind: VarianceKind,
    entry: Entry,
    *,
    parts: int | None = None,
    implied: bool = False,
    by_parts: Decimal = _ZERO,
    by_rate: Decimal = _ZERO,
) -> Variance:
    """Tell of a message of the journal in what it varies."""
    return Variance(
        kind,
        entry.id,
        entry.run,
        entry.message_id,
        None if kind is VarianceKind.UNSENT else Money(entry.expected, entry.currency),
        entry.price,
        entry.parts,
        entry.billed_parts if parts is None else parts,
        implied,
        entry.unit_price,
        _imply_unit_price(entry, parts),
        by_parts,
        by_rate,
        entry.label,
    )


def vary_extra(extra: Extra) -> Variance:
    """Tell of a message that is not in the journal."""
    return Variance(
        VarianceKind.EXTRA, None, None, extra.message_id, None, extra.price, None, extra.parts
    )


def vary_earlier(earlier: Earlier) -> Variance:
    """Tell of an attempt that was billed before its message was tried again."""
    return Variance(
        VarianceKind.EARLIER,
        earlier.message,
        earlier.run,
        earlier.message_id,
        None,
        earlier.price,
        None,
        earlier.billed_parts,
        label=earlier.label,
    )


def _imply_unit_price(entry: Entry, parts: int | None) -> Decimal | None:
    count = 1 if entry.unit != "part" else parts or entry.billed_parts
    if entry.billed_price is None or not count:
        return None
    price = _WIDE.divide(entry.billed_price, Decimal(count))
    return price.quantize(Decimal(1).scaleb(-UNIT_DECIMALS), context=_WIDE)


def _tell(name: str, money: Money | None) -> dict[str, str | None]:
    return {
        name: None if money is None else format_amount(money.amount),
        f"{name}_currency": None if money is None else money.currency,
    }
