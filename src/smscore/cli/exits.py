"""The exit statuses of every command.

The law of this file: this table is the only place that knows them.
"""

from __future__ import annotations

from enum import IntEnum

from smscore.errors import MessageError, PricingError


class Exit(IntEnum):
    """What the status of a finished command means."""

    CLEAN = 0
    PROBLEMS_FOUND = 1
    USAGE = 2
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


def exit_of(error: Exception) -> Exit:
    """Tell the status that an error ends a command with.

    A fault of the message itself is a problem found; whatever else was wrong is for the caller to
    put right: an option, a file, a deck.
    """
    return Exit.PROBLEMS_FOUND if isinstance(error, (MessageError, PricingError)) else Exit.USAGE
