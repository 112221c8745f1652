"""Processes that import smscore, beside processes that import nothing.

The law of this file: both sides are the same interpreter with the same options.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial

from benchmarks import kernels
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, start_python, take_turns

IMPORT_ROUNDS = 31


def compare_imports() -> Iterator[str]:
    """Hold processes that import smscore against processes that import nothing."""
    yield "## A process: importing smscore"
    yield ""
    rows: list[Row] = []
    bare = "bare"
    try:
        start_python("import smscore")
    except subprocess.CalledProcessError:
        yield "Left out: smscore is not installed where an isolated Python finds it."
        return
    for code in ("import smscore", "from smscore import measure"):
        cases = {bare: Case(partial(start_python, "pass"))} | {
            kernel: Case(partial(start_python, code, kernel)) for kernel in kernels.built()
        }
        turns = take_turns(cases, IMPORT_ROUNDS, sample_seconds=0)
        for kernel in kernels.built():
            more = f"{turns.difference(kernel, bare) * 1000:.1f} ms"
            rows.append([f"`{code}`", kernel, show_ratio(turns.ratio(kernel, bare)), more])
    yield from write_table(
        ["code", "kernel", "÷ bare Python", "more than bare Python"], rows, words=2
    )
