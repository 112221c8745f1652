"""What a message is in the fields of an SMPP client.

The law of this file: names and tags are SMPP 3.4's, octets TS 23.040's; both are written out.
"""

from __future__ import annotations

import operator
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import Alphabet, Coding, NationalLanguage, smpp, split
from smscore.errors import MalformedUserData, MissingParts, MixedMessages
from smscore.smpp import Concatenation, SubmitValues, join_values, submit_values

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
    for reference in (0xFFFF, 0x10000):
        value = only(submit_values(split("hi"), reference, concatenation=concatenation))
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
    with pytest.raises(TypeError, match="a reference is a whole number, not str"):
        submit_values(split("hi"), "7")  # type: ignore[arg-type]


def test_options() -> None:
    """There are two ways to tell parts."""
    wrong: Any = "payload"
    with pytest.raises(ValueError, match="udh or sar"):
        submit_values(split("hi"), concatenation=wrong)
    with pytest.raises(TypeError, match="split the text first"):
        submit_values(wrong)


def test_the_repr_shows_no_text() -> None:
    """The repr has the numbers, and no octet of the message."""
    value = only(submit_values(split("secret")))
    assert repr(value) == "SubmitValues(data_coding=0, esm_class=0, tlvs=())"


# Reading ------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("aZ@€[ç\x1bя😀ş\n") | st.characters(exclude_categories=["Cs"]))


@settings(deadline=None)
@given(
    text=st.builds(operator.mul, TEXTS, st.integers(1, 40)).filter(lambda text: len(text) < 4000),
    bits=st.sampled_from([8, 16]),
    concatenation=st.sampled_from(["udh", "sar"]),
    packed=st.booleans(),
    dice=st.randoms(use_true_random=False),
)
def test_what_is_submitted_is_read_back(
    text: str, bits: int, concatenation: Concatenation, packed: bool, dice: random.Random
) -> None:
    """In whatever way the parts are told and laid out, in whatever order, the text comes back."""
    message = split(text, reference_bits=bits, languages=[1])
    values = submit_values(message, 9, concatenation=concatenation, packed=packed)
    shuffled = dice.sample(values, len(values))
    spare = packed and text.endswith("@")
    read = join_values([*shuffled, shuffled[0]], packed=packed)
    # Packed, without a length, an "@" at the end of a part may be seven bits left over.
    assert read == text or (spare and read == text[:-1]) or (packed and "@" in text)


def test_reading_what_was_delivered() -> None:
    """Fields as SMPP 3.4 and TS 23.040 lay them out are read, whoever wrote them."""
    one, two = b"\x05\x00\x03\x2a\x02\x01hell", b"\x05\x00\x03\x2a\x02\x02o \x1be"
    parts = [SubmitValues(0, 0x40, two), SubmitValues(0, 0x40, one)]
    assert join_values(parts) == "hello €"
    assert join_values([SubmitValues(8, 0, b"\x04\x4f")]) == "я"
    assert join_values([SubmitValues(0, 0, bytes.fromhex("E8329BFD06"))], packed=True) == "hello"
    # 5.3.2.22 to 24; a tag that is not about the parts is skipped, and other bits of esm_class too.
    tags = ((0x020C, b"\x12\x34"), (0x020E, b"\x02"), (0x0204, b"\x00\x01"))
    first = SubmitValues(8, 0x04, b"\x00a", (*tags, (0x020F, b"\x01")))
    second = SubmitValues(8, 0x04, b"\x00b", (*tags, (0x020F, b"\x02")))
    assert join_values(iter([second, first])) == "ab"
    # A header tells the parts before the SAR parameters do, which here are wrong.
    both = [SubmitValues(0, 0x40, each, (*tags, (0x020F, b"\x01"))) for each in (one, two)]
    assert join_values(both) == "hello €"
    # A place that cannot be is none, so that the only part is whole.
    assert join_values([SubmitValues(8, 0, b"\x00a", (*tags, (0x020F, b"\x03")))]) == "a"
    # TS 23.040, 9.2.3.24.15: the single shift of Turkish, where 0x73 is an s with cedilla.
    assert join_values([SubmitValues(0, 0x40, b"\x03\x24\x01\x01\x1bs")]) == "ş"


def test_a_message_of_160_septets_is_one_part() -> None:
    """One part holds 160 septets, one an octet, and no more (TS 23.040, 9.2.3.24)."""
    assert join_values([SubmitValues(0, 0, b"a" * 160)]) == "a" * 160
    with pytest.raises(MalformedUserData, match="140 at most"):
        join_values([SubmitValues(0, 0, b"a" * 161)])


def test_what_cannot_be_read() -> None:
    """The errors are those of join, by the place of the values among those given."""
    first, second = submit_values(split("a" * 161), concatenation="sar")
    other = submit_values(split("a" * 161), 2, concatenation="sar")[1]
    with pytest.raises(MissingParts, match=r"missing: 1$"):
        join_values([second])
    with pytest.raises(MissingParts):
        join_values([])
    for wrong in (other, SubmitValues(8, 0, b"\x00a", second.tlvs), SubmitValues(0, 0, b"a")):
        with pytest.raises(MixedMessages, match="item 2"):
            join_values([first, wrong])
    with pytest.raises(MalformedUserData, match="octet 1 is above 0x7F"):
        join_values([SubmitValues(0, 0, b"a\xe9")])
    with pytest.raises(MalformedUserData, match="says that it has 10 octets"):
        join_values([SubmitValues(0, 0x40, b"\x09abc")])
    with pytest.raises(ValueError, match="8-bit data"):
        join_values([SubmitValues(4, 0, b"a")])
    no_octets: Any = "a"
    with pytest.raises(TypeError, match="item 1 is str, and not SubmitValues"):
        join_values([no_octets])
    with pytest.raises(TypeError, match="octets are bytes, not str"):
        join_values([SubmitValues(0, 0, no_octets)])
