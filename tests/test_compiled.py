"""Compiled rate tables: they find what the tables that they are made of find.

The law of this file: the expected rate is that of `RateTable.find`, asked number by number; a table
is of whatever rates a caller may put together, not only of decks that lint lets pass.
"""

from __future__ import annotations

import pickle
import random
from array import array
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import Rate, RateDeck
from smscore.decks import RateTable
from smscore.numbering_plan import PLACES, make_numeral, place_of

DAY = date(2026, 6, 15)
COUNTRIES = (None, "GB", "IM", "US", "ZZ", "AA")

prefixes = st.text("0123456789", min_size=1, max_size=17) | st.text("12", min_size=1, max_size=9)
countries = st.sampled_from(COUNTRIES)
numbers = st.lists(
    st.tuples(
        st.text("0123456789", min_size=1, max_size=15) | st.text("12", max_size=15), countries
    )
)


def rate_of(line: int, prefix: str, country: str | None) -> Rate:
    """Make a rate that is told from all others by its line."""
    return Rate(line, prefix, country, Decimal(line), "EUR", "part", None, None, False)


def table_of(keys: Sequence[tuple[str, str | None]]) -> RateTable:
    """Make a table of prefixes and countries."""
    named: dict[str, dict[str | None, Rate]] = {}
    of_country: dict[str, Rate] = {}
    default = None
    for line, (prefix, country) in enumerate(keys):
        if prefix:
            named.setdefault(prefix, {})[country] = rate_of(line, prefix, country)
        elif country:
            of_country[country] = rate_of(line, prefix, country)
        else:
            default = rate_of(line, prefix, country)
    return RateTable(DAY, named, of_country, default, max(map(len, named), default=0))


def find_all(table: RateTable, asked: Sequence[tuple[str, str | None]]) -> list[Rate | None]:
    """Find the rates of numbers in a table as it is compiled."""
    compiled = table.compile()
    numerals = array("Q", (make_numeral(digits) for digits, _ in asked))
    places = array("h", (place_of(country) for _, country in asked))
    found = array("i", bytes(4 * len(asked)))
    compiled.find(numerals, places, found)
    return [None if place < 0 else compiled.rates[place] for place in found]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.just("") | prefixes, countries), max_size=60), numbers)
def test_finds_what_the_table_finds(
    kernel: ModuleType, keys: list[tuple[str, str | None]], asked: list[tuple[str, str | None]]
) -> None:
    """Longest prefix, at one prefix the country's own before that of none, country, default."""
    assert kernel
    asked = [(digits, country) for digits, country in asked if digits]
    asked += [((prefix * 2)[:15], country) for prefix, country in keys if prefix]
    asked += [(prefix[:15], "GB") for prefix, _ in keys if prefix]
    table = table_of(keys)
    assert find_all(table, asked) == [table.find(*each) for each in asked]


def test_a_prefix_of_other_countries_alone_is_passed_over(kernel: ModuleType) -> None:
    """The search goes on with shorter prefixes, on whatever side of the sixth digit they are."""
    assert kernel
    keys = [("4477", None), ("44770", "IM"), ("4477001", "IM"), ("447700123", "GB")]
    table = table_of([*keys, ("44770012345", "IM"), ("", "GB"), ("", None)])
    asked = [(digits, country) for digits, _ in keys for country in COUNTRIES]
    asked += [("447700123456", country) for country in COUNTRIES] + [("4478", "GB"), ("4478", None)]
    assert find_all(table, asked) == [table.find(*each) for each in asked]
    assert [rate and rate.line for rate in find_all(table, [("4477001", "GB")])] == [0]


@pytest.fixture(scope="module")
def large() -> RateTable:
    """Make a table of 50,000 prefixes, some of which name countries."""
    draw = random.Random(50_000)  # noqa: S311  # the same table in every run
    codes = ("1", "44", "49", "33", "7", "380")
    keys: dict[tuple[str, str | None], None] = {("", None): None}
    while len(keys) < 50_000:
        length = draw.randint(1, 8)
        prefix = draw.choice(codes) + "".join(draw.choices("0123456789", k=length))
        keys[prefix, draw.choice((None, None, None, "GB", "US"))] = None
    return table_of(list(keys))


def test_fifty_thousand_prefixes(kernel: ModuleType, large: RateTable) -> None:
    """A large deck finds what a small one would, number by number."""
    assert kernel
    table = RateTable(large.day, large.prefixes, large.countries, large.default, large.longest)
    draw = random.Random(1)  # noqa: S311  # the same numbers in every run
    listed = list(large.prefixes)
    asked = [
        (
            f"{draw.choice(listed)}{draw.randrange(10**9)}"[: draw.randint(5, 15)],
            draw.choice(COUNTRIES),
        )
        for _ in range(20_000)
    ]
    assert find_all(table, asked) == [table.find(*each) for each in asked]


def test_both_kernels_build_the_same_tables(fast: ModuleType, large: RateTable) -> None:
    """A table that one kernel built serves the other."""
    from smscore import _pure

    text = "\n".join(("", *large.prefixes)).encode()
    entries = array("i", range(len(large.prefixes)))
    entries[7], entries[11] = -2 - (0 << 1 | 1), -2 - (2 << 1 | 1)
    chains = array("i", [3, 9, -1, -(2**31), -1, 12])
    built = _pure.build_prefixes(text, entries, chains)
    assert fast.build_prefixes(text, entries, chains) == built
    assert chains == array("i", [3, 9, -1, -(2**31), -1, 12])


def test_what_are_no_prefixes(kernel: ModuleType) -> None:
    """Neither letters, nor more digits than a number has, nor entries that lead nowhere."""
    one, none = array("i", [0]), array("i")
    for text in (b"\n", b"\n12a", b"\n1234567890123456", b"44", b"\n1\n"):
        with pytest.raises(ValueError, match=r"digits|as long"):
            kernel.build_prefixes(text, array("i", [0] * text.count(b"\n")), none)
    with pytest.raises(ValueError, match="as long"):
        kernel.build_prefixes(b"\n1\n2", one, none)
    for entry in (-3, -5, -(2**31) + 1):
        with pytest.raises(ValueError, match="no end"):
            kernel.build_prefixes(b"\n1", array("i", [entry]), array("i", [5, 5]))


def test_buffers_of_other_lengths(kernel: ModuleType) -> None:
    """A lookup refuses what is not as long as its numerals."""
    compiled = table_of([("44", None)]).compile()
    for places, found in (("h" * 2, "i"), ("h", "i" * 2)):
        with pytest.raises(ValueError, match="as long"):
            compiled.find(
                array("Q", [1]), array("h", [0] * len(places)), array("i", [0] * len(found))
            )
    with pytest.raises(ValueError, match="as long"):
        kernel.find_rates(array("Q", [1]), None, (b"", b"", b""), b"", array("i", [0]))


def test_tables_and_decks_go_to_other_processes() -> None:
    """A deck and its tables can be pickled; what was compiled is not carried along."""
    deck = RateDeck.parse(b"prefix,price,currency\n44,0.04,GBP\n447,0.05,GBP\n", "deck.csv")
    size = len(pickle.dumps(deck))
    compiled = deck.table(DAY).compile()
    assert deck.table(DAY).compile() is compiled
    assert len(pickle.dumps(deck)) == size
    again = pickle.loads(pickle.dumps(deck))  # noqa: S301  # it was pickled here
    assert again == deck
    table = pickle.loads(pickle.dumps(deck.table(DAY)))  # noqa: S301
    assert table == deck.table(DAY)
    assert pickle.loads(pickle.dumps(compiled)) == compiled == table.compile()  # noqa: S301


def test_places() -> None:
    """Every code of two capitals has a place of its own, and nothing else has."""
    assert [place_of(country) for country in PLACES] == list(range(26 * 26))
    assert {place_of(other) for other in (None, "", "A", "gb", "G1", "GBR", "ÄA")} == {-1}
