"""What a message is in the fields of an SMPP client.

The law of this file: names and tags are SMPP 3.4's, octets TS 23.040's; both are written out.
"""

from __future__ import annotations

from typing import Any

import pytest

from smscore import Alphabet, Coding, NationalLanguage, smpp, split
from smscore.smpp import Concatenation, SubmitValues, submit_values

pytestmark = pytest.mark.usefixtures("kernel")


def only(values: tuple[SubmitValues, ...]) -> SubmitValues:
    """Give the only one."""
    [value] = values
    return value


def test_names() -> None:
    """esm_class and the tags are those of SMPP 3.4, 5.2.12 and 5.3.2.22 to 24."""
    assert smpp.UDHI == 0x40
    assert (smpp.SAR_MSG_REF_NUM, smpp.SAR_TOTAL_SEGMENTS, smpp.SAR_SEGMENT_SEQNUM) == (
        0x020C,
        0x020E,
        0x020F,
    )


def test_one_part() -> None:
    """One part of the default alphabet is septets, one an octet; UCS-2 is big-endian."""
    assert only(submit_values(split("hi €"))) == SubmitValues(0x00, 0x00, b"hi \x1be")
    assert only(submit_values(split("я"))) == SubmitValues(0x08, 0x00, b"\x04\x4f")
    assert only(submit_values(split(""))) == SubmitValues(0x00, 0x00, b"")


def test_packed() -> None:
    """Packed septets are those of the air interface, fill bits and all."""
    value = only(submit_values(split("hello"), packed=True))
    assert value.short_message == bytes.fromhex("E8329BFD06")
    first, second = submit_values(split("a" * 161), 0x2A, packed=True)
    assert first.short_message[:8] == bytes.fromhex("0500032A0201C2E1")
    assert len(first.short_message) == 140
    assert second.short_message == bytes.fromhex("0500032A0202C2E170381C0E8701")


def test_parts_told_by_headers() -> None:
    """With headers esm_class has UDHI, and septets follow at once, without filling."""
    first, second = submit_values(split("a" * 161), reference=0x2A)
    assert first == SubmitValues(0, 0x40, bytes.fromhex("0500032A0201") + b"a" * 153)
    assert second == SubmitValues(0, 0x40, bytes.fromhex("0500032A0202") + b"a" * 8)


def test_parts_told_by_sar() -> None:
    """With SAR there is no header; the reference has two octets, the rest one each."""
    first, second = submit_values(split("я" * 71), reference=0x1234, concatenation="sar")
    tags = ((0x020C, b"\x12\x34"), (0x020E, b"\x02"))
    assert first == SubmitValues(8, 0, b"\x04\x4f" * 67, (*tags, (0x020F, b"\x01")))
    assert second == SubmitValues(8, 0, b"\x04\x4f" * 4, (*tags, (0x020F, b"\x02")))


def test_sar_keeps_the_shifts() -> None:
    """A header that names a shift stays, with UDHI, where SAR tells the parts."""
    coding = Coding(Alphabet.GSM7, single=NationalLanguage.TURKISH)
    values = submit_values(split("ş" * 80, coding=coding), concatenation="sar")
    assert [value.short_message[:6].hex() for value in values] == ["032401011b73"] * 2
    assert {value.esm_class for value in values} == {0x40}
    assert [len(value.tlvs) for value in values] == [3, 3]


@pytest.mark.parametrize("concatenation", ["udh", "sar"])
def test_a_single_part_has_no_place(concatenation: Concatenation) -> None:
    """Only parts of several have SAR parameters or a reference, whatever the reference is."""
    value = only(submit_values(split("hi"), 0xFFFF, concatenation=concatenation))
    assert value == SubmitValues(0, 0, b"hi", ())


def test_references() -> None:
    """A reference has to fit its bits: those of the header, or the 16 of SAR."""
    short, long = split("a" * 161), split("a" * 161, reference_bits=16)
    assert submit_values(long, 0xFFFF)[0].short_message[:7].hex() == "060804ffff0201"
    assert submit_values(short, 0x100, concatenation="sar")[0].tlvs[0] == (0x020C, b"\x01\x00")
    for message, reference in ((short, 0x100), (long, 0x10000), (short, -1)):
        with pytest.raises(ValueError, match="reference"):
            submit_values(message, reference)
    with pytest.raises(ValueError, match="reference"):
        submit_values(short, 0x10000, concatenation="sar")


def test_options() -> None:
    """There are two ways to tell parts."""
    wrong: Any = "payload"
    with pytest.raises(ValueError, match="udh or sar"):
        submit_values(split("hi"), concatenation=wrong)


def test_the_repr_shows_no_text() -> None:
    """The repr has the numbers, and no octet of the message."""
    value = only(submit_values(split("secret")))
    assert repr(value) == "SubmitValues(data_coding=0, esm_class=0, tlvs=())"
