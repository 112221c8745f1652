"""What the tests of reconciliation share: a provider with records, and messages in any state.

The law of this file: what the provider has is said by the test, not computed from what was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from sending import NUMBER, TEXT, Plain, approve, make_terms

from smscore.errors import AuthenticationFailed
from smscore.guard import Approval
from smscore.money import Money
from smscore.send.calls import Call, Page
from smscore.send.journal import Entry, Journal
from smscore.send.journal.entry import Claim, Stage
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.reconciliation import Reconciliation, reconcile
from smscore.send.steps import Flow, Write
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse

T = TypeVar("T")

SENT_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW = SENT_AT + timedelta(hours=2)
OTHER = "+33612345678"


def euro(amount: str) -> Money:
    """Give euros."""
    return Money(Decimal(amount), "EUR")


def seconds(count: float) -> datetime:
    """Give a moment so many seconds after messages were sent."""
    return SENT_AT + timedelta(seconds=count)


def record(
    message_id: str | None = "m1",
    number: str = NUMBER,
    text: str | None = TEXT,
    outcome: Outcome = Outcome.ACCEPTED,
    at: datetime | None = SENT_AT,
    **more: Any,
) -> SentMessage:
    """Give a record of the provider."""
    return SentMessage(message_id, number, text, outcome, at=at, **more)


@dataclass(frozen=True, kw_only=True)
class Archive(Plain):
    """A provider with records, which it gives two at a time, and perhaps one by one."""

    records: list[SentMessage] = field(default_factory=list)
    fetchable: bool = True
    by_id: dict[str, SentMessage | None] | None = None
    refuses: bool = False
    windows: list[tuple[datetime, datetime]] = field(default_factory=list)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Give all records, two by two."""
        self.windows.append((since, until))
        return self._page(0)

    def _page(self, first: int) -> Call[Page[SentMessage]]:
        def read(_: WireResponse) -> Page[SentMessage]:
            if self.refuses:
                raise AuthenticationFailed(self.name, 401, "no")
            more = self._page(first + 2) if first + 2 < len(self.records) else None
            return Page(tuple(self.records[first : first + 2]), more)

        return Call(WireRequest("list", "GET", self.url), read, safe=True)

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Give one record."""
        if not self.fetchable:
            return None
        known: dict[str | None, SentMessage | None] = {}
        known.update({each.message_id: each for each in self.records})
        if self.by_id is not None:
            known = dict(self.by_id.items())
        request = WireRequest("fetch", "GET", f"{self.url}/{message_id}")
        return Call(request, lambda _: known.get(message_id), safe=True)


@dataclass(frozen=True, kw_only=True)
class Complete(Archive):
    """One whose records are whole."""

    history_complete: ClassVar[bool] = True
    final_statuses: ClassVar[frozenset[str]] = frozenset({"delivered", "failed"})


@dataclass
class Answering:
    """A driver that lets each request be answered, but for those of endpoints that are down."""

    journal: Journal
    down: Sequence[str] = ()
    requests: list[str] = field(default_factory=list)
    date: str | None = format_datetime(NOW, usegmt=True)

    def follow(self, flow: Flow[T]) -> T:
        """Do what a flow says."""
        answer: Any = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as done:
                value: T = done.value
                return value
            answer = self._perform(step)

    def _perform(self, step: object) -> Any:
        if isinstance(step, Write):
            return self.journal.write(step.operation)
        if isinstance(step, Wait):
            return None
        assert isinstance(step, WireRequest)
        self.requests.append(step.endpoint)
        return self.answer(step)

    def answer(self, request: WireRequest) -> WireResponse | NoResponse:
        """Answer a request."""
        if request.endpoint in self.down:
            return NoResponse(left=True, cause="ReadTimeout")
        return WireResponse(200, {} if self.date is None else {"date": self.date})


def ask(
    journal: Journal,
    provider: Archive,
    *,
    now: datetime = NOW,
    down: Sequence[str] = (),
    driver: Answering | None = None,
    **options: Any,
) -> Reconciliation:
    """Reconcile."""
    terms = make_terms(clock=lambda: now)
    flow = reconcile(provider, journal, terms, **options)
    date = format_datetime(now, usegmt=True)
    return (driver or Answering(journal, down, date=date)).follow(flow)


def begin(
    journal: Journal,
    key: str = "a",
    *,
    at: datetime = SENT_AT,
    run: str = "run",
    stage: Stage = Stage.SEND,
    approval: Approval | None = None,
    account: str = "standard",
    handle: str | None = None,
    again: bool = False,
    **quoted: Any,
) -> Claim:
    """Put a message in flight, by the account that has no credentials unless another is named."""
    approved = approval or approve(key=key, **quoted)

    claimed = journal.write(
        lambda transaction: transaction.claim(
            approved,
            run=run,
            provider="standard",
            stage=stage,
            now=at,
            again=again,
            account=account,
            handle=handle,
        )
    )
    assert isinstance(claimed, Claim)
    return claimed


def sent(
    journal: Journal,
    key: str = "a",
    outcome: Outcome = Outcome.ACCEPTED,
    *,
    at: datetime = SENT_AT,
    message_id: str | None = None,
    price: Money | None = None,
    parts: int | None = None,
    status: str | None = None,
    **more: Any,
) -> int:
    """Let a message be sent with an outcome; give its number in the journal."""
    claimed = begin(journal, key, at=at, **more)
    result = Result(NUMBER, outcome, message_id, status, parts=parts, price=price)
    journal.write(lambda transaction: transaction.finish(claimed, result, at))
    return claimed.id


def entry_of(journal: Journal, id_: int) -> Entry:
    """Give a message of the journal."""
    [found] = [each for each in journal.entries() if each.id == id_]
    return found


BILLS: Any = st.lists(
    st.tuples(
        st.sampled_from(list(Outcome)),
        st.sampled_from([NUMBER, OTHER]),
        st.none() | st.tuples(st.decimals("0", "9", places=6), st.sampled_from(["EUR", "USD"])),
        st.none() | st.integers(0, 4),
        st.booleans(),
    ),
    max_size=12,
)
"""Outcomes, numbers, prices and parts of messages, and whether they are tried again."""

TABLES = {
    "message": "SELECT * FROM message ORDER BY id",
    "change": "SELECT * FROM change ORDER BY id",
    "spent": "SELECT * FROM spent ORDER BY scope, country, currency",
    "event": "SELECT * FROM event ORDER BY provider, id",
    "earlier": "SELECT * FROM earlier ORDER BY message, attempt",
}


def dump(journal: Journal, *, but: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Give all that a journal holds, but for some tables and columns."""
    found: dict[str, list[Any]] = {}
    for table, statement in TABLES.items():
        if table in but:
            continue
        cursor = journal._connection.execute(statement)
        names = [each[0] for each in cursor.description]
        found[table] = [
            {name: value for name, value in zip(names, row, strict=True) if name not in but}
            for row in cursor
        ]
    return found
