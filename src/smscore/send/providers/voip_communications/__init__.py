"""voip-communications.net, api-v2: one method that is documented, and some that are not.

reading.py   JSON values as Python's, times without a zone, what its errors say
records.py   entries of its logs
outcomes.py  what its answers mean for a message
options.py   when a message is to go out
events.py    replies, as its callbacks may bring them
provider.py  the provider

The law of this package: 200 means "look inside", and what is not documented is named experimental.
"""

from smscore.send.providers.voip_communications.events import VoipFields, read_event
from smscore.send.providers.voip_communications.options import VoipOptions
from smscore.send.providers.voip_communications.provider import VoipCommunications
from smscore.send.providers.voip_communications.records import (
    Cancellation,
    ChatMessage,
    LogEntry,
    SummaryEntry,
)

__all__ = [
    "Cancellation",
    "ChatMessage",
    "LogEntry",
    "SummaryEntry",
    "VoipCommunications",
    "VoipFields",
    "VoipOptions",
    "read_event",
]
