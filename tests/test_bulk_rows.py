"""Columns held against rows: what a batch is found to be is what each of its rows is, one by one.

The law of this file: the specification is written out here, row by row, from the oracle's measure,
`parse_number`, `RateTable.find` and `Rate.charge`; it knows nothing of columns.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import oracle
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore.bulk import validate_batches
from smscore.decks import RateDeck
from smscore.errors import InvalidNumber
from smscore.numbering import parse_number
from smscore.problems import Problem

DAY = date(2026, 1, 1)
DECK = RateDeck.parse(
    b"country,prefix,price,currency,unit,reject\n"
    b"GB,,0.0123,EUR,part,\nUS,,0.5,EUR,message,\nFR,,,EUR,part,yes\n,4479,2,EUR,part,\n"
    b"GB,447911,0.000000000001,EUR,part,\nDE,,987654321.123456789012,EUR,part,\n",
    "deck.csv",
)

Row = tuple[str | None, bytes | None]
Found = tuple[str | None, int | None, int | None, Decimal | None, str | None, str | None]

numbers = st.one_of(
    st.none(),
    st.sampled_from([
        "+447700900123", "+44 7700 900123", "+447911123456", "+447955123456", "+12025550101",
        "+33639980123", "+491713920012", "+80012345678", "+999123", "07700 900123", "", "+", "1E5",
        "+44 (0)7911 123456", "+44771", "+1234567890123456",
    ]),
)  # fmt: skip
octets = st.one_of(
    st.none(),
    any_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([
        b"", b"Hello", b"x" * 400, b"\xff", b"a\xed\xa0\xbd", b"\xed\xa0\xbd\xff",
        "я".encode() * 71, "“x”".encode(),
    ]),
)  # fmt: skip
tables = st.lists(st.tuples(numbers, octets), min_size=1, max_size=12)


def measure(text: bytes | None) -> tuple[str | None, int | None, int | None, set[Problem]]:
    """Measure the octets of a text, and list what is wrong with it."""
    try:
        read = (text or b"").decode("utf-8", "surrogatepass")
        alphabet, units, parts = oracle.measure(read)
    except UnicodeDecodeError:
        return None, None, None, {Problem.UNDECODABLE_TEXT}
    except oracle.Fault:
        return None, None, None, {Problem.LONE_SURROGATE}
    faults = {Problem.EMPTY_TEXT} if not read else set()
    if parts > 255:
        faults.add(Problem.TOO_LONG)
    return alphabet, units, parts, faults


def judge(rows: list[Row], max_parts: int, region: str | None) -> list[Found]:
    """Judge rows one after the other, as the contract says."""
    table, seen, found = DECK.table(DAY), set(), []
    for cell, text in rows:
        alphabet, units, parts, faults = measure(text)
        if parts is not None and max_parts < parts <= 255:
            faults.add(Problem.TOO_MANY_PARTS)
        price = currency = number = None
        if Problem.UNDECODABLE_TEXT not in faults:
            try:
                number = parse_number(cell or "", region=region)
            except InvalidNumber:
                faults.add(Problem.BAD_NUMBER)
        if number is not None:
            rate = table.find(number.digits, number.country)
            faults |= {Problem.NO_RATE} if rate is None else set()
            faults |= {Problem.REJECTED_DESTINATION} if rate is not None and rate.reject else set()
            if rate is not None and not rate.reject and Problem.TOO_LONG not in faults:
                currency = rate.currency
                price = None if parts is None else rate.charge(parts)
            if units:
                faults |= {Problem.DUPLICATE} if (number.e164, text) in seen else set()
                seen.add((number.e164, text))
        problem = min(faults).label if faults else None
        found.append((alphabet, units, parts, price, currency, problem))
    return found


@pytest.mark.usefixtures("kernel")
@settings(max_examples=60, deadline=None)
@given(
    tables,
    st.integers(1, 3),
    st.sampled_from([None, "GB"]),
    st.sampled_from([pa.binary(), pa.large_binary(), pa.string(), pa.large_string()]),
    st.integers(0, 3),
)
@example([("+447700900123", b"\xff"), (None, None)], 1, None, pa.string(), 1)
def test_columns_are_their_rows(
    rows: list[Row], max_parts: int, region: str | None, kind: pa.DataType, cut: int
) -> None:
    """Nulls, faults, odd numbers, slices: six columns, and the counts of the report."""
    column = pa.array([text for _, text in rows], pa.binary())
    column = column.cast(pa.large_binary()) if "large" in str(kind) else column
    texts = column.view(kind)
    listed = pa.array([number for number, _ in rows], pa.string())
    batch = pa.record_batch({"to": listed, "text": texts})
    pieces = [batch.slice(0, cut), batch.slice(cut)]
    validation = validate_batches(pieces, deck=DECK, at=DAY, max_parts=max_parts, region=region)
    found = [
        values
        for out in validation
        for values in zip(*(out.column(place).to_pylist() for place in range(2, 8)), strict=True)
    ]
    expected = judge(rows, max_parts, region)
    assert found == expected
    report = validation.report
    assert report.rows == len(rows)
    assert report.total == sum(price for *_, price, _, _ in expected if price is not None)
    problems = [label for *_, label in expected]
    assert {problem.label: count for problem, count in report.problems.items()} == {
        label: problems.count(label) for label in problems if label is not None
    }
    firsts = {problem.label: list(places) for problem, places in report.first_rows.items()}
    for label, places in firsts.items():
        rows_of = [(1, row) for row, other in enumerate(problems, 1) if other == label]
        assert places == rows_of[:5]
    assert dict(report.parts) == {
        parts: [each[2] for each in expected].count(parts)
        for parts in (each[2] for each in expected)
        if parts is not None
    }
