"""What a campaign comes to: counted before it is sent, and while it is.

The law of this file: every figure is exact, and nothing of a message is in it but its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from smscore.caps import UNKNOWN
from smscore.cli.exits import Exit
from smscore.money import EXACT, format_amount
from smscore.quoting import Quote
from smscore.send.journal import Entry

ROWS_SHOWN = 10


@dataclass(slots=True)
class Reasons:
    """Rows by why they are not sent: how many, the first of them, and what that means."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    meanings: dict[str, str] = field(default_factory=dict)
    status: Exit = Exit.CLEAN

    def add(self, reason: str, row: int, status: Exit, meaning: str = "") -> None:
        """Count a row; the gravest status of all is kept."""
        self.counts[reason] += 1
        first = self.rows.setdefault(reason, [])
        if len(first) < ROWS_SHOWN:
            first.append(row)
        self.meanings.setdefault(reason, meaning)
        self.status = max(self.status, status)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def to_dict(self) -> dict[str, object]:
        """Give the reasons as JSON values."""
        return {
            reason: {
                "rows": count,
                "first_rows": self.rows[reason],
                "meaning": self.meanings[reason] or None,
            }
            for reason, count in self.counts.items()
        }

    def to_lines(self) -> list[str]:
        """Say each reason in a line."""
        lines = []
        for reason, count in self.counts.items():
            first = ", ".join(map(str, self.rows[reason]))
            more = ", ..." if count > len(self.rows[reason]) else ""
            meaning = f": {self.meanings[reason]}" if self.meanings[reason] else ""
            rows = "row" if count == 1 else "rows"
            lines.append(f"{count:,} {reason} ({rows} {first}{more}){meaning}")
        return lines


@dataclass(slots=True)
class Sum:
    """Messages, their parts, and what they may cost."""

    messages: int = 0
    parts: int = 0
    most_parts: int = 0
    low: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def add(self, quote: Quote) -> None:
        """Count a message."""
        self.messages += 1
        self.parts += quote.parts
        self.most_parts += quote.most_parts
        self.low = EXACT.add(self.low, quote.low.amount)
        self.expected = EXACT.add(self.expected, quote.total.amount)
        self.high = EXACT.add(self.high, quote.high.amount)

    def to_dict(self) -> dict[str, object]:
        """Give the figures as JSON values, money as strings."""
        return {
            "messages": self.messages,
            "parts": self.parts,
            "most_parts": self.most_parts,
            "low": format_amount(self.low),
            "expected": format_amount(self.expected),
            "high": format_amount(self.high),
        }


@dataclass(slots=True)
class Figures:
    """What of a source leaves, what is refused, and what the journal has already."""

    rows: int = 0
    leaving: Sum = field(default_factory=Sum)
    countries: dict[str, Sum] = field(default_factory=dict)
    refused: Reasons = field(default_factory=Reasons)
    known: Reasons = field(default_factory=Reasons)
    requests: int = 0
    seconds: float = 0.0
    """How long the provider's rate limits make all of it take."""
    uncounted: Decimal = Decimal(0)
    """The most that those cost that no cap counts yet."""
    today: Decimal = Decimal(0)
    room: Decimal | None = None
    fitting: int = 0
    """The most that those cost that today's cap does not count yet; what it still has room for,
    None without such a cap; and how many of them go into it."""
    open: list[tuple[int, str]] = field(default_factory=list, repr=False)
    """Rows and keys of what another process had in flight when it was met."""
    quote: Quote | None = field(default=None, repr=False)
    entry: Entry | None = None
    """The first message that was priced, and the first that the journal has."""

    def add(self, quote: Quote, *, counted: bool, today: bool) -> None:
        """Count a message that leaves; `counted`, or `today`, are what sums have already."""
        self.quote = self.quote or quote
        self.leaving.add(quote)
        self.countries.setdefault(quote.country or UNKNOWN, Sum()).add(quote)
        if not counted:
            self.uncounted = EXACT.add(self.uncounted, quote.high.amount)
        if not today:
            self.today = EXACT.add(self.today, quote.high.amount)
        if self.room is None or self.today <= self.room:
            self.fitting += 1

    def to_dict(self) -> dict[str, object]:
        """Give the figures as JSON values, money as strings."""
        return {
            "rows": self.rows,
            "requests": self.requests,
            "seconds_by_rate_limits": int(self.seconds),
            "recipients": self.leaving.messages,
            **self.leaving.to_dict(),
            "countries": sum_up(self.countries),
            "refused": self.refused.to_dict(),
            "in_journal": self.known.to_dict(),
        }


def sum_up(countries: Mapping[str, Sum]) -> dict[str, object]:
    """Give the sums by country, the dearest first."""
    ordered = sorted(countries.items(), key=lambda each: (-each[1].high, each[0]))
    return {country: each.to_dict() for country, each in ordered}


def name_error(kind: type[Exception]) -> str:
    """Name an error as problems are named.

    >>> from smscore.errors import NoRate
    >>> name_error(NoRate)
    'no_rate'
    """
    words = "".join(f"_{each.lower()}" if each.isupper() else each for each in kind.__name__)
    return words.removeprefix("_")
