"""Every check of this project, each under the name that CI calls it by.

The law of this file: a check's command stands here and nowhere else. The workflows name sessions
of this file; only `tests.yml` installs for itself, as there each machine brings its own Python.
`nox` alone runs all that one machine can: everything but `wheels`, which needs containers on
Linux and installs Pythons elsewhere.

    nox                                 all of it
    nox -s lint types                   some of it
    nox -s "tests-3.14(fast)" -- -k split     one Python, one kernel, pytest's own options
    nox -s bench -- v1.0                this tree's speed against another revision's
"""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
KERNELS = [nox.param("fast", id="fast"), nox.param("pure", id="pure")]

# Turns that base and head take in a benchmark; odd, so that the median is one of the runs.
ROUNDS = 5

nox.needs_version = ">=2025.2.9"
nox.options.sessions = [
    "lint",
    "types",
    "imports",
    "tables",
    "docs",
    "workflows",
    "tests",
    "dists",
    "bench",
]


def groups(*names: str) -> tuple[str, ...]:
    """Return the requirements of dependency groups, as older versions of pip cannot."""
    return nox.project.dependency_groups(PYPROJECT, *names)


def pytest_options(kernel: str) -> list[str]:
    """Return what a kernel's run adds: under `fast`, a missing one fails and is not skipped."""
    return ["--require-fast"] if kernel == "fast" else []


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and form of all Python."""
    session.install(*groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types under two checkers; what they look at stands in `pyproject.toml`."""
    session.install("--editable", ".[all]", *groups("dev"), env={"SMSCORE_BUILD": "pure"})
    session.run("mypy", "--strict")
    session.run("pyright")


@nox.session
def imports(session: nox.Session) -> None:
    """Check that no room of the house imports from a higher floor."""
    session.install("--editable", ".", *groups("lint"), env={"SMSCORE_BUILD": "pure"})
    session.run("lint-imports")


@nox.session
def tables(session: nox.Session) -> None:
    """Check that the generated tables are what their sources say."""
    # Of all that smscore requires, the one thing that a generator reads Unicode's properties with.
    required = PYPROJECT["project"]["dependencies"]
    session.install(*(each for each in required if each.startswith("regex")))
    for table in ("tables", "transliteration", "romanisation", "characters"):
        session.run("python", f"tools/gen_{table}.py", "--check")


@nox.session
def docs(session: nox.Session) -> None:
    """Check that the command line's documentation is current and that the examples are true."""
    session.install("--editable", ".[all]", *groups("docs", "test"), env={"SMSCORE_BUILD": "pure"})
    session.run("python", "tools/gen_cli_docs.py", "--check")
    no_examples = 5
    session.run(
        *("python", "-m", "pytest", "--doctest-glob=*.md", "README.md", "docs"),
        success_codes=[0, no_examples],
    )


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the workflows: what they may do first, then whether they would run at all.

    With `GH_TOKEN` set, zizmor also asks GitHub whether the pinned commits are the tags they say.
    """
    session.install(*groups("lint"))
    session.run("zizmor", "--persona=pedantic", "--strict-collection", ".")
    # Fetches the official binary from GitHub, so it is in no group that the tests need.
    session.install(*groups("workflows"))
    session.run("actionlint")


@nox.session(python=PYTHONS)
@nox.parametrize("kernel", KERNELS)
def tests(session: nox.Session, kernel: str) -> None:
    """Run the suite over one kernel: `fast` must be there, `pure` must suffice alone."""
    session.install("--editable", ".[all]", *groups("test"), env={"SMSCORE_BUILD": kernel})
    # An editable build leaves its binary beside the sources, where the next session finds it.
    chosen = "auto" if kernel == "fast" else "pure"
    session.run(
        *("python", "-m", "pytest", *pytest_options(kernel), *session.posargs),
        env={"SMSCORE_KERNEL": chosen},
    )


@nox.session
def dists(session: nox.Session) -> None:
    """Build the sdist and the pure wheel into `dist/`; install each and run the sdist's tests."""
    dist = ROOT / "dist"
    for stale in (dist, ROOT / "build"):
        # setuptools packages whatever an earlier build left in `build/`.
        shutil.rmtree(stale, ignore_errors=True)
    session.install(*groups("wheels"))
    session.run("python", "-m", "build", env={"SMSCORE_BUILD": "pure"})
    [sdist] = dist.glob("*.tar.gz")
    [wheel] = dist.glob("*.whl")
    check_pure(session, wheel)
    session.run("twine", "check", "--strict", str(sdist), str(wheel))

    unpacked = Path(session.create_tmp()) / "sdist"
    shutil.rmtree(unpacked, ignore_errors=True)
    shutil.unpack_archive(sdist, unpacked, filter="data")
    [source] = unpacked.iterdir()
    for archive, kernel in ((wheel, "pure"), (sdist, "fast")):
        session.install(f"{archive}[all]", *groups("test"), env={"SMSCORE_BUILD": kernel})
        with session.chdir(source):
            session.run("python", "-m", "pytest", "tests", *pytest_options(kernel))
        session.run("python", "-m", "pip", "uninstall", "--yes", "smscore")


def check_pure(session: nox.Session, wheel: Path) -> None:
    """Refuse a wheel that claims a platform, or that holds a binary while it claims none."""
    if not wheel.name.endswith("-py3-none-any.whl"):
        session.error(f"{wheel.name} is not for every platform")
    with zipfile.ZipFile(wheel) as archive:
        binaries = [name for name in archive.namelist() if name.endswith((".so", ".pyd"))]
    if binaries:
        session.error(f"{wheel.name} holds {', '.join(binaries)}")


@nox.session
def bench(session: nox.Session) -> None:
    """Compare this tree's speed with another revision's, by default `main`'s, run by turns.

    Both sides run this tree's benchmarks: only then is it the same work. A benchmark of something
    that the base does not have yet fails there and is listed as not compared.
    """
    revision = session.posargs[0] if session.posargs else "main"
    work = Path(session.create_tmp()) / "bench"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    archive = work / "base.zip"
    session.run("git", "archive", f"--output={archive}", revision, external=True)
    shutil.unpack_archive(archive, work / "base")

    pythons = {}
    for side, source in (("base", work / "base"), ("head", ROOT)):
        shutil.rmtree(source / "build", ignore_errors=True)
        session.run("python", "-m", "venv", str(work / f"{side}-env"))
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        pythons[side] = str(work / f"{side}-env" / scripts / "python")
        session.run(
            *(pythons[side], "-m", "pip", "install", f"{source}[all]", *groups("suite")),
            env={"SMSCORE_BUILD": "fast"},
            external=True,
        )

    runs: dict[str, list[str]] = {"base": [], "head": []}
    for turn in range(ROUNDS):
        # Who goes first alternates too: a machine that warms up or slows down favours neither.
        for side in ("base", "head") if turn % 2 == 0 else ("head", "base"):
            report = str(work / f"{side}-{turn}.json")
            runs[side].append(report)
            session.run(
                *(pythons[side], "-m", "pytest", "benchmarks", "--benchmark-only"),
                *(f"--benchmark-json={report}", "--continue-on-collection-errors"),
                # The base may lack what a new benchmark measures; the head may lack nothing.
                success_codes=[0, 1] if side == "base" else [0],
                external=True,
            )

    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    session.run(
        *("python", "benchmarks/compare.py", "--base", *runs["base"], "--head", *runs["head"]),
        *(("--append", summary) if summary else ()),
    )


@nox.session
def wheels(session: nox.Session) -> None:
    """Build and test this platform's wheels into `wheelhouse/`; takes cibuildwheel's options."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.install(*groups("wheels"))
    session.run("cibuildwheel", "--output-dir", "wheelhouse", *session.posargs)
