"""Phone.com's events over real sockets: a URL tried out, what came, what became of what went.

The law of this file: events are received with the secret that the callback was made with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sending_phone_com import TEXT, approve

from smscore.errors import ProviderError
from smscore.send.client import SmsClient
from smscore.send.events import Event, EventKind
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.providers.phone_com import (
    CallbackConfig,
    ListenerCallback,
    PhoneCom,
    read_event,
)
from smscore.send.sandbox.server import Sandbox

SECRET = "t0k3n-in-the-url"  # noqa: S105  # invented
SENDER = "+12025550122"


class Receiver(HTTPServer):
    """A server that reads each call as an event."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.events: list[Event] = []
        self.username: str | None = None


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
            username=self.server.username,
        )
        self.server.events.append(event)
        self.send_response(200)
        self.end_headers()

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


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the stand-in."""
    with Sandbox(providers=["phone_com"]) as running:
        yield running


def test_events(receiver: Receiver, sandbox: Sandbox, tmp_path: Path) -> None:
    """A callback is tried out; what comes and goes is told to it, each by an id of its own."""
    address = sandbox.addresses()["phone_com"]
    provider = PhoneCom(
        access_token=address["access_token"],
        account_id=address["account_id"],
        base_url=address["base_url"],
        sender=address["from"],
    )
    config = CallbackConfig(
        url=f"http://127.0.0.1:{receiver.server_port}/hook", headers={"X-Api-Key": SECRET}
    )
    with Journal(tmp_path / "sent.db") as journal, SmsClient(provider, journal) as client:
        callback = client.call(provider.events.create_callback(config, mode="HTTP"))
        assert [each.kind for each in receiver.events] == [EventKind.HANDSHAKE]
        assert callback.withheld == ("X-Api-Key",)
        listener = client.call(provider.events.create_listener(callback.id or 0))
        for tags in (["message", "inbound"], ["message", "outbound"]):
            client.call(provider.events.create_subscription(listener.id or 0, tags))
        assert len(list(client.pages(provider.events.list_subscriptions(listener.id or 0)))) == 2
        sandbox.text_back("phone_com", SENDER, address["from"], "Yes please")
        assert client.send(approve("+12025550133", sender=None)).accepted
        sandbox.settle()
        with pytest.raises(ProviderError) as caught:
            client.call(provider.events.delete_callback(callback.id or 0))
        assert caught.value.status == 409
        client.call(provider.events.delete_listener(listener.id or 0))
        client.call(provider.events.delete_callback(callback.id or 0))
    _, came, went = receiver.events
    assert (came.kind, came.sender, came.text) == (EventKind.INBOUND, SENDER, "Yes please")
    assert (went.kind, went.number, went.text) == (EventKind.STATUS, "+12025550133", TEXT)
    assert went.outcome is Outcome.ACCEPTED
    assert came.id != went.id
    assert all(each.id and each.at for each in (came, went))


def test_first_generation(receiver: Receiver, sandbox: Sandbox, tmp_path: Path) -> None:
    """A listener of the first generation calls with Basic credentials."""
    receiver.username = "us"
    address = sandbox.addresses()["phone_com"]
    provider = PhoneCom(
        access_token=address["access_token"],
        account_id=address["account_id"],
        base_url=address["base_url"],
    )
    callback = ListenerCallback(
        url=f"http://127.0.0.1:{receiver.server_port}/hook", username="us", password=SECRET
    )
    with Journal(tmp_path / "sent.db") as journal, SmsClient(provider, journal) as client:
        made = client.call(provider.listeners.create("sms.in", [callback]))
        assert client.call(provider.listeners.get(made.id or 0)).event_type == "sms.in"
        sandbox.text_back("phone_com", SENDER, address["from"], "Yes please")
        sandbox.settle()
        client.call(provider.listeners.delete(made.id or 0))
        assert not list(client.pages(provider.listeners.list()))
    [came] = receiver.events
    assert (came.kind, came.sender, came.text) == (EventKind.INBOUND, SENDER, "Yes please")
