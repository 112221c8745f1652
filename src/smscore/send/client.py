"""Two drivers, one for threads and one for event loops: they do what a flow says, and no more.

The law of this file: it and `connections` alone have connections, and it decides nothing. A request
goes to the host that it names, once; no redirect is followed, and nothing of it is logged by the
library that carries it, for URLs may hold numbers.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from smscore.errors import GuardError, MissingExtra
from smscore.guard import Approval
from smscore.send.batches import REFUSALS, Batch, group
from smscore.send.calling import call_flow, steps_flow
from smscore.send.calls import Call, Page, Steps
from smscore.send.driving import drive, drive_async
from smscore.send.flow import send_flow
from smscore.send.journal import Journal
from smscore.send.outcomes import Receipt
from smscore.send.provider import Dispatch, Provider
from smscore.send.settings import Client, ClientOptions
from smscore.send.steps import Flow, Step, Write
from smscore.send.telemetry import tell, trace
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse
from smscore.send.writing import Ledger, Writer

try:
    import httpx
except ModuleNotFoundError as error:
    if error.name != "httpx":
        raise
    raise MissingExtra("httpx", "send", "sending") from None

from smscore.send.connections import LIMITS, Connections

T = TypeVar("T")
Found = tuple[Receipt | GuardError, ...]

# Nothing of a request has left when one of these is raised.
_NOT_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_MOST_OCTETS = 16 << 20

_PATIENCE = 4
"""How many timeouts an answer may take in all, however steadily it drips."""


# Most requests go to one URL; reading it anew takes as long as writing the request does.
_parse_url = lru_cache(maxsize=64)(httpx.URL)


_HEADERS = (
    ("user-agent", "smscore"),
    ("accept", "application/json"),
    ("accept-encoding", "identity"),
)


class _Client(Client):
    """What both clients do alike."""

    _headers: tuple[tuple[tuple[str, str], ...], httpx.Headers] | None = None

    def _request(self, step: WireRequest) -> httpx.Request:
        # Most requests have the headers of the one before.
        found = self._headers
        if found is None or found[0] != step.headers:
            found = self._headers = (step.headers, httpx.Headers((*_HEADERS, *step.headers)))
        return httpx.Request(
            step.method,
            _parse_url(step.url),
            headers=found[1],
            content=step.content,
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self.timeout)
            },
        )


class _Body:
    """The octets of an answer, as they come; neither too many nor for too long."""

    def __init__(self, seconds: float) -> None:
        self._octets = bytearray()
        self._end = time.monotonic() + seconds

    def add(self, octets: bytes) -> None:
        self._octets += octets
        if len(self._octets) > _MOST_OCTETS:
            raise httpx.ReadError("the answer is too long")
        if time.monotonic() > self._end:
            raise httpx.ReadTimeout("the answer does not end")

    def read(self, response: httpx.Response) -> Iterable[bytes]:
        """Give the octets as they come, which need no decoder where nothing was encoded."""
        stream = response.stream
        # A transport of others may have read it all; then the stream has nothing more to give.
        is_raw = not response.is_stream_consumed and "content-encoding" not in response.headers
        if isinstance(stream, httpx.SyncByteStream) and is_raw:
            return stream
        return response.iter_bytes()

    def answer(self, response: httpx.Response) -> WireResponse:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return WireResponse(response.status_code, headers, bytes(self._octets))


class SmsClient(_Client):
    """Sends what was approved, with one provider and one journal, in the thread that asks.

    `run` names what belongs together: the caps of a guard on a run count it, and a key is sent
    once in it; all that name none are one run, "default". `retry` says how what may be tried again
    is, `drift` how much dearer a provider's own quote may be than ours. `limits` stand in the place
    of the provider's documented rate limits ({} has none), and a `pacer` shares them among clients.
    `timeout` is in seconds, for connecting, for writing and for each wait for octets. With `again`,
    what the provider rejected may be tried again. `transport` is for proxies and tests.

        with Journal("sent.db") as journal, SmsClient(provider, journal) as client:
            receipt = client.send(guard.approve(quote))
    """

    def __init__(
        self,
        provider: Provider,
        journal: Journal,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(provider, journal, options)
        self._transport = transport or Connections()

    def send(self, approval: Approval, options: object = None) -> Receipt:
        """Send one message, once; whatever became of it, the receipt says what is known.

        `options` are of the provider's own type. Raises GuardError where the guard's caps, or the
        time, no longer allow it; what the provider's rules refuse (InvalidSender, InvalidDate,
        OverLimit, ...); ProviderError if the provider was to be asked for its quote and gave none;
        Stopped; JournalError. Nothing was sent then.
        """
        [dispatch] = group([approval], options, 1)
        [found] = self._send(dispatch)
        if isinstance(found, GuardError):
            raise found
        return found

    def send_many(self, approvals: Iterable[Approval], options: object = None) -> Iterator[Receipt]:
        """Send messages one after another, as receipts are asked for: one for each, in order.

        Where the provider takes several recipients in a request, neighbours with one text and
        sender go together. What is refused before it is sent is NOT_SENT, its code the name of the
        error; once credentials are refused, the rest is NOT_SENT untried. Raises JournalError.

        Where the approvals are a list, so that the next one is at hand, an outcome is written with
        the next message's beginning, which saves a commit, and its receipt comes after that.
        """
        batch = Batch(self.provider.name)
        ledger = Ledger(self.journal) if isinstance(approvals, Sequence) else None
        waiting: tuple[Receipt, ...] = ()
        try:
            for dispatch in group(approvals, options, self.provider.group):
                commits = 0 if ledger is None else ledger.commits
                receipts = batch.skip(dispatch)
                if receipts is None:
                    try:
                        receipts = batch.read(dispatch, self._send(dispatch, ledger))
                    except REFUSALS as error:
                        receipts = batch.refuse(dispatch, error)
                if ledger is not None:
                    if ledger.commits == commits:
                        ledger.flush()
                    waiting, receipts = receipts, waiting
                yield from receipts
        finally:
            if ledger is not None:
                ledger.flush()
        yield from waiting

    def _send(self, dispatch: Dispatch, ledger: Ledger | None = None) -> Found:
        with trace(self.provider.name) as span:
            found = self.follow(send_flow(self.provider, dispatch, self.terms), ledger)
            for each in found:
                tell(each, self.provider.name, span)
        return found

    def call(self, call: Call[T] | Steps[T]) -> T:
        """Perform a method of the provider's API, such as `provider.get_message(id)`.

        Raises ProviderError (AuthenticationFailed, NotFound, RateLimited, NoAnswer, ...).
        """
        if isinstance(call, Call):
            return self.follow(call_flow(call, self.provider, self.terms))
        return self.follow(steps_flow(call, self.provider, self.terms))

    def pages(self, call: Call[Page[T]]) -> Iterator[T]:
        """Perform a method that answers in pages, and give the items of them all."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = self.call(following)
            yield from page.items
            following = page.following

    def follow(self, flow: Flow[T], ledger: Ledger | None = None) -> T:
        """Do what a flow says until it returns; what goes wrong is raised where it was yielded."""
        return drive(flow, lambda step: self._perform(step, ledger))

    def _perform(self, step: Step, ledger: Ledger | None) -> Any:  # noqa: ANN401  # the step's
        if isinstance(step, Write):
            return self.journal.write(step.operation) if ledger is None else ledger.write(step)
        if ledger is not None:
            # Whatever takes time, what is known is on the disk before it.
            ledger.flush()
        if isinstance(step, Wait):
            return self._stopping.wait(step.seconds)
        return self._exchange(step)

    def _exchange(self, step: WireRequest) -> WireResponse | NoResponse:
        body = _Body(self.timeout * _PATIENCE)
        try:
            response = self._transport.handle_request(self._request(step))
            try:
                for octets in body.read(response):
                    body.add(octets)
            finally:
                response.close()
        except httpx.HTTPError as error:
            return NoResponse(left=not isinstance(error, _NOT_LEFT), cause=type(error).__name__)
        return body.answer(response)

    def stop(self) -> None:
        """Let what is in flight arrive, and nothing more leave; from a signal handler, say.

        What waits for its turn is not sent: `send` raises Stopped, receipts are NOT_SENT.
        """
        self._stopping.set()

    def close(self) -> None:
        """Close the connections; the journal is its owner's to close."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncSmsClient(_Client):
    """The same as SmsClient, in an event loop: the same flows, performed by awaiting."""

    def __init__(
        self,
        provider: Provider,
        journal: Journal,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(provider, journal, options)
        self._transport = transport or httpx.AsyncHTTPTransport(limits=LIMITS)
        self._writer = Writer(journal)
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, approval: Approval, options: object = None) -> Receipt:
        """Send one message, once: see `SmsClient.send`."""
        [dispatch] = group([approval], options, 1)
        [found] = await self._send(dispatch)
        if isinstance(found, GuardError):
            raise found
        return found

    async def send_many(
        self, approvals: Iterable[Approval], options: object = None, *, concurrency: int = 8
    ) -> AsyncIterator[Receipt]:
        """Send messages, so many at a time; the receipts come in the order of the approvals."""
        if type(concurrency) is not int or concurrency < 1:
            raise ValueError(f"concurrency is a whole number from 1 on, not {concurrency!r}")
        batch, turn = Batch(self.provider.name), asyncio.Semaphore(concurrency)

        async def send_one(dispatch: Dispatch) -> tuple[Receipt, ...]:
            async with turn:
                receipts = batch.skip(dispatch)
                if receipts is not None:
                    return receipts
                try:
                    return batch.read(dispatch, await self._send(dispatch))
                except REFUSALS as error:
                    return batch.refuse(dispatch, error)

        running: deque[asyncio.Task[tuple[Receipt, ...]]] = deque()
        try:
            for dispatch in group(approvals, options, self.provider.group):
                running.append(asyncio.create_task(send_one(dispatch)))
                # Some wait for their turn, so that one slow answer keeps no place empty.
                if len(running) >= 2 * concurrency:
                    for receipt in await running.popleft():
                        yield receipt
            while running:
                for receipt in await running.popleft():
                    yield receipt
        finally:
            batch.stopped = batch.stopped or "not tried: nobody waits for the receipts any more"
            # What is in flight is recorded, whoever has stopped listening.
            await asyncio.gather(*running, return_exceptions=True)

    async def _send(self, dispatch: Dispatch) -> Found:
        with trace(self.provider.name) as span:
            found = await self.follow(send_flow(self.provider, dispatch, self.terms))
            for each in found:
                tell(each, self.provider.name, span)
        return found

    async def call(self, call: Call[T] | Steps[T]) -> T:
        """Perform a method of the provider's API: see `SmsClient.call`."""
        if isinstance(call, Call):
            return await self.follow(call_flow(call, self.provider, self.terms))
        return await self.follow(steps_flow(call, self.provider, self.terms))

    async def pages(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        """Perform a method that answers in pages, and give the items of them all."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = await self.call(following)
            for item in page.items:
                yield item
            following = page.following

    async def follow(self, flow: Flow[T]) -> T:
        """Do what a flow says until it returns: see `SmsClient.follow`."""
        return await drive_async(flow, self._perform)

    async def _perform(self, step: Step) -> Any:  # noqa: ANN401  # it depends on the step
        match step:
            case WireRequest():
                return await self._exchange(step)
            case Wait():
                return await self._sleep(step.seconds)
            case Write():
                return await self._writer.write(step.operation)

    async def _exchange(self, step: WireRequest) -> WireResponse | NoResponse:
        body = _Body(self.timeout * _PATIENCE)
        try:
            response = await self._transport.handle_async_request(self._request(step))
            try:
                async for octets in response.aiter_bytes():
                    body.add(octets)
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            return NoResponse(left=not isinstance(error, _NOT_LEFT), cause=type(error).__name__)
        return body.answer(response)

    async def _sleep(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    def stop(self) -> None:
        """Let what is in flight arrive, and nothing more leave: see `SmsClient.stop`."""
        self._stopping.set()
        # It may be a signal's handler that asks, while the loop sleeps.
        wake = self._loop.call_soon_threadsafe if self._loop else lambda waken: waken()
        wake(self._woken.set)

    async def close(self) -> None:
        """Close the connections; the journal is its owner's to close."""
        await self._transport.aclose()
        self._writer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
