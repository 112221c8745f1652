"""What a build gives, with a compiler and without.

The law of this file: a build is made from a copy of the sources, in a process of its own, and what
it gives is looked at, not what it says it does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.house

INPUTS = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "CONTRIBUTING.md")
FOLDERS = ("src", "tables", "tools", "tests", "docs", "examples", "benchmarks")
BINARIES = (".so", ".pyd")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Copy the sources, without anything that a build has left in them."""
    target = tmp_path / "sources"
    target.mkdir()
    for name in (*INPUTS, "noxfile.py"):
        shutil.copy(ROOT / name, target)
    leftovers = shutil.ignore_patterns("*.so", "*.pyd", "_fast.c", "__pycache__", "*.egg-info")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, target / folder, ignore=leftovers)
    return target


def build(sources: Path, choice: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build a wheel into the folder `wheels` beside the sources."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps"),
            *("--verbose", "--wheel-dir", str(sources.parent / "wheels"), str(sources)),
        ],
        env={**os.environ, "SMSCORE_BUILD": choice, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def built_wheel(sources: Path) -> tuple[str, list[str]]:
    """Give the name of the one wheel that was built, and of the files in it."""
    [wheel] = (sources.parent / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return wheel.name, archive.namelist()


def kernel_of(sources: Path, choice: str = "auto") -> subprocess.CompletedProcess[str]:
    """Ask the installed wheel, in a process that sees nothing else of smscore, for its kernel."""
    [wheel] = (sources.parent / "wheels").glob("*.whl")
    target = sources.parent / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--target", str(target), str(wheel)),
        ],
        check=True,
    )
    code = f"import sys; sys.path.insert(0, {str(target)!r}); import smscore; print(smscore.KERNEL)"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SMSCORE_KERNEL": choice},
        cwd=sources.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_pure_build_is_for_every_platform(sources: Path) -> None:
    """`SMSCORE_BUILD=pure` gives a py3-none-any wheel without a binary, typed, and it works."""
    assert build(sources, "pure").returncode == 0
    name, files = built_wheel(sources)
    assert name.endswith("-py3-none-any.whl")
    assert not [file for file in files if file.endswith(BINARIES)]
    assert "smscore/py.typed" in files
    assert any(file.endswith("licenses/LICENSE") for file in files)
    assert kernel_of(sources).stdout.strip() == "pure"


def test_auto_build_forgives_a_missing_compiler_and_says_so(sources: Path) -> None:
    """`auto` without a working compiler gives a wheel that serves with the pure kernel."""
    done = build(sources, "auto", CC="absent-compiler")
    assert done.returncode == 0, done.stdout
    assert "smscore: the compiled kernel was not built" in done.stdout
    assert not [file for file in built_wheel(sources)[1] if file.endswith(BINARIES)]
    assert kernel_of(sources).stdout.strip() == "pure"
    refused = kernel_of(sources, "fast")
    assert refused.returncode != 0
    assert "No module named 'smscore._fast'" in refused.stderr


def test_auto_build_leaves_no_stale_kernel(sources: Path, fast: object) -> None:
    """A binary of an earlier build is not taken for the one that could not be built."""
    assert fast is not None
    assert build(sources, "auto").returncode == 0
    assert kernel_of(sources).stdout.strip() == "fast"
    shutil.rmtree(sources.parent / "wheels")
    shutil.rmtree(sources.parent / "installed")
    done = build(sources, "auto", CC="absent-compiler", CFLAGS="-DAGAIN")
    if "was not built" in done.stdout:
        assert not [file for file in built_wheel(sources)[1] if file.endswith(BINARIES)]
        assert kernel_of(sources).stdout.strip() == "pure"
    else:
        # The build system saw that nothing had changed, and kept the good one.
        assert kernel_of(sources).stdout.strip() == "fast"


def test_fast_build_fails_without_a_compiler(sources: Path) -> None:
    """`fast` without a working compiler is an error."""
    done = build(sources, "fast", CC="absent-compiler")
    assert done.returncode != 0
    assert not list((sources.parent / "wheels").glob("*.whl"))


def test_an_unknown_choice_is_refused(sources: Path) -> None:
    """Another value of `SMSCORE_BUILD` is refused by name."""
    done = build(sources, "quick")
    assert done.returncode != 0
    assert "SMSCORE_BUILD is 'quick': it must be one of auto, fast, pure" in done.stdout


def test_source_distribution_is_complete(sources: Path) -> None:
    """The source distribution holds the kernel's sources, the tables, the tests and their data."""
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", "sdist"],
        cwd=sources,
        env={**os.environ, "SMSCORE_BUILD": "pure"},
        check=True,
    )
    [archive] = (sources / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        files = {name.partition("/")[2] for name in tar.getnames()}
    assert {
        "src/smscore/_fast.pyx",
        "src/smscore/_tables.h",
        "src/smscore/_scan/scan.h",
        "src/smscore/py.typed",
        "tables/gsm7.txt",
        "tools/gen_tables.py",
        "tests/oracle.py",
        "examples/campaign.csv",
        "docs/command-line.md",
    } <= files
    assert not [file for file in files if file.endswith((*BINARIES, ".pyc"))]
