"""Ray Data: a Dataset of messages, quoted block by block.

The law of this file: a block depends on nothing but itself and the quoter, so a task may be tried
again, anywhere, and gives the same rows.
"""

from __future__ import annotations

from functools import partial
from typing import Unpack

import pyarrow as pa

from smscore.errors import MissingExtra

try:
    from ray.data import Dataset
except ModuleNotFoundError as error:
    if error.name not in {"ray", "ray.data"}:
        raise
    raise MissingExtra("ray", "ray", "quoting a Ray Dataset") from None

from smscore.adapters.quoter import Deck, QuoteOptions, Quoter


def quote(
    dataset: Dataset,
    deck: Deck | None = None,
    *,
    batch_size: int | None = None,
    **options: Unpack[QuoteOptions],
) -> Dataset:
    r"""Measure and price the messages of a Dataset: its columns come out, and six more.

    They are those of `smscore.bulk.quote_batch`, which also tells the options; without a deck
    nothing is priced. `batch_size` is how many rows are quoted at once, None a block, as it is.
    Raises what `Quoter.make` raises, before a task starts.

    >>> from datetime import date
    >>> import ray
    >>> from smscore import RateDeck
    >>> _ = ray.init(num_cpus=2, include_dashboard=False)
    >>> dataset = ray.data.from_arrow(pa.table({"to": ["+447700900123"], "text": ["Hello €"]}))
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quoted = quote(dataset, deck, at=date(2026, 1, 1))
    >>> quoted.select_columns(["alphabet", "parts", "price"]).take_all()
    [{'alphabet': 'gsm7', 'parts': 1, 'price': Decimal('0.040000000000')}]
    >>> ray.shutdown()
    """
    quoter = Quoter.make(dataset.columns() or [], deck, **options)
    return dataset.map_batches(
        partial(_extend_table, quoter), batch_format="pyarrow", batch_size=batch_size
    )


def _extend_table(quoter: Quoter, table: pa.Table) -> pa.Table:
    added = quoter.quote_table(table)
    for name, column in zip(added.column_names, added.columns, strict=True):
        table = table.append_column(name, column)
    return table
