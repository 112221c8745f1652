"""Close over real sockets: the wrapper against a stand-in that knows nothing of it.

The law of this file: what the wrapper says is held against the ledger of handsets.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sending_close import FIRST, SECOND, TEXT, approve

from smscore.errors import AuthenticationFailed, NotFound, ProviderError
from smscore.money import Money
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.events import EventKind
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome, Receipt, SentMessage
from smscore.send.providers.close import Close, CloseOptions, read_event
from smscore.send.sandbox.server import Sandbox
from smscore.send.steps import Retry

LANDLINE = "+13035550191"
QUICK = Retry(first=0.01, longest=2.0)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the stand-in, which hands messages over at once."""
    with Sandbox(providers=["close"], switches={"close.send_seconds": 0.0}) as running:
        yield running


def make_provider(sandbox: Sandbox, **options: Any) -> Close:
    """Make a provider by what the stand-in hands out."""
    return Close(**{**sandbox.addresses()["close"], **options})


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[SmsClient]:
    """Give a client that sends in two steps and does not wait for long."""
    provider = make_provider(sandbox)
    with (
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(provider, journal, retry=QUICK, timeout=0.5) as running,
    ):
        yield running


def close(client: SmsClient) -> Close:
    """Give the provider of a client."""
    assert isinstance(client.provider, Close)
    return client.provider


def fetch(client: SmsClient, receipt: Receipt) -> SentMessage:
    """Ask what became of a message."""
    call = client.provider.fetch(receipt.message_id or "")
    assert call is not None
    found = client.call(call)
    assert found is not None
    return found


def wait_for(met: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not met():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_send_and_find(sandbox: Sandbox, client: SmsClient) -> None:
    """A message goes out once, is found by id and by time, and its cost is told later."""
    since = datetime.now(UTC) - timedelta(seconds=2)
    receipt = client.send(approve(sender=None))
    assert receipt.outcome is Outcome.ACCEPTED
    wait_for(lambda: len(sandbox.ledger) == 1)
    [delivery] = sandbox.ledger
    assert (delivery.number, delivery.text, delivery.message_id) == (
        FIRST,
        TEXT,
        receipt.message_id,
    )
    found = fetch(client, receipt)
    assert (found.status, found.price) == ("sent", Money(Decimal("0.0079"), "USD"))
    [sent] = client.pages(client.provider.find_sent(since, datetime.now(UTC)))
    assert sent.message_id == receipt.message_id


@pytest.mark.parametrize("fault", ["timeout_after", "disconnect", "error_after", "html_after"])
def test_released_once(sandbox: Sandbox, client: SmsClient, fault: str) -> None:
    """Whatever befalls the answer to the release, the message goes out once, and is known to."""
    sandbox.set_faults(script=[fault], hold_seconds=2.0)
    receipt = client.send(approve(sender=None))
    assert receipt.outcome is Outcome.ACCEPTED
    wait_for(lambda: len(sandbox.ledger) == 1)
    assert fetch(client, receipt).status == "sent"


@pytest.mark.parametrize("fault", ["timeout_before", "error_before", "html_before", "rate_limit"])
def test_released_again(sandbox: Sandbox, client: SmsClient, fault: str) -> None:
    """A release that was not looked at is asked for again, and the message goes out once."""
    sandbox.set_faults(script=[fault], hold_seconds=2.0, retry_after=0.05)
    receipt = client.send(approve(sender=None))
    assert receipt.outcome is Outcome.ACCEPTED
    wait_for(lambda: len(sandbox.ledger) == 1)


def test_one_step_in_doubt(sandbox: Sandbox, tmp_path: Path) -> None:
    """In one step a lost answer leaves the message in doubt, and it is not sent again."""
    provider = make_provider(sandbox, two_steps=False)
    sandbox.set_faults(script=["disconnect"])
    with Journal(tmp_path / "sent.db") as journal, SmsClient(provider, journal) as client:
        assert client.send(approve(sender=None)).outcome is Outcome.UNKNOWN
        assert client.send(approve(SECOND, sender=None)).outcome is Outcome.ACCEPTED
    wait_for(lambda: len(sandbox.ledger) == 2)


def test_failed_after_success(sandbox: Sandbox, client: SmsClient) -> None:
    """A message that fails after it was taken is known to have failed."""
    receipt = client.send(approve(LANDLINE, sender=None))
    wait_for(lambda: fetch(client, receipt).outcome is Outcome.REJECTED)
    assert "landline" in (fetch(client, receipt).reason or "")
    assert not sandbox.ledger


def test_refusals(sandbox: Sandbox, client: SmsClient, tmp_path: Path) -> None:
    """A number that cannot send is refused when it is released; a wrong key at once."""
    receipt = client.send(approve(sender="+12025550112"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "400")
    assert "local_phone" in (receipt.reason or "")
    stranger = make_provider(sandbox, api_key="wrong")
    with Journal(tmp_path / "other.db") as journal, SmsClient(stranger, journal) as other:
        assert other.send(approve(sender=None)).code == "401"
        with pytest.raises(AuthenticationFailed):
            other.call(stranger.messages.list())
    assert not sandbox.ledger


def test_schedule_reschedule_cancel(sandbox: Sandbox, client: SmsClient) -> None:
    """A scheduled message waits, can be put off, and stopped; then it never goes out."""
    messages, now = close(client).messages, datetime.now(UTC)
    options = CloseOptions(date_scheduled=now + timedelta(seconds=30))
    receipt = client.send(approve(sender=None), options)
    assert (receipt.outcome, receipt.status) == (Outcome.ACCEPTED, "scheduled")
    key = receipt.message_id or ""
    later = client.call(messages.reschedule(key, now + timedelta(hours=1), now=now))
    assert (later.status, later.scheduled_at) == ("scheduled", now + timedelta(hours=1))
    stopped = client.call(messages.cancel(key, delete=True))
    assert stopped.cancelled
    with pytest.raises(NotFound):
        client.call(messages.get(key))
    with pytest.raises(NotFound):
        client.call(messages.cancel(key))
    assert not sandbox.ledger


def test_cancelled_too_late(sandbox: Sandbox, client: SmsClient) -> None:
    """What has gone out cannot be stopped, and that is told; what waits to be undone can."""
    messages = close(client).messages
    gone = client.send(approve(sender=None))
    wait_for(lambda: len(sandbox.ledger) == 1)
    late = client.call(messages.cancel(gone.message_id or ""))
    assert (late.cancelled, late.status) == (False, "sent")
    waiting = client.send(approve(SECOND, sender=None), CloseOptions(send_in=59))
    assert client.call(messages.cancel(waiting.message_id or "")).cancelled
    with pytest.raises(ProviderError, match="not scheduled"):
        client.call(
            messages.reschedule(
                waiting.message_id or "", datetime(2031, 5, 4, tzinfo=UTC), now=datetime.now(UTC)
            )
        )


def test_draft_of_a_template(sandbox: Sandbox, client: SmsClient) -> None:
    """A template is filled in by the provider, read back, quoted, approved, and released."""
    provider = close(client)
    template = client.call(provider.templates.create("Doors", text="To {{ remote_phone }}: at 7"))
    draft = client.call(
        provider.messages.create_draft(
            template_id=template.id, local_phone=provider.local_phone, remote_phone=FIRST
        )
    )
    assert draft.status == "draft"
    options = CloseOptions(draft_id=draft.id)
    other = client.send(approve(sender=None), options)
    assert (other.outcome, len(sandbox.ledger)) == (Outcome.REJECTED, 0)
    receipt = client.send(approve(text=draft.text or "", sender=None), options)
    assert (receipt.outcome, receipt.message_id) == (Outcome.ACCEPTED, draft.id)
    wait_for(lambda: len(sandbox.ledger) == 1)
    assert sandbox.ledger[0].text == f"To {FIRST}: at 7"
    assert [each.id for each in client.pages(provider.templates.list())] == [template.id]
    archived = client.call(provider.templates.update(template.id, status="archived"))
    assert archived.status == "archived"
    client.call(provider.templates.delete(template.id))
    with pytest.raises(NotFound):
        client.call(provider.templates.get(template.id))


def test_logging_sends_nothing(sandbox: Sandbox, client: SmsClient) -> None:
    """What is logged is not sent, and is no message that was."""
    messages = close(client).messages
    phones: Any = {"local_phone": close(client).local_phone}
    since = datetime.now(UTC) - timedelta(seconds=2)
    sent = client.call(messages.log_sent(text=TEXT, remote_phone=FIRST, **phones))
    came = client.call(
        messages.log_received(text="Yes", remote_phone=FIRST, send_to_inbox=True, **phones)
    )
    draft = client.call(messages.create_draft(text=TEXT, remote_phone=FIRST, **phones))
    changed = client.call(messages.update(draft.id, text="New"))
    assert (sent.status, came.status, changed.status, changed.text) == (
        "sent",
        "inbox",
        "draft",
        "New",
    )
    found = list(client.pages(client.provider.find_sent(since, datetime.now(UTC))))
    assert [(each.message_id, each.outcome) for each in found] == [(draft.id, Outcome.NOT_SENT)]
    assert not sandbox.ledger


def test_lists(client: SmsClient) -> None:
    """Pages of any size have every message once; what is filtered here is, on all of them."""
    messages = close(client).messages
    phones: Any = {"local_phone": close(client).local_phone}
    for place in range(7):
        make = messages.log_received if place % 3 else messages.log_sent
        client.call(make(text=str(place), remote_phone=FIRST, **phones))
    assert len(list(client.pages(messages.list(limit=2)))) == 7
    inbound = client.pages(messages.list(limit=2, direction="inbound", statuses={"inbox"}))
    assert sorted(each.text or "" for each in inbound) == ["1", "2", "4", "5"]
    many = [f"acti_{each:030}" for each in range(100)]
    assert not list(client.pages(messages.list(ids=many)))
    with pytest.raises(ProviderError) as caught:
        client.call(messages.list(limit=201))
    assert "_limit" in caught.value.fields


def test_reach(client: SmsClient) -> None:
    """A number that can send to a country is told from those that cannot."""
    numbers = close(client).phone_numbers
    assert client.call(numbers.can_text("+12025550111", "CA"))
    assert not client.call(numbers.can_text("+12025550111", "FR"))
    assert not client.call(numbers.can_text("+12025550112", "US"))
    assert not client.call(numbers.can_text("+12025550199", "US"))


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


def test_events(sandbox: Sandbox, client: SmsClient, receiver: str) -> None:
    """Events are signed by the subscription's key, and the log has the same ones."""
    provider = close(client)
    subscription = client.call(provider.webhooks.create(receiver))
    receipt = client.send(approve(sender=None))
    wait_for(lambda: len(sandbox.ledger) == 1)
    sandbox.text_back("close", FIRST, provider.local_phone or "", "Yes")
    sandbox.settle()
    events = [
        read_event(
            headers,
            body,
            subscription.signature_key,
            now=datetime.now(UTC),
            tolerance=timedelta(minutes=5),
        )
        for headers, body in Receiver.taken
    ]
    statuses = [each for each in events if each.kind is EventKind.STATUS]
    assert {each.message_id for each in statuses} == {receipt.message_id}
    told = {(each.status, each.outcome) for each in statuses}
    assert told == {
        ("draft", None),
        ("outbox", Outcome.ACCEPTED),
        ("sent", Outcome.ACCEPTED),
    }
    [reply] = [each for each in events if each.kind is EventKind.INBOUND]
    assert (reply.sender, reply.text) == (FIRST, "Yes")
    logged = list(client.pages(provider.event_log.list(limit=2)))
    assert {each.id for each in logged} == {each.id for each in events}
    assert client.call(provider.webhooks.get(subscription.id)).signature_key is None
    paused = client.call(provider.webhooks.update(subscription.id, status="paused"))
    assert paused.status == "paused"
    client.call(provider.webhooks.delete(subscription.id))
    assert not list(client.pages(provider.webhooks.list()))


def test_event_loop(sandbox: Sandbox, tmp_path: Path) -> None:
    """A token sends as a key does, in an event loop too."""
    stand_in: Any = sandbox.stand_in("close")
    [token] = stand_in.tokens
    provider = make_provider(sandbox, api_key=None, access_token=token)

    async def send() -> Outcome:
        with Journal(tmp_path / "sent.db") as journal:
            async with AsyncSmsClient(provider, journal) as client:
                return (await client.send(approve(sender=None))).outcome

    assert asyncio.run(send()) is Outcome.ACCEPTED
    wait_for(lambda: len(sandbox.ledger) == 1)
