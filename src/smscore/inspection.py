"""What a text is, character by character: what makes it dear, and what would make it dearer.

The law of this file: it explains what `split` decides and decides nothing itself.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from smscore import _kernel
from smscore.coding import Alphabet, Boundary, Coding, as_text
from smscore.errors import TooLong
from smscore.measuring import count_parts, count_parts_replaced
from smscore.splitting import SplitMessage, split

_PLAIN = "a"
_UNMAPPED = "\u2019"


@dataclass(frozen=True, slots=True)
class UnmappedCharacter:
    """A character that GSM 7 bit does not have, and where it stands, by code point.

    >>> UnmappedCharacter(2, "’").name
    'RIGHT SINGLE QUOTATION MARK'
    """

    index: int
    character: str

    @property
    def code_point(self) -> str:
        """The code point as it is written, such as U+2019."""
        return f"U+{ord(self.character):04X}"

    @property
    def name(self) -> str:
        """The Unicode name; a control character has none."""
        return unicodedata.name(self.character, "(no name)")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A text looked at closely. The text is not in the repr.

    `unmapped` are the characters that force UCS-2, or would if GSM 7 bit were not enough.
    `parts_replaced` is what the text takes if each of them were one septet. `parts_one_more` is
    what it takes with one more plain character at its end, and `parts_one_unmapped` with one that
    GSM 7 bit does not have; None where that would be more parts than a message can have.
    """

    text: str = field(repr=False)
    message: SplitMessage = field(repr=False)
    unmapped: tuple[UnmappedCharacter, ...] = field(repr=False)
    parts_replaced: int
    parts_one_more: int | None
    parts_one_unmapped: int | None

    @property
    def parts(self) -> int:
        """The parts that the text takes."""
        return len(self.message)

    def to_dict(self) -> dict[str, object]:
        """Give the inspection as JSON values; it holds the text of each part."""
        message = self.message
        return {
            "alphabet": message.coding.alphabet.value,
            "units": message.units,
            "units_remaining": message.units_remaining,
            "boundary": message.boundary,
            "parts": [
                {
                    "number": part.number,
                    "start": part.start,
                    "end": part.end,
                    "units": part.units,
                    "text": part.text,
                }
                for part in message.parts
            ],
            "unmapped": [
                {
                    "index": found.index,
                    "character": found.character,
                    "code_point": found.code_point,
                    "name": found.name,
                }
                for found in self.unmapped
            ],
            "parts_replaced": self.parts_replaced,
            "parts_one_more": self.parts_one_more,
            "parts_one_unmapped": self.parts_one_unmapped,
        }


def inspect(
    text: str,
    *,
    coding: Coding | Alphabet | None = None,
    reference_bits: int = 8,
    boundary: Boundary = "code_point",
) -> Inspection:
    """Look closely at a text. The options and errors are those of `smscore.measure`.

    >>> found = inspect("Don’t forget" + " me" * 20)
    >>> found.parts, found.parts_replaced, [each.name for each in found.unmapped]
    (2, 1, ['RIGHT SINGLE QUOTATION MARK'])
    """
    text = as_text(text)
    message = split(text, coding=coding, reference_bits=reference_bits, boundary=boundary)
    return Inspection(
        text=text,
        message=message,
        unmapped=tuple(
            UnmappedCharacter(index, text[index]) for index in _kernel.find_unmapped(text)
        ),
        parts_replaced=count_parts_replaced(text, reference_bits=reference_bits),
        parts_one_more=_count(text + _PLAIN, coding, reference_bits, boundary),
        parts_one_unmapped=_count(text + _UNMAPPED, None, reference_bits, boundary),
    )


def _count(
    text: str, coding: Coding | Alphabet | None, reference_bits: int, boundary: Boundary
) -> int | None:
    try:
        return count_parts(text, coding=coding, reference_bits=reference_bits, boundary=boundary)
    except TooLong:
        return None
