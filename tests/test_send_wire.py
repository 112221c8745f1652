"""Requests and responses as values: what cannot be built, and what does not show.

The law of this file: expected octets are those of the standards that the functions name.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.send.provider import check_base_url, read_seconds
from smscore.send.steps import Drift
from smscore.send.wire import (
    WireRequest,
    WireResponse,
    form_content,
    json_content,
    read_json,
    with_query,
)

URL = "https://api.example.org/sms"


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\x1f", "\x7f"])
def test_a_control_character_breaks_nothing(character: str) -> None:
    """A URL, a method or a header with a control character in it is no request."""
    bad = f"a{character}b"
    for parts in (
        {"method": bad, "url": URL},
        {"method": "GET", "url": URL + bad},
        {"method": "GET", "url": URL, "headers": (("x-sender", bad),)},
        {"method": "GET", "url": URL, "headers": ((bad, "x"),)},
    ):
        with pytest.raises(ValueError, match="control character"):
            WireRequest("send", **parts)


def test_what_may_be_private_does_not_show() -> None:
    """Neither a URL, a header nor a body is in a repr."""
    request = WireRequest("send", "POST", URL + "?to=1", (("authorization", "x-key"),), b"a text")
    response = WireResponse(200, {"x": "x-key"}, b"a text")
    for private in ("to=1", "x-key", "a text"):
        assert private not in repr((request, response))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"sale": 0.01}', {"sale": Decimal("0.01")}),
        (b"1e400", Decimal("1e400")),
        (b"[1, null, true]", [1, None, True]),
    ],
)
def test_json_has_no_floats(body: bytes, value: object) -> None:
    """A number that is not whole is a Decimal, exactly as it stands."""
    assert read_json(body) == value


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"NaN", b"Infinity", b"\xff\xfe", b"[" * 100_000, b"1e" + b"9" * 30],
)
def test_what_is_no_json(body: bytes) -> None:
    """What is no JSON is a ValueError, however deep, and an empty object for whoever wants one."""
    with pytest.raises(ValueError):  # noqa: PT011  # json's own words, or ours
        read_json(body)
    assert WireResponse(200, {}, body).object() == {}


def test_an_object_is_wanted() -> None:
    """JSON that is no object reads as an empty one."""
    assert WireResponse(200, {}, b"[1]").object() == {}
    assert WireResponse(204).ok
    assert not WireResponse(301).ok


@given(fields=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_forms_and_queries_come_back(fields: list[tuple[str, str]]) -> None:
    """Whatever is written into a form or a query is read from it again, plus signs included."""
    form = parse_qsl(form_content(fields).decode("ascii"), keep_blank_values=True)
    assert form == fields
    url = with_query(URL, fields)
    assert "+" not in url
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == fields


def test_json_is_utf_8() -> None:
    """Texts are written as they are, without escapes or spaces."""
    assert json_content({"text": "Grüße"}) == '{"text":"Grüße"}'.encode()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.org",
        "ftp://api.example.org",
        "https://",
        "https://user:word@api.example.org",
        "https://api.example.org/?key=1",
        "https://api.example.org/#part",
        "api.example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
    ],
)
def test_hosts_are_reached_by_https(url: str) -> None:
    """A base URL is https and holds no credentials; plain http is for this machine."""
    with pytest.raises(ValueError, match="base URL"):
        check_base_url(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.example.org/v1/", "https://api.example.org/v1"),
        ("http://127.0.0.1:8080/close/api/v1", "http://127.0.0.1:8080/close/api/v1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
    ],
)
def test_base_urls(url: str, allowed: str) -> None:
    """A base URL comes back without its last slash."""
    assert check_base_url(url) == allowed


def test_plain_http_is_allowed_on_request() -> None:
    """A caller may allow http, to a gateway within a network of its own."""
    assert check_base_url("http://10.0.0.1/v1", allow_http=True) == "http://10.0.0.1/v1"


def test_a_drift_has_no_floats() -> None:
    """How far quotes may differ is a Decimal, not below zero."""
    kinds: list[dict[str, Any]] = [{"price": 0.05}, {"parts": 1.0}]
    values: list[dict[str, Any]] = [
        {"price": Decimal(-1)},
        {"parts": -1},
        {"price": Decimal("NaN")},
    ]
    for wrong in kinds:
        with pytest.raises(TypeError):
            Drift(**wrong)
    for wrong in values:
        with pytest.raises(ValueError, match="below zero"):
            Drift(**wrong)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("0.87", 0.87),
        ("17", 17.0),
        (17, 17.0),
        (Decimal("0.5"), 0.5),
        (" 5 ", 5.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("1e9", None),
    ],
)
def test_seconds(told: object, seconds: float | None) -> None:
    """Seconds are read with their decimals; whatever else stands there is no time to wait."""
    assert read_seconds(told) == seconds  # type: ignore[arg-type]
