"""The sandbox's web application: a request is routed, handled, and answered or left unanswered.

The law of this file: what a fault does to a connection is done to the connection itself, and
nothing is logged. It is an ASGI application (asgi.readthedocs.io, version 3) that is handed the
transport of each connection as `scope["state"]["transport"]`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from smscore.send.sandbox.control import BASE_PATH, Control
from smscore.send.sandbox.courier import Courier
from smscore.send.sandbox.state import State
from smscore.send.sandbox.web import Request, Response, StandIn, json_response

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What a gateway in front of a provider shows when it fails.
_HTML = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
_HTML_HEADERS = (("content-type", "text/html; charset=utf-8"),)
# So much of an answer arrives before a connection is cut in its middle.
_HALF = 2


class Application:
    """The application; `closing` ends what is being held."""

    def __init__(self, state: State, courier: Courier) -> None:
        self._state = state
        self._courier = courier
        self._control = Control(state, courier)
        self.closing = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read_body(receive)
        if body is None:
            return
        path: str = scope["path"]
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        query = tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))

        def make_request(rest: str) -> Request:
            return Request(scope["method"], rest, query, headers, body)

        if path.startswith(f"{BASE_PATH}/"):
            response = self._control.handle(make_request(path.removeprefix(f"{BASE_PATH}/")))
            self._courier.collect()
            await _answer(send, response)
            return
        for stand_in in list(self._state.stand_ins.values()):
            rest = _rest_of(path, stand_in.base_path)
            if rest is not None:
                await self._exchange(stand_in, make_request(rest), scope, receive, send)
                return
        await _answer(send, json_response(404, {"error": "no provider lives at this path"}))

    async def _exchange(
        self, stand_in: StandIn, request: Request, scope: Message, receive: Receive, send: Send
    ) -> None:
        handled = self._state.handle(stand_in, request)
        self._courier.collect()
        faults = self._state.plan.faults
        response = handled.response
        if response is not None and response.question is not None:
            status = await self._courier.ask(response.question.webhook)
            with self._state.lock:
                response = response.question.then(status)
            self._courier.collect()
        transport: asyncio.Transport = scope["state"]["transport"]
        match handled.fault:
            case "timeout_before" | "timeout_after":
                await self._hold(receive, faults.hold_seconds)
                await _cut(transport, receive)
                return
            case "disconnect":
                await _cut(transport, receive)
                return
            case "cut_body":
                assert response is not None  # noqa: S101  # it was processed
                await _answer_half(send, response)
                # What was written leaves first.
                transport.close()
                await _wait_for_end(receive)
                return
            case "html_before":
                response = Response(502, _HTML % ((b"502 Bad Gateway",) * 2), _HTML_HEADERS)
            case "html_after":
                response = Response(200, _HTML % ((b"Please wait",) * 2), _HTML_HEADERS)
            case "error_after":
                response = stand_in.broken()
            case "slow":
                await self._hold(receive, faults.slow_seconds)
            case _:
                pass
        assert response is not None  # noqa: S101  # only what is cut or held has none
        await _answer(send, response)

    async def _hold(self, receive: Receive, seconds: float) -> None:
        """Wait until the time is up, the client has gone, or the sandbox closes."""
        waits = [
            asyncio.ensure_future(_wait_for_end(receive)),
            asyncio.ensure_future(self.closing.wait()),
        ]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def _rest_of(path: str, base_path: str) -> str | None:
    """Give a path relative to a base path, to the letter; None if it is not below it."""
    if base_path.endswith("/"):
        return path.removeprefix(base_path) if path.startswith(base_path) else None
    return path.removeprefix(f"{base_path}/") if path.startswith(f"{base_path}/") else None


async def _read_body(receive: Receive) -> bytes | None:
    """Read a request's body to its end; None if the client goes before that."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(transport: asyncio.Transport, receive: Receive) -> None:
    transport.abort()
    # The server takes the request for unanswered, not for forgotten, once it knows of the end.
    await _wait_for_end(receive)


async def _start(send: Send, response: Response, length: int) -> None:
    headers = [(name, value) for name, value in response.headers if name != "content-length"]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    raw.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": response.status, "headers": raw})


async def _answer(send: Send, response: Response) -> None:
    # It is uvicorn's way to say that nobody waits for the answer any more.
    with suppress(OSError):
        await _start(send, response, len(response.body))
        await send({"type": "http.response.body", "body": response.body})


async def _answer_half(send: Send, response: Response) -> None:
    half = response.body[: len(response.body) // _HALF]
    with suppress(OSError):
        await _start(send, response, len(response.body) + 1)
        await send({"type": "http.response.body", "body": half, "more_body": True})
