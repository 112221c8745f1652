"""Replies over real sockets: what voip-communications.net's stand-in calls with, in each form.

The law of this file: the form of a reply is invented, so each form that is thought likely is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from smscore.send.events import Event, EventKind
from smscore.send.providers.voip_communications import read_event
from smscore.send.sandbox.server import Sandbox

SECRET = "t0k3n-in-the-url"  # noqa: S105  # invented
SENDER = "12025550122"


class Receiver(HTTPServer):
    """A server that reads each call as an event."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.events: list[Event] = []


class Handler(BaseHTTPRequestHandler):
    """Reads a call."""

    server: Receiver

    def do_POST(self) -> None:
        """Read an event, and answer that it came."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        event = read_event(
            dict(self.headers),
            body,
            SECRET,
            now=datetime.now(UTC),
            tolerance=timedelta(minutes=5),
            query=urlsplit(self.path).query,
            account_zone="UTC",
        )
        self.server.events.append(event)
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST  # noqa: N815  # as http.server names them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it is named there
        """Print nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Serve a receiver."""
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("form", ["form", "json", "query"])
def test_reply(receiver: Receiver, form: str) -> None:
    """A reply that comes as a form, as JSON or in the query is the same event."""
    switches = {
        "voip_communications.callback_url": (
            f"http://127.0.0.1:{receiver.server_port}/sms?token={SECRET}"
        ),
        "voip_communications.callback_format": form,
    }
    with Sandbox(providers=["voip_communications"], switches=switches) as sandbox:
        own = sandbox.addresses()["voip_communications"]["from"]
        sandbox.text_back("voip_communications", f"+{SENDER}", f"+{own}", "Yes, 100% & more")
        sandbox.settle()
    [event] = receiver.events
    assert (event.kind, event.sender, event.number) == (EventKind.INBOUND, SENDER, own)
    assert event.text == "Yes, 100% & more"
    assert event.at is not None
    assert SECRET not in str(event.raw)
