"""Quiet hours: when it is night where a number is, and until when.

The law of this file: moments are worked out by hand from the zones' known offsets and the days on
which their clocks are changed in 2026; where they are many, by looking at every minute.
"""

from __future__ import annotations

import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore import RateDeck, errors, quote
from smscore.guard import Guard
from smscore.quiet_hours import QuietHours, find_zones

LONDON, NEW_YORK, AUSTRALIA = "+442079460123", "+12025550143", "+61491570006"
NIGHT = QuietHours(time(21), time(8))


def at(text: str) -> datetime:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def until(hours: QuietHours, number: str, now: datetime) -> datetime | None:
    """Give until when a message is refused."""
    with pytest.raises(errors.QuietHours) as caught:
        hours.check(number, None, now)
    assert number[-4:] not in str(caught.value)
    return caught.value.until


@pytest.mark.parametrize(
    ("number", "now", "end"),
    [
        # London is at UTC in winter, an hour ahead in summer: from 29 March to 25 October.
        (LONDON, "2026-01-15 21:00", "2026-01-16 08:00"),
        (LONDON, "2026-01-15 07:59:59.999999", "2026-01-15 08:00"),
        (LONDON, "2026-06-15 20:00", "2026-06-16 07:00"),
        (LONDON, "2026-03-28 22:00", "2026-03-29 07:00"),
        (LONDON, "2026-10-24 22:00", "2026-10-25 08:00"),
        # New York is five hours behind, four from 8 March to 1 November.
        (NEW_YORK, "2026-03-08 03:00", "2026-03-08 12:00"),
        (NEW_YORK, "2026-11-01 02:00", "2026-11-01 13:00"),
        # From Lord Howe Island, 10:30 ahead in June, to the Cocos Islands, 6:30 ahead.
        (AUSTRALIA, "2026-06-15 10:30", "2026-06-16 01:30"),
    ],
)
def test_until(number: str, now: str, end: str) -> None:
    """A message in quiet hours is refused until they are over in all zones."""
    assert until(NIGHT, number, at(now)) == at(end)
    NIGHT.check(number, None, at(end))


@pytest.mark.parametrize(
    ("number", "now"),
    [
        (LONDON, "2026-01-15 20:59:59.999999"),
        (LONDON, "2026-01-15 08:00"),
        (LONDON, "2026-06-15 19:59"),
        (LONDON, "2026-06-15 07:00"),
        (AUSTRALIA, "2026-06-15 10:29"),
        (AUSTRALIA, "2026-06-15 01:30"),
    ],
)
def test_outside(number: str, now: str) -> None:
    """A message outside of quiet hours is not held."""
    NIGHT.check(number, None, at(now))


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        # 01:00 to 02:00 does not exist on 29 March: half past one is when it is two.
        (QuietHours(time(0), time(1, 30)), "2026-03-29 00:30", "2026-03-29 01:00"),
        # It comes twice on 25 October: first in summer time, and is quiet again in the second.
        (QuietHours(time(0), time(1, 30)), "2026-10-25 00:10", "2026-10-25 00:30"),
        (QuietHours(time(0), time(1, 30)), "2026-10-25 01:10", "2026-10-25 01:30"),
        # By the day, not across midnight.
        (QuietHours(time(12), time(14)), "2026-06-15 12:59", "2026-06-15 13:00"),
        (QuietHours(time(12), time(14)), "2026-06-15 11:00", "2026-06-15 13:00"),
    ],
)
def test_an_end_that_is_missing_or_comes_twice(hours: QuietHours, now: str, end: str) -> None:
    """The end is a moment, whatever is done to the clock on the way."""
    assert until(hours, LONDON, at(now)) == at(end)


def test_zones_too_far_apart() -> None:
    """Where it is always quiet in one zone or another, there is no end."""
    assert until(QuietHours(time(9), time(8)), AUSTRALIA, at("2026-06-15 12:00")) is None


minutes = st.integers(0, 24 * 60 - 1)


@given(
    st.sampled_from([LONDON, NEW_YORK, AUSTRALIA]), minutes, minutes,
    st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-06-15", "2026-10-25"]),
    st.integers(-1500, 1500),
)  # fmt: skip
def test_until_against_every_minute(
    number: str, start: int, end: int, day: str, offset: int
) -> None:
    """The end is the first of the minutes that is quiet in no zone."""
    if start == end:
        return
    hours = QuietHours(time(start // 60, start % 60), time(end // 60, end % 60))
    now = at(day) + timedelta(minutes=offset)
    zones = find_zones(number)

    def is_quiet(moment: datetime) -> bool:
        for zone in zones:
            local = moment.astimezone(zone)
            minute = local.hour * 60 + local.minute
            if (minute - start) % 1440 < (end - start) % 1440:
                return True
        return False

    later = (now + timedelta(minutes=each) for each in range(2 * 1440))
    first = next((moment for moment in later if not is_quiet(moment)), None)
    assert hours.find_end(zones, now) == first


@pytest.mark.parametrize("number", ["+447700900123", "+80012345678", "+883510000000"])
def test_an_unknown_zone_is_refused(number: str) -> None:
    """Where nobody knows what time it is, it is not the time, and there is no end to wait for."""
    assert find_zones(number) == ()
    assert until(QuietHours(time(3), time(4)), number, at("2026-06-15 12:00")) is None


def test_hours_of_some_countries() -> None:
    """Hours are for the countries they name, and for numbers of no known country."""
    hours = QuietHours(time(21), time(8), countries={"us"})
    hours.check(LONDON, "GB", at("2026-01-15 23:00"))
    for country in ("US", None):
        with pytest.raises(errors.QuietHours):
            hours.check(NEW_YORK, country, at("2026-01-15 04:00"))


def test_the_guard_asks_twice() -> None:
    """A guard refuses in quiet hours, and again what was approved before they began."""
    deck = RateDeck.parse(b"prefix,price,currency\n,0.03,EUR\n", "deck.csv")
    guard = Guard(quiet_hours=NIGHT, max_age=None)
    priced = quote("Hello", to=LONDON, deck=deck, at=date(2026, 6, 15))
    evening = datetime(2027, 1, 15, 20, 59, tzinfo=UTC)
    approval = guard.approve(priced, now=evening + timedelta(days=365))
    guard.recheck(approval, evening + timedelta(days=365))
    night = evening + timedelta(days=365, minutes=1)
    for check in (lambda: guard.recheck(approval, night), lambda: guard.approve(priced, now=night)):
        with pytest.raises(errors.QuietHours) as caught:
            check()
        assert caught.value.until == datetime(2028, 1, 16, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((21, time(8)), TypeError),
        ((time(21), "08:00"), TypeError),
        ((time(21, tzinfo=UTC), time(8)), ValueError),
        ((time(8), time(8)), ValueError),
        ((time(21), time(8), "GB"), TypeError),
        ((time(21), time(8), [1]), TypeError),
        ((time(21), time(8), ["UK"]), ValueError),
    ],
    ids=str,
)
def test_hours_that_are_none(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    """Hours that can be read in two ways are refused."""
    with pytest.raises(error):
        QuietHours(*arguments)


def test_no_time_zone_database() -> None:
    """Without the time zone database nothing is let through, and the error says what to install."""
    path = zoneinfo.TZPATH
    script = (
        "import sys, zoneinfo; sys.modules['tzdata'] = None; zoneinfo.reset_tzpath(())\n"
        "from smscore import errors\nfrom smscore.quiet_hours import find_zones\n"
        "try:\n    find_zones('+442079460123')\n"
        "except errors.SmsError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, timeout=60
    )
    assert b"Europe/London: pip install tzdata" in done.stdout
    assert path == zoneinfo.TZPATH


def test_zones_are_loaded_late() -> None:
    """The tables of zones are not read until a number's zone is asked for."""
    script = (
        "import sys\nfrom datetime import time\nfrom smscore.guard import Guard\n"
        "from smscore.quiet_hours import QuietHours\n"
        "Guard(quiet_hours=QuietHours(time(21), time(8)))\n"
        "print({'zoneinfo', 'phonenumbers', 'phonenumbers.timezone'} & {*sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.strip() == b"set()"


def test_zones() -> None:
    """A number has the zones that its prefix may be in."""
    assert find_zones(LONDON) == (ZoneInfo("Europe/London"),)
    names = {zone.key for zone in find_zones(AUSTRALIA)}
    assert {"Australia/Lord_Howe", "Indian/Cocos", "Australia/Perth"} <= names
    assert NIGHT.to_dict() == {"start": "21:00:00", "end": "08:00:00", "countries": None}
