"""voip-communications.net over real sockets: the wrapper against a stand-in.

The law of this file: what the wrapper says is held against the ledger of handsets. Paths beyond
`sms/send` are the stand-in's own inventions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sending_voip import TEXT, approve

from smscore.errors import AuthenticationFailed, ProviderError
from smscore.money import Money
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.providers.voip_communications import VoipCommunications, VoipOptions
from smscore.send.sandbox.server import Sandbox

USUAL = "+12025550122"
FAILS, LOST, UNTOLD = "+12025550190", "+12025550191", "+12025550195"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the stand-in."""
    with Sandbox(providers=["voip_communications"]) as running:
        yield running


def make_provider(sandbox: Sandbox, **options: Any) -> VoipCommunications:
    """Make a provider by what the stand-in hands out."""
    address = sandbox.addresses()["voip_communications"]
    given = {
        "api_key": address["api_key"],
        "api_password": address["api_password"],
        "base_url": address["base_url"],
        "mode": "two_way",
        "sender": address["from"],
        "currency": "USD",
        "account_zone": "UTC",
        "scheduled_list_path": "sms/scheduled",
        "scheduled_delete_path": "sms/delete",
        **options,
    }
    return VoipCommunications(**given)


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[SmsClient]:
    """Give a client."""
    with (
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(make_provider(sandbox), journal) as running,
    ):
        yield running


def voip(client: SmsClient) -> VoipCommunications:
    """Give the provider of a client."""
    assert isinstance(client.provider, VoipCommunications)
    return client.provider


@pytest.mark.parametrize("switch", [None, "entry_per_part", "unique_ids", "text_codes"])
def test_each_recipient_has_its_outcome(
    sandbox: Sandbox, client: SmsClient, switch: str | None
) -> None:
    """A failure inside a 200 and a recipient left out are told apart, however logs are written."""
    if switch:
        sandbox.set_switch(f"voip_communications.{switch}")
    numbers, text = [USUAL, FAILS, LOST, UNTOLD], "a" * 161
    receipts = list(client.send_many(approve(each, text=text) for each in numbers))
    assert [each.outcome for each in receipts] == [
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
    ]
    assert receipts[0].price == Money(Decimal("0.025"), "USD")
    assert receipts[1].code == "400"
    assert {each.number for each in sandbox.ledger} == {USUAL, UNTOLD}
    assert {each.text for each in sandbox.ledger} == {text}


def test_text_arrives_whole(sandbox: Sandbox, client: SmsClient) -> None:
    """Characters that part the fields of a form arrive as they are."""
    text = "50% off & more + café = ¥ 7; #1 €"
    assert client.send(approve(text=text)).accepted
    assert [each.text for each in sandbox.ledger] == [text]


def test_bulk(sandbox: Sandbox, tmp_path: Path) -> None:
    """Bulk costs less and goes without a sender; in an event loop too."""
    provider = make_provider(sandbox, mode="bulk", sender=None)

    async def send() -> Any:
        with Journal(tmp_path / "sent.db") as journal:
            async with AsyncSmsClient(provider, journal) as client:
                return await client.send(approve())

    receipt = asyncio.run(send())
    assert receipt.accepted
    assert receipt.price == Money(Decimal("0.01"), "USD")


def test_refusals(sandbox: Sandbox, client: SmsClient, tmp_path: Path) -> None:
    """A foreign sender and wrong credentials are rejected as themselves; nothing goes out."""
    receipt = client.send(approve(sender="+12025550199"))
    assert (receipt.outcome, receipt.http_status) == (Outcome.REJECTED, 200)
    assert receipt.reason == "The from number is not yours"
    stranger = make_provider(sandbox, api_password="wrong")  # noqa: S106  # invented
    with Journal(tmp_path / "other.db") as journal, SmsClient(stranger, journal) as other:
        assert other.send(approve()).http_status == 401
        with pytest.raises(AuthenticationFailed):
            other.call(stranger.summary())
    assert not sandbox.ledger


def test_scheduled(sandbox: Sandbox, client: SmsClient) -> None:
    """What waits for its date is listed and deleted, once."""
    date = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    receipt = client.send(approve(), VoipOptions(delivery_date=date))
    assert (receipt.outcome, receipt.status) == (Outcome.ACCEPTED, "SCHEDULED")
    [waiting] = client.call(voip(client).list_scheduled())
    assert (waiting.smsid, waiting.at) == (receipt.message_id, date)
    client.call(voip(client).cancel_scheduled(receipt.message_id or ""))
    assert client.call(voip(client).list_scheduled()) == ()
    with pytest.raises(ProviderError, match="No such scheduled"):
        client.call(voip(client).cancel_scheduled(receipt.message_id or ""))
    assert not sandbox.ledger


def test_conversations(sandbox: Sandbox, client: SmsClient) -> None:
    """What was sent is in the overview and the conversation, page by page, with the replies."""
    numbers = [f"+120255501{each:02}" for each in range(5)]
    sandbox.set_switch("voip_communications.page_size", 2)
    assert all(each.accepted for each in client.send_many(map(approve, numbers)))
    now = datetime.now(UTC)
    found = list(client.pages(voip(client).find_sent(now, now)))
    assert sorted(each.number for each in found) == numbers
    assert {(each.text, each.outcome) for each in found} == {(TEXT, Outcome.ACCEPTED)}
    assert all(each.at and abs(each.at - now) < timedelta(minutes=1) for each in found)
    own = sandbox.addresses()["voip_communications"]["from"]
    sandbox.text_back("voip_communications", numbers[0], f"+{own}", "Yes")
    [reply, sent] = client.pages(voip(client).chat(f"+{own}", numbers[0]))
    assert (reply.direction, reply.text, sent.direction) == ("IN", "Yes", "OUT")
