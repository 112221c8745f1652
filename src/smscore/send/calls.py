"""One method of a provider's API, as a value: the request, and how its answer is read.

The law of this file: a call is performed by whoever has a connection, in a thread or in an event
loop; a method that takes several steps is a generator of calls. So each method exists once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from smscore.send.wire import WireRequest, WireResponse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and the function that makes a value of the response to it.

    `read` raises ProviderError for an answer that says no, or that cannot be read. A call is
    `safe` if asking twice does no more than asking once: only such a call is repeated when there
    was no answer.
    """

    request: WireRequest
    read: Callable[[WireResponse], T] = field(repr=False)
    safe: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of many items, the call for those that follow, and how many there are if it was told."""

    items: tuple[T, ...] = field(repr=False)
    following: Call[Page[T]] | None = field(default=None, repr=False)
    total: int | None = None


Steps = Generator[Call[Any], Any, T]
"""A method of several calls: it yields each, is sent what was read, and returns its value."""
