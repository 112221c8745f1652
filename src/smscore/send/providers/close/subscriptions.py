"""Who is called, and the log of what was called for.

The law of this file: the key of a subscription's signatures is told once, when it is made, and is a
secret from then on. The log has the same events as the calls, for about thirty days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.events import Event
from smscore.send.providers.close.account import (
    USUAL_PAGE,
    Account,
    as_segment,
    read_data,
    without_none,
)
from smscore.send.providers.close.events import OBJECT_TYPE, read_logged
from smscore.send.providers.close.reading import as_flag, as_word
from smscore.send.providers.close.records import read_id
from smscore.send.providers.values import as_list, as_object
from smscore.send.wire import Value

ACTIONS = ("created", "updated", "sent", "deleted")
LARGEST_LOG_PAGE = 50
_PATH = "webhook"
_URL = re.compile(r"https?://[^\s\x00-\x1f]+")
_KEY = "signature_key"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `signature_key` is there only when it was made: store it.

    `status` is "active" or "paused"; `raw` is what was answered, without the key.
    """

    id: str
    status: str | None
    url: str | None = field(repr=False)
    events: tuple[Mapping[str, Value], ...]
    verify_ssl: bool | None
    signature_key: Secret | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscriptions of an account, of which there are up to 40."""

    _account: Account = field(repr=False)

    def create(
        self,
        url: str,
        *,
        events: Iterable[Mapping[str, object]] | None = None,
        verify_ssl: bool = True,
    ) -> Call[Subscription]:
        """Subscribe, to all that happens to messages unless `events` has others.

        An event is an `object_type`, an `action`, and perhaps an `extra_filter`. Asking twice
        subscribes twice. ValueError for no URL.
        """
        body = {
            "url": _check_url(url),
            "events": _list_events(events),
            "verify_ssl": verify_ssl,
        }
        request = self._account.request("webhook.create", "POST", _PATH, body=body)
        return self._account.call(request, _read, safe=False)

    def list(self, *, limit: int = USUAL_PAGE, skip: int = 0) -> Call[Page[Subscription]]:
        """List the subscriptions, `limit` on a page."""
        return self._account.pages(
            "webhook.list", _PATH, lambda each: (_read(each),), limit=limit, skip=skip
        )

    def get(self, subscription_id: str) -> Call[Subscription]:
        """Get one subscription; NotFound."""
        request = self._account.request("webhook.get", "GET", _path(subscription_id))
        return self._account.call(request, _read, safe=True)

    def update(
        self,
        subscription_id: str,
        *,
        url: str | None = None,
        events: Iterable[Mapping[str, object]] | None = None,
        verify_ssl: bool | None = None,
        status: Literal["active", "paused"] | None = None,
    ) -> Call[Subscription]:
        """Change a subscription; None leaves a field as it is. ValueError."""
        if status not in (None, "active", "paused"):
            raise ValueError("a subscription is active or paused")
        body = without_none(
            url=None if url is None else _check_url(url),
            events=None if events is None else _list_events(events),
            verify_ssl=verify_ssl,
            status=status,
        )
        if not body:
            raise ValueError("nothing is to be changed: name a field")
        request = self._account.request("webhook.update", "PUT", _path(subscription_id), body=body)
        return self._account.call(request, _read, safe=True)

    def delete(self, subscription_id: str) -> Call[None]:
        """End a subscription; NotFound."""
        return self._account.deletion("webhook.delete", _path(subscription_id))


@dataclass(frozen=True, slots=True)
class EventLog:
    """What has happened to the messages of an account, for those who missed a call."""

    _account: Account = field(repr=False)

    def list(
        self,
        *,
        object_type: str = OBJECT_TYPE,
        object_id: str | None = None,
        action: str | None = None,
        lead_id: str | None = None,
        limit: int = LARGEST_LOG_PAGE,
        cursor: str | None = None,
    ) -> Call[Page[Event]]:
        """List events, up to 50 on a page; what follows a page is older. ValueError, TypeError."""
        if type(limit) is not int:
            raise TypeError("a limit is a whole number")
        if not 1 <= limit <= LARGEST_LOG_PAGE:
            raise ValueError(f"a limit is 1 to {LARGEST_LOG_PAGE}")
        asked = without_none(
            object_type=object_type,
            object_id=object_id,
            action=action,
            lead_id=lead_id,
            _limit=limit,
            _cursor=cursor,
        )
        query = [(name, str(value)) for name, value in asked.items()]

        def read(answer: dict[str, Value]) -> Page[Event]:
            found = read_data(answer)
            after = as_word(answer.get("cursor_next"))
            following = None
            if after is not None and after != cursor:
                following = self.list(
                    object_type=object_type,
                    object_id=object_id,
                    action=action,
                    lead_id=lead_id,
                    limit=limit,
                    cursor=after,
                )
            return Page(tuple(read_logged(as_object(each)) for each in found), following)

        request = self._account.request("event.list", "GET", "event", query=query)
        return self._account.call(request, read, safe=True)


def _path(subscription_id: str) -> str:
    return f"{_PATH}/{as_segment(subscription_id)}"


def _check_url(url: str) -> str:
    if not isinstance(url, str) or not _URL.fullmatch(url):
        raise ValueError("a webhook's url is one of http or https")
    return url


def _list_events(events: Iterable[Mapping[str, object]] | None) -> list[dict[str, object]]:
    if events is None:
        return [{"object_type": OBJECT_TYPE, "action": each} for each in ACTIONS]
    found = [dict(each) for each in events]
    if not found or not all({"object_type", "action"} <= each.keys() for each in found):
        raise ValueError("an event has an object_type and an action, and there is one at least")
    return found


def _read(answer: dict[str, Value]) -> Subscription:
    key = as_word(answer.get(_KEY))
    return Subscription(
        id=read_id(answer),
        status=as_word(answer.get("status")),
        url=as_word(answer.get("url")),
        events=tuple(map(as_object, as_list(answer.get("events")))),
        verify_ssl=as_flag(answer.get("verify_ssl")),
        signature_key=None if key is None else Secret(key),
        raw={name: value for name, value in answer.items() if name != _KEY},
    )
