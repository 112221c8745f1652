"""Phone.com, version 4 of its API: the resource /sms, and what belongs to it.

reading.py    JSON values as Python's, and what its errors say
account.py    one account: where it is, its token, and how requests are made for it
filters.py    the grammar of its filters
records.py    messages as it keeps them
outcomes.py   what its answers mean for a message
tokens.py     OAuth tokens
listeners.py  callbacks of the first generation
callbacks.py  events of the second generation: who is called, and for what
events.py     what it calls with
provider.py   the provider

The newer resource /messages is left out: what it answers is not documented.

The law of this package: what the documentation leaves open is UNKNOWN, None or kept raw.
"""

from smscore.send.providers.phone_com.callbacks import (
    Callback,
    CallbackConfig,
    EventFilter,
    EventListener,
    Events,
    Overview,
    Subscription,
)
from smscore.send.providers.phone_com.events import read_event
from smscore.send.providers.phone_com.filters import Filter
from smscore.send.providers.phone_com.listeners import Listener, ListenerCallback, Listeners
from smscore.send.providers.phone_com.provider import PhoneCom, PhoneComOptions
from smscore.send.providers.phone_com.records import Extension, Recipient, SmsMessage
from smscore.send.providers.phone_com.tokens import Token, TokenDescription

__all__ = [
    "Callback",
    "CallbackConfig",
    "EventFilter",
    "EventListener",
    "Events",
    "Extension",
    "Filter",
    "Listener",
    "ListenerCallback",
    "Listeners",
    "Overview",
    "PhoneCom",
    "PhoneComOptions",
    "Recipient",
    "SmsMessage",
    "Subscription",
    "Token",
    "TokenDescription",
    "read_event",
]
