"""Texts as a terminal may show them.

The law of this file: nothing of a message acts on the terminal. What is invisible or would move
the cursor, change colours or turn the direction of writing is shown as a sign for itself.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from smscore.inspection import Inspection

PART_STYLES = ("black on bright_cyan", "black on bright_yellow")
UNMAPPED_STYLE = "bold white on red"

_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = 0x7F, 0x2421
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# It only joins what stands beside it, and an emoji falls apart without it.
_JOINER = "\u200d"


def show_character(character: str) -> str:
    r"""Show one character, or a sign for it.

    >>> show_character("é"), show_character("\n"), show_character("\u202e")
    ('é', '␊', '‹U+202E›')
    """
    point = ord(character)
    if point < ord(" "):
        return chr(_PICTURES + point)
    if point == _DELETE:
        return chr(_DELETE_PICTURE)
    category = unicodedata.category(character)
    if category in _UNSHOWN or (category == "Zs" and character != " "):
        return f"‹U+{point:04X}›"
    return character


def show_parts(inspection: Inspection) -> Iterable[Text]:
    """Show each part on a line of its own, the characters that force UCS-2 marked."""
    unmapped = {found.index for found in inspection.unmapped}
    for part in inspection.message.parts:
        line = Text(f"{part.number:>4}  ")
        style = PART_STYLES[part.number % len(PART_STYLES)]
        for index, character in enumerate(part.text, part.start):
            shown = character if character == _JOINER else show_character(character)
            line.append(shown, UNMAPPED_STYLE if index in unmapped else style)
        yield line


def make_console(*, error: bool = False) -> Console:
    """Make a console for results, or for progress; lines are left to the terminal to break."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, soft_wrap=True, highlight=False, emoji=False, markup=False)
