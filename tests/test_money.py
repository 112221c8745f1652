"""Money: exact decimals, one currency, and nothing rounded on the way.

The law of this file: every amount is written out; arithmetic is done by hand, not by `decimal`.
"""

from __future__ import annotations

import copy
import dataclasses
import decimal
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import Money
from smscore.money import CurrencyMismatch, format_amount

# 38 digits, as many as Arrow's decimal128 has.
WIDEST = "12345678901234567890123456.789012345678"

integers = st.integers(-(10**30), 10**30)
exponents = st.integers(-12, 0)


def euros(amount: str) -> Money:
    """Make an amount in EUR."""
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize("amount", [0.1, 1.0, 1, True, "0.1", None, 0.1 + 0j], ids=repr)
def test_only_a_decimal_is_an_amount(amount: Any) -> None:  # of any wrong type
    """A float has lost digits already, and is refused like all else that is no Decimal."""
    with pytest.raises(TypeError, match=f"not a {type(amount).__name__}"):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", ["NaN", "-NaN", "sNaN", "Infinity", "-Infinity"])
def test_an_amount_is_finite(amount: str) -> None:
    """What is not a number is no amount."""
    with pytest.raises(ValueError, match="finite"):
        euros(amount)


@pytest.mark.parametrize(
    "currency", ["", "E", "EU", "EURO", "eur", "Eur", "EU1", "€", "EUR ", "EUR\n", " EUR", "ЕUR"]
)
def test_a_currency_is_three_capitals(currency: str) -> None:
    """A currency is written as ISO 4217 does, or refused."""
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)


def test_sums() -> None:
    """Amounts of one currency add up to the last decimal."""
    assert euros("0.1") + euros("0.2") == euros("0.3")
    assert euros("0.000000000001") + euros("999999999999") == euros("999999999999.000000000001")
    assert euros("1") + euros("-1.50") == euros("-0.5")


def test_sums_of_two_currencies() -> None:
    """There is no rate of exchange: two currencies do not add up."""
    with pytest.raises(CurrencyMismatch, match="EUR and GBP"):
        euros("1") + Money(Decimal(1), "GBP")
    assert issubclass(CurrencyMismatch, ValueError)
    assert euros("1") != Money(Decimal(1), "GBP")


@pytest.mark.parametrize("other", [1, Decimal(1), 0.5, None, "1 EUR"], ids=repr)
def test_money_and_a_number_do_not_add_up(other: Any) -> None:  # of any wrong type
    """A number without a currency is no money."""
    with pytest.raises(TypeError):
        euros("1") + other
    with pytest.raises(TypeError):
        other + euros("1")


def test_products() -> None:
    """An amount times a whole number keeps all its decimals."""
    assert euros("0.0075") * 3 == euros("0.0225")
    assert euros("0.000000000001") * 255 == euros("0.000000000255")
    assert euros("0.05") * 0 == euros("0")
    assert euros("999999999999.999999999999") * 255 == euros("254999999999999.999999999745")


@pytest.mark.parametrize("times", [2.0, Decimal(2), "2", None], ids=repr)
def test_only_whole_multiples(times: Any) -> None:  # of any wrong type
    """A message has a whole number of parts; a float would bring its error along."""
    with pytest.raises(TypeError):
        euros("1") * times


def test_38_digits() -> None:
    """An amount of 38 digits is kept, and a sum or product that needs more is refused."""
    assert euros(WIDEST) + euros("0") == euros(WIDEST)
    assert euros("12345678901234567890123456") + euros("0.789012345678") == euros(WIDEST)
    assert str(euros(WIDEST)) == f"{WIDEST} EUR"
    assert euros(WIDEST) * 8 == euros("98765431209876543120987654.312098765424")
    with pytest.raises(decimal.Inexact):
        euros(WIDEST) * 10 + euros("0.0000000000001")
    with pytest.raises(decimal.Inexact):
        euros("9" * 38) + euros("0.9")


def test_the_callers_context_changes_nothing() -> None:
    """What precision and traps the caller has set for their own decimals plays no part."""
    with decimal.localcontext() as context:
        context.prec = 3
        context.rounding = decimal.ROUND_UP
        assert str(euros("0.12345") + euros("1000")) == "1000.12345 EUR"
        assert str(euros("0.12345") * 255) == "31.47975 EUR"
        assert str(euros("1234.5678")) == "1234.5678 EUR"
    assert euros("1") + euros("2") == euros("3")


@settings(max_examples=300, deadline=None)
@given(one=integers, other=integers, exponent=exponents, times=st.integers(0, 255))
def test_arithmetic_is_that_of_integers(one: int, other: int, exponent: int, times: int) -> None:
    """Up to 38 digits, sums and products are those of the whole numbers of smallest units."""
    with decimal.localcontext(prec=60):
        first, second = (Decimal(number).scaleb(exponent) for number in (one, other))
        total = (Money(first, "EUR") + Money(second, "EUR")).amount
        assert int(total.scaleb(-exponent)) == one + other
        product = (Money(first, "EUR") * times).amount
        assert int(product.scaleb(-exponent)) == one * times


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.00", "0"),
        ("1", "1"),
        ("10", "10"),
        ("100.0", "100"),
        ("1E+3", "1000"),
        ("1.2E+3", "1200"),
        ("12.5000", "12.5"),
        ("0.0750", "0.075"),
        ("1E-12", "0.000000000001"),
        ("0E-12", "0"),
        ("0E+5", "0"),
        ("-0.50", "-0.5"),
        ("-3", "-3"),
        ("1000000", "1000000"),
        (WIDEST, WIDEST),
        ("0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"),
    ],
)
def test_format_amount(amount: str, text: str) -> None:
    """An amount is written in full: no exponent, no group marks, no trailing zeros."""
    assert format_amount(Decimal(amount)) == text


@settings(max_examples=200, deadline=None)
@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
)
def test_format_amount_loses_nothing(amount: Decimal) -> None:
    """What is written reads back as the same amount."""
    text = format_amount(amount)
    assert Decimal(text) == amount
    assert not {"E", "e", "+", ","} & set(text)
    assert text == "0" or not ("." in text and text.endswith(("0", ".")))


def test_money_is_a_value() -> None:
    """Equal amounts are equal money, zeros or not; no field can be set; a copy is equal."""
    money = euros("0.0750")
    assert money == euros("0.075")
    assert hash(money) == hash(euros("0.075"))
    assert copy.deepcopy(money) == pickle.loads(pickle.dumps(money)) == money  # noqa: S301  # ours
    with pytest.raises(dataclasses.FrozenInstanceError):
        money.amount = Decimal(0)  # type: ignore[misc]  # it is frozen
    assert str(money) == "0.075 EUR"
