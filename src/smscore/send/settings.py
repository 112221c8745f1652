"""What both clients are made with.

The law of this file: an option that nobody knows is refused: a misspelt one would not be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import TypedDict

from smscore.send.journal import Journal
from smscore.send.pacing import Pacer
from smscore.send.provider import Provider, RateLimit
from smscore.send.steps import Drift, Retry, Terms

DEFAULT_RUN = "default"
"""The run of whoever names none: a program that is started again is in the same run, and safe."""


class ClientOptions(TypedDict, total=False):
    """The options of a client; `client.SmsClient` says what they mean."""

    run: str | None
    retry: Retry
    drift: Drift
    limits: Mapping[str, tuple[RateLimit, ...]]
    pacer: Pacer
    timeout: float
    again: bool


def check_parties(provider: Provider, journal: Journal) -> None:
    """Raise TypeError for what is no provider or no journal."""
    if not isinstance(provider, Provider):
        raise TypeError(f"a provider is one of smscore.send, not {type(provider).__name__}")
    if not isinstance(journal, Journal):
        raise TypeError(f"a journal is a Journal, not {type(journal).__name__}")


def make_terms(provider: Provider, options: ClientOptions, stopped: Callable[[], bool]) -> Terms:
    """Work the options out; TypeError for an unknown one, ValueError for two that contradict."""
    unknown = sorted(options.keys() - ClientOptions.__annotations__.keys())
    if unknown:
        raise TypeError(f"a client has no option {unknown[0]!r}")
    if "limits" in options and "pacer" in options:
        raise ValueError("a pacer has its limits: give it, or limits, not both")
    return Terms(
        run=options.get("run") or DEFAULT_RUN,
        retry=options.get("retry", Retry()),
        pacer=options.get("pacer") or Pacer(options.get("limits", provider.limits)),
        drift=options.get("drift", Drift()),
        again=options.get("again", False),
        stopped=stopped,
    )


class Client:
    """What both clients are made with."""

    def __init__(self, provider: Provider, journal: Journal, options: ClientOptions) -> None:
        check_parties(provider, journal)
        self.provider = provider
        self.journal = journal
        self._stopping = Event()
        self.terms = make_terms(provider, options, self._stopping.is_set)
        self.run = self.terms.run
        self.timeout = options.get("timeout", 30.0)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.provider.name}, {self.journal!r}, run={self.run!r})"
