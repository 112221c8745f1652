"""When a message is to go out.

The law of this file: the provider reads dates freely and names no zone, so it is given one form
only, of a moment that the account's clocks show once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smscore.errors import InvalidDate
from smscore.send.providers.voip_communications.reading import is_unambiguous

OPTION = "delivery_date"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoipOptions:
    """The options of a message: when it goes out, at once if that is None.

    `delivery_date` is a datetime with a zone, at a whole minute, which is the finest that the
    provider takes; the constructor's `account_zone` says which clock it is written for. Raises
    InvalidDate for a str or a datetime without a zone, whose moment nobody would know.
    """

    delivery_date: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what is no one moment."""
        date = self.delivery_date
        if date is None:
            return
        if isinstance(date, str):
            raise InvalidDate(OPTION, "a str names no zone: give a datetime with one")
        if not isinstance(date, datetime):
            raise TypeError(f"a delivery date is a datetime, not {type(date).__name__}")
        if date.utcoffset() is None:
            raise InvalidDate(OPTION, "it has no zone: give it tzinfo")
        if date.second or date.microsecond:
            raise InvalidDate(OPTION, "the provider takes whole minutes: round it as you mean it")


def write_date(date: datetime, zone: ZoneInfo | None, now: datetime | None = None) -> str:
    """Write a moment as the account's clock shows it; InvalidDate.

    >>> from datetime import UTC
    >>> write_date(datetime(2031, 5, 4, 13, 30, tzinfo=UTC), ZoneInfo("America/New_York"))
    '2031-05-04 09:30'
    """
    if zone is None:
        raise InvalidDate(
            OPTION, "the provider names no zone: give the constructor account_zone, if it is known"
        )
    if now is not None and date <= now:
        raise InvalidDate(OPTION, "it is past")
    local = date.astimezone(zone)
    if not is_unambiguous(local):
        raise InvalidDate(OPTION, "clocks are put back then, and show this time twice")
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")
