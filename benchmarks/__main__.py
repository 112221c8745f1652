"""All ratios at once, as Markdown: `python -m benchmarks [--only NAMES] [--output FILE.md]`.

The law of this file: a ratio is between two things that took turns in this very run, and every
table says which. Durations are given only where a ratio would mislead. What is not installed is
left out and named.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from time import perf_counter

from benchmarks import charts
from benchmarks.charts import Chart
from benchmarks.codings import compare_codings
from benchmarks.columns import Store, compare_columns, compare_forced, compare_kinds
from benchmarks.engine import compare_octets, compare_transliteration
from benchmarks.files import compare_files, compare_kernels
from benchmarks.growth import compare_lengths, compare_memory, compare_rows
from benchmarks.handwork import compare_handwork
from benchmarks.imports import compare_imports
from benchmarks.machine import describe_machine
from benchmarks.peers.section import compare_foreign, compare_peers
from benchmarks.prefixes import compare_prefixes
from benchmarks.scalars import compare_functions, compare_lists, compare_scalars
from benchmarks.tables import write_table

Lines = Iterator[str | Chart]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, and where the columns are kept that it is measured on."""

    rounds: int
    column_rounds: int
    rows: int
    growth_rows: int
    numbers: int
    megabytes: tuple[int, ...]
    store: Store


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an option is by default."""

    rows: int = 100_000
    column_rows: int = 200_000
    growth_rows: int = 1_000_000
    numbers: int = 200_000
    rounds: int = 21
    column_rounds: int = 15
    megabytes: tuple[int, ...] = (1, 10, 50)


FULL = Amounts()
QUICK = Amounts(10_000, 20_000, 100_000, 20_000, 5, 3, (1, 10))

Section = Callable[[Plan], Iterable[str | Chart]]

SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "scalars": (
        lambda plan: compare_scalars(plan.rounds),
        lambda plan: compare_functions(plan.rounds),
    ),
    "codings": (lambda plan: compare_codings(plan.rounds),),
    "transliteration": (lambda plan: compare_transliteration(plan.rounds),),
    "octets": (lambda plan: compare_octets(plan.rounds),),
    "lists": (lambda _: compare_lists(),),
    "columns": (
        lambda plan: compare_columns(plan.store, plan.column_rounds),
        lambda plan: compare_forced(plan.store, plan.column_rounds),
        lambda plan: compare_kinds(plan.store, plan.column_rounds),
    ),
    "handwork": (lambda plan: compare_handwork(plan.store),),
    "numbers": (lambda plan: compare_prefixes(plan.numbers),),
    "files": (lambda plan: compare_files(plan.rows), lambda _: compare_kernels()),
    "growth": (
        lambda plan: compare_rows(plan.growth_rows),
        lambda _: compare_lengths(),
        lambda plan: compare_memory(plan.megabytes),
    ),
    "imports": (lambda _: compare_imports(),),
    "peers": (lambda plan: compare_peers(plan.rounds), lambda _: compare_foreign()),
}
"""By the names that `--only` takes."""

OF_ARROW = frozenset(("columns", "handwork", "numbers", "files", "growth"))


def write_section(name: str, plan: Plan) -> Lines:
    """Measure a section; one that needs pyarrow is left out, and says so, where there is none."""
    if name in OF_ARROW and util.find_spec("pyarrow") is None:
        yield f"## Left out: {name}, as pyarrow is not installed"
        return
    for place, section in enumerate(SECTIONS[name]):
        if place:
            yield ""
        yield from section(plan)


def show(lines: Iterable[str | Chart], plots: Path | None, document: Path | None) -> Iterator[str]:
    """Draw each chart if a folder is given for them, and show it in its place in the document."""
    beside = Path() if document is None else document.parent
    for line in lines:
        if isinstance(line, str):
            yield line
        elif plots is not None:
            path = plots / f"{line.name}.svg"
            charts.draw(line, path)
            link = Path(os.path.relpath(path, beside)).as_posix()
            yield f"![{line.title}; {line.up}]({link})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the document; the exit code is 0 whatever the figures are."""
    options = _parse(arguments)
    start = perf_counter()
    lines = ["# smscore, measured", "", *write_table(["what", "is"], describe_machine(), words=2)]
    with tempfile.TemporaryDirectory() as folder:
        plan = _plan(options, Path(folder))
        for name in options.only:
            lines.append("")
            lines += show(write_section(name, plan), options.plots, options.output)
            if sys.stderr.isatty():
                print(".", end="", file=sys.stderr, flush=True)
    minutes = (perf_counter() - start) / 60
    lines += ["", f"Measured in {minutes:.0f} minutes by `python -m benchmarks`."]
    document = "\n".join(_collapse(lines)) + "\n"
    if options.output is not None:
        options.output.write_text(document, encoding="utf-8")
    print(document, end="")
    return 0


def _plan(options: argparse.Namespace, folder: Path) -> Plan:
    amounts = QUICK if options.quick else FULL
    return Plan(
        rounds=options.rounds or amounts.rounds,
        column_rounds=amounts.column_rounds,
        rows=options.rows or amounts.rows,
        growth_rows=options.growth_rows or amounts.growth_rows,
        numbers=options.numbers or amounts.numbers,
        megabytes=amounts.megabytes,
        store=Store(folder, options.column_rows or amounts.column_rows, options.corpus),
    )


def _collapse(lines: Iterable[str]) -> Iterator[str]:
    """Leave out an empty line after an empty one, as there is where a chart is not drawn."""
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure smscore against references, in turns, and print the ratios.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=list(SECTIONS),
        metavar="NAMES",
        help=f"some sections, with commas between: {', '.join(SECTIONS)}",
    )
    parser.add_argument("--quick", action="store_true", help="less of everything")
    for name, amount, what in (
        ("--rows", "rows", "rows of the campaign file"),
        ("--column-rows", "column_rows", "messages of a column"),
        ("--growth-rows", "growth_rows", "the most rows of a column, where its growth is shown"),
        ("--numbers", "numbers", "numbers that are looked up"),
        ("--rounds", "rounds", "turns that each case of one text takes"),
    ):
        default = f"{getattr(FULL, amount):,}, with --quick {getattr(QUICK, amount):,}"
        parser.add_argument(name, type=_count, metavar="N", help=f"{what} (default: {default})")
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="FOLDER",
        help="where real messages are (default: shared/corpus beside the checkout)",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.md", help="write the document to this file as well"
    )
    parser.add_argument(
        "--plots", type=Path, metavar="FOLDER", help="draw charts into this folder, as SVG"
    )
    options = parser.parse_args(arguments)
    if options.plots is not None:
        if not charts.can_draw():
            parser.error("--plots needs matplotlib, which is not installed")
        options.plots.mkdir(parents=True, exist_ok=True)
    return options


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no section is called {unknown[0]!r}: there are {', '.join(SECTIONS)}"
        )
    return names


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"not a number of one or more: {text!r}")
    return count


if __name__ == "__main__":
    sys.exit(main())
