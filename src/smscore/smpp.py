"""What an SMPP client puts into its fields for a message; nothing is sent here.

The law of this file: SMPP 3.4 names the fields, TS 23.040 fills them. A message of several parts is
told either by a user data header in each, or by the SAR parameters, never by both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from smscore.coding import Alphabet
from smscore.octets import encode_septets, encode_user_data
from smscore.splitting import Part, SplitMessage
from smscore.udh import build_header

UDHI = 0x40
"""esm_class: the short message begins with a user data header (SMPP 3.4, 5.2.12)."""

SAR_MSG_REF_NUM = 0x020C
SAR_TOTAL_SEGMENTS = 0x020E
SAR_SEGMENT_SEQNUM = 0x020F
"""Tags of the optional parameters of a concatenated message (SMPP 3.4, 5.3.2.22 to 24)."""

Concatenation = Literal["udh", "sar"]

_MAXIMUM_REFERENCE = 0xFFFF


@dataclass(frozen=True, slots=True)
class SubmitValues:
    """The values of one submit_sm that follow from the text: one part of the message.

    `short_message` is not in the repr. `tlvs` are the SAR parameters by tag, each laid out in
    octets; there are none where the header tells the parts.
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
    language shifts stays. Raises ValueError for a reference that does not fit, or an option that
    is none.

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
    if not 0 <= reference <= _MAXIMUM_REFERENCE:
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
    tlvs = (
        (SAR_MSG_REF_NUM, reference.to_bytes(2, "big")),
        (SAR_TOTAL_SEGMENTS, bytes((part.total,))),
        (SAR_SEGMENT_SEQNUM, bytes((part.number,))),
    )
    return SubmitValues(coding.alphabet.dcs, UDHI if header else 0, octets, tlvs if sar else ())
