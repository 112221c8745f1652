"""The octets of the user data header, as TS 23.040 clause 9.2.3.24 lays them out.

The law of this file: a header is written out in hexadecimal, and never made by what is tested.
"""

from __future__ import annotations

import oracle_octets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.udh import (
    CONCATENATION_8,
    CONCATENATION_16,
    LOCKING_SHIFT,
    SINGLE_SHIFT,
    InformationElement,
    build_header,
    concatenate,
    read_header,
)

elements = st.builds(InformationElement, st.integers(0, 255), st.binary(max_size=12))


def test_identifiers() -> None:
    """The elements have the identifiers of the standard's table in 9.2.3.24."""
    assert [CONCATENATION_8, CONCATENATION_16, SINGLE_SHIFT, LOCKING_SHIFT] == [0, 8, 0x24, 0x25]


@pytest.mark.parametrize(
    ("reference", "total", "number", "bits", "octets"),
    [
        (0x2A, 2, 1, 8, "0500032A0201"),
        (0xFF, 255, 255, 8, "050003FFFFFF"),
        (0, 1, 1, 8, "050003000101"),
        (0x1234, 3, 3, 16, "06080412340303"),
        (0x0001, 2, 2, 16, "06080400010202"),
    ],
)
def test_concatenation(reference: int, total: int, number: int, bits: int, octets: str) -> None:
    """Reference, its high octet first, then how many parts, then which one."""
    element = concatenate(reference, total, number, reference_bits=bits)
    assert build_header([element]).hex().upper() == octets
    if total > 1:
        assert bytes.fromhex(octets) == oracle_octets.header(
            number=number, total=total, reference=reference, reference_bits=bits
        )


@pytest.mark.parametrize(
    ("reference", "total", "number", "bits"),
    [
        (256, 2, 1, 8),
        (65536, 2, 1, 16),
        (-1, 2, 1, 8),
        (0, 2, 0, 8),
        (0, 2, 3, 8),
        (0, 0, 0, 8),
        (0, 256, 1, 8),
        (0, 2, -1, 16),
        (0, 2, 1, 7),
        (0, 2, 1, 0),
        (0, 2, 1, 32),
    ],
)
def test_impossible_concatenation(reference: int, total: int, number: int, bits: int) -> None:
    """A number that its octets cannot hold, or no part, is refused."""
    with pytest.raises(ValueError, match=r"reference|part"):
        concatenate(reference, total, number, reference_bits=bits)


@pytest.mark.parametrize(("identifier", "length"), [(256, 0), (-1, 0), (0, 256)])
def test_impossible_elements(identifier: int, length: int) -> None:
    """An identifier or a length that is no octet is refused."""
    with pytest.raises(ValueError, match="octet"):
        InformationElement(identifier, bytes(length))


def test_a_header_too_long() -> None:
    """The length of a header is one octet: 255 octets of elements fit, 256 do not."""
    most = [InformationElement(1, bytes(251)), InformationElement(2, b"")]
    assert build_header(most)[:3] == bytes([255, 1, 251])
    with pytest.raises(ValueError, match="256"):
        build_header([InformationElement(1, bytes(252)), InformationElement(2, b"")])


@given(st.lists(elements, max_size=8), st.binary(max_size=20))
def test_what_is_written_is_read(written: list[InformationElement], rest: bytes) -> None:
    """Elements come back in their order, and the text begins where the header ends."""
    header = build_header(written) or b"\x00"
    assert read_header(header + rest) == (tuple(written), len(header))


@pytest.mark.parametrize(
    ("octets", "expected", "length"),
    [
        # UDHL, then identifier, length, data: the concatenation alone, and what follows it.
        ("0500032A0201", [(0, "2A0201")], 6),
        ("0500032A0201E832", [(0, "2A0201")], 6),
        # Ports of 16 bits, then a shift.
        ("09050415811F90240101FF", [(5, "15811F90"), (0x24, "01")], 10),
        ("00", [], 1),
        ("00E832", [], 1),
        # An element without data.
        ("027000", [(0x70, "")], 3),
    ],
)
def test_reading(octets: str, expected: list[tuple[int, str]], length: int) -> None:
    """The elements of a header, known or not, and its octets, its length included."""
    read, end = read_header(bytes.fromhex(octets))
    assert [(each.identifier, each.data.hex().upper()) for each in read] == expected
    assert end == length


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "05",
        "0500032A02",
        "FF00032A0201",
        # The element says 4 or 255 octets of data where 3 are left, or has no length at all.
        "0500042A0201",
        "0500FF2A0201",
        "0600032A020124",
        "0700032A02012401",
        "01",
        "0124",
    ],
)
def test_no_header(octets: str) -> None:
    """Lengths that do not fit into one another are no header."""
    with pytest.raises(ValueError, match=r"header|element"):
        read_header(bytes.fromhex(octets))


@given(st.binary(max_size=40))
def test_any_octets(octets: bytes) -> None:
    """Octets are a header that is written as it was read, or a ValueError."""
    try:
        read, end = read_header(octets)
    except ValueError:
        return
    assert 1 <= end <= len(octets)
    assert (build_header(read) or b"\x00") == octets[:end]


@pytest.mark.parametrize("reference", ["7", 7.0, True, None, b"\x07"], ids=repr)
def test_a_reference_that_is_no_number(reference: int) -> None:
    """A reference is a whole number; anything else is a TypeError in words."""
    with pytest.raises(TypeError, match="a reference is a whole number, not "):
        concatenate(reference, 2, 1, reference_bits=8)
