"""How columns and batches scale with cores: `python -m benchmarks.scaling [--rows N]`.

The law of this file: all that is compared takes turns. A process has messages of its own, and none
is sent to it while it is timed. A figure of several processes is the messages of all of them by the
time that the last one took.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
from pyarrow import compute

from benchmarks import corpora
from benchmarks.tables import show_ratio, write_table
from benchmarks.timing import Case, take_turns
from smscore.bulk import measure_column, quote_batch, validate_batches
from smscore.decks import RateDeck

DAY = date(2026, 6, 1)
BATCH_ROWS = 16_384

_held: list[tuple[pa.Table, RateDeck]] = []
"""What a process works on."""


def hold(rows: int, seed: int, deck: Path) -> None:
    """Make the messages of this process."""
    numbers = pa.array(corpora.numbers(rows, seed))
    texts = pa.array(corpora.texts("E", rows, seed))
    _held[:] = [(pa.table({"phone": numbers, "message": texts}), RateDeck.read(deck))]


def count() -> None:
    """Count characters, which is the least that can be done with every text."""
    compute.call_function("utf8_length", [_held[0][0].column("message")])


def measure(threads: int = 1) -> None:
    """Measure the column of texts."""
    measure_column(_held[0][0].column("message"), threads=threads)


def quote() -> None:
    """Quote every batch."""
    table, deck = _held[0]
    for batch in table.to_batches(BATCH_ROWS):
        quote_batch(batch, deck=deck, at=DAY)


def validate() -> None:
    """Judge every batch, duplicates and the figures of a report included."""
    table, deck = _held[0]
    validation = validate_batches(table.to_batches(BATCH_ROWS), deck=deck, at=DAY)
    for _ in validation:
        pass
    _ = validation.report


def everywhere(pools: Sequence[ProcessPoolExecutor], work: Callable[[], None]) -> None:
    """Have every process do the work, all at once."""
    running: list[Future[None]] = [pool.submit(work) for pool in pools]
    for each in running:
        each.result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling", description=(__doc__ or "").split("\n", 1)[0]
    )
    for name, default, what in (
        ("--rows", 300_000, "messages of each process"),
        ("--rounds", 7, "turns that each case takes"),
        ("--cores", os.cpu_count() or 1, "threads and processes, at most"),
    ):
        parser.add_argument(
            name, type=int, default=default, metavar="N", help=f"{what} (default: %(default)s)"
        )
    options = parser.parse_args(arguments)
    cores = options.cores
    with tempfile.TemporaryDirectory() as name:
        deck = Path(name) / "rates.csv"
        corpora.write_deck(deck)
        hold(options.rows, corpora.SEED, deck)
        # One process each, so that nobody gets the work of two.
        pools = [
            ProcessPoolExecutor(1, None, hold, (options.rows, corpora.SEED + 1 + place, deck))
            for place in range(cores)
        ]
        everywhere(pools, count)
    cases: dict[str, tuple[int, Callable[[], None]]] = {
        "utf8_length": (1, count),
        "measure_column, one thread": (1, measure),
        f"measure_column, {cores} threads": (1, partial(measure, cores)),
        f"measure_column, {cores} processes": (cores, partial(everywhere, pools, measure)),
        "quote_batch, one process": (1, quote),
        f"quote_batch, {cores} processes": (cores, partial(everywhere, pools, quote)),
        "validate_batches, one process": (1, validate),
    }
    turns = take_turns(
        {name: Case(run) for name, (_, run) in cases.items()}, options.rounds, sample_seconds=0
    )
    rows = []
    for name, (processes, _) in cases.items():
        by_one = f"{name.partition(',')[0]}, one {'thread' if 'measure' in name else 'process'}"
        gain = turns.ratio(by_one, name) * processes if by_one in cases else 1.0
        speed = options.rows * processes / min(turns.seconds[name])
        ratio = turns.ratio(name, "utf8_length") / processes
        rows.append([name, show_ratio(ratio), show_ratio(gain), f"{speed:,.0f}"])
    head = ["what", "÷ `utf8_length`", "× one", "messages a second, at best"]
    print("\n".join(write_table(head, rows)))
    for pool in pools:
        pool.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
