"""The numbering plans of the world as one automaton, which reads a number digit by digit.

The law of this file: `parse_number` says what a number is, and the automaton says the same of "+"
and digits, or says that it is not sure. It is made of the installed `phonenumbers`' own facts, of
each calling code when its first number comes, and grows by the digits that come.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from functools import cache
from itertools import product
from string import ascii_uppercase
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from smscore import _kernel
from smscore.digit_patterns import ARRIVED, Language, Patterns, UnreadablePattern

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from phonenumbers import PhoneMetadata, PhoneNumberDesc

NO_PLACE, BAD, UNSURE, UNKNOWN = -1, -2, -3, -4
"""What stands for a place: it has none; it is no number; it must be asked for; not known yet."""

PLACES: tuple[str, ...] = tuple(map("".join, product(ascii_uppercase, repeat=2)))
"""Every ISO 3166-1 alpha-2 code that there could be: a country is known by its place in them."""

_PLACES = {country: place for place, country in enumerate(PLACES)}
_NO_COUNTRY = "001"
_MOST_DIGITS = 15
_MOST_CALLING_DIGITS = 3
_FEWEST_NATIONAL_DIGITS = 2
_ROW = 16
_LEAD = 4
_OPENINGS = 10_000
_NOT_KNOWN = -1
_EVERY_LENGTH = (1 << (_MOST_DIGITS + 1)) - 1

# All but the general description, in which a number must be as well.
_KINDS = (
    "premium_rate toll_free shared_cost voip personal_number pager uan voicemail fixed_line mobile"
).split()


def place_of(country: str | None) -> int:
    """Give the place of a country's code, and -1 if there is none or it is no code.

    >>> place_of("AB"), place_of("ZZ"), place_of(None)
    (1, 675, -1)
    """
    return NO_PLACE if country is None else _PLACES.get(country, NO_PLACE)


def make_numeral(digits: str) -> int:
    """Give the digits of a number, 1 to 15, in the 64 bits that the kernel reads.

    >>> hex(make_numeral("447700900123"))
    '0x447700900123aaac'
    """
    return int(f"{digits:a<{_MOST_DIGITS}}{len(digits):x}", 16)


class _Calling(NamedTuple):
    """Among the digits of the calling code: those that came, and how many are to come."""

    digits: str
    rest: int


class _Region(NamedTuple):
    """A region that a number is of if what is left of it is in all of these languages."""

    place: int
    languages: tuple[Language, ...]


class _National(NamedTuple):
    """Behind the calling code: how many digits are to come, and what is still open.

    If the number is in `altered`, reading it might change it. It is of the first of the regions
    that has it, else it is what `otherwise` says.
    """

    rest: int
    altered: Language
    regions: tuple[_Region, ...]
    otherwise: int


_State: TypeAlias = _Calling | _National


class NumberingPlan:
    """The automaton, as far as it was needed yet.

    >>> numerals = array("Q", map(make_numeral, ["447700900123", "44770", "12125550123"]))
    >>> places = array("h", [0, 0, 0])
    >>> numbering_plan(abroad=True).place(numerals, places)
    >>> [PLACES[place] if place >= 0 else place for place in places]
    ['GB', -2, 'US']
    """

    def __init__(self, *, abroad: bool) -> None:
        """Know nothing yet; with `abroad` digits behind no calling code are no number at all.

        Where a region was said they might be a number as it is dialled there.
        """
        self._unassigned = BAD if abroad else UNSURE
        self._patterns = Patterns()
        self._any = self._patterns.add_end(_EVERY_LENGTH)
        self._states: list[_State] = []
        self._rows: dict[_State, int] = {}
        self._openings = array("i", [_NOT_KNOWN]) * (_ROW * _OPENINGS)
        self._steps = array("i")
        self._tables = self._openings.tobytes(), b""
        self._lock = Lock()

    def place(self, numerals: WriteableBuffer, places: WriteableBuffer) -> None:
        """Write the place of the country of each numeral (64 bits) into `places` (16 bits).

        It is NO_PLACE for a number of no country; BAD for what is no number, whose numeral becomes
        0; and UNSURE for one that `parse_number` must be asked about, as one of
        less than 5 digits. Raises
        ValueError unless there are as many places as numerals.
        """
        read = memoryview(numerals).cast("B").cast("Q")
        written = memoryview(places).cast("B").cast("h")
        written[:] = array("h", [UNKNOWN]) * len(read)
        while unknown := _kernel.place_numerals(read, *self._tables, written):
            self._learn(read[row] for row in unknown)
            read, written = read[unknown[0] :], written[unknown[0] :]

    def _learn(self, numerals: Iterable[int]) -> None:
        """Make the steps that these numerals take."""
        with self._lock:
            for numeral in numerals:
                length = numeral & 0xF
                digits = [numeral >> 60 - 4 * place & 0xF for place in range(length)]
                entry = self._enter(_Calling("", length))
                for place, digit in enumerate(digits):
                    if place == _LEAD or entry < _NOT_KNOWN:
                        break
                    entry = self._step(entry, digit)
                lead = sum(digit * 10 ** (3 - place) for place, digit in enumerate(digits[:_LEAD]))
                self._openings[length * _OPENINGS + lead] = entry
                for digit in digits[_LEAD:]:
                    if entry < _NOT_KNOWN:
                        break
                    entry = self._step(entry, digit)
            self._tables = self._openings.tobytes(), self._steps.tobytes()

    def _step(self, row: int, digit: int) -> int:
        """Give the entry behind a row and a digit."""
        place = row * _ROW + digit
        if self._steps[place] == _NOT_KNOWN:
            state = self._states[row]
            behind = self._dial if isinstance(state, _Calling) else self._follow
            self._steps[place] = self._enter(behind(state, digit))  # type: ignore[arg-type]
        return self._steps[place]

    def _enter(self, state: _State | int) -> int:
        """Give the entry of a state, or of a place."""
        if isinstance(state, int):
            return -2 - (state - UNKNOWN)
        if state not in self._rows:
            self._rows[state] = len(self._states)
            self._states.append(state)
            self._steps.extend([_NOT_KNOWN] * _ROW)
        return self._rows[state]

    def _dial(self, state: _Calling, digit: int) -> _State | int:
        """Go on among the digits of the calling code."""
        from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

        dialled = _Calling(f"{state.digits}{digit}", state.rest - 1)
        if int(dialled.digits) in COUNTRY_CODE_TO_REGION_CODE:
            try:
                return self._open(int(dialled.digits), dialled.rest)
            except UnreadablePattern:
                return UNSURE
        if len(dialled.digits) == _MOST_CALLING_DIGITS or not dialled.rest:
            return self._unassigned
        return dialled

    def _open(self, code: int, length: int) -> _State | int:
        """Begin a national number of so many digits behind a calling code."""
        from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

        if length < _FEWEST_NATIONAL_DIGITS:
            return BAD
        names = COUNTRY_CODE_TO_REGION_CODE[code]
        first = names[0]
        main = PhoneMetadata.metadata_for_region_or_calling_code(code, first)
        if main is None or main.general_desc is None:
            return UNSURE
        general = main.general_desc
        altered = self._patterns.prune(self._find_altered(main, general), length)
        if length not in general.possible_length or length in general.possible_length_local_only:
            return self._settle(_National(length, altered, (), BAD))
        if first == _NO_COUNTRY:
            return self._settle(_National(length, altered, (), NO_PLACE))
        regions: list[_Region] = []
        for name in names if len(names) > 1 else ():
            metadata = PhoneMetadata.metadata_for_region(name)
            if metadata is not None:
                regions.append(_Region(place_of(name), self._describe(metadata, length)))
        return self._settle(_National(length, altered, tuple(regions), place_of(first)))

    def _find_altered(self, main: PhoneMetadata, general: PhoneNumberDesc) -> Language:
        """Give the language of the numbers that lose or change their first digits when read.

        They begin with a national prefix, and what is behind it has a length that is possible, or
        more: otherwise the prefix is taken for digits of the number.
        """
        pattern, rule = main.national_prefix_for_parsing, main.national_prefix_transform_rule
        if not pattern:
            return frozenset()
        lengths = 0
        for length in range(_MOST_DIGITS + 1):
            possible = length in general.possible_length or length > max(general.possible_length)
            if rule or (possible and length not in general.possible_length_local_only):
                lengths |= 1 << length
        if rule:
            empty = re.match(pattern, "")
            if empty is not None and (not empty.re.groups or empty[empty.re.groups] is not None):
                raise UnreadablePattern("what begins with nothing is changed")
        end = self._patterns.add_end(lengths)
        return self._patterns.read(pattern, end, loose_end=True) - end

    def _describe(self, metadata: PhoneMetadata, length: int) -> tuple[Language, ...]:
        """Give the languages that a region's numbers of a length are in."""
        if metadata.leading_digits is not None:
            languages = [self._patterns.read(metadata.leading_digits, self._any)]
        else:
            kinds = frozenset[int]()
            for kind in _KINDS:
                if kind != "mobile" or not metadata.same_mobile_and_fixed_line_pattern:
                    kinds |= self._read(getattr(metadata, kind), length)
            languages = [self._read(metadata.general_desc, length), kinds]
        return tuple(self._patterns.prune(language, length) for language in languages)

    def _read(self, described: PhoneNumberDesc | None, length: int) -> Language:
        """Give the language of the numbers of a length that fit a description."""
        if described is None or not described.national_number_pattern:
            return frozenset()
        lengths = described.possible_length
        if lengths and length not in lengths:
            return frozenset()
        return self._patterns.read(described.national_number_pattern, frozenset({ARRIVED}))

    def _follow(self, state: _National, digit: int) -> _State | int:
        """Go on behind the calling code."""
        rest = state.rest - 1
        step = self._patterns.step
        regions = tuple(
            _Region(place, tuple(step(language, digit, rest) for language in languages))
            for place, languages in state.regions
        )
        altered = step(state.altered, digit, rest)
        return self._settle(_National(rest, altered, regions, state.otherwise))

    def _settle(self, state: _National) -> _State | int:
        """Leave out what is decided; give the place once all is."""
        rest, altered, regions, otherwise = state
        if self._patterns.is_sure(altered, rest):
            return UNSURE
        kept: list[_Region] = []
        for region in regions:
            if all(self._patterns.is_sure(language, rest) for language in region.languages):
                otherwise = region.place
                break
            if all(region.languages):
                kept.append(region)
        while kept and kept[-1].place == otherwise:
            kept.pop()
        if not kept and not altered:
            return otherwise
        return _National(rest, altered, tuple(kept), otherwise)


@cache
def numbering_plan(*, abroad: bool) -> NumberingPlan:
    """Give the plan that all share; `abroad` is whether no region was said."""
    return NumberingPlan(abroad=abroad)
