"""One account: where it is, its token, and how requests are made for it.

The law of this file: the scope decides the path. An extension's user has a path of its own, and
whatever comes into a path is one piece of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

from smscore.errors import UnreadableAnswer
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.providers.phone_com.reading import NAME, read_answer
from smscore.send.providers.values import as_object, as_whole
from smscore.send.wire import Value, WireRequest, WireResponse, json_content, with_query

T = TypeVar("T")

LARGEST_PAGE = 500
DEFAULT_PAGE = 25


@dataclass(frozen=True, slots=True)
class Account:
    """An account, or an extension of one; nothing private is in the repr."""

    base_url: str
    token: Secret
    account_id: int
    extension_id: int | None
    private: tuple[str, ...] = field(default=(), repr=False)

    @property
    def root(self) -> str:
        """The path that the token's scope allows."""
        root = f"accounts/{self.account_id}"
        return root if self.extension_id is None else f"{root}/extensions/{self.extension_id}"

    def request(
        self,
        endpoint: str,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        body: Mapping[str, object] | None = None,
        authorized: bool = True,
    ) -> WireRequest:
        """Make a request of a path below the base URL."""
        headers: list[tuple[str, str]] = []
        if authorized:
            headers.append(("authorization", f"Bearer {self.token.reveal()}"))
        if body is not None:
            headers.append(("content-type", "application/json"))
        return WireRequest(
            endpoint,
            method,
            with_query(f"{self.base_url}/{path}", query),
            tuple(headers),
            b"" if body is None else json_content(body),
        )

    def call(
        self, request: WireRequest, read: Callable[[dict[str, Value]], T], *, safe: bool
    ) -> Call[T]:
        """Make a call whose answer is one object."""
        return Call(request, lambda response: read(read_answer(response, self.private)), safe=safe)

    def deletion(self, endpoint: str, path: str) -> Call[None]:
        """Make a call that deletes: what is gone already is an error (NotFound)."""
        return self.call(self.request(endpoint, "DELETE", path), lambda _: None, safe=False)

    def pages(
        self,
        endpoint: str,
        path: str,
        read: Callable[[dict[str, Value]], Iterable[T]],
        *,
        query: tuple[tuple[str, str], ...] = (),
        limit: int = DEFAULT_PAGE,
        offset: int = 0,
        seen: Value = None,
    ) -> Call[Page[T]]:
        """Make a call for a page, from which the next one follows.

        `read` may make several items of one object. Raises ValueError unless limit is 1 to 500.
        """
        check_page(limit, offset)
        window = (("limit", str(limit)), ("offset", str(offset)))
        request = self.request(endpoint, "GET", path, query=(*query, *window))

        def read_page(response: WireResponse) -> Page[T]:
            answer = read_answer(response, self.private)
            found = answer.get("items")
            if not isinstance(found, list):
                raise UnreadableAnswer(NAME, response.status, "the answer is no list")
            total = as_whole(answer.get("total"))
            # Without a total only an empty page ends it, for a server may give less than was asked;
            # or the same page again, from one that has no pages and gives all that there is.
            if total is None and found == seen:
                found = []
            items = tuple(item for each in found for item in read(as_object(each)))
            end = offset + len(found)
            done = not found or (total is not None and end >= total)
            following = self.pages(
                endpoint, path, read, query=query, limit=limit, offset=end, seen=list(found)
            )
            return Page(items, None if done else following, total)

        return Call(request, read_page, safe=True)


def check_page(limit: int, offset: int) -> None:
    """Refuse a page that the provider would refuse; ValueError, TypeError."""
    if type(limit) is not int or type(offset) is not int:
        raise TypeError("a limit and an offset are whole numbers")
    if not 1 <= limit <= LARGEST_PAGE or offset < 0:
        raise ValueError(f"a limit is 1 to {LARGEST_PAGE}, an offset 0 or more")


def as_segment(name: str | int) -> str:
    """Write an id as one piece of a path; ValueError for what would leave its place in it.

    >>> as_segment("a/b"), as_segment(7)
    ('a%2Fb', '7')
    """
    text = str(name)
    if not text or text in {".", ".."}:
        raise ValueError("an id is not empty, and no step to another folder")
    return quote(text, safe="")


def as_number(value: int | str, what: str) -> int:
    """Read an id that is a whole number; ValueError, TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"{what} is a whole number, not {type(value).__name__}")
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError(f"{what} is a whole number")
    if int(value) < 0:
        raise ValueError(f"{what} is not negative")
    return int(value)
