"""The switches that there are, and the values that each takes.

The law of this file: it is the only place that says what a switch takes, so that a value of another
kind is refused when it is given, and not ignored when the first message comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

_LIMITS = re.compile(r"([1-9]\d{0,8})/(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)
_FORMATS = ("form", "json", "query")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what it is called, and whether a value is of it."""

    name: str
    holds: Callable[[object], bool]


def _is_number(value: object, least: float, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= most


def _whole(name: str, least: int, most: int = 10**9) -> Kind:
    return Kind(name, lambda value: isinstance(value, int) and _is_number(value, least, most))


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _is_url(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_limits(value: object) -> bool:
    if isinstance(value, bool):
        return True
    found = _LIMITS.fullmatch(value) if isinstance(value, str) else None
    return found is not None and float(found[2]) > 0


_FLAG = Kind("true or false", lambda value: isinstance(value, bool))
_COUNT = _whole("a whole number, 0 or more", 0)
_SECONDS = Kind("a number of seconds, 0 or more", lambda value: _is_number(value, 0, 10**9))
_ODDS = Kind("odds, from 0 to 1", lambda value: _is_number(value, 0, 1))

SWITCHES: Mapping[str, Kind] = {
    "phone_com.no_single_id": _FLAG,
    "phone_com.no_recipient_ids": _FLAG,
    "phone_com.list_groups": _FLAG,
    "phone_com.max_text": _COUNT,
    "phone_com.null_offset": _FLAG,
    "phone_com.no_total": _FLAG,
    "phone_com.limits": Kind("true, false, or requests in seconds, such as 3/0.5", _is_limits),
    "phone_com.retry_header": _FLAG,
    "phone_com.token_seconds": _SECONDS,
    "phone_com.partial": _ODDS,
    "voip_communications.entry_per_part": _FLAG,
    "voip_communications.unique_ids": _FLAG,
    "voip_communications.text_codes": _FLAG,
    "voip_communications.html_401": _FLAG,
    "voip_communications.retry_header": _FLAG,
    "voip_communications.page_size": _whole("a whole number, 1 or more", 1),
    "voip_communications.balance": Kind("an amount, such as 12.50", _is_amount),
    "voip_communications.zone_hours": Kind(
        "a number of hours, from -24 to 24", lambda value: _is_number(value, -24, 24)
    ),
    "voip_communications.callback_url": Kind("a URL of http or https", _is_url),
    "voip_communications.callback_format": Kind(
        f"one of {', '.join(_FORMATS)}", lambda value: value in _FORMATS
    ),
    "voip_communications.partial": _ODDS,
    "callr.auth_error_in_200": _FLAG,
    "callr.error_status": _whole("an HTTP status, from 200 to 599", 200, 599),
    "callr.lenient": _FLAG,
    "callr.senders_need_approval": _FLAG,
    "callr.late_debit": _FLAG,
    "callr.seconds_to_delivery": _SECONDS,
    "callr.user_data_limit": _COUNT,
    "callr.no_filters": _FLAG,
    "callr.strict_filters": _FLAG,
    "callr.shuffle_webhooks": _FLAG,
    "callr.error_in_200": _ODDS,
    "callr.wrong_id": _ODDS,
    "callr.null_result": _ODDS,
    "close.redirect_slash": _FLAG,
    "close.lenient": _FLAG,
    "close.makes_leads": _FLAG,
    "close.any_country": _FLAG,
    "close.refuse_past_dates": _FLAG,
    "close.delete_sends": _FLAG,
    "close.no_rate_headers": _FLAG,
    "close.old_rate_body": _FLAG,
    "close.shuffle_events": _FLAG,
    "close.duplicate_events": _FLAG,
    "close.consolidate_events": _FLAG,
    "close.restamp_retries": _FLAG,
    "close.send_seconds": _SECONDS,
    "close.late_cost": _SECONDS,
    "close.list_lag": _SECONDS,
    "close.stale_reads": _SECONDS,
    "close.text_limit": _COUNT,
    "close.max_skip": _COUNT,
    "webhooks.anywhere": _FLAG,
}


def check_switches(switches: Mapping[str, object]) -> None:
    """Refuse a switch that there is not, or a value that a switch does not take; ValueError.

    >>> check_switches({"phone_com.max_text": 160, "phone_com.limits": "3/0.5"})
    >>> check_switches({"phone_com.max_text": "long"})
    Traceback (most recent call last):
    ValueError: the switch phone_com.max_text takes a whole number, 0 or more, not "long"
    """
    for name, value in switches.items():
        kind = SWITCHES.get(name)
        if kind is None:
            raise ValueError(f"no switch {name!r}: {_tell_names(name)}")
        if not kind.holds(value):
            shown = json.dumps(value, default=repr)
            shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
            raise ValueError(f"the switch {name} takes {kind.name}, not {shown}")


def _tell_names(name: str) -> str:
    """Tell the switches that may have been meant, or how their names begin."""
    first = name.partition(".")[0]
    owners: Iterable[str] = dict.fromkeys(each.partition(".")[0] for each in SWITCHES)
    if first not in owners:
        return f"its name begins with {', '.join(owners)}, and a dot"
    known = [each.partition(".")[2] for each in SWITCHES if each.startswith(f"{first}.")]
    return f"those of {first} are {', '.join(known)}"
