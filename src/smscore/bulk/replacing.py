"""Which characters of each row's text are replaced, and what that would save.

The law of this file: a text is changed only where it then takes fewer parts, counted as all else
is. The names are those of `smscore inspect --transliterate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smscore.counting import Way, tally
from smscore.replacement import CLASSES
from smscore.transliteration import read_names, transliterate


@dataclass(frozen=True, slots=True)
class Replacing:
    """What is replaced: a table, or classes of the standard's and schemes of romanisation."""

    names: tuple[str, ...]
    table: str = "standard"
    classes: frozenset[str] | None = None
    schemes: tuple[str, ...] = ()

    def send(self, text: str, parts: int, way: Way) -> tuple[str, int]:
        """Give the text to send for one that takes so many parts, and the parts that it takes.

        >>> from smscore.counting import find_way
        >>> read_replacing(["standard"]).send("“" + "a" * 99, 2, find_way())[1]
        1
        """
        told = transliterate(
            text,
            table=self.table,
            classes=self.classes,
            scripts=self.schemes,
            when="saving",
            languages=way.languages,
            reference_bits=way.reference_bits,
            boundary=way.boundary,
            profile=way.profile,
        )
        if not told.replacements:
            return text, parts
        _, _, fewer, fault = tally(told.text, way)
        return (told.text, fewer) if fault < 0 and fewer < parts else (text, parts)


def read_replacing(names: Iterable[str]) -> Replacing:
    """Read names of tables, classes and schemes; ValueError for one that is none.

    >>> read_replacing(["russian"]).schemes
    ('russian',)
    """
    # One name is told from several below; an iterator can be read only once.
    listed = names if isinstance(names, str) else tuple(names)
    table, classes, schemes = read_names(listed)
    return Replacing(tuple(dict.fromkeys(listed)), table, classes, schemes)


LEVELS = tuple(
    Replacing((kind.value,), classes=frozenset(CLASSES[: place + 1]))
    for place, kind in enumerate(CLASSES)
)
"""Each class with those before it, the gentlest first."""
