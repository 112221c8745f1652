"""Keys and tokens as they are given, before any header is made of them.

The law of this file: what no header can carry is refused when a provider is made, not when the
first message is to go, and is not shown by that.
"""

from __future__ import annotations

from smscore.privacy import Secret
from smscore.send.provider import as_secret


def as_token(value: str | Secret, what: str) -> Secret:
    """Wrap a key or token; ValueError unless it is of ASCII that can be shown, no space around it.

    >>> as_token("0123abcd", "an API key")
    Secret('…')
    >>> as_token("0123abcd ", "an API key")
    Traceback (most recent call last):
    ValueError: an API key is of ASCII characters, with no space around it: was it copied whole?
    """
    secret = as_secret(value)
    text = secret.reveal()
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError(
            f"{what} is of ASCII characters, with no space around it: was it copied whole?"
        )
    return secret
