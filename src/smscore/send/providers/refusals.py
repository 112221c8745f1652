"""What a provider says in the place of an answer, and the error that it is.

The law of this file: what a provider said is told without what is private, and not at any length;
of what cannot be read only the size and the kind are told, for it may repeat a text or a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from smscore.errors import AuthenticationFailed, NotFound, ProviderError, RateLimited
from smscore.privacy import strike_out
from smscore.send.provider import TOO_MANY_REQUESTS
from smscore.send.wire import WireResponse

_LONGEST = 300
_KINDS: Mapping[str, type[ProviderError]] = {
    "401": AuthenticationFailed,
    "403": AuthenticationFailed,
    "404": NotFound,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says: all of it is for people, and none of it is private.

    `code` is the provider's own, `fields` has what is wrong with a parameter, by its name.
    """

    reason: str
    code: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The reason with all fields."""
        told = [f"{name}: {fault}" for name, fault in self.fields.items()]
        return "; ".join([self.reason, *told])


NOTHING = Said("it gives no reason")
"""What an error says that says nothing."""


def tell(said: str, private: Iterable[str]) -> str:
    """Give what the provider said without what is private, and not at any length.

    >>> tell("no such number: 33639980001", ["33639980001"])
    'no such number: …'
    """
    return strike_out(said, private)[:_LONGEST]


def describe(response: WireResponse) -> str:
    """Say what came in the place of JSON.

    >>> describe(WireResponse(502, {"content-type": "text/html; charset=utf-8"}, b"<html>"))
    'the answer is not a JSON object, but 6 octets of text/html'
    """
    kind = response.headers.get("content-type", "no content type").partition(";")[0][:60]
    return f"the answer is not a JSON object, but {len(response.body)} octets of {kind}"


def find_kind(status: int | str | None) -> type[ProviderError] | None:
    """Give the error that an HTTP status is (RFC 9110, 15.5); None if it is none in particular.

    >>> find_kind("404").__name__, find_kind(500)
    ('NotFound', None)
    """
    return _KINDS.get(str(status))


def refuse(
    provider: str,
    status: int,
    said: Said,
    *,
    wait: float | None,
    kind: type[ProviderError] | None = None,
) -> NoReturn:
    """Raise the error that an answer is: RateLimited, with `wait` in seconds, or by its status.

    `kind` is for a provider that says by another word which error it is.
    """
    if status == TOO_MANY_REQUESTS:
        error = RateLimited(provider, status, said.reason, code=said.code, fields=said.fields)
        error.retry_after = wait
        raise error
    found = kind or find_kind(status) or ProviderError
    raise found(provider, status, said.reason, code=said.code, fields=said.fields)
