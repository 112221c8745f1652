"""The user data header: the octets before the text in each part of a concatenated message.

The law of this file: 3GPP TS 23.040 clause 9.2.3.24 laid out in octets. How many octets a header
takes is read off the header itself, so no number of septets or units is known here.
"""

from __future__ import annotations

CONCATENATION_8 = 0x00
"""Information element: concatenated short messages, 8-bit reference number (9.2.3.24.1)."""

CONCATENATION_16 = 0x08
"""Information element: concatenated short messages, 16-bit reference number (9.2.3.24.8)."""

_IDENTIFIERS = {8: CONCATENATION_8, 16: CONCATENATION_16}

MAXIMUM_PARTS = 0xFF
"""The most parts a message can have: their number is one octet (9.2.3.24.1)."""


def build_concatenation(reference: int, total: int, number: int, *, reference_bits: int) -> bytes:
    """Build the header of part `number` of `total`, which starts with its own length.

    Raises ValueError if a number does not fit its octets. TS 23.040, 9.2.3.24.1 and 9.2.3.24.8.

    >>> build_concatenation(0xA5, total=3, number=1, reference_bits=8).hex(" ")
    '05 00 03 a5 03 01'
    >>> build_concatenation(0xA5, total=3, number=1, reference_bits=16).hex(" ")
    '06 08 04 00 a5 03 01'
    """
    if reference_bits not in _IDENTIFIERS:
        raise ValueError(f"a reference number has 8 or 16 bits, not {reference_bits!r}")
    if not 0 <= reference < 1 << reference_bits:
        raise ValueError(f"the reference number {reference} does not fit {reference_bits} bits")
    if not 1 <= number <= total <= MAXIMUM_PARTS:
        raise ValueError(f"there is no part {number} of {total}")
    data = reference.to_bytes(reference_bits // 8, "big") + bytes((total, number))
    elements = bytes((_IDENTIFIERS[reference_bits], len(data))) + data
    return bytes((len(elements),)) + elements
