"""Columns of phone numbers: the country, the rate and the price of each.

The law of this file: a number is what `parse_number` makes of it, a rate what `RateTable.find`
finds, a price what `Rate.charge` computes, to the last digit; a column only has them sooner. The
column is read where it lies: nothing is decoded but cells that are not "+" and digits.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Context

import pyarrow as pa
from pyarrow.compute import SetLookupOptions, call_function

from smscore import _kernel
from smscore.decks import Rate, RateTable
from smscore.errors import InvalidNumber
from smscore.numbering import check_region, parse_number
from smscore.numbering_plan import (
    BAD,
    NO_PLACE,
    PLACES,
    UNSURE,
    make_numeral,
    numbering_plan,
    place_of,
)

AMOUNT_TYPE = pa.decimal128(38, 12)
"""What prices are in: fixed-point numbers of twelve decimals."""

_DECIMALS = 12
_LARGEST = 2**63 - 1
_SHIFT = Context(prec=200)
_NO_PLACE, _BAD, _UNSURE = (pa.scalar(place, pa.int16()) for place in (NO_PLACE, BAD, UNSURE))
_TEXTS = {pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()}


@dataclass(frozen=True, slots=True, eq=False)
class Addressed:
    """What is known of each number of a column.

    `countries` are places in `country_names`, `rates` places in `rate_list`; -1 is none. A number
    that is none is `bad`, and has neither. `numerals` are the digits in a form of 64 bits.
    """

    countries: pa.Int16Array = field(repr=False)
    rates: pa.Int32Array = field(repr=False)
    bad: pa.BooleanArray = field(repr=False)
    numerals: pa.UInt64Array = field(repr=False)
    rate_list: tuple[Rate, ...] = field(repr=False)

    @property
    def country_names(self) -> list[str]:
        """The countries that `countries` has the places of."""
        return list(PLACES)

    @property
    def digits(self) -> pa.UInt64Array:
        """The digits of each number, as a number; 0 where it is bad."""
        values = pa.allocate_buffer(len(self.numerals) * 8)
        _kernel.spell_numerals(_octets(self.numerals, 8), values)
        return pa.Array.from_buffers(pa.uint64(), len(self.numerals), [None, values])


class Addresser:
    """Finds the country and the rate of each number of a column, as one table and region have it.

    >>> numbers = pa.array(["+447700900123", "+1 (555) 010-0123", "12345", None])
    >>> found = Addresser(None, None).address(numbers)
    >>> [found.country_names[each] if each >= 0 else None for each in found.countries.to_pylist()]
    ['GB', 'US', None, None]
    >>> found.bad.to_pylist(), found.digits.to_pylist()
    ([False, False, True, True], [447700900123, 15550100123, 0, 0])
    """

    def __init__(self, table: RateTable | None, region: str | None) -> None:
        """Take the rates of a day, if any, and the region that national numbers are of, if any."""
        if region is not None:
            region = check_region(region)
        self.region = region
        self._compiled = None if table is None else table.compile()
        self._prices: Prices | None = None

    @property
    def rate_list(self) -> tuple[Rate, ...]:
        """The rates that numbers can have."""
        return () if self._compiled is None else self._compiled.rates

    def address(self, numbers: pa.Array) -> Addressed:
        """Address each number of a column of text, of octets, or of integers, which are digits.

        A null is no number. Raises TypeError for a column of anything else.
        """
        if pa.types.is_dictionary(numbers.type):
            return _spread(self.address(numbers.dictionary), numbers.indices)
        cells = _as_text(numbers)
        count = len(cells)
        numerals = pa.allocate_buffer(count * 8)
        places = pa.allocate_buffer(count * 2)
        _read(cells, numerals)
        numbering_plan(abroad=self.region is None).place(numerals, places)
        placed = pa.Array.from_buffers(pa.int16(), count, [None, places])
        rows = call_function("indices_nonzero", [call_function("equal", [placed, _UNSURE])])
        if len(rows):
            self._parse(_pick(cells, rows), rows.to_pylist(), numerals, places)
        rates = pa.allocate_buffer(count * 4)
        if self._compiled is None:
            memoryview(rates).cast("B")[:] = b"\xff" * (count * 4)
        else:
            self._compiled.find(numerals, places, rates)
        bad = call_function("equal", [placed, _BAD])
        return Addressed(
            call_function("if_else", [bad, _NO_PLACE, placed]),
            pa.Array.from_buffers(pa.int32(), count, [None, rates]),
            bad,
            pa.Array.from_buffers(pa.uint64(), count, [None, numerals]),
            self.rate_list,
        )

    def price(self, rates: pa.Array, parts: pa.Array) -> pa.Array:
        """Price rows by the rates that were found, as the function `price` does."""
        if self._prices is None:
            self._prices = Prices(self.rate_list)
        return self._prices.price(rates, parts)

    def _parse(
        self, cells: pa.Array, rows: list[int], numerals: pa.Buffer, places: pa.Buffer
    ) -> None:
        """Read cells that are not plain one by one, each kind of them once."""
        kinds = cells.dictionary_encode()
        read = [_parse(cell, self.region) for cell in _decode(kinds.dictionary)]
        numeral, place = memoryview(numerals).cast("B"), memoryview(places).cast("B")
        numeral, place = numeral.cast("Q"), place.cast("h")
        for row, kind in zip(rows, kinds.indices.to_pylist(), strict=True):
            numeral[row], place[row] = (0, BAD) if kind is None else read[kind]


class Prices:
    """The prices of some rates as whole numbers of 10 to the power of -12.

    >>> from decimal import Decimal
    >>> rate = Rate(2, "44", None, Decimal("0.0375"), "EUR", "part", None, None, False)
    >>> prices = Prices((rate,))
    >>> prices.price(pa.array([0, 0, -1], pa.int32()), pa.array([2, None, 1], pa.int32()))[0]
    <pyarrow.Decimal128Scalar: Decimal('0.075000000000')>
    """

    def __init__(self, rates: tuple[Rate, ...]) -> None:
        """Work the prices out."""
        self._rates = rates
        self._prices = array("q")
        self._flat = bytes(rate.unit == "message" for rate in rates)
        self._wide: list[int] = []
        for place, rate in enumerate(rates):
            whole = _SHIFT.scaleb(rate.price, _DECIMALS)
            fits = abs(whole) <= _LARGEST and whole == int(whole)
            self._prices.append(int(whole) if fits else 0)
            if not fits:
                self._wide.append(place)

    def price(self, rates: pa.Array, parts: pa.Array) -> pa.Array:
        """Multiply the price of each rate by the parts, if it is one of a part.

        `rates` and `parts` are 32-bit integers; an amount is null where the rate is below 0 or the
        parts are null. Raises ValueError for arrays that are not such, and for an amount that has
        more digits than 26 before the point or 12 behind it.
        """
        count = len(rates)
        if rates.type != pa.int32() or parts.type != pa.int32() or rates.null_count:
            raise ValueError("rates and parts are 32-bit integers, and no rate is null")
        amounts = pa.allocate_buffer(count * 16)
        valid = pa.allocate_buffer((count + 7) // 8)
        _kernel.price_rates(
            _octets(rates, 4),
            _octets(parts, 4),
            parts.buffers()[0] if parts.null_count else None,
            parts.offset,
            self._prices,
            self._flat,
            amounts,
            valid,
        )
        priced = pa.Array.from_buffers(AMOUNT_TYPE, count, [valid, amounts])
        return self._price_wide(priced, rates, parts) if self._wide else priced

    def _price_wide(self, priced: pa.Array, rates: pa.Array, parts: pa.Array) -> pa.Array:
        """Price the rows anew whose price does not fit 64 bits."""
        dear = SetLookupOptions(pa.array(self._wide, pa.int32()))
        wide = call_function("is_in", [rates], dear)
        wide = call_function("and", [wide, call_function("is_valid", [priced])])
        rows = zip(rates.filter(wide).to_pylist(), parts.filter(wide).to_pylist(), strict=True)
        charges = [self._rates[rate].charge(number) for rate, number in rows]
        try:
            return call_function(
                "replace_with_mask", [priced, wide, pa.array(charges, AMOUNT_TYPE)]
            )
        except pa.ArrowInvalid:
            raise ValueError("an amount has more digits than decimal128(38, 12) holds") from None


def price(rates: pa.Array, parts: pa.Array, rate_list: tuple[Rate, ...]) -> pa.Array:
    """Give what each row costs, exactly, in decimal128(38, 12); see `Prices.price`."""
    return Prices(rate_list).price(rates, parts)


def _as_text(numbers: pa.Array) -> pa.Array:
    kind = numbers.type
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return numbers.cast(pa.string())
    if kind not in _TEXTS:
        raise TypeError(f"a column of {kind} holds no phone numbers")
    return numbers


def _read(cells: pa.Array, numerals: pa.Buffer) -> None:
    """Read the plain cells where they lie."""
    validity, *buffers = cells.buffers()
    rows = cells.offset, len(cells)
    if not cells.null_count:
        validity = None
    if cells.type == pa.string_view():
        _kernel.read_view_numbers(buffers[0] or b"", buffers[1:], validity, *rows, numerals)
        return
    width = 8 if cells.type in {pa.large_string(), pa.large_binary()} else 4
    offsets, octets = (each or b"" for each in buffers)
    _kernel.read_utf8_numbers(octets, offsets, width, validity, *rows, numerals)


def _parse(cell: str | None, region: str | None) -> tuple[int, int]:
    """Give the numeral and the place of a cell; 0 and BAD if it is no number."""
    try:
        number = parse_number(cell or "", region=region)
    except InvalidNumber:
        return 0, BAD
    return make_numeral(number.digits), place_of(number.country)


def _pick(cells: pa.Array, rows: pa.Array) -> pa.Array:
    """Take the octets of some cells, which need not be UTF-8."""
    # Arrow takes nothing out of views.
    octets = cells.cast(pa.large_binary()) if cells.type == pa.string_view() else cells
    return octets.take(rows).cast(pa.large_binary())


def _decode(cells: pa.Array) -> Iterable[str | None]:
    """Decode cells of text; None is one that is not UTF-8."""
    for cell in cells.to_pylist():
        try:
            yield cell.decode()
        except UnicodeDecodeError:
            yield None


def _spread(found: Addressed, indices: pa.Array) -> Addressed:
    """Give each row what was found of its entry in a dictionary."""
    if indices.null_count:
        # What is behind the last is no number.
        indices = indices.cast(pa.int64()).fill_null(len(found.bad))

    def spread(column: pa.Array, none: int) -> pa.Array:
        return pa.concat_arrays([column, pa.array([none]).cast(column.type)]).take(indices)

    return Addressed(
        spread(found.countries, -1),
        spread(found.rates, -1),
        spread(found.bad, 1),
        spread(found.numerals, 0),
        found.rate_list,
    )


def _octets(values: pa.Array, size: int) -> pa.Buffer | bytes:
    """Give the octets of an array of fixed width, those of its slice alone."""
    held = values.buffers()[1]
    if held is None:
        return b""
    return held.slice(values.offset * size, len(values) * size)
