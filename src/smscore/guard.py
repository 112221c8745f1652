"""What may go out: the caller's limits, and the proof that a quote passed them.

The law of this file: an approval is made by `Guard.approve` and nowhere else, and whatever sends
takes nothing else. What cannot be judged is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from smscore.quoting import Quote

_MADE_HERE = object()


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Approval:
    """The proof that a quote passed a guard: it holds the quote, which holds the message.

    Only `Guard.approve` makes one; it is neither copied nor pickled. `key` names the message in
    the journal, where a key is sent once.
    """

    quote: Quote
    guard: Guard = field(repr=False)
    key: str = field(repr=False)
    at: datetime

    def __init__(self, made_here: object, quote: Quote, guard: Guard, key: str) -> None:
        if made_here is not _MADE_HERE:
            raise TypeError("an approval is made by Guard.approve, which checks the quote")
        object.__setattr__(self, "quote", quote)
        object.__setattr__(self, "guard", guard)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "at", datetime.now(UTC))

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: nobody would know who made it."""
        raise TypeError("an approval is not copied: approve the quote again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The caller's limits."""

    max_parts: int | None = None

    def approve(self, quote: Quote, *, key: str | None = None) -> Approval:
        """Approve a quote."""
        return Approval(_MADE_HERE, quote, self, quote.id if key is None else key)
