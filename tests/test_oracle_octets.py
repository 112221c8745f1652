"""The oracle of octets, held against facts that were written down without it.

The law of this file: every expectation is a literal from the standard, a vector known elsewhere, or
arithmetic by hand, which stands beside it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import codingcases
import oracle_languages as languages
import oracle_octets
import pytest
import strategies
from codingcases import OctetCase
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_languages import UCS2

# TS 23.040 clauses 9.2.3.24.1, .8, .15 and .16: octets of the header, septets, 16-bit units.
LIMITS = {
    "none": (0, 160, 70),
    "concat8": (6, 153, 67),
    "concat16": (7, 152, 66),
    "one_shift": (4, 155, 68),
    "both_shifts": (7, 152, 66),
    "one_shift+concat8": (9, 149, 65),
    "both_shifts+concat8": (12, 146, 64),
    "one_shift+concat16": (10, 148, 65),
    "both_shifts+concat16": (13, 145, 63),
}


def bits_of(name: str) -> int:
    """Read the bits of the reference off the name of a limit, 0 without one."""
    return 8 if name.endswith("concat8") else 16 if name.endswith("concat16") else 0


def shifts_of(name: str) -> int:
    """Read the number of shifts off the name of a limit."""
    return 1 if name.startswith("one") else 2 if name.startswith("both") else 0


def test_limits() -> None:
    """The printed limits are those published and those the oracle fills parts to."""
    published = {
        row["header"]: (row["udh_octets_with_udhl"], row["gsm7_septets"], row["ucs2_units"])
        for row in languages.read_json("segment_limits.json")["limits"]
    }
    assert published == LIMITS
    for name, (_, septets, units) in LIMITS.items():
        assert languages.SEPTETS[shifts_of(name), bits_of(name)] == septets
        if not shifts_of(name):
            assert languages.UNITS[bits_of(name)] == units


@pytest.mark.parametrize("name", LIMITS)
def test_limits_fill_140_octets(name: str) -> None:
    """A header of the printed octets and so many septets, no more, are at most 140 octets."""
    octets, septets, units = LIMITS[name]
    header = oracle_octets.header(
        total=2 if bits_of(name) else 1,
        reference_bits=bits_of(name) or 8,
        single=1 if shifts_of(name) else None,
        locking=1 if shifts_of(name) == 2 else None,
    )
    assert len(header) == octets
    fill = oracle_octets.fill_bits_after(octets)
    assert octets + len(oracle_octets.pack(bytes(septets), fill)) <= 140
    assert octets + len(oracle_octets.pack(bytes(septets + 1), fill)) > 140
    assert octets + 2 * units <= 140 < octets + 2 * (units + 1)


@pytest.mark.parametrize(
    ("septets", "fill", "octets"),
    [
        (b"", 0, ""),
        # The vector of many a description of the packing, and the same twice over.
        (b"hello", 0, "E8329BFD06"),
        (b"hellohello", 0, "E8329BFD4697D9EC37"),
        (b"How are you?", 0, "C8F71D14969741F977FD07"),
        # 31; 32 >> 1 | 33 << 6; 33 >> 2 | 34 << 5; ...: eight septets are seven octets.
        (b"12345678", 0, "31D98C56B3DD70"),
        (b"a", 0, "61"),
        # 49 bits: six octets and one bit.
        (b"\x7f" * 7, 0, "FFFFFFFFFFFF01"),
        (b"\x7f" * 8, 0, "FFFFFFFFFFFFFF"),
        # Lowest bit first: 0 1000011 | 0100011 = 02 + 40 + 80, 02 + 20 + 40.
        (b"ab", 1, "C262"),
        # 000 11011 | 00 110011 | 1 = 08 + 10 + 40 + 80, 04 + 08 + 40 + 80, 01.
        (b"\x1b\x73", 3, "D8CC01"),
        # The fill makes the header whole septets even where no text follows.
        (b"", 3, "00"),
    ],
)
def test_packing(septets: bytes, fill: int, octets: str) -> None:
    """Septets are packed from the lowest bit on, after the fill bits, and come back the same."""
    packed = oracle_octets.pack(septets, fill)
    assert packed.hex().upper() == octets
    assert oracle_octets.unpack(packed, len(septets), fill) == septets


def test_spare_bits_are_no_text() -> None:
    """Seven spare bits are an @ only if the count says so."""
    packed = oracle_octets.pack(b"\x61" * 7)
    assert packed == oracle_octets.pack(b"\x61" * 7 + b"\x00")
    assert oracle_octets.unpack(packed, 7) == b"\x61" * 7
    assert oracle_octets.unpack(packed, 8) == b"\x61" * 7 + b"\x00"


@settings(deadline=None)
@given(
    st.binary(max_size=80).map(lambda octets: bytes(o & 0x7F for o in octets)), st.integers(0, 6)
)
def test_packing_bit_by_bit(septets: bytes, fill: int) -> None:
    """Bit b of septet s is bit fill + 7s + b of the octets, and all others are zero."""
    packed = oracle_octets.pack(septets, fill)
    number = sum(septet << (fill + 7 * place) for place, septet in enumerate(septets))
    assert int.from_bytes(packed, "little") == number
    assert len(packed) == (fill + 7 * len(septets) + 7) // 8
    assert oracle_octets.unpack(packed, len(septets), fill) == septets


@pytest.mark.parametrize(
    ("options", "octets"),
    [
        ({}, ""),
        ({"total": 2, "number": 1, "reference": 0x2A}, "0500032A0201"),
        ({"total": 3, "number": 3, "reference": 0x1234, "reference_bits": 16}, "06080412340303"),
        ({"single": 1}, "03240101"),
        ({"locking": 13}, "0325010D"),
        ({"locking": 6, "single": 1}, "06240101250106"),
        ({"single": 2, "total": 2, "number": 2, "reference": 7}, "08000307 0202 240102"),
        (
            {"locking": 3, "single": 2, "total": 255, "number": 255, "reference": 0xFFFF}
            | {"reference_bits": 16},
            "0C 0804FFFFFFFF 240102 250103",
        ),
    ],
    ids=str,
)
def test_header(options: dict[str, Any], octets: str) -> None:
    """A header is its length, the concatenation, the single shift and the locking shift."""
    assert oracle_octets.header(**options) == bytes.fromhex(octets)


@pytest.mark.parametrize("case", codingcases.load_octets(), ids=lambda case: case.title)
def test_user_data(case: OctetCase) -> None:
    """A part is its header, fill bits up to a septet boundary, and its text."""
    coding = UCS2 if case.alphabet == "ucs2" else (case.locking, case.single)
    bits = case.reference_bits
    assert languages.user_data(case.text, coding, bits, case.reference) == list(case.user_data)
    assert languages.octets(case.text, coding, bits) == sum(map(len, case.user_data))


@settings(deadline=None)
@given(st.data(), st.sampled_from([8, 16]))
def test_what_is_sent_arrives(data: st.DataObject, bits: int) -> None:
    """A receiver that knows the standard reads each part's text from its octets."""
    locking, single = data.draw(strategies.national_codings)
    text = data.draw(strategies.coded_texts((locking, single)))
    parts = languages.split(text, (locking, single), bits)
    written = languages.user_data(text, (locking, single), bits)
    arrived = ""
    for part, octets in zip(parts, written, strict=True):
        header = 0 if len(parts) == 1 and locking is single is None else 1 + octets[0]
        fill = oracle_octets.fill_bits_after(header)
        septets = oracle_octets.unpack(octets[header:], part.units, fill)
        assert septets == languages.encode(part.text, locking, single)
        arrived += languages.decode(septets, locking, single)
    assert arrived == text


@settings(deadline=None)
@given(st.data(), st.sampled_from([8, 16]))
def test_no_part_holds_more(data: st.DataObject, bits: int) -> None:
    """The first character of a part would not have fitted the part before it."""
    locking, single = data.draw(strategies.national_codings)
    text = data.draw(strategies.coded_texts((locking, single)))
    written = languages.user_data(text, (locking, single), bits)
    assert all(len(octets) <= 140 for octets in written)
    parts = languages.split(text, (locking, single), bits)
    room = 140 - (1 + written[0][0]) if len(parts) > 1 else 0
    for part, following in pairwise(parts):
        more = languages.encode(part.text + following.text[0], locking, single)
        fill = oracle_octets.fill_bits_after(140 - room)
        assert len(oracle_octets.pack(more, fill)) > room
