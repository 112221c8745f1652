"""What a flow yields, and the terms that it goes by.

The law of this file: a step says what is to be done and to whom the answer is of use; who does it,
and whether a thread or an event loop waits for it, is not known here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from smscore.send.journal.transaction import Transaction
from smscore.send.pacing import Pacer
from smscore.send.wire import Wait, WireRequest

T = TypeVar("T")

SERVER_ERROR = 500
"""From here on a status says nothing about whether the request was acted on (RFC 9110, 15.6)."""


@dataclass(frozen=True, slots=True)
class Write:
    """Change the journal in one transaction, and tell what came of it.

    If it `concludes`, nothing waits for what it returns, and it may be written with the next one.
    """

    operation: Callable[[Transaction], Any]
    concludes: bool = False


Step = WireRequest | Wait | Write
Flow = Generator[Step, Any, T]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how slowly to try again what may be tried again.

    Waits grow from `first` seconds, doubling, each drawn between half of it and all, up to
    `longest`. What a provider asks for is waited for in full, and a drawn bit more; a longer wait
    than `longest` is not waited for at all.

    >>> Retry(first=1.0, draw=lambda: 1.0).pause(3, None), Retry().pause(1, 3600.0)
    (4.0, None)
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 60.0
    draw: Callable[[], float] = field(default=random.random, repr=False)

    def __post_init__(self) -> None:
        if self.attempts < 1 or not 0 <= self.first <= self.longest:
            raise ValueError("a retry has at least one attempt, and 0 <= first <= longest")

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Tell how many seconds to wait after an attempt that failed; None to give up."""
        if attempt >= self.attempts or (asked is not None and asked > self.longest):
            return None
        drawn = min(self.first * 2.0 ** (attempt - 1), self.longest) * (1 + self.draw()) / 2
        return drawn if asked is None else asked + min(drawn, self.first)


@dataclass(frozen=True, slots=True)
class Drift:
    """How much dearer than our quote a provider's own may be: in parts, and as a share of price.

    Raises TypeError for a price that is no Decimal, ValueError for what is below zero.

    >>> Drift().price
    Decimal('0.05')
    """

    parts: int = 0
    price: Decimal = Decimal("0.05")

    def __post_init__(self) -> None:
        if type(self.parts) is not int or not isinstance(self.price, Decimal):
            raise TypeError("a drift is a whole number of parts, and a Decimal as a share of price")
        if self.parts < 0 or self.price.is_nan() or self.price < 0:
            raise ValueError("a drift is not below zero")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the messages of one client go out under.

    `again` lets a message that the provider rejected be tried again. `stopped` tells whether what
    has not left is to stay.
    """

    run: str
    retry: Retry
    pacer: Pacer
    drift: Drift = Drift()
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    again: bool = False
    stopped: Callable[[], bool] = field(default=lambda: False)


def pace(
    request: WireRequest, terms: Terms, amounts: Mapping[str, int] | None = None
) -> Flow[bool]:
    """Wait until a request may go within the provider's limits; tell if that took time."""
    seconds = terms.pacer.take(request.endpoint, amounts or {"requests": 1})
    if seconds > 0:
        yield Wait(seconds, "the provider's rate limit")
    return seconds > 0
