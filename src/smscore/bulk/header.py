"""Which column holds the texts, and which the phone numbers.

The law of this file: a column is chosen by its name, which must be one of those listed here or the
one given, and never by what stands in it. Where two would do, the caller is asked.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from smscore.errors import BulkFileError

# As people and their programs name them; compared without case, spaces and punctuation.
TEXT_NAMES = frozenset(
    "text message body sms content msg messagetext messagebody messagecontent smstext smsbody "
    "textmessage".split()
)
NUMBER_NAMES = frozenset(
    "to phone number mobile msisdn recipient destination cell tel telephone phonenumber "
    "mobilenumber mobilephone cellphone recipientnumber tonumber destinationnumber cellnumber "
    "phoneno mobileno".split()
)

NAME_SHOWN = 40
"""How much of a column's name an error shows."""

# A message, or the number of somebody, rather than the name of a column.
_DATA = re.compile(r"[0-9]{5}|^(?:\S+\s+){4}|^.{41}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Columns:
    """The places and names of the two columns that count; a file may be without numbers."""

    text: int
    text_name: str
    number: int | None
    number_name: str | None


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What the caller says about columns: the two names, which need be there, which are added.

    `added` are the names that the annotated file gets, so no column may have one of them.

    >>> ColumnChoice(number_needed=True).find(["id", "Phone number", "Message"], "campaign.csv")
    Columns(text=2, text_name='Message', number=1, number_name='Phone number')
    """

    text_column: str | None = None
    number_column: str | None = None
    number_needed: bool = False
    added: tuple[str, ...] = ()

    def find(self, names: Sequence[str], source: str) -> Columns:
        """Find the two columns among the names; BulkFileError if that is not possible."""
        self.check_free(names, source)
        text = _find(names, source, self.text_column, TEXT_NAMES, "texts", "text_column")
        if text is None:
            raise BulkFileError(source, _describe_missing(names, "texts", "text_column"))
        number = _find(
            names, source, self.number_column, NUMBER_NAMES, "phone numbers", "number_column"
        )
        if number is None and self.number_needed:
            fault = _describe_missing(names, "phone numbers", "number_column")
            raise BulkFileError(source, f"{fault}, or validate without a rate deck")
        return Columns(text, names[text], number, None if number is None else names[number])

    def check_free(self, names: Container[str], source: str, line: int | None = None) -> None:
        """Raise BulkFileError if one of the names to be added is among these."""
        for name in self.added:
            if name in names:
                fault = f"it has a column {name!r} already: give the added ones a prefix (--prefix)"
                raise BulkFileError(source, fault, line)


def _find(
    names: Sequence[str],
    source: str,
    given: str | None,
    known: frozenset[str],
    what: str,
    option: str,
) -> int | None:
    if given is not None:
        matches = [place for place, name in enumerate(names) if name == given]
        if not matches:
            raise BulkFileError(source, f"there is no column {given!r}, only {_quote(names)}")
    else:
        matches = [place for place, name in enumerate(names) if _fold(name) in known]
    if len(matches) > 1:
        found = _quote([names[place] for place in matches])
        raise BulkFileError(
            source, f"{found} could all hold the {what}: choose with {_spell(option)}"
        )
    return matches[0] if matches else None


def _fold(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _describe_missing(names: Sequence[str], what: str, option: str) -> str:
    if any(map(_DATA.search, names)):
        return f"no column for the {what}: its first line is no header, which it needs"
    return f"no column for the {what} among {_quote(names)}: name it with {_spell(option)}"


def _spell(option: str) -> str:
    return f"{option} (--{option.replace('_', '-')})"


def _quote(names: Sequence[str]) -> str:
    # Where the header is missing its place is taken by somebody's number and message.
    if any(map(_DATA.search, names)):
        return "a first line that is no header"
    return ", ".join(repr(name[:NAME_SHOWN]) for name in names)
