"""What must not be seen: credentials in a wrapper that does not show them, texts without them.

The law of this file: what is private is shown nowhere by accident. It leaves its wrapper only
where somebody writes `reveal`, and what a provider says is told with what is private struck out.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import NoReturn

STRUCK_OUT = "…"

# Digits in a row, with what people put between them, that may be a phone number (ITU-T E.164).
_NUMBER = re.compile(r"\+?(?:\d[ ().-]{0,2}){6,}\d")
_SHORTEST = 2


class Secret:
    """A credential that no repr, format, pickle or comparison gives away.

    `reveal` gives the value. Raises TypeError for what is no str, ValueError for an empty one or
    one with a line break or NUL in it, which no header can carry.

    >>> key = Secret("s3cret")
    >>> key, f"{key}", key.reveal()
    (Secret('…'), '…', 's3cret')
    """

    __slots__ = ("_value",)

    _value: str

    def __init__(self, value: str | Secret) -> None:
        if isinstance(value, Secret):
            value = value.reveal()
        if not isinstance(value, str):
            raise TypeError(f"a credential is a str, not {type(value).__name__}")
        if not value:
            raise ValueError("a credential is empty")
        if any(each in value for each in "\r\n\0"):
            raise ValueError("a credential holds a line break or NUL: was it read with its line?")
        self._value = value

    def reveal(self) -> str:
        """Give the value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({STRUCK_OUT!r})"

    def __str__(self) -> str:
        return STRUCK_OUT

    def __eq__(self, other: object) -> bool:
        """Compare in a time that does not depend on where the values differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: what is pickled is written down."""
        raise TypeError("a credential is not pickled: give it to each process")


def strike_out(said: str, private: Iterable[str] = ()) -> str:
    """Give what was said without what is private, and without whatever may be a phone number.

    >>> strike_out("to +1 202-555-0122: not a mobile", ["mobile"])
    'to …: not a …'
    """
    # The longer first, where one holds another.
    for each in sorted({*private}, key=len, reverse=True):
        if len(each) >= _SHORTEST:
            said = said.replace(each, STRUCK_OUT)
    return _NUMBER.sub(STRUCK_OUT, said)
