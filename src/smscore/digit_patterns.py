"""Regular expressions over digits, as sets of positions that can be stepped through.

The law of this file: a pattern means what Python's `re` makes of it, or it is not read at all. Only
what the patterns of numbering plans are written in is known here: digits, classes of them, groups,
alternatives, and repetitions that have an end.

A language is a set of positions, each of which waits for a digit; 0 has arrived. How many digits
may still come is known, so a position that cannot arrive after just so many is left out, and one
that will whatever they are decides the matter early.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

Language: TypeAlias = frozenset[int]

ARRIVED = 0
_ANY_DIGIT = (1 << 10) - 1


class UnreadablePattern(ValueError):
    """A pattern is written in what is not known here."""


class _Position(NamedTuple):
    """Digits that lead on, as bits, and where; after how many digits it may and must arrive."""

    digits: int
    follow: Language
    may: int
    must: int


class _Repeat(NamedTuple):
    """A digit (its bits) or alternatives of sequences, and how often they may come."""

    item: int | list[list[_Repeat]]
    least: int
    most: int


class Patterns:
    r"""The positions of any number of patterns; what is alike in them is there once.

    >>> patterns = Patterns()
    >>> language = patterns.read(r"7[4-6]\d{2}")
    >>> for digit, rest in ((7, 3), (5, 2)):
    ...     language = patterns.step(language, digit, rest)
    >>> patterns.is_sure(language, 2), patterns.step(language, 1, 5)
    (True, frozenset())
    """

    def __init__(self) -> None:
        """Know the position that has arrived."""
        self._positions = [_Position(0, frozenset(), 1, 1)]
        self._ends: dict[int, int] = {}
        self._numbers: dict[tuple[int, Language], int] = {}
        self._read: dict[tuple[str, Language, bool], Language] = {}

    def read(
        self, pattern: str, follow: Language = frozenset({ARRIVED}), *, loose_end: bool = False
    ) -> Language:
        """Give the language of what matches a pattern and then `follow`.

        With `loose_end` a "$" holds anywhere, so that the language may be too large but never too
        small. Raises UnreadablePattern.
        """
        key = pattern, follow, loose_end
        if key not in self._read:
            alternatives = _Reader(pattern.replace("$", "") if loose_end else pattern).read()
            self._read[key] = self._join(alternatives, follow)
        return self._read[key]

    def add_end(self, lengths: int) -> Language:
        """Give the language that any digits are in, if there are as many as a bit of these says."""
        if lengths not in self._ends:
            self._ends[lengths] = len(self._positions)
            self._positions.append(_Position(0, frozenset(), lengths, lengths))
        return frozenset({self._ends[lengths]})

    def step(self, language: Language, digit: int, rest: int) -> Language:
        """Give what is left of a language behind a digit, when so many digits are to come."""
        bit = 1 << digit
        positions = (self._positions[position] for position in language)
        follows = [position.follow for position in positions if position.digits & bit]
        return self.prune(frozenset().union(*follows), rest)

    def prune(self, language: Iterable[int], rest: int) -> Language:
        """Leave out the positions that cannot arrive after so many digits."""
        return frozenset(each for each in language if self._positions[each].may >> rest & 1)

    def is_sure(self, language: Language, rest: int) -> bool:
        """Tell whether one arrives after any so many digits."""
        return any(self._positions[each].must >> rest & 1 for each in language)

    def _join(self, alternatives: list[list[_Repeat]], follow: Language) -> Language:
        joined: set[int] = set()
        for sequence in alternatives:
            language = follow
            for item, least, most in reversed(sequence):
                behind = language
                for _ in range(most - least):
                    language = self._prepend(item, language) | behind
                for _ in range(least):
                    language = self._prepend(item, language)
            joined |= language
        return frozenset(joined)

    def _prepend(self, item: int | list[list[_Repeat]], follow: Language) -> Language:
        if not isinstance(item, int):
            return self._join(item, follow)
        key = item, follow
        if key not in self._numbers:
            may = must = 0
            for each in follow:
                may |= self._positions[each].may << 1
                must |= self._positions[each].must << 1
            self._numbers[key] = len(self._positions)
            self._positions.append(_Position(item, follow, may, must if item == _ANY_DIGIT else 0))
        return frozenset({self._numbers[key]})


class _Reader:
    """Reads one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def read(self) -> list[list[_Repeat]]:
        alternatives = self._read_alternatives()
        if self._at < len(self._pattern):
            raise self._fault()
        return alternatives

    def _read_alternatives(self) -> list[list[_Repeat]]:
        alternatives: list[list[_Repeat]] = [[]]
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            if self._take("|"):
                alternatives.append([])
            else:
                item = self._read_item()
                alternatives[-1].append(_Repeat(item, *self._read_times()))
        return alternatives

    def _read_item(self) -> int | list[list[_Repeat]]:
        if self._take("[") and not self._take("^"):
            digits = 0
            while not self._take("]"):
                digits |= self._read_range()
            return digits
        if self._take("("):
            if self._take("?") and not self._take(":"):
                raise self._fault()
            alternatives = self._read_alternatives()
            if not self._take(")"):
                raise self._fault()
            return alternatives
        return self._read_digits()

    def _read_range(self) -> int:
        first = self._read_digits()
        if not self._take("-"):
            return first
        last = self._read_digits()
        if _ANY_DIGIT in {first, last} or first > last:
            raise self._fault()
        return 2 * last - first

    def _read_digits(self) -> int:
        if self._take("\\"):
            if not self._take("d"):
                raise self._fault()
            return _ANY_DIGIT
        return 1 << self._read_number(1)

    def _read_times(self) -> tuple[int, int]:
        times = 1, 1
        if self._take("?"):
            times = 0, 1
        elif self._take("{"):
            least = most = self._read_number(2)
            if self._take(","):
                most = self._read_number(2)
            if not self._take("}") or most < least:
                raise self._fault()
            times = least, most
        if self._at < len(self._pattern) and self._pattern[self._at] in "?*+{":
            raise self._fault()
        return times

    def _read_number(self, most: int) -> int:
        start = self._at
        while self._at - start < most and self._pattern[self._at : self._at + 1] in tuple(
            "0123456789"
        ):
            self._at += 1
        if self._at == start:
            raise self._fault()
        return int(self._pattern[start : self._at])

    def _take(self, character: str) -> bool:
        if self._pattern.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _fault(self) -> UnreadablePattern:
        return UnreadablePattern(f"at {self._at} of {self._pattern!r}")
