"""How figures become Markdown: tables of ratios, a row for each kernel.

The law of this file: a ratio is shown to three digits, for nobody's machine repeats the fourth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from benchmarks import kernels
from benchmarks.timing import Case, Turns

Row = Sequence[str]


def write_table(head: Row, rows: Iterable[Row], *, words: int = 1) -> Iterator[str]:
    r"""Write a Markdown table; the first columns are of words, the others of figures.

    >>> print(*write_table(["corpus", "ratio"], [["A", "1.5"]]), sep="\n")
    | corpus | ratio |
    |---|---:|
    | A | 1.5 |
    """
    yield _line(head)
    yield "|" + "---|" * words + "---:|" * (len(head) - words)
    yield from map(_line, rows)


def show_ratio(ratio: float) -> str:
    """Show a ratio to three digits.

    >>> show_ratio(0.12345), show_ratio(12.345), show_ratio(1234.5)
    ('0.123', '12.3', '1230')
    """
    return f"{float(f'{ratio:.3g}'):g}"


def by_kernel(run: Callable[[], object]) -> dict[str, Case]:
    """Give a case for each kernel, named by it."""
    return {kernel: Case(run, kernel) for kernel in kernels.built()}


def list_rows(what: str, turns: Turns, floors: Iterable[str]) -> Iterator[Row]:
    """Give a row of ratios for each kernel: to every floor, and of the pure kernel to it."""
    for kernel in kernels.built():
        ratios = [turns.ratio(kernel, floor) for floor in floors]
        yield [what, kernel, *map(show_ratio, [*ratios, turns.ratio("pure", kernel)])]


def _line(cells: Row) -> str:
    return "| " + " | ".join(cells) + " |"
