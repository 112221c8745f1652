"""What the tests of sending share: approvals, a provider that is made up, and drivers by hand.

The law of this file: the made-up provider speaks a protocol of two lines, so that what a test shows
is what the engine decides and not what a provider is like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from smscore.decks import RateDeck
from smscore.guard import Approval, Guard
from smscore.quoting import Quote, quote
from smscore.send.calls import Call, Page
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.pacing import Pacer
from smscore.send.provider import Dispatch, Provider, TwoStepProvider
from smscore.send.steps import Flow, Retry, Terms, Write
from smscore.send.wire import NoResponse, Wait, WireRequest, WireResponse, json_content

T = TypeVar("T")

DECK = RateDeck.parse(b"country,price,currency\nGB,0.04,EUR\nFR,0.05,EUR\n,0.1,EUR\n", "deck.csv")
NUMBER = "+447700900123"
TEXT = "Doors open at 7"
MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def make_quote(text: str = TEXT, to: str = NUMBER, **options: Any) -> Quote:
    """Quote a text with the deck of the tests."""
    return quote(text, to=to, deck=DECK, **options)


def approve(
    text: str = TEXT,
    to: str = NUMBER,
    *,
    guard: Guard | None = None,
    key: str | None = None,
    **options: Any,
) -> Approval:
    """Approve a text by a guard, by default one that allows all."""
    return (guard or Guard()).approve(make_quote(text, to, **options), key=key)


@dataclass(frozen=True, kw_only=True)
class Plain(Provider):
    """A provider that takes a POST and answers with one word for each recipient."""

    name: ClassVar[str] = "standard"
    group: int = 1
    most: int | None = None
    url: str = "http://127.0.0.1:9/send"

    def secrets(self) -> tuple[str, ...]:
        """Give none."""
        return ()

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse nothing but what a test wants refused."""
        del now
        if dispatch.text == "refused":
            raise ValueError("this text is refused")

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the POST."""
        body = {"to": list(dispatch.numbers), "text": dispatch.text, "id": prepared}
        return WireRequest("send", "POST", self.url, content=json_content(body))

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the words."""
        if response.body == b"burst":
            raise RuntimeError("reading burst")
        words = response.body.decode().split()
        return tuple(
            Result(number, Outcome(word), message_id=f"id-{place}", status=word)
            for place, (number, word) in enumerate(zip(dispatch.numbers, words, strict=False))
        )

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Find nothing."""
        del since, until
        request = WireRequest("list", "GET", self.url)
        return Call(request, lambda _: Page[SentMessage](()), safe=True)

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Know nothing."""
        del message_id
        return None


@dataclass(frozen=True, kw_only=True)
class Stepwise(Plain, TwoStepProvider):
    """A provider that stores first: its answers are an id, then a word, then a word."""

    two_steps: bool = True

    def prepare(self, dispatch: Dispatch) -> WireRequest:
        """Build the POST that stores."""
        return WireRequest("prepare", "POST", self.url, content=json_content(dispatch.text))

    def read_prepared(self, dispatch: Dispatch, response: WireResponse) -> str | Result:
        """Read the id, or that nothing was stored."""
        if response.ok:
            return response.body.decode()
        return Result(dispatch.numbers[0], Outcome.REJECTED, status=str(response.status))

    def look(self, prepared: str) -> WireRequest:
        """Build the GET."""
        return WireRequest("look", "GET", f"{self.url}/{prepared}")

    def read_look(self, dispatch: Dispatch, response: WireResponse) -> Result | None:
        """Read the word; "draft" is one that waits."""
        word = response.body.decode()
        return None if word == "draft" else Result(dispatch.numbers[0], Outcome(word), status=word)


LEFT = NoResponse(left=True, cause="ReadTimeout")
NOT_LEFT = NoResponse(left=False, cause="ConnectError")
REFUSED = WireResponse(429, {"retry-after": "7"})
BROKEN = WireResponse(500)


def say(words: str, status: int = 200) -> WireResponse:
    """Answer with words."""
    return WireResponse(status, {}, words.encode())


def make_terms(**options: Any) -> Terms:
    """Give terms with a clock that stands still, and waits without chance."""
    values: dict[str, Any] = {
        "run": "run",
        "retry": Retry(attempts=3, first=1.0, longest=60.0, draw=lambda: 1.0),
        "pacer": Pacer({}, clock=lambda: 0.0),
        "clock": lambda: datetime.now(UTC),
    }
    return Terms(**{**values, **options})


@dataclass
class Script:
    """A driver that answers requests from a list, and keeps what it was told to do."""

    journal: Journal
    answers: Sequence[WireResponse | NoResponse | BaseException]
    requests: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list, repr=False)
    waits: list[float] = field(default_factory=list)
    before: Callable[[WireRequest], None] | None = None

    def follow(self, flow: Flow[T]) -> T:
        """Do what a flow says."""
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                step = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as done:
                value: T = done.value
                return value
            answer = error = None
            try:
                answer = self._perform(step)
            except BaseException as caught:  # noqa: BLE001  # as the real drivers do
                error = caught

    def _perform(self, step: object) -> Any:
        if isinstance(step, Wait):
            self.waits.append(step.seconds)
            return None
        if isinstance(step, Write):
            return self.journal.write(step.operation)
        assert isinstance(step, WireRequest)
        self.requests.append(step.endpoint)
        self.bodies.append(step.content)
        if self.before is not None:
            self.before(step)
        answer, self.answers = self.answers[0], self.answers[1:]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def drain(items: Iterator[T]) -> list[T]:
    """Take all that comes, until it stops or fails."""
    found: list[T] = []
    with suppress(Exception):
        found.extend(items)
    return found
