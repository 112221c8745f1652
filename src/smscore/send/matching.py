"""Which of a provider's records is which message of the journal.

The law of this file: one record is one message's, and one message has one record. An id decides
where there is one, then a handle, and what has another handle is another message; otherwise the
number, the text and the time do, and where they fit more than one way, nothing is decided. Numbers,
texts and handles are compared as hashes: a journal has nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from smscore.money import Money
from smscore.send.journal.attempts import Earlier
from smscore.send.journal.entry import Entry, Stage, State
from smscore.send.outcomes import Outcome, SentMessage

MARGIN = timedelta(minutes=10)
"""How far apart two clocks and a slow request may put a record and the message that it is of."""

_MOST_PAIRS = 1_000_000
_IN_DOUBT = frozenset({State.IN_FLIGHT, State.UNKNOWN})


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A record of the provider, its number, text and handle as hashes; None is one not told."""

    number_hash: bytes | None = field(repr=False)
    text_hash: bytes | None = field(repr=False)
    message_id: str | None
    outcome: Outcome
    status: str | None
    reason: str | None
    parts: int | None
    price: Money | None
    at: datetime | None
    handle_hash: bytes | None = field(default=None, repr=False)


def normalise_number(number: str) -> str | None:
    """Write a provider's spelling of a number in E.164; None if it has no digits.

    >>> normalise_number("1 (202) 555-0122"), normalise_number("unknown")
    ('+12025550122', None)
    """
    digits = "".join(each for each in number if each.isascii() and each.isdigit())
    return f"+{digits}" if digits else None


def read_record(
    message: SentMessage,
    hash_number: Callable[[str], bytes],
    hash_text: Callable[[str], bytes],
    hash_handle: Callable[[str], bytes],
) -> Record:
    """Make a record of what a provider says of a message."""
    number = normalise_number(message.number)
    return Record(
        None if number is None else hash_number(number),
        None if message.text is None else hash_text(message.text),
        message.message_id,
        message.outcome,
        message.status,
        message.reason,
        message.parts,
        message.price,
        message.at,
        None if message.handle is None else hash_handle(message.handle),
    )


@dataclass(slots=True)
class Matches:
    """What was matched: `found` by the entries' numbers in the journal, `free` the other records.

    `doubtful` are the entries that a free record may be of, though it is not sure.
    """

    found: dict[int, Record] = field(default_factory=dict)
    free: list[Record] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)


def match(entries: Sequence[Entry], records: Iterable[Record], *, shared_ids: bool) -> Matches:
    """Match entries that were in flight with records.

    `shared_ids` says that the ids of the records are those that sending is answered with: then an
    entry with an id is matched by it and by nothing else. Entries whose outcome is certain come
    first, so that what may have gone out is not taken for what did.
    """
    matches = Matches()
    free = dict.fromkeys(records)
    _match_ids(entries, free, matches)
    open_ = [
        each
        for each in entries
        if each.id not in matches.found
        and each.in_flight_at is not None
        and (each.state in _IN_DOUBT or each.state is State.ACCEPTED)
        # What was only to be stored did not go out, whatever looks like it.
        and not (each.stage is Stage.PREPARE and each.state is State.IN_FLIGHT)
        and not (shared_ids and each.message_id is not None)
    ]
    _match_handles(open_, free, matches)
    # A record without a handle may be anybody's; one with a handle that nobody here has given may
    # be only of a message that was given none.
    named = {each.handle_hash for each in open_ if each.handle_hash is not None}
    plain = [each for each in free if each.handle_hash is None]
    _match_texts(_find_left(open_, matches), plain, free, matches)
    other = [each for each in free if each.handle_hash is not None]
    other = [each for each in other if each.handle_hash not in named]
    unnamed = [each for each in _find_left(open_, matches) if each.handle_hash is None]
    _match_texts(unnamed, other, free, matches)
    _match_times(_find_left(open_, matches), free, matches)
    matches.free = list(free)
    _find_doubtful(open_, free, matches)
    return matches


def set_apart(
    records: Iterable[Record], earlier: Iterable[Earlier], account: bytes, named: Container[str]
) -> tuple[list[Record], list[tuple[Earlier, Record]]]:
    """Set the records of attempts that were tried again since apart from all others.

    What became of such an attempt says nothing of the next one, however alike they are. `named` are
    the ids that messages have now.
    """
    known: dict[str, list[Earlier]] = defaultdict(list)
    for attempt in earlier:
        name = attempt.message_id
        if name is not None and name not in named and attempt.account_hash == account:
            known[name].append(attempt)
    others: list[Record] = []
    apart: list[tuple[Earlier, Record]] = []
    for record in records:
        attempts = [
            each
            for each in known.get(record.message_id or "", ())
            if record.number_hash in (None, each.number_hash)
        ]
        if attempts:
            apart.append((attempts[0], record))
        else:
            others.append(record)
    return others, apart


def _find_left(open_: Sequence[Entry], matches: Matches) -> list[Entry]:
    return [each for each in open_ if each.id not in matches.found]


def may_be(entry_handle: bytes | None, handle: bytes | None) -> bool:
    """Whether a handle, as hashes, leaves open that something is a message's; None is none told."""
    return entry_handle is None or handle is None or entry_handle == handle


def _match_ids(entries: Sequence[Entry], free: dict[Record, None], matches: Matches) -> None:
    named: dict[str, list[Record]] = defaultdict(list)
    for record in free:
        if record.message_id is not None:
            named[record.message_id].append(record)
    # Of several with one id, it is that of the one that is known to have gone out.
    for entry in sorted(entries, key=lambda each: each.state is not State.ACCEPTED):
        if entry.message_id is None:
            continue
        for record in named.get(entry.message_id, ()):
            # A batch has one id for all of its recipients.
            if record in free and record.number_hash in (None, entry.number_hash):
                matches.found[entry.id] = record
                del free[record]
                break


def _match_handles(open_: Sequence[Entry], free: dict[Record, None], matches: Matches) -> None:
    """Match what has one handle, whatever else is told of it.

    A key may be used again, in another run or by another journal: a record from before the message
    is not of it, and of several the number, the text and the time tell which.
    """
    groups: dict[bytes, tuple[list[Entry], list[Record]]] = {}
    for entry in open_:
        if entry.handle_hash is not None:
            groups.setdefault(entry.handle_hash, ([], []))[0].append(entry)
    for record in free:
        if record.handle_hash in groups and _went(record):
            groups[record.handle_hash][1].append(record)
    for entries, records in groups.values():
        if len(entries) == len(records) == 1:
            at = records[0].at
            if at is not None and at < _began(entries[0]) - MARGIN:
                continue
            matches.found[entries[0].id] = records[0]
            del free[records[0]]
        elif records:
            _match_texts(entries, records, free, matches)


def _match_texts(
    open_: Sequence[Entry],
    records: Iterable[Record],
    free: dict[Record, None],
    matches: Matches,
) -> None:
    groups: dict[tuple[bytes, bytes], tuple[list[Entry], list[Record]]] = {}
    for entry in open_:
        groups.setdefault((entry.number_hash, entry.text_hash), ([], []))[0].append(entry)
    for record in records:
        if record.number_hash is None or record.text_hash is None or not _went(record):
            continue
        group = groups.get((record.number_hash, record.text_hash))
        if group is not None:
            group[1].append(record)
    for entries, alike in groups.values():
        for entry, record in _pair_group(entries, alike):
            matches.found[entry.id] = record
            del free[record]


def _went(record: Record) -> bool:
    """Whether a record is of a message that went out or may have; a draft is none."""
    return record.outcome is not Outcome.NOT_SENT


def _pair_group(entries: list[Entry], records: list[Record]) -> list[tuple[Entry, Record]]:
    """Pair entries and records of one number and one text."""
    dated = [each for each in records if each.at is not None]
    if records and not dated:
        # Without times, only as many records as entries can be nothing but theirs.
        return list(zip(entries, records, strict=True)) if len(entries) == len(records) else []
    pairs = _pair([each for each in entries if each.state not in _IN_DOUBT], dated)
    taken = {record for _, record in pairs}
    rest = [each for each in dated if each not in taken]
    return pairs + _pair([each for each in entries if each.state in _IN_DOUBT], rest)


def _pair(entries: Sequence[Entry], records: Sequence[Record]) -> list[tuple[Entry, Record]]:
    """Pair the nearest in time first, unless more can be paired in another way."""
    most = _pair_most(entries, records)
    if len(entries) * len(records) > _MOST_PAIRS:
        return most
    near = _pair_nearest(entries, records)
    return near if len(near) == len(most) else most


def _pair_nearest(
    entries: Sequence[Entry], records: Sequence[Record]
) -> list[tuple[Entry, Record]]:
    gaps = sorted(
        (gap, place, other)
        for place, entry in enumerate(entries)
        for other, record in enumerate(records)
        if (gap := _gap(entry, record)) is not None and gap <= MARGIN
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, place, other in gaps:
        if place not in found and other not in taken:
            found[place] = other
            taken.add(other)
    return [(entries[place], records[other]) for place, other in found.items()]


def _pair_most(entries: Sequence[Entry], records: Sequence[Record]) -> list[tuple[Entry, Record]]:
    """Pair as many as can be: in the order of time, the first that is near enough."""
    waiting = deque(sorted(entries, key=_began))
    found: list[tuple[Entry, Record]] = []
    moments = [(each.at, each) for each in records if each.at is not None]
    for at, record in sorted(moments, key=lambda each: each[0]):
        while waiting and _began(waiting[0]) < at - MARGIN:
            waiting.popleft()
        if waiting and _began(waiting[0]) <= at + MARGIN:
            found.append((waiting.popleft(), record))
    return found


def _began(entry: Entry) -> datetime:
    return entry.in_flight_at or entry.quoted_at


def _gap(entry: Entry, record: Record) -> timedelta | None:
    return None if record.at is None else abs(record.at - _began(entry))


def _match_times(open_: Sequence[Entry], free: dict[Record, None], matches: Matches) -> None:
    """Match records without a text, where one record and one entry can be each other's only."""
    waiting: dict[bytes, list[Entry]] = defaultdict(list)
    for entry in open_:
        waiting[entry.number_hash].append(entry)
    textless: dict[bytes, list[Record]] = defaultdict(list)
    for record in free:
        if record.text_hash is None and record.number_hash is not None and _went(record):
            textless[record.number_hash].append(record)
    for number_hash, records in textless.items():
        pairs = [
            (entry, record)
            for entry in waiting.get(number_hash, ())
            for record in records
            if may_be(entry.handle_hash, record.handle_hash)
            and ((gap := _gap(entry, record)) is None or gap <= MARGIN)
        ]
        times = Counter(each for pair in pairs for each in (pair[0].id, pair[1]))
        for entry, record in pairs:
            if times[entry.id] == times[record] == 1 and record.at is not None:
                matches.found[entry.id] = record
                del free[record]


def _find_doubtful(open_: Sequence[Entry], free: dict[Record, None], matches: Matches) -> None:
    """Note the entries that something free may be of: nobody can say that they did not go out.

    A clock may have been wrong when a message went: a record of its number and text, or with its
    handle, may be it, whatever time it has.
    """
    numbered: dict[bytes | None, list[Record]] = defaultdict(list)
    handled: dict[bytes, list[Record]] = defaultdict(list)
    for record in free:
        if _went(record):
            numbered[record.number_hash].append(record)
            if record.handle_hash is not None:
                handled[record.handle_hash].append(record)
    for entry in open_:
        if entry.id in matches.found:
            continue
        near = (*numbered.get(entry.number_hash, ()), *numbered.get(None, ()))
        named = () if entry.handle_hash is None else handled.get(entry.handle_hash, ())
        if named or any(_may_be_of(entry, record) for record in near):
            matches.doubtful.add(entry.id)


def _may_be_of(entry: Entry, record: Record) -> bool:
    """Whether a record of the same number, or of one not told, may be a message's."""
    if not may_be(entry.handle_hash, record.handle_hash):
        return False
    if record.at is None or record.text_hash in (None, entry.text_hash):
        return True
    # The provider may have altered the text.
    return abs(record.at - _began(entry)) <= MARGIN
