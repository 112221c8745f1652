"""CALLR: its JSON-RPC API version 1.1, and the REST API version 2.0 that is to replace it.

reading.py   JSON values as Python's, its three forms of dates, what its errors say
senders.py   what a message may come from
options.py   the options of a message, and the webhook that it may have
records.py   messages and quotes as it keeps them
checks.py    what is refused before the provider would refuse it
outcomes.py  what its answers and statuses mean for a message
rpc.py       JSON-RPC: requests, and whether an answer is to them
webhooks.py  who is called, and for what
events.py    what it calls with
provider.py  the provider, by JSON-RPC
rest.py      the provider, by REST

The law of this package: the records are the same whichever API they come from, and what is not
documented is left raw, or not offered.
"""

from smscore.send.providers.callr.events import read_event
from smscore.send.providers.callr.options import CallrOptions, Hook
from smscore.send.providers.callr.provider import Callr
from smscore.send.providers.callr.records import SmsMessage, SmsQuote, StatusChange
from smscore.send.providers.callr.rest import CallrRest, Pong
from smscore.send.providers.callr.webhooks import Webhook, Webhooks

__all__ = [
    "Callr",
    "CallrOptions",
    "CallrRest",
    "Hook",
    "Pong",
    "SmsMessage",
    "SmsQuote",
    "StatusChange",
    "Webhook",
    "Webhooks",
    "read_event",
]
