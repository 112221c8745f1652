"""The GSM 7 bit default alphabet as a codec of Python: `str.encode` and `bytes.decode`.

The law of this file: what the standard library's own codecs do with errors, chunks and streams,
this one does. What it encodes are septets, one an octet, whatever an error handler gives; what it
decodes is what it could have encoded, unless an error handler decides otherwise.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from operator import index
from typing import TYPE_CHECKING, Final, SupportsIndex

from smscore import _kernel
from smscore._tables import ESCAPE, EXTENSION
from smscore.coding import GSM7_CHARACTERS, Alphabet

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAME: Final = "gsm0338"
"""The codec's name, which `register_codecs` makes known."""

TRANSLITERATE: Final = "gsm-transliterate"
"""The error handler's name, which `register_codecs` makes known."""

_GSM7 = Alphabet.GSM7.dcs
_MAXIMUM_SEPTET = 0x7F
_CLASSES = frozenset({"invisible", "typographic", "accent"})
_UNENCODABLE = re.compile(f"[^{re.escape(''.join(sorted(GSM7_CHARACTERS)))}]+")

_ESCAPE = bytes((ESCAPE,))
# An escape alone is the fault where a septet follows it: no error may swallow a character.
_UNDECODABLE = re.compile(
    b"[\x80-\xff]|%b%b|%b(?![%b])"
    % (_ESCAPE, _ESCAPE, _ESCAPE, re.escape(bytes(EXTENSION.values())))
)


@cache
def register_codecs() -> None:
    r"""Make the codec "gsm0338" and the error handler "gsm-transliterate" known to Python.

    The codec has the default alphabet and its extension table (3GPP TS 23.038, 6.2.1), septets one
    an octet; it is also found as "gsm-0338", "GSM 03.38" and the like. It is strict: an escape that
    nothing follows or no character goes with, and an octet above 0x7F, are a UnicodeDecodeError,
    which, like a UnicodeEncodeError, holds what was to be decoded, as Python has it.

    The handler is for encoding. It puts for each character that cannot be encoded what the standard
    table of `smscore.transliterate` has of the classes "invisible", "typographic" and "accent", and
    leaves the error for any other.

    >>> register_codecs()
    >>> "1 €".encode("gsm0338"), b"1 \x1be".decode("gsm0338")
    (b'1 \x1be', '1 €')
    >>> "It’s fine".encode("gsm0338", "gsm-transliterate")
    b"It's fine"
    """
    codecs.register(_find)
    codecs.register_error(TRANSLITERATE, _transliterate)


def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    r"""Encode a text as a codec does: its septets, one an octet, and how many characters it has.

    Raises UnicodeEncodeError; TypeError for what is no text; LookupError for a handler that is
    none.

    >>> encode("1 €")
    (b'1 \x1be', 3)
    """
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    text = str.__str__(text)
    septets, fault = _kernel.encode(text, _GSM7)
    return (septets if fault < 0 else _encode_around(text, errors)), len(text)


def decode(octets: ReadableBuffer, errors: str = "strict", final: bool = True) -> tuple[str, int]:
    r"""Decode septets, one an octet, as a codec does: the text, and how many octets it took.

    Without `final`, an escape that nothing follows is left for the next call. Raises
    UnicodeDecodeError; TypeError for what are no octets; LookupError for a handler that is none.

    >>> decode(b"1 \x1be"), decode(b"1 \x1b", final=False)
    (('1 €', 4), ('1 ', 2))
    """
    read = bytes(memoryview(octets))
    text, fault = _kernel.decode(read, _GSM7, strict=True)
    return (text, len(read)) if fault < 0 else _decode_around(read, errors, final)


class IncrementalEncoder(codecs.IncrementalEncoder):
    """Encodes a text that comes in pieces; a piece needs nothing of the one before it."""

    def encode(self, input: str, final: bool = False) -> bytes:  # noqa: A002, ARG002
        """Encode a piece; raises as the codec does."""
        return encode(input, self.errors)[0]


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    """Decodes octets that come in pieces; an escape that ends one waits for the next."""

    def _buffer_decode(
        self,
        input: ReadableBuffer,  # noqa: A002
        errors: str,
        final: bool,
    ) -> tuple[str, int]:
        return decode(input, errors, final)


class StreamWriter(codecs.StreamWriter):
    """Writes a text to a stream of octets."""

    def encode(self, input: str, errors: str = "strict") -> tuple[bytes, int]:  # noqa: A002
        """Encode as the codec does."""
        return encode(input, errors)


class StreamReader(codecs.StreamReader):
    """Reads a text from a stream of octets; an escape that ends the stream is an error."""

    bytebuffer: bytes

    def decode(self, input: bytes, errors: str = "strict") -> tuple[str, int]:  # noqa: A002
        """Decode what was read; if that is what was left before, the stream has ended."""
        return decode(input, errors, final=input == self.bytebuffer)


@cache
def _make_codec() -> codecs.CodecInfo:
    return codecs.CodecInfo(
        name=NAME,
        encode=encode,
        decode=decode,
        incrementalencoder=IncrementalEncoder,
        incrementaldecoder=IncrementalDecoder,
        streamreader=StreamReader,
        streamwriter=StreamWriter,
    )


def _find(name: str) -> codecs.CodecInfo | None:
    return _make_codec() if re.sub("[^a-z0-9]", "", name.lower()) == NAME else None


def _encode_around(text: str, errors: str) -> bytes:
    """Encode a text that has faults, with what the handler puts for each run of them."""
    handler = codecs.lookup_error(errors)
    pieces: list[bytes] = []
    place = 0
    while fault := _UNENCODABLE.search(text, place):
        pieces.append(_kernel.encode(text[place : fault.start()], _GSM7)[0])
        answer = handler(_name_encode_fault(text, fault))
        match answer:
            case tuple((str() as put, place)):
                septets, unencodable = _kernel.encode(put, _GSM7)
                refused = unencodable >= 0
            case tuple((bytes() as septets, place)):
                refused = not septets.isascii()
            case _:
                raise TypeError("encoding error handler must return (str/bytes, int) tuple")
        if refused:
            raise _name_encode_fault(text, fault)
        pieces.append(septets)
        place = _find_place(place, len(text))
    pieces.append(_kernel.encode(text[place:], _GSM7)[0])
    return b"".join(pieces)


def _decode_around(octets: bytes, errors: str, final: bool) -> tuple[str, int]:
    """Decode octets that have faults, with what the handler puts for each."""
    pieces: list[str] = []
    place = 0
    while fault := _UNDECODABLE.search(octets, place):
        start, end = fault.span()
        pieces.append(_kernel.decode(octets[place:start], _GSM7, strict=True)[0])
        waiting = end == len(octets) and fault[0] == _ESCAPE
        if waiting and not final:
            return "".join(pieces), start
        error = UnicodeDecodeError(NAME, octets, start, end, _name_decode_fault(fault[0], waiting))
        match codecs.lookup_error(errors)(error):
            case tuple((str() as put, place)):
                pieces.append(put)
            case _:
                raise TypeError("decoding error handler must return (str, int) tuple")
        # A handler may put other octets in the place of these.
        octets = error.object
        place = _find_place(place, len(octets))
    pieces.append(_kernel.decode(octets[place:], _GSM7, strict=True)[0])
    return "".join(pieces), len(octets)


def _name_encode_fault(text: str, fault: re.Match[str]) -> UnicodeEncodeError:
    reason = "not in the GSM 7 bit default alphabet"
    return UnicodeEncodeError(NAME, text, fault.start(), fault.end(), reason)


def _name_decode_fault(octets: bytes, waiting: bool) -> str:
    if octets[0] > _MAXIMUM_SEPTET:
        return "an octet above 0x7F is no septet"
    if len(octets) > 1:
        return "a second escape follows the escape"
    return "nothing follows the escape" if waiting else "no character goes with the escape"


def _find_place(answer: SupportsIndex, length: int) -> int:
    """Find where a handler wants to go on, which may be counted from the end."""
    place = index(answer)
    found = place + length if place < 0 else place
    if not 0 <= found <= length:
        raise IndexError(f"position {place} from error handler out of bounds")
    return found


def _transliterate(error: UnicodeError) -> tuple[str, int]:
    """Handle an error of encoding: put what the standard table has for each character."""
    if not isinstance(error, UnicodeEncodeError):
        raise TypeError(f"{TRANSLITERATE} is for encoding, not for {type(error).__name__}")
    # Loaded here, because a text without faults needs none of it.
    from smscore.replacement import Choice, Place, apply
    from smscore.respelling import classify

    # A character on each side goes with them: a digit there is set apart from a fraction.
    start = max(error.start - 1, 0)
    around = error.object[start : error.end + 1]
    chosen: list[tuple[Place, Choice]] = []
    for place in range(error.start, error.end):
        found = classify(error.object[place])
        if found is None or found[0] not in _CLASSES:
            raise UnicodeEncodeError(error.encoding, error.object, place, place + 1, error.reason)
        spot = Place(place - start, place - start + 1, ())
        chosen.append((spot, Choice(found[1], found[0], frozenset())))
    put, _ = apply(around, chosen)
    after = start + len(around) - error.end
    return put[error.start - start : len(put) - after], error.end
