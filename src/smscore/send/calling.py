"""Every decision about one call of an API that is no sending.

The law of this file: a call that only asks is asked again where there was no answer; one that
changes something is not, unless it provably did not leave or was provably refused.
"""

from __future__ import annotations

from typing import TypeVar

from smscore.errors import NoAnswer, RateLimited, Stopped
from smscore.send.calls import Call, Steps
from smscore.send.provider import TOO_MANY_REQUESTS, Provider
from smscore.send.steps import SERVER_ERROR, Flow, Terms, pace
from smscore.send.wire import NoResponse, Wait, WireResponse

T = TypeVar("T")


def call_flow(call: Call[T], provider: Provider, terms: Terms) -> Flow[T]:
    """Perform a call; raises NoAnswer, RateLimited, and what reading the answer raises."""
    attempt = 0
    while True:
        attempt += 1
        yield from pace(call.request, terms)
        if terms.stopped():
            raise Stopped
        answer: WireResponse | NoResponse = yield call.request
        asked = None
        if isinstance(answer, NoResponse):
            may_repeat, reason = call.safe or not answer.left, "there was no answer"
        elif answer.status == TOO_MANY_REQUESTS:
            asked = provider.retry_after(answer)
            may_repeat, reason = True, "the provider asked for it"
        else:
            may_repeat, reason = call.safe and answer.status >= SERVER_ERROR, "a fault of theirs"
        pause = terms.retry.pause(attempt, asked) if may_repeat else None
        if pause is None:
            return _conclude(call, provider, answer, asked)
        yield Wait(pause, reason)


def _conclude(
    call: Call[T], provider: Provider, answer: WireResponse | NoResponse, asked: float | None
) -> T:
    if isinstance(answer, NoResponse):
        left = "it may have been acted on" if answer.left else "nothing left"
        raise NoAnswer(provider.name, None, f"{answer.cause}, {left}")
    if answer.status == TOO_MANY_REQUESTS:
        error = RateLimited(provider.name, answer.status, "too many requests")
        error.retry_after = asked
        raise error
    return call.read(answer)


def steps_flow(steps: Steps[T], provider: Provider, terms: Terms) -> Flow[T]:
    """Perform a method of several calls; what a call raises is raised where it was yielded."""
    try:
        call = next(steps)
        while True:
            try:
                found = yield from call_flow(call, provider, terms)
            except Exception as error:  # noqa: BLE001  # the method may have an answer to it
                call = steps.throw(error)
            else:
                call = steps.send(found)
    except StopIteration as done:
        value: T = done.value
        return value
