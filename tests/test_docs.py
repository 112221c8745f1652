"""The documents: they say what is so.

The law of this file: whatever a document shows of the program is held against the program. The
examples in it run as doctests, beside these tests.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

from smscore.cli.app import smscore
from smscore.problems import Problem

README = (ROOT / "README.md").read_text(encoding="utf-8")
BASH = shutil.which("bash") or "/bin/bash"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


def test_readme_opens_with_two_commands() -> None:
    """The first two code blocks are `sh`, of one line each: the main job, then all tests."""
    assert [kind for kind, _ in BLOCKS[:2]] == ["sh", "sh"]
    assert all(body.count("\n") == 1 for _, body in BLOCKS[:2])
    assert "smscore validate examples/campaign.csv --deck examples/rates.csv" in BLOCKS[0][1]
    assert BLOCKS[1][1].rstrip().endswith("-m pytest")


def test_ci_runs_the_readmes_command() -> None:
    """`.ci/run` takes its command from README: it extracts what stands there, to the letter."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [extract] = re.findall(r"^command=\$\((.*)\)$", script, flags=re.MULTILINE)
    done = subprocess.run(
        [BASH, "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == BLOCKS[1][1]


def test_readme_shows_what_the_command_prints(tmp_path: Path) -> None:
    """Each line of the report that README shows is a line of the report that its command gives."""
    command = BLOCKS[0][1]
    [arguments] = re.findall(r"\.venv/bin/smscore (.*?) -o annotated\.csv", command)
    done = subprocess.run(
        [sys.executable, "-m", "smscore", *arguments.split(), "-o", str(tmp_path / "out.csv")],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    [shown] = [body for kind, body in BLOCKS if kind == "text"]
    assert set(shown.splitlines()) <= set(done.stdout.splitlines())
    [wrong] = re.findall(r"real file, (\d+) of them wrong", README)
    assert f"{395 - int(wrong)} without a problem" in done.stdout


def test_command_line_page_is_current() -> None:
    """The page of the command line is what the commands say of themselves."""
    tool = ROOT / "tools" / "gen_cli_docs.py"
    subprocess.run([sys.executable, str(tool), "--check"], check=True)


def test_everything_is_documented() -> None:
    """Every command and every problem stands in the documents."""
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert all(f"## `smscore {name}`" in page for name in smscore.commands)
    assert all(f"`{problem.label}`" in page for problem in Problem)


def test_links_lead_somewhere() -> None:
    """Every relative link of a document names a file that is there."""
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
