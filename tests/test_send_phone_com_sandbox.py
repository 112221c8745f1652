"""Phone.com over real sockets: the wrapper against a stand-in that knows nothing of it.

The law of this file: what the wrapper says is held against the ledger of handsets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sending_phone_com import TEXT, approve

from smscore.errors import AuthenticationFailed, NotFound, ProviderError
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.providers.phone_com import CallbackConfig, Filter, PhoneCom, PhoneComOptions
from smscore.send.sandbox.server import Sandbox

USUAL = "+12025550122"
FAILS, LOST, AT_ONCE, QUEUED, REFUSED, UNTOLD, ODD = (f"+1202555019{n}" for n in range(7))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the stand-in."""
    with Sandbox(providers=["phone_com"]) as running:
        yield running


def make_provider(sandbox: Sandbox, **options: Any) -> PhoneCom:
    """Make a provider by what the stand-in hands out."""
    address = sandbox.addresses()["phone_com"]
    given = {
        "access_token": address["access_token"],
        "account_id": address["account_id"],
        "base_url": address["base_url"],
        "sender": address["from"],
        **options,
    }
    return PhoneCom(**given)


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[SmsClient]:
    """Give a client that sends bulk, ten recipients in a request."""
    provider = make_provider(sandbox, allow_bulk=True, recipients_per_request=10)
    with Journal(tmp_path / "sent.db") as journal, SmsClient(provider, journal) as running:
        yield running


def phone_com(client: SmsClient) -> PhoneCom:
    """Give the provider of a client."""
    assert isinstance(client.provider, PhoneCom)
    return client.provider


def test_each_recipient_has_its_outcome(sandbox: Sandbox, client: SmsClient) -> None:
    """A group is one request; whoever was left out, or has an odd status, is in doubt."""
    numbers = [USUAL, FAILS, LOST, AT_ONCE, QUEUED, UNTOLD, ODD]
    receipts = list(client.send_many(approve(each, sender=None) for each in numbers))
    assert [each.outcome for each in receipts] == [
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.UNKNOWN,
        Outcome.ACCEPTED,
        Outcome.ACCEPTED,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
    ]
    assert receipts[6].status == "in_limbo"
    reached = {each.number for each in sandbox.ledger}
    assert reached == {USUAL, AT_ONCE, UNTOLD, ODD}
    ids = {each.number: each.message_id for each in sandbox.ledger}
    assert (receipts[0].message_id, receipts[3].message_id) == (ids[USUAL], ids[AT_ONCE])


def test_refusals(sandbox: Sandbox, client: SmsClient, tmp_path: Path) -> None:
    """A refused number is rejected with its reason, and a wrong token as itself; nothing goes."""
    receipt = client.send(approve(REFUSED, sender=None))
    assert (receipt.outcome, receipt.code, receipt.http_status) == (Outcome.REJECTED, "422", 422)
    stranger = make_provider(sandbox, access_token="wrong")  # noqa: S106  # invented
    with Journal(tmp_path / "other.db") as journal, SmsClient(stranger, journal) as other:
        assert other.send(approve(sender=None)).code == "401"
        with pytest.raises(AuthenticationFailed):
            other.call(stranger.ping())
    assert not sandbox.ledger


def test_what_was_sent_is_found(client: SmsClient) -> None:
    """Sent messages are found by time, by filters and by id, and can be marked."""
    provider = phone_com(client)
    since = datetime.now(UTC) - timedelta(seconds=2)
    receipts = list(client.send_many(approve(each, sender=None) for each in (USUAL, AT_ONCE)))
    now = datetime.now(UTC)
    found = {each.number: each for each in client.pages(provider.find_sent(since, now))}
    assert set(found) == {USUAL, AT_ONCE}
    assert found[AT_ONCE].message_id == receipts[1].message_id
    assert (found[AT_ONCE].status, found[AT_ONCE].text) == ("delivered", TEXT)
    filters = [Filter("to", "eq", USUAL), Filter("direction", "ne", "in")]
    [message] = client.pages(provider.list_messages(filters, limit=1))
    assert message.text == TEXT
    fetch = provider.fetch(receipts[0].message_id or "")
    assert fetch is not None
    one = client.call(fetch)
    assert one is not None
    assert one.number == USUAL
    marked = client.call(provider.mark_read(receipts[0].message_id or ""))
    assert marked.is_new is False
    with pytest.raises(NotFound):
        client.call(provider.get_message("none"))


def test_pages(client: SmsClient) -> None:
    """Pages of any size have every message once."""
    numbers = [f"+120255501{each:02}" for each in range(7)]
    assert len(list(client.send_many(approve(each, sender=None) for each in numbers))) == 7
    call = phone_com(client).list_messages(sort={"created_at": "asc"}, limit=3)
    found = [each.recipients[0].number for each in client.pages(call)]
    assert sorted(filter(None, found)) == numbers


def test_what_is_not_stored_is_not_found(sandbox: Sandbox, client: SmsClient) -> None:
    """From a number without an extension, only a message with a mailbox is kept."""
    provider, sender = phone_com(client), "+12025550181"
    lost = client.send(approve(USUAL, sender=sender))
    options = PhoneComOptions(
        store_extension_id=int(sandbox.stand_in("phone_com").more()["extension_id"])
    )
    kept = client.send(approve(AT_ONCE, sender=sender), options)
    assert lost.accepted
    assert kept.accepted
    for receipt, known in ((lost, False), (kept, True)):
        fetch = provider.fetch(receipt.message_id or "")
        assert fetch is not None
        assert (client.call(fetch) is not None) == known


def test_extension(sandbox: Sandbox, tmp_path: Path) -> None:
    """An extension's token sends by the extension's path, and by no other; in an event loop too."""
    more = sandbox.stand_in("phone_com").more()
    token = more["extension_token"]
    own = make_provider(sandbox, access_token=token, extension_id=more["extension_id"])
    other = make_provider(sandbox, access_token=token)

    async def send_both() -> list[Outcome]:
        outcomes = []
        with Journal(tmp_path / "sent.db") as journal:
            for provider in (own, other):
                async with AsyncSmsClient(provider, journal, run=str(id(provider))) as client:
                    approval = approve(USUAL, sender=None)
                    outcomes.append((await client.send(approval)).outcome)
        return outcomes

    assert asyncio.run(send_both()) == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert len(sandbox.ledger) == 1


def test_tokens(sandbox: Sandbox, client: SmsClient) -> None:
    """The token in use is described; a refresh token that is none is refused."""
    assert client.call(phone_com(client).describe_token()).scope
    more = sandbox.stand_in("phone_com").more()
    call = phone_com(client).refresh_token(
        "none", client_id=more["client_id"], client_secret=more["client_secret"]
    )
    with pytest.raises(ProviderError):
        client.call(call)


def test_callback_that_nobody_answers(client: SmsClient) -> None:
    """A callback whose URL does not answer the trial is not made; the list of them is empty."""
    provider = phone_com(client)
    config = CallbackConfig(url="http://127.0.0.1:9/hook", headers={"X-Api-Key": "secret"})
    with pytest.raises(ProviderError):
        client.call(provider.events.create_callback(config, mode="HTTP"))
    assert not list(client.pages(provider.events.list_callbacks()))
    assert not list(client.pages(provider.listeners.list()))
