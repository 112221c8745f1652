"""What is wrong with a price, a deck, a profile or a file.

The law of this file: each error names its source and the place in it.
"""

from __future__ import annotations

from smscore.errors.base import SmsError


class PricingError(SmsError):
    """The message cannot be priced with this deck."""


class NoRate(PricingError):
    """No row of the deck covers the destination on the day; add one, or a default row."""

    def __init__(self, country: str | None, day: str) -> None:
        self.country = country
        self.day = day
        super().__init__(
            f"the deck has no rate for a number in {country or 'no known country'} on {day}: "
            "add a row for its prefix or country, or a default row"
        )


class DestinationRejected(PricingError):
    """The row of the deck that covers the destination says that it is not served."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line} of the deck rejects this destination")


class DeckError(SmsError, ValueError):
    """The rate deck cannot be used; nothing is priced with a deck that has a fault."""

    def __init__(self, source: str, line: int | None, fault: str) -> None:
        self.source = source
        self.line = line
        place = source if line is None else f"{source}, line {line}"
        super().__init__(f"{place}: {fault}")


class MalformedRate(DeckError):
    """A cell of the deck cannot be read."""

    def __init__(self, source: str, line: int, column: str, fault: str) -> None:
        self.column = column
        super().__init__(source, line, f"{column}: {fault}")


class AmbiguousDeck(DeckError):
    """Two rows of the deck price the same destination on the same day."""

    def __init__(self, source: str, line: int, other_line: int, destination: str) -> None:
        self.other_line = other_line
        super().__init__(
            source,
            line,
            f"a second rate for {destination} on the same days as line {other_line}: "
            "end the one (effective_to is its last day) before the other begins",
        )


class MixedCurrency(DeckError):
    """The deck has prices in more than one currency; make one deck of each."""

    def __init__(self, source: str, line: int, currencies: tuple[str, str]) -> None:
        self.currencies = currencies
        super().__init__(
            source, line, f"a price in {currencies[1]} in a deck of {currencies[0]}: make two decks"
        )


class ProfileError(SmsError, ValueError):
    """The profile cannot be used: no such name, or a file with a fault; `key` says where."""

    def __init__(self, source: str, fault: str, key: str | None = None) -> None:
        self.source = source
        self.key = key
        place = source if key is None else f"{source}, {key}"
        super().__init__(f"{place}: {fault}")


class BulkFileError(SmsError, ValueError):
    """The file as a whole cannot be read or written; a fault of one row never raises."""

    def __init__(self, source: str, fault: str, line: int | None = None) -> None:
        self.source = source
        self.line = line
        place = source if line is None else f"{source}, line {line}"
        super().__init__(f"{place}: {fault}")
