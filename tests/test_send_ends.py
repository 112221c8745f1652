"""Ends that come early: tasks cancelled, loops closed, processes told to stop.

The law of this file: whatever ends, and wherever, the journal says what is so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
from sending import Plain, approve
from sending_clients import Async, Sync, answer

from smscore.send.client import AsyncSmsClient
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Receipt
from smscore.send.provider import RateLimit


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


@pytest.fixture(params=[Sync, Async])
def driver(request: pytest.FixtureRequest) -> Any:
    """Give each driver in turn."""
    return request.param


def test_a_cancelled_task_leaves_no_message_in_flight(journal: Journal) -> None:
    """A task that is cancelled while it waits for the answer records that it is in doubt."""

    async def cancel() -> None:
        waiting = asyncio.Event()

        async def hang(_: httpx.Request) -> httpx.Response:
            waiting.set()
            await asyncio.sleep(60)
            return httpx.Response(200)

        transport = httpx.MockTransport(hang)
        async with AsyncSmsClient(Plain(), journal, transport=transport) as client:
            task = asyncio.create_task(client.send(approve()))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancel())
    assert [entry.state for entry in journal.entries()] == [State.UNKNOWN]


def test_stopping_ends_a_wait(driver: Any, journal: Journal) -> None:
    """What waits for its turn when the client is told to stop is not sent, at once."""
    limits = {"send": (RateLimit(1, 3600),)}
    made: list[Any] = []
    handler = answer("accepted")

    def stop_soon(request: httpx.Request) -> httpx.Response:
        Timer(0.2, made[0].stop).start()
        return handler(request)

    approvals = [approve("a"), approve("b"), approve("c")]
    if driver is Sync:
        driven = Sync(Plain(), journal, stop_soon, limits=limits)
        made.append(driven.client)
        receipts = driven.send_many(approvals)
    else:

        async def run() -> list[Receipt]:
            transport = httpx.MockTransport(stop_soon)
            async with AsyncSmsClient(
                Plain(), journal, transport=transport, limits=limits
            ) as client:
                made.append(client)
                return [each async for each in client.send_many(approvals, concurrency=1)]

        receipts = asyncio.run(run())
    assert [(each.outcome.value, each.code) for each in receipts] == [
        ("accepted", None),
        ("not_sent", "Stopped"),
        ("not_sent", "Stopped"),
    ]
    assert journal.count()[State.ACCEPTED] == len(list(journal.entries())) == 1


def test_cancelled_while_the_journal_is_written(tmp_path: Path) -> None:
    """A task that is cancelled before its request leaves puts nothing in doubt."""
    path = tmp_path / "journal.db"

    async def cancel(journal: Journal, other: Journal) -> None:
        # Another process writes, so that ours waits for it.
        other._connection.execute("BEGIN IMMEDIATE")
        async with AsyncSmsClient(
            Plain(), journal, transport=httpx.MockTransport(answer("accepted")), run="run"
        ) as client:
            task = asyncio.create_task(client.send(approve()))
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.sleep(0.1)
            other._connection.execute("COMMIT")
            with pytest.raises(asyncio.CancelledError):
                await task

    with (
        Journal(path, key="key-of-the-journals") as journal,
        Journal(path, key="key-of-the-journals") as other,
    ):
        asyncio.run(cancel(journal, other))
        assert [entry.state for entry in journal.entries()] == [State.APPROVED]


def test_a_client_in_a_second_loop(journal: Journal) -> None:
    """A client whose loop ended in mid-write writes in the next loop all the same."""
    client = AsyncSmsClient(
        Plain(), journal, transport=httpx.MockTransport(answer("accepted")), run="run"
    )

    async def leave() -> None:
        task = asyncio.create_task(client.send(approve("first")))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    assert asyncio.run(asyncio.wait_for(client.send(approve("second")), 10)).accepted
    asyncio.run(client.close())


def test_an_interruption_does_not_lock_the_journal(tmp_path: Path) -> None:
    """An interruption while another process is waited for leaves the journal as it was."""
    path = tmp_path / "journal.db"
    with (
        Journal(path, key="key-of-the-journals") as journal,
        Journal(path, key="key-of-the-journals") as other,
    ):
        begin = journal._connection

        class Interrupted:
            in_transaction = property(lambda _: begin.in_transaction)

            def execute(self, statement: str, *values: Any) -> Any:
                found = begin.execute(statement, *values)
                if statement == "BEGIN IMMEDIATE":
                    raise KeyboardInterrupt
                return found

        journal._connection = Interrupted()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            journal.write(lambda _: None)
        journal._connection = begin
        assert journal.write(lambda _: 1) == other.write(lambda _: 1) == 1


def test_who_stops_listening_stops_the_rest(journal: Journal) -> None:
    """What is not in flight when the receipts are no longer asked for does not leave."""

    async def stop() -> int:
        async with AsyncSmsClient(
            Plain(), journal, transport=httpx.MockTransport(answer("accepted"))
        ) as client:
            approvals = (approve(f"Text {each}") for each in range(100))
            stream = client.send_many(approvals, concurrency=2)
            taken = 0
            async for _ in stream:
                taken += 1
                if taken == 3:
                    break
            await stream.aclose()  # type: ignore[attr-defined]
            return taken

    assert asyncio.run(stop()) == 3
    count = journal.count()
    assert count[State.IN_FLIGHT] == 0
    assert count[State.ACCEPTED] <= 3 + 4
