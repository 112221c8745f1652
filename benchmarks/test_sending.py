"""Sending one message, known before and after, beside httpx doing the same POST.

The law of this file: each provider's pair is one group, so that they stand together in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.sending import DECK, make_providers, run_sandbox
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send.client import SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Receipt
from smscore.send.provider import Dispatch, Provider

NAMES = ("phone_com", "voip_communications", "callr", "close")
NUMBERS = count()


@pytest.fixture(scope="module")
def providers() -> Iterator[dict[str, Provider]]:
    """Run the sandbox, and give the providers that speak to it."""
    with run_sandbox() as addresses:
        yield {each.name: each for each in make_providers(addresses)}


def approve(provider: Provider) -> Approval:
    """Approve a message that was not sent before."""
    text = f"Your parcel {next(NUMBERS)} is here"
    priced = quote(text, to="+12122000001", deck=DECK, profile=provider.name)
    return Guard(max_total=10**6).approve(priced)


@pytest.mark.parametrize("name", NAMES)
def test_send(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., Receipt],
    providers: dict[str, Provider],
    name: str,
    tmp_path: Path,
) -> None:
    """The guard's second look, the journal twice on the disk, the POST, the answer read."""
    benchmark.group = f"sending: {name}"
    provider = providers[name]
    with (
        Journal(tmp_path / "sent.db") as journal,
        SmsClient(provider, journal, limits={}) as client,
    ):

        def send(approval: Approval) -> Receipt:
            return client.send(approval)

        receipt = run_rounds(
            send, setup=lambda: ((approve(provider),), {}), rounds=100, warmup_rounds=5
        )
    assert receipt.accepted


@pytest.mark.parametrize("name", NAMES)
def test_bare_httpx(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., httpx.Response],
    providers: dict[str, Provider],
    name: str,
) -> None:
    """The same POST, with nothing kept."""
    benchmark.group = f"sending: {name}"
    provider = providers[name]
    with httpx.Client() as client:

        def post(approval: Approval) -> httpx.Response:
            request = provider.build(Dispatch((approval,)))
            return client.post(request.url, headers=list(request.headers), content=request.content)

        answer = run_rounds(
            post, setup=lambda: ((approve(provider),), {}), rounds=100, warmup_rounds=5
        )
    assert answer.is_success
