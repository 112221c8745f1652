"""The errors that smscore raises, grouped by the question that the caller asks.

    SmsError
      MessageError(ValueError)     what is wrong with the message?
        LoneSurrogate              .index          half a surrogate pair stands alone
        UnmappableCharacter        .index .character   the coding asked for does not have it
        TooLong                    .index          more than 255 parts
        OverLimit                  .limit .profile more than the profile's provider takes
        InvalidNumber              .reason         not an E.164 number
        UndecodableSeptet          .index .septet  no text has this septet here
        MalformedUserData          .number         a part's octets cannot be read
        MissingParts               .numbers .total parts that did not come
        MixedMessages              .number         parts that are not of one message
      PricingError                 can it be priced?
        NoRate                     .country        the deck says nothing about the destination
        DestinationRejected        .line           the deck says that it is not served
      DeckError(ValueError)        can the rate deck be used?     .source .line
        MalformedRate              .column         a cell that cannot be read
        AmbiguousDeck              .other_line     two rates for one destination and day
        MixedCurrency              .currencies     more than one currency
      ProfileError(ValueError)     can the profile be used?       .source .key
      BulkFileError(ValueError)    can the file be read or written at all?   .source .line
      MissingExtra(ImportError)    is what this needs installed?  .extra

The law of this file: an error says what is wrong, where, and what to do. It carries the place and
whatever value is not private: phone numbers and message texts are in no message, attribute or repr
(a single character of a text, where it is the fault itself, is).
"""

from __future__ import annotations

_NAMED = 10


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


class MessageError(SmsError, ValueError):
    """The message itself cannot be what was asked for."""


class LoneSurrogate(MessageError):
    """The text holds a surrogate code point, U+D800..U+DFFF: it is no character, and unsendable.

    Such a text usually comes from cutting UTF-16 inside a pair; decode or cut it anew.
    """

    def __init__(self, index: int, point: int) -> None:
        self.index = index
        self.point = point
        super().__init__(
            f"character {index} is the lone surrogate U+{point:04X}, which is no character: "
            "the text was cut inside a surrogate pair, or wrongly decoded"
        )


class UnmappableCharacter(MessageError):
    """The coding asked for does not have this character; use UCS-2 or replace it."""

    def __init__(
        self, index: int, character: str, alphabet: str = "the GSM 7 bit default alphabet"
    ) -> None:
        self.index = index
        self.character = character
        self.alphabet = alphabet
        super().__init__(
            f"character {index}, U+{ord(character):04X}, is not in {alphabet}: "
            "use UCS-2 (coding=None chooses) or replace it"
        )


class TooLong(MessageError):
    """The text needs more than 255 parts, the most a concatenated message can have."""

    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(
            f"the text needs more than 255 parts: the 256th would begin at character {index}"
        )


class OverLimit(MessageError):
    """The text has more characters or parts than the profile's provider takes; shorten it."""

    def __init__(self, profile: str, limit: int, used: int, what: str) -> None:
        self.profile = profile
        self.limit = limit
        self.used = used
        super().__init__(f"{profile} takes at most {limit} {what}, and the text has {used}")


class InvalidNumber(MessageError):
    """The phone number is not one in E.164 form: "+", the country calling code, the rest."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"not an E.164 phone number: {reason}")


class UndecodableSeptet(MessageError):
    """No text is encoded with this septet in this place; lenient decoding shows something."""

    def __init__(self, index: int, septet: int, fault: str) -> None:
        self.index = index
        self.septet = septet
        super().__init__(f"septet {index}, 0x{septet:02X}, {fault}")


class MalformedUserData(MessageError):
    """The octets of a part are not a header and a text; `number` counts the parts given, from 1."""

    def __init__(self, number: int, fault: str) -> None:
        self.number = number
        super().__init__(f"the user data given as item {number}: {fault}")


class MissingParts(MessageError):
    """Some parts of the message did not come; wait for them."""

    def __init__(self, numbers: tuple[int, ...], total: int) -> None:
        self.numbers = numbers
        self.total = total
        named = ", ".join(map(str, numbers[:_NAMED])) + (", ..." if len(numbers) > _NAMED else "")
        super().__init__(f"of {total} parts these are missing: {named}")


class MixedMessages(MessageError):
    """The parts given are not all of one message; sort them by sender and reference first."""

    def __init__(self, number: int, fault: str) -> None:
        self.number = number
        super().__init__(f"the user data given as item {number} is of another message: {fault}")


class PricingError(SmsError):
    """The message cannot be priced with this deck."""


class NoRate(PricingError):
    """No row of the deck covers the destination on the day; add one, or a default row."""

    def __init__(self, country: str | None, day: str) -> None:
        self.country = country
        self.day = day
        super().__init__(
            f"the deck has no rate for a number in {country or 'no known country'} on {day}: "
            "add a row for its prefix or country, or a default row"
        )


class DestinationRejected(PricingError):
    """The row of the deck that covers the destination says that it is not served."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line} of the deck rejects this destination")


class DeckError(SmsError, ValueError):
    """The rate deck cannot be used; nothing is priced with a deck that has a fault."""

    def __init__(self, source: str, line: int | None, fault: str) -> None:
        self.source = source
        self.line = line
        place = source if line is None else f"{source}, line {line}"
        super().__init__(f"{place}: {fault}")


class MalformedRate(DeckError):
    """A cell of the deck cannot be read."""

    def __init__(self, source: str, line: int, column: str, fault: str) -> None:
        self.column = column
        super().__init__(source, line, f"{column}: {fault}")


class AmbiguousDeck(DeckError):
    """Two rows of the deck price the same destination on the same day."""

    def __init__(self, source: str, line: int, other_line: int, destination: str) -> None:
        self.other_line = other_line
        super().__init__(
            source,
            line,
            f"a second rate for {destination} on the same days as line {other_line}: "
            "end the one (effective_to is its last day) before the other begins",
        )


class MixedCurrency(DeckError):
    """The deck has prices in more than one currency; make one deck of each."""

    def __init__(self, source: str, line: int, currencies: tuple[str, str]) -> None:
        self.currencies = currencies
        super().__init__(
            source, line, f"a price in {currencies[1]} in a deck of {currencies[0]}: make two decks"
        )


class ProfileError(SmsError, ValueError):
    """The profile cannot be used: no such name, or a file with a fault; `key` says where."""

    def __init__(self, source: str, fault: str, key: str | None = None) -> None:
        self.source = source
        self.key = key
        place = source if key is None else f"{source}, {key}"
        super().__init__(f"{place}: {fault}")


class BulkFileError(SmsError, ValueError):
    """The file as a whole cannot be read or written; a fault of one row never raises."""

    def __init__(self, source: str, fault: str, line: int | None = None) -> None:
        self.source = source
        self.line = line
        place = source if line is None else f"{source}, line {line}"
        super().__init__(f"{place}: {fault}")


class MissingExtra(SmsError, ImportError):
    """Something that is optional is not installed; the message holds the command that does it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs {package}: pip install 'smscore[{extra}]'", name=package)
