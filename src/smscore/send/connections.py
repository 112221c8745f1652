"""The connections of the driver for threads, on which a request leaves in one piece.

The law of this file: nothing is decided here. The octets of a request are gathered while they are
made, and leave when its answer is asked for; what goes wrong has the name that httpx has for it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress

import httpcore
import httpx

LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)
"""One that the provider has closed, unseen, would put a message in doubt: none is kept for long."""

_FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


class Connections(httpx.BaseTransport):
    """Connections to whatever hosts are asked for, over TLS with the machine's authorities.

    A head and a body that leave one by one are two packets, and wake the other side twice.
    """

    def __init__(self) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=LIMITS.max_connections,
            max_keepalive_connections=LIMITS.max_keepalive_connections,
            keepalive_expiry=LIMITS.keepalive_expiry,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let a request leave, and give its answer, whose body is yet to be read.

        Raises httpx.TransportError, of the kind that httpx's own transport raises.
        """
        url = request.url
        try:
            found = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=url.raw_scheme,
                        host=url.raw_host,
                        port=url.port,
                        target=url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.content,
                    extensions=request.extensions,
                )
            )
        except _FAULTS as fault:
            raise _rename(fault) from fault
        return httpx.Response(
            found.status,
            headers=found.headers,
            stream=_Body(found),
            extensions=found.extensions,
        )

    def close(self) -> None:
        """Close them all."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The octets of an answer, as they come."""

    def __init__(self, found: httpcore.Response) -> None:
        self._found = found

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._found.iter_stream()
        except _FAULTS as fault:
            raise _rename(fault) from fault

    def close(self) -> None:
        self._found.close()


def _rename(fault: Exception) -> httpx.TransportError:
    """Name a fault as httpx does, which has each of them."""
    kind: type[httpx.TransportError] = getattr(httpx, type(fault).__name__)
    return kind(str(fault))


class _Backend(httpcore.NetworkBackend):
    """Makes connections as httpcore does."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    """A connection whose octets wait until an answer to them is asked for."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._waiting: list[bytes] = []
        self._timeout: float | None = None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._waiting.append(buffer)
        self._timeout = timeout

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._waiting:
            octets = b"".join(self._waiting)
            self._waiting.clear()
            # Who closes early may have said why before: httpcore too goes on to the answer.
            with suppress(httpcore.WriteError):
                self._inner.write(octets, self._timeout)
        return self._inner.read(max_bytes, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
