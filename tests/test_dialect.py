"""How a file is written: what is concluded from its octets, what is reported, what is refused.

The law of this file: one small table, written in every way that programs write tables, is read as
the same rows. What they are comes from literals and from the csv module.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypedDict, Unpack, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smscore.bulk import Report, validate_file
from smscore.bulk.dialect import Format, detect_dialect
from smscore.errors import BulkFileError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TABLE = 'to,text\n+447700900123,"Grüße, 5 €"\n+447700900124,"a\nb"\n'
ROWS = [("+447700900123", "Grüße, 5 €"), ("+447700900124", "a\nb")]

LINES = '{"to": "+447700900123", "text": "Grüße, 5 €"}\n{"to": "+447700900124", "text": "a\\nb"}\n'

TO_AND_TEXT = "to,text\n+447700900123,Hello\n"


class Options(TypedDict, total=False):
    """What a caller may say about how a file is written."""

    format: Format
    encoding: str
    delimiter: str


def judge(folder: Path, data: bytes, name: str = "in.csv", **options: Unpack[Options]) -> Report:
    """Validate a file of these octets into out.jsonl."""
    (folder / name).write_bytes(data)
    return validate_file(folder / name, out=folder / "out.jsonl", **options)


def cells(folder: Path, *names: str) -> list[tuple[object, ...]]:
    """Give the cells of some columns of out.jsonl, row by row."""
    lines = (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [tuple(row[name] for name in names or ("to", "text")) for row in rows]


@pytest.mark.parametrize(
    ("data", "encoding", "reason", "mark"),
    [
        (TABLE.encode(), "utf-8", "valid UTF-8", False),
        (codecs.BOM_UTF8 + TABLE.encode(), "utf-8", "its byte order mark", True),
        (b"\xff\xfe" + TABLE.encode("utf-16-le"), "utf-16-le", "its byte order mark", True),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16-be", "its byte order mark", True),
        (TABLE.encode("utf-16-le"), "utf-16-le", "it holds zero octets", False),
        (TABLE.encode("utf-16-be"), "utf-16-be", "it holds zero octets", False),
        (TABLE.encode("cp1252"), "cp1252", "octet 25 is not UTF-8", False),
    ],
)
def test_every_encoding_is_read_as_the_same_rows(
    tmp_path: Path, data: bytes, encoding: str, reason: str, *, mark: bool
) -> None:
    """The rows are the same in every encoding, and which it was and why is reported."""
    report = judge(tmp_path, data)
    assert cells(tmp_path) == ROWS
    expected = {"name": "in.csv", "format": "csv", "rows": 2}
    expected |= {"encoding": encoding, "encoding_reason": reason, "byte_order_mark": mark}
    expected |= {"delimiter": ",", "delimiter_reason": "the most frequent in the header"}
    expected |= {"text_column": "text", "number_column": "to"}
    assert report.to_dict()["sources"] == [expected]
    assert f"read as CSV, {encoding} ({reason}), delimiter" in report.to_text()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_any_header(tmp_path: Path, encoding: str) -> None:
    """Without a byte order mark, the first name may be of any script."""
    judge(tmp_path, "номер,text\n+447700900123,Привет\n".encode(encoding))
    assert cells(tmp_path, "номер", "text") == [("+447700900123", "Привет")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
def test_json_lines_are_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    """JSON Lines come out the same whatever they were written in."""
    report = judge(tmp_path, LINES.encode(encoding), "in.jsonl")
    assert cells(tmp_path) == ROWS
    assert f"read as JSON Lines, {encoding} (" in report.to_text()


def test_every_octet_of_windows_1252_is_a_character(tmp_path: Path) -> None:
    """The five octets that cp1252 leaves open are the control characters of their number."""
    octets = [octet for octet in range(1, 256) if chr(octet) not in '\r\n",']
    data = b"id,text\n" + b"".join(b"%d,x%cx\n" % (octet, octet) for octet in octets)
    report = judge(tmp_path, data)
    open_octets = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    expected = [
        chr(octet) if octet in open_octets else bytes([octet]).decode("cp1252") for octet in octets
    ]
    assert cells(tmp_path, "text") == [(f"x{character}x",) for character in expected]
    assert report.clean_rows == len(octets)


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ("utf-8", TABLE.encode()),
        ("UTF8", TABLE.encode()),
        ("utf-8-sig", codecs.BOM_UTF8 + TABLE.encode()),
        ("utf-16", TABLE.encode("utf-16-le")),
        ("utf-16", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("UTF-16", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("utf-16-be", TABLE.encode("utf-16-be")),
        ("Windows-1252", TABLE.encode("cp1252")),
        ("latin-1", TABLE.encode("cp1252")),
        ("iso-8859-1", TABLE.encode("cp1252")),
    ],
)
def test_an_encoding_that_is_given_is_taken(tmp_path: Path, given: str, data: bytes) -> None:
    """The encoding that the caller names is the one that is used, however it is spelled."""
    judge(tmp_path, data, encoding=given)
    assert cells(tmp_path) == ROWS


def test_an_encoding_that_is_given_wins_over_what_the_octets_look_like(tmp_path: Path) -> None:
    """Octets that are valid UTF-8 are read as cp1252 if the caller says so, and that is told."""
    report = judge(tmp_path, "text\né\n".encode(), encoding="cp1252")
    assert cells(tmp_path, "text") == [("Ã©",)]
    assert "cp1252 (as given)" in report.to_text()


@pytest.mark.parametrize(
    ("mark", "found", "given"),
    [
        (codecs.BOM_UTF8, "utf-8", "cp1252"),
        (codecs.BOM_UTF8, "utf-8", "utf-16"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-8"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-le"),
    ],
)
def test_an_encoding_against_the_byte_order_mark_is_refused(
    mark: bytes, found: str, given: str
) -> None:
    """Where caller and byte order mark contradict each other, the error names both."""
    data = mark + TO_AND_TEXT.encode(found)
    with pytest.raises(BulkFileError, match=f"^standard input: .*{found}, not {given}"):
        validate_file(io.BytesIO(data), encoding=given)


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ({"encoding": "ebcdic"}, "utf-16-le"),
        ({"delimiter": "|"}, "semicolon"),
        ({"format": "xml"}, "jsonl"),
    ],
)
def test_an_option_that_is_none_is_refused(options: Options, listed: str) -> None:
    """An unknown encoding, delimiter or format is a ValueError that lists the known ones."""
    with pytest.raises(ValueError, match=listed):
        validate_file(io.BytesIO(TABLE.encode()), **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str, *, last: bool) -> None:
    """Every delimiter is found and every line end is one, the last of which may be missing."""
    rows = [["to", "text"], ["+447700900123", "a,b;c\td"], ["+447700900124", 'say "hi"']]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(rows)
    data = written.getvalue() if last else written.getvalue().removesuffix(end)
    report = judge(tmp_path, data.encode())
    assert [list(row) for row in cells(tmp_path)] == rows[1:]
    shown = {",": '","', ";": '";"', "\t": "tab"}[delimiter]
    assert f"delimiter {shown} (the most frequent in the header)" in report.to_text()


@pytest.mark.parametrize(
    ("head", "name", "options", "delimiter", "reason"),
    [
        (b'"a;b;c;d",text\n', "in.csv", {}, ",", "the most frequent in the header"),
        (b"id;text,\n", "in.csv", {"delimiter": ";"}, ";", "as given"),
        (b"text\n", "in.csv", {}, ",", "a header of one column"),
        (b"text\n", "in.tsv", {}, "\t", "its name"),
        (b"a,b\ttext\n", "in.TAB", {}, "\t", "its name"),
        (b"a,b\ttext\n", "in.tsv", {"delimiter": ","}, ",", "as given"),
    ],
)
def test_the_delimiter_is_chosen_by_word_name_and_header(
    head: bytes, name: str, options: Options, delimiter: str, reason: str
) -> None:
    """What the caller says comes first, then the name, then the header without its quotes."""
    dialect = detect_dialect(head, name, **options)
    assert (dialect.delimiter, dialect.delimiter_reason) == (delimiter, reason)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("\n\r\n\nid,text\n", ["id", "text"]),
        ('"id","text"\r\n', ["id", "text"]),
        ('"an\nid","a ""b"", c",text\n', ["an\nid", 'a "b", c', "text"]),
        ("id,text,\n", ["id", "text", ""]),
        ("état,text\n", ["état", "text"]),
    ],
)
def test_headers_are_read_as_the_csv_module_reads_them(
    tmp_path: Path, header: str, names: list[str]
) -> None:
    """Empty lines before it are passed over; quotes, line breaks and spaces belong to names."""
    row = ",".join(f"cell {place}" for place in range(len(names)))
    judge(tmp_path, f"{header}{row}\n".encode())
    [found] = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    expected = {name: f"cell {place}" for place, name in enumerate(names)}
    assert json.loads(found).items() >= expected.items()


@pytest.mark.parametrize("data", ["to,text", "to,text\n", "to,text\r\n\r\n\n", "\nto,text\n"])
def test_a_header_alone_is_a_file_without_rows(tmp_path: Path, data: str) -> None:
    """A file of a header has a report of no rows, and an annotated file of none."""
    report = judge(tmp_path, data.encode())
    assert (report.rows, report.clean_rows, report.total_parts) == (0, 0, 0)
    assert not report.has_problems
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    validate_file(tmp_path / "in.csv", out=tmp_path / "out.csv")
    [header] = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith('"to","text","alphabet"')
    validate_file(tmp_path / "in.csv", out=tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


@pytest.mark.parametrize("data", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\n\n\r\n"])
@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in"])
def test_nothing_is_no_file_of_messages(tmp_path: Path, data: bytes, name: str) -> None:
    """A file without a header or an object is refused by name, and nothing is written."""
    with pytest.raises(BulkFileError, match=f"^{name}"):
        judge(tmp_path, data, name)
    assert not (tmp_path / "out.jsonl").exists()


def _zip_archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("sheet.xml", "<sheet/>")
    return archive.getvalue()


def _arrow_file() -> bytes:
    sink = io.BytesIO()
    table = pa.table({"text": ["Hello"]})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(TABLE.encode()), "gzip: decompress"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "zstd: decompress"),
        (_zip_archive(), "zip archive: save the sheet as CSV"),
        (_arrow_file(), "Arrow IPC file: write it as Parquet"),
        (codecs.BOM_UTF32_LE + TABLE.encode("utf-32-le"), "UTF-32: save it as UTF-8"),
        (codecs.BOM_UTF32_BE + TABLE.encode("utf-32-be"), "UTF-32: save it as UTF-8"),
        (b' [{"text": "Hello"}]', "JSON array: write one object a line"),
    ],
)
@pytest.mark.parametrize("name", ["in.jsonl", "in"])
def test_what_is_not_read_here_is_refused_with_a_remedy(data: bytes, says: str, name: str) -> None:
    """Archives, other encodings and other formats are named, and what to do about them is said."""
    with pytest.raises(BulkFileError, match=f"^{name}: .*{says}"):
        detect_dialect(data, name)


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_utf_32_without_a_byte_order_mark_is_refused(tmp_path: Path, encoding: str) -> None:
    """UTF-32 is not taken for UTF-16 with a zero after each letter."""
    with pytest.raises(BulkFileError):
        judge(tmp_path, "id,text\n1,Hello\n".encode(encoding))


def test_utf_16_is_not_read_as_the_utf_8_that_it_is_said_to_be(tmp_path: Path) -> None:
    """A header with zeros between its letters cannot be right, so it is refused."""
    with pytest.raises(BulkFileError):
        judge(tmp_path, "id,text\n1,Hello\n".encode("utf-16-le"), encoding="utf-8")


def test_a_zero_octet_does_not_make_a_file_utf_16(tmp_path: Path) -> None:
    """One stray NUL in a file of UTF-8 stays in its cell; the other rows are as they were."""
    judge(tmp_path, b"to,text\n+447700900123,Hel\0lo\n+447700900124,Hi\n")
    assert cells(tmp_path) == [("+447700900123", "Hel\0lo"), ("+447700900124", "Hi")]


def test_half_a_unit_at_the_end_of_utf_16_stops_nothing(tmp_path: Path) -> None:
    """An octet too many at the end of a UTF-16 file costs no row before it."""
    judge(tmp_path, b"\xff\xfe" + TO_AND_TEXT.encode("utf-16-le") + b"x")
    assert cells(tmp_path, "text", "problem")[0] == ("Hello", None)


def test_a_file_that_claims_to_be_parquet_must_be(tmp_path: Path) -> None:
    """The name .parquet, or the format given, without Parquet's magic number is refused."""
    with pytest.raises(BulkFileError, match=r"^in\.parquet: it is not a Parquet file"):
        judge(tmp_path, TABLE.encode(), "in.parquet")
    with pytest.raises(BulkFileError, match="it is not a Parquet file"):
        judge(tmp_path, TABLE.encode(), format="parquet")
    with pytest.raises(BulkFileError, match=r"in\.pq: it cannot be read as Parquet"):
        judge(tmp_path, b"PAR1" + bytes(40), "in.pq")


def test_parquet_is_believed_to_be_parquet_by_its_magic_number(tmp_path: Path) -> None:
    """The magic number counts for more than the name, and a format given against it is refused."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["Hello"]}), sink)
    report = judge(tmp_path, sink.getvalue(), "in.csv")
    assert "read as Parquet" in report.to_text()
    with pytest.raises(BulkFileError, match="Parquet"):
        judge(tmp_path, sink.getvalue(), format="csv")


def test_a_file_without_a_header_is_refused_without_its_rows_being_told() -> None:
    """The error for rows in place of a header tells neither the number nor the text of one."""
    with pytest.raises(BulkFileError, match="column") as caught:
        validate_file(io.BytesIO(b"+447700900123,Your secret is 4711\n"))
    assert "7700900123" not in str(caught.value)
    assert "secret" not in str(caught.value)


class Pipe(io.RawIOBase):
    """A stream like a pipe: no name, no way back, and as many octets at a time as there are."""

    def __init__(self, data: bytes, most: int) -> None:
        """Give at most so many octets of the data at a time."""
        self._data = io.BytesIO(data)
        self._most = most

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer with no more than that."""
        view = memoryview(buffer).cast("B")
        octets = self._data.read(min(len(view), self._most))
        view[: len(octets)] = octets
        return len(octets)


@pytest.mark.parametrize("data", [TABLE.encode(), TABLE.encode("utf-16"), LINES.encode()])
@pytest.mark.parametrize("most", [1 << 20, 5])
def test_a_stream_without_name_or_way_back_is_read_like_a_file(
    tmp_path: Path, data: bytes, most: int
) -> None:
    """Standard input is read from its beginning, however few octets it gives at a time."""
    stream = io.BufferedReader(Pipe(data, most))
    assert not stream.seekable()
    report = validate_file(stream, out=tmp_path / "out.jsonl")
    assert cells(tmp_path) == ROWS
    assert report.sources[0].name == "standard input"


def test_a_read_that_gives_less_than_was_asked_for_is_not_the_end(tmp_path: Path) -> None:
    """A raw file, whose reads give what there is, is read to its end, header included."""
    raw = cast("BinaryIO", Pipe(TABLE.encode(), 5))
    validate_file(raw, out=tmp_path / "out.jsonl")
    assert cells(tmp_path) == ROWS


def test_an_open_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """Whatever was read of an open file before is not read again."""
    stream = io.BytesIO(b"# exported today\n" + TABLE.encode())
    stream.readline()
    validate_file(stream, out=tmp_path / "out.jsonl")
    assert cells(tmp_path) == ROWS


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("in.ndjson", b'{"text": "a"}\n', "jsonl"),
        ("in", b'\n {"text": "a"}\n', "jsonl"),
        ("in.txt", b"text\na\n", "csv"),
        ("in", b"text\na\n", "csv"),
    ],
)
def test_the_format_is_told_by_the_name_or_else_by_the_content(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    """A known suffix in any case names the format; without one the first character does."""
    assert detect_dialect(data, name).format == expected
    judge(tmp_path, data, name)
    assert cells(tmp_path, "text") == [("a",)]
