"""Phone.com: a person's messages to other persons, one at a time unless the caller says otherwise.

The law of this file: two things are called `extension_id`. The constructor's is the path, which the
token's scope decides; `store_extension_id` is the body's, the mailbox that a message is kept in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal, NoReturn

from smscore.errors import (
    InvalidNumber,
    InvalidSender,
    NotFound,
    NotSupported,
    OverLimit,
    UnreadableAnswer,
)
from smscore.numbering import parse_number
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Result, SentMessage
from smscore.send.provider import (
    Dispatch,
    Provider,
    RateLimit,
    as_secret,
    check_base_url,
    check_sender,
)
from smscore.send.providers.credentials import as_token
from smscore.send.providers.phone_com import outcomes, tokens
from smscore.send.providers.phone_com.account import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    Account,
    as_number,
    as_segment,
)
from smscore.send.providers.phone_com.callbacks import Events
from smscore.send.providers.phone_com.filters import Filter
from smscore.send.providers.phone_com.listeners import Listeners
from smscore.send.providers.phone_com.reading import NAME, find_wait, read_answer
from smscore.send.providers.phone_com.records import SmsMessage, read_message
from smscore.send.providers.values import only_digits
from smscore.send.wire import Value, WireRequest, WireResponse

Order = Literal["asc", "desc"]

_ENDPOINTS = """
ping oauth.refresh oauth.describe sms.create sms.list sms.get sms.update
listeners.list listeners.get listeners.create listeners.replace listeners.delete
events.callbacks.create events.callbacks.list events.callbacks.get events.callbacks.delete
events.listeners.create events.listeners.list events.listeners.get events.listeners.delete
events.subscriptions.create events.subscriptions.list events.subscriptions.get
events.subscriptions.delete events.filters.create events.filters.list events.filters.get
events.filters.delete events.overview.create events.overview.list
""".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneComOptions:
    """The options of a message: the extension in whose mailbox it is kept.

    `send_at` is here to be refused by name: the provider sends at once, or not at all.
    """

    store_extension_id: int | None = None
    send_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what is no id; TypeError, ValueError."""
        if self.store_extension_id is not None:
            as_number(self.store_extension_id, "an extension's id")


@dataclass(frozen=True, kw_only=True)
class PhoneCom(Provider):
    """Phone.com, by one account's token.

    `extension_id` is for the token of an extension's user, and changes the path. `sender` is the
    account's number that messages come from where a quote names none. `store_extension_id` is the
    mailbox where sent messages are kept: see `stores_messages`. Whether a text of more than 160
    characters is refused, split or cut is not documented: `max_characters` refuses it before.

    The numbers are for what persons write to persons, and carriers block one that is used
    otherwise: several recipients in one request are refused, unless `allow_bulk` is true and
    `recipients_per_request` says how many.

    >>> provider = PhoneCom(access_token="...", account_id=900100, sender="+12025550111")
    >>> provider.get_message("1f0c7a52").request
    WireRequest(endpoint='sms.get', method='GET')
    >>> provider.stores_messages
    False
    """

    access_token: str | Secret = field(repr=False)
    account_id: int | str
    base_url: str = "https://api.phone.com/v4"
    sender: str | None = field(default=None, repr=False)
    extension_id: int | str | None = None
    store_extension_id: int | str | None = None
    allow_bulk: bool = False
    recipients_per_request: int = 1
    max_characters: int | None = None
    allow_http: bool = False
    group: int = field(init=False, default=1)

    name: ClassVar[str] = NAME
    # What is not stored is not found, so what is not found may have gone out.
    history_complete: ClassVar[bool] = False
    final_statuses: ClassVar[frozenset[str]] = frozenset({"delivered"})
    tells_price: ClassVar[bool] = False
    limits: ClassVar[Mapping[str, tuple[RateLimit, ...]]] = {
        "": (RateLimit(120, 60.0),),
        **dict.fromkeys(_ENDPOINTS, (RateLimit(30, 30.0),)),
    }

    def __post_init__(self) -> None:
        """Refuse what cannot be used; ValueError, TypeError."""
        if type(self.recipients_per_request) is not int or self.recipients_per_request < 1:
            raise ValueError("recipients_per_request is a whole number from 1 on")
        if self.recipients_per_request > 1 and not self.allow_bulk:
            raise ValueError(
                "several recipients in one request are bulk, for which carriers block numbers "
                "like these: give allow_bulk=True if that is agreed with the provider"
            )
        if self.max_characters is not None and self.max_characters < 1:
            raise ValueError("max_characters is a whole number from 1 on, or None")
        made = {
            "access_token": as_token(self.access_token, "an access token"),
            "base_url": check_base_url(self.base_url, allow_http=self.allow_http),
            "account_id": as_number(self.account_id, "an account's id"),
            "group": self.recipients_per_request,
        }
        for each in ("extension_id", "store_extension_id"):
            given = getattr(self, each)
            made[each] = None if given is None else as_number(given, "an extension's id")
        for key, value in made.items():
            object.__setattr__(self, key, value)

    @property
    def _account(self) -> Account:
        """The account, by which requests are made."""
        extension = self.extension_id
        return Account(
            self.base_url,
            as_secret(self.access_token),
            int(self.account_id),
            None if extension is None else int(extension),
            self.secrets(),
        )

    @property
    def stores_messages(self) -> bool:
        """Whether sent messages are sure to be kept, so that they can be listed and asked for.

        If no extension is named, by the path or for the mailbox, a message is kept only if its
        sender has a default extension with the provider. One that is not kept goes out all the
        same, and its loss from the records is no error: there is nothing to reconcile with then.
        """
        return self.extension_id is not None or self.store_extension_id is not None

    @property
    def listeners(self) -> Listeners:
        """The listeners of the first generation."""
        return Listeners(self._account)

    @property
    def events(self) -> Events:
        """The callbacks, listeners, subscriptions and filters of the second generation."""
        return Events(self._account)

    def secrets(self) -> tuple[str, ...]:
        """Give the token in plain, so that it can be struck out."""
        return (as_secret(self.access_token).reveal(),)

    @property
    def identity(self) -> str:
        """Say whose account this is: by its id, which stays when the token is another."""
        return f"{self.name}\n{self.base_url}\naccount {self.account_id}"

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, or what it would do otherwise than meant.

        Raises InvalidSender, OverLimit, NotSupported, TypeError for another provider's options.
        """
        del now
        options = self._options(dispatch)
        if options.send_at is not None:
            raise NotSupported(self.name, None, "it has no scheduled messages: send it then")
        if len(dispatch.numbers) > self.group:
            raise NotSupported(
                self.name, None, f"a request has at most {self.group} recipients: see allow_bulk"
            )
        if len({*dispatch.numbers}) < len(dispatch.numbers):
            raise ValueError("a recipient is named twice in one request")
        if self.max_characters is not None and len(dispatch.text) > self.max_characters:
            raise OverLimit(self.name, self.max_characters, len(dispatch.text), "characters")
        self._sender(dispatch)

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the POST; `to` is always an array."""
        del prepared
        body: dict[str, object] = {
            "from": self._sender(dispatch),
            "to": list(dispatch.numbers),
            "text": dispatch.text,
        }
        for stored in (self._options(dispatch).store_extension_id, self.store_extension_id):
            if stored is not None:
                body.setdefault("extension_id", int(stored))
        account = self._account
        return account.request("sms.create", "POST", f"{account.root}/sms", body=body)

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer: each recipient has its own id and status."""
        private = {*self.secrets(), dispatch.text, dispatch.sender or "", self.sender or ""}
        for number in (*dispatch.numbers, dispatch.sender or "", self.sender or ""):
            private |= {number, only_digits(number)}
        return outcomes.read_results(dispatch.numbers, response, tuple(private))

    def retry_after(self, response: WireResponse) -> float | None:
        """Read the seconds to wait from the body, or else from the header."""
        return find_wait(response)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the messages that were made between two moments, the oldest first.

        A message that is not stored is not among them: see `stores_messages`.
        """
        # Times are kept to the second: the window is as wide as the seconds that it touches.
        window = Filter.between("created_at", since, until + timedelta(seconds=1))
        account = self._account
        return account.pages(
            "sms.list",
            f"{account.root}/sms",
            lambda each: outcomes.read_sent(read_message(each)),
            query=(
                Filter.equal("direction", "out").pair,
                window.pair,
                ("sort[created_at]", "asc"),
            ),
            limit=LARGEST_PAGE,
        )

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Ask what became of one recipient's message; None if it is not kept, sent or not."""
        account = self._account

        def read(response: WireResponse) -> SentMessage | None:
            try:
                answer = read_answer(response, account.private)
            except NotFound:
                return None
            found = outcomes.read_sent(read_message(answer))
            named = [each for each in found if each.message_id == message_id]
            if len(found) != 1 and len(named) != 1:
                reason = "the answer does not tell which recipient the id is of"
                raise UnreadableAnswer(self.name, response.status, reason)
            return (named or found)[0]

        return Call(self.get_message(message_id).request, read, safe=True)

    def list_messages(
        self,
        filters: Iterable[Filter] = (),
        *,
        sort: Mapping[Literal["id", "created_at"], Order] | None = None,
        limit: int = DEFAULT_PAGE,
        offset: int = 0,
        fields: Literal["brief", "full"] | None = None,
    ) -> Call[Page[SmsMessage]]:
        """List messages that pass all filters; a page of `limit`, 1 to 500, from `offset` on.

        New messages shift the pages: sort by {"created_at": "asc"} to walk through all of them.
        Raises ValueError for what the provider would refuse.
        """
        query = [each.pair for each in filters]
        for key, order in (sort or {}).items():
            if key not in {"id", "created_at"} or order not in {"asc", "desc"}:
                raise ValueError("messages are sorted by id or created_at, asc or desc")
            query.append((f"sort[{key}]", order))
        if fields is not None:
            if fields not in {"brief", "full"}:
                raise ValueError("the fields of a list are brief or full")
            query.append(("fields", fields))
        account = self._account
        return account.pages(
            "sms.list",
            f"{account.root}/sms",
            lambda each: (read_message(each),),
            query=tuple(query),
            limit=limit,
            offset=offset,
        )

    def get_message(self, message_id: str) -> Call[SmsMessage]:
        """Get one message; of a group, by the id of a recipient. NotFound."""
        request = self._account.request("sms.get", "GET", self._path(message_id))
        return self._account.call(request, read_message, safe=True)

    def mark_read(self, message_id: str) -> Call[SmsMessage]:
        """Mark a message as read; NotFound."""
        return self._mark(message_id, is_new=False)

    def mark_unread(self, message_id: str) -> Call[SmsMessage]:
        """Mark a message as new; NotFound."""
        return self._mark(message_id, is_new=True)

    def cancel_message(self, message_id: str) -> NoReturn:
        """Raise NotSupported: what was sent is not called back."""
        del message_id
        raise NotSupported(self.name, None, "it has no scheduled messages, so none to cancel")

    def list_scheduled(self) -> NoReturn:
        """Raise NotSupported: nothing is scheduled."""
        raise NotSupported(self.name, None, "it has no scheduled messages")

    def ping(self) -> Call[Mapping[str, Value]]:
        """Ask whether the API is there and takes the token; what it answers is not documented."""
        request = self._account.request("ping", "GET", "ping")
        return self._account.call(request, lambda answer: answer, safe=True)

    def refresh_token(
        self,
        refresh_token: str | Secret,
        *,
        client_id: str,
        client_secret: str | Secret,
        scope: str | None = None,
    ) -> Call[tokens.Token]:
        """Change a refresh token for a new access token, with which to make another PhoneCom."""
        return tokens.refresh(
            self._account, as_secret(refresh_token), client_id, as_secret(client_secret), scope
        )

    def describe_token(self) -> Call[tokens.TokenDescription]:
        """Ask what the token in use may do, and until when."""
        return tokens.describe(self._account)

    def _mark(self, message_id: str, *, is_new: bool) -> Call[SmsMessage]:
        path, body = self._path(message_id), {"is_new": is_new}
        request = self._account.request("sms.update", "PATCH", path, body=body)
        return self._account.call(request, read_message, safe=True)

    def _path(self, message_id: str) -> str:
        return f"{self._account.root}/sms/{as_segment(message_id)}"

    def _options(self, dispatch: Dispatch) -> PhoneComOptions:
        options = dispatch.options
        if options is None:
            return PhoneComOptions()
        if not isinstance(options, PhoneComOptions):
            raise TypeError(f"its options are PhoneComOptions, not {type(options).__name__}")
        return options

    def _sender(self, dispatch: Dispatch) -> str:
        sender = dispatch.sender or self.sender
        if sender is None:
            raise InvalidSender(self.name, "name a number of the account, in the quote or here")
        try:
            return parse_number(check_sender(sender, self.name)).e164
        except InvalidNumber as error:
            raise InvalidSender(self.name, f"a number of the account: {error.reason}") from None
