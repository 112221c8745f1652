"""JSON values as Python's, wherever all providers mean the same by them.

The law of this file: a value of another type than is documented is None or empty, never a guess and
never an error; and what is given here can be written into a database.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from smscore.money import Money
from smscore.send.wire import Value, read_json

_FAR = 2**63
_PLACES = 12
_DIGITS = 24
_NOT_DIGITS = re.compile(r"[^0-9]+")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)


def only_digits(number: str) -> str:
    """Give the digits of a number, by which numbers are compared.

    >>> only_digits("+1 (202) 555-0122")
    '12025550122'
    """
    return _NOT_DIGITS.sub("", number)


def as_string(value: Value) -> str | None:
    """Give a str; None for whatever else it is."""
    if not isinstance(value, str):
        return None
    # Half a surrogate pair is JSON, but no database takes it.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_text(value: Value) -> str | None:
    """Give a str, or a whole number as one; None for whatever else it is.

    >>> as_text("18"), as_text(18), as_text(True)
    ('18', '18', None)
    """
    return str(value) if type(value) is int else as_string(value)


def as_whole(value: Value) -> int | None:
    """Give a whole number of less than 2^63, also one that came as a str.

    >>> as_whole("18"), as_whole(2**63), as_whole(True)
    (18, None, None)
    """
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    return value if type(value) is int and abs(value) < _FAR else None


def as_object(value: Value) -> dict[str, Value]:
    """Give an object; an empty one for whatever else it is."""
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """Give a list; an empty one for whatever else it is."""
    return value if isinstance(value, list) else []


def as_amount(value: Value) -> Decimal | None:
    """Give an amount, which comes as a number here and as a str there.

    >>> as_amount("0.0650"), as_amount(Decimal("1E-7")), as_amount("free")
    (Decimal('0.0650'), Decimal('1E-7'), None)
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, Decimal) and not _is_writable(value):
        return None
    try:
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
    except ValueError:
        # A whole number of thousands of digits.
        return None
    return Decimal(text) if _AMOUNT.fullmatch(text.strip()) else None


def _is_writable(value: Decimal) -> bool:
    """Whether a number is short when it is written without an exponent."""
    return (
        value.is_finite()
        and abs(value.adjusted()) < _PLACES
        and len(value.as_tuple().digits) < _DIGITS
    )


def as_money(amount: Decimal | None, currency: str | None) -> Money | None:
    """Give an amount as money, if the currency was said: no answer names the account's."""
    return None if amount is None or currency is None else Money(amount, currency)


def as_utc_moment(value: Value) -> datetime | None:
    """Give a moment in UTC, of ISO 8601: with a zone, or without one, which is UTC.

    >>> as_utc_moment("2031-05-04T11:30:05.1+02:00") == as_utc_moment("2031-05-04 09:30:05.100")
    True
    >>> as_utc_moment("0000-00-00 00:00:00") is None
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
    """Read a body that is a JSON object; None for whatever else it is.

    >>> parse_object(b'{"sale": 0.01}'), parse_object(b"<html>")
    ({'sale': Decimal('0.01')}, None)
    """
    try:
        found = read_json(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
