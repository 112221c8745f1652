"""How the options of counting work together: profiles, languages, boundaries, and where faults are.

The law of this file: expected parts come from TS 23.040 by hand, or from the oracle; places are
counted in the text as it was given.
"""

from __future__ import annotations

import copy
import json
import pickle
from array import array
from datetime import date
from typing import Any

import oracle
import oracle_languages
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smscore import (
    Alphabet,
    Coding,
    RateDeck,
    count_parts,
    detect,
    inspect,
    measure,
    measure_many,
    quote,
    split,
)
from smscore.errors import (
    LoneSurrogate,
    MessageError,
    TooLong,
    UnmappableCharacter,
)
from smscore.profiles import Profile

pytestmark = pytest.mark.usefixtures("kernel")

DECK = RateDeck.parse(b"prefix,price,currency\n44,1,GBP\n", "deck.csv")


def make_profile(**values: Any) -> Profile:  # what a profile may say, it checks
    """Make a profile of no provider."""
    return Profile(name="mine", title="Mine", **values)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [(0, 0)]),
        ("X", [(0, 1)]),
        ("a" * 160 + "XX", [(0, 162)]),
        ("X" + "a" * 160, [(0, 161)]),
        # What falls away between two parts is the second's, at the end the last one's.
        ("a" * 153 + "X" + "a" * 153 + "X", [(0, 153), (153, 308)]),
        # 51 * 3 = 153: the part ends with a replacement.
        ("Y" * 60 + "X", [(0, 51), (51, 61)]),
        # One septet is left for the first of three, and the other two stand in the next part.
        ("a" * 152 + "YX" + "a" * 30, [(0, 153), (153, 184)]),
        # 400 septets for one character: 153, 153, 94.
        ("Z", [(0, 1), (1, 1), (1, 1)]),
    ],
)
def test_places_of_parts_where_characters_are_replaced(
    text: str, places: list[tuple[int, int]]
) -> None:
    """The parts stand for the whole of the text, each character in one of them."""
    profile = make_profile(table={"X": "", "Y": "bcd", "Z": "e" * 400})
    message = split(text, profile=profile)
    assert [(part.start, part.end) for part in message.parts] == places


@pytest.mark.parametrize(
    ("text", "error", "index"),
    [
        ("a^", UnmappableCharacter, 1),
        ("я^", UnmappableCharacter, 0),
        ("^я", UnmappableCharacter, 0),
        ("\ud800^", LoneSurrogate, 0),
        ("^\ud800", UnmappableCharacter, 0),
    ],
)
def test_the_first_fault_is_told(text: str, error: type[MessageError], index: int) -> None:
    """Of an excluded character and one that the alphabet has not, the first is the fault."""
    profile = make_profile(excluded=["^"])
    with pytest.raises(error) as caught:
        measure(text, coding=Alphabet.GSM7, profile=profile)
    assert getattr(caught.value, "index", None) == index
    counted = measure_many([text], coding=Alphabet.GSM7, profile=profile)
    assert [list(column) for column in counted] == [[-1], [index], [0]]


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        # 269 parts of 149 septets, or 598 of 67 units.
        ("ş" * 40000, "gsm7 with locking Turkish"),
        # 152 of 153 septets are used in each part; with a header of a shift, 148 of 149.
        ("\r\n" * 20000, "gsm7"),
        # Bangla has no GSM 7 bit letters: only a locking shift has one septet for each.
        ("ক" * 40000, "gsm7 with locking Bengali"),
    ],
)
def test_detect_beyond_what_can_be_sent(text: str, coding: str) -> None:
    """The best coding is that of the whole text, also where clusters are kept whole."""
    languages = [1, 4]
    chosen = detect(text, languages=languages, boundary="grapheme")
    assert str(chosen) == coding
    counted = measure_many([text], languages=languages, boundary="grapheme")
    forced = measure_many([text], coding=chosen, boundary="grapheme")
    assert counted == forced
    with pytest.raises(TooLong):
        measure(text, languages=languages, boundary="grapheme")


def test_too_long_where_the_bound_is_not() -> None:
    """Clusters that waste what they leave make a text too long that would fit without them."""
    # A part of 153 septets holds 76 pairs.
    assert count_parts("\r\n" * 76 * 255, languages=[1], boundary="grapheme") == 255
    with pytest.raises(TooLong) as caught:
        measure("\r\n" * (76 * 255 + 1), languages=[1], boundary="grapheme")
    assert caught.value.index == 2 * 76 * 255
    # Without it, 153 septets are used of each part.
    assert count_parts("\r\n" * (76 * 255 + 1), languages=[1]) == 254


# What a table may do to a text: delete, shorten nothing, lengthen, make GSM 7 bit.
REPLACEMENTS = {
    "“": '"', "я": "", "…": "...", "€": "EUR", "ş": "s", "a": "bcdefghij" * 3, "😀": ":-)",
}  # fmt: skip
tables = st.sets(st.sampled_from(sorted(REPLACEMENTS))).map(
    lambda keys: {key: REPLACEMENTS[key] for key in keys} or None
)
exclusions = st.one_of(st.just([]), st.lists(st.sampled_from([*"^€[]\\-|~@aÄ\n"]), unique=True))
any_texts = st.one_of(
    strategies.language_texts,
    strategies.texts,
    strategies.texts_of([*REPLACEMENTS, "b", "\r\n", "👩\u200d👩"]),
).map(lambda text: text[:1000])


def replace(text: str, table: dict[str, str] | None) -> tuple[str, list[int]]:
    """Replace each character, and list where each of the result comes from."""
    sent: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        for each in (table or {}).get(character, character):
            sent.append(each)
            origins.append(index)
    return "".join(sent), origins


def find_fault(text: str, coding: oracle_languages.Coding, excluded: list[str]) -> int | None:
    """Find the first character that a coding, less what is excluded, does not have."""
    for index, character in enumerate(text):
        if coding != oracle_languages.UCS2 and character in excluded:
            return index
        try:
            oracle_languages.check(character, coding)
        except oracle.Fault:
            return index
    return None


def choose(
    text: str, candidates: list[oracle_languages.Coding], bits: int, boundary: str
) -> tuple[oracle_languages.Coding, list[str]]:
    """Cut a text in the coding of fewest parts, then octets, then the first of the candidates."""
    found = []
    for place, coding in enumerate(candidates):
        try:
            parts = oracle_languages.cut(text, coding, bits, boundary)
        except oracle.Unmappable:
            continue
        total = 1 if len(parts) == 1 else 2
        octets = sum(len(oracle_languages.write(part, coding, bits, total=total)) for part in parts)
        found.append((len(parts), octets, place, coding, [part.text for part in parts]))
    return min(found)[3:]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_function_agrees_with_the_oracle(data: st.DataObject) -> None:
    """Whatever the options and whoever gives them, all functions answer as the oracle does."""
    text: str = data.draw(any_texts)
    bits: int = data.draw(st.sampled_from([8, 16]))
    boundary: str = data.draw(st.sampled_from(["code_point", "grapheme"]))
    table, excluded = data.draw(tables), data.draw(exclusions)
    languages: list[int] = data.draw(st.lists(st.integers(1, 13), max_size=3, unique=True))
    pair: Any = None
    if not languages:
        given_codings = [None, oracle_languages.UCS2, oracle_languages.PLAIN]
        pair = data.draw(st.one_of(st.sampled_from(given_codings), strategies.national_codings))
    options: dict[str, Any] = {
        "reference_bits": bits, "boundary": boundary, "languages": languages,
    }  # fmt: skip
    if data.draw(st.booleans()):
        # A profile has no order of its own.
        options["languages"] = languages = sorted(languages)
        profile = make_profile(table=table, excluded=excluded, **options)
        options = {}
    else:
        profile = make_profile(table=table, excluded=excluded)
    options["profile"] = profile
    if pair is not None:
        ucs2 = pair == oracle_languages.UCS2
        options["coding"] = Coding(Alphabet.UCS2) if ucs2 else Coding(Alphabet.GSM7, *pair)

    sent, origins = replace(text, table)
    coding = oracle_languages.UCS2 if pair is None else pair
    fault = find_fault(sent, coding, excluded)
    if fault is not None:
        check_fault(text, options, origins[fault])
        return
    allowed = set(oracle_languages.codings(languages) if pair is None else [pair])
    if pair is None and set(sent) & set(excluded):
        allowed = {oracle_languages.UCS2}
    every = [*oracle_languages.codings(languages), pair]
    candidates = [each for each in every if each in allowed]
    chosen, parts = choose(sent, candidates, bits, boundary)
    check_answers(text, options, chosen, parts)


def check_fault(text: str, options: dict[str, Any], index: int) -> None:
    """Check that every function tells the same fault, in the same place."""
    found = [list(column) for column in measure_many([text], **options)]
    assert found == [[-1], [index], [0]]
    inspected = inspect(text, **options)
    assert inspected.message is None
    for function in (measure, split, count_parts):
        with pytest.raises((LoneSurrogate, UnmappableCharacter)) as caught:
            function(text, **options)
        assert getattr(caught.value, "index", None) == index
        assert str(caught.value) == str(inspected.fault)
    again = pickle.loads(pickle.dumps(inspected.fault))  # noqa: S301  # it is our own
    assert str(again) == str(inspected.fault)


def check_answers(
    text: str, options: dict[str, Any], chosen: oracle_languages.Coding, parts: list[str]
) -> None:
    """Check every function's answer, and that each can be hashed, copied and pickled."""
    message = split(text, **options)
    coding = message.coding
    pair = (coding.locking, coding.single)
    expected = (None, None) if chosen == oracle_languages.UCS2 else chosen
    assert (coding.alphabet is Alphabet.UCS2) == (chosen == oracle_languages.UCS2)
    assert pair == expected or chosen == oracle_languages.PLAIN
    assert [part.text for part in message.parts] == parts
    ends = [0, *(part.end for part in message.parts)]
    assert [part.start for part in message.parts] == ends[:-1] == sorted(ends[:-1])
    assert ends[-1] == len(text)
    assert message.units == sum(part.units for part in message.parts)
    assert message.units_remaining >= 0
    taken = (coding.alphabet, message.units, len(message))
    measured = measure(text, **options)
    assert (measured.alphabet, measured.units, measured.parts) == taken
    assert count_parts(text, **options) == len(message)
    counted = measure_many([text], **options)
    assert counted == (
        array("b", [coding.alphabet.dcs]), array("i", [message.units]), array("i", [len(message)]),
    )  # fmt: skip
    if "coding" not in options:
        assert detect(text, **options) == coding
    priced = quote(text, to="+447700900123", deck=DECK, at=date(2026, 1, 1), **options)
    assert (priced.coding, priced.units, priced.parts) == (coding, message.units, len(message))
    inspected = inspect(text, **options)
    assert inspected.message == message
    first = inspected.alternatives[0]
    assert (first.coding, first.units, first.parts, first.saved) == (coding, *taken[1:], 0)
    json.dumps([inspected.to_dict(), priced.to_dict()])
    for answer in (message, measured, priced, inspected, coding, options["profile"]):
        again = pickle.loads(pickle.dumps(answer))  # noqa: S301  # it is our own
        assert again == copy.deepcopy(answer) == answer
        assert hash(copy.copy(answer)) == hash(answer)
        assert len(text) <= 20 or text[:20] * 2 == text[:40] or text not in repr(answer)


@pytest.mark.parametrize(
    ("text", "languages", "coding"),
    [
        # 306 septets, or 298 with the Turkish locking shift, which has the euro sign: two parts of
        # 140 octets, but with 153 the line break would be cut.
        ("a" * 152 + "\r\n" + "€" * 8 + "a" * 136, [1], "gsm7 with locking Turkish"),
        ("a" * 151 + "\r\n" + "€" * 8 + "a" * 137, [1], "gsm7"),
        # The number sign is in the single shift tables of both, and in neither locking shift table.
        ("ক" * 200 + "#\r\n", [6, 4], "gsm7 with locking Bengali and single Bengali"),
    ],
)
def test_the_best_coding_where_clusters_are_whole(
    text: str, languages: list[int], coding: str
) -> None:
    """Which coding is the best is asked of the parts as they are cut, then of the plainest."""
    message = split(text, languages=languages, boundary="grapheme")
    chosen, parts = choose(text, oracle_languages.codings(languages), 8, "grapheme")
    assert str(message.coding) == coding
    assert [part.text for part in message.parts] == parts
    assert chosen in {(message.coding.locking, message.coding.single), oracle_languages.PLAIN}
    excluded = make_profile(excluded=["a"])
    assert detect("a" + text, languages=languages, boundary="grapheme", profile=excluded) == Coding(
        Alphabet.UCS2
    )


def test_two_faults_in_one_text() -> None:
    """A text is inspected to its end, whichever of its faults stands first."""
    text = "[\ud83d"
    inspected = inspect(text, profile=make_profile(excluded=["["]), coding=Coding(Alphabet.GSM7))
    assert isinstance(inspected.fault, UnmappableCharacter)
    assert inspected.fault.index == 0
    assert inspected.alternatives == ()
    assert [each.index for each in inspected.unmapped] == [0, 1]


def test_a_cluster_longer_than_a_part() -> None:
    """A cluster that no part can hold is cut where the part is full, by units, not characters."""
    # A flag and 39 tags are 80 units in 40 characters; 28 of them fit beside 10, and one is left.
    text = "я" * 10 + "\U0001f3f4" + "\U000e0067" * 39
    message = split(text, boundary="grapheme")
    assert [part.units for part in message.parts] == [66, 24]
    assert [part.end for part in message.parts] == [38, 50]


def test_clusters_counted_past_what_can_be_sent() -> None:
    """Parts are counted to the last, though no message has so many."""
    counted = measure_many(["\r\n" * 20000, "ş" * 20000], boundary="grapheme")
    # 76 pairs in 153 septets; 67 units.
    assert list(counted[2]) == [-(-20000 // 76), -(-20000 // 67)]
