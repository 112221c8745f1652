"""Spark: a DataFrame of messages, quoted by every executor.

The law of this file: a batch depends on nothing but itself and the quoter, so a task may be tried
again, anywhere, and gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Unpack

import pyarrow as pa

from smscore.errors import MissingExtra

try:
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
    from pyspark.sql.types import StructType
except ModuleNotFoundError as error:
    if error.name not in {"pyspark", "pyspark.sql"}:
        raise
    raise MissingExtra("pyspark", "spark", "quoting a Spark DataFrame") from None

from smscore.adapters.quoter import Deck, QuoteOptions, Quoter


def quote(frame: DataFrame, deck: Deck | None = None, **options: Unpack[QuoteOptions]) -> DataFrame:
    r"""Measure and price the messages of a DataFrame: its columns come out, and six more.

    They are those of `smscore.bulk.quote_batch`, which also tells the options; without a deck
    nothing is priced. smscore has to be installed where the executors run, with the extra `spark`;
    the deck goes there with the job. Raises what `Quoter.make` raises, before a job starts.

    >>> from datetime import date
    >>> from pyspark.sql import SparkSession
    >>> from smscore import RateDeck
    >>> spark = SparkSession.builder.master("local[2]").getOrCreate()
    >>> frame = spark.createDataFrame([("+447700900123", "Hello €")], ["phone", "message"])
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quoted = quote(frame, deck, at=date(2026, 1, 1))
    >>> quoted.select("alphabet", "units", "parts", "price").collect()
    [Row(alphabet='gsm7', units=8, parts=1, price=Decimal('0.040000000000'))]
    >>> spark.stop()
    """
    quoter = Quoter.make(frame.columns, deck, **options)
    # What a column's type forbids is told here rather than by a task.
    quoter.quote(pa.RecordBatch.from_pylist([], schema=to_arrow_schema(frame.schema)))
    added = from_arrow_schema(quoter.schema)
    schema = StructType([*frame.schema.fields, *added.fields])
    return frame.mapInArrow(partial(_extend_all, quoter), schema)


def _extend_all(quoter: Quoter, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return map(quoter.extend, batches)
