"""Transliteration where it goes wrong: beside digits, among languages, and in hostile texts.

The law of this file: what a text should be is written out here, as a reader of it would expect it.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Literal
from unicodedata import normalize

import pytest

from smscore import replacement, romanisation
from smscore.codec import register_codecs
from smscore.transliteration import When, classify, read_mapping, transliterate

EVERY_CLASS = ("invisible", "typographic", "accent", "script", "lossy")


def always(text: str, *classes: str, languages: tuple[int, ...] = ()) -> str:
    """Give a text with all that these classes replace; of those by default if none is given."""
    options = {"classes": classes or None, "languages": languages}
    return transliterate(text, when="always", **options).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1½ 2½3", "1 1/2 2 1/2 3"),
        ("１½", "1 1/2"),
        ("1\u200b½", "1 1/2"),
        ("⅟8 inch, 3⅟8", "1/8 inch, 3 1/8"),
        ("⒈5 kg ⒉ 5⒊", "1. 5 kg 2. 5 3."),
        ("🄂50", "1, 50"),
        ("6⋅10", "6*10"),
        ("−5 € 10–12 3×4 a∕b 12∶30", "-5 € 10-12 3x4 a/b 12:30"),
        ("5′ 30″ ≤5 ±2 …5", "5' 30\" <=5 +/-2 ...5"),
        ("№5 1º 2ª 5㎏ Ⅳ", "No.5 1o 2a 5kg IV"),
        ("„so“ ‚so‘ »so« ‹so›", "\"so\" 'so' \"so\" 'so'"),
        ("«\u202f5\u00a0€\u202f»\u202f!", '" 5 € " !'),
    ],
)
def test_a_number_keeps_its_value(text: str, expected: str) -> None:
    """What the default classes put does not run into the digits beside it, or read as others."""
    assert always(text) == expected


def test_a_number_keeps_its_value_beside_other_digits() -> None:
    """The digits of a national table count as digits where its language may be used."""
    assert always("۳½ ½۳ …", languages=(13,)) == "۳ 1/2 1/2 ۳ ..."


@pytest.mark.parametrize("text", ["x²", "m³", "5°", "○", "₹5", "5‰", "5¢", "✓", "①"])
def test_a_meaning_is_not_lost_by_default(text: str) -> None:
    """What a replacement would say otherwise, or as something else does, is left by default."""
    assert always(text) == text


def test_full_and_hollow_are_told_apart() -> None:
    """Three points of five are not five of five, by any class."""
    full, hollow = always("●●●○○", *EVERY_CLASS)[:3], always("●●●○○", *EVERY_CLASS)[3:]
    assert full == "---"
    assert hollow == "oo"


def test_per_mille_is_no_number() -> None:
    """A sign beside a digit adds no digit to it: 5 per mille is not fifty of anything."""
    assert always("5‰ 5‱", "lossy") == "5o/oo 5o/ooo"


@pytest.mark.parametrize("schemes", [("greek_capitals",), ("greek",), ()])
def test_a_millionth_is_no_million(schemes: tuple[str, ...]) -> None:
    """A Greek mu before a unit stays; one in a Greek word, or an abbreviation, is romanised."""
    text = "5 \u03bcg, 10\u03bcm"
    told = transliterate(text, classes=EVERY_CLASS, scripts=schemes, when="always")
    assert told.text == text
    told = transliterate("8 μ.μ. μα", scripts=("greek_capitals",), when="always")
    assert told.text == "8 M.M. MA"
    told = transliterate("ομg", scripts=("greek_capitals",), when="always")
    assert told.text == "OMg"


@pytest.mark.parametrize("text", ["főtűÖŰ", "fo\u030btu\u030bÖU\u030b"])
def test_a_long_letter_is_the_short_one(text: str) -> None:
    """Hungarian ő and ű are ö and ü, which GSM 7 bit has, however they are written."""
    assert always(text, "accent") == "fötüÖÜ"


def test_half_rings_are_letters() -> None:
    """Hamza and ayin as half rings are replaced where letters may be changed."""
    assert always("Qurʾan ʿId", "accent") == "Qur'an 'Id"
    assert always("Qurʾan ʿId") == "Qurʾan ʿId"


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("1½", b"1 1/2"),
        ("½5", b"1/2 5"),
        ("“1½½2”", b'"1 1/2 1/2 2"'),
        ("½", b"1/2"),
        ("a…5", b"a...5"),
        ("…\u200b", b"..."),
    ],
)
def test_the_error_handler_heeds_what_stands_beside(text: str, encoded: bytes) -> None:
    """The handler "gsm-transliterate" sets a fraction apart from digits, as the function does."""
    register_codecs()
    assert text.encode("gsm0338", "gsm-transliterate") == encoded
    assert text.encode("ascii", "gsm-transliterate") == encoded
    assert always(text).encode() == encoded


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        ("1º …", (3,), "1º ..."),
        ("ş ê “", (1,), 'ş e "'),
        ("ş" * 60 + "ê", (1,), "ş" * 60 + "e"),
        ("ç ã …", (1, 3), "ç ã ..."),
        ("ş ê “", (), 's e "'),
    ],
)
def test_what_a_language_has_is_kept(text: str, languages: tuple[int, ...], expected: str) -> None:
    """A character that an allowed language has is not replaced where that saves no more."""
    tail = "a" * 70
    whens: tuple[When, ...] = ("saving", "always")
    for when in whens:
        told = transliterate(
            text + tail,
            classes=("typographic", "accent"),
            languages=languages,
            when=when,
        )
        assert told.text == expected + tail
        assert (told.parts_before, told.parts_after) == (2, 1)


def test_what_a_language_has_is_replaced_where_that_saves_more() -> None:
    """Where a part is lost to a language's shift, its characters are replaced as the others."""
    text = "ş “" + "a" * 157
    told = transliterate(text, classes=("typographic", "accent"), languages=(1,))
    assert (told.text, told.parts_after) == ('s "' + "a" * 157, 1)


def test_composing_saves_where_spelling_does_not() -> None:
    """If spelling all takes as many parts as before, what takes fewer units is still done."""
    text = "n\u0303" + "…" * 60 + "a" * 9
    told = transliterate(text)
    assert (told.text, told.parts_before, told.parts_after) == ("ñ" + "…" * 60 + "a" * 9, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "\u200b" * 2000,
        "中" + "\u200b\ufeff" * 1000,
        "e\u0301" + "\u200b" * 2000,
        "e" + "\u200b\u0301" * 1000,
        "👩\u200d" * 1000,
        "🏴" + "\U000e0067" * 2000,
        "1½" * 1000,
    ],
)
def test_no_text_takes_long(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters are looked at a few times each, however many of a kind stand together."""
    looks = 0
    look = replacement._is_invisible

    def count(character: str) -> bool:
        nonlocal looks
        looks += 1
        return look(character)

    monkeypatch.setattr(replacement, "_is_invisible", count)
    transliterate(text, classes=EVERY_CLASS, when="always")
    assert looks <= 12 * len(text)


def test_a_space_beside_a_number_does_not_lengthen() -> None:
    """In a text that stays UCS-2 no number is set apart from digits, which would take units."""
    for number in ("⒈\u0338", "½\u0338\u0338"):
        text = "中" + f"2{number}" * 22 + "a" * 5
        assert always(text, *EVERY_CLASS) == text


def test_a_heap_of_marks_is_not_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a base and its few marks are put in order, which takes long for many."""
    sizes: list[int] = []

    def normalise(form: Literal["NFC"], text: str) -> str:
        sizes.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(replacement, "normalize", normalise)
    monkeypatch.setattr(romanisation, "normalize", normalise)
    text = "и" + "\u0301\u0323" * 5000 + " e" + "\u0301\u0323" * 5000
    told = transliterate(text, classes=EVERY_CLASS, scripts=("russian",), when="always")
    assert max(sizes, default=0) <= 64
    assert told.text.replace("\u0301\u0323", "") == "и e"


def test_a_heap_of_marks_is_dropped_with_its_class() -> None:
    """A letter under a heap of marks is still the letter."""
    heap = "\u0301\u0323" * 100
    assert always(f"Z{heap}a{heap}", "accent") == "Za"
    assert always(f"Z{heap}a{heap}") == f"Z{heap}a{heap}"


def test_a_view_of_a_dictionary_is_a_table() -> None:
    """A mapping that cannot be hashed is read, also where its type looks as if it could."""
    assert transliterate("5€", table=types.MappingProxyType({"€": "EUR"})).text == "5EUR"

    class View(Mapping[str, str]):
        """A mapping whose hash is that of what it holds."""

        held = {"€": "EUR"}  # noqa: RUF012

        def __getitem__(self, key: str) -> str:
            return self.held[key]

        def __iter__(self) -> Iterator[str]:
            return iter(self.held)

        def __len__(self) -> int:
            return len(self.held)

        def __hash__(self) -> int:
            return hash(self.held)

    assert transliterate("5€", table=View()).text == "5EUR"


def test_a_table_in_itself_is_refused() -> None:
    """An answer that never ends is a ValueError as any that cannot be read."""
    answer: list[object] = []
    answer.append(answer)
    with pytest.raises(ValueError, match="in itself"):
        read_mapping(answer)


def test_classes_of_what_is_easily_mistaken() -> None:
    """A product is no decimal point, a hollow circle no bullet, and ayin a letter."""
    assert classify("⋅") == ("typographic", "*")
    assert classify("○") == ("lossy", "o")
    assert classify("ʿ") == ("accent", "'")
