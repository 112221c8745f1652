"""pandas: every dtype that holds texts, and the index that went in.

The law of this file: answers are compared row for row with those of a single run.
"""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("pandas")

import pandas as pd
import pyarrow as pa
from adapting import DAY, DECK, judge, make_table

from smscore.adapters import pandas as adapter
from smscore.bulk import measure_column
from smscore.errors import BulkFileError

TABLE = make_table()
DTYPES = [
    object,
    "str",
    "string[python]",
    "string[pyarrow]",
    "category",
    pd.ArrowDtype(pa.string()),
]


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Give the rows with None for whatever pandas calls missing."""
    rows: list[dict[str, Any]] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_frame_is_quoted(dtype: Any) -> None:
    """Texts and numbers of any dtype get what a run says of each row; the index is kept."""
    frame = TABLE.to_pandas().astype({"phone": dtype, "message": dtype})
    frame.index = frame.index // 2 + 1000
    quoted = adapter.quote(frame, DECK, at=DAY)
    assert quoted.index.equals(frame.index)
    assert quoted["price"].dtype.pyarrow_dtype == pa.decimal128(38, 12)
    assert rows_of(quoted) == judge(TABLE)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_series_is_measured(dtype: Any) -> None:
    """A Series of any dtype gets what `measure_column` says, in its own order of index."""
    series = TABLE["message"].to_pandas().astype(dtype).sample(frac=1, random_state=1)
    measured = adapter.measure(series)
    assert measured.index.equals(series.index)
    assert rows_of(measured.sort_index()) == measure_column(TABLE["message"]).to_pylist()


def test_texts_in_arrow_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Series that lies in Arrow is measured where it lies."""
    array = pa.array(["Hello", "Привет"], pa.large_string())
    seen: list[Any] = []

    def measure(strings: Any) -> Any:
        seen.append(strings)
        return measure_column(strings)

    monkeypatch.setattr(adapter, "measure_column", measure)
    adapter.measure(pd.Series(array, dtype=pd.ArrowDtype(pa.large_string())))
    [column] = seen
    assert column.buffers()[2].address == array.buffers()[2].address


def test_half_a_character_is_a_problem_of_its_row() -> None:
    """It is told as it is in a file, and the other rows are measured; so it is in a frame."""
    series = pd.Series(["Hello", "caf\ud83d", None, float("nan")], dtype=object)
    assert rows_of(adapter.measure(series))[1]["problem"] == "lone_surrogate"
    assert [row["parts"] for row in rows_of(adapter.measure(series))] == [1, None, None, None]
    quoted = adapter.quote(pd.DataFrame({"text": series}))
    assert [row["problem"] for row in rows_of(quoted[["problem"]])][:2] == [None, "lone_surrogate"]


@pytest.mark.parametrize("cells", [["secret", 1], [1, "secret"], ["caf\ud83d", 1]])
def test_mixed_types_are_refused_without_showing_them(cells: list[object]) -> None:
    """A Series of texts and else is a TypeError that shows no cell."""
    with pytest.raises(TypeError, match="Series of strings") as caught:
        adapter.measure(pd.Series(cells, dtype=object))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_frames_that_are_odd() -> None:
    """Names need not be strings, nor different; numbers may be integers, but not floats."""
    frame = pd.DataFrame([[1, 2, "Hello", 2079460000]], columns=[5, 5, "text", "to"])
    quoted = adapter.quote(frame, DECK, at=DAY, region="GB")
    assert list(quoted.columns[:4]) == [5, 5, "text", "to"]
    assert quoted.loc[0, "currency"] == "GBP"
    with pytest.raises(BulkFileError, match="not phone numbers"):
        adapter.quote(frame.astype({"to": float}), DECK, at=DAY, region="GB")
    assert adapter.quote(frame.head(0), DECK, at=DAY).shape == (0, 10)
