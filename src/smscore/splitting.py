"""Into which parts a text is cut.

The law of this file: a text is cut where it is counted, and nowhere else. The parts' texts joined
are the text that is sent, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING

from smscore.coding import Alphabet, Boundary, Coding, as_text, coding_of
from smscore.counting import cut, find_way
from smscore.octets import UserData, encode_user_data
from smscore.udh import build_header, check_reference, concatenate

if TYPE_CHECKING:
    from smscore.profiles import Profile
    from smscore.replacement import Replacement


@dataclass(frozen=True, slots=True)
class Part:
    """One short message: `text` takes so many units, and stands for `whole[start:end]`.

    It is that piece of the text, unless a profile's provider replaces characters. The text is not
    in the repr, which may reach a log.
    """

    number: int
    start: int
    end: int
    units: int
    text: str = field(repr=False)
    total: int = field(repr=False)
    reference_bits: int = field(repr=False)
    coding: Coding = field(repr=False, default=Coding(Alphabet.GSM7))

    def udh(self, reference: int) -> bytes:
        """Give the part's user data header: its place among several, and the coding's shifts.

        The only part of a message without shifts has none. TS 23.040, 9.2.3.24.1. Raises
        ValueError if the reference does not fit its bits.
        """
        if self.total == 1:
            check_reference(reference)
            return build_header(self.coding.shifts)
        place = concatenate(reference, self.total, self.number, reference_bits=self.reference_bits)
        return build_header((place, *self.coding.shifts))

    def user_data(self, reference: int = 1) -> UserData:
        """Give the part's user data: header, and packed septets or UTF-16 in big-endian order."""
        return encode_user_data(self.text, self.coding, self.udh(reference))


@dataclass(frozen=True, slots=True)
class SplitMessage:
    """A text cut into parts. Its length is their number.

    `replacements` are what a profile's provider changes in the text before it sends it.

    >>> message = split("a" * 161)
    >>> len(message), [part.units for part in message.parts], message.units_remaining
    (2, [153, 8], 145)
    """

    coding: Coding
    parts: tuple[Part, ...]
    units: int
    units_remaining: int
    boundary: Boundary
    replacements: tuple[Replacement, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        """Count the parts."""
        return len(self.parts)

    @property
    def octets(self) -> int:
        """The octets of user data in all parts, headers included."""
        return sum(map(len, self.user_data()))

    def user_data(self, reference: int = 1) -> list[UserData]:
        """Give each part's user data, header and packed text (TS 23.040, 9.2.3.24).

        Each is `bytes`, and knows how many septets or octets it counts as (`udl`), which `join`
        needs where the packed octets alone leave open whether they end with an "@". Two messages
        of several parts to one phone need different references, lest it mixes them. Raises
        ValueError if the reference does not fit its bits.

        >>> [each.hex() for each in split("hellohello").user_data()]
        ['e8329bfd4697d9ec37']
        """
        return [part.user_data(reference) for part in self.parts]


def split(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
) -> SplitMessage:
    """Cut a text into its parts. The options and errors are those of `smscore.measure`.

    >>> [part.text for part in split("x" * 152 + "€uro coins").parts][1]
    '€uro coins'
    """
    text = as_text(text)
    way = find_way(coding, languages, reference_bits, boundary, profile)
    found = cut(text, way)
    chosen = coding_of(found.number)
    # What a replacement spreads over two parts comes from the first of them.
    origins = [*map(found.find_origin, found.ends[:-1]), len(text)]
    total = len(found.ends)
    parts = tuple(
        Part(number, start, end, used, found.text[first:last], total, way.reference_bits, chosen)
        for number, (start, end, used, first, last) in enumerate(
            zip(
                [0, *origins[:-1]],
                origins,
                found.held,
                [0, *found.ends[:-1]],
                found.ends,
                strict=True,
            ),
            1,
        )
    )
    header = chosen.header_octets(way.reference_bits if total > 1 else None)
    remaining = chosen.capacity(header) - found.held[-1]
    return SplitMessage(chosen, parts, found.units, remaining, way.boundary, found.replacements)
