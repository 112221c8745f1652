"""Arrow batches judged and priced in memory, and files with and without looking for duplicates.

The law of this file: what `test_file.py` measures from end to end is measured here without the
reading and the writing, and by the parts that a caller may leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import corpora, files, references
from smscore import RateDeck

ROWS = 20_000
ROUNDS = 3

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a campaign of corpus E and its rate deck."""
    found = tmp_path_factory.mktemp("pipeline")
    corpora.write_csv(found / "campaign.csv", "E", ROWS)
    corpora.write_deck(found / "rates.csv")
    return found


@pytest.fixture(scope="module")
def batch() -> Any:  # noqa: ANN401  # pyarrow has no types
    """Give the same campaign as one batch."""
    return pa.record_batch({"phone": corpora.numbers(ROWS), "message": corpora.texts("E", ROWS)})


@pytest.mark.benchmark(group="a batch")
def test_floor_length(benchmark: BenchmarkFixture, batch: Any) -> None:  # noqa: ANN401  # as above
    """The characters of each message counted, by Arrow."""
    import pyarrow.compute as pc

    benchmark(pc.utf8_length, batch["message"])


@pytest.mark.benchmark(group="a batch")
def test_quote_batch(
    benchmark: BenchmarkFixture,
    run_rounds: Callable[..., Any],
    folder: Path,
    batch: Any,  # noqa: ANN401  # as above
    kernel: str,
) -> None:
    """Each row measured and priced."""
    from smscore.bulk import quote_batch

    benchmark.extra_info["kernel"] = kernel
    deck = RateDeck.read(folder / "rates.csv")
    priced = run_rounds(
        quote_batch, args=(batch,), kwargs={"deck": deck, "at": files.DAY}, rounds=ROUNDS
    )
    assert priced["price"].null_count == 0


@pytest.mark.benchmark(group="a file, with and without")
def test_floor_read_and_write(run_rounds: Callable[..., object], folder: Path) -> None:
    """The file read and written with pyarrow alone."""
    run_rounds(
        references.read_and_write,
        args=(folder / "campaign.csv", folder / "floor.parquet"),
        rounds=5 * ROUNDS,
        warmup_rounds=1,
    )


@pytest.mark.benchmark(group="a file, with and without")
@pytest.mark.parametrize(("way", "options"), files.WAYS.items())
def test_way(
    run_rounds: Callable[..., Any], folder: Path, way: str, options: Mapping[str, Any]
) -> None:
    """The file judged, priced and written, with all and without some of it."""
    from smscore.bulk import validate_file

    if way not in files.list_ways():
        pytest.skip("`validate_file` has no such option")
    report = run_rounds(
        validate_file,
        args=(folder / "campaign.csv",),
        kwargs={
            "deck": folder / "rates.csv",
            "at": files.DAY,
            "out": folder / "out.parquet",
            **options,
        },
        rounds=ROUNDS,
    )
    assert (report.rows, report.clean_rows) == (ROWS, ROWS)
