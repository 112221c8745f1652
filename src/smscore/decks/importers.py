"""How a CSV or JSON file becomes the rows of a rate deck.

The law of this file: a deck that is not understood to the last cell is not used. An unknown
column, a column that is not priced by yet, a decimal comma, a price that could lose a digit: each
is an error with its line and column, because a cell passed over is a wrong price.

CSV is RFC 4180 with a header, UTF-8, its delimiter a comma, a semicolon or a tab. JSON is
`{"rates": [{column: value, ...}, ...]}` or the list alone.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from smscore.decks.rate import UNITS, Rate, Unit
from smscore.errors import DeckError, MalformedRate
from smscore.numbering import calling_code, check_region

COLUMNS = (
    "country",
    "prefix",
    "mcc",
    "mnc",
    "sender_type",
    "price",
    "currency",
    "component",
    "unit",
    "effective_from",
    "effective_to",
    "reject",
)
REQUIRED = ("price", "currency")
RATES_KEY = "rates"

PRICE_DECIMALS = 12
PRICE_DIGITS = 12

_PRICE = re.compile(rf"[0-9]{{1,{PRICE_DIGITS}}}(\.[0-9]{{1,{PRICE_DECIMALS}}})?")
_PREFIX = re.compile(r"\+?([1-9][0-9]{0,14})")
_NAME = re.compile(r"[a-z_ ]{0,20}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BASE = "base"

# Columns whose values this version does not price by: a deck that needs them is refused.
_NOT_PRICED_BY = ("mcc", "mnc", "sender_type")

_BOOLEANS = {
    "": False, "false": False, "no": False, "0": False,
    "true": True, "yes": True, "1": True,
}  # fmt: skip

Cells = Mapping[str, str]


def parse_rates(data: bytes, source: str) -> list[Rate]:
    r"""Read a deck's octets, CSV or JSON by its first character; DeckError if it cannot be used.

    >>> [rate] = parse_rates(b"prefix,price,currency\n447,0.04,GBP\n", "deck.csv")
    >>> rate.prefix, rate.price, rate.unit, rate.line
    ('447', Decimal('0.04'), 'part', 2)
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DeckError(source, line, "it is not UTF-8: save it as UTF-8") from None
    rows = _read_json(text, source) if text.lstrip()[:1] in ("{", "[") else _read_csv(text, source)
    rates = [_RowReader(source, line, cells).read() for line, cells in rows]
    if not rates:
        raise DeckError(source, None, "it has no rates")
    return rates


def _read_csv(text: str, source: str) -> Iterator[tuple[int, Cells]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_columns(names, source, reader.line_num or None)
        if len(set(names)) < len(names):
            raise DeckError(source, reader.line_num, "a column stands there twice")
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(names):
                fault = f"{len(cells)} cells under a header of {len(names)} columns"
                raise DeckError(source, line, fault)
            if cells:
                yield line, dict(zip(names, (cell.strip() for cell in cells), strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DeckError(source, reader.line_num, f"it is not CSV: {error}") from None


def _read_json(text: str, source: str) -> Iterator[tuple[int, Cells]]:
    def refuse_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = {name.strip().lower(): value for name, value in pairs}
        if len(found) < len(pairs):
            raise DeckError(source, None, "a key stands twice in one object")
        return found

    try:
        # Numbers stay as they are written, so that no price passes through a binary float.
        document = json.loads(
            text,
            parse_float=_write_out,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=refuse_twice,
        )
    except json.JSONDecodeError as error:
        raise DeckError(source, error.lineno, f"it is not JSON: {error.msg}") from None
    except RecursionError:
        raise DeckError(source, None, "it is nested too deeply to be a deck") from None
    rows = document
    if isinstance(document, dict):
        rows = document.pop(RATES_KEY, None)
    if not isinstance(rows, list):
        raise DeckError(source, None, 'a JSON deck is {"rates": [...]} or a list of rates')
    if isinstance(document, dict) and document:
        raise DeckError(source, None, f"it has more keys than {RATES_KEY!r}")
    for line, row in zip(_find_lines(text), rows, strict=True):
        if not isinstance(row, dict):
            raise DeckError(source, line, "a rate is an object of columns and values")
        _check_columns(list(row), source, line)
        yield line, {name: _as_cell(value) for name, value in row.items()}


def _find_lines(text: str) -> Iterator[int]:
    """Find the line on which each rate of a sound JSON deck begins."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    place = _skip_space(text, 0)
    if text[place] == "{":
        # The deck has one key, so its list follows the first colon.
        place = text.index("[", text.index(":", place))
    line, counted = 1, 0
    while True:
        place = _skip_space(text, place + 1)
        if text[place] == "]":
            return
        line += text.count("\n", counted, place)
        counted = place
        yield line
        place = _skip_space(text, decoder.raw_decode(text, place)[1])
        if text[place] == "]":
            return


def _skip_space(text: str, place: int) -> int:
    while text[place].isspace():
        place += 1
    return place


def _write_out(number: str) -> str:
    """Write a number of JSON without its exponent, if it has one that a price could have."""
    try:
        exact = Decimal(number)
    except ArithmeticError:
        return number
    return format(exact, "f") if abs(exact.adjusted()) <= PRICE_DIGITS else number


def _as_cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _check_columns(names: list[str], source: str, line: int | None) -> None:
    for place, name in enumerate(names, 1):
        if name not in COLUMNS:
            # Where another file was taken for a deck, its place is taken by somebody's number.
            shown = f" {name!r}" if _NAME.fullmatch(name) else ""
            known = ", ".join(COLUMNS)
            raise DeckError(source, line, f"unknown column{shown} ({place}.): they are {known}")
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise DeckError(source, line, f"there is no column {missing[0]!r}")


class _RowReader:
    """Reads the cells of one row, and knows where it stands when one of them is wrong."""

    def __init__(self, source: str, line: int, cells: Cells) -> None:
        self.source = source
        self.line = line
        self.cells = cells

    def read(self) -> Rate:
        """Read all cells into a rate."""
        for column in _NOT_PRICED_BY:
            if self._cell(column):
                raise self._fault(column, "rates by this column are not supported")
        if self._cell("component") not in ("", _BASE):
            raise self._fault("component", f"only {_BASE!r} is supported, no surcharges")
        reject = self._read_reject()
        start, end = self._read_day("effective_from"), self._read_day("effective_to")
        if start and end and end < start:
            raise self._fault("effective_to", f"{end} is before {start}")
        prefix, country = self._read_prefix(), self._read_country()
        self._check_place(prefix, country)
        return Rate(
            line=self.line,
            prefix=prefix,
            country=country,
            price=self._read_price(reject=reject),
            currency=self._read_currency(),
            unit=self._read_unit(),
            effective_from=start,
            effective_to=end,
            reject=reject,
        )

    def _cell(self, column: str) -> str:
        return self.cells.get(column, "")

    def _fault(self, column: str, fault: str) -> MalformedRate:
        return MalformedRate(self.source, self.line, column, fault)

    def _read_prefix(self) -> str:
        cell = self._cell("prefix")
        if not cell:
            return ""
        prefix = _PREFIX.fullmatch(cell)
        if prefix is None:
            raise self._fault("prefix", f"{cell!r} is not the leading digits of an E.164 number")
        return prefix[1]

    def _read_country(self) -> str | None:
        cell = self._cell("country")
        try:
            return check_region(cell) if cell else None
        except ValueError as error:
            raise self._fault("country", str(error)) from None

    def _check_place(self, prefix: str, country: str | None) -> None:
        if not prefix or country is None:
            return
        code = calling_code(country)
        if not prefix.startswith(code) and not code.startswith(prefix):
            raise self._fault(
                "prefix", f"no number of {country} begins with {prefix}, its calling code is {code}"
            )

    def _read_price(self, *, reject: bool) -> Decimal:
        cell = self._cell("price")
        if not cell and reject:
            return Decimal(0)
        if not _PRICE.fullmatch(cell):
            hint = ": write the decimals after a point" if "," in cell else ""
            raise self._fault(
                "price",
                f"{cell!r} is not a price of at most {PRICE_DIGITS} digits and "
                f"{PRICE_DECIMALS} decimals{hint}",
            )
        return Decimal(cell)

    def _read_currency(self) -> str:
        cell = self._cell("currency")
        if not re.fullmatch(r"[A-Z]{3}", cell):
            raise self._fault("currency", f"{cell!r} is not an ISO 4217 code, such as EUR")
        return cell

    def _read_unit(self) -> Unit:
        cell = self._cell("unit") or "part"
        for unit in UNITS:
            if cell == unit:
                return unit
        raise self._fault("unit", f"{cell!r} is neither 'part' nor 'message'")

    def _read_day(self, column: str) -> date | None:
        cell = self._cell(column)
        if not cell:
            return None
        try:
            if not _DAY.fullmatch(cell):
                raise ValueError
            return date.fromisoformat(cell)
        except ValueError:
            raise self._fault(column, f"{cell!r} is not a day such as 2026-12-31") from None

    def _read_reject(self) -> bool:
        cell = self._cell("reject").lower()
        if cell not in _BOOLEANS:
            raise self._fault("reject", f"{cell!r} is neither true nor false")
        return _BOOLEANS[cell]
