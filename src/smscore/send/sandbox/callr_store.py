"""The messages of the CALLR stand-in, and what becomes of them.

The law of this file: a message that a handset will get is in the ledger from its acceptance on,
once; its status follows by the clock, and every change of it is in its history and told to
webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, cast

from smscore.send.sandbox.agenda import Agenda
from smscore.send.sandbox.callr_checks import DATE, UNROUTABLE, Refused
from smscore.send.sandbox.callr_hooks import Hook, Hooks
from smscore.send.sandbox.callr_text import Encoding, encode, network, price
from smscore.send.sandbox.web import World

NOT_YET = "0000-00-00 00:00:00"
# Invented: the numbers that an empty sender and %STOPNUM% stand for.
SHARED_NUMBER = "38999"
STOP_NUMBER = "38998"

# The usual way of a message: what share of the time to its delivery has gone, and its new status.
Step = tuple[float, str, str]
USUAL: Final[tuple[Step, ...]] = (
    (0.1, "PENDING", ""),
    (0.3, "SENT", ""),
    (0.6, "REMOTE_QUEUED", ""),
    (1.0, "RECEIVED", ""),
)
# Invented, numbers and errors alike.
MAGIC: Final[dict[str, tuple[Step, ...]]] = {
    "+33639989991": ((0.1, "ERROR", "ROUTING"),),
    "+33639989992": (*USUAL[:2], (0.6, "FAILED", "REJECTED_BY_CARRIER")),
    "+33639989993": (*USUAL[:3], (1.0, "EXPIRED", "VALIDITY")),
    "+33639989994": USUAL[:2],
}
UNROUTED_NUMBER = "+33639989995"
FORBIDDEN_NUMBER = "+33639989996"
DEARER_NUMBER = "+33639989997"


@dataclass(slots=True)
class Account:
    """Who sends: the master, or one of its sub-accounts."""

    login: str = field(repr=False)
    hash: str
    hooks: Hooks = field(repr=False)


@dataclass(slots=True)
class Message:
    """One message, in or out."""

    account: Account
    kind: str
    hash: str
    sender: str = field(repr=False)
    to: str = field(repr=False)
    text: str = field(repr=False)
    encoding: Encoding
    parts: int
    created: float
    options: dict[str, object] | None = field(default=None, repr=False)
    user_data: str = field(default="", repr=False)
    nature: str = "ALERTING"
    debit: Decimal = Decimal(0)
    status: str = "CREATED"
    status_error: str = ""
    updated: float = 0.0
    sent: float | None = None
    received: float | None = None
    history: list[dict[str, str]] = field(default_factory=list)

    def own_hooks(self) -> list[Hook]:
        """Give the message's own webhook, if it has one."""
        hook = (self.options or {}).get("webhook")
        return [] if hook is None else [cast("Hook", hook)]

    def to_dict(self) -> dict[str, object]:
        """Write the message as an SMS object."""
        told: dict[str, object] = {
            "type": self.kind,
            "hash": self.hash,
            "from": self.sender,
            "to": self.to,
            "text": self.text,
            "options": self.options,
            "encoding": self.encoding,
            "user_data": self.user_data,
            "b_customer_mode": "PREPAID",
            "b_customer_debit": f"{self.debit:.4f}",
            "network": network(self.to),
            "status": self.status,
            "status_error": self.status_error,
            "parts": self.parts,
            "nature": self.nature,
            "date_creation": write_date(self.created),
            "date_update": write_date(self.updated),
            "date_sent": write_date(self.sent),
            "date_received": write_date(self.received),
            "status_history": list(self.history),
        }
        if self.kind == "IN":
            # Fields may be missing of inbound messages; which ones is invented.
            for name in ("b_customer_mode", "b_customer_debit", "nature", "status_history"):
                del told[name]
        return told


class Store:
    """What CALLR keeps; both of its APIs look at the same."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.agenda = Agenda()
        self.login = f"login-{world.make_id(6)}"
        self.password = world.make_id(16)
        self.api_key = world.make_id(64, "0123456789abcdef")
        self.session = world.make_id(32, "0123456789abcdef")
        self.master = self._make_account(self.login)
        self.sub_account = self._make_account(f"sub-{world.make_id(6)}")
        self.messages: dict[str, Message] = {}

    def _make_account(self, login: str) -> Account:
        return Account(login, self.world.make_id(8), Hooks(self.world, self.agenda))

    def find_account(self, name: str) -> Account | None:
        """Find an account by its login or hash."""
        known = (self.master, self.sub_account)
        return next((each for each in known if name in {each.login, each.hash}), None)

    def tick(self) -> None:
        """Let what is due happen."""
        self.agenda.run(self.world.time())

    def send(
        self, account: Account, sender: str, to: str, text: str, options: dict[str, object] | None
    ) -> Message:
        """Accept a message, and let its handset have it."""
        if to == UNROUTED_NUMBER:
            raise Refused(UNROUTABLE, "ROUTING_ERROR")  # the message is invented
        if to == FORBIDDEN_NUMBER:
            raise Refused(100, "FORBIDDEN")
        asked = options or {}
        made = encode(expand(sender, text), cast("Encoding | None", asked.get("force_encoding")))
        now = self.world.time()
        message = Message(
            account, "OUT", self.world.make_id(8), sender, to, made.text, made.encoding, made.parts,
            now, options, self._cut(cast("str", asked.get("user_data", ""))),
            cast("str", asked.get("nature", "ALERTING")), updated=now,
        )  # fmt: skip
        if not self.world.switch("callr.late_debit"):
            message.debit = price(to) * message.parts
        self.messages[message.hash] = message
        plan = MAGIC.get(to, USUAL)
        if plan[-1][1] in {"RECEIVED", "SENT"}:
            shown = sender or SHARED_NUMBER
            self.world.deliver("callr", to, shown, message.text, message.hash)
        pace = self.world.switches.get("callr.seconds_to_delivery", 1.0)
        seconds = pace if isinstance(pace, (int, float)) else 1.0
        for share, status, error in plan:
            self._note(now + share * seconds, message, status, error)
        return message

    def _cut(self, user_data: str) -> str:
        """Cut user data where the switch says so: its real limit is not known."""
        limit = self.world.switches.get("callr.user_data_limit")
        return user_data[:limit] if isinstance(limit, int) else user_data

    def _note(self, due: float, message: Message, status: str, error: str) -> None:
        self.agenda.note(due, lambda at: self._move(message, status, error, at))

    def _move(self, message: Message, status: str, error: str, at: float) -> None:
        """Change a message's status."""
        message.history.append(
            {
                "old_status": message.status,
                "new_status": status,
                "updated_at": write_instant(at),
            }
        )
        message.status, message.status_error, message.updated = status, error, at
        if status == "SENT":
            message.sent = at
            message.parts += message.to == DEARER_NUMBER
            message.debit = price(message.to) * message.parts
        elif status == "RECEIVED":
            message.received = at
        elif status == "ERROR":
            message.debit = Decimal(0)
        hooks = message.account.hooks
        hooks.tell("sms.mt.status_update", message.to_dict(), at, message.own_hooks())

    def inbound(self, sender: str, number: str, text: str) -> str:
        """Receive a message of a handset to one of CALLR's numbers; give its hash.

        An empty number is the shared one. The webhook of the last message from that number to that
        handset is told too.
        """
        shared = number in {"", SHARED_NUMBER}
        answered = next(
            (
                each
                for each in reversed(self.messages.values())
                if each.kind == "OUT"
                and each.to == sender
                and each.sender == ("" if shared else number)
            ),
            None,
        )
        account = answered.account if answered else self.master
        made = encode(text)
        now = self.world.time()
        message = Message(
            account, "IN", self.world.make_id(8), sender, number or SHARED_NUMBER, text,
            made.encoding, made.parts, now, status="RECEIVED", updated=now, received=now,
        )  # fmt: skip
        self.messages[message.hash] = message
        own = answered.own_hooks() if answered else []
        account.hooks.tell("sms.mo", message.to_dict(), now, own)
        return message.hash


def expand(sender: str, text: str) -> str:
    """Write the opt-out number where a text names it, if the sender is a custom one."""
    return text.replace("%STOPNUM%", STOP_NUMBER) if sender else text


def write_date(at: float | None) -> str:
    """Write a time in UTC, to the second; None is not yet."""
    return NOT_YET if at is None else datetime.fromtimestamp(at, UTC).strftime(DATE)


def write_instant(at: float) -> str:
    """Write a time in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(" ", "milliseconds")[:-6]
