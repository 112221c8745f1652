"""Every method of every provider, over real sockets, with both clients.

The law of this file: a case asserts what was answered and what the stand-in then has. A method
that no case has answered fails the test, so that none can be added and forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from surface import (
    KINDS,
    Bench,
    Desk,
    approve,
    find_methods,
    find_providers,
    make_provider,
    recording,
    set_up,
)
from surface_cases import CASES, recent

from smscore.errors import ProviderError
from smscore.send.calls import Call
from smscore.send.outcomes import Outcome
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr, CallrRest
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.wire import WireResponse

NEW = {"x_new": {"of": [1.5, None, "later"]}}
"""What no documentation has: it is put into every object of an answer."""


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


def run_all(bench: Bench, kind: str, provider: type[Provider], **more: Any) -> set[str]:
    """Try all cases of a provider; give the names of the methods that were answered."""
    with recording(provider) as record:
        made = make_provider(provider, bench.sandbox)
        bench.run(kind, made, *CASES[provider], record=record, **more)
    return record.done


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", find_providers(), ids=lambda each: each.__name__)
def test_every_method_answers(bench: Bench, kind: str, provider: type[Provider]) -> None:
    """Each method that a provider's classes have is answered, as the cases say."""
    assert run_all(bench, kind, provider) == set(find_methods(provider))


def test_a_new_method_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that is added, to a provider or to what it hands out, is one to be tried."""

    def recall(self: object, key: str) -> Call[str]:
        raise AssertionError(self, key)

    before = set(find_methods(Close))
    for each in (Close, type(Close(api_key="api_1").templates)):
        monkeypatch.setattr(each, "recall", recall, raising=False)
    assert set(find_methods(Close)) - before == {"Close.recall", "Templates.recall"}


def add_fields(value: Any) -> Any:
    """Put what nobody knows into every object, but not into a table of characters."""
    if isinstance(value, list):
        return [add_fields(each) for each in value]
    if not isinstance(value, dict) or (value and max(map(len, value)) == 1):
        return value
    return {**{name: add_fields(each) for name, each in value.items()}, **NEW}


def lose_status(value: Any) -> Any:
    """Put a status that nobody has heard of in the place of every other one."""
    if isinstance(value, list):
        return [lose_status(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = ("status", "sms_status")
    return {name: "in_limbo" if name in names else lose_status(value[name]) for name in value}


def rewrite(change: Callable[[Any], Any]) -> Callable[[httpx.Response], httpx.Response]:
    """Give what puts another JSON in the place of an answer's."""

    def alter(response: httpx.Response) -> httpx.Response:
        if not response.content:
            return response
        headers = {"content-type": response.headers["content-type"]}
        body = json.dumps(change(response.json())).encode()
        return httpx.Response(response.status_code, headers=headers, content=body)

    return alter


def find_raw(value: object) -> Iterator[Mapping[str, object]]:
    """Find whatever is kept raw in an answer, however deep."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from find_raw(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from find_raw(getattr(value, each.name))
        if hasattr(value, "raw"):
            yield value.raw


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", find_providers(), ids=lambda each: each.__name__)
def test_unknown_fields_are_kept(bench: Bench, kind: str, provider: type[Provider]) -> None:
    """With a field that nobody knows in every object, each method answers alike, and keeps it."""
    kept: list[bool] = []

    def check(value: object) -> None:
        kept.extend("x_new" in each for each in find_raw(value))

    assert run_all(bench, kind, provider, alter=rewrite(add_fields), check=check) == set(
        find_methods(provider)
    )
    assert kept
    assert all(kept)


# A status that is answered leaves a message in doubt; a result code or an id without one does not.
SENT_IN_LIMBO = {
    PhoneCom: Outcome.UNKNOWN,
    VoipCommunications: Outcome.ACCEPTED,
    Callr: Outcome.ACCEPTED,
    CallrRest: Outcome.UNKNOWN,
    Close: Outcome.UNKNOWN,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("provider", "two_steps"),
    [*((each, False) for each in find_providers()), (Close, True)],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_unknown_statuses_are_kept(
    bench: Bench, kind: str, provider: type[Provider], two_steps: bool
) -> None:
    """A status that nobody has heard of is kept as it came, and says nothing of the outcome."""
    steps = {} if provider is not Close else {"two_steps": two_steps}
    made = make_provider(provider, bench.sandbox, **steps)

    async def send(desk: Desk[Any]) -> None:
        receipt = await desk.send(approve(desk.provider))
        assert receipt.accepted
        keys.append(receipt.message_id or "")

    async def look(desk: Desk[Any]) -> None:
        found = await desk.pages(desk.provider.find_sent(*recent()))
        fetch = desk.provider.fetch(keys[0])
        if fetch is not None:
            found.append(await desk.call(fetch))
        assert {(each.status, each.outcome) for each in found} == {("in_limbo", Outcome.UNKNOWN)}

    async def send_again(desk: Desk[Any]) -> None:
        receipt = await desk.send(approve(desk.provider))
        assert receipt.outcome is SENT_IN_LIMBO[provider]
        assert receipt.status in ("in_limbo", None)

    keys: list[str] = []
    bench.run(kind, made, send)
    bench.run(kind, made, look, send_again, alter=rewrite(lose_status))


ODD: tuple[Any, ...] = (
    None, True, -1, 1.5, 10**30, "", "x", "\ud800", "9999-99-99T99:99:99Z",
    [], [None], ["x"], {}, {"a": None}, [[[]]],
)  # fmt: skip
NO_JSON = (b"", b"[[[", b"NaN", b"\xff\xfe", b"<html>", b"[1e5000]", b"1e999999999", b"[" * 50_000)


def vary(value: Any) -> Iterator[Any]:
    """Give a value with each of its parts changed to something odd, or left out."""
    yield from ODD
    if isinstance(value, dict):
        for name in value:
            yield {other: value[other] for other in value if other != name}
            yield from ({**value, name: each} for each in vary(value[name]))
    elif isinstance(value, list) and value:
        yield from ([each, *value[1:]] for each in vary(value[0]))


@pytest.mark.parametrize("provider", find_providers(), ids=lambda each: each.__name__)
def test_odd_answers_are_told(bench: Bench, provider: type[Provider]) -> None:
    """Whatever comes in the place of a right answer is read, or a ProviderError, and no other."""
    came: list[httpx.Response] = []
    answers: list[tuple[Call[Any], httpx.Response]] = []

    def alter(response: httpx.Response) -> httpx.Response:
        came.append(response)
        return response

    with recording(provider) as record:

        def check(_: object) -> None:
            call = record.answered[-1]
            if isinstance(call, Call):
                answers.append((call, came[-1]))

        made = make_provider(provider, bench.sandbox)
        bench.run("sync", made, *CASES[provider], record=record, alter=alter, check=check)
    tried = 0
    for call, response in answers:
        bodies = [(status, body) for body in NO_JSON for status in (200, 302, 401, 404, 429, 500)]
        if response.content:
            varied = map(json.dumps, vary(response.json()))
            bodies += [(response.status_code, each.encode()) for each in varied]
        for status, body in bodies:
            tried += 1
            with suppress(ProviderError):
                call.read(WireResponse(status, dict(response.headers), body))
    assert tried > 100 * len(CASES[provider])
