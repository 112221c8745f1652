"""The shape of the house: who imports whom, and what stands where.

The law of this file: it reads the sources, and nothing of smscore is run.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "src" / "smscore"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Which third parties a room may import, and whether only inside a function, when first needed.
ALLOWED = {
    "numbering.py": {"phonenumbers"},
    "numbering_plan.py": {"phonenumbers"},
    "counting.py": {"regex"},
    "quiet_hours.py": {"phonenumbers"},
    "rendering.py": {"rich"},
    "bulk": {"pyarrow"},
    "adapters": {"pyarrow"},
    "send": {"httpcore", "httpx", "uvicorn", "opentelemetry"},
    "cli": {"click", "rich"},
    "__main__.py": set[str](),
}
ENGINES = {
    "spark.py": "pyspark",
    "ray.py": "ray",
    "duckdb.py": "duckdb",
    "polars.py": "polars",
    "pandas.py": "pandas",
}
"""An adapter imports its own engine and no other."""

KERNELS = {"smscore._pure", "smscore._fast"}


def room(path: Path) -> str:
    """Give the first part of a source's path below the package."""
    return path.relative_to(PACKAGE).parts[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """Name each module that a source imports, those for type checkers aside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def without_type_checking(tree: ast.Module) -> ast.Module:
    """Leave out the blocks that only type checkers read."""
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return tree


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_third_parties_stay_in_their_rooms(path: Path) -> None:
    """A room imports the standard library, smscore, and what its own extra installs."""
    tree = without_type_checking(ast.parse(path.read_text(encoding="utf-8")))
    foreign = {name.partition(".")[0] for name in imported(tree)}
    foreign -= sys.stdlib_module_names | {"smscore", "__future__"}
    if room(path) == "adapters":
        foreign -= {ENGINES.get(path.name)}
    assert foreign <= ALLOWED.get(room(path), set())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_seam_names_a_kernel(path: Path) -> None:
    """No module but `_kernel` imports `_pure` or `_fast`."""
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    assert path.name == "_kernel.py" or not names & KERNELS


def test_import_contracts_are_kept() -> None:
    """import-linter finds no import that goes up, or across a floor."""
    tool = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([str(tool)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


def test_contracts_place_every_room() -> None:
    """The contract of layers is exhaustive: a new room has to be placed to be merged."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    assert {container for c in layers for container in c["containers"]} == {
        "smscore",
        "smscore.send.providers",
        *(f"smscore.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")),
    }
    assert all(contract["exhaustive"] for contract in layers)


def test_files_stay_small() -> None:
    """No source is longer than a head can hold."""
    long = {p.name: n for p in SOURCES if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert not {name for name in long if name != "_tables.py"}


def test_every_module_states_its_law() -> None:
    """Every module has a docstring, and none leaves a note of work undone."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), path
        assert not re.search(r"TODO|FIXME|XXX|NotImplementedError", text), path


def test_the_map_names_every_room() -> None:
    """CONTRIBUTING's map has every file and folder of the package's top floor."""
    listed = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in PACKAGE.iterdir():
        if path.suffix in {".py", ".pyx", ".pxi", ".h"} and not path.name.startswith("__"):
            assert f"`{path.name}`" in listed, path.name
        if (path / "__init__.py").is_file():
            assert f"`{path.name}/`" in listed, path.name
            inside = ast.get_docstring(ast.parse((path / "__init__.py").read_text("utf-8"))) or ""
            for module in path.glob("[!_]*.py"):
                assert module.name in inside, module
