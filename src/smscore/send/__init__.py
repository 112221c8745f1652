"""Sending what was approved: once, recorded before it leaves, and known afterwards.

wire.py            requests and responses, as values
outcomes.py        what became of a message
calls.py           one method of an API, as a value
events.py          what a provider tells without being asked
telemetry.py       log records and spans
provider.py        what a provider is
pacing.py          rate limits
journal/           the durable record of every send
steps.py           what flows yield, and the terms that they go by
driving.py         the loop that does what a flow says
calling.py         every decision about one call that is no sending
sending.py         messages that are ours to send, and the record of what becomes of them
releasing.py       the same in two steps
flow.py            one dispatch from its approvals to its receipts
batches.py         many approvals as dispatches
writing.py         the journal, for many messages at once
settings.py        what both clients are made with
providers/         the four providers
webhooks.py        events of any of them, believed once
variances.py       each difference between quote and bill, explained
totals.py          what messages come to, by currency and by country
history.py         a provider's records of a time, and what they prove
others.py          messages that another account sent
matching.py        which of a provider's records is which message
billing.py         the report of what was quoted and what was billed
bills.py           the bill of each message, as a table
findings.py        what was learnt of messages, into the journal
reconciliation.py  asking what became of messages in doubt, and what they really cost
connections.py     connections on which a request leaves in one piece
client.py          the drivers: they alone use connections
sandbox/           the four providers on this machine
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from smscore.send.client import AsyncSmsClient as AsyncSmsClient
    from smscore.send.client import SmsClient as SmsClient
    from smscore.send.journal import Journal as Journal
    from smscore.send.outcomes import Outcome as Outcome
    from smscore.send.outcomes import Receipt as Receipt
    from smscore.send.providers.callr import Callr as Callr
    from smscore.send.providers.callr import CallrOptions as CallrOptions
    from smscore.send.providers.callr import CallrRest as CallrRest
    from smscore.send.providers.close import Close as Close
    from smscore.send.providers.close import CloseOptions as CloseOptions
    from smscore.send.providers.phone_com import PhoneCom as PhoneCom
    from smscore.send.providers.phone_com import PhoneComOptions as PhoneComOptions
    from smscore.send.providers.voip_communications import VoipCommunications as VoipCommunications
    from smscore.send.providers.voip_communications import VoipOptions as VoipOptions
    from smscore.send.reconciliation import Reconciliation as Reconciliation
    from smscore.send.reconciliation import reconcile as reconcile
    from smscore.send.steps import Drift as Drift
    from smscore.send.steps import Retry as Retry

_HOMES = {
    "AsyncSmsClient": "client",
    "SmsClient": "client",
    "Journal": "journal",
    "Outcome": "outcomes",
    "Receipt": "outcomes",
    "Callr": "providers.callr",
    "CallrOptions": "providers.callr",
    "CallrRest": "providers.callr",
    "Close": "providers.close",
    "CloseOptions": "providers.close",
    "PhoneCom": "providers.phone_com",
    "PhoneComOptions": "providers.phone_com",
    "VoipCommunications": "providers.voip_communications",
    "VoipOptions": "providers.voip_communications",
    "Reconciliation": "reconciliation",
    "reconcile": "reconciliation",
    "Drift": "steps",
    "Retry": "steps",
}

__all__ = [
    "AsyncSmsClient",
    "Callr",
    "CallrOptions",
    "CallrRest",
    "Close",
    "CloseOptions",
    "Drift",
    "Journal",
    "Outcome",
    "PhoneCom",
    "PhoneComOptions",
    "Receipt",
    "Reconciliation",
    "Retry",
    "SmsClient",
    "VoipCommunications",
    "VoipOptions",
    "reconcile",
]


def __getattr__(name: str) -> object:
    """Load the module that is the home of a public name (PEP 562): a journal needs no httpx."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = __import__(f"{__name__}.{_HOMES[name]}", fromlist=(name,))
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
