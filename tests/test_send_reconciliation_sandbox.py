"""Reconciliation over real sockets: what the journal says is held against the handsets.

The law of this file: what arrived is counted by stand-ins that know nothing of the journal. Nothing
that arrived may be said to be unsent, and nothing that did not to be accepted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.money import Money
from smscore.quoting import quote
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.reconciliation import Reconciliation, reconcile
from smscore.send.sandbox.server import Sandbox
from smscore.send.steps import Retry
from smscore.send.variances import VarianceKind

QUICK = Retry(attempts=2, first=0.0, longest=1.0)
EUROS = RateDeck.parse(b"prefix,price,currency\n336,0.0650,EUR\n", "euros.csv")
DOLLARS = RateDeck.parse(b"prefix,price,currency\n1,0.01,USD\n", "dollars.csv")

# Half of these make a message go out whose answer never comes, half do not.
FAULTS: list[str | None] = [
    None,
    "timeout_after",
    "timeout_before",
    "disconnect",
    "error_after",
    None,
    "error_before",
    "html_after",
    "html_before",
    "cut_body",
    "rate_limit",
    None,
]


class WholeCallr(Callr):
    """CALLR, whose stand-in lists everything, as it is not documented to do itself."""

    history_complete: ClassVar[bool] = True


def make_callr(sandbox: Sandbox) -> Provider:
    """Make CALLR, as if its records were whole."""
    address = sandbox.addresses()["callr"]
    return WholeCallr(
        login=address["login"],
        password=address["password"],
        base_url=address["base_url"],
        currency="EUR",
    )


def make_close(sandbox: Sandbox, *, two_steps: bool = False) -> Provider:
    """Make Close, which sends in one step unless a test says otherwise."""
    address = sandbox.addresses()["close"]
    return Close(
        api_key=address["api_key"],
        base_url=address["base_url"],
        local_phone=address["local_phone"],
        two_steps=two_steps,
    )


def make_phone_com(sandbox: Sandbox) -> Provider:
    """Make Phone.com."""
    address = sandbox.addresses()["phone_com"]
    return PhoneCom(
        access_token=address["access_token"],
        account_id=address["account_id"],
        base_url=address["base_url"],
        sender=address["from"],
        store_extension_id=address.get("extension_id"),
    )


def make_voip(sandbox: Sandbox) -> Provider:
    """Make voip-communications.net."""
    address = sandbox.addresses()["voip_communications"]
    return VoipCommunications(
        api_key=address["api_key"],
        api_password=address["api_password"],
        base_url=address["base_url"],
        mode="bulk",
        currency="USD",
        account_zone="UTC",
    )


MAKERS: dict[str, Callable[[Sandbox], Provider]] = {
    "callr": make_callr,
    "close": make_close,
    "phone_com": make_phone_com,
    "voip_communications": make_voip,
}
COMPLETE = {"callr"}


def approve_all(name: str, count: int, first: int = 0) -> list[Approval]:
    """Approve so many messages, each to its own number, two of them alike."""
    stem, deck = ("+3363998{:04}", EUROS) if name == "callr" else ("+1202555{:04}", DOLLARS)
    return [
        Guard().approve(
            quote(f"Doors open at {each}", to=stem.format(each + 100), deck=deck, profile=name),
            key=f"key-{each}",
        )
        for each in range(first, first + count)
    ]


def follow(client: SmsClient, **options: Any) -> Reconciliation:
    """Reconcile without waiting for anything to come."""
    values = {"grace": timedelta(0), **options}
    return client.follow(reconcile(client.provider, client.journal, client.terms, **values))


def check(sandbox: Sandbox, journal: Journal, approvals: Sequence[Approval]) -> Counter[State]:
    """Hold the journal against the handsets."""
    arrived = {journal.hash_number(each.number) for each in sandbox.ledger}
    entries = {each.number_hash: each for each in journal.entries()}
    assert entries.keys() == {journal.hash_number(each.quote.to) for each in approvals}
    for hashed, entry in entries.items():
        assert not (hashed in arrived and entry.state in (State.NOT_SENT, State.REJECTED))
        assert hashed in arrived or entry.state is not State.ACCEPTED
    return Counter(each.state for each in entries.values())


@pytest.mark.parametrize("name", list(MAKERS))
def test_a_campaign_through_faults(tmp_path: Path, name: str) -> None:
    """Whatever became of the answers, afterwards the journal says what the handsets say."""
    approvals = approve_all(name, len(FAULTS))
    with (
        Sandbox(providers=[name]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(MAKERS[name](sandbox), journal, retry=QUICK, timeout=0.3, limits={}) as client,
    ):
        sandbox.set_faults(script=FAULTS, hold_seconds=1.0, retry_after=0.0)
        receipts = list(client.send_many(approvals))
        doubtful = [each for each in receipts if each.outcome is Outcome.UNKNOWN]
        assert len(doubtful) == 8
        sandbox.set_faults(clock_skew=60)
        found = follow(client)
        states = check(sandbox, journal, approvals)
        assert len({each.number for each in sandbox.ledger}) == 9
        assert states[State.ACCEPTED] == 9
        if name in COMPLETE:
            assert states[State.NOT_SENT] == 3
            assert found.unresolved == ()
        else:
            assert states[State.UNKNOWN] == len(found.unresolved) == 3
        assert found.extra == ()
        again = follow(client)
        assert (again.changes, again.extra) == ((), ())
        assert check(sandbox, journal, approvals) == states


def test_a_campaign_in_two_steps(tmp_path: Path) -> None:
    """What was stored first is known by its id: a draft that stayed one is not sent."""
    approvals = approve_all("close", len(FAULTS))
    with (
        Sandbox(providers=["close"]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(
            make_close(sandbox, two_steps=True),
            journal,
            retry=Retry(attempts=1),
            timeout=0.3,
            limits={},
        ) as client,
    ):
        # Storing, releasing and looking fail alike, each time before or after it is done.
        sandbox.set_faults({"on": "all", "html": 0.15, "error_before": 0.2, "disconnect": 0.15})
        receipts = list(client.send_many(approvals))
        assert {each.outcome for each in receipts} >= {Outcome.UNKNOWN, Outcome.ACCEPTED}
        sandbox.set_faults(clock_skew=60)
        found = follow(client)
        states = check(sandbox, journal, approvals)
        assert (states[State.UNKNOWN], found.unresolved, found.extra) == (0, (), ())
        assert states[State.ACCEPTED] == len(sandbox.ledger)
        list(client.send_many(approvals))
        sandbox.set_faults(clock_skew=120)
        follow(client)
        received = Counter(each.number for each in sandbox.ledger)
        assert received == {each.quote.to: 1 for each in approvals}


def test_what_was_unsent_is_sent_once(tmp_path: Path) -> None:
    """What was proven not to have gone out goes out when it is sent again; the rest does not."""
    approvals = approve_all("callr", len(FAULTS))
    with (
        Sandbox(providers=["callr"]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(make_callr(sandbox), journal, retry=QUICK, timeout=0.3) as client,
    ):
        sandbox.set_faults(script=FAULTS, hold_seconds=1.0, retry_after=0.0)
        list(client.send_many(approvals))
        follow(client)
        sandbox.set_faults()
        again = list(client.send_many(approvals))
        assert {each.outcome for each in again} == {Outcome.ACCEPTED}
        received = Counter(each.number for each in sandbox.ledger)
        assert received == {each.quote.to: 1 for each in approvals}


@pytest.mark.parametrize("skew", [3600.0, -3600.0, 700.0])
@pytest.mark.parametrize("name", ["callr", "close"])
def test_a_provider_whose_clock_is_wrong(tmp_path: Path, name: str, skew: float) -> None:
    """What went out is never found unsent for a clock that is wrong, and not sent a second time."""
    approvals = approve_all(name, 1)
    with (
        Sandbox(providers=[name]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(MAKERS[name](sandbox), journal, retry=QUICK) as client,
    ):
        sandbox.set_faults(script=["disconnect"], clock_skew=skew)
        assert [each.outcome for each in client.send_many(approvals)] == [Outcome.UNKNOWN]
        sandbox.set_faults(clock_skew=skew)
        follow(client)
        check(sandbox, journal, approvals)
        list(client.send_many(approvals))
        assert len({each.message_id for each in sandbox.ledger}) == len(sandbox.ledger) <= 1


def test_two_accounts_in_one_journal(tmp_path: Path) -> None:
    """What went out by one account is not said to be unsent by another, nor sent by it again."""
    approvals = approve_all("callr", 1)
    with (
        Sandbox(providers=["callr"]) as one,
        Sandbox(providers=["callr"], seed=7) as two,
        Journal(tmp_path / "sent.db") as journal,
    ):
        one.set_faults(script=["disconnect"])
        with SmsClient(make_callr(one), journal, run="doors", retry=QUICK) as client:
            assert [each.outcome for each in client.send_many(approvals)] == [Outcome.UNKNOWN]
        with SmsClient(make_callr(two), journal, run="doors", retry=QUICK) as client:
            assert len(follow(client).unresolved) == 1
            assert [each.outcome for each in client.send_many(approvals)] == [Outcome.UNKNOWN]
        assert (len(one.ledger), len(two.ledger)) == (1, 0)
        with SmsClient(make_callr(one), journal, run="doors", retry=QUICK) as client:
            assert follow(client).unresolved == ()


def test_prices_and_variances(tmp_path: Path) -> None:
    """CALLR tells what it billed, later: one message costs a part more than was counted."""
    dearer, failed, usual = "+33639989997", "+33639989992", "+33639980001"
    approvals = [
        Guard().approve(quote("Doors open at 7", to=each, deck=EUROS, profile="callr"))
        for each in (usual, dearer, failed)
    ]
    with (
        Sandbox(providers=["callr"]) as sandbox,
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(make_callr(sandbox), journal) as client,
    ):
        assert {each.outcome for each in client.send_many(approvals)} == {Outcome.ACCEPTED}
        assert [each.price for each in journal.entries()] == [None] * 3
        sandbox.set_faults(clock_skew=3600)
        found = follow(client)
        first, second, third = journal.entries()
        assert (first.status, first.price) == ("RECEIVED", Money(Decimal("0.065"), "EUR"))
        assert (second.billed_parts, second.price) == (2, Money(Decimal("0.13"), "EUR"))
        assert (third.state, third.status) == (State.REJECTED, "FAILED")
        kinds = [each.kind for each in found.variances]
        assert kinds[0] is VarianceKind.PARTS
        [total] = found.totals
        assert total.explanation["parts"] == Decimal("0.065")
        assert sum(total.explanation.values()) == total.difference
        assert third.price is None or VarianceKind.UNSENT in kinds


def test_in_an_event_loop(tmp_path: Path) -> None:
    """The client for event loops follows the same flow, to the same end."""
    approvals = approve_all("callr", 3)

    async def send() -> Reconciliation:
        async with AsyncSmsClient(make_callr(sandbox), journal, retry=QUICK) as client:
            async for _ in client.send_many(approvals):
                pass
            flow = reconcile(client.provider, journal, client.terms, grace=timedelta(0))
            return await client.follow(flow)

    with Sandbox(providers=["callr"]) as sandbox, Journal(tmp_path / "sent.db") as journal:
        sandbox.set_faults(script=["disconnect", "error_before", None])
        found = asyncio.run(send())
        assert len(found.changes) >= 2
        assert check(sandbox, journal, approvals)[State.ACCEPTED] == 2


def test_another_program_on_the_same_account(tmp_path: Path) -> None:
    """What another journal's program sends is extra here, and none of it is taken for ours."""
    ours, theirs = approve_all("callr", 2), approve_all("callr", 3, first=1)
    with (
        Sandbox(providers=["callr"]) as sandbox,
        Journal(tmp_path / "ours.db") as journal,
        Journal(tmp_path / "theirs.db") as other,
    ):
        with SmsClient(make_callr(sandbox), other) as client:
            list(client.send_many(theirs))
        sandbox.set_faults(script=["disconnect", "disconnect"])
        with SmsClient(make_callr(sandbox), journal) as client:
            list(client.send_many(ours))
            # CALLR tells times to the second.
            found = follow(client, since=datetime.now(UTC) - timedelta(minutes=1))
        assert [each.state for each in journal.entries()] == [State.ACCEPTED] * 2
        assert len(found.extra) == 3
