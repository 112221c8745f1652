"""Columns of phone numbers: the country, the rate and the price of each cell.

The law of this file: what is expected of a cell is what `parse_number`, `RateTable.find` and
`Rate.charge` say of it alone.
"""

from __future__ import annotations

import random
from array import array
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import Rate, RateDeck
from smscore.decks import RateTable
from smscore.errors import InvalidNumber
from smscore.numbering import parse_number

pa = pytest.importorskip("pyarrow")

from smscore.bulk.addressing import AMOUNT_TYPE, Addresser, price  # noqa: E402  # it needs pyarrow

DAY = date(2026, 6, 15)
DECK = """prefix,country,price,currency,unit,reject
1,,0.0079,EUR,part,
1,CA,0.0075,EUR,part,
1900,,,EUR,,yes
44,,0.04,EUR,part,
447,,0.031234567891,EUR,part,
44741,JE,0.2,EUR,message,
4474576,IM,0.3,EUR,part,
447700900,,999999999999.999999999999,EUR,part,
4477009001,GB,9223372.036854775807,EUR,part,
4477009002,GB,9223372.036854775808,EUR,part,
,FR,0.045,EUR,part,
33700000,,0.046,EUR,message,
"""
TABLE = RateDeck.parse(DECK.encode(), "deck.csv").table(DAY)
KINDS = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.large_binary(),
    pa.dictionary(pa.int8(), pa.string()),
]

ODD = [
    None,
    "",
    "+",
    "+4",
    "+447700900123 ",
    "+44 (0)7700 900123",
    "447700900123",
    "07700 900123",
    "+4407700900123",
    "+0447700900123",
    "+44770090012x",
    "+44770090:123",
    "+44/700900123",
    "++47700900123",
    "+4477009001231",
    "+999123456",
    "+80012345678",
    "+1234567890123456",
    "+123456789012345",
    "+٤٤٧٧٠٠٩٠٠١٢٣",
    "+4477009001é",
    "+33612345678.0",
    "+19005550123",
    "+16135550123",
    "+447457612345",
    "+447411123456",
    "+447700900123",
    "+447700900200",
    "+447700900300",
    "+33700000000",
    "+33612345678",
    "+390612345678",
]


def expect(cell: str | None, table: RateTable | None, region: str | None) -> tuple[Any, ...]:
    """Say what is to be found of a cell: bad or not, digits, country, rate."""
    try:
        number = parse_number(cell or "", region=region)
    except InvalidNumber:
        return True, 0, None, None
    rate = None if table is None else table.find(number.digits, number.country)
    return False, int(number.digits), number.country, rate


def address(numbers: Any, table: RateTable | None, region: str | None = None) -> list[Any]:
    """Say what is found of each cell of an array."""
    found = Addresser(table, region).address(numbers)
    columns = [found.bad, found.digits, found.countries, found.rates]
    assert [each.type for each in columns] == [pa.bool_(), pa.uint64(), pa.int16(), pa.int32()]
    assert not any(each.null_count for each in columns)
    return [
        (
            bad,
            digits,
            None if country < 0 else found.country_names[country],
            None if rate < 0 else found.rate_list[rate],
        )
        for bad, digits, country, rate in zip(*(each.to_pylist() for each in columns), strict=True)
    ]


def column_of(cells: list[str | None], kind: Any) -> Any:
    """Make an array of a type."""
    texts = pa.array(cells, pa.string())
    if pa.types.is_dictionary(kind):
        return texts.dictionary_encode().cast(kind)
    return texts.cast(kind)


@pytest.mark.parametrize("region", [None, "GB", "US"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_odd_cells(kernel: ModuleType, kind: Any, region: str | None) -> None:
    """Every cell is what it is alone, in whatever layout its column lies and wherever it begins."""
    assert kernel
    cells = ODD * 2
    for start, stop in ((0, len(cells)), (1, len(cells)), (9, 31), (5, 5), (63, 64)):
        numbers = column_of(cells, kind).slice(start, stop - start)
        expected = [expect(cell, TABLE, region) for cell in cells[start:stop]]
        assert address(numbers, TABLE, region) == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.none()
        | st.sampled_from(ODD)
        | st.from_regex(r"\+(1|44|33|49|7|999)[0-9]{0,14}", fullmatch=True)
        | st.text("+0123456789 ()x\U0001f600", max_size=20),
        max_size=40,
    ),
    st.sampled_from(KINDS[:3]),
)
def test_any_cells(kernel: ModuleType, cells: list[str | None], kind: Any) -> None:
    """A column finds of its cells what they are alone; without a table no rate."""
    assert kernel
    assert address(column_of(cells, kind), TABLE) == [expect(cell, TABLE, None) for cell in cells]
    assert address(column_of(cells, kind), None) == [expect(cell, None, None) for cell in cells]


def test_a_column_is_read_to_its_last_octet_and_no_further(kernel: ModuleType) -> None:
    """What lies behind the octets of the column does not become part of its last number."""
    octets = b"x+447700900123+12345+44770090012345"
    for end in range(6, len(octets) + 1):
        offsets = array("i", [0, 1, min(14, end), end])
        held = array("B", octets[:end])
        numerals = array("Q", bytes(24))
        kernel.read_utf8_numbers(held, offsets, 4, None, 0, 3, numerals)
        values = array("Q", bytes(24))
        kernel.spell_numerals(numerals, values)
        cells = [octets[start:stop] for start, stop in pairwise(offsets)]
        plain = [
            cell[1:] if cell[:1] == b"+" and cell[1:].isdigit() and 6 <= len(cell) <= 16 else b"0"
            for cell in cells
        ]
        assert values.tolist() == [int(cell) for cell in plain]


def test_integers_are_their_digits(kernel: ModuleType) -> None:
    """A number that is stored as an integer has no "+": it is a national one, or none."""
    assert kernel
    cells = [7700900123, 447700900123, 0, None, 5]
    texts = [None if cell is None else str(cell) for cell in cells]
    for region in (None, "GB"):
        expected = [expect(text, TABLE, region) for text in texts]
        assert address(pa.array(cells, pa.int64()), TABLE, region) == expected
    assert address(pa.nulls(2), TABLE) == [(True, 0, None, None)] * 2


def test_cells_that_are_not_utf8(kernel: ModuleType) -> None:
    """Octets that are no text are no number."""
    assert kernel
    octets = pa.array([b"+44770090012\xff", b"+447700900123", b"\xff"], pa.binary())
    views = pa.array(octets.to_pylist(), pa.binary_view())
    columns = [octets, pa.Array.from_buffers(pa.string(), 3, octets.buffers())]
    columns.append(pa.Array.from_buffers(pa.string_view(), 3, views.buffers()))
    for column in columns:
        assert [bad for bad, *_ in address(column, None)] == [True, False, True]


def test_what_holds_no_numbers() -> None:
    """A column of anything else, and a region that is none, are refused."""
    with pytest.raises(TypeError, match="double"):
        Addresser(None, None).address(pa.array([1.5]))
    with pytest.raises(ValueError, match="GB"):
        Addresser(None, "UK")


prices = st.decimals(0, 10**12, places=12, allow_nan=False) | st.decimals(-10, 10, places=12)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(prices, st.sampled_from(["part", "message"])), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(-1, 7), st.none() | st.integers(0, 2**31 - 1)), max_size=40),
    st.integers(0, 9),
)
def test_prices_are_those_of_the_rates(
    kernel: ModuleType, terms: list[tuple[Decimal, Any]], rows: list[tuple[int, Any]], start: int
) -> None:
    """The price of a row is its rate's charge to the last digit; without either there is none."""
    assert kernel
    listed = tuple(
        Rate(line, "1", None, each, "EUR", unit, None, None, False)
        for line, (each, unit) in enumerate(terms)
    )
    rows = [(min(rate, len(listed) - 1), parts) for rate, parts in rows]
    rates = pa.array([rate for rate, _ in rows], pa.int32()).slice(start)
    parts = pa.array([parts for _, parts in rows], pa.int32()).slice(start)
    charges = [
        None if rate < 0 or number is None else listed[rate].charge(number)
        for rate, number in rows[start:]
    ]
    found = price(rates, parts, listed)
    found.validate(full=True)
    assert found.type == AMOUNT_TYPE
    assert found.to_pylist() == charges


def test_amounts_that_do_not_fit() -> None:
    """An amount of more digits than the column has is refused, never cut."""
    one = pa.array([0], pa.int32())
    for amount in ("0.0000000000001", "1e26"):
        rate = Rate(2, "", None, Decimal(amount), "EUR", "part", None, None, False)
        with pytest.raises(ValueError, match="digits"):
            price(one, pa.array([1], pa.int32()), (rate,))
        assert price(one, pa.nulls(1, pa.int32()), (rate,)).to_pylist() == [None]
    with pytest.raises(ValueError, match="no price"):
        price(one, one, ())
    with pytest.raises(ValueError, match="32-bit"):
        price(one.cast(pa.int64()), one, ())


def test_a_mixed_campaign(kernel: ModuleType) -> None:
    """A column of many countries is, number by number, what `parse_number` makes of it."""
    assert kernel
    draw = random.Random(70)  # noqa: S311  # the same numbers in every run
    codes = ["1", "44", "49", "33", "39", "7", "91", "55", "86", "61", "999", "290", "599", "800"]
    cells: list[str | None] = [
        f"+{draw.choice(codes)}{draw.randrange(10**10):010}"[: draw.randint(10, 14)]
        for _ in range(2_000)
    ]
    assert address(pa.array(cells), TABLE) == [expect(cell, TABLE, None) for cell in cells]
