"""What a provider is: data, and pure functions that build requests and read responses.

The law of this file: a provider opens no socket, keeps no state and reads no clock. It is told the
messages and the time, and says what request they make, and what an answer to it means. It says
ACCEPTED only where the provider said so, and UNKNOWN wherever it might be read in two ways.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import urlsplit

from smscore.errors import InvalidSender
from smscore.guard import Approval
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Forecast, Result, SentMessage
from smscore.send.wire import Value, WireRequest, WireResponse

TOO_MANY_REQUESTS = 429
"""The one status that says: refused before it was looked at, ask again later (RFC 6585, 4)."""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many in so many seconds: requests, or recipients, or parts."""

    amount: int
    seconds: float
    counted: str = "requests"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The approvals that leave in one request: one text and sender, one or more recipients.

    `options` is the provider's own type of them, or None. Nothing private is in the repr.
    """

    approvals: tuple[Approval, ...]
    options: object = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The text of them all."""
        return self.approvals[0].quote.text

    @property
    def sender(self) -> str | None:
        """The sender of them all, None where the quotes named none."""
        return self.approvals[0].quote.sender

    @property
    def numbers(self) -> tuple[str, ...]:
        """The recipients in E.164, in order, each once."""
        return tuple(each.quote.to for each in self.approvals)

    @property
    def parts(self) -> int:
        """The parts of all recipients together."""
        return sum(each.quote.parts for each in self.approvals)


class Provider(ABC):
    """One provider's API, with the credentials of one account of it."""

    name: ClassVar[str]
    """The provider's name, which is also that of its profile."""

    limits: ClassVar[Mapping[str, tuple[RateLimit, ...]]] = {}
    """The documented limits by endpoint; "" has those of all endpoints together."""

    history_complete: ClassVar[bool] = False
    """Whether `find_sent` gives every message that went out, so that one it lacks did not."""

    final_statuses: ClassVar[frozenset[str]] = frozenset()
    """The statuses, in lower case, after which nothing more becomes of a message."""

    tells_price: ClassVar[bool] = True
    """Whether its records tell, sooner or later, what a message was billed."""

    group: int = 1
    """The most recipients of one request."""

    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """Give every credential in plain, so that it can be struck out of what is told."""

    @property
    def identity(self) -> str:
        """Say whose account this is: what one account knows proves nothing of another's messages.

        It may hold a credential: only its hash is kept.
        """
        return "\n".join((self.name, *self.secrets()))

    def handle(self, approval: Approval) -> str | None:  # noqa: ARG002  # most keep none
        """Give what the provider keeps with a message for its sender to tell it by, if it does."""
        return None

    def profile(self, dispatch: Dispatch) -> str:  # noqa: ARG002  # an option may decide
        """Name the profile that a dispatch is counted by."""
        return self.name

    @abstractmethod
    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, before anything is recorded or sent.

        Raises InvalidSender, InvalidDate, OverLimit, NotSupported, ValueError, TypeError.
        """

    @abstractmethod
    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the request after which the messages may be out of our hands."""

    @abstractmethod
    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer to `build`: one result for each recipient, in order.

        It raises nothing: what cannot be read is UNKNOWN.
        """

    @abstractmethod
    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the messages that went out between two moments, page by page.

        What the provider cannot filter by is left to the caller: the answer may hold more.
        """

    @abstractmethod
    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Ask what became of one message; None where the provider has no such method."""

    def forecast(self, dispatch: Dispatch) -> Call[Forecast] | None:  # noqa: ARG002
        """Ask what a message will be, before it is sent; None where that cannot be asked."""
        return None

    def retry_after(self, response: WireResponse) -> float | None:
        """Read how many seconds a refusal asks to wait; None if it does not say."""
        return read_seconds(response.headers.get("retry-after"))


class TwoStepProvider(Provider):
    """A provider that can store a message under an id first, and release it by that id.

    Only the release sends, and it can be asked for again: what was released once is not released
    twice. Where `two_steps` is false, such a provider sends as the others do.
    """

    two_steps: bool

    @abstractmethod
    def prepare(self, dispatch: Dispatch) -> WireRequest:
        """Build the request of the first step, which sends nothing."""

    @abstractmethod
    def read_prepared(self, dispatch: Dispatch, response: WireResponse) -> str | Result:
        """Read the answer to `prepare`: the id of what was stored, or why nothing was."""

    @abstractmethod
    def look(self, prepared: str) -> WireRequest:
        """Build the request that asks what became of what was stored."""

    @abstractmethod
    def read_look(self, dispatch: Dispatch, response: WireResponse) -> Result | None:
        """Read the answer to `look`; None if it still waits to be released."""


def read_seconds(told: Value) -> float | None:
    """Read seconds as headers and bodies tell them, decimals included; None if they do not.

    >>> read_seconds("0.87"), read_seconds(17), read_seconds("Wed, 21 Oct 2026 07:28:00 GMT")
    (0.87, 17.0, None)
    """
    text = str(told).strip()
    return float(text) if _SECONDS.fullmatch(text) else None


def check_base_url(url: str, *, allow_http: bool = False) -> str:
    """Give a base URL without its last slash; ValueError unless it is https, or on this machine.

    >>> check_base_url("https://api.example.org/v1/"), check_base_url("http://127.0.0.1:8080")
    ('https://api.example.org/v1', 'http://127.0.0.1:8080')
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("a base URL is a scheme, a host and a path, with no credentials in it")
    if parts.scheme == "https" or (
        parts.scheme == "http" and (allow_http or _is_loopback(parts.hostname))
    ):
        return url.rstrip("/")
    raise ValueError("a base URL is https, so that the key is read by nobody else: or allow_http")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def basic_authorization(user: str, password: str) -> str:
    """Give the value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def as_secret(value: str | Secret) -> Secret:
    """Wrap a credential, if it is not wrapped already."""
    return value if isinstance(value, Secret) else Secret(value)


def check_sender(sender: str, provider: str) -> str:
    """Refuse a sender that would break out of its field; InvalidSender."""
    if not sender or not sender.isprintable():
        raise InvalidSender(provider, "it is empty or holds characters that cannot be shown")
    return sender
