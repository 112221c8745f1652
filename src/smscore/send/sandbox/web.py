"""Requests and responses of the stand-ins, and the world that they stand in.

The law of this file: a stand-in is a function of a request, its own state and its world. The clock,
chance and the ledger are the world's, so that a run can be repeated from its seed.
"""

from __future__ import annotations

import json
import random
import re
import string
from abc import ABC, abstractmethod
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its path relative to the stand-in's base URL, without the first slash."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def json(self) -> object:
        """Read the body as JSON; ValueError if it is none."""
        return json.loads(self.body)

    def form(self) -> list[tuple[str, str]]:
        """Read the body as an urlencoded form."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def basic(self) -> tuple[str, str] | None:
        """Read the user and password of Basic authentication; None if there are none."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, colon, password = b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return None
        return (user, password) if colon else None


# What stands for one object among many in a path: a number, or an id with a digit in it.
_ID = re.compile(r"(?<=/)(?:\d+|(?=[^/]*\d)[\w-]{6,})(?=/|$)")


@dataclass(frozen=True, slots=True)
class Response:
    """One response. Where there is a `question`, that is asked first, and gives the response."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    question: Question | None = field(default=None, repr=False)


def json_response(
    status: int, value: object, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """Answer with JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(status, body, (("content-type", "application/json"), *headers))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one handset received: the truth that a journal is held against."""

    provider: str
    number: str = field(repr=False)
    sender: str = field(repr=False)
    text: str = field(repr=False)
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request that a stand-in makes of whoever listens."""

    provider: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    on_answer: Callable[[int | None], None] | None = field(default=None, repr=False)
    """Told the status of the answer, None if there was none: a retry is a new webhook, by it."""
    method: str = "POST"
    delay: float = 0.0
    """How many seconds it waits before it leaves."""
    timeout: float = 5.0
    """How many seconds its answer may take."""


@dataclass(frozen=True, slots=True)
class Question:
    """A webhook whose answer a response depends on; `then` gives it, from the status if any."""

    webhook: Webhook
    then: Callable[[int | None], Response] = field(repr=False)


@dataclass(slots=True)
class World:
    """What the stand-ins share: the clock, chance, the ledger, and webhooks on their way out.

    `switches` turn a stand-in's documented alternatives on, such as "close.no_rate_headers".
    `skew` is how many seconds the stand-ins' clock is ahead.
    """

    random: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # a fault is no secret
    switches: dict[str, object] = field(default_factory=dict)
    ledger: list[Delivery] = field(default_factory=list, repr=False)
    webhooks: list[Webhook] = field(default_factory=list, repr=False)
    skew: float = 0.0
    clock: Callable[[], float] = field(default=lambda: datetime.now(UTC).timestamp())

    def time(self) -> float:
        """Give the stand-ins' time, in seconds since 1970 in UTC."""
        return self.clock() + self.skew

    def now(self) -> datetime:
        """Give the stand-ins' time."""
        return datetime.fromtimestamp(self.time(), UTC)

    def switch(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return bool(self.switches.get(name, False))

    def chance(self, name: str) -> bool:
        """Draw whether a fault of the stand-in's own happens now; its switch has the odds."""
        odds = self.switches.get(name, 0.0)
        return isinstance(odds, (int, float)) and self.random.random() < odds

    def make_id(self, length: int, letters: str = string.ascii_uppercase + string.digits) -> str:
        """Make an id of so many letters."""
        return "".join(self.random.choices(letters, k=length))

    def deliver(self, provider: str, number: str, sender: str, text: str, message_id: str) -> None:
        """Let a handset receive a message."""
        self.ledger.append(Delivery(provider, number, sender, text, message_id, self.now()))


class StandIn(ABC):
    """A provider as its documentation tells it."""

    name: ClassVar[str]
    base_path: ClassVar[str]
    """Where its base URL begins below the server's address, such as "/close/api/v1"."""

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """Give what a caller needs beside the base URL, by the names that are printed."""

    def more(self) -> dict[str, str]:
        """Give what else of the account a caller may want, such as a second credential."""
        return {}

    @abstractmethod
    def handle(self, request: Request) -> Response:
        """Answer a request."""

    @abstractmethod
    def sends(self, request: Request) -> bool:
        """Whether a request may make a message go out: those are the ones that faults are for."""

    @abstractmethod
    def too_many(self, seconds: float) -> Response:
        """Refuse a request as the provider's rate limit does, without looking at it."""

    @abstractmethod
    def tick(self) -> None:
        """Let what is due by now happen, such as a scheduled message.

        It is called before a request, and several times a second.
        """

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a request, under which it is counted."""
        path = _ID.sub("{id}", f"/{request.path}")
        return f"{request.method} {path[1:]}"

    def broken(self) -> Response:
        """Answer as the provider does when something of its own has failed."""
        return Response(500, b"Internal Server Error", (("content-type", "text/plain"),))

    def text_back(self, sender: str, to: str, text: str) -> str:
        """Let a handset text to one of the account's numbers; give the id of the message.

        Raises ValueError where the provider takes no messages, or the number is none of its own.
        """
        _ = (sender, to, text)
        raise ValueError(f"{self.name} takes no messages")
