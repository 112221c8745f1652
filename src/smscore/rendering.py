"""An inspection as people look at it: plain, in colour, or as HTML.

The law of this file: what is said is said once, in styled lines, and each medium renders those.
Nothing of a message acts on the medium: what is invisible, or would move the cursor, change colours
or turn the direction of writing, is shown as a sign for itself, and HTML is escaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING

from smscore.coding import Alphabet
from smscore.errors import MissingExtra

if TYPE_CHECKING:
    from rich.console import RenderableType

    from smscore.inspection import Alternative, Inspection, UnmappedCharacter

Span = tuple[str, str]
"""Some text, and the name of its style."""

Line = list[Span]

_PLAIN, _HEAD, _UNMAPPED, _GOOD, _BAD = "", "head", "unmapped", "good", "bad"
_PARTS = ("even", "odd")

_RICH = {
    _PLAIN: "",
    _HEAD: "bold",
    _UNMAPPED: "bold white on red",
    _GOOD: "green",
    _BAD: "red",
    "even": "black on bright_cyan",
    "odd": "black on bright_yellow",
}
# Each has a colour of its own before and behind, so that it is read on light and on dark pages.
_HTML = {
    _HEAD: "font-weight:bold",
    _UNMAPPED: "background:#b00020;color:#fff;font-weight:bold",
    _GOOD: "background:#d7f0dc;color:#0b3d17",
    _BAD: "background:#f6d5d8;color:#5c0a14",
    "even": "background:#bfeaf2;color:#000",
    "odd": "background:#f6ecae;color:#000",
}

_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = 0x7F, 0x2421
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# It only joins what stands beside it, and an emoji falls apart without it.
_JOINER = "\u200d"
_CIRCLE = "\u25cc"
"""What a mark stands on when it stands alone."""

_INDEXES_SHOWN = 10
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


def show_character(character: str) -> str:
    r"""Show one character, or a sign for it.

    >>> show_character("é"), show_character("\n"), show_character("\u202e")
    ('é', '␊', '‹U+202E›')
    """
    point = ord(character)
    if point < ord(" "):
        return chr(_PICTURES + point)
    if point == _DELETE:
        return chr(_DELETE_PICTURE)
    category = unicodedata.category(character)
    if category in _UNSHOWN or (category == "Zs" and character != " "):
        return f"‹U+{point:04X}›"
    return character


def render_plain(found: Inspection) -> Iterator[str]:
    r"""Render an inspection as lines of plain text.

    >>> from smscore import inspect
    >>> print(*render_plain(inspect("It’s")), sep="\n")
       1  It’s
    <BLANKLINE>
    UCS-2, 1 part, 4 units; 66 units left in it
    <BLANKLINE>
    Forced by, at index:
      ’  U+2019 RIGHT SINGLE QUOTATION MARK, 1 time: 2; typographic: '
    With one GSM 7 bit character for each, it is 1 part too.
    <BLANKLINE>
    One more character: 1 part.
    """
    for line in _describe(found):
        yield "".join(text for text, _ in line)


def render_rich(found: Inspection) -> RenderableType:
    """Render an inspection for a terminal; MissingExtra without rich."""
    try:
        from rich.text import Text
    except ModuleNotFoundError:
        raise MissingExtra("rich", "cli", "showing an inspection in colour") from None

    lines = [
        Text.assemble(*((text, _RICH[style]) for text, style in line)) for line in _describe(found)
    ]
    return Text("\n").join(lines)


def render_html(found: Inspection) -> str:
    """Render an inspection as an element of HTML."""
    lines = []
    for line in _describe(found):
        spans = [
            f'<span style="{_HTML[style]}">{escape(text)}</span>' if style else escape(text)
            for text, style in line
        ]
        lines.append("".join(spans))
    return (
        '<pre class="smscore" dir="ltr" style="white-space:pre-wrap">' + "\n".join(lines) + "</pre>"
    )


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
    if any(each.saved for each in found.alternatives):
        yield from _describe_alternatives(found)
    if found.message is not None:
        yield []
        yield [(f"One more character: {_count(found.parts_one_more)}.", _PLAIN)]
        forced = found.profile.alphabet if found.profile is not None else None
        if found.message.coding.alphabet is Alphabet.GSM7 and forced is None:
            unmapped = _count(found.parts_one_unmapped)
            yield [(f"One more that GSM 7 bit does not have: {unmapped}.", _PLAIN)]
    if found.profile is not None and found.profile.unknowns:
        yield []
        yield [(f"Not known about {found.profile.title}:", _HEAD)]
        for words in found.profile.unknowns:
            yield [(f"  {words}", _PLAIN)]


def _describe_fault(found: Inspection) -> Iterator[Line]:
    yield [("".join(map(_show, found.text)), _PARTS[0])]
    yield []
    yield [("It cannot be sent: ", _BAD), (str(found.fault), _PLAIN)]


def _describe_parts(found: Inspection) -> Iterator[Line]:
    message = found.message
    if message is None:
        return
    # What the provider replaces stands elsewhere in what it sends.
    unmapped = set() if message.replacements else {each.index for each in found.unmapped}
    for part in message.parts:
        line: Line = [(f"{part.number:>4}  ", _PLAIN)]
        style = _PARTS[part.number % len(_PARTS)]
        marked = (index in unmapped for index in range(part.start, part.end))
        shown = zip(part.text, chain(marked, repeat(False)), strict=False)
        for is_unmapped, run in groupby(shown, key=lambda each: each[1]):
            text = "".join(_show(character) for character, _ in run)
            line.append((text, _UNMAPPED if is_unmapped else style))
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
    yield [(f"{named}, {taken}; {left}", _PLAIN)]
    if message.replacements:
        replaced = _plural(len(message.replacements), "place")
        words = f"The provider replaces characters in {replaced}; the parts show what it sends."
        yield [(words, _PLAIN)]


def _describe_unmapped(found: Inspection) -> Iterator[Line]:
    yield []
    replaced = found.message is not None and found.message.coding.alphabet is Alphabet.GSM7
    yield [("Not in GSM 7 bit, at index:" if replaced else "Forced by, at index:", _HEAD)]
    found_at: dict[str, list[UnmappedCharacter]] = {}
    for each in found.unmapped:
        found_at.setdefault(each.character, []).append(each)
    # The most frequent first, and of equals the first in the text.
    for character, places in sorted(found_at.items(), key=lambda item: -len(item[1])):
        base = _CIRCLE if unicodedata.combining(character) else ""
        shown = (base + _show(character), _UNMAPPED)
        yield [("  ", _PLAIN), shown, (_name(places), _PLAIN)]
    if found.parts is not None and not replaced:
        parts = found.parts_replaced
        saved = "too" if parts == found.parts else f"instead of {found.parts}"
        words = f"With one GSM 7 bit character for each, it is {_count(parts)} {saved}."
        yield [(words, _PLAIN)]


def _describe_oddities(found: Inspection) -> Iterator[Line]:
    yield []
    yield [("Odd, at index:", _HEAD)]
    places: dict[tuple[str, str], list[int]] = {}
    for each in found.oddities:
        places.setdefault((each.kind.value, each.explanation), []).append(each.index)
    for (kind, explanation), indexes in places.items():
        words = kind.replace("_", " ")
        yield [(f"  {list_indexes(indexes)}: {words}: {explanation}", _PLAIN)]


def _name(places: list[UnmappedCharacter]) -> str:
    first = places[0]
    indexes = list_indexes([each.index for each in places])
    script = "" if first.script in {"Common", "Inherited", "Latin"} else f" ({first.script})"
    stands = "".join(map(show_character, first.replacement or "")) or "nothing"
    kind = f"; {first.kind.value}: {stands}" if first.kind else ""
    times = _plural(len(places), "time")
    return f"  {first.code_point} {first.name}{script}, {times}: {indexes}{kind}"


def list_indexes(indexes: list[int]) -> str:
    """List the first of some indexes.

    >>> list_indexes([*range(12)])
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...'
    """
    more = ["..."] if len(indexes) > _INDEXES_SHOWN else []
    return ", ".join([*map(str, indexes[:_INDEXES_SHOWN]), *more])


def _describe_alternatives(found: Inspection) -> Iterator[Line]:
    yield []
    yield [("Ways to send it:", _HEAD)]
    names = [_name_way(each) for each in found.alternatives]
    width = max(map(len, names))
    for name, each in zip(names, found.alternatives, strict=True):
        yield [(f"  {name:<{width}}  {_count(each.parts):>9}", _PLAIN), *_judge(each)]
    best = found.best
    if best is not None and best.text != found.text:
        yield [(f"The gentlest that saves most, {_WAYS[best.name]}:", _PLAIN)]
        yield [("  ", _PLAIN), ("".join(map(_show, best.text)), _GOOD)]


def _name_way(each: Alternative) -> str:
    shifts = str(each.coding).partition(" with ")[2]
    return f"{_WAYS[each.name]}{f' ({shifts})' if shifts else ''}"


def _judge(each: Alternative) -> Line:
    if each.saved > 0:
        return [("  ", _PLAIN), (f"saves {each.saved}", _GOOD)]
    if each.saved < 0:
        return [("  ", _PLAIN), (f"takes {-each.saved} more", _BAD)]
    return []


def _show(character: str) -> str:
    return character if character == _JOINER else show_character(character)


def _count(parts: int | None) -> str:
    if parts is None:
        return "more than can be sent"
    return _plural(parts, "part")


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
