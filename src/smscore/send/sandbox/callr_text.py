"""How the CALLR stand-in counts and prices a text.

The law of this file: a text is GSM only if each of its characters is in the basic set; a forced GSM
text is changed, and stays so. Every price is invented.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Encoding = Literal["GSM", "UNICODE"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà"
    + string.ascii_letters
    + string.digits
)
"""The basic character set of GSM 03.38, without the escape."""

# Invented, but for what becomes of the euro sign and of the guillemets.
MAPPING = {
    "€": "e", "«": '"', "»": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "`": "'", "…": "...",
    "–": "-", "—": "-", "ê": "e", "ë": "e", "â": "a", "î": "i", "ï": "i", "ô": "o", "û": "u",
    "ç": "c", "œ": "oe", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "^": " ", "~": "-",
    "|": "/",
}  # fmt: skip

# Invented: what one part costs, by the longest of these that the number begins with.
PRICES = {
    "+33": Decimal("0.0650"),
    "+44": Decimal("0.0450"),
    "+1": Decimal("0.0120"),
    "+": Decimal("0.0900"),
}
NETWORKS = {"+33": "20801", "+44": "23410", "+1": "310410"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as it goes out."""

    text: str = field(repr=False)
    encoding: Encoding
    parts: int


def encode(text: str, forced: Encoding | None = None) -> Encoded:
    """Encode a text, and count its parts.

    >>> encode("caffè", None), encode("café ê").encoding, encode("5 €", "GSM").text
    (Encoded(encoding='GSM', parts=1), 'UNICODE', '5 e')
    """
    if forced == "GSM":
        mapped = "".join(each if each in BASIC else MAPPING.get(each, "?") for each in text)
        return Encoded(mapped, "GSM", count_parts(len(mapped), 160, 153))
    if forced is None and BASIC.issuperset(text):
        return Encoded(text, "GSM", count_parts(len(text), 160, 153))
    units = len(text.encode("utf-16-le")) // 2
    return Encoded(text, "UNICODE", count_parts(units, 70, 67))


def count_parts(units: int, alone: int, each: int) -> int:
    """Count parts by division: one, or as many as so many units fill."""
    return 1 if units <= alone else -(-units // each)


def price(number: str) -> Decimal:
    """Give what one part to a number costs, in the account's currency."""
    return PRICES[max((each for each in PRICES if number.startswith(each)), key=len)]


def network(number: str) -> str:
    """Give the network of a number, MCC and MNC; an empty one if it is not known."""
    return next((code for prefix, code in NETWORKS.items() if number.startswith(prefix)), "")
