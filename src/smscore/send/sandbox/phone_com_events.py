"""Phone.com's events, version 2: callbacks, listeners, subscriptions, filters, and what is posted.

The shapes are those of the published integration guide. A listener is active at once, where the
service may take minutes; nothing is delivered again, as no policy is documented; both invented.

The law of this file: a callback exists only once its URL has answered the test call.
"""

from __future__ import annotations

import fnmatch
import json
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from smscore.send.sandbox.phone_com_answers import Refusal, invalid, read_object, refuse
from smscore.send.sandbox.web import Question, Request, Response, Webhook, World, json_response

_MODES = {"HTTPS", "HTTP", "EMAIL", "APPLICATION"}
_METHODS = {"POST", "GET", "PUT", "PATCH", "DELETE"}
_SECRET_HEADERS = {"authorization", "x-api-key"}
_GOOD = range(200, 300)
_HANDSHAKE_GOOD = {200, 201}
_PAGE = 25

Thing = dict[str, Any]


class Events:
    """The event integration of one account."""

    def __init__(self, world: World, account_id: int) -> None:
        self._world = world
        self._account_id = account_id
        self._callbacks: dict[int, Thing] = {}
        self._listeners: dict[int, Thing] = {}
        self._called: dict[int, deque[float]] = {}
        self._number = 7000

    def handle(self, request: Request, path: str, extension: int | None) -> Response:
        """Answer a request below `integrations/events/`."""
        parts = path.split("/")
        if parts[0] == "callbacks":
            return self._handle_callbacks(request, parts[1:])
        match request.method, parts:
            case "POST", ["listeners"]:
                made = self._make_listener(read_object(request), extension)
                return json_response(201, _show_listener(made))
            case "GET", ["listeners"]:
                return _list([_show_listener(each) for each in self._listeners.values()])
            case _, ["listeners", number, *rest]:
                return self._handle_listener(request, _find(self._listeners, number), rest)
            case "POST", ["overview"]:
                return self._make_all(read_object(request), extension)
            case "GET", ["overview"]:
                return _list([self._show_all(each) for each in self._listeners.values()])
        raise Refusal(404, "Not found")

    def _handle_callbacks(self, request: Request, rest: list[str]) -> Response:
        match request.method, rest:
            case "POST", []:
                return self._make_callback(read_object(request), lambda made: made)
            case "GET", []:
                return _list([_show_callback(each) for each in self._callbacks.values()])
            case "GET", [number]:
                return json_response(200, _show_callback(_find(self._callbacks, number)))
            case "DELETE", [number]:
                return self._delete_callback(_find(self._callbacks, number))
        raise Refusal(404, "Not found")

    def tell_received(self, sender: str, to: str, text: str) -> None:
        """Tell whoever subscribed that a handset has texted."""
        tags = ["message", "*ms-message", "sms-message", "received-message", "inbound"]
        self._tell(tags, "received", sender, to, text)

    def tell_sent(self, sender: str, to: str, text: str, state: str) -> None:
        """Tell whoever subscribed that a message is "sent" or "delivered"."""
        tags = ["message", "*ms-message", "sms-message", f"{state}-message", "outbound"]
        self._tell(tags, state, sender, to, text)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _make_callback(self, said: Thing, then: Callable[[Thing], Thing]) -> Response:
        config = said.get("config")
        mode = said.get("mode", "HTTPS")
        if mode not in _MODES:
            raise invalid(mode="There is no such mode")
        if not isinstance(config, dict):
            raise invalid(config="It is required")
        fallback = said.get("fallback_callback_id")
        if fallback is not None and fallback not in self._callbacks:
            raise invalid(fallback_callback_id="There is no such callback")
        kept = {
            "id": self._next(),
            "voip_id": self._account_id,
            "name": said.get("name"),
            "mode": mode,
            "profile_id": said.get("profile_id"),
            "fallback_callback_id": fallback,
            "enabled": said.get("enabled", True),
            "config": config,
            "created_at": int(self._world.time()),
        }
        if mode not in {"HTTP", "HTTPS"}:
            self._callbacks[kept["id"]] = kept
            return json_response(201, then(_show_callback(kept)))
        _check_config(config)

        def on_status(status: int | None) -> Response:
            if status not in _HANDSHAKE_GOOD:
                problem = "The URL did not answer the test call with 200 or 201"
                return refuse(self._world, invalid(config=problem))
            self._callbacks[kept["id"]] = kept
            # 201, as for other things that are made, is invented.
            return json_response(201, then(_show_callback(kept)))

        question = Question(self._make_webhook(kept, {"test": 1}), on_status)
        return Response(500, question=question)

    def _delete_callback(self, found: Thing) -> Response:
        used = {each["callback_id"] for each in self._listeners.values()}
        used |= {each["fallback_callback_id"] for each in self._callbacks.values()}
        if found["id"] in used:
            raise Refusal(409, "The callback is in use")
        del self._callbacks[found["id"]]
        return json_response(200, {"success": True})

    def _make_listener(self, said: Thing, extension: int | None) -> Thing:
        if said.get("callback_id") not in self._callbacks:
            raise invalid(callback_id="There is no such callback")
        expires = said.get("expires_at")
        if said.get("version", "2.0.0") != "2.0.0":
            raise invalid(version="It is 2.0.0")
        if not isinstance(expires, int | None):
            raise invalid(expires_at="It is a time in seconds")
        made: Thing = {
            "id": self._next(),
            "voip_id": self._account_id,
            "extension_id": extension,
            "version": "2.0.0",
            "callback_id": said["callback_id"],
            "created_at": int(self._world.time()),
            "expires_at": expires,
            ":subscriptions": [],
            ":filters": [],
        }
        self._listeners[made["id"]] = made
        return made

    def _handle_listener(self, request: Request, listener: Thing, rest: list[str]) -> Response:
        match request.method, rest:
            case "GET", []:
                return json_response(200, _show_listener(listener))
            case "DELETE", []:
                del self._listeners[listener["id"]]
                return json_response(200, {"success": True})
            case "POST", ["subscriptions"]:
                said = read_object(request)
                _check_tags(said)
                return json_response(201, self._add(listener, ":subscriptions", said))
            case "POST", ["filters"]:
                said = read_object(request)
                _check_filter(said)
                return json_response(201, self._add(listener, ":filters", said))
            case "GET", [("subscriptions" | "filters") as kind]:
                return _list(listener[f":{kind}"])
            case "DELETE", [("subscriptions" | "filters") as kind, number]:
                kept = {each["id"]: each for each in listener[f":{kind}"]}
                listener[f":{kind}"].remove(_find(kept, number))
                return json_response(200, {"success": True})
        raise Refusal(404, "Not found")

    def _add(self, listener: Thing, kind: str, said: Thing) -> Thing:
        made = {**said, "id": self._next(), "listener_id": listener["id"]}
        listener[kind].append(made)
        return made

    def _make_all(self, said: Thing, extension: int | None) -> Response:
        subscriptions = said.get(":subscriptions")
        if not isinstance(said.get(":callback"), dict):
            raise invalid(**{":callback": "It is required"})
        if not isinstance(subscriptions, list):
            raise invalid(**{":subscriptions": "It is a list"})
        for each in subscriptions:
            _check_tags(each)

        def then(callback: Thing) -> Thing:
            settings = {**said, "callback_id": callback["id"]}
            listener = self._make_listener(settings, extension)
            for each in subscriptions:
                self._add(listener, ":subscriptions", each)
            return self._show_all(listener)

        return self._make_callback(said[":callback"], then)

    def _show_all(self, listener: Thing) -> Thing:
        callback = self._callbacks[listener["callback_id"]]
        return {**listener, ":callback": _show_callback(callback)}

    def _tell(self, tags: list[str], state: str, sender: str, to: str, text: str) -> None:
        inbound = "inbound" in tags
        own, other = (to, sender) if inbound else (sender, to)
        now = self._world.time()
        for listener in self._listeners.values():
            if listener["expires_at"] is not None and listener["expires_at"] <= now:
                continue
            # Tags of one subscription are all there; of several subscriptions one is enough.
            if not any(set(each[":tags"]) <= set(tags) for each in listener[":subscriptions"]):
                continue
            # That a filter looks at the number of the other side is invented.
            if not all(_passes(each, other) for each in listener[":filters"]):
                continue
            thing = self._make_uuid()
            event = {
                "uuid": self._make_uuid(),
                "version": "2.0.0",
                "listener_id": listener["id"],
                "context": {
                    "type": "account",
                    "id": self._account_id,
                    "voip_id": self._account_id,
                },
                "timestamp": int(now),
                "timestamp_ns": int(now * 1000) * 1_000_000,
                "tags": tags,
                "data_type": "message",
                "data_object_uuid": thing,
                "data": {
                    "uuid": thing,
                    "direction": "inbound" if inbound else "outbound",
                    "state": state,
                    "inbox": {"id": 555001, "extension_id": None, "did": own},
                    "from": {"type": "did", "id": sender},
                    "to": [{"type": "did", "id": to}],
                    "type": "sms",
                    "message": text,
                    "media": [],
                },
            }
            self._post(self._callbacks[listener["callback_id"]], event)

    def _make_uuid(self) -> str:
        return str(UUID(int=self._world.random.getrandbits(128), version=4))

    def _post(self, callback: Thing, event: Thing) -> None:
        if not callback["enabled"] or callback["mode"] not in {"HTTP", "HTTPS"}:
            return
        if self._is_too_many(callback):
            return

        def on_answer(status: int | None) -> None:
            fallback = callback["fallback_callback_id"]
            if status not in _GOOD and fallback is not None:
                self._post(self._callbacks[fallback], event)

        self._world.webhooks.append(self._make_webhook(callback, event, on_answer))

    def _is_too_many(self, callback: Thing) -> bool:
        """Tell whether an event is above the callback's own rate, and is suppressed."""
        rate = callback["config"].get("rate-limit")
        if not rate:
            return False
        called = self._called.setdefault(callback["id"], deque())
        now = self._world.time()
        while called and called[0] <= now - rate["period"]:
            called.popleft()
        if len(called) >= rate["number"]:
            return True
        called.append(now)
        return False

    def _make_webhook(
        self,
        callback: Thing,
        event: Thing,
        on_answer: Callable[[int | None], None] | None = None,
    ) -> Webhook:
        config = callback["config"]
        headers = [(each["name"], each["value"]) for each in config.get("headers") or ()]
        return Webhook(
            "phone_com",
            config["url"],
            (("content-type", "application/json"), *headers),
            json.dumps(event, ensure_ascii=False).encode(),
            on_answer,
            method=config.get("method") or "POST",
            timeout=float(config.get("timeout") or 5),
        )


def _check_config(config: Thing) -> None:
    url, headers, rate = config.get("url"), config.get("headers"), config.get("rate-limit")
    # A plain http URL in mode HTTPS is let through: this machine has no certificates.
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise invalid(**{"config.url": "It is a URL"})
    if (config.get("method") or "POST") not in _METHODS:
        raise invalid(**{"config.method": "There is no such method"})
    if headers is not None and not (
        isinstance(headers, list)
        and all(
            isinstance(each, dict)
            and isinstance(each.get("name"), str)
            and isinstance(each.get("value"), str)
            for each in headers
        )
    ):
        raise invalid(**{"config.headers": "Each has a name and a value"})
    if rate is not None and not (
        isinstance(rate, dict)
        and isinstance(rate.get("number"), int)
        and isinstance(rate.get("period"), int)
    ):
        raise invalid(**{"config.rate-limit": "It has a number and a period"})
    timeout = config.get("timeout")
    if timeout is not None and (not isinstance(timeout, int) or timeout < 1):
        raise invalid(**{"config.timeout": "It is a number of seconds"})


def _check_tags(said: object) -> None:
    tags = said.get(":tags") if isinstance(said, dict) else None
    if not isinstance(tags, list) or not tags or not all(isinstance(each, str) for each in tags):
        raise invalid(**{":tags": "It is a list of tags"})


def _check_filter(said: Thing) -> None:
    value = said.get("filter_value")
    if said.get("filter_type") not in {"number", "schedule"}:
        raise invalid(filter_type="It is number or schedule")
    if not isinstance(value, dict) or not set(value) <= {"eq", "in", "match"} or len(value) != 1:
        raise invalid(filter_value="It has one of eq, in and match")


def _passes(kept: Thing, number: str) -> bool:
    """Tell whether a filter lets a number through; a schedule lets all through, invented."""
    if kept["filter_type"] == "schedule":
        return True
    [(op, value)] = kept["filter_value"].items()
    if op == "match":
        passes = fnmatch.fnmatchcase(number, str(value).replace("%", "*"))
    else:
        passes = number in value if op == "in" else number == value
    return passes != bool(kept.get("not_logic"))


def _show_callback(callback: Thing) -> Thing:
    """Show a callback, with true for what is secret in its headers."""
    headers = callback["config"].get("headers")
    if headers is None:
        return callback
    shown = [
        {**each, "value": True} if each["name"].lower() in _SECRET_HEADERS else each
        for each in headers
    ]
    return {**callback, "config": {**callback["config"], "headers": shown}}


def _show_listener(listener: Thing) -> Thing:
    return {name: value for name, value in listener.items() if not name.startswith(":")}


def _find(things: dict[int, Thing], number: str) -> Thing:
    found = things.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise Refusal(404, "Not found")
    return found


def _list(things: list[Thing]) -> Response:
    """Answer with the newest first, without `total`, as the guide's samples are."""
    newest = sorted(things, key=lambda each: -cast("int", each["id"]))[:_PAGE]
    return json_response(
        200,
        {"filters": {}, "sort": {"id": "desc"}, "offset": None, "limit": _PAGE, "items": newest},
    )
