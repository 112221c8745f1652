"""Which fault happens to which request: by odds, or by a script.

The law of this file: it decides and does nothing. One number is drawn for a request, so that the
same seed and the same requests meet the same faults.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal

BEFORE = ("rate_limit", "error_before", "timeout_before", "html_before")
"""Faults of a request that was not looked at, and made no message go out."""
AFTER = ("error_after", "timeout_after", "disconnect", "cut_body", "html_after", "slow")
"""Faults of the answer to a request that was processed."""
ELSEWHERE = ("partial", "duplicate_webhook", "reorder_webhook")
"""Faults of one recipient of several, and of webhooks."""

KINDS = (*BEFORE, *AFTER, *ELSEWHERE)
_HTML = "html"


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, how often, and for whom.

    `odds` has the probability of each kind; those of requests come to 1 at most. `script` decides
    the next requests one by one, None for no fault, before odds do. `on` is "sends" for requests
    that make messages go out, or "all"; `providers` names those concerned, all if it is empty.
    A storm of rate_limit lasts for `storm` requests, each told to wait for `retry_after` seconds.
    A timeout holds the connection for `hold_seconds`, a slow answer comes after `slow_seconds`, a
    webhook out of order comes `reorder_seconds` late. The clock is `clock_skew` seconds ahead.

    Raises ValueError for a kind, provider or probability that is none.

    >>> Faults.read({"timeout_after": 0.25, "html": 0.5, "on": "all"}).odds
    {'timeout_after': 0.25, 'html_before': 0.25, 'html_after': 0.25}
    """

    odds: Mapping[str, float] = field(default_factory=dict)
    script: tuple[str | None, ...] = ()
    on: Literal["sends", "all"] = "sends"
    providers: tuple[str, ...] = ()
    storm: int = 5
    retry_after: float = 1.0
    hold_seconds: float = 30.0
    slow_seconds: float = 2.0
    reorder_seconds: float = 0.25
    clock_skew: float = 0.0

    def __post_init__(self) -> None:
        for kind, odds in self.odds.items():
            if kind not in KINDS:
                raise ValueError(f"no fault is called {kind!r}: take one of {', '.join(KINDS)}")
            if not isinstance(odds, int | float) or not 0 <= odds <= 1:
                raise ValueError(f"the odds of {kind} are between 0 and 1")
        if sum(self.odds.get(kind, 0) for kind in (*BEFORE, *AFTER)) > 1:
            raise ValueError("the odds of the faults of a request come to more than 1")
        for scripted in self.script:
            if scripted is not None and scripted not in (*BEFORE, *AFTER):
                raise ValueError(f"no request has the fault {scripted!r}")
        if self.on not in ("sends", "all"):
            raise ValueError('faults are on "sends" or on "all"')
        times = (self.retry_after, self.hold_seconds, self.slow_seconds, self.reorder_seconds)
        if min(self.storm, *times) < 0:
            raise ValueError("a time or a number of requests is negative")

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Faults:
        """Make faults of one flat mapping: a kind has its odds, and a setting its value.

        "html" is html_before and html_after with half of its odds each.
        """
        known = {each.name: type(each.default) for each in fields(cls)}
        odds: dict[str, float] = {}
        values: dict[str, object] = {}
        for name, value in settings.items():
            if name == "odds" and isinstance(value, Mapping):
                odds |= value
            elif name in known:
                values[name] = _read_setting(name, value)
            elif isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"the odds of {name} are between 0 and 1")
            else:
                odds[name] = value
        if _HTML in odds:
            half = odds.pop(_HTML) / 2
            odds |= {"html_before": half, "html_after": half}
        return replace(cls(odds=odds), **values)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, object]:
        """Give what `read` takes."""
        return {**asdict(self), "odds": dict(self.odds)}


def _read_setting(name: str, value: object) -> object:
    if name in {"script", "providers"}:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError(f"{name} is a list")
        return tuple("html_before" if each == _HTML else each for each in value)
    if name != "on" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError(f"{name} is a number")
    return value


class Plan:
    """The faults of one run: it draws them, and remembers a storm and where the script is."""

    def __init__(self, faults: Faults, chance: random.Random) -> None:
        self.faults = faults
        self._chance = chance
        self._script = deque(faults.script)
        self._storms: dict[str, int] = {}

    def draw(self, provider: str, *, sends: bool) -> str | None:
        """Decide what goes wrong with a request; None for nothing."""
        faults = self.faults
        if faults.providers and provider not in faults.providers:
            return None
        if not sends and faults.on != "all":
            return None
        kind: str | None
        if self._storms.get(provider, 0) > 0:
            self._storms[provider] -= 1
            return "rate_limit"
        kind = self._script.popleft() if self._script else self._draw_kind()
        # A script says each request itself; only chance begins a storm.
        if kind == "rate_limit" and not faults.script:
            self._storms[provider] = faults.storm - 1
        return kind

    def happens(self, kind: str) -> bool:
        """Draw whether a fault of a webhook happens now; without odds nothing is drawn."""
        odds = self.faults.odds.get(kind, 0.0)
        return odds > 0 and self._chance.random() < odds

    def _draw_kind(self) -> str | None:
        odds = self.faults.odds
        drawn = [(kind, odds[kind]) for kind in (*BEFORE, *AFTER) if odds.get(kind)]
        if not drawn:
            return None
        point = self._chance.random()
        for kind, width in drawn:
            point -= width
            if point < 0:
                return kind
        return None
