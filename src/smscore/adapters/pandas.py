"""pandas: a Series measured, a DataFrame quoted.

The law of this file: texts that lie in Arrow are taken where they lie, others are converted once;
what comes out is Arrow-backed, so that a price stays exact, and has the index of what went in.
"""

from __future__ import annotations

from typing import Unpack

import pyarrow as pa

from smscore.errors import MissingExtra

try:
    import pandas as pd
except ModuleNotFoundError as error:
    if error.name != "pandas":
        raise
    raise MissingExtra("pandas", "pandas", "quoting a pandas DataFrame") from None

from smscore.adapters.quoter import Deck, MeasureOptions, QuoteOptions, Quoter, as_plain
from smscore.bulk import measure_column


def measure(texts: pd.Series, **options: Unpack[MeasureOptions]) -> pd.DataFrame:
    """Measure a Series of texts: a DataFrame of alphabet, units, parts and problem.

    What pandas calls missing has no measure. Options and errors are those of
    `smscore.bulk.measure_column`.

    >>> measure(pd.Series(["Hello", "Привет", None], index=[7, 8, 9])).loc[8, "alphabet"]
    'ucs2'
    """
    measured = as_plain(measure_column(_as_arrow(texts), **options))
    return _as_frame(measured, texts.index)


def quote(
    frame: pd.DataFrame, deck: Deck | None = None, **options: Unpack[QuoteOptions]
) -> pd.DataFrame:
    r"""Measure and price the messages of a DataFrame: its columns come out, and six more.

    They are those of `smscore.bulk.quote_batch`, which also tells the options; without a deck
    nothing is priced. Raises what `Quoter.make` raises, TypeError for a column of mixed types.

    >>> from datetime import date
    >>> from smscore import RateDeck
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> frame = pd.DataFrame({"to": ["+447700900123"], "text": ["Hello €"]})
    >>> quote(frame, deck, at=date(2026, 1, 1)).loc[0, "price"]
    Decimal('0.040000000000')
    """
    names = list(map(str, frame.columns))
    quoter = Quoter.make(names, deck, **options)
    read = {name: _as_arrow(frame.iloc[:, names.index(name)]) for name in quoter.read}
    added = _as_frame(quoter.quote_table(pa.table(read)), frame.index)
    return pd.concat([frame, added], axis="columns")


def _as_arrow(series: pd.Series) -> pa.Array | pa.ChunkedArray:
    try:
        try:
            return pa.array(series, from_pandas=True)
        except UnicodeEncodeError:
            # Half a character is a problem of its row, and its octets tell it.
            return pa.array(series.map(_encode), pa.binary(), from_pandas=True)
    except pa.ArrowException:
        # pyarrow's own words would show a cell.
        raise TypeError("a Series of strings is needed: it holds values of other types") from None


def _encode(text: object) -> object:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _as_frame(columns: pa.RecordBatch | pa.Table, index: pd.Index) -> pd.DataFrame:
    return columns.to_pandas(types_mapper=pd.ArrowDtype).set_axis(index)
