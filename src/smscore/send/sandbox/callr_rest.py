"""CALLR's REST API v2.0, as far as sending and finding messages goes.

The law of this file: it looks at the same messages as the JSON-RPC API, and tells them by the newer
names: sid, lower-case values, dates of RFC 3339. The object's fields that nobody documents are
invented.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from smscore.send.sandbox.callr_checks import (
    Refused,
    check_body,
    check_recipient,
    check_sender,
)
from smscore.send.sandbox.callr_search import GREATEST_LIMIT, of_account
from smscore.send.sandbox.callr_store import Account, Message, Store
from smscore.send.sandbox.web import Request, Response, StandIn, World, json_response

STATUSES = {"REMOTE_QUEUED": "remote-queued", "RECEIVED": "delivered"}
_DIRECTIONS = {"IN": "inbound", "OUT": "outbound"}


class CallrRestStandIn(StandIn):
    """CALLR's newer API."""

    name: ClassVar[str] = "callr_rest"
    base_path: ClassVar[str] = "/callr/v2.0"

    def __init__(self, world: World, store: Store | None = None) -> None:
        super().__init__(world)
        self.store = store or Store(world)

    def credentials(self) -> dict[str, str]:
        """Give the API key, and the account's SID for Basic authentication."""
        return {"api_key": self.store.api_key, "account_sid": self.store.master.hash}

    def sends(self, request: Request) -> bool:
        """Tell whether the request posts a message."""
        return request.method == "POST" and request.path == "sms"

    def too_many(self, seconds: float) -> Response:
        """Refuse for the rate of requests; limit and words are invented."""
        headers = (("retry-after", str(math.ceil(seconds))),)
        return _refuse(429, "too-many-requests", "Too many requests.", headers)

    def tick(self) -> None:
        """Move messages on."""
        self.store.tick()

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        account = self._authenticate(request)
        if account is None:
            return _refuse(401, "unauthorized", "The credentials are wrong.")
        routes = {
            ("GET", "ping"): self._ping,
            ("POST", "sms"): self._post,
            ("GET", "sms"): self._find,
        }
        act = routes.get((request.method, request.path))
        if act is None:
            known = request.path in {"ping", "sms"}
            status, code = (405, "method-not-allowed") if known else (404, "not-found")
            return _refuse(status, code, "There is no such operation.")
        try:
            return act(request, account)
        except Refused as refused:
            if refused.message == "FORBIDDEN":
                return _refuse(403, "forbidden", refused.message)
            return _refuse(400, "invalid-parameter", refused.message)

    def _authenticate(self, request: Request) -> Account | None:
        """Find as whom a request acts: a sub-account's SID goes with the master's key."""
        if request.headers.get("x-api-key") == self.store.api_key:
            return self.store.master
        sid, key = request.basic() or ("", "")
        found = self.store.find_account(sid)
        return found if found and found.hash == sid and key == self.store.api_key else None

    def _ping(self, _request: Request, _account: Account) -> Response:
        return json_response(200, {"pong": True, "time": _write_time(self.world.time())})

    def _post(self, request: Request, account: Account) -> Response:
        query = dict(request.query)
        try:
            payload = request.json()
        except ValueError:
            raise Refused(400, "INVALID_BODY") from None
        if not isinstance(payload, dict):
            raise Refused(400, "INVALID_BODY")
        body = check_body(payload.get("body"))
        if not body.isascii() and any("\ud800" <= each <= "\udfff" for each in body):
            raise Refused(400, "INVALID_BODY")
        to, sender = query.get("to"), query.get("from", "")
        options: dict[str, object] = {
            # Marketing is what is meant if nothing is said.
            "nature": _choose(query, "traffic", ("marketing", "alerting"), "marketing").upper()
        }
        if "encoding" in query:
            forced = _choose(query, "encoding", ("gsm", "unicode"), "gsm")
            options["force_encoding"] = forced.upper()
        message = self.store.send(
            account, check_sender(sender, known=False), check_recipient(to), body, options
        )
        return json_response(201, write(message))

    def _find(self, request: Request, account: Account) -> Response:
        query = dict(request.query)
        offset, limit = _whole(query, "offset", 0), _whole(query, "limit", 10)
        if not 1 <= limit <= GREATEST_LIMIT:
            raise Refused(400, "PROPERTY_VALUE_ERROR [limit]")
        found = [write(each) for each in of_account(self.store, account)]
        for name in ("direction", "sid", "from", "to", "text", "traffic", "status"):
            if name in query:
                found = [each for each in found if each[name] == query[name]]
        if _choose(query, "order", ("asc", "desc"), "desc") == "desc":
            found.reverse()
        hits = found[offset : offset + limit]
        more = offset + len(hits) < len(found)
        return json_response(
            200, {"offset": offset, "total": len(found), "hasMore": more, "hits": hits}
        )


def _choose(query: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = query.get(name, default).lower()
    if value not in choices:
        raise Refused(400, f"PROPERTY_VALUE_ERROR [{name}]")
    return value


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise Refused(400, f"PROPERTY_VALUE_ERROR [{name}]")
    return int(value)


def write(message: Message) -> dict[str, object]:
    """Write a message by the newer names."""
    return {
        "sid": message.hash.lower(),
        "direction": _DIRECTIONS[message.kind],
        "from": message.sender,
        "to": message.to,
        "text": message.text,
        "encoding": message.encoding.lower(),
        "traffic": message.nature.lower(),
        "status": STATUSES.get(message.status, message.status.lower()),
        "parts": message.parts,
        "created": _write_time(message.created),
        "updated": _write_time(message.updated),
    }


def _write_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _refuse(
    status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    return json_response(status, {"code": code, "message": message}, headers)
