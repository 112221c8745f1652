"""JSON-RPC 2.0: requests with parameters by position, and whether an answer is to them.

The law of this file: no parameter is left out, for those after it would move to its place; what
answers another request than ours answers nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from smscore.errors import UnreadableAnswer
from smscore.send.calls import Call
from smscore.send.providers.callr.reading import NAME, find_error, refuse
from smscore.send.providers.refusals import NOTHING, describe
from smscore.send.providers.values import parse_object
from smscore.send.wire import Value, WireRequest, WireResponse, json_content

T = TypeVar("T")

_IDS = 2**31 - 1


def request_id(method: str, params: Sequence[object]) -> int:
    """Give a request its id, from 1 to 2^31 - 1: a hash of what it asks.

    >>> request_id("sms.get", ["K7Q2M9XD"]) == request_id("sms.get", ["K7Q2M9XD"])
    True
    """
    digest = hashlib.sha256(json_content([method, list(params)])).digest()
    return int.from_bytes(digest[:8], "big") % _IDS + 1


def answers(answer: dict[str, Value], number: int) -> bool:
    """Tell whether an answer names a request's id; True is no 1."""
    given = answer.get("id")
    return type(given) is int and given == number


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, and as whom; nothing private is in the repr."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    private: tuple[str, ...] = field(default=(), repr=False)

    def request(self, method: str, params: Sequence[object]) -> WireRequest:
        """Make the request of a method."""
        content = {
            "jsonrpc": "2.0",
            "id": request_id(method, params),
            "method": method,
            "params": list(params),
        }
        return WireRequest(method, "POST", self.url, self.headers, json_content(content))

    def call(
        self,
        method: str,
        params: Sequence[object],
        read: Callable[[Value], T],
        *,
        safe: bool = True,
        private: tuple[str, ...] = (),
    ) -> Call[T]:
        """Make the call of a method."""
        number = request_id(method, params)
        hidden = (*self.private, *private)
        return Call(
            self.request(method, params),
            lambda response: read(read_result(response, number, hidden)),
            safe=safe,
        )


def read_result(response: WireResponse, number: int, private: Sequence[str]) -> Value:
    """Read the result of a request, which may be null, false, 0 or empty; ProviderError if none."""
    answer = parse_object(response.body) or {}
    said = find_error(answer, private)
    if said is not None and (answer.get("id") is None or answers(answer, number)):
        refuse(response, said)
    if not response.ok:
        refuse(response, NOTHING)
    if not answer:
        raise UnreadableAnswer(NAME, response.status, describe(response))
    if not answers(answer, number):
        raise UnreadableAnswer(NAME, response.status, "the answer is to another request")
    if "result" not in answer:
        raise UnreadableAnswer(NAME, response.status, "the answer has neither result nor error")
    return answer["result"]
