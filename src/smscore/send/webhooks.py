"""What providers call with: believed if it is proven, recorded once, in whatever order it comes.

The law of this file: an event that is not proven changes nothing. One that is changes the journal
in the transaction that remembers it, so that it is neither lost nor counted twice; and the journal
is the same whichever event of a message's life comes first. What is final stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Protocol

from smscore.privacy import Secret
from smscore.send.events import Event, EventKind
from smscore.send.findings import IN_DOUBT, is_final
from smscore.send.history import AROUND
from smscore.send.journal import Journal, State
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry, Stage
from smscore.send.journal.transaction import Transaction
from smscore.send.matching import MARGIN, may_be, normalise_number
from smscore.send.outcomes import Outcome, Result
from smscore.send.provider import Provider

TOLERANCE = timedelta(minutes=5)

SIGNED = frozenset({"callr", "close"})
"""The providers that sign what they call with."""

NAMED = SIGNED
"""The providers whose events call a message by the id that sending is answered with."""

PROVIDERS = frozenset({"phone_com", "voip_communications", *SIGNED})

_RANKED = frozenset({State.ACCEPTED, State.REJECTED})
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

    An event whose `id` the `journal` has seen has `duplicate` true and changes nothing, unless it
    fitted no message by then and does now; without a journal, `seen` remembers ids, or nobody does.
    What is not understood changes nothing either.
    An event is about the message of its id (and number), or about an earlier attempt at it, of
    which only the bill is kept; one of CALLR's or Close's that comes
    before the answer did is about the one message in doubt that has its handle, or else its number,
    text and time. Of two final statuses the first that came stays; the event of the other says so
    in its `reason`, and the message in its own.
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
        recording = _Recording(
            journal,
            _find_final(provider, name),
            journal.hash_account(provider.identity) if isinstance(provider, Provider) else None,
        )
        return journal.write(lambda transaction: recording.record(transaction, event, moment))
    if seen is None or event.id is None:
        return event
    if event.id in seen:
        return replace(event, duplicate=True)
    seen.add(event.id)
    return event


def _find_final(provider: str | Provider, name: str) -> frozenset[str]:
    """Find the statuses that nothing follows, of a provider or of the classes of its name."""
    if isinstance(provider, Provider):
        return provider.final_statuses
    package = import_module(f"smscore.send.providers.{name}")
    found: frozenset[str] = frozenset()
    for each in vars(package).values():
        if isinstance(each, type) and issubclass(each, Provider) and each.name == name:
            found |= each.final_statuses
    return found


@dataclass(frozen=True, slots=True)
class _Recording:
    """What an event is recorded by: the journal, the final statuses, the account if it is known."""

    journal: Journal
    final: frozenset[str]
    account: bytes | None

    def record(self, transaction: Transaction, event: Event, now: datetime) -> Event:
        """Record an event that was not recorded yet; give it as it is to be told.

        One that fitted no message when it came first is tried once more when it comes again.
        """
        if event.id is not None and not transaction.see_event(event.provider, event.id, now):
            event = replace(event, duplicate=True)
            if not transaction.is_open(event.provider, event.id or ""):
                return event
        outcome = event.outcome if event.kind is EventKind.STATUS else None
        if outcome is not Outcome.ACCEPTED and outcome is not Outcome.REJECTED:
            # That a message is a draft may be older than what sent it; doubt is no news.
            return event
        entry = self._find_entry(transaction, event)
        earlier = [] if entry is not None else self._find_earlier(transaction, event)
        for each in earlier:
            transaction.bill_earlier(each, event.status, event.parts, event.price)
        fits = entry is not None or bool(earlier)
        if event.id is not None and fits is event.duplicate:
            transaction.mark_open(event.provider, event.id, is_open=not fits)
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
        if entry.state in _RANKED and is_final(entry.status, self.final):
            return self._add_to_final(transaction, entry, event, result, now)
        if entry.state in _RANKED and is_final(event.status, self.final):
            # It is the last of a life, whatever its time says.
            times = [each for each in (event.at, entry.status_at) if each is not None]
            transaction.conclude(entry.id, result, now, "event", max(times, default=None))
        elif _is_news(entry, event, outcome):
            transaction.conclude(entry.id, result, now, "event", event.at)
        else:
            _fill(transaction, entry, result, now)
        return event

    def _add_to_final(
        self, transaction: Transaction, entry: Entry, event: Event, result: Result, now: datetime
    ) -> Event:
        """Take what an event adds to a message whose last status is known; that stays."""
        reason, told = entry.reason, event
        if is_final(event.status, self.final) and not _is_same(entry, result):
            conflict = f"the provider has also said {event.status}, after {entry.status}"
            told = replace(event, reason=_add(event.reason, conflict))
            reason = _add(entry.reason, conflict)
        _fill(transaction, entry, result, now)
        later = event.at is not None and (entry.status_at is None or event.at > entry.status_at)
        if later or reason != entry.reason:
            same = Result(result.number, entry.outcome, code=entry.code, reason=reason)
            at = event.at if later else entry.status_at
            transaction.conclude(entry.id, same, now, "event", at)
        return told

    def _find_entry(self, transaction: Transaction, event: Event) -> Entry | None:
        """Find the message that an event is about; None if that is not sure."""
        if event.message_id is None:
            return None
        found = transaction.find_message(event.provider, event.message_id)
        number = None if event.number is None else normalise_number(event.number)
        if not found:
            # What became of an attempt says nothing of the one after it.
            known = self._find_earlier(transaction, event)
            return None if known else self._find_unnamed(transaction, event, number)
        if number is not None:
            # A batch has one id for all of its recipients.
            hashed = self.journal.hash_number(number)
            found = [each for each in found if each.number_hash == hashed]
        return found[0] if len(found) == 1 else None

    def _find_earlier(self, transaction: Transaction, event: Event) -> list[Earlier]:
        """Find the attempt that an event is about, if its message was tried again since."""
        if event.message_id is None:
            return []
        found = transaction.find_earlier(event.provider, event.message_id)
        number = None if event.number is None else normalise_number(event.number)
        if number is not None:
            hashed = self.journal.hash_number(number)
            found = [each for each in found if each.number_hash == hashed]
        return found if len(found) == 1 else []

    def _find_unnamed(
        self, transaction: Transaction, event: Event, number: str | None
    ) -> Entry | None:
        """Find the message whose answer, with its id, the event has overtaken, or which has none.

        A handle decides; without one the number, the text and the time do.
        """
        if event.provider not in NAMED:
            return None
        handle = None if event.handle is None else self.journal.hash_handle(event.handle)
        near: list[Entry] = []
        if event.at is not None and number is not None and event.text is not None:
            near = transaction.find_unnamed(
                event.provider, number, event.text, event.at - MARGIN, event.at + MARGIN
            )
        if handle is not None:
            named = [each for each in near if each.handle_hash == handle]
            named = named or self._find_named(event, handle)
            if named:
                return named[0] if len(named) == 1 and self._is_open(named[0]) else None
        found = [each for each in near if may_be(each.handle_hash, handle) and self._is_open(each)]
        return found[0] if len(found) == 1 else None

    def _find_named(self, event: Event, handle: bytes) -> list[Entry]:
        """Find the messages in doubt of a handle, put in flight in the day before an event."""
        if event.at is None:
            return []
        doubtful = self.journal.entries(
            provider=event.provider,
            states=IN_DOUBT,
            since=event.at - AROUND,
            until=event.at + MARGIN,
        )
        return [each for each in doubtful if each.handle_hash == handle and self._is_open(each)]

    def _is_open(self, entry: Entry) -> bool:
        """Whether an id may be given to a message, of this account if it is known which one."""
        return (
            entry.message_id is None
            and entry.stage is not Stage.PREPARE
            and self.account in (None, entry.account_hash)
        )


def _fill(transaction: Transaction, entry: Entry, result: Result, now: datetime) -> None:
    """Fill the gaps of what is known; parts count for the caps whichever event tells them."""
    transaction.fill(entry.id, result)
    if result.parts is not None:
        same = Result(result.number, entry.outcome, code=entry.code, reason=entry.reason)
        transaction.conclude(entry.id, same, now, "event", entry.status_at)


def _is_same(entry: Entry, result: Result) -> bool:
    """Whether two final statuses say the same, be it by another word."""
    return entry.outcome is result.outcome


def _add(reason: str | None, more: str) -> str:
    """Add to a reason, once."""
    if reason is None:
        return more
    return reason if more in reason else f"{reason}; {more}"


def _is_news(entry: Entry, event: Event, outcome: Outcome) -> bool:
    """Whether an event says something later than what is known.

    Of two events of one moment the same one counts, whichever comes first.
    """
    if entry.state not in _RANKED:
        return True
    if event.at is None:
        return False
    if entry.status_at is None or event.at != entry.status_at:
        return entry.status_at is None or event.at > entry.status_at
    return _rank(outcome.value, event.status) > _rank(entry.state.value, entry.status)


def _rank(outcome: str, status: str | None) -> tuple[int, str]:
    return _RANKS.get(outcome, 0), status or ""
