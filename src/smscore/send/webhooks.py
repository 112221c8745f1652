"""What providers call with: believed if it is proven, recorded once, in whatever order it comes.

The law of this file: an event that is not proven changes nothing. One that is changes the journal
in the transaction that remembers it, so that it is neither lost nor counted twice; and the journal
is the same whichever event comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Protocol

from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.journal import Journal, State
from smscore.send.journal.entry import Entry
from smscore.send.journal.transaction import Transaction
from smscore.send.matching import MARGIN, normalise_number
from smscore.send.outcomes import Outcome, Result
from smscore.send.provider import Provider

TOLERANCE = timedelta(minutes=5)

SIGNED = frozenset({"callr", "close"})
"""The providers that sign what they call with."""

NAMED = SIGNED
"""The providers whose events call a message by the id that sending is answered with."""

PROVIDERS = frozenset({"phone_com", "voip_communications", *SIGNED})

_RANKS = {State.ACCEPTED.value: 1, State.REJECTED.value: 2}


class Seen(Protocol):
    """What remembers the ids of events without a journal, such as a set."""

    def __contains__(self, id_: object, /) -> bool:
        """Tell whether an id was seen."""
        ...

    def add(self, id_: str, /) -> object:
        """Remember an id."""


def parse(
    provider: str | Provider,
    headers: Mapping[str, str],
    raw_body: bytes,
    secret: str | Secret | None,
    *,
    journal: Journal | None = None,
    seen: Seen | None = None,
    now: datetime | None = None,
    tolerance: timedelta = TOLERANCE,
    unsigned: bool = False,
    **options: Any,  # noqa: ANN401  # the provider's own
) -> Event:
    r"""Read an event, and record what it says of a message of the journal.

    `provider` is a name ("phone_com", "voip_communications", "callr", "close") or a provider;
    `options` are those of its `read_event`. `raw_body` are the octets as they came: what was read
    and written again has another signature. A `secret` of None is for providers that sign nothing,
    and otherwise refused unless `unsigned` says that it is meant. An event that was signed longer
    than `tolerance` ago, or as far ahead, is not believed, where the provider tells when.

    An event whose `id` the `journal` has seen has `duplicate` true and changes nothing; without a
    journal, `seen` remembers ids, or nobody does. What is not understood changes nothing either.
    An event is about the message of its id (and number); one of CALLR's or Close's that comes
    before the answer did is about the one message in doubt that has its number, text and time.
    Answer 2xx for a duplicate too, or it comes again.

    Raises BadSignature, StaleEvent, MalformedEvent (nothing was changed: answer 4xx),
    JournalError, ValueError for an unknown provider or a missing secret, TypeError for a body
    that is not bytes.

    >>> parse("phone_com", {"X-Api-Key": "s3cret"}, b'{"test": 1}', "s3cret").kind
    <EventKind.HANDSHAKE: 'handshake'>
    """
    name = provider.name if isinstance(provider, Provider) else provider
    if name not in PROVIDERS:
        raise ValueError(f"a provider is one of {', '.join(sorted(PROVIDERS))}")
    if not isinstance(raw_body, bytes):
        kind = type(raw_body).__name__
        raise TypeError(f"the body is the bytes that came, which were signed, not {kind}")
    if secret is None and name in SIGNED and not unsigned:
        raise ValueError(f"{name} signs its events: give the secret, or say unsigned=True")
    if journal is not None and seen is not None:
        raise ValueError("a journal remembers ids itself: give one of them")
    moment = datetime.now(UTC) if now is None else now
    if moment.utcoffset() is None:
        raise ValueError("a moment has a zone: give it tzinfo")
    lowered = {key.lower(): value for key, value in headers.items()}
    read_event = import_module(f"smscore.send.providers.{name}.events").read_event
    event: Event = read_event(lowered, raw_body, secret, now=moment, tolerance=tolerance, **options)
    if journal is not None:
        return journal.write(lambda transaction: _record(transaction, event, moment, journal))
    if seen is None or event.id is None:
        return event
    if event.id in seen:
        return replace(event, duplicate=True)
    seen.add(event.id)
    return event


def _record(transaction: Transaction, event: Event, now: datetime, journal: Journal) -> Event:
    if event.id is not None and not transaction.see_event(event.provider, event.id, now):
        return replace(event, duplicate=True)
    outcome = event.outcome if event.kind is EventKind.STATUS else None
    if outcome is not Outcome.ACCEPTED and outcome is not Outcome.REJECTED:
        # That a message is a draft may be older than what sent it; that nobody knows is no news.
        return event
    entry = _find_entry(transaction, event, journal)
    if entry is None:
        return event
    result = Result(
        event.number or "",
        outcome,
        message_id=event.message_id,
        status=event.status,
        reason=event.reason,
        parts=event.parts,
        price=event.price,
    )
    if _is_news(entry, event, outcome):
        transaction.conclude(entry.id, result, now, "event", event.at)
    else:
        transaction.fill(entry.id, result)
    return event


def _find_entry(transaction: Transaction, event: Event, journal: Journal) -> Entry | None:
    """Find the message that an event is about; None if that is not sure."""
    if event.message_id is None:
        return None
    found = transaction.find_message(event.provider, event.message_id)
    number = None if event.number is None else normalise_number(event.number)
    if not found:
        return _find_unnamed(transaction, event, number)
    if number is not None:
        # A batch has one id for all of its recipients.
        hashed = journal.hash_number(number)
        found = [each for each in found if each.number_hash == hashed]
    return found[0] if len(found) == 1 else None


def _find_unnamed(transaction: Transaction, event: Event, number: str | None) -> Entry | None:
    """Find the message whose answer, with its id, the event has overtaken, or which has none."""
    if event.provider not in NAMED or event.at is None or number is None or event.text is None:
        return None
    found = transaction.find_unnamed(
        event.provider, number, event.text, event.at - MARGIN, event.at + MARGIN
    )
    return found[0] if len(found) == 1 else None


def _is_news(entry: Entry, event: Event, outcome: Outcome) -> bool:
    """Whether an event says something later than what is known.

    Of two events of one moment the same one counts, whichever comes first.
    """
    if entry.state not in (State.ACCEPTED, State.REJECTED):
        return True
    if event.at is None:
        return False
    if entry.status_at is None or event.at != entry.status_at:
        return entry.status_at is None or event.at > entry.status_at
    return _rank(outcome.value, event.status) > _rank(entry.state.value, entry.status)


def _rank(outcome: str, status: str | None) -> tuple[int, str]:
    return _RANKS.get(outcome, 0), status or ""
