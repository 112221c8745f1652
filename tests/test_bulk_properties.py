"""Any rows at all, in every format: one judgement, no exception, no row lost, bounded memory.

The law of this file: the rows are drawn, not chosen, and each property holds for all of them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore.bulk import Report, csv_rows, validate_batches, validate_file
from smscore.decks import RateDeck
from smscore.errors import BulkFileError

DAY = date(2026, 1, 1)
DECK = RateDeck.parse(
    b"country,prefix,price,currency,unit,reject\n"
    b"GB,,0.0123,EUR,part,\nUS,,0.5,EUR,message,\nFR,,,EUR,part,yes\n,4479,2,EUR,part,\n",
    "deck.csv",
)
ANNOTATIONS = ["alphabet", "units", "parts", "price", "currency", "problem"]

numbers = st.one_of(
    st.sampled_from([
        "+447700900123", "+44 7700 900123", "+447911123456", "+12025550101", "+33639980123",
        "+80012345678", "+999123", "07700 900123", "447700900123", "+", "", " ", "1E5", "nan",
    ]),
    st.text(max_size=20),
)  # fmt: skip
# Two halves side by side are one character to JSON, so they are drawn as one.
whole_texts = any_texts.map(
    lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
)
tables = st.lists(st.tuples(numbers, whole_texts), min_size=1, max_size=12)

Table = list[tuple[str, str]]
Annotations = list[tuple[object, ...]]


def spell(text: str) -> bytes:
    """Write a text in UTF-8, half a character as the three octets that some write for one."""
    return text.encode("utf-8", "surrogatepass")


def as_batch(table: Table) -> pa.RecordBatch:
    """Make a batch of a table; its texts are octets, as a string could not hold all of them."""
    columns = [[spell(cell) for cell in cells] for cells in zip(*table, strict=True)]
    arrays = [pa.array(cells, pa.binary()) for cells in columns]
    return pa.RecordBatch.from_arrays(arrays, names=["to", "text"])


def as_csv(table: Table) -> bytes:
    """Write a table as CSV."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("to", "text"), *table])
    return spell(written.getvalue())


def as_json_lines(table: Table) -> bytes:
    """Write a table as JSON Lines, by turns with escapes and without."""
    rows = [{"to": number, "text": text} for number, text in table]
    lines = [json.dumps(row, ensure_ascii=place % 2 == 0) for place, row in enumerate(rows)]
    return spell("\n".join(lines))


def as_parquet(table: Table) -> bytes:
    """Write a table as Parquet."""
    written = io.BytesIO()
    pq.write_table(pa.Table.from_batches([as_batch(table)]), written)
    return written.getvalue()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for the time of one example, as hypothesis shares pytest's."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def annotate(data: bytes, encoding: str | None = "utf-8") -> tuple[Annotations, Report]:
    """Validate octets as a file; give the six columns, and the report."""
    source = io.BytesIO(data)
    with folder() as place:
        out = place / "out.jsonl"
        report = validate_file(source, out=out, deck=DECK, at=DAY, max_parts=3, encoding=encoding)
        with out.open(encoding="utf-8", newline="\n") as lines:
            rows = [json.loads(line) for line in lines]
    for row in rows:
        row["price"] = row["price"] and Decimal(row["price"])
    return [tuple(row[name] for name in ANNOTATIONS) for row in rows], report


@pytest.mark.usefixtures("kernel")
@settings(max_examples=60, deadline=None)
@given(tables)
@example([("+447700900123", "a"), ("+44 7700 900123", "a"), ("+447911123456", "\0\r\n\x85\u2028")])
@example([("+447700900123", "\ud83d"), ("+447700900123", "\ude00"), ("\x00", "")])
def test_the_same_rows_are_judged_the_same_in_every_format(table: Table) -> None:
    """CSV, JSON Lines, Parquet and batches: six columns and a report, in all of them the same."""
    validation = validate_batches([as_batch(table)], deck=DECK, at=DAY, max_parts=3)
    [batch] = validation
    columns = batch.select(ANNOTATIONS).to_pydict()
    expected = list(zip(*columns.values(), strict=True))
    figures = validation.report.to_dict()
    for write in (as_csv, as_json_lines, as_parquet):
        found, report = annotate(write(table))
        assert found == expected
        assert report.to_dict() | {"sources": []} == figures | {"sources": []}


def test_half_a_character_in_a_number_is_judged_the_same_in_every_format() -> None:
    """Such a number is wrong; the text beside it is measured in any case."""
    table = [("+4477\ud83d", "Hello"), ("+447700900123", "Hello")]
    found = {str(annotate(write(table))[0]) for write in (as_csv, as_json_lines, as_parquet)}
    assert len(found) == 1


cells = st.text('ab,;"\n\r\té€', max_size=6)
ragged_tables = st.lists(
    st.one_of(st.lists(cells, min_size=3, max_size=3), st.lists(cells, min_size=1, max_size=5)),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(
    ragged_tables,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([64, 96, 256, 1 << 20]),
    st.sampled_from(["", '1,"', '"', '1,2,"', '1,2,"of Ann\n3,4,of Bob\n']),
)
@example([["a\r\nb" * 5, "\r\n" * 20, "c"]], "\r\n", 64, "")
@example([["1", "2", "\n"]], "\n", 1 << 20, "")
@example([["a" * 12, "b" * 12, "c" * 12]], "\n", 64, '1,2,"of Ann\n3,4,of Bob\n')
def test_csv_is_read_as_it_was_written_wherever_a_block_ends(
    table: list[list[str]], end: str, block: int, unclosed: str
) -> None:
    """At any size of a block, rows have their cells, and ragged and never closed ones their fault.

    One that is never closed and has other rows in it is the fault of the file.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows([["id", "text", "note"], *table])
    with folder() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "BLOCK_OCTETS", block)
        source = io.BytesIO((written.getvalue() + unclosed).encode())
        if unclosed.endswith("\n"):
            with pytest.raises(BulkFileError, match="never closed") as raised:
                validate_file(source, format="csv", encoding="utf-8")
            before = written.getvalue().replace("\r\n", "\n").replace("\r", "\n")
            assert raised.value.line == before.count("\n") + 1
            return
        validate_file(source, out=place / "out.jsonl", format="csv", encoding="utf-8")
        with (place / "out.jsonl").open(encoding="utf-8", newline="\n") as lines:
            found = [json.loads(line) for line in lines]
    faults = [row["problem"] == "malformed_row" for row in found]
    assert faults == [*(len(row) != 3 for row in table), *([True] if unclosed else [])]
    for row, expected in zip(found, table, strict=False):
        if len(expected) == 3:
            assert [row["id"], row["text"], row["note"]] == expected
        else:
            assert row["id"] == expected[0]


def test_a_quotation_mark_left_out_in_mid_file_is_a_fault() -> None:
    """A row that ran on into the next one, up to its first quotation mark, is not clean."""
    rows = '+447700900123,"Hello Ann\n+447700900124,"Hello Bob"\n+447700900125,"Hello Cleo"\n'
    found, _ = annotate(f"to,text\n{rows}".encode())
    assert found[0][-1] == "malformed_row"
    assert found[-1][-1] is None


def test_many_ragged_rows_among_as_many_good_ones_stop_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More ragged rows than may come in sequence are data, if good ones stand between them."""
    monkeypatch.setattr(csv_rows, "RAGGED_ROWS", 1000)
    report = validate_file(io.BytesIO(b"n,text\n" + b",a\nb\n" * 1500), encoding="utf-8")
    assert (report.rows, report.clean_rows) == (3000, 1500)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_units_of_any_script_are_known_or_refused(encoding: str) -> None:
    """Chinese in UTF-16 without a byte order mark is not read as some other text."""
    lines = ["text", *["今天晚上我们一起去吃饭好不好我在老地方等你不见不散哦哈哈"] * 100]
    try:
        report = validate_file(io.BytesIO("\n".join(lines).encode(encoding)))
    except BulkFileError:
        return
    assert report.rows == 100
    assert f"read as CSV, {encoding} (" in report.to_text()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "cp1252"]))
@example(b"x,\xe9,y\n", "utf-8")
@example(b"x", "utf-16-le")
@example(b'"\r\x00', "utf-8")
@example(b"\x00\r\x00", "utf-8")
def test_no_octets_in_csv_raise(octets: bytes, encoding: str) -> None:
    """Whatever follows the header, there is a row for each line of it, and a row before it.

    But for a quotation mark that swallows the rest, and zeros where no text has any: refused.
    """
    head = "to,text\r\n+447700900123,Hello\r\n".encode(encoding)
    refused = ""
    try:
        found, report = annotate(head + octets, encoding)
    except BulkFileError as refusal:
        refused = str(refusal)
    if refused:
        signs = {"quotation mark": '"'.encode(encoding), "zero octets": b"\0"}
        assert [sign for words, sign in signs.items() if words in refused and sign in octets]
        return
    assert found[0][:2] == ("gsm7", 5)
    assert report.rows == len(found)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(any_texts, inner)),
    max_leaves=5,
)
json_rows = st.dictionaries(st.sampled_from(["to", "text", "x", "é"]), json_values)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(json_rows, json_values, st.binary(max_size=30)), max_size=8))
@example([b"\xed\xa0\xbd", {"text": "\ud83d"}, {"x": "\ud83d", "text": "a"}])
@example([b'{"text": "\xed\xa0\xbd"}'])
def test_no_lines_in_json_lines_raise(lines: list[object]) -> None:
    """Whatever the lines are, all but the empty ones come out as JSON, and so do they as CSV."""
    spelled = [
        line if isinstance(line, bytes) else json.dumps(line, allow_nan=False).encode()
        for line in lines
        if isinstance(line, bytes) or ("NaN" not in json.dumps(line) and "inf" not in repr(line))
    ]
    data = b"\n".join([b'{"to": "", "text": "Hello", "x": 1}', *spelled])
    rows = [line for line in data.split(b"\n") if line.strip()]
    with folder() as place:
        for out in (place / "out.jsonl", place / "out.csv"):
            report = validate_file(
                io.BytesIO(data), out=out, deck=DECK, format="jsonl", encoding="utf-8"
            )
            assert report.rows == len(rows)
        with (place / "out.jsonl").open(encoding="utf-8", newline="\n") as written:
            assert next(json.loads(line) for line in written)["text"] == "Hello"


PEAK = """
import resource, sys
from pathlib import Path
from smscore.bulk import validate_file

with open(sys.argv[1], "rb") as file:
    is_json = file.read(1) == b"{"
report = validate_file(
    sys.argv[1], deck=sys.argv[2], out=sys.argv[3], format="jsonl" if is_json else "csv"
)
status = Path("/proc/self/status")
if status.exists():
    # The peak that getrusage tells is at least that of the process that started this one.
    [peak] = [line.split()[1] for line in status.read_text().splitlines() if "VmHWM" in line]
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(report.rows, int(peak) // 1024)
"""

GOOD_ROW = '+447700900{:03},"Hello {}, your table is booked – bring friends, or don’t"\n'
RAGGED_ROW = "+447700900{:03},Hello {}, your table is booked, bring your friends\n"


LONG_LINE = '{{"to": "+447700900{:03}", "text": "{}' + " and so on" * 1000 + '"}}\n'


@pytest.mark.skipif(os.name != "posix", reason="the peak of memory is asked of POSIX")
@pytest.mark.parametrize(
    ("row", "count"),
    [(GOOD_ROW, 300_000), (RAGGED_ROW, 100_000), (LONG_LINE, 20_000)],
    ids=["good rows", "ragged rows", "long lines"],
)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, row: str, count: int) -> None:
    """Hundreds of thousands of rows, or hundreds of megabytes of lines, take less than 400 MB."""
    with (tmp_path / "in.csv").open("w", encoding="utf-8") as file:
        file.write("" if row == LONG_LINE else "to,text\n")
        file.writelines(row.format(number % 1000, number) for number in range(count))
    (tmp_path / "deck.csv").write_bytes(b"country,price,currency\nGB,0.04,GBP\n")
    paths = [str(tmp_path / name) for name in ("in.csv", "deck.csv", "out.jsonl")]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *paths], capture_output=True, text=True, check=True
    )
    rows, megabytes = map(int, done.stdout.split())
    assert rows == count
    assert megabytes < 400
