"""Phone.com's rate limits, where they are switched on.

The law of this file: a request is counted when it is let through. The window slides, which is
invented: the documentation gives numbers and lengths only.
"""

from __future__ import annotations

import re
from collections import deque

from smscore.send.sandbox.web import World

LIMITS = "phone_com.limits"
"""The switch: true for the documented limits, "3/0.5" for 3 requests to an endpoint in 0.5 s."""
DOCUMENTED = ((30, 30.0), (120, 60.0))
"""One endpoint of an account, and all of them. Those by address are wider, and all are one here."""


class Limiter:
    """When each endpoint was used."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used: dict[str, deque[float]] = {}

    def check(self, endpoint: str) -> tuple[int, float] | None:
        """Count a request; the limit and the seconds to wait if it comes too early."""
        setting = self._world.switches.get(LIMITS)
        if not setting:
            return None
        found = re.fullmatch(r"(\d+)/([\d.]+)", setting) if isinstance(setting, str) else None
        each, all_of_them = ((int(found[1]), float(found[2])), None) if found else DOCUMENTED
        now = self._world.time()
        windows = [(self._used.setdefault(endpoint, deque()), each)]
        if all_of_them is not None:
            windows.append((self._used.setdefault("", deque()), all_of_them))
        for used, (number, seconds) in windows:
            while used and used[0] <= now - seconds:
                used.popleft()
            if len(used) >= number:
                return number, (used[0] + seconds - now if used else seconds)
        for used, _ in windows:
            used.append(now)
        return None
