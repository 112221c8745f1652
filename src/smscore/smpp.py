"""What an SMPP client puts into its fields for a message, and reads from them; nothing is sent.

The law of this file: SMPP 3.4 names the fields, TS 23.040 fills them. A message of several parts is
told either by a user data header in each, or by the SAR parameters, never by both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from smscore.coding import Alphabet, fill_after, header_septets
from smscore.errors import MalformedUserData, MixedMessages
from smscore.octets import (
    ReceivedPart,
    UserData,
    as_octets,
    encode_septets,
    encode_user_data,
    join_parts,
    pack,
    read_part,
)
from smscore.splitting import Part, SplitMessage
from smscore.udh import build_header, check_reference, read_header

UDHI = 0x40
"""esm_class: the short message begins with a user data header (SMPP 3.4, 5.2.12)."""

SAR_MSG_REF_NUM = 0x020C
SAR_TOTAL_SEGMENTS = 0x020E
SAR_SEGMENT_SEQNUM = 0x020F
"""Tags of the optional parameters of a concatenated message (SMPP 3.4, 5.3.2.22 to 24)."""

Concatenation = Literal["udh", "sar"]

_MAXIMUM_REFERENCE = 0xFFFF
_MAXIMUM_SEPTET = 0x7F
_SAR_OCTETS = {SAR_MSG_REF_NUM: 2, SAR_TOTAL_SEGMENTS: 1, SAR_SEGMENT_SEQNUM: 1}


@dataclass(frozen=True, slots=True)
class SubmitValues:
    r"""The values of one submit_sm or deliver_sm that are about the text: one part of a message.

    `short_message` is not in the repr. `tlvs` are the SAR parameters by tag, each laid out in
    octets; there are none where the header tells the parts. Make it of what a deliver_sm brought to
    read it with `join_values`; other tags do not matter.

    >>> join_values([SubmitValues(data_coding=0, esm_class=0, short_message=b"1 \x1be")])
    '1 €'
    """

    data_coding: int
    esm_class: int
    short_message: bytes = field(repr=False)
    tlvs: tuple[tuple[int, bytes], ...] = ()


def submit_values(
    message: SplitMessage,
    reference: int = 1,
    *,
    concatenation: Concatenation = "udh",
    packed: bool = False,
) -> tuple[SubmitValues, ...]:
    """Give the values of each submit_sm of a message.

    Septets are one an octet, as nearly every SMSC wants them, or `packed`. With
    `concatenation="sar"` the SMSC writes the header that tells the parts; one that names national
    language shifts stays. Two messages of several parts to one phone need different references,
    or it mixes their parts up: count them up from one message to the next. An only part has none.
    Raises ValueError for a reference that does not fit, or an option that is none; TypeError for
    what is no message.

    >>> from smscore import split
    >>> [first, second] = submit_values(split("я" * 71), reference=7)
    >>> first.data_coding, first.esm_class, first.short_message[:6].hex(" ")
    (8, 64, '05 00 03 07 02 01')
    >>> [(hex(tag), value.hex()) for tag, value in submit_values(
    ...     split("я" * 71), reference=7, concatenation="sar")[1].tlvs]
    [('0x20c', '0007'), ('0x20e', '02'), ('0x20f', '02')]
    """
    if concatenation not in {"udh", "sar"}:
        raise ValueError(f"a concatenation is udh or sar, not {concatenation!r}")
    if not isinstance(message, SplitMessage):
        shown = type(message).__name__
        raise TypeError(f"a message is what smscore.split gives, not {shown}: split the text first")
    check_reference(reference)
    if len(message) > 1 and not 0 <= reference <= _MAXIMUM_REFERENCE:
        raise ValueError(f"the reference number {reference} does not fit 16 bits")
    sar = concatenation == "sar" and len(message) > 1
    return tuple(_fill(part, reference, sar=sar, packed=packed) for part in message.parts)


def _fill(part: Part, reference: int, *, sar: bool, packed: bool) -> SubmitValues:
    coding = part.coding
    tells_parts = part.total > 1 and not sar
    header = part.udh(reference) if tells_parts else build_header(coding.shifts)
    if packed or coding.alphabet is Alphabet.UCS2:
        octets = bytes(encode_user_data(part.text, coding, header))
    else:
        octets = header + encode_septets(part.text, coding)
    if not sar:
        return SubmitValues(coding.alphabet.dcs, UDHI if header else 0, octets)
    tlvs = (
        (SAR_MSG_REF_NUM, reference.to_bytes(2, "big")),
        (SAR_TOTAL_SEGMENTS, bytes((part.total,))),
        (SAR_SEGMENT_SEQNUM, bytes((part.number,))),
    )
    return SubmitValues(coding.alphabet.dcs, UDHI if header else 0, octets, tlvs)


def join_values(values: Iterable[SubmitValues], *, packed: bool = False) -> str:
    """Join what the deliver_sm of a message's parts brought, in any order, into its text.

    It is the reverse of `submit_values`: the parts are told by their headers, where `esm_class`
    says that there are any, or else by the SAR parameters; septets are one an octet, or `packed`.
    The errors are those of `smscore.join`; TypeError for what are no SubmitValues. An SMSC that
    sends Latin-1, say, with a `data_coding` of 0 sends no septets: decode what it sends yourself.

    >>> from smscore import split
    >>> join_values(reversed(submit_values(split("Grüße! " * 30), 7))) == "Grüße! " * 30
    True
    """
    parts: list[ReceivedPart] = []
    alphabet = Alphabet.GSM7
    for item, each in enumerate(values, 1):
        if not isinstance(each, SubmitValues):
            raise TypeError(f"item {item} is {type(each).__name__}, and not SubmitValues")
        told = Alphabet.from_dcs(each.data_coding)
        if parts and told is not alphabet:
            raise MixedMessages(item, "it is in another alphabet")
        alphabet = told
        parts.append(_read(item, each, alphabet, packed=packed))
    return join_parts(parts, alphabet)


def _read(item: int, values: SubmitValues, alphabet: Alphabet, *, packed: bool) -> ReceivedPart:
    octets, has_header = as_octets(values.short_message), bool(values.esm_class & UDHI)
    if not packed and alphabet is Alphabet.GSM7:
        octets = _pack(item, octets, has_header=has_header)
    part = read_part(item, octets, alphabet, has_header)
    sar = {tag: value for tag, value in values.tlvs if len(value) == _SAR_OCTETS.get(tag)}
    if part.total > 1 or len(sar) < len(_SAR_OCTETS):
        return part
    total, number = sar[SAR_TOTAL_SEGMENTS][0], sar[SAR_SEGMENT_SEQNUM][0]
    # As with the element of a header, an impossible place is no place (SMPP 3.4, 5.3.2.22).
    if not 1 <= number <= total:
        return part
    message = (SAR_MSG_REF_NUM, sar[SAR_MSG_REF_NUM], total)
    return replace(part, message=message, number=number, total=total)


def _pack(item: int, octets: bytes, *, has_header: bool) -> UserData:
    """Lay septets, one an octet after a header, out as they are in the user data of a part."""
    start = 0
    if has_header:
        try:
            start = read_header(octets)[1]
        except ValueError as fault:
            raise MalformedUserData(item, str(fault)) from None
    septets = octets[start:]
    wrong = next((place for place, each in enumerate(septets) if each > _MAXIMUM_SEPTET), None)
    if wrong is not None:
        raise MalformedUserData(item, f"octet {start + wrong} is above 0x7F: is it packed?")
    packed = octets[:start] + pack(septets, fill_after(start))
    return UserData(packed, header_septets(start) + len(septets), udhi=has_header)
