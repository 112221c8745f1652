"""The faults that no rate deck may have.

The law of this file: a price is found in one way or not at all. What could be read in two ways is
refused when the deck is read, not settled by the order of its rows.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from smscore.decks.rate import Rate
from smscore.errors import AmbiguousDeck, MixedCurrency


def check_rates(rates: Iterable[Rate], source: str) -> None:
    """Raise MixedCurrency or AmbiguousDeck for the first such fault."""
    listed = list(rates)
    _check_currency(listed, source)
    _check_ties(listed, source)


def _check_currency(rates: list[Rate], source: str) -> None:
    for rate in rates[1:]:
        if rate.currency != rates[0].currency:
            raise MixedCurrency(source, rate.line, (rates[0].currency, rate.currency))


def _check_ties(rates: list[Rate], source: str) -> None:
    """Two rates tie if they have the same prefix and country, and share a day."""
    destinations: defaultdict[tuple[str, str | None], list[Rate]] = defaultdict(list)
    for rate in rates:
        destinations[rate.prefix, rate.country].append(rate)
    for same in destinations.values():
        same.sort(key=lambda rate: rate.effective_from or date.min)
        for earlier, later in itertools.pairwise(same):
            if (later.effective_from or date.min) <= (earlier.effective_to or date.max):
                first, second = sorted((earlier.line, later.line))
                raise AmbiguousDeck(source, second, first, later.destination)
