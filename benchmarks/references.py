"""What is measured beside smscore, so that there is something to divide by.

The law of this file: nothing of smscore is called here. A floor is the least that a loop in Python
can do with each text; `hand_written` is the best that we know to write without a compiler.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"

_PLAIN_OCTETS = "".join(filter(str.isascii, GSM7)).encode()
_IN_GSM7 = frozenset(GSM7 + EXTENSION).issuperset
_find_extensions = re.compile(f"[{re.escape(EXTENSION)}]").findall


def nothing(_text: str) -> None:
    """Do nothing: the floor of a call of a function written in Python."""


def each(function: Callable[[str], object], texts: Iterable[str]) -> None:
    """Call a function for each text, in the loop that everything here is measured in."""
    for text in texts:
        function(text)


def encode(texts: Iterable[str]) -> list[bytes]:
    """Encode each text in UTF-8: the least that one must do to send it anywhere at all."""
    return [text.encode() for text in texts]


def hand_written(text: str) -> tuple[str, int]:
    """Find a text's alphabet and number of parts, as fast as plain Python seems to be able to.

    One pass in C takes out the octets of the alphabet's ASCII characters; what is left is short,
    or is not GSM. Raises UnicodeEncodeError for a lone surrogate.

    >>> hand_written("Hello"), hand_written("€" * 77), hand_written("Привет")
    (('gsm7', 1), ('gsm7', 1), ('ucs2', 1))
    """
    length = units = len(text)
    if octets := text.encode().translate(None, _PLAIN_OCTETS):
        rest = octets.decode()
        if not _IN_GSM7(rest):
            units = len(text.encode("utf-16-le")) >> 1
            if units <= 70:
                return "ucs2", 1
            parts = (units + 66) // 67
            # A part may lack one unit, where a pair did not fit: only then must one walk.
            if units == length or parts == (units + 65) // 66:
                return "ucs2", parts
            return "ucs2", _walk((2 if char > "\uffff" else 1 for char in text), 67)
        units += len(_find_extensions(rest))
    if units <= 160:
        return "gsm7", 1
    parts = (units + 152) // 153
    if units == length or parts == (units + 151) // 152:
        return "gsm7", parts
    return "gsm7", _walk((2 if char in EXTENSION else 1 for char in text), 153)


def _walk(needs: Iterable[int], capacity: int) -> int:
    parts, used = 1, 0
    for needed in needs:
        used += needed
        if used > capacity:
            parts += 1
            used = needed
    return parts


def read_and_write(source: str | os.PathLike[str], target: Path) -> None:
    """Read a CSV file and write it, as CSV or Parquet, with pyarrow alone: nothing is judged.

    It is streamed, as the files of a campaign may be larger than memory; every column is text, and
    a message may hold line breaks.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    with Path(source).open("rb") as file:
        names = file.readline().decode().strip().split(",")
    reader = pa.csv.open_csv(
        source,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    parquet = target.suffix == ".parquet"
    make = pa.parquet.ParquetWriter if parquet else pa.csv.CSVWriter
    with make(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
