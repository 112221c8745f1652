"""The connections of the driver for threads: what leaves in one piece, and what faults are called.

The law of this file: what leaves is looked at where it leaves; faults are those of real sockets.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import httpcore
import httpx
import pytest

from smscore.send.connections import Connections, _Stream

HEAD, BODY, ANSWER = b"POST / HTTP/1.1\r\n\r\n", b"to=1", b"HTTP/1.1 413 Too Long\r\n\r\n"


class Recorded(httpcore.NetworkStream):
    """A connection that keeps what was written to it, and may fail at that."""

    def __init__(self, fault: type[Exception] | None = None) -> None:
        self.written: list[bytes] = []
        self.fault = fault

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Keep it, within the time that writing has."""
        assert timeout == 3.0
        self.written.append(buffer)
        if self.fault is not None:
            raise self.fault("no")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Give the answer, within the time that reading has."""
        assert timeout == 5.0
        return ANSWER[:max_bytes]


def test_a_request_leaves_in_one_piece_when_its_answer_is_asked_for() -> None:
    """Head and body are written together, once, and the next request by itself."""
    inner = Recorded()
    stream = _Stream(inner)
    stream.write(HEAD, 3.0)
    stream.write(BODY, 3.0)
    assert inner.written == []
    assert stream.read(8, 5.0) == ANSWER[:8]
    assert stream.read(100, 5.0) == ANSWER
    assert inner.written == [HEAD + BODY]
    stream.write(HEAD, 3.0)
    stream.read(8, 5.0)
    assert inner.written == [HEAD + BODY, HEAD]


def test_who_closes_early_is_read_all_the_same() -> None:
    """A server may refuse a request before it has all of it; what took too long is told."""
    early = _Stream(Recorded(httpcore.WriteError))
    early.write(HEAD, 3.0)
    assert early.read(100, 5.0) == ANSWER
    slow = _Stream(Recorded(httpcore.WriteTimeout))
    slow.write(HEAD, 3.0)
    with pytest.raises(httpcore.WriteTimeout):
        slow.read(100, 5.0)


@pytest.fixture
def serve() -> Iterator[Callable[[bytes | None], str]]:
    """Make servers that read a request, and answer so and close, or never."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []
    done = threading.Event()

    def make(answer: bytes | None) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if answer is None:
                    done.wait(30)
                else:
                    connection.sendall(answer)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/sms"

    yield make
    done.set()
    for thread in threads:
        thread.join(30)
    for listener in listeners:
        listener.close()


def make_request(url: str, seconds: float = 30.0) -> httpx.Request:
    """Make a request that waits so long for its answer."""
    phases = {"connect": 30.0, "read": seconds, "write": 30.0, "pool": 30.0}
    return httpx.Request("POST", url, content=BODY, extensions={"timeout": phases})


def test_an_answer_is_read(serve: Callable[[bytes | None], str]) -> None:
    """The status, the headers and the body are those that came."""
    url = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nx-a: b\r\n\r\nyes")
    connections = Connections()
    response = connections.handle_request(make_request(url))
    assert (response.status_code, response.headers["x-a"], response.read()) == (200, "b", b"yes")
    connections.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"nonsense\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nyes", httpx.RemoteProtocolError),
        (None, httpx.ReadTimeout),
    ],
)
def test_faults_are_called_as_httpx_calls_them(
    serve: Callable[[bytes | None], str], answer: bytes | None, expected: type[Exception]
) -> None:
    """Whether they come before the answer or within it, by which it is told what has left."""
    connections = Connections()
    url = serve(answer)
    with pytest.raises(expected) as told:
        connections.handle_request(make_request(url, 30.0 if answer is not None else 0.2)).read()
    assert type(told.value) is expected
    connections.close()


def test_nobody_is_there() -> None:
    """A connection that is refused has let nothing leave."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    connections = Connections()
    with pytest.raises(httpx.ConnectError):
        connections.handle_request(make_request(f"http://127.0.0.1:{port}/sms"))
    with pytest.raises(httpx.UnsupportedProtocol):
        connections.handle_request(make_request("ftp://127.0.0.1/sms"))
    connections.close()
