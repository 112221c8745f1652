"""A listener for the sandbox's webhooks, on this machine.

The law of this file: it records what it is sent and answers as it is told, and knows no provider.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One request that a listener was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """What was heard, and the statuses to answer with, 200 when they are used up."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    statuses: deque[int] = field(default_factory=deque)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port until the block ends."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def _hear(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append(Heard(self.command, self.path, headers, self.rfile.read(length)))
            self.send_response(listener.statuses.popleft() if listener.statuses else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = _hear  # noqa: N815  # the names that the base class asks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
