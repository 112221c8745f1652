"""The octets of a message: septets, packed octets, and the user data of its parts, both ways.

The law of this file: 3GPP TS 23.038 clause 6.1.2 packs, TS 23.040 clause 9.2.3.24 lays out. What is
written here is read back as it was; what others wrote is read as a receiver would, and octets that
cannot be read are an error that says where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Self

from smscore import _kernel
from smscore._tables import ESCAPE
from smscore.coding import (
    OCTET_BITS,
    SEPTET_BITS,
    USER_DATA_OCTETS,
    Alphabet,
    Coding,
    NationalLanguage,
    as_coding,
    as_text,
    fault_at,
    fill_after,
    header_septets,
)
from smscore.errors import MalformedUserData, MissingParts, MixedMessages, UndecodableSeptet
from smscore.udh import (
    CONCATENATION_8,
    CONCATENATION_16,
    LOCKING_SHIFT,
    SINGLE_SHIFT,
    InformationElement,
    read_header,
)

_CARRIAGE_RETURN = 0x0D
_MAXIMUM_SEPTET = 0x7F
_SPARE_SEPTET = 7
_KNOWN = {CONCATENATION_8: 3, CONCATENATION_16: 4, SINGLE_SHIFT: 1, LOCKING_SHIFT: 1}
"""How many octets the data of each element has that is read here."""


class UserData(bytes):
    """The user data of a part, and what the octets alone do not tell.

    `udl` is the user data length as TS 23.040 (9.2.3.16) counts it: septets for GSM 7 bit, header
    and fill bits included; octets for UCS-2. `udhi` says whether it begins with a header. To join
    what an SMSC delivered, make it of the PDU's fields. Raises ValueError for a length that the
    octets cannot have in any alphabet, TypeError for what is no octets, number or bool.

    >>> UserData(bytes.fromhex("e8329bfd06"), udl=5, udhi=False)
    UserData(<5 octets>, udl=5, udhi=False)
    """

    udl: int
    udhi: bool

    def __new__(cls, octets: bytes, udl: int, *, udhi: bool) -> Self:
        """Keep the octets with their length and indicator."""
        made = super().__new__(cls, as_octets(octets))
        if type(udl) is not int or type(udhi) is not bool:
            raise TypeError("the length of user data is a whole number, its udhi True or False")
        # A header alone counts the septet that it ends in, fill bits or none.
        most = header_septets(len(made)) if udhi else len(made) * OCTET_BITS // SEPTET_BITS
        if not 0 <= udl <= most:
            raise ValueError(f"{len(made)} octets cannot have the user data length {udl}")
        made.udl = udl
        made.udhi = udhi
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[bytes, int], dict[str, bool]]:
        """Give what a copy is made of."""
        return (bytes(self), self.udl), {"udhi": self.udhi}

    def __repr__(self) -> str:
        """Show no octet: they are the message."""
        return f"UserData(<{len(self)} octets>, udl={self.udl}, udhi={self.udhi})"

    __str__ = __repr__


def encode_septets(text: str, coding: Coding | Alphabet | None = None) -> bytes:
    """Encode a text as septets, one an octet; by default in the default alphabet.

    A character of the extension or single shift table is the escape and its code; one that a table
    has twice is sent with the lower code. Raises UnmappableCharacter, LoneSurrogate; ValueError if
    the coding is UCS-2. TS 23.038, 6.2.1.

    >>> encode_septets("1 €").hex(" ")
    '31 20 1b 65'
    """
    text = as_text(text)
    coding = _as_gsm7(coding)
    septets, fault = _kernel.encode(text, coding.number)
    if fault >= 0:
        raise fault_at(text, fault, coding)
    return septets


def decode_septets(
    septets: bytes, coding: Coding | Alphabet | None = None, *, strict: bool = False
) -> str:
    r"""Decode septets, one an octet, as a receiver does; by default in the default alphabet.

    An escape and a code that its table does not assign is the character of that code in the
    locking shift table; an escape and an escape, or one at the end, is a space; a code that the
    locking shift table does not assign is U+FFFD (TS 23.038, 6.2.1.1 and annex A). If `strict`,
    each of these raises UndecodableSeptet, as an octet above 0x7F always does.

    >>> decode_septets(bytes.fromhex("31 1b 65 1b 41 1b 1b"))
    '1€A '
    """
    coding = _as_gsm7(coding)
    septets = as_octets(septets)
    text, fault = _kernel.decode(septets, coding.number, strict)
    if fault >= 0:
        raise _name_septet(septets, fault)
    return text


def pack(septets: bytes, fill_bits: int = 0, *, ussd: bool = False) -> bytes:
    r"""Pack septets into octets, the first in the lowest bits, after 0 to 6 zero bits of filling.

    Bits left over are zero. With `ussd`, as in USSD and cell broadcast, seven of them are a CR
    instead, lest they be read as an "@", and where a CR would end the last octet exactly another
    is added, so that it is not taken for filling. Raises UndecodableSeptet above 0x7F, ValueError
    for the filling. TS 23.038, 6.1.2.1 and 6.1.2.3.

    >>> pack(encode_septets("hello")).hex(), pack(encode_septets("1234567"), ussd=True).hex()
    ('e8329bfd06', '31d98c56b3dd1a')
    """
    septets = as_octets(septets)
    _check_fill(fill_bits)
    fault = next((i for i, each in enumerate(septets) if each > _MAXIMUM_SEPTET), None)
    if fault is not None:
        raise _name_septet(septets, fault)
    if ussd:
        spare = -(fill_bits + SEPTET_BITS * len(septets)) % OCTET_BITS
        if spare == _SPARE_SEPTET or (not spare and septets[-1:] == b"\r"):
            septets += b"\r"
    return _kernel.pack(septets, fill_bits)


def unpack(
    octets: bytes, count: int | None = None, fill_bits: int = 0, *, ussd: bool = False
) -> bytes:
    """Unpack so many septets from octets, after 0 to 6 bits of filling.

    Without a count it is all whole septets that are there: seven bits left over look like an "@"
    then, unless `ussd` says that they are a CR, which is dropped where it ends the last octet.
    Raises ValueError for a count that the octets do not hold. TS 23.038, 6.1.2.1 and 6.1.2.3.

    >>> decode_septets(unpack(bytes.fromhex("e8329bfd06"), 5))
    'hello'
    """
    octets = as_octets(octets)
    _check_fill(fill_bits)
    bits = OCTET_BITS * len(octets) - fill_bits
    held = max(bits, 0) // SEPTET_BITS
    if count is None:
        septets = _unpack(octets, held, fill_bits)
        padded = ussd and held and bits == SEPTET_BITS * held
        return septets[:-1] if padded and septets[-1] == _CARRIAGE_RETURN else septets
    if not 0 <= count <= held:
        raise ValueError(f"{len(octets)} octets hold 0 to {held} septets, not {count}")
    return _unpack(octets, count, fill_bits)


def encode_user_data(text: str, coding: Coding, header: bytes = b"") -> UserData:
    """Encode a part's text after its header; TS 23.040, 9.2.3.24.

    The first septet begins where one would if the header were septets too; UCS-2 follows the
    header at once, in big-endian order. Raises UnmappableCharacter, LoneSurrogate.

    >>> encode_user_data("hi", Coding(Alphabet.GSM7), bytes.fromhex("050003010201")).hex(" ")
    '05 00 03 01 02 01 d0 69'
    """
    if coding.alphabet is Alphabet.UCS2:
        try:
            octets = header + text.encode("utf-16-be")
        except UnicodeEncodeError as error:
            raise fault_at(text, error.start) from None
        return UserData(octets, len(octets), udhi=bool(header))
    septets = encode_septets(text, coding)
    fill_bits = fill_after(len(header))
    octets = header + _kernel.pack(septets, fill_bits)
    return UserData(octets, header_septets(len(header)) + len(septets), udhi=bool(header))


def join(user_data: Iterable[bytes], *, dcs: int | str, udhi: bool | None = None) -> str:
    """Join the user data of a message's parts, in any order, into its text.

    `dcs` is the data coding scheme of the message, or "gsm7" or "ucs2". A part that came twice
    counts once; elements of the header that are not about the text are skipped, and so are
    malformed ones, as TS 23.040 (9.2.3.24) wants. `udhi` says whether the parts have headers; if
    None, a `UserData` knows, and plain octets are looked at. Plain octets do not tell either
    whether seven last bits of zero are an "@": they are taken for one only in a full part that
    another follows without an escape.
    Octets that a receiver would show as something are shown so (see `decode_septets`); half a
    surrogate pair is U+FFFD.

    Raises MalformedUserData, MissingParts, MixedMessages; ValueError for a dcs that is no text's.

    >>> from smscore import split
    >>> join(reversed(split("Grüße! " * 30).user_data(7)), dcs=0) == "Grüße! " * 30
    True
    """
    alphabet = Alphabet.from_dcs(dcs)
    if isinstance(user_data, bytes | bytearray | memoryview):
        raise TypeError("the user data of several parts is wanted: put a single one in a list")
    given = enumerate(user_data, 1)
    return join_parts((read_part(item, octets, alphabet, udhi) for item, octets in given), alphabet)


def join_parts(received: Iterable[ReceivedPart], alphabet: Alphabet) -> str:
    """Join parts that were read, in any order, as `join` does."""
    parts: dict[int, ReceivedPart] = {}
    first: ReceivedPart | None = None
    for part in received:
        first = first or part
        if part.message != first.message:
            fault = "it names another reference or another number of parts"
            raise MixedMessages(part.item, fault)
        known = parts.setdefault(part.number, part)
        if known.payload != part.payload or known.coding != part.coding:
            fault = f"it is part {part.number} as item {known.item} is, and differs from it"
            raise MixedMessages(part.item, fault)
    if first is None:
        raise MissingParts((1,), 1)
    missing = tuple(number for number in range(1, first.total + 1) if number not in parts)
    if missing:
        raise MissingParts(missing, first.total)
    ordered = [parts[number] for number in sorted(parts)]
    if alphabet is Alphabet.UCS2:
        return b"".join(part.payload for part in ordered).decode("utf-16-be", "replace")
    payloads = _drop_spare(ordered)
    pieces = []
    for coding, together in groupby(
        zip(ordered, payloads, strict=True), key=lambda each: each[0].coding
    ):
        # An escape and its code may have come in two parts.
        pieces.append(decode_septets(b"".join(septets for _, septets in together), coding))
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class ReceivedPart:
    """A part as it was read: `payload` is septets, or octets of UCS-2.

    `spare` says that its last septet may be no more than the bits that were left over.
    """

    item: int
    message: tuple[int, bytes, int]
    number: int
    total: int
    coding: Coding
    payload: bytes
    spare: bool
    full: bool


def read_part(item: int, octets: bytes, alphabet: Alphabet, udhi: bool | None) -> ReceivedPart:
    """Read the user data of a part, the header where there is one; MalformedUserData."""
    udl = None
    if isinstance(octets, UserData):
        udl, udhi = octets.udl, octets.udhi
    octets = as_octets(octets)
    if len(octets) > USER_DATA_OCTETS:
        raise MalformedUserData(
            item, f"it has {len(octets)} octets, and a part has {USER_DATA_OCTETS} at most"
        )
    elements: tuple[InformationElement, ...] = ()
    start = 0
    try:
        if udhi is not False:
            elements, start = read_header(octets)
    except ValueError as fault:
        if udhi:
            raise MalformedUserData(item, str(fault)) from None
    if udhi is None and not any(map(_is_known, elements)):
        elements, start = (), 0
    message, number, total, coding = _read_elements(elements, alphabet)
    payload, spare = _read_payload(item, octets, start, udl, alphabet)
    full = len(octets) == USER_DATA_OCTETS
    return ReceivedPart(item, message, number, total, coding, payload, spare, full)


def _read_elements(
    elements: tuple[InformationElement, ...], alphabet: Alphabet
) -> tuple[tuple[int, bytes, int], int, int, Coding]:
    """Read what the elements say of the text; of two alike the last counts (9.2.3.24)."""
    message, number, total = (-1, b"", 1), 1, 1
    shifts: dict[int, NationalLanguage] = {}
    for each in elements:
        if not _is_known(each):
            continue
        if each.identifier in {CONCATENATION_8, CONCATENATION_16}:
            *reference, parts, place = each.data
            # An element with an impossible place is to be ignored as a whole (9.2.3.24.1).
            if 1 <= place <= parts:
                message, number, total = (each.identifier, bytes(reference), parts), place, parts
        elif alphabet is Alphabet.GSM7 and (language := _find_language(each)):
            shifts[each.identifier] = language
    coding = Coding(alphabet, shifts.get(LOCKING_SHIFT), shifts.get(SINGLE_SHIFT))
    return message, number, total, coding


def _is_known(element: InformationElement) -> bool:
    return _KNOWN.get(element.identifier) == len(element.data)


def _find_language(element: InformationElement) -> NationalLanguage | None:
    """Give the language that an element names, or None: an unknown one is to be ignored."""
    language = {int(each): each for each in NationalLanguage}.get(element.data[0])
    if language and element.identifier == LOCKING_SHIFT and not language.has_locking:
        return None
    return language


def _read_payload(
    item: int, octets: bytes, start: int, udl: int | None, alphabet: Alphabet
) -> tuple[bytes, bool]:
    if alphabet is Alphabet.UCS2:
        end = len(octets) if udl is None else udl
        if not start <= end <= len(octets):
            raise MalformedUserData(item, f"it is said to have {end} octets")
        payload = octets[start:end]
        if len(payload) % 2:
            if end < USER_DATA_OCTETS:
                raise MalformedUserData(item, "half a unit of UCS-2 is left at its end")
            payload = payload[:-1]
        return payload, False
    fill_bits = fill_after(start)
    bits = OCTET_BITS * (len(octets) - start) - fill_bits
    held = max(bits, 0) // SEPTET_BITS
    count = held if udl is None else udl - header_septets(start)
    if not 0 <= count <= held:
        raise MalformedUserData(item, f"it is said to have {count} septets, and has {held}")
    septets = _unpack(octets[start:], count, fill_bits)
    # A part that has nothing but an "@" is likelier than one of several that has nothing.
    spare = udl is None and held > 1 and bits == SEPTET_BITS * held and septets[-1] == 0
    return septets, spare


def _drop_spare(parts: list[ReceivedPart]) -> list[bytes]:
    """Give the septets of the parts without what is taken for bits left over."""
    payloads = [part.payload for part in parts]
    spare = [part.spare for part in parts]
    for place, (part, following) in enumerate(pairwise(parts)):
        # A sender that had room for another septet would have used it, but for an escape's pair.
        if part.full and following.payload[:1] != bytes((ESCAPE,)):
            spare[place] = False
    return [
        payload[:-1] if dropped else payload
        for payload, dropped in zip(payloads, spare, strict=True)
    ]


def _as_gsm7(coding: Coding | Alphabet | None) -> Coding:
    if coding is None:
        return Coding(Alphabet.GSM7)
    coding = as_coding(coding)
    if coding.alphabet is not Alphabet.GSM7:
        raise ValueError("UCS-2 has no septets: encode it as UTF-16 in big-endian order")
    return coding


def as_octets(octets: bytes) -> bytes:
    """Give octets as plain bytes; TypeError for what are none, such as a number or a list."""
    if not isinstance(octets, bytes | bytearray | memoryview):
        raise TypeError(f"octets are bytes, not {type(octets).__name__}")
    return bytes(octets)


def _unpack(octets: bytes, count: int, fill_bits: int) -> bytes:
    # Where there are no septets there may be no octets either, not even those of the filling.
    return _kernel.unpack(octets, count, fill_bits) if count else b""


def _check_fill(fill_bits: int) -> None:
    if not 0 <= fill_bits < SEPTET_BITS:
        raise ValueError(f"fill bits are 0 to {SEPTET_BITS - 1}, not {fill_bits}")


def _name_septet(septets: bytes, index: int) -> UndecodableSeptet:
    septet = septets[index]
    if septet > _MAXIMUM_SEPTET:
        fault = "is no septet: it is above 0x7F (unpack octets first)"
    elif septet != ESCAPE:
        fault = "has no character in this alphabet"
    elif index + 1 == len(septets):
        fault = "is an escape with nothing after it"
    else:
        fault = f"is an escape, and 0x{septets[index + 1]:02X} has no character after one"
    return UndecodableSeptet(index, septet, fault)
