"""Costs and moments as the provider writes them, and what its errors and rate limits say.

The law of this file: an error comes in three shapes, which do not exclude each other, and all that
they say is told together, without what is private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from smscore.errors import UnreadableAnswer
from smscore.money import Money
from smscore.send.provider import read_seconds
from smscore.send.providers import refusals
from smscore.send.providers.refusals import NOTHING, Said, describe, tell
from smscore.send.providers.values import (
    as_amount,
    as_list,
    as_object,
    as_string,
    parse_object,
)
from smscore.send.wire import Value, WireResponse

NAME = "close"

_RESET = re.compile(r"\breset\s*=\s*\"?([0-9.]+)")


def as_word(value: Value) -> str | None:
    """Give a str that is not empty."""
    return as_string(value) or None


def as_flag(value: Value) -> bool | None:
    """Give a boolean; None for whatever else it is."""
    return value if isinstance(value, bool) else None


def as_words(value: Value) -> tuple[str, ...]:
    """Give the strs of a list."""
    return tuple(each for each in map(as_word, as_list(value)) if each)


def as_dollars(value: Value) -> Money | None:
    """Give a cost as money: it comes as a str of US cents, null until it is known.

    >>> print(as_dollars("1.5800"))
    0.0158 USD
    """
    cents = as_amount(value)
    return None if cents is None or cents < 0 else Money(cents.scaleb(-2), "USD")


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
    return Said(tell(reason, private), fields=fields)


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
                yield place, ", ".join(as_string(each) or "" for each in value)
            return
        for number, each in enumerate(value):
            yield from _flatten(each, f"{place}.{number}" if place else str(number), depth + 1)
    elif value is not None:
        yield place, as_string(value) or "not valid"


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


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    answer = parse_object(response.body)
    if not response.ok:
        refuse(response, find_error(answer or {}, private) or NOTHING)
    if answer is None:
        raise UnreadableAnswer(NAME, response.status, describe(response))
    return answer


def refuse(response: WireResponse, said: Said) -> NoReturn:
    """Raise the error that an answer is, by its status."""
    refusals.refuse(NAME, response.status, said, wait=find_wait(response))
