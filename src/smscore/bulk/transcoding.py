"""Octets of any encoding, as UTF-8 that is always valid.

The law of this file: no octet is lost and none stops the reading. What the encoding does not allow
becomes private characters that stand for its octets, and is found again, as those octets, in the
cell that it belongs to.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO

from smscore import _kernel
from smscore.problems import Problem

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

# The five octets that Windows-1252 leaves open are read as the control characters of their number,
# as web browsers do (WHATWG Encoding, windows-1252).
_CP1252 = {
    octet: ord(bytes((octet,)).decode("cp1252", errors="ignore") or chr(octet))
    for octet in range(256)
}

# The last 256 code points of Unicode are for private use, and no character of them is known to
# have been sent. Where one is in a file all the same, its own octets are what stands for it.
_FIRST_STAND_IN, _LAST_STAND_IN = 0x10FF00, 0x10FFFF
_UNSOUND = re.compile("[\ud800-\udfff\U0010ff00-\U0010ffff]")
_STAND_INS = re.compile("[\U0010ff00-\U0010ffff]+")

# A surrogate that is no pair is data in UTF-16; in UTF-8 its three octets are no character.
_ERRORS = {
    "utf-8": "surrogateescape",
    "utf-16-le": "surrogatepass",
    "utf-16-be": "surrogatepass",
}

_CARRIAGE_RETURN = b"\r"


class _Cp1252Decoder(codecs.IncrementalDecoder):
    """Decodes Windows-1252, in which every octet is a character."""

    def decode(self, input: ReadableBuffer, final: bool = False) -> str:  # noqa: A002, ARG002  # the names that codecs give them
        return codecs.charmap_decode(input, "strict", _CP1252)[0]


def make_decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Make a decoder that gives a surrogate for each octet, or half a pair, that is not allowed."""
    if encoding == "cp1252":
        return _Cp1252Decoder()
    return codecs.getincrementaldecoder(encoding)(errors=_ERRORS.get(encoding, "replace"))


class Transcoder(io.RawIOBase):
    """A file of some encoding, read as UTF-8; counts the octets it has read of the file.

    A block that it gives does not end in a carriage return unless the file does: the CSV parser
    takes the line feed that begins the next block for a second line break.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        """Read a binary file from where it stands."""
        self.position = 0
        self.unsound = False
        """Whether anything was read that the encoding does not allow."""
        self._file = file
        self._left = b""
        self._encoding = encoding
        self._errors = _ERRORS.get(encoding, "strict")
        self._decoder = make_decoder(encoding)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many octets of UTF-8, or one fewer; much fewer only at the end."""
        if size == 0:
            return b""
        chunks = [self._left]
        wanted = size - len(self._left)
        if wanted > 0:
            octets = self._file.read(wanted)
            self.position += len(octets)
            chunk = self._transcode(octets)
            if len(octets) == wanted >= len(chunk) > 0 and chunk[-1:] != _CARRIAGE_RETURN:
                # As it mostly is: nothing has to be looked at further, or cut.
                left, self._left = self._left, b""
                return left + chunk if left else chunk
            chunks.append(chunk)
        have = sum(map(len, chunks))
        while size < 0 or have <= size:
            octets = self._file.read(size)
            self.position += len(octets)
            chunk = self._transcode(octets)
            chunks.append(chunk)
            have += len(chunk)
            if not octets:
                break
        joined = b"".join(chunks)
        end = have if size < 0 else min(size, have)
        if 1 < end < have and joined.endswith(_CARRIAGE_RETURN, 0, end):
            end -= 1
        self._left = joined[end:]
        return joined[:end]

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer, for the buffered readers of the standard library."""
        view = memoryview(buffer).cast("B")
        octets = self.read(len(view))
        view[: len(octets)] = octets
        return len(octets)

    def skip(self, text: str) -> None:
        """Pass over a text that is known to come next."""
        wanted = len(_UNSOUND.sub(self._stand_in, text).encode())
        while wanted > 0:
            wanted -= len(self.read(wanted))

    def at_end(self) -> bool:
        """Tell whether nothing is left to read."""
        self._left = self.read(1) + self._left
        return not self._left

    def _transcode(self, octets: bytes) -> bytes:
        sound = b""
        if self._encoding == "utf-8":
            # What the last octets before began, and these may end.
            octets_now = self._decoder.getstate()[0] + octets
            self._decoder.reset()
            end = _kernel.find_unsound(octets_now)
            if end == len(octets_now):
                return octets_now
            sound, octets_left = octets_now[:end], octets_now[end:]
        else:
            octets_left = octets
        try:
            text = self._decoder.decode(octets_left, final=not octets)
        except UnicodeDecodeError:
            # Half a unit of UTF-16 at the very end: as an octet that no text has.
            self._decoder.reset()
            self.unsound = True
            return chr(_LAST_STAND_IN).encode()
        if _UNSOUND.search(text):
            self.unsound = True
            text = _UNSOUND.sub(self._stand_in, text)
        return sound + text.encode()

    def _stand_in(self, found: re.Match[str]) -> str:
        octets = found[0].encode("utf-8", errors=self._errors)
        return "".join(chr(_FIRST_STAND_IN + octet) for octet in octets)


def restore(cell: str) -> bytes:
    r"""Give the octets of a cell in which private characters may stand for some.

    >>> restore("caf\U0010ffe9")
    b'caf\xe9'
    """
    pieces = []
    end = 0
    for found in _STAND_INS.finditer(cell):
        pieces.append(cell[end : found.start()].encode())
        pieces.append(bytes(ord(character) - _FIRST_STAND_IN for character in found[0]))
        end = found.end()
    pieces.append(cell[end:].encode())
    return b"".join(pieces)


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
