"""Quoted against billed: the report, as a value, as JSON and as a table.

The law of this file: it tells what the journal knows, and what asking has added to it; it asks
nobody and changes nothing. It holds no number and no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from smscore.money import format_amount
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Entry
from smscore.send.totals import CountryTotal, Tally, Total
from smscore.send.variances import MEANINGS, Extra, Variance, VarianceKind, name_message

_SHOWN = 50
_LABEL = 30
_COUNT = 10
_AMOUNT = 18
_NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Change:
    """What asking has changed of one message."""

    message: int
    run: str
    message_id: str | None
    before: State
    after: State
    label: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values."""
        return {
            "message": self.message,
            "label": self.label,
            "run": self.run,
            "message_id": self.message_id,
            "before": self.before.value,
            "after": self.after.value,
        }


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A message whose outcome is still in doubt: why, and what a person can do about it."""

    message: int
    run: str
    message_id: str | None
    state: State
    in_flight_at: datetime | None
    reason: str
    advice: str
    label: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Give it as JSON values."""
        return {
            "message": self.message,
            "label": self.label,
            "run": self.run,
            "message_id": self.message_id,
            "state": self.state.value,
            "in_flight_at": None if self.in_flight_at is None else self.in_flight_at.isoformat(),
            "reason": self.reason,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Messages of a journal, quoted against billed, and what asking the provider has added.

    `asked` tells whether the provider was asked; `billing_report` asks nobody. `states` counts all
    messages, `totals` has those that may be billed, by currency. `changes` are what asking has
    changed, `unresolved` what is in doubt still, `extra` what the provider has and the journal has
    not. `faults` are what could not be asked: with one, the rest is what is known without it.
    """

    provider: str | None
    run: str | None
    since: datetime | None
    until: datetime | None
    at: datetime
    asked: bool
    states: Mapping[State, int]
    totals: tuple[Total, ...]
    variances: tuple[Variance, ...] = field(default=(), repr=False)
    extra: tuple[Extra, ...] = field(default=(), repr=False)
    changes: tuple[Change, ...] = field(default=(), repr=False)
    unresolved: tuple[Unresolved, ...] = field(default=(), repr=False)
    faults: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is in doubt, nothing is extra, and everything was billed as quoted."""
        return not (self.variances or self.unresolved or self.extra or self.faults)

    @property
    def missing(self) -> tuple[Variance, ...]:
        """What was quoted and is not in the provider's records."""
        return tuple(each for each in self.variances if each.kind is VarianceKind.MISSING)

    def count(self) -> dict[VarianceKind, int]:
        """Count the variances of each kind."""
        found = Counter(each.kind for each in self.variances)
        return {kind: found[kind] for kind in VarianceKind}

    def to_dict(self) -> dict[str, object]:
        """Give the report as JSON values, money as strings."""
        return {
            "provider": self.provider,
            "run": self.run,
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "at": self.at.isoformat(),
            "asked": self.asked,
            "clean": self.clean,
            "states": {state.value: number for state, number in self.states.items()},
            "totals": [each.to_dict() for each in self.totals],
            "variance_counts": {kind.value: number for kind, number in self.count().items()},
            "variances": [each.to_dict() for each in self.variances],
            "extra": [each.to_dict() for each in self.extra],
            "changes": [each.to_dict() for each in self.changes],
            "unresolved": [each.to_dict() for each in self.unresolved],
            "faults": list(self.faults),
        }

    def to_text(self) -> str:
        """Give the report as a table, for people; of long lists the first fifty."""
        lines = [self._title(), ""]
        states = (f"{number} {state.value}" for state, number in self.states.items() if number)
        lines.append(f"messages: {', '.join(states) or 'none'}")
        for total in self.totals:
            lines += ["", *_lay_out(total)]
        # What has no price yet stands in the totals; there may be as many as messages.
        told = [each for each in self.variances if each.kind is not VarianceKind.UNPRICED]
        lines += _list("variances", [each.to_text() for each in told])
        lines += _list("changed by asking", [_tell_change(each) for each in self.changes])
        lines += _list("in doubt", [_tell_unresolved(each) for each in self.unresolved])
        lines += _list("not asked", self.faults)
        return "\n".join(lines) + "\n"

    def _title(self) -> str:
        about = [self.provider or "all providers"]
        about += [] if self.run is None else [f"run {self.run}"]
        about += [] if self.since is None else [f"since {_tell_time(self.since)}"]
        about += [] if self.until is None else [f"until {_tell_time(self.until)}"]
        how = "" if self.asked else ", without asking the provider"
        return f"Quoted against billed: {', '.join(about)}; {_tell_time(self.at)}{how}"


def billing_report(
    journal: Journal,
    run: str | None = None,
    *,
    provider: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Reconciliation:
    """Report what the journal knows, quoted against billed, without asking anybody.

    >>> with Journal(":memory:") as journal:
    ...     billing_report(journal).clean
    True
    """
    return report(
        journal,
        run=run,
        provider=provider,
        since=since,
        until=until,
        at=datetime.now(UTC),
        asked=False,
    )


def report(
    journal: Journal,
    *,
    run: str | None,
    provider: str | None,
    since: datetime | None,
    until: datetime | None,
    at: datetime,
    asked: bool,
    missing: Collection[int] = (),
    extra: Iterable[Extra] = (),
    changes: Iterable[Change] = (),
    unresolved: Mapping[int, tuple[str, str]] | None = None,
    faults: Iterable[str] = (),
) -> Reconciliation:
    """Report what the journal knows, and what asking has added.

    `missing` are the messages that the provider was asked about and has not, `unresolved` says of
    messages in doubt why, and what can be done.
    """
    tally, states = Tally(), Counter[State]()
    variances: list[Variance] = []
    doubts: list[Unresolved] = []
    told = unresolved or {}
    for entry in journal.entries(run=run, provider=provider, since=since, until=until):
        states[entry.state] += 1
        variance = tally.add(entry, missing=entry.id in missing)
        if variance is not None:
            variances.append(variance)
        if entry.state in (State.IN_FLIGHT, State.UNKNOWN):
            doubts.append(_doubt(entry, *told.get(entry.id, _NOT_ASKED[entry.state])))
    for attempt in journal.earlier(run=run, provider=provider, since=since, until=until):
        variance = tally.add_earlier(attempt)
        if variance is not None:
            variances.append(variance)
    others = tuple(extra)
    variances += [tally.add_extra(each) for each in others]
    return Reconciliation(
        provider=provider,
        run=run,
        since=since,
        until=until,
        at=at,
        asked=asked,
        states={state: states[state] for state in State},
        totals=tally.totals(),
        variances=tuple(variances),
        extra=others,
        changes=tuple(changes),
        unresolved=tuple(doubts),
        faults=tuple(faults),
    )


_NOT_ASKED = {
    State.IN_FLIGHT: (
        "it is in flight, or its process ended while it was",
        "reconcile when no process sends any more",
    ),
    State.UNKNOWN: ("whether it went out is not known", "reconcile"),
}


def _doubt(entry: Entry, reason: str, advice: str) -> Unresolved:
    return Unresolved(
        entry.id,
        entry.run,
        entry.message_id,
        entry.state,
        entry.in_flight_at,
        reason,
        advice,
        entry.label,
    )


def _lay_out(total: Total) -> list[str]:
    """Lay a currency's sums out as a table."""
    lines = [
        f"{total.currency:<{_LABEL}}{'messages':>{_COUNT}}{'amount':>{_AMOUNT}}",
        _row("quoted", total.messages, total.expected),
    ]
    if total.low != total.high:
        lines += [_row("  at the least", None, total.low), _row("  at the most", None, total.high)]
    lines += [
        _row("billed", total.billed_messages, total.billed)
        if total.billed_messages
        else f"{'billed':<{_LABEL}}{_NOT_TOLD:>{_COUNT + _AMOUNT}}",
        _row("difference", None, total.difference, signed=True),
    ]
    lines += [
        _row(f"  {meaning}", total.counts[name], total.explanation[name], signed=True)
        for name, meaning in MEANINGS.items()
        if total.counts[name]
    ]
    return [*lines, "", *_lay_out_countries(total.countries)]


def _lay_out_countries(countries: Iterable[CountryTotal]) -> list[str]:
    """Lay the sums of countries out as a table, as wide as they are."""
    rows = [_COUNTRY_TITLES, *(_tell_country(each) for each in countries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


_COUNTRY_TITLES = (
    "country",
    "messages",
    "parts quoted",
    "parts billed",
    "quoted",
    "billed",
    "difference",
)


def _tell_country(country: CountryTotal) -> tuple[str, ...]:
    return (
        country.country or MEANINGS["extra"],
        str(country.messages),
        str(country.parts),
        str(country.billed_parts) if country.told_messages else _NOT_TOLD,
        format_amount(country.expected),
        format_amount(country.billed) if country.billed_messages else _NOT_TOLD,
        _sign(country.difference),
    )


def _sign(amount: Decimal) -> str:
    return f"+{format_amount(amount)}" if amount > 0 else format_amount(amount)


def _row(label: str, count: int | None, amount: Decimal, *, signed: bool = False) -> str:
    written = _sign(amount) if signed else format_amount(amount)
    number = "" if count is None else str(count)
    return f"{label:<{_LABEL}}{number:>{_COUNT}}{written:>{_AMOUNT}}"


def _list(title: str, lines: Iterable[str]) -> list[str]:
    told = list(lines)
    if not told:
        return []
    more = [] if len(told) <= _SHOWN else [f"  and {len(told) - _SHOWN} more"]
    return ["", f"{title}: {len(told)}", *(f"  {each}" for each in told[:_SHOWN]), *more]


def _tell_change(change: Change) -> str:
    what = (
        f"was {change.before.value}, is now {change.after.value}"
        if change.before is not change.after
        else "its status, parts or price"
    )
    return f"{name_message(change.message, change.message_id, change.label)}: {what}"


def _tell_unresolved(doubt: Unresolved) -> str:
    named = name_message(doubt.message, doubt.message_id, doubt.label)
    when = "" if doubt.in_flight_at is None else f", in flight at {_tell_time(doubt.in_flight_at)}"
    return f"{named}{when}: {doubt.reason}: {doubt.advice}"


def _tell_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
