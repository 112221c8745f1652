"""What the providers refuse, and what goes wrong on the way, over real sockets with both clients.

The law of this file: an error is of the kind that its contract names, and holds no credential;
nothing reaches a handset that is not said to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from surface import AMERICAN, FRENCH, KINDS, Bench, Desk, approve, make_provider, set_up

from smscore.errors import (
    AuthenticationFailed,
    NoAnswer,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.send.outcomes import Outcome
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr, CallrRest, Hook
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import CallbackConfig, ListenerCallback, PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.steps import Retry

NOBODY = "http://127.0.0.1:9/hook"
BACK = ListenerCallback(url=NOBODY)

PROVIDERS: Mapping[type[Provider], Callable[[Any], Any]] = {
    PhoneCom: lambda provider: provider.list_messages(),
    VoipCommunications: lambda provider: provider.summary(),
    Callr: lambda provider: provider.search(),
    CallrRest: lambda provider: provider.list_messages(),
    Close: lambda provider: provider.messages.list(),
}
"""Each provider, and a method of it that only asks."""

WRONG: Mapping[type[Provider], dict[str, Any]] = {
    PhoneCom: {"access_token": "wrong-one"},
    VoipCommunications: {"api_password": "wrong-one"},
    Callr: {"password": "wrong-one"},
    CallrRest: {"api_key": "wrong-one"},
    Close: {"api_key": "wrong-one"},
}

# Each is of something that is not there.
MISSING: Mapping[type[Provider], Sequence[Callable[[Any], Any]]] = {
    PhoneCom: (
        lambda provider: provider.get_message("none"),
        lambda provider: provider.mark_read("none"),
        lambda provider: provider.mark_unread("a/b"),
        lambda provider: provider.listeners.get(1),
        lambda provider: provider.listeners.replace(1, "sms.in", [BACK]),
        lambda provider: provider.listeners.delete(1),
        lambda provider: provider.events.get_callback(1),
        lambda provider: provider.events.delete_callback(1),
        lambda provider: provider.events.get_listener(1),
        lambda provider: provider.events.delete_listener(1),
        lambda provider: provider.events.create_subscription(1, ["message"]),
        lambda provider: provider.events.list_subscriptions(1),
        lambda provider: provider.events.delete_subscription(1, 1),
        lambda provider: provider.events.create_filter(1, "number", {"eq": AMERICAN}),
        lambda provider: provider.events.list_filters(1),
        lambda provider: provider.events.delete_filter(1, 1),
    ),
    VoipCommunications: (lambda provider: provider.list_scheduled(),),
    Callr: (lambda provider: provider.get("NONE0000"),),
    CallrRest: (lambda provider: provider.ping(),),
    Close: (
        lambda provider: provider.messages.get("acti_none"),
        lambda provider: provider.messages.update("acti_none", text="x"),
        lambda provider: provider.messages.delete("acti_none"),
        lambda provider: provider.messages.cancel("acti_none"),
        lambda provider: provider.templates.get("a/b"),
        lambda provider: provider.templates.update("none", name="x"),
        lambda provider: provider.templates.delete("none"),
        lambda provider: provider.webhooks.get("none"),
        lambda provider: provider.webhooks.update("none", status="paused"),
        lambda provider: provider.webhooks.delete("none"),
    ),
}
# Two providers have nothing that is asked for by id and must be there: it is the path that is not.
ELSEWHERE: Mapping[type[Provider], Callable[[Bench], dict[str, Any]]] = {
    VoipCommunications: lambda _: {"scheduled_list_path": "sms/nowhere"},
    CallrRest: lambda bench: {"base_url": f"{bench.sandbox.url}/callr/v2.0/elsewhere"},
}

UNSAFE: Mapping[type[Provider], Callable[[Any], Any]] = {
    PhoneCom: lambda provider: provider.listeners.create("sms.in", [BACK]),
    VoipCommunications: lambda provider: provider.cancel_scheduled("none"),
    Callr: lambda provider: provider.webhooks.subscribe("sms.mo", Hook(endpoint=NOBODY)),
    Close: lambda provider: provider.templates.create("Doors"),
}


@dataclass(frozen=True)
class Told(Retry):
    """Notes what each refusal asks to wait, and lets no time pass."""

    attempts: int = 2
    asked: list[float | None] = field(default_factory=list)

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Note it."""
        self.asked.append(asked)
        return 0.0 if attempt < self.attempts else None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve the stand-ins once: each test begins with nothing having happened."""
    with set_up(tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture
def bench(shared: Bench, tmp_path: Path) -> Bench:
    """Give what cases are tried on."""
    shared.sandbox.reset()
    shared.hook.heard.clear()
    return Bench(shared.sandbox, shared.hook, tmp_path)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Give each kind of client in turn."""
    return str(request.param)


@pytest.fixture(params=PROVIDERS, ids=lambda each: each.__name__)
def provider(request: pytest.FixtureRequest) -> type[Provider]:
    """Give each provider in turn."""
    found: type[Provider] = request.param
    return found


def asking(
    call: Callable[[Any], Any], error: type[ProviderError], seen: list[ProviderError] | None = None
) -> Any:
    """Make a case that expects a call to be refused by an error of exactly one kind."""

    async def ask(desk: Desk[Any]) -> None:
        with pytest.raises(ProviderError) as caught:
            await desk.call(call(desk.provider))
        assert type(caught.value) is error
        assert not any(each in str(caught.value) for each in desk.provider.secrets())
        if seen is not None:
            seen.append(caught.value)

    return ask


def sending(outcome: Outcome, attempts: int = 1, status: int | None = None) -> Any:
    """Make a case that expects an outcome of a message."""

    async def send(desk: Desk[Any]) -> None:
        receipt = await desk.send(approve(desk.provider))
        assert (receipt.outcome, receipt.attempts) == (outcome, attempts)
        assert status in (None, receipt.http_status)

    return send


def test_wrong_credentials(bench: Bench, kind: str, provider: type[Provider]) -> None:
    """Wrong credentials are told as such, by a call and by a message, which stays unsent."""
    options = {**WRONG[provider], **({"check_quote": False} if provider is Callr else {})}
    made = make_provider(provider, bench.sandbox, **options)
    ask = asking(PROVIDERS[provider], AuthenticationFailed)
    bench.run(kind, made, ask, sending(Outcome.NOT_SENT, status=401))
    assert not bench.sandbox.ledger


def test_missing_things(bench: Bench, kind: str, provider: type[Provider]) -> None:
    """What is not there is NotFound for each method that asks for something by its id or path."""
    options = ELSEWHERE[provider](bench) if provider in ELSEWHERE else {}
    made = make_provider(provider, bench.sandbox, **options)
    bench.run(kind, made, *(asking(each, NotFound) for each in MISSING[provider]))


def test_unsafe_calls_are_made_once(bench: Bench, kind: str) -> None:
    """A call that changes something is not repeated if its answer is lost; it says that it left."""
    for provider, call in UNSAFE.items():
        bench.sandbox.set_faults(script=["disconnect"], on="all")
        seen: list[ProviderError] = []
        made = make_provider(provider, bench.sandbox)
        bench.run(kind, made, asking(call, NoAnswer, seen))
        assert "may have been acted on" in str(seen[0])
        assert sum(bench.sandbox.requests[made.name].values()) == 1


# So many seconds, 0.87 at first, come through as each provider writes them, if it does.
TOLD = {PhoneCom: 1.0, VoipCommunications: 1.0, Callr: 1.0, CallrRest: 1.0, Close: 0.87}


@pytest.mark.parametrize("bare", [False, True], ids=["told", "bare"])
def test_too_many_requests(
    bench: Bench, kind: str, provider: type[Provider], *, bare: bool
) -> None:
    """A 429 is waited for as long as it says, if it says; then it is RateLimited, or not sent."""

    def alter(response: httpx.Response) -> httpx.Response:
        return httpx.Response(429) if bare and response.status_code == 429 else response

    bench.sandbox.set_switch("voip_communications.retry_header")
    made, told = make_provider(provider, bench.sandbox), None if bare else TOLD[provider]

    def run(refusals: int, on: str, *cases: Any) -> list[float | None]:
        script = ["rate_limit"] * refusals
        bench.sandbox.set_faults(script=script, on=on, retry_after=0.87)
        retry = Told()
        bench.run(kind, made, *cases, alter=alter, retry=retry, limits={})
        return retry.asked

    async def ask(desk: Desk[Any]) -> None:
        assert await desk.pages(PROVIDERS[provider](desk.provider)) == []

    seen: list[ProviderError] = []
    assert run(1, "all", ask) == [told]
    assert run(2, "all", asking(PROVIDERS[provider], RateLimited, seen)) == [told, told]
    assert isinstance(seen[0], RateLimited)
    assert seen[0].retry_after == told
    assert run(2, "sends", sending(Outcome.NOT_SENT, 2)) == [told, told]
    assert not bench.sandbox.ledger
    assert run(1, "sends", sending(Outcome.ACCEPTED, 2)) == [told]
    assert len(bench.sandbox.ledger) == 1


def test_pages_of_html(bench: Bench, kind: str, provider: type[Provider]) -> None:
    """A page of HTML with 200 is no answer that can be read, one with 502 says its status."""
    made, seen = make_provider(provider, bench.sandbox), list[ProviderError]()
    bench.sandbox.set_faults(script=["html_after"], on="all")
    bench.run(kind, made, asking(PROVIDERS[provider], UnreadableAnswer, seen))
    bench.sandbox.set_faults(html_before=1.0, on="all")
    bench.run(kind, made, asking(PROVIDERS[provider], ProviderError, seen))
    bench.sandbox.set_faults(disconnect=1.0, on="all")
    bench.run(kind, made, asking(PROVIDERS[provider], NoAnswer))
    assert [each.status for each in seen] == [200, 502]
    assert not any("<" in str(each) for each in seen)


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [("html_before", 0), ("html_after", 1), ("error_before", 0), ("error_after", 1)],
)
def test_a_message_without_a_readable_answer(
    bench: Bench, kind: str, provider: type[Provider], fault: str, arrives: int
) -> None:
    """Whatever came in the place of an answer, the message is in doubt, and sent no second time."""
    one_step = {"two_steps": False} if provider is Close else {}
    bench.sandbox.set_faults(script=[fault])
    made = make_provider(provider, bench.sandbox, **one_step)
    bench.run(kind, made, sending(Outcome.UNKNOWN))
    assert len(bench.sandbox.sends) == 1
    assert len(bench.sandbox.ledger) == arrives


def test_numbers_of_others(bench: Bench, kind: str) -> None:
    """A sender that is no number of the account is for the provider to refuse, and nothing goes."""
    for provider, told in (
        (PhoneCom, "number of the account"),
        (VoipCommunications, "not yours"),
        (Close, "local_phone"),
    ):

        async def send(desk: Desk[Any], told: str = told) -> None:
            receipt = await desk.send(approve(desk.provider, sender="+12025550199"))
            assert receipt.outcome is Outcome.REJECTED
            assert told in (receipt.reason or "")

        bench.run(kind, make_provider(provider, bench.sandbox), send)
    assert not bench.sandbox.ledger


def test_documented_refusals(bench: Bench, kind: str) -> None:
    """What a provider refuses otherwise than by 404 keeps its own code, reason and fields."""
    callr, voip = (
        make_provider(Callr, bench.sandbox),
        make_provider(VoipCommunications, bench.sandbox),
    )
    seen: list[ProviderError] = []
    bench.run(
        kind, callr, asking(lambda each: each.webhooks.unsubscribe("NONE"), ProviderError, seen)
    )
    bench.run(kind, voip, asking(lambda each: each.cancel_scheduled("none"), ProviderError, seen))
    config = CallbackConfig(url=NOBODY)
    phone_com = make_provider(PhoneCom, bench.sandbox)
    bench.run(
        kind,
        phone_com,
        asking(lambda each: each.events.create_callback(config), ProviderError, seen),
    )
    close = make_provider(Close, bench.sandbox)
    bench.run(kind, close, asking(lambda each: each.messages.list(limit=201), ProviderError, seen))
    assert [each.code for each in seen] == ["151", None, "422", None]
    assert [list(each.fields) for each in seen] == [["hash"], [], ["config"], ["_limit"]]
    assert "No such scheduled message" in seen[1].reason
    assert FRENCH not in str(seen)
