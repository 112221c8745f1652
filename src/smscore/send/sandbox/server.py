"""The sandbox: all stand-ins behind one port of this machine, in a thread of this process.

The law of this file: what it starts it ends. When `close` returns there is no thread, socket or
task left of it; and a stand-in that failed is told then, so that no test passes over it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from smscore.send.sandbox.application import Application
from smscore.send.sandbox.courier import Attempt, Courier
from smscore.send.sandbox.faults import Faults
from smscore.send.sandbox.stand_ins import STAND_INS
from smscore.send.sandbox.state import Handled, State
from smscore.send.sandbox.switches import check_switches
from smscore.send.sandbox.web import Delivery, StandIn, World

HOST = "127.0.0.1"
_TICK_SECONDS = 0.05
_START_SECONDS = 30.0


class _Protocol(H11Protocol):
    """HTTP/1.1, with the connection itself in each request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Sandbox:
    """Local servers that speak the providers' protocols, from a `with` or `start` to `close`.

    `port` 0 takes a free one. The same `seed` gives the same credentials, ids and faults. `faults`
    is what `Faults.read` takes, `switches` turns documented alternatives on (`switches.SWITCHES`
    lists them, and what each takes), `providers` are names; all by default.

    Raises OSError if the port is taken, ValueError for a fault, a switch or a provider that is
    none, and for a value that a switch does not take.

    >>> with Sandbox(providers=["phone_com"]) as sandbox:
    ...     list(sandbox.addresses()), sandbox.ledger
    (['phone_com'], [])
    """

    def __init__(
        self,
        port: int = 0,
        seed: int = 0,
        faults: Mapping[str, object] | Faults | None = None,
        switches: Mapping[str, object] | None = None,
        providers: Iterable[str] | None = None,
    ) -> None:
        names = tuple(STAND_INS if providers is None else providers)
        for name in names:
            if name not in STAND_INS:
                raise ValueError(f"no provider {name!r}: take one of {', '.join(STAND_INS)}")
        check_switches(switches or {})
        read = faults if isinstance(faults, Faults) else Faults.read(faults or {})
        self._state = State(names, seed, read, switches or {})
        self._asked_port = port
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    def start(self) -> Self:
        """Begin to serve; give itself once requests are answered."""
        # Named as TCP, so that asyncio sends small answers without waiting for more to send.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((HOST, self._asked_port))
            self._socket.listen(2048)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._ready.clear()
        self._thread = threading.Thread(target=self._run, name="smscore sandbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS) or self._failure is not None:
            self._thread.join()
            raise RuntimeError("the sandbox did not start") from self._failure
        return self

    def close(self) -> None:
        """End; raises the first error of a stand-in that failed, if one did."""
        if self._thread is not None:
            self._call(self._stop)
            self._thread.join()
            self._thread = None
        if self._failure is not None:
            raise RuntimeError("the sandbox broke off") from self._failure
        if self._state.errors:
            raise self._state.errors[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        return f"http://{HOST}:{self.port}"

    @property
    def world(self) -> World:
        """The world of the stand-ins; another thread changes it at its own risk."""
        return self._state.world

    @property
    def ledger(self) -> list[Delivery]:
        """What the handsets have received by now, in order."""
        return self._state.ledger()

    @property
    def requests(self) -> dict[str, dict[str, int]]:
        """How many requests each endpoint of each provider had, faults included."""
        with self._state.lock:
            return {name: dict(counts) for name, counts in self._state.counts.items()}

    @property
    def sends(self) -> list[Handled]:
        """Each request that may have made a message go out, in order, with its fault."""
        with self._state.lock:
            return list(self._state.handled)

    @property
    def webhooks(self) -> list[Attempt]:
        """Each webhook that was brought, or was tried, in order."""
        with self._state.lock:
            return list(self._courier.attempts)

    def addresses(self) -> dict[str, dict[str, str]]:
        """Give, for each provider, its base URL and credentials."""
        with self._state.lock:
            return {
                name: {"base_url": f"{self.url}{each.base_path}", **each.credentials()}
                for name, each in self._state.stand_ins.items()
                if name in STAND_INS
            }

    def stand_in(self, name: str) -> StandIn:
        """Give a stand-in itself, for what else its account has; KeyError if it is not here."""
        with self._state.lock:
            return self._state.stand_ins[name]

    def set_faults(
        self, faults: Mapping[str, object] | Faults | None = None, /, **more: object
    ) -> None:
        """Let these faults happen from now on, and no others.

        They are what `Faults.read` takes, such as `set_faults(timeout_after=0.1, on="all")` or
        `set_faults(script=["rate_limit", None, "error_after"])`; nothing means no faults.
        """
        if not isinstance(faults, Faults):
            faults = Faults.read({**(faults or {}), **more})
        self._state.set_faults(faults)

    def set_switch(self, name: str, value: object = True) -> None:
        """Turn a documented alternative on, or give it a value; ValueError for what it is not."""
        check_switches({name: value})
        with self._state.lock:
            self._state.world.switches[name] = value

    def text_back(self, provider: str, sender: str, to: str, text: str) -> str:
        """Let a handset text to a number of the account; give the id of the message.

        Raises ValueError where the provider takes no messages, KeyError if it is not here.
        """
        with self._state.lock:
            return self._state.stand_ins[provider].text_back(sender, to, text)

    def reset(self) -> None:
        """Begin again: the same credentials and first faults, and nothing that has happened."""
        with self._state.lock:
            self._state.reset()
            self._courier.attempts.clear()

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until no webhook is on its way; TimeoutError if that takes longer."""
        end = time.monotonic() + seconds
        while True:
            with self._state.lock:
                self._state.tick()
                if not self._state.world.webhooks and not self._courier.under_way:
                    return
            if time.monotonic() > end:
                raise TimeoutError("webhooks are still on their way")
            time.sleep(_TICK_SECONDS / 5)

    def _call(self, function: Callable[[], Any]) -> None:
        self._loop.call_soon_threadsafe(function)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # it is raised by who waits
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._courier = Courier(self._state)
        self._application = Application(self._state, self._courier)
        config = uvicorn.Config(
            cast("Any", self._application),
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        # What is cut on purpose is no news.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        self._server = uvicorn.Server(config)
        ticking = asyncio.ensure_future(self._tick())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await self._courier.close()

    async def _tick(self) -> None:
        while True:
            if self._server.started:
                self._ready.set()
            self._state.tick()
            self._courier.collect()
            await asyncio.sleep(_TICK_SECONDS if self._ready.is_set() else 0.001)

    def _stop(self) -> None:
        self._application.closing.set()
        self._server.should_exit = True
