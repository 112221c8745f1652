"""CALLR: what its answers to a message mean.

The law of this file: an id to our request is success, an error to it a refusal; whatever the
documentation leaves open has to come out as unknown.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending_callr import (
    FIRST,
    ID,
    KEY,
    ONE,
    TEXT,
    answer,
    approve,
    body_of,
    error,
    make_provider,
    result,
)

from smscore.send.outcomes import Outcome, Result
from smscore.send.provider import Dispatch
from smscore.send.wire import WireResponse

REQUEST = make_provider().build(ONE)


def read(response: WireResponse, dispatch: Dispatch = ONE) -> Result:
    """Read an answer to the message of the tests."""
    [found] = make_provider().read(dispatch, response)
    return found


def test_accepted() -> None:
    """A result that is an id, and to our request, is success."""
    found = read(result(REQUEST, ID))
    assert (found.number, found.outcome, found.message_id) == (FIRST, Outcome.ACCEPTED, ID)
    assert read(result(REQUEST, ID, error=None)).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        (151, "PROPERTY_VALUE_ERROR [from]", 200),
        (150, "PROPERTY_TYPE_ERROR [to]", 400),
        (151, "PROPERTY_VALUE_ERROR [to]", 500),
        (1000, "ROUTING", 200),
        (100, "FORBIDDEN", 403),
        (401, "AUTHENTICATION_FAILED", 401),
        (401, "AUTHENTICATION_FAILED", 200),
        (-32700, "PARSE_ERROR", 200),
        (-32600, "INVALID_REQUEST", 400),
        (-32601, "METHOD_NOT_FOUND", 200),
        (-32602, "INVALID_PARAMS", 200),
        (987654, "NEW_FAULT", 200),
    ],
)
def test_refusals(code: int, message: str, status: int) -> None:
    """An error to our request is a refusal, with HTTP 200 or another status; its code is kept."""
    found = read(error(REQUEST, code, message, status))
    assert (found.outcome, found.code, found.reason) == (Outcome.REJECTED, str(code), message)


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (-32700, 200, Outcome.REJECTED),
        (-32600, 200, Outcome.REJECTED),
        (401, 401, Outcome.REJECTED),
        (151, 400, Outcome.REJECTED),
        (151, 200, Outcome.UNKNOWN),
        (-32603, 400, Outcome.UNKNOWN),
    ],
)
def test_refusals_without_an_id(code: int, status: int, outcome: Outcome) -> None:
    """An error without an id is a refusal where none could be read, or HTTP refuses too."""
    assert read(error(REQUEST, code, "NO", status, id=None)).outcome is outcome


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415])
def test_refusals_by_http(status: int) -> None:
    """Without JSON-RPC a status that refuses the request is a refusal."""
    found = read(WireResponse(status, {"content-type": "text/html"}, b"<html>No</html>"))
    assert (found.outcome, found.code) == (Outcome.REJECTED, str(status))


def test_too_many_requests() -> None:
    """429 is a refusal before anything was looked at; its header says how long to wait."""
    response = answer({}, 429, retry_after="2")
    assert read(response).outcome is Outcome.NOT_SENT
    assert make_provider().retry_after(response) == 2.0


@pytest.mark.parametrize(
    "response",
    [
        result(REQUEST, None),
        result(REQUEST, ""),
        result(REQUEST, 0),
        result(REQUEST, False),
        result(REQUEST, []),
        result(REQUEST, [ID]),
        result(REQUEST, FIRST),
        result(REQUEST, ID, id=1),
        result(REQUEST, ID, id=None),
        result(REQUEST, ID, id="x"),
        result(REQUEST, ID, error={"code": 151, "message": "NO"}),
        error(REQUEST, -32603, "INTERNAL_ERROR"),
        error(REQUEST, -32603, "INTERNAL_ERROR", 500),
        error(REQUEST, -32050, "SERVER"),
        error(REQUEST, 987654, "NEW_FAULT", 500),
        error(REQUEST, 151, "PROPERTY_VALUE_ERROR [to]", id=1),
        error(REQUEST, 151, "PROPERTY_VALUE_ERROR [to]", 400, id=1),
        error(REQUEST, None, "NO"),
        error(REQUEST, True, "NO"),
        error(REQUEST, 151, "NO", 408),
        answer({"id": body_of(REQUEST)["id"], "error": "NO"}),
        answer({"id": body_of(REQUEST)["id"]}),
        answer({"result": ID}),
        answer([{"id": body_of(REQUEST)["id"], "result": ID}]),
        answer({"id": body_of(REQUEST)["id"], "result": ID}, 500),
        answer({"id": body_of(REQUEST)["id"], "result": ID}, 302),
        WireResponse(200, {"content-type": "text/html"}, b"<html>OK</html>"),
        WireResponse(200, {}, b""),
        WireResponse(502, {}, b"<html>Bad gateway</html>"),
        WireResponse(408, {}, b""),
    ],
    ids=lambda each: f"{each.status} {each.body[:60]!r}",
)
def test_doubt(response: WireResponse) -> None:
    """Whatever is neither an id for our request nor a clear refusal leaves the message in doubt."""
    assert read(response).outcome is Outcome.UNKNOWN


def test_nothing_private_is_told() -> None:
    """A reason that repeats text, number, sender or key is told without them."""
    dispatch = Dispatch((approve(sender="Shopname"),))
    said = f"{TEXT} from Shopname to {FIRST[1:]} with {KEY}"
    found = read(error(make_provider().build(dispatch), 151, said), dispatch)
    for private in (TEXT, "Shopname", FIRST[1:], KEY):
        assert private not in repr(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["jsonrpc", "id", "result", "error", "code", "message", "data"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.integers(100, 599), st.binary() | JSON.map(lambda each: json.dumps(each).encode()))
def test_reading_is_total(status: int, body: bytes) -> None:
    """Any answer is read without raising; one that does not know our id accepts no message."""
    found = read(WireResponse(status, {}, body))
    assert found.number == FIRST
    assert found.outcome is not Outcome.ACCEPTED


@settings(deadline=None)
@given(st.integers(100, 599), JSON, JSON)
def test_only_an_id_accepts(status: int, value: Any, fault: Any) -> None:
    """A message is accepted by a text for a result, without an error, with a status of success."""
    told = {"id": body_of(REQUEST)["id"], "result": value, "error": fault}
    if read(answer(told, status)).outcome is Outcome.ACCEPTED:
        assert isinstance(value, str)
        assert value
        assert fault is None
        assert 200 <= status < 300


@settings(deadline=None)
@given(st.integers(100, 599), st.integers(), st.text(), st.none() | st.integers())
def test_refused_is_proven(status: int, code: int, message: str, number: int | None) -> None:
    """An error to somebody else's request never rejects ours."""
    ours = body_of(REQUEST)["id"]
    found = read(error(REQUEST, code, message, status, id=number))
    assert number in (None, ours) or found.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)
