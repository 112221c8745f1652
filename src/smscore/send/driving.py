"""Doing what a flow says: the loop that every driver has, once for threads and once for awaiting.

The law of this file: what goes wrong is thrown into the flow where it was yielded, for the flow
knows what it means; and it is the flow that ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from smscore.send.steps import Flow, Step, Write
from smscore.send.wire import NoResponse, Wait

T = TypeVar("T")


def drive(flow: Flow[T], perform: Callable[[Step], Any]) -> T:
    """Perform each step of a flow, and give what the flow returns."""
    answer: Any = None
    error: BaseException | None = None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as done:
            value: T = done.value
            return value
        try:
            answer, error = perform(step), None
        except BaseException as caught:  # noqa: BLE001  # the flow decides what it means
            answer, error = None, caught


async def drive_async(flow: Flow[T], perform: Callable[[Step], Awaitable[Any]]) -> T:
    """Perform each step of a flow by awaiting, and give what the flow returns.

    A task that is cancelled while the journal is written goes on to where nothing is half done: no
    request leaves any more, and it ends at the next wait.
    """
    answer: Any = None
    error: BaseException | None = None
    cancelled: asyncio.CancelledError | None = None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as done:
            if cancelled is not None:
                raise cancelled from None
            value: T = done.value
            return value
        answer = error = None
        try:
            if isinstance(step, Write):
                answer, caught = await _finish(perform(step))
                cancelled = cancelled or caught
            elif cancelled is None:
                answer = await perform(step)
            elif isinstance(step, Wait):
                error = cancelled
            else:
                answer = NoResponse(left=False, cause="Cancelled")
        except BaseException as fault:  # noqa: BLE001  # the flow decides what it means
            error = fault


async def _finish(work: Awaitable[T]) -> tuple[T, asyncio.CancelledError | None]:
    """Await what is not to be left half done, and tell if somebody wanted to."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task), None
    except asyncio.CancelledError as cancelled:
        if task.cancelled():
            raise
        return await task, cancelled
