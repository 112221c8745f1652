"""voip-communications.net: bulk messages, or two-way ones that can be answered.

The law of this file: which of the two is said, never derived. A sender that got lost on its way
would change the product, the price and whether anybody can answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from smscore.errors import (
    InvalidNumber,
    InvalidSender,
    NotSupported,
    ProviderError,
    UnreadableAnswer,
)
from smscore.money import Money
from smscore.numbering import parse_number
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Result, SentMessage
from smscore.send.provider import (
    Dispatch,
    Provider,
    as_secret,
    basic_authorization,
    check_base_url,
    check_sender,
)
from smscore.send.providers.credentials import as_token
from smscore.send.providers.refusals import tell
from smscore.send.providers.values import as_text, only_digits
from smscore.send.providers.voip_communications import outcomes
from smscore.send.providers.voip_communications.options import VoipOptions, write_date
from smscore.send.providers.voip_communications.reading import NAME, OK, as_code, read_answer
from smscore.send.providers.voip_communications.records import (
    Cancellation,
    ChatMessage,
    LogEntry,
    SummaryEntry,
    read_chat,
    read_entry,
    read_summary,
)
from smscore.send.wire import Value, WireRequest, WireResponse, form_content

T = TypeVar("T")
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class VoipCommunications(Provider):
    """voip-communications.net, by an API key and its password.

    `mode` is "bulk", cheaper and without a sender or replies, or "two_way", from `sender` (or the
    quote's), a number of the account to whose callback URL replies go. `recipients_per_request`
    is how many numbers go into one request; the provider's own limit is not documented.

    No answer names a currency: with `currency`, what a message cost is a price. No date names a
    zone: `account_zone` (such as "America/New_York") is the account's, and needed for a
    `delivery_date`. Rate limits, a balance and receipts of delivery are not documented.

    Of scheduled messages only that they can be listed and deleted is documented, not how: give
    `scheduled_list_path`, `scheduled_delete_path` and the field of the id as the provider tells
    them. `summary` and `chat` are not documented at all, and experimental.

    >>> provider = VoipCommunications(
    ...     api_key="...", api_password="...", mode="two_way", sender="+12025550111")
    >>> provider.summary().request
    WireRequest(endpoint='sms.summary', method='POST')
    """

    api_key: str | Secret = field(repr=False)
    api_password: str | Secret = field(repr=False)
    base_url: str = "https://voip-communications.net/api-v2/index.php"
    sender: str | None = field(default=None, repr=False)
    mode: Literal["bulk", "two_way"] | None = None
    recipients_per_request: int = 100
    currency: str | None = None
    account_zone: str | None = None
    scheduled_list_path: str | None = None
    scheduled_delete_path: str | None = None
    scheduled_id_field: str = "smsid"
    allow_http: bool = False
    group: int = field(init=False, default=1)

    name: ClassVar[str] = NAME

    def __post_init__(self) -> None:
        """Refuse what cannot be used; ValueError, TypeError."""
        if self.mode not in {"bulk", "two_way"}:
            raise ValueError(
                'say which product is meant: mode="bulk" costs less, has no sender and cannot be '
                'answered; mode="two_way" costs more and is from a number of the account'
            )
        if self.mode == "bulk" and self.sender is not None:
            raise ValueError('a bulk message has no sender: leave it out, or say mode="two_way"')
        if type(self.recipients_per_request) is not int or self.recipients_per_request < 1:
            raise ValueError("recipients_per_request is a whole number from 1 on")
        key, password = as_token(self.api_key, "an API key"), as_secret(self.api_password)
        if ":" in key.reveal():
            raise ValueError("an API key holds no colon, which parts it from the password")
        if self.currency is not None:
            Money(Decimal(0), self.currency)  # It refuses what is no currency.
        _find_zone(self.account_zone)
        made = {
            "api_key": key,
            "api_password": password,
            "base_url": check_base_url(self.base_url, allow_http=self.allow_http),
            "group": self.recipients_per_request,
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def secrets(self) -> tuple[str, ...]:
        """Give the key, the password and the header that both make, so that they are struck out."""
        key, password = as_secret(self.api_key).reveal(), as_secret(self.api_password).reveal()
        return key, password, basic_authorization(key, password).removeprefix("Basic ")

    @property
    def identity(self) -> str:
        """Say whose account this is: by the key, which stays when the password is another."""
        return f"{self.name}\n{self.base_url}\nkey {as_secret(self.api_key).reveal()}"

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, or what it would do otherwise than meant.

        Raises InvalidSender, InvalidDate, NotSupported, TypeError for another provider's options.
        """
        date = self._options(dispatch).delivery_date
        if date is not None:
            write_date(date, _find_zone(self.account_zone), now)
        if len(dispatch.numbers) > self.group:
            raise NotSupported(
                self.name,
                None,
                f"a request has at most {self.group} recipients: see recipients_per_request",
            )
        if len({*dispatch.numbers}) < len(dispatch.numbers):
            raise ValueError("a recipient is named twice in one request")
        self._sender(dispatch)

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the POST of a form; numbers are digits, parted by commas."""
        del prepared
        fields = [
            ("to", ",".join(map(only_digits, dispatch.numbers))),
            ("msg", dispatch.text),
        ]
        sender = self._sender(dispatch)
        if sender is not None:
            fields.insert(0, ("from", sender))
        date = self._options(dispatch).delivery_date
        if date is not None:
            fields.append(("delivery_date", write_date(date, _find_zone(self.account_zone))))
        return self._request("sms.send", "sms/send", tuple(fields))

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer: 200 is no success before the log says so, recipient by recipient."""
        private = {*self.secrets(), dispatch.text}
        for number in (*dispatch.numbers, dispatch.sender or "", self.sender or ""):
            private |= {number, only_digits(number)}
        return outcomes.read_results(dispatch.numbers, response, tuple(private), self.currency)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the overview of conversations, which has no dates to ask by: all of it.

        It is experimental. Whether an entry came or went is not told, and its id is not the one
        that sending was answered with. `at` is None unless `account_zone` is given.
        """
        del since, until
        zone = _find_zone(self.account_zone)
        return self._pages(
            "sms/summary",
            "summary",
            lambda entry: outcomes.read_sent(read_summary(entry, zone), self.currency),
        )

    def fetch(self, message_id: str) -> None:
        """Give None: there is no method that asks for one message, or for its delivery."""
        del message_id

    def summary(self, *, page: int = 0) -> Call[Page[SummaryEntry]]:
        """Ask for the overview of conversations. It is experimental: it is not documented."""
        zone = _find_zone(self.account_zone)
        return self._pages(
            "sms/summary", "summary", lambda entry: read_summary(entry, zone), page=page
        )

    def chat(self, internal: str, external: str, *, page: int = 0) -> Call[Page[ChatMessage]]:
        """Ask for the messages between a number of the account and another one, both in E.164.

        It is the only known way to ask for replies. It is experimental: it is not documented.
        Raises InvalidNumber.
        """
        zone = _find_zone(self.account_zone)
        fields = (
            ("internal", only_digits(parse_number(internal).e164)),
            ("external", only_digits(parse_number(external).e164)),
        )
        return self._pages(
            "sms/chat", "chat", lambda entry: read_chat(entry, zone), fields=fields, page=page
        )

    def list_scheduled(self) -> Call[tuple[LogEntry, ...]]:
        """Ask for the messages that wait for their date. What it answers is not documented.

        Raises NotSupported unless the constructor was told the path.
        """
        path = self._configured(self.scheduled_list_path, "scheduled_list_path")
        zone = _find_zone(self.account_zone)

        def read(response: WireResponse) -> tuple[LogEntry, ...]:
            answer = read_answer(response, self.secrets())
            for key in ("scheduled", "send_log"):
                found = answer.get(key)
                if isinstance(found, list):
                    return tuple(read_entry(each, zone) for each in found if isinstance(each, dict))
            reason = "the answer has no list of scheduled messages"
            raise UnreadableAnswer(self.name, response.status, reason)

        return Call(self._request("sms.scheduled", path), read, safe=True)

    def cancel_scheduled(self, smsid: str) -> Call[Cancellation]:
        """Delete a message that waits for its date; perhaps all that went in the same request.

        Raises NotSupported unless the constructor was told the path, and ProviderError where the
        answer does not say that it was done.
        """
        path = self._configured(self.scheduled_delete_path, "scheduled_delete_path")
        if not smsid:
            raise ValueError("an smsid is not empty")

        def read(response: WireResponse) -> Cancellation:
            answer = read_answer(response, self.secrets())
            code, told = as_code(answer.get("code")), as_text(answer.get("code_desc")) or ""
            reason = tell(told, self.secrets()) or "it does not say that it was deleted"
            if code is None:
                raise UnreadableAnswer(self.name, response.status, reason)
            if code != OK:
                raise ProviderError(self.name, response.status, reason, code=str(code))
            return Cancellation(smsid, code, told or None, answer)

        request = self._request("sms.cancel", path, ((self.scheduled_id_field, smsid),))
        return Call(request, read, safe=False)

    def balance(self) -> NoReturn:
        """Raise NotSupported: no method for it is documented."""
        raise NotSupported(self.name, None, "no method that tells the balance is documented")

    def _configured(self, path: str | None, option: str) -> str:
        if path is None:
            reason = f"endpoint not configured: it is not documented, give {option} if you know it"
            raise NotSupported(self.name, None, reason)
        # Sending goes by way of an approval, whatever path is said to be another one.
        if "send" in path.lower().split("/"):
            raise ValueError(f"{option} is the path that sends: give that of the list or deletion")
        return path.strip("/")

    def _request(self, endpoint: str, path: str, fields: Fields = ()) -> WireRequest:
        key, password = as_secret(self.api_key).reveal(), as_secret(self.api_password).reveal()
        return WireRequest(
            endpoint,
            "POST",
            f"{self.base_url}/{path}",
            (
                ("authorization", basic_authorization(key, password)),
                ("content-type", "application/x-www-form-urlencoded"),
            ),
            form_content(fields),
        )

    def _pages(
        self,
        path: str,
        key: str,
        read: Callable[[dict[str, Value]], T],
        *,
        fields: Fields = (),
        page: int = 0,
        seen: Value = None,
    ) -> Call[Page[T]]:
        """Make a call for a page; the last one is empty, and so is the list of what follows."""
        if type(page) is not int or page < 0:
            raise ValueError("a page is a whole number from 0 on")

        def read_page(response: WireResponse) -> Page[T]:
            found = read_answer(response, self.secrets()).get(key)
            if not isinstance(found, list):
                reason = f"the answer has no list {key!r}"
                raise UnreadableAnswer(self.name, response.status, reason)
            # A server that gave the same page for every number would never end.
            if not found or found == seen:
                return Page(())
            items = tuple(read(each) for each in found if isinstance(each, dict))
            following = self._pages(path, key, read, fields=fields, page=page + 1, seen=list(found))
            return Page(items, following)

        request = self._request(path.replace("/", "."), path, (*fields, ("page", str(page))))
        return Call(request, read_page, safe=True)

    def _options(self, dispatch: Dispatch) -> VoipOptions:
        options = dispatch.options
        if options is None:
            return VoipOptions()
        if not isinstance(options, VoipOptions):
            raise TypeError(f"its options are VoipOptions, not {type(options).__name__}")
        return options

    def _sender(self, dispatch: Dispatch) -> str | None:
        """Give the sender's digits; None for bulk."""
        if self.mode == "bulk":
            if dispatch.sender is not None:
                raise InvalidSender(self.name, 'a bulk message has none: say mode="two_way"')
            return None
        sender = dispatch.sender or self.sender
        if sender is None:
            raise InvalidSender(self.name, "a two-way message is from a number of the account")
        check_sender(sender, self.name)
        # The provider's own spelling has no "+".
        plain = sender.isascii() and sender.isdigit()
        try:
            return parse_number(f"+{sender}" if plain else sender).digits
        except InvalidNumber as error:
            raise InvalidSender(self.name, f"a number of the account: {error.reason}") from None


def _find_zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("account_zone is the name of a time zone, as America/New_York") from None
