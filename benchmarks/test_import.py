"""`import smscore` in a fresh process, beside a process that imports nothing.

The law of this file: both sides are the same interpreter with the same options and `site` loaded,
because an installed package is only found with it; what they differ by is the import. Isolated
(`-I`), so that neither the working directory nor the environment of Python decides what is found.
Bytecode is cached, as it is on every start but the first.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.timing import start_python

ROUNDS = 30


@pytest.mark.benchmark(group="import")
def test_floor_bare_python(run_rounds: Callable[..., object]) -> None:
    """The interpreter, with `site`, and nothing more."""
    run_rounds(start_python, args=("pass",), rounds=ROUNDS, warmup_rounds=2)


@pytest.mark.benchmark(group="import")
@pytest.mark.parametrize("code", ["import smscore", "from smscore import measure"])
def test_import(
    benchmark: BenchmarkFixture, run_rounds: Callable[..., object], code: str, kernel: str
) -> None:
    """The package alone, which loads the kernel; and with its first public name."""
    benchmark.extra_info["kernel"] = kernel
    run_rounds(start_python, args=(code, kernel), rounds=ROUNDS, warmup_rounds=2)
