"""The kernel in plain Python: the specification that the compiled one is held to.

texts.py     one text, or a list of them
shortcuts.py functions above the seam that a kernel may answer for
columns.py   columns of UTF-8 as Arrow lays them out
numbers.py   columns of phone numbers: what they belong to, and what they cost
bulk.py      octets and columns of message files, beside their measure

The law of this package: numbers in, numbers out. What its files have in common with the compiled
kernel is named here, once.
"""

from smscore._pure.bulk import (
    blame,
    close_ledger,
    count_breaks,
    find_keys,
    find_unsound,
    open_ledger,
    remember,
    search,
    watch_quotes,
)
from smscore._pure.columns import SIMD, SIMDS, measure_utf8, measure_views
from smscore._pure.numbers import (
    build_prefixes,
    find_rates,
    place_numerals,
    price_rates,
    read_utf8_numbers,
    read_view_numbers,
    spell_numerals,
)
from smscore._pure.shortcuts import hasten
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
    "blame",
    "build_prefixes",
    "choose",
    "close_ledger",
    "count_breaks",
    "cut",
    "decode",
    "encode",
    "find_keys",
    "find_rates",
    "find_unmapped",
    "find_unsound",
    "hasten",
    "measure",
    "measure_many",
    "measure_replaced",
    "measure_utf8",
    "measure_views",
    "open_ledger",
    "pack",
    "place_numerals",
    "price_rates",
    "read_utf8_numbers",
    "read_view_numbers",
    "remember",
    "replace",
    "search",
    "spell_numerals",
    "unpack",
    "watch_quotes",
]
