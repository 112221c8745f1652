"""What it costs to send once and know it: beside httpx doing the same POSTs with nothing kept.

The law of this file: both send the same requests to the same sandbox, in turns; the sandbox has its
limits off and a process of its own. Of smscore all is counted that a caller waits for: the guard's
second look, the journal on the disk, reading the answer.

    python -m benchmarks.sending [--messages N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

import httpx

from benchmarks.tables import write_table
from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch, Provider
from smscore.send.providers.callr import Callr
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.wire import WireRequest

MESSAGES = 300
ROUNDS = 5
CONCURRENCY = 8
DECK = RateDeck.parse(b"price,currency\n0.01,USD\n", "deck.csv")


def make_providers(addresses: dict[str, dict[str, str]]) -> Iterator[Provider]:
    """Give each provider in its plainest form: one request a message."""
    phone, voip = addresses["phone_com"], addresses["voip_communications"]
    callr, close = addresses["callr"], addresses["close"]
    yield PhoneCom(
        access_token=phone["access_token"],
        account_id=phone["account_id"],
        sender=phone["from"],
        base_url=phone["base_url"],
    )
    yield VoipCommunications(
        api_key=voip["api_key"],
        api_password=voip["api_password"],
        mode="two_way",
        sender=voip["from"],
        recipients_per_request=1,
        base_url=voip["base_url"],
    )
    yield Callr(
        login=callr["login"],
        password=callr["password"],
        base_url=callr["base_url"],
        check_quote=False,
    )
    yield Close(
        api_key=close["api_key"],
        local_phone=close["local_phone"],
        base_url=close["base_url"],
        two_steps=False,
    )


@contextmanager
def run_sandbox() -> Iterator[dict[str, dict[str, str]]]:
    """Run the sandbox in a process of its own, and give its addresses."""
    command = [sys.executable, "-m", "smscore", "sandbox", "--port", "0", "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        addresses: dict[str, dict[str, str]] = json.loads(process.stdout.readline())
        yield addresses
    finally:
        process.terminate()
        process.communicate()


@dataclass(frozen=True)
class Work:
    """So many messages with one provider, done in each of the ways that are compared."""

    provider: Provider
    messages: int
    folder: Path
    numbers: Iterator[int]

    def approvals(self) -> list[Approval]:
        """Approve messages that were not sent before."""
        guard = Guard(max_total=10**6)
        return [
            guard.approve(
                quote(
                    f"Your parcel {number} is here",
                    to="+12122000001",
                    deck=DECK,
                    profile=self.provider.name,
                )
            )
            for number in (next(self.numbers) for _ in range(self.messages))
        ]

    def requests(self) -> list[WireRequest]:
        """Build the requests that the approvals would make."""
        return [self.provider.build(Dispatch((each,))) for each in self.approvals()]

    def bare(self) -> float:
        """POST them with httpx alone; give the messages a second."""
        requests = self.requests()
        with httpx.Client() as client:
            begin = perf_counter()
            for request in requests:
                client.post(
                    request.url, headers=list(request.headers), content=request.content
                ).raise_for_status()
            return self.messages / (perf_counter() - begin)

    def kept(self) -> float:
        """Send them with a durable journal."""
        approvals = self.approvals()
        path = self.folder / f"{next(self.numbers)}.db"
        with Journal(path) as journal, SmsClient(self.provider, journal, limits={}) as client:
            begin = perf_counter()
            for receipt in client.send_many(approvals):
                assert receipt.outcome is Outcome.ACCEPTED
            return self.messages / (perf_counter() - begin)

    async def bare_async(self) -> float:
        """POST them with httpx alone, several at a time."""
        requests = self.requests()
        turn = asyncio.Semaphore(CONCURRENCY)
        async with httpx.AsyncClient() as client:

            async def post(request: WireRequest) -> None:
                async with turn:
                    answer = await client.post(
                        request.url, headers=list(request.headers), content=request.content
                    )
                answer.raise_for_status()

            begin = perf_counter()
            await asyncio.gather(*map(post, requests))
            return self.messages / (perf_counter() - begin)

    async def kept_async(self) -> float:
        """Send them with a durable journal, several at a time."""
        approvals = self.approvals()
        path = self.folder / f"{next(self.numbers)}.db"
        with Journal(path) as journal:
            async with AsyncSmsClient(self.provider, journal, limits={}) as client:
                begin = perf_counter()
                async for receipt in client.send_many(approvals, concurrency=CONCURRENCY):
                    assert receipt.outcome is Outcome.ACCEPTED
                return self.messages / (perf_counter() - begin)


def compare(work: Work, rounds: int) -> tuple[str, ...]:
    """Take turns, and give a row: messages a second and ratios, medians over the rounds."""

    def run(make: Callable[[], Coroutine[object, object, float]]) -> float:
        return asyncio.run(make())

    rates: dict[str, list[float]] = {name: [] for name in ("bare", "kept", "bare_a", "kept_a")}
    for _ in range(rounds):
        rates["bare"].append(work.bare())
        rates["kept"].append(work.kept())
        rates["bare_a"].append(run(work.bare_async))
        rates["kept_a"].append(run(work.kept_async))

    def ratio(kept: str, bare: str) -> str:
        pairs = zip(rates[kept], rates[bare], strict=True)
        return f"{statistics.median(one / other for one, other in pairs):.2f}"

    middle = {name: f"{statistics.median(values):.0f}" for name, values in rates.items()}
    return (
        work.provider.name,
        middle["kept"],
        ratio("kept", "bare"),
        middle["kept_a"],
        ratio("kept_a", "bare_a"),
    )


def compare_sending(messages: int = MESSAGES, rounds: int = ROUNDS) -> Iterator[str]:
    """Write the section: each provider, in a thread and in an event loop."""
    yield "## Sending: messages a second, and as a share of bare httpx doing the same POSTs"
    yield ""
    with run_sandbox() as addresses, tempfile.TemporaryDirectory() as folder:
        numbers = count()
        rows = [
            compare(Work(provider, messages, Path(folder), numbers), rounds)
            for provider in make_providers(addresses)
        ]
    heads = ["provider", "a second", "÷ httpx", f"a second, {CONCURRENCY} at a time", "÷ httpx"]
    yield from write_table(heads, rows, words=1)


def main(arguments: list[str] | None = None) -> int:
    """Print the section."""
    parser = argparse.ArgumentParser(description="Hold sending against bare httpx.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    for line in compare_sending(options.messages, options.rounds):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
