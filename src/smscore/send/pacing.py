"""How long a request has to wait so that the provider's rate limits are kept.

The law of this file: no span of a limit's length ever sees more than the limit. A bucket's token
comes back a span after it was taken, not little by little: a bucket that drips would let a full
bucket and its refill through in one span.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic

from smscore.send.provider import RateLimit

ALL_ENDPOINTS = ""


class Bucket:
    """The tokens of one limit."""

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._taken: deque[tuple[float, int]] = deque()
        self._amount = 0

    def earliest(self, amount: int, now: float) -> float:
        """Tell when so many tokens are there; more than the bucket holds wait for all of it."""
        self._return(now)
        wanted = min(amount, self.limit.amount)
        missing = self._amount + wanted - self.limit.amount
        when = now
        for taken, count in self._taken:
            if missing <= 0:
                break
            missing -= count
            when = taken + self.limit.seconds
        return max(now, when)

    def take(self, amount: int, when: float) -> None:
        """Take tokens at a moment, which may be yet to come."""
        count = min(amount, self.limit.amount)
        self._taken.append((when, count))
        self._amount += count

    def _return(self, now: float) -> None:
        while self._taken and self._taken[0][0] + self.limit.seconds <= now:
            self._amount -= self._taken.popleft()[1]


class Pacer:
    """The buckets of one account, shared by whatever sends for it; safe among threads.

    >>> pacer = Pacer({"sms.create": (RateLimit(2, 30),)}, clock=lambda: 100.0)
    >>> [pacer.take("sms.create", {"requests": 1}) for _ in range(4)]
    [0.0, 0.0, 30.0, 30.0]
    >>> pacer.take("sms.list", {"requests": 1})
    0.0
    """

    def __init__(
        self,
        limits: Mapping[str, tuple[RateLimit, ...]],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._buckets = {
            endpoint: tuple(Bucket(limit) for limit in some) for endpoint, some in limits.items()
        }
        self._clock = clock
        self._lock = Lock()

    def take(self, endpoint: str, amounts: Mapping[str, int]) -> float:
        """Take what a request needs, and tell how many seconds it has to wait for it.

        `amounts` says how many requests, recipients and parts it is; what is taken is taken, so
        the request is to be made then.
        """
        with self._lock:
            now = when = self._clock()
            buckets = [
                (bucket, amount)
                for bucket in (
                    *self._buckets.get(endpoint, ()),
                    *self._buckets.get(ALL_ENDPOINTS, ()),
                )
                if (amount := amounts.get(bucket.limit.counted, 0))
            ]
            for bucket, amount in buckets:
                when = max(when, bucket.earliest(amount, now))
            for bucket, amount in buckets:
                bucket.take(amount, when)
            return when - now

    def hold(self, endpoint: str, seconds: float) -> None:
        """Let no request to an endpoint go for a while, because the provider asked for it."""
        with self._lock:
            now = self._clock()
            for bucket in self._buckets.get(endpoint, ()):
                bucket.take(bucket.limit.amount, now + seconds - bucket.limit.seconds)
