"""One account: where it is, its key, and how requests are made for it.

The law of this file: every path ends with a slash, for without it a redirect might make a POST a
GET; and whatever comes into a path is one piece of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

from smscore.errors import UnreadableAnswer
from smscore.send.calls import Call, Page
from smscore.send.providers.close.reading import NAME, find_error, read_answer, refuse
from smscore.send.providers.refusals import NOTHING
from smscore.send.providers.values import as_object, parse_object
from smscore.send.wire import Value, WireRequest, WireResponse, json_content, with_query

T = TypeVar("T")

Query = Sequence[tuple[str, str]]

USUAL_PAGE = 100
_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Account:
    """An account; nothing private is in the repr."""

    base_url: str
    authorization: str = field(repr=False)
    private: tuple[str, ...] = field(default=(), repr=False)

    def request(
        self,
        endpoint: str,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: Mapping[str, object] | None = None,
    ) -> WireRequest:
        """Make a request of a path below the base URL, given without its last slash.

        A question that is too long for a URL goes in the body.
        """
        headers = [("authorization", self.authorization)]
        url = f"{self.base_url}/{path}/"
        if method == "GET" and len(with_query(url, query)) > _LONGEST_URL:
            headers.append(("x-http-method-override", "GET"))
            method, body, query = "POST", {"_params": dict(query)}, ()
        if body is not None:
            headers.append(("content-type", "application/json"))
        content = b"" if body is None else json_content(body)
        return WireRequest(endpoint, method, with_query(url, query), tuple(headers), content)

    def call(
        self,
        request: WireRequest,
        read: Callable[[dict[str, Value]], T],
        *,
        safe: bool,
        private: tuple[str, ...] = (),
    ) -> Call[T]:
        """Make a call whose answer is one object."""
        hidden = (*self.private, *private)
        return Call(request, lambda response: read(read_answer(response, hidden)), safe=safe)

    def deletion(self, endpoint: str, path: str) -> Call[None]:
        """Make a call that deletes; it is answered with 200 or 204, and perhaps nothing else."""

        def read(response: WireResponse) -> None:
            if not response.ok:
                said = find_error(parse_object(response.body) or {}, self.private)
                refuse(response, said or NOTHING)

        return Call(self.request(endpoint, "DELETE", path), read, safe=False)

    def pages(
        self,
        endpoint: str,
        path: str,
        read: Callable[[dict[str, Value]], Iterable[T]],
        *,
        query: Query = (),
        limit: int = USUAL_PAGE,
        skip: int = 0,
    ) -> Call[Page[T]]:
        """Make a call for a page, from which the next one follows.

        `read` may make any number of items of one object, none too. The largest limit and the
        furthest skip are not documented. A full page that does not say whether it is the last one
        is an UnreadableAnswer, for nobody knows what is missing then. Raises ValueError, TypeError
        for what is no number of items.
        """
        if type(limit) is not int or type(skip) is not int:
            raise TypeError("a limit and what is skipped are whole numbers")
        if limit < 1 or skip < 0:
            raise ValueError("a limit is 1 or more, what is skipped 0 or more")
        window = (("_limit", str(limit)), ("_skip", str(skip)))
        request = self.request(endpoint, "GET", path, query=(*query, *window))

        def read_page(answer: dict[str, Value]) -> Page[T]:
            found = read_data(answer)
            items = tuple(item for each in found for item in read(as_object(each)))
            following, more = None, answer.get("has_more")
            # A limit above the usual may be cut to it.
            if not isinstance(more, bool) and len(found) >= min(limit, USUAL_PAGE):
                raise UnreadableAnswer(NAME, None, "a full page does not say whether more follows")
            if more is True and found:
                end = skip + len(found)
                following = self.pages(endpoint, path, read, query=query, limit=limit, skip=end)
            return Page(items, following)

        return self.call(request, read_page, safe=True)


def read_data(answer: Mapping[str, Value]) -> list[Value]:
    """Give the data of a list; UnreadableAnswer if it has none."""
    data = answer.get("data")
    if not isinstance(data, list):
        raise UnreadableAnswer(NAME, None, "the answer is no list")
    return data


def as_segment(name: str) -> str:
    """Write an id as one piece of a path; ValueError for what would leave its place in it.

    >>> as_segment("acti_AAAA1111"), as_segment("a/b")
    ('acti_AAAA1111', 'a%2Fb')
    """
    if not isinstance(name, str) or not name or name in {".", ".."}:
        raise ValueError("an id is a str that is not empty, and no step to another folder")
    return quote(name, safe="")


def without_none(**fields: object) -> dict[str, object]:
    """Give the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}
