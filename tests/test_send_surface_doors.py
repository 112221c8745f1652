"""No public method of a provider makes a message: only the engine's build and prepare do.

The law of this file: every method that is found is driven by the cases, and each request that
leaves while none of them sends through an approval is looked at for what it would make.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from surface import find_methods, find_providers, make_provider, recording, set_up
from surface_cases import CASES

from smscore.send.calls import Call
from smscore.send.provider import Provider
from smscore.send.wire import WireRequest

PLUMBING = {"request", "call", "pages", "deletion"}


def makes_message(request: WireRequest) -> bool:
    """Tell whether a request is one that lets a message out, by the providers' own words."""
    path = urlsplit(request.url).path.rstrip("/")
    try:
        body = json.loads(request.content or b"{}")
    except ValueError:
        body = {}
    if "/activity/sms" in path:
        return request.method in ("POST", "PUT") and body.get("status") in ("outbox", "scheduled")
    return body.get("method") == "sms.send" or (
        request.method == "POST" and path.endswith(("/sms", "/sms/send"))
    )


def find_public(value: object) -> Iterator[tuple[object, str]]:
    """Find the public names of a provider, and of whatever of ours its attributes are."""
    for name in dir(value):
        if name.startswith("_"):
            continue
        yield value, name
        inner = getattr(value, name)
        if is_dataclass(inner) and type(inner).__module__.startswith("smscore.send.providers"):
            yield from find_public(inner)


@pytest.mark.parametrize("provider", find_providers(), ids=lambda each: each.__name__)
def test_no_plumbing_is_public(tmp_path: Path, provider: type[Provider]) -> None:
    """Nothing that takes a path or a method of the caller's can be reached by public names."""
    with set_up(tmp_path) as bench:
        made = make_provider(provider, bench.sandbox)
    found = list(find_public(made))
    assert len(found) > len(find_methods(provider))
    assert not [(type(holder).__name__, name) for holder, name in found if name in PLUMBING]
    helpers = {id(holder): holder for holder, _ in found if holder is not made}.values()
    for helper in helpers:
        assert is_dataclass(helper)
        assert all(each.name.startswith("_") for each in fields(helper))


@pytest.mark.parametrize("provider", find_providers(), ids=lambda each: each.__name__)
def test_no_method_makes_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: type[Provider]
) -> None:
    """Of all methods, only rescheduling asks for what lets a message out that was to go out."""
    made: list[WireRequest] = []
    usual = Call.__init__

    def watch(self: Call[Any], request: WireRequest, *given: Any, **named: Any) -> None:
        made.append(request)
        usual(self, request, *given, **named)

    monkeypatch.setattr(Call, "__init__", watch)
    engine: list[WireRequest] = []
    build = provider.build

    def note(self: Any, *given: Any, **named: Any) -> WireRequest:
        engine.append(build(self, *given, **named))
        return engine[-1]

    monkeypatch.setattr(provider, "build", note)
    with set_up(tmp_path) as bench, recording(provider) as record:
        bench.run("sync", make_provider(provider, bench.sandbox), *CASES[provider], record=record)
    assert record.done == set(find_methods(provider))
    # The cases send by approvals too: what that makes is known for what it is.
    assert all(map(makes_message, engine))
    assert engine
    found = [json.loads(each.content) for each in made if makes_message(each)]
    # It was scheduled by an approval; test_send_close_steps shows that nothing else is.
    names = [sorted(each) for each in found]
    assert names == ([["date_scheduled", "status"]] if provider.name == "close" else [])
