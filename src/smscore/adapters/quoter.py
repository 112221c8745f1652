"""One quotation of record batches, as every engine runs it: made once, sent to workers, run there.

The law of this file: what two machines could see differently (a path, today's date) is settled
where the quoter is made, and so is every fault of the options. What a worker has unpickled once, it
keeps: the deck is made ready for lookup once in each process, however many tasks run there.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from os import PathLike
from typing import TypedDict, Unpack

import pyarrow as pa

from smscore.bulk import quote_batch
from smscore.bulk.options import Options
from smscore.coding import Boundary
from smscore.decks import RateDeck
from smscore.profiles import Profile, find_profile

Deck = RateDeck | str | PathLike[str]
"""A rate deck, or the path of one."""

FRAME_NAME = "the frame"
"""What errors call the data of an engine, which has no name as a file has."""


class MeasureOptions(TypedDict, total=False):
    """How texts are counted; the meaning is told by `smscore.measure`."""

    languages: Iterable[int | str]
    reference_bits: int | None
    boundary: Boundary | None
    profile: Profile | str | PathLike[str] | None


class QuoteOptions(MeasureOptions, total=False):
    """What rows are priced by and held against; the meaning is told by `quote_batch`."""

    text_column: str | None
    number_column: str | None
    at: date | datetime | None
    region: str | None
    max_parts: int | None
    prefix: str


@dataclass(frozen=True, slots=True)
class Quoter:
    r"""Quotes batches of the columns that it was made for; may be pickled.

    `schema` has the columns that are added: those of `quote_batch`, with labels as plain strings,
    because not every engine has Arrow's dictionaries.

    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> quoter = Quoter.make(["to", "text"], deck, at=date(2026, 1, 1))
    >>> quoter.read, quoter.schema.names[:4]
    (('text', 'to'), ['alphabet', 'units', 'parts', 'price'])
    >>> batch = pa.record_batch({"to": ["+447700900123"], "text": ["Hello"]})
    >>> quoter.quote(batch).to_pylist()[0]["price"], pickle.loads(pickle.dumps(quoter)) == quoter
    (Decimal('0.040000000000'), True)
    """

    deck: RateDeck | None
    read: tuple[str, ...]
    schema: pa.Schema = field(repr=False)
    options: QuoteOptions = field(repr=False)

    @classmethod
    def make(
        cls, names: Sequence[str], deck: Deck | None = None, **options: Unpack[QuoteOptions]
    ) -> Quoter:
        """Settle the options for data with columns of these names.

        Raises BulkFileError if the columns do not do, DeckError, ProfileError, ValueError for an
        option that makes no sense, OSError if a deck or a profile cannot be opened.
        """
        options["languages"] = tuple(options.get("languages", ()))
        if (profile := options.get("profile")) is not None:
            options["profile"] = find_profile(profile)
        checked = Options(deck=deck, **options)
        columns = checked.choice.find(names, FRAME_NAME)
        options["at"] = checked.terms.day
        options["text_column"] = columns.text_name
        options["number_column"] = columns.number_name
        read = (columns.text_name, *([columns.number_name] if columns.number_name else []))
        added = checked.added.extend(pa.schema([]))
        return cls(checked.terms.deck, read, pa.schema(map(_as_plain, added)), options)

    def quote(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the added columns alone; BulkFileError if a column is not of text or of numbers."""
        quoted = quote_batch(batch.select(self.read), deck=self.deck, **self.options)
        return pa.RecordBatch.from_arrays(
            list(map(_decode, quoted.columns[len(self.read) :])), schema=self.schema
        )

    def extend(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the batch's columns, and the added ones behind them."""
        columns = [*batch.columns, *self.quote(batch).columns]
        return pa.RecordBatch.from_arrays(columns, schema=pa.schema([*batch.schema, *self.schema]))

    def quote_table(self, table: pa.Table) -> pa.Table:
        """Give the added columns of a table, batch by batch of it."""
        batches = map(self.quote, table.select(self.read).to_batches())
        return pa.Table.from_batches(batches, schema=self.schema)

    def __reduce__(self) -> tuple[object, ...]:
        """Leave out what the deck has made ready: it is made again where it is used."""
        deck = self.deck
        if deck is not None:
            deck = RateDeck(deck.name, deck.sha256, deck.rates)
        return _restore, (pickle.dumps((deck, self.read, self.schema, self.options)),)


@lru_cache(maxsize=8)
def _restore(octets: bytes) -> Quoter:
    return Quoter(*pickle.loads(octets))  # noqa: S301  # they were inside a pickle already


def as_plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give a batch with plain strings for labels.

    >>> as_plain(pa.record_batch({"problem": pa.array(["x"]).dictionary_encode()})).schema.types
    [DataType(string)]
    """
    schema = pa.schema(map(_as_plain, batch.schema))
    return pa.RecordBatch.from_arrays(list(map(_decode, batch.columns)), schema=schema)


def _as_plain(each: pa.Field) -> pa.Field:
    return each.with_type(each.type.value_type) if pa.types.is_dictionary(each.type) else each


def _decode(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
