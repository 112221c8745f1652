"""DuckDB: functions of SQL that measure and price messages.

The law of this file: a function takes whole vectors, as Arrow, and a null has its answer like
every other value.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any, Unpack

import pyarrow as pa

from smscore.errors import MissingExtra

try:
    import duckdb
except ModuleNotFoundError as error:
    if error.name != "duckdb":
        raise
    raise MissingExtra("duckdb", "duckdb", "quoting in DuckDB") from None

from smscore.adapters.quoter import Deck, MeasureOptions, Quoter, as_plain
from smscore.bulk import measure_column

# Strings are taken by every version; what the enumerations are called differs.
_WAY: Any = {"type": "arrow", "null_handling": "special"}
_TYPES = {pa.string(): "VARCHAR", pa.int32(): "INTEGER", pa.decimal128(38, 12): "DECIMAL(38,12)"}


def register(
    connection: duckdb.DuckDBPyConnection,
    deck: Deck | None = None,
    *,
    at: date | datetime | None = None,
    region: str | None = None,
    max_parts: int | None = None,
    **options: Unpack[MeasureOptions],
) -> None:
    r"""Give a connection the functions, in place of those that an earlier call gave it.

    `sms_alphabet(text)`, `sms_units(text)`, `sms_parts(text)` and `sms_measure(text)`, a struct of
    all three and the problem. With a deck also `sms_price(text, number)` and
    `sms_quote(text, number)`, a struct of the columns of `smscore.bulk.quote_batch`, which also
    tells the options. Raises what `Quoter.make` raises.

    >>> from datetime import date
    >>> from smscore import RateDeck
    >>> connection = duckdb.connect()
    >>> deck = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
    >>> register(connection, deck, at=date(2026, 1, 1))
    >>> query = "select sms_parts(t), sms_price(t, '+447700900123') from (select 'Hello €' as t)"
    >>> connection.sql(query).fetchall()
    [(1, Decimal('0.040000000000'))]
    """
    options["languages"] = tuple(options.get("languages", ()))
    measured = _measure(options, None, pa.chunked_array([], pa.string())).type
    for name in ("alphabet", "units", "parts"):
        _create(connection, name, partial(_measure, options, name), measured.field(name).type, 1)
    _create(connection, "measure", partial(_measure, options, None), measured, 1)
    if deck is not None:
        quoter = Quoter.make(
            ["text", "number"], deck, at=at, region=region, max_parts=max_parts, **options
        )
        quoted = pa.struct(list(quoter.schema))
        price = quoted.field("price").type
        _create(connection, "price", partial(_quote, quoter, "price"), price, 2)
        _create(connection, "quote", partial(_quote, quoter, None), quoted, 2)


def _create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., pa.Array],
    kind: pa.DataType,
    count: int,
) -> None:
    name, taken = f"sms_{name}", list[Any](["VARCHAR"] * count)
    with suppress(duckdb.InvalidInputException):
        connection.remove_function(name)
    connection.create_function(name, function, taken, _spell(kind), **_WAY)


def _spell(kind: pa.DataType) -> str:
    if not pa.types.is_struct(kind):
        return _TYPES[kind]
    return f"STRUCT({', '.join(f'{each.name} {_TYPES[each.type]}' for each in kind)})"


def _measure(options: MeasureOptions, name: str | None, texts: pa.ChunkedArray) -> pa.Array:
    measured = measure_column(texts, **options)
    return _pick(as_plain(measured if name is None else measured.select([name])), name)


def _quote(
    quoter: Quoter, name: str | None, texts: pa.ChunkedArray, numbers: pa.ChunkedArray
) -> pa.Array:
    batch = pa.record_batch(
        [texts.combine_chunks(), numbers.combine_chunks()], names=["text", "number"]
    )
    return _pick(quoter.quote(batch), name)


def _pick(batch: pa.RecordBatch, name: str | None) -> pa.Array:
    return batch.to_struct_array() if name is None else batch.column(name)
