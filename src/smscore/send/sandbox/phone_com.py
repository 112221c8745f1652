"""Phone.com's API v4, its `/sms` resource: a stand-in.

Numbers that behave in a way of their own, as recipients (all of this is invented, as the
documentation has no failures):

    +1 202 555 0190  an entry whose status is "failed"; no handset receives it
    +1 202 555 0191  left out of the answer's `to`; no handset receives it
    +1 202 555 0192  "delivered" at once, with sent_at and delivered_at
    +1 202 555 0193  "queued" for ever; no handset receives it
    +1 202 555 0194  the whole request is refused with 422
    +1 202 555 0195  left out of the answer's `to`, and a handset receives it
    +1 202 555 0196  a status that nobody has heard of, "in_limbo"; a handset receives it

Any other recipient is "sent" at first and "delivered" two seconds later. Of the account's numbers,
+1 202 555 0180 has an extension by default, +1 202 555 0181 has none: without an extension_id in
the body, what is sent from it is not stored.

Switches, all off:

    phone_com.no_single_id    no `id` at the top of the answer for one recipient either
    phone_com.no_recipient_ids  no `to[].id`, as in the specification of 2017
    phone_com.list_groups     a message to a group is one item of a list, not one for each recipient
    phone_com.max_text=N      a longer text is refused with 422
    phone_com.null_offset     a list's `offset` is null where none was given
    phone_com.no_total        lists come without `total`
    phone_com.limits          the documented limits, or "3/0.5" for 3 requests in half a second
    phone_com.retry_header    a 429 has a Retry-After header too
    phone_com.token_seconds=N how long a token from OAuth lives
    phone_com.partial=ODDS    one recipient of a group fails

The law of this file: it is written from the documentation alone.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, ClassVar

from smscore.send.sandbox.phone_com_answers import (
    Refusal,
    invalid,
    read_object,
    refuse,
    refuse_many,
    tell_moment,
)
from smscore.send.sandbox.phone_com_events import Events
from smscore.send.sandbox.phone_com_limits import Limiter
from smscore.send.sandbox.phone_com_listeners import Listeners
from smscore.send.sandbox.phone_com_lists import Item, read_listing, select
from smscore.send.sandbox.phone_com_tokens import OWNER, USER, Token, Tokens, may_use
from smscore.send.sandbox.web import Request, Response, StandIn, World, json_response

STORING, FORGETTING = "+12025550180", "+12025550181"
FAILS, LOST, AT_ONCE, QUEUED, REFUSED, UNTOLD, ODD = (f"+1202555019{n}" for n in range(7))
_FATES = {FAILS: "failed", LOST: "failed", AT_ONCE: "delivered", QUEUED: "queued", ODD: "in_limbo"}

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PATH = re.compile(r"accounts/(\d+)(?:/extensions/(\d+))?/(.+)")
_DELIVERY_SECONDS = 2
_FILTERS = ("id", "from", "to", "direction", "extension", "created_at")
_HEX = "0123456789abcdef"


@dataclass(slots=True)
class Recipient:
    """One recipient of a message."""

    number: str = field(repr=False)
    id: str
    status: str
    sent_at: int | None = None
    delivered_at: int | None = None
    told: bool = True


@dataclass(slots=True)
class Message:
    """One message, to one or a group, or from a handset."""

    sender: str = field(repr=False)
    to: list[Recipient]
    text: str = field(repr=False)
    direction: str
    created: int
    extension: dict[str, Any] | None
    is_new: bool = True


class PhoneComStandIn(StandIn):
    """Phone.com as its documentation tells it."""

    name: ClassVar[str] = "phone_com"
    base_path: ClassVar[str] = "/phone_com/v4"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.account_id = world.random.randint(100_000, 999_999)
        extension_id = world.random.randint(10_000, 99_999)
        self.extensions = {
            number: {"id": number, "voip_id": self.account_id, "name": name, "extension": short}
            for number, name, short in (
                (extension_id, "Front desk", 18),
                (extension_id + 1, "Back office", 19),
            )
        }
        self.numbers: dict[str, int | None] = {STORING: extension_id, FORGETTING: None}
        self.tokens = Tokens(world, extension_id)
        self.access_token = self.tokens.add(Token(OWNER))
        self.extension_token = self.tokens.add(Token(USER, extension_id))
        self.messages: list[Message] = []
        self._due: deque[tuple[float, Message, Recipient]] = deque()
        self.limiter = Limiter(world)
        self.events = Events(world, self.account_id)
        self.listeners = Listeners(world, self.account_id)

    def credentials(self) -> dict[str, str]:
        """Give the owner's permanent token, the account, and a number that stores."""
        return {
            "access_token": self.access_token,
            "account_id": str(self.account_id),
            "from": STORING,
        }

    def more(self) -> dict[str, str]:
        """Give the rest that a caller may want: an extension's token, and the OAuth client."""
        first = next(iter(self.extensions))
        return {
            "extension_id": str(first),
            "other_extension_id": str(first + 1),
            "extension_token": self.extension_token,
            "from_not_stored": FORGETTING,
            "client_id": self.tokens.client[0],
            "client_secret": self.tokens.client[1],
            "username": self.tokens.user[0],
            "password": self.tokens.user[1],
            "code": next(iter(self.tokens.codes), ""),
        }

    def sends(self, request: Request) -> bool:
        """Whether it is a POST to an `/sms`."""
        return request.method == "POST" and request.path.endswith("/sms")

    def too_many(self, seconds: float) -> Response:
        """Answer 429 with the numbers of the limit of one endpoint."""
        return refuse_many(self.world, 30, seconds)

    def broken(self) -> Response:
        """Answer 500 with the envelope."""
        return refuse(self.world, Refusal(500, "Internal error"))

    def tick(self) -> None:
        """Let messages be delivered, and tell those who listen."""
        while self._due and self._due[0][0] <= self.world.time():
            _, message, each = self._due.popleft()
            each.status, each.delivered_at = "delivered", int(self.world.time())
            self.events.tell_sent(message.sender, each.number, message.text, "delivered")

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        try:
            if request.path == "oauth/access-token":
                return self._handle_token(request)
            token = self.tokens.find(request)
            # What is refused for its token was not let through, and is not counted: invented.
            early = self.limiter.check(self.endpoint(request))
            if early is not None:
                return refuse_many(self.world, *early)
            if request.path == "ping" and request.method == "GET":
                return json_response(200, {"pong": True})  # its body is invented
            return self._handle_account(request, token)
        except Refusal as refusal:
            return refuse(self.world, refusal)

    def text_back(self, sender: str, to: str, text: str) -> str:
        """Let a handset text to one of the account's numbers."""
        if to not in self.numbers:
            raise ValueError("that number is none of the account's")
        extension = self.numbers[to]
        recipient = Recipient(to, self.world.make_id(40, _HEX), "new")
        message = Message(
            sender,
            [recipient],
            text,
            "in",
            int(self.world.time()),
            None if extension is None else self.extensions[extension],
        )
        if extension is not None:
            self.messages.append(message)
        self.events.tell_received(sender, to, text)
        self.listeners.tell("sms.in", sender, to, text)
        return recipient.id

    def _handle_token(self, request: Request) -> Response:
        if request.method == "GET":
            return self.tokens.describe(request)
        if request.method == "POST":
            return self.tokens.grant(request)
        raise Refusal(405, "Method not allowed")

    def _handle_account(self, request: Request, token: Token) -> Response:
        found = _PATH.fullmatch(request.path)
        if found is None:
            raise Refusal(404, "Not found")
        extension = None if found[2] is None else int(found[2])
        # A foreign account is refused by scope, as what exists is not told: invented.
        if int(found[1]) != self.account_id or not may_use(token, extension):
            raise Refusal(403, "Permission denied", proxy=True)
        if extension is not None and extension not in self.extensions:
            raise Refusal(404, "Not found")
        resource, _, rest = found[3].partition("/")
        match resource:
            case "sms":
                return self._handle_sms(request, extension, rest or None)
            case "listeners":
                return self.listeners.handle(request, rest)
            case "integrations" if rest.startswith("events/"):
                return self.events.handle(request, rest.removeprefix("events/"), extension)
        raise Refusal(404, "Not found")

    def _handle_sms(self, request: Request, extension: int | None, sms_id: str | None) -> Response:
        match request.method, sms_id:
            case "POST", None:
                return self._send(request, extension)
            case "GET", None:
                return self._list(request, extension)
            case "GET" | "PATCH", str(wanted):
                for message, recipients in self._find_items(extension):
                    if any(each.id == wanted for each in recipients):
                        if request.method == "PATCH":
                            message.is_new = _read_flag(read_object(request))
                        return json_response(200, self._show(message, recipients, stored=True))
                raise Refusal(404, "Not found")
        raise Refusal(405, "Method not allowed")

    def _send(self, request: Request, path_extension: int | None) -> Response:
        said = read_object(request)
        sender, numbers, text = self._read_message(said)
        # Whether the path's extension stores like the body's is invented: it does.
        extension = said.get("extension_id", path_extension) or self.numbers[sender]
        if extension is not None and extension not in self.extensions:
            raise invalid(extension_id="There is no such extension")
        now = int(self.world.time())
        recipients = [self._make_recipient(number, now) for number in numbers]
        if len(recipients) > 1 and self.world.chance("phone_com.partial"):
            chosen = self.world.random.choice(recipients)
            chosen.status, chosen.sent_at, chosen.delivered_at = "failed", None, None
        stored = None if extension is None else self.extensions[extension]
        message = Message(sender, recipients, text, "out", now, stored)
        if stored is not None:
            self.messages.append(message)
        for each in recipients:
            if each.status not in {"failed", "queued"}:
                self.world.deliver(self.name, each.number, sender, text, each.id)
                self.events.tell_sent(sender, each.number, text, "sent")
                self.listeners.tell("sms.out", sender, each.number, text)
            if each.status == "sent":
                self._due.append((self.world.time() + _DELIVERY_SECONDS, message, each))
        shown = [each for each in recipients if each.told]
        return json_response(201, self._show(message, shown, stored=False))

    def _read_message(self, said: dict[str, Any]) -> tuple[str, list[str], str]:
        problems: dict[str, str] = {}
        sender, to, text = said.get("from"), said.get("to"), said.get("text")
        if not isinstance(sender, str) or not _E164.fullmatch(sender):
            problems["from"] = "It is an E.164 number"
        elif sender not in self.numbers:
            problems["from"] = "It is a number of the account"
        numbers = to if isinstance(to, list) else [to]
        if not numbers or not all(isinstance(n, str) and _E164.fullmatch(n) for n in numbers):
            problems["to"] = "It is an E.164 number, or several"
        elif REFUSED in numbers:
            problems["to"] = "It is a number that can be texted"
        most = self.world.switches.get("phone_com.max_text")
        # That an empty text is refused is invented.
        if not isinstance(text, str) or not text:
            problems["text"] = "It is required"
        elif isinstance(most, int) and most and len(text) > most:
            problems["text"] = f"It has {most} characters at most"
        if problems:
            raise invalid(**problems)
        return str(sender), [str(each) for each in numbers], str(text)

    def _make_recipient(self, number: str, now: int) -> Recipient:
        recipient = Recipient(number, self.world.make_id(40, _HEX), _FATES.get(number, "sent"))
        recipient.told = number not in {LOST, UNTOLD}
        if recipient.status in {"sent", "delivered"}:
            recipient.sent_at = now
        if recipient.status == "delivered":
            recipient.delivered_at = now
        return recipient

    def _find_items(self, extension: int | None) -> list[tuple[Message, list[Recipient]]]:
        """Give the items of lists: each recipient of a group apart, or together if switched so.

        Which it is, is not documented.
        """
        together = self.world.switch("phone_com.list_groups")
        return [
            (message, recipients)
            for message in self.messages
            if extension is None or (message.extension or {}).get("id") == extension
            for recipients in ([message.to] if together else [[each] for each in message.to])
        ]

    def _list(self, request: Request, extension: int | None) -> Response:
        listing = read_listing(request, _FILTERS, ("created_at",))
        items: list[tuple[Item, object]] = []
        for message, recipients in self._find_items(extension):
            item: Item = {
                "id": [each.id for each in recipients],
                "from": [message.sender],
                "to": [each.number for each in recipients],
                "direction": [message.direction],
                "extension": [str((message.extension or {}).get("id", ""))],
                "created_at": [float(message.created)],
            }
            shown = self._show(message, recipients, stored=True)
            if listing.fields == "brief":
                # What is left out is invented.
                del shown["extension"]
            items.append((item, shown))
        page, total = select(items, listing)
        quiet = self.world.switch("phone_com.null_offset") and listing.offset is None
        envelope: dict[str, object] = {
            "filters": listing.filters,
            "sort": listing.sort,
            "total": total,
            "offset": None if quiet else listing.offset or 0,
            "limit": listing.limit,
            "items": page,
        }
        if self.world.switch("phone_com.no_total"):
            del envelope["total"]
        return json_response(200, envelope)

    def _show(
        self, message: Message, recipients: list[Recipient], *, stored: bool
    ) -> dict[str, Any]:
        """Show a message; one that has just been sent to a group has no id of its own."""
        single = len(message.to) == 1 and not self.world.switch("phone_com.no_single_id")
        first = {"id": recipients[0].id} if recipients and (stored or single) else {}
        return {
            **first,
            "from": message.sender,
            "to": [self._show_recipient(each) for each in recipients],
            "direction": message.direction,
            "created_epoch": message.created,
            "created_at": tell_moment(message.created),
            "is_new": message.is_new,
            "text": message.text,
            "extension": message.extension,
        }

    def _show_recipient(self, each: Recipient) -> dict[str, Any]:
        shown: dict[str, Any] = {"number": each.number, "status": each.status}
        if not self.world.switch("phone_com.no_recipient_ids"):
            shown["id"] = each.id
        # Both are there on some recipients only: once it is delivered, which is invented.
        if each.delivered_at is not None:
            shown |= {"sent_at": each.sent_at, "delivered_at": each.delivered_at}
        return shown


def _read_flag(said: dict[str, Any]) -> bool:
    """Read is_new: a boolean, or a string as the official sample has it."""
    known = {True: True, False: False, "1": True, "0": False, "true": True, "false": False}
    value = said.get("is_new")
    if set(said) != {"is_new"} or not isinstance(value, bool | str) or value not in known:
        raise invalid(is_new="It is the one property to change: true or false")
    return known[value]
