"""Septets, packed octets and user data, both ways: the standard, the oracle, and careless senders.

The law of this file: octets are written out in hexadecimal, come from the oracle, or are published
elsewhere; nothing is expected because smscore says so. All of it holds for both kernels.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from itertools import product
from typing import Any

import codingcases
import oracle_languages
import oracle_octets
import pytest
import strategies
from codingcases import OctetCase
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import (
    Alphabet,
    Coding,
    UserData,
    decode_septets,
    encode_septets,
    join,
    pack,
    split,
    unpack,
)
from smscore.coding import NationalLanguage
from smscore.errors import (
    LoneSurrogate,
    MalformedUserData,
    MissingParts,
    MixedMessages,
    SmsError,
    UndecodableSeptet,
    UnmappableCharacter,
)
from smscore.octets import encode_user_data

pytestmark = pytest.mark.usefixtures("kernel")

LOCKING = [None, *oracle_octets.LOCKING_LANGUAGES]
SINGLE = [None, *oracle_octets.SINGLE_LANGUAGES]
PAIRS = list(product(LOCKING, SINGLE))

# Data coding schemes of TS 23.038 clause 4: the two of text without a class.
GSM7, UCS2 = 0x00, 0x08


def coding_of(locking: int | None, single: int | None) -> Coding:
    """Make a coding of language identifiers."""
    languages = [None if each is None else NationalLanguage(each) for each in (locking, single)]
    return Coding(Alphabet.GSM7, *languages)


def gsm7(elements: str, text: str, locking: int | None = None) -> UserData:
    """Make the user data of a part: a header of these elements in hexadecimal, and a text."""
    data = bytes.fromhex(elements)
    header = bytes([len(data)]) + data if data else b""
    septets = oracle_languages.encode(text, locking)
    return packed(header, septets)


def packed(header: bytes, septets: bytes) -> UserData:
    """Make the user data of a part of septets."""
    fill = oracle_octets.fill_bits_after(len(header))
    octets = header + oracle_octets.pack(septets, fill)
    return UserData(octets, (8 * len(header) + fill) // 7 + len(septets), udhi=bool(header))


def ucs2(elements: str, octets: bytes) -> UserData:
    """Make the user data of a part: a header of these elements in hexadecimal, and these octets."""
    data = bytes.fromhex(elements)
    header = bytes([len(data)]) + data if data else b""
    return UserData(header + octets, len(header) + len(octets), udhi=bool(header))


# Septets ------------------------------------------------------------------------------------------


def test_there_are_182_pairs() -> None:
    """The default and 12 locking shift tables, with the extension and 13 single shift tables."""
    assert len(PAIRS) == 13 * 14 == 182


@pytest.mark.parametrize(("locking", "single"), PAIRS)
def test_every_entry_of_every_table(locking: int | None, single: int | None) -> None:
    """Each code is decoded to its character, which is encoded with the lowest code that it has."""
    coding = coding_of(locking, single)
    one, two = oracle_languages.LOCKING[locking], oracle_languages.SINGLE[single]
    codes = {bytes([code]): character for code, character in one.items()}
    codes |= {bytes([0x1B, code]): character for code, character in two.items()}
    lowest: dict[str, bytes] = {}
    for septets, character in sorted(codes.items(), key=lambda each: (len(each[0]), each[0])):
        lowest.setdefault(character, septets)
        assert decode_septets(septets, coding, strict=True) == character
        assert decode_septets(septets, coding) == character
        assert encode_septets(character, coding) == lowest[character]
    assert coding.characters() == lowest.keys()


@pytest.mark.parametrize("shift", ["locking", "single"])
def test_some_characters_have_two_codes(shift: str) -> None:
    """A character that a table has twice is sent with the lower code."""
    tables = oracle_languages.LOCKING if shift == "locking" else oracle_languages.SINGLE
    twice = [
        (language, character)
        for language, table in tables.items()
        for character in set(table.values())
        if list(table.values()).count(character) > 1
    ]
    for language, character in twice:
        coding = coding_of(**{"locking": None, "single": None, shift: language})
        table = tables[language]
        lower = min(code for code in table if table[code] == character)
        if shift == "locking" or character not in oracle_languages.LOCKING[None].values():
            assert encode_septets(character, coding)[-1] == lower


@settings(deadline=None)
@given(st.data())
def test_encoding(data: st.DataObject) -> None:
    """A text is the septets that the oracle finds, and comes back, strictly too."""
    locking, single = data.draw(strategies.national_codings)
    text = data.draw(strategies.coded_texts((locking, single)))
    coding = coding_of(locking, single)
    septets = encode_septets(text, coding)
    assert septets == oracle_languages.encode(text, locking, single)
    assert decode_septets(septets, coding, strict=True) == text


@settings(deadline=None)
@given(strategies.septet_runs, strategies.national_codings)
def test_decoding(septets: bytes, pair: tuple[int | None, int | None]) -> None:
    """Any septets are decoded as the oracle does; strictly, they are that text or an error."""
    locking, single = pair
    coding = coding_of(locking, single)
    shown = oracle_languages.decode(septets, locking, single)
    assert decode_septets(septets, coding) == shown
    fault = None
    try:
        assert decode_septets(septets, coding, strict=True) == shown
    except UndecodableSeptet as error:
        fault = error
    if fault is not None:
        good = septets[: fault.index]
        assert septets[fault.index] == fault.septet
        assert decode_septets(good, coding, strict=True) == (
            oracle_languages.decode(good, locking, single)
        )


@pytest.mark.parametrize(
    ("septets", "shown", "index"),
    [
        # TS 23.038, 6.2.1.1: a code that the extension table has not is the character of that code.
        ("611B4162", "aAb", 1),
        ("1B00", "@", 0),
        # An escape after an escape is for a further table, and a space until there is one.
        ("611B1B65", "a e", 1),
        ("1B1B1B65", " €", 0),
        ("611B", "a ", 1),
        ("1B1B", " ", 0),
        ("1B1B1B", "  ", 0),
    ],
)
def test_octets_no_text_has(septets: str, shown: str, index: int) -> None:
    """A receiver shows something for escapes that lead nowhere; strictly they are an error."""
    octets = bytes.fromhex(septets)
    assert decode_septets(octets) == shown
    with pytest.raises(UndecodableSeptet) as caught:
        decode_septets(octets, strict=True)
    assert (caught.value.index, caught.value.septet) == (index, 0x1B)


def test_an_undefined_code() -> None:
    """A code that a locking shift table leaves open is U+FFFD, also after an escape."""
    # Bengali, A.3.4, leaves 0D's neighbour 0B as it is and has nothing at 0E..; found, not guessed.
    undefined = sorted(set(range(0x80)) - {0x1B} - oracle_languages.LOCKING[4].keys())
    coding = coding_of(4, None)
    assert undefined
    for code in undefined:
        with pytest.raises(UndecodableSeptet) as caught:
            decode_septets(bytes([0x61, code]), coding, strict=True)
        assert (caught.value.index, caught.value.septet) == (1, code)
        assert decode_septets(bytes([0x61, code]), coding)[1:] == "\ufffd"
        if code not in oracle_languages.SINGLE[None]:
            assert decode_septets(bytes([0x1B, code]), coding) == "\ufffd"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("octets", "index"), [("6180", 1), ("FF", 0), ("1B80", 1), ("61C3A9", 1)])
def test_an_octet_is_no_septet(octets: str, index: int, strict: bool) -> None:
    """Above 0x7F nothing is a septet, whatever is asked for."""
    with pytest.raises(UndecodableSeptet, match="unpack") as caught:
        decode_septets(bytes.fromhex(octets), strict=strict)
    assert caught.value.index == index
    with pytest.raises(UndecodableSeptet) as packing:
        pack(bytes.fromhex(octets))
    assert packing.value.index == index


def test_the_first_octet_is_named() -> None:
    """Of several octets above 0x7F the first is the fault, not the largest."""
    with pytest.raises(UndecodableSeptet) as caught:
        pack(b"a\x80\xff")
    assert (caught.value.index, caught.value.septet) == (1, 0x80)


def test_what_cannot_be_encoded() -> None:
    """A character that the coding has not, and half a character, are told by their index."""
    with pytest.raises(UnmappableCharacter) as caught:
        encode_septets("aş")
    assert (caught.value.index, caught.value.character) == (1, "ş")
    with pytest.raises(LoneSurrogate):
        encode_septets("ab\ud83d")
    with pytest.raises(UnmappableCharacter, match="Turkish"):
        encode_septets("я", coding_of(1, 1))
    with pytest.raises(ValueError, match="UCS-2"):
        encode_septets("a", Alphabet.UCS2)
    with pytest.raises(ValueError, match="UCS-2"):
        decode_septets(b"a", Alphabet.UCS2)


# Packing ------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.binary(max_size=170).map(lambda octets: bytes(each & 0x7F for each in octets)),
    st.integers(0, 6),
)
def test_packing(septets: bytes, fill: int) -> None:
    """Septets are packed as the oracle does, and come back."""
    octets = pack(septets, fill)
    assert octets == oracle_octets.pack(septets, fill)
    assert unpack(octets, len(septets), fill) == septets


@settings(deadline=None)
@given(st.binary(max_size=150), st.integers(0, 6), st.integers(0, 180))
def test_unpacking(octets: bytes, fill: int, count: int) -> None:
    """Any octets are the septets that the oracle reads; more than they hold is refused."""
    held = max(8 * len(octets) - fill, 0) // 7
    assert unpack(octets, fill_bits=fill) == (
        oracle_octets.unpack(octets, held, fill) if held else b""
    )
    if count > held:
        with pytest.raises(ValueError, match="septets"):
            unpack(octets, count, fill)
    elif count:
        assert unpack(octets, count, fill) == oracle_octets.unpack(octets, count, fill)


def test_published_octets() -> None:
    """Octets that many a description of the packing has."""
    assert pack(b"hello") == bytes.fromhex("E8329BFD06")
    assert pack(b"hellohello") == bytes.fromhex("E8329BFD4697D9EC37")
    assert unpack(bytes.fromhex("E8329BFD4697D9EC37"), 10) == b"hellohello"
    # After a header of six octets there is one fill bit.
    assert pack(b"hello world", 1) == bytes.fromhex("D06536FB0DBABFE56C32")


@pytest.mark.parametrize("fill", range(7))
def test_nothing_to_unpack(fill: int) -> None:
    """No octets hold no septets, however much filling there should be."""
    assert unpack(b"", fill_bits=fill) == unpack(b"", 0, fill) == b""
    assert unpack(b"\x7f", 0, fill) == b""
    assert pack(b"", fill) == (b"\x00" if fill else b"")


def test_seven_spare_bits() -> None:
    """Seven spare bits look like an @; the count tells, and without one they are taken for it."""
    octets = pack(b"1234567890abcdefghijklm")
    assert octets == bytes.fromhex("31D98C56B3DD703958583C2697CD67745ABD66B701")
    assert unpack(octets) == b"1234567890abcdefghijklm\x00"
    assert unpack(octets, 23) == b"1234567890abcdefghijklm"


@pytest.mark.parametrize(
    ("text", "octets", "read"),
    [
        # TS 23.038, 6.1.2.3.1. 8n - 1 septets: a CR fills the seven bits; published for a modem.
        ("*115*6#", "AA58ACA6B28D1A", "*115*6#"),
        ("1234567", "31D98C56B3DD1A", "1234567"),
        # 8n septets: nothing is spare.
        ("12345678", "31D98C56B3DD70", "12345678"),
        # A CR that is wanted and ends the last octet gets a second, which a receiver shows too.
        ("1234567\r", "31D98C56B3DD1A0D", "1234567\r\r"),
        # A CR that is wanted and leaves seven bits: the CR that fills them is taken off again.
        ("123456\r", "31D98C56B3351A", "123456\r"),
        # Five septets leave five bits, which are zero.
        ("*100#", "AA180C3602", "*100#"),
        ("", "", ""),
    ],
)
def test_ussd(text: str, octets: str, read: str) -> None:
    """In USSD seven spare bits are a CR, and one that ends the last octet is dropped."""
    septets = oracle_languages.encode(text)
    assert pack(septets, ussd=True).hex().upper() == octets
    assert unpack(bytes.fromhex(octets), ussd=True) == oracle_languages.encode(read)


@given(
    st.binary(max_size=40).map(lambda octets: bytes(each & 0x7F for each in octets)),
    st.integers(0, 6),
)
def test_ussd_loses_nothing(septets: bytes, fill: int) -> None:
    """What USSD packs comes back, but for a CR that ended its last octet, which comes twice."""
    read = unpack(pack(septets, fill, ussd=True), fill_bits=fill, ussd=True)
    doubled = (fill + 7 * len(septets)) % 8 == 0 and septets[-1:] == b"\r"
    assert read == septets + b"\r" * doubled


def test_a_count_leaves_the_padding() -> None:
    """With a count there is nothing to guess: the CR of the padding is taken if it is counted."""
    octets = bytes.fromhex("31D98C56B3DD1A")
    assert unpack(octets, 8, ussd=True) == b"1234567\r"
    assert unpack(octets, 7, ussd=True) == b"1234567"
    assert unpack(octets) == b"1234567\r"


@pytest.mark.parametrize("fill", [-1, 7, 8])
def test_fill_bits(fill: int) -> None:
    """There are 0 to 6 fill bits."""
    for call in (pack, lambda octets, fill: unpack(octets, None, fill)):
        with pytest.raises(ValueError, match="0 to 6"):
            call(b"a", fill)


@pytest.mark.parametrize("count", [-1, 2, 160])
def test_counts(count: int) -> None:
    """A count that the octets do not hold is refused, with what they hold."""
    with pytest.raises(ValueError, match="0 to 1 septets"):
        unpack(b"a", count)


WRONG: list[Any] = ["a", 5, None, [1, 2], (1,), 1.5]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_are_no_octets(wrong: Any) -> None:  # anything at all
    """A number is not so many zero octets, and a list is not octets: TypeError."""
    calls: list[Callable[[], object]] = [
        lambda: decode_septets(wrong),
        lambda: pack(wrong),
        lambda: unpack(wrong),
        lambda: unpack(wrong, 0),
        lambda: UserData(wrong, 1, udhi=False),
        lambda: join([wrong], dcs=GSM7),
        lambda: join(wrong, dcs=GSM7) if wrong not in ("", ()) else join([None], dcs=GSM7),  # type: ignore[list-item]
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("wrong", [b"a", 5, None, ["a"]], ids=repr)
def test_what_is_no_text(wrong: Any) -> None:  # anything at all
    """Only a str is encoded."""
    with pytest.raises(TypeError):
        encode_septets(wrong)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_octets_of_all_sorts(kind: Callable[[bytes], bytes]) -> None:
    """Bytes, a bytearray and a memoryview are octets everywhere."""
    assert decode_septets(kind(b"\x1be")) == "€"
    assert pack(kind(b"hello")) == bytes.fromhex("E8329BFD06")
    assert unpack(kind(bytes.fromhex("E8329BFD06")), 5) == b"hello"
    assert join([kind(bytes.fromhex("E8329BFD06"))], dcs=GSM7) == "hello"
    assert UserData(kind(b"ab"), 2, udhi=False) == b"ab"


# Limits and user data -----------------------------------------------------------------------------


def test_limits() -> None:
    """The capacity beside each published header is the published one."""
    for row in oracle_languages.read_json("segment_limits.json")["limits"]:
        octets, name = row["udh_octets_with_udhl"], row["header"]
        coding = coding_of(1 if name.startswith("both") else None, 1 if "shift" in name else None)
        bits = 8 if name.endswith("concat8") else 16 if name.endswith("concat16") else None
        assert coding.header_octets(bits) == octets
        assert coding.capacity(octets) == row["gsm7_septets"]
        assert Coding(Alphabet.UCS2).capacity(octets) == row["ucs2_units"]


@pytest.mark.parametrize("case", codingcases.load_octets(), ids=lambda case: case.title)
def test_cases(case: OctetCase) -> None:
    """The user data of each part is what the case has, and is read back, also as plain octets."""
    shifts = coding_of(case.locking, case.single)
    coding = Coding(Alphabet.UCS2) if case.alphabet == "ucs2" else shifts
    message = split(case.text, coding=coding, reference_bits=case.reference_bits)
    written = message.user_data(case.reference)
    assert written == list(case.user_data)
    assert message.octets == sum(map(len, case.user_data))
    assert join(written, dcs=coding.alphabet) == case.text
    if case.text != "@" * 7:
        assert join(case.user_data, dcs=coding.alphabet) == case.text


@settings(deadline=None)
@given(st.data(), st.sampled_from([8, 16]))
def test_user_data(data: st.DataObject, bits: int) -> None:
    """Each part is the oracle's octets, and what is sent comes back, in any order, some twice."""
    locking, single = data.draw(strategies.national_codings)
    text = data.draw(strategies.coded_texts((locking, single)))
    reference = data.draw(st.integers(0, (1 << bits) - 1))
    coding = coding_of(locking, single)
    message = split(text, coding=coding, reference_bits=bits)
    written = message.user_data(reference)
    assert written == oracle_languages.user_data(text, (locking, single), bits, reference)
    for part in written:
        septets = -(-8 * (1 + part[0]) // 7) if part.udhi else 0
        assert part.udl >= septets
        assert len(part) == -(-7 * part.udl // 8)
    assert join(shuffled(data, written), dcs=data.draw(st.sampled_from([0, 0xF1, 0x11]))) == text


@settings(deadline=None)
@given(st.data(), strategies.sendable_texts, st.sampled_from([8, 16]))
def test_user_data_of_ucs2(data: st.DataObject, text: str, bits: int) -> None:
    """The same holds of UCS-2, whose length counts octets."""
    message = split(text, coding=Alphabet.UCS2, reference_bits=bits)
    written = message.user_data(255)
    assert written == oracle_languages.user_data(text, oracle_languages.UCS2, bits, 255)
    assert all(part.udl == len(part) <= 140 for part in written)
    assert join(shuffled(data, written), dcs=data.draw(st.sampled_from([8, 0x18, 0xE0]))) == text
    if len(written) > 1:
        assert join(map(bytes, shuffled(data, written)), dcs=UCS2) == text


def shuffled(data: st.DataObject, parts: list[UserData]) -> list[UserData]:
    """Draw an order for the parts, with some of them twice."""
    again = data.draw(st.lists(st.sampled_from(parts), max_size=3))
    return data.draw(st.permutations([*parts, *again]))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("locking", "single"), PAIRS)
def test_every_coding_comes_back(locking: int | None, single: int | None, bits: int) -> None:
    """Every character of every coding is sent in several parts, and comes back."""
    coding = coding_of(locking, single)
    text = "".join(sorted(coding.characters())) * 2
    parts = split(text, coding=coding, reference_bits=bits).user_data(9)
    assert len(parts) > 1
    assert join(parts[::-1], dcs=GSM7) == text


@settings(deadline=None)
@given(st.data(), st.sampled_from([8, 16]))
def test_plain_octets(data: st.DataObject, bits: int) -> None:
    """Plain octets of several parts come back too, but for an @ where seven bits may be spare."""
    text = data.draw(strategies.coded_texts((None, None))).replace("@", "a")
    parts = split(text, coding=Alphabet.GSM7, reference_bits=bits).user_data(9)
    if len(parts) > 1:
        assert join(map(bytes, reversed(parts)), dcs=GSM7) == text
    else:
        assert join(map(bytes, parts), dcs=GSM7, udhi=False) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        # 159 and 160 septets are 140 octets: of an only part, seven zero bits are taken for spare.
        ("a" * 159, "a" * 159),
        ("a" * 159 + "@", "a" * 159),
        # 7 and 8 septets are 7 octets.
        ("a" * 7, "a" * 7),
        ("a" * 7 + "@", "a" * 7),
        # 6 septets and an @ are 49 bits, so the @ is no spare bits.
        ("a" * 6 + "@", "a" * 6 + "@"),
        # Only one @ can be spare.
        ("a" * 6 + "@@", "a" * 6 + "@"),
        # A full part that another follows would have had room: its 153rd septet is an @.
        ("a" * 152 + "@" + "b", "a" * 152 + "@" + "b"),
        # No part of several is empty, so that the second has no spare bits.
        ("a" * 152 + "@" + "@", "a" * 152 + "@" + "@"),
        # Unless what follows is an escape pair, which would not have fitted.
        ("a" * 152 + "€", "a" * 152 + "€"),
        ("a" * 152 + "@" + "€", "a" * 152 + "€"),
    ],
)
def test_spare_bits(text: str, plain: str) -> None:
    """The length tells an @ from seven spare bits; without it, the likelier of the two is taken."""
    if 152 < len(text) < 159:
        header = ["0003070201", "0003070202"]
        first = 153 if text[152] == "@" else 152
        parts = [gsm7(header[0], text[:first]), gsm7(header[1], text[first:])]
    else:
        parts = [gsm7("", text)]
    assert join(parts, dcs=GSM7) == text
    assert join(map(bytes, parts), dcs=GSM7) == plain


def test_user_data_is_bytes_and_more() -> None:
    """It equals its octets, knows its length and indicator, and is copied and pickled whole."""
    [first, _] = split("a" * 161).user_data(7)
    assert isinstance(first, bytes)
    assert (first.udl, first.udhi, len(first)) == (160, True, 140)
    copies = [copy.copy(first), copy.deepcopy(first)]
    copies += [
        pickle.loads(pickle.dumps(first, protocol))  # noqa: S301  # our own pickle
        for protocol in range(6)
    ]
    for each in copies:
        assert (type(each), each, each.udl, each.udhi) == (UserData, first, 160, True)
    only = split("hi").user_data()[0]
    assert (only.udl, only.udhi) == (2, False)


def test_user_data_shows_no_octet() -> None:
    """Neither repr nor str nor a format has an octet of the message."""
    data = UserData(b"secret", udl=6, udhi=False)
    shown = "UserData(<6 octets>, udl=6, udhi=False)"
    assert [repr(data), str(data), f"{data}", f"{data!r:}"] == [shown] * 4
    assert repr([data]) == f"[{shown}]"


def test_errors_show_no_octet() -> None:
    """An error about user data has numbers, and none of its octets."""
    secret = b"secret" * 30
    for parts in ([secret], [b"\x05secret", b"secret"], [UserData(b"secret", 6, udhi=True)]):
        with pytest.raises(SmsError) as caught:
            join(parts, dcs=GSM7)
        assert "secret" not in repr(caught.value)
        assert "736563" not in repr(caught.value)


def test_encode_user_data_refuses() -> None:
    """A character that cannot be sent is told by its index, in either alphabet."""
    with pytest.raises(LoneSurrogate) as caught:
        encode_user_data("ab\ud83d", Coding(Alphabet.UCS2))
    assert caught.value.index == 2
    with pytest.raises(UnmappableCharacter):
        encode_user_data("я", Coding(Alphabet.GSM7))


# Joining ------------------------------------------------------------------------------------------

ONE, TWO = gsm7("0003070201", "first, "), gsm7("0003070202", "second")


@pytest.mark.parametrize(
    "parts", [[ONE, TWO], [TWO, ONE], [TWO, ONE, TWO, ONE], (TWO, ONE), {ONE, TWO}]
)
def test_any_order(parts: Any) -> None:  # any iterable
    """Parts are joined in their order, whichever came first, and one that came twice is one."""
    assert join(parts, dcs=GSM7) == join(iter(parts), dcs=GSM7) == "first, second"


@pytest.mark.parametrize(
    ("came", "missing"),
    [([], (1,)), ([2], (1, 3)), ([1, 3], (2,)), ([3, 3], (1, 2)), ([1, 2], (3,))],
)
def test_missing_parts(came: list[int], missing: tuple[int, ...]) -> None:
    """What did not come is named by its numbers; of nothing at all, the first."""
    parts = [gsm7(f"000307030{number}", "x") for number in came]
    with pytest.raises(MissingParts) as caught:
        join(parts, dcs=GSM7)
    assert caught.value.numbers == missing
    assert caught.value.total == (3 if came else 1)


def test_255_parts() -> None:
    """The most parts there are."""
    text = "".join(chr(0x4E00 + number % 256) for number in range(67 * 255))
    parts = split(text).user_data(1)
    assert len(parts) == 255
    assert join(parts[::-1], dcs=UCS2) == text
    with pytest.raises(MissingParts) as caught:
        join([parts[254]], dcs=UCS2)
    assert caught.value.numbers == tuple(range(1, 255))


@pytest.mark.parametrize(
    ("parts", "item"),
    [
        # Another text, another coding, another reference, number of parts, width; none at all.
        ([gsm7("0003070201", "a"), gsm7("0003070201", "b")], 2),
        ([gsm7("0003070201", "a"), gsm7("0003070201240101", "a")], 2),
        ([gsm7("0003070201", "a"), gsm7("0003080202", "b")], 2),
        ([gsm7("0003070201", "a"), gsm7("0003070302", "b")], 2),
        ([gsm7("0003070201", "a"), gsm7("080400070202", "b")], 2),
        ([gsm7("0003070201", "a"), gsm7("", "b")], 2),
        ([gsm7("", "a"), gsm7("0003070201", "b")], 2),
        ([gsm7("", "a"), gsm7("", "a"), gsm7("", "b")], 3),
        ([gsm7("080412340201", "a"), gsm7("080412350202", "b")], 2),
    ],
)
def test_mixed_messages(parts: list[UserData], item: int) -> None:
    """Parts of different messages, and two that claim one place, are refused; which, is told."""
    with pytest.raises(MixedMessages) as caught:
        join(parts, dcs=GSM7)
    assert caught.value.number == item


@pytest.mark.parametrize(
    "others",
    [
        # Ports of 8 and of 16 bits, special SMS, an enhanced format, a (U)SIM toolkit header.
        "0402F0F1",
        "050415811F90",
        "01020501",
        "0A03000510",
        "7000",
        "FF03010203",
        # Of the wrong length, each of those that are read here.
        "00020701",
        "000407030201",
        "0800",
        "08030102FF",
        "08050102030405",
        "2400",
        "24020101",
        "25020101",
        "2500",
    ],
)
@pytest.mark.parametrize("place", ["before", "after", "around"])
def test_other_elements(others: str, place: str) -> None:
    """Elements not about the text, or not of their length, are skipped wherever they are."""
    before = others if place != "after" else ""
    after = others if place != "before" else ""
    parts = [
        gsm7(f"{before}000307020{number}{after}", text)
        for number, text in ((1, "first, "), (2, "second"))
    ]
    assert join(parts, dcs=GSM7) == "first, second"
    assert join(map(bytes, parts), dcs=GSM7) == "first, second"


@pytest.mark.parametrize(
    "place",
    ["0003070200", "0003070203", "0003070000", "0003070001", "080400070200", "080400070203"],
)
def test_impossible_places(place: str) -> None:
    """A part number of 0 or past the total makes the element ignored as a whole (9.2.3.24.1)."""
    assert join([gsm7(place, "only")], dcs=GSM7) == "only"
    assert join([bytes(gsm7(place, "only"))], dcs=GSM7) == "only"
    parts = [gsm7(f"{place}000307020{number}{place}", "ab"[number - 1]) for number in (1, 2)]
    assert join(parts, dcs=GSM7) == "ab"


def test_the_last_of_two_counts() -> None:
    """Of two elements alike, or of two that exclude each other, the last is used (9.2.3.24)."""
    parts = [gsm7(f"0003090901 000307020{number}", "ab"[number - 1]) for number in (1, 2)]
    assert join(parts, dcs=GSM7) == "ab"
    wide = [gsm7(f"0003090901 08040007020{number}", "ab"[number - 1]) for number in (1, 2)]
    assert join(wide, dcs=GSM7) == "ab"
    narrow = [gsm7(f"080400090901 000307020{number}", "ab"[number - 1]) for number in (1, 2)]
    assert join(narrow, dcs=GSM7) == "ab"
    # Turkish after Portuguese: 1D is ş.
    assert join([gsm7("250103 250101", "ş", 1)], dcs=GSM7) == "ş"


@pytest.mark.parametrize("unknown", ["00", "02", "0E", "FF"])
def test_unknown_languages(unknown: str) -> None:
    """An element that names no language with that table is skipped over (9.2.3.24.16)."""
    assert join([gsm7(f"2501{unknown}", "plain")], dcs=GSM7) == "plain"
    assert join([gsm7(f"250101 2501{unknown}", "ş", 1)], dcs=GSM7) == "ş"
    if unknown != "02":
        assert join([gsm7(f"2401{unknown}", "[]")], dcs=GSM7) == "[]"


def test_shifts_of_each_part() -> None:
    """Each part is decoded with the shifts that its own header names."""
    parts = [gsm7("0003070201250101", "ş", 1), gsm7("0003070202", "É")]
    assert join(parts, dcs=GSM7) == "şÉ"


def test_shifts_mean_nothing_to_ucs2() -> None:
    """A shift beside UCS-2 is skipped: it is for GSM 7 bit."""
    assert join([ucs2("240101", "ş".encode("utf-16-be"))], dcs=UCS2) == "ş"


def test_a_header_of_no_elements() -> None:
    """A header may be empty; septets then begin after it, at the next septet boundary."""
    assert join([packed(b"\x00", b"ab")], dcs=GSM7) == "ab"
    assert join([UserData(b"\x00\x00a", 3, udhi=True)], dcs=UCS2) == "a"


@pytest.mark.parametrize("header", ["03240101", "050003070101", "06700401020304"])
def test_nothing_but_a_header(header: str) -> None:
    """A part may have no text, with the octet of fill bits or without it."""
    octets = bytes.fromhex(header)
    for data in (octets, octets + b"\x00"[: len(octets) % 7 > 0]):
        septets = -(-8 * len(octets) // 7)
        assert join([UserData(data, septets, udhi=True)], dcs=GSM7) == ""
    assert join([octets], dcs=GSM7, udhi=True) == ""


@pytest.mark.parametrize(
    ("data", "dcs"),
    [
        # A length that is less than the header, or for another alphabet; no header where one is.
        (UserData(bytes(7), 8, udhi=False), UCS2),
        (UserData(bytes.fromhex("05000307010161"), 6, udhi=True), GSM7),
        (UserData(b"\x09abc", 4, udhi=True), GSM7),
        (UserData(b"", 0, udhi=True), GSM7),
        (UserData(bytes.fromhex("050003070101044F"), 4, udhi=True), UCS2),
        (b"\x04\x4f\x04", UCS2),
        (UserData(bytes(141), 161, udhi=False), GSM7),
        (bytes(141), GSM7),
        (bytes(142), UCS2),
    ],
)
def test_malformed_user_data(data: bytes, dcs: int) -> None:
    """Octets that do not fit their length, their header or a part are an error that says which."""
    good = gsm7("", "a") if dcs == GSM7 else ucs2("", b"\x00a")
    with pytest.raises(MalformedUserData) as caught:
        join([data], dcs=dcs)
    assert caught.value.number == 1
    with pytest.raises(MalformedUserData) as caught:
        join([good, data], dcs=dcs)
    assert caught.value.number == 2


@pytest.mark.parametrize(
    ("octets", "udl"),
    # TS 23.040, 9.2.3.16: octets, or septets, of which 7 octets hold 8 and 140 hold 160.
    [(b"", 1), (b"abc", 4), (b"abc", 99), (b"abc", -1), (bytes(7), 9), (bytes(140), 161)],
)
def test_a_length_that_octets_cannot_have(octets: bytes, udl: int) -> None:
    """A length that the octets have in no alphabet is refused at once; the longest is not."""
    longest = len(octets) * 8 // 7
    assert UserData(octets, longest, udhi=False).udl == longest
    with pytest.raises(ValueError, match=f"cannot have the user data length {udl}"):
        UserData(octets, udl, udhi=False)


@pytest.mark.parametrize(("udl", "udhi"), [(2.0, False), ("2", False), (True, False), (2, 1)])
def test_a_length_that_is_no_number(udl: Any, udhi: Any) -> None:  # anything
    """A length is a whole number, and the indicator a bool."""
    with pytest.raises(TypeError, match="a whole number"):
        UserData(b"ab", udl, udhi=udhi)


def test_join_by_the_name_of_an_alphabet() -> None:
    """The data coding scheme may be an alphabet's name; what is neither is told in words."""
    assert join([b"\x04\x4f"], dcs="ucs2") == join([b"\x04\x4f"], dcs=Alphabet.UCS2) == "я"
    assert join([bytes.fromhex("E8329BFD06")], dcs="gsm7") == "hello"
    with pytest.raises(ValueError, match="'latin1' is no alphabet: write gsm7 or ucs2"):
        join([b"a"], dcs="latin1")
    with pytest.raises(TypeError, match="an octet, or gsm7 or ucs2, not NoneType"):
        join([b"a"], dcs=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["7", 7.0, True, None], ids=repr)
def test_a_reference_that_is_no_number(wrong: Any) -> None:  # anything at all
    """A reference that is no whole number is a TypeError in words."""
    with pytest.raises(TypeError, match="a reference is a whole number"):
        split("a" * 161).user_data(wrong)


def test_octets_past_the_length() -> None:
    """What stands after the octets that the length counts is no text."""
    assert join([UserData(bytes.fromhex("E8329BFD06FFFF"), 5, udhi=False)], dcs=GSM7) == "hello"
    assert join([UserData(b"\x04\x4f\x04\x4f\xff", 2, udhi=False)], dcs=UCS2) == "я"


def test_the_indicator() -> None:
    """Plain octets are looked at for a header, unless it is said whether they have one."""
    header = bytes(gsm7("0003070101", "hi"))
    assert join([header], dcs=GSM7) == join([header], dcs=GSM7, udhi=True) == "hi"
    assert join([header], dcs=GSM7, udhi=False) == oracle_languages.decode(
        oracle_octets.unpack(header, 9)
    )
    # Only elements that are about the text tell a header.
    ports = gsm7("050415811F90", "hi")
    assert join([bytes(ports)], dcs=GSM7, udhi=True) == "hi"
    assert join([bytes(ports)], dcs=GSM7) == join([bytes(ports)], dcs=GSM7, udhi=False) != "hi"
    # What is known of the part goes before what is said of all.
    assert join([gsm7("0003070101", "hi")], dcs=GSM7, udhi=False) == "hi"
    assert join([UserData(header, 9, udhi=False)], dcs=GSM7, udhi=True) != "hi"
    assert join([gsm7("", "hello")], dcs=GSM7, udhi=True) == "hello"


def test_an_odd_octet_of_ucs2() -> None:
    """After a header of seven octets the 140th is unused, whether it is sent or not."""
    text = "я" * 66
    body = text.encode("utf-16-be")
    for rest in (b"", b"\x00", b"\xff"):
        first = ucs2("080412340201", body + rest)
        assert join([first, ucs2("080412340202", b"\x00!")], dcs=UCS2) == text + "!"
        assert join([bytes(first), bytes(ucs2("080412340202", b"\x00!"))], dcs=UCS2) == text + "!"


def test_a_surrogate_pair_in_two_parts() -> None:
    """A careless sender cuts a surrogate pair; joined, it is one character again."""
    body = "a😀".encode("utf-16-be")
    parts = [ucs2("0003070201", body[:4]), ucs2("0003070202", body[4:])]
    assert join(parts, dcs=UCS2) == "a😀"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("D83D", "\ufffd"),
        ("DE00", "\ufffd"),
        ("D83D0061", "\ufffda"),
        ("DE00D83D", "\ufffd\ufffd"),
        ("FEFF0061", "\ufeffa"),
        ("FFFF", "\uffff"),
    ],
)
def test_half_characters(octets: str, text: str) -> None:
    """Half a surrogate pair is U+FFFD; any other unit is itself, a byte order mark included."""
    assert join([bytes.fromhex(octets)], dcs=UCS2, udhi=False) == text


def test_an_escape_pair_in_two_parts() -> None:
    """A careless sender cuts an escape pair; joined, it is one character again."""
    parts = [
        packed(bytes.fromhex("050003070201"), b"a\x1b"),
        packed(bytes.fromhex("050003070202"), b"e!"),
    ]
    assert join(parts, dcs=GSM7) == "a€!"
    # Not across another coding, where the code would have another meaning.
    other = [parts[0], packed(bytes.fromhex("08000307020225 0103"), b"e!")]
    assert join(other, dcs=GSM7) == "a e!"


def test_lenient_joining() -> None:
    """Escapes that lead nowhere and codes without a character are shown as a receiver does."""
    assert join([packed(b"", b"\x1bA\x1b\x1b\x1b")], dcs=GSM7) == "A  "


def test_every_data_coding_scheme() -> None:
    """TS 23.038 clause 4: each octet means UCS-2, GSM 7 bit, or nothing that is text."""
    data = bytes.fromhex("00E9")
    for dcs in range(256):
        group = dcs >> 4
        if group < 8:
            compressed, kind = dcs & 0x20, dcs >> 2 & 3
            expected = None if compressed or kind == 1 else UCS2 if kind == 2 else GSM7
        elif group == 14:
            expected = UCS2
        else:
            expected = None if group == 15 and dcs & 4 else GSM7
        if expected is None:
            with pytest.raises(ValueError, match=f"0x{dcs:02X}"):
                join([data], dcs=dcs)
        else:
            # 00 and E9, 11101001, are 0000000 | 101001 0 and two bits: 00 and 52.
            assert join([data], dcs=dcs, udhi=False) == ("é" if expected == UCS2 else "@R")


@pytest.mark.parametrize("dcs", [-1, 256, 1000])
def test_no_data_coding_scheme(dcs: int) -> None:
    """A data coding scheme is one octet."""
    with pytest.raises(ValueError, match="octet"):
        join([b"a"], dcs=dcs)


def test_one_part_is_not_several() -> None:
    """The octets of one part are no list of parts."""
    for kind in (bytes, bytearray, memoryview):
        with pytest.raises(TypeError, match="list"):
            join(kind(b"abc"), dcs=GSM7)  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=145), max_size=4),
    st.integers(0, 255),
    st.sampled_from([None, True, False]),
)
def test_any_octets(parts: list[bytes], dcs: int, udhi: bool | None) -> None:
    """Whatever the octets are, they are a text or one of our errors."""
    try:
        text = join(parts, dcs=dcs, udhi=udhi)
    except (SmsError, ValueError):
        return
    text.encode("utf-8")
