"""Styled lines as people look at them: plain, in colour, or as HTML.

The law of this file: what is said is said once, in styled lines, and each medium renders those.
Nothing of a message acts on the medium: what is invisible, or would move the cursor, change colours
or turn the direction of writing, is shown as a sign for itself, and HTML is escaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from smscore.errors import MissingExtra

if TYPE_CHECKING:
    from rich.text import Text

Span = tuple[str, str]
"""Some text, and the name of its style."""

Line = list[Span]

PLAIN, HEAD, UNMAPPED, GOOD, BAD = "", "head", "unmapped", "good", "bad"
PARTS = ("even", "odd")

_RICH = {
    PLAIN: "",
    HEAD: "bold",
    UNMAPPED: "bold white on red",
    GOOD: "green",
    BAD: "red",
    "even": "black on bright_cyan",
    "odd": "black on bright_yellow",
}
# Each has a colour of its own before and behind, so that it is read on light and on dark pages.
_HTML = {
    HEAD: "font-weight:bold",
    UNMAPPED: "background:#b00020;color:#fff;font-weight:bold",
    GOOD: "background:#d7f0dc;color:#0b3d17",
    BAD: "background:#f6d5d8;color:#5c0a14",
    "even": "background:#bfeaf2;color:#000",
    "odd": "background:#f6ecae;color:#000",
}

_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = 0x7F, 0x2421
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# It only joins what stands beside it, and an emoji falls apart without it.
_JOINER = "\u200d"
_CIRCLE = "\u25cc"
"""What a mark stands on when it stands alone."""

_INDEXES_SHOWN = 10


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


def show_text(text: str) -> str:
    r"""Show a text on one line, its emoji whole.

    >>> show_text("a\nb")
    'a␊b'
    """
    return "".join(each if each == _JOINER else show_character(each) for each in text)


def show_alone(character: str) -> str:
    """Show a character that stands by itself: a mark on a circle."""
    return (_CIRCLE if unicodedata.combining(character) else "") + show_text(character)


def list_indexes(indexes: list[int]) -> str:
    """List the first of some indexes.

    >>> list_indexes([*range(12)])
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...'
    """
    more = ["..."] if len(indexes) > _INDEXES_SHOWN else []
    return ", ".join([*map(str, indexes[:_INDEXES_SHOWN]), *more])


def render_plain(lines: Iterable[Line]) -> list[str]:
    """Render lines as plain text.

    >>> render_plain([[("Total: ", HEAD), ("2", PLAIN)]])
    ['Total: 2']
    """
    return ["".join(text for text, _ in line) for line in lines]


def render_rich(lines: Iterable[Line]) -> Text:
    """Render lines for a terminal; MissingExtra without rich."""
    try:
        from rich.text import Text
    except ModuleNotFoundError:
        raise MissingExtra("rich", "cli", "showing an inspection in colour") from None

    styled = [Text.assemble(*((text, _RICH[style]) for text, style in line)) for line in lines]
    return Text("\n").join(styled)


def render_html(lines: Iterable[Line]) -> str:
    """Render lines as an element of HTML.

    >>> render_html([[("a < b", PLAIN)]])[-15:]
    '>a &lt; b</pre>'
    """
    rendered = []
    for line in lines:
        spans = [
            f'<span style="{_HTML[style]}">{escape(text)}</span>' if style else escape(text)
            for text, style in line
        ]
        rendered.append("".join(spans))
    opening = '<pre class="smscore" dir="ltr" style="white-space:pre-wrap">'
    return opening + "\n".join(rendered) + "</pre>"
