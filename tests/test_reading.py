"""Rows as they stand in the file: no cell changed, no row lost, each fault in its place.

The law of this file: what goes in is written by the csv or the json module or octet by octet, and
what comes out is compared with that.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smscore.bulk import Report, validate_file
from smscore.errors import BulkFileError

TO = "+447700900123"
BLOCK = 2 << 20


class Options(TypedDict, total=False):
    """What a caller may say about a file."""

    encoding: str
    delimiter: str
    region: str
    prefix: str
    text_column: str
    number_column: str


def judge(folder: Path, data: bytes, name: str = "in.csv", **options: Unpack[Options]) -> Report:
    """Validate a file of these octets into out.jsonl."""
    (folder / name).write_bytes(data)
    return validate_file(folder / name, out=folder / "out.jsonl", **options)


def found(folder: Path) -> list[dict[str, object]]:
    """Give the rows of out.jsonl."""
    with (folder / "out.jsonl").open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def problems(folder: Path) -> list[object]:
    """Give the problems of the rows of out.jsonl."""
    return [row["problem"] for row in found(folder)]


CELLS = [
    "+44", "007", "1E5", "1e400", "0x10", "-0", "1,5", "1.10", "NULL", "null", "NA", "N/A", "#N/A",
    "nan", "inf", "true", "False", "2026-01-02", "12:30", "", " ", "  padded  ", '"', '""', '"a"',
    "a\nb", "a\r\nb", "\n", ",", ";", "\t", "'", "\\", "\\n", "a\0b", "é€😀", "\ufeff", "\u2028",
]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_cell_of_csv_is_the_text_that_it_is(
    tmp_path: Path, delimiter: str, quoting: Literal[0, 1]
) -> None:
    """No cell becomes a number, a date, a truth value or a null on the way."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting)
    writer.writerow(["note", "text", "to"])
    writer.writerows([cell, "Hello", cell] for cell in CELLS)
    report = judge(tmp_path, written.getvalue().encode(), encoding="utf-8")
    assert report.rows == len(CELLS)
    assert [(row["note"], row["to"]) for row in found(tmp_path)] == [(x, x) for x in CELLS]


def test_quotes_in_the_middle_of_cells_are_read_as_the_csv_module_reads_them(
    tmp_path: Path,
) -> None:
    """A quotation mark inside an unquoted cell is a character; text after a closing one belongs."""
    data = b'text,note\nA 5" pipe,3" nail\nsay "hi" now,"x"y\n"a"b"c,"d ""e"""\n'
    judge(tmp_path, data)
    expected = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
    assert [[row["text"], row["note"]] for row in found(tmp_path)] == expected


def test_a_huge_cell_is_read_and_one_longer_than_a_block_is_explained(tmp_path: Path) -> None:
    """A cell of three megabytes is a cell; a quotation mark that is never closed is told of."""
    judge(tmp_path, b"text,id\n" + b"x" * (3 << 19) + b",7\n")
    assert [(row["units"], row["id"]) for row in found(tmp_path)] == [(3 << 19, "7")]
    (tmp_path / "out.jsonl").unlink()
    with pytest.raises(BulkFileError, match=r"^in\.csv, line 2: a row is longer .* never closed"):
        judge(tmp_path, b'text,id\n"never closed' + b",x\n" * BLOCK)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_quotation_mark_that_is_never_closed_refuses_the_file(tmp_path: Path) -> None:
    """The rows that it swallows do not vanish: its line is told, and nothing is written."""
    rows = f'{TO},"Hello Ann\n+447700900124,Hello Bob\n+447700900125,Hello Cleo\n'
    with pytest.raises(BulkFileError, match=r"^in\.csv, line 3: .* 2 lines more") as raised:
        judge(tmp_path, f"to,text\n{TO},Hi\n{rows}".encode())
    assert raised.value.line == 3
    assert "Ann" not in str(raised.value)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_quotation_mark_that_swallows_nothing_is_the_fault_of_its_row(tmp_path: Path) -> None:
    """In the last line it takes no other row with it; the rows before it are judged."""
    judge(tmp_path, f'to,text\n{TO},Hi\n{TO},"Hello Ann\n'.encode())
    assert problems(tmp_path) == [None, "malformed_row"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("x\n+44,a\n", [("x", "", True), ("+44", "a", False)]),
        ("+44,a\nx\n", [("+44", "a", False), ("x", "", True)]),
        ("x\ny\n", [("x", "", True), ("y", "", True)]),
        ("+44,a\nx\ny,b,c\nz\n+44,d\n", [
            ("+44", "a", False), ("x", "", True), ("y", "b,c", True), ("z", "", True),
            ("+44", "d", False),
        ]),
        ('+44,"a, b",\n', [("+44", '"a, b",', True)]),
        ('+44,"two\nlines",c\n\n+44,e\n', [("+44", '"two\nlines",c', True), ("+44", "e", False)]),
        (f"{'x' * 200_000}\n+44,a\n", [("x" * 200_000, "", True), ("+44", "a", False)]),
    ],
)  # fmt: skip
def test_a_ragged_row_keeps_its_place_and_its_content(
    tmp_path: Path, rows: str, expected: list[tuple[str, str, bool]]
) -> None:
    """Its cells fill the columns from the first; what is left over is in the last, whole."""
    judge(tmp_path, f"to,text\n{rows}".encode())
    ragged = [
        (row["to"], row["text"], row["problem"] == "malformed_row") for row in found(tmp_path)
    ]
    assert ragged == expected


def test_ragged_rows_among_eight_megabytes_are_all_in_their_places(tmp_path: Path) -> None:
    """Ragged rows at either end, in runs and around block boundaries cost no row its place."""
    rows: list[tuple[bool, str]] = []
    size = 0
    while size < 2 * BLOCK + 100_000:
        number = len(rows)
        near_boundary = abs(size % BLOCK) < 800 and size > BLOCK // 2
        ragged = number < 3 or number % 997 < 5 or near_boundary
        text = f"{number},Hello, {'x' * (number % 150)}" if ragged else f"{number},{'y' * 120}"
        rows.append((ragged, text))
        size += len(text) + 1
    rows.append((True, str(len(rows))))
    judge(tmp_path, b"id,text\n" + "\n".join(text for _, text in rows).encode())
    out = found(tmp_path)
    assert [row["id"] for row in out] == [str(number) for number in range(len(rows))]
    assert [row["problem"] == "malformed_row" for row in out] == [ragged for ragged, _ in rows]
    assert all(
        f"{row['id']},{row['text']}" == text
        for row, (_, text) in zip(out[:-1], rows[:-1], strict=True)
    )


def test_a_line_break_on_a_block_boundary_stays_whole(tmp_path: Path) -> None:
    """A CR LF in a quoted cell whose two characters fall into two blocks keeps both."""
    filler = b"x" * (BLOCK // 8 - 1) + b"\n"
    last = b"y" * (BLOCK // 8 - len(b'\n"one\r')) + b"\n"
    data = filler * 7 + last + b'"one\r\ntwo"\nlast\n'
    assert data.index(b"\r\n") == BLOCK - 1
    judge(tmp_path, b"text\n" + data)
    assert [row["text"] for row in found(tmp_path)][-2:] == ["one\r\ntwo", "last"]


STRAY = b"caf\xe9"


def test_octets_that_are_not_utf_8_are_a_fault_of_their_row_alone(tmp_path: Path) -> None:
    """They are shown as escapes; in the text or the number the row has a problem."""
    rows = [STRAY + b"," + TO.encode() + b",a", b"Hello," + STRAY + b",b"]
    rows += [b"Hello," + TO.encode() + b"," + STRAY, b"Hello," + TO.encode() + b",d"]
    judge(tmp_path, b"text,to,note\n" + b"\n".join(rows), encoding="utf-8")
    assert [(row["text"], row["to"], row["note"], row["problem"]) for row in found(tmp_path)] == [
        ("caf\\xe9", TO, "a", "undecodable_text"),
        ("Hello", "caf\\xe9", "b", "undecodable_text"),
        ("Hello", TO, "caf\\xe9", None),
        ("Hello", TO, "d", "duplicate"),
    ]


def test_stray_octets_after_the_head_of_a_file_change_no_other_row(tmp_path: Path) -> None:
    """A file that begins as UTF-8 is UTF-8 to its end, but for the rows that are not."""
    good = f"x,é{'z' * 110}\n".encode() * 10_000
    report = judge(tmp_path, b"id,text\n" + good + b"7," + STRAY + b"\n" + good)
    assert (report.rows, report.alphabets) == (20_001, {"gsm7": 20_000})
    assert {problem.label: rows for problem, rows in report.problems.items()} == {
        "undecodable_text": 1
    }


def test_a_ragged_row_that_is_not_utf_8_is_one_row(tmp_path: Path) -> None:
    """Two faults in one row stop nothing and lose nothing of the others."""
    data = b"to,text\n+44,a\nx," + STRAY + b",y\n" + STRAY + b"\n+44,b\n"
    judge(tmp_path, data, encoding="utf-8")
    assert [row["text"] for row in found(tmp_path)][::3] == ["a", "b"]
    assert problems(tmp_path)[1:3] == ["malformed_row", "malformed_row"]


@pytest.mark.parametrize(
    "data",
    [
        b"id,text\n1,a\xed\xa0\xbd\n2,b\n",
        b"\xff\xfe" + "id,text\n1,a\ud83d\n2,b\n".encode("utf-16-le", "surrogatepass"),
        b"\xfe\xff" + "id,text\n1,a\ude00z\n2,b\n".encode("utf-16-be", "surrogatepass"),
        b"\xff\xfe" + "id,text\n2,b\n1,a\ud83d".encode("utf-16-le", "surrogatepass"),
    ],
)
def test_half_a_surrogate_pair_is_named_as_that(tmp_path: Path, data: bytes) -> None:
    """An unpaired unit of UTF-16, and the three octets that some write for one, are told apart."""
    judge(tmp_path, data, encoding="utf-16" if data[0] > 127 else "utf-8")
    assert {row["id"]: row["problem"] for row in found(tmp_path)} == {
        "1": "lone_surrogate",
        "2": None,
    }


def test_a_line_of_json_is_written_out_as_it_stands(tmp_path: Path) -> None:
    """Numbers, nested values, escapes, spaces and the order of keys are kept octet by octet."""
    lines = [
        '{"text": "a", "v": [1.10, 1e400, -0.0, 12345678901234567890.123], "w": {"z": 1, "a": {}}}',
        '{ "v" :null,"text":"\\u00e9\\/" , "new": "key" }',
        '{"text":"{\\"}"}',
        '{"line": 5, "text": "a", "v": 1.10}',
        "{}",
        '{"text": "é", "text": "twice"}',
    ]
    judge(tmp_path, "\n".join(lines).encode(), "in.jsonl")
    out = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    for line, written in zip(lines, out, strict=True):
        assert written.startswith(line[:-1].rstrip())
        assert json.loads(written).items() >= json.loads(line).items()


def test_texts_and_numbers_of_json_are_strings_or_integers(tmp_path: Path) -> None:
    """An integer is its digits; what else stands in the two keys is a fault of the row."""
    good = [{"text": 123, "to": TO}, {"text": "a", "to": 447700900123}, {"to": TO}, {"text": "a"}]
    bad = [{"text": value, "to": TO} for value in (1.5, True, ["a"], {"a": "b"})]
    bad += [{"text": "a", "to": value} for value in (4.477e11, False, [TO])]
    rows = [*good, *bad]
    judge(tmp_path, "\n".join(map(json.dumps, rows)).encode(), "in.jsonl", region="GB")
    expected = [None, None, "empty_text", "bad_number", *["malformed_row"] * len(bad)]
    assert problems(tmp_path) == expected
    assert [row["units"] for row in found(tmp_path)][:2] == [3, 1]


def test_lone_surrogates_in_json_are_data(tmp_path: Path) -> None:
    """As an escape or as octets, in the text or elsewhere, one stops nothing and stays JSON."""
    lines = [
        rb'{"text": "\ud83d"}', b'{"text": "a\xed\xa0\xbd", "v": 1.10}',
        rb'{"text": "b", "x": "\ud83d"}', b'{"text": "c"}',
    ]  # fmt: skip
    judge(tmp_path, b"\n".join(lines), "in.jsonl", encoding="utf-8")
    assert problems(tmp_path) == ["lone_surrogate", "lone_surrogate", None, None]
    assert [row["text"] for row in found(tmp_path)][::3] == ["\ud83d", "c"]
    assert b'"v": 1.10' in (tmp_path / "out.jsonl").read_bytes()
    validate_file(tmp_path / "in.jsonl", out=tmp_path / "out.csv", encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [row["problem"] for row in rows] == ["lone_surrogate", "lone_surrogate", "", ""]


def test_a_lone_surrogate_in_a_key_is_data(tmp_path: Path) -> None:
    """A key that no column could be named by is no fault where no columns are written."""
    judge(tmp_path, rb'{"text": "a", "\ud83d": 1}', "in.jsonl")
    assert found(tmp_path)[0]["\ud83d"] == 1


def test_lines_that_are_no_objects_are_kept(tmp_path: Path) -> None:
    """What cannot be parsed is written out as a value, in its place, and the file goes on."""
    lines = ["[1, 2]", '"text"', "null", '{"text": "cut of', "{'text': 'a'}", '{"text": "a"} x']
    lines += ["[" * 100_000, '{"text": ' + "9" * 5000 + "}"]
    data = '{"text": "first"}\n' + "\n".join(lines) + '\n\n \t\r\n{"text": "last"}\r\n'
    report = judge(tmp_path, data.encode(), "in.jsonl")
    out = found(tmp_path)
    assert [row["line"] for row in out[1:-1]] == lines
    assert problems(tmp_path) == [None, *["malformed_row"] * len(lines), None]
    assert (out[0]["text"], out[-1]["text"], report.rows) == ("first", "last", len(lines) + 2)


def test_a_line_of_json_that_is_not_utf_8_is_kept_as_escapes(tmp_path: Path) -> None:
    """Its octets can be read in the annotated file, and the other rows are as they were."""
    data = b'{"text": "a"}\n{"text": "' + STRAY + b'"}\n{"text": "b"}\n'
    judge(tmp_path, data, "in.jsonl", encoding="utf-8")
    assert problems(tmp_path) == [None, "undecodable_text", None]
    assert found(tmp_path)[1]["line"] == '{"text": "caf\\xe9"}'


def test_a_key_named_like_an_annotation_is_refused_by_line(tmp_path: Path) -> None:
    """A row, however late, with a key that is to be added is named, and a prefix helps."""
    data = b'{"text": "a"}\n' * 20_000 + b'{"text": "a", "price": 3}\n'
    with pytest.raises(BulkFileError, match=r"line 20001: it has a column 'price'.*prefix"):
        judge(tmp_path, data, "in.jsonl")
    judge(tmp_path, data, "in.jsonl", prefix="sms_")
    assert found(tmp_path)[-1]["price"] == 3


def test_very_long_lines_of_json(tmp_path: Path) -> None:
    """A line of ten megabytes is a row; one of more than sixteen is refused by its number."""
    judge(tmp_path, b'{"text": "' + b"x" * 10_000_000 + b'"}\n{"text": "a"}', "in.jsonl")
    assert problems(tmp_path) == ["too_long", None]
    with pytest.raises(BulkFileError, match="line 2: a line is longer"):
        judge(tmp_path, b'{"text": "a"}\n{"text": "' + b"x" * (16 << 20) + b'"}\n', "in.jsonl")


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()),
    ],
)  # fmt: skip
def test_text_columns_of_parquet(tmp_path: Path, kind: pa.DataType) -> None:
    """A column of text is text in whatever way Arrow holds it; a null is an empty text."""
    texts = ["Hello", None, "", "é€😀", "x" * 161]
    array = pa.array([None if text is None else text.encode() for text in texts], pa.binary())
    array = array.cast(kind) if kind in (pa.binary(), pa.large_binary()) else pa.array(texts, kind)
    pq.write_table(pa.table({"text": array}), tmp_path / "in.parquet")
    validate_file(tmp_path / "in.parquet", out=tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["text"].type == kind
    assert out["units"].to_pylist() == [5, 0, 0, 4, 161]
    assert out["problem"].to_pylist() == [None, "empty_text", "empty_text", None, None]


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.string(), pa.large_string()])
def test_number_columns_of_parquet(tmp_path: Path, kind: pa.DataType) -> None:
    """A number held as an integer is its digits, which are national ones: it has no plus."""
    numbers = pa.array([447700900123, None, 5], pa.int64()).cast(kind)
    pq.write_table(pa.table({"to": numbers, "text": ["a"] * 3}), tmp_path / "in.parquet")
    expected = [None, "bad_number", "bad_number"]
    validate_file(tmp_path / "in.parquet", out=tmp_path / "out.parquet", region="GB")
    assert pq.read_table(tmp_path / "out.parquet")["problem"].to_pylist() == expected


@pytest.mark.parametrize(
    ("column", "values"),
    [("to", [4.477e11]), ("to", [[TO]]), ("text", [5]), ("text", [1.5]), ("text", [["a"]])],
)
def test_types_that_hold_no_text_or_number_are_refused(
    tmp_path: Path, column: str, values: list[object]
) -> None:
    """A float has lost digits, a list is no text: the column and its type are named."""
    table = {"to": [TO], "text": ["a"]} | {column: values}
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    kind = str(pa.array(values).type).partition("<")[0]
    with pytest.raises(BulkFileError, match=rf"in\.parquet: the column '{column}' holds {kind}"):
        validate_file(tmp_path / "in.parquet")


def test_other_columns_of_parquet_pass_through(tmp_path: Path) -> None:
    """Decimals, times, lists and structs come out with their types and values."""
    columns = {
        "text": pa.array(["a", "b"]),
        "decimal": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
        "time": pa.array([1, None], pa.timestamp("ns", tz="Europe/Paris")),
        "list": pa.array([[1, None], None]),
        "struct": pa.array([{"a": [1.5]}, {"a": None}]),
        "bytes": pa.array([b"\xff", None]),
        "float": pa.array([float("inf"), 0.1]),
    }
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    validate_file(tmp_path / "in.parquet", out=tmp_path / "out.parquet")
    assert (
        pq.read_table(tmp_path / "out.parquet")
        .select(list(columns))
        .equals(pq.read_table(tmp_path / "in.parquet"))
    )


def test_parquet_from_a_stream_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet begins at its end, which a stream does not have."""
    stream = io.BytesIO(b"PAR1")
    monkeypatch.setattr(stream, "seekable", lambda: False)
    with pytest.raises(BulkFileError, match="from a stream: give a file"):
        validate_file(stream)


@pytest.mark.parametrize(
    ("header", "options", "expected"),
    [
        ("Phone number,Message", {}, ("Message", "Phone number")),
        ("MSISDN,sms_body", {}, ("sms_body", "MSISDN")),
        ("id,text", {}, ("text", None)),
        ("a,b", {"text_column": "b", "number_column": "a"}, ("b", "a")),
        ("text,body,to", {"text_column": "body"}, ("body", "to")),
        ("text,body,to", {}, "'text', 'body' could all hold the texts: choose with text_column"),
        ("text,to,cell", {}, "'to', 'cell' could all hold the phone numbers: .* number_column"),
        ("id,to", {}, "no column for the texts among 'id', 'to': name it with text_column"),
        ("id,text", {"text_column": "Text"}, "there is no column 'Text'.* 'id', 'text'"),
        ("text,units", {}, "a column 'units' already: give the added ones a prefix"),
    ],
)
def test_columns_are_chosen_by_name(
    tmp_path: Path, header: str, options: Options, expected: str | tuple[str, str | None]
) -> None:
    """A name in any spelling is known; two that would do, or none, are told with all names."""
    data = f"{header}\n{','.join('x' * (header.count(',') + 1))}\n".encode()
    if isinstance(expected, str):
        with pytest.raises(BulkFileError, match=rf"^in\.csv: .*{expected}"):
            judge(tmp_path, data, **options)
    else:
        [source] = judge(tmp_path, data, **options).sources
        assert (source.text_column, source.number_column) == expected
