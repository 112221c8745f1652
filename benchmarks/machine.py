"""What figures depend on: the machine, and the versions of all that is measured.

The law of this file: nothing that would tell whose machine it is.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import smscore
from benchmarks import kernels

FLAGS = frozenset("ssse3 sse4_2 avx2 avx512bw avx512vbmi asimd neon sve sve2".split())
"""Of the flags of a processor, those that a kernel could make use of."""


def describe_machine() -> Iterator[tuple[str, str]]:
    """Tell what the figures depend on; nothing that would tell whose machine it is."""
    yield "Python", f"{platform.python_implementation()} {platform.python_version()}"
    yield "system", f"{platform.system()} on {platform.machine()}"
    model, flags = _read_processor()
    yield "processor", f"{model}, {os.cpu_count()} in all"
    yield "of its instructions", ", ".join(sorted(FLAGS & flags)) or "not known"
    yield "smscore", f"{smscore.__version__}, kernels built: {', '.join(kernels.built())}"
    yield "its kernel by default", smscore.KERNEL
    for name in ("pyarrow", "polars", "duckdb", "phonenumbers"):
        yield name, _version(name) or "not installed"


def _read_processor() -> tuple[str, frozenset[str]]:
    """Read the processor's name and flags where Linux tells them."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    facts = {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    model = facts.get("model name") or platform.processor() or "not known"
    return model, frozenset((facts.get("flags") or facts.get("Features") or "").split())


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
