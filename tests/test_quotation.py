"""Quotation marks in CSV: where one is left out, its row is known.

The law of this file: what is sound is what the csv module writes; what is astray is written out.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.bulk import csv_rows, quotation, validate_file
from smscore.bulk.quotation import QuotationCheck

cells = st.text('ab,"\n\r', max_size=6)


def strays_of(octets: bytes, size: int) -> list[int]:
    """List the rows that are astray, the octets passing so many at a time."""
    check = QuotationCheck(",")
    for start in range(0, len(octets), size):
        check.feed(octets[start : start + size])
    check.feed(b"")
    return list(check.strays)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(1, 12),
)
def test_what_is_written_soundly_is_sound(
    table: list[list[str]], end: str, quote_all: bool, size: int
) -> None:
    """Nothing that the csv module writes is astray, wherever the octets are parted."""
    written = io.StringIO()
    if quote_all:
        csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(table)
    else:
        csv.writer(written, lineterminator=end).writerows(table)
    assert strays_of(written.getvalue().encode(), size) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("octets", "rows"),
    [
        (b'a,"left out\nb,"c"\nd,e\n', [1]),
        (b'\n\r\na,b\n\n"c"d,e\n"f', [2, 3]),
        (b'a,"b""\n', [1]),
        (b'x"y,5" pipe\n', []),
        (b'1,"\n"\n', []),
        (b'"', [1]),
        (b'""', []),
        (b"", []),
    ],
)
def test_a_mark_left_out_is_known_by_its_row(octets: bytes, rows: list[int], size: int) -> None:
    """Rows count from 1, empty lines not, and a mark inside an unquoted cell is a character."""
    assert strays_of(octets, size) == rows


def test_one_row_is_astray_among_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far the parser has read ahead, the fault is in its row and in no other."""
    monkeypatch.setattr(csv_rows, "BLOCK_OCTETS", 4096)
    rows = [f'{n},"line one\nline ""two"" of {n}"\n' for n in range(20_000)]
    rows[10_000] = '10000,"left out\n10001,"Bob"\n'
    source = io.BytesIO(("id,text\n" + "".join(rows)).encode())
    report = validate_file(source, out=tmp_path / "out.jsonl")
    found = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert report.rows == len(rows)
    assert [row["id"] for row in found if row["problem"] is not None] == ["10000"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text('a",\r\n', max_size=8).map(str.encode), max_size=8),
    st.integers(1, 6),
)
def test_it_does_not_matter_how_octets_come(chunks: list[bytes], joined: int) -> None:
    """In any pieces, and however little of one is laid behind the last, the same is found."""
    whole = QuotationCheck(",")
    whole.feed(b"".join(chunks))
    if any(chunks):
        whole.feed(b"")
    check = QuotationCheck(",")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quotation, "JOINED_OCTETS", joined)
        for chunk in chunks:
            if chunk:
                check.feed(chunk)
        if any(chunks):
            check.feed(b"")
    assert list(check.strays) == list(whole.strays)
    assert check.stray_lines == whole.stray_lines
    assert (check.open_line, check.swallowed_lines) == (whole.open_line, whole.swallowed_lines)
