"""Who is called, and for what.

The law of this file: a subscription is the account's, and gets the events of all messages; a
message's own webhook gets its events too, so that one event may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smscore.errors import UnreadableAnswer
from smscore.send.calls import Call
from smscore.send.providers.callr.options import Hook
from smscore.send.providers.callr.reading import NAME, as_flag, as_word
from smscore.send.providers.callr.rpc import Endpoint
from smscore.send.providers.values import as_object, as_text
from smscore.send.wire import Value

STATUS_TYPE = "sms.mt.status_update"
INBOUND_TYPE = "sms.mo"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription: `hash` is its name, by which it is ended. `raw` may hold its secret."""

    hash: str | None
    type: str | None
    endpoint: str | None = field(repr=False)
    options: Mapping[str, Value] = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The subscriptions of an account."""

    _at: Endpoint = field(repr=False)

    def subscribe(self, type_: str, hook: Hook) -> Call[Webhook]:
        """Subscribe to a type of event, such as "sms.mo" or "sms.mt.status_update".

        Asking twice subscribes twice. Raises TypeError, ValueError.
        """
        if not isinstance(hook, Hook):
            raise TypeError(f"a webhook is a Hook, not {type(hook).__name__}")
        return self._at.call(
            "webhooks.subscribe",
            [_as_name(type_), hook.endpoint, hook.options()],
            _read_webhook,
            safe=False,
            private=hook.secrets(),
        )

    def unsubscribe(self, hash_: str) -> Call[bool]:
        """End a subscription; the answer says whether that was done."""
        return self._at.call("webhooks.unsubscribe", [_as_name(hash_)], as_flag, safe=False)

    def get_event_types(self) -> Call[tuple[str, ...]]:
        """Ask which types of event there are."""
        return self._at.call("webhooks.get_event_types", [], _read_types)


def _as_name(name: str) -> str:
    if not isinstance(name, str) or not name:
        raise ValueError("a type of event or the hash of a webhook is a str that is not empty")
    return name


def _read_webhook(value: Value) -> Webhook:
    found = as_object(value)
    if not as_word(found.get("hash")):
        raise UnreadableAnswer(NAME, None, "the answer has no hash to end the subscription by")
    return Webhook(
        hash=as_word(found.get("hash")),
        type=as_word(found.get("type")),
        endpoint=as_word(found.get("endpoint")),
        options=as_object(found.get("options")),
        raw=found,
    )


def _read_types(value: Value) -> tuple[str, ...]:
    if not isinstance(value, list | dict):
        raise UnreadableAnswer(NAME, None, "the answer is no list of types of event")
    named = (as_text(each.get("type")) if isinstance(each, dict) else as_text(each)
             for each in value)  # fmt: skip
    return tuple(each for each in named if each)
