"""What the tests of the clients share: both drivers, and answers that are made up.

The law of this file: both drivers have the same methods, so that a test is written once for both.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeVar

import httpx
from sending import Plain

from smscore.guard import Approval
from smscore.send.calls import Call, Page, Steps
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Receipt
from smscore.send.steps import Retry

T = TypeVar("T")
Handler = Callable[[httpx.Request], httpx.Response]

QUICK = Retry(attempts=3, first=0.0, longest=1.0)


class Sync:
    """Drives the client for threads."""

    def __init__(
        self, provider: Plain, journal: Journal, handler: Handler | None, **options: Any
    ) -> None:
        transport = None if handler is None else httpx.MockTransport(handler)
        options = {"retry": QUICK, "run": "run", **options}
        self.client = SmsClient(provider, journal, transport=transport, **options)

    def send(self, approval: Approval) -> Receipt:
        """Send one."""
        with self.client as client:
            return client.send(approval)

    def send_many(self, approvals: Iterable[Approval]) -> list[Receipt]:
        """Send many."""
        with self.client as client:
            return list(client.send_many(approvals))

    def call(self, call: Call[Any] | Steps[Any]) -> Any:
        """Call."""
        with self.client as client:
            return client.call(call)

    def pages(self, call: Call[Page[T]]) -> list[T]:
        """Take all pages."""
        with self.client as client:
            return list(client.pages(call))


class Async:
    """Drives the client for event loops."""

    def __init__(
        self, provider: Plain, journal: Journal, handler: Handler | None, **options: Any
    ) -> None:
        self._transport = None if handler is None else httpx.MockTransport(handler)
        self._made = (provider, journal)
        self._options = {"retry": QUICK, "run": "run", **options}

    async def _with(self, what: Callable[[AsyncSmsClient], Any]) -> Any:
        async with AsyncSmsClient(
            *self._made, transport=self._transport, **self._options
        ) as client:
            found = what(client)
            if isinstance(found, AsyncIterator):
                return [each async for each in found]
            return await found

    def send(self, approval: Approval) -> Receipt:
        """Send one."""
        found: Receipt = asyncio.run(self._with(lambda client: client.send(approval)))
        return found

    def send_many(self, approvals: Iterable[Approval]) -> list[Receipt]:
        """Send many."""
        found: list[Receipt] = asyncio.run(self._with(lambda client: client.send_many(approvals)))
        return found

    def call(self, call: Call[Any] | Steps[Any]) -> Any:
        """Call."""
        return asyncio.run(self._with(lambda client: client.call(call)))

    def pages(self, call: Call[Page[T]]) -> list[T]:
        """Take all pages."""
        found: list[T] = asyncio.run(self._with(lambda client: client.pages(call)))
        return found


DRIVERS = (Sync, Async)


def answer(words: str, status: int = 200, **headers: str) -> Handler:
    """Answer every request alike."""
    return lambda _: httpx.Response(status, text=words, headers=headers)


def fail(error: type[httpx.TransportError]) -> Handler:
    """Fail every request alike."""

    def failing(request: httpx.Request) -> httpx.Response:
        raise error("as told", request=request)

    return failing
