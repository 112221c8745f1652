"""What goes over the wire and comes back, as values: no socket is opened here.

The law of this file: a request is complete when it is made, and cannot be made with what would
break out of a header. Neither a request nor a response shows in its repr what may be private:
URLs, headers and bodies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote, urlencode

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Value = None | bool | int | Decimal | str | list["Value"] | dict[str, "Value"]
"""A JSON value; a number that is not whole is a Decimal, never a float."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request, ready to leave. `endpoint` names it in logs and for rate limits.

    Raises ValueError for what is not ASCII, or is a control character, in the method, the URL or a
    header.
    """

    endpoint: str
    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    content: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        for each in (self.method, self.url, *(word for pair in self.headers for word in pair)):
            if _CONTROL.search(each):
                raise ValueError("a control character in a request's URL or header: take it out")
            if not each.isascii():
                raise ValueError("a URL or header that is not ASCII: is a credential mistyped?")


@dataclass(frozen=True, slots=True)
class WireResponse:
    """One HTTP response, read to its end. The names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status says success (RFC 9110, 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of the status

    def json(self) -> Value:
        """Read the body as JSON; ValueError if it is none. Numbers that are not whole: Decimal."""
        return read_json(self.body)

    def object(self) -> dict[str, Value]:
        """Read the body as a JSON object; an empty one for whatever else it is."""
        try:
            found = self.json()
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class NoResponse:
    """There was no response. If `left` is false, no octet of the request can have left."""

    left: bool
    cause: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass, for the reason given."""

    seconds: float
    reason: str


def read_json(body: bytes) -> Value:
    """Read JSON without a float in it; ValueError if it is none.

    >>> read_json(b'{"sale": 0.01}')
    {'sale': Decimal('0.01')}
    """
    try:
        found: Value = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ArithmeticError, RecursionError, UnicodeDecodeError) as error:
        # Arithmetic: an exponent that no Decimal has.
        raise ValueError(f"not JSON: {type(error).__name__}") from None
    return found


def _refuse(constant: str) -> Value:
    raise ValueError(f"{constant} is no JSON value")


def json_content(value: object) -> bytes:
    """Write a value as JSON in UTF-8.

    >>> json_content(["", "+33600000001", None])
    b'["","+33600000001",null]'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def form_content(fields: Iterable[tuple[str, str]]) -> bytes:
    """Write fields as application/x-www-form-urlencoded.

    >>> form_content([("to", "12025550122"), ("msg", "a&b +")])
    b'to=12025550122&msg=a%26b+%2B'
    """
    return urlencode(list(fields)).encode("ascii")


def with_query(url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Give a URL with a query, every reserved character in it encoded (RFC 3986, 3.4).

    >>> with_query("https://example.org/sms", [("filters[to]", "eq:+12025550122")])
    'https://example.org/sms?filters%5Bto%5D=eq%3A%2B12025550122'
    """
    query = urlencode(list(fields), quote_via=quote, safe="")
    return f"{url}?{query}" if query else url
