"""An amount of money: a decimal and a currency, never a float.

The law of this file: nothing is rounded. Rates are often below a hundredth of the currency's
smallest coin, so an amount keeps every decimal it has; whoever shows it may shorten what is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact

_CURRENCY = re.compile(r"[A-Z]{3}")

EXACT = Context(prec=38, traps=[Inexact])
"""Arithmetic as wide as Arrow's decimal128 that refuses to lose a digit."""


class CurrencyMismatch(ValueError):
    """Amounts of two currencies were added; there is no rate of exchange here."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of a currency, which is named by its ISO 4217 code.

    Raises TypeError for an amount that is not a Decimal, ValueError for one that is not finite or
    a currency that is not three capital letters. Adding raises CurrencyMismatch, and a result of
    more than 38 digits decimal.Inexact.

    >>> Money(Decimal("0.075"), "EUR") * 3 + Money(Decimal("1"), "EUR")
    Money(amount=Decimal('1.225'), currency='EUR')
    >>> print(Money(Decimal("0.0750"), "EUR"))
    0.075 EUR
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not an exact, finite amount of a currency."""
        if not isinstance(self.amount, Decimal):
            kind = type(self.amount).__name__
            raise TypeError(f"an amount of money is a Decimal, not a {kind}")
        if not self.amount.is_finite():
            raise ValueError("an amount of money is a finite number")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"a currency is three capital letters (ISO 4217): {self.currency!r}")

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency, exactly."""
        if not isinstance(other, Money):
            return NotImplemented
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return Money(EXACT.add(self.amount, other.amount), self.currency)

    def __mul__(self, times: int) -> Money:
        """Multiply by a whole number, exactly."""
        if not isinstance(times, int):
            return NotImplemented
        return Money(EXACT.multiply(self.amount, Decimal(times)), self.currency)

    def __str__(self) -> str:
        """Show all decimals that the amount has, and the currency."""
        return f"{format_amount(self.amount)} {self.currency}"


def format_amount(amount: Decimal) -> str:
    """Write a decimal in full, without an exponent and without trailing zeros.

    >>> format_amount(Decimal("12.5000")), format_amount(Decimal("1E+3"))
    ('12.5', '1000')
    """
    text = format(abs(amount) if amount.is_zero() else amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
