"""What a text is, character by character: what makes it dear, and what would make it cheaper.

The law of this file: it explains what `split` decides and decides nothing itself. A text that
cannot be sent is looked at all the same, and the fault is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from smscore import rendering
from smscore.characters import Finding, find_oddities, name_character, script_of
from smscore.coding import (
    Alphabet,
    Boundary,
    Coding,
    NationalLanguage,
    as_coding,
    as_languages,
    as_text,
    coding_of,
)
from smscore.counting import Way, cut, find_way, tally
from smscore.errors import MessageError
from smscore.profiles import Profile
from smscore.splitting import SplitMessage, split
from smscore.transliteration import Replacement, ReplacementClass, classify, transliterate

_PLAIN = "a"
_UNMAPPED = "\u2019"


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
    "trimmed"; `saved` is in parts, negative if it takes more. The text is not in the repr.
    """

    name: str
    text: str = field(repr=False)
    coding: Coding
    units: int
    parts: int
    saved: int
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


@dataclass(frozen=True, slots=True)
class Inspection:
    """A text looked at closely. The text is not in the repr.

    `message` is the text in its parts, or None if it cannot be sent, and then `fault` says why.
    `unmapped` are the characters that force UCS-2, or would if GSM 7 bit were not enough;
    `oddities` are what a reader does not see or would take for something else. `alternatives`
    begin with the text as it is; the gentlest replacements come first. `parts_replaced` is what
    the text takes if each unmapped character were one septet, `parts_one_more` with one more plain
    character at its end, and `parts_one_unmapped` with one that GSM 7 bit does not have; None
    where that could not be sent.
    """

    text: str = field(repr=False)
    message: SplitMessage | None = field(repr=False)
    fault: MessageError | None
    unmapped: tuple[UnmappedCharacter, ...] = field(repr=False)
    oddities: tuple[Finding, ...] = field(repr=False)
    alternatives: tuple[Alternative, ...] = field(repr=False)
    parts_replaced: int | None
    parts_one_more: int | None
    parts_one_unmapped: int | None
    profile: Profile | None = field(repr=False, default=None)

    @property
    def parts(self) -> int | None:
        """The parts that the text takes; None if it cannot be sent."""
        return None if self.message is None else len(self.message)

    @property
    def best(self) -> Alternative | None:
        """The first of the alternatives that take the fewest parts, if any saves one."""
        best = min(self.alternatives, key=lambda each: each.parts, default=None)
        return best if best is not None and best.saved > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Give the inspection as JSON values; it holds the text of each part."""
        message = self.message
        told: dict[str, Any] = {
            "fault": None if self.fault is None else str(self.fault),
            "profile": None if self.profile is None else self.profile.name,
            "unknowns": [] if self.profile is None else list(self.profile.unknowns),
        }
        if message is not None:
            told |= {
                "alphabet": message.coding.alphabet.value,
                **message.coding.shifts_to_dict(),
                "units": message.units,
                "units_remaining": message.units_remaining,
                "octets": message.octets,
                "boundary": message.boundary,
                "parts": [
                    {
                        "number": part.number,
                        "start": part.start,
                        "end": part.end,
                        "units": part.units,
                        "text": part.text,
                    }
                    for part in message.parts
                ],
                "replacements": [each.to_dict() for each in message.replacements],
            }
        return {
            **told,
            "unmapped": [each.to_dict() for each in self.unmapped],
            "oddities": [
                {
                    "kind": each.kind.value,
                    "index": each.index,
                    "end": each.end,
                    "characters": each.characters,
                    "explanation": each.explanation,
                    "suggestion": each.suggestion,
                }
                for each in self.oddities
            ],
            "alternatives": [each.to_dict() for each in self.alternatives],
            "parts_replaced": self.parts_replaced,
            "parts_one_more": self.parts_one_more,
            "parts_one_unmapped": self.parts_one_unmapped,
        }

    def __str__(self) -> str:
        """Say it in lines of plain text, the parts of the message among them."""
        return "\n".join(rendering.render_plain(self))

    def _repr_html_(self) -> str:
        """Show it as HTML, as notebooks ask for it."""
        return rendering.render_html(self)

    def __rich__(self) -> object:
        """Show it in colour, as rich asks for it."""
        return rendering.render_rich(self)


def inspect(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
    scripts: tuple[str, ...] = (),
) -> Inspection:
    """Look closely at a text. The options are those of `smscore.measure`.

    `scripts` are the schemes of romanisation that the alternatives use (`smscore.transliterate`).
    A text that cannot be sent raises nothing: its fault is told. Raises ProfileError, and
    TypeError and ValueError for options.

    >>> found = inspect("Don’t forget" + " me" * 20)
    >>> found.parts, found.parts_replaced, [each.name for each in found.unmapped]
    (2, 1, ['RIGHT SINGLE QUOTATION MARK'])
    >>> found.best.name, found.best.saved, found.best.text[:6]
    ('typographic', 1, "Don't ")
    """
    text = as_text(text)
    # They are asked for more than once, and an iterator can be read only once.
    languages = as_languages(languages)
    way = find_way(coding, languages, reference_bits, boundary, profile)
    message: SplitMessage | None = None
    fault: MessageError | None = None
    try:
        message = split(
            text,
            coding=coding,
            languages=languages,
            reference_bits=reference_bits,
            boundary=boundary,
            profile=way.profile,
        )
    except MessageError as error:
        fault = error
    unmapped = tuple(_find_unmapped(text, way, message))
    replaced = text
    if unmapped:
        places = {each.index for each in unmapped}
        replaced = "".join(_PLAIN if index in places else each for index, each in enumerate(text))
    open_way = find_way(None, languages, reference_bits, boundary, way.profile)
    return Inspection(
        text=text,
        message=message,
        fault=fault,
        unmapped=unmapped,
        oddities=find_oddities(text),
        alternatives=tuple(_find_alternatives(text, message, way, scripts)),
        parts_replaced=_count(replaced, open_way),
        parts_one_more=_count(text + _PLAIN, way),
        parts_one_unmapped=_count(text + _UNMAPPED, open_way),
        profile=way.profile,
    )


def _find_unmapped(
    text: str, way: Way, message: SplitMessage | None
) -> Iterator[UnmappedCharacter]:
    """Find what the GSM 7 bit coding does not have: that of the message, or the default."""
    coding = as_coding(Alphabet.GSM7)
    if message is not None and message.coding.alphabet is Alphabet.GSM7:
        coding = message.coding
    has = coding.characters()
    if way.profile is not None:
        has -= way.profile.excluded
    for index, character in enumerate(text):
        if character not in has:
            kind, replacement = classify(character) or (None, None)
            yield UnmappedCharacter(index, character, kind, replacement)


def _find_alternatives(
    text: str, message: SplitMessage | None, way: Way, scripts: tuple[str, ...]
) -> Iterator[Alternative]:
    if message is None:
        return
    seen = {text}
    yield _weigh("as_is", text, way, message)
    if message.coding.alphabet is Alphabet.UCS2 and way.number < 0:
        for last in ReplacementClass:
            classes = list(ReplacementClass)[: list(ReplacementClass).index(last) + 1]
            told = transliterate(
                text,
                classes=classes,
                scripts=scripts if last in _WITH_SCRIPTS else (),
                when="always",
                languages=way.languages,
                reference_bits=way.reference_bits,
                boundary=way.boundary,
                profile=way.profile,
            )
            if told.text not in seen:
                seen.add(told.text)
                yield _weigh(last.value, told.text, way, message, told.replacements)
    if way.number < 0 and way.profile is None:
        national = find_way(None, NationalLanguage, way.reference_bits, way.boundary, None)
        if national.languages != way.languages:
            found = _weigh("languages", text, national, message)
            if found.coding.shifts and found.coding != message.coding:
                yield found
    trimmed = "\n".join(_trim(text))
    if trimmed not in seen:
        yield _weigh("trimmed", trimmed, way, message)


_WITH_SCRIPTS = (ReplacementClass.SCRIPT, ReplacementClass.LOSSY)


def _trim(text: str) -> Iterator[str]:
    """Give the lines of a text without the spaces that nobody misses."""
    for line in text.strip().replace("\r\n", "\n").split("\n"):
        yield " ".join(filter(None, line.split(" ")))


def _weigh(
    name: str,
    text: str,
    way: Way,
    message: SplitMessage,
    replacements: tuple[Replacement, ...] = (),
) -> Alternative:
    number, units, parts, _ = tally(text, way)
    return Alternative(
        name, text, coding_of(number), units, parts, len(message) - parts, replacements
    )


def _count(text: str, way: Way) -> int | None:
    try:
        return len(cut(text, way).ends)
    except MessageError:
        return None
