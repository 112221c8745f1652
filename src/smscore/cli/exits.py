"""The exit statuses of every command.

The law of this file: this table is the only place that knows them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from smscore.errors import MessageError, PricingError


class Exit(IntEnum):
    """What the status of a finished command means."""

    CLEAN = 0, "clean"
    PROBLEMS_FOUND = 1, "problems found: in a row, or in the one message"
    USAGE = 2, "usage: an option, a file or a rate deck cannot be used"
    INTERRUPTED = 130, "interrupted from the keyboard; an unfinished output is what it was before"
    BROKEN_PIPE = 141, "whatever read the result stopped reading"
    TERMINATED = 143, "told to terminate; an unfinished output is what it was before"

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        """Give the member its number and its meaning."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member


def exit_of(error: Exception) -> Exit:
    """Tell the status that an error ends a command with.

    A fault of the message itself is a problem found; whatever else was wrong is for the caller to
    put right: an option, a file, a deck.
    """
    return Exit.PROBLEMS_FOUND if isinstance(error, (MessageError, PricingError)) else Exit.USAGE
