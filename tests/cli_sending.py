"""What the tests of the sending commands share: processes, a sandbox to send to, and campaigns.

The law of this file: a process has the credentials that it is given and no others, and what it
prints is looked through for what nobody may read there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smscore.send.sandbox.server import Sandbox

Variables = Mapping[str, str | None]
"""What is changed in the environment of a process; None is taken out of it."""

PHONE = "+447700900"
DECK = "country,price,currency\nGB,0.04,EUR\nFR,0.05,EUR\n"


def address(number: int) -> str:
    """Give one of a thousand numbers that are reserved for fiction."""
    return f"{PHONE}{number:03}"


def write_deck(folder: Path, text: str = DECK) -> Path:
    """Write the deck of two countries."""
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return path


def write_campaign(folder: Path, rows: int, name: str = "spring.csv") -> Path:
    """Write rows of one part each, no two alike."""
    path = folder / name
    lines = (f"{address(each)},Doors open for guest {each}\n" for each in range(rows))
    path.write_text("to,text\n" + "".join(lines), encoding="utf-8")
    return path


class Desk:
    """Where commands are given: a folder with a deck, and a sandbox that they send to."""

    def __init__(self, sandbox: Sandbox, folder: Path, provider: str = "phone_com") -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.provider = provider
        self.deck = write_deck(folder)
        self.journal = folder / "sent.db"
        self.address = sandbox.addresses()[provider]
        self.shown = b""

    @property
    def credentials(self) -> dict[str, str]:
        """The account's credentials, as variables of the environment."""
        return {
            f"SMSCORE_{self.provider}_{name}".upper(): value
            for name, value in self.address.items()
            if name not in {"base_url", "from", "local_phone"}
        }

    def arguments(self, *arguments: str) -> list[str]:
        """Give the arguments of a send, with those that all of them have."""
        named = []
        if "from" in self.address:
            named = ["--sender", self.address["from"]]
        elif "local_phone" in self.address:
            named = ["--option", f"local_phone={self.address['local_phone']}"]
        return [
            *("send", "--provider", self.provider, "--deck", str(self.deck)),
            *("--base-url", self.address["base_url"], *named, *arguments),
        ]

    def environment(self, changes: Variables | None = None) -> dict[str, str]:
        """Give the environment of a process: no credentials but the account's."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SMSCORE_") or name == "SMSCORE_KERNEL"
        }
        wanted = {**kept, "PYTHONUTF8": "1", **self.credentials, **(changes or {})}
        return {name: value for name, value in wanted.items() if value is not None}

    def run(
        self, *arguments: str, stdin: bytes = b"", variables: Variables | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `smscore` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "smscore", *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(variables),
            check=False,
            timeout=120,
        )
        self.shown += done.stdout + done.stderr
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    def try_out(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a send that sends nothing."""
        return self.run(*self.arguments(*arguments), **options)

    def send(
        self, *arguments: str, max_total: str = "50", **options: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a send that sends, without waiting for the documented rate limits."""
        return self.run(*self.sending(*arguments, max_total=max_total), **options)

    def sending(self, *arguments: str, max_total: str = "50") -> list[str]:
        """Give the arguments of a send that sends."""
        return [
            *self.arguments(*arguments),
            *("--yes", "--no-limits", "--max-total", max_total, "--journal", str(self.journal)),
        ]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Begin a send that sends."""
        return subprocess.Popen(
            [sys.executable, "-m", "smscore", *self.sending(*arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=self.environment(),
        )

    def reconcile(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run a reconciliation."""
        return self.run(
            *("reconcile", "--journal", str(self.journal), "--provider", self.provider),
            *("--base-url", self.address["base_url"], *arguments),
        )

    def delivered(self) -> Counter[str]:
        """Count the messages that each number has received."""
        return Counter(each.number for each in self.sandbox.ledger)

    def check_nothing_told(self, *private: str) -> None:
        """Find no credential, number or text in all that was shown."""
        told = [*self.credentials.values(), *private]
        for each in self.sandbox.ledger:
            told += [each.number, each.number[1:], each.text]
        assert self.shown
        for word in told:
            assert word.encode() not in self.shown


def read(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """Read the one JSON document of a process."""
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


def wait_until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something has happened; fail if it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
