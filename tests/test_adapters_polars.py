"""Polars: every form of column, eager and lazy, and texts that are read where they lie.

The law of this file: answers are compared row for row with those of a single run.
"""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("polars")

import polars as pl
import pyarrow as pa
from adapting import DAY, DECK, judge, make_table

from smscore.adapters import polars as adapter
from smscore.bulk import measure_column
from smscore.errors import BulkFileError, ProfileError

TABLE = make_table()
FRAME = pl.DataFrame(TABLE)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("options", [{}, {"languages": ["tr"], "prefix": "x_"}], ids=str)
def test_a_frame_is_quoted(options: dict[str, Any], lazy: bool) -> None:
    """A frame, lazy or not, in one piece or in several, gets what a run says of each row."""
    frame = pl.concat([FRAME[:7], FRAME[7:]], rechunk=False)
    quoted = adapter.quote(frame.lazy() if lazy else frame, DECK, at=DAY, **options)
    assert isinstance(quoted, pl.LazyFrame) == lazy
    assert quoted.lazy().collect().to_dicts() == judge(TABLE, **options)
    assert quoted.collect_schema() == quoted.lazy().collect().schema


def test_a_lazy_frame_streams() -> None:
    """The streaming engine gives the same rows."""
    quoted = adapter.quote(FRAME.lazy(), DECK, at=DAY).collect(engine="streaming")
    assert quoted.to_dicts() == judge(TABLE)


def test_what_else_is_in_a_frame_stays_as_it_is() -> None:
    """Columns of other types are the very same, types that Arrow lacks among them."""
    frame = FRAME.head(3).with_columns(
        pl.Series("kind", ["a", "b", "a"], pl.Categorical),
        pl.Series("which", ["a", "b", "a"], pl.Enum(["a", "b"])),
        pl.Series("any", [object(), object(), object()], pl.Object),
    )
    quoted = adapter.quote(frame, DECK, at=DAY)
    assert quoted.schema.to_python() | {} == quoted.schema.to_python()
    assert [quoted.schema[name] for name in frame.columns] == frame.dtypes
    assert quoted["any"][0] is frame["any"][0]


def test_numbers_may_be_integers() -> None:
    """A number that is stored as an integer is its digits; one stored as a float is refused."""
    frame = pl.DataFrame({"to": [2079460000], "text": ["Hello"]})
    assert adapter.quote(frame, DECK, at=DAY, region="GB")["currency"].to_list() == ["GBP"]
    with pytest.raises(BulkFileError, match="not phone numbers"):
        adapter.quote(frame.cast({"to": pl.Float64}), DECK, at=DAY, region="GB")


def test_no_copy_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured lies where the texts lay before Polars had them, as views, in any slice."""
    views = pa.array(["Hello", "a text that is too long to lie in a view itself", None] * 50).cast(
        pa.string_view()
    )
    seen: list[Any] = []

    def measure(strings: Any, **options: Any) -> Any:
        seen.append(pa.chunked_array(strings))
        return measure_column(strings, **options)

    monkeypatch.setattr(adapter, "measure_column", measure)
    series = pl.Series("text", views)
    whole = adapter.measure(series)
    part = adapter.measure(series[10:20])
    assert part.to_list() == whole[10:20].to_list()
    addresses = [each and each.address for each in views.buffers()[1:]]
    for column in seen:
        assert column.type == pa.string_view()
        [chunk] = column.chunks
        views_at, texts_at = (each.address for each in chunk.buffers()[1:])
        assert texts_at == addresses[1]
        assert addresses[0] <= views_at + 16 * chunk.offset < addresses[0] + 16 * len(views)


def test_measure_takes_all_that_holds_texts() -> None:
    """A Series, an expression and a name give the same structs, of any type that holds texts."""
    expected = measure_column(TABLE["message"]).to_pylist()
    texts = FRAME["message"]
    assert adapter.measure(texts).to_list() == expected
    assert adapter.measure(texts.cast(pl.Categorical)).to_list() == expected
    for each in ("message", pl.col("message")):
        assert FRAME.select(adapter.measure(each)).to_series().to_list() == expected
        lazy = FRAME.lazy().select(adapter.measure(each))
        assert lazy.collect_schema() == lazy.collect().schema
    assert adapter.measure(pl.Series([], dtype=pl.String)).to_list() == []
    assert adapter.measure(pl.Series([None, None])).struct.field("parts").to_list() == [None, None]


def test_options_of_measure() -> None:
    """They are those of `measure_column`; languages, however they are listed, add the coding."""
    frame = pl.DataFrame({"text": ["ığş" * 40]})
    expression = adapter.measure("text", languages=iter(["tr"]))
    [row] = frame.select(expression).to_series().to_list()
    assert row["coding"] == "gsm7 with locking Turkish"
    with pytest.raises(ProfileError):
        adapter.measure("text", profile="nobody")
    with pytest.raises(TypeError, match="array of strings"):
        adapter.measure(pl.Series([1, 2]))
