"""Close's API, as far as SMS activities, templates, numbers, webhooks and the event log go.

The law of this file: the status of an activity decides whether a message goes out; an answer of 200
means that it was taken, not that it was sent. What the documentation does not tell is marked
invented.

Numbers that mean something (invented):

    +13035550191   error: a landline            +13035550193   stays in the outbox
    +13035550192   error: blocked               +13035550194   sent, its cost never known

Switches: close.redirect_slash (301 instead of 404 for a path without its last slash), close.lenient
(what is incomplete is taken, and fails later; unknown fields are ignored), close.makes_leads,
close.any_country, close.refuse_past_dates, close.delete_sends, close.no_rate_headers,
close.old_rate_body, close.shuffle_events, close.duplicate_events, close.consolidate_events,
close.restamp_retries. With a number: close.send_seconds, close.late_cost, close.list_lag and
close.stale_reads (all in seconds), close.text_limit, close.max_skip.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import ClassVar, cast
from urllib.parse import quote, urlencode

from smscore.send.sandbox.agenda import Agenda
from smscore.send.sandbox.close_activities import Activities
from smscore.send.sandbox.close_checks import (
    CREATABLE,
    EDITABLE,
    LEAVING,
    Refused,
    check_fields,
    failed,
    invalid,
)
from smscore.send.sandbox.close_events import Events
from smscore.send.sandbox.close_objects import (
    LOCAL_PHONE,
    Json,
    Params,
    Templates,
    find_phone_numbers,
    make_phone_numbers,
    page,
    project,
)
from smscore.send.sandbox.web import Request, Response, StandIn, World, json_response

RATE_LIMIT = 100
NO_CONTENT = 204
_SMS = ["activity", "sms"]


class CloseStandIn(StandIn):
    """Close as its documentation tells it."""

    name: ClassVar[str] = "close"
    base_path: ClassVar[str] = "/close/api/v1"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.api_key = f"api_{world.make_id(22)}.{world.make_id(22)}"
        self.tokens = {world.make_id(40)}
        self.agenda = Agenda()
        user = f"user_{world.make_id(20)}"
        self.events = Events(world, self.agenda, f"orga_{world.make_id(20)}")
        self.templates = Templates(world)
        self.activities = Activities(world, self.agenda, self.events, self.templates, user)
        self.activities.numbers = make_phone_numbers(world, user)
        self._second, self._requests = 0, 0

    def credentials(self) -> dict[str, str]:
        """Give the API key, and a number that can send."""
        return {"api_key": self.api_key, "local_phone": LOCAL_PHONE}

    def text_back(self, sender: str, to: str, text: str) -> str:
        """Receive a handset's message to one of the numbers that can send; give its id."""
        numbers = self.activities.numbers
        if not any(each["number"] == to and each["sms_enabled"] for each in numbers):
            raise ValueError("Close takes messages at its own numbers only")
        given: Json = {"status": "inbox", "source": "Close.io", "text": text}
        made = self.activities.create({**given, "local_phone": to, "remote_phone": sender})
        return cast("str", made["id"])

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a request."""
        parts = request.path.strip("/").split("/")
        known = 2 if parts[:2] == _SMS else 1
        shown = [*parts[:known], *["{id}"] * len(parts[known : known + 1])]
        return f"{_find_method(request)} {'/'.join(shown)}/"

    def sends(self, request: Request) -> bool:
        """Tell whether the request puts an activity into the outbox, or on the schedule."""
        at_all = _find_method(request) in {"POST", "PUT"} and request.path.startswith("activity/")
        try:
            given = request.json() if at_all else None
        except (ValueError, RecursionError):
            return False
        return isinstance(given, dict) and given.get("status") in LEAVING

    def too_many(self, seconds: float) -> Response:
        """Refuse for the rate of requests."""
        reset = round(seconds, 3)
        body: Json = {"error": "Too many requests."}
        if self.world.switch("close.old_rate_body"):
            body["error"] = {
                "message": "API call count exceeded for this time window",
                "rate_reset": reset,
                "rate_limit": RATE_LIMIT,
                "rate_window": 1,
                "rate_limit_type": "key",
                "rate_endpoint_group": "sandbox",
            }
        headers: tuple[tuple[str, str], ...] = ()
        if not self.world.switch("close.no_rate_headers"):
            told = f"limit={RATE_LIMIT}, remaining=0, reset={reset:g}"
            headers = (("ratelimit", told), ("retry-after", str(math.ceil(seconds))))
        return json_response(429, body, headers)

    def tick(self) -> None:
        """Send what is due, and try failed webhooks again."""
        self.agenda.run(self.world.time())

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        try:
            response = self._answer(request)
        except Refused as refused:
            response = refused.answer()
        if self.world.switch("close.no_rate_headers"):
            return response
        return Response(
            response.status, response.body, (*response.headers, ("ratelimit", self._tell_rate()))
        )

    def _tell_rate(self) -> str:
        """Tell how many requests of this second are left; nothing is refused for it here."""
        now = self.world.time()
        if int(now) != self._second:
            self._second, self._requests = int(now), 0
        self._requests += 1
        left = max(0, RATE_LIMIT - self._requests)
        return f"limit={RATE_LIMIT}, remaining={left}, reset={1 - now % 1:.3f}"

    def _answer(self, request: Request) -> Response:
        """Authenticate, and find who answers."""
        if not self._is_known(request):
            raise failed(401, "The credentials are wrong.")
        if not request.path.endswith("/"):
            if not self.world.switch("close.redirect_slash"):
                raise failed(404, "Not found.")
            query = f"?{urlencode(request.query)}" if request.query else ""
            place = quote(f"{self.base_path}/{request.path}/") + query
            return Response(301, b"", (("location", place),))
        method = _find_method(request)
        given = _read_body(request) if request.method in {"POST", "PUT"} else {}
        more = given.get("_params", {}) if method == "GET" else {}
        if not isinstance(more, dict):
            raise failed(400, "_params is an object.")
        params = {**dict(request.query), **more}
        routes = self._route(request, given, params)
        if not routes:
            raise failed(404, "Not found.")
        if method not in routes:
            raise failed(405, "Method not allowed.")
        status, value = routes[method]()
        return Response(status, b"", ()) if status == NO_CONTENT else json_response(status, value)

    def _route(self, request: Request, given: Json, params: Params) -> Routes:
        """Give what can be done at a path; nothing if there is no such path."""
        match request.path[:-1].split("/"):
            case ["activity", "sms", *keys]:
                return self._route_sms(keys, given, params, request)
            case ["sms_template", *keys]:
                return self._route_templates(keys, given, params)
            case ["phone_number"]:
                found = find_phone_numbers(self.activities.numbers, params)
                return {"GET": lambda: (200, page(self.world, found, params))}
            case ["webhook", *keys]:
                return self._route_webhooks(keys, given, params)
            case ["event"]:
                return {"GET": lambda: (200, self.events.list(params))}
        return {}

    def _is_known(self, request: Request) -> bool:
        """Tell whether a request has a key, or a token."""
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return value.strip() in self.tokens
        return request.basic() == (self.api_key, "")

    def _route_sms(self, keys: list[str], given: Json, params: Params, request: Request) -> Routes:
        """Give what can be done with activities, or one of them."""
        kept, world = self.activities, self.world
        asked = (request.method, f"/api/v1/{request.path}")
        lenient = world.switch("close.lenient")

        def create() -> tuple[int, object]:
            fields = check_fields(given, CREATABLE, lenient=lenient)
            notified = str(params.get("send_to_inbox", "")).lower() == "true"
            if notified and fields.get("status") != "inbox" and not lenient:
                raise invalid(send_to_inbox="Only goes with the status inbox.")
            return 200, kept.create(fields, asked)

        match keys:
            case []:
                return {
                    "GET": lambda: (200, page(world, kept.list(params), params)),
                    "POST": create,
                }
            case [key]:

                def update() -> tuple[int, object]:
                    return 200, kept.update(
                        key, check_fields(given, EDITABLE, lenient=lenient), asked
                    )

                def delete() -> tuple[int, object]:
                    kept.delete(key, asked)
                    return 200, {}

                return {
                    "GET": lambda: (200, project(kept.read(key), params)),
                    "PUT": update,
                    "DELETE": delete,
                }
        return {}

    def _route_templates(self, keys: list[str], given: Json, params: Params) -> Routes:
        """Give what can be done with templates, or one of them."""
        kept = self.templates
        match keys:
            case []:
                return {
                    "GET": lambda: (200, page(self.world, list(kept.kept.values()), params)),
                    "POST": lambda: (201, kept.create(given)),
                }
            case [key]:
                return {
                    "GET": lambda: (200, project(kept.find(key), params)),
                    "PUT": lambda: (200, kept.change(key, given)),
                    "DELETE": lambda: (204, kept.delete(key)),
                }
        return {}

    def _route_webhooks(self, keys: list[str], given: Json, params: Params) -> Routes:
        """Give what can be done with subscriptions, or one of them."""
        kept = self.events
        match keys:
            case []:
                return {
                    "GET": lambda: (
                        200,
                        page(self.world, [kept.show(key) for key in kept.subscriptions], params),
                    ),
                    "POST": lambda: (201, kept.subscribe(given)),
                }
            case [key]:
                return {
                    "GET": lambda: (200, kept.show(key)),
                    "PUT": lambda: (200, kept.change(key, given)),
                    "DELETE": lambda: (204, kept.delete(key)),
                }
        return {}


Routes = dict[str, Callable[[], tuple[int, object]]]


def _find_method(request: Request) -> str:
    """Find the method that is meant: a POST may stand for a GET with a long query."""
    meant = request.headers.get("x-http-method-override", "").upper()
    return "GET" if request.method == "POST" and meant == "GET" else request.method


def _read_body(request: Request) -> Json:
    """Read a body that is a JSON object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise failed(415, "Unsupported media type.")
    try:
        given = request.json()
        # Half of a surrogate pair is no character, and JSON text in UTF-8 cannot hold it.
        json.dumps(given, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise failed(400, "The body is not JSON.") from None
    if not isinstance(given, dict):
        raise failed(400, "The body is not an object.")
    return given
