"""What a dry run found, and what became of a campaign, in lines and as JSON.

The law of this file: what is expected, what the provider reported and what is not known stand
apart. No number, text or key of a message is here: rows and the provider's ids name messages.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from smscore.cli.campaign import Campaign
from smscore.cli.dispatching import Progress
from smscore.cli.exits import Exit
from smscore.cli.quote_command import describe
from smscore.cli.sources import OneText
from smscore.cli.standing import Standing
from smscore.cli.tallies import ROWS_SHOWN, Figures
from smscore.money import Money, format_amount
from smscore.profiles import find_profile
from smscore.send.journal import State
from smscore.send.outcomes import Outcome

COUNTRIES_SHOWN = 10
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingReport:
    """All that is told of a campaign. `progress` is None where nothing was sent."""

    campaign: Campaign
    plan: Figures
    spent: Decimal
    excess: Money | None
    day_excess: Money | None
    journal: Path | None
    progress: Progress | None = None
    standing: Standing | None = None
    dry: bool = True
    told_to_stop: Exit | None = None

    def to_dict(self) -> dict[str, object]:
        """Give the report as JSON values, money as strings."""
        campaign, account = self.campaign, self.campaign.account
        document: dict[str, object] = {
            "dry_run": self.dry,
            "provider": account.provider.name,
            "profile": account.profile,
            "run": campaign.run,
            "journal": None if self.journal is None else str(self.journal),
            "deck": campaign.deck.name,
            "deck_sha256": campaign.deck.sha256,
            "currency": campaign.deck.currency,
            "guard": campaign.guard.to_dict(),
            "missing_credentials": account.missing,
            "plan": {
                **self.plan.to_dict(),
                "spent": format_amount(self.spent),
                "over_max_total": None if self.excess is None else str(self.excess),
                "over_per_day": None if self.day_excess is None else str(self.day_excess),
                "fitting_today": self.plan.fitting,
            },
            "sending": None
            if self.progress is None
            else {**self.progress.to_dict(), "rows_not_reached": self._unreached},
            "states": {state.value: count for state, count in self._states.items()} or None,
            "run_money": None if self.standing is None else self.standing.to_dict(),
        }
        if isinstance(campaign.source, OneText):
            quote = self.plan.quote
            document["quote"] = None if quote is None else quote.to_dict()
            document["receipt"] = self._receipt()
        document["next"] = [shlex.join(words) for words, _ in self._commands()]
        document["notes"] = list(self._notes())
        return document

    @property
    def _states(self) -> Mapping[State, int]:
        return {} if self.standing is None else self.standing.states

    @property
    def _unreached(self) -> int:
        return 0 if self.progress is None else self.plan.rows - self.progress.taken

    @property
    def refusal(self) -> str | None:
        """Say why none of it may be sent, and what to do; None if it may."""
        if self.excess is not None:
            return f"{self.excess} over --max-total"
        if self.day_excess is None:
            return None
        plan = self.plan
        room = self._money(max(plan.room or Decimal(0), Decimal(0)))
        return (
            f"{self.day_excess} over --per-day: {plan.fitting:,} of "
            f"{_count(plan.leaving.messages, 'message')} go into the {room} that today has left: "
            "send those alone, or raise it; the rest goes after midnight UTC"
        )

    def to_lines(self) -> Iterator[str]:
        """Say the report in lines."""
        if self.progress is None:
            yield from self._describe_plan()
        else:
            yield from self._describe_progress(self.progress)
        for note in self._notes():
            yield f"{'Next':<12}{note}"
        for words, meaning in self._commands():
            yield f"{'Next':<12}{shlex.join(words)}"
            yield f"{'':<12}{meaning}"

    def _receipt(self) -> dict[str, object] | None:
        """Tell what became of the one message, this time or before."""
        sent = self.progress
        receipt = None if sent is None else sent.receipt
        if receipt is None and self.plan.entry is not None:
            receipt = self.plan.entry.to_receipt("")
        if receipt is None:
            return None
        # The key is made of the number and the text.
        return {name: value for name, value in receipt.to_dict().items() if name != "key"}

    def _describe_plan(self) -> Iterator[str]:
        plan, account = self.plan, self.campaign.account
        yield f"{'Dry run' if self.dry else 'Not sent':<12}nothing was sent"
        if isinstance(self.campaign.source, OneText) and plan.quote is not None:
            yield from (f"{line[:10]:<12}{line[10:]}" for line in describe(plan.quote))
        yield f"{'Provider':<12}{account.provider.name}, profile {account.profile}"
        messages = _count(plan.leaving.messages, "message")
        yield (
            f"{'Would leave':<12}{messages} in {_count(plan.requests, 'request')}, "
            f"{_count(plan.leaving.parts, 'part')}, of {_count(plan.rows, 'row')}"
        )
        yield f"{'Money':<12}{self._money(plan.leaving.expected)} expected, {self._spread()}"
        yield from self._describe_countries()
        yield from _describe_reasons(plan)
        yield f"{'Guard':<12}{self._verdict()}"
        if not isinstance(self.campaign.source, OneText):
            for unknown in find_profile(account.profile).unknowns:
                yield f"{'Not known':<12}{unknown}"
        if plan.seconds >= 1:
            yield f"{'Takes':<12}{_tell_time(plan.seconds)} at least, by the provider's rate limits"
        yield from self._describe_run()
        if account.missing is not None:
            yield f"{'To send':<12}{account.missing}"

    def _describe_countries(self) -> Iterator[str]:
        ordered = sorted(self.plan.countries.items(), key=lambda each: (-each[1].high, each[0]))
        for country, found in ordered[:COUNTRIES_SHOWN]:
            yield (
                f"{'':<12}{country}: {_count(found.messages, 'message')}, "
                f"{_count(found.parts, 'part')}, {self._money(found.expected)}"
            )
        if len(ordered) > COUNTRIES_SHOWN:
            yield f"{'':<12}and {len(ordered) - COUNTRIES_SHOWN} countries more"

    def _describe_progress(self, progress: Progress) -> Iterator[str]:
        told = [f"{progress.outcomes[each]:,} {each.value}" for each in Outcome]
        yield f"{'Outcomes':<12}{', '.join(told)}"
        yield (
            f"{'Money':<12}{self._money(progress.expected)} expected, for "
            f"{_count(progress.parts, 'part')} accepted"
        )
        if progress.reports:
            amounts = [str(Money(amount, each)) for each, amount in progress.reported.items()]
            messages = _count(progress.reports, "message")
            yield f"{'':<12}{', '.join(amounts)} reported by the provider, for {messages}"
        elif progress.outcomes[Outcome.ACCEPTED]:
            yield f"{'':<12}{self._tell_unpriced(progress)}"
        receipt = self._receipt()
        if isinstance(self.campaign.source, OneText) and receipt is not None:
            words = [receipt[each] for each in ("outcome", "message_id", "status")]
            yield f"{'Message':<12}{', '.join(str(word) for word in words if word)}"
        for line in progress.failed.to_lines():
            yield f"{'Failed':<12}{line}"
        for each in progress.doubtful[:ROWS_SHOWN]:
            ids = f", id {each['message_id']}" if each["message_id"] else ""
            yield f"{'In doubt':<12}row {each['row']}{ids}: {each['reason']}"
        if len(progress.doubtful) > ROWS_SHOWN:
            yield f"{'':<12}and {len(progress.doubtful) - ROWS_SHOWN:,} more"
        yield from _describe_reasons(progress.figures)
        if self._unreached:
            yield f"{'Not reached':<12}{_count(self._unreached, 'row')}"
        yield from self._describe_run()
        if progress.stopped is not None:
            yield f"{'Stopped':<12}{progress.stopped}"
        if progress.failure is not None:
            yield f"{'Failure':<12}{progress.failure}"

    def _tell_unpriced(self, progress: Progress) -> str:
        """Say why it is not known what was accepted costs."""
        if progress.bare:
            return (
                f"{format_amount(progress.bare)} reported by the provider, without a currency: "
                f"--option currency={self.campaign.deck.currency} says that it is that one"
            )
        if self.campaign.account.provider.tells_price:
            return "the provider has not told yet what it cost: smscore reconcile asks later"
        return "the provider never tells what a message cost"

    def _describe_run(self) -> Iterator[str]:
        counts = [f"{count:,} {state}" for state, count in self._states.items() if count]
        if counts and self.standing is not None:
            yield f"{'Journal':<12}{', '.join(counts)}, in the run {self.campaign.run}"
            yield f"{'Run':<12}{self.standing.to_text()}"

    def _verdict(self) -> str:
        if self.excess is not None:
            spent = f", {self._money(self.spent)} of it spent before" if self.spent else ""
            return f"max_total: {self.excess} more than the run may cost{spent}"
        if self.day_excess is not None:
            return f"per_day: {self.refusal}"
        refused = sum(
            count
            for reason, count in self.plan.refused.counts.items()
            if reason.startswith("guard: ")
        )
        if refused:
            return f"refuses {_count(refused, 'message')}"
        return "lets all of them out" if self.plan.leaving.messages else "nothing to judge"

    def _spread(self) -> str:
        leaving = self.plan.leaving
        if leaving.low == leaving.high:
            return "exact by the deck"
        return f"between {self._money(leaving.low)} and {self._money(leaving.high)}"

    def _notes(self) -> Iterator[str]:
        """Say how to go on."""
        progress = self.progress
        if progress is None:
            if self.dry and self.refusal is None and self.plan.leaving.messages:
                limit, journal = self.campaign.guard.max_total, self.journal
                needed = [
                    name
                    for name, given in (("--max-total", limit), ("--journal", journal))
                    if given is None
                ]
                needs = f"; it needs {' and '.join(needed)}" if needed else ""
                yield f"--yes sends them{needs}"
        elif progress.full == "day":
            yield (
                "the day's cap is full: continue after midnight UTC, by the same command; nothing "
                "that was sent is sent again"
            )
        elif progress.full == "run":
            yield (
                "the run has cost what it may: with a higher --max-total the same command "
                "continues; nothing that was sent is sent again"
            )
        elif progress.stopped is not None or progress.outcomes[Outcome.NOT_SENT]:
            yield "the same command continues: nothing that was sent is sent again"
        entry = self.plan.entry
        if isinstance(self.campaign.source, OneText) and entry is not None:
            at = entry.finished_at or entry.in_flight_at or entry.quoted_at
            yield (
                f"the run {self.campaign.run} has this message from before, by {entry.provider} "
                f"since {at:%Y-%m-%d %H:%M} UTC; under another --run it is another one"
            )

    def _commands(self) -> Iterator[tuple[list[str], str]]:
        """Give the commands to go on with, and what they do."""
        if self.standing is None or self.journal is None:
            return
        account = self.campaign.account
        for provider, count in self.standing.doubts.items():
            own = provider == account.provider.name
            yield (
                [
                    *("smscore", "reconcile", "--journal", str(self.journal)),
                    *(account.words if own else ("--provider", provider)),
                    *("--run", self.campaign.run),
                ],
                f"asks what became of {_count(count, 'message')} in doubt",
            )

    def _money(self, amount: Decimal) -> str:
        return str(Money(amount, self.campaign.deck.currency))


def _describe_reasons(figures: Figures) -> Iterator[str]:
    for line in figures.refused.to_lines():
        yield f"{'Refused':<12}{line}"
    for line in figures.known.to_lines():
        yield f"{'In journal':<12}{line}"


def _tell_time(seconds: float) -> str:
    """Say how long something takes.

    >>> _tell_time(30.0), _tell_time(5400.0)
    ('30 seconds', '1 h 30 min')
    """
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} seconds"
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
