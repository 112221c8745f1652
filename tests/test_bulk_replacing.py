"""Replacing characters in the texts of a file, and what that would save.

The law of this file: parts follow from the capacities 160, 153, 70 and 67, and money from the deck;
a row of a file is what `transliterate` makes of its text.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.bulk import Report, validate_batches, validate_file
from smscore.cli.app import smscore
from smscore.decks import RateDeck
from smscore.measuring import count_parts
from smscore.replacement import CLASSES
from smscore.transliteration import transliterate

DAY = date(2026, 6, 1)
GB, FR = "+447700900123", "+33639980123"
DECK = RateDeck.parse(b"country,price,currency\nGB,0.04,EUR\nFR,0.07,EUR\n", "deck.csv")

QUOTED = "“" + "a" * 79  # 80 characters: two parts of UCS-2, one of GSM 7 bit
SHORT = "“Hi”"
ACCENTED = "ś" + "a" * 139  # 140: three parts of UCS-2, one without the accent
CYRILLIC = "ж" * 71  # two parts of UCS-2
ROWS = [(GB, QUOTED), (GB, SHORT), (FR, ACCENTED), (FR, QUOTED), ("none", QUOTED), (GB, "")]


def file_of(rows: list[tuple[str, str]]) -> io.BytesIO:
    """Write rows of a number and a text as CSV."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("to", "text"), *rows])
    return io.BytesIO(written.getvalue().encode())


def report_of(
    rows: list[tuple[str, str]],
    **options: Any,  # those of the function
) -> Report:
    """Validate rows as a file."""
    chosen = {"deck": DECK, "at": DAY, "format": "csv", "encoding": "utf-8", **options}
    return validate_file(file_of(rows), **chosen)


def rows_of(rows: list[tuple[str, str]], folder: Path, **options: Any) -> list[dict[str, Any]]:
    """Give the annotated rows of a file."""
    out = folder / "out.jsonl"
    report_of(rows, out=out, **options)
    with out.open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.usefixtures("kernel")
def test_rows_are_replaced_counted_and_priced_so(tmp_path: Path) -> None:
    """80 characters with a curly quotation mark take one part with a straight one; others stay."""
    found = rows_of(ROWS, tmp_path, transliterate=["standard"])
    assert [row["text_sent"] for row in found] == [
        '"' + "a" * 79,
        SHORT,
        ACCENTED,
        '"' + "a" * 79,
        '"' + "a" * 79,
        "",
    ]
    assert [row["text"] for row in found] == [text for _, text in ROWS]
    assert [row["parts"] for row in found] == [1, 1, 3, 1, 1, 1]
    assert [row["units"] for row in found] == [80, 4, 140, 80, 80, 0]
    assert [row["alphabet"] for row in found] == ["gsm7", "ucs2", "ucs2", "gsm7", "gsm7", "gsm7"]
    assert [row["price"] for row in found] == ["0.04", "0.04", "0.21", "0.07", None, "0.04"]


@pytest.mark.usefixtures("kernel")
def test_the_report_says_what_was_saved() -> None:
    """Three rows save a part each, of which two have a price: 0.04 and 0.07."""
    report = report_of(ROWS, transliterate=["standard"])
    assert report.replaced is not None
    told = (report.replaced.names, report.replaced.rows, report.replaced.parts)
    assert told == (("standard",), 3, 3)
    assert report.replaced.cost == Decimal("0.11")
    assert report.total == Decimal("0.40")
    line = "Replaced    standard: 3 rows changed, 3 parts and 0.11 EUR saved"
    assert line in report.to_text().splitlines()
    assert report.to_dict()["replaced"] == {
        "names": ["standard"],
        "rows": 3,
        "parts_saved": 3,
        "cost_saved": "0.11",
    }
    without = report_of(ROWS[:1], transliterate=["standard"], deck=None, at=None)
    assert "Replaced    standard: 1 row changed, 1 part saved" in without.to_text().splitlines()


def test_nothing_is_replaced_unless_it_is_asked(tmp_path: Path) -> None:
    """Without the option there is neither the column nor the line."""
    assert "text_sent" not in rows_of(ROWS, tmp_path)[0]
    report = report_of(ROWS)
    assert (report.replaced, report.what_if) == (None, None)
    assert (report.to_dict()["replaced"], report.to_dict()["what_if"]) == (None, None)
    assert "Replaced" not in report.to_text()
    assert "would save (each class" not in report.to_text()


def test_characters_are_those_of_the_texts_that_are_sent() -> None:
    """What was replaced costs nothing any more."""
    report = report_of([(GB, QUOTED), (GB, ACCENTED)], transliterate=["typographic"])
    assert [each.character for each in report.characters] == ["ś"]


def test_a_duplicate_is_one_of_texts_as_they_are_sent() -> None:
    """Two texts that differ only in what is replaced reach the phone as the same."""
    rows = [(GB, QUOTED), (GB, '"' + "a" * 79)]
    assert report_of(rows).clean_rows == 2
    assert report_of(rows, transliterate=["standard"]).clean_rows == 1


def test_what_cannot_be_read_or_measured_is_not_replaced(tmp_path: Path) -> None:
    """A row with a fault of its own keeps it, and has no text to send."""
    data = b'text,to\n"\xe2\x80\x9c' + b"a" * 79 + b'",+447700900123,more\n\xff\xff,x\n'
    out = tmp_path / "out.jsonl"
    validate_file(io.BytesIO(data), out=out, encoding="utf-8", transliterate=["standard"])
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["problem"], row["parts"], row["text_sent"]) for row in found] == [
        ("malformed_row", None, None),
        ("undecodable_text", None, None),
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_every_format_has_the_texts(tmp_path: Path, suffix: str) -> None:
    """The column stands last, behind the coding where there is one, its prefix before it."""
    out = tmp_path / f"out{suffix}"
    report_of(ROWS, out=out, transliterate=["standard"], languages=[1], prefix="sms_")
    if suffix == ".parquet":
        found = pq.read_table(out).to_pylist()
    elif suffix == ".csv":
        with out.open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
    else:
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert list(found[0])[-2:] == ["sms_coding", "sms_text_sent"]
    assert found[0]["sms_text_sent"] == '"' + "a" * 79
    assert found[0]["sms_coding"] == "gsm7"


def test_batches_are_replaced_too() -> None:
    """A stream of batches has the column and the report of a file."""
    batch = pa.RecordBatch.from_pydict({"to": [GB, GB], "text": [QUOTED, SHORT]})
    validation = validate_batches([batch], transliterate=["standard"], what_if=True)
    assert validation.schema.names[-1] == "text_sent"
    assert next(iter(validation)).column("text_sent").to_pylist() == ['"' + "a" * 79, SHORT]


def test_a_profile_decides_what_saves_a_part(tmp_path: Path) -> None:
    """Where all is sent in UCS-2, straightening a mark saves nothing, and nothing is changed."""
    path = tmp_path / "wide.toml"
    path.write_text('title = "Wide"\nalphabet = "ucs2"\n', encoding="utf-8")
    [found] = rows_of([(GB, QUOTED)], tmp_path, profile=path, transliterate=["standard"])
    assert (found["text_sent"], found["parts"]) == (QUOTED, 2)


@pytest.mark.usefixtures("kernel")
def test_what_each_class_would_save() -> None:
    """Classes add up: what the mark saves, then the accents too, then the letters of a script."""
    rows = [(GB, QUOTED), (FR, ACCENTED), (GB, CYRILLIC), (GB, SHORT)]
    report = report_of(rows, what_if=True)
    assert report.what_if is not None
    told = [(each.names, each.rows, each.parts, each.cost) for each in report.what_if]
    assert told[:3] == [
        (("invisible",), 0, 0, Decimal(0)),
        (("typographic",), 1, 1, Decimal("0.04")),
        (("accent",), 2, 3, Decimal("0.18")),
    ]
    assert [each.names for each in report.what_if[3:]] == [("script",), ("lossy",)]
    line = "accent               2         3            0.18"
    assert line in report.to_text().splitlines()
    # Nothing was changed.
    assert (report.total_parts, report.replaced) == (8, None)


letters = st.text("aé“”ś\u200b…жΑ\n€", min_size=30, max_size=170)


@settings(max_examples=40, deadline=None)
@given(st.lists(letters, min_size=1, max_size=4))
def test_each_row_is_what_transliterate_makes_of_its_text(texts: list[str]) -> None:
    """The parts saved, asked for or tried, are those of `transliterate`, class by class."""
    rows = [(GB, text) for text in texts]
    report = report_of(rows, what_if=True, duplicates=False)
    assert report.what_if is not None
    for place, saving in enumerate(report.what_if):
        classes = [each.value for each in CLASSES[: place + 1]]
        told = [transliterate(text, classes=classes) for text in texts]
        assert saving.parts == sum(each.parts_saved for each in told)
        asked = report_of(rows, transliterate=classes, duplicates=False)
        assert asked.replaced is not None
        assert (asked.replaced.rows, asked.replaced.parts, asked.replaced.cost) == (
            saving.rows,
            saving.parts,
            saving.cost,
        )
        assert asked.total_parts == sum(count_parts(each.text) for each in told)


@pytest.mark.parametrize(
    ("names", "error", "says"),
    [
        ("standard", TypeError, "a sequence of names"),
        (["cheap"], ValueError, "'cheap' is no table, class or scheme"),
        (["twilio", "accent"], ValueError, "twilio is a table of its own"),
    ],
)
def test_a_name_of_nothing_is_refused(names: Any, error: type[Exception], says: str) -> None:
    """What can be replaced is named in a list, and twilio's table goes with nothing else."""
    with pytest.raises(error, match=says):
        report_of(ROWS, transliterate=names)


def test_the_command_replaces_too(tmp_path: Path, kernel: ModuleType) -> None:
    """`--transliterate` may be given several times, and `--what-if` lists the classes."""
    assert kernel
    path = tmp_path / "in.csv"
    path.write_bytes(file_of([(GB, QUOTED), (GB, CYRILLIC)]).getvalue())
    base = ["validate", str(path), "--transliterate", "typographic"]
    told = CliRunner().invoke(smscore, [*base, "--transliterate", "russian", "--what-if"])
    line = "Replaced    typographic, russian: 2 rows changed, 2 parts saved"
    assert line in told.output.splitlines()
    assert told.exit_code == 0
    refused = CliRunner().invoke(smscore, [*base, "--transliterate", "twilio"])
    assert refused.exit_code == 2
    assert "twilio is a table of its own" in refused.output
