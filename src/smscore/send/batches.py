"""Many approvals as dispatches, and what becomes of them as receipts.

The law of this file: every approval gets one receipt, in its order, whatever happened to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from smscore.errors import (
    AuthenticationFailed,
    GuardError,
    InvalidDate,
    MessageError,
    ProviderError,
    Stopped,
)
from smscore.guard import Approval
from smscore.send.outcomes import Outcome, Receipt
from smscore.send.provider import Dispatch

REFUSALS = (GuardError, InvalidDate, MessageError, ProviderError, Stopped)
"""What is raised before anything is recorded or sent, because of the message itself."""

CREDENTIALS = frozenset({401, 403})
"""Statuses that the next message would get too (RFC 9110, 15.5.2 and 15.5.4)."""

_CREDENTIAL_CODES = frozenset({"401"})


def refuses_credentials(receipt: Receipt) -> bool:
    """Tell whether it was the credentials that were refused, by status or by the answer's code."""
    refused = receipt.http_status in CREDENTIALS or receipt.code in _CREDENTIAL_CODES
    return refused and not receipt.repeated


def group(approvals: Iterable[Approval], options: object, most: int) -> Iterator[Dispatch]:
    """Put neighbours together that can leave in one request: one text and sender, other numbers."""
    waiting: list[Approval] = []
    for approval in approvals:
        if not isinstance(approval, Approval):
            raise TypeError(f"what is sent is an approval, not {type(approval).__name__}")
        if waiting and not (len(waiting) < most and _may_join(waiting, approval)):
            yield Dispatch(tuple(waiting), options)
            waiting = []
        waiting.append(approval)
    if waiting:
        yield Dispatch(tuple(waiting), options)


def _may_join(waiting: Sequence[Approval], approval: Approval) -> bool:
    first, quote = waiting[0].quote, approval.quote
    return (
        (first.text, first.sender, first.profile) == (quote.text, quote.sender, quote.profile)
        and all(each.quote.to != quote.to for each in waiting)
        and all(each.key != approval.key for each in waiting)
    )


def refuse(dispatch: Dispatch, provider: str, code: str, reason: str) -> tuple[Receipt, ...]:
    """Give the receipts of messages that were never tried."""
    return tuple(
        _refuse(approval, provider, code, reason, datetime.now(UTC))
        for approval in dispatch.approvals
    )


def _refuse(approval: Approval, provider: str, code: str, reason: str, at: datetime) -> Receipt:
    return Receipt(
        key=approval.key,
        provider=provider,
        outcome=Outcome.NOT_SENT,
        message_id=None,
        status=None,
        code=code,
        reason=reason,
        parts=None,
        price=None,
        http_status=None,
        body=None,
        attempts=0,
        at=at,
    )


@dataclass(slots=True)
class Batch:
    """A run over many approvals; once credentials are refused, the rest is not tried."""

    provider: str
    stopped: str | None = None

    def read(
        self, dispatch: Dispatch, found: Sequence[Receipt | GuardError]
    ) -> tuple[Receipt, ...]:
        """Give a receipt for each message of a dispatch."""
        now = datetime.now(UTC)
        receipts = tuple(
            _refuse(approval, self.provider, type(each).__name__, str(each), now)
            if isinstance(each, GuardError)
            else each
            for approval, each in zip(dispatch.approvals, found, strict=True)
        )
        for each in receipts:
            if refuses_credentials(each):
                self.stopped = "not tried: the credentials of the one before were refused"
        return receipts

    def refuse(self, dispatch: Dispatch, error: Exception) -> tuple[Receipt, ...]:
        """Give the receipts of messages that a check refused, or the provider when asked."""
        if isinstance(error, AuthenticationFailed):
            self.stopped = "not tried: the credentials of the one before were refused"
        return refuse(dispatch, self.provider, type(error).__name__, str(error))

    def skip(self, dispatch: Dispatch) -> tuple[Receipt, ...] | None:
        """Give the receipts of messages that are not tried any more; None if they are."""
        if self.stopped is None:
            return None
        return refuse(dispatch, self.provider, "stopped", self.stopped)
