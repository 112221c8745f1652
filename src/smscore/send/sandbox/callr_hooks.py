"""The webhooks of the CALLR stand-in.

The law of this file: an event goes to the webhook of its message and to every one that is
subscribed to its type, signed over the very octets that leave. What is not answered with 2xx is
tried again.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from smscore.send.sandbox.agenda import Agenda
from smscore.send.sandbox.callr_checks import find_digest
from smscore.send.sandbox.web import Webhook, World

# Invented: how often a delivery is tried, and that the pauses are 1, 2, 4... seconds.
TRIES = 6
_SUCCESS = 2

Hook = dict[str, object]


class Hooks:
    """The subscriptions of one account, and what is under way to them."""

    def __init__(self, world: World, agenda: Agenda) -> None:
        self.world = world
        self.agenda = agenda
        self.subscribed: dict[str, Hook] = {}

    def subscribe(self, kind: str, endpoint: str, options: dict[str, object] | None) -> Hook:
        """Subscribe to a type of event."""
        key = self.world.make_id(8)
        hook: Hook = {"hash": key, "type": kind, "endpoint": endpoint, "options": options}
        self.subscribed[key] = hook
        return hook

    def unsubscribe(self, key: str) -> bool:
        """End a subscription; tell whether there was one."""
        return self.subscribed.pop(key, None) is not None

    def tell(self, kind: str, data: object, at: float, dynamic: Iterable[Hook] = ()) -> None:
        """Tell of an event at once: to the dynamic webhooks, then to those subscribed."""
        # Invented: that all deliveries of one event share the id in the body.
        event = {
            "event_at": _write_time(at),
            "event_id": self.world.make_id(10, "0123456789abcdef"),
            "hook_hash": None,
            "try": 0,
            "type": kind,
            "data": data,
        }
        known = [hook for hook in self.subscribed.values() if hook["type"] == kind]
        for hook in (*dynamic, *known):
            self._deliver({**event, "hook_hash": hook.get("hash")}, hook)

    def _deliver(self, event: dict[str, object], hook: Hook) -> None:
        """Send one delivery, and note to try it again if it fails."""
        body = json.dumps(event, ensure_ascii=False).encode()
        options = cast("dict[str, str]", hook.get("options") or {})
        # In the documentation's own sample the two ids of an event differ.
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "CALLR/API 1.1"),
            ("x-callr-eventid", self.world.make_id(10, "0123456789abcdef")),
        ]
        if options.get("hmac_secret"):
            algorithm = options.get("hmac_algo", "SHA256")
            headers.append(("x-callr-hmacsignature", sign(body, options["hmac_secret"], algorithm)))

        def take(status: int | None) -> None:
            tried = cast("int", event["try"]) + 1
            if (status is None or status // 100 != _SUCCESS) and tried < TRIES:
                again = {**event, "try": tried}
                due = self.world.time() + 2.0 ** (tried - 1)
                self.agenda.note(due, lambda _: self._deliver(again, hook))

        made = Webhook("callr", cast("str", hook["endpoint"]), tuple(headers), body, take)
        waiting = self.world.webhooks
        place = len(waiting)
        if self.world.switch("callr.shuffle_webhooks"):
            place = self.world.random.randint(0, place)
        waiting.insert(place, made)


def sign(body: bytes, secret: str, algorithm: str = "SHA256") -> str:
    """Sign the octets of a webhook: base64 of the digest itself, not of its hex digits.

    >>> sign(b"{}", "secret", "MD5")
    'QmNrRzDkKfb5U/MYQt6pCA=='
    """
    made = hmac.new(secret.encode(), body, find_digest(algorithm)).digest()
    return b64encode(made).decode()


def _write_time(at: float) -> str:
    """Write a time as events have it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
