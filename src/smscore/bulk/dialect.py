"""Which format, encoding and delimiter a file has.

The law of this file: what the caller says is taken; what the file says (a byte order mark, a magic
number) is believed; anything else is concluded from the first octets, and the reason is kept, so
that the report can tell what was assumed. What is certainly wrong is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from smscore.bulk.transcoding import make_decoder
from smscore.errors import BulkFileError

Format = Literal["csv", "jsonl", "parquet"]

FORMATS: tuple[Format, ...] = ("csv", "jsonl", "parquet")
DELIMITERS = (",", ";", "\t")
HEAD_OCTETS = 1 << 20

OCTET_BITS = 8
LEAST_ZEROS = 0.05
LEAST_IN_PLACE = 0.9
"""How many octets are zero in UTF-16, and how many of these stand where they belong."""

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
TABBED_SUFFIXES = (".tsv", ".tab")
_MARKS = (
    # UTF-32's mark begins with UTF-16's, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
}
_REFUSED = (
    (b"PK\x03\x04", "it is a spreadsheet or a zip archive: save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "it is compressed with gzip: decompress it first"),
    (b"(\xb5/\xfd", "it is compressed with zstd: decompress it first"),
    (b"BZh", "it is compressed with bzip2: decompress it first"),
    (b"\xfd7zXZ\0", "it is compressed with xz: decompress it first"),
    (b"\xd0\xcf\x11\xe0", "it is a spreadsheet: save the sheet as CSV (UTF-8)"),
    (b"%PDF", "it is a PDF: save the messages as CSV (UTF-8)"),
    (b"ARROW1", "it is an Arrow IPC file: write it as Parquet"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_NAMED_DELIMITER = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
_PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written, and why that was concluded.

    The encoding is one of utf-8, utf-16-le, utf-16-be and cp1252, and None for Parquet; the
    delimiter is None but for CSV.
    """

    format: Format
    encoding: str | None = None
    encoding_reason: str = ""
    byte_order_mark: bool = False
    delimiter: str | None = None
    delimiter_reason: str = ""

    def to_dict(self) -> dict[str, object]:
        """Give the dialect as JSON values."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "encoding_reason": self.encoding_reason or None,
            "byte_order_mark": self.byte_order_mark,
            "delimiter": self.delimiter,
            "delimiter_reason": self.delimiter_reason or None,
        }

    def __str__(self) -> str:
        """Say it in words.

        >>> print(Dialect("csv", "utf-8", "valid UTF-8", False, ";", "as given"))
        CSV, utf-8 (valid UTF-8), delimiter ";" (as given)
        """
        words = [{"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet"}[self.format]]
        if self.encoding:
            words.append(f"{self.encoding} ({self.encoding_reason})")
        if self.delimiter:
            name = "tab" if self.delimiter == "\t" else f'"{self.delimiter}"'
            words.append(f"delimiter {name} ({self.delimiter_reason})")
        return ", ".join(words)


def detect_dialect(
    head: bytes,
    name: str,
    *,
    format: Format | None = None,  # noqa: A002  # it is the word for it
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Dialect:
    r"""Conclude how a file is written from its first octets, its name, and what the caller says.

    Raises BulkFileError for a file that cannot be read here, ValueError for an option that is
    none.

    >>> print(detect_dialect("to;text\n+44...;Grüße\n".encode("cp1252"), "export.csv"))
    CSV, cp1252 (octet 17 is not UTF-8), delimiter ";" (the most frequent in the header)
    """
    _check_options(format, encoding, delimiter)
    for magic, fault in _REFUSED:
        if head.startswith(magic):
            raise BulkFileError(name, fault)
    if head.startswith(_PARQUET_MAGIC):
        if format not in (None, "parquet"):
            raise BulkFileError(name, f"it is Parquet, not {format}")
        return Dialect("parquet")
    if format == "parquet" or (format is None and format_of(name) == "parquet"):
        raise BulkFileError(name, "it is not a Parquet file")
    found, reason, mark = _detect_encoding(head, name, encoding)
    text = decode_head(head, found)
    written = format or format_of(name) or _detect_format(text)
    if written == "jsonl":
        if text.lstrip().startswith("["):
            raise BulkFileError(name, "it is a JSON array: write one object a line (JSON Lines)")
        return Dialect("jsonl", found, reason, mark)
    if delimiter is not None:
        return Dialect("csv", found, reason, mark, delimiter, "as given")
    return Dialect("csv", found, reason, mark, *_detect_delimiter(text, _suffix(name)))


def format_of(name: str) -> Format | None:
    """Tell the format that a file's name stands for; None if it stands for none."""
    return _SUFFIXES.get(_suffix(name))


def decode_head(head: bytes, encoding: str) -> str:
    """Decode the first octets of a file, as far as they go, without its byte order mark.

    Octets that are not of the encoding become surrogates.
    """
    return make_decoder(encoding).decode(head).removeprefix("\ufeff")


def read_header(text: str, delimiter: str) -> tuple[list[str], int]:
    r"""Read the columns' names off the head of a CSV file, and where the header ends in it.

    Empty lines before it belong to it, and so does the line by which a spreadsheet names the
    delimiter. Without a header there are no names.

    >>> read_header('\n"to, in full",text\n+44,Hello', ",")
    (['to, in full', 'text'], 20)
    """
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        for line in io.StringIO(text, newline=""):
            end += len(line)
            if not _NAMED_DELIMITER.fullmatch(line):
                yield line

    try:
        names = next((row for row in csv.reader(lines(), delimiter=delimiter) if row), [])
    except csv.Error:
        return [], end
    return names, end


def _check_options(format_: str | None, encoding: str | None, delimiter: str | None) -> None:
    if format_ is not None and format_ not in FORMATS:
        raise ValueError(f"a format is one of {', '.join(FORMATS)}, not {format_!r}")
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise ValueError(f"an encoding is one of {', '.join(_ENCODINGS)}, not {encoding!r}")
    if delimiter is not None and delimiter not in DELIMITERS:
        raise ValueError(f"a delimiter is a comma, a semicolon or a tab, not {delimiter!r}")


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def _detect_format(text: str) -> Format:
    return "jsonl" if text.lstrip().startswith(("{", "[")) else "csv"


def _detect_encoding(head: bytes, name: str, given: str | None) -> tuple[str, str, bool]:
    wanted = None if given is None else _ENCODINGS[given.lower()]
    found, reason, mark = _read_encoding(head)
    if found.startswith("utf-32"):
        raise BulkFileError(name, "it is UTF-32: save it as UTF-8")
    if wanted is None:
        return found, reason, mark
    # UTF-16 alone leaves the order of the octets to the file.
    allowed = ("utf-16-le", "utf-16-be") if wanted == "utf-16" else (wanted,)
    if found in allowed:
        return found, reason if mark else "as given", mark
    if mark or found.startswith("utf-16"):
        raise BulkFileError(name, f"{reason}: it is {found}, not {given}")
    return allowed[0], "as given", False


def _read_encoding(head: bytes) -> tuple[str, str, bool]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, "its byte order mark", True
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if _is_probably(encoding, head):
            return encoding, "it holds zero octets", False
    text = decode_head(head, "utf-8")
    stray = _SURROGATES.search(text)
    if stray is None:
        return "utf-8", "valid UTF-8", False
    place = f"octet {len(text[: stray.start()].encode())} is not"
    strays = len(_SURROGATES.findall(text))
    # Text of another encoding is hardly ever UTF-8 by chance, not for one letter.
    letters = sum(not character.isascii() for character in text) - strays
    if letters > strays:
        return "utf-8", f"mostly UTF-8, {place}", False
    return "cp1252", f"{place} UTF-8", False


def _is_probably(encoding: str, head: bytes) -> bool:
    """Tell whether zeros stand where an encoding of wide units has them, and line breaks too.

    Digits, delimiters and line breaks have zeros at the high end of their units, whatever the
    language; a stray zero of another encoding does not come with line breaks of two octets.
    """
    width = int(encoding[4:6]) // OCTET_BITS
    high = range(1, width) if encoding.endswith("le") else range(width - 1)
    zeros = [head[place::width].count(0) for place in range(width)]
    in_place = sum(zeros[place] for place in high)
    if in_place < LEAST_ZEROS * len(head) or in_place < LEAST_IN_PLACE * sum(zeros):
        return False
    text = decode_head(head, encoding)
    return "\n" in text or "\r" in text or not (b"\n" in head or b"\r" in head)


def _detect_delimiter(text: str, suffix: str) -> tuple[str, str]:
    named = _NAMED_DELIMITER.match(text)
    if named is not None:
        return named[1], "its first line"
    if suffix in TABBED_SUFFIXES:
        return "\t", "its name"
    counts = {delimiter: len(read_header(text, delimiter)[0]) - 1 for delimiter in DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    if counts[best] <= 0:
        return ",", "a header of one column"
    return best, "the most frequent in the header"
