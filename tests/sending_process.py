"""A process that sends, and ends where it is told to, as if the power had gone.

The law of this file: it is run as `python sending_process.py OPTIONS`, a JSON object.
It prints a line for each moment at which it could have ended, so that the tests can name them all.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from sending import Plain, Stepwise, approve

from smscore.guard import Guard
from smscore.send.client import SmsClient
from smscore.send.journal import Journal
from smscore.send.steps import Retry


class Moments:
    """Counts the moments of a life, and ends it at one of them."""

    def __init__(self, last: int | None, *, told: bool = True) -> None:
        self._last = last
        self._told = told
        self.count = 0

    def pass_by(self, what: str) -> None:
        """Be at a moment."""
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1
        if self._told:
            print(what, flush=True)


class Mortal(SmsClient):
    """A client that may end before and after each step."""

    moments: Moments

    def _perform(self, step: Any, ledger: Any) -> Any:
        self.moments.pass_by(f"before {type(step).__name__}")
        found = super()._perform(step, ledger)
        self.moments.pass_by(f"after {type(step).__name__}")
        return found


def send_all(options: dict[str, Any], moments: Moments) -> None:
    """Send some messages with a journal."""
    kind = Stepwise if options.get("two_steps") else Plain
    provider = kind(url=options["url"])
    guard = Guard(max_total=options.get("max_total"))
    with Journal(options["journal"], key="test-of-the-journals") as journal:
        if options.get("statements"):
            connection = journal._connection
            connection.set_trace_callback(lambda text: moments.pass_by(" ".join(text.split())[:40]))
        retry = Retry(first=0.0, longest=1.0)
        with Mortal(provider, journal, run="run", retry=retry) as client:
            client.moments = Moments(None, told=False) if options.get("statements") else moments
            approvals = (
                approve(f"Text {each}", guard=guard, key=f"{options.get('prefix', '')}{each}")
                for each in range(options["messages"])
            )
            some = list(approvals) if options.get("at_hand") else approvals
            for receipt in client.send_many(some):
                print(f"= {receipt.outcome} {receipt.repeated}", flush=True)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    send_all(given, Moments(given.get("last")))
