"""Replacing characters where that saves parts, counted as the text would be.

The law of this file: a replacement is worth what it saves, and what it saves is told by the walk
that counts everything else, with the same options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING

from smscore.coding import Alphabet, Boundary, as_text, coding_of, find_lone_surrogate
from smscore.counting import Way, find_way, tally
from smscore.provider_tables import read_mapping
from smscore.replacement import Replacement, ReplacementClass
from smscore.respelling import (
    DEFAULT_CLASSES,
    Counting,
    Transliteration,
    When,
    classify,
    respell,
)
from smscore.romanisation import SCHEMES

if TYPE_CHECKING:
    from smscore.profiles import Profile

__all__ = [
    "NAMES",
    "Replacement",
    "ReplacementClass",
    "Transliteration",
    "When",
    "classify",
    "read_mapping",
    "read_names",
    "transliterate",
]

_STANDARD, _TWILIO = "standard", "twilio"

NAMES = (_STANDARD, _TWILIO, *(each.value for each in ReplacementClass), *SCHEMES)
"""What a command or a file run may be told to replace by: tables, classes, and schemes."""


def transliterate(
    text: str,
    *,
    table: str | Mapping[str, str] | object = "standard",
    classes: Iterable[str] | None = None,
    scripts: Sequence[str] = (),
    when: When | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> Transliteration:
    """Replace characters that force UCS-2 by what GSM 7 bit has, where that saves a part.

    `classes` are names of ReplacementClass, by default "invisible" and "typographic": nothing that
    changes a letter. `scripts` are schemes of romanisation, such as "russian", and ask for the
    class "script"; without them that class means "greek_capitals" and "cyrillic". With `when`
    "saving", the text is changed only if it then takes fewer parts, by the gentlest of the classes
    that save the most; with "always", by all of them, unless it would then take more parts.

    `table` may also be "twilio", a mapping of single characters to what replaces them, or a
    provider's answer that `smscore.provider_tables.read_mapping` can read. Such a table has no
    classes, and is applied as it is: `when` is then "always" unless said otherwise.

    The other options are those of `measure`: what is saved is counted by them. A text that GSM 7
    bit has is not changed by the standard table. One that stays UCS-2 (TS 23.038,
    6.2.1) is changed only where that takes no more units and can do no harm. Raises LoneSurrogate;
    ValueError for an option that is none; TypeError for a text or a list of names that is none.

    >>> told = transliterate("“Booked” – see you…" + " again" * 9)
    >>> told.parts_before, told.parts_after, told.text[:21]
    (2, 1, '"Booked" - see you...')
    >>> transliterate("“Booked”").text
    '“Booked”'
    """
    text = as_text(text)
    lone = find_lone_surrogate(text)
    if lone is not None:
        raise lone
    way = find_way(None, languages, reference_bits, boundary, profile)
    counting = Counting(lambda each: _count(each, way), way.languages)
    return respell(text, counting, table=table, classes=classes, scripts=scripts, when=when)


def _count(text: str, way: Way) -> tuple[int | None, bool]:
    number, _, parts, fault = tally(text, way)
    if fault >= 0:
        return None, False
    return parts, coding_of(number).alphabet is Alphabet.GSM7


def read_names(
    names: Iterable[str],
) -> tuple[str, frozenset[str] | None, tuple[str, ...]]:
    """Read names of tables, classes and schemes as the options table, classes and scripts.

    Schemes alone go with the default classes. Raises ValueError for a name that is none, and for
    "twilio" beside another; TypeError for one name that is not in a sequence.

    >>> read_names(["twilio"]), read_names(["accent"])
    (('twilio', None, ()), ('standard', frozenset({'accent'}), ()))
    """
    if isinstance(names, str):
        raise TypeError(f"transliterate is a sequence of names, such as ({names!r},), not one name")
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in NAMES:
            raise ValueError(f"{name!r} is no table, class or scheme: there are {', '.join(NAMES)}")
    if _TWILIO in asked:
        if len(asked) > 1:
            raise ValueError("twilio is a table of its own: it goes with no other name")
        return _TWILIO, None, ()
    classes = {each.value for each in ReplacementClass}.intersection(asked)
    if _STANDARD in asked or not classes:
        classes |= {each.value for each in DEFAULT_CLASSES}
    # Of two schemes that have one letter, the one named first is taken.
    return _STANDARD, frozenset(classes), tuple(each for each in asked if each in SCHEMES)
