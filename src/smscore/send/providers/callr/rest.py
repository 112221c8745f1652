"""CALLR by its REST API 2.0, as far as it is known: sending, finding, asking who is there.

The law of this file: what is not documented of it is not offered. It takes the same senders and
options as the older API, and refuses those options that it is not known to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from smscore.errors import NotSupported, UnreadableAnswer
from smscore.money import Money
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import (
    Dispatch,
    Provider,
    as_secret,
    basic_authorization,
    check_base_url,
)
from smscore.send.providers.callr import checks, outcomes
from smscore.send.providers.callr.reading import NAME, as_flag, as_more, as_word, read_said, refuse
from smscore.send.providers.callr.records import SmsMessage, read_rest_message
from smscore.send.providers.callr.senders import check_sender
from smscore.send.providers.credentials import as_token
from smscore.send.providers.refusals import NOTHING, describe
from smscore.send.providers.values import as_utc_moment, as_whole, only_digits, parse_object
from smscore.send.wire import Value, WireRequest, WireResponse, json_content, with_query

LARGEST_PAGE = 100
_FILTERS = ("direction", "sid", "from", "to", "text", "traffic", "status", "sort", "order")
_LONGEST_FILTER = 64
_NOT_KNOWN = ("flash_message", "user_data", "webhook")


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer of somebody who is there."""

    pong: bool
    time: datetime | None
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CallrRest(Provider):
    """CALLR's newer API, by an API key; with `account_sid`, as that account.

    A message's traffic is "marketing" for the provider unless `nature` says otherwise, here or in
    the options. Quotes, webhooks, exports and user data are not known to exist in it.

    >>> provider = CallrRest(api_key="0123abcd")
    >>> provider.get("k7q2m9xd").request
    WireRequest(endpoint='sms.list', method='GET')
    """

    api_key: str | Secret = field(repr=False)
    account_sid: str | None = None
    base_url: str = "https://api.callr.com/v2.0"
    sender: str | None = field(default=None, repr=False)
    nature: str | None = None
    currency: str | None = None
    allow_http: bool = False

    name: ClassVar[str] = NAME
    final_statuses: ClassVar[frozenset[str]] = outcomes.FINAL
    tells_price: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse what cannot be used; ValueError, TypeError, InvalidSender."""
        if self.account_sid is not None and (
            not self.account_sid.isascii() or not self.account_sid.isalnum()
        ):
            raise ValueError("an account's SID is of letters and digits")
        if self.nature not in (None, "ALERTING", "MARKETING"):
            raise ValueError("nature is ALERTING or MARKETING")
        if self.currency is not None:
            Money(Decimal(0), self.currency)  # It refuses what is no currency.
        check_sender(self.sender or "")
        object.__setattr__(self, "api_key", as_token(self.api_key, "an API key"))
        url = check_base_url(self.base_url, allow_http=self.allow_http)
        object.__setattr__(self, "base_url", url)

    def secrets(self) -> tuple[str, ...]:
        """Give the key in plain, and the header with it, so that they are struck out."""
        key = as_secret(self.api_key).reveal()
        if self.account_sid is None:
            return (key,)
        return key, basic_authorization(self.account_sid, key).removeprefix("Basic ")

    @property
    def identity(self) -> str:
        """Say whose account this is: by its SID, which stays when keys change, or else the key."""
        if self.account_sid is not None:
            who = f"account {self.account_sid}"
        else:
            who = f"key {as_secret(self.api_key).reveal()}"
        return f"{self.name}\n{self.base_url}\n{who}"

    def profile(self, dispatch: Dispatch) -> str:
        """Name the profile that a dispatch is counted by: forced encodings have their own."""
        return checks.find_profile(checks.as_options(dispatch))

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, or what is not known of this API.

        Raises InvalidSender, OverLimit, NotSupported, ValueError, TypeError as the older API's.
        """
        del now
        options = checks.as_options(dispatch)
        for name in _NOT_KNOWN:
            if getattr(options, name) is not None:
                reason = f"{name} is not known to exist in the newer API: leave it out"
                raise NotSupported(self.name, None, reason)
        checks.check_dispatch(dispatch, self._sender(dispatch))

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the POST: the text is in the body, all else in the query."""
        del prepared
        options = checks.as_options(dispatch)
        nature = options.nature or self.nature
        query = [("to", dispatch.numbers[0])]
        for name, value in (
            ("from", self._sender(dispatch)),
            ("encoding", (options.force_encoding or "").lower()),
            ("traffic", (nature or "").lower()),
        ):
            if value:
                query.append((name, value))
        return self._request("sms.send", "POST", "sms", query, {"body": dispatch.text})

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer: a success that names a message which did not fail."""
        [number] = dispatch.numbers
        private = {*self.secrets(), dispatch.text, number, only_digits(number)}
        private.add(self._sender(dispatch))
        answer = parse_object(response.body)
        if response.ok:
            return (_read_success(number, response, answer),)
        said = read_said((answer or {}).get("message"), (answer or {}).get("code"), private)
        message = read_rest_message(answer)
        if message.id is not None:
            reason = "the status says no, and the answer names a message"
            return (Result(number, Outcome.UNKNOWN, message.id, reason=reason),)
        reason = said.reason if answer else describe(response)
        return (outcomes.read_http(number, response.status, reason, said.code),)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the messages that went out, the newest first, until those before `since` come.

        The names of the filters by date are not documented.
        """
        asked = self.list_messages(direction="outbound", sort="created", order="desc")

        def select(call: Call[Page[SmsMessage]]) -> Call[Page[SentMessage]]:
            def read(response: WireResponse) -> Page[SentMessage]:
                page = call.read(response)
                last = [each.created_at for each in page.items if each.created_at is not None]
                passed = bool(last) and max(last) < since
                following = page.following
                return Page(
                    tuple(
                        outcomes.read_sent(each, self.currency)
                        for each in page.items
                        if each.type in (None, "OUT")
                        and each.number
                        and (each.created_at is None or since <= each.created_at <= until)
                    ),
                    None if following is None or passed else select(following),
                )

            return Call(call.request, read, safe=True)

        return select(asked)

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Ask what became of one message; None if the provider has no such."""
        asked = self.get(message_id)

        def read(response: WireResponse) -> SentMessage | None:
            found = asked.read(response)
            return None if found is None else outcomes.read_sent(found, self.currency)

        return Call(asked.request, read, safe=True)

    def get(self, message_id: str) -> Call[SmsMessage | None]:
        """Find one message by its SID; None if there is none."""
        asked = self.list_messages(sid=message_id)

        def read(response: WireResponse) -> SmsMessage | None:
            items = asked.read(response).items
            named = [each for each in items if (each.id or "").lower() == message_id.lower()]
            if items and not named:
                reason = "the answer is about other messages than was asked for"
                raise UnreadableAnswer(NAME, response.status, reason)
            return named[0] if named else None

        return Call(asked.request, read, safe=True)

    def list_messages(
        self, *, offset: int = 0, limit: int = LARGEST_PAGE, **filters: str
    ) -> Call[Page[SmsMessage]]:
        """List messages, from `offset` on and `limit`, 1 to 100, on a page.

        The filters are `direction`, `sid`, `from_`, `to`, `text` (of at most 64 characters),
        `traffic`, `status`, `sort` and `order`; values are in lower case. Raises TypeError,
        ValueError for others.
        """
        named = {("from" if name == "from_" else name): each for name, each in filters.items()}
        unknown = [name for name in named if name not in _FILTERS]
        if unknown:
            raise TypeError(f"{unknown[0]!r} is no filter that is known")
        if len(named.get("text", "")) > _LONGEST_FILTER:
            raise ValueError(f"a text is searched by at most {_LONGEST_FILTER} characters")
        if type(limit) is not int or type(offset) is not int:
            raise TypeError("a limit and an offset are whole numbers")
        if not 1 <= limit <= LARGEST_PAGE or offset < 0:
            raise ValueError(f"a limit is 1 to {LARGEST_PAGE}, an offset 0 or more")
        query = [*named.items(), ("offset", str(offset)), ("limit", str(limit))]

        def read(response: WireResponse) -> Page[SmsMessage]:
            answer = self._read_answer(response)
            hits = answer.get("hits")
            if not isinstance(hits, list):
                raise UnreadableAnswer(NAME, response.status, "the answer has no hits")
            if as_whole(answer.get("offset")) not in (None, offset):
                reason = "the answer is another page than was asked for"
                raise UnreadableAnswer(NAME, response.status, reason)
            following, total = None, as_whole(answer.get("total"))
            end = offset + len(hits)
            ended = total is not None and end >= total
            if as_more(answer.get("hasMore"), full=len(hits) >= limit and not ended) and hits:
                following = self.list_messages(offset=end, limit=limit, **filters)
            return Page(tuple(map(read_rest_message, hits)), following, total)

        return Call(self._request("sms.list", "GET", "sms", query), read, safe=True)

    def ping(self) -> Call[Pong]:
        """Ask whether the key is known and somebody is there."""

        def read(response: WireResponse) -> Pong:
            answer = self._read_answer(response)
            return Pong(as_flag(answer.get("pong")), as_utc_moment(answer.get("time")), answer)

        return Call(self._request("ping", "GET", "ping", []), read, safe=True)

    def _sender(self, dispatch: Dispatch) -> str:
        return (self.sender or "") if dispatch.sender is None else dispatch.sender

    def _request(
        self,
        endpoint: str,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: Mapping[str, object] | None = None,
    ) -> WireRequest:
        key = as_secret(self.api_key).reveal()
        if self.account_sid is None:
            headers = [("x-api-key", key)]
        else:
            headers = [("authorization", basic_authorization(self.account_sid, key))]
        if body is not None:
            headers.append(("content-type", "application/json"))
        content = b"" if body is None else json_content(body)
        url = with_query(f"{self.base_url}/{path}", query)
        return WireRequest(endpoint, method, url, tuple(headers), content)

    def _read_answer(self, response: WireResponse) -> dict[str, Value]:
        answer = parse_object(response.body)
        if not response.ok:
            said = NOTHING
            if answer:
                said = read_said(answer.get("message"), answer.get("code"), self.secrets())
            refuse(response, said)
        if answer is None:
            raise UnreadableAnswer(NAME, response.status, describe(response))
        return answer


def _read_success(number: str, response: WireResponse, answer: dict[str, Value] | None) -> Result:
    """Read the answer to a message that was taken; what it holds is not documented but the SID."""
    message = read_rest_message(answer)
    if answer is None or message.id is None:
        reason = describe(response) if answer is None else "the answer names no message"
        return Result(number, Outcome.UNKNOWN, reason=reason)
    outcome, reason = Outcome.ACCEPTED, ""
    if message.status is not None:
        outcome = outcomes.read_outcome(message.status)
    if message.number is not None and only_digits(message.number) != only_digits(number):
        outcome, reason = Outcome.UNKNOWN, "the answer is about another recipient"
    elif outcome is Outcome.UNKNOWN:
        reason = "the status is none whose meaning is known"
    elif outcome is Outcome.REJECTED:
        reason = "the status says that it failed"
    return Result(
        number, outcome, message.id, message.status, as_word(answer.get("code")), reason or None
    )
