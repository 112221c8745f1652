"""The guard: what it lets out, what it refuses, and the approval that nobody else makes.

The law of this file: every rule is tried at its edge and one step past it. Numbers are those that
examples/README.md lists; parts are those of TS 23.040, prices those times parts.
"""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from smscore import Money, Quote, RateDeck, quote
from smscore.caps import Cap, Velocity
from smscore.errors import GuardError, NotAllowed, OverCap, QuoteExpired, SmsError
from smscore.guard import Approval, Guard, is_genuine
from smscore.profiles import Placeholder, Profile
from smscore.quiet_hours import QuietHours

TO = "+447700900123"
DECK = RateDeck.parse(
    b"prefix,country,price,currency,unit,effective_to\n"
    b"44,,0.03,EUR,part,2026-12-31\n"
    b",US,0.01,EUR,part,\n"
    b",,0.05,EUR,message,\n",
    "deck.csv",
)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def price(text: str = "Hello", to: str = TO, **options: Any) -> Quote:  # of quote
    """Quote a message as if at noon."""
    made = quote(text, to=to, deck=DECK, at=date(2026, 6, 15), **options)
    return dataclasses.replace(made, made_at=NOON)


def limit(**options: Any) -> Guard:
    """Make a guard of options that the types do not tell."""
    return Guard(**options)


def refusal(guard: Guard, priced: Quote, now: datetime = NOON) -> GuardError:
    """Give what the guard raises."""
    with pytest.raises(GuardError) as caught:
        guard.approve(priced, now=now)
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert not [word for word in ("7700", "900123", "Hello", "Shop") if word in shown]
    return caught.value


def test_an_approval_holds_what_was_approved() -> None:
    """An approval has the quote, the guard, a key that is the quote's id unless named, a time."""
    guard, priced = Guard(), price()
    approval = guard.approve(priced, now=NOON)
    assert approval.quote is priced
    assert approval.guard is guard
    assert (approval.key, approval.at) == (priced.id, NOON)
    assert guard.approve(priced, key="order 7", now=NOON).key == "order 7"
    before = datetime.now(UTC)
    now = quote("Hello", to=TO, deck=DECK, at=date(2026, 6, 15))
    assert before <= now.made_at <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["a" * 306, "я" * 134])
def test_max_parts(text: str) -> None:
    """A message of as many parts as allowed passes, one of one more does not."""
    guard = Guard(max_parts=2)
    assert guard.approve(price(text), now=NOON).quote.parts == 2
    error = refusal(guard, price(text + text[0]))
    assert isinstance(error, OverCap)
    assert (error.limit, error.allowed, error.found) == ("max_parts", "2", "3")
    assert error.window == "message"


def test_255_parts_are_the_most() -> None:
    """255 parts pass a guard without limits, 256 pass none (TS 23.040, 9.2.3.24.1)."""
    assert Guard().approve(price("a" * 39015), now=NOON).quote.parts == 255
    profile = Profile(name="mine", title="Mine", placeholders=(Placeholder("%A%", 1, 16),))
    most = price("a" * 39000 + "%A%", profile=profile)
    assert (most.parts, most.most_parts) == (255, 256)
    assert isinstance(refusal(Guard(), most), OverCap)


def test_what_a_provider_may_make_of_it() -> None:
    """Where the provider puts more into a text later, the most parts that it may become count."""
    quoted = price("x" * 150 + "%STOPNUM%", profile="callr")
    assert (quoted.parts, quoted.most_parts) == (1, 2)
    assert isinstance(refusal(Guard(max_parts=1), quoted), OverCap)
    assert Guard(max_parts=2).approve(quoted, now=NOON).quote is quoted


@pytest.mark.parametrize(
    "money", ["0.06", "0.06 EUR", Decimal("0.06"), Money(Decimal("0.06"), "EUR")]
)
@pytest.mark.parametrize(("option", "window"), [("max_price", "message"), ("max_total", "run")])
def test_money(option: str, window: str, money: Any) -> None:  # any form of money
    """A message that costs exactly the limit passes, one of a part more does not."""
    guard = limit(**{option: money})
    guard.approve(price("a" * 306), now=NOON)
    error = refusal(guard, price("a" * 307))
    assert isinstance(error, OverCap)
    assert (error.limit, error.window) == (option, window)
    assert (error.allowed, error.found) == ("0.06 EUR", "0.09 EUR")


def test_money_is_the_most_it_may_cost() -> None:
    """What is judged is not the expected price, but the highest."""
    profile = Profile(name="mine", title="Mine", placeholders=(Placeholder("%A%", 1, 100),))
    priced = price("a" * 150 + "%A%", profile=profile)
    assert (priced.total.amount, priced.high.amount) == (Decimal("0.03"), Decimal("0.06"))
    Guard(max_price="0.06").approve(priced, now=NOON)
    assert isinstance(refusal(Guard(max_price="0.0599"), priced), OverCap)


@pytest.mark.parametrize("option", ["max_price", "max_total"])
def test_money_of_another_currency(option: str) -> None:
    """A limit in another currency than the deck's cannot be judged by, and refuses."""
    error = refusal(limit(**{option: "1000000 USD"}), price())
    assert isinstance(error, NotAllowed)
    assert (error.limit, error.allowed, error.found) == (f"currency of {option}", "USD", "EUR")


@pytest.mark.parametrize("zero", [{"max_parts": 0}, {"max_total": 0}, {"max_price": "0"}])
def test_zero_refuses_everything(zero: dict[str, Any]) -> None:
    """A limit of zero is a limit."""
    assert isinstance(refusal(Guard(**zero), price()), OverCap)


@pytest.mark.parametrize(
    ("guard", "allowed", "refused"),
    [
        (Guard(alphabets=["gsm7"]), {"text": "a€"}, {"text": "я"}),
        (Guard(alphabets={"ucs2"}), {"text": "я"}, {"text": "a€"}),
        (Guard(countries={"gb", "FR"}), {"to": TO}, {"to": "+12025550143"}),
        (Guard(countries={"GB"}), {"to": TO}, {"to": "+80012345678"}),
        (Guard(denied_countries={"us"}), {"to": TO}, {"to": "+12025550143"}),
        (Guard(denied_countries={"us"}), {"to": TO}, {"to": "+80012345678"}),
        (Guard(prefixes=["+4477", "1"]), {"to": TO}, {"to": "+442079460123"}),
        (Guard(denied_prefixes=["4420"]), {"to": TO}, {"to": "+442079460123"}),
        (Guard(denied_prefixes=[TO]), {"to": "+447700900124"}, {"to": TO}),
        (Guard(senders={"Shop"}), {"sender": "Shop"}, {"sender": "Shop2"}),
        (Guard(senders={"Shop"}), {"sender": "Shop"}, {}),
        (Guard(senders={None}), {}, {"sender": "Shop"}),
        (Guard(), {}, {"text": ""}),
    ],
    ids=str,
)
def test_what_is_allowed(guard: Guard, allowed: dict[str, str], refused: dict[str, str]) -> None:
    """What is named passes; anything else, and what is not known, does not."""
    guard.approve(price(**allowed), now=NOON)
    assert type(refusal(guard, price(**refused))) is NotAllowed


@pytest.mark.parametrize("option", ["alphabets", "countries", "prefixes", "senders"])
def test_an_empty_collection_allows_nothing(option: str) -> None:
    """Nothing named is nothing allowed; only None is no rule."""
    assert type(refusal(limit(**{option: ()}), price())) is NotAllowed
    limit(**{option: None}).approve(price(), now=NOON)


@pytest.mark.parametrize(
    "changed",
    [
        {"parts": 0},
        {"high": Money(Decimal("0.01"), "EUR")},
        {"high": Money(Decimal("0.03"), "USD")},
        {"low": Money(Decimal("-0.01"), "EUR")},
    ],
    ids=str,
)
def test_a_quote_that_contradicts_itself(changed: dict[str, Any]) -> None:
    """A quote that was changed to what none can be is refused."""
    assert type(refusal(Guard(), dataclasses.replace(price(), **changed))) is NotAllowed


def test_a_quote_of_another_message() -> None:
    """A quote in which the message was replaced is refused; a copy of one passes as it does."""
    guard, priced = Guard(max_parts=1, countries={"GB"}), price()

    class Other(Quote):
        """A quote that might answer otherwise each time."""

    values = {each.name: getattr(priced, each.name) for each in dataclasses.fields(Quote)}
    for forged in (
        dataclasses.replace(priced, text="x" * 1600),
        dataclasses.replace(priced, to="+12025550143"),
        dataclasses.replace(priced, sender="Shop"),
        Other(**values),
    ):
        error = refusal(guard, forged)
        assert (type(error), error.limit) == (NotAllowed, "rule on quotes")
    guard.approve(pickle.loads(pickle.dumps(priced)), now=NOON)  # noqa: S301  # ours
    guard.approve(copy.deepcopy(priced), now=NOON)


@pytest.mark.parametrize(
    ("name", "value"), [("text", "y" * 1600), ("to", "+12025550143"), ("parts", 2)]
)
def test_a_quote_that_is_changed_once_it_was_approved(name: str, value: object) -> None:
    """An approval whose quote was changed afterwards is not genuine, and fails when rechecked."""
    guard, priced = Guard(), price()
    approval = guard.approve(priced, now=NOON)
    object.__setattr__(priced, name, value)
    assert not is_genuine(approval)
    with pytest.raises(NotAllowed, match="rule on quotes"):
        guard.recheck(approval, NOON)


def test_a_rate_that_is_changed_once_it_was_approved() -> None:
    """So does one whose rate was made cheaper where it lies."""
    deck = RateDeck.parse(b"price,currency\n0.05,EUR\n", "deck.csv")
    guard = Guard()
    approval = guard.approve(quote("Hello", to=TO, deck=deck))
    object.__setattr__(approval.quote.rate, "price", Decimal("0.01"))
    with pytest.raises(NotAllowed, match="rule on quotes"):
        guard.recheck(approval, approval.at)


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("high", "amount", Decimal("0.01")),
        ("low", "currency", "USD"),
        ("way", "reference_bits", 16),
        ("way.profile", "name", "standard"),
        ("rate", "unit", "message"),
        ("rate", "effective_to", date(2026, 1, 1)),
    ],
)
def test_what_a_quote_holds_is_changed_once_it_was_approved(
    path: str, name: str, value: object
) -> None:
    """Nor is a change missed in what a quote holds, however deep it lies; what is as it was is."""
    profile = Profile(name="mine", title="Mine", placeholders=(Placeholder("%N%", 1, 9),))
    deck = RateDeck.parse(b"price,currency\n0.05,EUR\n", "deck.csv")
    guard = Guard()
    approval = guard.approve(quote("Hello %N%", to=TO, deck=deck, profile=profile))
    guard.recheck(approval, approval.at)
    held = attrgetter(path)(approval.quote)
    before = getattr(held, name)
    object.__setattr__(held, name, value)
    try:
        with pytest.raises(NotAllowed, match="rule on quotes"):
            guard.recheck(approval, approval.at)
    finally:
        object.__setattr__(held, name, before)
    guard.recheck(approval, approval.at)


def test_a_placeholder_that_is_changed_once_it_was_approved() -> None:
    """Nor one in the profile, by which a text may have more parts than it was judged by."""
    profile = Profile(name="mine", title="Mine", placeholders=(Placeholder("%N%", 1, 9),))
    deck = RateDeck.parse(b"price,currency\n0.05,EUR\n", "deck.csv")
    guard = Guard()
    approval = guard.approve(quote("Hello %N%", to=TO, deck=deck, profile=profile))
    [held] = attrgetter("way.profile.placeholders")(approval.quote)
    object.__setattr__(held, "longest", 1600)
    with pytest.raises(NotAllowed, match="rule on quotes"):
        guard.recheck(approval, approval.at)


def test_freshness() -> None:
    """A quote passes at its greatest age, and a minute early; a microsecond more is too much."""
    guard, priced, tick = Guard(), price(), timedelta(microseconds=1)
    day, minute = timedelta(days=1), timedelta(minutes=1)
    for passed in (NOON + day, NOON - minute):
        assert guard.approve(priced, now=passed).at == passed
    for failed in (NOON + day + tick, NOON - minute - tick):
        assert isinstance(refusal(guard, priced, failed), QuoteExpired)
    Guard(max_age=timedelta(0)).approve(priced, now=NOON)
    assert isinstance(refusal(Guard(max_age=timedelta(0)), priced, NOON + tick), QuoteExpired)


def test_the_rate_is_in_force() -> None:
    """A rate holds until the last moment of its last day in UTC, whatever age is allowed."""
    guard = Guard(max_age=None)
    guard.approve(price(), now=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    error = refusal(guard, price(), datetime(2027, 1, 1, tzinfo=UTC))
    assert isinstance(error, QuoteExpired)
    guard.approve(price(to="+12025550143"), now=datetime(2030, 1, 1, tzinfo=UTC))


def test_recheck() -> None:
    """What was approved is checked again for its age, its rate and the clock."""
    guard, day, tick = Guard(), timedelta(days=1), timedelta(microseconds=1)
    approval = guard.approve(price(), now=NOON)
    guard.recheck(approval, NOON + day)
    for late in (NOON + day + tick, NOON - timedelta(minutes=2)):
        with pytest.raises(QuoteExpired):
            guard.recheck(approval, late)
    early = guard.approve(price(), now=NOON - timedelta(minutes=1))
    with pytest.raises(QuoteExpired, match="approval"):
        guard.recheck(early, NOON + day)
    with pytest.raises(ValueError, match="another guard"):
        Guard().recheck(approval, NOON)
    lasting = Guard(max_age=None)
    with pytest.raises(QuoteExpired):
        lasting.recheck(lasting.approve(price(), now=NOON), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("key", ["", "a" * 201, "a\n", "\0", "\ud83d", "a\u200bb"])
def test_a_key_that_is_none(key: str) -> None:
    """A key has 1 to 200 characters that can be shown, and is not shown by its refusal."""
    with pytest.raises(ValueError, match="1 to 200 characters"):
        Guard().approve(price(), key=key, now=NOON)
    assert Guard().approve(price(), key="é" * 200, now=NOON).key == "é" * 200


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (["Hello"], {}, TypeError),
        ([None], {}, TypeError),
        ([price()], {"key": 7}, TypeError),
        ([price()], {"now": date(2026, 6, 15)}, TypeError),
        ([price()], {"now": datetime(2026, 6, 15)}, ValueError),  # noqa: DTZ001  # on purpose
    ],
)
def test_what_is_no_argument(
    arguments: list[Any], options: dict[str, Any], error: type[Exception]
) -> None:
    """What is no quote, key or moment is an error of the caller."""
    with pytest.raises(error):
        Guard().approve(*arguments, **options)


def forgeries() -> list[Any]:
    """Make what looks like an approval."""
    genuine = Guard().approve(price(), now=NOON)
    made, bare = (object.__new__(Approval) for _ in range(2))
    for name in ("quote", "guard", "key", "at"):
        object.__setattr__(made, name, getattr(genuine, name))
    changed = Guard().approve(price(), now=NOON)
    object.__setattr__(changed, "quote", price("Other"))
    return [made, bare, changed, None, "approval", genuine.quote]


def test_approvals_are_told_from_forgeries() -> None:
    """Only what approve made, unchanged, is genuine; anything else is not rechecked."""
    assert is_genuine(Guard().approve(price(), now=NOON))
    for forged in forgeries():
        assert not is_genuine(forged)
        with pytest.raises(TypeError):
            Guard().recheck(forged, NOON)


def test_approvals_are_not_made_elsewhere() -> None:
    """No constructor, copy, pickle, replacement or subclass makes an approval."""
    approval = Guard().approve(price(), now=NOON)
    attempts: list[Any] = [
        lambda: Approval(object(), approval.quote, approval.guard, "key", NOON),
        lambda: dataclasses.replace(approval, key="other"),
        lambda: copy.copy(approval),
        lambda: copy.deepcopy(approval),
        lambda: pickle.dumps(approval),
        lambda: type("Other", (Approval,), {}),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(dataclasses.FrozenInstanceError):
        approval.key = "other"  # type: ignore[misc]


def test_approvals_are_not_kept() -> None:
    """What nobody holds any more is forgotten, so that a run of millions fits the memory."""
    from smscore.approval import _approved

    gc.collect()
    before = len(_approved)
    held = [Guard().approve(price(), now=NOON) for _ in range(9)]
    assert len(_approved) == before + len(held)
    held.clear()
    gc.collect()
    assert len(_approved) == before


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"max_total": 0.5}, TypeError),
        ({"max_price": 0.5}, TypeError),
        ({"max_price": True}, TypeError),
        ({"max_total": "-1"}, ValueError),
        ({"max_total": -1}, ValueError),
        ({"max_total": Decimal("NaN")}, ValueError),
        ({"max_total": Decimal("sNaN")}, ValueError),
        ({"max_total": Decimal("Infinity")}, ValueError),
        ({"max_total": Money(Decimal(-1), "EUR")}, ValueError),
        ({"max_total": "50 eur"}, ValueError),
        ({"max_total": "1e3"}, ValueError),
        ({"max_parts": True}, TypeError),
        ({"max_parts": 1.0}, TypeError),
        ({"max_parts": -1}, ValueError),
        ({"caps": None}, TypeError),
        ({"caps": Cap("run", parts=1)}, TypeError),
        ({"caps": ["run"]}, TypeError),
        ({"velocity": [5]}, TypeError),
        ({"alphabets": "gsm7"}, TypeError),
        ({"alphabets": ["latin1"]}, ValueError),
        ({"countries": "GB"}, TypeError),
        ({"countries": [44]}, TypeError),
        ({"countries": ["XX"]}, ValueError),
        ({"denied_countries": None}, TypeError),
        ({"prefixes": "44"}, TypeError),
        ({"prefixes": [44]}, TypeError),
        ({"prefixes": [""]}, ValueError),
        ({"prefixes": ["0044"]}, ValueError),
        ({"denied_prefixes": ["+44 77"]}, ValueError),
        ({"senders": "Shop"}, TypeError),
        ({"senders": [5]}, TypeError),
        ({"quiet_hours": (21, 8)}, TypeError),
        ({"max_age": 86400}, TypeError),
        ({"max_age": timedelta(seconds=-1)}, ValueError),
    ],
    ids=str,
)
def test_limits_that_are_none(option: dict[str, Any], error: type[Exception]) -> None:
    """A limit that cannot be judged by is refused when the guard is made."""
    with pytest.raises(error) as caught:
        Guard(**option)
    assert not isinstance(caught.value, SmsError)


def test_a_guard_is_a_value() -> None:
    """Guards of the same limits are equal however they were spelled, and go into sets and JSON."""
    from datetime import time

    def make(**changed: Any) -> Guard:  # any option
        options: dict[str, Any] = {
            "max_total": "50.00 EUR", "caps": [Cap("day", parts=5)], "alphabets": ["gsm7"],
            "countries": ["gb"], "prefixes": ["+44"], "senders": [None, "Shop", "+447700900123"],
            "quiet_hours": QuietHours(time(21), time(8)), "velocity": Velocity.defaults(),
        }  # fmt: skip
        return Guard(**{**options, **changed})

    one, other = make(), make(max_total="50 EUR", countries={"GB"}, prefixes=iter(["44"]))
    assert one == other
    assert len({one, other, pickle.loads(pickle.dumps(one))}) == 1  # noqa: S301  # ours
    assert one != make(max_parts=1)
    told = json.loads(json.dumps(one.to_dict()))
    assert (told["max_total"], told["countries"], told["max_age"]) == ("50 EUR", ["GB"], 86400)
    assert told["senders"] == [None, "…", "Shop"]
    assert "900123" not in repr(one)
