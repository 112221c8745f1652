"""The one vocabulary of what can be wrong with a row of a message file.

The law of this file: a row has one problem or none. Where several are there, it is the one with
the lowest number: what cannot be read comes before what cannot be measured, that before what
cannot be sent or priced, and that before what the caller does not want. The numbers order and
name nothing: they stand in no file.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Problem(IntEnum):
    """What is wrong with a row; its `label` stands in files and reports.

    >>> Problem.LONE_SURROGATE.label
    'lone_surrogate'
    >>> print(Problem.NO_RATE.remedy)
    add a row for the prefix or country to the deck, or a default row
    """

    MALFORMED_ROW = (
        1,
        "more or fewer cells than the header, or no JSON object",
        ("correct the line; a cell with the delimiter in it needs quotes"),
    )
    UNDECODABLE_TEXT = (
        2,
        "octets that are not of the file's encoding",
        ("say which encoding the file has, or save it as UTF-8"),
    )
    LONE_SURROGATE = (
        3,
        "half a surrogate pair in the text",
        ("the text was cut inside a character: export it again"),
    )
    UNMAPPABLE = (
        4,
        "a character that the profile's alphabet does not have",
        ("replace the character, or choose a profile that forces no alphabet"),
    )
    EMPTY_TEXT = 5, "no text", "write the text, or leave the row out"
    TOO_LONG = 6, "more than 255 parts", "shorten the text"
    OVER_LIMIT = (
        7,
        "more characters or parts than the profile's provider takes",
        ("shorten the text; the report names the limits"),
    )
    BAD_NUMBER = (
        8,
        "not an E.164 phone number",
        ("write it as + and the country calling code, or say the region of national numbers"),
    )
    REJECTED_DESTINATION = 9, "a destination that the deck rejects", "leave the row out"
    NO_RATE = (
        10,
        "no rate for the destination",
        ("add a row for the prefix or country to the deck, or a default row"),
    )
    TOO_MANY_PARTS = 11, "more parts than allowed", "shorten the text, or allow more parts"
    DUPLICATE = 12, "the same text to the same number again", "leave the row out"

    meaning: str
    remedy: str

    def __new__(cls, number: int, meaning: str, remedy: str) -> Self:
        """Give the member its number, and what people are told about it."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        member.remedy = remedy
        return member

    @property
    def label(self) -> str:
        """The problem's name in files and reports."""
        return self.name.lower()
