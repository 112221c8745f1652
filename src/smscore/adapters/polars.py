"""Polars: texts measured where they lie, frames quoted, eager and lazy.

The law of this file: texts leave Polars as the views that they are, through the Arrow PyCapsule
interface, with no copy and no cast.
"""

from __future__ import annotations

from functools import partial
from typing import Unpack, overload

import pyarrow as pa

from smscore.errors import MissingExtra

try:
    import polars as pl
except ModuleNotFoundError as error:
    if error.name != "polars":
        raise
    raise MissingExtra("polars", "polars", "quoting a Polars frame") from None

from smscore.adapters.quoter import Deck, MeasureOptions, QuoteOptions, Quoter, as_plain
from smscore.bulk import measure_column


@overload
def measure(texts: pl.Series, **options: Unpack[MeasureOptions]) -> pl.Series: ...
@overload
def measure(texts: pl.Expr | str, **options: Unpack[MeasureOptions]) -> pl.Expr: ...
def measure(
    texts: pl.Series | pl.Expr | str, **options: Unpack[MeasureOptions]
) -> pl.Series | pl.Expr:
    """Measure texts: a struct of alphabet, units, parts and problem for each.

    A Series gives a Series; an expression, or the name of a column, gives an expression. Options
    and errors are those of `smscore.bulk.measure_column`.

    >>> frame = pl.DataFrame({"text": ["Hello", "Привет", None]})
    >>> frame.select(measure("text").struct.field("parts")).to_series().to_list()
    [1, 1, None]
    >>> measure(frame["text"]).struct.field("alphabet").to_list()
    ['gsm7', 'ucs2', None]
    """
    options["languages"] = tuple(options.get("languages", ()))
    if isinstance(texts, pl.Series):
        return _measure(options, texts)
    expression = pl.col(texts) if isinstance(texts, str) else texts
    kind = _measure(options, pl.Series(dtype=pl.String)).dtype
    return expression.map_batches(partial(_measure, options), kind, is_elementwise=True)


@overload
def quote(
    frame: pl.DataFrame, deck: Deck | None = None, **options: Unpack[QuoteOptions]
) -> pl.DataFrame: ...
@overload
def quote(
    frame: pl.LazyFrame, deck: Deck | None = None, **options: Unpack[QuoteOptions]
) -> pl.LazyFrame: ...
def quote(
    frame: pl.DataFrame | pl.LazyFrame, deck: Deck | None = None, **options: Unpack[QuoteOptions]
) -> pl.DataFrame | pl.LazyFrame:
    r"""Measure and price the messages of a frame: its columns come out, and six more.

    They are those of `smscore.bulk.quote_batch`, which also tells the options; without a deck
    nothing is priced. A lazy frame stays lazy, and may be streamed. Raises what `Quoter.make`
    raises.

    >>> from datetime import date
    >>> from smscore import RateDeck
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> frame = pl.DataFrame({"to": ["+447700900123"], "text": ["Hello €"]})
    >>> quote(frame, deck, at=date(2026, 1, 1)).item(0, "price")
    Decimal('0.040000000000')
    """
    schema = frame.collect_schema()
    quoter = Quoter.make(schema.names(), deck, **options)
    if isinstance(frame, pl.DataFrame):
        return _quote(quoter, frame)
    added = pl.DataFrame(quoter.schema.empty_table()).schema
    return frame.map_batches(partial(_quote, quoter), schema={**schema, **added}, streamable=True)


def _measure(options: MeasureOptions, texts: pl.Series) -> pl.Series:
    measured = as_plain(measure_column(_as_texts(texts), **options))
    return pl.Series(texts.name, measured.to_struct_array())


def _quote(quoter: Quoter, frame: pl.DataFrame) -> pl.DataFrame:
    read = pl.DataFrame([_as_texts(frame[name]) for name in quoter.read])
    return frame.hstack(pl.DataFrame(quoter.quote_table(pa.table(read))).get_columns())


def _as_texts(series: pl.Series) -> pl.Series:
    return series.cast(pl.String) if series.dtype in (pl.Categorical, pl.Enum) else series
