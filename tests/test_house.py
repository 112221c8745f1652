"""The checks of the sources themselves: form, style, types, documents, workflows.

The law of this file: every check that a reviewer would run, runs here, so that the one command
that tests smscore runs them all. A tool that is missing fails where CI runs, and skips elsewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig

import pytest
from conftest import ROOT

pytestmark = pytest.mark.house


def find_tool(name: str) -> str:
    """Give the path of a tool of this environment."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed: pip install --group lint")
    return found


def check(*command: str) -> None:
    """Run a check in the project's folder; fail with all that it printed."""
    done = subprocess.run(
        [find_tool(command[0]), *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_style() -> None:
    """The linter finds nothing."""
    check("ruff", "check")


def test_form() -> None:
    """The formatter would change nothing."""
    check("ruff", "format", "--check")


def test_types_by_mypy() -> None:
    """mypy, strict, finds nothing."""
    check("mypy")


def test_types_by_pyright() -> None:
    """Pyright finds nothing."""
    check("pyright", "--pythonpath", sys.executable)


def test_workflows() -> None:
    """Zizmor finds no weakness in the workflows."""
    check("zizmor", "--offline", "--persona=pedantic", "--strict-collection", ".")
