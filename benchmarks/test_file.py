"""A campaign's CSV file, judged and priced, beside pyarrow reading and writing it alone.

The law of this file: both sides read the same file and write the same rows in the same format; what
smscore takes more is what knowing alphabet, parts, price and problems costs. Every row has a price,
and none has a problem, so that no work is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import corpora, references

ROWS = 20_000
ROUNDS = 3
DAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Campaign:
    """The files that a run reads, and the folder that it writes to."""

    messages: Path
    deck: Path
    folder: Path


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """Write a campaign of corpus E and its rate deck; skip where pyarrow is not installed."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    folder = tmp_path_factory.mktemp("campaign")
    found = Campaign(folder / "campaign.csv", folder / "rates.csv", folder)
    corpora.write_csv(found.messages, "E", ROWS)
    corpora.write_deck(found.deck)
    return found


@pytest.fixture(params=["csv", "parquet"])
def suffix(request: pytest.FixtureRequest) -> str:
    """Give each format that is written in turn, as a file's suffix names it."""
    name: str = request.param
    return name


def test_floor_read_and_write(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., object],
    campaign: Campaign,
    suffix: str,
) -> None:
    """The file read and written with pyarrow alone."""
    benchmark.group = f"a file, CSV to {suffix}"
    target = campaign.folder / f"floor.{suffix}"
    run_rounds(
        references.read_and_write,
        args=(campaign.messages, target),
        rounds=5 * ROUNDS,
        warmup_rounds=1,
    )


def test_validate_file(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., Any],
    campaign: Campaign,
    suffix: str,
    kernel: str,
) -> None:
    """The file measured, priced, checked for duplicates, and written with six columns more."""
    from smscore.bulk import validate_file

    benchmark.group = f"a file, CSV to {suffix}"
    benchmark.extra_info["kernel"] = kernel
    report = run_rounds(
        validate_file,
        args=(campaign.messages,),
        kwargs={
            "deck": campaign.deck,
            "at": DAY,
            "out": campaign.folder / f"out.{suffix}",
        },
        rounds=ROUNDS,
    )
    assert (report.rows, report.clean_rows) == (ROWS, ROWS)
