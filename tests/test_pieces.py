"""A file in pieces: together they are the whole, in every row and every figure.

The law of this file: what a file has is told by judging it whole, and by the csv module where its
rows are; the slices are held against both, under both kernels.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smscore.bulk import Progress, Report, Run, Slice, cut_file, cutting, merge, validate_file
from smscore.decks import RateDeck
from smscore.errors import BulkFileError
from smscore.problems import Problem

T = TypeVar("T")

DAY = date(2026, 6, 1)
DECK = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\nFR,0.0551,GBP\n", "deck.csv")
PIECES = [1, 2, 3, 7, 50]

NUMBERS = ["+447700900123", "+33639980123", "12", "", "+14155550123"]
TEXTS = [
    "Hello",
    "“Quoted”, with a comma",
    "two\nlines",
    "three\r\n\r\nlines, and a \r",
    'he said ""',
    '"',
    "",
    "日本" * 50,
    "Żółć" + "a" * 80,
    "\ufeffmarked",
]


def make_table(rows: int) -> list[list[str]]:
    """Make rows of every pair of number and text, and then again."""
    return [
        [str(row), NUMBERS[row % len(NUMBERS)], TEXTS[row // 3 % len(TEXTS)]] for row in range(rows)
    ]


def write_csv(table: list[list[str]], end: str, delimiter: str = ",") -> str:
    """Write a table as the csv module does, some rows of it empty."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=end, delimiter=delimiter)
    writer.writerow(["id", "to", "text"])
    for place, row in enumerate(table):
        writer.writerow(row)
        if place % 11 == 0:
            written.write(end * (place % 3))
    return written.getvalue()


RAGGED = "id,to,text\n" + "".join(
    [
        '1,+447700900123,"a\n""b"""\n' * 7,
        "2,too few\n",
        '3,too,many,"cells\nof"\n' * 3,
        '4,+447700900123,"left" out\n',
        '5,+447700900123,"left out\n6,+447700900123,"Bob"\n',
        '\n\n\r\n7,+33639980123,inches 5" and more\n' * 4,
        '8,+33639980123,"the ""last"" one"',
    ]
)

FILES: dict[str, tuple[str, bytes]] = {
    "lf": ("rows.csv", write_csv(make_table(200), "\n").encode()),
    "crlf": ("rows.csv", write_csv(make_table(200), "\r\n").encode()),
    "mark": ("rows.csv", codecs.BOM_UTF8 + write_csv(make_table(90), "\r\n").encode()),
    "tabs": ("rows.tsv", write_csv(make_table(90), "\n", "\t").encode()),
    "semicolons": ("rows.csv", write_csv(make_table(90), "\n", ";").encode()),
    "ragged": ("rows.csv", RAGGED.encode()),
    "cp1252": (
        "rows.csv",
        ("id,to,größe,text\n" + "1,+447700900123,a,ïé»¿\n" * 60).encode("cp1252"),
    ),
    "not UTF-8": (
        "rows.csv",
        b"id,text\n"
        + "1,日本語日本語\n".encode() * 60
        + b'2,"caf\xe9\n\xe2"\n3,\xf0\x9f\n4,b\n' * 9,
    ),
    "no rows": ("rows.csv", b"\nid,text\n\n\n"),
    "one column": ("rows.csv", b'text\n\n""\na\n\n\n"b\n\n"\n' * 9),
    "jsonl": (
        "rows.jsonl",
        "".join(
            json.dumps({"to": number, "text": text, "more": [place]}) + "\n" * (1 + place % 2)
            for place, (_, number, text) in enumerate(make_table(150))
        ).encode()
        + b'no object\r\n \r\n{"text": "\\ud83d"}\n{"text": "\xe9"}\n{"to": 1, "text": "end"}',
    ),
    "marked jsonl": (
        "rows.jsonl",
        codecs.BOM_UTF8 + b'\n{"text": "a"}\n' + '{"other": 1, "text": "ä"}\n'.encode() * 60,
    ),
}


def send(value: T) -> T:
    """Give what another process would get."""
    return cast("T", pickle.loads(pickle.dumps(value)))  # noqa: S301  # it was written here


def find_deck(path: Path) -> RateDeck | None:
    """Give the deck for a file with numbers."""
    return DECK if path.suffix == ".parquet" or b"to" in path.read_bytes()[:99] else None


def judge_whole(path: Path, out: Path | None = None) -> Report:
    """Judge the whole file by the terms that its slices are judged by."""
    return validate_file(
        path, deck=find_deck(path), at=DAY, out=out, duplicates=False, what_if=True, threads=1
    )


def judge_in_pieces(
    path: Path, slices: tuple[Slice, ...], suffix: str
) -> tuple[list[Path], Report]:
    """Judge the slices, the last one first, as other processes would; give the parts in order."""
    runs: list[Run] = []
    outs: list[Path] = []
    for part in reversed(slices):
        run = Run(deck=find_deck(path), at=DAY, duplicates=False, what_if=True, threads=1)
        out = path.with_name(f"part-{part.number}{suffix}")
        run.validate(path, out=out, part=send(part))
        runs.append(send(run))
        outs.insert(0, out)
    return outs, merge(runs)


def check_cover(slices: tuple[Slice, ...], pieces: int, end: int) -> None:
    """Hold the slices against what they promise."""
    assert 1 <= len(slices) <= pieces
    assert [part.number for part in slices] == list(range(1, len(slices) + 1))
    assert {part.count for part in slices} == {len(slices)}
    assert slices[0].start == slices[0].rows_before == 0
    assert [part.stop for part in slices] == [*(part.start for part in slices[1:]), end]


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("pieces", PIECES)
@pytest.mark.parametrize("file", FILES)
def test_pieces_are_the_whole(tmp_path: Path, file: str, pieces: int) -> None:
    """All parts have the rows of the whole, in order, and the reports add up to its report."""
    name, octets = FILES[file]
    path = tmp_path / name
    path.write_bytes(octets)
    whole = judge_whole(path, tmp_path / "whole.jsonl")
    slices = cut_file(path, pieces)
    check_cover(slices, pieces, len(octets))
    outs, report = judge_in_pieces(path, slices, ".jsonl")
    assert b"".join(out.read_bytes() for out in outs) == (tmp_path / "whole.jsonl").read_bytes()
    assert report == whole
    assert report.to_dict() == whole.to_dict()
    assert report.to_text() == whole.to_text()
    if pieces > 1 and whole.rows > 2 * pieces:
        assert len(slices) > 1


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("pieces", PIECES)
@pytest.mark.parametrize("groups", [0, 1, 40])
def test_row_groups_are_the_whole(tmp_path: Path, pieces: int, groups: int) -> None:
    """A Parquet file is cut by its row groups; the parts are a dataset of the whole's rows."""
    path = tmp_path / "rows.parquet"
    rows = make_table(groups * 5)
    columns = dict(zip(["id", "to", "text"], zip(*rows, strict=True), strict=True)) if rows else {}
    schema = pa.schema([(name, pa.string()) for name in ("id", "to", "text")])
    table = pa.table({name: list(columns.get(name, ())) for name in schema.names}, schema)
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, len(rows), 5):
            writer.write_table(table.slice(start, 5))
    whole = judge_whole(path, tmp_path / "whole.parquet")
    slices = cut_file(path, pieces)
    check_cover(slices, pieces, groups)
    assert len(slices) == max(1, min(pieces, groups))
    outs, report = judge_in_pieces(path, slices, ".parquet")
    parts = pq.read_table(list(map(str, outs)))
    assert parts.to_pylist() == pq.read_table(tmp_path / "whole.parquet").to_pylist()
    assert report == whole


@pytest.mark.usefixtures("kernel")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.text('ab,"\n\ré\ufeff', max_size=5), min_size=2, max_size=2), max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_cuts_are_where_rows_begin(
    table: list[list[str]], end: str, pieces: int, window: int
) -> None:
    """What the csv module reads of each slice are the rows of the table, whatever is in them."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "text"], *table])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "WINDOW_OCTETS", window)
        patch.setattr(cutting, "CHUNK_OCTETS", 2 * window)
        path = Path(folder, "rows.csv")
        path.write_bytes(written.getvalue().encode())
        slices = cut_file(path, pieces)
        check_cover(slices, pieces, path.stat().st_size)
        read: list[list[str]] = []
        for part in slices:
            assert part.rows_before == max(0, len(read) - 1)
            text = path.read_bytes()[part.start : part.stop].decode()
            read += list(csv.reader(io.StringIO(text, newline="")))
        assert read == [["id", "text"], *table]


@pytest.mark.usefixtures("kernel")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text('ab,,"\n\r\ufeff', max_size=60), st.integers(1, 12), st.integers(1, 40))
def test_unsound_files_in_pieces_are_what_they_are_whole(
    body: str, pieces: int, window: int
) -> None:
    """Where marks are astray and rows ragged, the slices have the rows that the whole has."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "WINDOW_OCTETS", window)
        patch.setattr(cutting, "CHUNK_OCTETS", 2 * window)
        path = Path(folder, "rows.csv")
        path.write_bytes(f"id,text\n{body}".encode())
        try:
            whole = judge_whole(path, Path(folder, "whole.jsonl"))
        except BulkFileError:
            with pytest.raises(BulkFileError):
                judge_in_pieces(path, cut_file(path, pieces), ".jsonl")
            return
        outs, report = judge_in_pieces(path, cut_file(path, pieces), ".jsonl")
        rows = b"".join(out.read_bytes() for out in outs)
        assert rows == Path(folder, "whole.jsonl").read_bytes()
        assert report == whole


def test_a_large_file_is_cut_evenly(tmp_path: Path, kernel: ModuleType) -> None:
    """A slice is longer than its share by no more than a row."""
    assert kernel
    path = tmp_path / "rows.csv"
    path.write_text("id,text\n" + '1,"line\none, ""two"""\n' * 150_000, encoding="utf-8")
    slices = cut_file(path, 8)
    assert len(slices) == 8
    share = path.stat().st_size / 8
    assert all(abs(part.octets - share) < 30 for part in slices)
    assert [part.rows_before for part in slices[1:]] == [
        path.read_bytes()[: part.start].count(b'"""\n') for part in slices[1:]
    ]


@pytest.mark.usefixtures("kernel")
def test_what_is_replaced_and_may_change_adds_up_too(tmp_path: Path) -> None:
    """Savings, ranges and their reasons are those of the whole."""
    path = tmp_path / "rows.csv"
    texts = ["“" + "a" * 99, "STOP: %STOPNUM%", "plain", "%STOPNUM%" + "b" * 155]
    path.write_text(
        "to,text\n" + "".join(f"+33639980123,{text}\n" for text in texts * 20), encoding="utf-8"
    )
    options = {"deck": DECK, "at": DAY, "profile": "callr", "transliterate": ["standard"]}
    whole = validate_file(path, duplicates=False, **options)  # type: ignore[arg-type]
    runs = []
    for part in cut_file(path, 7):
        run = Run(duplicates=False, **options)  # type: ignore[arg-type]
        run.validate(path, part=part)
        runs.append(send(run))
    assert whole.low != whole.high
    assert whole.replaced is not None
    assert whole.replaced.rows == 20
    assert merge(runs) == whole


def judge_each(path: Path, pieces: int, **options: object) -> list[Run]:
    """Judge each slice by a run of its own."""
    runs = []
    for part in cut_file(path, pieces):
        runs.append(Run(duplicates=False, **options))  # type: ignore[arg-type]
        runs[-1].validate(path, part=part)
    return runs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a file of some rows."""
    path = tmp_path / "rows.csv"
    path.write_bytes(FILES["lf"][1])
    return path


def test_merging_refuses_what_is_not_the_whole(path: Path) -> None:
    """A slice that is missing, there twice, or judged otherwise is told, not left out."""
    runs = judge_each(path, 4)
    before = runs[0].report
    merge(runs)
    assert runs[0].report == before
    with pytest.raises(ValueError, match="of 4 slices these are missing: 2, 4"):
        merge([runs[0], runs[2]])
    with pytest.raises(ValueError, match="slice 3 is there more than once"):
        merge([*runs, runs[2]])
    with pytest.raises(ValueError, match="no runs"):
        merge([])
    with pytest.raises(ValueError, match="same cut"):
        merge([*runs[:3], judge_each(path, 5)[3]])
    with pytest.raises(ValueError, match="slice 4 of 4 was judged by other options"):
        merge([*runs[:3], judge_each(path, 4, max_parts=1)[3]])
    first, _ = judge_each(path, 2, deck=DECK, at=DAY)
    _, second = judge_each(path, 2, deck=DECK, at=date(2026, 6, 2))
    with pytest.raises(ValueError, match="the prices of another day"):
        merge([first, second])
    whole = Run(duplicates=False)
    whole.validate(path)
    with pytest.raises(ValueError, match="has judged one slice, and nothing else"):
        merge([whole])
    other = path.with_name("other.csv")
    other.write_bytes(path.read_bytes())
    with pytest.raises(ValueError, match="of another file"):
        merge([*runs[:3], judge_each(other, 4)[3]])


def test_a_run_that_failed_is_not_merged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of an attempt that failed are not counted twice without a word."""
    first, second = cut_file(path, 2)
    runs = [Run(duplicates=False), Run(duplicates=False)]
    runs[0].validate(path, part=first)

    def fail(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs[1].validate(path, part=second, progress=fail)
    monkeypatch.undo()
    runs[1].validate(path, part=second)
    with pytest.raises(ValueError, match="a run that had failed"):
        merge(runs)


def test_slices_refuse_what_would_be_missed(path: Path) -> None:
    """Duplicates are refused, and so is whatever a slice does not go with."""
    first, second = cut_file(path, 2)
    with pytest.raises(ValueError, match="duplicates=False"):
        validate_file(path, part=first)
    with pytest.raises(ValueError, match="say to cut_file"):
        validate_file(path, part=first, duplicates=False, delimiter=",")
    with path.open("rb") as file, pytest.raises(TypeError, match="by its path"):
        validate_file(file, part=first, duplicates=False)
    run = Run(duplicates=False)
    run.validate(path, part=first)
    with pytest.raises(ValueError, match="a run for each slice"):
        run.validate(path, part=second)
    with pytest.raises(ValueError, match="a run for each slice"):
        run.validate(path)
    with path.open("ab") as file:
        file.write(b"1,2,3\n")
    with pytest.raises(BulkFileError, match="cut it again"):
        validate_file(path, part=first, duplicates=False)


def test_a_slice_says_which_it_is(path: Path) -> None:
    """The report of a slice names it, and its rows are numbered as those of the file."""
    whole = validate_file(path, duplicates=False)
    slices = cut_file(path, 3)
    told: list[Progress] = []
    report = validate_file(path, duplicates=False, part=slices[1], progress=told.append)
    assert report.to_text().startswith(f"rows.csv, slice 2 of 3: {report.rows} rows\n")
    [source] = json.loads(report.to_json())["sources"]
    assert source["part"] == {
        "number": 2,
        "count": 3,
        "start": slices[1].start,
        "stop": slices[1].stop,
        "rows_before": slices[1].rows_before,
    }
    assert told[-1].octets == told[-1].total_octets == slices[1].octets
    first = report.first_rows[Problem.EMPTY_TEXT][0][1]
    assert slices[1].rows_before < first <= slices[2].rows_before
    assert "part" not in whole.to_dict()["sources"][0]  # type: ignore[index]


def test_no_text_is_pickled(path: Path) -> None:
    """A run that is sent to another process takes no row of the file with it."""
    [run] = judge_each(path, 1)
    pickled = pickle.dumps(run)
    assert not any(each.encode() in pickled for each in ("Hello", "7700900123", "comma"))


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        ("id,text\n1,a\n".encode("utf-16"), "a file in utf-16-le is not cut: save it as UTF-8"),
        (b'id,text\n1,a\n2,"b\n3,c\n', r"line 3: a quotation mark .* is never closed"),
        (b"", "it is empty"),
        (b"\n", "no header"),
    ],
)
def test_files_that_are_not_cut(
    tmp_path: Path, kernel: ModuleType, octets: bytes, fault: str
) -> None:
    """What cannot be cut is told before anything is judged."""
    assert kernel
    path = tmp_path / "rows.csv"
    path.write_bytes(octets)
    with pytest.raises(BulkFileError, match=fault):
        cut_file(path, 3)


def test_a_cell_without_an_end_is_not_read_to_the_end(tmp_path: Path) -> None:
    """A cell that no reader would take is refused where it is found, with its line."""
    path = tmp_path / "rows.csv"
    path.write_text('id,text\n1,a\n2,"b' + "c\n" * 3_000_000, encoding="utf-8")
    with pytest.raises(BulkFileError, match=r"line 3: .* is not closed in"):
        cut_file(path, 3)


@pytest.mark.parametrize("pieces", [0, -1, True, 2.0, 1 << 20])
def test_pieces_are_a_number(path: Path, pieces: int) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="pieces are a whole number"):
        cut_file(path, pieces)


PAGE = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
[PROGRAM] = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """The page's program, killed in the middle, leaves whole parts, and ends when run again."""
    rows = make_table(120_000)
    path = tmp_path / "campaign.csv"
    path.write_text(write_csv(rows, "\n"), encoding="utf-8", newline="")
    program = tmp_path / "in_pieces.py"
    program.write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "rates.csv").write_bytes(b"country,price,currency\nGB,0.04,GBP\n")
    command = [sys.executable, str(program)]
    parts = tmp_path / "parts"
    running = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
    try:
        until = time.monotonic() + 120
        while len(list(parts.glob("*.run"))) < 2:
            assert running.poll() is None
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    done = {each: each.stat().st_mtime_ns for each in parts.glob("*.run")}
    assert 2 <= len(done) < 24
    for each in parts.glob("part-*.parquet"):
        assert pq.read_metadata(each).num_rows > 0
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert {each: each.stat().st_mtime_ns for each in done} == done
    outs = sorted(parts.glob("part-*.parquet"))
    assert len(outs) == 24
    assert pq.read_table(list(map(str, outs)))["id"].to_pylist() == [row[0] for row in rows]
    deck = tmp_path / "rates.csv"
    whole = validate_file(path, deck=deck, at=date(2026, 1, 1), duplicates=False)
    assert again.stdout == whole.to_text() + "\n"


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("pieces", [1, 2, 4])
def test_no_row_begins_with_a_byte_order_mark(tmp_path: Path, pieces: int) -> None:
    """What looks like one behind the header is a character, at the beginning of a slice too."""
    path = tmp_path / "rows.csv"
    path.write_text("text,id\n" + "\ufeffHello,1\n" * 4, encoding="utf-8")
    outs, _ = judge_in_pieces(path, cut_file(path, pieces), ".jsonl")
    assert len(outs) == pieces
    rows = [json.loads(line) for out in outs for line in out.read_bytes().splitlines()]
    assert [row["text"] for row in rows] == ["\ufeffHello"] * 4
