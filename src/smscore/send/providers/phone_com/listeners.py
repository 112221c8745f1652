"""Listeners of the first generation: who is called when a message comes in or goes out.

The law of this file: a callback is checked when it is made; its password is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.providers.phone_com.account import DEFAULT_PAGE, Account, as_segment
from smscore.send.providers.phone_com.reading import as_moment
from smscore.send.providers.values import as_list, as_object, as_text, as_whole
from smscore.send.wire import Value

EventType = Literal["sms.in", "sms.out", "call.new", "call.update", "call.complete", "call.log"]
LONGEST_TIMEOUT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerCallback:
    """A URL that is called, with Basic authentication if it has a user and a password.

    `role` is "main" or "backup", `verb` "post" or "get", `timeout` 1 to 10 seconds. Raises
    ValueError for a URL that is not http(s), or for a user without a password.
    """

    url: str = field(repr=False)
    role: str = "main"
    verb: str = "post"
    username: str | None = field(default=None, repr=False)
    password: str | Secret | None = field(default=None, repr=False)
    timeout: int | None = None

    def __post_init__(self) -> None:
        """Refuse what the documentation does not know."""
        check_url(self.url)
        if self.role not in {"main", "backup"} or self.verb not in {"get", "post"}:
            raise ValueError("a callback's role is main or backup, its verb get or post")
        if (self.username is None) != (self.password is None):
            raise ValueError("a callback has a user and a password, or neither")
        if self.timeout is not None and not 1 <= self.timeout <= LONGEST_TIMEOUT:
            raise ValueError(f"a callback's timeout is 1 to {LONGEST_TIMEOUT} seconds")

    def body(self) -> dict[str, object]:
        """Give the callback as it is sent, the password in plain."""
        password = None if self.password is None else Secret(self.password).reveal()
        told = {
            "url": self.url,
            "role": self.role,
            "verb": self.verb,
            "username": self.username,
            "password": password,
            "timeout": self.timeout,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener; its callbacks are kept raw, for they are not documented as they come back."""

    id: int | None
    type: str | None
    event_type: str | None
    callbacks: tuple[Mapping[str, Value], ...] = field(repr=False)
    voip_id: int | None
    created_at: datetime | None
    updated_at: datetime | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listeners of an account or extension."""

    _account: Account = field(repr=False)

    def list(self, *, limit: int = DEFAULT_PAGE, offset: int = 0) -> Call[Page[Listener]]:
        """List them; ValueError unless limit is 1 to 500."""
        return self._account.pages(
            "listeners.list",
            f"{self._account.root}/listeners",
            lambda each: (read_listener(each),),
            limit=limit,
            offset=offset,
        )

    def get(self, listener_id: int) -> Call[Listener]:
        """Get one; NotFound."""
        request = self._account.request("listeners.get", "GET", self._path(listener_id))
        return self._account.call(request, read_listener, safe=True)

    def create(
        self, event_type: EventType, callbacks: Sequence[ListenerCallback]
    ) -> Call[Listener]:
        """Make one. Raises ValueError for an unknown type of event, or without a callback."""
        path = f"{self._account.root}/listeners"
        body = _body(event_type, callbacks)
        request = self._account.request("listeners.create", "POST", path, body=body)
        return self._account.call(request, read_listener, safe=False)

    def replace(
        self, listener_id: int, event_type: EventType, callbacks: Sequence[ListenerCallback]
    ) -> Call[Listener]:
        """Put another in the place of one."""
        body = _body(event_type, callbacks)
        path = self._path(listener_id)
        request = self._account.request("listeners.replace", "PUT", path, body=body)
        return self._account.call(request, read_listener, safe=True)

    def delete(self, listener_id: int) -> Call[None]:
        """Delete one; NotFound."""
        return self._account.deletion("listeners.delete", self._path(listener_id))

    def _path(self, listener_id: int) -> str:
        return f"{self._account.root}/listeners/{as_segment(listener_id)}"


def read_listener(answer: dict[str, Value]) -> Listener:
    """Read a listener."""
    return Listener(
        id=as_whole(answer.get("id")),
        type=as_text(answer.get("type")),
        event_type=as_text(answer.get("event_type")),
        callbacks=tuple(map(as_object, as_list(answer.get("callbacks")))),
        voip_id=as_whole(answer.get("voip_id")),
        created_at=as_moment(answer.get("created_at")),
        updated_at=as_moment(answer.get("updated_at")),
        raw=answer,
    )


def _body(event_type: EventType, callbacks: Sequence[ListenerCallback]) -> dict[str, object]:
    if event_type not in get_args(EventType):
        raise ValueError(f"no listener is for the event {event_type!r}")
    if not callbacks:
        raise ValueError("a listener has at least one callback")
    return {
        "type": "callback",
        "event_type": event_type,
        "callbacks": [each.body() for each in callbacks],
    }


def check_url(url: str) -> None:
    """Refuse a URL that nobody could call; ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the URL of a callback is http or https, and has a host")
