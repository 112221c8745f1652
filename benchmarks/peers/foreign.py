"""Peers in other languages: a driver for each asks them of the same texts, and times itself.

The law of this file: a driver's process reads the texts from a file and answers with the
nanoseconds of each round and with what it was told, so that neither its start nor a pipe is part of
a figure. Whoever wants to see a peer installs it; what is not installed is left out, by name:

    npm install --prefix benchmarks/peers/node
    cd benchmarks/peers/go && go get github.com/warthog618/sms@latest && go build -o ask
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import Answer

HERE = Path(__file__).resolve().parent


class DriverError(RuntimeError):
    """A driver that is there did not answer; its last words are told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a driver said: the peer's version, nanoseconds a text by round, and the answers."""

    version: str
    nanoseconds: list[float]
    answers: list[Answer | None]

    def count_disagreements(self, measured: Sequence[Answer]) -> int:
        """Count the answers that are other than what was measured."""
        pairs = zip(self.answers, measured, strict=True)
        return sum(told != answer for told, answer in pairs)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A peer in another language: its name, what it makes, how to install and to call it."""

    name: str
    makes: str
    install: str
    find: Callable[[str], list[str] | None]

    def ask(self, texts: Path, rounds: int) -> Told:
        """Ask it of the texts of a JSON file; DriverError if it fails, LookupError if absent."""
        command = self.find(self.name)
        if command is None:
            raise LookupError(f"{self.name} is not installed: {self.install}")
        done = subprocess.run(
            [*command, str(texts), str(rounds)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise DriverError(f"{self.name}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        told = json.loads(done.stdout)
        answers = [None if each is None else (each[0], each[1]) for each in told["answers"]]
        return Told(told["version"], told["nanoseconds"], answers)


def _find_node(name: str) -> list[str] | None:
    node = shutil.which("node")
    if node is None:
        return None
    driver = HERE / "node" / "ask.js"
    # Asked as the driver will ask, so that whatever Node looks into counts, NODE_PATH too.
    probe = f"require.resolve({json.dumps(name)})"
    done = subprocess.run([node, "-e", probe], cwd=driver.parent, capture_output=True, check=False)
    return None if done.returncode else [node, str(driver), name]


def _find_go(_name: str) -> list[str] | None:
    built = HERE / "go" / "ask"
    for path in (built, built.with_suffix(".exe")):
        if path.exists():
            return [str(path)]
    return None


_NPM = "npm install --prefix benchmarks/peers/node"

FOREIGN = (
    Foreign("sms-segments-calculator", "alphabet, parts and their characters", _NPM, _find_node),
    Foreign("split-sms", "alphabet, parts and their texts", _NPM, _find_node),
    Foreign(
        "warthog618/sms",
        "the TPDUs of the message",
        "cd benchmarks/peers/go && go get github.com/warthog618/sms@latest && go build -o ask",
        _find_go,
    ),
)
"""Twilio's own calculator is the first."""


def write_texts(path: Path, texts: Sequence[str]) -> None:
    """Write texts for the drivers to read."""
    path.write_text(json.dumps(list(texts)), encoding="utf-8")


def installed() -> list[Foreign]:
    """List the peers in other languages that can be asked here."""
    return [peer for peer in FOREIGN if peer.find(peer.name) is not None]
