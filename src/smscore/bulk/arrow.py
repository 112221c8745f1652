"""Arrow's functions on columns, as `pc`.

The law of this file: they are pyarrow's own. pyarrow makes them when it is loaded, so that no
checker of types knows their names.
"""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute


def octets_of_numbers(column: pyarrow.Array) -> pyarrow.Buffer | bytes:
    """Give the octets of a column of numbers, where they lie, those of its slice alone."""
    held = column.buffers()[1]
    if held is None:
        return b""
    size = column.type.bit_width // 8
    return held.slice(column.offset * size, len(column) * size)
