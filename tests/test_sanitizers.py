"""The compiled kernel under sanitizers: what a plain run would pass over in silence ends it.

The law of this file: the kernel is built apart, with AddressSanitizer and with
UndefinedBehaviorSanitizer, and the kernels' own tests are run with that build. Where there is no
such compiler there is nothing to be found out, and that is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ("test_kernels_columns.py", "test_kernels_national.py", "test_seam.py", "test_octets.py")
FLAGS = (
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -g"
)


def find_library(name: str) -> str | None:
    """Ask the compiler for the sanitizer's library."""
    compiler = shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    asked = [compiler, f"-print-file-name={name}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return found if Path(found).is_absolute() else None


def test_the_kernels_tests_pass_under_sanitizers(tmp_path: Path) -> None:
    """No octet outside of a buffer is read or written, and nothing undefined is done."""
    libraries = [find_library("libasan.so"), find_library("libubsan.so")]
    if None in libraries:
        pytest.skip("gcc has no sanitizers here")
    package = tmp_path / "smscore"
    shutil.copytree(
        ROOT / "src" / "smscore", package, ignore=shutil.ignore_patterns("*.so", "_fast.c", "*.pyc")
    )
    source = tmp_path / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.so", "_fast.c"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", str(tmp_path)]
    built = subprocess.run(
        build,
        cwd=source,
        env={**os.environ, "SMSCORE_BUILD": "fast", "CFLAGS": FLAGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    assert list(package.glob("_fast.*.so"))
    tests = [str(ROOT / "tests" / name) for name in TESTS]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--require-fast", *tests],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            # The interpreter leaks what it keeps to the end, which is no matter here.
            "ASAN_OPTIONS": "detect_leaks=0:handle_segv=0",
            "LD_PRELOAD": " ".join(map(str, libraries)),
            "PYTHONMALLOC": "malloc",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert " passed" in run.stdout
