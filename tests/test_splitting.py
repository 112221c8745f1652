"""Parts: the case files, the oracle, and what must hold of every split whatever the text.

The law of this file: what is expected comes from a case file, from the oracle or from octets that
are written out; nothing is expected because the engine says so. All of it holds for both kernels.
"""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import casefiles
import oracle
import pytest
import strategies
from casefiles import Case
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import (
    Alphabet,
    Coding,
    Measure,
    SplitMessage,
    count_parts,
    detect,
    measure,
    measure_many,
    split,
)
from smscore.counting import find_clusters
from smscore.errors import (
    LoneSurrogate,
    MessageError,
    SmsError,
    TooLong,
    UnmappableCharacter,
)
from smscore.measuring import count_parts_replaced

pytestmark = pytest.mark.usefixtures("kernel")

CASES = casefiles.load("splitting")
GOOD = [case for case in CASES if case.error is None]
REFUSED = [case for case in CASES if case.error is not None]

ERRORS = {"lone_surrogate": LoneSurrogate, "too_long": TooLong, "unmappable": UnmappableCharacter}
FAULTS: dict[type[oracle.Fault], type[MessageError]] = {
    oracle.LoneSurrogate: LoneSurrogate,
    oracle.TooLong: TooLong,
    oracle.Unmappable: UnmappableCharacter,
}

# TS 23.040 clause 9.2.3.24.1 and 9.2.3.24.8: the units of an only part, and of one of several.
CAPACITIES = {
    ("gsm7", 8): (160, 153),
    ("gsm7", 16): (160, 152),
    ("ucs2", 8): (70, 67),
    ("ucs2", 16): (70, 66),
}

GSM7 = oracle.ONE_SEPTET | oracle.TWO_SEPTETS

# Every way to ask for an alphabet, with its name for the oracle.
CODINGS: list[tuple[Any, str | None]] = [
    (None, None),
    (Coding(Alphabet.GSM7), "gsm7"),
    (Coding(Alphabet.UCS2), "ucs2"),
    (Alphabet.GSM7, "gsm7"),
    (Alphabet.UCS2, "ucs2"),
    ("gsm7", "gsm7"),
    ("ucs2", "ucs2"),
]

options = st.fixed_dictionaries(
    {
        "reference_bits": st.sampled_from([8, 16]),
        "boundary": st.sampled_from(["code_point", "grapheme"]),
    }
)
codings = st.sampled_from([*CODINGS[:1] * 4, *CODINGS])


def options_of(case: Case) -> dict[str, Any]:
    """Name the options of a case as smscore does."""
    options = {"reference_bits": case.reference_bits, "boundary": case.boundary}
    return options if case.coding is None else {**options, "coding": case.coding}


def ask_oracle(
    text: str, alphabet: str | None, options: dict[str, Any]
) -> list[str] | tuple[type[MessageError], int]:
    """Let the oracle split a text: into its parts, or into a fault."""
    try:
        return oracle.split(text, alphabet=alphabet, **options)
    except oracle.Fault as fault:
        return FAULTS[type(fault)], fault.index


def ask(call: Callable[..., Any], text: str, options: dict[str, Any]) -> Any:  # the call's
    """Call with a text; answer with what that gives, or with the kind and index of its error."""
    try:
        return call(text, **options)
    except (LoneSurrogate, TooLong, UnmappableCharacter) as error:
        return type(error), error.index


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.id)
def test_split_of_a_case(case: Case) -> None:
    """The parts of a case end where it says, and hold what it says."""
    message = split(case.text, **options_of(case))
    assert message.coding == Coding(Alphabet(case.alphabet))
    assert (message.units, message.units_remaining) == (case.units, case.remaining)
    assert [part.text for part in message.parts] == case.part_texts
    assert tuple(part.end for part in message.parts) == case.ends
    assert len(message) == case.parts


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.id)
def test_measure_of_a_case(case: Case) -> None:
    """The numbers of a case are those of measure and of count_parts."""
    assert measure(case.text, **options_of(case)) == Measure(
        Alphabet(case.alphabet), case.units, case.parts
    )
    assert count_parts(case.text, **options_of(case)) == case.parts


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
@pytest.mark.parametrize("call", [split, measure, count_parts])
def test_refused_case(case: Case, call: Callable[..., object]) -> None:
    """A case that is refused is so by its own error, with its index."""
    assert case.error is not None
    assert ask(call, case.text, options_of(case)) == (ERRORS[case.error], case.index)


def test_cases_through_detect() -> None:
    """Where a case asks for no alphabet, detect finds the one that it states."""
    for case in CASES:
        if case.coding is None and case.error is None:
            assert detect(case.text).alphabet.value == case.alphabet
        elif case.error == "lone_surrogate":
            with pytest.raises(LoneSurrogate) as caught:
                detect(case.text)
            assert caught.value.index == case.index


def test_cases_through_measure_many() -> None:
    """All cases of the default options in one call have the numbers that they state."""
    plain = [case for case in CASES if options_of(case) == options_of(CASES[0])]
    assert len(plain) > 100
    columns = zip(*measure_many([case.text for case in plain]), strict=True)
    for case, (alphabet, units, parts) in zip(plain, columns, strict=True):
        if case.error == "lone_surrogate":
            assert (alphabet, units, parts) == (-1, case.index, 0), case.id
        elif case.error == "too_long":
            assert parts > 255, case.id
        else:
            dcs = {"gsm7": 0x00, "ucs2": 0x08}[case.alphabet]
            assert (alphabet, units, parts) == (dcs, case.units, case.parts), case.id


@settings(max_examples=500, deadline=None)
@given(text=strategies.texts, coding=codings, options=options)
def test_split_is_the_oracle_s(
    text: str, coding: tuple[Any, str | None], options: dict[str, Any]
) -> None:
    """With any options, the parts or the error are what the standard gives."""
    answer = ask(split, text, {"coding": coding[0], **options})
    if isinstance(answer, SplitMessage):
        assert answer.coding.alphabet.value == oracle.resolve(text, coding[1])
        assert answer.boundary == options["boundary"]
        answer = [part.text for part in answer.parts]
    assert answer == ask_oracle(text, coding[1], options)


@settings(max_examples=400, deadline=None)
@given(text=strategies.texts, coding=codings, options=options)
def test_measure_is_the_oracle_s(
    text: str, coding: tuple[Any, str | None], options: dict[str, Any]
) -> None:
    """With any options, alphabet, units and parts, or the error, are what the standard gives."""
    answer = ask(measure, text, {"coding": coding[0], **options})
    if isinstance(answer, Measure):
        assert count_parts(text, coding=coding[0], **options) == answer.parts
        numbers = (answer.alphabet.value, answer.units, answer.parts)
        assert numbers == oracle.measure(text, alphabet=coding[1], **options)
    else:
        assert answer == ask_oracle(text, coding[1], options)


@settings(max_examples=200, deadline=None)
@given(text=strategies.texts)
def test_the_character_to_blame(text: str) -> None:
    """Whoever insists on gsm7 is told the first character that it has not, unless it is none."""
    unmappable = [index for index, character in enumerate(text) if character not in GSM7]
    if not unmappable:
        assert measure(text, coding=Alphabet.GSM7) == measure(text)
        return
    with pytest.raises(MessageError) as caught:
        measure(text, coding=Alphabet.GSM7)
    blamed = text[unmappable[0]]
    if isinstance(caught.value, UnmappableCharacter):
        assert (caught.value.index, caught.value.character) == (unmappable[0], blamed)
    else:
        assert isinstance(caught.value, LoneSurrogate)
        assert (caught.value.index, caught.value.point) == (unmappable[0], ord(blamed))
    assert isinstance(caught.value, LoneSurrogate) == ("\ud800" <= blamed <= "\udfff")


@settings(max_examples=300, deadline=None)
@given(text=strategies.sendable_texts, options=options)
def test_what_holds_of_every_split(text: str, options: dict[str, Any]) -> None:
    """Parts are numbered, contiguous and within capacity, and add up to the text and its units."""
    message = split(text, **options)
    alphabet = message.coding.alphabet.value
    single, multi = CAPACITIES[alphabet, options["reference_bits"]]
    room = single if len(message) == 1 else multi
    assert "".join(part.text for part in message.parts) == text
    assert [part.number for part in message.parts] == list(range(1, len(message) + 1))
    assert (message.parts[0].start, message.parts[-1].end) == (0, len(text))
    assert all(one.end == other.start for one, other in pairwise(message.parts))
    assert sum(part.units for part in message.parts) == message.units
    assert message.units_remaining == room - message.parts[-1].units
    for part in message.parts:
        assert part.text == text[part.start : part.end]
        assert part.units == oracle.units(part.text, alphabet) <= room
        # Half of an escape or surrogate pair could not be encoded on its own.
        if alphabet == "ucs2":
            assert len(part.text.encode("utf-16-be")) == 2 * part.units


@settings(max_examples=300, deadline=None)
@given(text=strategies.sendable_texts, options=options)
def test_every_part_is_full(text: str, options: dict[str, Any]) -> None:
    """No part but the last could take the next character, or the next cluster, as well."""
    message = split(text, **options)
    if len(message) == 1:
        return
    alphabet = message.coding.alphabet.value
    _, multi = CAPACITIES[alphabet, options["reference_bits"]]
    following = 0
    begins: dict[int, str] = {}
    for atom in oracle.atoms(text, alphabet, multi, options["boundary"]):
        begins[following] = atom
        following += len(atom)
    for part in message.parts[:-1]:
        assert part.units + oracle.units(begins[part.end], alphabet) > multi


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("boundary", ["code_point", "grapheme"])
@pytest.mark.parametrize("filler", ["a", "€", "я", "😀", "\r\n", "я\u0301"], ids=ascii)
def test_around_255_parts(filler: str, boundary: str, bits: int) -> None:
    """The last text of 255 parts and the first of 256 are where the oracle has them."""
    options = {"reference_bits": bits, "boundary": boundary}
    alphabet = oracle.alphabet(filler)
    size = oracle.units(filler, alphabet)
    most = 255 * (CAPACITIES[alphabet, bits][1] // size)
    for text in (filler * (most - 1), filler * most, filler * most + filler[0] * 4):
        answer = ask(split, text, options)
        if isinstance(answer, SplitMessage):
            answer = [part.text for part in answer.parts]
        assert answer == ask_oracle(text, None, options)


@settings(max_examples=200, deadline=None)
@given(text=strategies.sendable_texts)
def test_replacing_never_takes_more_parts(text: str) -> None:
    """Counted as if replaced, a text has the parts of a text where it is replaced."""
    replaced = "".join(character if character in GSM7 else "?" for character in text)
    assert count_parts_replaced(text) == oracle.measure(replaced)[2] <= count_parts(text)


def test_clusters() -> None:
    """A cluster begins where UAX 29 breaks: not before a mark, in a flag, or in CRLF."""
    assert list(find_clusters("")) == []
    assert list(find_clusters("e\u0301a\r\n🇩🇪🇫🇷👩\u200d👩x")) == [0, 2, 3, 5, 7, 9, 12]


@pytest.mark.parametrize(
    ("bits", "reference", "headers"),
    [
        (8, 0x00, ["050003000301", "050003000302", "050003000303"]),
        (8, 0xFF, ["050003ff0301", "050003ff0302", "050003ff0303"]),
        (16, 0x0000, ["06080400000301", "06080400000302", "06080400000303"]),
        (16, 0xA501, ["060804a5010301", "060804a5010302", "060804a5010303"]),
    ],
)
def test_udh(bits: int, reference: int, headers: list[str]) -> None:
    """A part's header is laid out as TS 23.040 9.2.3.24.1 and 9.2.3.24.8 say."""
    message = split("я" * 150, reference_bits=bits)
    assert [part.udh(reference).hex() for part in message.parts] == headers


@pytest.mark.parametrize("bits", [8, 16])
def test_the_only_part_has_no_udh(bits: int) -> None:
    """A message of one part is not concatenated."""
    [part] = split("a" * 160, reference_bits=bits).parts
    assert part.udh(255) == b""


@pytest.mark.parametrize("text", ["a" * 161, "я" * 71])
@pytest.mark.parametrize(("bits", "reference"), [(8, 256), (8, -1), (16, 65536), (16, -1)])
def test_a_reference_that_does_not_fit(text: str, bits: int, reference: int) -> None:
    """A reference number outside its bits is an error, never cut."""
    with pytest.raises(ValueError, match="reference number"):
        split(text, reference_bits=bits).parts[0].udh(reference)


@pytest.mark.parametrize("call", [split, measure, count_parts])
@pytest.mark.parametrize("text", ["", "a", "a" * 161, "я" * 71], ids=len)
@pytest.mark.parametrize(
    "wrong",
    [
        {"reference_bits": 7},
        {"reference_bits": 0},
        {"reference_bits": True},
        {"boundary": "word"},
        {"boundary": ""},
        {"languages": [0]},
        {"languages": [14]},
        {"languages": [1], "coding": "gsm7"},
        {"coding": "ascii"},
        {"coding": ""},
        {"coding": 8},
        {"coding": b"gsm7"},
    ],
    ids=str,
)
def test_an_option_that_is_none(
    call: Callable[..., object], text: str, wrong: dict[str, Any]
) -> None:
    """An unknown option is a ValueError, whatever the text, and no error of the message."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # each option has its own words
        call(text, **wrong)
    assert not isinstance(caught.value, SmsError)


@pytest.mark.parametrize("call", [split, measure, count_parts])
def test_octets_are_no_text(call: Callable[..., object]) -> None:
    """Octets are a TypeError, because they have no alphabet yet."""
    with pytest.raises(TypeError, match="not bytes"):
        call(b"a")


def values() -> list[Any]:
    """Make one of each value: all that measuring and splitting return."""
    message = split("confidential 12345 " * 20)
    return [message.coding, measure("confidential"), message.parts[0], message]


def test_no_text_is_in_a_repr() -> None:
    """A repr may reach a log: no text is in it."""
    for value in values():
        assert "conf" not in repr(value)
        assert "12345" not in repr(value)


def test_values_do_not_change() -> None:
    """No field of a value can be set or deleted."""
    for value in values():
        for field in dataclasses.fields(value):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, field.name, None)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(value, field.name)


def test_values_are_equal_by_value() -> None:
    """Values made twice, copied or pickled are equal, and hash alike."""
    for one, other in zip(values(), values(), strict=True):
        assert one == other
        assert hash(one) == hash(other)
        assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301  # ours
    assert isinstance(values()[-1], SplitMessage)


@pytest.mark.parametrize(
    "error",
    [LoneSurrogate(3, 0xD83D), UnmappableCharacter(2, "я"), TooLong(39015)],
    ids=lambda error: type(error).__name__,
)
def test_errors_pass_between_processes(error: MessageError) -> None:
    """An error that is pickled comes back with its message and attributes."""
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # ours
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_errors_say_where() -> None:
    """An error names the code point and its index, and nothing else of the text."""
    with pytest.raises(LoneSurrogate, match=r"character 6 is the lone surrogate U\+D83D") as caught:
        split("secret\ud83d")
    assert caught.value.point == 0xD83D
    assert "secret" not in str(caught.value)
    with pytest.raises(UnmappableCharacter, match=r"character 6, U\+044F, ") as unmappable:
        split("secretя", coding=Alphabet.GSM7)
    assert (unmappable.value.index, unmappable.value.character) == (6, "я")
    assert "secret" not in str(unmappable.value)
