"""Whether the quotation marks of a CSV file are where RFC 4180 has them.

The law of this file: it watches the octets pass, keeps no more of them than one cell, and numbers
the rows as the parser does, the lines as an editor does. A mark that is left out makes the cells
and rows up to the next one a single text; the parser takes that without a word, so it is found out
here.
"""

from __future__ import annotations

from collections import deque

from smscore import _kernel

STRAYS_TOLD = 5
"""Of how many stray cells the lines are kept."""

JOINED_OCTETS = 1 << 12
"""How much of the next octets is laid behind what was left, to see it end."""

_BREAKS = b"\r\n"
_EACH_BREAK = (b"\r", b"\n")


class QuotationCheck:
    r"""Numbers the rows in which a quoted cell does not end where its closing mark is.

    Rows count from 1; empty lines are none. An empty chunk ends the file. `stray_lines` are the
    lines in which the cells of the first such rows begin. `open_line` is that of a cell that has
    not ended so far; at the end of the file, `swallowed_lines` are how many more went into it.

    >>> check = QuotationCheck(",")
    >>> check.feed(b'a,"two\nlines"\n"left out,"here"\n"never')
    >>> check.feed(b"")
    >>> list(check.strays)
    [2, 3]
    >>> check.stray_lines, check.open_line, check.swallowed_lines
    ([3, 4], 4, 0)
    """

    def __init__(self, delimiter: str, line: int = 1) -> None:
        """Watch a file whose first cell comes next, in such a line."""
        self.strays: deque[int] = deque()
        self.stray_lines: list[int] = []
        self.open_line: int | None = None
        self.swallowed_lines = 0
        self._line = line
        self._delimiter = ord(delimiter)
        self._row = 1
        self._has_begun = False
        # One octet that is done with, for what comes next is judged by what it stands behind.
        self._rest = _BREAKS[-1:]

    def feed(self, octets: bytes) -> None:
        """Watch the next octets of the file pass."""
        if not octets:
            self._watch(self._rest, 1, is_last=True)
            return
        # What was left is small, and so is what of the next octets ends it.
        begun = self._rest + octets[:JOINED_OCTETS]
        left = len(self._rest)
        if len(octets) > JOINED_OCTETS:
            self._watch(begun, 1, is_last=False)
            # The last octet that is done with stays to be looked behind at.
            done = len(begun) - len(self._rest) + 1 - left
            if done > 0:
                self._watch(octets, done, is_last=False)
                return
            begun = self._rest + octets[JOINED_OCTETS:]
        self._watch(begun, 1, is_last=False)

    def _watch(self, data: bytes, start: int, *, is_last: bool) -> None:
        """Watch octets from the start on; what cannot be judged yet is the rest."""
        done, rows, is_open, strays = _kernel.watch_quotes(data, start, self._delimiter, is_last)
        # Breaks before the first cell end no row.
        ahead = int(not self._has_begun and data[start : start + 1] in _EACH_BREAK)
        open_line = self._line + _kernel.count_breaks(data, start, done) if is_open else None
        for before, first, end, never_ends in strays:
            row = self._row + before - ahead
            line = self._note_stray(data, start, row, first, end, never_ends)
            open_line = open_line or line
        self._row += max(0, rows - ahead)
        self._has_begun = self._has_begun or done > start
        self._line += _kernel.count_breaks(data, start, done)
        self._rest = data[done - 1 :]
        # Set once, for it is asked for while a reader's own thread feeds.
        self.open_line = open_line

    def _note_stray(
        self, data: bytes, start: int, row: int, first: int, end: int, never_ends: bool
    ) -> int | None:
        """Note a row that is astray; give the line of its cell if that has not ended."""
        self.strays.append(row)
        if not never_ends and len(self.stray_lines) == STRAYS_TOLD:
            return None
        line = self._line + _kernel.count_breaks(data, start, first)
        self.stray_lines = [*self.stray_lines, line][:STRAYS_TOLD]
        if not never_ends:
            return None
        # What a break ends is no line more.
        self.swallowed_lines = count_breaks(data[first:end].rstrip(_BREAKS))
        return line


def count_breaks(octets: bytes) -> int:
    r"""Count the line breaks of octets, CR LF being one.

    >>> count_breaks(b"a\r\nb\rc\n\n")
    4
    """
    return _kernel.count_breaks(octets, 0, len(octets))
