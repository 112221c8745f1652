"""Webhooks over real sockets: what stand-ins call with, into the journal.

The law of this file: events come as the stand-in sends them, doubled and out of order; nothing of
them is made here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandboxes import Heard, listening
from sending_callr import SECOND, approve

from smscore.send.client import SmsClient
from smscore.send.events import Event, EventKind
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.providers.callr import Callr, CallrOptions, Hook
from smscore.send.sandbox.server import Sandbox
from smscore.send.webhooks import parse

SECRET = "s3cret-of-the-webhook"  # noqa: S105  # nobody's
FAILS = "+33639989992"


def make_provider(sandbox: Sandbox) -> Callr:
    """Make CALLR."""
    address = sandbox.addresses()["callr"]
    return Callr(
        login=address["login"],
        password=address["password"],
        base_url=address["base_url"],
        currency="EUR",
    )


def take(journal: Journal, heard: list[Heard]) -> list[Event]:
    """Take what was heard."""
    options: dict[str, Any] = {"algorithm": "SHA256", "currency": "EUR"}
    return [
        parse("callr", each.headers, each.body, SECRET, journal=journal, **options)
        for each in heard
    ]


def test_statuses_of_messages(tmp_path: Path) -> None:
    """However often and in whatever order statuses come, the last is known, and the price."""
    with (
        Sandbox(
            providers=["callr"],
            switches={"callr.seconds_to_delivery": 0.2, "callr.shuffle_webhooks": True},
        ) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        listening() as listener,
        SmsClient(make_provider(sandbox), journal) as client,
    ):
        provider = make_provider(sandbox)
        hook = Hook(endpoint=listener.url, secret=SECRET)
        client.call(provider.webhooks.subscribe("sms.mt.status_update", hook))
        sandbox.set_faults(duplicate_webhook=0.5, reorder_webhook=0.5, reorder_seconds=0.1)
        # One whose answer never comes: its event says what became of it.
        client.send(approve(SECOND, key="a"), CallrOptions(webhook=hook))
        client.send(approve(FAILS, key="b"), CallrOptions(webhook=hook))
        sandbox.set_faults(clock_skew=60)
        sandbox.settle()
        events = take(journal, listener.heard)
        assert {each.kind for each in events} == {EventKind.STATUS}
        assert any(each.duplicate for each in events)
        first, second = journal.entries()
        assert (first.state, first.status) == (State.ACCEPTED, "RECEIVED")
        assert (second.state, second.status) == (State.REJECTED, "FAILED")
        assert first.price is not None
        again = take(journal, list(reversed(listener.heard)))
        assert all(each.duplicate for each in again)
        assert list(journal.entries()) == [first, second]


def test_a_status_ends_doubt(tmp_path: Path) -> None:
    """A message whose answer never came is known by its first status."""
    with (
        Sandbox(providers=["callr"]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        listening() as listener,
        SmsClient(make_provider(sandbox), journal) as client,
    ):
        sandbox.set_faults(script=["disconnect"])
        hook = Hook(endpoint=listener.url, secret=SECRET)
        receipt = client.send(approve(SECOND), CallrOptions(webhook=hook))
        assert receipt.outcome is Outcome.UNKNOWN
        sandbox.set_faults(clock_skew=60)
        sandbox.settle()
        take(journal, listener.heard)
        [entry] = journal.entries()
        [delivery] = sandbox.ledger
        assert (entry.state, entry.message_id) == (State.ACCEPTED, delivery.message_id)
        assert entry.status == "RECEIVED"
