"""Whether the quotation marks of a CSV file are where RFC 4180 has them.

The law of this file: it watches the octets pass, keeps no more of them than one cell, and numbers
the rows as the parser does. A mark that is left out makes the cells and rows up to the next one a
single text; the parser takes that without a word, so it is found out here.
"""

from __future__ import annotations

import re
from collections import deque

_BREAKS = b"\r\n"


class QuotationCheck:
    r"""Numbers the rows in which a quoted cell does not end where its closing mark is.

    Rows count from 1; empty lines are none. An empty chunk ends the file.

    >>> check = QuotationCheck(",")
    >>> check.feed(b'a,"two\nlines"\n"left out,"here"\n"never')
    >>> check.feed(b"")
    >>> list(check.strays)
    [2, 3]
    """

    def __init__(self, delimiter: str) -> None:
        """Watch a file whose first cell comes next."""
        self.strays: deque[int] = deque()
        edge = b"[" + re.escape(delimiter.encode()) + _BREAKS + b"]"
        self._tokens = re.compile(
            # A quoted cell: open to the end so far, or closed before an edge, or astray.
            b"(?<=" + edge + b')"(?:[^"]++|"")*+'
            b'(?:(?P<open>\\Z)|"(?:(?=' + edge + b")|\\Z|(?P<stray>)))"
            b"|(?P<end>[" + _BREAKS + b"]++)"
        )
        self._row = 1
        self._has_begun = False
        # One octet that is done with, for what comes next is judged by what it stands behind.
        self._rest = _BREAKS[-1:]

    def feed(self, octets: bytes) -> None:
        """Watch the next octets of the file pass."""
        data = self._rest + octets
        done = len(data)
        for token in self._tokens.finditer(data, 1):
            if token.end() == len(data) and octets:
                # It may go on in what is yet to pass.
                done = token.start()
                break
            if token["end"] is None:
                if token["stray"] is not None or token["open"] is not None:
                    self.strays.append(self._row)
            elif self._has_begun or token.start() > 1:
                self._row += 1
            self._has_begun = True
        self._has_begun = self._has_begun or done > 1
        self._rest = data[done - 1 :]
