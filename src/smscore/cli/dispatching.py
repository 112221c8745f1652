"""A campaign on its way: one request after another, or some at a time, until it is told to stop.

The law of this file: it stops between messages. Whatever is in flight when nobody waits any more is
in the journal as in doubt.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from smscore.cli.braking import Brake
from smscore.cli.campaign import Campaign
from smscore.cli.exits import Exit
from smscore.cli.tallies import Figures, Reasons, name_error
from smscore.cli.wording import name_failure, translate
from smscore.errors import (
    GuardError,
    InvalidDate,
    InvalidSender,
    MessageError,
    NotSupported,
    OverCap,
    SmsError,
)
from smscore.guard import Approval
from smscore.money import EXACT, format_amount
from smscore.send.batches import group, refuses_credentials
from smscore.send.journal import Entry, Journal
from smscore.send.outcomes import Outcome, Receipt
from smscore.send.pacing import Pacer
from smscore.send.provider import Dispatch, Provider, RateLimit
from smscore.send.wire import WireResponse

_UNREACHABLE = 3
"""After so many messages in a row without any answer, the next one is not tried."""

_ALIKE = 5
"""After so many refusals in a row, each like the one before, the next one is not tried."""

_LOOK_SECONDS = 0.1
_NO_CURRENCY = "X" * 3
"""What ISO 4217 has for transactions without a currency."""

_OF_A_DAY = " of a day"
"""What the name of a cap ends in that is full only until midnight."""


def _name_kinds(base: type[Exception]) -> frozenset[str]:
    return frozenset({base.__name__}.union(*(_name_kinds(each) for each in base.__subclasses__())))


_STATUSES = {
    **dict.fromkeys(_name_kinds(MessageError) | {NotSupported.__name__}, Exit.PROBLEMS_FOUND),
    **dict.fromkeys((InvalidDate.__name__, InvalidSender.__name__), Exit.USAGE),
    **dict.fromkeys(_name_kinds(GuardError), Exit.GUARD_REFUSED),
}
"""What a receipt's code means where nothing was tried: it is the name of an error then."""


@dataclass(slots=True)
class Progress:
    """What has become of a campaign by now; `failure` is what ended it before its end.

    `expected` and `parts` are those of what was accepted; `reported` is what the provider says
    that it cost, by currency, for so many `reports`. `receipt` is the first one.
    """

    figures: Figures = field(default_factory=Figures)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failed: Reasons = field(default_factory=Reasons)
    doubtful: list[dict[str, object]] = field(default_factory=list)
    receipt: Receipt | None = None
    done: int = 0
    parts: int = 0
    expected: Decimal = Decimal(0)
    reported: dict[str, Decimal] = field(default_factory=dict)
    reports: int = 0
    bare: Decimal = Decimal(0)
    """What the provider says that it cost without saying in which currency."""
    waits: bool = False
    """Whether what is next waits for the provider's rate limit."""
    stopped: str | None = None
    failure: str | None = None
    full: str | None = None
    """Which cap was full when it stopped: that of a "day" or of a "run"."""
    unanswered: int = 0
    alike: int = 0
    refusal: tuple[object, ...] | None = None
    taken: int = 0
    """How many rows were read, and not left behind because it stopped."""

    def take(self, row: int, approval: Approval, receipt: Receipt) -> None:
        """Count what became of a message."""
        self.done += 1
        self.receipt = self.receipt or receipt
        untried = receipt.outcome is Outcome.NOT_SENT and not receipt.attempts
        if untried and receipt.code in _STATUSES:
            self._refuse(row, receipt)
            return
        if receipt.repeated:
            # Another process was here first.
            self.figures.open.append((row, approval.key))
            return
        self.outcomes[receipt.outcome] += 1
        if receipt.outcome is Outcome.ACCEPTED:
            self.parts += approval.quote.parts
            self.expected = EXACT.add(self.expected, approval.quote.total.amount)
        elif receipt.outcome is Outcome.UNKNOWN:
            self._doubt(row, receipt.message_id, receipt.reason)
        else:
            reason = ", ".join(filter(None, (receipt.outcome.value, receipt.code)))
            self.failed.add(reason, row, Exit.PROVIDER_REFUSED, receipt.reason or "")
        if receipt.price is not None:
            before = self.reported.get(receipt.price.currency, Decimal(0))
            self.reported[receipt.price.currency] = EXACT.add(before, receipt.price.amount)
            self.reports += 1
        self._look_ahead(receipt)

    def _doubt(self, row: int, message_id: str | None, reason: str | None) -> None:
        self.doubtful.append({"row": row, "message_id": message_id, "reason": reason})

    def leave(self, row: int, entry: Entry) -> None:
        """Count a message that was in flight when nobody waited any more."""
        self.outcomes[Outcome.UNKNOWN] += 1
        self._doubt(row, entry.message_id, entry.to_receipt("").reason)

    def _refuse(self, row: int, receipt: Receipt) -> None:
        code = receipt.code or ""
        status = _STATUSES[code]
        named = name_error(type(code, (Exception,), {}))
        reason = f"guard: {named}" if status is Exit.GUARD_REFUSED else named
        self.figures.refused.add(reason, row, status, receipt.reason or "")
        if code == OverCap.__name__:
            # One message alone passed the guard before: it is the sum that is full.
            self.full = self.full or ("day" if _OF_A_DAY in (receipt.reason or "") else "run")
            self.stop(receipt.reason or "a cap of the guard is reached")

    def _look_ahead(self, receipt: Receipt) -> None:
        """Stop where the next message would fare as this one did."""
        silent = receipt.outcome is Outcome.NOT_SENT and receipt.http_status is None
        self.unanswered = self.unanswered + 1 if silent else 0
        refusal = (receipt.code, receipt.http_status)
        rejected = receipt.outcome is Outcome.REJECTED
        self.alike = (self.alike + 1 if refusal == self.refusal else 1) if rejected else 0
        self.refusal = refusal if rejected else None
        if refuses_credentials(receipt):
            self.stop("the credentials were refused: the next one would be refused too")
        elif self.unanswered >= _UNREACHABLE:
            self.stop(f"{_UNREACHABLE} messages in a row had no answer: is the provider there?")
        elif self.alike >= _ALIKE:
            code = "" if receipt.code is None else f", code {receipt.code}"
            self.stop(
                f"{_ALIKE} messages in a row were rejected alike (HTTP {receipt.http_status}{code})"
                ": are --base-url, the credentials and --sender right? Then the same command with "
                "--again tries them again"
            )

    def stop(self, reason: str) -> None:
        """Let no more messages leave; the first reason counts."""
        self.stopped = self.stopped or reason

    @property
    def status(self) -> Exit:
        """The gravest of what happened."""
        found = max(self.figures.refused.status, self.figures.known.status, self.failed.status)
        return max(found, Exit.OUTCOME_UNKNOWN) if self.outcomes[Outcome.UNKNOWN] else found

    def to_dict(self) -> dict[str, object]:
        """Give what became of it as JSON values, money as strings."""
        return {
            "outcomes": {each.value: self.outcomes[each] for each in Outcome},
            "parts": self.parts,
            "expected": format_amount(self.expected),
            "reported": {
                currency: format_amount(amount) for currency, amount in self.reported.items()
            },
            "reported_messages": self.reports,
            "reported_without_currency": format_amount(self.bare) if self.bare else None,
            "failed": self.failed.to_dict(),
            "in_doubt": self.doubtful,
            "refused": self.figures.refused.to_dict(),
            "in_journal": self.figures.known.to_dict(),
            "stopped": self.stopped,
            "failure": self.failure,
        }


Watch = Callable[[Progress], None]


class TellingPacer(Pacer):
    """Keeps to rate limits, and tells whether the next request waits for them."""

    def __init__(
        self, limits: Mapping[str, tuple[RateLimit, ...]], tell: Callable[[bool], None]
    ) -> None:
        super().__init__(limits)
        self._tell = tell

    def take(self, endpoint: str, amounts: Mapping[str, int]) -> float:
        """Tell how many seconds a request waits."""
        seconds = super().take(endpoint, amounts)
        self._tell(seconds > 0)
        return seconds


@dataclass(slots=True)
class Sending:
    """A campaign that is sent; `client` are the options of the client."""

    campaign: Campaign
    journal: Journal
    client: Any
    watch: Watch
    brake: Brake
    progress: Progress = field(default_factory=Progress)
    _rows: dict[Approval, int] = field(default_factory=dict)
    _broken: bool = False

    def run(self, concurrency: int) -> Progress:
        """Send all that may leave, or what can be sent until it is to stop."""
        self.client["pacer"] = TellingPacer(self.campaign.limits, self._note_wait)
        try:
            if concurrency == 1:
                self._run()
            else:
                import asyncio

                asyncio.run(self._run_together(concurrency))
        except KeyboardInterrupt:
            self._broken = True
            self.progress.stop(
                "interrupted at once: what was in flight, if anything was, is in doubt"
            )
        except (SmsError, OSError, ValueError) as error:
            self._broken = True
            notes = " ".join(getattr(error, "__notes__", ()))
            self.progress.failure = f"{error} {notes}".strip()
        if self.brake.status is not None:
            self.progress.stop("told to stop")
        self._look_again()
        return self.progress

    def _note_wait(self, waits: bool) -> None:  # it is all that a pacer tells
        if waits != self.progress.waits:
            self.progress.waits = waits
            self.watch(self.progress)

    def _look_again(self) -> None:
        """Find what became of what others had in flight, and of what was left in flight here."""
        progress = self.progress
        try:
            while self.brake.status is None and self.campaign.are_under_way(
                self.journal, progress.figures
            ):
                time.sleep(_LOOK_SECONDS)
            self.campaign.look_again(self.journal, progress.figures)
            left = list(self._rows)
            entries = self.campaign.find(self.journal, [each.key for each in left])
        except SmsError as error:
            progress.failure = progress.failure or str(error)
            return
        unreached = 0
        for approval in left:
            entry = entries.get(approval.key)
            if self._broken and entry is not None and entry.outcome is Outcome.UNKNOWN:
                progress.leave(self._rows[approval], entry)
            else:
                unreached += 1
        progress.taken = progress.figures.rows - unreached

    def _read_bare(self, dispatch: Dispatch, receipts: Iterable[Receipt]) -> Decimal:
        """Read what an answer says that messages cost, where nobody has said in which currency."""
        provider: Any = self.campaign.account.provider
        if not hasattr(provider, "currency") or provider.currency is not None:
            return Decimal(0)
        # A message that went by before has no answer, and one of several has that of them all.
        answers = {
            each.body: each.http_status or 0
            for each in receipts
            if each.outcome is Outcome.ACCEPTED and each.body is not None
        }
        reader: Provider = replace(provider, currency=_NO_CURRENCY)
        found = [
            result.price.amount
            for body, status in answers.items()
            for result in reader.read(dispatch, WireResponse(status, {}, body))
            if result.outcome is Outcome.ACCEPTED and result.price is not None
        ]
        return sum(found, Decimal(0))

    @property
    def _url(self) -> str:
        return str(getattr(self.campaign.account.provider, "base_url", ""))

    def _run(self) -> None:
        from smscore.send.client import SmsClient

        account = self.campaign.account
        with (
            SmsClient(account.provider, self.journal, **self.client) as client,
            closing(self._dispatches()) as dispatches,
        ):
            self.brake.on_stop = client.stop
            for dispatch in dispatches:
                self._take(dispatch, client.send_many(dispatch.approvals, account.options))

    async def _run_together(self, concurrency: int) -> None:
        import asyncio

        from smscore.send.client import AsyncSmsClient

        account = self.campaign.account
        async with AsyncSmsClient(account.provider, self.journal, **self.client) as client:
            self.brake.on_stop = client.stop

            async def work(dispatches: Iterator[Dispatch]) -> None:
                # All take from one source: what one has taken no other one sends.
                for dispatch in dispatches:
                    try:
                        receipts = client.send_many(
                            dispatch.approvals, account.options, concurrency=1
                        )
                        self._take(dispatch, [receipt async for receipt in receipts])
                    except Exception:
                        self.progress.stop("something went wrong")
                        raise

            with closing(self._dispatches()) as dispatches:
                works = [work(dispatches) for _ in range(concurrency)]
                # Nobody is cancelled: what is in flight is waited for.
                for found in await asyncio.gather(*works, return_exceptions=True):
                    if isinstance(found, BaseException):
                        raise found

    def _dispatches(self) -> Generator[Dispatch]:
        account = self.campaign.account
        with closing(self._approvals()) as approvals:
            for dispatch in group(approvals, account.options, account.provider.group):
                if self.progress.stopped is not None or self.brake.status is not None:
                    return
                yield dispatch

    def _approvals(self) -> Generator[Approval]:
        for row, approval in self.campaign.approve_all(self.journal, self.progress.figures):
            self._rows[approval] = row
            yield approval

    def _take(self, dispatch: Dispatch, receipts: Iterable[Receipt]) -> None:
        receipts = list(receipts)
        self.progress.bare = EXACT.add(self.progress.bare, self._read_bare(dispatch, receipts))
        for approval, receipt in zip(dispatch.approvals, receipts, strict=True):
            reason = receipt.reason and translate(name_failure(receipt.reason, self._url))
            told = replace(receipt, reason=reason)
            self.progress.take(self._rows.pop(approval), approval, told)
        self.watch(self.progress)
