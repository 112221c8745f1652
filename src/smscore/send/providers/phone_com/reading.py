"""Yes and no, moments of two forms, and what the provider's errors say.

The law of this file: a value of another type than is documented is None, never a guess; an error
is told without what is private.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import NoReturn

from smscore.errors import UnreadableAnswer
from smscore.send.provider import read_seconds
from smscore.send.providers import refusals
from smscore.send.providers.refusals import NOTHING, Said, find_kind, tell
from smscore.send.providers.values import as_object, as_text, as_whole
from smscore.send.wire import Value, WireResponse

NAME = "phone_com"

_FAR = 10**12


def as_flag(value: Value) -> bool | None:
    """Give a boolean, which may also come as "0", "1", "true" or "false"."""
    if isinstance(value, bool):
        return value
    return {"0": False, "1": True, "false": False, "true": True}.get(str(value).lower())


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


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> Said | None:
    """Read the error that an answer has, whatever its status; None if it has none."""
    if not answer.get("@error"):
        return None
    error, private = as_object(answer["@error"]), tuple(private)
    reason = as_text(error.get("@message")) or "it gives no reason"
    details = as_text(error.get("@details"))
    return Said(
        tell(f"{reason}; {details}" if details else reason, private),
        as_text(error.get("@code")) or as_text(error.get("@httpStatusCode")),
        {
            tell(name, private): tell(_join(fault), private)
            for name, fault in as_object(error.get("fields")).items()
        },
    )


def _join(fault: Value) -> str:
    if isinstance(fault, list):
        return ", ".join(filter(None, map(_join, fault)))
    return as_text(fault) or "not valid"


def find_wait(response: WireResponse) -> float | None:
    """Read how long a refusal asks to wait: the body tells it, or else the header."""
    limit = as_object(as_object(response.object().get("@error")).get("@rateLimit"))
    told = read_seconds(limit.get("Retry-After"))
    return read_seconds(response.headers.get("retry-after")) if told is None else told


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    answer = response.object()
    said = find_error(answer, private)
    if said is not None or not response.ok:
        _refuse(response, said or NOTHING)
    if not answer and response.body.strip() != b"{}":
        raise UnreadableAnswer(NAME, response.status, "the answer is not a JSON object")
    return answer


def _refuse(response: WireResponse, said: Said) -> NoReturn:
    # An intermediary may answer 200 where the body says otherwise.
    kind = find_kind(said.code) if response.ok else None
    refusals.refuse(NAME, response.status, said, wait=find_wait(response), kind=kind)
