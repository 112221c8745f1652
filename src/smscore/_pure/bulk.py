"""What the bulk path asks of octets and of columns beside their measure.

The law of this file: it specifies what the compiled kernel does; it is to be read, and is not fast.
Columns are given as the buffers that Arrow lays them out in.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The last 256 code points of Unicode are what stands for octets that are no UTF-8.
_STAND_INS = b"\xf4\x8f\xbc", b"\xf4\x8f\xbd", b"\xf4\x8f\xbe", b"\xf4\x8f\xbf"


def find_unsound(octets: bytes) -> int:
    """Tell up to where octets are UTF-8 without one of the last 256 code points."""
    try:
        octets.decode()
        end = len(octets)
    except UnicodeDecodeError as error:
        end = error.start
    for stand_in in _STAND_INS:
        place = octets.find(stand_in, 0, end)
        # What is whole has four octets.
        if place >= 0:
            end = place
    return end


@lru_cache(maxsize=16)
def _tokens(delimiter: int) -> re.Pattern[bytes]:
    edge = b"[" + re.escape(bytes((delimiter,))) + b"\r\n]"
    return re.compile(
        # A quoted cell: open to the end so far, or closed before an edge, or astray.
        b"(?<=" + edge + b')"(?:[^"]++|"")*+'
        b'(?:(?P<open>\\Z)|"(?:(?=' + edge + b")|\\Z|(?P<stray>)))"
        b"|(?P<end>[\r\n]++)"
    )


def watch_quotes(
    data: bytes, delimiter: int, is_last: bool
) -> tuple[int, int, bool, list[tuple[int, int, int, bool]]]:
    """Watch octets of CSV pass, the first of which was passed before.

    Gives how many are done with, the ends of rows among them, whether what is not is an open cell,
    and each quoted cell that is astray: the ends of rows before it, where it begins, where it ends,
    and whether it is open to the end.
    """
    rows = 0
    strays: list[tuple[int, int, int, bool]] = []
    for token in _tokens(delimiter).finditer(data, 1):
        if token.end() == len(data) and not is_last:
            # It may go on in what is yet to pass.
            return token.start(), rows, token["open"] is not None, strays
        if token["end"] is not None:
            rows += 1
        elif token["stray"] is not None or token["open"] is not None:
            strays.append((rows, token.start(), token.end(), token["open"] is not None))
    return len(data), rows, False, strays
