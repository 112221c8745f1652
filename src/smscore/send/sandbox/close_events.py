"""The event log of the Close stand-in, and the webhooks that it feeds.

The law of this file: an event is written to the log once and brought to each subscription that
asks for it, signed over the octets that leave. An event's dates have no offset, its object's have.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import cast

from smscore.send.sandbox.agenda import Agenda
from smscore.send.sandbox.close_checks import REQUIRED, failed, invalid, read_whole
from smscore.send.sandbox.close_objects import Json, Params, split
from smscore.send.sandbox.web import Webhook, World

OBJECT_TYPE = "activity.sms"
MOST_SUBSCRIPTIONS = 40
MOST_EVENTS = 50
KEPT_SECONDS = 30 * 86_400
GIVEN_UP_SECONDS = 72 * 3_600
LONGEST_PAUSE = 20 * 60.0
_SUCCESS = 2


class Events:
    """What has happened, and who is told."""

    def __init__(self, world: World, agenda: Agenda, organization: str) -> None:
        self.world = world
        self.agenda = agenda
        self.organization = organization
        self.log: list[tuple[float, Json]] = []
        self.subscriptions: dict[str, Json] = {}

    def subscribe(self, given: Json) -> Json:
        """Make a subscription; its answer alone has the key of its signatures."""
        missing = {name: REQUIRED for name in ("url", "events") if not given.get(name)}
        if missing:
            raise invalid(**missing)
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise failed(400, f"There may be {MOST_SUBSCRIPTIONS} subscriptions.")
        key = f"whsub_{self.world.make_id(16)}"
        made: Json = {
            "id": key,
            "status": "active",
            "url": "",
            "events": [],
            "verify_ssl": True,
            "signature_key": self.world.make_id(64, "0123456789abcdef"),
        }
        self._fill(made, given)
        self.subscriptions[key] = made
        return dict(made)

    def change(self, key: str, given: Json) -> Json:
        """Change a subscription."""
        self._fill(self._find(key), given)
        return self.show(key)

    def _fill(self, kept: Json, given: Json) -> None:
        """Write what is given over what is kept, if all of it is right."""
        url, events = given.get("url", kept["url"]), given.get("events", kept["events"])
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise invalid(url="Not a valid URL.")
        if not isinstance(events, list) or not all(
            isinstance(each, dict)
            and isinstance(each.get("object_type"), str)
            and isinstance(each.get("action"), str)
            for each in events
        ):
            raise invalid(events="Each has an object_type and an action.")
        status = given.get("status", kept["status"])
        if status not in ("active", "paused"):
            raise invalid(status="Not a valid choice.")
        verify = bool(given.get("verify_ssl", kept["verify_ssl"]))
        kept.update(url=url, events=events, status=status, verify_ssl=verify)

    def _find(self, key: str) -> Json:
        if key not in self.subscriptions:
            raise failed(404, "Not found.")
        return self.subscriptions[key]

    def show(self, key: str) -> Json:
        """Show a subscription, without its key."""
        return {name: value for name, value in self._find(key).items() if name != "signature_key"}

    def delete(self, key: str) -> Json:
        """End a subscription, and give it for the last time."""
        self._find(key)
        return self.subscriptions.pop(key)

    def tell(
        self,
        action: str,
        data: Json,
        *,
        request: tuple[str, str] | None = None,
        previous: Json | None = None,
    ) -> None:
        """Log what has happened to an activity, and tell who asked for it."""
        now = self.world.now()
        stamp = now.replace(tzinfo=None).isoformat(timespec="microseconds")
        event: Json = {
            "id": f"ev_{self.world.make_id(20)}",
            "object_type": OBJECT_TYPE,
            "object_id": data["id"],
            "action": action,
            "date_created": stamp,
            "date_updated": stamp,
            "organization_id": self.organization,
            "user_id": data["user_id"],
            "lead_id": data["lead_id"],
            "request_id": f"req_{self.world.make_id(20)}",
            "data": data,
            "previous_data": previous or {},
            "changed_fields": list(previous or {}),
            "meta": dict(zip(("request_method", "request_path"), request or (), strict=False)),
        }
        self.log.append((now.timestamp(), event))
        copies = 2 if self.world.switch("close.duplicate_events") else 1
        wanted = {"object_type": OBJECT_TYPE, "action": action}
        for key, kept in self.subscriptions.items():
            asked = cast("list[Json]", kept["events"])
            if any(wanted.items() <= each.items() for each in asked):
                body = json.dumps({"subscription_id": key, "event": event}, ensure_ascii=False)
                for _ in range(copies):
                    self._deliver(key, body.encode(), now.timestamp(), now.timestamp(), 1.0)

    def _deliver(self, key: str, body: bytes, since: float, stamped: float, pause: float) -> None:
        """Make one delivery; with each that fails the pause before the next is doubled."""
        kept = self.subscriptions.get(key)
        if kept is None or kept["status"] != "active":
            return
        stamp = str(int(stamped))
        signature = sign(cast("str", kept["signature_key"]), stamp, body)
        headers = (
            ("content-type", "application/json"),
            ("close-sig-timestamp", stamp),
            ("close-sig-hash", signature),
        )

        def take(status: int | None) -> None:
            now = self.world.time()
            if status is not None and status // 100 == _SUCCESS:
                return
            if now - since > GIVEN_UP_SECONDS:
                kept["status"] = "paused"
                return
            # Whether a delivery that is tried again has a new time is not documented.
            again = now + pause if self.world.switch("close.restamp_retries") else stamped
            longer = min(pause * 2, LONGEST_PAUSE)
            self.agenda.note(now + pause, lambda _: self._deliver(key, body, since, again, longer))

        waiting = self.world.webhooks
        place = len(waiting)
        if self.world.switch("close.shuffle_events"):
            place = self.world.random.randint(0, place)
        waiting.insert(place, Webhook("close", cast("str", kept["url"]), headers, body, take))

    def list(self, params: Params) -> Json:
        """Give a page of the log, newest first; a cursor is the number of the event it is at."""
        limit = read_whole(params, "_limit", MOST_EVENTS, MOST_EVENTS)
        since = self.world.time() - KEPT_SECONDS
        found = [
            (number, event)
            for number, (at, event) in enumerate(self.log)
            if at >= since
            and all(
                event[name] in split(params[name])
                for name in ("object_type", "object_id", "action", "lead_id", "user_id")
                if name in params
            )
        ]
        found.reverse()
        kind, number = _read_cursor(params.get("_cursor"))
        if kind == "previous":
            newer = [each for each in found if each[0] > number]
            shown = newer[-limit:]
        else:
            shown = [each for each in found if kind is None or each[0] < number][:limit]
        older = bool(shown) and found[-1][0] < shown[-1][0]
        newest = bool(shown) and found[0][0] > shown[0][0]
        return {
            "data": [event for _, event in shown],
            "cursor_next": f"next-{shown[-1][0]}" if older else None,
            "cursor_previous": f"previous-{shown[0][0]}" if newest else None,
        }


def _read_cursor(value: object) -> tuple[str | None, int]:
    if value is None:
        return None, 0
    kind, _, number = str(value).partition("-")
    if kind not in {"next", "previous"} or not number.isascii() or not number.isdigit():
        raise invalid(_cursor="Not a valid cursor.")
    return kind, int(number)


def sign(key: str, stamp: str, body: bytes) -> str:
    """Sign the octets of a webhook; the key itself is what its hex digits stand for."""
    return hmac.new(bytes.fromhex(key), stamp.encode() + body, hashlib.sha256).hexdigest()
