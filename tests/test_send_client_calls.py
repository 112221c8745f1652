"""The two drivers: what they do with calls that send nothing.

The law of this file: each test runs with the client for threads and with the one for event loops,
over a transport that is made up.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sending import Plain
from sending_clients import DRIVERS, Handler

from smscore.errors import NoAnswer, RateLimited
from smscore.send.calls import Call, Page, Steps
from smscore.send.journal import Journal
from smscore.send.wire import WireRequest, WireResponse

READ = WireRequest("read", "GET", "http://127.0.0.1:9/read")
CHANGE = WireRequest("change", "POST", "http://127.0.0.1:9/change")


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> Any:
    """Give each driver in turn."""
    return request.param


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def body(response: WireResponse) -> str:
    """Read the body as text."""
    return response.body.decode()


def flaky(*answers: httpx.Response | type[httpx.TransportError]) -> tuple[Handler, list[str]]:
    """Answer in turn, and keep what was asked."""
    waiting, seen = list(answers), list[str]()

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        found = waiting.pop(0)
        if isinstance(found, httpx.Response):
            return found
        raise found("as told", request=request)

    return handle, seen


def test_a_call_that_asks_is_asked_again(driver: Any, journal: Journal) -> None:
    """A call that only asks survives a lost answer, a fault of the provider's, and a refusal."""
    handler, seen = flaky(httpx.ReadTimeout, httpx.Response(502), httpx.Response(200, text="yes"))
    assert driver(Plain(), journal, handler).call(Call(READ, body, safe=True)) == "yes"
    assert seen == ["GET"] * 3


def test_a_call_that_changes_is_not_asked_again(driver: Any, journal: Journal) -> None:
    """A call that changes something is made once, unless it provably was not taken."""
    handler, seen = flaky(httpx.ReadTimeout)
    with pytest.raises(NoAnswer, match="acted on"):
        driver(Plain(), journal, handler).call(Call(CHANGE, body, safe=False))
    handler, more = flaky(httpx.Response(500, text="no"))
    assert driver(Plain(), journal, handler).call(Call(CHANGE, body, safe=False)) == "no"
    assert (len(seen), len(more)) == (1, 1)
    handler, more = flaky(
        httpx.ConnectError, httpx.Response(429, headers={"retry-after": "0"}), httpx.Response(200)
    )
    driver(Plain(), journal, handler).call(Call(CHANGE, body, safe=False))
    assert len(more) == 3


def test_a_call_that_is_refused_for_long(driver: Any, journal: Journal) -> None:
    """A wait that is longer than the longest is an error that says how long."""
    handler, _ = flaky(httpx.Response(429, headers={"retry-after": "3600"}))
    with pytest.raises(RateLimited) as caught:
        driver(Plain(), journal, handler).call(Call(READ, body, safe=True))
    assert caught.value.retry_after == 3600


def test_methods_of_several_calls(driver: Any, journal: Journal) -> None:
    """A method of several calls is sent what each read, and catches what each raised."""

    def method() -> Steps[str]:
        first = yield Call(READ, body, safe=True)
        try:
            yield Call(CHANGE, body, safe=False)
        except NoAnswer as error:
            return f"{first}, {error.reason}"
        return "no"

    handler, _ = flaky(httpx.Response(200, text="one"), httpx.WriteError)
    found = driver(Plain(), journal, handler).call(method())
    assert found == "one, WriteError, it may have been acted on"


def test_pages_are_followed(driver: Any, journal: Journal) -> None:
    """A method that answers in pages gives the items of them all, and asks no further."""

    def read(response: WireResponse) -> Page[str]:
        *items, last = response.body.decode().split()
        more = None if last == "end" else Call(READ, read, safe=True)
        return Page(tuple(items), more)

    handler, seen = flaky(
        httpx.Response(200, text="a b more"),
        httpx.Response(200, text="more"),
        httpx.Response(200, text="c end"),
    )
    assert driver(Plain(), journal, handler).pages(Call(READ, read, safe=True)) == ["a", "b", "c"]
    assert len(seen) == 3
