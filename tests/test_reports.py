"""The report of a run, figure by figure, on files small enough to be worked out by hand.

The law of this file: the expected figures are written out, or added up from the oracle's.
"""

from __future__ import annotations

import io
import json
from decimal import Decimal
from fractions import Fraction

import oracle
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore.bulk import CharacterCost, Report, Run, validate_batches, validate_file
from smscore.decks import RateDeck
from smscore.problems import Problem

DECK = RateDeck.parse(
    b"country,price,currency,unit,reject\n"
    b"GB,0.04,EUR,part,\nUS,0.0075,EUR,part,\nDE,0.09,EUR,message,\nFR,,EUR,,yes\n",
    "rates.csv",
)

ROWS = [
    ("+447700900123", "Hello there"),
    ("+447700900124", "b" * 161),
    ("+447700900125", "“" + "c" * 70),
    ("+447700900126", "“" + "d" * 69 + "”"),
    ("+12025550101", "😀"),
    ("1234567", "Hello there"),
    ("+447700900123", "Hello there"),
    ("+33639980123", "Salut !"),
    ("+12025550101", ""),
]


def report_of(*rows: tuple[str, str], deck: RateDeck | None = DECK) -> Report:
    """Report on some rows, given as a batch."""
    numbers, texts = [number for number, _ in rows], [text for _, text in rows]
    batch = pa.record_batch({"to": pa.array(numbers, pa.string()), "text": pa.array(texts)})
    validation = validate_batches([batch], deck=deck)
    list(validation)
    return validation.report


@pytest.mark.usefixtures("kernel")
def test_the_counts_of_rows() -> None:
    """Alphabets, parts and countries are of the rows that have one, problems in their order."""
    report = report_of(*ROWS)
    assert (report.rows, report.clean_rows, report.has_problems) == (9, 5, True)
    assert report.alphabets == {"gsm7": 6, "ucs2": 3}
    assert list(report.parts.items()) == [(1, 6), (2, 3)]
    assert report.total_parts == 12
    assert list(report.problems.items()) == [
        (Problem.EMPTY_TEXT, 1),
        (Problem.BAD_NUMBER, 1),
        (Problem.REJECTED_DESTINATION, 1),
        (Problem.DUPLICATE, 1),
    ]
    countries = [
        (country, total.rows, total.parts, total.cost)
        for country, total in report.countries.items()
    ]
    assert countries == [
        ("GB", 5, 8, Decimal("0.32")),
        ("US", 2, 2, Decimal("0.015")),
        ("FR", 1, 1, None),
    ]


def test_the_total_is_of_all_prices_and_the_clean_one_of_clean_rows() -> None:
    """Both are exact: duplicates and empty texts cost, but not among the clean rows."""
    report = report_of(*ROWS)
    assert report.total == Decimal("0.335")
    assert report.total_clean == Decimal("0.2875")
    assert (report.totals, report.currency) == ({"EUR": Decimal("0.335")}, "EUR")


def figures(cost: CharacterCost) -> tuple[object, ...]:
    """Give the figures of a character, in the order of its fields."""
    together = (cost.messages, cost.parts, cost.cost)
    alone = (cost.messages_alone, cost.parts_alone, cost.cost_alone)
    return cost.character, *together, *alone, cost.parts_share, cost.cost_share


def test_what_characters_cost() -> None:
    """One alone bears its excess, two share theirs, and one that costs nothing is told too."""
    zero = Decimal(0)
    assert [figures(cost) for cost in report_of(*ROWS).characters] == [
        ("“", 2, 2, Decimal("0.08"), 1, 1, Decimal("0.04"), Fraction(3, 2), Fraction(6, 100)),
        ("”", 1, 1, Decimal("0.04"), 0, 0, zero, Fraction(1, 2), Fraction(2, 100)),
        ("😀", 1, 0, zero, 1, 0, zero, Fraction(0), Fraction(0)),
    ]


def test_a_character_that_stands_twice_in_a_message_is_one_to_blame() -> None:
    """Shares are among different characters, not among places."""
    [cost] = report_of(("+447700900123", "“" * 2 + "a" * 69)).characters
    assert (cost.messages, cost.messages_alone, cost.cost_share) == (1, 1, Fraction(4, 100))


def test_shares_that_no_decimal_can_write_add_up_all_the_same() -> None:
    """Three characters that share one part cost a third of it each, exactly."""
    report = report_of(("+447700900123", "“”–" + "a" * 68))
    assert [cost.parts_share for cost in report.characters] == [Fraction(1, 3)] * 3
    assert sum(cost.cost_share for cost in report.characters) == Fraction(4, 100)
    assert [cost.character for cost in report.characters] == ["–", "“", "”"]
    written = [cost.to_dict() for cost in report.characters]
    assert {cost["parts_share"] for cost in written} == {"0.333333333333"}
    assert {cost["cost_share"] for cost in written} == {"0.013333333333"}


def test_a_rate_by_the_message_makes_no_character_dear() -> None:
    """Where parts are not billed, an excess of parts costs nothing."""
    [cost] = report_of(("+4915112345678", "“" + "a" * 70)).characters
    assert (cost.parts, cost.cost, cost.cost_share) == (1, Decimal(0), Fraction(0))


def test_without_prices_characters_are_ordered_by_parts() -> None:
    """The order is by share of the cost, then of the parts, then by messages, then by code."""
    texts = ["я" * 71, "ж", "ж", "é“", "a" * 70 + "щ", "щ" + "a" * 140]
    report = report_of(*(("+447700900123", text) for text in texts), deck=None)
    assert [cost.character for cost in report.characters] == ["щ", "я", "ж", "“"]


@pytest.mark.usefixtures("kernel")
@settings(max_examples=60, deadline=None)
@given(st.lists(any_texts, max_size=8))
def test_shares_add_up_to_the_whole_excess(texts: list[str]) -> None:
    """All shares together are the parts beyond those of the texts with a letter in their place."""
    excess = 0
    for text in texts:
        try:
            alphabet, _, parts = oracle.measure(text)
        except oracle.Fault:
            continue
        if alphabet == "ucs2":
            known = oracle.ONE_SEPTET | oracle.TWO_SEPTETS
            replaced = "".join(found if found in known else "x" for found in text)
            excess += parts - oracle.measure(replaced)[2]
    octets = [text.encode("utf-8", "surrogatepass") for text in texts]
    validation = validate_batches([pa.record_batch({"text": pa.array(octets, pa.binary())})])
    list(validation)
    if all(len(text) < 17_000 for text in texts):
        assert sum(cost.parts_share for cost in validation.report.characters) == excess


def test_numbers_of_no_country_are_priced_and_counted_under_none() -> None:
    """A number of a service of the whole world has a price by default, and no country."""
    deck = RateDeck.parse(b"price,currency\n0.5,USD\n", "deck.csv")
    report = report_of(("+80012345678", "a"), ("+447700900123", "a"), deck=deck)
    assert report.total == Decimal(1)
    assert [(country, total.rows) for country, total in report.countries.items()] == [("GB", 1)]


def refuse_float(number: str) -> object:
    """Refuse a number with a point: in the report there is none."""
    raise AssertionError(number)


def test_the_report_as_json() -> None:
    """It is a JSON document without a float, money as strings, with what it was made from."""
    report = report_of(*ROWS)
    document = json.loads(report.to_json(), parse_float=refuse_float, parse_constant=refuse_float)
    assert document == report.to_dict()
    expected = {
        "rows": 9,
        "clean_rows": 5,
        "problem_rows": 4,
        "alphabets": {"gsm7": 6, "ucs2": 3},
        "parts": {"1": 6, "2": 3},
        "total_parts": 12,
        "total": {"EUR": "0.335"},
        "total_clean": {"EUR": "0.2875"},
        "problems": {
            "empty_text": 1,
            "bad_number": 1,
            "rejected_destination": 1,
            "duplicate": 1,
        },
        "deck": "rates.csv",
        "max_parts": None,
    }
    assert document.items() >= expected.items()
    assert document["countries"]["US"] == {"rows": 2, "parts": 2, "cost": "0.015"}
    assert document["characters"][0] == {
        "character": "“",
        "code_point": "U+201C",
        "name": "LEFT DOUBLE QUOTATION MARK",
        "messages": 2,
        "parts": 2,
        "cost": "0.08",
        "messages_alone": 1,
        "parts_alone": 1,
        "cost_alone": "0.04",
        "parts_share": "1.5",
        "cost_share": "0.06",
    }
    assert len(document["deck_sha256"]) == 64


def table_of(rows: list[tuple[str, str]]) -> bytes:
    """Write rows as CSV, every cell quoted."""
    return "".join(f'"{number}","{text}"\n' for number, text in [("to", "text"), *rows]).encode()


def test_the_report_as_lines() -> None:
    """Each line says what people ask for, the figures being those of the report."""
    report = validate_file(io.BytesIO(table_of(ROWS)), deck=DECK)
    lines = report.to_text().splitlines()
    for line in (
        "standard input: 9 rows",
        '  read as CSV, utf-8 (valid UTF-8), delimiter "," (the most frequent in the header)',
        "  texts in 'text', numbers in 'to'",
        "Rows        9, of which 5 without a problem",
        "Alphabets   6 gsm7, 3 ucs2",
        "Parts       12 (messages: 6 of 1, 3 of 2)",
        "Cost        0.335 EUR, exact, for 7 rows of 10 parts; the others have no price",
        "            0.2875 EUR without the rows that have a problem",
        f"Rates       rates.csv in force on {report.day}, SHA-256 {DECK.sha256}",
        "GB                   5         8            0.32",
        "    0.0600         0.04         2       2        0.08  U+201C LEFT DOUBLE QUOTATION MARK",
        "         1  duplicate: the same text to the same number again",
    ):
        assert line in lines


def test_the_report_without_a_deck() -> None:
    """Nothing has a price then, and that is said; there is no total, not one of zero."""
    report = report_of(*ROWS, deck=None)
    assert (report.total, report.total_clean, report.currency, report.deck) == (None,) * 4
    assert (report.totals, report.to_dict()["total"]) == ({}, {})
    assert "Cost        unknown: no rate deck was given" in report.to_text().splitlines()


def test_a_report_of_nothing() -> None:
    """A run that has seen no row has a report of none, as text and as JSON."""
    report = Run(deck=DECK, max_parts=3).report
    assert (report.rows, report.total, report.has_problems) == (0, Decimal(0), False)
    assert json.loads(report.to_json())["total"] == {"EUR": "0"}
    assert "Alphabets   none" in report.to_text().splitlines()
    assert "Parts       0" in report.to_text().splitlines()


def test_long_lists_are_cut_in_text_and_whole_in_json() -> None:
    """People see ten countries and ten characters and how many more there are; JSON has all."""
    numbers = ["+447700900123", "+12025550101", "+33639980123", "+4915112345678", "+393123456789"]
    numbers += ["+34612345678", "+31612345678", "+32470123456", "+41781234567", "+436641234567"]
    numbers += ["+4512345678", "+46701234567"]
    rows = [(number, chr(0x430 + place)) for place, number in enumerate(numbers)]
    report = report_of(*rows, deck=None)
    assert report.to_text().splitlines().count("and 2 more") == 2
    assert len(json.loads(report.to_json())["countries"]) == 12
    assert len(json.loads(report.to_json())["characters"]) == 12


def test_no_text_and_no_number_is_in_a_report() -> None:
    """Whatever stands in rows, sound or faulty, a report shows none of it but single characters."""
    rows = [*ROWS, ("+4477009001", "secret one"), ("not a number", "secret two")]
    data = table_of(rows) + b"+447700900177\n+447700900178,secret three,secret four\n"
    data += b'+447700900179,"secret \xe9 five"\n\xe9,secret six\n'
    report = validate_file(io.BytesIO(data), deck=DECK, encoding="utf-8")
    assert report.rows == len(rows) + 4
    for shown in (report.to_text(), report.to_json(), repr(report)):
        assert "secret" not in shown
        assert not any(number[1:] in shown for number, _ in rows)
        assert not any(text in shown for _, text in rows if len(text) > 1)
        assert "9001" not in shown
