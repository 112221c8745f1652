"""The bill of each message, as a table: one row for each, and for whatever else was billed.

The law of this file: the columns of money and parts add up to the totals of the report that the
rows are of. There is no number and no text in them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO

from smscore.money import EXACT, Money, format_amount
from smscore.send.billing import Reconciliation
from smscore.send.journal import Journal, State
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry
from smscore.send.totals import Tally, find_parts
from smscore.send.variances import Extra, Variance

COLUMNS: tuple[str, ...] = (
    "variance",
    "label",
    "message",
    "run",
    "provider",
    "message_id",
    "state",
    "status",
    "in_flight_at",
    "country",
    "quoted_parts",
    "billed_parts",
    "quoted",
    "quoted_currency",
    "billed",
    "billed_currency",
    "difference",
    "by_parts",
    "by_rate",
    "in_doubt_because",
)
"""The columns; an empty `variance` is of a message that was billed as quoted, or not at all."""

_COUNTED = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.UNKNOWN})

Row = Mapping[str, str]


def bill_rows(journal: Journal, found: Reconciliation) -> Iterator[Row]:
    """Give a row for each message of a report, each earlier attempt and each stranger.

    Times are UTC in ISO 8601, money is decimal; what is not known, or not compared, is empty. What
    was rejected or not sent was quoted nothing, as in the totals.

    >>> from smscore.send.billing import billing_report
    >>> with Journal(":memory:") as journal:
    ...     list(bill_rows(journal, billing_report(journal)))
    []
    """
    tally = Tally()
    missing = {each.message for each in found.missing}
    doubts = {each.message: each.reason for each in found.unresolved}
    asked = {
        "run": found.run,
        "provider": found.provider,
        "since": found.since,
        "until": found.until,
    }
    for entry in journal.entries(**asked):  # type: ignore[arg-type]
        variance = tally.add(entry, missing=entry.id in missing)
        yield _read_entry(entry, variance, doubts.get(entry.id))
    for attempt in journal.earlier(**asked):  # type: ignore[arg-type]
        variance = tally.add_earlier(attempt)
        if variance is not None:
            yield _read_earlier(attempt, variance)
    for extra in found.extra:
        yield _read_extra(extra, tally.add_extra(extra), found.provider)


def write_bills(file: TextIO, journal: Journal, found: Reconciliation) -> None:
    """Write the rows as CSV (RFC 4180), the names of the columns first."""
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(bill_rows(journal, found))


def _read_entry(entry: Entry, variance: Variance | None, reason: str | None) -> Row:
    price = entry.price
    counts = entry.state in _COUNTED
    quoted = Money(entry.expected, entry.currency) if counts else None
    parts = variance.billed_parts if variance is not None else find_parts(entry) if counts else None
    return {
        **_name(entry.id, entry.run, entry.label, entry.provider, entry.message_id),
        **_tell_variance(variance),
        "state": entry.state.value,
        "status": entry.status or "",
        "in_flight_at": _tell_time(entry.in_flight_at),
        "country": entry.country,
        "quoted_parts": str(entry.parts) if counts else "",
        "billed_parts": _tell_count(parts),
        **_tell_money(quoted, price),
        "in_doubt_because": reason or "",
    }


def _read_earlier(attempt: Earlier, variance: Variance) -> Row:
    named = _name(attempt.message, attempt.run, attempt.label, attempt.provider, attempt.message_id)
    return {
        **named,
        **_tell_variance(variance),
        "state": State.REJECTED.value,
        "status": attempt.status or "",
        "in_flight_at": _tell_time(attempt.in_flight_at),
        "country": attempt.country,
        "billed_parts": _tell_count(attempt.billed_parts),
        **_tell_money(None, attempt.price),
    }


def _read_extra(extra: Extra, variance: Variance, provider: str | None) -> Row:
    return {
        **_tell_variance(variance),
        "provider": provider or "",
        "message_id": extra.message_id or "",
        "status": extra.status or "",
        "in_flight_at": _tell_time(extra.at),
        "billed_parts": _tell_count(extra.parts),
        **_tell_money(None, extra.price),
    }


def _name(
    message: int, run: str, label: str | None, provider: str, message_id: str | None
) -> dict[str, str]:
    return {
        "message": str(message),
        "run": run,
        "label": label or "",
        "provider": provider,
        "message_id": message_id or "",
    }


def _tell_variance(variance: Variance | None) -> dict[str, str]:
    if variance is None:
        return {}
    return {
        "variance": variance.kind.value,
        "by_parts": format_amount(variance.by_parts) if variance.by_parts else "",
        "by_rate": format_amount(variance.by_rate) if variance.by_rate else "",
    }


def _tell_money(quoted: Money | None, billed: Money | None) -> dict[str, str]:
    difference = ""
    if quoted is not None and billed is not None and quoted.currency == billed.currency:
        difference = format_amount(EXACT.subtract(billed.amount, quoted.amount))
    return {
        "quoted": "" if quoted is None else format_amount(quoted.amount),
        "quoted_currency": "" if quoted is None else quoted.currency,
        "billed": "" if billed is None else format_amount(billed.amount),
        "billed_currency": "" if billed is None else billed.currency,
        "difference": difference,
    }


def _tell_count(parts: int | None) -> str:
    return "" if parts is None else str(parts)


def _tell_time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()
