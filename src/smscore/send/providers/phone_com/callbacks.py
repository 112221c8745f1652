"""Events of the second generation: callbacks, listeners, subscriptions and filters.

The law of this file: a callback that was read is not written back. Headers that look secret come
back as `true`, so what is read has no value for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.providers.phone_com.account import DEFAULT_PAGE, Account, as_segment
from smscore.send.providers.phone_com.listeners import check_url
from smscore.send.providers.phone_com.reading import as_flag, as_moment
from smscore.send.providers.values import as_list, as_object, as_text, as_whole
from smscore.send.wire import Value

VERSION = "2.0.0"
_METHODS = frozenset({"POST", "GET", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackConfig:
    """Who is called: a URL, and headers by which the receiver knows the caller.

    Events are not signed: give a header with a secret, such as {"X-Api-Key": "..."}, and check it
    with `read_event`. `rate_limit` is a number of events and a period; those above are suppressed.
    Making a callback calls the URL with {"test": 1}, which is to be answered 200 or 201.
    """

    url: str = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    timeout: int | None = None
    rate_limit: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse what the documentation does not know."""
        check_url(self.url)
        if self.method not in _METHODS:
            raise ValueError(f"a callback's method is one of {', '.join(sorted(_METHODS))}")
        for each in (*self.headers.keys(), *self.headers.values()):
            Secret(each)  # It refuses what would break out of a header.

    def body(self) -> dict[str, object]:
        """Give the config as it is sent, the headers in plain."""
        limit = self.rate_limit
        return {
            "url": self.url,
            "method": self.method,
            "headers": [
                {"name": name, "value": Secret(value).reveal()}
                for name, value in self.headers.items()
            ]
            or None,
            "timeout": self.timeout,
            "rate-limit": None if limit is None else {"number": limit[0], "period": limit[1]},
        }


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback as it is read; the names of headers whose values are withheld are `withheld`."""

    id: int | None
    name: str | None = field(repr=False)
    mode: str | None
    enabled: bool | None
    url: str | None = field(repr=False)
    method: str | None
    withheld: tuple[str, ...]
    fallback_callback_id: int | None
    profile_id: int | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventListener:
    """A listener: it calls its callback for what its subscriptions ask for."""

    id: int | None
    voip_id: int | None
    extension_id: int | None
    version: str | None
    callback_id: int | None
    created_at: datetime | None
    expires_at: datetime | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Tags that an event has all of; several subscriptions are alternatives."""

    id: int | None
    tags: tuple[str, ...]
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """A filter; all filters of a listener must match."""

    id: int | None
    filter_type: str | None
    filter_value: Value = field(repr=False)
    not_logic: bool | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Overview:
    """A listener with its callback and subscriptions."""

    listener: EventListener
    callback: Callback
    subscriptions: tuple[Subscription, ...]
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Events:
    """The events of an account or extension. A change may take up to five minutes to take effect.

    Lists come 25 at a time, the newest first, unless `limit` (1 to 500) says otherwise.
    """

    _account: Account = field(repr=False)

    def create_callback(
        self,
        config: CallbackConfig,
        *,
        name: str | None = None,
        mode: Literal["HTTPS", "HTTP"] = "HTTPS",
        profile_id: int | None = None,
        fallback_callback_id: int | None = None,
        enabled: bool | None = None,
    ) -> Call[Callback]:
        """Make a callback; its URL is called with {"test": 1} before the answer comes."""
        told: dict[str, object] = {
            "config": config.body(),
            "name": name,
            "mode": mode,
            "profile_id": profile_id,
            "fallback_callback_id": fallback_callback_id,
            "enabled": enabled,
        }
        body = {key: value for key, value in told.items() if value is not None}
        request = self._account.request(
            "events.callbacks.create", "POST", self._path("callbacks"), body=body
        )
        return self._account.call(request, read_callback, safe=False)

    def list_callbacks(self, *, limit: int = DEFAULT_PAGE, offset: int = 0) -> Call[Page[Callback]]:
        """List callbacks."""
        return self._account.pages(
            "events.callbacks.list",
            self._path("callbacks"),
            lambda each: (read_callback(each),),
            limit=limit,
            offset=offset,
        )

    def get_callback(self, callback_id: int) -> Call[Callback]:
        """Get a callback; NotFound."""
        path = self._path("callbacks", callback_id)
        request = self._account.request("events.callbacks.get", "GET", path)
        return self._account.call(request, read_callback, safe=True)

    def delete_callback(self, callback_id: int) -> Call[None]:
        """Delete a callback; ProviderError with status 409 while a listener uses it."""
        path = self._path("callbacks", callback_id)
        return self._account.deletion("events.callbacks.delete", path)

    def create_listener(
        self, callback_id: int, *, version: str = VERSION, expires_at: datetime | None = None
    ) -> Call[EventListener]:
        """Make a listener of a callback; ValueError for an end without a zone."""
        body: dict[str, object] = {"callback_id": callback_id, "version": version}
        if expires_at is not None:
            if expires_at.utcoffset() is None:
                raise ValueError("the end of a listener needs a zone")
            body["expires_at"] = int(expires_at.astimezone(UTC).timestamp())
        request = self._account.request(
            "events.listeners.create", "POST", self._path("listeners"), body=body
        )
        return self._account.call(request, read_listener, safe=False)

    def list_listeners(
        self, *, limit: int = DEFAULT_PAGE, offset: int = 0
    ) -> Call[Page[EventListener]]:
        """List listeners."""
        return self._account.pages(
            "events.listeners.list",
            self._path("listeners"),
            lambda each: (read_listener(each),),
            limit=limit,
            offset=offset,
        )

    def get_listener(self, listener_id: int) -> Call[EventListener]:
        """Get a listener; NotFound."""
        path = self._path("listeners", listener_id)
        request = self._account.request("events.listeners.get", "GET", path)
        return self._account.call(request, read_listener, safe=True)

    def delete_listener(self, listener_id: int) -> Call[None]:
        """Delete a listener; NotFound."""
        path = self._path("listeners", listener_id)
        return self._account.deletion("events.listeners.delete", path)

    def create_subscription(self, listener_id: int, tags: Iterable[str]) -> Call[Subscription]:
        """Let a listener hear of events that have all tags, such as "message" and "inbound"."""
        path = self._path("listeners", listener_id, "subscriptions")
        body = {":tags": _check_tags(tags)}
        request = self._account.request("events.subscriptions.create", "POST", path, body=body)
        return self._account.call(request, read_subscription, safe=False)

    def list_subscriptions(
        self, listener_id: int, *, limit: int = DEFAULT_PAGE, offset: int = 0
    ) -> Call[Page[Subscription]]:
        """List the subscriptions of a listener."""
        return self._account.pages(
            "events.subscriptions.list",
            self._path("listeners", listener_id, "subscriptions"),
            lambda each: (read_subscription(each),),
            limit=limit,
            offset=offset,
        )

    def get_subscription(self, listener_id: int, subscription_id: int) -> Call[Subscription]:
        """Get a subscription; NotFound."""
        path = self._path("listeners", listener_id, "subscriptions", subscription_id)
        request = self._account.request("events.subscriptions.get", "GET", path)
        return self._account.call(request, read_subscription, safe=True)

    def delete_subscription(self, listener_id: int, subscription_id: int) -> Call[None]:
        """Delete a subscription; NotFound."""
        path = self._path("listeners", listener_id, "subscriptions", subscription_id)
        return self._account.deletion("events.subscriptions.delete", path)

    def create_filter(
        self,
        listener_id: int,
        filter_type: Literal["number", "schedule"],
        filter_value: Mapping[Literal["eq", "in", "match"], object],
        *,
        not_logic: bool | None = None,
    ) -> Call[EventFilter]:
        """Let a listener hear only of what a filter matches; "%" is the wildcard of "match"."""
        path = self._path("listeners", listener_id, "filters")
        body: dict[str, object] = {"filter_type": filter_type, "filter_value": dict(filter_value)}
        if not_logic is not None:
            body["not_logic"] = not_logic
        request = self._account.request("events.filters.create", "POST", path, body=body)
        return self._account.call(request, read_filter, safe=False)

    def list_filters(
        self, listener_id: int, *, limit: int = DEFAULT_PAGE, offset: int = 0
    ) -> Call[Page[EventFilter]]:
        """List the filters of a listener."""
        return self._account.pages(
            "events.filters.list",
            self._path("listeners", listener_id, "filters"),
            lambda each: (read_filter(each),),
            limit=limit,
            offset=offset,
        )

    def get_filter(self, listener_id: int, filter_id: int) -> Call[EventFilter]:
        """Get a filter; NotFound."""
        path = self._path("listeners", listener_id, "filters", filter_id)
        request = self._account.request("events.filters.get", "GET", path)
        return self._account.call(request, read_filter, safe=True)

    def delete_filter(self, listener_id: int, filter_id: int) -> Call[None]:
        """Delete a filter; NotFound."""
        path = self._path("listeners", listener_id, "filters", filter_id)
        return self._account.deletion("events.filters.delete", path)

    def create_overview(
        self, config: CallbackConfig, subscriptions: Sequence[Iterable[str]]
    ) -> Call[Overview]:
        """Make a callback, a listener of it and its subscriptions at once."""
        body: dict[str, object] = {
            ":callback": {"config": config.body()},
            ":subscriptions": [{":tags": _check_tags(tags)} for tags in subscriptions],
        }
        request = self._account.request(
            "events.overview.create", "POST", self._path("overview"), body=body
        )
        return self._account.call(request, read_overview, safe=False)

    def list_overview(self, *, limit: int = DEFAULT_PAGE, offset: int = 0) -> Call[Page[Overview]]:
        """List listeners with all that belongs to them."""
        return self._account.pages(
            "events.overview.list",
            self._path("overview"),
            lambda each: (read_overview(each),),
            limit=limit,
            offset=offset,
        )

    def _path(self, *pieces: str | int) -> str:
        return "/".join((self._account.root, "integrations/events", *map(as_segment, pieces)))


def _check_tags(tags: Iterable[str]) -> list[str]:
    found = [tags] if isinstance(tags, str) else list(tags)
    if not found or not all(found):
        raise ValueError("a subscription has at least one tag")
    return found


def read_callback(answer: dict[str, Value]) -> Callback:
    """Read a callback."""
    config = as_object(answer.get("config"))
    headers = [as_object(each) for each in as_list(config.get("headers"))]
    return Callback(
        id=as_whole(answer.get("id")),
        name=as_text(answer.get("name")),
        mode=as_text(answer.get("mode")),
        enabled=as_flag(answer.get("enabled")),
        url=as_text(config.get("url")),
        method=as_text(config.get("method")),
        withheld=tuple(
            as_text(each.get("name")) or "" for each in headers if each.get("value") is True
        ),
        fallback_callback_id=as_whole(answer.get("fallback_callback_id")),
        profile_id=as_whole(answer.get("profile_id")),
        raw=answer,
    )


def read_listener(answer: dict[str, Value]) -> EventListener:
    """Read a listener."""
    return EventListener(
        id=as_whole(answer.get("id")),
        voip_id=as_whole(answer.get("voip_id")),
        extension_id=as_whole(answer.get("extension_id")),
        version=as_text(answer.get("version")),
        callback_id=as_whole(answer.get("callback_id")),
        created_at=as_moment(answer.get("created_at")),
        expires_at=as_moment(answer.get("expires_at")),
        raw=answer,
    )


def read_subscription(answer: dict[str, Value]) -> Subscription:
    """Read a subscription."""
    tags = as_list(answer.get(":tags") or answer.get("tags"))
    return Subscription(
        id=as_whole(answer.get("id")),
        tags=tuple(text for each in tags if (text := as_text(each))),
        raw=answer,
    )


def read_filter(answer: dict[str, Value]) -> EventFilter:
    """Read a filter."""
    return EventFilter(
        id=as_whole(answer.get("id")),
        filter_type=as_text(answer.get("filter_type")),
        filter_value=answer.get("filter_value"),
        not_logic=as_flag(answer.get("not_logic")),
        raw=answer,
    )


def read_overview(answer: dict[str, Value]) -> Overview:
    """Read a listener with what belongs to it."""
    subscriptions = as_list(answer.get(":subscriptions"))
    return Overview(
        listener=read_listener(answer),
        callback=read_callback(as_object(answer.get(":callback"))),
        subscriptions=tuple(read_subscription(as_object(each)) for each in subscriptions),
        raw=answer,
    )
