"""The base of all errors.

The law of this file: an error passes between processes as it is.
"""

from __future__ import annotations


class SmsError(Exception):
    """The base of every error about a message, a deck, a file or an installation.

    A wrong option is a ValueError or a TypeError.
    """

    def __reduce__(self) -> tuple[object, ...]:
        """Pass between processes as it is: its arguments are not those it was made with."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[SmsError], args: tuple[object, ...], state: dict[str, object]) -> SmsError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class MissingExtra(SmsError, ImportError):
    """Something that is optional is not installed; the message holds the command that does it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs {package}: pip install 'smscore[{extra}]'", name=package)
