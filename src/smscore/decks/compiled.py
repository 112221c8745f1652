"""A rate table compiled to flat arrays, in which a whole column of numbers is looked up at once.

The law of this file: `RateTable.find` says which rate a number has, and a compiled table says the
same of every number. It is made once of a table and never changed.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from smscore import _kernel
from smscore.decks.rate import Rate
from smscore.numbering_plan import PLACES, place_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_NOTHING = -1
_INHERIT = -(2**31)
_MOST_DIGITS = 15

Prefixes: TypeAlias = Mapping[str, Mapping[str | None, Rate]]
"""The rates of each prefix, by the country that they name, None if they name none."""


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """The rates of a table by number, and the tables in which columns are looked up.

    A rate is known by its place in `rates`, a country by its place in `PLACES`.
    """

    rates: tuple[Rate, ...] = field(repr=False)
    tables: tuple[bytes, bytes, bytes] = field(repr=False)
    fallbacks: bytes = field(repr=False)

    def find(
        self, numerals: ReadableBuffer, places: ReadableBuffer | None, found: WriteableBuffer
    ) -> None:
        """Find the rate of each numeral and place: signed 32-bit integers, -1 where there is none.

        `numerals` and `places` are those of `smscore._kernel`, 64 and 16 bits each; without places
        no number is of a country. Raises ValueError for buffers that are not of one length.
        """
        _kernel.find_rates(numerals, places, self.tables, self.fallbacks, found)


def compile_rates(
    prefixes: Prefixes, countries: Mapping[str, Rate], default: Rate | None
) -> CompiledTable:
    """Compile the rates of prefixes, of countries, and the default.

    >>> table = compile_rates({}, {}, None)
    >>> found = array("i", [0])
    >>> table.find(array("Q", [0x33612345678AAAAB]), None, found)
    >>> found[0]
    -1
    """
    if not _are_numbers(prefixes):
        prefixes = {prefix: prefixes[prefix] for prefix in prefixes if _are_numbers([prefix])}
    entries = array("i", range(len(prefixes)))
    chains = array("i")
    alone = [named.get(None) for named in prefixes.values()]
    rates = [rate for rate in alone if rate is not None]
    # Most decks name a country or a prefix: then the rates are those of the prefixes in turn.
    if len(rates) < len(alone) or sum(map(len, prefixes.values())) > len(alone):
        rates = [next(iter(named.values())) for named in prefixes.values()]
        for place, named in enumerate(prefixes.values()):
            if len(named) > 1 or None not in named:
                entries[place] = -2 - (len(chains) | 1)
                _link(named, rates, chains)
    fallbacks = array("i", [_NOTHING] * (len(PLACES) + 1))
    if default is not None:
        fallbacks = array("i", [len(rates)] * len(fallbacks))
        rates.append(default)
    for place, rate in _place(countries.items()):
        fallbacks[place + 1] = len(rates)
        rates.append(rate)
    text = "\n".join(("", *prefixes)).encode()
    tables = _kernel.build_prefixes(text, entries, chains)
    return CompiledTable(tuple(rates), tables, fallbacks.tobytes())


def _are_numbers(prefixes: Collection[str]) -> bool:
    """Tell whether all of these can begin a phone number."""
    digits = "".join(prefixes) or "0"
    lengths = {len(prefix) for prefix in prefixes} or {1}
    return (
        digits.isascii() and digits.isdigit() and min(lengths) > 0 and max(lengths) <= _MOST_DIGITS
    )


def _link(named: Mapping[str | None, Rate], rates: list[Rate], chains: array[int]) -> None:
    """Chain the rates of one prefix: of each country, then that of all others."""
    for place, rate in _place(named.items()):
        chains.extend((place, len(rates)))
        rates.append(rate)
    if None in named:
        chains.extend((_NOTHING, len(rates)))
        rates.append(named[None])
    else:
        chains.extend((_NOTHING, _INHERIT))


def _place(rates: Iterable[tuple[str | None, Rate]]) -> Iterable[tuple[int, Rate]]:
    """Give the place of each country that numbers may be of, and its rate."""
    placed = ((place_of(country), rate) for country, rate in rates if country is not None)
    return [(place, rate) for place, rate in placed if place >= 0]
