"""JSON values as Python's, and what the provider's errors say.

The law of this file: a value of another type than is documented is None, never a guess; an error
is told without what is private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NoReturn

from smscore.errors import (
    AuthenticationFailed,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.privacy import strike_out
from smscore.send.provider import TOO_MANY_REQUESTS, read_seconds
from smscore.send.wire import Value, WireResponse, read_json

NAME = "phone_com"

_LONGEST = 300
_FAR = 10**12
_DIGITS = re.compile(r"[^0-9]+")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_KINDS: dict[int, type[ProviderError]] = {
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
}


def only_digits(number: str) -> str:
    """Give the digits of a number, by which numbers are compared.

    >>> only_digits("+1 (202) 555-0122")
    '12025550122'
    """
    return _DIGITS.sub("", number)


def as_text(value: Value) -> str | None:
    """Give a str, or a whole number as one; None for whatever else it is."""
    if isinstance(value, str):
        # Half a surrogate pair is JSON, but no database takes it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if type(value) is int else None


def as_whole(value: Value) -> int | None:
    """Give a whole number, also one that came as a str.

    >>> as_whole("18"), as_whole(True)
    (18, None)
    """
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def as_flag(value: Value) -> bool | None:
    """Give a boolean, which may also come as "0", "1", "true" or "false"."""
    if isinstance(value, bool):
        return value
    return {"0": False, "1": True, "false": False, "true": True}.get(str(value).lower())


def as_object(value: Value) -> dict[str, Value]:
    """Give an object; an empty one for whatever else it is."""
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """Give a list; an empty one for whatever else it is."""
    return value if isinstance(value, list) else []


def as_moment(*values: Value) -> datetime | None:
    """Give the first moment there is, in UTC: seconds since 1970, or ISO 8601 with a zone.

    >>> as_moment(None, 1710000000), as_moment("2024-03-09T16:00:00")
    (datetime.datetime(2024, 3, 9, 16, 0, tzinfo=datetime.timezone.utc), None)
    """
    for value in values:
        try:
            if isinstance(value, Decimal) and abs(value) < _FAR:
                return datetime.fromtimestamp(int(value), UTC)
            if (seconds := as_whole(value)) is not None:
                return datetime.fromtimestamp(seconds, UTC)
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
            if found is not None and found.utcoffset() is not None:
                return found.astimezone(UTC)
        except (ArithmeticError, OSError, ValueError):
            continue
    return None


def parse(body: bytes) -> Value:
    """Read JSON; ValueError if it is none, or holds a number out of all bounds."""
    try:
        return read_json(body)
    except ArithmeticError:
        raise ValueError("a number out of all bounds") from None


def parse_object(response: WireResponse) -> dict[str, Value]:
    """Read a body that is a JSON object; an empty one for whatever else it is."""
    try:
        return as_object(parse(response.body))
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says: all of it is for people, and none of it is private."""

    reason: str
    code: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> Said | None:
    """Read the error that an answer has, whatever its status; None if it has none."""
    if not answer.get("@error"):
        return None
    error, private = as_object(answer["@error"]), tuple(private)
    reason = as_text(error.get("@message")) or "it gives no reason"
    details = as_text(error.get("@details"))
    return Said(
        strike_out(f"{reason}; {details}" if details else reason, private)[:_LONGEST],
        as_text(error.get("@code")) or as_text(error.get("@httpStatusCode")),
        {
            strike_out(name, private)[:_LONGEST]: strike_out(_tell(fault), private)[:_LONGEST]
            for name, fault in as_object(error.get("fields")).items()
        },
    )


def _tell(fault: Value) -> str:
    if isinstance(fault, list):
        return ", ".join(filter(None, map(_tell, fault)))
    return as_text(fault) or "not valid"


def find_wait(response: WireResponse) -> float | None:
    """Read how long a refusal asks to wait: the body tells it, or else the header."""
    limit = as_object(as_object(parse_object(response).get("@error")).get("@rateLimit"))
    told = read_seconds(limit.get("Retry-After"))
    return read_seconds(response.headers.get("retry-after")) if told is None else told


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    answer = parse_object(response)
    said = find_error(answer, private)
    if said is not None or not response.ok:
        _refuse(response, said or Said("it gives no reason"))
    if not answer and response.body.strip() != b"{}":
        raise UnreadableAnswer(NAME, response.status, "the answer is not a JSON object")
    return answer


def _refuse(response: WireResponse, said: Said) -> NoReturn:
    status = response.status
    if status == TOO_MANY_REQUESTS:
        error = RateLimited(NAME, status, said.reason, code=said.code, fields=said.fields)
        error.retry_after = find_wait(response)
        raise error
    # An intermediary may answer 200 where the body says otherwise.
    told = int(said.code) if response.ok and said.code in {"401", "403", "404"} else status
    kind = _KINDS.get(told, ProviderError)
    raise kind(NAME, status, said.reason, code=said.code, fields=said.fields)
