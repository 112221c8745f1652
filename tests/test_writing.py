"""The annotated file: every column that was read, six more, and all of it or nothing.

The law of this file: what was written is read back by the csv and json modules and by pyarrow, and
compared with what went in. Whatever interrupts a run, the target is looked at afterwards.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gc
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import oracle
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smscore.bulk import Progress, validate_file
from smscore.decks import RateDeck
from smscore.errors import BulkFileError

posix = pytest.mark.skipif(os.name != "posix", reason="signals and permissions are POSIX's")

NAMES = ["id", "to", "text", 'a "note"']
ROWS = [
    ["007", "+447700900123", "Hello, you", "1E5"],
    ["+8", "+447700900123", "two\nlines\r\nof “text”", '"quoted"'],
    ["", "12", "", "null"],
    ["nan", "+33639980123", "x" * 161, "é€😀"],
    ["", "+447700900123", "Hello, you", "1.10"],
    ["5", "+15005550006", " ", "\t"],
]
PROBLEMS = [None, None, "empty_text", "rejected_destination", "duplicate", "no_rate"]
PRICES = [Decimal("0.0400"), Decimal("0.0400"), None, None, Decimal("0.0400"), None]

PRICE_LIST = b"country,price,currency,reject\nGB,0.0400,GBP,\nFR,0.05,GBP,yes\n"
DECK = RateDeck.parse(PRICE_LIST, "deck.csv")
ANNOTATIONS = ["alphabet", "units", "parts", "price", "currency", "problem"]

Row = dict[str, object]


def write(path: Path) -> Path:
    """Write the rows in the format of the file's name."""
    if path.suffix == ".parquet":
        columns = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))
        pq.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), path)
    elif path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writerows([NAMES, *ROWS])
    return path


def refuse(constant: str) -> object:
    """Refuse what is not JSON: NaN and the infinities."""
    raise ValueError(constant)


def read_csv(path: Path, delimiter: str = ",") -> list[Row]:
    """Read a CSV file; an empty annotation is none, a number an int, a price a Decimal."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: list[Row] = [dict(row) for row in csv.DictReader(file, delimiter=delimiter)]
    for row in rows:
        for name in ANNOTATIONS:
            kind = {"units": int, "parts": int, "price": Decimal}.get(name, str)
            if name in row:
                row[name] = kind(str(row[name])) if row[name] else None
    return rows


def read(path: Path) -> list[Row]:
    """Read an annotated file in the format of its name."""
    if path.suffix == ".parquet":
        rows: list[Row] = pq.read_table(path).to_pylist()
        return rows
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8", newline="\n") as file:
            rows = [json.loads(line, parse_constant=refuse) for line in file]
        return [row | {"price": row["price"] and Decimal(str(row["price"]))} for row in rows]
    return read_csv(path, "\t" if path.suffix == ".tsv" else ",")


@pytest.mark.parametrize("out", ["out.csv", "out.tsv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize("source", ["in.csv", "in.tsv", "in.jsonl", "in.parquet"])
def test_every_format_is_written_from_every_other(tmp_path: Path, source: str, out: str) -> None:
    """The columns come out equal and in order, and the annotations are the same everywhere."""
    report = validate_file(write(tmp_path / source), out=tmp_path / out, deck=DECK)
    expected = []
    for cells, price, problem in zip(ROWS, PRICES, PROBLEMS, strict=True):
        measured = oracle.measure(cells[2])
        found = [*measured, price, price and "GBP", problem]
        expected.append(dict(zip([*NAMES, *ANNOTATIONS], [*cells, *found], strict=True)))
    kept = source == "in.tsv" and out == "out.csv"
    rows = read_csv(tmp_path / out, "\t") if kept else read(tmp_path / out)
    assert rows == expected
    assert [list(row) for row in rows] == [[*NAMES, *ANNOTATIONS]] * len(ROWS)
    prices = [Decimal(str(row["price"])) for row in rows if row["price"] is not None]
    assert sum(prices) == report.total == Decimal("0.12")


def test_prices_are_written_without_zeros_and_never_as_floats(tmp_path: Path) -> None:
    """In text a price is its digits, in JSON a string, in Parquet decimal128(38, 12)."""
    source = write(tmp_path / "in.csv")
    for name in ("out.csv", "out.jsonl", "out.parquet"):
        validate_file(source, out=tmp_path / name, deck=DECK)
    assert '"gsm7",10,1,"0.04","GBP",\n' in (tmp_path / "out.csv").read_text(encoding="utf-8")
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert '"price": "0.04", "currency": "GBP"' in written
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.field("price").type == pa.decimal128(38, 12)
    assert schema.field("units").type == schema.field("parts").type == pa.int32()


@pytest.mark.parametrize(
    ("data", "marked"),
    [
        (b"text\na\n", False),
        (codecs.BOM_UTF8 + b"text\na\n", True),
        (codecs.BOM_UTF16_LE + "text\na\n".encode("utf-16-le"), True),
    ],
)
def test_a_byte_order_mark_is_kept(tmp_path: Path, data: bytes, *, marked: bool) -> None:
    """CSV is written in UTF-8, with a byte order mark if there was one."""
    (tmp_path / "in.csv").write_bytes(data)
    validate_file(tmp_path / "in.csv", out=tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(codecs.BOM_UTF8) == marked
    assert read(tmp_path / "out.csv")[0]["parts"] == 1


@pytest.mark.parametrize(
    ("source", "given", "out", "written"),
    [
        ("in.csv", ";", "out.csv", ";"),
        ("in.csv", ";", "out", ";"),
        ("in.csv", ";", "out.tsv", "\t"),
        ("in.csv", ",", "out.tab", "\t"),
        ("in.tsv", "\t", "out.csv", "\t"),
    ],
)
def test_the_delimiter_is_the_one_that_was_read(
    tmp_path: Path, source: str, given: str, out: str, written: str
) -> None:
    """It is kept, unless the name stands for another, so that what was written can be read."""
    (tmp_path / source).write_text(f'id{given}text\n7{given}"a{given}b"\n', encoding="utf-8")
    validate_file(tmp_path / source, out=tmp_path / out)
    [row] = read_csv(tmp_path / out, written)
    assert (row["id"], row["text"], row["parts"]) == ("7", f"a{given}b", 1)
    assert validate_file(tmp_path / out, out=tmp_path / "again.csv", prefix="x").rows == 1


@pytest.mark.parametrize("source", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_clash_of_names_is_refused_and_a_prefix_helps(tmp_path: Path, source: str) -> None:
    """An annotated file can be annotated again, if the new columns get another name."""
    validate_file(write(tmp_path / "in.csv"), out=tmp_path / source)
    with pytest.raises(BulkFileError, match=r"a column 'alphabet' already: give .* a prefix"):
        validate_file(tmp_path / source, out=tmp_path / "again.jsonl")
    assert names_in(tmp_path) == {"in.csv", source}
    validate_file(tmp_path / source, out=tmp_path / "again.csv", prefix="sms_")
    rows = read_csv(tmp_path / "again.csv")
    assert list(rows[0]) == [*NAMES, *ANNOTATIONS, *(f"sms_{name}" for name in ANNOTATIONS)]
    assert all(str(row["parts"]) == row["sms_parts"] for row in rows)


def test_json_lines_without_columns_of_their_own_are_told_so(tmp_path: Path) -> None:
    """A key that comes too late for the header is named, and nothing is written."""
    lines = '{"text": "a"}\n' * 20_000 + '{"text": "b", "late": 1}\n'
    (tmp_path / "in.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(BulkFileError, match=r"a later row has a key .* write JSON Lines"):
        validate_file(tmp_path / "in.jsonl", out=tmp_path / "out.csv")
    assert names_in(tmp_path) == {"in.jsonl"}


def test_values_of_json_are_shown_in_csv_as_they_were_spelled(tmp_path: Path) -> None:
    """No digit of a number, alone or in a nested value, is lost on the way to text."""
    line = '{"text": "a", "v": 1.10, "w": 12345678901234567890.123, "x": 1e400, "y": [1.10, true]}'
    (tmp_path / "in.jsonl").write_text(line, encoding="utf-8")
    validate_file(tmp_path / "in.jsonl", out=tmp_path / "out.csv")
    [row] = read_csv(tmp_path / "out.csv")
    assert [row[key] for key in "vwx"] == ["1.10", "12345678901234567890.123", "1e400"]
    assert row["y"] == "[1.10, true]"


def test_lines_that_are_no_objects_have_a_cell_in_csv(tmp_path: Path) -> None:
    """What cannot be parsed stands in the text column, in its place."""
    (tmp_path / "in.jsonl").write_bytes(b'{"id": 1, "text": "a"}\n[1, "b\n{"id": 2}\n')
    validate_file(tmp_path / "in.jsonl", out=tmp_path / "out.csv")
    rows = [(row["id"], row["text"], row["problem"]) for row in read_csv(tmp_path / "out.csv")]
    assert rows == [("1", "a", None), ("", '[1, "b', "malformed_row"), ("2", "", "empty_text")]


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (pa.array([[1, 2]]), "2"),
        (pa.array([{"key": "value"}]), "value"),
        (pa.array([[("key", "value")]], pa.map_(pa.string(), pa.string())), "value"),
        (pa.array([b"\xff\xfe"]), "ff"),
        (pa.array([float("nan")]), ""),
        (pa.array([Decimal("12.50")]), "12.5"),
        (pa.array([1], pa.timestamp("ns")), "1970-01-01"),
        (pa.array([1], pa.time64("ns")), "00:00:00"),
    ],
)
@pytest.mark.parametrize("out", ["out.csv", "out.jsonl"])
def test_columns_of_any_type_can_be_shown_or_are_refused(
    tmp_path: Path, column: pa.Array, shown: str, out: str
) -> None:
    """What Parquet can hold is written as text or valid JSON, or the error says that it is not."""
    pq.write_table(pa.table({"text": ["a"], "column": column}), tmp_path / "in.parquet")
    with contextlib.suppress(BulkFileError):
        validate_file(tmp_path / "in.parquet", out=tmp_path / out)
        assert shown in str(read(tmp_path / out)[0]["column"])


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl"])
def test_text_that_parquet_holds_as_octets_is_written_as_text(tmp_path: Path, out: str) -> None:
    """A binary column of texts comes out as the texts, and what is not UTF-8 as escapes."""
    texts = pa.array(["é€".encode(), b"caf\xe9", None])
    for kind in (pa.binary(), pa.string()):
        array = pa.Array.from_buffers(kind, 3, texts.buffers())
        pq.write_table(pa.table({"text": array}), tmp_path / "in.parquet")
        validate_file(tmp_path / "in.parquet", out=tmp_path / out)
        found = [(row["text"] or "", row["problem"]) for row in read(tmp_path / out)]
        expected = [("é€", None), ("caf\\xe9", "undecodable_text"), ("", "empty_text")]
        assert found == expected


def test_no_column_is_lost_for_having_the_name_of_another(tmp_path: Path) -> None:
    """Two columns of one name are both written, or the target is refused."""
    (tmp_path / "in.csv").write_text("text,note,note\na,first,second\n", encoding="utf-8")
    for out in ("out.csv", "out.jsonl", "out.parquet"):
        with contextlib.suppress(BulkFileError):
            validate_file(tmp_path / "in.csv", out=tmp_path / out)
            written = (tmp_path / out).read_bytes()
            assert b"first" in written
            assert b"second" in written


def names_in(folder: Path) -> set[str]:
    """List what is in a folder."""
    return {path.name for path in folder.iterdir()}


def interrupting(error: BaseException) -> Callable[[Progress], None]:
    """Make a progress callback that raises."""

    def interrupt(_progress: Progress) -> None:
        raise error

    return interrupt


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize(
    "error", [RuntimeError("stop"), KeyboardInterrupt(), ConnectionResetError("the far end")]
)
def test_an_exception_in_mid_run_leaves_the_target_as_it_was(
    tmp_path: Path, out: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes out as it is, and alone; the target is absent, or what it was; nothing is left."""
    source = write(tmp_path / "in.csv")
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    for left in (set(), {out}):
        with pytest.raises(type(error)) as caught:
            validate_file(source, out=tmp_path / out, progress=interrupting(error))
        assert caught.value is error
        assert names_in(tmp_path) == {"in.csv", *left}
        (tmp_path / out).write_bytes(b"old")
    del caught
    error.__traceback__ = None
    gc.collect()
    assert ignored == []


def test_targets_that_cannot_be_are_refused(tmp_path: Path) -> None:
    """The file that is read, by whatever name, a folder, and a place in none: each is named."""
    source = write(tmp_path / "in.csv")
    before = source.read_bytes()
    (tmp_path / "link.csv").hardlink_to(source)
    (tmp_path / "folder.csv").mkdir()
    for target, says in {
        source: "is read: write another",
        tmp_path / "link.csv": "is read: write another",
        tmp_path / "folder.csv": "is a folder",
        tmp_path / "none" / "out.csv": "no such folder",
        source / "out.csv": "no such folder",
    }.items():
        with pytest.raises(BulkFileError, match=rf"^{target}: .*{says}"):
            validate_file(source, out=target)
    with source.open("rb") as file, pytest.raises(BulkFileError, match="is read"):
        validate_file(file, out=source)
    assert source.read_bytes() == before


@posix
def test_a_target_that_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    """A pipe or a device is no place to put a whole file; it stays what it is."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BulkFileError):
        validate_file(write(tmp_path / "in.csv"), out=tmp_path / "pipe.csv")
    assert (tmp_path / "pipe.csv").is_fifo()


def test_two_runs_with_one_target_do_not_undo_each_other(tmp_path: Path) -> None:
    """Whichever comes last is in the target, whole; neither takes the other's work away."""
    source, out = write(tmp_path / "in.csv"), tmp_path / "out.csv"

    def run_another(_progress: Progress) -> None:
        with contextlib.suppress(BulkFileError):
            validate_file(io.BytesIO(b"text\nother\n"), out=out)

    validate_file(source, out=out, progress=run_another)
    assert [row["id"] for row in read(out)] == [row[0] for row in ROWS]
    assert names_in(tmp_path) == {"in.csv", "out.csv"}


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int) -> None:
    """The annotated file is as readable as any that the caller makes, no more and no less."""
    source = write(tmp_path / "in.csv")
    before = os.umask(umask)
    try:
        validate_file(source, out=tmp_path / "out.csv")
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o666 & ~umask


CHILD = """
import resource, sys, time
from smscore.bulk import validate_file

source, out, limit = sys.argv[1:]

def progress(found):
    print(found.rows, flush=True)
    if limit == "0" and found.rows > 20_000:
        time.sleep(60)

if limit != "0":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
validate_file(source, out=out, progress=progress)
"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Write a file of three batches, and a target with something in it."""
    lines = (f'{{"id": {number}, "text": "Hello {number}"}}\n' for number in range(40_000))
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    for name in ("out.csv", "out.jsonl", "out.parquet"):
        (tmp_path / name).write_bytes(b"old")
    return tmp_path / "in.jsonl"


@posix
@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_full_disk_is_told_and_changes_nothing(large: Path, out: str) -> None:
    """When no more can be written, the error says why, and the target is what it was."""
    before = names_in(large.parent)
    command = [sys.executable, "-c", CHILD, str(large), str(large.parent / out), "100000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "BulkFileError" in done.stderr.splitlines()[-1]
    assert f"{out}: it cannot be written: File too large" in done.stderr
    assert (large.parent / out).read_bytes() == b"old"
    assert names_in(large.parent) == before


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_in_mid_run_changes_nothing(large: Path, number: signal.Signals) -> None:
    """Killed in whatever way, a run leaves the target as it was, and the next run is as any."""
    command = [sys.executable, "-c", CHILD, str(large), str(large.parent / "out.csv"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        assert [int(child.stdout.readline()) for _ in range(2)] == [16_384, 32_768]
        child.send_signal(number)
        assert child.wait(30) != 0
    out = large.parent / "out.csv"
    assert out.read_bytes() == b"old"
    if number == signal.SIGINT:
        assert len(names_in(large.parent)) == 4
    validate_file(large, out=out)
    assert len(read(out)) == 40_000
