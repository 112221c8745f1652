"""Which engines can run here, and a reason where one cannot.

The law of this file: nothing is imported to find out. What is left out is skipped in words, the
examples in documents and docstrings as well as the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = {
    "spark": "pyspark",
    "ray": "ray",
    "duckdb": "duckdb",
    "polars": "polars",
    "pandas": "pandas",
}
OLDEST_JAVA = 17

EXAMPLES = {
    "docs/spark.md": ("spark",),
    "docs/ray.md": ("ray",),
    "docs/engines.md": ("duckdb", "polars", "pandas"),
    **{f"adapters/{name}.py": (name,) for name in PACKAGES},
}
"""Where examples are that need an engine."""


@lru_cache
def why_not(engine: str) -> str | None:
    """Tell why an engine cannot run here; None if it can."""
    package = PACKAGES[engine]
    if find_spec(package) is None or find_spec("pyarrow") is None:
        return f"{package} is not installed: pip install 'smscore[{engine}]'"
    if engine != "spark":
        return None
    if sys.platform == "win32":
        return "Spark writes no files on Windows without Hadoop's own programs"
    version = _find_java()
    if version < OLDEST_JAVA:
        found = f"Java {version} is too old" if version else "there is no Java"
        return f"Spark needs Java {OLDEST_JAVA} or newer, and {found}: install a JRE"
    return None


def _find_java() -> int:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=None if home is None else str(Path(home, "bin")))
    if java is None:
        return 0
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found[1]) if found else 0


def need(engine: str) -> None:
    """Skip the module that is being collected, where its engine cannot run."""
    if why := why_not(engine):
        pytest.skip(why, allow_module_level=True)


def settle() -> None:
    """Have the engines run this Python, on this machine alone, and report to nobody."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")


class ExampleSkipper:
    """Skips the examples of engines that cannot run here."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip an example with the reason."""
        if isinstance(item, pytest.DoctestItem):
            for place, names in EXAMPLES.items():
                if item.path.as_posix().endswith(place):
                    for why in filter(None, map(why_not, names)):
                        pytest.skip(why)
