"""JSON values as Python's, times without a zone, and what the provider's errors say.

The law of this file: nothing is guessed. A time without a known zone is no moment, an amount
without a known currency is no money, and a body that cannot be read is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from smscore.errors import AuthenticationFailed, NotFound, ProviderError, UnreadableAnswer
from smscore.errors import RateLimited as TooManyRequests
from smscore.money import Money
from smscore.privacy import strike_out
from smscore.send.provider import TOO_MANY_REQUESTS, read_seconds
from smscore.send.wire import Value, WireResponse, read_json

NAME = "voip_communications"
OK = 200

_LONGEST = 300
_NOT_DIGITS = re.compile(r"[^0-9]+")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CODE = re.compile(r"[0-9]{1,9}(?:\.0+)?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?")
_NO_ERROR = frozenset({"", "0", "false", "null", "none"})


def only_digits(number: str) -> str:
    """Give a number as the provider writes it: country code and digits, without "+".

    >>> only_digits("+1 202-555-0122")
    '12025550122'
    """
    return _NOT_DIGITS.sub("", number)


def as_text(value: Value) -> str | None:
    """Give a str, or a whole number as one; None for whatever else it is."""
    if isinstance(value, str):
        # Half a surrogate pair is JSON, but no database takes it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if type(value) is int else None


def as_code(value: Value) -> int | None:
    """Give a result code, which may also come as a str.

    >>> as_code("200"), as_code(True)
    (200, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip() if isinstance(value, int | str | Decimal) else ""
    return int(text.partition(".")[0]) if _CODE.fullmatch(text) else None


def as_amount(value: Value) -> Decimal | None:
    """Give an amount, which comes as a number here and as a str there.

    >>> as_amount("0.01"), as_amount("free")
    (Decimal('0.01'), None)
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        text = format(value, "f") if isinstance(value, Decimal) and _is_small(value) else str(value)
        return Decimal(text) if _AMOUNT.fullmatch(text.strip()) else None
    except InvalidOperation:
        return None


def _is_small(value: Decimal) -> bool:
    return value.is_finite() and abs(value.adjusted()) < 12 and len(value.as_tuple().digits) < 24  # noqa: PLR2004  # what _AMOUNT has room for


def as_money(amount: Decimal | None, currency: str | None) -> Money | None:
    """Give an amount as money, if the currency was said: no answer names one."""
    return None if amount is None or currency is None else Money(amount, currency)


def as_moment(value: Value, zone: ZoneInfo | None) -> datetime | None:
    """Give a local time of a zone in UTC; None without one, or where it is no one moment.

    >>> as_moment("2031-05-04 09:30:00", ZoneInfo("America/New_York"))
    datetime.datetime(2031, 5, 4, 13, 30, tzinfo=datetime.timezone.utc)
    """
    if zone is None or not isinstance(value, str) or not _LOCAL.fullmatch(value):
        return None
    try:
        local = datetime.fromisoformat(value).replace(tzinfo=zone)
        moment = local.astimezone(UTC)
    except (ArithmeticError, ValueError):
        return None
    return moment if is_unambiguous(local) else None


def is_unambiguous(local: datetime) -> bool:
    """Tell whether a zone's clocks show a local time once: not twice, and not never (PEP 495)."""
    return local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset()


def parse(body: bytes) -> Value:
    """Read JSON; ValueError if it is none, or holds a number out of all bounds."""
    try:
        return read_json(body)
    except ArithmeticError:
        raise ValueError("a number out of all bounds") from None


def parse_object(body: bytes) -> dict[str, Value] | None:
    """Read a body that is a JSON object; None for whatever else it is."""
    try:
        found = parse(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> str | None:
    """Read what the second kind of error says; None if the answer is not one.

    The flag may be a boolean, a number or a str; what reads as no error is none.

    >>> find_error({"error": "0"}, ()), find_error({"error": 1, "error_message": "no"}, ())
    (None, 'no')
    """
    flag = answer.get("error")
    if not flag or str(flag).strip().lower() in _NO_ERROR:
        return None
    told = as_text(answer.get("error_message")) or "it gives no reason"
    return tell(told, private)


def tell(said: str, private: Iterable[str]) -> str:
    """Give what the provider said without what is private, and not at any length."""
    return strike_out(said, private)[:_LONGEST]


def describe(response: WireResponse) -> str:
    """Say what came in the place of JSON; not the body, which may repeat a text or a number."""
    kind = response.headers.get("content-type", "no content type").partition(";")[0][:60]
    return f"the answer is not a JSON object, but {len(response.body)} octets of {kind}"


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    status, answer = response.status, parse_object(response.body)
    said = find_error(answer or {}, private)
    if status == TOO_MANY_REQUESTS:
        error = TooManyRequests(NAME, status, said or "too many requests")
        error.retry_after = read_seconds(response.headers.get("retry-after"))
        raise error
    if status in (401, 403):
        raise AuthenticationFailed(NAME, status, said or "the key or password is not valid")
    if status == 404:  # noqa: PLR2004  # RFC 9110, 15.5.5
        raise NotFound(NAME, status, said or "it has no such path")
    if status != OK or said is not None:
        raise ProviderError(NAME, status, said or "it gives no reason")
    if answer is None:
        raise UnreadableAnswer(NAME, status, describe(response))
    return answer
