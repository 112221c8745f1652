"""What is wrong with a message.

The law of this file: each error carries the place of the fault, and none of them the text.
"""

from __future__ import annotations

from smscore.errors.base import SmsError

_NAMED = 10


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


class InvalidSender(MessageError):
    """The sender is none that the provider has; the message says which it takes."""

    def __init__(self, provider: str, reason: str) -> None:
        self.provider = provider
        self.reason = reason
        super().__init__(f"no sender for {provider}: {reason}")


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
