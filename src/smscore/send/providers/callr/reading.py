"""Yes and no, pages, and what the provider's errors say.

The law of this file: an error is told without what is private, and with the code that it came
with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NoReturn

from smscore.errors import AuthenticationFailed, NotFound, ProviderError, UnreadableAnswer
from smscore.send.provider import read_seconds
from smscore.send.providers import refusals
from smscore.send.providers.refusals import Said, find_kind, tell
from smscore.send.providers.values import as_text
from smscore.send.wire import Value, WireResponse

NAME = "callr"

_MESSAGE = re.compile(r"([A-Z_]+)(?: \[(\w+)\])?")
_CODES: dict[str, type[ProviderError]] = {
    "401": AuthenticationFailed,
    "110": NotFound,
    "115": NotFound,
}


def as_word(value: Value) -> str | None:
    """Give a str that is not empty: the provider writes an empty one for what there is not."""
    return as_text(value) or None


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


def refuse(response: WireResponse, said: Said) -> NoReturn:
    """Raise the error that an answer is, by its HTTP status or its code."""
    wait = read_seconds(response.headers.get("retry-after"))
    kind = find_kind(response.status) or _CODES.get(said.code or "")
    refusals.refuse(NAME, response.status, said, wait=wait, kind=kind)
