"""The kernel in plain Python: the specification that the compiled one is held to.

texts.py     one text, or a list of them
columns.py   columns of UTF-8 as Arrow lays them out

The law of this package: numbers in, numbers out. What its files have in common with the compiled
kernel is named here, once.
"""

from smscore._pure.columns import SIMD, SIMDS, measure_utf8, measure_views
from smscore._pure.texts import (
    NAME,
    choose,
    cut,
    decode,
    encode,
    find_unmapped,
    measure,
    measure_many,
    measure_replaced,
    pack,
    replace,
    unpack,
)

__all__ = [
    "NAME",
    "SIMD",
    "SIMDS",
    "choose",
    "cut",
    "decode",
    "encode",
    "find_unmapped",
    "measure",
    "measure_many",
    "measure_replaced",
    "measure_utf8",
    "measure_views",
    "pack",
    "replace",
    "unpack",
]
