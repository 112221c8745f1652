"""A campaign: which messages of a source may leave, and what they come to.

The law of this file: a message is known by its number and text, whatever the sender, the day, the
deck or the row, so that what was sent is found in the journal again. A row's fault is counted, and
stops nothing. Nothing is written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import click

from smscore.caps import as_limit
from smscore.cli.accounts import Account
from smscore.cli.exits import Exit, exit_of
from smscore.cli.sources import Candidate, OneText, Source
from smscore.cli.tallies import Figures, name_error
from smscore.cli.wording import explain, translate
from smscore.decks import RateDeck
from smscore.errors import (
    GuardError,
    InvalidDate,
    InvalidNumber,
    InvalidSender,
    NotSupported,
    PricingError,
    ProviderError,
)
from smscore.guard import Approval, Guard
from smscore.money import EXACT, Money
from smscore.numbering import parse_number
from smscore.problems import Problem
from smscore.quoting import Quote, quote
from smscore.send.batches import REFUSALS, group
from smscore.send.journal import Entry, Journal, State
from smscore.send.journal.entry import Stage
from smscore.send.pacing import Pacer
from smscore.send.provider import Dispatch, RateLimit, TwoStepProvider
from smscore.send.sending import count_amounts

_SHOWN_EACH = 100
"""After so many requests it is drawn how far pricing has come."""

# These have to do with the deck of the day: the journal may have the message all the same.
_OF_THE_DECK = frozenset({Problem.NO_RATE, Problem.REJECTED_DESTINATION})

# In these, the sums of the caps have the message already.
_COUNTED = frozenset({State.APPROVED, State.IN_FLIGHT, State.UNKNOWN})
_UNSENT = frozenset({State.QUOTED, State.APPROVED, State.NOT_SENT})
_NOT_SENT = ("not_sent", Exit.PROVIDER_REFUSED, "another process has not sent it by now")
_KNOWN = {
    State.ACCEPTED: ("accepted", Exit.CLEAN, ""),
    State.REJECTED: ("rejected", Exit.PROVIDER_REFUSED, "--again tries them again"),
    State.UNKNOWN: ("in_doubt", Exit.OUTCOME_UNKNOWN, "not sent again: reconcile"),
    State.IN_FLIGHT: ("in_doubt", Exit.OUTCOME_UNKNOWN, "not sent again: reconcile"),
    **dict.fromkeys(_UNSENT, _NOT_SENT),
}
"""What is told of a message that the journal has and that is not sent again."""

_ELSEWHERE = ("in_flight_elsewhere", Exit.CLEAN, "another process tells what becomes of it")
_FEW_SECONDS = timedelta(seconds=3)
"""What is in flight for longer is in doubt: its process may have ended."""


def is_under_way(entry: Entry, now: datetime) -> bool:
    """Tell whether a process has a message in flight, as far as can be known."""
    began = entry.in_flight_at
    return entry.state is State.IN_FLIGHT and began is not None and now - began < _FEW_SECONDS


def make_key(number: str, text: str) -> str:
    """Name a message by what a handset gets; the journal keeps a keyed hash of the name.

    Another sender makes no other message: nobody is to get a text twice because it was mistyped.

    >>> len(make_key("+447700900123", "Hello"))
    64
    """
    canonical = json.dumps([number, text], separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _is_of_today(entry: Entry) -> bool:
    began = entry.in_flight_at
    return began is not None and began.astimezone(UTC).date() == datetime.now(UTC).date()


@dataclass(slots=True)
class Clock:
    """A clock that is set, and does not run."""

    now: float = 0.0

    def read(self) -> float:
        """Tell the time."""
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Messages of one source, by one account, within one guard, in one run of a journal."""

    account: Account
    guard: Guard
    deck: RateDeck
    source: Source
    run: str
    sender: str | None = field(default=None, repr=False)
    region: str | None = None
    again: bool = False
    paced: bool = True

    def plan(
        self, journal: Journal | None, watch: Callable[[Figures], None] = lambda _: None
    ) -> Figures:
        """Price all that would leave. For one text raises what is wrong with it."""
        figures = Figures(room=self._find_room(journal))
        provider = self.account.provider
        # What is stored and released is looked at afterwards.
        steps = 3 if self._two_steps else 1
        clock, endpoint = Clock(), None
        pacer = Pacer(self.limits, clock.read)
        approvals = (approval for _, approval in self.approve_all(journal, figures))
        for dispatch in group(approvals, self.account.options, provider.group):
            asks = provider.forecast(dispatch) is not None
            figures.requests += steps + asks
            endpoint = self._name_endpoint(dispatch) if endpoint is None else endpoint
            clock.now += pacer.take(endpoint, count_amounts(dispatch))
            if not figures.requests % _SHOWN_EACH:
                watch(figures)
        figures.seconds = clock.now
        self.look_again(journal, figures)
        return figures

    def approve_all(
        self, journal: Journal | None, figures: Figures
    ) -> Iterator[tuple[int, Approval]]:
        """Give each message that may leave, with its row; the others are counted."""
        for candidates in self.source.read(self.deck, self.account.profile):
            named = [(each, self._name(each)) for each in candidates]
            entries = self.find(journal, [key for _, key in named if key is not None])
            for candidate, key in named:
                figures.rows += 1
                entry = None if key is None else entries.get(key)
                if key is not None and entry is not None and not self._may_leave(entry):
                    figures.entry = figures.entry or entry
                    if entry.state is State.IN_FLIGHT:
                        figures.open.append((candidate.row, key))
                    else:
                        self._add_known(figures, candidate.row, entry)
                    continue
                approval = self._approve(candidate, key, figures)
                if approval is not None:
                    counted = entry is not None and entry.state in _COUNTED
                    today = counted and entry is not None and _is_of_today(entry)
                    figures.add(approval.quote, counted=counted, today=today)
                    yield candidate.row, approval

    def look_again(self, journal: Journal | None, figures: Figures) -> None:
        """Count what another process had in flight, as what it is by now."""
        entries = self.find(journal, [key for _, key in figures.open])
        for row, key in figures.open:
            self._add_known(figures, row, entries[key])
        figures.open.clear()

    def are_under_way(self, journal: Journal, figures: Figures) -> bool:
        """Tell whether another process has anything of this in flight still."""
        entries = self.find(journal, [key for _, key in figures.open])
        return any(is_under_way(each, datetime.now(UTC)) for each in entries.values())

    def _add_known(self, figures: Figures, row: int, entry: Entry) -> None:
        now = datetime.now(UTC)
        reason, status, meaning = _ELSEWHERE if is_under_way(entry, now) else _KNOWN[entry.state]
        if entry.provider != self.account.provider.name:
            at = entry.finished_at or entry.in_flight_at or entry.quoted_at
            reason = f"{reason} by {entry.provider}"
            since = f"since {at:%Y-%m-%d %H:%M} UTC"
            meaning = f"{since}: {meaning or 'not sent again'}"
        figures.known.add(reason, row, status, meaning)

    @property
    def max_total(self) -> Decimal | None:
        """What the run may cost, in the currency of the deck."""
        if self.guard.max_total is None:
            return None
        limit = as_limit(self.guard.max_total, "max_total")
        return limit.amount if isinstance(limit, Money) else limit

    def find_excess(self, figures: Figures, journal: Journal | None) -> Money | None:
        """Tell by how much a run would cost more than it may, what it has cost included."""
        amount = self.max_total
        if amount is None:
            return None
        total = EXACT.add(self.find_spent(journal), figures.uncounted)
        over = EXACT.subtract(total, amount)
        return Money(over, self.deck.currency) if over > 0 else None

    def find_day_excess(self, figures: Figures) -> Money | None:
        """Tell by how much today would cost more than a day may, with all of this sent today."""
        if figures.room is None or not figures.leaving.messages:
            return None
        over = EXACT.subtract(figures.today, figures.room)
        return Money(over, self.deck.currency) if over > 0 else None

    def _find_room(self, journal: Journal | None) -> Decimal | None:
        """Tell how much more today may cost; None if nobody has said how much a day may."""
        for cap in self.guard.caps:
            if cap.window == "day" and cap.money is not None:
                limit = as_limit(cap.money, "per_day")
                day = datetime.now(UTC).date().isoformat()
                sums = {} if journal is None else journal.spent(day=day)
                spent = sums.get(self.deck.currency, (Decimal(0), 0, 0))[0]
                return EXACT.subtract(limit.amount if isinstance(limit, Money) else limit, spent)
        return None

    def find_spent(self, journal: Journal | None) -> Decimal:
        """Tell what the run has taken already, at the most that it may have cost."""
        sums = {} if journal is None else journal.spent(run=self.run)
        found = sums.get(self.deck.currency)
        return Decimal(0) if found is None else found[0]

    @property
    def limits(self) -> Mapping[str, tuple[RateLimit, ...]]:
        """The rate limits that are kept to."""
        return self.account.provider.limits if self.paced else {}

    def _name_endpoint(self, dispatch: Dispatch) -> str:
        if not self.limits:
            return ""
        return self.account.provider.build(dispatch).endpoint

    @property
    def _two_steps(self) -> bool:
        provider = self.account.provider
        return isinstance(provider, TwoStepProvider) and provider.two_steps

    def _may_leave(self, entry: Entry) -> bool:
        """Tell whether the engine would take up a message that the journal has."""
        if entry.state in _UNSENT or (self.again and entry.state is State.REJECTED):
            return True
        # What was stored under an id and not released, or not even stored, is finished.
        stored = entry.stage is Stage.RELEASE and entry.message_id is not None
        begun = entry.stage is Stage.PREPARE and entry.state is State.IN_FLIGHT
        doubtful = entry.state in {State.IN_FLIGHT, State.UNKNOWN}
        return self._two_steps and doubtful and (stored or begun)

    def _name(self, candidate: Candidate) -> str | None:
        """Give the key of a message that the journal may have."""
        if candidate.problem is not None and candidate.problem not in _OF_THE_DECK:
            return None
        try:
            number = parse_number(candidate.number, region=self.region)
        except InvalidNumber:
            return None
        return make_key(number.e164, candidate.text)

    def find(self, journal: Journal | None, keys: Sequence[str]) -> dict[str, Entry]:
        """Find the messages that the journal has in this run, by their keys."""
        if journal is None or not keys:
            return {}
        entries = journal.write(
            lambda transaction: [transaction.find(self.run, key) for key in keys]
        )
        return {key: entry for key, entry in zip(keys, entries, strict=True) if entry is not None}

    def _approve(self, candidate: Candidate, key: str | None, figures: Figures) -> Approval | None:
        problem = candidate.problem
        if problem is not None:
            figures.refused.add(problem.label, candidate.row, Exit.PROBLEMS_FOUND, problem.meaning)
            return None
        try:
            priced = self._quote(candidate)
            figures.quote = figures.quote or priced
            # The report of a reconciliation names a message as the file does.
            label = None if isinstance(self.source, OneText) else f"row {candidate.row}"
            approval = self.guard.approve(priced, key=key, label=label)
            self._check(approval)
        except (*REFUSALS, PricingError) as error:
            told = isinstance(error, GuardError | ProviderError)
            if isinstance(self.source, OneText) and not told:
                raise
            reason = (
                f"guard: {error.limit}"
                if isinstance(error, GuardError)
                else name_error(type(error))
            )
            # The provider was not asked: what it is known not to do is the message's to change.
            asked_nobody = isinstance(error, ProviderError)
            status = Exit.PROBLEMS_FOUND if asked_nobody else exit_of(error)
            figures.refused.add(reason, candidate.row, status, translate(str(error)))
            return None
        return approval

    def _check(self, approval: Approval) -> None:
        """Refuse what the provider would refuse: UsageError where an option is to blame."""
        provider, options = self.account.provider, self.account.options
        now = datetime.now(UTC)
        try:
            provider.check(Dispatch((approval,), options), now)
        except (InvalidDate, InvalidSender) as error:
            raise click.UsageError(explain(error)) from None
        except NotSupported as error:
            try:
                provider.check(Dispatch((approval,), None), now)
            except NotSupported:
                raise error from None
            raise click.UsageError(explain(error)) from None

    def _quote(self, candidate: Candidate) -> Quote:
        return quote(
            candidate.text,
            to=candidate.number,
            deck=self.deck,
            sender=self.sender,
            region=self.region,
            profile=self.account.profile,
        )
