"""Phone numbers and their countries as numbers, for whole columns of them.

The law of this file: `numbering` says what a number is; here is only how that is written down.
"""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase

NO_PLACE, BAD, UNSURE, UNKNOWN = -1, -2, -3, -4
"""What stands for a place: it has none; it is no number; it must be asked for; not known yet."""
_MOST_DIGITS = 15

PLACES: tuple[str, ...] = tuple(map("".join, product(ascii_uppercase, repeat=2)))
"""Every ISO 3166-1 alpha-2 code that there could be: a country is known by its place in them."""

_PLACES = {country: place for place, country in enumerate(PLACES)}


def place_of(country: str | None) -> int:
    """Give the place of a country's code, and -1 if there is none or it is no code.

    >>> place_of("AB"), place_of("ZZ"), place_of(None)
    (1, 675, -1)
    """
    return -1 if country is None else _PLACES.get(country, -1)


def make_numeral(digits: str) -> int:
    """Give the digits of a number, 1 to 15, in the 64 bits that the kernel reads.

    >>> hex(make_numeral("447700900123"))
    '0x447700900123aaac'
    """
    return int(f"{digits:a<{_MOST_DIGITS}}{len(digits):x}", 16)
