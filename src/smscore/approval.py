"""The proof that a quote passed a guard.

The law of this file: an approval is made by `Guard.approve` and nowhere else, and whatever sends
takes nothing else. One that was made or changed elsewhere is told by what it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter, is_
from typing import TYPE_CHECKING, NoReturn, TypeGuard
from weakref import WeakKeyDictionary

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
        _approved[self] = ((quote, guard, key, at, label), _read_quote(quote))

    def __init_subclass__(cls) -> NoReturn:
        """Refuse to be a base: whatever sends takes nothing that looks like an approval."""
        raise TypeError("an approval has no kinds")

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: nobody would know who made it."""
        raise TypeError("an approval is not copied: approve the quote again")


_read_approval = attrgetter("quote", "guard", "key", "at", "label")
_read_quote = attrgetter(*(each.name for each in fields(Quote)))

_MadeOf = tuple[tuple[object, ...], tuple[object, ...]]

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


def as_name(name: str, what: str) -> str:
    """Give a key or a label; TypeError, ValueError for what is none."""
    if not isinstance(name, str):
        raise TypeError(f"a {what} is a str, not {type(name).__name__}")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a {what} is 1 to {LONGEST_NAME} characters that can be shown")
    return name
