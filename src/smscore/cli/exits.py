"""The exit statuses of every command.

The law of this file: this table is the only place that knows them. Of several things that happened
the gravest has the status: a message whose fate is not known, then one that was not sent, then one
that the guard refused, then a problem.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from smscore.errors import GuardError, InvalidSender, MessageError, PricingError, ProviderError
from smscore.send.outcomes import OutcomeUnknown, SendError


class Exit(IntEnum):
    """What the status of a finished command means."""

    CLEAN = 0, "clean"
    PROBLEMS_FOUND = 1, "problems found: in a row, in the one message, or in what was billed"
    USAGE = 2, "usage: an option, a file, a rate deck or a journal cannot be used"
    GUARD_REFUSED = 3, "the guard refused a message, or all of them"
    PROVIDER_REFUSED = 4, "the provider was asked and refused a message, or did not get it"
    OUTCOME_UNKNOWN = 5, "a message may or may not have gone out: reconcile"
    INTERRUPTED = 130, "interrupted; no output is half written, the journal has what was sent"
    BROKEN_PIPE = 141, "whatever read the result stopped reading"
    TERMINATED = 143, "told to terminate; otherwise as 130"

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
    put right: an option, a file, a deck, a journal.

    >>> from smscore.errors import JournalError
    >>> exit_of(GuardError("max_parts", "1", "2")), exit_of(JournalError("sent.db", "it is locked"))
    (<Exit.GUARD_REFUSED: 3>, <Exit.USAGE: 2>)
    """
    for kinds, status in _STATUSES:
        if isinstance(error, kinds):
            return status
    return Exit.USAGE


_STATUSES: tuple[tuple[tuple[type[Exception], ...], Exit], ...] = (
    ((OutcomeUnknown,), Exit.OUTCOME_UNKNOWN),
    ((ProviderError, SendError), Exit.PROVIDER_REFUSED),
    ((GuardError,), Exit.GUARD_REFUSED),
    # It is no fault of the message: an option names it.
    ((InvalidSender,), Exit.USAGE),
    ((MessageError, PricingError), Exit.PROBLEMS_FOUND),
)
