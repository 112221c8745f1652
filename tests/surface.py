"""What the providers offer, found by looking at their classes, and both clients behind one face.

The law of this file: no method is named here. What there is to be tried is read from annotations,
and what was tried is what a client answered, so that a method that nobody tries is told.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import pkgutil
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Generic, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import httpx
import pytest
from sandboxes import Listener, listening

from smscore.decks import RateDeck
from smscore.errors import NotSupported
from smscore.guard import Approval, Guard
from smscore.quoting import quote
from smscore.send import providers
from smscore.send.calls import Call, Page, Steps
from smscore.send.client import AsyncSmsClient, SmsClient
from smscore.send.journal import Entry, Journal
from smscore.send.outcomes import Receipt
from smscore.send.provider import Provider, TwoStepProvider
from smscore.send.providers.callr import Callr, CallrRest
from smscore.send.providers.close import Close
from smscore.send.providers.phone_com import PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications
from smscore.send.sandbox.callr_rest import CallrRestStandIn
from smscore.send.sandbox.server import Sandbox
from smscore.send.steps import Retry

T = TypeVar("T")
P = TypeVar("P", bound=Provider)
Q = TypeVar("Q", bound=Provider)

KINDS = ("sync", "async")
TEXT = "Doors open at 7"
AMERICAN, FRENCH = "+12025550122", "+33639980001"
QUICK = Retry(attempts=3, first=0.01, longest=5.0)
DOLLARS = RateDeck.parse(b"price,currency\n0.02,USD\n", "dollars.csv")
EUROS = RateDeck.parse(b"price,currency\n0.0650,EUR\n", "euros.csv")

# What every provider has to answer, whatever its annotation says.
_ALWAYS = frozenset({"find_sent", "fetch", "forecast"})
_HOME = providers.__name__


@dataclass(frozen=True)
class Method:
    """A method of a provider, or of what a provider hands out."""

    holder: type
    name: str
    answered: bool
    """Whether a call can come of it, so that a client has to have answered one."""


def find_providers() -> list[type[Provider]]:
    """Find every provider that there is, by name."""
    found: set[type[Provider]] = set()
    for module in pkgutil.iter_modules(providers.__path__, f"{_HOME}."):
        for each in vars(import_module(module.name)).values():
            if inspect.isclass(each) and issubclass(each, Provider):
                found.add(each)
    return sorted(found - {Provider, TwoStepProvider}, key=lambda each: each.__name__)


def find_methods(holder: type, seen: frozenset[type] = frozenset()) -> dict[str, Method]:
    """Find the methods of a class that answer by calls, and those of what its properties give."""
    found: dict[str, Method] = {}
    for name, member in inspect.getmembers_static(holder):
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            helper = get_type_hints(member.fget)["return"]
            if _is_helper(helper) and helper not in seen:
                found |= find_methods(helper, seen | {holder})
        elif inspect.isfunction(member):
            told = get_type_hints(member).get("return", Any)
            if _makes_call(told) or told in (NoReturn, Any) or name in _ALWAYS:
                inherited = member.__qualname__.startswith("Provider.")
                answered = _makes_call(told) and not inherited
                found[f"{holder.__name__}.{name}"] = Method(holder, name, answered)
    return found


def _is_helper(helper: object) -> bool:
    return inspect.isclass(helper) and helper.__module__.startswith(_HOME)


def _makes_call(told: object) -> bool:
    kinds = get_args(told) if get_origin(told) in (Union, UnionType) else (told,)
    return any(get_origin(each) in (Call, Generator) for each in kinds)


@dataclass
class Record:
    """Which methods were tried, by their names, and the calls that were answered."""

    done: set[str] = field(default_factory=set)
    answered: list[object] = field(default_factory=list)
    _made: list[tuple[object, str]] = field(default_factory=list)

    def watch(self, key: str, method: Callable[..., Any], *, answered: bool) -> Callable[..., Any]:
        """Give a method that remembers what it makes."""

        @functools.wraps(method)
        def watched(*given: Any, **named: Any) -> Any:
            try:
                made = method(*given, **named)
            except NotSupported:
                if not answered:
                    self.done.add(key)
                raise
            if made is None and not answered:
                self.done.add(key)
            self._made.append((made, key))
            return made

        return watched

    def note(self, call: object) -> None:
        """Note that a call was answered."""
        self.done |= {key for made, key in self._made if made is call}
        self.answered.append(call)


@contextmanager
def recording(provider: type[Provider]) -> Iterator[Record]:
    """Record, until the block ends, which methods of a provider are tried."""
    record = Record()
    with pytest.MonkeyPatch.context() as patch:
        for key, each in find_methods(provider).items():
            method = getattr(each.holder, each.name)
            watched = record.watch(key, method, answered=each.answered)
            patch.setattr(each.holder, each.name, watched)
        yield record


@dataclass
class Desk(Generic[P]):
    """Where a case is tried: a provider, a client of either kind, the stand-in and a listener.

    `check` looks at whatever is answered.
    """

    provider: P
    client: SmsClient | AsyncSmsClient
    sandbox: Sandbox
    record: Record
    hook: Listener
    check: Callable[[object], None] = lambda _: None

    async def call(self, call: Call[T] | Steps[T] | None) -> T:
        """Have the client perform a call."""
        assert call is not None
        if isinstance(self.client, AsyncSmsClient):
            value = await self.client.call(call)
        else:
            value = self.client.call(call)
        self.record.note(call)
        self.check(value)
        return value

    async def pages(self, call: Call[Page[T]]) -> list[T]:
        """Have the client walk through the pages of a call."""
        if isinstance(self.client, AsyncSmsClient):
            items = [each async for each in self.client.pages(call)]
        else:
            items = list(self.client.pages(call))
        self.record.note(call)
        self.check(items)
        return items

    async def send(self, approval: Approval, options: object = None) -> Receipt:
        """Have the client send a message."""
        if isinstance(self.client, AsyncSmsClient):
            return await self.client.send(approval, options)
        return self.client.send(approval, options)


Case = Callable[[Desk[P]], Coroutine[Any, Any, None]]


class Altered(httpx.HTTPTransport):
    """A transport whose answers come through real sockets, and are altered by a function."""

    def __init__(self, alter: Callable[[httpx.Response], httpx.Response]) -> None:
        super().__init__()
        self._alter = alter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, read the answer whole, and alter it."""
        response = super().handle_request(request)
        response.read()
        response.close()
        return self._alter(response)


class AsyncAltered(httpx.AsyncHTTPTransport):
    """The same, in an event loop."""

    def __init__(self, alter: Callable[[httpx.Response], httpx.Response]) -> None:
        super().__init__()
        self._alter = alter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, read the answer whole, and alter it."""
        response = await super().handle_async_request(request)
        await response.aread()
        await response.aclose()
        return self._alter(response)


@dataclass
class Bench:
    """A stand-in, a listener and a journal, on which cases are tried with either client."""

    sandbox: Sandbox
    hook: Listener
    path: Path

    def run(
        self,
        kind: str,
        provider: P,
        *cases: Case[P],
        record: Record | None = None,
        check: Callable[[object], None] = lambda _: None,
        alter: Callable[[httpx.Response], httpx.Response] | None = None,
        **options: Any,
    ) -> None:
        """Try cases one after another, with a journal of their own."""
        options = {"retry": QUICK, **options}

        def sit(client: SmsClient | AsyncSmsClient) -> Desk[P]:
            return Desk(provider, client, self.sandbox, record or Record(), self.hook, check)

        async def run_async(journal: Journal) -> None:
            transport = None if alter is None else AsyncAltered(alter)
            async with AsyncSmsClient(provider, journal, transport=transport, **options) as client:
                for case in cases:
                    await case(sit(client))

        def run_sync(journal: Journal) -> None:
            transport = None if alter is None else Altered(alter)
            with SmsClient(provider, journal, transport=transport, **options) as client:
                for case in cases:
                    run_at_once(case(sit(client)))

        with Journal(self.path / f"{len(list(self.path.glob('*.db')))}.db") as journal:
            if kind == "async":
                asyncio.run(run_async(journal))
            else:
                run_sync(journal)

    def entries(self) -> list[Entry]:
        """Read what all journals have."""
        found: list[Entry] = []
        for path in sorted(self.path.glob("*.db")):
            with Journal(path) as journal:
                found += journal.entries()
        return found


@contextmanager
def set_up(path: Path) -> Iterator[Bench]:
    """Serve the stand-ins, which are done with a message at once, and listen."""
    switches = {"callr.seconds_to_delivery": 0.0, "close.send_seconds": 0.0}
    with Sandbox(switches=switches) as sandbox, listening() as hook:
        yield Bench(sandbox, hook, path)


def run_at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run what never waits for an event loop, as what a sync client does never may."""
    try:
        work.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    work.close()
    pytest.fail("the sync client waited for an event loop")


def make_provider(kind: type[Q], sandbox: Sandbox, **options: Any) -> Q:
    """Make a provider by what its stand-in hands out."""
    return kind(**{**_ADDRESSES[kind](sandbox), **options})


def _address(sandbox: Sandbox, name: str, **names: str) -> dict[str, Any]:
    address = sandbox.addresses()[name]
    return {names.get(each, each): value for each, value in address.items()}


def _rest_address(sandbox: Sandbox) -> dict[str, Any]:
    key = sandbox.stand_in("callr_rest").credentials()["api_key"]
    return {"api_key": key, "base_url": f"{sandbox.url}{CallrRestStandIn.base_path}"}


_ADDRESSES: Mapping[type[Provider], Callable[[Sandbox], dict[str, Any]]] = {
    PhoneCom: lambda sandbox: _address(sandbox, "phone_com", **{"from": "sender"}),
    VoipCommunications: lambda sandbox: {
        **_address(sandbox, "voip_communications", **{"from": "sender"}),
        "mode": "two_way",
        "currency": "USD",
        "account_zone": "UTC",
        "scheduled_list_path": "sms/scheduled",
        "scheduled_delete_path": "sms/delete",
    },
    Callr: lambda sandbox: {**_address(sandbox, "callr"), "currency": "EUR"},
    CallrRest: lambda sandbox: {**_rest_address(sandbox), "currency": "EUR"},
    Close: lambda sandbox: _address(sandbox, "close"),
}


def approve(
    provider: Provider, to: str | None = None, text: str = TEXT, **options: Any
) -> Approval:
    """Approve a text to a number where the provider is at home, counted as the provider counts."""
    home, deck = (FRENCH, EUROS) if provider.name == "callr" else (AMERICAN, DOLLARS)
    priced = quote(text, to=to or home, deck=deck, profile=provider.name, **options)
    return Guard().approve(priced)
