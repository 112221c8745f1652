"""Credentials and accounts: what is refused of a key, and whose account each provider is.

The law of this file: a key that no header can carry is refused before anything is made of it, and
an account is the same after whatever of its credentials can be changed for another.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
import sending_callr
import sending_voip

from smscore.send.outcomes import Outcome
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr, CallrRest
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications

Make = Callable[[str], Provider]


def voip(key: str, **options: Any) -> VoipCommunications:
    """Make a provider of bulk messages."""
    given: dict[str, Any] = {"api_password": "pw", "mode": "bulk", **options}
    return VoipCommunications(api_key=key, **given)


TOKENS: dict[str, Make] = {
    "phone_com": lambda token: PhoneCom(access_token=token, account_id=900100),
    "voip_communications": voip,
    "callr key": lambda token: Callr(api_key=token),
    "callr session": lambda token: Callr(session_token=token),
    "callr rest": lambda token: CallrRest(api_key=token),
    "callr rest account": lambda token: CallrRest(api_key=token, account_sid="AC1"),
    "close key": lambda token: Close(api_key=token),
    "close token": lambda token: Close(access_token=token),
}


@pytest.mark.parametrize("make", TOKENS.values(), ids=TOKENS.keys())
@pytest.mark.parametrize(
    "form",
    ["{} ", " {}", "{}\t", "\u00a0{}", "{}é", "“{}”", "{}\u200b", "{}\x7f", "{}\x01", "{}\n"],
)
def test_a_key_that_no_header_can_carry(make: Make, form: str) -> None:
    """A key or token that is not ASCII, or has spaces around it, is refused and not shown."""
    made = make("0123abcd-SECRET")
    assert "0123abcd-SECRET" in made.secrets()
    with pytest.raises(ValueError, match=r".+") as caught:
        make(form.format("0123abcd-SECRET"))
    assert "SECRET" not in "".join(traceback.format_exception_only(caught.value))
    assert "SECRET" not in repr(caught.value)


@pytest.mark.parametrize("password", ["pä55 wörd", " spaced ", "“quoted”"])
def test_a_password_of_any_characters(password: str) -> None:
    """A password may have any characters: it is encoded before it comes into a header."""
    providers: list[Provider] = [
        Callr(login="ada", password=password),
        voip("key", api_password=password),
    ]
    for each in providers:
        assert password in each.secrets()
        assert all(secret.isascii() for secret in each.secrets() if secret != password)


def phone_com(token: str = "a", account: int = 900100, **options: Any) -> PhoneCom:  # noqa: S107  # invented
    """Make a provider of one account."""
    return PhoneCom(access_token=token, account_id=account, **options)


def callr(**options: Any) -> Callr:
    """Make a provider by any of the ways to authenticate."""
    return Callr(**options)


def login(password: str = "p", **options: Any) -> Callr:  # noqa: S107  # invented
    """Make a provider by a login."""
    return Callr(**{"login": "ada", "password": password, **options})


def rest(key: str = "a", **options: Any) -> CallrRest:
    """Make a provider of CALLR's newer API."""
    return CallrRest(api_key=key, **options)


LOCAL = "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (phone_com(), phone_com("b")),
        (phone_com(), phone_com(extension_id=7, sender="+12025550111")),
        (voip("a"), voip("a", api_password="other", recipients_per_request=2)),  # noqa: S106
        (login(), login("other")),
        (login(), login(sender="SMS", currency="EUR", correlate=False)),
        (login(login_as="User.login bob"), login(login_as="user.login bob")),
        (rest(account_sid="AC1"), rest("b", account_sid="AC1")),
        (Close(api_key="a"), Close(api_key="a", two_steps=False)),
    ],
    ids=lambda each: each.name,
)
def test_the_same_account(one: Provider, other: Provider) -> None:
    """An account stays what it is when a token or a password is changed, or an option."""
    assert one.identity == other.identity


@pytest.mark.parametrize(
    "providers",
    [
        [phone_com(), phone_com(account=900101), phone_com(base_url=LOCAL)],
        [voip("a"), voip("b"), voip("a", base_url=LOCAL)],
        [
            login(),
            login(login="bob"),
            login(login_as="User.login bob"),
            login(login_as="Account.hash bob"),
            login(base_url=LOCAL),
            callr(api_key="ada"),
            callr(api_key="bob"),
            callr(session_token="ada"),  # noqa: S106  # invented
            rest("ada"),
            rest("ada", base_url=LOCAL),
            rest("bob"),
            rest("b", account_sid="AC1"),
            rest("b", account_sid="AC2"),
        ],
        [
            Close(api_key="a"),
            Close(api_key="b"),
            Close(access_token="a"),  # noqa: S106  # invented
            Close(api_key="a", base_url=LOCAL),
        ],
    ],
    ids=lambda each: each[0].name,
)
def test_other_accounts(providers: list[Provider]) -> None:
    """What may be another account, at another place or for somebody else, is another."""
    assert len({each.identity for each in providers}) == len(providers)
    assert all(each.identity.startswith(f"{each.name}\n") for each in providers)


def test_refused_credentials_in_a_success() -> None:
    """Credentials refused inside an HTTP 200 are told by the code 401, and nothing else is."""
    number = sending_callr.make_provider().build(sending_callr.ONE)
    for said in (401, "401"):
        refused = sending_callr.error(number, said, "AUTHENTICATION_FAILED")
        [found] = sending_callr.make_provider().read(sending_callr.ONE, refused)
        assert (found.outcome, found.code) == (Outcome.REJECTED, "401")
    unnamed = sending_callr.error(number, 401, "AUTHENTICATION_FAILED", id=None)
    [found] = sending_callr.make_provider().read(sending_callr.ONE, unnamed)
    assert (found.outcome, found.code) == (Outcome.REJECTED, "401")
    entries = [
        sending_voip.entry(to=to, code=code, code_desc="no", status="")
        for to, code in (("12025550122", 401), ("12025550122", "401"))
    ]
    for answer in (
        sending_voip.log(entries[0]),
        sending_voip.log(*entries),
        sending_voip.answer({"error": 1, "error_message": "no", "code": 401}),
    ):
        [found] = sending_voip.make_provider().read(sending_voip.ONE, answer)
        assert (found.outcome, found.code) == (Outcome.REJECTED, "401")
    [found] = sending_voip.make_provider().read(
        sending_voip.ONE, sending_voip.answer({"error": 1, "error_message": "no", "code": 200})
    )
    assert (found.outcome, found.code) == (Outcome.REJECTED, "error")
