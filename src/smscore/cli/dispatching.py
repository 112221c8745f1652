"""A campaign on its way: one request after another, or some at a time, until it is told to stop.

The law of this file: it stops between messages. Whoever asks twice is obeyed at once; what was in
flight then is in the journal as in doubt.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import FrameType, TracebackType
from typing import Any, Self

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
from smscore.send.provider import Dispatch

_UNREACHABLE = 3
"""After so many messages in a row without any answer, the next one is not tried."""

_ALIKE = 5
"""After so many refusals in a row, each like the one before, the next one is not tried."""

_LOOK_SECONDS = 0.1
_STANDARD_ERROR = 2
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


class Brake:
    """Within it, an interruption is a wish to stop; a second one interrupts.

    >>> with Brake() as brake:
    ...     brake.status is None
    True
    """

    def __init__(self) -> None:
        self.status: Exit | None = None
        self.on_stop: Callable[[], None] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for each in (signal.SIGINT, signal.SIGTERM):
                # Who is told to ignore it, such as a process behind nohup, still does.
                if signal.getsignal(each) is not signal.SIG_IGN:
                    self._before[each] = signal.signal(each, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.status is not None:
            raise KeyboardInterrupt
        self.status = Exit.INTERRUPTED if number == signal.SIGINT else Exit.TERMINATED
        if self.on_stop is not None:
            self.on_stop()
        # Whatever is being written may not be written into.
        with suppress(OSError):
            os.write(
                _STANDARD_ERROR,
                b"smscore: stopping after the message in flight; once more interrupts it\n",
            )


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
            "failed": self.failed.to_dict(),
            "in_doubt": self.doubtful,
            "refused": self.figures.refused.to_dict(),
            "in_journal": self.figures.known.to_dict(),
            "stopped": self.stopped,
            "failure": self.failure,
        }


Watch = Callable[[Progress], None]


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
        for approval, receipt in zip(dispatch.approvals, receipts, strict=True):
            reason = receipt.reason and translate(name_failure(receipt.reason, self._url))
            told = replace(receipt, reason=reason)
            self.progress.take(self._rows.pop(approval), approval, told)
        self.watch(self.progress)
