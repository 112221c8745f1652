"""Send a campaign through a provider that fails at random, and count what must be zero.

The law of this file: the ledger of the sandbox's handsets is the truth, and the journal is held
against it. Chance is seeded, so that a run can be run again. It exits 1 if any count that must be
zero is not.

    python tools/run_faults.py                          10,000 messages with each provider
    python tools/run_faults.py close --messages 500     fewer, with one
"""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from smscore.caps import Cap
from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.client import AsyncSmsClient
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome, Receipt
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom, PhoneComOptions
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.reconciliation import reconcile
from smscore.send.sandbox.server import Sandbox
from smscore.send.steps import Retry

PROVIDERS = ("phone_com", "voip_communications", "callr", "close")
PRICE = Decimal("0.02")
SPARED = 20
"""The cap has room for all messages but so many in a thousand."""

FAULTS: dict[str, object] = {
    "rate_limit": 0.01,
    "storm": 3,
    "retry_after": 0.02,
    "error_before": 0.02,
    "error_after": 0.02,
    "timeout_before": 0.005,
    "timeout_after": 0.005,
    "hold_seconds": 3.0,
    "disconnect": 0.02,
    "cut_body": 0.02,
    "html": 0.02,
    "slow": 0.02,
    "slow_seconds": 0.05,
    "partial": 0.02,
}
TIMEOUT = 1.5

# Of an address, what is no credential, or is a number of the account's own.
_KNOWN_TO_ALL = {"base_url", "account_id", "from", "local_phone"}


@dataclass
class Figures:
    """What a run came to. Those of `wrong` must be zero."""

    provider: str
    messages: int = 0
    requests: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    unknown_before: int = 0
    unknown_after: int = 0
    refused: int = 0
    delivered: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def to_text(self) -> str:
        """Tell the figures in a line."""
        outcomes = ", ".join(f"{number} {name}" for name, number in sorted(self.outcomes.items()))
        wrong = ", ".join(f"{number} {name}" for name, number in self.wrong.items())
        return (
            f"{self.provider}: {self.messages} messages, {sum(self.faults.values())} faults; "
            f"{outcomes}; {self.unknown_before} unknown, after reconciling {self.unknown_after}; "
            f"{self.delivered} delivered; {wrong} ({self.seconds:.0f} s)"
        )


def make_provider(name: str, address: dict[str, str]) -> tuple[Provider, object]:
    """Give a provider that speaks to the sandbox, and the options of its messages."""
    url = address["base_url"]
    if name == "phone_com":
        provider = PhoneCom(
            access_token=address["access_token"],
            account_id=address["account_id"],
            sender=address["from"],
            base_url=url,
        )
        return provider, PhoneComOptions(store_extension_id=None)
    if name == "voip_communications":
        return VoipCommunications(
            api_key=address["api_key"],
            api_password=address["api_password"],
            mode="two_way",
            sender=address["from"],
            base_url=url,
        ), None
    if name == "callr":
        return Callr(login=address["login"], password=address["password"], base_url=url), None
    return Close(api_key=address["api_key"], local_phone=address["local_phone"], base_url=url), None


def make_messages(count: int) -> Iterator[tuple[str, str]]:
    """Give numbers and texts, all different, that no stand-in treats in its own way."""
    for place in range(count):
        yield f"+1212{2_000_000 + 7 * place}", f"Your parcel {place:05} is on its way"


async def send(
    figures: Figures,
    client: AsyncSmsClient,
    approvals: list[Approval],
    options: object,
    concurrency: int,
) -> list[Receipt]:
    """Send all, and time it."""
    begin = time.perf_counter()
    receipts = [
        each async for each in client.send_many(approvals, options, concurrency=concurrency)
    ]
    figures.seconds += time.perf_counter() - begin
    return receipts


async def run(name: str, count: int, seed: int, concurrency: int, folder: Path) -> Figures:
    """Run one campaign with faults, reconcile it, run it again, and count."""
    figures = Figures(name, messages=count)
    deck = RateDeck.parse(f"price,currency\n{PRICE},USD\n".encode(), "deck.csv")
    cap = PRICE * (count - count * SPARED // 1000)
    guard = Guard(max_total=cap, caps=[Cap("day", recipients=count), Cap("run", parts=count)])
    messages = list(make_messages(count))

    def approve_all() -> list[Approval]:
        return [
            guard.approve(quote(text, to=to, deck=deck, profile=name), key=f"parcel-{place}")
            for place, (to, text) in enumerate(messages)
        ]

    with Sandbox(seed=seed, providers=[name]) as sandbox, Journal(folder / f"{name}.db") as journal:
        address = sandbox.addresses()[name]
        provider, options = make_provider(name, address)
        retry = Retry(attempts=6, first=0.01, longest=2.0)
        async with AsyncSmsClient(
            provider, journal, run="faults", retry=retry, timeout=TIMEOUT, limits={}
        ) as client:
            sandbox.set_faults(FAULTS)
            receipts = await send(figures, client, approve_all(), options, concurrency)
            figures.faults.update(each.fault for each in sandbox.sends if each.fault)
            sandbox.set_faults()
            check(figures, journal, sandbox, cap, receipts, messages)
            figures.unknown_before = count_unknown(journal)
            await asyncio.sleep(TIMEOUT)
            found = await client.follow(
                reconcile(provider, journal, client.terms, run="faults", grace=timedelta(0))
            )
            figures.unknown_after = count_unknown(journal)
            listed = len(found.unresolved)
            figures.wrong["unknown and not listed"] += max(0, figures.unknown_after - listed)
            check(figures, journal, sandbox, cap, [], messages)
            # What was not sent goes out now; what is known, or in doubt, does not go out again.
            again = await send(figures, client, approve_all(), options, concurrency)
            check(figures, journal, sandbox, cap, again, messages)
        private = {each for message in messages for each in (message[0][1:], message[1])}
        private |= {value for key, value in address.items() if key not in _KNOWN_TO_ALL}
        said = [repr(receipts), repr(again), repr(found), found.to_text(), repr(provider)]
        said += [str(each.to_dict()) for each in receipts]
        said.append(str(found.to_dict()))
        figures.outcomes.update(entry.state.value for entry in journal.entries())
        figures.delivered = len(sandbox.ledger)
    octets = b"".join(each.read_bytes() for each in folder.iterdir())
    said.append(octets.decode("latin-1"))
    whole = "\n".join(said)
    figures.wrong["private words in reprs and the journal"] += sum(
        1 for each in private if each in whole
    )
    return figures


def count_unknown(journal: Journal) -> int:
    """Count the messages whose outcome is in doubt."""
    count = journal.count()
    return count[State.UNKNOWN] + count[State.IN_FLIGHT]


def check(
    figures: Figures,
    journal: Journal,
    sandbox: Sandbox,
    cap: Decimal,
    receipts: list[Receipt],
    messages: list[tuple[str, str]],
) -> None:
    """Hold the journal against the ledger, and count what must be zero."""
    wrong = figures.wrong
    received = Counter((each.number, each.text) for each in sandbox.ledger)
    wrong["received twice"] += sum(times - 1 for times in received.values())
    entries = {(entry.number_hash, entry.text_hash): entry for entry in journal.entries()}
    for name in ("received without a row", "received and said not to be", "over a cap"):
        wrong.setdefault(name, 0)
    spent = Decimal(0)
    for number, text in received:
        entry = entries.get((journal.hash_number(number), journal.hash_text(text)))
        if entry is None:
            wrong["received without a row"] += 1
            continue
        if entry.outcome in (Outcome.NOT_SENT, Outcome.REJECTED):
            wrong["received and said not to be"] += 1
        # What was billed counts at its price, which may be below the quote's.
        spent += PRICE if entry.billed_price is None else entry.billed_price
    [(money, _, _)] = journal.spent(run="faults").values()
    wrong["over a cap"] += max(spent, money) > cap
    if receipts:
        figures.refused = sum(1 for each in receipts if each.code == "OverCap")
        wrong["receipts missing"] += len(messages) - len(receipts)


def main(arguments: list[str] | None = None) -> int:
    """Run the campaigns; return the exit status."""
    parser = argparse.ArgumentParser(description="Send with faults, and count what must be zero.")
    parser.add_argument("providers", nargs="*", help=f"of {', '.join(PROVIDERS)}; all by default")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=16)
    options = parser.parse_args(arguments)
    failed = False
    for name in options.providers or PROVIDERS:
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
        said = io.StringIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            redirect_stdout(said),
            redirect_stderr(said),
        ):
            campaign = run(name, options.messages, options.seed, options.concurrency, Path(folder))
            figures = asyncio.run(campaign)
        logged = log.getvalue() + said.getvalue()
        figures.wrong["private words in logs"] = sum(
            1
            for number, text in make_messages(options.messages)
            if number[1:] in logged or text in logged
        )
        print(figures.to_text(), flush=True)
        failed |= any(figures.wrong.values())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
