"""CALLR over real sockets: the wrapper against a stand-in that knows nothing of it.

The law of this file: what the wrapper says is held against the ledger of handsets.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sending_callr import FIRST, TEXT, approve

from smscore.errors import AuthenticationFailed, Drifted, NotFound, ProviderError
from smscore.money import Money
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.events import EventKind
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.providers.callr import Callr, CallrOptions, CallrRest, Hook, read_event
from smscore.send.sandbox.callr_rest import CallrRestStandIn
from smscore.send.sandbox.server import Sandbox

UNROUTED, FORBIDDEN = "+33639989995", "+33639989996"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the stand-in, whose messages are delivered at once."""
    with Sandbox(providers=["callr"], switches={"callr.seconds_to_delivery": 0.0}) as running:
        yield running


def make_provider(sandbox: Sandbox, **options: Any) -> Callr:
    """Make a provider by what the stand-in hands out."""
    address = sandbox.addresses()["callr"]
    given = {"login": address["login"], "password": address["password"], "currency": "EUR"}
    return Callr(**{**given, "base_url": address["base_url"], **options})


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[SmsClient]:
    """Give a client."""
    provider = make_provider(sandbox)
    with Journal(tmp_path / "sent.db") as journal, SmsClient(provider, journal) as running:
        yield running


def callr(client: SmsClient) -> Callr:
    """Give the provider of a client."""
    assert isinstance(client.provider, Callr)
    return client.provider


def test_send_and_find(sandbox: Sandbox, client: SmsClient) -> None:
    """A message goes out once, and is found by its id, by its time and by its handle."""
    approval = approve(key="order-17")
    since = datetime.now(UTC) - timedelta(seconds=2)
    receipt = client.send(approval)
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.forecast is not None
    assert receipt.forecast.parts == 1
    [delivery] = sandbox.ledger
    assert (delivery.number, delivery.text, delivery.message_id) == (
        FIRST,
        TEXT,
        receipt.message_id,
    )
    provider = callr(client)
    message = client.call(provider.get(receipt.message_id or ""))
    assert message.user_data == provider.handle(approval)
    [sent] = client.pages(provider.find_sent(since, datetime.now(UTC)))
    assert sent.message_id == receipt.message_id
    [hit] = client.pages(provider.search({"user_data": provider.handle(approval)}))
    assert hit.id == receipt.message_id
    fetch = provider.fetch(receipt.message_id or "")
    assert fetch is not None
    sandbox.settle()
    found = client.call(fetch)
    assert found is not None
    assert (found.status, found.price) == ("RECEIVED", Money(Decimal("0.0650"), "EUR"))
    with pytest.raises(NotFound):
        client.call(provider.get("NONE0000"))


def test_refusals(sandbox: Sandbox, client: SmsClient) -> None:
    """A refusal is one with HTTP 200 too; nothing goes out."""
    for number, code in ((UNROUTED, "1000"), (FORBIDDEN, "100")):
        receipt = client.send(approve(number))
        assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, code)
    assert not sandbox.ledger


@pytest.mark.parametrize("switch", ["callr.wrong_id", "callr.null_result"])
def test_doubt(sandbox: Sandbox, client: SmsClient, switch: str) -> None:
    """An answer to another request, or with nothing in it, leaves a message in doubt."""
    sandbox.set_switch(switch, 1.0)
    assert client.send(approve()).outcome is Outcome.UNKNOWN
    assert len(sandbox.ledger) == 1


def test_credentials(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each way to authenticate works, acting for another too; wrong ones are told."""
    stand_in: Any = sandbox.stand_in("callr")
    ways = (
        {"api_key": stand_in.api_key},
        {"session_token": stand_in.session},
        {"api_key": stand_in.api_key, "login_as": f"User.login {stand_in.store.master.login}"},
    )
    with Journal(tmp_path / "sent.db") as journal:
        for way in ways:
            provider = make_provider(sandbox, login=None, password=None, **way)
            with SmsClient(provider, journal) as client:
                assert "sms.mo" in client.call(provider.webhooks.get_event_types())
        wrong = make_provider(sandbox, password="wrong", check_quote=False)  # noqa: S106  # invented
        with SmsClient(wrong, journal) as client:
            assert client.send(approve()).code == "401"
            with pytest.raises(AuthenticationFailed):
                client.call(wrong.search())
    assert not sandbox.ledger


def test_dearer_than_quoted(sandbox: Sandbox, client: SmsClient) -> None:
    """A message that the provider's own quote says is dearer is not sent."""
    with pytest.raises(Drifted):
        client.send(approve("+4915112345678"))
    assert not sandbox.ledger


def test_methods(client: SmsClient) -> None:
    """The other methods answer, in whatever shape the stand-in invented."""
    provider = callr(client)
    text = "Réduction ê"
    assert client.call(provider.get_quote(FIRST, text)).encoding == "UNICODE"
    assert client.call(provider.get_count_for_body("a" * 161)).parts == 2
    assert client.call(provider.get_gsm_charset_mapping())["€"] == "e"
    assert client.call(provider.export_async())
    now = datetime.now(UTC)
    assert client.call(provider.get_list("IN", now - timedelta(1), now)) == ()
    with pytest.raises(ProviderError):
        client.call(provider.search({}, {"sort": "nothing"}))


def test_pages(client: SmsClient) -> None:
    """Pages of any size have every message once."""
    numbers = [f"+3363998{each:04}" for each in range(7)]
    assert len(list(client.send_many(map(approve, numbers)))) == 7
    found = [each.number or "" for each in client.pages(callr(client).search({}, {"limit": 3}))]
    assert sorted(found) == numbers


class Receiver(BaseHTTPRequestHandler):
    """Takes whatever it is called with."""

    taken: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        """Keep a call."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as its base has it
        """Log nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """Receive webhooks; give where."""
    Receiver.taken.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


def test_webhooks(sandbox: Sandbox, client: SmsClient, receiver: str) -> None:
    """A message's own webhook and a subscribed one bring the same events, each well signed."""
    hook = Hook(endpoint=receiver, secret="s3cret", algorithm="SHA512")  # noqa: S106  # invented
    provider = callr(client)
    subscription = client.call(provider.webhooks.subscribe("sms.mt.status_update", hook))
    receipt = client.send(approve(), CallrOptions(webhook=hook))
    sandbox.settle()
    assert client.call(provider.webhooks.unsubscribe(subscription.hash or ""))
    sandbox.text_back("callr", FIRST, "", "Yes")
    sandbox.settle()
    events = [
        read_event(
            headers,
            body,
            "s3cret",
            now=datetime.now(UTC),
            tolerance=timedelta(minutes=5),
            algorithm="SHA512",
        )
        for headers, body in Receiver.taken
    ]
    *statuses, reply = events
    assert (reply.kind, reply.sender, reply.text) == (EventKind.INBOUND, FIRST, "Yes")
    assert {each.message_id for each in statuses} == {receipt.message_id}
    assert len(statuses) == 2 * len({each.id for each in statuses}) == 8
    assert {each.status for each in statuses} == {
        "PENDING",
        "SENT",
        "REMOTE_QUEUED",
        "RECEIVED",
    }
    assert {each.outcome for each in statuses} == {Outcome.ACCEPTED}


def test_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    """The newer API sends and finds the same messages, in an event loop too."""
    address = sandbox.addresses()["callr"]
    stand_in: Any = sandbox.stand_in("callr")
    base_url = address["base_url"].partition("/callr/")[0] + CallrRestStandIn.base_path
    keyed = CallrRest(api_key=stand_in.api_key, base_url=base_url)
    sid = CallrRest(
        api_key=stand_in.api_key, account_sid=stand_in.store.master.hash, base_url=base_url
    )

    async def send_both() -> list[str]:
        ids = []
        with Journal(tmp_path / "sent.db") as journal:
            for provider in (keyed, sid):
                async with AsyncSmsClient(provider, journal, run=str(id(provider))) as client:
                    receipt = await client.send(approve(), CallrOptions(nature="ALERTING"))
                    assert receipt.outcome is Outcome.ACCEPTED
                    found = await client.call(provider.get(receipt.message_id or ""))
                    assert found is not None
                    assert (found.text, found.nature) == (TEXT, "alerting")
                    refused = await client.send(approve(UNROUTED))
                    assert refused.outcome is Outcome.REJECTED
                    assert (await client.call(provider.ping())).pong
                    ids.append(receipt.message_id or "")
        return ids

    ids = asyncio.run(send_both())
    assert [each.message_id.lower() for each in sandbox.ledger] == ids
