"""What a message may come from.

The law of this file: a sender is none at all, a shortcode, or a name; a phone number is refused
here, before the provider does.
"""

from __future__ import annotations

import re

from smscore.errors import InvalidSender
from smscore.send.providers.callr.reading import NAME

MOST_CHARACTERS = 11
_SHORTCODE = re.compile(r"[0-9]{3,8}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}")
_NUMBER = re.compile(r"\+[0-9 ().-]+")
_DIGITS = re.compile(r"[0-9]+")


def check_sender(sender: str) -> str:
    """Give a sender that the provider may take; InvalidSender says why it does not.

    "" is for a number of the provider's own, to which replies can be written.

    >>> check_sender(""), check_sender("38999"), check_sender("SMS")
    ('', '38999', 'SMS')
    """
    if not isinstance(sender, str):
        raise TypeError(f"a sender is a str, not {type(sender).__name__}")
    if not sender or _SHORTCODE.fullmatch(sender) or _NAME.fullmatch(sender):
        return sender
    raise InvalidSender(NAME, _tell_fault(sender))


def _tell_fault(sender: str) -> str:
    if not sender.isprintable():
        return "it holds characters that cannot be shown"
    if _NUMBER.fullmatch(sender):
        return 'a phone number cannot be the sender: "" is for a number of the provider\'s own'
    if _DIGITS.fullmatch(sender):
        return "digits alone are a shortcode, which has 3 to 8 of them: a phone number is none"
    if len(sender) > MOST_CHARACTERS:
        return f"a name has at most {MOST_CHARACTERS} characters, not {len(sender)}"
    if not re.search("[A-Za-z]", sender):
        return "a name has at least one letter from A to Z"
    return "a name is of letters from A to Z, digits, spaces, hyphens and underscores"
