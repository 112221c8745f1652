"""What may stand for which characters of a text, and where.

The law of this file: it finds every replacement that is possible and decides for none. A base with
its marks, and an emoji with what belongs to it, is one place: it is replaced whole or left whole.
A replacement is either in GSM 7 bit or the same characters composed, so that a replaced text is
never further from GSM 7 bit than it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

from smscore import _transliteration
from smscore.coding import GSM7_CHARACTERS


class ReplacementClass(StrEnum):
    """How far a replacement goes, from the gentlest to the one that costs meaning.

    >>> [each.value for each in ReplacementClass]
    ['invisible', 'typographic', 'accent', 'script', 'lossy']
    """

    INVISIBLE = "invisible"
    TYPOGRAPHIC = "typographic"
    ACCENT = "accent"
    SCRIPT = "script"
    LOSSY = "lossy"


INVISIBLE, TYPOGRAPHIC, ACCENT, SCRIPT, LOSSY = CLASSES = tuple(ReplacementClass)

_SAFE = frozenset("\u00ad\u200b\u2060\ufeff")
"""The invisible characters that no script and no emoji needs."""

_SELECTORS = "\ufe0e\ufe0f"
_MARKS = frozenset(_transliteration.MARKS)
_NUMBERS = frozenset(_transliteration.FRACTIONS + _transliteration.STOPPED)

# There are emoji outside these, but none that others are joined to.
_PICTOGRAPH = "[©®‼⁉™ℹ←-⯿〰〽㊗㊙\U0001f000-\U0001faff]"
_MODIFIER = f"[{_SELECTORS}\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_EMOJI = re.compile(f"{_PICTOGRAPH}{_MODIFIER}*(?:\u200d{_PICTOGRAPH}{_MODIFIER}*)*")

# What composes with a character before it though it is no mark of ours: Arabic, kana, Hangul.
_OTHER_MARKS = frozenset("\u0653\u0654\u0655\u3099\u309a")
_JAMO = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")
# Only in these blocks, where every Python knows the same compositions.
_COMPOSABLE = re.compile("[\0-\u052f\u0620-\u06d5\u1100-\u1112\u1e00-\u1fff\u3041-\u30fe]")

# Ideographs and Hangul syllables: nothing stands for them, nor for what stands on them.
_INERT = re.compile("[\u3400-\u9fff\uac00-\ud7a3]")

# Two of these are one thing when nothing stands between them: a syllable, a flag.
_JOINING = "[\u1100-\u11ff\U0001f1e6-\U0001f1ff]"
_APART = re.compile(f"(?<={_JOINING})[{''.join(sorted(_SAFE))}]++(?={_JOINING})")

_MICRO = re.compile("(?<![\u0370-\u03ff\u1f00-\u1fff])\u03bc(?=[A-Za-z])")

_LONGEST = 32
"""A base with more than this is not composed; UAX 15 allows 30 marks in a stream."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """One replacement: `original` stood at `index` of the text, by code point, and became `text`.

    `kind` is None where it comes from a provider's table or the caller's own. Neither the original
    nor what replaced it is in the repr.
    """

    index: int
    original: str = field(repr=False)
    text: str = field(repr=False)
    kind: ReplacementClass | None

    @property
    def end(self) -> int:
        """Where the original ended in the text, by code point."""
        return self.index + len(self.original)

    def to_dict(self) -> dict[str, object]:
        """Give the replacement as JSON values; it holds characters of the text."""
        return {
            "index": self.index,
            "original": self.original,
            "text": self.text,
            "kind": None if self.kind is None else self.kind.value,
        }


class Choice(NamedTuple):
    """What may stand in a place, and the classes that must be asked for."""

    text: str
    kind: ReplacementClass
    needs: frozenset[ReplacementClass]


class Place(NamedTuple):
    """Where something may be replaced; of the choices that may be taken, the last is the best."""

    start: int
    end: int
    choices: tuple[Choice, ...]


@cache
def read_standard() -> dict[str, tuple[ReplacementClass, str]]:
    """Give the standard table: the class and the replacement of each character in it."""
    return {
        character: (kind, text)
        for kind in CLASSES
        for text, characters in _read_records(getattr(_transliteration, kind.name))
        for character in characters
    }


@cache
def read_twilio() -> dict[str, str]:
    """Give Twilio's table."""
    return {
        character: text
        for text, characters in _read_records(_transliteration.TWILIO)
        for character in characters
    }


def _read_records(records: str) -> Iterator[list[str]]:
    return (
        record.split(_transliteration.UNIT) for record in records.split(_transliteration.RECORD)
    )


def find_places(text: str, unmapped: Iterable[int]) -> list[Place]:
    """Find the places where the standard table has something to offer.

    `unmapped` are the indices of the characters that GSM 7 bit does not have, rising. The letters
    of other scripts are not in the table: see `find_script`.
    """
    places: list[Place] = []
    done = bare = 0
    for index in unmapped:
        if index < done:
            continue
        if _INERT.match(text, index):
            done, bare = _find_end(text, index + 1)
            continue
        # What is known to be invisible, and no mark to follow it, is not looked through again.
        start, end = index, index + 1
        if end > bare:
            start, end, bare = _find_extent(text, index, done)
        done = end
        choices = tuple(_find_choices(text[start:end]))
        if choices:
            places.append(Place(start, end, choices))
    return places


def _find_extent(text: str, index: int, done: int) -> tuple[int, int, int]:
    """Give where what a character belongs to begins, not before `done`, and ends.

    The last number is where the invisible characters after it end.
    """
    if text[index] in _MARKS or _is_invisible(text[index]):
        end, bare = _find_end(text, index)
        if end == index:
            return index, index + 1, bare
        return (index - 1 if index > done else index), end, bare
    found = _EMOJI.match(text, index) or _JAMO.match(text, index)
    return index, *_find_end(text, found.end() if found else index + 1)


def _find_end(text: str, index: int) -> tuple[int, int]:
    """Give where the marks from an index on end, and the invisible characters after them.

    Invisible characters may stand between the marks; without a mark the end is the index.
    """
    last = bare = index
    for bare in range(index, len(text)):
        if text[bare] in _MARKS or text[bare] in _OTHER_MARKS:
            last = bare + 1
        elif not _is_invisible(text[bare]):
            return last, bare
    return last, len(text)


def _is_invisible(character: str) -> bool:
    entry = read_standard().get(character)
    return entry is not None and entry[0] is INVISIBLE


def _find_choices(original: str) -> Iterator[Choice]:
    """Give what may stand for one character, or for a base and what belongs to it."""
    table = read_standard()
    if original in table:
        kind, text = table[original]
        yield Choice(text, kind, frozenset((kind,)))
    if len(original) == 1:
        return
    emoji = _EMOJI.match(original)
    if emoji and emoji[0][1:].strip(_SELECTORS):
        return
    visible = "".join(character for character in original if not _is_invisible(character))
    # A selector goes with its base; any other invisible character must be asked for.
    hidden = {c for c in original if _is_invisible(c)} - {*_SELECTORS}
    needed = {INVISIBLE} if hidden else set[ReplacementClass]()
    composable = len(visible) <= _LONGEST and _COMPOSABLE.match(visible)
    composed = normalize("NFC", visible) if composable else visible
    spelt, kinds = _spell(composed)
    if len(composed) < len(visible) and (spelt is None or kinds):
        yield _make_choice(composed, needed | {TYPOGRAPHIC})
    if spelt is not None and spelt != original:
        yield _make_choice(spelt, needed | (kinds or {TYPOGRAPHIC}))


def _spell(text: str) -> tuple[str | None, set[ReplacementClass]]:
    """Spell a text in GSM 7 bit, and give the classes that it takes; None if that is not possible.

    >>> _spell("n°")
    ('ndeg', {<ReplacementClass.LOSSY: 'lossy'>})
    """
    table = read_standard()
    spelt = ""
    kinds: set[ReplacementClass] = set()
    for character in text:
        if character in GSM7_CHARACTERS:
            spelt += character
        elif character in table:
            kinds.add(table[character][0])
            spelt += table[character][1]
        else:
            return None, set()
    return spelt, kinds


def _make_choice(text: str, needs: Collection[ReplacementClass]) -> Choice:
    return Choice(text, max(needs, key=CLASSES.index), frozenset(needs))


def find_script(text: str, schemes: Sequence[str]) -> list[Place]:
    """Find the places that the schemes of romanisation cover; ValueError for an unknown scheme.

    A mu before a unit is no letter but a millionth, which a capital M would make a million.
    """
    # Loaded here, because most callers ask for no script.
    from smscore.romanisation import romanise

    return [
        Place(start, end, (Choice(output, SCRIPT, frozenset((SCRIPT,))),))
        for start, end, output in romanise(text, schemes)
        if not _MICRO.match(text, start)
    ]


def merge(over: list[Place], under: list[Place]) -> list[Place]:
    """Join places in order; one of `under` that overlaps one of `over` is left out."""
    covered = {index for place in over for index in range(place.start, place.end)}
    kept = [place for place in under if covered.isdisjoint(range(place.start, place.end))]
    return sorted([*over, *kept], key=lambda place: place.start)


def choose(
    places: Iterable[Place],
    asked: frozenset[ReplacementClass],
    accept: Callable[[Place, Choice], bool] | None = None,
) -> list[tuple[Place, Choice]]:
    """Give, for each place, the best choice that needs no class but those asked for."""
    chosen: list[tuple[Place, Choice]] = []
    for place in places:
        for choice in reversed(place.choices):
            if choice.needs <= asked and (accept is None or accept(place, choice)):
                chosen.append((place, choice))
                break
    return chosen


def find_apart(text: str) -> frozenset[int]:
    """Find the invisible characters that keep two others apart which would be one thing."""
    return frozenset(index for found in _APART.finditer(text) for index in range(*found.span()))


def is_harmless(
    text: str, apart: Collection[int], place: Place, choice: Choice, *, shorter: bool
) -> bool:
    """Say whether a choice does no harm in a text that stays UCS-2.

    It must not take more units, or with `shorter` take fewer; not drop what may mean something
    between the letters of other scripts and emoji, nor what is `apart`; and not leave a text in
    two scripts.
    """
    original = text[place.start : place.end]
    if choice.kind is INVISIBLE:
        return original in _SAFE and place.start not in apart
    # A number may take spaces too, to be apart from the digits beside it.
    if choice.kind is SCRIPT or INVISIBLE in choice.needs or original[0] in _NUMBERS:
        return False
    visible = "".join(character for character in original if character not in _SELECTORS)
    return count_units(choice.text) <= count_units(visible) - shorter


def count_units(text: str) -> int:
    """Count the 16-bit units that a text takes in UCS-2."""
    return len(text) + sum(character > "\uffff" for character in text)


def apply(text: str, chosen: Iterable[tuple[Place, Choice]]) -> tuple[str, tuple[Replacement, ...]]:
    """Replace what was chosen; a number is set apart from the digits beside it: 1½ is 1 1/2."""
    made: list[Replacement] = []
    pieces: list[str] = []
    done = 0
    last = ""
    number = -1
    for place, choice in [*chosen, (Place(len(text), len(text), ()), None)]:
        between = text[done : place.start]
        original = text[place.start : place.end]
        output = "" if choice is None else choice.text
        follows = between[:1] or output[:1]
        if number >= 0 and follows:
            # A numerator that waits for what it is of, U+215F, has its digits right behind it.
            if follows.isdecimal() and last != "/":
                made[number] = _append_space(made[number])
                pieces.append(" ")
                last = " "
            number = -1
        last = between[-1:] or last
        pieces.append(between)
        if choice is None:
            break
        if original[0] in _NUMBERS:
            output = " " + output if last.isdecimal() else output
            number = len(made)
        pieces.append(output)
        last = output[-1:] or last
        made.append(Replacement(place.start, original, output, choice.kind))
        done = place.end
    return "".join(pieces), tuple(made)


def _append_space(replacement: Replacement) -> Replacement:
    return Replacement(
        replacement.index, replacement.original, replacement.text + " ", replacement.kind
    )
