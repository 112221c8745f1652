"""The user data header: the octets before the text in a part.

The law of this file: 3GPP TS 23.040 clause 9.2.3.24 laid out in octets. How many octets a header
takes is read off the header itself, so no number of septets or units is known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CONCATENATION_8 = 0x00
"""Information element: concatenated short messages, 8-bit reference number (9.2.3.24.1)."""

CONCATENATION_16 = 0x08
"""Information element: concatenated short messages, 16-bit reference number (9.2.3.24.8)."""

SINGLE_SHIFT = 0x24
"""Information element: national language single shift (9.2.3.24.15)."""

LOCKING_SHIFT = 0x25
"""Information element: national language locking shift (9.2.3.24.16)."""

MAXIMUM_PARTS = 0xFF
"""The most parts a message can have: their number is one octet (9.2.3.24.1)."""

_IDENTIFIERS = {8: CONCATENATION_8, 16: CONCATENATION_16}
_MAXIMUM_OCTET = 0xFF


@dataclass(frozen=True, slots=True)
class InformationElement:
    r"""One element of a header: its identifier, and its data. TS 23.040, 9.2.3.24.

    >>> InformationElement(LOCKING_SHIFT, bytes([1]))
    InformationElement(identifier=37, data=b'\x01')
    """

    identifier: int
    data: bytes

    def __post_init__(self) -> None:
        """Refuse what no octet can hold."""
        if not 0 <= self.identifier <= _MAXIMUM_OCTET or len(self.data) > _MAXIMUM_OCTET:
            raise ValueError("an element's identifier and its length are an octet each")


def concatenate(
    reference: int, total: int, number: int, *, reference_bits: int
) -> InformationElement:
    """Give the element of part `number` of `total`: TS 23.040, 9.2.3.24.1 and 9.2.3.24.8.

    Raises ValueError if a number does not fit its octets, TypeError for what is no whole number.

    >>> concatenate(0xA5, total=3, number=1, reference_bits=16).data.hex(" ")
    '00 a5 03 01'
    """
    if reference_bits not in _IDENTIFIERS:
        raise ValueError(f"a reference number has 8 or 16 bits, not {reference_bits!r}")
    check_reference(reference)
    if not 0 <= reference < 1 << reference_bits:
        raise ValueError(f"the reference number {reference} does not fit {reference_bits} bits")
    if not 1 <= number <= total <= MAXIMUM_PARTS:
        raise ValueError(f"there is no part {number} of {total}")
    data = reference.to_bytes(reference_bits // 8, "big") + bytes((total, number))
    return InformationElement(_IDENTIFIERS[reference_bits], data)


def check_reference(reference: int) -> None:
    """Refuse a concatenation reference that is no whole number: TypeError."""
    if isinstance(reference, bool) or not isinstance(reference, int):
        raise TypeError(f"a reference is a whole number, not {type(reference).__name__}")


def build_header(elements: Iterable[InformationElement]) -> bytes:
    """Lay out a header, its own length first; without elements there is none.

    Raises ValueError if the elements need more octets than their length, one octet, can say.

    >>> build_header([concatenate(0xA5, total=3, number=1, reference_bits=8)]).hex(" ")
    '05 00 03 a5 03 01'
    >>> build_header([])
    b''
    """
    octets = b"".join(bytes((each.identifier, len(each.data))) + each.data for each in elements)
    if len(octets) > _MAXIMUM_OCTET:
        raise ValueError(f"the elements of a header have {len(octets)} octets, and may have 255")
    return bytes((len(octets),)) + octets if octets else b""


def read_header(octets: bytes) -> tuple[tuple[InformationElement, ...], int]:
    """Read the header that user data begins with: its elements, and how many octets it takes.

    Raises ValueError if the lengths do not fit into one another: then there is no header.

    >>> elements, length = read_header(bytes.fromhex("05 00 03 a5 03 01 e8 32"))
    >>> elements[0].data.hex(" "), length
    ('a5 03 01', 6)
    """
    if not octets:
        raise ValueError("there are no octets, so there is no header")
    end = 1 + octets[0]
    if end > len(octets):
        raise ValueError(f"the header says that it has {end} octets, and there are {len(octets)}")
    elements: list[InformationElement] = []
    place = 1
    while place < end:
        start = place + 2
        if start > end or start + octets[place + 1] > end:
            raise ValueError(f"the element at octet {place} does not end inside the header")
        data = octets[start : start + octets[place + 1]]
        elements.append(InformationElement(octets[place], data))
        place = start + len(data)
    return tuple(elements), end
