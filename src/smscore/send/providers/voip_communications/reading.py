"""Result codes, times without a zone, and what the provider's errors say.

The law of this file: nothing is guessed. A time without a known zone is no moment, and a body that
cannot be read is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from smscore.errors import UnreadableAnswer
from smscore.send.provider import TOO_MANY_REQUESTS, read_seconds
from smscore.send.providers.refusals import NOTHING, Said, describe, refuse, tell
from smscore.send.providers.values import as_text, parse_object
from smscore.send.wire import Value, WireResponse

NAME = "voip_communications"
OK = 200

_CODE = re.compile(r"[0-9]{1,9}(?:\.0+)?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?")
_NO_ERROR = frozenset({"", "0", "false", "null", "none"})
_REASONS: Mapping[int, str] = {
    TOO_MANY_REQUESTS: "too many requests",
    401: "the key or password is not valid",
    403: "the key or password is not valid",
    404: "it has no such path",
}
"""Why a status was answered, where the body does not say it (RFC 9110, 15.5)."""


def as_code(value: Value) -> int | None:
    """Give a result code, which may also come as a str.

    >>> as_code("200"), as_code(True)
    (200, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip() if isinstance(value, int | str | Decimal) else ""
    return int(text.partition(".")[0]) if _CODE.fullmatch(text) else None


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


def find_error(answer: Mapping[str, Value], private: Iterable[str]) -> str | None:
    """Read what the second kind of error says; None if the answer is not one.

    The flag may be a boolean, a number or a str; what reads as no error is none.

    >>> find_error({"error": "0"}, ()), find_error({"error": 1, "error_message": "no"}, ())
    (None, 'no')
    """
    flag = answer.get("error")
    if not flag or str(flag).strip().lower() in _NO_ERROR:
        return None
    told = as_text(answer.get("error_message")) or NOTHING.reason
    return tell(told, private)


def read_answer(response: WireResponse, private: Iterable[str]) -> dict[str, Value]:
    """Read an answer that is a JSON object, and no error; ProviderError otherwise."""
    status, answer = response.status, parse_object(response.body)
    said = find_error(answer or {}, private)
    if status != OK or said is not None:
        reason = said or _REASONS.get(status, NOTHING.reason)
        wait = read_seconds(response.headers.get("retry-after"))
        refuse(NAME, status, Said(reason), wait=wait)
    if answer is None:
        raise UnreadableAnswer(NAME, status, describe(response))
    return answer
