"""Arrow columns in, measured and priced columns out.

The law of this file: what comes in comes out unchanged, with columns more; rows are judged as those
of files are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from os import PathLike

import pyarrow as pa

from smscore.bulk.annotations import append_annotation
from smscore.bulk.judging import Judge
from smscore.bulk.options import Options
from smscore.bulk.parquet_rows import check_types, make_rows
from smscore.coding import Boundary
from smscore.decks import RateDeck
from smscore.profiles import Profile

BATCH_NAME = "the batch"
"""What errors call a record batch, which has no name as a file has."""


def quote_batch(
    batch: pa.RecordBatch,
    *,
    deck: RateDeck | None = None,
    text_column: str | None = None,
    number_column: str | None = None,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | str | PathLike[str] | None = None,
    prefix: str = "",
) -> pa.RecordBatch:
    r"""Measure and price one Arrow record batch: the same columns come out, and six more.

    They are alphabet ("gsm7", "ucs2"), units, parts, price (decimal128, exact), currency and
    problem (a label of `Problem`, or null); where `languages`, or those of the `profile`, are
    allowed, a seventh is coding, such as "gsm7 with locking Turkish". The columns of texts and
    numbers are found by name, or named; without a deck nothing is priced. How texts are counted is
    said as to `smscore.measure`. Raises BulkFileError if the columns do not do, ProfileError,
    ValueError for an option that makes no sense. Duplicates are a matter of more than one batch:
    see `validate_batches`.

    >>> batch = pa.RecordBatch.from_pydict({"to": ["+447700900123"], "text": ["Hello €"]})
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quote_batch(batch, deck=deck, at=date(2026, 1, 1)).to_pylist()[0]["price"]
    Decimal('0.040000000000')
    """
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError(f"one record batch is needed, not {type(batch).__name__}")
    options = Options(
        deck=deck,
        text_column=text_column,
        number_column=number_column,
        at=at,
        region=region,
        max_parts=max_parts,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
        prefix=prefix,
    )
    columns = options.choice.find(batch.schema.names, BATCH_NAME)
    check_types(batch.schema, columns, BATCH_NAME)
    annotation = Judge(options.terms).judge(make_rows(batch, columns))
    schema = options.added.extend(batch.schema)
    return append_annotation(batch, annotation, schema, options.added.currency)
