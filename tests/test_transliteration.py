"""Transliteration: what is replaced, when, and what never is.

The law of this file: what GSM 7 bit has is asked of the oracle, and what a replacement should be is
written out here. Parts are counted by the oracle too.
"""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import oracle
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import sendable_texts

from smscore.errors import LoneSurrogate
from smscore.transliteration import (
    Replacement,
    ReplacementClass,
    Transliteration,
    classify,
    transliterate,
)

CLASSES = ("invisible", "typographic", "accent", "script", "lossy")
GSM7 = oracle.ONE_SEPTET | oracle.TWO_SEPTETS

# What has to do with each other: bases, marks, joiners, selectors, flags, fractions, digits.
MIXED = [
    *"aeEsc1290½⅓²“’–…™©éñçşėạﬁＡ𝐀ПщЬя’Ωάα中가❤♥😉🙂👍★→", "\u0301", "\u0308", "\u0327", "\u0323",
    "\u0338", "\u20e3", "\ufe0f", "\ufe0e", "\u200d", "\u200c", "\u200b", "\ufeff", "\u00ad",
    "\u034f", "\u202e", "\u3099", "か", "\u1100", "\u1161", "\u11a8", "🇬", "🇧", "\U0001f3fd",
    "\U000e0067", "\U000e007f", "\u2028", "\t", "\x92", "٣", "и\u0306", "i\u0307", "\u0344",
]  # fmt: skip

mixed_texts = st.builds(
    lambda units, times: "".join(units) * times,
    st.lists(st.sampled_from(MIXED), max_size=12),
    st.sampled_from([1, 1, 2, 10, 30]),
)
any_text = st.one_of(mixed_texts, mixed_texts, sendable_texts)
some_classes = st.sets(st.sampled_from(CLASSES))
some_scripts = st.sampled_from([(), (), ("russian",), ("greek", "ukrainian"), ("turkish",)])


def always(text: str, *classes: str) -> str:
    """Give a text with all that these classes replace; of those by default if none is given."""
    return transliterate(text, classes=classes or None, when="always").text


def parts(text: str) -> int:
    """Count the parts of a text, by the oracle."""
    return oracle.measure(text)[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s ‘here’", "It's 'here'"),
        ("“a” «b» „c‟", '"a" "b" "c"'),
        ("a–b—c‑d−e", "a-b-c-d-e"),
        ("wait…", "wait..."),
        ("a\u00a0b\u2003c\u3000d\te", "a b c d e"),
        ("a\u2028b\u2029c\u0085d\ve", "a\nb\nc\nd\ne"),
        ("`x´", "'x'"),
        ("• one · two", "- one . two"),
        ("ＦＵＬＬ ｗｉｄｅ １２", "FULL wide 12"),
        ("𝐁𝑜𝓵𝕕 𝟙", "Bold 1"),
        ("ﬁnd ﬂour", "find flour"),
        ("Acme™ ©2025 ®", "Acme(TM) (C)2025 (R)"),
        ("№ 5, 5㎏, ℃", "No. 5, 5kg, degC"),
        ("3×4÷2±1", "3x4/2+/-1"),
        ("a→b←c↔d", "a->b<-c<->d"),
        ("½ cup, 1½, 3¾x", "1/2 cup, 1 1/2, 3 3/4x"),
        ("½½ ½5", "1/2 1/2 1/2 5"),
        ("2 ½", "2 1/2"),
        ("\u212a \u212b \u2126 \u2206", "K Å Ω Δ"),
        ("caf" + "e\u0301", "café"),
        ("n\u0303 u\u0308 A\u030a", "ñ ü Å"),
        ("It\x92s \x93so\x94 \x96", 'It\'s "so" -'),
        ("soft\u00adhyphen\u200b\ufeff\u200e", "softhyphen"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\x1bc", "abc"),
    ],
)
def test_the_default_classes(text: str, expected: str) -> None:
    """Signs that look or mean the same are replaced without being asked for by class."""
    assert always(text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("accent", "çêŠžłđĦıœŒþÐƒẞə", "ceSzldHioeOEthDfSSe"),
        ("accent", "Việt Nam Hồ", "Viet Nam Ho"),
        ("accent", "ǖ ǟ ǿ Ḉ", "ü ä ø Ç"),
        ("accent", "s\u0327 x\u0302 e\u0302\u0301", "s x e"),
        ("accent", "e\u0301\u0323 e\u0323\u0301", "e e"),
        ("script", "٣۴५", "345"),
        ("script", "ΑΒΕ Δ", "ABE Δ"),
        ("lossy", "10² H₂O", "102 H2O"),
        ("lossy", "① ⑩ Ⓐ", "(1) (10) A"),
        ("lossy", "₹500 25° 5µ", "Rs500 25deg 5u"),
        ("lossy", "🙂 😉 ❤ ❤️ 💔", ":-) ;-) <3 <3 </3"),
        ("lossy", "✓ ★ ⇒", "v * =>"),
        ("lossy", "a\u0336b\u0336 1\ufe0f\u20e3", "ab 1"),
    ],
)
def test_a_class_that_is_asked_for(kind: str, text: str, expected: str) -> None:
    """What changes a letter or a meaning is replaced if its class is asked for, not otherwise."""
    assert always(text, kind) == expected
    assert always(text, *(other for other in CLASSES[:4] if other != kind)) != expected


def test_script_means_two_schemes() -> None:
    """The class script without schemes is Greek capitals and Cyrillic; schemes ask for it."""
    assert always("Привет", "script") == "Privet"
    told = transliterate("Щука", scripts=("russian",), when="always")
    assert told.text == "Shchuka"
    assert {each.kind for each in told.replacements} == {ReplacementClass.SCRIPT}
    assert transliterate("Щука’s", classes=(), scripts=("russian",)).text == "Щука’s"


def test_a_scheme_comes_before_the_table() -> None:
    """Where a scheme and the table both cover a letter or a sign in a word, the scheme has it."""
    told = transliterate("сім’я “ї”", scripts=("ukrainian",), when="always")
    assert told.text == 'simia "yi"'


def test_a_text_in_two_scripts_is_not_made() -> None:
    """A text that would stay UCS-2 anyway keeps the letters of its scripts."""
    told = transliterate("Привет 中 “x”", scripts=("russian",), when="always")
    assert told.text == 'Привет 中 "x"'


def test_by_default_only_what_saves_a_part() -> None:
    """A text is changed by default only if it then takes fewer parts."""
    assert transliterate("“" + "a" * 69) == Transliteration("“" + "a" * 69, (), 1, 1)
    told = transliterate("“" + "a" * 70)
    assert (told.text, told.parts_before, told.parts_after) == ('"' + "a" * 70, 2, 1)
    assert told.parts_saved == 1
    assert told.replacements == (Replacement(0, "“", '"', ReplacementClass.TYPOGRAPHIC),)


def test_the_gentlest_classes_that_save_the_most() -> None:
    """A further class is used only if it saves more parts than those before it."""
    classes = ("typographic", "accent", "lossy")
    assert transliterate("“°”" + "a" * 80, classes=classes).text == '"deg"' + "a" * 80
    assert transliterate("“ê”" + "a" * 80, classes=classes).text == '"e"' + "a" * 80
    told = transliterate("é ’" + "a" * 80, classes=CLASSES)
    assert {each.kind for each in told.replacements} == {ReplacementClass.TYPOGRAPHIC}
    # 160 septets alone are one part; with the sign spelt out it would be two, as it is in UCS-2.
    assert transliterate("°" + "a" * 159, classes=CLASSES).parts_saved == 1
    assert transliterate("°" + "a" * 132, classes=CLASSES).parts_saved == 1
    assert transliterate("中°" + "a" * 132, classes=CLASSES).replacements == ()


def test_a_class_that_saves_no_more_is_not_used() -> None:
    """Where a gentler class saves as much, and the text stays UCS-2 by it, that is all."""
    told = transliterate("ê" + "x" * 69 + "\u200b", classes=CLASSES)
    assert (told.text, told.parts_saved) == ("ê" + "x" * 69, 1)


def test_saving_in_ucs2_changes_only_what_saves() -> None:
    """A text that stays UCS-2 is shortened; what would be as long replaced is kept."""
    told = transliterate("中“" + "x" * 67 + "か\u3099")
    assert (told.text, told.parts_saved) == ("中“" + "x" * 67 + "が", 1)


def test_what_a_place_needs_must_all_be_asked_for() -> None:
    """A letter and its mark with an idle character between them need the class of that too."""
    assert always("e\u200b\u0301", "typographic") == "e\u200b\u0301"
    assert always("e\u200b\u0301", "invisible", "typographic") == "é"
    assert always("中e\u200d\u0301", "invisible", "typographic") == "中e\u200d\u0301"


def test_it_never_lengthens() -> None:
    """What would take more parts in GSM 7 bit than it takes in UCS-2 is left, even when always."""
    text = "…" * 70
    assert transliterate(text, when="always") == Transliteration(text, (), 1, 1)
    assert transliterate("…" * 53, when="always").text == "..." * 53
    told = transliterate("…" * 60 + "’" * 10, when="always")
    assert told.text == "…" * 60 + "'" * 10


def test_what_stays_ucs2_is_left_whole() -> None:
    """In a text that stays UCS-2, joiners, selectors and directions are kept; the idle ones go."""
    kept = "नि\u200dष 👩\u200d👩 می\u200cخواهم ❤\ufe0f \u202b中\u202c"
    assert always(kept, *CLASSES) == kept
    assert always("中\ufeff文\u2060字\u200b\u00ad") == "中文字"
    assert always("中“文”…") == '中"文"…'
    assert always("中 ½") == "中 ½"


def test_what_is_kept_apart_stays_apart() -> None:
    """An invisible character between two flags or two parts of a syllable is needed there."""
    for text in ("🇬\u200b🇧", "\u1100\u200b\u2060\u1161"):
        assert always(text) == text
    assert always("中\u200b🇧") == "中🇧"


def test_sequences_are_composed_where_that_is_all() -> None:
    """Decomposed letters that GSM 7 bit lacks are composed, which takes fewer units."""
    text = "\u1112\u1161\u11ab\u1100\u1173\u11af" * 12
    told = transliterate(text)
    assert (told.text, told.parts_before, told.parts_after) == ("한글" * 12, 2, 1)
    assert always("か\u3099 и\u0306 e\u0302") == "が й ê"


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d❤\ufe0f\u200d👨",
        "☺\U0001f3fd",
        "❤\ufe0f\u200d🔥",
        "❤\ufe0f\u200d❤",
        "⭐\U000e0067\U000e007f",
        "🏴\U000e0067\U000e007f",
    ],
)
def test_an_emoji_is_replaced_whole_or_left_whole(text: str) -> None:
    """No part of an emoji sequence is replaced, though it were replaced on its own."""
    assert always(text, *CLASSES) == text
    assert always(f"“{text}”", *CLASSES) == f'"{text}"'


def test_text_that_gsm7_has_is_not_touched() -> None:
    """Nothing is replaced in a text that GSM 7 bit has, whatever is asked for."""
    text = "".join(sorted(GSM7))
    told = transliterate(text, classes=CLASSES, scripts=("greek",), when="always")
    assert told == Transliteration(text, (), 1, 1)


@settings(max_examples=300)
@given(any_text, some_classes, some_scripts, st.sampled_from(["saving", "always"]))
@example("♥\u200b\ufe0f中", {"invisible", "lossy"}, (), "always")
@example("\u1100\u200b\u1161", {"invisible", "typographic"}, (), "always")
@example("1\u200b½ \u0301", set(CLASSES), (), "always")
def test_laws_of_the_standard_table(
    text: str, classes: set[str], scripts: tuple[str, ...], when: str
) -> None:
    """Twice is once, never more parts, only classes asked for, and the replacements tell it all."""
    options = {"classes": classes, "scripts": scripts, "when": when}
    told = transliterate(text, **options)  # type: ignore[arg-type]
    assert (told.parts_before, told.parts_after) == (parts(text), parts(told.text))
    assert parts(told.text) <= parts(text)
    assert when == "always" or told.parts_saved > 0 or told.text == text
    asked = classes | ({"script"} if scripts else set())
    assert {each.kind for each in told.replacements} <= asked
    rebuilt, done = "", 0
    for each in told.replacements:
        assert each.index >= done
        assert text[each.index : each.end] == each.original != each.text
        rebuilt += text[done : each.index] + each.text
        done = each.end
    assert rebuilt + text[done:] == told.text
    again = transliterate(told.text, **options)  # type: ignore[arg-type]
    assert (again.text, again.replacements) == (told.text, ())


@given(any_text, st.sampled_from(["saving", "always"]))
def test_with_a_provider_s_table_twice_is_once(text: str, when: str) -> None:
    """Twilio's table does to its own result nothing, and leaves nothing that it replaces."""
    told = transliterate(text, table="twilio", when=when)  # type: ignore[arg-type]
    assert transliterate(told.text, table="twilio", when=when).text == told.text  # type: ignore[arg-type]


def test_a_fault_is_named() -> None:
    """A lone surrogate is an error with its index, whatever the table."""
    for table in ("standard", "twilio", {"a": "b"}):
        with pytest.raises(LoneSurrogate) as caught:
            transliterate("ab\ud800", table=table)
        assert caught.value.index == 2


def test_a_text_past_255_parts_is_counted() -> None:
    """More parts than can be sent are counted as they are."""
    told = transliterate("“" + "a" * 152 * 300)
    assert (told.parts_before, told.parts_after) == (681, 299)


def test_the_width_of_the_reference_counts() -> None:
    """With a reference of 16 bits a part holds 152 septets and 66 units."""
    text = "’" + "a" * 305
    assert transliterate(text).parts_after == 2
    assert transliterate(text, reference_bits=16).parts_after == 3
    with pytest.raises(ValueError, match="bits"):
        transliterate(text, reference_bits=12)


def test_languages_count() -> None:
    """A text that a national language has is not changed where that language may be used."""
    text = "ş" + "a" * 100
    assert transliterate(text, classes=("accent",)).parts_saved == 1
    assert transliterate(text, classes=("accent",), languages=(1,)).replacements == ()


@pytest.mark.parametrize(
    ("options", "error", "fault"),
    [
        ({"when": "never"}, ValueError, "'saving' or 'always'"),
        ({"classes": ("gentle",)}, ValueError, "'gentle' is no class: there are invisible"),
        ({"classes": "accent"}, TypeError, "classes is a sequence"),
        ({"scripts": "greek"}, TypeError, "scripts is a sequence"),
        ({"scripts": ("klingon",)}, ValueError, "'klingon' is no scheme"),
        ({"table": "bird"}, ValueError, "'bird' is no table: there are standard and twilio"),
        ({"table": "twilio", "classes": ("accent",)}, ValueError, "only the standard table"),
        ({"table": {"a": "b"}, "scripts": ("greek",)}, ValueError, "only the standard table"),
        ({"table": 7}, ValueError, "an object or a list, not int"),
    ],
)
def test_a_wrong_option(options: dict[str, object], error: type[Exception], fault: str) -> None:
    """A wrong option is an error that says so, also where the text needs nothing."""
    with pytest.raises(error, match=fault):
        transliterate("plain", **options)  # type: ignore[arg-type]


def test_what_is_not_a_text() -> None:
    """Octets are no text."""
    with pytest.raises(TypeError, match="str, not bytes"):
        transliterate(b"x")  # type: ignore[arg-type]


def test_classify() -> None:
    """One character is told by its class and replacement; None where the table has nothing."""
    assert classify("’") == ("typographic", "'")
    assert classify("\u200b") == ("invisible", "")
    assert classify("ê") == ("accent", "e")
    assert classify("٣") == ("script", "3")
    assert classify("°") == ("lossy", "deg")
    assert [classify(c) for c in "aé€中가яα🔥"] == [None] * 8
    for wrong in ("", "ab"):
        with pytest.raises(ValueError, match="one character"):
            classify(wrong)


def test_as_json_values() -> None:
    """to_dict gives everything, as JSON has it."""
    told = transliterate("It’s", when="always")
    assert json.loads(json.dumps(told.to_dict())) == {
        "text": "It's",
        "replacements": [{"index": 2, "original": "’", "text": "'", "kind": "typographic"}],
        "parts_before": 1,
        "parts_after": 1,
        "parts_saved": 0,
    }


def test_no_text_is_in_a_repr() -> None:
    """Neither the text nor what was replaced is in a repr; and the values cannot be changed."""
    told = transliterate("Say “hush”", when="always")
    assert "hush" not in repr(told)
    assert "“" not in repr(told)
    assert "original" not in repr(told)
    with pytest.raises(FrozenInstanceError):
        told.text = ""  # type: ignore[misc]
