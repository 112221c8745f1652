"""What a running sandbox holds: the world, the stand-ins, the faults, and what was counted.

The law of this file: whatever reads or changes it holds its lock, so that requests are handled
one after the other and a reader in another thread sees no half of one.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from smscore.send.sandbox.faults import BEFORE, Faults, Plan
from smscore.send.sandbox.stand_ins import make_stand_ins
from smscore.send.sandbox.web import Delivery, Request, Response, StandIn, Webhook, World


@dataclass(frozen=True, slots=True)
class Handled:
    """One request: whether it may have made a message go out, and what went wrong with it.

    `processed` is false if the fault came before the stand-in saw it. `status` is what the
    stand-in answered, whether or not that arrived.
    """

    provider: str
    endpoint: str
    sends: bool
    fault: str | None
    processed: bool
    status: int | None
    response: Response | None = field(default=None, repr=False)


class State:
    """The mutable heart of a sandbox."""

    def __init__(
        self,
        names: tuple[str, ...],
        seed: int,
        faults: Faults,
        switches: Mapping[str, object],
    ) -> None:
        self.lock = threading.RLock()
        self.errors: list[Exception] = []
        self._names = names
        self._seed = seed
        self._first = (faults, dict(switches))
        self.reset()

    def reset(self) -> None:
        """Begin again as at the start, credentials included."""
        with self.lock:
            faults, switches = self._first
            self.world = World(random=self._draw_from("world"), switches=dict(switches))
            self.stand_ins: dict[str, StandIn] = {}
            for name in self._names:
                # From its own seed, so that its credentials do not hang on who else is there.
                self.world.random = self._draw_from(name)
                self.stand_ins |= {each.name: each for each in make_stand_ins(name, self.world)}
            self.world.random = self._draw_from("world")
            self.counts: dict[str, Counter[str]] = {name: Counter() for name in self.stand_ins}
            self.handled: list[Handled] = []
            self.set_faults(faults)

    def _draw_from(self, name: str) -> random.Random:
        return random.Random(f"{self._seed} {name}")  # noqa: S311  # a fault is no secret

    def set_faults(self, faults: Faults) -> None:
        """Let other faults happen from now on; ValueError for a provider that is not there."""
        with self.lock:
            for name in faults.providers:
                if name not in self.stand_ins:
                    raise ValueError(f"no provider {name!r} is here")
            self.plan = Plan(faults, self.world.random)
            self.world.skew = faults.clock_skew
            for name in self.stand_ins:
                if "partial" in faults.odds:
                    self.world.switches[f"{name}.partial"] = faults.odds["partial"]
                else:
                    self.world.switches.pop(f"{name}.partial", None)

    def handle(self, stand_in: StandIn, request: Request) -> Handled:
        """Draw a request's fault, and let the stand-in process it unless that comes before."""
        with self.lock:
            self.tick()
            # A stand-in that raises is a fault of ours, told when the sandbox closes.
            try:
                handled = self._handle(stand_in, request)
            except Exception as error:  # noqa: BLE001  # whatever it is
                self.errors.append(error)
                failed = Response(500, b"the stand-in failed", (("content-type", "text/plain"),))
                handled = Handled(stand_in.name, "failed", False, None, True, failed.status, failed)
            if handled.sends:
                self.handled.append(replace(handled, response=None))
            return handled

    def _handle(self, stand_in: StandIn, request: Request) -> Handled:
        name, sends = stand_in.name, stand_in.sends(request)
        endpoint = stand_in.endpoint(request)
        self.counts[name][endpoint] += 1
        fault = self.plan.draw(name, sends=sends)
        response = None
        if fault not in BEFORE:
            response = stand_in.handle(request)
        elif fault == "rate_limit":
            response = stand_in.too_many(self.plan.faults.retry_after)
        elif fault == "error_before":
            response = stand_in.broken()
        status = None if response is None else response.status
        return Handled(name, endpoint, sends, fault, fault not in BEFORE, status, response)

    def tick(self) -> None:
        """Let what is due happen with every stand-in."""
        with self.lock:
            for stand_in in self.stand_ins.values():
                try:
                    stand_in.tick()
                except Exception as error:  # noqa: BLE001  # as with a request
                    self.errors.append(error)

    def take_webhooks(self) -> list[Webhook]:
        """Take what is on its way out."""
        with self.lock:
            taken = list(self.world.webhooks)
            self.world.webhooks.clear()
            return taken

    def ledger(self) -> list[Delivery]:
        """Copy what the handsets have received by now."""
        with self.lock:
            self.tick()
            return list(self.world.ledger)
