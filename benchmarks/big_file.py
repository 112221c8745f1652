"""A file of many gigabytes: judged and priced in bounded memory, beside being read and written.

The law of this file: the campaign is made for the run and deleted after it. A block of rows is
drawn once and comes again with other ids and other numbers, so that no message is another's
duplicate; who reads it cannot tell. Each side is a process of its own, which tells its own peak.

    python -m benchmarks.big_file --gigabytes 10 --folder /somewhere/with/room
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import corpora, references
from benchmarks.machine import describe_machine
from benchmarks.tables import show_ratio, write_table
from benchmarks.workers import ask, read_peak

BLOCK = 20_000
STRIDE = 7_919
"""By how many numbers a block is ahead of the one before: a prime, to come back late."""

GIGA = 1_000_000_000
MEGA = 1_000_000


def iterate_blocks(corpus: str = "E", block: int = BLOCK) -> Iterator[bytes]:
    """Write blocks of rows as CSV without a head, without end: ids go on, numbers change.

    >>> from itertools import islice
    >>> [each[:2] for each in islice(iterate_blocks(block=1), 2)]
    [b'1,', b'2,']
    """
    cells = list(map(_quote, corpora.texts(corpus, block)))
    numbers = [each.encode() for each in dict.fromkeys(corpora.numbers(2 * block))]
    for turn in count():
        start = turn * STRIDE % len(numbers)
        around = (numbers[start:] + numbers[:start]) * (block // len(numbers) + 1)
        first = turn * block + 1
        rows = zip(range(first, first + block), around, cells, strict=False)
        yield b"".join([b"%d,%b,%b\n" % row for row in rows])


def _quote(text: str) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow((text,))
    return line.getvalue().encode()


def write_octets(path: Path, octets: int, corpus: str = "E") -> int:
    """Write a campaign of at least so many octets, in whole blocks; give its number of rows."""
    written = rows = 0
    with path.open("wb") as file:
        written += file.write(",".join(corpora.COLUMNS).encode() + b"\n")
        for block in iterate_blocks(corpus):
            if written >= octets:
                break
            written += file.write(block)
            rows += BLOCK
    return rows


def validate(
    source: str, deck: str, out: str, *, duplicates: bool = True, threads: int | None = None
) -> dict[str, float]:
    """Judge, price and write a file; a worker's job, which tells its seconds and its peak."""
    from smscore.bulk import validate_file

    options: dict[str, Any] = {} if threads is None else {"threads": threads}
    start = perf_counter()
    report = validate_file(source, deck=deck, out=out, duplicates=duplicates, **options)
    seconds = perf_counter() - start
    return {
        "seconds": seconds,
        "peak": read_peak(),
        "rows": report.rows,
        "clean": report.clean_rows,
    }


def copy(source: str, out: str) -> dict[str, float]:
    """Read and write a file with pyarrow alone; a worker's job, as above."""
    start = perf_counter()
    references.read_and_write(source, Path(out))
    return {"seconds": perf_counter() - start, "peak": read_peak()}


def compare_big(gigabytes: float, folder: Path, *, suffix: str, duplicates: bool) -> Iterator[str]:
    """Make the file, take both ways through it, tell, and delete it."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        source, deck, out = (
            Path(name) / each for each in ("big.csv", "rates.csv", f"out.{suffix}")
        )
        start = perf_counter()
        rows = write_octets(source, int(gigabytes * GIGA))
        made = perf_counter() - start
        corpora.write_deck(deck)
        octets = source.stat().st_size
        paths = {"source": str(source), "out": str(out)}
        # By turns of two: the first of each finds the file in memory no more than the second does.
        copied = ask("big_file:copy", paths)
        ours = ask("big_file:validate", {**paths, "deck": str(deck), "duplicates": duplicates})
        if ours["rows"] != rows:
            raise RuntimeError(f"{ours['rows']} rows were judged of {rows} written")
    yield f"## A file of {octets / GIGA:.3g} GB: {rows:,} rows, CSV to {suffix}"
    yield ""
    table = [
        ["pyarrow read and write", "1", f"{copied['peak'] / MEGA:.0f}", _rate(octets, copied), ""],
        [
            "`validate_file`" + ("" if duplicates else ", without duplicates"),
            show_ratio(ours["seconds"] / copied["seconds"]),
            f"{ours['peak'] / MEGA:.0f}",
            _rate(octets, ours),
            f"{ours['clean']:,}",
        ],
    ]
    yield from write_table(["way", "÷ read and write", "peak, MB", "MB/s", "clean rows"], table)
    yield ""
    yield f"The file was made in {made:.0f} s."


def _rate(octets: int, told: dict[str, float]) -> str:
    return f"{octets / MEGA / told['seconds']:.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it once, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.big_file",
        description="Judge and price a made-up file of any size, and tell time and memory.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--gigabytes", type=_size, default=10.0, metavar="N", help="its size (default: %(default)g)"
    )
    parser.add_argument(
        "--folder", type=Path, help="where it is made (default: the system's temporary folder)"
    )
    parser.add_argument(
        "--to", choices=("csv", "parquet"), default="parquet", help="what is written"
    )
    parser.add_argument(
        "--no-duplicates", action="store_true", help="do not look for the same message twice"
    )
    options = parser.parse_args(arguments)
    print(*write_table(["what", "is"], describe_machine(), words=2), "", sep="\n")
    lines = compare_big(
        options.gigabytes,
        options.folder or Path(tempfile.gettempdir()),
        suffix=options.to,
        duplicates=not options.no_duplicates,
    )
    for line in lines:
        print(line, flush=True)
    return 0


def _size(text: str) -> float:
    size = float(text)
    if not 0 < size < float("inf"):
        raise argparse.ArgumentTypeError(f"not a size: {text!r}")
    return size


if __name__ == "__main__":
    sys.exit(main())
