"""How a text is counted: the options worked out, and the walk that every count rests on.

The law of this file: every option of every function above is worked out here, once, into a `Way`;
what a provider's profile says is taken for an option that the caller left open. A text is counted
by walking it, never by dividing, and cut only between characters: an escape pair or a surrogate
pair moves whole to the next part (3GPP TS 23.040, 9.2.3.24.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, pairwise
from os import PathLike
from typing import TYPE_CHECKING

from smscore import _kernel
from smscore.coding import (
    ANY_ALPHABET,
    BOUNDARIES,
    Alphabet,
    Boundary,
    Coding,
    NationalLanguage,
    as_coding,
    as_languages,
    coding_of,
    fault_at,
    part_limits,
    part_rooms,
)
from smscore.errors import (
    LoneSurrogate,
    MessageError,
    OverLimit,
    ProfileError,
    TooLong,
    UnmappableCharacter,
)
from smscore.udh import MAXIMUM_PARTS

if TYPE_CHECKING:
    from smscore.profiles import Profile
    from smscore.replacement import Replacement

_GSM7_CLUSTER = "\r\n"
"""The only grapheme cluster of the default alphabet that has more than one character."""

_REFERENCE_BITS = 8
_GSM7, _UCS2 = Alphabet.GSM7.dcs, Alphabet.UCS2.dcs
_OCTET = 0xFF
"""The part of a coding's number that is the alphabet."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a text is to be counted: the options, worked out.

    `number` is the coding asked for as the kernel's number, or -1; `languages` are those that may
    be used where none is asked for; `excluded` finds what the profile's alphabet does not have.
    """

    number: int
    languages: bytes
    reference_bits: int
    boundary: Boundary
    profile: Profile | None
    excluded: re.Pattern[str] | None


def find_way(
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> Way:
    """Work out the options, the profile filling what is left open.

    Raises ValueError for an option that is none, and for languages beside a coding, which leaves
    nothing to choose; ProfileError.
    """
    if profile is not None:
        from smscore.profiles import find_profile

        profile = find_profile(profile)
    # Asked before it is looked up among the ways that are known, where 8.0 would be 8.
    if reference_bits is not None and type(reference_bits) is not int:
        raise ValueError(f"a reference number has 8 or 16 bits, not {reference_bits!r}")
    return _find_way(coding, as_languages(languages), reference_bits, boundary, profile)


@lru_cache(maxsize=256)
def _find_way(
    coding: Coding | Alphabet | None,
    languages: bytes,
    reference_bits: int | None,
    boundary: Boundary | None,
    profile: Profile | None,
) -> Way:
    if coding is not None and languages:
        raise ValueError("a coding leaves nothing to choose: give it, or languages, not both")
    excluded = None
    if profile is not None:
        _check_table(profile)
        reference_bits = profile.reference_bits if reference_bits is None else reference_bits
        boundary = profile.boundary if boundary is None else boundary
        languages = languages or as_languages(profile.languages)
        if coding is None and profile.alphabet is not None:
            coding = Alphabet(profile.alphabet)
        if profile.excluded:
            excluded = re.compile(f"[{re.escape(''.join(sorted(profile.excluded)))}]")
    boundary = "code_point" if boundary is None else boundary
    if boundary not in BOUNDARIES:
        raise ValueError(f"a boundary is one of {', '.join(BOUNDARIES)}, not {boundary!r}")
    reference_bits = _REFERENCE_BITS if reference_bits is None else reference_bits
    part_limits(reference_bits)
    number = ANY_ALPHABET if coding is None else as_coding(coding).number
    if coding is not None:
        languages = b""
    return Way(number, languages, reference_bits, boundary, profile, excluded)


def _check_table(profile: Profile) -> None:
    """Refuse a name of no table, and a table that no text can be replaced by: ProfileError."""
    if profile.table is None:
        return
    from smscore.respelling import Counting, respell

    try:
        respell("", Counting(lambda _text: (1, True)), table=profile.table)
    except ValueError as fault:
        raise ProfileError(profile.name, str(fault), "table") from None


def find_clusters(text: str) -> Iterator[int]:
    r"""Give where each grapheme cluster of a text begins, by code point (UAX 29, extended).

    >>> list(find_clusters("e\u0301a\r\n!"))
    [0, 2, 3, 5]
    """
    # Loaded here, because a text that is cut between code points needs none of it.
    import regex

    return (match.start() for match in regex.finditer(r"\X", text))


@dataclass(frozen=True, slots=True)
class Cut:
    """A text as it is sent, and where its parts end in it, with the units that each holds.

    `replacements` are what the profile's provider changed; `number` is the coding's.
    """

    text: str = field(repr=False)
    replacements: tuple[Replacement, ...] = field(repr=False)
    number: int
    units: int
    ends: list[int]
    held: list[int]

    def find_origin(self, end: int) -> int:
        """Find where in the original text the first so many characters of the sent one end."""
        return _find_origin(end, self.replacements)


def cut(text: str, way: Way) -> Cut:
    """Cut a text; raises the errors of `measure`, with places in the text as it was given."""
    profile = way.profile
    if profile is not None and profile.max_characters is not None:
        _check(profile, profile.max_characters, len(text), "characters")
    sent, replacements = _replace(text, way)
    number, units, parts, fault = count(sent, way)
    if fault >= 0:
        raise _name_fault(sent, fault, replacements, number, way)
    if parts == 1:
        return Cut(sent, replacements, number, units, [len(sent)], [units])
    number, units, ends, held = _cut_several(sent, number, units, way, MAXIMUM_PARTS)
    if ends[-1] < len(sent):
        raise TooLong(_find_origin(ends[-1], replacements))
    if profile is not None and profile.max_parts is not None:
        _check(profile, profile.max_parts, len(ends), "parts")
    return Cut(sent, replacements, number, units, ends, held)


def choose(text: str, way: Way) -> int:
    """Choose the coding of a text, however long; raises LoneSurrogate and UnmappableCharacter."""
    sent, replacements = _replace(text, way)
    number, _, parts, fault = count(sent, way)
    if fault >= 0:
        raise _name_fault(sent, fault, replacements, number, way)
    if parts > 1 and way.boundary != "code_point" and _is_open(sent, number, way):
        return _choose_by_clusters(sent, way, len(sent))[0]
    return number


def tally(text: str, way: Way) -> tuple[int, int, int, int]:
    """Count a text: its coding, units, parts, and the index of a fault or -1.

    It raises nothing: past what can be sent the parts are counted as they are.
    """
    sent, replacements = _replace(text, way)
    number, units, parts, fault = count(sent, way)
    if fault >= 0:
        return number, 0, 0, _find_origin(fault + 1, replacements) - 1
    if parts > 1 and way.boundary != "code_point":
        number, units, ends, _ = _cut_several(sent, number, units, way, len(sent))
        parts = len(ends)
    return number, units, parts, -1


def _cut_several(
    text: str, number: int, units: int, way: Way, most: int
) -> tuple[int, int, list[int], list[int]]:
    if way.boundary == "code_point":
        return number, units, *_kernel.cut(text, number, _capacities(number, way)[1], None, most)
    if _is_open(text, number, way):
        return _choose_by_clusters(text, way, most)
    return number, units, *_cut_by_clusters(text, number, way, most)


def _check(profile: Profile, limit: int, used: int, what: str) -> None:
    if used > limit:
        raise OverLimit(profile.title, limit, used, what)


def _replace(text: str, way: Way) -> tuple[str, tuple[Replacement, ...]]:
    """Give the text that a profile's provider sends for a text, and what it replaces in it."""
    table = None if way.profile is None else way.profile.table
    if table is None:
        return text, ()
    from smscore.respelling import Counting, respell

    sent = respell(text, Counting(lambda each: _judge(each, way), way.languages), table=table)
    return sent.text, sent.replacements


def _judge(text: str, way: Way) -> tuple[int | None, bool]:
    """Count a text that is sent as it is, as replacing characters wants to know it."""
    number, _, parts, fault = count(text, way)
    return (parts, number & _OCTET == _GSM7) if fault < 0 else (None, False)


def _find_origin(end: int, replacements: tuple[Replacement, ...]) -> int:
    moved = 0
    for each in replacements:
        start = each.index + moved
        if end <= start:
            break
        if end < start + len(each.text):
            return each.end
        moved += len(each.text) - (each.end - each.index)
    return end - moved


def count(text: str, way: Way) -> tuple[int, int, int, int]:
    """Count as the kernel does: coding, units, parts if cut between characters, fault or -1."""
    number = way.number
    if way.excluded is not None and number != _UCS2:
        found = way.excluded.search(text)
        if found is not None and number != ANY_ALPHABET:
            place = found.start()
            fault = _kernel.measure(text[:place], number, _limits(number, way))[3]
            return number, 0, 0, fault if fault >= 0 else place
        number = number if found is None else _UCS2
    if number != ANY_ALPHABET:
        return _kernel.measure(text, number, _limits(number, way))
    if way.languages:
        return _kernel.choose(text, way.languages, part_rooms(way.reference_bits))
    return _kernel.measure(text, number, part_limits(way.reference_bits))


def _is_open(text: str, number: int, way: Way) -> bool:
    """Whether keeping clusters whole can make another coding the best."""
    if way.number != ANY_ALPHABET or not way.languages:
        return False
    if way.excluded is not None and way.excluded.search(text):
        return False
    return number != _GSM7 or _GSM7_CLUSTER in text


def _name_fault(
    text: str, index: int, replacements: tuple[Replacement, ...], number: int, way: Way
) -> MessageError:
    fault = fault_at(text, index, coding_of(number))
    # What has a fault was not replaced, so it is somewhere in the original text too.
    place = _find_origin(index + 1, replacements) - 1
    if isinstance(fault, LoneSurrogate):
        return LoneSurrogate(place, fault.point)
    if way.profile and way.excluded:
        return UnmappableCharacter(place, text[index], f"the alphabet of {way.profile.title}")
    if isinstance(fault, UnmappableCharacter):
        return UnmappableCharacter(place, text[index], fault.alphabet)
    return fault


def _choose_by_clusters(text: str, way: Way, most: int) -> tuple[int, int, list[int], list[int]]:
    """Choose among all codings where clusters are kept whole: their parts have to be walked.

    None of them is enough for the text in one part.
    """
    waiting: list[tuple[int, int, int, int, int]] = []
    for place, number in enumerate(_list_numbers(way.languages)):
        _, units, _, fault = _kernel.measure(text, number, _limits(number, way))
        if fault < 0:
            waiting.append((*_bound(number, units, way), place, number, units))
    waiting.sort()
    if waiting[0][0] > most:
        # None is short enough, so that no more of it need be walked.
        _, _, _, number, units = waiting[0]
        return number, units, *_cut_by_clusters(text, number, way, most)
    best: tuple[int, int, int] | None = None
    answer: tuple[int, int, list[int], list[int]] = (_UCS2, 0, [], [])
    for *bound, place, number, units in waiting:
        # What is left cannot be better even if it wasted nothing.
        if best is not None and best <= (*bound, place):
            break
        # Cut to its end, for the start of a text does not tell which is best.
        ends, held = _cut_by_clusters(text, number, way, len(text))
        coding = coding_of(number)
        header = coding.header_octets(way.reference_bits)
        octets = sum(coding.count_octets(each, header) for each in held)
        if best is None or (len(held), octets, place) < best:
            best = (len(held), octets, place)
            answer = (number, units, ends, held)
    number, units, ends, held = answer
    return number, units, ends[:most], held[:most]


def _list_numbers(languages: bytes) -> list[int]:
    """List the codings that the languages allow, the plainest first."""
    locking = [each for each in languages if NationalLanguage(each).has_locking]
    both = [(one, other) for one in locking for other in languages]
    both.sort(key=lambda pair: pair[0] != pair[1])
    return [
        _GSM7,
        _UCS2,
        *(single << 16 for single in languages),
        *(each << 8 for each in locking),
        *(one << 8 | other << 16 for one, other in both),
    ]


def _bound(number: int, units: int, way: Way) -> tuple[int, int]:
    """Give the fewest parts and octets that so many units can take, wherever they may be cut."""
    parts = -(-units // _capacities(number, way)[1])
    coding = coding_of(number)
    # As if all headers stood before one text, where no bit is lost between parts.
    return parts, coding.count_octets(units, parts * coding.header_octets(way.reference_bits))


def _cut_by_clusters(text: str, number: int, way: Way, most: int) -> tuple[list[int], list[int]]:
    breaks = _find_breaks(text, number, way, most)
    return _kernel.cut(text, number, _capacities(number, way)[1], breaks, most)


def _find_breaks(text: str, number: int, way: Way, most: int) -> list[int] | None:
    """List where a part may end: between grapheme clusters, and inside one longer than a part.

    None is everywhere. It stops where no part can begin any more, for every part has units.
    """
    if number == _GSM7 and _GSM7_CLUSTER not in text:
        return None
    capacity = _capacities(number, way)[1]
    breaks: list[int] = []
    for start, end in pairwise(chain(find_clusters(text), [len(text)])):
        # No code point takes more than two units, so a shorter cluster need not be measured.
        longer = (end - start) * 2 > capacity
        if longer and _kernel.measure(text[start:end], number, _limits(number, way))[1] > capacity:
            breaks.extend(range(start, min(end, capacity * most + 1)))
        else:
            breaks.append(start)
        if start > capacity * most:
            break
    return breaks


def _limits(number: int, way: Way) -> tuple[int, int, int, int]:
    return _find_limits(number, way.reference_bits)


@cache
def _find_limits(number: int, reference_bits: int) -> tuple[int, int, int, int]:
    return part_limits(reference_bits, coding_of(number))


def _capacities(number: int, way: Way) -> tuple[int, int]:
    limits = _limits(number, way)
    return limits[2:] if number == _UCS2 else limits[:2]
