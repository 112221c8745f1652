"""The two drivers over real connections, whole and cut.

The law of this file: each test runs with the client for threads and with the one for event loops,
over sockets of this machine.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from handsets import Handsets
from sending import Plain, Stepwise, approve
from sending_clients import DRIVERS

from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> Any:
    """Give each driver in turn."""
    return request.param


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


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
