"""CALLR by its JSON-RPC API: one recipient in a request, and a handle to find it by.

The law of this file: the provider has no key that keeps a message from being sent twice, so each
carries a handle of its approval as `user_data`, by which its records are searched when in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

from smscore.errors import NotFound, ProviderError, UnreadableAnswer
from smscore.guard import Approval
from smscore.money import Money
from smscore.privacy import Secret
from smscore.provider_tables import read_mapping
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Forecast, Result, SentMessage
from smscore.send.provider import (
    Dispatch,
    Provider,
    as_secret,
    basic_authorization,
    check_base_url,
)
from smscore.send.providers.callr import checks, outcomes
from smscore.send.providers.callr.options import CallrOptions, Hook, make_handle
from smscore.send.providers.callr.reading import NAME, as_more, as_word
from smscore.send.providers.callr.records import SmsMessage, SmsQuote, read_message, read_quote
from smscore.send.providers.callr.rpc import Endpoint, request_id
from smscore.send.providers.callr.senders import check_sender
from smscore.send.providers.callr.webhooks import Webhooks
from smscore.send.providers.credentials import as_token
from smscore.send.providers.values import as_object, as_whole, only_digits
from smscore.send.wire import Value, WireRequest, WireResponse

_ALPHABETS = {"GSM": "gsm7", "UNICODE": "ucs2"}
_LOGIN_AS = re.compile(r"(User\.login|Account\.hash) [!-~](?:[ -~]*[!-~])?", re.IGNORECASE)
_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Callr(Provider):
    """CALLR, by a login and password, an API key, or a session's token: one of the three.

    The API ends on the day `ends`; `CallrRest` is beside it for then. `login_as` is for a master
    account that acts for another: "User.login ..." or "Account.hash ...". `sender` is for quotes
    that name none: without one, or with "", a message comes from a number of the provider's own, to
    which replies can be written. With
    `currency`, that of the account, what a message cost is a price; no answer names it. The
    provider's own quote is asked for before a message goes, unless `check_quote` is false. A
    message carries `handle(approval)` as its user data, unless `correlate` is false or the options
    have other user data.

    >>> provider = Callr(api_key="0123abcd")
    >>> provider.get("K7Q2M9XD").request
    WireRequest(endpoint='sms.get', method='POST')
    >>> provider.ends
    datetime.date(2027, 6, 30)
    """

    login: str | None = field(default=None, repr=False)
    password: str | Secret | None = field(default=None, repr=False)
    api_key: str | Secret | None = field(default=None, repr=False)
    session_token: str | Secret | None = field(default=None, repr=False)
    login_as: str | None = field(default=None, repr=False)
    base_url: str = "https://api.callr.com/json-rpc/v1.1/"
    sender: str | None = field(default=None, repr=False)
    currency: str | None = None
    check_quote: bool = True
    correlate: bool = True
    allow_http: bool = False

    name: ClassVar[str] = NAME
    # Whether sms.get_list gives all that it has is not documented.
    history_complete: ClassVar[bool] = False
    final_statuses: ClassVar[frozenset[str]] = outcomes.FINAL
    ends: ClassVar[date] = date(2027, 6, 30)
    """The day on which the provider has announced to switch this API off."""

    def __post_init__(self) -> None:
        """Refuse what cannot be used; ValueError, TypeError, InvalidSender."""
        if (self.login is None) != (self.password is None):
            raise ValueError("a login and a password go together")
        ways = (self.login, self.api_key, self.session_token)
        if sum(each is not None for each in ways) != 1:
            raise ValueError(
                "give a login and password, an api_key or a session_token, and only one of them"
            )
        if self.login is not None and (not self.login or ":" in self.login):
            raise ValueError("a login is not empty, and holds no colon")
        if self.login_as is not None and not _LOGIN_AS.fullmatch(self.login_as):
            raise ValueError('login_as is "User.login ..." or "Account.hash ..."')
        if self.password is not None:
            object.__setattr__(self, "password", as_secret(self.password))
        for key, what in (("api_key", "an API key"), ("session_token", "a session's token")):
            given = getattr(self, key)
            if given is not None:
                object.__setattr__(self, key, as_token(given, what))
        if self.currency is not None:
            Money(Decimal(0), self.currency)  # It refuses what is no currency.
        check_sender(self.sender or "")
        url = check_base_url(self.base_url, allow_http=self.allow_http)
        object.__setattr__(self, "base_url", f"{url}/")

    @property
    def _at(self) -> Endpoint:
        """Where requests go, by which they are made."""
        headers = [
            ("content-type", "application/json-rpc; charset=utf-8"),
            ("authorization", self._authorization()),
        ]
        if self.login_as is not None:
            headers.append(("CALLR-Login-As", self.login_as))
        return Endpoint(self.base_url, tuple(headers), self.secrets())

    @property
    def webhooks(self) -> Webhooks:
        """The subscriptions to events."""
        return Webhooks(self._at)

    def _authorization(self) -> str:
        if self.api_key is not None:
            return f"Api-Key {as_secret(self.api_key).reveal()}"
        if self.session_token is not None:
            return f"Session {as_secret(self.session_token).reveal()}"
        return basic_authorization(self.login or "", as_secret(self.password or "").reveal())

    def secrets(self) -> tuple[str, ...]:
        """Give the credentials in plain, and the header of them, so that they are struck out."""
        given = (self.password, self.api_key, self.session_token)
        header = self._authorization().partition(" ")[2]
        return (header, *(as_secret(each).reveal() for each in given if each is not None))

    @property
    def identity(self) -> str:
        """Say whose account this is: by the login, or else the key or token, and for whom it acts.

        A login stays what it is when its password is changed. No answer names the account of a key
        or a token, so that another one is another account.
        """
        if self.login is not None:
            who = f"login {self.login}"
        elif self.api_key is not None:
            who = f"key {as_secret(self.api_key).reveal()}"
        else:
            who = f"session {as_secret(self.session_token or '').reveal()}"
        return "\n".join((self.name, self.base_url, who, (self.login_as or "").lower()))

    def profile(self, dispatch: Dispatch) -> str:
        """Name the profile that a dispatch is counted by: forced encodings have their own."""
        return checks.find_profile(checks.as_options(dispatch))

    def handle(self, approval: Approval) -> str | None:
        """Give the user data that an approval's message carries, made of its key; None if none.

        It is "smscore-" and 24 digits, by which it is told from user data of the options: a message
        that has those in its place is known by none.
        """
        return make_handle(approval.key) if self.correlate else None

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, or what it would do otherwise than meant.

        Raises InvalidSender, OverLimit, NotSupported, ValueError for a placeholder that was not
        counted, TypeError for another provider's options.
        """
        del now
        checks.check_dispatch(dispatch, self._sender(dispatch))

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the request, with a parameter in every position."""
        del prepared
        return self._at.request("sms.send", self._params(dispatch))

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer: the id of the message, or an error that is to our request."""
        [number] = dispatch.numbers
        hook = checks.as_options(dispatch).webhook
        private = {*self.secrets(), *(hook.secrets() if hook else ()), dispatch.text}
        private |= {number, only_digits(number), self._sender(dispatch)}
        expected = request_id("sms.send", self._params(dispatch))
        return (outcomes.read_send(number, response, expected, tuple(private)),)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the messages that were made between two moments, in one answer.

        It is sms.get_list, of whose dates the documentation tells how they are written, where it
        tells no filter of sms.search. Whether it gives all of them is not documented: what is not
        among them may have gone out.
        """

        def read(value: Value) -> Page[SentMessage]:
            found = map(read_message, _as_array(value))
            return Page(tuple(
                outcomes.read_sent(each, self.currency)
                for each in found
                if each.type in (None, "OUT") and each.number
            ))  # fmt: skip

        # Times are kept to the second: the window is as wide as the seconds that it touches.
        params = _list_params("OUT", since, until + timedelta(seconds=1))
        return self._at.call("sms.get_list", params, read)

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Ask what became of one message; None if the provider has no such."""
        asked = self.get(message_id)

        def read(response: WireResponse) -> SentMessage | None:
            try:
                return outcomes.read_sent(asked.read(response), self.currency)
            except NotFound:
                return None

        return Call(asked.request, read, safe=True)

    def forecast(self, dispatch: Dispatch) -> Call[Forecast] | None:
        """Ask for the provider's own quote; None if the constructor said not to.

        The cost is in the account's currency: it is left out if that is known to be another one
        than our quote's.
        """
        if not self.check_quote:
            return None
        ours = dispatch.approvals[0].quote.total.currency
        given = checks.as_options(dispatch)
        # Neither a handle nor a webhook changes what a message is.
        plain = replace(given, user_data=None, webhook=None)
        asked = self.get_quote(dispatch.numbers[0], dispatch.text, plain)

        def read(response: WireResponse) -> Forecast:
            quote = asked.read(response)
            alphabet = _ALPHABETS.get((quote.encoding or "").upper(), quote.encoding)
            comparable = self.currency in (None, ours)
            return Forecast(quote.parts, alphabet, quote.cost if comparable else None)

        return Call(asked.request, read, safe=True)

    def get(self, message_id: str) -> Call[SmsMessage]:
        """Get one message, by its hash; NotFound."""
        asked = self._at.call("sms.get", [message_id], _read_one)

        def read(response: WireResponse) -> SmsMessage:
            try:
                return asked.read(response)
            except ProviderError as error:
                if error.fields.get("id") != "PROPERTY_VALUE_ERROR":
                    raise
                reason = "it has no message of this id"
                raise NotFound(NAME, error.status, reason, code=error.code) from None

        return Call(asked.request, read, safe=True)

    def search(
        self,
        filters: Mapping[str, object] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Call[Page[SmsMessage]]:
        """Search the messages of the last six months, page by page.

        The names of filters and options are not documented: both go as they are given, as empty
        objects if they are not. Those of a message's fields, and `offset` and `limit`, are likely.
        """
        kept, asked = dict(filters or {}), dict(options or {})
        start = asked.get("offset", 0)

        def read(value: Value) -> Page[SmsMessage]:
            found = as_object(value)
            hits = found.get("hits")
            if not isinstance(hits, list):
                raise UnreadableAnswer(NAME, None, "the answer has no hits")
            told = as_whole(found.get("offset"))
            if type(start) is int and told not in (None, start):
                raise UnreadableAnswer(NAME, None, "the answer is another page than was asked for")
            following, total = None, as_whole(found.get("total"))
            limit = asked.get("limit")
            end = None if type(start) is not int else start + len(hits)
            full = bool(hits) and (type(limit) is not int or len(hits) >= limit)
            ended = total is not None and end is not None and end >= total
            more = as_more(found.get("has_more"), full=full and not ended)
            if more and hits and end is not None:
                following = self.search(kept, {**asked, "offset": end})
            return Page(tuple(map(read_message, hits)), following, total)

        return self._at.call("sms.search", [kept, asked], read)

    def get_quote(self, to: str, text: str, options: CallrOptions | None = None) -> Call[SmsQuote]:
        """Ask how many parts a text to a number has and what it costs; it sends nothing."""
        told = None if options is None else options.to_dict() or None
        hook = None if options is None else options.webhook
        private = (to, only_digits(to), text, *(hook.secrets() if hook else ()))
        return self._at.call("sms.get_quote", [to, text, told], read_quote, private=private)

    def get_count_for_body(self, body: str) -> Call[SmsQuote]:
        """Ask how many parts a text has. It is deprecated: `get_quote` knows the number too."""
        return self._at.call("sms.get_count_for_body", [body], read_quote, private=(body,))

    def get_list(
        self, type_: Literal["IN", "OUT"], since: datetime, until: datetime
    ) -> Call[tuple[SmsMessage, ...]]:
        """List the messages that came or went between two moments. It is deprecated.

        Raises ValueError for moments without a zone, and if `until` is before `since`.
        """
        return self._at.call(
            "sms.get_list",
            _list_params(type_, since, until),
            lambda value: tuple(map(read_message, _as_array(value))),
        )

    def get_gsm_charset_mapping(self) -> Call[dict[str, str]]:
        """Ask what forcing GSM makes of each character: a table for `transliterate`."""

        def read(value: Value) -> dict[str, str]:
            try:
                return read_mapping(value)
            except ValueError as error:
                raise UnreadableAnswer(NAME, None, f"the table: {error}") from None

        return self._at.call("sms.get_gsm_charset_mapping", [], read)

    def export_async(
        self, filters: Mapping[str, object] | None = None, webhook: Hook | None = None
    ) -> Call[str]:
        """Ask for an export, and get the id of the job; its end is an event "job.status_update"."""
        return self._at.call(
            "sms.export_async",
            [None if filters is None else dict(filters), webhook and webhook.to_dict()],
            _read_job,
            safe=False,
            private=() if webhook is None else webhook.secrets(),
        )

    def _sender(self, dispatch: Dispatch) -> str:
        return (self.sender or "") if dispatch.sender is None else dispatch.sender

    def _options(self, dispatch: Dispatch) -> dict[str, object] | None:
        told = checks.as_options(dispatch).to_dict()
        handle = self.handle(dispatch.approvals[0])
        if handle is not None:
            told.setdefault("user_data", handle)
        return told or None

    def _params(self, dispatch: Dispatch) -> list[object]:
        [number] = dispatch.numbers
        return [self._sender(dispatch), number, dispatch.text, self._options(dispatch)]


def _list_params(type_: str, since: datetime, until: datetime) -> list[str]:
    if type_ not in ("IN", "OUT"):
        raise ValueError("the type of a list is IN or OUT")
    if since.utcoffset() is None or until.utcoffset() is None:
        raise ValueError("a moment needs a zone: give it tzinfo")
    if until < since:
        raise ValueError("the end of a list is not before its beginning")
    return [type_, *(each.astimezone(UTC).strftime(_FORMAT) for each in (since, until))]


def _as_array(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise UnreadableAnswer(NAME, None, "the answer is no list of messages")
    return value


def _read_one(value: Value) -> SmsMessage:
    message = read_message(value)
    if message.id is None:
        raise UnreadableAnswer(NAME, None, "the answer is no message")
    return message


def _read_job(value: Value) -> str:
    job = as_word(value)
    if job is None:
        raise UnreadableAnswer(NAME, None, "the answer is no id of a job")
    return job
