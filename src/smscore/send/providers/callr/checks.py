"""What is refused before the provider would refuse it, in either of its APIs.

The law of this file: nothing is sent that would be counted otherwise than it was quoted.
"""

from __future__ import annotations

from smscore.errors import InvalidSender, NotSupported, OverLimit
from smscore.send.provider import Dispatch
from smscore.send.providers.callr.options import CallrOptions
from smscore.send.providers.callr.reading import NAME
from smscore.send.providers.callr.senders import check_sender

MOST_CHARACTERS = 3200
STOP_NUMBER = "%STOPNUM%"
_PROFILES = {"GSM": "callr_gsm", "UNICODE": "callr_unicode"}


def as_options(dispatch: Dispatch) -> CallrOptions:
    """Give the options of a dispatch; TypeError for another provider's."""
    options = dispatch.options
    if options is None:
        return CallrOptions()
    if not isinstance(options, CallrOptions):
        raise TypeError(f"its options are CallrOptions, not {type(options).__name__}")
    return options


def find_profile(options: CallrOptions) -> str:
    """Name the profile that a message with these options is counted by."""
    return _PROFILES.get(options.force_encoding or "", NAME)


def check_dispatch(dispatch: Dispatch, sender: str) -> None:
    """Refuse a message; InvalidSender, OverLimit, NotSupported, ValueError, TypeError."""
    profile = find_profile(as_options(dispatch))
    check_sender(sender)
    if len(dispatch.numbers) > 1:
        raise NotSupported(NAME, None, "a request has one recipient")
    if len(dispatch.text) > MOST_CHARACTERS:
        raise OverLimit(NAME, MOST_CHARACTERS, len(dispatch.text), "characters")
    if STOP_NUMBER not in dispatch.text:
        return
    if not sender:
        reason = f"{STOP_NUMBER} is replaced only where a message has a sender: name one"
        raise InvalidSender(NAME, reason)
    if dispatch.approvals[0].quote.profile != profile:
        raise ValueError(
            f"{STOP_NUMBER} is replaced by a number after the parts were counted: "
            f"quote with profile={profile!r}, which counts that"
        )
