"""How a run of a journal stands: what it has cost so far, and what of it is in doubt.

The law of this file: it is read from the journal when all is done, and holds whatever command,
process or provider has sent of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from smscore.cli.campaign import is_under_way
from smscore.money import EXACT, Money, format_amount
from smscore.send.journal import Journal, State

_OPEN = frozenset({State.UNKNOWN, State.IN_FLIGHT})


@dataclass(frozen=True, slots=True)
class Standing:
    """A run by now: its messages by state, and its money in the currency of the deck.

    What is in doubt, or in flight, is counted at the most that it may cost. `left` is what the run
    may still cost, None without a limit. `doubts` are the messages in doubt, by provider.
    """

    currency: str
    states: Mapping[State, int] = field(default_factory=dict)
    spent: Decimal = Decimal(0)
    in_doubt: Decimal = Decimal(0)
    left: Decimal | None = None
    doubts: Mapping[str, int] = field(default_factory=dict)

    @property
    def accepted(self) -> Decimal:
        """What was accepted costs, or what was billed of it."""
        return EXACT.subtract(self.spent, self.in_doubt)

    def to_dict(self) -> dict[str, object]:
        """Give the money as JSON values."""
        return {
            "currency": self.currency,
            "spent": format_amount(self.spent),
            "accepted": format_amount(self.accepted),
            "in_doubt": format_amount(self.in_doubt),
            "left_of_max_total": None if self.left is None else format_amount(self.left),
        }

    def to_text(self) -> str:
        """Say the money in a line."""
        told = [f"{Money(self.accepted, self.currency)} accepted"]
        if self.in_doubt:
            told.append(f"at most {Money(self.in_doubt, self.currency)} in doubt")
        left = ""
        if self.left is not None:
            left = f"; {Money(max(self.left, Decimal(0)), self.currency)} left of --max-total"
        return f"so far {', '.join(told)}{left}"


def read_standing(journal: Journal, run: str, currency: str, limit: Decimal | None) -> Standing:
    """Read how a run stands; `limit` is what it may cost."""
    spent = journal.spent(run=run).get(currency, (Decimal(0), 0, 0))[0]
    in_doubt, doubts, now = Decimal(0), Counter[str](), datetime.now(UTC)
    for entry in journal.entries(run=run, states=_OPEN):
        if entry.currency == currency:
            told = entry.billed_price if entry.billed_currency == currency else None
            in_doubt = EXACT.add(in_doubt, entry.high if told is None else told)
        if not is_under_way(entry, now):
            doubts[entry.provider] += 1
    left = None if limit is None else EXACT.subtract(limit, spent)
    return Standing(currency, journal.count(run=run), spent, in_doubt, left, doubts)
