"""Alphabets, capacities, and which alphabet a text is sent in.

The law of this file: the capacities are the numbers that the standard prints, written out here and
never computed; the alphabet of a character is what the oracle's tables say.
"""

from __future__ import annotations

from array import array
from collections import Counter

import oracle
import pytest
import strategies
from hypothesis import given, settings

from smscore import Alphabet, Coding, NationalLanguage, detect, measure, measure_many
from smscore.coding import as_languages, part_limits
from smscore.errors import LoneSurrogate

pytestmark = pytest.mark.usefixtures("kernel")

# The octets of a header, length included, and the septets and 16-bit units that fit beside it.
# TS 23.040 clauses 9.2.3.24, 9.2.3.24.1, 9.2.3.24.8, 9.2.3.24.15 and 9.2.3.24.16.
CAPACITIES = [
    pytest.param(0, 160, 70, id="no header"),
    pytest.param(6, 153, 67, id="8-bit reference"),
    pytest.param(7, 152, 66, id="16-bit reference, or both shifts"),
    pytest.param(4, 155, 68, id="one shift"),
    pytest.param(9, 149, 65, id="8-bit reference and one shift"),
    pytest.param(10, 148, 65, id="16-bit reference and one shift"),
    pytest.param(12, 146, 64, id="8-bit reference and both shifts"),
    pytest.param(13, 145, 63, id="16-bit reference and both shifts"),
    pytest.param(139, 1, 0, id="one octet left"),
    pytest.param(140, 0, 0, id="nothing left"),
]


Columns = tuple["array[int]", "array[int]", "array[int]"]


@pytest.fixture(scope="session")
def characters() -> list[str]:
    """List every character there is, surrogates included."""
    return list(map(chr, range(0x110000)))


@pytest.fixture(scope="session")
def expected(characters: list[str]) -> Columns:
    """Ask the oracle about each: data coding scheme, or -1 for half a pair, units and parts."""
    columns = array("b"), array("i"), array("i")
    for character in characters:
        numbers = (-1, 0, 0)
        if not oracle.is_lone_surrogate(character):
            alphabet = oracle.alphabet(character)
            dcs = {"gsm7": 0x00, "ucs2": 0x08}[alphabet]
            numbers = (dcs, oracle.units(character, alphabet), 1)
        for column, number in zip(columns, numbers, strict=True):
            column.append(number)
    return columns


@pytest.mark.parametrize(("header_octets", "septets", "units"), CAPACITIES)
def test_capacity(header_octets: int, septets: int, units: int) -> None:
    """What fits beside a header is what the standard prints."""
    assert Coding(Alphabet.GSM7).capacity(header_octets) == septets
    assert Coding(Alphabet.UCS2).capacity(header_octets=header_octets) == units


def test_capacity_without_a_header() -> None:
    """An only part has no header unless one is asked for."""
    assert Coding(Alphabet.GSM7).capacity() == 160
    assert Coding(Alphabet.UCS2).capacity() == 70


@pytest.mark.parametrize("header_octets", [-1, 141, 1000])
def test_capacity_beside_an_impossible_header(header_octets: int) -> None:
    """A header longer than a part, or shorter than nothing, is an error."""
    for alphabet in Alphabet:
        with pytest.raises(ValueError, match="0 to 140 octets"):
            Coding(alphabet).capacity(header_octets)


def test_part_limits() -> None:
    """The capacities of a message are those of its reference's width."""
    assert part_limits(8) == (160, 153, 70, 67)
    assert part_limits(16) == (160, 152, 70, 66)


@pytest.mark.parametrize("bits", [0, 7, 12, 32, -8, True])
def test_part_limits_of_an_impossible_reference(bits: int) -> None:
    """A reference number has 8 or 16 bits."""
    with pytest.raises(ValueError, match="8 or 16 bits"):
        part_limits(bits)


def test_alphabet() -> None:
    """An alphabet is its name, and has the data coding scheme of TS 23.038 clause 4."""
    assert [(alphabet.value, alphabet.dcs) for alphabet in Alphabet] == [
        ("gsm7", 0x00),
        ("ucs2", 0x08),
    ]
    assert [str(alphabet) for alphabet in Alphabet] == ["gsm7", "ucs2"]
    assert {"gsm7", "ucs2"} == set(Alphabet)
    assert Alphabet("ucs2") is Alphabet.UCS2


def read_clause_4(dcs: int) -> str | None:
    """Read a data coding scheme as the tables of TS 23.038, clause 4, print them, bit by bit."""
    bits = f"{dcs:08b}"
    if bits.startswith("0"):
        # 00 is general data coding, 01 the automatic deletion group; bit 5 is compression.
        if bits[2] == "1":
            return None
        return {"00": "gsm7", "01": None, "10": "ucs2", "11": "gsm7"}[bits[4:6]]
    if bits.startswith("1111"):
        return "gsm7" if bits[5] == "0" else None
    # 1100 discards, 1101 stores in the default alphabet, 1110 in UCS2; the others are reserved.
    return "ucs2" if bits.startswith("1110") else "gsm7"


def test_from_dcs() -> None:
    """Every data coding scheme names the alphabet that clause 4 prints, or is no text's."""
    for dcs in range(0x100):
        expected = read_clause_4(dcs)
        if expected is None:
            with pytest.raises(ValueError, match="data coding scheme of"):
                Alphabet.from_dcs(dcs)
        else:
            assert Alphabet.from_dcs(dcs) == expected
    for wrong in (-1, 0x100):
        with pytest.raises(ValueError, match="no data coding scheme"):
            Alphabet.from_dcs(wrong)


def test_coding_by_value() -> None:
    """A coding takes its alphabet by value too, and then equals one that took it by name."""
    for alphabet in Alphabet:
        by_value = Coding(alphabet.value)  # type: ignore[arg-type]  # JSON and files hold strings
        assert by_value == Coding(alphabet)
        assert by_value.alphabet is alphabet
        assert hash(by_value) == hash(Coding(alphabet))


@pytest.mark.parametrize("wrong", ["ascii", "GSM7", "", None, 0, 8, b"gsm7"], ids=repr)
def test_coding_of_no_alphabet(wrong: Alphabet) -> None:
    """What names no alphabet makes no coding."""
    with pytest.raises(ValueError, match="is no alphabet: write gsm7 or ucs2"):
        Coding(wrong)


@pytest.mark.parametrize("wrong", [True, 8.0, None, b"\x08"], ids=repr)
def test_from_dcs_of_what_is_no_number(wrong: int) -> None:
    """A data coding scheme is a whole number, or the name of an alphabet."""
    assert [Alphabet.from_dcs(name) for name in ("gsm7", "ucs2")] == list(Alphabet)
    with pytest.raises(TypeError, match="an octet, or gsm7 or ucs2"):
        Alphabet.from_dcs(wrong)
    with pytest.raises(ValueError, match="is no alphabet"):
        Alphabet.from_dcs("UCS2")


# TS 23.038, annex A, and ISO 639-1: Turkish is 1, Portuguese 3.
@pytest.mark.parametrize("turkish", [1, "1", "tr", "TR", "Turkish", NationalLanguage.TURKISH])
def test_languages_by_any_name(turkish: int | str) -> None:
    """A language is its name, its code or its number, wherever one is named, each counted once."""
    assert NationalLanguage.find(turkish) is NationalLanguage.TURKISH
    assert as_languages([turkish, "pt", 1, 3]) == b"\x01\x03"
    assert as_languages(iter((turkish,))) == b"\x01"
    assert Coding(Alphabet.GSM7, turkish, turkish) == Coding(  # type: ignore[arg-type]
        Alphabet.GSM7, NationalLanguage.TURKISH, NationalLanguage.TURKISH
    )
    assert str(detect("ş" * 80, languages=[turkish])).startswith("gsm7 with")


@pytest.mark.parametrize("wrong", ["tr", 1, NationalLanguage.TURKISH, None, 1.0], ids=repr)
def test_one_language_is_no_sequence(wrong: list[int]) -> None:
    """A language alone is refused with what to write instead."""
    with pytest.raises(TypeError, match=r"a sequence, such as \['tr'\]"):
        as_languages(wrong)


@pytest.mark.parametrize("wrong", [True, 1.0, None, ["tr"], b"tr"], ids=repr)
def test_what_names_no_language(wrong: int) -> None:
    """What is equal to an identifier, or holds one, is not a language's name."""
    assert as_languages([1]) == b"\x01"
    with pytest.raises(TypeError, match="a language is a name such as 'tr'"):
        as_languages([wrong])
    with pytest.raises(ValueError, match=r"'xx' is not one of the languages turkish \(tr\), "):
        as_languages(["tr", "xx"])


def test_detect_every_code_point(characters: list[str], expected: Columns) -> None:
    """Of each of 1,114,112 code points, detect finds the alphabet that the oracle's tables give."""
    found, octets = array("b"), {Alphabet.GSM7: 0x00, Alphabet.UCS2: 0x08}
    for character in characters:
        try:
            found.append(octets[detect(character).alphabet])
        except LoneSurrogate as error:
            found.append(-1 if (error.index, error.point) == (0, ord(character)) else -2)
    assert found == expected[0]


def test_measure_every_code_point(characters: list[str], expected: Columns) -> None:
    """Of each of 1,114,112 code points, alphabet, units and parts are the oracle's."""
    assert measure_many(characters) == expected


def test_how_many_code_points_there_are(characters: list[str]) -> None:
    """137 code points are gsm7, ten of them of two septets; half a pair is none; the rest UCS-2."""
    alphabets, units, _ = measure_many(characters)
    assert Counter(zip(alphabets, units, strict=True)) == {
        (-1, 0): 2_048,
        (0x00, 1): 127,
        (0x00, 2): 10,
        (0x08, 1): 0x10000 - 2_048 - 137,
        (0x08, 2): 0x100000,
    }


@settings(max_examples=300, deadline=None)
@given(text=strategies.sendable_texts)
def test_detect_is_what_measure_finds(text: str) -> None:
    """One character decides for the whole text, wherever it stands."""
    expected = oracle.alphabet(text)
    assert detect(text).alphabet.value == expected
    assert measure(text[:300]).alphabet.value == oracle.alphabet(text[:300])


@pytest.mark.parametrize("place", [0, 1, 159, 160, 161, 39_014, 50_000])
def test_one_character_decides(place: int) -> None:
    """A text of any length is UCS-2 by one character, though it may be too long to be sent."""
    assert detect("a" * place + "€" + "a" * 99) == Coding(Alphabet.GSM7)
    assert detect("a" * place + "\u2019" + "a" * 99) == Coding(Alphabet.UCS2)


@pytest.mark.parametrize("filler", ["a", "é", "я", "😀"])
def test_detect_the_first_lone_surrogate(filler: str) -> None:
    """The index of the error counts code points, in texts of each width in memory."""
    with pytest.raises(LoneSurrogate) as caught:
        detect(filler * 33 + "\udc00" + filler + "\ud800")
    assert (caught.value.index, caught.value.point) == (33, 0xDC00)
