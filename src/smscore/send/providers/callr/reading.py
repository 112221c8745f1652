"""JSON values as Python's, its three forms of dates, and what its errors say.

The law of this file: a value of another type than is documented is None, never a guess; an error
is told without what is private, and with the code that it came with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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

NAME = "callr"

_LONGEST = 300
_FAR = 10**18
_DIGITS = re.compile(r"[^0-9]+")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}.*", re.ASCII)
_MESSAGE = re.compile(r"([A-Z_]+)(?: \[(\w+)\])?")
_KINDS: dict[int, type[ProviderError]] = {
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
}
_CODES: dict[str, type[ProviderError]] = {
    "401": AuthenticationFailed,
    "110": NotFound,
    "115": NotFound,
}


def only_digits(number: str) -> str:
    """Give the digits of a number, by which numbers are compared.

    >>> only_digits("+33 6 39 98 00 01")
    '33639980001'
    """
    return _DIGITS.sub("", number)


def as_text(value: Value) -> str | None:
    """Give a str, or a whole number as one; None for whatever else it is."""
    if isinstance(value, str):
        # Half a surrogate pair is JSON, but no database takes it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if type(value) is int else None


def as_word(value: Value) -> str | None:
    """Give a str that is not empty: the provider writes an empty one for what there is not."""
    return as_text(value) or None


def as_whole(value: Value) -> int | None:
    """Give a whole number, also one that came as a str.

    >>> as_whole("18"), as_whole(True)
    (18, None)
    """
    if type(value) is int:
        return value if abs(value) < _FAR else None
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def as_flag(value: Value) -> bool:
    """Tell whether a value says yes; 0, "0", "" and null do not."""
    return bool(value) and value not in ("0", "false")


def as_more(value: Value, *, full: bool) -> bool:
    """Tell whether another page follows; UnreadableAnswer if a full one does not say it.

    >>> as_more(True, full=False), as_more(None, full=False)
    (True, False)
    """
    if isinstance(value, bool):
        return value
    if full:
        raise UnreadableAnswer(NAME, None, "a full page does not say whether more follows")
    return False


def as_object(value: Value) -> dict[str, Value]:
    """Give an object; an empty one for whatever else it is."""
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """Give a list; an empty one for whatever else it is."""
    return value if isinstance(value, list) else []


def as_amount(value: Value) -> Decimal | None:
    """Give an amount, which comes as a str.

    >>> as_amount("0.0650"), as_amount("free")
    (Decimal('0.0650'), None)
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        text = str(value).strip()
        return Decimal(text) if _AMOUNT.fullmatch(text) else None
    except (InvalidOperation, ValueError):
        return None


def as_money(amount: Decimal | None, currency: str | None) -> Money | None:
    """Give an amount as money, if the currency was said: no answer names the account's."""
    return None if amount is None or currency is None else Money(amount, currency)


def as_moment(value: Value) -> datetime | None:
    """Give a moment in UTC: with a zone, or without one, which is UTC; None for zeros.

    >>> as_moment("2031-05-04 09:30:01.033")
    datetime.datetime(2031, 5, 4, 9, 30, 1, 33000, tzinfo=datetime.timezone.utc)
    >>> as_moment("0000-00-00 00:00:00") is None
    True
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ArithmeticError, ValueError):
        return None


def parse_object(body: bytes) -> dict[str, Value] | None:
    """Read a body that is a JSON object; None for whatever else it is."""
    try:
        found = read_json(body)
    except (ArithmeticError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says, nothing of it private; `fields` has the parameter that it names."""

    reason: str
    code: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def tell(said: str, private: Iterable[str]) -> str:
    """Give what the provider said without what is private, and not at any length."""
    return strike_out(said, private)[:_LONGEST]


def read_said(message: Value, code: Value, private: Iterable[str]) -> Said:
    """Read an error's message and code.

    >>> read_said("PROPERTY_VALUE_ERROR [from]", 151, ()).fields
    {'from': 'PROPERTY_VALUE_ERROR'}
    """
    told = as_word(message) or "it gives no reason"
    found = _MESSAGE.fullmatch(told)
    fields = {found[2]: found[1]} if found and found[2] else {}
    private = tuple(private)
    number = as_text(code)
    return Said(tell(told, private), None if number is None else tell(number, private), fields)


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> Said | None:
    """Read the error of a JSON-RPC answer, whatever its HTTP status; None if it has none."""
    error = answer.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        return read_said(error, None, private)
    return read_said(error.get("message"), error.get("code"), private)


def describe(response: WireResponse) -> str:
    """Say what came in the place of JSON; not the body, which may repeat a text or a number."""
    kind = response.headers.get("content-type", "no content type").partition(";")[0][:60]
    return f"the answer is not a JSON object, but {len(response.body)} octets of {kind}"


def refuse(response: WireResponse, said: Said) -> NoReturn:
    """Raise the error that an answer is, by its code or its HTTP status."""
    status = response.status
    if status == TOO_MANY_REQUESTS:
        error = RateLimited(NAME, status, said.reason, code=said.code, fields=said.fields)
        error.retry_after = read_seconds(response.headers.get("retry-after"))
        raise error
    kind = _KINDS.get(status) or _CODES.get(said.code or "", ProviderError)
    raise kind(NAME, status, said.reason, code=said.code, fields=said.fields)
