"""When people are not to be disturbed: hours of the day, in the zones of a phone number.

The law of this file: a number is disturbed if it is night in any zone that it may be in, and where
its zone is not known nobody can tell: that is refused. Zones are `phonenumbers`', their clocks are
the time zone database's; both are loaded when the first number comes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil
from typing import TYPE_CHECKING

from smscore import errors
from smscore.numbering import check_region

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_NO_ZONE = "Etc/Unknown"

_PATIENCE = timedelta(days=2)
"""Where two days have no moment that is quiet nowhere, no day has."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No message from `start` until before `end`, by the clocks of wherever the number may be.

    Hours whose end is not after their start go past midnight. `countries` (ISO 3166-1) names whose
    numbers they are for; None is all. A number of no known country may be of any. Raises TypeError
    for what is no time or no collection of str, ValueError for a time with a zone, an end at the
    start, or an unknown country.

    >>> hours = QuietHours(time(21), time(8))
    >>> hours.holds(time(22)), hours.holds(time(8))
    (True, False)
    """

    start: time
    end: time
    countries: Collection[str] | None = None

    def __post_init__(self) -> None:
        """Refuse hours that can be read in two ways."""
        for each in (self.start, self.end):
            if not isinstance(each, time):
                raise TypeError(f"quiet hours are times, not {type(each).__name__}")
            if each.tzinfo is not None:
                raise ValueError("quiet hours are by the number's own clock: a time with no zone")
        if self.start == self.end:
            raise ValueError("quiet hours end at another time than they start")
        if self.countries is not None:
            object.__setattr__(self, "countries", as_countries(self.countries, "countries"))

    def holds(self, clock: time) -> bool:
        """Tell whether a time of day is in these hours; their start is, their end is not."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def cover(self, country: str | None) -> bool:
        """Tell whether the hours are for numbers of a country; None is one that is not known."""
        return self.countries is None or country is None or country in self.countries

    def check(self, number: str, country: str | None, now: datetime) -> None:
        """Raise errors.QuietHours if it is one of these hours in any zone of an E.164 number.

        `now` is an aware datetime. The error's `until` is the first moment outside of them in all
        zones, in UTC; None where there is none, or no zone is known. Raises SmsError where this
        machine has no time zone database.
        """
        if not self.cover(country):
            return
        allowed = f"messages outside of {self.start:%H:%M} to {self.end:%H:%M} where the number is"
        zones = find_zones(number)
        if not zones:
            raise errors.QuietHours(allowed, "one to a number whose time zone is not known", None)
        for zone in zones:
            clock = now.astimezone(zone)
            if self.holds(clock.time()):
                found = f"at {clock:%H:%M} in {zone}"
                raise errors.QuietHours(allowed, found, self.find_end(zones, now))

    def find_end(self, zones: Collection[ZoneInfo], now: datetime) -> datetime | None:
        """Find the first moment, from now on, outside of these hours in all zones, in UTC.

        None where the zones are so far apart that there is none.
        """
        moment = start = now.astimezone(UTC)
        while moment - start < _PATIENCE:
            later = max(self._find_end_in(zone, moment) for zone in zones)
            if later == moment:
                return moment
            moment = later
        return None

    def _find_end_in(self, zone: ZoneInfo, moment: datetime) -> datetime:
        while self.holds((local := moment.astimezone(zone)).time()):
            clock = local.replace(tzinfo=None)
            end = datetime.combine(clock, self.end)
            # As long as the zone's clock is not changed, the end comes after this much time.
            wait = (end if end > clock else end + _DAY) - clock
            changed = _find_change(zone, moment, moment + wait)
            moment = moment + wait if changed is None else changed
        return moment

    def to_dict(self) -> dict[str, object]:
        """Give the hours as JSON values."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "countries": None if self.countries is None else sorted(self.countries),
        }


def _find_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime | None:
    """Find when a zone's clock is changed after one moment and up to another; None if it is not.

    No zone's clock is changed and changed back within a day.
    """
    before = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == before:
        return None
    # Clocks are changed at whole seconds.
    low, high = int(start.timestamp()), ceil(end.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def find_zones(number: str) -> tuple[ZoneInfo, ...]:
    """Give every time zone that an E.164 number may be in; none if that is not known.

    Numbers reserved for fiction, and those of no country, have none. Raises SmsError where this
    machine has no time zone database, or one that is too old.

    >>> find_zones("+442079460123")
    (zoneinfo.ZoneInfo(key='Europe/London'),)
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    names = time_zones_for_number(phonenumbers.parse(number))
    if _NO_ZONE in names:
        return ()
    try:
        return tuple(ZoneInfo(name) for name in names)
    except ZoneInfoNotFoundError as error:
        raise errors.SmsError(
            f"quiet hours need the time zone database, and what this machine has of it does not "
            f"have {error.args[0].split()[-1]}: pip install tzdata"
        ) from None


def as_countries(values: Collection[str], what: str) -> frozenset[str]:
    """Give ISO 3166-1 codes in capitals; TypeError for no collection of str, ValueError.

    >>> sorted(as_countries(["gb", "FR"], "countries"))
    ['FR', 'GB']
    """
    if isinstance(values, str):
        raise TypeError(f'{what} is a collection of codes, such as {{"GB"}}, not a str')
    found = frozenset(values)
    if not all(isinstance(each, str) for each in found):
        raise TypeError(f"{what} is a collection of codes, such as GB, which are str")
    return frozenset(map(check_region, found))
