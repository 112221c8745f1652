"""Phone numbers: which forms are read, to what, and that none is ever repeated in an error.

The law of this file: a country's number that must be accepted is one that its regulator keeps for
fiction (the table stands in examples/README.md), so that none rings; a number that could be misread
must be refused, because a message to a stranger is worse than none.
"""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import traceback
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.errors import InvalidNumber, MessageError
from smscore.numbering import Number, check_region, parse_number

# NANPA, Ofcom, Arcep, Bundesnetzagentur, PTS, ComReg, ACMA: numbers for drama, film and books.
RESERVED = {
    "+12025550143": "US",
    "+14165550123": "CA",
    "+18765550101": "JM",
    "+12425550101": "BS",
    "+18685550199": "TT",
    "+17875550150": "PR",
    "+14415550117": "BM",
    "+18095550134": "DO",
    "+447700900123": "GB",
    "+442079460123": "GB",
    "+449098790123": "GB",
    "+33639980012": "FR",
    "+491713920042": "DE",
    "+4917604069012": "DE",
    "+46701740605": "SE",
    "+353209131646": "IE",
    "+61491570006": "AU",
}

DIGIT_RUN = re.compile(r"[0-9]{3,}")

SEPARATORS = [" ", "  ", "-", ".", "/", "(", ")", "\u00a0", "\u2007", "\u2009", "\u202f", " - "]


def refuse(number: Any, region: str | None = None) -> InvalidNumber:  # of any type
    """Expect a number to be refused, by an error that repeats none of it."""
    with pytest.raises(InvalidNumber) as caught:
        parse_number(number, region=region)
    error = caught.value
    shown = "".join([str(error), repr(error), repr(error.args), repr(vars(error))])
    last = "".join(traceback.format_exception_only(error))
    assert not DIGIT_RUN.search((shown + last).replace("E.164", ""))
    return error


@pytest.mark.parametrize(("number", "country"), RESERVED.items())
def test_e164(number: str, country: str) -> None:
    """A number in E.164 form is kept as it is, and its country is found."""
    parsed = parse_number(number)
    assert (parsed.e164, parsed.digits, parsed.country) == (number, number[1:], country)


@pytest.mark.parametrize(
    "number",
    [
        "+44 7700 900123",
        "+44 7700-900-123",
        "+44.7700.900.123",
        "+44/7700/900123",
        "(+44) 7700 900123",
        "+44 (7700) 900123",
        "+44 (0)7700 900123",
        "+44 (0) 7700 900 123",
        "  +447700900123\u00a0",
        "+44\u202f7700\u2009900\u2007123",
        "+ 44 7700 900123",
    ],
    ids=ascii,
)
def test_separators(number: str) -> None:
    """Visual separators between the digits, and a trunk (0), are left out."""
    assert parse_number(number) == Number("+447700900123", "GB")


@settings(max_examples=150, deadline=None)
@given(
    number=st.sampled_from(sorted(RESERVED)),
    data=st.lists(st.sampled_from([*SEPARATORS, "", "", "", ""]), min_size=14, max_size=14),
)
def test_separators_anywhere(number: str, data: list[str]) -> None:
    """Wherever separators stand before the last three digits, the number is the same."""
    spaced = "".join(separator + digit for separator, digit in zip(data, number[:-3], strict=False))
    assert parse_number(spaced + number[-3:]) == Number(number, RESERVED[number])


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("020 7946 0123", "gb", "+442079460123"),
        ("00 44 7700 900123", "GB", "+447700900123"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("1-202-555-0143", "US", "+12025550143"),
        ("06 39 98 00 12", "FR", "+33639980012"),
        ("0171 3920042", "DE", "+491713920042"),
        ("070-174 06 05", "SE", "+46701740605"),
        ("0491 570 006", "AU", "+61491570006"),
        ("+44 7700 900123", "US", "+447700900123"),
        ("+12025550143", "GB", "+12025550143"),
    ],
)
def test_region(number: str, region: str, expected: str) -> None:
    """A national number is read as its region writes it; one with a plus keeps its country."""
    assert parse_number(number, region=region) == Number(expected, RESERVED[expected])


@pytest.mark.parametrize("number", ["447700900123", "07700900123", "00447700900123", "12025550143"])
def test_a_missing_plus(number: str) -> None:
    """Without a plus and without a region, whose number it is would be a guess."""
    assert "region" in refuse(number).reason


@pytest.mark.parametrize("region", [None, "GB", "US", "DE"])
@pytest.mark.parametrize(
    "number",
    [
        "+1 202 555 O143",
        "+1 202 555 0143 ext. 5",
        "+1 202 555 0143;ext=5",
        "+1 202 555 0143 x5",
        "+1 202 555 CALL",
        "tel:+12025550143",
        "+12025550143, +14165550123",
        "+12025550143;+14165550123",
        "+12025550143 +14165550123",
        "++12025550143",
        "1+2025550143",
        "+１２０２５５５０１４３",
        "＋12025550143",
        "+1\u0662025550143",
        "+1²025550143",
        "+1_202_555_0143",
        "+1 202 555 0143\u200b",
        "\u202a+12025550143",
        "'+12025550143",
        "=+12025550143",
        "+12025550143\x00",
        "*31#+12025550143",
        "call me",
        "n/a",
        "-",
        "+",
        "",
        "   ",
        "()",
    ],
    ids=ascii,
)
def test_what_is_no_number(number: str, region: str | None) -> None:
    """A sign that is neither ASCII digit, separator nor leading plus is never dropped."""
    refuse(number, region)


@pytest.mark.parametrize("region", [None, "GB", "US", "FR", "DE", "AT", "JP"])
@pytest.mark.parametrize(
    "number",
    [
        "4.477E+11",
        "4.47701E+11",
        "4.477e11",
        "447700900123.0",
        "4.47700900123E+11",
        "1.2025550143E10",
    ],
)
def test_what_spreadsheets_make_of_numbers(number: str, region: str | None) -> None:
    """A number that a spreadsheet turned into a fraction is refused, though it looks separated."""
    refuse(number, region)


@pytest.mark.parametrize(
    "number", ["+491713920042.0", "+4917139200.0", "+436641234567.0", "491713920042.00"]
)
def test_a_decimal_zero_is_no_digit_of_a_number(number: str) -> None:
    """A trailing .0 is what a spreadsheet adds; read as a digit it would reach a stranger."""
    refuse(number, "DE")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+1", "short"),
        ("+12", "short"),
        ("+1 202 555", "short"),
        ("+1 202 555 01430", "long"),
        ("+44 7700 9001234", "long"),
        ("+44 77", "short"),
        ("+33 6 39 98 00", "short"),
        ("+44" + "7" * 300, "long"),
        ("+999 12345678", "calling code"),
        ("+0 7700 900123", "calling code"),
        ("+210 1234567", "calling code"),
    ],
)
def test_an_impossible_number(number: str, reason: str) -> None:
    """A number of a length or country that no plan has is refused, and the reason says which."""
    assert reason in refuse(number).reason


@pytest.mark.parametrize(
    "number", ["+49" + "1" * 14, "+49" + "1" * 15, "+43" + "6" * 14, "+81" + "9" * 15]
)
def test_sixteen_digits(number: str) -> None:
    """ITU-T E.164 allows fifteen digits, whatever a country's plan leaves open."""
    refuse(number)


@pytest.mark.parametrize(
    "number",
    ["+48 (0)512 345 678", "+420 (0)601 123 456", "+30 (0)691 234 5678", "+352 (0)628 123 456"],
)
def test_a_trunk_zero_where_there_is_none(number: str) -> None:
    """A (0) is dropped or refused, never dialled: in these countries it would be a wrong digit."""
    try:
        found = parse_number(number).e164
    except InvalidNumber:
        return
    assert found == "+" + re.sub(r"\(0\)|\D", "", number)


@pytest.mark.parametrize("number", ["+800 1234 5678", "+80012345678"])
def test_a_number_of_no_country(number: str) -> None:
    """An international freephone number is one, and belongs to no country."""
    assert parse_number(number) == Number("+80012345678", None)


@pytest.mark.parametrize("region", ["UK", "uk"])
def test_a_region_that_many_mean(region: str) -> None:
    """UK is no ISO 3166-1 code, and the error says which one is."""
    with pytest.raises(ValueError, match="the United Kingdom is GB"):
        parse_number("07700900123", region=region)


@pytest.mark.parametrize("region", ["", "XX", "EU", "001", "USA", "+44", "G", "ß"])
def test_an_unknown_region(region: str) -> None:
    """An unknown region is the caller's mistake, whatever the number."""
    for number in ("07700900123", "+447700900123"):
        with pytest.raises(ValueError, match="ISO 3166-1") as caught:
            parse_number(number, region=region)
        assert not isinstance(caught.value, MessageError)
    with pytest.raises(ValueError, match="ISO 3166-1"):
        check_region(region)


@pytest.mark.parametrize("wrong", [None, 447700900123, 447700900123.0, b"+447700900123"], ids=repr)
def test_a_number_is_a_str(wrong: Any) -> None:  # of any wrong type
    """A number that is no str has lost its plus or its zeros, and is not repeated either."""
    with pytest.raises(TypeError) as caught:
        parse_number(wrong)
    assert not DIGIT_RUN.search(str(caught.value))


@settings(max_examples=400, deadline=None)
@given(
    number=st.text(st.sampled_from("+0123456789 ()-.") | st.characters(), max_size=24),
    region=st.sampled_from([None, "GB", "DE", "US"]),
)
def test_a_number_or_a_refusal(number: str, region: str | None) -> None:
    """Any text is a number of at most fifteen digits, or refused in words without a digit of it."""
    try:
        parsed = parse_number(number, region=region)
    except InvalidNumber as error:
        assert not DIGIT_RUN.search(str(error).replace("E.164", ""))  # noqa: PT017  # or a number
    else:
        assert re.fullmatch(r"\+[1-9][0-9]{1,14}", parsed.e164)
        assert parse_number(parsed.e164) == parsed


def test_a_number_is_not_in_its_repr() -> None:
    """A repr may reach a log: it tells the country alone."""
    number = parse_number("+447700900123")
    assert repr(number) == "Number(country='GB')"
    assert not DIGIT_RUN.search(str(number))


def test_a_number_is_a_value() -> None:
    """Numbers are equal by digits, cannot be changed, and a copy is equal."""
    number = parse_number("+447700900123")
    assert hash(number) == hash(parse_number("+44 7700 900123"))
    assert copy.deepcopy(number) == pickle.loads(pickle.dumps(number)) == number  # noqa: S301  # ours
    for field in ("e164", "country"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(number, field, "+12025550143")


def test_a_refusal_passes_between_processes() -> None:
    """An error that is pickled comes back with its message and reason."""
    error = refuse("+1")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # ours
    assert (str(back), vars(back)) == (str(error), vars(error))
