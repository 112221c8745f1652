"""The two drivers: what they do with requests, answers, faults of the network and interruptions.

The law of this file: each test runs with the client for threads and with the one for event loops,
over a transport that is made up, or over real sockets of this machine.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx
import pytest
from handsets import Handsets
from sending import NUMBER, TEXT, Plain, Stepwise, approve

from smscore.errors import InvalidSender, NoAnswer, OverCap, RateLimited
from smscore.guard import Approval, Guard
from smscore.send.calls import Call, Page, Steps
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Journal, State
from smscore.send.outcomes import NotSent, Outcome, OutcomeUnknown, Receipt, Rejected
from smscore.send.provider import Dispatch
from smscore.send.steps import Retry
from smscore.send.wire import WireRequest, WireResponse

T = TypeVar("T")
Handler = Callable[[httpx.Request], httpx.Response]

QUICK = Retry(attempts=3, first=0.0, longest=1.0)


class Sync:
    """Drives the client for threads."""

    def __init__(
        self, provider: Plain, journal: Journal, handler: Handler | None, **options: Any
    ) -> None:
        transport = None if handler is None else httpx.MockTransport(handler)
        options = {"retry": QUICK, "run": "run", **options}
        self.client = SmsClient(provider, journal, transport=transport, **options)

    def send(self, approval: Approval) -> Receipt:
        """Send one."""
        with self.client as client:
            return client.send(approval)

    def send_many(self, approvals: Iterable[Approval]) -> list[Receipt]:
        """Send many."""
        with self.client as client:
            return list(client.send_many(approvals))

    def call(self, call: Call[Any] | Steps[Any]) -> Any:
        """Call."""
        with self.client as client:
            return client.call(call)

    def pages(self, call: Call[Page[T]]) -> list[T]:
        """Take all pages."""
        with self.client as client:
            return list(client.pages(call))


class Async:
    """Drives the client for event loops."""

    def __init__(
        self, provider: Plain, journal: Journal, handler: Handler | None, **options: Any
    ) -> None:
        self._transport = None if handler is None else httpx.MockTransport(handler)
        self._made = (provider, journal)
        self._options = {"retry": QUICK, "run": "run", **options}

    async def _with(self, what: Callable[[AsyncSmsClient], Any]) -> Any:
        async with AsyncSmsClient(
            *self._made, transport=self._transport, **self._options
        ) as client:
            found = what(client)
            if isinstance(found, AsyncIterator):
                return [each async for each in found]
            return await found

    def send(self, approval: Approval) -> Receipt:
        """Send one."""
        found: Receipt = asyncio.run(self._with(lambda client: client.send(approval)))
        return found

    def send_many(self, approvals: Iterable[Approval]) -> list[Receipt]:
        """Send many."""
        found: list[Receipt] = asyncio.run(self._with(lambda client: client.send_many(approvals)))
        return found

    def call(self, call: Call[Any] | Steps[Any]) -> Any:
        """Call."""
        return asyncio.run(self._with(lambda client: client.call(call)))

    def pages(self, call: Call[Page[T]]) -> list[T]:
        """Take all pages."""
        found: list[T] = asyncio.run(self._with(lambda client: client.pages(call)))
        return found


@pytest.fixture(params=[Sync, Async])
def driver(request: pytest.FixtureRequest) -> Any:
    """Give each driver in turn."""
    return request.param


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def answer(words: str, status: int = 200, **headers: str) -> Handler:
    """Answer every request alike."""
    return lambda _: httpx.Response(status, text=words, headers=headers)


def fail(error: type[httpx.TransportError]) -> Handler:
    """Fail every request alike."""

    def failing(request: httpx.Request) -> httpx.Response:
        raise error("as told", request=request)

    return failing


def test_a_message_is_accepted(driver: Any, journal: Journal) -> None:
    """The receipt has the outcome, the status and the body of the answer, which no repr shows."""
    receipt = driver(Plain(), journal, answer("accepted")).send(approve())
    assert (receipt.outcome, receipt.http_status, receipt.body) == (
        Outcome.ACCEPTED,
        200,
        b"accepted",
    )
    assert receipt.accepted
    receipt.raise_for_outcome()
    assert receipt.to_dict()["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError, Outcome.NOT_SENT),
        (httpx.ConnectTimeout, Outcome.NOT_SENT),
        (httpx.PoolTimeout, Outcome.NOT_SENT),
        (httpx.ReadTimeout, Outcome.UNKNOWN),
        (httpx.WriteTimeout, Outcome.UNKNOWN),
        (httpx.ReadError, Outcome.UNKNOWN),
        (httpx.WriteError, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError, Outcome.UNKNOWN),
        (httpx.LocalProtocolError, Outcome.UNKNOWN),
    ],
)
def test_faults_of_the_network(
    driver: Any, journal: Journal, error: type[httpx.TransportError], outcome: Outcome
) -> None:
    """A fault before anything can have left is not sent; any later one is in doubt."""
    receipt = driver(Plain(), journal, fail(error)).send(approve())
    assert receipt.outcome is outcome
    raised = {Outcome.NOT_SENT: NotSent, Outcome.UNKNOWN: OutcomeUnknown}[outcome]
    with pytest.raises(raised) as caught:
        receipt.raise_for_outcome()
    assert caught.value.receipt is receipt


def test_no_redirect_is_followed(driver: Any, journal: Journal) -> None:
    """A redirect is an answer like any other: the request goes to the host that it names, once."""
    seen: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(307, headers={"location": "http://elsewhere.example/"})

    assert driver(Plain(), journal, redirect).send(approve()).outcome is Outcome.UNKNOWN
    assert seen == ["127.0.0.1"]


def test_rejected_is_raised_on_request(driver: Any, journal: Journal) -> None:
    """A rejection is a receipt, and an error only for whoever asks for one."""
    receipt = driver(Plain(), journal, answer("rejected", 422)).send(approve())
    with pytest.raises(Rejected, match="standard, rejected"):
        receipt.raise_for_outcome()


def test_receipts_come_in_order(driver: Any, journal: Journal) -> None:
    """Of many, each has its receipt in its place: sent, refused by a check, refused by a cap."""
    guard = Guard(max_total="0.08 EUR")

    class Choosy(Plain):
        def check(self, dispatch: Dispatch, now: Any) -> None:
            super().check(dispatch, now)
            if dispatch.text == "b":
                raise InvalidSender("standard", "as told")

    approvals = [approve(text, guard=guard) for text in "abcd"]
    receipts = driver(Choosy(), journal, answer("accepted")).send_many(approvals)
    assert [each.key for each in receipts] == [each.key for each in approvals]
    assert [(each.outcome.value, each.code) for each in receipts] == [
        ("accepted", None),
        ("not_sent", "InvalidSender"),
        ("accepted", None),
        ("not_sent", "OverCap"),
    ]


def test_receipts_of_a_list_are_on_the_disk_first(tmp_path: Path) -> None:
    """Whoever has a receipt finds its outcome in the file, also where commits are saved."""
    path = tmp_path / "journal.db"
    handler = answer("accepted")
    with (
        Journal(path, key="key-of-the-journals") as journal,
        Journal(path, key="key-of-the-journals") as other,
    ):
        client = SmsClient(Plain(), journal, transport=httpx.MockTransport(handler), run="run")
        approvals = [approve(f"Text {each}") for each in range(5)]
        for number, receipt in enumerate(client.send_many(approvals), 1):
            assert receipt.accepted
            assert other.count()[State.ACCEPTED] >= number
        assert other.count()[State.ACCEPTED] == 5
        some = client.send_many([approve(f"More {each}") for each in range(5)])
        next(some)
        some.close()  # type: ignore[attr-defined]
        assert other.count()[State.IN_FLIGHT] == 0
        client.close()


def test_a_cap_is_an_error_for_one_message(driver: Any, journal: Journal) -> None:
    """Where one message is sent, the guard's refusal is raised."""
    guard = Guard(max_total="0.05 EUR")
    driver(Plain(), journal, answer("accepted")).send(approve("a", guard=guard))
    with pytest.raises(OverCap):
        driver(Plain(), journal, answer("accepted")).send(approve("b", guard=guard))


def test_refused_credentials_stop_a_run(driver: Any, journal: Journal) -> None:
    """After credentials were refused nothing more is tried, and every message has its receipt."""
    seen = 0

    def refuse(_: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        return httpx.Response(401, text="rejected")

    approvals = [approve(f"Text {each}") for each in range(40)]
    receipts = driver(Plain(), journal, refuse).send_many(approvals)
    assert len(receipts) == 40
    assert seen <= 8
    assert {each.outcome for each in receipts[8:]} == {Outcome.NOT_SENT}
    assert receipts[-1].code == "stopped"


def test_groups_leave_together(driver: Any, journal: Journal) -> None:
    """Neighbours with one text go in one request as far as the provider takes them together."""
    sizes: list[int] = []

    def count(request: httpx.Request) -> httpx.Response:
        number = request.content.count(b"+44")
        sizes.append(number)
        return httpx.Response(200, text=" ".join(["accepted"] * number))

    numbers = [f"+4477009001{each:02}" for each in range(7)]
    approvals = [approve(to=number) for number in numbers]
    approvals.insert(3, approve("Another text"))
    receipts = driver(Plain(group=3), journal, count).send_many(approvals)
    assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
    assert sorted(sizes) == [1, 1, 3, 3]


def test_what_is_sent_is_an_approval(driver: Any, journal: Journal) -> None:
    """Neither a quote nor a text is sent."""
    for wrong in (approve().quote, TEXT, None):
        with pytest.raises(TypeError, match="approval"):
            driver(Plain(), journal, answer("accepted")).send(wrong)


def test_wrong_clients(journal: Journal) -> None:
    """What is no provider, journal or option is refused."""
    with pytest.raises(TypeError, match="provider"):
        SmsClient("phone_com", journal)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="journal"):
        SmsClient(Plain(), "run.db")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="retries"):
        SmsClient(Plain(), journal, retries=3)  # type: ignore[call-arg]


READ = WireRequest("read", "GET", "http://127.0.0.1:9/read")
CHANGE = WireRequest("change", "POST", "http://127.0.0.1:9/change")


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


def test_over_a_real_socket(driver: Any, tmp_path: Any) -> None:
    """Both drivers send each message once over real connections, with a journal on the disk."""
    for provider in (Plain, Stepwise):
        with Handsets() as handsets, Journal(tmp_path / f"{provider.__name__}.db") as journal:
            approvals = [approve(f"Text {each}") for each in range(30)]
            receipts = driver(provider(url=handsets.url), journal, None).send_many(approvals)
            assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
            assert set(handsets.received.values()) == {1}
            assert len(handsets.received) == 30
            assert journal.count()[State.ACCEPTED] == 30


def serve(octets: bytes, *, wait: float = 0.0) -> Iterator[str]:
    """Answer one connection with octets, and cut it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def answer_one() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            connection.recv(65536)
            connection.settimeout(wait or 0.2)
            # Until the caller has nothing more to say, or goes.
            with suppress(OSError):
                while connection.recv(65536):
                    pass
            with suppress(OSError):
                connection.sendall(octets)

    thread = Thread(target=answer_one)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join()
    listener.close()


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\naccepted",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nacc",
        b"\x00\xff not HTTP at all\r\n\r\n",
    ],
)
def test_connections_that_are_cut(driver: Any, journal: Journal, octets: bytes) -> None:
    """A connection that ends before the answer does leaves the message in doubt."""
    server = serve(octets)
    receipt = driver(Plain(url=next(server)), journal, None).send(approve())
    assert receipt.outcome is Outcome.UNKNOWN
    next(server, None)


def test_nobody_listens(driver: Any, journal: Journal) -> None:
    """A port where nobody listens is tried as often as is said, and nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    receipt = driver(Plain(url=f"http://127.0.0.1:{port}/"), journal, None).send(approve())
    assert (receipt.outcome, receipt.attempts) == (Outcome.NOT_SENT, 3)


def test_an_answer_that_does_not_come(driver: Any, journal: Journal) -> None:
    """When the time is over, the message is in doubt."""
    server = serve(b"", wait=5)
    options = {"timeout": 0.2}
    receipt = driver(Plain(url=next(server)), journal, None, **options).send(approve())
    assert (receipt.outcome, receipt.reason) == (
        Outcome.UNKNOWN,
        "ReadTimeout: it may have gone out",
    )
    next(server, None)


def test_nothing_private_is_logged(
    driver: Any, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    """Records tell the provider, the outcome and the id; no text, number or URL with one."""
    with caplog.at_level(logging.DEBUG):
        driver(Plain(), journal, answer("accepted")).send(approve())
        driver(Plain(), journal, answer("rejected")).send(approve("Another text"))
    ours = [record for record in caplog.records if record.name == "smscore.send"]
    assert [record.levelname for record in ours] == ["INFO", "WARNING"]
    assert ours[0].sms["sms.message_id"] == "id-0"  # type: ignore[attr-defined]
    for record in caplog.records:
        told = f"{record.getMessage()} {record.__dict__}"
        assert NUMBER not in told
        assert NUMBER[1:] not in told
        assert TEXT not in told
