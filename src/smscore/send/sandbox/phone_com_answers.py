"""How Phone.com says no, and how it says a time.

The law of this file: each refusal is the envelope `@error`, its keys as documented.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from smscore.send.sandbox.web import Request, Response, World, json_response

RETRY_HEADER = "phone_com.retry_header"
"""The switch for a real Retry-After header beside the numbers in the body."""


class Refusal(Exception):
    """A request is refused: the HTTP status, a message, and what else the envelope holds."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.more = more


def invalid(**fields: str) -> Refusal:
    """Refuse fields of the data, each with its problem."""
    return Refusal(422, "Invalid data", fields=fields)


def refuse(world: World, refusal: Refusal) -> Response:
    """Answer with the envelope."""
    # Keys of the envelope begin with "@", except `fields` of an older client.
    more = {key if key == "fields" else f"@{key}": value for key, value in refusal.more.items()}
    moment = world.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    error = {"@message": refusal.message, "@httpStatusCode": refusal.status, "@time": moment}
    return json_response(refusal.status, {"@error": {**error, **more}})


def refuse_many(world: World, limit: int, seconds: float) -> Response:
    """Answer 429, with the numbers in the body; in a header too if that is switched on."""
    # Whole seconds, rounded up: the documented sample has them; no less than 1 is invented.
    wait = max(1, int(-(-seconds // 1)))
    numbers = {
        "RateLimit-Limit": limit,
        "RateLimit-Remaining": 0,
        "RateLimit-Reset": int(world.time()) + wait,
        "Retry-After": wait,
    }
    answer = refuse(world, Refusal(429, "Too many requests", rateLimit=numbers))
    if not world.switch(RETRY_HEADER):
        return answer
    return Response(429, answer.body, (*answer.headers, ("retry-after", str(wait))))


def read_object(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object; Refusal if it is none."""
    try:
        found = request.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refusal(422, "The body is no JSON object")
    return found


def tell_moment(seconds: int) -> str:
    """Say a time as created_at does.

    >>> tell_moment(1710000000)
    '2024-03-09T16:00:00+00:00'
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat()
