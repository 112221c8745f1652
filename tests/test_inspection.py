"""Inspection: what makes a text dear, what a reader does not see, and what would be cheaper.

The law of this file: what is expected of a text is worked out by hand; what an alternative takes is
what measuring it says.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import (
    Alphabet,
    Coding,
    NationalLanguage,
    ReplacementClass,
    count_parts,
    detect,
    inspect,
    measure,
)
from smscore.errors import LoneSurrogate, MessageError, OverLimit, TooLong
from smscore.profiles import PROFILE_NAMES, Profile
from smscore.rendering import show_character

pytestmark = pytest.mark.usefixtures("kernel")

TURKISH = "Siparişiniz kargoya verildi, yarın öğleden sonra teslim edilecek. Lütfen evde olun."


def names(text: str, **options: object) -> dict[str, tuple[int, int | None]]:
    """Give each alternative's parts, and what it saves."""
    found = inspect(text, **options)  # type: ignore[arg-type]  # any option
    return {each.name: (each.parts, each.saved) for each in found.alternatives}


def test_what_forces_ucs2() -> None:
    """Each character is told with its place, name, script, and what may stand for it."""
    found = inspect("Don’t ş я 😀")
    told = [
        (each.index, each.code_point, each.name, each.script, each.kind, each.replacement)
        for each in found.unmapped
    ]
    typographic, accent, lossy = (
        ReplacementClass.TYPOGRAPHIC,
        ReplacementClass.ACCENT,
        ReplacementClass.LOSSY,
    )
    assert told == [
        (3, "U+2019", "RIGHT SINGLE QUOTATION MARK", "Common", typographic, "'"),
        (6, "U+015F", "LATIN SMALL LETTER S WITH CEDILLA", "Latin", accent, "s"),
        (8, "U+044F", "CYRILLIC SMALL LETTER YA", "Cyrillic", None, None),
        (10, "U+1F600", "GRINNING FACE", "Common", lossy, ":-D"),
    ]
    assert inspect("Hello €").unmapped == ()


def test_what_forces_ucs2_with_a_language() -> None:
    """What a language's tables have forces nothing; what a profile's alphabet has not does."""
    assert inspect(TURKISH, languages=[NationalLanguage.TURKISH]).unmapped == ()
    assert [each.character for each in inspect("5 € [x]", profile="callr").unmapped] == [*"€[]"]
    assert [each.character for each in inspect("5 € [x]", profile="telnyx").unmapped] == ["€"]


def test_alternatives_are_worked_out() -> None:
    """Each way to send a text has the parts that it takes, the gentlest first."""
    # 71 units are two parts; one quotation mark and the rest in GSM 7 bit are 71 septets.
    assert names("’" + "a" * 70) == {"as_is": (2, 0), "typographic": (1, 1)}
    assert names("ş" + "a" * 70) == {"as_is": (2, 0), "accent": (1, 1), "languages": (1, 1)}
    assert names("я" * 71) == {"as_is": (2, 0), "script": (1, 1)}
    assert names("a" * 160) == {"as_is": (1, 0)}
    # A space too many makes a second part; nothing else could help.
    assert names("a" * 160 + " ") == {"as_is": (2, 0), "trimmed": (1, 1)}
    assert names("a\r\n" + "b" * 158)["trimmed"] == (1, 1)
    # A class counts the gentler ones too.
    both = names("’ş" + "a" * 69)
    assert (both["typographic"], both["accent"]) == ((2, 0), (1, 1))


def test_the_best_alternative() -> None:
    """The best is the gentlest of those that take the fewest parts, or none."""
    best = inspect("“" + "a" * 70).best
    assert best is not None
    assert (best.name, best.text[0], best.replacements[0].index) == ("typographic", '"', 0)
    assert inspect("“a”").best is None
    assert inspect("a").best is None


def test_scripts_are_the_callers() -> None:
    """With schemes of romanisation the script alternative uses those."""
    text = "Щ" + "а" * 70
    told = {each.name: each.text for each in inspect(text, scripts=("russian",)).alternatives}
    assert told["script"].startswith("Shch")


def test_oddities_are_told() -> None:
    """What a reader does not see, or takes for something else, is told with its place."""
    found = inspect("p\u0430ypal\r\ne\u0301 \u202eabc\u200b")
    assert [(each.kind.value, each.index, each.end) for each in found.oddities] == [
        ("lookalike", 1, 2),
        ("crlf", 6, 8),
        ("decomposed", 8, 10),
        ("bidirectional", 11, 12),
        ("invisible", 15, 16),
    ]


@pytest.mark.parametrize(
    ("text", "options", "fault"),
    [
        ("caf\udce9", {}, LoneSurrogate),
        ("a" * 39016, {}, TooLong),
        ("a" * 1601, {"profile": "twilio"}, OverLimit),
        ("я", {"coding": Alphabet.GSM7}, MessageError),
    ],
    ids=["surrogate", "long", "limit", "forced"],
)
def test_what_cannot_be_sent_is_looked_at(
    text: str, options: dict[str, object], fault: type[MessageError]
) -> None:
    """A text that cannot be sent raises nothing: the fault is told, and all else that is known."""
    found = inspect(text, **options)  # type: ignore[arg-type]  # any option
    assert isinstance(found.fault, fault)
    assert (found.message, found.parts) == (None, None)
    assert json.loads(json.dumps(found.to_dict()))["fault"] == str(found.fault)
    assert "It cannot be sent: " in str(found)
    assert found._repr_html_()


def test_what_cannot_be_sent_has_remedies() -> None:
    """Where only the text as it is cannot be sent, each way that can be is told."""
    forced = Profile(name="mine", title="Mine", alphabet="gsm7")
    assert names("It’s ş", profile=forced) == {"accent": (1, None)}
    short = Profile(name="short", title="Short", max_parts=1)
    found = inspect("It’s " + "x" * 90, profile=short)
    assert found.best is not None
    assert (found.best.name, found.best.parts, found.best.saved) == ("typographic", 1, None)
    assert "can be sent" in str(found)
    assert inspect("caf\udce9").alternatives == ()


def test_a_long_run_is_one_span() -> None:
    """HTML grows with what differs, not with every character."""
    assert len(inspect("x" * 10_000)._repr_html_()) < 20_000


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(st.text(), strategies.language_texts),
    profile=st.sampled_from([None, *PROFILE_NAMES]),
)
def test_laws_of_an_inspection(text: str, profile: str | None) -> None:
    """An inspection agrees with measuring, holds its own text nowhere in its repr, and renders."""
    found = inspect(text, profile=profile)
    if found.fault is not None:
        with pytest.raises(type(found.fault), match=re.escape(str(found.fault))):
            count_parts(text, profile=profile)
    else:
        parts = count_parts(text, profile=profile)
        assert found.parts == parts == found.alternatives[0].parts
        assert found.alternatives[0].saved == 0
    for each in found.unmapped:
        assert text[each.index] == each.character
    for odd in found.oddities:
        assert text[odd.index : odd.end] == odd.characters
    json.dumps(found.to_dict())
    for line in str(found).split("\n"):
        assert not re.search(r"[\0-\x1f\x7f\u202a-\u202e\u2066-\u2069]", line)


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(), strategies.language_texts))
def test_laws_of_alternatives(text: str) -> None:
    """An alternative takes what its own text takes, and saves the difference."""
    found = inspect(text)
    for each in found.alternatives:
        languages = NationalLanguage if each.name == "languages" else ()
        measured = measure(each.text, languages=languages)
        assert (each.units, each.parts) == (measured.units, measured.parts)
        assert each.coding == detect(each.text, languages=languages)
        assert found.parts is not None
        assert each.saved == found.parts - each.parts


def test_nothing_of_the_text_is_in_a_repr() -> None:
    """A repr may reach a log: it has none of the text, not even in an alternative."""
    found = inspect("Confidential – " + "x" * 70)
    for shown in (repr(found), repr(found.alternatives), repr(found.oddities)):
        assert "Conf" not in shown


class Spans(HTMLParser):
    """Reads the text of HTML, and the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the name of a tag."""
        assert {name for name, _ in attrs} <= {"class", "style", "dir"}
        self.tags.append(tag)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> “&amp;”", "It’s “all” – <b>", TURKISH, "я" * 80, ""]
)
def test_html_says_what_plain_says(text: str) -> None:
    """HTML has the lines of the plain text, escaped, and no tag of the text's."""
    found = inspect(text)
    page = Spans()
    page.feed(found._repr_html_())
    assert page.text == str(found)
    assert set(page.tags) <= {"pre", "span"}


def test_rich_says_what_plain_says() -> None:
    """On a terminal of rich it is the same lines, with colours."""
    pytest.importorskip("rich")
    from rich.console import Console

    console = Console(record=True, width=200, file=StringIO())
    found = inspect("It’s [red]all[/red] " + "x" * 70)
    console.print(found)
    exported = console.export_text(clear=False)
    assert [line.rstrip() for line in exported.splitlines()] == [
        line.rstrip() for line in str(found).split("\n")
    ]
    assert "[1;37;41m" in console.export_text(styles=True)


def test_profile_says_what_is_not_known() -> None:
    """Under a profile the inspection tells what is not known about the provider."""
    found = inspect("“Hello”", profile="twilio_smart")
    told = found.to_dict()
    assert (told["profile"], told["alphabet"]) == ("twilio_smart", "gsm7")
    assert [each["index"] for each in told["replacements"]] == [0, 6]
    assert told["unknowns"]
    assert "The provider replaces characters in 2 places" in str(found)
    assert found.message is not None
    assert found.message.coding == Coding(Alphabet.GSM7)


def test_signs_for_what_is_not_shown() -> None:
    """Controls and directions are shown as signs for themselves."""
    shown = [show_character(each) for each in "a\n\x7f\u202e\u00a0é"]
    assert shown == ["a", "␊", "␡", "‹U+202E›", "‹U+00A0›", "é"]
