"""A provider's or a caller's own replacements, read from whatever shape they come in.

The law of this file: lenient about shapes, strict about contents. A table is one dictionary of
single characters to what GSM 7 bit can carry, of which applying it twice is applying it once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

from smscore.coding import GSM7_CHARACTERS

_FROM = ("from", "source", "char", "character", "unicode", "key", "original")
_TO = ("to", "target", "gsm", "replacement", "replace", "substitution", "value", "text")

_CODE_POINT = re.compile("U\\+([0-9A-Fa-f]{4,6})")

_Pair = tuple[str, str]


def read_mapping(answer: object) -> dict[str, str]:
    """Read a provider's answer about its replacements, such as sms.get_gsm_charset_mapping's.

    It may be an object of characters to replacements; a list of characters (each standing for
    itself), of pairs, or of objects such as {"from": ..., "to": ...}; or an object that holds such
    things under names of its own. A character may also be written U+20AC. Raises ValueError, naming
    the character, for a key that is not one character, a replacement that is no str or not in GSM
    7 bit (TS 23.038, 6.2.1), two replacements for one character, and a replacement with a character
    that is itself replaced; and for a shape that cannot be read.

    >>> read_mapping({"€": "e", "«": '"'})
    {'€': 'e', '«': '"'}
    >>> read_mapping({"charset": ["@", "£"], "substitutions": [["€", "e"]]})
    {'@': '@', '£': '£', '€': 'e'}
    """
    table: dict[str, str] = {}
    try:
        pairs = list(_read_pairs(answer))
    except RecursionError:
        raise ValueError("a table of replacements is nested too deep, or in itself") from None
    for key, text in pairs:
        if table.setdefault(key, text) != text:
            raise ValueError(f"{_name(key)} has two replacements")
    for key, text in table.items():
        for character in text:
            if table.get(character, character) != character:
                raise ValueError(
                    f"the replacement of {_name(key)} has {_name(character)}, which is replaced too"
                )
    return table


def _read_pairs(answer: object) -> Iterator[_Pair]:
    """Give the pairs that any shape holds."""
    match answer:
        case Mapping():
            yield from _read_object(answer)
        case list() | tuple():
            for item in answer:
                yield from _read_item(item)
        case _:
            kind = type(answer).__name__
            raise ValueError(f"a table of replacements is an object or a list, not {kind}")


def _read_item(item: object) -> Iterator[_Pair]:
    """Give the pairs that an item of a list holds: a character, a pair, or something larger."""
    match item:
        case str():
            yield _make_pair(item, item)
        case [str(), str()]:
            yield _make_pair(*item)
        case _:
            yield from _read_pairs(item)


def _read_object(answer: Mapping[object, object]) -> Iterator[_Pair]:
    """Give the pairs that an object holds: it is one, or has many, or holds others that do."""
    source = [name for name in _FROM if name in answer]
    target = [name for name in _TO if name in answer]
    if source and target:
        yield _make_pair(answer[source[0]], answer[target[0]])
        return
    for key, value in answer.items():
        if isinstance(value, Mapping | list | tuple) and not _read_character(key):
            yield from _read_pairs(value)
        else:
            yield _make_pair(key, value)


def _make_pair(key: object, text: object) -> _Pair:
    """Check one replacement; ValueError names the character."""
    character = _read_character(key)
    if character is None:
        kind = f"{len(key)} characters" if isinstance(key, str) else type(key).__name__
        raise ValueError(f"a key is one character, not {kind}")
    if isinstance(text, str) and GSM7_CHARACTERS.issuperset(text):
        return character, text
    fault = "in GSM 7 bit" if isinstance(text, str) else f"a str but {type(text).__name__}"
    raise ValueError(f"the replacement of {_name(character)} is not {fault}")


def _read_character(key: object) -> str | None:
    """Read a character, itself or as U+20AC; None if it is none."""
    if not isinstance(key, str) or len(key) == 1:
        return key if isinstance(key, str) else None
    found = _CODE_POINT.fullmatch(key)
    point = int(found[1], 16) if found else sys.maxunicode + 1
    return chr(point) if point <= sys.maxunicode else None


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"
