"""Letters of other scripts as GSM 7 bit characters, by published romanisation standards.

The law of this file: `tables/romanisation.txt` says what a letter becomes, and this file only where
that applies. It gives replacements and never a text, so that none is made unseen: a letter that the
standard drops is a replacement by nothing. What no scheme asked for covers is left alone.

A word here is a run of Latin, Greek and Cyrillic letters. An output of several letters follows the
case: its first letter is a capital for a capital, and the others are if the next letter of the
word is one, or at the end of the word the letter before: Щука is Shchuka, ЩУКА is SHCHUKA, ПЛАЩ is
PLASHCH, and Я alone is Ya.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple
from unicodedata import normalize

from smscore._romanisation import TABLE

SCHEMES: tuple[str, ...] = tuple(TABLE)
"""The names of the schemes."""

_MARKS = "\u0300-\u036f"
_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ɏͰ-ͽΆΈ-ҁҊ-ԯḀ-ῼ]")  # by code point: no Python differs
_DROPPED = "-"
_KEPT = 64
_LONGEST = 32
"""A letter with more marks than that is not composed; UAX 15 allows 30 marks in a stream."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme: its standard, and the code points that it covers, capitals and variants included.

    `dropped` are those that the standard has nothing for; an apostrophe in it counts only between
    two letters that the scheme covers.

    >>> describe_scheme("greek")  # doctest: +ELLIPSIS
    Scheme(name='greek', title='Greek', standard='ELOT 743 (1982), ...', covers='Greek')
    """

    name: str
    title: str
    standard: str
    covers: str
    letters: str = field(repr=False)
    dropped: str = field(repr=False)


class _Rule(NamedTuple):
    """What some letters become in a place; an empty place is anywhere."""

    letters: str
    output: str
    initial: bool
    final: bool
    after: str
    before: str


class _Table(NamedTuple):
    """A scheme unfolded: each character with the small letter it is read as, and if a capital."""

    characters: dict[str, tuple[str, bool]]
    outputs: dict[str, str]
    rules: dict[str, list[_Rule]]
    marks: dict[str, str]
    signs: dict[str, str]


class _Letter(NamedTuple):
    """A letter of a word with its marks, or a sign in it.

    One that is left alone has no table, and nothing as its small letter.
    """

    start: int
    end: int
    small: str
    capital: bool
    table: _Table | None
    sign: bool = False


_Replacement = tuple[int, int, str]


def describe_scheme(name: str) -> Scheme:
    """Describe a scheme; ValueError, with the names that there are, for another name.

    >>> describe_scheme("russian").standard
    'BGN/PCGN 1947'
    >>> describe_scheme("ukrainian").dropped
    "'ʼЬь’"
    """
    table = _unfold(name)
    dropped = [c for c, (small, _) in table.characters.items() if not table.outputs[small]]
    dropped += [sign for sign, output in table.signs.items() if not output]
    row = TABLE[name]
    return Scheme(
        name=name,
        title=row["title"],
        standard=row["standard"],
        covers=row["covers"],
        letters="".join(sorted(table.characters)),
        dropped="".join(sorted(dropped)),
    )


def romanise(text: str, schemes: Sequence[str]) -> list[_Replacement]:
    """Give the replacements that romanise a text: start, end by code point, and what comes there.

    They stand in order and do not overlap. Where two schemes cover a letter, the earlier one has
    it. A letter of base and marks is replaced whole, and so is one with a stress mark. Everything
    put in is in GSM 7 bit (TS 23.038, 6.2.1), and romanising the result changes nothing. ValueError
    for an unknown scheme, TypeError for a single name in the place of a sequence.

    >>> romanise("ok, Щука", ["russian"])
    [(4, 5, 'Shch'), (5, 6, 'u'), (6, 7, 'k'), (7, 8, 'a')]
    >>> romanise("сім’я", ["ukrainian"])
    [(0, 1, 's'), (1, 2, 'i'), (2, 3, 'm'), (3, 4, ''), (4, 5, 'ia')]
    """
    if isinstance(schemes, str):
        raise TypeError("schemes is a sequence of names, such as (name,), not one name")
    romaniser = _compile(tuple(schemes))
    if text.isascii():
        return []
    return [
        replacement
        for run in romaniser.runs.finditer(text)
        for word in romaniser.read(text, run.start(), run.end())
        for replacement in _replace(text, word)
    ]


@dataclass(frozen=True, slots=True)
class _Romaniser:
    """Some schemes, made ready: which has what character, and patterns that find them."""

    owners: dict[str, _Table]
    signs: dict[str, _Table]
    runs: re.Pattern[str]
    letters: re.Pattern[str]

    def read(self, text: str, start: int, end: int) -> Iterator[list[_Letter]]:
        """Read a run as words of letters and of the signs that count between them."""
        word: list[_Letter] = []
        for found in self.letters.finditer(text, start, end):
            whole = normalize("NFC", found[0]) if 1 < len(found[0]) <= _LONGEST else found[0]
            letter = self.read_letter(whole, found.start(), found.end())
            if word and word[-1].end < letter.start:
                place = word[-1].end
                table = self.signs[text[place]]
                if _has(table, word[-1]) and _has(table, letter):
                    word.append(_Letter(place, place + 1, text[place], False, table, sign=True))
                else:
                    yield word
                    word = []
            word.append(letter)
        yield word

    def read_letter(self, whole: str, start: int, end: int) -> _Letter:
        """Read a composed letter and the marks after it, which must be some that go with it."""
        table = self.owners.get(whole[0])
        if table is None:
            return _Letter(start, end, "", _is_capital(whole[0]), None)
        small, capital = table.characters[whole[0]]
        if any(small not in table.marks.get(mark, "") for mark in whole[1:]):
            return _Letter(start, end, "", capital, None)
        return _Letter(start, end, small, capital, table)


def _has(table: _Table, letter: _Letter) -> bool:
    """Say whether a letter is one of a scheme's that will be replaced, by whichever scheme."""
    return letter.small in table.outputs


def _is_capital(character: str) -> bool:
    """Say whether a character has another form as its small one; some have neither case."""
    return character != character.lower()


def _replace(text: str, word: list[_Letter]) -> Iterator[_Replacement]:
    """Give the replacements for a word, or a part of one: what stands beside it may be a letter."""
    before = _look(text, word[0].start - 1, -1)
    after = _look(text, word[-1].end, 1)
    place = 0
    while place < len(word):
        letter = word[place]
        size = 1
        if letter.table is not None:
            rule = _choose(letter.table, word, place, initial=not before, final=not after)
            if rule is not None:
                output, size = rule.output, len(rule.letters)
            else:
                output = (letter.table.signs if letter.sign else letter.table.outputs)[letter.small]
            if letter.capital:
                output = _capitalise(output, word, place, before, after)
            end = word[place + size - 1].end
            if text[letter.start : end] != output:
                yield letter.start, end, output
        place += size


def _look(text: str, index: int, step: int) -> str:
    """Give the letter at an index, or past the marks there; nothing if it is no letter."""
    while 0 <= index < len(text) and _MARKS[0] <= text[index] <= _MARKS[-1]:
        index += step
    return text[index] if 0 <= index < len(text) and _WORD.match(text[index]) else ""


def _choose(
    table: _Table, word: list[_Letter], place: int, *, initial: bool, final: bool
) -> _Rule | None:
    """Give the first rule that holds at a place of a word, if one does."""
    for rule in table.rules.get(word[place].small, ()):
        end = place + len(rule.letters)
        if (
            all(each.table is table for each in word[place:end])
            and "".join(each.small for each in word[place:end]) == rule.letters
            and (not rule.initial or (initial and place == 0))
            and (not rule.final or (final and end == len(word)))
            and (not rule.after or (place > 0 and _is_one(word[place - 1], rule.after)))
            and (not rule.before or (end < len(word) and _is_one(word[end], rule.before)))
        ):
            return rule
    return None


def _is_one(letter: _Letter, letters: str) -> bool:
    """Say whether a letter is one of some."""
    return letter.small != "" and letter.small in letters


def _capitalise(output: str, word: list[_Letter], place: int, before: str, after: str) -> str:
    """Give an output as a capital's: of several letters, the letters beside it decide."""
    if len(output) > 1 and not _is_among_capitals(word, place, before, after):
        return output[0].upper() + output[1:]
    return output.upper()


def _is_among_capitals(word: list[_Letter], place: int, before: str, after: str) -> bool:
    """Say whether the next letter of the word is a capital; without one, the letter before."""
    for step, outside in ((1, after), (-1, before)):
        beside = place + step
        if 0 <= beside < len(word) and word[beside].sign:
            beside += step
        if 0 <= beside < len(word):
            return word[beside].capital
        if outside:
            return _is_capital(outside)
    return False


@lru_cache(maxsize=_KEPT)
def _compile(schemes: tuple[str, ...]) -> _Romaniser:
    """Make some schemes ready; the earlier one has what several cover."""
    owners: dict[str, _Table] = {}
    signs: dict[str, _Table] = {}
    for table in map(_unfold, schemes):
        for character in table.characters:
            owners.setdefault(character, table)
        for sign in table.signs:
            signs.setdefault(sign, table)
    bases = {normalize("NFD", character)[0] for character in owners} - owners.keys()
    letter = "|".join(
        f"[{''.join(sorted(first))}][{_MARKS}]{times}"
        for first, times in ((owners, "*"), (bases, "+"))
        if first
    )
    sign = f"[{''.join(sorted(signs))}]?" if signs else ""
    run = f"(?:{letter})(?:{sign}(?:{letter}))*" if letter else "(?!)"
    return _Romaniser(owners, signs, re.compile(run), re.compile(letter))


@cache
def _unfold(name: str) -> _Table:
    """Unfold a scheme; ValueError for an unknown name."""
    if name not in TABLE:
        raise ValueError(f"{name!r} is no scheme: there are {', '.join(SCHEMES)}")
    row = TABLE[name]
    outputs = _pairs(row["letters"])
    characters = {letter: (letter, _is_capital(letter)) for letter in outputs}
    characters |= {pair[0]: (pair[1], True) for pair in row["capitals"].split()}
    characters |= {pair[0]: characters[pair[1]] for pair in row["variants"].split()}
    rules: dict[str, list[_Rule]] = {}
    for line in sorted(filter(None, row["rules"].split("; ")), key=lambda line: -line.index(" ")):
        letters, output, *places = line.split(" ")
        rules.setdefault(letters[0], []).append(
            _Rule(
                letters,
                "" if output == _DROPPED else output,
                "initial" in places,
                "final" in places,
                places[places.index("after") + 1] if "after" in places else "",
                places[places.index("before") + 1] if "before" in places else "",
            )
        )
    marks, signs = _pairs(row["marks"]), _pairs(row["signs"])
    return _Table(
        characters,
        outputs,
        rules,
        {chr(int(mark, 16)): letters for mark, letters in marks.items()},
        {chr(int(sign, 16)): output for sign, output in signs.items()},
    )


def _pairs(text: str) -> dict[str, str]:
    """Read pairs of the generated table."""
    return {key: said for key, _, said in (pair.partition("=") for pair in text.split())}
