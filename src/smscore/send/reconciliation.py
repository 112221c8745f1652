"""What became of messages in doubt, and what messages really cost: the provider is asked.

The law of this file: nothing is sent and nothing is guessed. A message is said not to have gone out
only where the records of the account that it went by have all that did, were read to their end, by
a clock that agrees with ours, and hold nothing that may be it. Whoever has moved a message on
meanwhile knows better, and is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from smscore.errors import AuthenticationFailed, NoAnswer, ProviderError, RateLimited
from smscore.send.billing import Change, Reconciliation, billing_report, report
from smscore.send.calling import call_flow
from smscore.send.findings import (
    IN_DOUBT,
    OTHERS,
    Finding,
    find_strangers,
    is_final,
    read_finding,
    record_earlier,
    record_findings,
)
from smscore.send.history import AROUND, History, read_history
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Entry, Stage
from smscore.send.matching import MARGIN, Matches, Record, match, read_record, set_apart
from smscore.send.others import ACCOUNT, tell_others
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import Provider
from smscore.send.steps import Flow, Terms, Write
from smscore.send.variances import Extra

__all__ = ["Reconciliation", "billing_report", "reconcile"]

GRACE = timedelta(minutes=5)
"""How long a message may be in flight, or on its way into the provider's records."""

_RELEASE_GRACES = 6
"""How many times longer one that waits to be released may be in flight.

Releasing is tried again without a new claim: five times, with its answers and pauses, is less.
"""

_SETTLED = timedelta(days=7)
"""A price or a status that was not told by then is not asked for any more."""

_REACH = timedelta(days=150)
"""How far back records are relied on to be whole; CALLR's reach back half a year."""

_BATCH = 100
_WENT = frozenset({*IN_DOUBT, State.ACCEPTED})

_LATER = "reconcile again later"
_LOOK = (
    "ask the provider or the recipient; send it again under another key only if twice is better"
    " than not at all"
)
_COMPARE = "compare number, text and time in the provider's records"
_RELEASE = "send it again under its key, which releases it and stores nothing new"


def reconcile(
    provider: Provider,
    journal: Journal,
    terms: Terms,
    *,
    run: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    grace: timedelta = GRACE,
) -> Flow[Reconciliation]:
    """Ask the provider what became of messages, record it, and report quoted against billed.

    It is a flow: `client.follow(reconcile(provider, journal, client.terms))`. `run`, and `since`
    and `until` (when messages were put in flight), say which messages; all of the provider's by
    default. Asked about are those in doubt, those in flight for longer than `grace`, whose process
    has died, and those accepted whose price or last status is not known, for a week; and only those
    that `provider`'s own account sent: if others sent all of it, a fault says so. From `since` to
    `until` messages that the journal has not are looked for too, whatever it has of that time.
    Running it again asks again and changes nothing more.

    Raises AuthenticationFailed, JournalError, ValueError for a moment without a zone. What else
    cannot be asked is in the report's `faults`.
    """
    for moment in (since, until):
        if moment is not None and moment.utcoffset() is None:
            raise ValueError("a moment has a zone: give it tzinfo")
    if grace < timedelta(0):
        raise ValueError("a grace is a time that has passed, not one to come")
    asking = Asking(provider, journal, terms, grace, terms.clock(), run, since, until)
    yield from asking.ask()
    return report(
        journal,
        run=run,
        provider=provider.name,
        since=since,
        until=until,
        at=asking.now,
        asked=asking.asked,
        missing=asking.missing,
        extra=asking.extra,
        changes=asking.changes,
        unresolved=asking.unresolved,
        faults=asking.faults,
    )


@dataclass(slots=True)
class Asking:
    """One round of asking, and what came of it."""

    provider: Provider
    journal: Journal
    terms: Terms
    grace: timedelta
    now: datetime
    run: str | None
    since: datetime | None
    until: datetime | None
    missing: set[int] = field(default_factory=set)
    extra: list[Extra] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unresolved: dict[int, tuple[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    asked: bool = True
    account: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find whose messages can be asked about."""
        self.account = self.journal.hash_account(self.provider.identity)

    def ask(self) -> Flow[None]:
        """Read the provider's records, match them, ask for what is left by its id, and conclude."""
        self._leave_others()
        start = self._find_start()
        if start is None:
            return
        end = self.now if self.until is None else min(self.until, self.now)
        history = yield from read_history(
            self.provider, self.terms, start - AROUND, end + AROUND, self._read
        )
        if history.fault is not None:
            self.faults.append(history.fault)
        # After the records: whatever made one was in flight before. Without times, all may have.
        undated = any(each.at is None for each in history.records)
        first = None if undated else start - AROUND - MARGIN
        entries = [
            each
            for each in self.journal.entries(provider=self.provider.name, since=first)
            if each.in_flight_at is not None and each.account_hash == self.account
        ]
        records, apart = set_apart(
            history.records,
            self.journal.earlier(provider=self.provider.name),
            self.account,
            {each.message_id for each in entries if each.message_id is not None},
        )
        matches = match(entries, records, shared_ids=self._shares_ids(entries))
        left = self._take_matched([each for each in entries if self._is_ours(each)], matches)
        yield from self._write()
        left = yield from self._take_asked(left)
        self._take_absent(left, matches, history)
        yield from self._write()
        if apart:
            twice = yield Write(partial(record_earlier, pairs=apart))
            self._note_extra(twice)
        yield from self._find_extra(matches.free, start, end)

    def _leave_others(self) -> None:
        """Note what is in doubt and went by another account; and if all of it went by others."""
        others: Counter[bytes] = Counter()
        ours = False
        for each in self.journal.entries(
            run=self.run,
            provider=self.provider.name,
            states=_WENT,
            since=self.since,
            until=self.until,
        ):
            if each.in_flight_at is None or not (self._is_named or self._is_due(each)):
                continue
            if each.account_hash == self.account:
                ours = True
                continue
            others[each.account_hash] += 1
            if self._is_due(each):
                self._leave(each, *ACCOUNT)
        if others and not ours:
            self.faults.append(tell_others(self.journal, self.provider, others))
            self.asked = self.since is not None

    @property
    def _is_named(self) -> bool:
        """Whether somebody has said which messages it is about, known or not."""
        return any(each is not None for each in (self.run, self.since, self.until))

    def _read(self, message: SentMessage) -> Record:
        journal = self.journal
        return read_record(message, journal.hash_number, journal.hash_text, journal.hash_handle)

    def _find_start(self) -> datetime | None:
        """Give the moment from which on records are read; None if there is nothing to ask."""
        if self.since is not None:
            return self.since
        began = [
            each.in_flight_at
            for each in self.journal.entries(
                run=self.run, provider=self.provider.name, states=_WENT, until=self.until
            )
            if each.in_flight_at is not None
            and each.account_hash == self.account
            and (self._is_named or self._is_due(each))
        ]
        return min(began, default=None)

    def _is_ours(self, entry: Entry) -> bool:
        return (
            entry.in_flight_at is not None
            and self.run in (None, entry.run)
            and (self.since is None or entry.in_flight_at >= self.since)
            and (self.until is None or entry.in_flight_at < self.until)
        )

    def _is_due(self, entry: Entry) -> bool:
        """Whether the provider may tell more of a message than is known."""
        if entry.state in IN_DOUBT:
            return entry.state is State.UNKNOWN or self._is_over(entry)
        if entry.state is not State.ACCEPTED or entry.in_flight_at is None:
            return False
        asked = entry.reconciled_at
        if asked is not None and asked - entry.in_flight_at > _SETTLED:
            return False
        if entry.billed_price is None and self.provider.tells_price:
            return True
        return not is_final(entry.status, self.provider.final_statuses)

    def _is_over(self, entry: Entry) -> bool:
        """Whether a message is not on its way any more, into the records or by a process."""
        times = [each for each in (entry.in_flight_at, entry.finished_at) if each is not None]
        retried = entry.state is State.IN_FLIGHT and entry.stage is Stage.RELEASE
        return self.now - max(times) >= self.grace * (_RELEASE_GRACES if retried else 1)

    def _shares_ids(self, entries: Iterable[Entry]) -> bool:
        """Whether records are called by the ids that sending is answered with."""
        known = next((each.message_id for each in entries if each.message_id is not None), None)
        return known is not None and self.provider.fetch(known) is not None

    def _take_matched(self, ours: Sequence[Entry], matches: Matches) -> list[Entry]:
        """Take what the records say; give the messages that are due and of which they say nothing.

        That a message was not released is no news from a list, which may be behind.
        """
        left: list[Entry] = []
        for entry in ours:
            record = matches.found.get(entry.id)
            if record is None or record.outcome is Outcome.NOT_SENT:
                if self._is_due(entry):
                    left.append(entry)
            elif entry.state is not State.IN_FLIGHT or self._is_over(entry):
                self._find(entry, record, "in the provider's records")
        return left

    def _take_asked(self, left: Sequence[Entry]) -> Flow[list[Entry]]:
        """Ask for messages by their ids; give those that have none, or could not be asked for."""
        rest: list[Entry] = []
        reachable = True
        for entry in left:
            named = None if entry.message_id is None else self.provider.fetch(entry.message_id)
            if named is None or not reachable:
                rest.append(entry)
                continue
            try:
                message = yield from call_flow(named, self.provider, self.terms)
            except AuthenticationFailed:
                yield from self._write()
                raise
            except ProviderError as error:
                # One that does not answer is not asked again for each of many.
                reachable = not isinstance(error, NoAnswer | RateLimited)
                self.faults.append(f"message {entry.id} could not be asked for: {error}")
                rest.append(entry)
                continue
            if message is None:
                self._lack(entry, "the provider has no message of its id", _LOOK)
            else:
                self._judge(entry, self._read(message))
            if len(self.findings) >= _BATCH:
                yield from self._write()
        return rest

    def _judge(self, entry: Entry, record: Record) -> None:
        """Judge what was told of one message; that it was not released is believed in time."""
        if record.outcome is not Outcome.NOT_SENT:
            self._find(entry, record, "asked for by its id")
        elif self._is_over(entry):
            self._find(entry, record, "never released")
        elif entry.state in IN_DOUBT:
            self._leave(entry, "the provider stores it and has not released it yet", _RELEASE)

    def _take_absent(self, left: Sequence[Entry], matches: Matches, history: History) -> None:
        """Judge what the provider knows nothing of."""
        for entry in left:
            if entry.stage is Stage.PREPARE and entry.state is State.IN_FLIGHT:
                self._conclude(entry, Outcome.NOT_SENT, "it was never to be released")
            elif entry.id in matches.doubtful:
                reason = "the provider has a message that may be this one, and may be another"
                self._stay(entry, reason, _COMPARE)
            elif not history.whole:
                self._leave(entry, "the provider could not be asked", _LATER)
            elif entry.message_id is not None and self.provider.fetch(entry.message_id) is not None:
                self._leave(entry, "it could not be asked for by its id", _LATER)
            elif self.provider.history_complete:
                self._judge_absent(entry, agreed=history.agreed)
            elif entry.state in IN_DOUBT:
                reason = "it is not in the provider's records, which need not have it"
                self._lack(entry, reason, _LOOK)

    def _judge_absent(self, entry: Entry, *, agreed: bool) -> None:
        """Judge what is not in records that have everything, where their clock agrees with ours."""
        if not self._is_over(entry):
            self._leave(entry, "it may still be on its way into the records", _LATER)
        elif not self._is_provable(entry):
            self._lack(entry, "it is not in the provider's records", _LOOK)
        elif agreed:
            self._conclude(entry, Outcome.NOT_SENT, "absent from the provider's records")
        else:
            reason = "it is not in the provider's records, whose clock may not agree with ours"
            self._lack(entry, reason, "set the clock right, and reconcile again")

    def _is_provable(self, entry: Entry) -> bool:
        """Whether absence from whole records proves that a message did not go out."""
        return (
            entry.state in IN_DOUBT
            and entry.message_id is None
            and entry.in_flight_at is not None
            and self.now - entry.in_flight_at < _REACH
        )

    def _find(self, entry: Entry, record: Record, cause: str) -> None:
        finding = read_finding(entry, record, cause, self.provider.final_statuses)
        if record.outcome is Outcome.UNKNOWN:
            self._leave(entry, "the provider has it, with a status of no known meaning", _LOOK)
        if finding.result is not None or self._is_due(entry):
            self.findings.append(finding)

    def _conclude(self, entry: Entry, outcome: Outcome, cause: str) -> None:
        self.findings.append(Finding(entry, Result("", outcome, reason=cause), cause))

    def _lack(self, entry: Entry, reason: str, advice: str) -> None:
        """Note a message that the provider was asked about and has not."""
        self.missing.add(entry.id)
        self._stay(entry, reason, advice)

    def _stay(self, entry: Entry, reason: str, advice: str) -> None:
        """Leave a message in doubt that was asked about; no process has it in flight any more."""
        if entry.state is State.IN_FLIGHT:
            self._conclude(entry, Outcome.UNKNOWN, reason)
        else:
            self.findings.append(Finding(entry))
        self._leave(entry, reason, advice)

    def _leave(self, entry: Entry, reason: str, advice: str) -> None:
        if entry.state in IN_DOUBT:
            self.unresolved[entry.id] = (reason, advice)

    def _write(self) -> Flow[None]:
        """Record what was learnt, so many messages in one transaction."""
        findings, self.findings = self.findings, []
        for place in range(0, len(findings), _BATCH):
            batch = findings[place : place + _BATCH]
            found = yield Write(partial(record_findings, findings=batch, now=self.now))
            self.changes += found.changes
            for entry in found.refused:
                self._leave(entry, OTHERS, _COMPARE)

    def _find_extra(self, free: Sequence[Record], start: datetime, end: datetime) -> Flow[None]:
        """Find what no message of the journal is; a draft is no message yet."""
        went = [each for each in free if each.outcome is not Outcome.NOT_SENT]
        others = [each for each in went if each.at is not None and start <= each.at < end]
        name, account = self.provider.name, self.account
        for place in range(0, len(others), _BATCH):
            batch = others[place : place + _BATCH]
            found = yield Write(
                partial(find_strangers, provider=name, account=account, records=batch)
            )
            self._note_extra(found)

    def _note_extra(self, records: Iterable[Record]) -> None:
        self.extra += [
            Extra(each.message_id, each.status, each.at, each.parts, each.price) for each in records
        ]
