"""Campaigns through providers that fail at random: what must be zero is zero.

The law of this file: it runs the tool that anyone can run with more messages, in a process of its
own, and reads what it prints.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from conftest import ROOT

TOOL = ROOT / "tools" / "run_faults.py"
ZEROS = (
    "received twice",
    "received without a row",
    "received and said not to be",
    "over a cap",
    "receipts missing",
    "unknown and not listed",
    "private words in reprs and the journal",
    "private words in logs",
)


@pytest.mark.parametrize("provider", ["phone_com", "voip_communications", "callr", "close"])
def test_a_campaign_with_faults(provider: str) -> None:
    """No message twice, none without a row, none over a cap, no doubt unlisted, nothing private."""
    done = subprocess.run(
        [sys.executable, str(TOOL), provider, "--messages", "200", "--seed", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = {
        name: int(number)
        for number, name in re.findall(r"(\d+) ([a-z ]+?)(?:[,;]| \()", done.stdout)
    }
    for name in ZEROS:
        assert told[name] == 0, done.stdout
    # Faults there were, and most messages arrived all the same.
    assert told["faults"] > 10
    assert told["accepted"] > 150
