"""How the command line reads a provider's options, credentials and the guard's limits.

The law of this file: what is read is what the provider's own fields and the guard take; nothing is
sent, and no value is repeated in a refusal.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Literal

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.cli.accounts import CLASSES, find_class, open_account, read_value
from smscore.cli.campaign import make_key
from smscore.cli.credentials import NEEDED, find_credentials, find_secret, name_variable
from smscore.cli.exits import Exit, exit_of
from smscore.cli.send_options import make_guard
from smscore.cli.tallies import ROWS_SHOWN, Reasons
from smscore.decks import RateDeck
from smscore.errors import (
    AuthenticationFailed,
    InvalidNumber,
    JournalError,
    NoRate,
    OverCap,
)
from smscore.privacy import Secret
from smscore.quiet_hours import QuietHours
from smscore.send import PhoneComOptions, VoipOptions

DECK = RateDeck.parse(b"price,currency\n0.04,EUR\n", "deck.csv")


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take all credentials out of the environment, and the keyring away."""
    for provider, sets in NEEDED.items():
        for name in {each for names in sets for each in names}:
            monkeypatch.delenv(name_variable(provider, name), raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.parametrize(
    ("hint", "said", "value"),
    [
        (bool, "no", False),
        (int | str | None, "866571", 866571),
        (int | str | None, "main", "main"),
        (str | None, "12", "12"),
        (Literal["GSM", "UNICODE"] | None, "GSM", "GSM"),
        (Decimal | None, "0.05", Decimal("0.05")),
        (datetime | None, "2031-05-04T13:30+00:00", datetime(2031, 5, 4, 13, 30, tzinfo=UTC)),
        (tuple[str, ...], "a,b", ("a", "b")),
    ],
)
def test_a_value_is_read_as_its_field_says(hint: object, said: str, value: object) -> None:
    """A value has the type of the provider's field."""
    found = read_value("name", hint, said)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("hint", "said", "told"),
    [
        (bool, "hunter2", "true or false"),
        (int, "hunter2", "a whole number"),
        (Literal["GSM", "UNICODE"], "hunter2", "one of GSM, UNICODE"),
        (Decimal, "NaN", "an amount"),
        (datetime, "hunter2", "a time such as"),
        (dict[str, str], "hunter2", "cannot be given on the command line"),
    ],
)
def test_a_value_that_is_none_is_refused_without_it(hint: object, said: str, told: str) -> None:
    """A value that cannot be read is refused by what it should be."""
    with pytest.raises(click.UsageError, match=told) as caught:
        read_value("name", hint, said)
    assert said not in caught.value.message


def test_options_go_to_the_provider_or_to_its_messages() -> None:
    """An option of both is the provider's; one of the messages alone makes their options."""
    account = open_account("phone_com", {"store_extension_id": "12"}, sending=False)
    assert (account.options, getattr(account.provider, "store_extension_id", None)) == (None, 12)
    date = "2031-05-04T13:30+00:00"
    said = {"mode": "bulk", "account_zone": "America/New_York", "delivery_date": date}
    account = open_account("voip_communications", said, sending=False)
    assert account.options == VoipOptions(delivery_date=datetime.fromisoformat(date))
    assert account.profile == "voip_communications"
    with pytest.raises(click.UsageError, match="no zone"):
        open_account("voip_communications", {**said, "delivery_date": date[:16]}, sending=False)
    assert PhoneComOptions().send_at is None


def test_the_profile_is_that_of_the_options() -> None:
    """A forced encoding is counted as the provider then counts."""
    assert open_account("callr", {}, sending=False).profile == "callr"
    forced = open_account("callr", {"force_encoding": "GSM"}, sending=False)
    assert forced.profile == "callr_gsm"


@pytest.mark.parametrize("name", CLASSES)
def test_every_provider_is_known(name: str) -> None:
    """The name on the command line is the provider's own, and that of its credentials."""
    assert find_class(name).name == name
    assert set(NEEDED) == set(CLASSES)


@pytest.mark.parametrize(
    ("provider", "there", "missing"),
    [
        ("phone_com", ["account_id"], "set SMSCORE_PHONE_COM_ACCESS_TOKEN in"),
        (
            "voip_communications",
            [],
            "set SMSCORE_VOIP_COMMUNICATIONS_API_KEY and SMSCORE_VOIP_COMMUNICATIONS_API_PASSWORD",
        ),
        ("callr", ["login"], "set SMSCORE_CALLR_PASSWORD in"),
        (
            "callr",
            [],
            "set SMSCORE_CALLR_LOGIN and SMSCORE_CALLR_PASSWORD, or SMSCORE_CALLR_API_KEY in",
        ),
        ("close", [], "set SMSCORE_CLOSE_API_KEY, or SMSCORE_CLOSE_ACCESS_TOKEN in"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, provider: str, there: list[str], missing: str
) -> None:
    """A set of credentials that is begun is asked for to its end, or else any set."""
    for name in there:
        monkeypatch.setenv(name_variable(provider, name), "hunter2")
    with pytest.raises(click.UsageError) as caught:
        find_credentials(provider)
    assert missing in caught.value.message
    assert "hunter2" not in caught.value.message


def test_credentials_of_two_kinds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two sets are whole nobody knows whose account was meant."""
    for name in ("login", "password", "api_key"):
        monkeypatch.setenv(name_variable("callr", name), "hunter2")
    with pytest.raises(click.UsageError, match="not both"):
        find_credentials("callr")
    monkeypatch.delenv("SMSCORE_CALLR_LOGIN")
    assert find_credentials("callr") == {"api_key": Secret("hunter2")}


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in both is the environment's; a keyring that fails has nothing."""
    keyring = ModuleType("keyring")
    asked: list[tuple[str, str]] = []

    def get_password(service: str, name: str) -> str:
        asked.append((service, name))
        if name == "journal.key":
            raise RuntimeError("no backend")
        return "from the keyring"

    keyring.__dict__["get_password"] = get_password
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setenv("SMSCORE_CLOSE_API_KEY", "from the environment")
    assert find_secret("close", "api_key") == Secret("from the environment")
    assert find_secret("close", "access_token") == Secret("from the keyring")
    monkeypatch.delenv("SMSCORE_JOURNAL_KEY", raising=False)
    assert find_secret("journal", "key") is None
    assert asked == [("smscore", "close.access_token"), ("smscore", "journal.key")]


def test_the_guard_is_the_one_that_was_asked_for() -> None:
    """Each option of the command is a limit of the guard."""
    hours = QuietHours(time(21), time(8))
    guard = make_guard(
        DECK,
        max_total="50 EUR",
        max_price="0.1",
        max_parts=3,
        per_day="20",
        countries=("GB",),
        denied_countries=("FR",),
        alphabet="gsm7",
        quiet_hours=hours,
    )
    told = guard.to_dict()
    assert (told["max_total"], told["max_price"], told["max_parts"]) == ("50 EUR", "0.1", 3)
    assert (told["countries"], told["denied_countries"]) == (["GB"], ["FR"])
    assert (told["alphabets"], guard.quiet_hours) == (["gsm7"], hours)
    [cap] = guard.caps
    assert (cap.window, str(cap.money)) == ("day", "20")
    assert guard.max_age == timedelta(days=1)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_a_key_names_one_message(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two messages have one key only if their number and text are the same."""
    assert (make_key(*one) == make_key(*other)) == (one == other)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Exit)[:5]))))
def test_reasons_keep_the_gravest(found: list[tuple[str, Exit]]) -> None:
    """All rows are counted, the first of each reason are named, and the gravest status is kept."""
    reasons = Reasons()
    for row, (reason, status) in enumerate(found):
        reasons.add(reason, row, status)
    assert sum(reasons.counts.values()) == len(found)
    for reason, rows in reasons.rows.items():
        named = [row for row, (each, _) in enumerate(found) if each == reason]
        assert rows == named[:ROWS_SHOWN]
    assert reasons.status == max((status for _, status in found), default=Exit.CLEAN)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OverCap("max_total", "1 EUR", "2 EUR", "run"), 3),
        (AuthenticationFailed("callr", 401, "no"), 4),
        (JournalError("sent.db", "it is locked"), 2),
        (InvalidNumber("it is empty"), 1),
        (NoRate("GB", "2026-01-01"), 1),
        (OSError("no such file"), 2),
    ],
)
def test_an_error_has_its_status(error: Exception, status: int) -> None:
    """The guard is 3, the provider 4, the message 1, and what the caller is to put right 2."""
    assert exit_of(error) == status


def test_a_relative_folder_is_no_part_of_a_run() -> None:
    """The run of a file has its name without the folder, wherever it is sent from."""
    from smscore.cli.sources import MessageFile

    assert MessageFile(str(Path("a") / "b" / "spring.csv")).name == "spring.csv"
