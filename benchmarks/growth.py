"""How what smscore takes grows: with a message's length, with rows, threads, and a file's size.

The law of this file: each point is a ratio to `utf8_length` of the same array, or octets of memory;
what should be a level line is drawn as one.

    python -m benchmarks.growth --rows 50000000      50 million rows of corpus E: 6.2 GB in memory
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import util
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import big_file, corpora
from benchmarks.charts import Chart
from benchmarks.columns import LENGTH, SAMPLE_SECONDS, list_threads, sum_octets
from benchmarks.tables import show_ratio, write_table
from benchmarks.timing import Case, take_turns
from benchmarks.workers import ask

ROWS = 1_000_000
FEWEST_ROWS = 1_000
BLOCK = 200_000
ROUNDS = 5
LENGTHS = (5, 20, 80, 160, 320, 1_280, 5_120, 20_480)
LENGTH_CORPORA = ("A", "B", "C", "E")
OCTETS = 2_000_000
FILE_MEGABYTES = (1, 10, 50)
MEGA = 1_000_000


def make_column(rows: int) -> Any:  # noqa: ANN401  # pyarrow has no types
    """Make one array of so many messages of corpus E, a drawn block of them again and again.

    It is a `large_string`, as 32-bit offsets end at 2 GB.
    """
    import pyarrow as pa

    block = pa.array(corpora.texts("E", min(rows, BLOCK)), pa.large_string())
    whole, rest = divmod(rows, len(block))
    return pa.concat_arrays([block] * whole + [block.slice(0, rest)])


def make_lengths(corpus: str, characters: int, octets: int) -> Any:  # noqa: ANN401  # as above
    """Make an array of about so many octets: texts of so many characters, cut from a corpus."""
    import pyarrow as pa

    sea = " ".join(corpora.texts(corpus, 2_000))
    step = max(characters, 1)
    pieces = [sea[at : at + step] for at in range(0, len(sea) - step, step)]
    share = sum(len(piece.encode()) for piece in pieces) / len(pieces)
    count = max(1, int(octets / share))
    return pa.array(list(islice((p for _ in range(count) for p in pieces), count)), pa.string())


def list_rows(most: int) -> list[int]:
    """List numbers of rows, from a thousand by tens to the most.

    >>> list_rows(50_000)
    [1000, 10000, 50000]
    """
    rows = []
    each = min(FEWEST_ROWS, most)
    while each < most:
        rows.append(each)
        each *= 10
    return [*rows, most]


def time_rows(most: int, threads: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Measure the first rows of a column, more and more of them; a worker's job."""
    import pyarrow.compute as pc

    from smscore.bulk import measure_column

    column = make_column(most)
    found = []
    for rows in list_rows(most):
        array = column.slice(0, rows)
        cases = {LENGTH: Case(partial(pc.utf8_length, array))}
        for count in threads:
            cases[str(count)] = Case(partial(measure_column, array, threads=count))
        turns = take_turns(cases, rounds, sample_seconds=SAMPLE_SECONDS)
        octets = sum_octets(array)
        found.append(
            {
                "rows": rows,
                "octets": octets,
                LENGTH: {case: turns.best_ratio(case, LENGTH) for case in cases},
                "rate": {case: octets / min(turns.seconds[case]) / 1e9 for case in cases},
            }
        )
    return found


def time_lengths(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Measure columns of ever longer texts and as many octets; a worker's job."""
    import pyarrow.compute as pc

    from smscore.bulk import measure_column

    found: dict[str, list[dict[str, float]]] = {}
    for corpus in LENGTH_CORPORA:
        found[corpus] = []
        for characters in LENGTHS:
            array = make_lengths(corpus, characters, OCTETS)
            cases = {
                LENGTH: Case(partial(pc.utf8_length, array)),
                "ours": Case(partial(measure_column, array, threads=1)),
            }
            turns = take_turns(cases, rounds, sample_seconds=SAMPLE_SECONDS)
            found[corpus].append(
                {
                    "ratio": turns.best_ratio("ours", LENGTH),
                    "rate": sum_octets(array) / min(turns.seconds["ours"]) / 1e9,
                }
            )
    return found


def compare_rows(most: int) -> Iterator[str | Chart]:
    """Tell how the time of a column grows with its rows."""
    yield f"## Growth: a column of {FEWEST_ROWS:,} to {most:,} rows, corpus E"
    yield ""
    threads = list_threads()
    found = ask("growth:time_rows", {"most": most, "threads": threads, "rounds": ROUNDS})
    head = ["rows", "MB", *(f"÷ `utf8_length`, threads: {count}" for count in threads)]
    head += [f"GB/s, threads: {count}" for count in threads]
    yield from write_table(
        head,
        [
            [
                f"{each['rows']:,}",
                f"{each['octets'] / MEGA:.3g}",
                *(show_ratio(each[LENGTH][str(count)]) for count in threads),
                *(f"{each['rate'][str(count)]:.2g}" for count in threads),
            ]
            for each in found
        ],
    )
    yield ""
    series = {
        f"threads: {count}": [each["rate"][str(count)] for each in found] for count in threads
    }
    yield Chart(
        name="rows",
        title="A column of messages, by its rows: a level line is growth by octets",
        across="rows",
        up="GB/s",
        places=[each["rows"] for each in found],
        series={**series, "utf8_length": [each["rate"][LENGTH] for each in found]},
        kind="lines",
        log_across=True,
        log_up=True,
    )


def compare_lengths() -> Iterator[str | Chart]:
    """Tell how the time of a column grows with the length of its messages."""
    yield f"## Growth: messages of {LENGTHS[0]} to {LENGTHS[-1]:,} characters, ÷ `utf8_length`"
    yield ""
    found = ask("growth:time_lengths", {"rounds": ROUNDS})
    yield from write_table(
        ["corpus", *(f"{each:,}" for each in LENGTHS)],
        [
            [corpus, *(show_ratio(point["ratio"]) for point in points)]
            for corpus, points in found.items()
        ],
    )
    yield ""
    yield Chart(
        name="lengths",
        title=f"A column of {OCTETS // MEGA} MB on one thread, by the length of its messages",
        across="characters in a message",
        up="multiple of Arrow's utf8_length",
        places=LENGTHS,
        series={
            f"corpus {corpus}": [point["ratio"] for point in points]
            for corpus, points in found.items()
        },
        kind="lines",
        log_across=True,
        log_up=True,
        mark=1.0,
    )


def compare_memory(megabytes: Sequence[int] = FILE_MEGABYTES) -> Iterator[str | Chart]:
    """Tell the most memory that a file takes, of whatever size it is."""
    yield "## Growth: the memory that a file takes, CSV to Parquet"
    yield ""
    if util.find_spec("pyarrow") is None:
        yield "Left out: pyarrow is not installed."
        return
    ways = {"pyarrow read and write": "copy", "`validate_file`": "validate"}
    peaks: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        source, deck, out = (Path(name) / each for each in ("big.csv", "rates.csv", "out.parquet"))
        corpora.write_deck(deck)
        for each in megabytes:
            big_file.write_octets(source, each * MEGA)
            paths = {"source": str(source), "out": str(out)}
            for way, job in ways.items():
                more = {"deck": str(deck)} if job == "validate" else {}
                told = ask(f"big_file:{job}", {**paths, **more})
                peaks[way].append(told["peak"] / MEGA)
    yield from write_table(
        ["file, MB", *(f"{way}: peak, MB" for way in ways)],
        [
            [str(each), *(f"{peaks[way][place]:.0f}" for way in ways)]
            for place, each in enumerate(megabytes)
        ],
        words=0,
    )
    yield ""
    yield "A peak is that of a process of its own, Python and pyarrow included."
    yield ""
    yield Chart(
        name="memory",
        title="The most memory that a process takes for a file",
        across="size of the file, MB",
        up="peak, MB",
        places=megabytes,
        series={way.replace("`", ""): figures for way, figures in peaks.items()},
        kind="lines",
        log_across=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure a column of as many rows as asked for, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth",
        description="Measure columns of more and more rows.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--rows", type=int, default=ROWS, metavar="N", help="the most (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.rows < 1:
        parser.error("--rows is one or more")
    for line in compare_rows(options.rows):
        if isinstance(line, str):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
