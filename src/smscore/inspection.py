"""What a text is, character by character: what makes it dear, and what would make it cheaper.

The law of this file: it explains what `split` decides and decides nothing itself. A text that
cannot be sent is looked at all the same, and the fault is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby, repeat
from os import PathLike
from typing import Any

from smscore import rendering
from smscore.characters import Finding, find_oddities
from smscore.coding import Alphabet, Boundary, Coding, as_languages, as_text
from smscore.counting import Way, cut, find_way
from smscore.errors import MessageError
from smscore.profiles import Profile
from smscore.remedies import Alternative, UnmappedCharacter, find_alternatives, find_unmapped
from smscore.rendering import (
    BAD,
    GOOD,
    HEAD,
    PARTS,
    PLAIN,
    UNMAPPED,
    Line,
    list_indexes,
    show_alone,
    show_text,
)
from smscore.splitting import SplitMessage, split

_ONE_PLAIN, _ONE_UNMAPPED = "a", "\u2019"

_UNITS = {Alphabet.GSM7: "septet", Alphabet.UCS2: "unit"}
_NAMES = {Alphabet.GSM7: "GSM 7 bit", Alphabet.UCS2: "UCS-2"}
_WAYS = {
    "as_is": "as it is",
    "invisible": "without what nobody sees",
    "typographic": "and with plain punctuation",
    "accent": "and without accents",
    "script": "and in Latin letters",
    "lossy": "and with what changes its meaning",
    "languages": "with national languages",
    "trimmed": "without needless spaces",
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
        """The first of the alternatives that take the fewest parts, if any is better."""
        best = min(self.alternatives, key=lambda each: each.parts, default=None)
        return best if best is not None and best.saved != 0 else None

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
        return "\n".join(rendering.render_plain(_describe(self)))

    def _repr_html_(self) -> str:
        """Show it as HTML, as notebooks ask for it."""
        return rendering.render_html(_describe(self))

    def __rich__(self) -> object:
        """Show it in colour, as rich asks for it."""
        return rendering.render_rich(_describe(self))


def inspect(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
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
    unmapped = tuple(find_unmapped(text, way, message.coding if message else None))
    replaced = text
    if unmapped:
        places = {each.index for each in unmapped}
        replaced = "".join(
            _ONE_PLAIN if index in places else each for index, each in enumerate(text)
        )
    open_way = find_way(None, languages, reference_bits, boundary, way.profile)
    return Inspection(
        text=text,
        message=message,
        fault=fault,
        unmapped=unmapped,
        oddities=find_oddities(text),
        alternatives=tuple(find_alternatives(text, way, scripts, fault)),
        parts_replaced=_count_parts(replaced, open_way),
        parts_one_more=_count_parts(text + _ONE_PLAIN, way),
        parts_one_unmapped=_count_parts(text + _ONE_UNMAPPED, open_way),
        profile=way.profile,
    )


def _count_parts(text: str, way: Way) -> int | None:
    try:
        return len(cut(text, way).ends)
    except MessageError:
        return None


def _describe(found: Inspection) -> Iterator[Line]:
    if found.message is None:
        yield from _describe_fault(found)
    else:
        yield from _describe_parts(found)
        yield from _describe_message(found)
    if found.unmapped:
        yield from _describe_unmapped(found)
    if found.oddities:
        yield from _describe_oddities(found)
    if any(each.saved != 0 for each in found.alternatives):
        yield from _describe_alternatives(found)
    if found.message is not None:
        yield []
        yield [(f"One more character: {_count(found.parts_one_more)}.", PLAIN)]
        forced = found.profile.alphabet if found.profile is not None else None
        if found.message.coding.alphabet is Alphabet.GSM7 and forced is None:
            unmapped = _count(found.parts_one_unmapped)
            yield [(f"One more that GSM 7 bit does not have: {unmapped}.", PLAIN)]
    if found.profile is not None and found.profile.unknowns:
        yield []
        yield [(f"Not known about {found.profile.title}:", HEAD)]
        for words in found.profile.unknowns:
            yield [(f"  {words}", PLAIN)]


def _describe_fault(found: Inspection) -> Iterator[Line]:
    yield [(show_text(found.text), PARTS[0])]
    yield []
    yield [("It cannot be sent: ", BAD), (str(found.fault), PLAIN)]


def _describe_parts(found: Inspection) -> Iterator[Line]:
    message = found.message
    if message is None:
        return
    # What the provider replaces stands elsewhere in what it sends.
    unmapped = set() if message.replacements else {each.index for each in found.unmapped}
    for part in message.parts:
        line: Line = [(f"{part.number:>4}  ", PLAIN)]
        style = PARTS[part.number % len(PARTS)]
        marked = (index in unmapped for index in range(part.start, part.end))
        shown = zip(part.text, chain(marked, repeat(False)), strict=False)
        for is_unmapped, run in groupby(shown, key=lambda each: each[1]):
            text = show_text("".join(character for character, _ in run))
            line.append((text, UNMAPPED if is_unmapped else style))
        yield line


def _describe_message(found: Inspection) -> Iterator[Line]:
    message = found.message
    if message is None:
        return
    alphabet = message.coding.alphabet
    units = _UNITS[alphabet]
    place = "it" if len(message) == 1 else "the last"
    shifts = str(message.coding).partition(" with ")[2]
    named = f"{_NAMES[alphabet]} with {shifts}" if shifts else _NAMES[alphabet]
    taken = f"{_count(len(message))}, {_plural(message.units, units)}"
    left = f"{_plural(message.units_remaining, units)} left in {place}"
    yield []
    yield [(f"{named}, {taken}; {left}", PLAIN)]
    if message.replacements:
        replaced = _plural(len(message.replacements), "place")
        words = f"The provider replaces characters in {replaced}; the parts show what it sends."
        yield [(words, PLAIN)]


def _describe_unmapped(found: Inspection) -> Iterator[Line]:
    yield []
    replaced = found.message is not None and found.message.coding.alphabet is Alphabet.GSM7
    yield [("Not in GSM 7 bit, at index:" if replaced else "Forced by, at index:", HEAD)]
    found_at: dict[str, list[UnmappedCharacter]] = {}
    for each in found.unmapped:
        found_at.setdefault(each.character, []).append(each)
    # The most frequent first, and of equals the first in the text.
    for character, places in sorted(found_at.items(), key=lambda item: -len(item[1])):
        shown = (show_alone(character), UNMAPPED)
        yield [("  ", PLAIN), shown, (_name(places), PLAIN)]
    if found.parts is not None and not replaced:
        parts = found.parts_replaced
        saved = "too" if parts == found.parts else f"instead of {found.parts}"
        words = f"With one GSM 7 bit character for each, it is {_count(parts)} {saved}."
        yield [(words, PLAIN)]


def _describe_oddities(found: Inspection) -> Iterator[Line]:
    yield []
    yield [("Odd, at index:", HEAD)]
    places: dict[tuple[str, str], list[int]] = {}
    for each in found.oddities:
        places.setdefault((each.kind.value, each.explanation), []).append(each.index)
    for (kind, explanation), indexes in places.items():
        words = kind.replace("_", " ")
        yield [(f"  {list_indexes(indexes)}: {words}: {explanation}", PLAIN)]


def _name(places: list[UnmappedCharacter]) -> str:
    first = places[0]
    indexes = list_indexes([each.index for each in places])
    script = "" if first.script in {"Common", "Inherited", "Latin"} else f" ({first.script})"
    stands = show_text(first.replacement or "") or "nothing"
    kind = f"; {first.kind.value}: {stands}" if first.kind else ""
    times = _plural(len(places), "time")
    return f"  {first.code_point} {first.name}{script}, {times}: {indexes}{kind}"


def _describe_alternatives(found: Inspection) -> Iterator[Line]:
    yield []
    yield [("Ways to send it:", HEAD)]
    names = [_name_way(each) for each in found.alternatives]
    width = max(map(len, names))
    for name, each in zip(names, found.alternatives, strict=True):
        yield [(f"  {name:<{width}}  {_count(each.parts):>9}", PLAIN), *_judge(each)]
    best = found.best
    if best is not None and best.text != found.text:
        yield [("The gentlest that takes the fewest parts:", PLAIN)]
        yield [("  ", PLAIN), (show_text(best.text), GOOD)]


def _name_way(each: Alternative) -> str:
    shifts = str(each.coding).partition(" with ")[2]
    return f"{_WAYS[each.name]}{f' ({shifts})' if shifts else ''}"


def _judge(each: Alternative) -> Line:
    if each.saved is None:
        return [("  ", PLAIN), ("can be sent", GOOD)]
    if each.saved > 0:
        return [("  ", PLAIN), (f"saves {each.saved}", GOOD)]
    if each.saved < 0:
        return [("  ", PLAIN), (f"takes {-each.saved} more", BAD)]
    return []


def _count(parts: int | None) -> str:
    if parts is None:
        return "more than can be sent"
    return _plural(parts, "part")


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
