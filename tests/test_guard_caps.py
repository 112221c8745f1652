"""Caps and velocity: what a window may hold, whatever comes in whatever order.

The law of this file: sums are kept here, by plain addition, and never asked of what is tested.
"""

from __future__ import annotations

import decimal
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore import Money, Quote, RateDeck, quote
from smscore.caps import Cap, Place, Spent, Velocity, find_place
from smscore.errors import NotAllowed, OverCap, TooFast
from smscore.guard import Guard

GB, US, NOWHERE = "+447700900123", "+12025550143", "+80012345678"
DECK = RateDeck.parse(
    b"country,price,currency\nGB,0.03,EUR\nUS,0.000000000001,EUR\n,0.05,EUR\n", "deck.csv"
)
SLOW = Guard(velocity=Velocity.defaults())
DOLLARS = RateDeck.parse(b"country,price,currency\n,0.05,USD\n", "dollars.csv")


def price(to: str = GB, parts: int = 1, deck: RateDeck = DECK) -> Quote:
    """Quote a message of so many parts: 153 septets fit each of several (TS 23.040, 9.2.3.24)."""
    return quote("a" * (153 * parts), to=to, deck=deck, at=date(2026, 6, 15))


def euros(amount: str, parts: int = 0, recipients: int = 0) -> Spent:
    """Say what a window holds."""
    return Spent({"EUR": Decimal(amount)}, parts, recipients)


@pytest.mark.parametrize(
    ("cap", "fits", "over"),
    [
        (Cap("run", money="1"), euros("0.97"), euros("0.970000000001")),
        (Cap("day", money="1 EUR"), euros("0.97"), euros("0.98")),
        (Cap("run", parts=5), euros("9", parts=4), euros("0", parts=5)),
        (Cap("day", recipients=5), euros("9", 9, 4), euros("0", 0, 5)),
        (Cap("run", recipients=5, country="gb"), euros("9", 9, 4), euros("0", 0, 5)),
        (Cap("run", recipients=5, country="each"), euros("9", 9, 4), euros("0", 0, 5)),
        (Cap("run", money=5, parts=5), euros("4.97", 4), euros("4.97", 5)),
        (Cap("run", money=5, parts=5), euros("4.97", 4), euros("4.98", 4)),
    ],
    ids=str,
)
def test_a_cap_at_its_edge(cap: Cap, fits: Spent, over: Spent) -> None:
    """Exactly at the cap is allowed; the smallest step past it is not."""
    guard = Guard(caps=[cap])
    guard.check_caps(price(), always(fits))
    with pytest.raises(OverCap) as caught:
        guard.check_caps(price(), always(over))
    assert caught.value.window == cap.window
    assert f"of a {cap.window}" in caught.value.limit


def always(spent: Spent) -> Callable[[str, str | None], Spent]:
    """Let every window hold the same."""
    return lambda _window, _country: spent


def test_the_windows_of_a_quote() -> None:
    """A quote asks for each sum that a cap on it is about, once, and for no other."""
    caps = [
        Cap("message", parts=9), Cap("run", parts=9), Cap("run", recipients=9),
        Cap("day", parts=9, country="each"), Cap("day", money=9, country="GB"),
        Cap("run", parts=9, country="US"), Cap("run", parts=9, country="unknown"),
    ]  # fmt: skip
    guard = Guard(max_total=9, caps=caps)
    expected = {
        GB: {("run", None), ("day", "GB")},
        US: {("run", None), ("day", "US"), ("run", "US")},
        NOWHERE: {("run", None), ("day", "unknown"), ("run", "unknown")},
    }
    for to, windows in expected.items():
        asked: list[tuple[str, str | None]] = []

        def look(*window: Any, asked: list[Any] = asked) -> Spent:
            asked.append(window)
            return Spent()

        guard.check_caps(price(to), look)
        assert tuple(asked) == guard.windows(price(to))
        assert (len(asked), set(asked)) == (len(windows), windows)
    assert Guard(max_parts=1, max_price=1).windows(price()) == ()


def test_a_cap_of_one_country_leaves_the_others() -> None:
    """What goes to another country does not count against a country's cap."""
    guard = Guard(caps=[Cap("message", parts=0, country="US"), Cap("run", parts=0, country="FR")])
    guard.approve(price(GB))
    with pytest.raises(OverCap, match="in US"):
        guard.approve(price(US))


def test_what_a_message_alone_exceeds() -> None:
    """A message that no run or day has room for is refused before any sum is looked up."""
    for window in ("message", "run", "day"):
        guard = Guard(caps=[Cap(window, parts=1)])
        guard.approve(price())
        with pytest.raises(OverCap):
            guard.approve(price(parts=2))


@pytest.mark.parametrize("money", ["1 EUR", "1"])
def test_money_of_two_currencies(money: str) -> None:
    """A window that holds another currency than the cap's or the quote's cannot be summed."""
    guard = Guard(max_total=money)
    for spent in ({"USD": Decimal("0.01")}, {"USD": Decimal("0.01"), "EUR": Decimal(0)}):
        with pytest.raises(NotAllowed, match="currency of max_total"):
            guard.check_caps(price(), always(Spent(spent)))
    nothing = {"USD": Decimal(0), "EUR": Decimal("0.97")}
    guard.check_caps(price(), always(Spent(nothing)))
    with pytest.raises(NotAllowed):
        Guard(max_total="1 EUR").approve(price(deck=DOLLARS))


def test_sums_are_exact() -> None:
    """No digit is lost whatever the caller's context, and a sum of too many digits is over."""
    most = Decimal("1000000000000.000000000001")
    guard = Guard(max_total=Money(most, "EUR"))
    with decimal.localcontext(prec=3):
        guard.check_caps(price(US), always(euros("1000000000000")))
        for held in ("1000000000000.000000000001", "1000000000000.0000000000000000000000001"):
            with pytest.raises(OverCap):
                guard.check_caps(price(US), always(euros(held)))
    vast = Guard(max_total=Decimal(10) ** 60)
    with pytest.raises(OverCap, match="39 digits"):
        vast.check_caps(price(US), always(euros("1" + "0" * 40)))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Cap("week", parts=1), ValueError),  # type: ignore[arg-type]
        (lambda: Cap("run"), ValueError),
        (lambda: Cap("run", country="GB"), ValueError),
        (lambda: Cap("run", parts=-1), ValueError),
        (lambda: Cap("run", parts=1.0), TypeError),  # type: ignore[arg-type]
        (lambda: Cap("run", recipients=True), TypeError),
        (lambda: Cap("run", money=0.1), TypeError),  # type: ignore[arg-type]
        (lambda: Cap("run", money="-1"), ValueError),
        (lambda: Cap("run", parts=1, country="XX"), ValueError),
        (lambda: Cap("run", parts=1, country=44), TypeError),  # type: ignore[arg-type]
        (lambda: Velocity(-1, timedelta(1), "range"), ValueError),
        (lambda: Velocity(True, timedelta(1), "range"), TypeError),
        (lambda: Velocity(1, timedelta(0), "range"), ValueError),
        (lambda: Velocity(1, 60, "range"), TypeError),  # type: ignore[arg-type]
        (lambda: Velocity(1, timedelta(1), "town"), ValueError),  # type: ignore[arg-type]
        (lambda: Spent({"EUR": 0.1}), TypeError),  # type: ignore[dict-item]
        (lambda: Spent({"EUR": Decimal(-1)}), ValueError),
        (lambda: Spent({"EUR": Decimal("NaN")}), ValueError),
        (lambda: Spent(parts=-1), ValueError),
        (lambda: Spent(recipients=1.0), TypeError),  # type: ignore[arg-type]
        (lambda: Guard(max_total=1).check_caps(price(), lambda *_: None), TypeError),  # type: ignore[arg-type]
        (lambda: SLOW.check_velocity(price(), lambda *_: -1), ValueError),
    ],
)  # fmt: skip
def test_values_that_are_none(make: Any, error: type[Exception]) -> None:
    """What nothing can be judged by, is refused."""
    with pytest.raises(error):
        make()


def test_velocity() -> None:
    """So many messages pass within the time, and one more is an alarm."""
    hour = timedelta(hours=1)
    for by in ("recipient", "range", "country"):
        guard = Guard(velocity=[Velocity(3, hour, by)])
        asked: list[Any] = []

        def count(*what: Any, asked: list[Any] = asked) -> int:
            asked.append(what)
            return 1 + len(asked)

        guard.check_velocity(price(), count)
        assert asked == [(by, hour)]
        with pytest.raises(TooFast) as caught:
            guard.check_velocity(price(), count)
        assert (caught.value.found, caught.value.window) == ("4", hour)
        assert "7700" not in str(caught.value)
    with pytest.raises(TooFast):
        Guard(velocity=[Velocity(0, hour, "range")]).check_velocity(price(), lambda *_: 0)


def test_places() -> None:
    """A range is a number without its last three digits; no country is a place too."""
    places: tuple[Place, ...] = ("recipient", "range", "country")
    assert [find_place(price(GB), by) for by in places] == [GB, "+447700900", "GB"]
    assert find_place(price(NOWHERE), "country") == "unknown"


QUOTES = [price(to, parts) for to in (GB, US, NOWHERE) for parts in (1, 2, 3)]

caps = st.builds(
    Cap,
    st.sampled_from(["run", "day"]),
    money=st.sampled_from([None, "0.2", "0.000000000003", Decimal("0.31")]),
    parts=st.integers(0, 20),
    recipients=st.none() | st.integers(0, 9),
    country=st.sampled_from([None, "each", "GB", "US", "unknown"]),
)


@given(st.lists(caps, max_size=4), st.lists(st.sampled_from(QUOTES), max_size=30))
def test_no_window_passes_its_cap(limits: list[Cap], messages: list[Quote]) -> None:
    """Whatever is added one at a time, no sum is ever more than a cap on it."""
    guard = Guard(caps=limits)
    sent: list[Quote] = []
    held: dict[tuple[str, str | None], Spent] = defaultdict(Spent)
    for message in messages:
        try:
            guard.check_caps(message, lambda *window: held[window])
        except OverCap:
            continue
        sent.append(message)
        for window in guard.windows(message):
            held[window] = held[window].plus(message)
    for cap in limits:
        for country in {cap.country} if cap.country != "each" else {"GB", "US", "unknown"}:
            mine = [q for q in sent if country is None or (q.country or "unknown") == country]
            assert cap.parts is not None
            assert sum(q.parts for q in mine) <= cap.parts
            assert cap.recipients is None or len(mine) <= cap.recipients
            spent = sum((q.high.amount for q in mine), Decimal(0))
            assert cap.money is None or spent <= Decimal(str(cap.money))


@given(st.data(), st.lists(caps, max_size=4), st.lists(st.sampled_from(QUOTES), max_size=12))
def test_the_order_does_not_matter(
    data: st.DataObject, limits: list[Cap], messages: list[Quote]
) -> None:
    """Messages that all fit in one order, all fit in any other; the sums are the same."""
    guard = Guard(caps=limits)

    def send(some: list[Quote]) -> dict[tuple[str, str | None], Spent] | None:
        held: dict[tuple[str, str | None], Spent] = defaultdict(Spent)
        try:
            for message in some:
                guard.check_caps(message, lambda *window: held[window])
                for window in guard.windows(message):
                    held[window] = held[window].plus(message)
        except OverCap:
            return None
        return held

    assert send(messages) == send(data.draw(st.permutations(messages)))
