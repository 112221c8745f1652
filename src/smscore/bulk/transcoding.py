"""Octets of any encoding that is read here, as UTF-8, and what to do where they are neither.

The law of this file: no octet is lost and none stops the reading. What the encoding does not allow
arrives as octets that are not UTF-8 either, so that it is found again in the cell it belongs to.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

from smscore.problems import Problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# The five octets that Windows-1252 leaves open are read as the control characters of their number,
# as web browsers do (WHATWG Encoding, windows-1252).
_CP1252 = {
    octet: ord(bytes((octet,)).decode("cp1252", errors="ignore") or chr(octet))
    for octet in range(256)
}


class Transcoder(io.RawIOBase):
    """A file of another encoding, read as UTF-8; counts the octets it has read of the file.

    A lone surrogate of UTF-16 becomes the three octets that UTF-8 would have for it.
    """

    def __init__(self, file: BinaryIO, encoding: str | None) -> None:
        """Read a binary file, of UTF-8 or whatever else if the encoding is None."""
        self.position = 0
        self._file = file
        self._encoding = encoding
        self._pending = b""
        self._left = b""
        decoder = codecs.getincrementaldecoder("utf-16-le" if encoding is None else encoding)
        self._decoder = decoder(errors="surrogatepass")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many octets of UTF-8, fewer only at the end."""
        chunks = [self._left]
        have = len(self._left)
        while size < 0 or have < size:
            octets = self._file.read(size if size > 0 else -1)
            self.position += len(octets)
            chunk = self._transcode(octets)
            chunks.append(chunk)
            have += len(chunk)
            if not octets:
                break
        joined = b"".join(chunks)
        if size < 0:
            size = have
        self._left = joined[size:]
        return joined[:size]

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer, for the buffered readers of the standard library."""
        view = memoryview(buffer).cast("B")
        octets = self.read(len(view))
        view[: len(octets)] = octets
        return len(octets)

    def at_end(self) -> bool:
        """Tell whether nothing is left to read."""
        self._left = self.read(1) + self._left
        return not self._left

    def _transcode(self, octets: bytes) -> bytes:
        if self._encoding is None:
            return octets
        if self._encoding == "cp1252":
            return codecs.charmap_decode(octets, "strict", _CP1252)[0].encode()
        text = self._decoder.decode(octets, final=not octets)
        return text.encode("utf-8", errors="surrogatepass")


def decode_cell(octets: bytes) -> tuple[str, Problem | None]:
    r"""Decode a cell, or show what is not UTF-8 of it as escapes, and name the fault.

    >>> decode_cell(b"caf\xe9")
    ('caf\\xe9', <Problem.UNDECODABLE_TEXT: 2>)
    """
    try:
        return octets.decode(), None
    except UnicodeDecodeError:
        shown = octets.decode(errors="backslashreplace")
    try:
        octets.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return shown, Problem.UNDECODABLE_TEXT
    return shown, Problem.LONE_SURROGATE
