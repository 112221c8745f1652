"""Webhooks on their way to whoever listens.

The law of this file: webhooks to one address leave in order, one after the other, except under
faults that say otherwise. They go to this machine alone, unless that is switched off on purpose.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Coroutine
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from smscore.send.sandbox.state import State
from smscore.send.sandbox.web import Webhook

ANYWHERE = "webhooks.anywhere"
"""The switch that lets webhooks leave this machine."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One webhook that was delivered, or was tried: `status` is None if there was no answer."""

    webhook: Webhook
    status: int | None


class Courier:
    """What delivers webhooks, in the sandbox's event loop."""

    def __init__(self, state: State) -> None:
        self.attempts: list[Attempt] = []
        self._state = state
        self._queues: dict[str, asyncio.Queue[Webhook]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)
        self.under_way = 0

    def collect(self) -> None:
        """Take what is on its way out, and bring each when its time has come."""
        # Taken and drawn for at once: whoever sees nothing waiting may change the faults.
        with self._state.lock:
            for webhook in self._state.take_webhooks():
                self._take(webhook)

    async def ask(self, webhook: Webhook) -> int | None:
        """Bring one webhook now, and give the status of the answer."""
        status = await self._send(webhook)
        with self._state.lock:
            self.attempts.append(Attempt(webhook, status))
        return status

    async def close(self) -> None:
        """Stop; what is on its way is lost."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _take(self, webhook: Webhook) -> None:
        plan = self._state.plan
        copies = 1 + plan.happens("duplicate_webhook")
        late = plan.happens("reorder_webhook")
        seconds = webhook.delay + late * plan.faults.reorder_seconds
        self.under_way += copies
        for _ in range(copies):
            if seconds > 0:
                self._start(self._enqueue_late(webhook, seconds))
            else:
                self._enqueue(webhook)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _enqueue_late(self, webhook: Webhook, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._enqueue(webhook)

    def _enqueue(self, webhook: Webhook) -> None:
        queue = self._queues.get(webhook.url)
        if queue is None:
            queue = self._queues[webhook.url] = asyncio.Queue()
            self._start(self._bring(queue))
        queue.put_nowait(webhook)

    async def _bring(self, queue: asyncio.Queue[Webhook]) -> None:
        while True:
            webhook = await queue.get()
            status = await self.ask(webhook)
            with self._state.lock:
                try:
                    if webhook.on_answer is not None:
                        webhook.on_answer(status)
                except Exception as error:  # noqa: BLE001  # told when the sandbox closes
                    self._state.errors.append(error)
                self.collect()
                self.under_way -= 1

    async def _send(self, webhook: Webhook) -> int | None:
        if not (self._state.world.switch(ANYWHERE) or is_local(webhook.url)):
            return None
        try:
            response = await self._client.request(
                webhook.method,
                webhook.url,
                headers=list(webhook.headers),
                content=webhook.body,
                timeout=webhook.timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None
        return response.status_code


def is_local(url: str) -> bool:
    """Tell whether a URL is one of this machine.

    >>> is_local("http://127.0.0.1:8080/hook"), is_local("https://example.org/hook")
    (True, False)
    """
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
