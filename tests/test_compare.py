"""The benchmark comparison: what it reads, what it calls a regression, what it refuses.

The law of this file: every figure is written out here, in files a few lines long, so that the
expected verdict can be worked out by eye.
"""

from __future__ import annotations

import doctest
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "compare.py"


def load_script() -> ModuleType:
    """Load the script as a module, as it is in no package."""
    spec = importlib.util.spec_from_file_location("benchmarks_compare", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


compare = load_script()


def write_run(path: Path, medians: dict[str, float]) -> str:
    """Write the parts of a pytest-benchmark file that are read, and return its path."""
    benchmarks = [
        {"name": name.rpartition("::")[2], "fullname": name, "stats": {"median": median}}
        for name, median in medians.items()
    ]
    path.write_text(json.dumps({"version": "5", "benchmarks": benchmarks}), encoding="utf-8")
    return str(path)


def run(tmp_path: Path, base: dict[str, float], head: dict[str, float], *options: str) -> int:
    """Compare one run a side and return the exit code."""
    files = [write_run(tmp_path / "base.json", base), write_run(tmp_path / "head.json", head)]
    code: int = compare.main(["--base", files[0], "--head", files[1], *options])
    return code


def test_an_equal_run_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Equal medians exit 0 and are shown as no change."""
    assert run(tmp_path, {"b.py::split": 0.002}, {"b.py::split": 0.002}) == 0
    assert "| `b.py::split` | 2 ms | 2 ms | +0.0 % | |" in capsys.readouterr().out


def test_a_regression_past_the_threshold_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A median more than 10 % above the base's exits 1 and is marked in the table."""
    assert run(tmp_path, {"split": 0.001, "quote": 1.0}, {"split": 0.00111, "quote": 1.0}) == 1
    shown = capsys.readouterr().out
    assert "| `split` | 1 ms | 1.11 ms | +11.0 % | regression |" in shown
    assert "1 of 2 benchmarks more than 10 % slower" in shown


@pytest.mark.parametrize("base", [1.0, 100.0, 0.001, 0.25, 3e-7])
def test_exactly_the_threshold_is_within_it(tmp_path: Path, base: float) -> None:
    """Ten percent is allowed; only what is past it fails."""
    assert run(tmp_path, {"split": base}, {"split": base * 1.0999999}) == 0
    assert run(tmp_path, {"split": base}, {"split": base * 1.1000001}) == 1
    assert not compare.Comparison("split", 100.0, 110.0).is_regression()


def test_a_gain_passes(tmp_path: Path) -> None:
    """However much faster the head is, that is no regression."""
    assert run(tmp_path, {"split": 1.0}, {"split": 0.1}) == 0


def test_a_side_is_the_median_of_its_runs(tmp_path: Path) -> None:
    """One disturbed run among three changes no verdict, on either side."""
    base = [write_run(tmp_path / f"base-{i}.json", {"s": m}) for i, m in enumerate((1, 1, 0.2))]
    head = [write_run(tmp_path / f"head-{i}.json", {"s": m}) for i, m in enumerate((9, 1, 1))]
    assert compare.main(["--base", *base, "--head", *head]) == 0
    assert compare.main(["--base", base[2], "--head", *head]) == 1


def test_the_threshold_can_be_chosen(tmp_path: Path) -> None:
    """`--threshold` is in percent and replaces the ten."""
    assert run(tmp_path, {"s": 1.0}, {"s": 1.4}, "--threshold", "50") == 0
    assert run(tmp_path, {"s": 1.0}, {"s": 1.02}, "--threshold", "1") == 1


@pytest.mark.parametrize("threshold", ["nan", "inf", "-1", "ten"])
def test_a_threshold_that_cannot_be_passed_is_refused(tmp_path: Path, threshold: str) -> None:
    """A threshold that would let everything pass is a usage error, which exits 2."""
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path, {"s": 1.0}, {"s": 9.0}, f"--threshold={threshold}")
    assert stopped.value.code == 2


def test_the_worst_stands_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table is sorted by what was lost, so that the reader need not search."""
    run(tmp_path, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 1.0, "b": 3.0, "c": 2.0})
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| `")]
    assert [row[3] for row in rows] == ["b", "c", "a"]


def test_what_only_one_side_has_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new and a removed benchmark are listed, never compared and never passed over."""
    assert run(tmp_path, {"kept": 1.0, "gone": 1.0}, {"kept": 1.0, "new": 1.0}) == 0
    shown = capsys.readouterr().out
    assert "Only in base, so not compared: `gone`" in shown
    assert "Only in head, so not compared: `new`" in shown


def test_nothing_in_common_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A comparison of nothing exits 2 and says so: it must not look like a pass."""
    assert run(tmp_path, {"a": 1.0}, {"b": 1.0}) == 2
    assert "no benchmark in common" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"benchmarks": [{}]}', '{"benchmarks": [{"fullname": "a", "stats": {}}]}'],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """A file that pytest-benchmark did not write exits 2, and the message names it."""
    other = tmp_path / "other.json"
    other.write_text(content, encoding="utf-8")
    head = write_run(tmp_path / "head.json", {"a": 1.0})
    assert compare.main(["--base", str(other), "--head", head]) == 2
    assert "other.json: not written by pytest-benchmark" in capsys.readouterr().err


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that was never written exits 2, and the message names it."""
    head = write_run(tmp_path / "head.json", {"a": 1.0})
    assert compare.main(["--base", str(tmp_path / "absent.json"), "--head", head]) == 2
    assert "absent.json" in capsys.readouterr().err


@pytest.mark.parametrize("median", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_median_is_refused(tmp_path: Path, median: float) -> None:
    """A median that no clock can give exits 2: a ratio to it would mean nothing."""
    assert run(tmp_path, {"a": median}, {"a": 1.0}) == 2


def test_a_bar_in_a_name_stays_in_its_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A parameter's bar is escaped, so that the row keeps its columns."""
    run(tmp_path, {"split[a|b]": 1.0}, {"split[a|b]": 1.0})
    assert r"| `split[a\|b]` | 1 s | 1 s | +0.0 % | |" in capsys.readouterr().out


def test_the_report_is_appended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--append` adds what was printed to a file, and keeps what was in it."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    run(tmp_path, {"a": 1.0}, {"a": 1.0}, "--append", str(summary))
    assert summary.read_text(encoding="utf-8") == "before\n" + capsys.readouterr().out


def test_it_runs_as_a_script_with_nothing_installed(tmp_path: Path) -> None:
    """In isolated mode, without site packages, the exit code is the verdict."""
    base = write_run(tmp_path / "base.json", {"a": 1.0})
    head = write_run(tmp_path / "head.json", {"a": 2.0})
    command = [sys.executable, "-I", "-S", str(SCRIPT), "--base", base, "--head", head]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"+100.0 %" in done.stdout


def test_its_examples_are_true() -> None:
    """Every example in the script's docstrings gives what it says."""
    results = doctest.testmod(compare)
    assert results.attempted > 0
    assert results.failed == 0
