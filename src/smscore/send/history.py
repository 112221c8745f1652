"""A provider's records of a time, and whether what they lack can be said to be lacking.

The law of this file: records prove nothing by what is not in them unless every page of them was
read, and every page was dated by a clock that agrees with ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from smscore.errors import AuthenticationFailed, ProviderError
from smscore.send.calling import call_flow
from smscore.send.calls import Call
from smscore.send.matching import Record
from smscore.send.outcomes import SentMessage
from smscore.send.provider import Provider
from smscore.send.steps import Flow, Terms
from smscore.send.wire import WireResponse

T = TypeVar("T")

AROUND = timedelta(days=1)
"""How far around the messages in question records are read.

A record that is dated strangely is to be seen, so that nothing is said to be absent for a clock.
"""

AGREEMENT = timedelta(minutes=1)
"""How far the date of an answer may be from our clock, slow answers included."""


@dataclass(slots=True)
class History:
    """Records, each once. `fault` says why they were not read to their end: then there are none.

    `agreed` is whether all answers were dated, and as our clock is.
    """

    records: list[Record] = field(default_factory=list)
    agreed: bool = True
    fault: str | None = None

    @property
    def whole(self) -> bool:
        """Whether the records were read to their end."""
        return self.fault is None


def read_history(
    provider: Provider,
    terms: Terms,
    since: datetime,
    until: datetime,
    read: Callable[[SentMessage], Record],
) -> Flow[History]:
    """Read the provider's records of a time; raises AuthenticationFailed."""
    history = History()
    found: dict[object, Record] = {}
    try:
        call = provider.find_sent(since, until)
        while True:
            watched = _watch(call, history, terms.clock)
            page = yield from call_flow(watched, provider, terms)
            for each in page.items:
                record = read(each)
                # Pages shift when messages come while they are read.
                name = (record.message_id, record.number_hash)
                found[len(found) if record.message_id is None else name] = record
            if page.following is None:
                history.records = list(found.values())
                return history
            call = page.following
    except AuthenticationFailed:
        raise
    except ProviderError as error:
        history.fault = f"the records could not be read to their end: {error}"
        return history


def _watch(call: Call[T], history: History, clock: Callable[[], datetime]) -> Call[T]:
    """Give a call whose answer is looked at for its date as well."""

    def read(response: WireResponse) -> T:
        if not is_dated(response.headers.get("date"), clock()):
            history.agreed = False
        return call.read(response)

    return Call(call.request, read, call.safe)


def is_dated(told: str | None, now: datetime) -> bool:
    """Tell whether a Date header (RFC 9110, 6.6.1) is what our clock says; False if it is none.

    >>> noon = datetime.fromisoformat("1994-11-06T08:50:00+00:00")
    >>> is_dated("Sun, 06 Nov 1994 08:49:37 GMT", noon), is_dated("yesterday", noon)
    (True, False)
    """
    try:
        date = parsedate_to_datetime(told or "")
    except (ValueError, OverflowError):
        return False
    return date.utcoffset() is not None and abs(date - now) <= AGREEMENT
