"""The automaton of numbering plans, held against `parse_number`.

The law of this file: for a number of "+" and digits, the automaton says what `parse_number` says,
or that it is not sure; and it is sure of nearly all.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable
from functools import cache
from threading import Thread
from types import ModuleType

import phonenumbers
import pytest

from smscore import _kernel
from smscore.errors import InvalidNumber
from smscore.numbering import parse_number
from smscore.numbering_plan import (
    BAD,
    PLACES,
    UNKNOWN,
    UNSURE,
    NumberingPlan,
    make_numeral,
    place_of,
)

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
SAME_FOR_EVERY_LENGTH = 20

# Reserved for films and examples: Ofcom, NANPA, ACMA, ARCEP, ComReg.
FICTION = [
    *(f"447700900{last:03}" for last in range(0, 1000, 37)),
    *(f"441632960{last:03}" for last in range(0, 1000, 91)),
    *(f"1{area}5550{last}" for area in (212, 416, 876, 939, 684, 800) for last in (100, 155, 199)),
    *(f"61491570{last}" for last in (6, 156, 157, 158, 159, 110)),
    *(f"3319900{last:04}" for last in range(0, 10_000, 997)),
    *(f"35320910{last:04}" for last in range(0, 1000, 97)),
]


@cache
def expect(digits: str, region: str | None) -> int:
    """Say what the place of "+" and some digits is; UNKNOWN if reading changes them."""
    try:
        number = parse_number(f"+{digits}", region=region)
    except InvalidNumber:
        return BAD
    return place_of(number.country) if number.digits == digits else UNKNOWN


def check(plan: NumberingPlan, numbers: Iterable[str], region: str | None = None) -> float:
    """Hold the places of numbers against what is expected; tell of how many it was not sure."""
    listed = list(numbers)
    numerals = array("Q", map(make_numeral, listed))
    places = array("h", bytes(2 * len(listed)))
    plan.place(numerals, places)
    unsure = 0
    for digits, numeral, place in zip(listed, numerals, places, strict=True):
        if place == UNSURE:
            unsure += 1
        else:
            assert place == expect(digits, region), digits
            assert numeral == (0 if place == BAD else make_numeral(digits))
    return unsure / len(listed)


@pytest.fixture(scope="module")
def everywhere() -> list[str]:
    """Make numbers of every calling code and every length, 240 of each code; and of no code."""
    draw = random.Random(164)  # noqa: S311  # the same numbers in every run
    return [
        f"{code}{draw.randrange(10**length):0{length}}"
        for code in [*CODES, 999, 210, 83]
        for length in range(max(1, 5 - len(str(code))), 16 - len(str(code)))
        for _ in range(SAME_FOR_EVERY_LENGTH)
    ]


@pytest.mark.parametrize("region", [None, "US", "RU"])
def test_every_calling_code(kernel: ModuleType, everywhere: list[str], region: str | None) -> None:
    """Numbers of any digits behind every calling code, with a region or without."""
    assert kernel
    tried = everywhere if region is None else everywhere[::9]
    assert check(NumberingPlan(abroad=region is None), tried, region) < 0.05


def examples() -> list[str]:
    """List phonenumbers' own example of every region and kind, and some that are not valid."""
    kinds = range(11)
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
    ]
    found += [phonenumbers.invalid_example_number(each) for each in phonenumbers.SUPPORTED_REGIONS]
    found += [
        phonenumbers.example_number_for_non_geo_entity(code)
        for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    e164 = phonenumbers.PhoneNumberFormat.E164
    return [phonenumbers.format_number(each, e164)[1:] for each in found if each is not None]


def test_examples_of_every_region(kernel: ModuleType) -> None:
    """Real numbers of every region and kind; the automaton is sure of almost every one."""
    assert kernel
    listed = examples()
    assert len(listed) > 1500
    near = [near for each in listed for near in (each, f"{each[:-1]}{(int(each[-1]) + 5) % 10}")]
    assert check(NumberingPlan(abroad=True), near) < 0.01


def test_fiction(kernel: ModuleType) -> None:
    """Numbers that nobody is given are of the country of their calling code."""
    assert kernel
    plan = NumberingPlan(abroad=True)
    assert check(plan, FICTION) == 0
    assert expect("447700900123", None) == PLACES.index("GB")


def test_a_plan_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calling code whose patterns are written otherwise is left to `parse_number` altogether."""
    main = phonenumbers.PhoneMetadata.metadata_for_region("GB")
    assert main is not None
    monkeypatch.setattr(main, "_mutable", True)
    monkeypatch.setattr(main, "national_prefix_for_parsing", "0(?=7)")
    plan = NumberingPlan(abroad=True)
    assert check(plan, ["447700900123", "441481000000"]) == 1
    assert check(plan, ["33612345678", "12125550123"]) == 0


def test_numbers_are_learned_from_several_threads(kernel: ModuleType) -> None:
    """Threads that share a plan, and make it grow, all have right answers."""
    assert kernel
    plan = NumberingPlan(abroad=True)
    draw = random.Random(8)  # noqa: S311  # the same numbers in every run
    columns = [
        [f"{draw.choice(CODES)}{draw.randrange(10**9):09}" for _ in range(1000)] for _ in range(4)
    ]
    shares: list[float] = []
    threads = [
        Thread(target=lambda column=column: shares.append(check(plan, column)))
        for column in columns
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shares) == len(columns)


def test_tables_that_lead_nowhere(kernel: ModuleType) -> None:
    """Steps to rows that there are not, and numerals that are none, stay unknown."""
    numerals = array("Q", [make_numeral("44770"), 0, 2**64 - 1])
    places = array("h", [UNKNOWN] * 3)
    openings = array("i", [9]) * 160_000
    assert kernel.place_numerals(numerals, openings, b"", places) == [0, 2]
    assert places.tolist() == [UNKNOWN, UNSURE, UNKNOWN]
    with pytest.raises(ValueError, match="as long"):
        kernel.place_numerals(numerals, openings[1:], b"", places)
    with pytest.raises(ValueError, match="as long"):
        _kernel.place_numerals(numerals, openings, b"", places[1:])


def test_no_more_unknown_rows_than_256(kernel: ModuleType) -> None:
    """A column of strangers is learned by and by."""
    numerals = array("Q", [make_numeral("44770")]) * 1000
    places = array("h", [UNKNOWN]) * 1000
    openings = array("i", [-1]) * 160_000
    assert kernel.place_numerals(numerals, openings, b"", places) == list(range(256))
