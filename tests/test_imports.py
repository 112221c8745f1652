"""What `import smscore` brings along, and the names that it gives.

The law of this file: what a process has loaded is asked of a fresh one, because the one that runs
the tests has loaded everything.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import smscore

PACKAGE = Path(smscore.__file__).parent

# What a program outside may call: the contract's public names, as far as they are there.
PUBLIC = {
    "Alphabet", "Coding", "Guard", "KERNEL", "RateDeck", "__version__", "count_parts", "detect",
    "inspect", "measure", "measure_many", "quote", "split",
}  # fmt: skip

# Modules that only a part of smscore needs: they cost more to load than all the rest of it.
HEAVY = ["regex", "phonenumbers", "decimal", "dataclasses", "json", "csv", "hashlib", "datetime"]

# Cython registers these for every extension; they are no files.
MADE_BY_CYTHON = re.compile(r"cython_runtime|_cython_\w+")

# Optional packages that some modules say they need when they are imported.
EXTRAS = {
    "smscore.adapters.duckdb": ("pyarrow", "duckdb"),
    "smscore.adapters.pandas": ("pyarrow", "pandas"),
    "smscore.adapters.polars": ("pyarrow", "polars"),
    "smscore.adapters.quoter": ("pyarrow",),
    "smscore.adapters.ray": ("pyarrow", "ray"),
    "smscore.adapters.spark": ("pyarrow", "pyspark"),
    "smscore.bulk": ("pyarrow",),
    "smscore.cli": ("click", "rich", "pyarrow"),
    "smscore.send.client": ("httpx",),
    "smscore.send.sandbox": ("httpx", "uvicorn"),
}


def run_python(code: str, *options: str, kernel: str = "auto") -> list[str]:
    """Run code in a fresh, isolated interpreter that stops at any warning; give its lines."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", *options, "-c", code],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "SMSCORE_KERNEL": kernel},
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def loaded_by(code: str, kernel: str = "auto") -> set[str]:
    """List the modules that code loads into an interpreter that has just begun."""
    first = "import sys; before = set(sys.modules)\n"
    last = "\nprint(*sorted(set(sys.modules) - before), sep='\\n')"
    return set(run_python(first + code + last, kernel=kernel))


def modules() -> list[str]:
    """List every module of the package by its name."""
    names = []
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = [PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts]
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def missing(name: str) -> list[str]:
    """List what a module says it needs and is not installed here."""
    needed = [extras for root, extras in EXTRAS.items() if f"{name}.".startswith(f"{root}.")]
    return [extra for extras in needed for extra in extras if not find_spec(extra)]


@pytest.mark.parametrize("choice", ["auto", "pure"])
def test_import_loads_the_standard_library_only(choice: str) -> None:
    """`import smscore` loads the kernel, and else nothing that Python does not bring."""
    loaded = loaded_by("import smscore", choice)
    ours = {name for name in loaded if name.split(".")[0] == "smscore"}
    private = ("_kernel", "_fast", "_pure", "_tables", "_version")
    assert {"smscore", "smscore._kernel"} <= ours
    # The pure kernel is a folder of files.
    rooms = {".".join(name.split(".")[:2]) for name in ours}
    assert rooms <= {"smscore", *(f"smscore.{name}" for name in private)}
    others = {name.split(".")[0] for name in loaded - ours}
    assert {
        name for name in others - sys.stdlib_module_names if not MADE_BY_CYTHON.fullmatch(name)
    } == set()


def test_import_loads_one_kernel() -> None:
    """The kernel that is not taken is not loaded."""
    assert "smscore._fast" not in loaded_by("import smscore", "pure")
    assert smscore.KERNEL in ("fast", "pure")


@pytest.mark.parametrize("choice", ["auto", "pure"])
def test_nothing_heavy_until_it_is_needed(choice: str) -> None:
    """Neither the import nor dir() loads a module that only some functions need."""
    loaded = loaded_by("import smscore\ndir(smscore)\nsmscore.__all__", choice)
    assert not loaded & set(HEAVY)


def test_measuring_loads_no_third_party() -> None:
    """Measuring and splitting between characters need neither clusters, numbers nor prices."""
    code = "import smscore\nsmscore.split('a' * 161)\nsmscore.measure_many(['a'])"
    assert not loaded_by(code) & {"regex", "phonenumbers", "decimal"}
    assert "regex" in loaded_by("import smscore\nsmscore.split('я' * 71, boundary='grapheme')")


def test_a_deck_loads_no_numbering_plans() -> None:
    """A deck without countries, and a quoting module without a quote, load no plans."""
    code = "import smscore\nsmscore.RateDeck.parse(b'price,currency\\n1,EUR', 'deck.csv')"
    assert "phonenumbers" not in loaded_by(f"{code}\nsmscore.quote")
    assert "regex" not in loaded_by(f"{code}\nsmscore.quote")


def test_public_names() -> None:
    """The names that outside programs call are there, each the same when asked for again."""
    for name in PUBLIC:
        assert getattr(smscore, name) is getattr(smscore, name)
    assert set(smscore.__all__) >= PUBLIC
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+.*", smscore.__version__)
    assert smscore.Alphabet.GSM7.value == "gsm7"


def test_the_lists_of_names_agree() -> None:
    """What is exported, where it lives, what type checkers see and what dir() shows is one list."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    [checked] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imported: dict[str, str] = {}
    for node in checked.body:
        assert isinstance(node, ast.ImportFrom)
        assert node.module is not None
        for alias in node.names:
            # `X as X` tells type checkers that the name is exported.
            assert alias.name == alias.asname
            imported[alias.name] = node.module.removeprefix("smscore.")
    assert imported == smscore._HOMES
    assert len(smscore.__all__) == len(set(smscore.__all__))
    assert set(smscore.__all__) == {*imported, "KERNEL", "__version__"}
    assert dir(smscore) == sorted(set(dir(smscore)))


def test_dir_shows_what_is_public() -> None:
    """dir() shows public names, public modules and Python's own, whatever has been loaded."""
    files = {
        file.stem
        for file in PACKAGE.iterdir()
        if (file.suffix == ".py" or (file / "__init__.py").exists()) and file.stem[0] != "_"
    }
    assert sorted(smscore._MODULES) == list(smscore._MODULES) == sorted(files)
    code = "import smscore\nprint(*dir(smscore), sep='\\n')"
    for before in ("", "import smscore.measuring, smscore.splitting\n"):
        shown = set(run_python(before + code))
        assert {name for name in shown if not name.startswith("__")} == (
            files | set(smscore.__all__) - {"__version__"}
        )
        assert "__version__" in shown


def test_every_module_is_an_attribute() -> None:
    """In a fresh process each public module is there as an attribute, with nothing said before."""
    for name in smscore._MODULES:
        if not missing(f"smscore.{name}"):
            code = f"import smscore\nprint(smscore.{name}.__name__)"
            assert run_python(code) == [f"smscore.{name}"]


def test_every_name_comes_from_its_home() -> None:
    """In a fresh process each public name is given by the module that is said to be its home."""
    code = (
        "import importlib, smscore\n"
        "for name, home in smscore._HOMES.items():\n"
        "    value = getattr(smscore, name)\n"
        "    assert value is getattr(importlib.import_module(f'smscore.{home}'), name), name\n"
        "    assert smscore.__dict__[name] is value, name\n"
        "    print(name)\n"
    )
    assert run_python(code) == list(smscore._HOMES)


def test_star_import() -> None:
    """`from smscore import *` gives the public names and no others."""
    code = "from smscore import *\nprint(*sorted(set(globals()) | {'__version__'}), sep='\\n')"
    given = {name for name in run_python(code) if not name.startswith("__")}
    assert given == set(smscore.__all__) - {"__version__"}


@pytest.mark.parametrize("name", ["segments", "Segment", "_measure", "__wrapped__", ""])
def test_an_unknown_name(name: str) -> None:
    """A name that there is not is an AttributeError that says so."""
    with pytest.raises(AttributeError, match=f"^module 'smscore' has no attribute '{name}'$"):
        getattr(smscore, name)
    assert not hasattr(smscore, name)


@pytest.mark.parametrize("name", modules())
def test_each_module_alone(name: str) -> None:
    """Every module can be the first that a program imports, without a warning."""
    if missing(name):
        pytest.skip(f"not installed: {', '.join(missing(name))}")
    assert name in loaded_by(f"import {name}")


def test_optimized() -> None:
    """Without docstrings and assertions everything is there too."""
    code = "import smscore\nprint([getattr(smscore, name) for name in smscore.__all__] != [])"
    assert run_python(code, "-OO") == ["True"]
