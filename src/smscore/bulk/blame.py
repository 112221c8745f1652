"""Which characters force UCS-2, and what each of them costs.

The law of this file: a message's excess is what it takes beyond what it would take with one septet
in place of each such character, split evenly among them. Messages are counted, not kept: by the
character, and by how many others share its blame.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from math import lcm

import pyarrow as pa

from smscore import _kernel
from smscore.bulk.annotations import UCS2, Annotation
from smscore.bulk.arrow import octets_of_numbers, pc
from smscore.bulk.figures import CharacterCost
from smscore.bulk.options import Terms
from smscore.bulk.rows import lay_out, pick
from smscore.coding import ANY_ALPHABET, GSM7_CHARACTERS, Alphabet, Coding, part_limits
from smscore.counting import tally
from smscore.decks import Rate
from smscore.measuring import count_parts_replaced, is_plain

# Any character of one septet does.
_SEPTET = "x"

# A price as the kernel has it is a whole number of these decimals.
_DECIMALS = 12
_WIDE = Context(prec=200, traps=[Inexact])


@dataclass(slots=True)
class _Excess:
    """What some messages have too much: how many they are, their parts more, and their cost.

    The cost is in units of 10 to the power of -12, and a fraction of them where a rate that was
    made by hand has more decimals.
    """

    messages: int = 0
    parts: int = 0
    cost: int | Fraction = 0

    def add(self, messages: int, parts: int, cost: int | Fraction) -> None:
        self.messages += messages
        self.parts += parts
        self.cost += cost


_Shares = defaultdict[int, _Excess]

Excesses = dict[str, dict[int, tuple[int, int, int | Fraction]]]
"""By the character and by how many share the blame: the messages, their parts and their cost."""


class Blame:
    """Adds up what each character costs that forces UCS-2.

    These are the characters that no allowed alphabet has. Where each character is in some alphabet
    but no coding has all of them, they are those that the default alphabet does not have.
    """

    def __init__(self, terms: Terms) -> None:
        """Find out which characters the terms leave to UCS-2."""
        self._way = terms.way
        # What is left when each such character is replaced needs no more rules than the standard's.
        self._plain_way = replace(terms.way, profile=None, excluded=None)
        known = GSM7_CHARACTERS.union(
            *(
                Coding(Alphabet.GSM7, each if each.has_locking else None, each).characters()
                for each in terms.languages
            )
        )
        self._known = known - terms.profile.excluded
        self._is_plain = is_plain(terms.way)
        self._ledger = _kernel.open_ledger()
        self._prices: tuple[array[int], bytes] = (array("q"), b"")
        self._excesses: defaultdict[str, _Shares] = defaultdict(_make_shares)

    def add(self, found: Annotation) -> None:
        """Find the characters of the UCS-2 texts of a batch, and add up their excess."""
        if self._is_plain and self._price(found.rate_list):
            self._add_column(found)
            return
        places = pc.indices_nonzero(pc.equal(found.alphabets, pa.scalar(UCS2, pa.int8())))
        if len(places):
            self._add_texts(found, places)

    def _add_column(self, found: Annotation) -> None:
        """Let the kernel read a column of texts, and row by row what is too much for it."""
        single, multi, *_ = part_limits(self._way.reference_bits)
        octets, offsets, width, first = lay_out(found.texts)
        columns = found.alphabets, found.parts, found.rates
        done, count = 0, len(found)
        while done < count:
            alphabets, parts, rates = (octets_of_numbers(column.slice(done)) for column in columns)
            last = done
            done += _kernel.blame(
                self._ledger,
                octets,
                offsets,
                width,
                first + done,
                count - done,
                alphabets,
                parts,
                rates,
                *self._prices,
                single,
                multi,
            )
            if done < count:
                self._read_ledger()
            if done == last:
                # It holds more different characters than the whole ledger does.
                self._add_texts(found, pa.array([done]))
                done += 1

    def _price(self, rates: Sequence[Rate]) -> bool:
        """Make the prices of rates whole numbers of 64 bits; tell whether they can be."""
        if len(rates) != len(self._prices[1]):
            wholes = [_count_units(rate.price) for rate in rates]
            narrow = [whole for whole in wholes if isinstance(whole, int) and whole >> 63 == 0]
            if len(narrow) < len(wholes):
                return False
            self._prices = array("q", narrow), bytes(rate.unit == "message" for rate in rates)
        return True

    def _read_ledger(self) -> None:
        for point, sharing, messages, parts, cost in _kernel.close_ledger(self._ledger):
            self._excesses[chr(point)][sharing].add(messages, parts, cost)

    def _add_texts(self, found: Annotation, places: pa.Array) -> None:
        texts = pick(found.texts, places).to_pylist()
        parts = found.parts.take(places).to_pylist()
        rates = found.rates.take(places).to_pylist()
        rate_list = found.rate_list
        for text, number, rate in zip(texts, parts, rates, strict=True):
            self._add_text(text, number, None if rate < 0 else rate_list[rate])

    def tell(self) -> Excesses:
        """Give what has been added up, to be merged elsewhere."""
        self._read_ledger()
        return {
            character: {
                sharing: (each.messages, each.parts, each.cost) for sharing, each in shares.items()
            }
            for character, shares in self._excesses.items()
        }

    def merge(self, excesses: Excesses) -> None:
        """Add what has been added up elsewhere, by the same terms."""
        for character, shares in excesses.items():
            for sharing, excess in shares.items():
                self._excesses[character][sharing].add(*excess)

    def list_costs(self, *, priced: bool) -> list[CharacterCost]:
        """Give what each character costs, the dearest first."""
        self._read_ledger()
        costs = [_sum_up(*each, priced=priced) for each in self._excesses.items()]
        costs.sort(
            key=lambda cost: (
                -(cost.cost_share or 0),
                -cost.parts_share,
                -cost.messages,
                cost.character,
            )
        )
        return costs

    def _add_text(self, text: str, parts: int, rate: Rate | None) -> None:
        characters, fewer = self._find(text, parts)
        cost: int | Fraction = 0
        if rate is not None:
            cost = _count_units(rate.charge(parts)) - _count_units(rate.charge(fewer))
        for character in characters:
            self._excesses[character][len(characters)].add(1, parts - fewer, cost)

    def _find(self, text: str, parts: int) -> tuple[set[str], int]:
        """Find them in a UCS-2 text, and count its parts with one septet for each of them."""
        if self._is_plain:
            fewer = count_parts_replaced(text, reference_bits=self._way.reference_bits)
            return set(text) - GSM7_CHARACTERS, fewer
        if self._way.number != ANY_ALPHABET:
            return set(), parts
        text = self._send(text)
        if characters := set(text) - self._known:
            return characters, self._count_replaced(text, characters, parts)
        characters = set(text) - GSM7_CHARACTERS
        fewer = self._count_replaced(text, characters, parts)
        # Where nothing is saved, some coding has them all, and UCS-2 takes fewer octets.
        return (characters, fewer) if fewer < parts else (set(), parts)

    def _count_replaced(self, text: str, characters: set[str], parts: int) -> int:
        replaced = text.translate(dict.fromkeys(map(ord, characters), _SEPTET))
        return min(parts, tally(replaced, self._plain_way)[2])

    def _send(self, text: str) -> str:
        profile = self._way.profile
        if profile is None or profile.table is None:
            return text
        # Loaded here, because few profiles replace anything.
        from smscore.transliteration import transliterate

        bits = self._way.reference_bits
        return transliterate(text, table=profile.table, reference_bits=bits).text


def _make_shares() -> _Shares:
    return defaultdict(_Excess)


def _count_units(amount: Decimal) -> int | Fraction:
    """Count the units of 10 to the power of -12 of an amount."""
    units = Fraction(amount) * 10**_DECIMALS
    return int(units) if units.denominator == 1 else units


def _amount_of(units: int | Fraction) -> Decimal:
    """Give the amount of so many units; a fraction of them ends, as the decimals do that it is of.

    >>> _amount_of(1500), _amount_of(Fraction(1, 8))
    (Decimal('1.500E-9'), Decimal('1.25E-13'))
    """
    return _WIDE.divide(Decimal(units.numerator), Decimal(units.denominator)).scaleb(
        -_DECIMALS, _WIDE
    )


def _sum_up(character: str, shares: _Shares, *, priced: bool) -> CharacterCost:
    """Add up a character's excess, which is apart for each number of characters that share it."""
    alone = shares.get(1, _Excess())
    cost = sum(excess.cost for excess in shares.values())
    # One denominator for all, as adding fractions one by one would look for many.
    common = lcm(*shares)
    parts_shared = sum(each.parts * (common // n) for n, each in shares.items())
    cost_shared = sum(each.cost * (common // n) for n, each in shares.items())
    return CharacterCost(
        character=character,
        messages=sum(excess.messages for excess in shares.values()),
        parts=sum(excess.parts for excess in shares.values()),
        cost=_amount_of(cost) if priced else None,
        messages_alone=alone.messages,
        parts_alone=alone.parts,
        cost_alone=_amount_of(alone.cost) if priced else None,
        parts_share=Fraction(parts_shared, common),
        cost_share=Fraction(cost_shared) / (common * 10**_DECIMALS) if priced else None,
    )
