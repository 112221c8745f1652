"""JSON values as Python's, and what the provider's errors and rate limits say.

The law of this file: an error comes in three shapes, which do not exclude each other, and all that
they say is told together, without what is private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from smscore.errors import (
    AuthenticationFailed,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.money import Money
from smscore.privacy import strike_out
from smscore.send.provider import TOO_MANY_REQUESTS, read_seconds
from smscore.send.wire import Value, WireResponse, read_json

NAME = "close"

_LONGEST = 300
_DIGITS = re.compile(r"[^0-9]+")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,10})?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_RESET = re.compile(r"\breset\s*=\s*\"?([0-9.]+)")
_KINDS: dict[int, type[ProviderError]] = {
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
}


def only_digits(number: str) -> str:
    """Give the digits of a number, by which numbers are compared.

    >>> only_digits("+1 202-555-0122")
    '12025550122'
    """
    return _DIGITS.sub("", number)


def as_text(value: Value) -> str | None:
    """Give a str; None for whatever else it is."""
    if not isinstance(value, str):
        return None
    # Half a surrogate pair is JSON, but no database takes it.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_word(value: Value) -> str | None:
    """Give a str that is not empty."""
    return as_text(value) or None


def as_flag(value: Value) -> bool | None:
    """Give a boolean; None for whatever else it is."""
    return value if isinstance(value, bool) else None


def as_object(value: Value) -> dict[str, Value]:
    """Give an object; an empty one for whatever else it is."""
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """Give a list; an empty one for whatever else it is."""
    return value if isinstance(value, list) else []


def as_words(value: Value) -> tuple[str, ...]:
    """Give the strs of a list."""
    return tuple(each for each in map(as_word, as_list(value)) if each)


def as_moment(value: Value) -> datetime | None:
    """Give a moment in UTC; one without a zone is of an event, whose dates are in UTC.

    >>> as_moment("2031-05-04T09:30:05.100000") == as_moment("2031-05-04T11:30:05.100000+02:00")
    True
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ArithmeticError, ValueError):
        return None


def as_dollars(value: Value) -> Money | None:
    """Give a cost as money: it comes as a str of US cents, null until it is known.

    >>> print(as_dollars("1.5800"))
    0.0158 USD
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        text = str(value).strip()
        cents = Decimal(text) if _AMOUNT.fullmatch(text) else None
    except (InvalidOperation, ValueError):
        return None
    return None if cents is None else Money(cents.scaleb(-2), "USD")


def write_moment(moment: datetime) -> str:
    """Write a moment as the provider does, with its offset; ValueError if it has no zone.

    >>> write_moment(datetime(2031, 5, 4, 9, 30, tzinfo=UTC))
    '2031-05-04T09:30:00.000000+00:00'
    """
    if not isinstance(moment, datetime):
        raise TypeError(f"a moment is a datetime, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a zone: give it tzinfo")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_object(body: bytes) -> dict[str, Value] | None:
    """Read a body that is a JSON object; None for whatever else it is."""
    try:
        found = read_json(body)
    except (ArithmeticError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says: all of it is for people, and none of it is private."""

    reason: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The reason with all fields."""
        told = [f"{name}: {fault}" for name, fault in self.fields.items()]
        return "; ".join([self.reason, *told])


def tell(said: str, private: Iterable[str]) -> str:
    """Give what the provider said without what is private, and not at any length."""
    return strike_out(said, private)[:_LONGEST]


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> Said | None:
    """Read what an error says, in each of its shapes; None if it has none of them."""
    private = tuple(private)
    told = [text for each in as_list(answer.get("errors")) for text in _texts(each)]
    error = answer.get("error")
    if isinstance(error, dict):
        told.append(as_word(error.get("message")) or "it gives no reason")
    elif error:
        told += _texts(error)
    fields: dict[str, str] = {}
    for name, fault in _flatten(answer.get("field-errors")):
        fields[tell(name, private)] = tell(fault, private)
    if not told and not fields:
        return None
    reason = "; ".join(told) or "fields that are not valid"
    return Said(tell(reason, private), fields)


def _texts(value: Value) -> list[str]:
    """Give the texts in a value of any shape."""
    return [text for _, text in _flatten(value)]


def _flatten(value: Value, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Give what a value says, each text with where it is, such as attachments.0.url."""
    if isinstance(value, dict | list) and depth > 5:  # noqa: PLR2004  # deeper than any form is
        yield place, "not valid"
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _flatten(each, f"{place}.{name}" if place else str(name), depth + 1)
    elif isinstance(value, list):
        if all(isinstance(each, str) for each in value):
            if value:
                yield place, ", ".join(as_text(each) or "" for each in value)
            return
        for number, each in enumerate(value):
            yield from _flatten(each, f"{place}.{number}" if place else str(number), depth + 1)
    elif value is not None:
        yield place, as_text(value) or "not valid"


def find_wait(response: WireResponse) -> float | None:
    """Read how long a refusal asks to wait, in seconds; None if it does not say.

    The first of these tells it: the header RateLimit, Retry-After, the body of older answers, and
    older headers.

    >>> find_wait(WireResponse(429, {"ratelimit": "limit=40, remaining=0, reset=0.87"}))
    0.87
    """
    headers = response.headers
    found = _RESET.search(headers.get("ratelimit", ""))
    error = as_object((parse_object(response.body) or {}).get("error"))
    told = (
        found[1] if found else None,
        headers.get("retry-after"),
        headers.get("ratelimit-reset"),
        error.get("rate_reset"),
        headers.get("x-rate-limit-reset"),
    )
    return next((each for each in map(read_seconds, told) if each is not None), None)


def describe(response: WireResponse) -> str:
    """Say what came in the place of JSON; not the body, which may repeat a text or a number."""
    kind = response.headers.get("content-type", "no content type").partition(";")[0][:60]
    return f"the answer is not a JSON object, but {len(response.body)} octets of {kind}"


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    answer = parse_object(response.body)
    if not response.ok:
        refuse(response, find_error(answer or {}, private) or Said("it gives no reason"))
    if answer is None:
        raise UnreadableAnswer(NAME, response.status, describe(response))
    return answer


def refuse(response: WireResponse, said: Said) -> NoReturn:
    """Raise the error that an answer is, by its status."""
    status = response.status
    if status == TOO_MANY_REQUESTS:
        error = RateLimited(NAME, status, said.reason, fields=said.fields)
        error.retry_after = find_wait(response)
        raise error
    kind = _KINDS.get(status, ProviderError)
    raise kind(NAME, status, said.reason, fields=said.fields)
