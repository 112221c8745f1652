"""Rate decks: dated price lists, and the rate that a destination has on a day.

rate.py       one row of a deck
importers.py  the columns, and how CSV and JSON become rows
lint.py       the faults that no deck may have
compiled.py   the rates of a day as flat arrays, for whole columns
deck.py       the deck, and the lookup of a rate
"""

from smscore.decks.deck import RateDeck, RateTable
from smscore.decks.rate import Rate

__all__ = ["Rate", "RateDeck", "RateTable"]
