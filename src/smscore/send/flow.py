"""One dispatch from its approvals to its receipts: a generator decides, a driver does.

The law of this file: nothing is done here, it is yielded. What a message could be refused for is
looked at before anything is recorded, and what waits for its turn is not yet in flight.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from smscore.errors import Drifted, GuardError, NotAllowed, Stopped
from smscore.measuring import measure
from smscore.send.calling import call_flow
from smscore.send.journal.entry import Claim, Entry, Stage
from smscore.send.journal.transaction import Transaction
from smscore.send.outcomes import Forecast, Receipt
from smscore.send.provider import Dispatch, Provider, TwoStepProvider
from smscore.send.releasing import Releasing
from smscore.send.sending import Sending, check_time, count_amounts
from smscore.send.steps import Flow, Terms, Write, pace
from smscore.send.wire import WireRequest


def send_flow(
    provider: Provider, dispatch: Dispatch, terms: Terms
) -> Flow[tuple[Receipt | GuardError, ...]]:
    """Send the messages of a dispatch; tell of each, in order, its receipt or the guard's refusal.

    Raises what checking them raises, before anything is recorded or sent, and JournalError.
    """
    _check(provider, dispatch, terms.clock())
    forecast = yield from _ask_forecast(provider, dispatch, terms)
    two_steps = isinstance(provider, TwoStepProvider) and provider.two_steps
    stage = Stage.PREPARE if two_steps else Stage.SEND
    # Before anything is in flight: a message that waits for its turn is in no doubt.
    first = _first_request(provider, dispatch)
    waited = yield from pace(first, terms, count_amounts(dispatch))
    if terms.stopped():
        raise Stopped
    if waited or forecast is not None:
        check_time(dispatch, terms.clock())
    claims = yield Write(lambda transaction: _claim(transaction, provider, dispatch, stage, terms))
    found: dict[int, Receipt | GuardError] = {}
    ours: dict[int, Claim] = {}
    for place, (approval, claim) in enumerate(zip(dispatch.approvals, claims, strict=True)):
        if isinstance(claim, Claim):
            ours[place] = claim
        elif isinstance(claim, GuardError):
            found[place] = claim
        else:
            found[place] = claim.to_receipt(approval.key)
    if ours:
        part = Dispatch(tuple(dispatch.approvals[each] for each in ours), dispatch.options)
        if len(ours) < len(dispatch.approvals):
            first = _first_request(provider, part)
        kind = Releasing if two_steps else Sending
        receipts = yield from kind(provider, part, tuple(ours.values()), terms, first).run()
        for place, receipt in zip(ours, receipts, strict=True):
            found[place] = receipt if forecast is None else replace(receipt, forecast=forecast)
    return tuple(found[place] for place in range(len(dispatch.approvals)))


def _check(provider: Provider, dispatch: Dispatch, now: datetime) -> None:
    check_time(dispatch, now)
    quote = dispatch.approvals[0].quote
    profile = provider.profile(dispatch)
    if quote.profile != profile:
        parts = measure(quote.text, profile=profile).parts
        if parts > quote.parts:
            raise NotAllowed(
                "profile",
                f"a quote counted as the provider counts (profile={profile!r})",
                f"{quote.parts} where that is {parts}",
            )
    provider.check(dispatch, now)


def _ask_forecast(provider: Provider, dispatch: Dispatch, terms: Terms) -> Flow[Forecast | None]:
    """Hold our quote against the provider's own, where there is one."""
    call = provider.forecast(dispatch)
    if call is None:
        return None
    forecast = yield from call_flow(call, provider, terms)
    quote = dispatch.approvals[0].quote
    if forecast.parts is not None and forecast.parts > quote.parts + terms.drift.parts:
        raise Drifted("drift", f"{quote.parts} + {terms.drift.parts} parts", f"{forecast.parts}")
    high = quote.high.amount
    if forecast.cost is not None and forecast.cost > high * (1 + terms.drift.price):
        raise Drifted("drift", f"{quote.high} and {terms.drift.price:%} more", f"{forecast.cost}")
    return forecast


def _first_request(provider: Provider, dispatch: Dispatch) -> WireRequest:
    if isinstance(provider, TwoStepProvider) and provider.two_steps:
        return provider.prepare(dispatch)
    return provider.build(dispatch)


def _claim(
    transaction: Transaction, provider: Provider, dispatch: Dispatch, stage: Stage, terms: Terms
) -> list[Claim | Entry | GuardError]:
    now = terms.clock()
    return [
        transaction.claim(
            approval,
            run=terms.run,
            provider=provider.name,
            stage=stage,
            now=now,
            again=terms.again,
            account=provider.identity,
            handle=provider.handle(approval),
        )
        for approval in dispatch.approvals
    ]
