"""Tables of replacements that are not ours: read from any shape, refused for what is in them.

The law of this file: the shapes are those that a provider's answer could have; none is documented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from smscore.transliteration import Replacement, read_mapping, transliterate

WANTED = {"€": "e", "«": '"', "é": "é"}


@pytest.mark.parametrize(
    "answer",
    [
        WANTED,
        [["€", "e"], ["«", '"'], ["é", "é"]],
        [("€", "e"), ("«", '"'), "é"],
        ({"from": "€", "to": "e"}, {"from": "«", "to": '"'}, "é"),
        [{"char": "€", "replacement": "e"}, {"character": "«", "gsm": '"'}, {"é": "é"}],
        {"charset": ["é"], "substitutions": {"€": "e", "«": '"'}},
        {"result": {"charset": ["é"], "map": [["€", "e"], {"«": '"'}]}},
        {"U+20AC": "e", "U+00AB": '"', "é": "é"},
    ],
)
def test_shapes(answer: object) -> None:
    """Objects, lists of pairs, of objects and of characters, and what wraps them, are read."""
    assert read_mapping(answer) == WANTED
    assert transliterate("«é» 5€", table=answer).text == '"é» 5e'


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("€e", "an object or a list, not str"),
        (None, "an object or a list, not NoneType"),
        (["a", 7], "an object or a list, not int"),
        ({"ab": "c"}, "a key is one character, not 2 characters"),
        ({"": "c"}, "a key is one character, not 0 characters"),
        ({7: "c"}, "a key is one character, not int"),
        ({"U+110000": "c"}, "a key is one character, not 8 characters"),
        ({"€": 7}, "the replacement of U[+]20AC is not a str but int"),
        ({"€": None}, "the replacement of U[+]20AC is not a str but NoneType"),
        ({"€": ["e"]}, "the replacement of U[+]20AC is not a str but list"),
        ({"€": "ê"}, "the replacement of U[+]20AC is not in GSM 7 bit"),
        (["ê"], "the replacement of U[+]00EA is not in GSM 7 bit"),
        ([["€", "e"], ["€", "E"]], "U[+]20AC has two replacements"),
        ({"a": "b", "b": "c"}, "the replacement of U[+]0061 has U[+]0062, which is replaced too"),
    ],
)
def test_contents_that_are_refused(answer: object, fault: str) -> None:
    """What is no character, no replacement, two of them or without an end, is a ValueError."""
    with pytest.raises(ValueError, match=fault):
        read_mapping(answer)
    if not isinstance(answer, str):
        with pytest.raises(ValueError, match=fault):
            transliterate("plain", table=answer)


def test_a_mapping_is_applied_as_it_is() -> None:
    """Every character of a mapping is replaced: those of GSM 7 bit too, also where it is longer."""
    told = transliterate("5€ ½", table={"€": "EUR", "½": "0.5"})
    assert told.text == "5EUR 0.5"
    assert told.replacements == (
        Replacement(1, "€", "EUR", None),
        Replacement(3, "½", "0.5", None),
    )
    told = transliterate("a" * 80, table={"a": "bbb"})
    assert (told.parts_before, told.parts_after, told.parts_saved) == (1, 2, -1)


def test_a_mapping_may_be_asked_to_save() -> None:
    """With when="saving" a mapping is applied only where that saves a part."""
    assert transliterate("“x”", table={"“": '"'}, when="saving").text == "“x”"
    assert transliterate("“" + "x" * 70, table={"“": '"'}, when="saving").parts_saved == 1
    assert transliterate("’", table="twilio", when="saving").text == "’"


def test_a_character_that_means_itself_is_not_reported() -> None:
    """A pair of a character and itself is no replacement."""
    assert transliterate("aé", table={"a": "a", "é": "é"}).replacements == ()


class Frozen(Mapping[str, str]):
    """A mapping that has a hash."""

    def __init__(self, **pairs: str) -> None:
        self.pairs = pairs

    def __getitem__(self, key: str) -> str:
        """Give a value."""
        return self.pairs[key]

    def __iter__(self) -> Iterator[str]:
        """Go through the keys."""
        return iter(self.pairs)

    def __len__(self) -> int:
        """Count the keys."""
        return len(self.pairs)

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(tuple(self.pairs.items()))


def test_tables_are_not_mistaken_for_each_other() -> None:
    """A mapping with a hash is read once and remembered; another is read as it is each time."""
    assert transliterate("ab", table=Frozen(a="x")).text == "xb"
    assert transliterate("ab", table=Frozen(a="y")).text == "yb"
    assert transliterate("ab", table=Frozen(a="x")).text == "xb"
    changing = {"a": "x"}
    assert transliterate("ab", table=changing).text == "xb"
    changing["a"] = "y"
    assert transliterate("ab", table=changing).text == "yb"
