"""Which characters of a text to replace, given how its parts are counted.

The law of this file: nothing is changed in silence, nothing that changes a letter unless it is
asked for, and nothing that makes a text take more parts. A provider's table is the exception: it
is applied as it is, because it tells what the provider does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Literal, cast

from smscore import _kernel
from smscore.coding import (
    Alphabet,
    Coding,
    NationalLanguage,
    as_text,
)
from smscore.provider_tables import read_mapping
from smscore.replacement import (
    CLASSES,
    INVISIBLE,
    SCRIPT,
    TYPOGRAPHIC,
    Place,
    Replacement,
    ReplacementClass,
    apply,
    choose,
    find_apart,
    find_places,
    find_script,
    is_harmless,
    merge,
    read_standard,
    read_twilio,
)

When = Literal["saving", "always"]

_UNSENDABLE = 1 << 30
"""More parts than any text that can be sent."""

DEFAULT_CLASSES = frozenset({INVISIBLE, TYPOGRAPHIC})
"""What changes no letter."""

_DEFAULT_SCHEMES = ("greek_capitals", "cyrillic")


@dataclass(frozen=True, slots=True)
class Transliteration:
    """A text with some characters replaced, and each replacement. The text is not in the repr.

    Parts are None for what cannot be sent, such as a character that a forced alphabet has not.

    >>> from smscore import transliterate
    >>> told = transliterate("It’s here", when="always")
    >>> told.text, told.parts_saved, told.replacements[0].index, told.replacements[0].kind.value
    ("It's here", 0, 2, 'typographic')
    """

    text: str = field(repr=False)
    replacements: tuple[Replacement, ...]
    parts_before: int | None
    parts_after: int | None

    @property
    def parts_saved(self) -> int:
        """The parts that the replacements save; never negative with the standard table."""
        return (self.parts_before or 0) - (self.parts_after or 0) if self.parts_before else 0

    def to_dict(self) -> dict[str, object]:
        """Give the transliteration as JSON values; it holds the text."""
        return {
            "text": self.text,
            "replacements": [each.to_dict() for each in self.replacements],
            "parts_before": self.parts_before,
            "parts_after": self.parts_after,
            "parts_saved": self.parts_saved,
        }


@dataclass(frozen=True, slots=True)
class Counting:
    """How parts are counted, the same for a text before and after, and the languages allowed.

    `counted` gives a text's parts, None if it cannot be sent so, and whether it is GSM 7 bit.
    """

    counted: Callable[[str], tuple[int | None, bool]]
    languages: bytes = b""

    def count(self, text: str) -> tuple[int, bool]:
        """Count the parts of a text; one that cannot be sent has more than any that can."""
        parts, plain = self.counted(text)
        return (_UNSENDABLE if parts is None else parts), plain

    def spare(self, text: str, places: list[Place]) -> list[Place]:
        """Leave out the places of what some language has."""
        has = _unite_tables(self.languages)
        return [each for each in places if not has.issuperset(text[each.start : each.end])]


@cache
def _unite_tables(languages: bytes) -> frozenset[str]:
    """Give the characters that the tables of some languages have, together."""
    tables = (
        Coding(Alphabet.GSM7, each if each.has_locking else None, each).characters()
        for each in map(NationalLanguage, languages)
    )
    return frozenset().union(*tables)


def respell(
    text: str,
    counting: Counting,
    *,
    table: str | Mapping[str, str] | object = "standard",
    classes: Iterable[str] | None = None,
    scripts: Sequence[str] = (),
    when: When | None = None,
) -> Transliteration:
    """Replace characters as `smscore.transliterate` says, counting as is given.

    >>> respell("“a”", Counting(lambda text: (len(text), False)), when="always").text
    '"a"'
    """
    if when not in (None, "saving", "always"):
        raise ValueError(f"when is 'saving' or 'always', not {when!r}")
    if table == "standard":
        asked, schemes = _read_classes(classes, scripts)
        return _transliterate(text, asked, schemes, when or "saving", counting)
    if classes is not None or scripts:
        raise ValueError("only the standard table has classes: leave out classes and scripts")
    return _replace(text, _read_table(table), when or "always", counting)


def classify(character: str) -> tuple[ReplacementClass, str] | None:
    """Say what the standard table does to one character: the class, and what replaces it.

    None is nothing. The letters of scripts are not in the table: smscore.romanisation has them.
    Raises ValueError unless it is one character.

    >>> classify("’")
    (<ReplacementClass.TYPOGRAPHIC: 'typographic'>, "'")
    >>> classify("é") is None
    True
    """
    if len(as_text(character)) != 1:
        raise ValueError(f"one character is classified, not {len(character)}")
    return read_standard().get(character)


def _read_classes(
    classes: Iterable[str] | None, scripts: Sequence[str]
) -> tuple[frozenset[ReplacementClass], tuple[str, ...]]:
    """Read the options about classes: those asked for, and the schemes of class script."""
    for option, value in (("classes", classes), ("scripts", scripts)):
        if isinstance(value, str):
            raise TypeError(f"{option} is a sequence of names, such as ({value!r},), not one name")
    asked = set(DEFAULT_CLASSES) if classes is None else set(map(_read_class, classes))
    schemes = tuple(scripts)
    if schemes:
        # Loaded here, because most callers ask for no script.
        from smscore.romanisation import SCHEMES

        for scheme in schemes:
            if scheme not in SCHEMES:
                raise ValueError(f"{scheme!r} is no scheme: there are {', '.join(SCHEMES)}")
        asked.add(SCRIPT)
    return frozenset(asked), schemes or _DEFAULT_SCHEMES


def _read_class(name: str) -> ReplacementClass:
    try:
        return ReplacementClass(name)
    except ValueError:
        raise ValueError(f"{name!r} is no class: there are {', '.join(CLASSES)}") from None


def _read_table(table: object) -> dict[str, str]:
    """Give what a table replaces, and nothing that it keeps."""
    if isinstance(table, str):
        if table != "twilio":
            raise ValueError(
                f"{table!r} is no table: there are standard and twilio, or give a mapping"
            )
        return read_twilio()
    if not isinstance(table, Mapping):
        return _keep_changes(table)
    try:
        hash(table)
    except TypeError:
        # Nor has a view of a dictionary, though since Python 3.12 its type looks as if it had.
        return _keep_changes(table)
    return _remember_table(cast("Hashable", table))


@lru_cache(maxsize=16)
def _remember_table(table: Hashable) -> dict[str, str]:
    return _keep_changes(table)


def _keep_changes(table: object) -> dict[str, str]:
    return {key: text for key, text in read_mapping(table).items() if key != text}


def _transliterate(
    text: str,
    asked: frozenset[ReplacementClass],
    schemes: tuple[str, ...],
    when: When,
    counting: Counting,
) -> Transliteration:
    """Transliterate by the standard table."""
    before, plain = counting.count(text)
    best = _make(text, (), before, before)
    if plain or (when == "saving" and before == 1):
        return best
    places = find_places(text, _kernel.find_unmapped(text))
    scripted = merge(find_script(text, schemes), places) if SCRIPT in asked else places
    if when == "always":
        return _apply(text, scripted, asked, before, when, counting)
    # A class that no place needs makes no other text than those before it.
    needed = {kind for place in places + scripted for each in place.choices for kind in each.needs}
    for end, kind in enumerate(CLASSES):
        if kind not in needed & asked:
            continue
        level = asked & frozenset(CLASSES[: end + 1])
        some = scripted if SCRIPT in level else places
        found = _apply(text, some, level, before, when, counting)
        if _rank(found) < _rank(best):
            best = found
    return best


def _apply(
    text: str,
    places: list[Place],
    level: frozenset[ReplacementClass],
    before: int,
    when: When,
    counting: Counting,
) -> Transliteration:
    """Apply the classes of a level; not where a language has it, if the rest does as much."""
    found = _apply_all(text, places, level, before, when, counting)
    if counting.languages:
        spared = counting.spare(text, places)
        gentler = _apply_all(text, spared, level, before, when, counting)
        if _rank(gentler) <= _rank(found) and (when == "saving" or counting.count(gentler.text)[1]):
            return gentler
    return found


def _apply_all(
    text: str,
    places: list[Place],
    level: frozenset[ReplacementClass],
    before: int,
    when: When,
    counting: Counting,
) -> Transliteration:
    """Apply the classes of a level: all that they offer, or what does no harm in UCS-2."""
    replaced, replacements = apply(text, choose(places, level))
    after, plain = counting.count(replaced)
    found = _make(replaced, replacements, before, after)
    fits = plain and after <= before
    if fits and (after == 1 or when == "always"):
        return found
    accept = partial(is_harmless, text, find_apart(text), shorter=when == "saving")
    replaced, replacements = apply(text, choose(places, level, accept))
    after, _ = counting.count(replaced)
    # Dots for each ellipsis can take more parts than UCS-2 does with its letters composed.
    if fits and _rank(found) <= after:
        return found
    return _make(replaced, replacements, before, after)


def _replace(text: str, table: dict[str, str], when: When, counting: Counting) -> Transliteration:
    """Replace every character that a provider's or the caller's own table replaces."""
    before, _ = counting.count(text)
    replaced, found = _kernel.replace(text, table, 0)
    after = counting.count(replaced)[0] if found else before
    if when == "saving" and after >= before:
        return _make(text, (), before, before)
    replacements = (Replacement(index, text[index], table[text[index]], None) for index in found)
    return _make(replaced, tuple(replacements), before, after)


def _make(
    text: str, replacements: tuple[Replacement, ...], before: int, after: int
) -> Transliteration:
    return Transliteration(
        text,
        replacements,
        None if before == _UNSENDABLE else before,
        None if after == _UNSENDABLE else after,
    )


def _rank(found: Transliteration) -> int:
    return _UNSENDABLE if found.parts_after is None else found.parts_after
