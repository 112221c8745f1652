"""Whether the quotation marks of a CSV file are where RFC 4180 has them.

The law of this file: it watches the octets pass, keeps no more of them than one cell, and counts.
A mark that is left out makes the cells and rows up to the next one a single text; the parser takes
that without a word, so it is found out here.
"""

from __future__ import annotations

import re

_BREAKS = b"\r\n"
_QUOTE = b'"'


class QuotationCheck:
    r"""Counts the quoted cells that do not end where their closing quotation mark is.

    >>> check = QuotationCheck(",")
    >>> check.feed(b'a,"two\nlines"\n"left out,"here"\n"never')
    >>> check.strays, check.unclosed
    (1, True)
    """

    def __init__(self, delimiter: str) -> None:
        """Watch a file whose first cell comes next."""
        self.strays = 0
        # What a quoted cell may stand behind, and what it must stand before.
        edge = b"[" + re.escape(delimiter.encode()) + _BREAKS + b"]"
        self._cells = re.compile(
            edge + b'"(?:[^"]++|"")*+(?:\\Z|"(?:(?=' + edge + b")|(?P<cut>\\Z)|(?P<stray>)))"
        )
        self._rest = b"\n"

    @property
    def unclosed(self) -> bool:
        """Whether a quoted cell has begun and not ended; at the end of the file a fault."""
        opened = self._rest[1:2] == _QUOTE
        return opened and (self._rest[2:].count(_QUOTE) % 2 == 0)

    def feed(self, octets: bytes) -> None:
        """Watch the next octets of the file pass."""
        if not octets:
            return
        data = self._rest + octets
        if _QUOTE not in data:
            self._rest = data[-1:]
            return
        start = len(data) - 1
        for cell in self._cells.finditer(data):
            if cell.end() == len(data) and cell["stray"] is None:
                # Its end, or what comes behind it, is yet to pass.
                start = cell.start()
            elif cell["stray"] is not None:
                self.strays += 1
        self._rest = data[start:]


def find_quoted(cell: str, octets: bytes, start: int = 0) -> int:
    r"""Find where a cell stands in some octets of CSV, quoted as it should be; -1 if nowhere.

    It is looked for from `start` first, for cells come in the order of the file.

    >>> find_quoted('say "hi"\n', b'1,"say ""hi""\n",2'), find_quoted('hi"\n', b'1,"hi"\n2')
    (2, -1)
    """
    quoted = _QUOTE + cell.encode().replace(_QUOTE, _QUOTE * 2) + _QUOTE
    found = octets.find(quoted, start)
    return found if found >= 0 else octets.find(quoted, 0, start + len(quoted))
