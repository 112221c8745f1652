"""What a file costs at the least and at the most, and how the report words its figures.

The law of this file: a file is its rows, so each of its totals is the sum of their quotes.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.bulk import Report, summary, validate_file
from smscore.decks import RateDeck
from smscore.profiles import Placeholder, Profile
from smscore.quoting import quote

DAY = date(2026, 6, 1)
GB, FR = "+447700900123", "+33639980123"
DECK = RateDeck.parse(
    b"country,price,currency,unit\nGB,0.04,EUR,part\nFR,0.05,EUR,message\n", "deck.csv"
)

# 150 characters around a placeholder of 9: one part of 160 by itself, two parts of at most 153
# where 15 characters stand in its place, one of 155 with 5.
STOP = "x" * 150 + "%STOPNUM%"


def report_of(rows: list[tuple[str, str]], **options: Any) -> Report:  # they are of many types
    """Validate rows of a number and a text as a file."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("to", "text"), *rows])
    chosen = {"deck": DECK, "at": DAY, "format": "csv", "encoding": "utf-8", **options}
    return validate_file(io.BytesIO(written.getvalue().encode()), **chosen)


@pytest.mark.usefixtures("kernel")
def test_a_file_has_the_range_of_its_rows() -> None:
    """159 septets are one part, 150 and 15 are two: what is billed by the part may cost double."""
    report = report_of([(GB, STOP), (GB, STOP + " "), (FR, STOP), (GB, "Hi")], profile="callr")
    assert (report.low, report.total, report.high) == (
        Decimal("0.17"),
        Decimal("0.17"),
        Decimal("0.25"),
    )
    assert len(report.reasons) == 1
    assert report.reasons[0].startswith("%STOPNUM% ")
    lines = report.to_text().splitlines()
    place = lines.index("Range       0.17 to 0.25 EUR, for")
    assert lines[place + 1] == " " * 12 + report.reasons[0]


@pytest.mark.usefixtures("kernel")
def test_a_range_reaches_below_what_is_expected() -> None:
    """152 and 9 characters are two parts, 152 and 5 are one."""
    report = report_of([(GB, "x" * 152 + "%STOPNUM%")] * 3, profile="callr")
    assert (report.low, report.total, report.high) == (
        Decimal("0.12"),
        Decimal("0.24"),
        Decimal("0.24"),
    )


def test_json_always_has_the_range() -> None:
    """Where nothing is replaced the three are alike, and only JSON has them."""
    report = report_of([(GB, STOP)])
    document = json.loads(report.to_json())
    assert document["low"] == document["total"] == document["high"] == {"EUR": "0.04"}
    assert document["reasons"] == []
    assert "Range" not in report.to_text()
    without = report_of([(GB, STOP)], deck=None, at=None, profile="callr")
    assert (without.low, without.high, without.reasons) == (None, None, ())
    assert (without.to_dict()["low"], without.to_dict()["high"]) == ({}, {})


def test_rows_without_a_price_have_no_range() -> None:
    """What has no rate, or is no number, cannot become dearer."""
    report = report_of([("+12025550101", STOP), ("no number", STOP)], profile="callr")
    assert (report.low, report.total, report.high) == (Decimal(0), Decimal(0), Decimal(0))
    assert report.reasons == ()


def test_only_rows_with_a_placeholder_are_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pays for a range that no text of theirs has."""
    counted: list[str] = []

    def spy(text: str, parts: int, _way: object) -> tuple[int, int, tuple[str, ...]]:
        counted.append(text)
        return parts, parts, ()

    monkeypatch.setattr(summary, "find_spread", spy)
    report_of([(GB, STOP), (GB, "Hello")], profile="callr")
    assert [text for text in counted if text] == [STOP]
    counted.clear()
    report_of([(GB, STOP), (GB, "Hello")])
    assert [text for text in counted if text] == []


mine = Profile(
    name="mine",
    title="Mine",
    table={"’": "'"},
    table_complete=False,
    placeholders=(Placeholder("%A%", 1, 200), Placeholder("{to}", 0, 9)),
)
texts = st.lists(
    st.sampled_from(["%A%", "{to}", "x" * 70, "’", "я", "y" * 9]), min_size=1, max_size=6
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([GB, FR]), texts), min_size=1, max_size=6))
def test_the_range_is_the_sum_of_the_quotes(rows: list[tuple[str, str]]) -> None:
    """Low, total, high and the reasons are those of each row's quote, added up."""
    report = report_of(rows, profile=mine, duplicates=False)
    quotes = [quote(text, to=number, deck=DECK, at=DAY, profile=mine) for number, text in rows]
    assert report.low == sum(each.low.amount for each in quotes)
    assert report.total == sum(each.total.amount for each in quotes)
    assert report.high == sum(each.high.amount for each in quotes)
    assert set(report.reasons) == {reason for each in quotes for reason in each.reasons}
    assert report.reasons[-1] == quotes[0].reasons[-1]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([(GB, "Hi")], "Cost        0.04 EUR, exact, for 1 row of 1 part"),
        ([(GB, "Hi"), (FR, "Hi")], "Cost        0.09 EUR, exact, for 2 rows of 2 parts"),
        (
            [(GB, "Hi"), ("+1", "Hi")],
            "Cost        0.04 EUR, exact, for 1 row of 1 part; the other has no price",
        ),
        (
            [(GB, "Hi"), ("+1", "Hi"), ("+2", "Hi")],
            "Cost        0.04 EUR, exact, for 1 row of 1 part; the others have no price",
        ),
        ([("+1", "Hi")], "Cost        -, for no row has a price"),
    ],
)
def test_the_cost_is_told_in_english(rows: list[tuple[str, str]], line: str) -> None:
    """One row is a row, and what has no price is told of only where there is any."""
    assert line in report_of(rows).to_text().splitlines()


def test_characters_have_no_cost_without_a_deck() -> None:
    """What is not known is null, not nothing: a cost of zero would be one that was worked out."""
    [found] = report_of([(GB, "“" + "a" * 70)], deck=None, at=None).characters
    assert (found.parts, found.cost, found.cost_alone, found.cost_share) == (1, None, None, None)
    told = found.to_dict()
    assert (told["cost"], told["cost_alone"], told["cost_share"]) == (None, None, None)
    assert (told["parts_alone"], told["parts_share"]) == (1, "1")
    [priced] = report_of([(GB, "“" + "a" * 70)]).characters
    assert (priced.cost, priced.cost_alone) == (Decimal("0.04"), Decimal("0.04"))


def test_the_first_rows_of_a_problem_are_told() -> None:
    """Rows count from 1 behind the header; five are told of each problem, and no text."""
    rows = [(GB, "Hi"), *[("+1", "Hi")] * 7, (GB, "")]
    report = report_of(rows)
    told = report.to_dict()["first_rows"]
    assert told == {
        "empty_text": [{"source": 1, "row": 9}],
        "bad_number": [{"source": 1, "row": row} for row in range(2, 7)],
    }
    lines = report.to_text().splitlines()
    assert "            row 9" in lines
    assert "            rows 2, 3, 4, 5, 6 and others" in lines
