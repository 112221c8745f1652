"""A column of numbers and a deck of many prefixes: what finding each number's rate costs.

The law of this file: every number is one that its country keeps for fiction, and the prefixes that
match them are as long as those of real decks are; the rest of a deck is prefixes that no number of
the column has, drawn from a seed. The loop that a person would write is given its column as a list.
"""

from __future__ import annotations

import csv
import dataclasses
import importlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from importlib import util
from itertools import islice
from typing import Any

from benchmarks import corpora
from benchmarks.charts import Chart
from benchmarks.columns import LENGTH, SAMPLE_SECONDS
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from benchmarks.workers import ask

DAY = date(2026, 6, 1)
PREFIXES = 50_000
SIZES = (10, 100, 1_000, 10_000, PREFIXES)
ROUNDS = 5

ADDRESSING = "smscore.bulk.addressing"

AREAS = tuple(
    str(area)
    for area in range(201, 990)
    # Of area codes, x11 are services, and x9x are kept back.
    if area % 100 != 11 and area // 10 % 10 != 9
)

RANGES = (
    # What stands before, and how many digits follow: numbers of fiction where there are many.
    ("3363998", 4),  # Arcep
    ("3532091", 5),  # ComReg
    ("447700900", 3),  # Ofcom
)

STREAM = 6
"""Of the eight streams of a seed, one that no corpus is drawn from."""


def iterate_numbers(seed: int = corpora.SEED) -> Iterator[str]:
    """Draw fictional numbers in E.164 form, without end, spread over many prefixes.

    >>> [number[:2] for number in islice(iterate_numbers(), 3)]
    ['+1', '+1', '+1']
    """
    draw = corpora.start(seed, STREAM)
    while True:
        if draw() < 0.7:
            yield f"+1{AREAS[int(draw() * len(AREAS))]}55501{int(draw() * 100):02}"
        else:
            before, digits = RANGES[int(draw() * len(RANGES))]
            yield f"+{before}{int(draw() * 10**digits):0{digits}}"


def list_prefixes(count: int, seed: int = corpora.SEED) -> list[str]:
    """List so many different prefixes; those that match the numbers come first, short ones first.

    >>> list_prefixes(3), len(set(list_prefixes(50_000)))
    (['1', '33', '353'], 50000)
    """
    found = dict.fromkeys(("1", "33", "353", "44"))
    found |= dict.fromkeys(f"1{area}" for area in AREAS)
    for before, digits in RANGES:
        for more in range(digits):
            found |= dict.fromkeys(
                f"{before}{each:0{more}}"[: len(before) + more] for each in range(10**more)
            )
    found |= dict.fromkeys(f"1{area}55501{digit}" for area in AREAS for digit in range(10))
    draw = corpora.start(seed, STREAM + 1)
    while len(found) < count:
        # No number of the column has an exchange that is not 555, nor begins with 2, 5 to 9.
        first = "1" if draw() < 0.4 else "256789"[int(draw() * 6)]
        rest = f"{int(draw() * 10**8):08}"[: 3 + int(draw() * 6)]
        found[f"{first}{rest}"] = None
    return list(islice(found, count))


def list_prices(prefixes: Iterable[str]) -> list[tuple[str, str]]:
    """Give each prefix a made-up price.

    >>> list_prices(["1", "44"])
    [('1', '0.0037'), ('44', '0.0074')]
    """
    return [(prefix, f"0.{place * 37 % 9_973:04}") for place, prefix in enumerate(prefixes, 1)]


def make_deck(prefixes: Iterable[str]) -> bytes:
    """Write a rate deck of prefixes and prices as CSV.

    >>> print(make_deck(["1"]).decode(), end="")
    prefix,price,currency
    1,0.0037,EUR
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("prefix", "price", "currency"))
    writer.writerows((prefix, price, "EUR") for prefix, price in list_prices(prefixes))
    return text.getvalue().encode()


def find_in_dict(digits: Iterable[str], table: Mapping[str, str], longest: int) -> list[str | None]:
    """Find the longest prefix of each number in a dict, as a person would write it.

    >>> find_in_dict(["4477", "39"], {"4": "a", "447": "b"}, 3)
    ['b', None]
    """
    found: list[str | None] = []
    get = table.get
    for number in digits:
        for length in range(longest, 0, -1):
            price = get(number[:length])
            if price is not None:
                found.append(price)
                break
        else:
            found.append(None)
    return found


def find_in_table(digits: Iterable[str], find: Callable[[str, None], Any]) -> list[Any]:
    """Find the rate of each number by the deck's own table."""
    return [find(number, None) for number in digits]


def read_in_dict(data: bytes) -> dict[str, str]:
    """Read the deck into a dict, by the standard library alone, and check nothing."""
    reader = csv.reader(io.StringIO(data.decode(), newline=""))
    next(reader)
    return {prefix: price for prefix, price, _ in reader}


def has_addresser() -> bool:
    """Tell whether this smscore looks numbers up by the column."""
    return util.find_spec(ADDRESSING) is not None


def build(data: bytes) -> object:
    """Read a deck, and make of it all that a lookup needs."""
    from smscore import RateDeck

    table = RateDeck.parse(data, "deck.csv").table(DAY)
    return make_addresser(table) if has_addresser() else table


def make_ready(table: Any) -> Any:  # noqa: ANN401  # as below
    """Make a table of rates ready for columns, as if it had not been so before."""
    return make_addresser(dataclasses.replace(table, _compiled=[]))


def make_addresser(table: Any) -> Any:  # noqa: ANN401  # it may not be there
    """Make what looks numbers up by the column."""
    return importlib.import_module(ADDRESSING).Addresser(table, None)


def time_prefixes(rows: int, sizes: Sequence[int], rounds: int) -> dict[str, Any]:
    """Hold each way of lookup against `utf8_length`, for each size of deck; a worker's job."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from smscore import RateDeck

    numbers = list(islice(iterate_numbers(), rows))
    column = pa.array(numbers)
    digits = [number[1:] for number in numbers]
    found = {}
    for size in sizes:
        data = make_deck(list_prefixes(size))
        prices = read_in_dict(data)
        table = RateDeck.parse(data, "deck.csv").table(DAY)
        cases = {
            LENGTH: Case(partial(pc.utf8_length, column)),
            "dict": Case(partial(find_in_dict, digits, prices, max(map(len, prices)))),
            "table": Case(partial(find_in_table, digits, table.find)),
            "read": Case(partial(read_in_dict, data)),
            "build": Case(partial(build, data)),
        }
        wrong = 0
        if has_addresser():
            addresser = make_addresser(table)
            cases["column"] = Case(partial(addresser.address, column))
            cases["ready"] = Case(partial(make_ready, table))
            wrong = _count_wrong(addresser.address(column), find_in_dict(digits, prices, 15))
        turns = take_turns(cases, rounds, sample_seconds=SAMPLE_SECONDS)
        found[str(size)] = {
            "wrong": wrong,
            "milliseconds": {each: min(turns.seconds[each]) * 1e3 for each in cases},
            LENGTH: {each: turns.best_ratio(each, LENGTH) for each in cases},
            "dict": {each: turns.best_ratio("dict", each) for each in cases},
            "read": {each: turns.best_ratio(each, "read") for each in cases},
        }
    return found


def _count_wrong(addressed: Any, prices: Sequence[str | None]) -> int:  # noqa: ANN401  # loaded late
    rates = addressed.rate_list
    told = [None if place < 0 else str(rates[place].price) for place in addressed.rates.to_pylist()]
    return sum(ours != theirs for ours, theirs in zip(told, prices, strict=True))


def compare_prefixes(rows: int) -> Iterator[str | Chart]:
    """Hold the longest prefix of a column of numbers against `utf8_length`, and a loop."""
    yield f"## Numbers: the longest prefix, {rows:,} numbers"
    yield ""
    if util.find_spec("pyarrow") is None:
        yield "Left out: pyarrow is not installed."
        return
    found = ask("prefixes:time_prefixes", {"rows": rows, "sizes": SIZES, "rounds": ROUNDS})
    ways = {"column": "`Addresser.address`", "table": "`RateTable.find` in a loop"}
    if not has_addresser():
        del ways["column"]
    table: list[Row] = []
    for size in SIZES:
        each = found[str(size)]
        for way, shown in ways.items():
            figures = [each[LENGTH][way], each["dict"][way]]
            nanoseconds = each["milliseconds"][way] * 1e6 / rows
            wrong = str(each["wrong"]) if way == "column" else "-"
            table.append(
                [shown, f"{size:,}", *map(show_ratio, figures), f"{nanoseconds:.3g}", wrong]
            )
    head = ["way", "prefixes", "÷ `utf8_length`", "a loop with a dict ÷ it", "ns a number"]
    yield from write_table([*head, "other than the dict's"], table)
    if not has_addresser():
        yield ""
        yield "Left out: this smscore looks no column of numbers up at once."
    yield ""
    yield "The deck, read and made ready for lookup, beside a dict of its prefixes and prices that"
    yield "the standard library's `csv` reads and nobody checks:"
    yield ""
    told = {"build": "all of it", "ready": "of a deck that is read"}
    steps = [step for step in told if step in found[str(SIZES[0])]["milliseconds"]]
    head = ["prefixes", *(f"{told[step]}: ÷ reading into a dict" for step in steps)]
    yield from write_table(
        [*head, *(f"{told[step]}: ms" for step in steps)],
        [
            [
                f"{size:,}",
                *(show_ratio(found[str(size)]["read"][step]) for step in steps),
                *(f"{found[str(size)]['milliseconds'][step]:.3g}" for step in steps),
            ]
            for size in SIZES
        ],
    )
    yield ""
    yield Chart(
        name="prefixes",
        title="Finding the longest prefix of a number",
        across="prefixes in the deck",
        up="multiple of Arrow's utf8_length of the numbers",
        places=SIZES,
        series={
            "a loop with a dict": [found[str(size)][LENGTH]["dict"] for size in SIZES],
            **{
                shown.replace("`", ""): [found[str(size)][LENGTH][way] for size in SIZES]
                for way, shown in ways.items()
            },
        },
        kind="lines",
        log_across=True,
        log_up=True,
    )
