"""Close: a CRM, in which a message is an activity of a lead.

reading.py        JSON values as Python's, and what its errors and rate limits say
account.py        one account: where it is, its key, and how requests are made for it
options.py        the options of a message
records.py        activities, templates, numbers and subscriptions as it keeps them
outcomes.py       what its answers and statuses mean for a message
messages.py       activities: drafts and what is only logged, lists, cancelling
templates.py      templates of texts
numbers.py        the numbers of the account, and where they can write to
subscriptions.py  who is called, and the log of what was called for
events.py         what it calls with
provider.py       the provider

The law of this package: the status decides whether a message goes out, so that no method takes one.
What is sent goes through an approval; what is logged is never sent.
"""

from smscore.send.providers.close.events import read_event
from smscore.send.providers.close.messages import Cancellation, Messages
from smscore.send.providers.close.numbers import PhoneNumbers, Reach
from smscore.send.providers.close.options import Attachment, CloseOptions
from smscore.send.providers.close.provider import Close
from smscore.send.providers.close.records import PhoneNumber, SmsActivity, SmsTemplate
from smscore.send.providers.close.subscriptions import EventLog, Subscription, Subscriptions
from smscore.send.providers.close.templates import Templates

__all__ = [
    "Attachment",
    "Cancellation",
    "Close",
    "CloseOptions",
    "EventLog",
    "Messages",
    "PhoneNumber",
    "PhoneNumbers",
    "Reach",
    "SmsActivity",
    "SmsTemplate",
    "Subscription",
    "Subscriptions",
    "Templates",
    "read_event",
]
