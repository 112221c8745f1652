"""Phone.com's listeners, version 1: callbacks with a main and a backup URL.

The payload in version 4 is not documented: here it has the fields of the older API, as JSON in a
POST and as the query of a GET, which is invented.

The law of this file: a listener is kept as it was given, with its read-only fields beside.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from smscore.send.sandbox.phone_com_answers import Refusal, invalid, read_object, tell_moment
from smscore.send.sandbox.web import Request, Response, Webhook, World, json_response

_EVENTS = {"sms.in", "sms.out", "call.new", "call.update", "call.complete", "call.log"}
_GOOD = range(200, 300)


class Listeners:
    """The listeners of one account."""

    def __init__(self, world: World, account_id: int) -> None:
        self._world = world
        self._account_id = account_id
        self._listeners: dict[int, dict[str, Any]] = {}
        self._next = 6001

    def handle(self, request: Request, rest: str) -> Response:
        """Answer a request of `listeners`, or of one of them."""
        if not rest:
            if request.method == "GET":
                items = sorted(self._listeners.values(), key=lambda each: -int(each["id"]))
                # The envelope is the one of other lists.
                return json_response(
                    200, {"total": len(items), "offset": 0, "limit": 25, "items": items}
                )
            if request.method == "POST":
                # 201, as for other things that are made, is invented.
                return json_response(201, self._put(self._next, read_object(request)))
            raise Refusal(405, "Method not allowed")
        if not rest.isdecimal() or int(rest) not in self._listeners:
            raise Refusal(404, "Not found")
        number = int(rest)
        match request.method:
            case "GET":
                return json_response(200, self._listeners[number])
            case "PUT":
                return json_response(200, self._put(number, read_object(request)))
            case "DELETE":
                del self._listeners[number]
                return json_response(200, {"success": True})
        raise Refusal(405, "Method not allowed")

    def tell(self, event: str, sender: str, to: str, text: str) -> None:
        """Call back whoever listens for an event."""
        now = int(self._world.time())
        for listener in self._listeners.values():
            if listener["event_type"] != event:
                continue
            roles = {each["role"]: each for each in listener["callbacks"]}
            said = {
                "to": to,
                "from": sender,
                "status": "new" if event == "sms.in" else "sent",
                "message": text,
                "created_date": tell_moment(now),
                "created_epoch": now,
                "url": roles["main"]["url"],
                "backup_url": roles.get("backup", {}).get("url"),
                "application_id": None,
                "resource_id": self._world.make_id(8, "0123456789"),
                "type": "incoming" if event == "sms.in" else "outgoing",
                "voip_id": self._account_id,
            }
            self._post(roles["main"], roles.get("backup"), said)

    def _post(self, callback: dict[str, Any], backup: dict[str, Any] | None, said: object) -> None:
        def on_answer(status: int | None) -> None:
            if backup is not None and status not in _GOOD:
                self._post(backup, None, said)

        assert isinstance(said, dict)  # noqa: S101  # it is made above
        headers: tuple[tuple[str, str], ...] = ()
        if callback.get("username"):
            pair = f"{callback['username']}:{callback.get('password') or ''}"
            headers = (("authorization", f"Basic {b64encode(pair.encode()).decode()}"),)
        url, body = str(callback["url"]), json.dumps(said, ensure_ascii=False).encode()
        if callback["verb"] == "get":
            url, body = f"{url}{'&' if '?' in url else '?'}{urlencode(said)}", b""
        else:
            headers = (("content-type", "application/json"), *headers)
        self._world.webhooks.append(
            Webhook(
                "phone_com",
                url,
                headers,
                body,
                on_answer,
                method=str(callback["verb"]).upper(),
                timeout=float(callback.get("timeout") or 5),
            )
        )

    def _put(self, number: int, said: dict[str, Any]) -> dict[str, Any]:
        if said.get("type") != "callback":
            raise invalid(type="It is callback")
        if said.get("event_type") not in _EVENTS:
            raise invalid(event_type="There is no such event")
        callbacks = said.get("callbacks")
        if not isinstance(callbacks, list) or not all(_is_callback(each) for each in callbacks):
            raise invalid(callbacks="Each has url, role, verb, and a timeout from 1 to 10")
        if [each["role"] for each in callbacks].count("main") != 1:
            raise invalid(callbacks="One of them is the main one")
        now = int(self._world.time())
        created = self._listeners.get(number, {}).get("created_at", now)
        kept = {
            **{name: said[name] for name in ("type", "event_type", "callbacks")},
            "id": number,
            "voip_id": self._account_id,
            "created_at": created,
            "updated_at": now,
        }
        self._next = max(self._next, number + 1)
        self._listeners[number] = kept
        return kept


def _is_callback(each: object) -> bool:
    if not isinstance(each, dict):
        return False
    timeout = each.get("timeout", 5)
    return (
        isinstance(each.get("url"), str)
        and each.get("role") in {"main", "backup"}
        and each.get("verb") in {"get", "post"}
        and isinstance(timeout, int)
        and 1 <= timeout <= 10  # noqa: PLR2004  # seconds, as documented
    )
