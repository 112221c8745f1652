"""Close: a message is stored as a draft first, and released by its id.

The law of this file: only the release sends, and a draft leaves once; where the answer to it is
missing, the message itself says whether it has left. Others can write in a draft: the release has
in it all that was approved, and what it was answered with is held against that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from smscore.errors import (
    InvalidDate,
    InvalidNumber,
    InvalidSender,
    NotFound,
    NotSupported,
    OverLimit,
)
from smscore.numbering import Number, parse_number
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import (
    Dispatch,
    TwoStepProvider,
    as_secret,
    basic_authorization,
    check_base_url,
    check_sender,
)
from smscore.send.providers.close import outcomes
from smscore.send.providers.close.account import Account, as_segment, without_none
from smscore.send.providers.close.messages import PATH, Messages
from smscore.send.providers.close.numbers import PhoneNumbers
from smscore.send.providers.close.options import CloseOptions
from smscore.send.providers.close.reading import NAME, find_wait, write_moment
from smscore.send.providers.close.records import read_activity
from smscore.send.providers.close.subscriptions import EventLog, Subscriptions
from smscore.send.providers.close.templates import Templates
from smscore.send.providers.credentials import as_token
from smscore.send.providers.values import only_digits
from smscore.send.wire import WireRequest, WireResponse


@dataclass(frozen=True, kw_only=True)
class Close(TwoStepProvider):
    """Close, by an API key or an OAuth access token: one of the two.

    `local_phone` is the account's number that messages come from where a quote names none. With
    `two_steps` a message is a draft before it is released, so that asking again sends nothing
    twice; without, it goes in one request, and an answer that is missing leaves it in doubt. The
    provider carries no messages from one country to another: they are refused here, unless
    `allow_international` is true. The product takes about 1000 characters; whether its interface
    does is not documented: `max_characters` refuses more. Rate limits are not published. Prices are
    in US dollars, and there some time after a message was sent.

    >>> provider = Close(api_key="api_...", local_phone="+12025550111")
    >>> provider.messages.get("acti_AAAA1111").request
    WireRequest(endpoint='sms.get', method='GET')
    """

    api_key: str | Secret | None = field(default=None, repr=False)
    access_token: str | Secret | None = field(default=None, repr=False)
    local_phone: str | None = field(default=None, repr=False)
    base_url: str = "https://api.close.com/api/v1"
    two_steps: bool = True
    allow_international: bool = False
    max_characters: int | None = None
    allow_http: bool = False

    name: ClassVar[str] = NAME
    # Anybody in the account can delete a message, sent or not.
    history_complete: ClassVar[bool] = False
    final_statuses: ClassVar[frozenset[str]] = outcomes.FINAL

    def __post_init__(self) -> None:
        """Refuse what cannot be used; ValueError, TypeError, InvalidSender."""
        if (self.api_key is None) == (self.access_token is None):
            raise ValueError("give an api_key or an access_token, and only one of them")
        if not isinstance(self.two_steps, bool):
            raise TypeError("two_steps is a bool")
        if self.max_characters is not None and self.max_characters < 1:
            raise ValueError("max_characters is a whole number from 1 on, or None")
        for key, what in (("api_key", "an API key"), ("access_token", "an access token")):
            given = getattr(self, key)
            if given is not None:
                object.__setattr__(self, key, as_token(given, what))
        if self.api_key is not None and ":" in as_secret(self.api_key).reveal():
            raise ValueError("an API key holds no colon, which parts it from the password")
        if self.local_phone is not None:
            object.__setattr__(self, "local_phone", _read_sender(self.local_phone).e164)
        url = check_base_url(self.base_url, allow_http=self.allow_http)
        object.__setattr__(self, "base_url", url)

    @property
    def _account(self) -> Account:
        """The account, by which requests are made."""
        return Account(self.base_url, self._authorization(), self.secrets())

    @property
    def messages(self) -> Messages:
        """Drafts, what is only logged, lists, cancelling."""
        return Messages(self._account)

    @property
    def templates(self) -> Templates:
        """The templates of texts."""
        return Templates(self._account)

    @property
    def phone_numbers(self) -> PhoneNumbers:
        """The account's numbers, and where they can write to."""
        return PhoneNumbers(self._account)

    @property
    def webhooks(self) -> Subscriptions:
        """The subscriptions to events."""
        return Subscriptions(self._account)

    @property
    def event_log(self) -> EventLog:
        """The events of about thirty days."""
        return EventLog(self._account)

    def _authorization(self) -> str:
        if self.access_token is not None:
            return f"Bearer {as_secret(self.access_token).reveal()}"
        return basic_authorization(as_secret(self.api_key or "").reveal(), "")

    def secrets(self) -> tuple[str, ...]:
        """Give the key or token in plain, and the header of it, so that they are struck out."""
        given = as_secret(self.api_key or self.access_token or "")
        return given.reveal(), self._authorization().partition(" ")[2]

    @property
    def identity(self) -> str:
        """Say whose account this is: by the key or token, for no answer is known to name it.

        Another key or token is another account, as far as is known here.
        """
        kind = "key" if self.access_token is None else "token"
        return "\n".join((self.name, self.base_url, kind, self.secrets()[0]))

    def check(self, dispatch: Dispatch, now: datetime) -> None:
        """Refuse what the provider would refuse, or what it would do otherwise than meant.

        Raises InvalidSender, InvalidDate, OverLimit, NotSupported, ValueError for a draft that
        would be released unseen, TypeError for another provider's options.
        """
        options = _options(dispatch)
        if len(dispatch.numbers) > 1:
            raise NotSupported(self.name, None, "a request has one recipient")
        if options.draft_id is not None and not self.two_steps:
            raise ValueError("a draft is looked at before it is released: that takes two_steps")
        if options.date_scheduled is not None and options.date_scheduled <= now:
            raise InvalidDate("date_scheduled", "it is past")
        if self.max_characters is not None and len(dispatch.text) > self.max_characters:
            raise OverLimit(self.name, self.max_characters, len(dispatch.text), "characters")
        home, country = self._sender(dispatch).country, dispatch.approvals[0].quote.country
        if not self.allow_international and (country is None or country != home):
            raise NotSupported(
                self.name,
                None,
                f"it carries no messages from {home or 'no known country'} to "
                f"{country or 'no known country'}: see allow_international",
            )

    def prepare(self, dispatch: Dispatch) -> WireRequest:
        """Build the POST of a draft, or the GET of the one that is there already."""
        options = _options(dispatch)
        if options.draft_id is not None:
            return self.look(options.draft_id)
        body = {"status": outcomes.DRAFT, **self._content(dispatch)}
        return self._account.request("sms.create", "POST", PATH, body=body)

    def read_prepared(self, dispatch: Dispatch, response: WireResponse) -> str | Result:
        """Read the draft: it must hold what was approved, whoever made it."""
        return outcomes.read_draft(
            dispatch.numbers[0],
            self._sender(dispatch).e164,
            dispatch.text,
            response,
            self._private(dispatch),
            media=_options(dispatch).unpriced_media,
        )

    def build(self, dispatch: Dispatch, prepared: str | None = None) -> WireRequest:
        """Build the PUT that releases a draft, or without one the POST of a message.

        The PUT has the text, both numbers and the attachments too, for anybody in the account can
        have changed them since. That a draft can be changed and released by a PUT is documented,
        and that both can be done by one is taken from its fields, which are listed together: the
        answer is read for what the message is after that.
        """
        options = _options(dispatch)
        release = without_none(
            status="outbox" if options.date_scheduled is None else "scheduled",
            # Neither is in the published schema, and both are in what it says in words.
            date_scheduled=None
            if options.date_scheduled is None
            else write_moment(options.date_scheduled),
            send_in=options.send_in,
        )
        if prepared is None:
            body = {**release, **self._content(dispatch)}
            return self._account.request("sms.create", "POST", PATH, body=body)
        release |= self._message(dispatch)
        path = f"{PATH}/{as_segment(prepared)}"
        return self._account.request("sms.update", "PUT", path, body=release)

    def read(self, dispatch: Dispatch, response: WireResponse) -> tuple[Result, ...]:
        """Read the answer: a success by the message's own status, for 200 alone is none."""
        [number] = dispatch.numbers
        found = self._read_released(dispatch, response)
        if found is None:
            reason = "the answer has it as a draft, which does not go out"
            kept = outcomes.find_activity(response)
            name = None if kept is None else kept.id
            found = Result(number, Outcome.UNKNOWN, name, outcomes.DRAFT, reason=reason)
        return (found,)

    def look(self, prepared: str) -> WireRequest:
        """Build the GET of a draft, by its id."""
        return self._account.request("sms.get", "GET", f"{PATH}/{as_segment(prepared)}")

    def read_look(self, dispatch: Dispatch, response: WireResponse) -> Result | None:
        """Read what became of a draft; None if it still is one, and what was approved.

        One that was changed is UNKNOWN: it may have left and been called back before it was.
        """
        found = self._read_released(dispatch, response)
        if found is not None:
            return found
        kept = self.read_prepared(dispatch, response)
        if not isinstance(kept, Result):
            return None
        draft = outcomes.find_activity(response)
        name = None if draft is None else draft.id
        return replace(kept, outcome=Outcome.UNKNOWN, message_id=name)

    def find_sent(self, since: datetime, until: datetime) -> Call[Page[SentMessage]]:
        """Ask for the messages that were made between two moments; the list may be a minute behind.

        What was received or only logged is left out; drafts are in it, as not sent.
        """
        window = (
            ("date_created__gte", write_moment(since)),
            ("date_created__lte", write_moment(until)),
        )
        return self._account.pages(
            "sms.list",
            PATH,
            lambda each: outcomes.read_sent(read_activity(each)),
            query=window,
        )

    def fetch(self, message_id: str) -> Call[SentMessage | None] | None:
        """Ask what became of one message; None if it is not there, or is none that was sent."""
        asked = self.messages.get(message_id)

        def read(response: WireResponse) -> SentMessage | None:
            try:
                found = outcomes.read_sent(asked.read(response))
            except NotFound:
                return None
            return found[0] if found else None

        return Call(asked.request, read, safe=True)

    def retry_after(self, response: WireResponse) -> float | None:
        """Read the seconds to wait, of which there may be a part, from headers or an older body."""
        return find_wait(response)

    def _read_released(self, dispatch: Dispatch, response: WireResponse) -> Result | None:
        return outcomes.read_released(
            dispatch.numbers[0],
            self._sender(dispatch).e164,
            dispatch.text,
            response,
            self._private(dispatch),
            media=_options(dispatch).unpriced_media,
        )

    def _content(self, dispatch: Dispatch) -> dict[str, object]:
        options = _options(dispatch)
        whose = without_none(
            lead_id=options.lead_id, contact_id=options.contact_id, user_id=options.user_id
        )
        return self._message(dispatch) | whose

    def _message(self, dispatch: Dispatch) -> dict[str, object]:
        """Give all that makes out what goes out, and to whom."""
        return without_none(
            local_phone=self._sender(dispatch).e164,
            remote_phone=dispatch.numbers[0],
            text=dispatch.text,
            attachments=[each.to_dict() for each in _options(dispatch).attachments] or None,
        )

    def _sender(self, dispatch: Dispatch) -> Number:
        sender = self.local_phone if dispatch.sender is None else dispatch.sender
        if sender is None:
            raise InvalidSender(self.name, "name a number of the account, in the quote or here")
        return _read_sender(sender)

    def _private(self, dispatch: Dispatch) -> tuple[str, ...]:
        private = {*self.secrets(), dispatch.text}
        for number in (*dispatch.numbers, dispatch.sender or "", self.local_phone or ""):
            private |= {number, only_digits(number)}
        return tuple(private)


def _options(dispatch: Dispatch) -> CloseOptions:
    options = dispatch.options
    if options is None:
        return CloseOptions()
    if not isinstance(options, CloseOptions):
        raise TypeError(f"its options are CloseOptions, not {type(options).__name__}")
    return options


def _read_sender(sender: str) -> Number:
    check_sender(sender, NAME)
    try:
        return parse_number(sender)
    except InvalidNumber as error:
        raise InvalidSender(NAME, f"a number of the account: {error.reason}") from None
