"""What forces a text into UCS-2, and what would be cheaper.

The law of this file: each remedy is weighed as it would be sent, with the options of the text; one
that cannot be sent is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from smscore.characters import name_character, script_of
from smscore.coding import (
    Alphabet,
    Coding,
    NationalLanguage,
    as_coding,
    coding_of,
    find_lone_surrogate,
)
from smscore.counting import Way, cut, find_way
from smscore.errors import MessageError
from smscore.replacement import Replacement, ReplacementClass
from smscore.transliteration import classify, transliterate

_CLASSES = tuple(ReplacementClass)
_WITH_SCRIPTS = (ReplacementClass.SCRIPT, ReplacementClass.LOSSY)


@dataclass(frozen=True, slots=True)
class UnmappedCharacter:
    """A character that the GSM 7 bit coding does not have, and where it stands, by code point.

    `kind` is the class of what the standard table would put in its place, `replacement`; None
    where it has nothing.

    >>> UnmappedCharacter(2, "’").name
    'RIGHT SINGLE QUOTATION MARK'
    >>> UnmappedCharacter(2, "я").script
    'Cyrillic'
    """

    index: int
    character: str
    kind: ReplacementClass | None = None
    replacement: str | None = None

    @property
    def code_point(self) -> str:
        """The code point as it is written, such as U+2019."""
        return f"U+{ord(self.character):04X}"

    @property
    def name(self) -> str:
        """The Unicode name; what has none is said in brackets."""
        return name_character(self.character)

    @property
    def script(self) -> str:
        """The script, as Unicode names it."""
        return script_of(self.character)

    def to_dict(self) -> dict[str, object]:
        """Give the character as JSON values."""
        return {
            "index": self.index,
            "character": self.character,
            "code_point": self.code_point,
            "name": self.name,
            "script": self.script,
            "kind": None if self.kind is None else self.kind.value,
            "replacement": self.replacement,
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to send the text: what it is, what it takes, and what it saves.

    `name` is "as_is", a class of replacements (which includes the gentler ones), "languages" or
    "trimmed"; `saved` is in parts, negative if it takes more, and None if the text as it is cannot
    be sent. The text is not in the repr.
    """

    name: str
    text: str = field(repr=False)
    coding: Coding
    units: int
    parts: int
    saved: int | None
    replacements: tuple[Replacement, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, object]:
        """Give the alternative as JSON values; it holds the text."""
        return {
            "name": self.name,
            "text": self.text,
            "alphabet": self.coding.alphabet.value,
            **self.coding.shifts_to_dict(),
            "units": self.units,
            "parts": self.parts,
            "saved": self.saved,
            "replacements": [each.to_dict() for each in self.replacements],
        }


def find_unmapped(text: str, way: Way, coding: Coding | None) -> Iterator[UnmappedCharacter]:
    """Find what the GSM 7 bit coding does not have: the one given, or else the default."""
    if coding is None or coding.alphabet is not Alphabet.GSM7:
        coding = as_coding(Alphabet.GSM7)
    has = coding.characters()
    if way.profile is not None:
        has -= way.profile.excluded
    for index, character in enumerate(text):
        if character not in has:
            kind, replacement = classify(character) or (None, None)
            yield UnmappedCharacter(index, character, kind, replacement)


def find_alternatives(
    text: str, way: Way, scripts: tuple[str, ...], fault: MessageError | None
) -> Iterator[Alternative]:
    """Find the ways to send a text: as it is, by classes of replacements, languages, trimmed.

    With a fault the text as it is cannot be sent. Half a surrogate pair has no remedy, wherever it
    stands: the fault that is told may be another one, before it.
    """
    if find_lone_surrogate(text) is not None:
        return
    as_it_is = None if fault else _weigh("as_is", text, way, None)
    if as_it_is is not None:
        yield as_it_is
    parts = None if as_it_is is None else as_it_is.parts
    found = _replace(text, way, scripts, parts) if _may_replace(as_it_is, way) else iter(())
    for each in (*found, _shift(text, way, as_it_is), _weigh("trimmed", _trim(text), way, parts)):
        if each is not None and (each.text, each.coding) != (text, as_it_is and as_it_is.coding):
            yield each


def _may_replace(as_it_is: Alternative | None, way: Way) -> bool:
    """Whether replacing characters may help: not where UCS-2 is asked for."""
    if as_it_is is None:
        return True
    return as_it_is.coding.alphabet is Alphabet.UCS2 and way.number != Alphabet.UCS2.dcs


def _replace(
    text: str, way: Way, scripts: tuple[str, ...], parts: int | None
) -> Iterator[Alternative]:
    seen = {text}
    for end, last in enumerate(_CLASSES, 1):
        told = transliterate(
            text,
            classes=_CLASSES[:end],
            scripts=scripts if last in _WITH_SCRIPTS else (),
            when="always",
            languages=way.languages,
            reference_bits=way.reference_bits,
            boundary=way.boundary,
            profile=way.profile,
        )
        if told.text in seen:
            continue
        seen.add(told.text)
        found = _weigh(last.value, told.text, way, parts, told.replacements)
        if found is not None:
            yield found


def _shift(text: str, way: Way, as_it_is: Alternative | None) -> Alternative | None:
    """Weigh all national languages; a profile's provider has said which it sends."""
    if way.number >= 0 or way.profile is not None or as_it_is is None:
        return None
    national = find_way(None, NationalLanguage, way.reference_bits, way.boundary, None)
    found = _weigh("languages", text, national, as_it_is.parts)
    return found if found is not None and found.coding.shifts else None


def _trim(text: str) -> str:
    """Leave out the spaces that nobody misses."""
    lines = text.strip().replace("\r\n", "\n").split("\n")
    return "\n".join(" ".join(filter(None, line.split(" "))) for line in lines)


def _weigh(
    name: str,
    text: str,
    way: Way,
    parts: int | None,
    replacements: tuple[Replacement, ...] = (),
) -> Alternative | None:
    """Weigh a text against the parts of the one as it is; None if it cannot be sent."""
    try:
        found = cut(text, way)
    except MessageError:
        return None
    taken = len(found.ends)
    saved = (0 if name == "as_is" else None) if parts is None else parts - taken
    return Alternative(name, text, coding_of(found.number), found.units, taken, saved, replacements)
