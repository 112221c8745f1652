"""The report of a run, figure by figure, on files small enough to be worked out by hand.

The law of this file: the expected figures are written out, or added up from the oracle's.
"""

from __future__ import annotations

import io
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import oracle
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore.bulk import CharacterCost, Report, Run, validate_batches, validate_file
from smscore.decks import RateDeck
from smscore.problems import Problem
from smscore.profiles import Profile

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


def report_of(
    *rows: tuple[str, str],
    deck: RateDeck | None = DECK,
    **options: Any,  # those of the function
) -> Report:
    """Report on some rows, given as a batch."""
    numbers, texts = [number for number, _ in rows], [text for _, text in rows]
    batch = pa.record_batch({"to": pa.array(numbers, pa.string()), "text": pa.array(texts)})
    validation = validate_batches([batch], deck=deck, **options)
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
    shares = [cost.cost_share or 0 for cost in report.characters]
    assert sum(shares) == Fraction(4, 100)
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


def blame(*texts: str, **options: Any) -> list[tuple[str, int, int, Fraction]]:
    """List which characters force UCS-2: each with its messages, parts, and its share of them."""
    rows = [(f"+4477009{place:05}", text) for place, text in enumerate(texts)]
    costs = report_of(*rows, **options).characters
    return [(cost.character, cost.messages, cost.parts, cost.parts_share) for cost in costs]


@pytest.mark.usefixtures("kernel")
def test_what_a_profile_does_not_send_in_gsm_7_bit_forces_ucs_2_too() -> None:
    """A euro sign is to blame with Telnyx, which has none, and an escape pair with CALLR."""
    texts = ("€" + "a" * 70, "“€" + "a" * 69, "[" + "a" * 70)
    half = Fraction(1, 2)
    assert blame(*texts) == [("“", 1, 1, Fraction(1))]
    assert blame(*texts, profile="telnyx") == [("€", 2, 2, 1 + half), ("“", 1, 1, half)]
    expected = [("€", 2, 2, 1 + half), ("[", 1, 1, Fraction(1)), ("“", 1, 1, half)]
    assert blame(*texts, profile="callr") == expected
    own = Profile(name="own", title="Own", excluded=frozenset("x"), table={"’": "'"})
    assert blame("x" * 70 + "’", profile=own) == [("x", 1, 1, Fraction(1))]


def test_what_a_provider_replaces_forces_nothing() -> None:
    """With Twilio's smart encoding a curly apostrophe is sent straight; the rest is to blame."""
    texts = ("’" + "a" * 70, "’ş" + "a" * 69)
    assert blame(*texts, profile="twilio_smart") == [("ş", 1, 1, Fraction(1))]


@pytest.mark.usefixtures("kernel")
def test_where_the_alphabet_is_forced_no_character_forces_it() -> None:
    """A provider that sends all texts in UCS-2 saves nothing for any character that is replaced."""
    assert blame("я" * 71, "a" * 71, profile="callr_unicode") == []
    assert blame("«" * 71, profile="callr_gsm") == []


@pytest.mark.usefixtures("kernel")
def test_the_excess_is_counted_with_the_options() -> None:
    """133 units are two parts of 67 but three of 66; 133 septets are one part in any case."""
    text = "“" + "a" * 132
    assert blame(text) == [("“", 1, 1, Fraction(1))]
    assert blame(text, reference_bits=16) == [("“", 1, 2, Fraction(2))]
    assert blame(text, profile="vonage") == [("“", 1, 2, Fraction(2))]
    # 305 units are five parts in any case, 305 septets two of 153 or three of 152.
    assert blame("“" + "a" * 304) == [("“", 1, 3, Fraction(3))]
    assert blame("“" + "a" * 304, profile="vonage") == [("“", 1, 2, Fraction(2))]
    # Of pairs that are not cut a part of 67 holds 33, and so the 67th is in a third part.
    pairs = "e\u0301" * 67
    assert blame(pairs) == [("\u0301", 1, 1, Fraction(1))]
    assert blame(pairs, profile="twilio") == [("\u0301", 1, 2, Fraction(2))]


@pytest.mark.usefixtures("kernel")
def test_what_an_allowed_language_has_forces_nothing() -> None:
    """With Turkish a text of its letters is GSM 7 bit; beside them only a stranger is to blame."""
    turkish, mixed = "ş" * 71, "ş" * 71 + "й"
    assert blame(turkish, mixed) == [("ş", 2, 2, 1 + Fraction(1, 2)), ("й", 1, 1, Fraction(1, 2))]
    assert blame(turkish, mixed, languages=[1]) == [("й", 1, 1, Fraction(1))]
    # A short one is UCS-2, as that takes fewer octets, and not for want of a letter.
    assert report_of(("+447700900123", "ş"), languages=[1]).alphabets == {"ucs2": 1}
    assert blame("ş", languages=[1]) == []


def test_languages_that_no_coding_joins_are_all_to_blame() -> None:
    """Two shifts have two languages; of a text in three, what the default alphabet lacks counts."""
    text = "şकத" + "a" * 100
    third = Fraction(1, 3)
    expected = [("ş", 1, 1, third), ("क", 1, 1, third), ("த", 1, 1, third)]
    assert blame(text, languages=[1, 6, 11]) == expected
    assert blame(text[:2] + "a" * 101, languages=[1, 6, 11]) == []


def test_the_report_says_how_it_was_counted() -> None:
    """It names the profile, its limits and what is not known of it, languages, width, boundary."""
    report = report_of(*ROWS, profile="twilio", languages=[1, 2], reference_bits=16)
    document = json.loads(report.to_json())
    unknowns = document.pop("unknowns")
    assert any("Smart encoding" in unknown for unknown in unknowns)
    expected = {
        "profile": "twilio",
        "limits": {"characters": 1600, "parts": None},
        "languages": ["turkish", "spanish"],
        "reference_bits": 16,
        "boundary": "grapheme",
    }
    assert document.items() >= expected.items()
    lines = report.to_text().splitlines()
    start = lines.index("Profile     Twilio (twilio), at most 1,600 characters")
    assert lines[start + 1 : start + 4] == [
        "Counted     with a reference of 16 bits, cut between grapheme clusters",
        "Languages   Turkish, Spanish",
        f"Not known   {unknowns[0]}",
    ]
    assert lines[start + 4 : start + 6] == [f"{'':12}{unknown}" for unknown in unknowns[1:]]


def test_the_report_of_the_standard_way_does_not_speak_of_it() -> None:
    """As text it says nothing that goes without saying; in JSON the keys are always there."""
    report = report_of(*ROWS)
    assert not {"Profile", "Counted", "Languages", "Not"} & set(report.to_text().split())
    expected = {
        "profile": "standard",
        "limits": {"characters": None, "parts": None},
        "unknowns": [],
        "languages": [],
        "reference_bits": 8,
        "boundary": "code_point",
    }
    assert report.to_dict().items() >= expected.items()
    assert "\nCounted     with" in report_of(*ROWS, boundary="grapheme").to_text()
    assert (
        "\nProfile     Telnyx (telnyx), at most 10 parts\n"
        in report_of(*ROWS, profile="telnyx").to_text()
    )


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


@pytest.mark.usefixtures("kernel")
def test_numbers_of_no_country_have_their_cost_in_the_table() -> None:
    """+800 belongs to no country: its cost stands beside the countries', which add up to the total.

    The numbers of +800 have eight digits (ITU-T E.169.1).
    """
    deck = RateDeck.parse(
        b"prefix,country,price,currency\n800,,0.2,EUR\n,GB,0.04,EUR\n", "rates.csv"
    )
    report = report_of(("+447700900123", "Hi"), ("+80012345678", "Hi"), ("1", "Hi"), deck=deck)
    lines = report.to_text().splitlines()
    assert report.total == Decimal("0.24")
    assert [line.split()[::3] for line in lines if line.startswith(("GB ", "unknown "))] == [
        ["GB", "0.04"],
        ["unknown", "0.2"],
    ]
