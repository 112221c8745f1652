"""Compare two revisions' benchmark runs, and fail on what became slower.

The law of this file: the standard library only, and no figure of its own. A benchmark's figure in
one run is the median that pytest-benchmark wrote; a side's figure is the median over that side's
runs, so that one disturbed run decides nothing. A benchmark has regressed when the head's figure
is past the threshold (10 % by default) above the base's. Comparing nothing is not passing.

    python benchmarks/compare.py --base base-1.json base-2.json --head head-1.json head-2.json

Exit codes: 0 no benchmark regressed, 1 at least one did, 2 there was nothing to compare or a file
is not what pytest-benchmark writes.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

THRESHOLD_PERCENT = 10.0
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))

Medians = dict[str, float]


class UnusableRunsError(ValueError):
    """The runs cannot be compared; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One benchmark's figures, in seconds, on both sides."""

    name: str
    base: float
    head: float

    @property
    def change_percent(self) -> float:
        """How much slower the head is, in percent of the base; negative when it is faster.

        >>> Comparison("split", base=0.5, head=0.75).change_percent
        50.0
        """
        return (self.head / self.base - 1) * 100

    def is_regression(self, threshold_percent: float = THRESHOLD_PERCENT) -> bool:
        """Tell whether the head is past the threshold; exactly at it is still within it.

        >>> Comparison("split", base=100.0, head=110.0).is_regression()
        False
        >>> Comparison("split", base=100.0, head=110.1).is_regression()
        True
        """
        # Multiplied, not divided: 110 / 100 - 1 is a little more than a tenth in binary.
        return self.head * 100 > self.base * (100 + threshold_percent)


def read_medians(path: Path) -> Medians:
    """Read one run's median per benchmark from a file that pytest-benchmark wrote."""
    try:
        document = json.loads(path.read_bytes())
        medians = {
            str(benchmark["fullname"]): float(benchmark["stats"]["median"])
            for benchmark in document["benchmarks"]
        }
    except OSError as error:
        raise UnusableRunsError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableRunsError(f"{path}: not written by pytest-benchmark: {error!r}") from error
    for name, median in medians.items():
        if not (math.isfinite(median) and median > 0):
            raise UnusableRunsError(f"{path}: the median of {name} is {median}")
    return medians


def pool(runs: Iterable[Mapping[str, float]]) -> Medians:
    """Join one side's runs: each benchmark's figure is the median over the runs that have it.

    >>> pool([{"split": 3.0}, {"split": 9.0}, {"split": 4.0, "quote": 1.0}])
    {'split': 4.0, 'quote': 1.0}
    """
    figures: dict[str, list[float]] = {}
    for run in runs:
        for name, median in run.items():
            figures.setdefault(name, []).append(median)
    return {name: statistics.median(medians) for name, medians in figures.items()}


def compare(base: Mapping[str, float], head: Mapping[str, float]) -> list[Comparison]:
    """Pair the benchmarks that both sides have, the one that lost most first.

    >>> [pair.name for pair in compare({"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 1.0, "b": 2.0})]
    ['b', 'a']
    """
    pairs = [Comparison(name, base[name], head[name]) for name in base if name in head]
    return sorted(pairs, key=lambda pair: (-pair.change_percent, pair.name))


def show_seconds(seconds: float) -> str:
    """Show a duration in the largest unit that leaves at least one before the point.

    >>> show_seconds(0.00125), show_seconds(2.5), show_seconds(4e-8)
    ('1.25 ms', '2.5 s', '40 ns')
    """
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds * 1e9:.4g} ns"


def render(
    pairs: Sequence[Comparison],
    threshold_percent: float = THRESHOLD_PERCENT,
    *,
    unpaired: Mapping[str, Iterable[str]] | None = None,
) -> str:
    """Write the markdown table, and below it the benchmarks that only one side has.

    >>> print(render([Comparison("split", 0.5, 0.75)], unpaired={"head": ["quote"]}))
    | benchmark | base | head | change | |
    |---|---:|---:|---:|---|
    | `split` | 500 ms | 750 ms | +50.0 % | regression |
    <BLANKLINE>
    Only in head, so not compared: `quote`
    """
    lines = ["| benchmark | base | head | change | |", "|---|---:|---:|---:|---|"]
    for pair in pairs:
        verdict = "regression" if pair.is_regression(threshold_percent) else ""
        cells = (
            _code(pair.name),
            show_seconds(pair.base),
            show_seconds(pair.head),
            f"{pair.change_percent:+.1f} %",
            verdict,
        )
        lines.append("| " + " | ".join(cells).rstrip() + " |")
    for side, names in (unpaired or {}).items():
        shown = ", ".join(_code(name) for name in sorted(names))
        if shown:
            lines += ["", f"Only in {side}, so not compared: {shown}"]
    return "\n".join(lines)


def _code(name: str) -> str:
    # A parameter's text may hold a bar, which would end the table's cell, code or not.
    return "`" + name.replace("|", "\\|") + "`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the files named on the command line, print the table, return the exit code."""
    options = _parse(arguments)
    try:
        base = pool(read_medians(path) for path in options.base)
        head = pool(read_medians(path) for path in options.head)
        pairs = compare(base, head)
        if not pairs:
            raise UnusableRunsError("the two sides have no benchmark in common")
    except UnusableRunsError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    unpaired = {"base": base.keys() - head.keys(), "head": head.keys() - base.keys()}
    table = render(pairs, options.threshold, unpaired=unpaired)
    regressions = sum(pair.is_regression(options.threshold) for pair in pairs)
    verdict = (
        f"{regressions} of {len(pairs)} benchmarks more than {options.threshold:g} % slower "
        f"(median over {len(options.base)} base and {len(options.head)} head runs)."
    )
    report = f"{table}\n\n{verdict}\n"
    print(report, end="")
    if options.append:
        with options.append.open("a", encoding="utf-8") as file:
            file.write(report)
    return 1 if regressions else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare pytest-benchmark JSON files of two revisions.", allow_abbrev=False
    )
    for side in ("base", "head"):
        parser.add_argument(
            f"--{side}",
            nargs="+",
            required=True,
            type=Path,
            metavar="FILE",
            help=f"the {side}'s runs",
        )
    parser.add_argument(
        "--threshold",
        type=_percent,
        default=THRESHOLD_PERCENT,
        metavar="PERCENT",
        help="how much slower is a regression (default: %(default)g)",
    )
    parser.add_argument(
        "--append", type=Path, metavar="FILE", help="append the table to this file as well"
    )
    return parser.parse_args(arguments)


def _percent(text: str) -> float:
    # `nan` is a float as well, and nothing is ever more than it: every comparison would pass.
    percent = float(text)
    if not (math.isfinite(percent) and percent >= 0):
        raise argparse.ArgumentTypeError(f"not a percentage of zero or more: {text!r}")
    return percent


if __name__ == "__main__":
    sys.exit(main())
