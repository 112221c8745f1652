"""CALLR: sending by JSON-RPC, and what its answers mean.

The law of this file: requests and answers are those of the provider's documentation, written out
here; what it leaves open has to come out as unknown.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sending_callr import (
    DECK,
    FIRST,
    KEY,
    ONE,
    SECOND,
    TEXT,
    approve,
    body_of,
    make_provider,
)

from smscore.errors import InvalidSender, NotSupported, OverLimit
from smscore.guard import Guard
from smscore.quoting import quote
from smscore.send.provider import Dispatch
from smscore.send.providers.callr import Callr, CallrOptions, Hook

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REQUEST = make_provider().build(ONE)


def test_request() -> None:
    """A message is one JSON-RPC 2.0 POST with parameters by position."""
    assert (REQUEST.method, REQUEST.url, REQUEST.endpoint) == (
        "POST",
        "https://api.callr.com/json-rpc/v1.1/",
        "sms.send",
    )
    assert dict(REQUEST.headers)["content-type"] == "application/json-rpc; charset=utf-8"
    body = body_of(REQUEST)
    assert body["jsonrpc"] == "2.0"
    assert type(body["id"]) is int
    assert 1 <= body["id"] < 2**31
    sender, to, text, options = body["params"]
    assert (sender, to, text) == ("", FIRST, TEXT)
    assert list(options) == ["user_data"]


def test_null_options() -> None:
    """Without any option there is still a fourth parameter, null."""
    request = make_provider(correlate=False).build(ONE)
    assert body_of(request)["params"] == ["", FIRST, TEXT, None]


def test_id_of_the_request() -> None:
    """The same request has the same id, another one another."""
    other = Dispatch((approve(SECOND),))
    assert make_provider().build(ONE) == REQUEST
    assert body_of(make_provider().build(other))["id"] != body_of(REQUEST)["id"]


def test_handle() -> None:
    """A message carries a handle of its key: short, stable, unreadable, and known to be one."""
    keyed = Dispatch((approve(key="order 17 of +33639980001"),))
    provider = make_provider()
    [*_, options] = body_of(provider.build(keyed))["params"]
    handle = provider.handle(keyed.approvals[0])
    assert options["user_data"] == handle
    assert re.fullmatch(r"smscore-[0-9a-f]{24}", handle or "")
    assert make_provider(login="a", password="b").handle(keyed.approvals[0]) == handle  # noqa: S106
    assert body_of(REQUEST)["params"][3] != options
    own = Dispatch(keyed.approvals, CallrOptions(user_data="mine"))
    assert body_of(provider.build(own))["params"][3] == {"user_data": "mine"}
    assert make_provider(correlate=False).handle(keyed.approvals[0]) is None


def test_user_data_that_would_be_a_handle() -> None:
    """User data of one's own that has the form of a handle would be another message's."""
    handle = make_provider().handle(approve(key="k"))
    with pytest.raises(ValueError, match="handle"):
        CallrOptions(user_data=handle)


def test_options() -> None:
    """Options go by their names, a webhook with its signature; what is not said is not sent."""
    hook = Hook(endpoint="https://example.org/callr", secret="s3cret", algorithm="sha512")  # noqa: S106  # invented
    options = CallrOptions(
        flash_message=False, force_encoding="GSM", nature="ALERTING", user_data="", webhook=hook
    )
    [*_, sent] = body_of(make_provider().build(Dispatch(ONE.approvals, options)))["params"]
    assert sent == {
        "flash_message": False,
        "force_encoding": "GSM",
        "nature": "ALERTING",
        "user_data": "",
        "webhook": {
            "endpoint": "https://example.org/callr",
            "options": {"format": "JSON", "hmac_secret": "s3cret", "hmac_algo": "SHA512"},
        },
    }
    assert "s3cret" not in repr(options)
    plain = CallrOptions(webhook=Hook(endpoint="https://example.org/callr"))
    assert plain.to_dict() == {"webhook": {"endpoint": "https://example.org/callr"}}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"flash_message": 1}, TypeError),
        ({"force_encoding": "gsm"}, ValueError),
        ({"nature": "OTHER"}, ValueError),
        ({"user_data": 7}, TypeError),
        ({"webhook": {"endpoint": "https://example.org"}}, TypeError),
    ],
)
def test_options_that_there_are_not(given: dict[str, Any], fault: type[Exception]) -> None:
    """An option of another kind or value is refused when it is made."""
    with pytest.raises(fault):
        CallrOptions(**given)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"endpoint": "ftp://example.org"}, ValueError),
        ({"endpoint": "https://example.org/\r\n"}, ValueError),
        ({"endpoint": "https://example.org", "algorithm": "ROT13"}, ValueError),
        ({"endpoint": "https://example.org", "secret": ""}, ValueError),
    ],
)
def test_hooks_that_there_are_not(given: dict[str, Any], fault: type[Exception]) -> None:
    """A webhook that cannot be called or signed is refused."""
    with pytest.raises(fault):
        Hook(**given)


def test_options_of_another_provider() -> None:
    """Options of another type are refused before anything is sent."""
    with pytest.raises(TypeError, match="CallrOptions"):
        make_provider().check(Dispatch(ONE.approvals, object()), NOW)


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"api_key": KEY}, f"Api-Key {KEY}"),
        ({"session_token": "tok"}, "Session tok"),
        ({"login": "ann", "password": "pw"}, "Basic " + b64encode(b"ann:pw").decode()),
    ],
)
def test_authentication(given: dict[str, str], header: str) -> None:
    """There are three ways to authenticate, none of which shows in a repr."""
    provider = Callr(**given)  # type: ignore[arg-type]
    request = provider.build(ONE)
    assert dict(request.headers)["authorization"] == header
    shown = repr(provider) + repr(request)
    assert not any(each in shown for each in (*given.values(), *provider.secrets()))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"login": "ann"},
        {"password": "pw"},
        {"api_key": KEY, "session_token": "tok"},
        {"api_key": KEY, "login": "ann", "password": "pw"},
        {"login": "a:b", "password": "pw"},
        {"api_key": ""},
        {"api_key": KEY, "login_as": "ann"},
        {"api_key": KEY, "login_as": "User.login ann\r\nx: y"},
        {"api_key": KEY, "currency": "euro"},
        {"api_key": KEY, "sender": "+33639980001"},
        {"api_key": KEY, "base_url": "http://api.callr.com/json-rpc/v1.1/"},
    ],
)
def test_constructor(given: dict[str, Any]) -> None:
    """What cannot be used is refused when the provider is made, and so is more than one way in."""
    with pytest.raises(ValueError, match=r".+"):
        Callr(**given)


@pytest.mark.parametrize("value", ["User.login ann", "Account.hash a1b2", "user.login ann"])
def test_login_as(value: str) -> None:
    """A master account acts for another by a header, whose type may be in lower case."""
    request = make_provider(login_as=value).build(ONE)
    assert dict(request.headers)["CALLR-Login-As"] == value
    assert "CALLR-Login-As" not in dict(REQUEST.headers)


def test_local_base_url() -> None:
    """The endpoint ends with a slash, however it was given."""
    for url in ("http://127.0.0.1:1/json-rpc/v1.1", "http://127.0.0.1:1/json-rpc/v1.1/"):
        assert make_provider(base_url=url).build(ONE).url == "http://127.0.0.1:1/json-rpc/v1.1/"


def test_end() -> None:
    """The day that the provider has announced to switch the API off is known, and no warning."""
    assert Callr.ends == date(2027, 6, 30)


@pytest.mark.parametrize("sender", ["", "38999", "SMS", "My Shop-1_b", "ABCDEFGHIJK", "1st"])
def test_senders(sender: str) -> None:
    """A sender is none, a shortcode, or a name of up to 11 characters with a letter in it."""
    dispatch = Dispatch((approve(sender=sender),))
    provider = make_provider(sender="Other")
    provider.check(dispatch, NOW)
    assert body_of(provider.build(dispatch))["params"][0] == sender


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("+33639980001", "phone number"),
        ("+1 202-555-0111", "phone number"),
        ("33639980001", "shortcode"),
        ("12", "shortcode"),
        ("ABCDEFGHIJKL", "at most 11"),
        ("1 2-3_4", "letter"),
        ("Café", "letters from A to Z"),
        ("٣٨٩٩٩", "letter"),
        ("SMS!", "letters from A to Z"),
    ],
)
def test_no_senders(sender: str, reason: str) -> None:
    """A sender that the provider would refuse is refused here, with the reason, and not shown."""
    with pytest.raises(InvalidSender, match=reason) as caught:
        make_provider().check(Dispatch((approve(sender=sender),)), NOW)
    assert len(sender) < 8 or sender not in str(caught.value)


@pytest.mark.parametrize("sender", ["A\r\nB", "A\nB", "A\x00B"])
def test_senders_that_break_out(sender: str) -> None:
    """A line break or NUL never reaches a sender."""
    with pytest.raises(InvalidSender, match="shown"):
        make_provider(sender=sender)


def test_sender_of_the_constructor() -> None:
    """The quote's sender goes before the constructor's, the empty one too."""
    assert body_of(make_provider(sender=None).build(ONE))["params"][0] == ""
    provider = make_provider(sender="Shop")
    assert body_of(provider.build(ONE))["params"][0] == "Shop"


def test_length() -> None:
    """A text has at most 3,200 characters."""
    options = CallrOptions()
    make_provider().check(Dispatch((approve(text="a" * 3200),), options), NOW)
    long = Guard().approve(quote("a" * 3201, to=FIRST, deck=DECK))
    with pytest.raises(OverLimit, match="3200"):
        make_provider().check(Dispatch((long,)), NOW)


def test_stop_number() -> None:
    """%STOPNUM% needs a sender, and a quote that has counted what it is replaced by."""
    text = "a" * 146 + " %STOPNUM%"
    counted = approve(text=text, sender="Shop")
    assert (counted.quote.parts, counted.quote.most_parts) == (1, 2)
    make_provider().check(Dispatch((counted,)), NOW)
    with pytest.raises(InvalidSender, match="STOPNUM"):
        make_provider().check(Dispatch((approve(text=text),)), NOW)
    plain = Guard().approve(quote(text, to=FIRST, deck=DECK, sender="Shop"))
    with pytest.raises(ValueError, match="profile='callr'"):
        make_provider().check(Dispatch((plain,)), NOW)


@pytest.mark.parametrize(
    ("encoding", "profile"),
    [(None, "callr"), ("GSM", "callr_gsm"), ("UNICODE", "callr_unicode")],
)
def test_profile(encoding: Any, profile: str) -> None:
    """A forced encoding is counted by a profile of its own."""
    dispatch = Dispatch(ONE.approvals, CallrOptions(force_encoding=encoding))
    assert make_provider().profile(dispatch) == profile


def test_one_recipient() -> None:
    """A request has one recipient."""
    assert make_provider().group == 1
    with pytest.raises(NotSupported):
        make_provider().check(Dispatch((approve(), approve(SECOND))), NOW)
