"""The documents: they say what is so.

The law of this file: whatever a document shows of the program is held against the program. The
examples in it run as doctests, beside these tests.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

from smscore.cli.app import smscore
from smscore.problems import Problem
from smscore.send.sandbox.faults import KINDS
from smscore.send.sandbox.stand_ins import STAND_INS

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


DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
)


def find_anchors(document: Path) -> set[str]:
    """Give the anchors of a page's headings: in lower case, spaces as hyphens, no punctuation."""
    text = re.sub(r"(?ms)^```.*?^```$", "", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def test_links_lead_somewhere() -> None:
    """Every relative link of a document names a file that is there, and a heading that it has."""
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8")):
            name, _, anchor = link.partition("#")
            target = document.parent / name if name else document
            assert target.exists(), f"{document.name}: {link}"
            if anchor:
                assert anchor in find_anchors(target), f"{document.name}: {link}"


def test_pages_of_sending_are_linked() -> None:
    """Every page of sending can be reached from the first one."""
    page = (ROOT / "docs" / "sending.md").read_text(encoding="utf-8")
    for name in ("providers", "sandbox", "webhooks", "reconciliation", "command-line"):
        assert f"({name}.md" in page, name


def test_everything_of_the_sandbox_is_documented() -> None:
    """Its page names every fault, every switch and every number that the stand-ins know."""
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    digits = re.sub(r"(?<=\d) (?=\d)", "", page)
    assert all(f"`{kind}`" in page for kind in KINDS)
    told = "\n".join(
        inspect.getdoc(sys.modules[kind.__module__]) or "" for kind in STAND_INS.values()
    )
    switches = set(re.findall(r"\b(?:phone_com|voip_communications|callr|close)\.\w+", told))
    assert len(switches) > 50
    for switch in sorted(switches):
        assert re.search(rf"^\| `{switch}(?:=\w+)?` \|", page, flags=re.MULTILINE), switch
    numbers = set(re.findall(r"\+(\d{11})\b", re.sub(r"(?<=\d) (?=\d)", "", told)))
    assert len(numbers) > 15
    for number in sorted(numbers):
        assert f"+{number}" in digits, number
