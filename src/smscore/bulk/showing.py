"""The values of any Arrow column, as text formats can hold them.

The law of this file: what is shown is the value, to its last digit, or the column is refused; no
value is left out or shortened.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa

from smscore.bulk.transcoding import decode_cell
from smscore.errors import BulkFileError
from smscore.money import format_amount

_OUT_OF_RANGE = "<value out of range"
"""What Arrow writes for a time that no calendar of its own has."""

Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None


def show_values(column: pa.Array, name: str) -> list[Value]:
    r"""Give the values of a column as JSON has them; BulkFileError if it cannot have them.

    Decimals, times and octets are strings, octets that are not UTF-8 as escapes in them.

    >>> show_values(pa.array([b"a", b"\xff", None]), "note")
    ['a', '\\xff', None]
    """
    kind = column.type
    try:
        if pa.types.is_dictionary(kind):
            return show_values(column.dictionary_decode(), name)
        if _is_octets(kind):
            return [None if cell is None else decode_cell(cell)[0] for cell in octets_of(column)]
        if pa.types.is_temporal(kind):
            # Python's own times end at microseconds.
            column = column.cast(pa.string())
            if any(cell.is_valid and cell.as_py().startswith(_OUT_OF_RANGE) for cell in column):
                raise ValueError
        return [_show(value) for value in column.to_pylist()]
    except (ValueError, TypeError, ImportError, OverflowError, pa.ArrowException):
        raise BulkFileError(
            f"column {name!r}", f"its values, of type {kind}, can be written to Parquet only"
        ) from None


def show_cell(value: Value) -> str | None:
    """Give a value as a cell of CSV: a string as it is, another as JSON spells it.

    >>> show_cell([1, "a"]), show_cell(True), show_cell("x"), show_cell(None)
    ('[1, "a"]', 'true', 'x', None)
    """
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def octets_of(column: pa.Array) -> list[bytes | None]:
    """Give the octets of each value of a column of strings or octets."""
    return [cell.as_buffer().to_pybytes() if cell.is_valid else None for cell in column]


def _is_octets(kind: pa.DataType) -> bool:
    checks: tuple[Callable[[pa.DataType], bool], ...] = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_binary_view,
        pa.types.is_fixed_size_binary,
    )
    return any(check(kind) for check in checks)


def _show(value: Any) -> Value:  # noqa: ANN401  # whatever Arrow gives
    if isinstance(value, (list, tuple)):
        return [_show(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _show(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return decode_cell(value)[0]
    if isinstance(value, Decimal):
        return format_amount(value)
    # JSON has no infinities and no NaN.
    plain = (
        value is None
        or isinstance(value, (str, int))
        or (isinstance(value, float) and math.isfinite(value))
    )
    shown: Value = value if plain else str(value)
    return shown
