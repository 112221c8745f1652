"""Rate limits: no span of a limit's length sees more than the limit.

The law of this file: time is a number that the tests move.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.send.pacing import Pacer
from smscore.send.provider import RateLimit


@given(
    amount=st.integers(1, 6),
    seconds=st.integers(1, 30),
    gaps=st.lists(st.integers(0, 20), min_size=1, max_size=60),
    sizes=st.lists(st.integers(1, 9), min_size=60, max_size=60),
)
def test_no_span_sees_more_than_the_limit(
    amount: int, seconds: int, gaps: list[int], sizes: list[int]
) -> None:
    """However requests come, what leaves within any span of the limit is the limit at most.

    A request that is larger than the limit by itself leaves alone.
    """
    now = 0.0
    pacer = Pacer({"send": (RateLimit(amount, seconds, "parts"),)}, clock=lambda: now)
    left: list[tuple[float, int]] = []
    for gap, size in zip(gaps, sizes, strict=False):
        now += gap
        wait = pacer.take("send", {"parts": size})
        assert wait >= 0
        left.append((now + wait, min(size, amount)))
    for start, _ in left:
        assert sum(size for at, size in left if start <= at < start + seconds) <= amount


def test_limits_of_one_endpoint_and_of_all() -> None:
    """A request waits for its own endpoint's limit and for that of all endpoints together."""
    pacer = Pacer({"a": (RateLimit(1, 10),), "": (RateLimit(2, 60),)}, clock=lambda: 0.0)
    assert pacer.take("a", {"requests": 1}) == 0
    assert pacer.take("b", {"requests": 1}) == 0
    assert pacer.take("a", {"requests": 1}) == 60


def test_what_is_counted() -> None:
    """A limit counts requests, recipients or parts, as it says."""
    pacer = Pacer({"send": (RateLimit(10, 60, "recipients"),)}, clock=lambda: 0.0)
    assert pacer.take("send", {"requests": 1, "recipients": 10}) == 0
    assert pacer.take("send", {"requests": 1, "recipients": 0}) == 0
    assert pacer.take("send", {"requests": 1, "recipients": 1}) == 60


@pytest.mark.parametrize("asked", [5.0, 40.0])
def test_a_hold_is_kept(asked: float) -> None:
    """After the provider asked for a pause, nothing goes to that endpoint until it is over."""
    now = 100.0
    pacer = Pacer({"send": (RateLimit(3, 30),)}, clock=lambda: now)
    pacer.hold("send", asked)
    assert pacer.take("send", {"requests": 1}) == asked
    assert pacer.take("other", {"requests": 1}) == 0
