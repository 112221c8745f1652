"""The proof that a quote passed a guard.

The law of this file: an approval is made by `Guard.approve` and nowhere else, and whatever sends
takes nothing else. One that was made or changed elsewhere is told by what it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, is_
from typing import TYPE_CHECKING, NoReturn, TypeGuard
from weakref import WeakKeyDictionary

from smscore.coding import Coding
from smscore.counting import Way
from smscore.decks import Rate
from smscore.money import Money
from smscore.profiles import Placeholder, Profile
from smscore.quoting import Quote

if TYPE_CHECKING:
    from smscore.guard import Guard

MADE_HERE = object()
"""What `Guard.approve` shows to make an approval."""

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, init=False, eq=False, weakref_slot=True)
class Approval:
    """The proof that a quote passed a guard: it holds the quote, which holds the message.

    Only `Guard.approve` makes one; it is neither copied nor pickled. `key` names the message in
    the journal, where a key is sent once, and `label` is what people call it by. `at` is when it
    was made.
    """

    quote: Quote
    guard: Guard = field(repr=False)
    key: str = field(repr=False)
    at: datetime
    label: str | None

    def __init__(
        self,
        made_here: object,
        quote: Quote,
        guard: Guard,
        key: str,
        at: datetime,
        label: str | None = None,
    ) -> None:
        if made_here is not MADE_HERE:
            raise TypeError("an approval is made by Guard.approve, which checks the quote")
        object.__setattr__(self, "quote", quote)
        object.__setattr__(self, "guard", guard)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "at", at)
        object.__setattr__(self, "label", label)
        made_of = (quote, guard, key, at, label)
        _approved[self] = (
            made_of,
            _read_quote(quote),
            _read_prices(quote),
            _share(_read_ways(quote)),
        )

    def __init_subclass__(cls) -> NoReturn:
        """Refuse to be a base: whatever sends takes nothing that looks like an approval."""
        raise TypeError("an approval has no kinds")

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: nobody would know who made it."""
        raise TypeError("an approval is not copied: approve the quote again")


def _read_each(kind: type, at: str = "") -> tuple[str, ...]:
    """Name what a value of a kind is made of, its kind among it, as seen from where it is held."""
    return tuple(f"{at}{each}" for each in ("__class__", *(field.name for field in fields(kind))))


_read_approval = attrgetter("quote", "guard", "key", "at", "label")
_read_quote = attrgetter(*_read_each(Quote))
_read_prices = attrgetter(
    *(name for price in ("low", "total", "high") for name in _read_each(Money, f"{price}."))
)
_read_held = attrgetter(
    *_read_each(Coding, "coding."), *_read_each(Rate, "rate."), *_read_each(Way, "way.")
)
_read_profile = attrgetter(*_read_each(Profile))
_read_placeholder = attrgetter(*_read_each(Placeholder))


def _read_ways(quote: Quote) -> tuple[object, ...]:
    """Read what the coding, rate, way and profile of a quote are made of: what many quotes share.

    With the quote's own values and its prices that is all there is, down to what nothing changes.
    """
    held: tuple[object, ...] = _read_held(quote)
    profile = quote.way.profile
    if profile is not None:
        held += _read_profile(profile)
        for each in profile.placeholders:
            held += _read_placeholder(each)
    return held


_keep = lru_cache(maxsize=256)(tuple[object, ...])


def _share(held: tuple[object, ...]) -> tuple[object, ...]:
    """Keep what many quotes share once, and not with each approval."""
    kept = _keep(held)
    return kept if all(map(is_, kept, held)) else held


_MadeOf = tuple[tuple[object, ...], tuple[object, ...], tuple[object, ...], tuple[object, ...]]

# What each approval and its quote were made of, by which one made or changed elsewhere is told.
_approved: WeakKeyDictionary[Approval, _MadeOf] = WeakKeyDictionary()


def is_genuine(approval: object) -> bool:
    """Tell whether an approval was made by `Guard.approve`, in this process, and is as it was.

    So is its quote. Whatever sends asks this first.
    """
    return is_made_here(approval) and all(
        map(is_, _read_quote(approval.quote), _approved[approval][1])
    )


def is_made_here(approval: object) -> TypeGuard[Approval]:
    """Tell whether an approval is as `Guard.approve` made it, whatever became of its quote."""
    made_of = _approved.get(approval) if type(approval) is Approval else None
    return made_of is not None and all(map(is_, _read_approval(approval), made_of[0]))


def is_as_approved(approval: Approval) -> bool:
    """Tell whether nothing of a quote has changed, nor in what it holds, since it was approved.

    It was genuine then, so it is now. False says only that it has to be looked at again.
    """
    _, own, prices, ways = _approved[approval]
    quote = approval.quote
    return (
        all(map(is_, _read_quote(quote), own))
        and all(map(is_, _read_prices(quote), prices))
        # As many as there were: a profile that has other placeholders has another tuple of them.
        and all(map(is_, _read_ways(quote), ways))
    )


def as_name(name: str, what: str) -> str:
    """Give a key or a label; TypeError, ValueError for what is none."""
    if not isinstance(name, str):
        raise TypeError(f"a {what} is a str, not {type(name).__name__}")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a {what} is 1 to {LONGEST_NAME} characters that can be shown")
    return name
