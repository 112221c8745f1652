"""CALLR's JSON-RPC API v1.1, its SMS and webhook services.

The law of this file: parameters have positions; a refusal is an error object, with HTTP 200 unless
a switch says otherwise; what the documentation does not tell is marked invented.

Numbers that mean something (invented):

    +33639989991   ERROR, not charged           +33639989995   refused: code 1000
    +33639989992   FAILED after SENT            +33639989996   refused: code 100, FORBIDDEN
    +33639989993   EXPIRED                      +33639989997   one part more than was counted
    +33639989994   SENT, never any receipt

Switches: callr.auth_error_in_200, callr.error_status (the HTTP status of all other errors),
callr.lenient (any content type, no id needed, unknown options ignored),
callr.senders_need_approval, callr.late_debit (no price before SENT), callr.seconds_to_delivery,
callr.user_data_limit, callr.no_filters, callr.strict_filters, callr.shuffle_webhooks. With the
odds of a fault of a sms.send: callr.error_in_200 (nothing was accepted), callr.wrong_id and
callr.null_result (it was).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, cast

from smscore.send.sandbox.callr_checks import (
    EVENT_TYPES,
    INTERNAL,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NO_METHOD,
    NOT_ALLOWED,
    PARSE_ERROR,
    SHORTCODE,
    UNAUTHORISED,
    Refused,
    as_object,
    check_body,
    check_endpoint,
    check_event_type,
    check_hook_options,
    check_options,
    check_recipient,
    check_sender,
    check_webhook,
    refuse,
)
from smscore.send.sandbox.callr_search import list_messages, search
from smscore.send.sandbox.callr_store import SHARED_NUMBER, Account, Store
from smscore.send.sandbox.callr_text import MAPPING, Encoding, encode, price
from smscore.send.sandbox.web import Request, Response, StandIn, World, json_response

HTML = (("content-type", "text/html"),)
# Invented: how long an export takes.
EXPORT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """A JSON-RPC request that is well formed."""

    id: int
    method: str
    params: list[object] = field(repr=False)


class CallrStandIn(StandIn):
    """CALLR as its documentation tells it."""

    name: ClassVar[str] = "callr"
    base_path: ClassVar[str] = "/callr/json-rpc/v1.1/"

    def __init__(self, world: World, store: Store | None = None) -> None:
        super().__init__(world)
        self.store = store or Store(world)
        # Each method, with the least and greatest number of its parameters.
        self.methods: dict[str, tuple[Callable[..., object], int, int]] = {
            "sms.send": (self._send, 3, 4),
            "sms.get": (self._get, 1, 1),
            "sms.search": (self._search, 2, 2),
            "sms.get_quote": (self._quote, 2, 3),
            "sms.get_count_for_body": (self._count, 1, 1),
            "sms.get_list": (self._list, 3, 3),
            "sms.get_gsm_charset_mapping": (self._map, 0, 0),
            "sms.export_async": (self._export, 0, 2),
            "webhooks.subscribe": (self._subscribe, 2, 3),
            "webhooks.unsubscribe": (self._unsubscribe, 1, 1),
            "webhooks.get_event_types": (self._list_event_types, 0, 0),
        }

    @property
    def api_key(self) -> str:
        """The account's API key."""
        return self.store.api_key

    @property
    def session(self) -> str:
        """The token of a user's session."""
        return self.store.session

    def credentials(self) -> dict[str, str]:
        """Give the login and password of Basic authentication."""
        return {"login": self.store.login, "password": self.store.password}

    def text_back(self, sender: str, to: str, text: str) -> str:
        """Receive a handset's message, to the shared number or a shortcode; give its hash."""
        if to not in {"", SHARED_NUMBER} and not SHORTCODE.fullmatch(to):
            raise ValueError("CALLR takes messages at shortcodes only")
        return self.store.inbound(sender, to, text)

    def endpoint(self, request: Request) -> str:
        """Name the method that is called."""
        try:
            payload = request.json()
        except (ValueError, RecursionError):
            return super().endpoint(request)
        method = payload.get("method") if isinstance(payload, dict) else None
        return method if method in self.methods else super().endpoint(request)

    def sends(self, request: Request) -> bool:
        """Tell whether the request is a sms.send."""
        return request.method == "POST" and self.endpoint(request) == "sms.send"

    def broken(self) -> Response:
        """Fail as JSON-RPC does, with a status that says so too."""
        return _refuse(500, None, INTERNAL, "INTERNAL_ERROR")

    def too_many(self, seconds: float) -> Response:
        """Refuse for the rate of requests; CALLR's limit and words are not documented."""
        headers = (("retry-after", str(math.ceil(seconds))),)
        return _refuse(429, None, 429, "TOO_MANY_REQUESTS", headers)

    def tick(self) -> None:
        """Move messages on, and try failed webhooks again."""
        self.store.tick()

    def handle(self, request: Request) -> Response:
        """Answer a call."""
        if request.path:
            return Response(404, b"<html>Not Found</html>", HTML)
        if request.method != "POST":
            return Response(405, b"<html>Method Not Allowed</html>", (*HTML, ("allow", "POST")))
        try:
            payload = request.json()
            # Half of a surrogate pair is no character, and JSON text in UTF-8 cannot hold it.
            json.dumps(payload, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return self._fail(None, PARSE_ERROR, "PARSE_ERROR")
        given = payload.get("id") if isinstance(payload, dict) else None
        number = given if isinstance(given, int) and not isinstance(given, bool) else None
        account = self._authenticate(request)
        if account is None:
            status = 200 if self.world.switch("callr.auth_error_in_200") else 401
            # The message is invented.
            return _refuse(status, number, UNAUTHORISED, "AUTHENTICATION_FAILED")
        try:
            call = self._read(request, payload, number)
            return self._answer(call, self._act_as(request, account))
        except Refused as refused:
            return self._fail(number, refused.code, refused.message)

    def _authenticate(self, request: Request) -> Account | None:
        """Find whose credentials a request has."""
        store = self.store
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        known = {"api-key": store.api_key, "session": store.session}
        if kind.lower() == "basic":
            right = request.basic() == (store.login, store.password)
        else:
            right = value.strip() == known.get(kind.lower())
        return store.master if right else None

    def _act_as(self, request: Request, account: Account) -> Account:
        """Find as whom a request acts."""
        header = request.headers.get("callr-login-as")
        if header is None:
            return account
        kind, _, value = header.partition(" ")
        found = self.store.find_account(value.strip())
        name = {"user.login": "login", "account.hash": "hash"}.get(kind.lower())
        if found is None or name is None or getattr(found, name) != value.strip():
            raise Refused(NOT_ALLOWED, "FORBIDDEN")
        return found

    def _read(self, request: Request, payload: object, number: int | None) -> Call:
        """Read a call out of a request."""
        lenient = self.world.switch("callr.lenient")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json-rpc" and not lenient:
            raise Refused(INVALID_REQUEST, "INVALID_REQUEST")
        if not isinstance(payload, dict):
            raise Refused(INVALID_REQUEST, "INVALID_REQUEST")
        if (number is None or payload.get("jsonrpc") != "2.0") and not lenient:
            raise Refused(INVALID_REQUEST, "INVALID_REQUEST")
        method = payload.get("method")
        if not isinstance(method, str):
            raise Refused(INVALID_REQUEST, "INVALID_REQUEST")
        if method not in self.methods:
            raise Refused(NO_METHOD, "METHOD_NOT_FOUND")
        params = payload.get("params")
        _, least, most = self.methods[method]
        if not isinstance(params, list) or not least <= len(params) <= most:
            raise Refused(INVALID_PARAMS, "INVALID_PARAMS")
        return Call(number or 0, method, params)

    def _answer(self, call: Call, account: Account) -> Response:
        """Do what a call asks, with the faults that are this provider's own."""
        act = self.methods[call.method][0]
        if call.method != "sms.send":
            return _succeed(call.id, act(account, *call.params))
        chance = self.world.chance
        if chance("callr.error_in_200"):
            return _refuse(200, call.id, INTERNAL, "INTERNAL_ERROR")
        result = act(account, *call.params)
        if chance("callr.wrong_id"):
            return _succeed(call.id + 1, result)
        return _succeed(call.id, None if chance("callr.null_result") else result)

    def _fail(self, number: int | None, code: int, message: str) -> Response:
        """Answer with an error."""
        status = self.world.switches.get("callr.error_status", 200)
        return _refuse(status if isinstance(status, int) else 200, number, code, message)

    def _options(self, value: object) -> dict[str, object] | None:
        return check_options(value, lenient=self.world.switch("callr.lenient"))

    def _send(
        self, account: Account, sender: object, to: object, body: object, options: object = None
    ) -> str:
        approved = self.world.switch("callr.senders_need_approval")
        checked = check_sender(sender, known=approved), check_recipient(to), check_body(body)
        return self.store.send(account, *checked, self._options(options)).hash

    def _get(self, account: Account, key: object) -> object:
        message = self.store.messages.get(key) if isinstance(key, str) else None
        if message is None or message.account is not account:
            raise Refused(151, "PROPERTY_VALUE_ERROR [id]")
        return message.to_dict()

    def _search(self, account: Account, filters: object, options: object) -> object:
        return search(
            self.store, account, as_object(filters, "filters"), as_object(options, "options")
        )

    def _quote(
        self, _account: Account, to: object, text: object, options: object = None
    ) -> dict[str, object]:
        number, body = check_recipient(to), check_body(text, "text")
        asked = self._options(options) or {}
        made = encode(body, cast("Encoding | None", asked.get("force_encoding")))
        cost = price(number) * made.parts
        # The names of the fields are invented.
        return {"parts": made.parts, "encoding": made.encoding, "cost": f"{cost:.4f}"}

    def _count(self, _account: Account, body: object) -> dict[str, object]:
        made = encode(check_body(body))
        return {"parts": made.parts, "encoding": made.encoding}

    def _list(self, account: Account, kind: object, first: object, last: object) -> object:
        return list_messages(self.store, account, kind, first, last)

    def _map(self, _account: Account) -> dict[str, str]:
        return dict(MAPPING)

    def _export(self, account: Account, filters: object = None, webhook: object = None) -> str:
        wanted = {} if filters is None else as_object(filters, "filters")
        own = [] if webhook is None else [check_webhook(webhook)]
        search(self.store, account, wanted, {})
        key = self.world.make_id(12, "0123456789abcdef")
        # The fields of a job are invented.
        job = {"id": key, "type": "sms.export", "status": "DONE", "url": f"/exports/{key}.csv"}
        self.store.agenda.note(
            self.world.time() + EXPORT_SECONDS,
            lambda at: account.hooks.tell("job.status_update", job, at, own),
        )
        return key

    def _subscribe(
        self, account: Account, kind: object, endpoint: object, options: object = None
    ) -> object:
        return account.hooks.subscribe(
            check_event_type(kind), check_endpoint(endpoint), check_hook_options(options)
        )

    def _unsubscribe(self, account: Account, key: object) -> bool:
        if not isinstance(key, str) or not account.hooks.unsubscribe(key):
            raise refuse("PROPERTY_VALUE_ERROR", "hash", key)
        return True

    def _list_event_types(self, _account: Account) -> list[str]:
        return list(EVENT_TYPES)


def _succeed(number: int, result: object) -> Response:
    return json_response(200, {"jsonrpc": "2.0", "id": number, "result": result})


def _refuse(
    status: int,
    number: int | None,
    code: int,
    message: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    error = {"code": code, "message": message, "data": None}
    return json_response(status, {"jsonrpc": "2.0", "id": number, "error": error}, headers)
