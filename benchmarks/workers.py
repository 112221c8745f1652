"""Work in a process of its own: with its own environment, processors, and peak of memory.

The law of this file: what is divided by each other runs in one and the same worker. A worker gets
a job's name and its arguments as JSON, and answers with JSON on its standard output, nothing else.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

POOLS = ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS")
"""What tells pyarrow and polars how many threads to have, read when they are imported."""


class WorkerError(RuntimeError):
    """A worker did not end well; `error` is the last line that it wrote, which names the fault."""

    def __init__(self, job: str, error: str) -> None:
        """Say which job it was."""
        super().__init__(f"{job}: {error}")
        self.error = error


def ask(
    job: str,
    arguments: Mapping[str, object],
    *,
    environment: Mapping[str, str] | None = None,
    processors: int | None = None,
) -> Any:  # noqa: ANN401  # JSON may be anything
    """Run a function, named "module:function" within this package, in a fresh process.

    `processors` is on how many processors it may run, where the system lets one say so. Raises
    WorkerError if the process fails.

    >>> ask("workers:count_processors", {})
    {'processors': ...}
    """
    surroundings = os.environ | dict(environment or {})
    if processors is not None:
        surroundings |= dict.fromkeys(POOLS, str(processors))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.workers", job, str(processors or 0)],
        input=json.dumps(arguments),
        env=surroundings,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise WorkerError(job, lines[-1])
    return json.loads(done.stdout)


def count_processors() -> dict[str, int]:
    """Count the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return {"processors": len(os.sched_getaffinity(0))}
    return {"processors": os.cpu_count() or 1}


def read_peak() -> int:
    """Read the most octets of memory that this process has had at once.

    On Linux it is read from `/proc`, as what `getrusage` says includes what the process was before
    it became this program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(job: str, processors: int) -> None:
    """Do a job, and print its answer."""
    if processors and hasattr(os, "sched_setaffinity"):
        # Before anything is imported that counts the processors to have as many threads.
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:processors])
    module, _, function = job.partition(":")
    work = getattr(importlib.import_module(f"benchmarks.{module}"), function)
    print(json.dumps(work(**json.load(sys.stdin))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
