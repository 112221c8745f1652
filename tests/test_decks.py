"""Rate decks: how they are read, what is refused and where, and which rate a number has.

The law of this file: a deck stands in the test as its file would; the lookup is held against a
search through all rates that is written here and knows nothing of tables or lengths.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import Rate, RateDeck
from smscore.errors import (
    AmbiguousDeck,
    DeckError,
    DestinationRejected,
    MalformedRate,
    MixedCurrency,
    NoRate,
)
from smscore.numbering import Number

DAY = date(2026, 6, 15)


def deck_of(text: str, name: str = "deck.csv") -> RateDeck:
    """Read a deck that is written in the test."""
    return RateDeck.parse(text.encode(), name)


def price(deck: RateDeck, digits: str, country: str | None = None, day: date = DAY) -> str | None:
    """Find the price of a number as it is written in the deck; None if there is no rate."""
    try:
        return str(deck.rate_for(Number(f"+{digits}", country), day).price)
    except NoRate:
        return None


def fault_of(text: str, name: str = "deck.csv") -> DeckError:
    """Expect that a deck is refused."""
    with pytest.raises(DeckError) as caught:
        deck_of(text, name)
    assert caught.value.source == name
    assert str(caught.value).startswith(name)
    return caught.value


def test_read_csv(tmp_path: Path) -> None:
    """Every column of a CSV row becomes the field of its name; the line is the file's."""
    path = tmp_path / "prices 2026.csv"
    text = (
        "country,prefix,price,currency,component,unit,effective_from,effective_to,reject\n"
        "gb,+447,0.0345,EUR,base,part,2026-01-01,2026-12-31,no\n"
        "\n"
        '"FR", 33 ,1,EUR,,message,,,TRUE\n'
        "DE,,,EUR,,,,,yes\n"
        ",,000.000000000001,EUR,,,,,\n"
    )
    path.write_text(text, encoding="utf-8")
    deck = RateDeck.read(path)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert deck.rates == (
        Rate(2, "447", "GB", Decimal("0.0345"), "EUR", "part", first, last, reject=False),
        Rate(4, "33", "FR", Decimal(1), "EUR", "message", None, None, reject=True),
        Rate(5, "", "DE", Decimal(0), "EUR", "part", None, None, reject=True),
        Rate(6, "", None, Decimal("0.000000000001"), "EUR", "part", None, None, reject=False),
    )
    assert (deck.name, deck.currency) == ("prices 2026.csv", "EUR")
    assert deck == RateDeck.read(str(path))


def test_read_json(tmp_path: Path) -> None:
    """JSON holds the same columns; a number keeps its digits, null is an empty cell."""
    path = tmp_path / "deck.json"
    path.write_text(
        '{"rates": [{"prefix": 447, "price": 0.0075, "currency": "EUR", "reject": false},\n'
        '\n {"prefix": null, "Country": "FR", "price": 75e-4, "currency": "EUR", "reject": true},\n'
        ' {"price": "0.10", "currency": "EUR", "unit": "message", "effective_to": "2026-02-28"},'
        ' {"country": "DE", "price": 9876543210.123456789012, "currency": "EUR"}]}',
        encoding="utf-8",
    )
    end = date(2026, 2, 28)
    assert RateDeck.read(path).rates == (
        Rate(1, "447", None, Decimal("0.0075"), "EUR", "part", None, None, reject=False),
        Rate(3, "", "FR", Decimal("0.0075"), "EUR", "part", None, None, reject=True),
        Rate(4, "", None, Decimal("0.10"), "EUR", "message", None, end, reject=False),
        Rate(4, "", "DE", Decimal("9876543210.123456789012"), "EUR", "part", None, None, False),
    )


def test_the_examples_are_one_deck(root: Path) -> None:
    """rates.csv and rates.json have the same rates, which they are known by apart."""
    one, two = (RateDeck.read(root / "examples" / f"rates.{kind}") for kind in ("csv", "json"))
    assert len(one.rates) == 39
    moved = [replace(rate, line=rate.line - 1) for rate in two.rates]
    assert one.rates == tuple(moved)
    written = (root / "examples" / "rates.json").read_text(encoding="utf-8").splitlines()
    assert all(f'"price": "{rate.price}"' in written[rate.line - 1] for rate in two.rates)
    assert one.sha256 != two.sha256


def test_sha256(tmp_path: Path) -> None:
    """A deck is identified by the octets of its file, a byte order mark and line ends included."""
    path = tmp_path / "deck.csv"
    for data in (b"price,currency\n1,EUR\n", b"\xef\xbb\xbfprice,currency\r\n1,EUR"):
        path.write_bytes(data)
        assert RateDeck.read(path).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=ascii)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=ascii)
def test_csv_dialects(mark: str, delimiter: str, end: str) -> None:
    """Delimiters, line ends and a byte order mark change nothing."""
    rows = [["Prefix", " PRICE ", "currency", "unit"], ["44", '"0.5"', " EUR ", ""]]
    text = mark + "".join(delimiter.join(row) + end for row in rows)
    rate = Rate(2, "44", None, Decimal("0.5"), "EUR", "part", None, None, reject=False)
    assert deck_of(text).rates == (rate,)
    assert len(deck_of(f'{mark} {end}[{{"price": 1, "currency": "EUR"}}]').rates) == 1


def test_longest_prefix() -> None:
    """The longest prefix of a number prices it, wherever it stands in the deck."""
    deck = deck_of("prefix,price,currency\n4477,3,EUR\n4,1,EUR\n447,2,EUR\n447700900123,4,EUR\n")
    prices = [price(deck, digits) for digits in ("447700900123", "447700900124", "4475", "49")]
    assert prices == ["4", "3", "2", "1"]
    assert price(deck, "12025550143") is None


def test_precedence() -> None:
    """Prefix with country, then prefix, then country, then default; a longer prefix before all."""
    deck = deck_of(
        "country,prefix,price,currency\n,,1,EUR\nUS,,2,EUR\n,1,3,EUR\nUS,1,4,EUR\n,1202,5,EUR\n"
    )
    numbers = [("1202", "US"), ("1312", "US"), ("1416", "CA"), ("800", None), ("800", "US")]
    assert [price(deck, *number) for number in numbers] == ["5", "4", "3", "1", "2"]


def test_a_prefix_with_a_country_needs_both() -> None:
    """A rate that names both is passed over where only one holds."""
    deck = deck_of("country,prefix,price,currency\nCA,1416,9,EUR\nUS,,2,EUR\n,14,3,EUR\n")
    numbers = [("1416", "CA"), ("1416", "US"), ("1202", "US"), ("1202", "CA")]
    assert [price(deck, *number) for number in numbers] == ["9", "3", "2", None]


def test_no_rate_and_a_rejected_destination() -> None:
    """A destination that is not in the deck and one that it rejects are two errors."""
    deck = deck_of("prefix,price,currency,reject\n44,0.03,EUR,\n449,0.25,EUR,true\n")
    with pytest.raises(DestinationRejected) as rejected:
        deck.rate_for(Number("+449098790123", "GB"), DAY)
    assert rejected.value.line == 3
    for country in ("US", None):
        with pytest.raises(NoRate) as missing:
            deck.rate_for(Number("+12025550143", country), DAY)
        assert (missing.value.country, missing.value.day) == (country, "2026-06-15")
        assert "2025550143" not in str(missing.value)


def test_days_are_inclusive() -> None:
    """Both days of a rate belong to it, and an open end is open for ever."""
    deck = deck_of(
        "prefix,price,currency,effective_from,effective_to\n"
        "44,2,EUR,2027-01-01,\n44,1,EUR,2026-01-01,2026-12-31\n44,9,EUR,,2025-12-31\n"
    )
    days = ["0001-01-01", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01", "9999-12-31"]
    prices = [price(deck, "447700900123", day=date.fromisoformat(day)) for day in days]
    assert prices == ["9", "9", "1", "1", "2", "2"]


def test_a_rate_that_has_ended_hides_none() -> None:
    """A longer prefix that is not in force leaves the number to a shorter one."""
    deck = deck_of(
        "prefix,price,currency,effective_to\n44,1,EUR,\n447,2,EUR,2026-06-14\n4477,3,EUR,2026-06-15\n"
    )
    assert price(deck, "447700900123", day=DAY) == "3"
    assert price(deck, "447700900123", day=DAY + timedelta(1)) == "1"


# What a cell must not be, one fault a word; a cell of blanks is an empty one.
BAD_CELLS = {
    "price": " | 0,04 | -0.04 | +0.04 | 4e-2 | 4E2 | 0.0000000000001 | 1234567890123 | .5 | 5."
    " | 1 000 | 1_000 | 0x1 | NaN | Infinity | free | €1 | ٣ | １ | 1.2.3",
    "currency": " | eur | EURO | € | EU | E R | ЕUR",
    "country": "UK | XX | GBR | 44 | France | 001 | EU",
    "prefix": "044 | 0 | 00447 | 447x | 4 4 | 447.0 | 4.47E+11 | ++44 | + | -44 | ٤٤"
    " | 1234567890123456",
    "effective_from": "2026-1-1 | 01.01.2026 | 2026-02-30 | 20260101 | 2026-01-01T00:00"
    " | 0000-01-01 | now | 46023 | ２０２６-01-01",
    "effective_to": "2026-13-01 | 31/12/2026 | 2026-W01-1",
    "unit": "segment | sms | Part | parts | 1",
    "component": "surcharge | Base | fee",
    "reject": "2 | - | x | nein | t | y | null",
    "mcc": "234",
    "mnc": "15",
    "sender_type": "alphanumeric",
}


@pytest.mark.parametrize(
    ("column", "cell"),
    [(column, cell.strip()) for column, cells in BAD_CELLS.items() for cell in cells.split("|")],
    ids=ascii,
)
def test_a_cell_that_cannot_be_used(column: str, cell: str) -> None:
    """A cell that is not understood is refused, with its line and column, in CSV and JSON."""
    row = {"price": "1", "currency": "EUR", column: cell}
    file = io.StringIO()
    writer = csv.DictWriter(file, {"prefix": "", **row}, delimiter=";")
    writer.writeheader()
    writer.writerows([{"price": "1", "currency": "EUR", "prefix": "44"}, row])
    for line, text in ((3, file.getvalue()), (1, json.dumps([row]))):
        fault = fault_of(text)
        assert isinstance(fault, MalformedRate)
        assert (fault.line, fault.column) == (line, column)
        assert f"line {line}: {column}: " in str(fault)


@pytest.mark.parametrize("cell", ["NaN", "-Infinity", "-0.0", "true", "[1]", "{}", "1e13", "null"])
def test_a_json_price_that_cannot_be_used(cell: str) -> None:
    """What JSON can hold and a price cannot be is refused with its line and column."""
    fault = fault_of(f'[{{"price": {cell}, "currency": "EUR"}}]')
    assert isinstance(fault, MalformedRate)
    assert (fault.line, fault.column) == (1, "price")


def test_faults_of_a_row() -> None:
    """An end before its start is a fault; the commonest mistakes are met with the remedy."""
    assert "the United Kingdom is GB" in str(fault_of("country,price,currency\nUK,1,EUR\n"))
    assert "after a point" in str(fault_of("price;currency\n0,04;EUR\n"))
    text = "price,currency,effective_from,effective_to\n1,EUR,2026-02-01,2026-01-31\n"
    fault = fault_of(text)
    assert isinstance(fault, MalformedRate)
    assert (fault.line, fault.column) == (2, "effective_to")
    assert len(deck_of(text.replace("01-31", "02-01")).rates) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("prefix,price,currency,colour\n44,1,EUR,red\n", 1, "unknown column 'colour'"),
        ("prefix,price,currency,\n44,1,EUR,\n", 1, "unknown column ''"),
        ("prefix,currency\n44,EUR\n", 1, "no column 'price'"),
        ("prefix,price\n44,1\n", 1, "no column 'currency'"),
        ("price,currency,Price\n1,EUR,2\n", 1, "twice"),
        ("price,currency\n1,EUR\n1\n", 3, "1 cells under a header of 2"),
        ("price,currency\n1,EUR,\n", 2, "3 cells under a header of 2"),
        ("price,currency\n1,EUR\n ,\n", 3, "price"),
        ('price,currency\n"1,EUR\n', 2, "not CSV"),
        ('price,currency\n"1" ,EUR\n', 2, "not CSV"),
        ("price,currency\n", None, "no rates"),
        ("", None, "no column 'price'"),
        ('[{"price": 1, "currency": "EUR"},\n5]', 2, "object"),
        ('[{"price": 1, "currency": "EUR"},\n {"price": 1}]', 2, "no column 'currency'"),
        ('{"rates": [{"price": 1, "currency": "EUR", "colour": 1}]}', 1, "'colour'"),
        ('{"rates": {}}', None, "list of rates"),
        ('{"prices": []}', None, "list of rates"),
        ('{"rates": []}', None, "no rates"),
        ('[{"price": 1,\n "currency" "EUR"}]', 2, "not JSON"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used(text: str, line: int | None, words: str) -> None:
    """A file whose shape is not a deck's is refused, with the line where one is to blame."""
    fault = fault_of(text)
    assert fault.line == line
    assert words in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        '[{"price": "1", "price": "2", "currency": "EUR"}]',
        '[{"price": "1", "Price": "2", "currency": "EUR"}]',
        '{"rates": [{"price": 1, "currency": "EUR"}], "rates": [{"price": 2, "currency": "EUR"}]}',
        '{"rates": [{"price": 1, "currency": "EUR"}], "surcharges": [{"price": 1}]}',
        '[{"price": %s, "currency": "EUR"}]' % ("1" * 5000),
        '[{"price": 1e99999999999999999999, "currency": "EUR"}]',
        "[" * 100_000,
    ],
    ids=["twice", "twice by case", "rates twice", "more than rates", "long", "vast", "deep"],
)  # fmt: skip
def test_json_that_could_hide_a_price(text: str) -> None:
    """A name that stands twice, an unknown one, or a number past all bounds is a DeckError."""
    fault_of(text)


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"\xff\xfep\0r\0", 1), (b"price,currency\n1,EUR\n2,\xa4\n", 3), (b'[\n{"\xff": 1}]', 2)],
)
def test_not_utf_8(data: bytes, line: int) -> None:
    """Octets that are not UTF-8 are refused, never guessed at."""
    with pytest.raises(DeckError, match="not UTF-8") as caught:
        RateDeck.parse(data, "deck.csv")
    assert caught.value.line == line


def test_a_deck_of_nothing(tmp_path: Path) -> None:
    """A file that is not there is an OSError; a deck without rates would have no currency."""
    with pytest.raises(FileNotFoundError):
        RateDeck.read(tmp_path / "deck.csv")
    with pytest.raises(DeckError, match="no rates"):
        RateDeck("deck", "0" * 64, ())


def test_mixed_currency() -> None:
    """A deck has one currency, that of its first rate."""
    fault = fault_of("prefix,price,currency\n44,1,EUR\n33,1,EUR\n1,1,USD\n")
    assert isinstance(fault, MixedCurrency)
    assert (fault.line, fault.currencies) == (4, ("EUR", "USD"))


TIES = [
    pytest.param("44,GB,,", "44,GB,,", True, id="always"),
    pytest.param(",,,", ",,,", True, id="two defaults"),
    pytest.param("+44,,,", "44,,,", True, id="the same prefix, spelled with a plus"),
    pytest.param(",gb,,", ",GB,,", True, id="the same country, in small letters"),
    pytest.param("44,,2026-01-01,", "44,,2030-01-01,2030-01-01", True, id="open end"),
    pytest.param("44,,,2026-01-01", "44,,2020-01-01,2020-01-01", True, id="open start"),
    pytest.param("44,,,", "44,,2026-01-01,2026-12-31", True, id="inside"),
    pytest.param("44,,2026-01-01,2026-06-30", "44,,2026-06-30,", True, id="one day in both"),
    pytest.param("44,,,2026-06-30", "44,,2026-07-01,", False, id="one after the other"),
    pytest.param("44,,,", "44,GB,,", False, id="with a country and without"),
    pytest.param("44,GB,,", "44,JE,,", False, id="two countries"),
    pytest.param("44,,,", "447,,,", False, id="two prefixes"),
]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("one", "other", "tie"), TIES)
def test_ties(one: str, other: str, tie: bool, turned: bool) -> None:
    """Two rates for one destination and day are refused, in whichever order they stand."""
    rows = [other, one] if turned else [one, other]
    text = "prefix,country,effective_from,effective_to,price,currency\n"
    text += "".join(f"{row},1,EUR\n" for row in [*rows, "99,,,"])
    if tie:
        fault = fault_of(text)
        assert isinstance(fault, AmbiguousDeck)
        assert (fault.line, fault.other_line) == (3, 2)
    else:
        assert len(deck_of(text).rates) == 3


FIRST = date(2026, 1, 1)
NEAR = [FIRST + timedelta(number) for number in range(-1, 7)]
prefixes = st.sampled_from(["", "4", "44", "447", "4477", "1", "12", "120"])
countries = st.sampled_from([None, "GB", "US"])
days = st.none() | st.sampled_from(NEAR[1:-1])
CODES = {"GB": "44", "US": "1"}


def fits(prefix: str, country: str | None) -> bool:
    """Tell whether a number of the country could begin with the prefix."""
    code = CODES.get(country or "", prefix)
    return prefix.startswith(code) or code.startswith(prefix)


rates = st.tuples(prefixes, countries, days, days, st.booleans()).filter(
    lambda cells: (
        fits(cells[0], cells[1]) and (cells[2] is None or cells[3] is None or cells[2] <= cells[3])
    )
)


def test_a_prefix_that_is_not_its_countrys_is_refused() -> None:
    """A row that no number could ever match is a slip, and the error names prefix and code."""
    fault = fault_of("country,prefix,price,currency\nFR,33,1,EUR\nFR,44,1,EUR\n")
    assert isinstance(fault, MalformedRate)
    assert (fault.line, fault.column) == (3, "prefix")
    assert "no number of FR begins with 44, its calling code is 33" in str(fault)


def in_force(rate: Rate, day: date) -> bool:
    """Tell whether a rate is in force on a day, both its days included."""
    began = rate.effective_from is None or rate.effective_from <= day
    return began and (rate.effective_to is None or day <= rate.effective_to)


def find(rates: list[Rate], digits: str, country: str | None, day: date) -> Rate | None:
    """Search all rates: longest prefix first, and with a country before without."""
    begun = [rate for rate in rates if in_force(rate, day) and digits.startswith(rate.prefix)]
    fitting = [rate for rate in begun if rate.country in (None, country)]
    return max(fitting, key=lambda rate: (len(rate.prefix), rate.country or ""), default=None)


@settings(max_examples=300, deadline=None)
@given(drawn=st.lists(rates, min_size=1, max_size=12))
def test_lookup_is_a_search_through_all_rates(drawn: list[Any]) -> None:
    """Whatever the deck, a number has the rate that a search finds; ties are refused."""
    listed = [
        Rate(line, prefix, country, Decimal(1), "EUR", "part", start, end, reject)
        for line, (prefix, country, start, end, reject) in enumerate(drawn, 1)
    ]
    names = ("prefix", "country", "price", "currency", "effective_from", "effective_to", "reject")
    cells = [{name: getattr(rate, name) for name in names} for rate in listed]
    tied = any(
        (one.prefix, one.country) == (other.prefix, other.country)
        and any(in_force(one, day) and in_force(other, day) for day in NEAR)
        for one, other in itertools.combinations(listed, 2)
    )
    text = "[" + ",\n".join(json.dumps(row, default=str) for row in cells) + "]"
    if tied:
        assert isinstance(fault_of(text), AmbiguousDeck)
        return
    deck = deck_of(text)
    assert deck.rates == tuple(listed)
    numbers = [("447700900123", "GB"), ("4912", "DE"), ("1202", "US"), ("1416", None)]
    for day, number in itertools.product(NEAR, numbers):
        assert deck.table(day).find(*number) == find(listed, *number, day)
