"""A provider in the tests' own process, with the handsets that its messages reach.

The law of this file: it speaks the protocol of `sending.Plain` and `sending.Stepwise` over a real
socket, and keeps what was received; it knows nothing of journals.
"""

from __future__ import annotations

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self


class Handsets:
    """A server on a free port of this machine; `received` counts each text by number."""

    def __init__(self) -> None:
        self.received: Counter[tuple[str, str]] = Counter()
        self.requests: list[str] = []
        self._drafts: dict[str, tuple[str, bool]] = {}
        self._lock = Lock()
        handsets = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:  # the name that http.server calls
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                self._answer(handsets._take(body))

            def do_GET(self) -> None:
                self._answer(handsets._look(self.path.rpartition("/")[2]))

            def _answer(self, word: str) -> None:
                self.send_response(200)
                self.send_header("content-length", str(len(word)))
                self.end_headers()
                self.wfile.write(word.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/send"

    def _take(self, body: str | dict[str, Any]) -> str:
        with self._lock:
            if isinstance(body, str):
                self.requests.append("prepare")
                name = str(len(self._drafts))
                self._drafts[name] = (body, False)
                return name
            self.requests.append("send")
            if body["id"] is not None:
                text, released = self._drafts[body["id"]]
                if released:
                    return "rejected"
                self._drafts[body["id"]] = (text, True)
            for number in body["to"]:
                self.received[number, body["text"]] += 1
            return " ".join(["accepted"] * len(body["to"]))

    def _look(self, name: str) -> str:
        with self._lock:
            self.requests.append("look")
            return "accepted" if self._drafts[name][1] else "draft"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
