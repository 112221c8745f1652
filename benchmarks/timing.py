"""Durations that can be divided by each other, because they were measured in turns.

The law of this file: what is compared takes turns within one process, and who goes first changes
from round to round, so that a machine that warms up, slows down or serves others favours nobody. A
ratio is taken within each round; the figure is the median of the rounds, or for what runs for
milliseconds without a pause, on any number of threads, the ratio of the shortest turns.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter

from benchmarks import kernels

SAMPLE_SECONDS = 0.004
"""How long a sample takes at least: what runs for less is run as often as that takes."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is timed, and behind which kernel if that matters to it."""

    run: Callable[[], object]
    kernel: str | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """What was measured: the seconds of one run of each case, round by round."""

    seconds: Mapping[str, list[float]]

    def ratio(self, case: str, floor: str) -> float:
        """Divide a case by another, round by round.

        >>> Turns({"one": [6.0, 9.0, 8.0], "other": [2.0, 3.0, 1.0]}).ratio("one", "other")
        3.0
        """
        pairs = zip(self.seconds[case], self.seconds[floor], strict=True)
        return statistics.median(taken / least for taken, least in pairs)

    def best_ratio(self, case: str, floor: str) -> float:
        """Divide the shortest duration of a case by another's: for what runs for milliseconds.

        Others that use the machine lengthen most turns of such a case, and shorten none.

        >>> Turns({"one": [6.0, 9.0, 8.0], "other": [2.0, 3.0, 1.0]}).best_ratio("one", "other")
        6.0
        """
        return min(self.seconds[case]) / min(self.seconds[floor])

    def difference(self, case: str, floor: str) -> float:
        """Subtract another case from a case, round by round; in seconds."""
        pairs = zip(self.seconds[case], self.seconds[floor], strict=True)
        return statistics.median(taken - least for taken, least in pairs)


def take_turns(
    cases: Mapping[str, Case], rounds: int, *, sample_seconds: float = SAMPLE_SECONDS
) -> Turns:
    """Measure every case once a round, for so many rounds; a sample of no length is one run.

    >>> turns = take_turns({"none": Case(list), "some": Case(lambda: list(range(9999)))}, 3)
    >>> turns.ratio("some", "none") > 1
    True
    """
    repeats = {name: _count_repeats(case, sample_seconds) for name, case in cases.items()}
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for _ in range(rounds):
        for name in order:
            seconds[name].append(_sample(cases[name], repeats[name]) / repeats[name])
        order.append(order.pop(0))
    return Turns(seconds)


def start_python(code: str, kernel: str = "auto") -> None:
    """Run a line of Python in a process of its own, isolated, with a kernel chosen for smscore."""
    environment = os.environ | {"SMSCORE_KERNEL": kernel}
    subprocess.run([sys.executable, "-I", "-c", code], env=environment, check=True)


def _count_repeats(case: Case, sample_seconds: float) -> int:
    # The first run fills the caches, the second tells how many runs a sample needs.
    _sample(case, 1)
    return max(1, round(sample_seconds / _sample(case, 1))) if sample_seconds else 1


def _sample(case: Case, repeats: int) -> float:
    run = kernels.unhasten(case.run) if case.kernel == "pure" else case.run
    with nullcontext() if case.kernel is None else kernels.use(case.kernel):
        # As `timeit` does: what is collected in one's turn may be another's garbage.
        gc.collect()
        gc.disable()
        try:
            start = perf_counter()
            for _ in range(repeats):
                run()
            return perf_counter() - start
        finally:
            gc.enable()
