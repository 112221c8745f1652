"""What a dry run of `smscore send` tells of time, requests and what is not known.

The law of this file: limits and steps are those that the providers document.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cli_sending import Desk, read, write_campaign

from smscore.cli.dispatching import Progress, TellingPacer
from smscore.cli.send_command import show_sending
from smscore.send.provider import RateLimit
from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve all providers."""
    with Sandbox() as sandbox:
        yield sandbox


def test_the_time_that_rate_limits_take_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of 100 messages at 30 in 30 seconds the last ones leave after 90; without limits at once."""
    desk = Desk(sandbox, tmp_path)
    path = write_campaign(tmp_path, 100)
    done = desk.try_out(str(path))
    assert b"Takes       90 seconds at least, by the provider's rate limits" in done.stdout
    plan = read(desk.try_out(str(path), "--no-limits", "--format", "json"))["plan"]
    assert plan["seconds_by_rate_limits"] == 0
    assert b"Takes" not in desk.try_out(str(write_campaign(tmp_path, 30))).stdout


def test_a_message_of_two_steps_is_three_requests(sandbox: Sandbox, tmp_path: Path) -> None:
    """A message that is stored, released and looked at is counted as three requests."""
    desk = Desk(sandbox, tmp_path, "close")
    desk.deck.write_text("price,currency\n0.01,EUR\n", encoding="utf-8")
    arguments = ("Hello", "--to", "+12025550123", "--format", "json")
    assert read(desk.try_out(*arguments))["plan"]["requests"] == 3
    assert desk.send(*arguments).returncode == 0
    assert sum(sandbox.requests["close"].values()) == 3


def test_what_is_not_known_of_a_provider_is_told_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A file's dry run says what nobody knows of the provider's counting, and by what it counts."""
    desk = Desk(sandbox, tmp_path)
    done = desk.try_out(str(write_campaign(tmp_path, 3)))
    lines = [line for line in done.stdout.decode().splitlines() if line.startswith("Not known")]
    assert lines
    assert len(lines) == len({*lines})
    assert b"0.12 EUR expected, exact by the deck" in done.stdout


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("phone_com", "the provider never tells what a message cost"),
        ("voip_communications", "reported by the provider, without a currency: --option currency="),
        ("close", "the provider has not told yet what it cost: smscore reconcile asks later"),
    ],
)
def test_why_a_price_is_not_known_is_told(
    sandbox: Sandbox, tmp_path: Path, provider: str, words: str
) -> None:
    """A price that never comes, comes later, or came without a currency is told as such."""
    desk = Desk(sandbox, tmp_path, provider)
    desk.deck.write_text("price,currency\n0.01,EUR\n", encoding="utf-8")
    product = ("--option", "mode=two_way") if provider == "voip_communications" else ()
    done = desk.send("Hello", "--to", "+12025550123", *product)
    assert done.returncode == 0, done.stderr.decode()
    assert words in done.stdout.decode()
    if product:
        document = read(desk.send("Bye", "--to", "+12025550123", *product, "--format", "json"))[
            "sending"
        ]
        priced = (*product, "--option", "currency=EUR", "--format", "json")
        told = read(desk.send("Ciao", "--to", "+12025550123", *priced))["sending"]
        assert document["reported"] == {}
        assert document["reported_without_currency"] == told["reported"]["EUR"]


def test_it_is_told_when_a_rate_limit_is_waited_for() -> None:
    """Whoever draws is told with each request whether it waits for the provider's rate limit."""
    told: list[bool] = []
    pacer = TellingPacer({"sms.create": (RateLimit(2, 30.0),)}, told.append)
    for _ in range(3):
        pacer.take("sms.create", {"requests": 1})
    assert told == [False, False, True]


@pytest.mark.parametrize("waits", [False, True])
def test_what_waits_for_a_rate_limit_is_drawn(monkeypatch: pytest.MonkeyPatch, waits: bool) -> None:
    """On a terminal it is drawn that the next message waits for the rate limit, if it does."""
    terminal = StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    with show_sending(2, "EUR") as watch:
        watch(Progress(waits=waits))
    assert ("waiting for the provider's rate limit" in terminal.getvalue()) is waits
    assert "of 2 messages" in terminal.getvalue()
