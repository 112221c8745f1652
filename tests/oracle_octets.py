"""The octets of the standard, written out bit by bit: packed septets and the user data header.

The law of this file: literal before fast. Bits are the characters "0" and "1" in a str, a header is
its octets in the order of the pages, and nothing is shifted or masked. It imports nothing of the
engine, so when the two disagree one of them has misread the standard.
"""

from __future__ import annotations

# TS 23.040 clause 9.2.3.24: the information element identifiers.
CONCATENATION_8 = 0x00
CONCATENATION_16 = 0x08
SINGLE_SHIFT = 0x24
LOCKING_SHIFT = 0x25

# TS 23.038 clause 6.2.1.2.4, annex A; 2 has no locking shift table (A.3.2 is void).
SINGLE_LANGUAGES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
LOCKING_LANGUAGES = (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Pack septets into octets (TS 23.038 clause 6.1.2.1.1), fill bits first, zero bits last.

    Written as a number, most significant bit left: each septet stands left of the one before it,
    and so does each octet.
    """
    if not 0 <= fill_bits <= 6:
        raise ValueError(fill_bits)
    bits = "0" * fill_bits
    for septet in septets:
        if septet > 0x7F:
            raise ValueError(septet)
        bits = format(septet, "07b") + bits
    while len(bits) % 8:
        bits = "0" + bits
    octets = [int(bits[place : place + 8], 2) for place in range(0, len(bits), 8)]
    return bytes(reversed(octets))


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """Read so many septets back (TS 23.038 clause 6.1.2.1.1); what stands after them is no text."""
    if not 0 <= fill_bits <= 6:
        raise ValueError(fill_bits)
    bits = ""
    for octet in octets:
        bits = format(octet, "08b") + bits
    if not 0 <= fill_bits + 7 * count <= len(bits):
        raise ValueError(count)
    septets: list[int] = []
    bits = bits[: len(bits) - fill_bits]
    for _ in range(count):
        septets.append(int(bits[-7:], 2))
        bits = bits[:-7]
    return bytes(septets)


def header(
    *,
    number: int = 1,
    total: int = 1,
    reference: int = 0,
    reference_bits: int = 8,
    locking: int | None = None,
    single: int | None = None,
) -> bytes:
    """Write the user data header of a part, its length first (TS 23.040 clause 9.2.3.24).

    The concatenation (9.2.3.24.1, or 9.2.3.24.8 for 16 bits) is there if there are several parts,
    the shifts (9.2.3.24.15 and .16) wherever they are used; without any there is no header.
    """
    if not 1 <= number <= total <= 255:
        raise ValueError((number, total))
    if reference_bits not in (8, 16) or not 0 <= reference < 2**reference_bits:
        raise ValueError((reference, reference_bits))
    elements = b""
    if total > 1 and reference_bits == 8:
        elements += bytes([CONCATENATION_8, 3, reference, total, number])
    if total > 1 and reference_bits == 16:
        high, low = divmod(reference, 256)
        elements += bytes([CONCATENATION_16, 4, high, low, total, number])
    if single is not None:
        if single not in SINGLE_LANGUAGES:
            raise ValueError(single)
        elements += bytes([SINGLE_SHIFT, 1, single])
    if locking is not None:
        if locking not in LOCKING_LANGUAGES:
            raise ValueError(locking)
        elements += bytes([LOCKING_SHIFT, 1, locking])
    return bytes([len(elements)]) + elements if elements else b""


def fill_bits_after(header_octets: int) -> int:
    """Count the bits from the header's end to the next septet boundary (TS 23.040, 9.2.3.24)."""
    bits = 0
    while (8 * header_octets + bits) % 7:
        bits += 1
    return bits
