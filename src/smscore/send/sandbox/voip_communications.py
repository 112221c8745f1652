"""voip-communications.net's api-v2, its SMS calls: a stand-in.

Numbers that behave in a way of their own, as recipients (all of this is invented):

    +1 202 555 0190  an entry with `code` 400 inside a 200; no handset receives it
    +1 202 555 0191  left out of the log; no handset receives it
    +1 202 555 0193  `code` 200, and no handset ever receives it
    +1 202 555 0195  left out of the log, and a handset receives it

The account owns +1 202 555 0170; any other `from` is answered with the error envelope.

Switches, all off:

    voip_communications.entry_per_part   one entry of the log for each part, not each recipient
    voip_communications.unique_ids       an `smsid` for each entry, not one for the call
    voip_communications.text_codes       `code` is a string
    voip_communications.html_401         401 comes with a page of HTML; its body is empty otherwise
    voip_communications.retry_header     a 429 has a Retry-After header
    voip_communications.page_size=N      items of a page of summary and chat, 20 otherwise
    voip_communications.balance=AMOUNT   what is left on the account, 1000 otherwise
    voip_communications.zone_hours=N     how far the account's time is ahead of UTC
    voip_communications.callback_url=URL    where replies go, the Callback URL of the panel
    voip_communications.callback_format=F   "form", "json" or "query"
    voip_communications.partial=ODDS     one recipient of several fails

The law of this file: it is written from the documentation alone, and what that leaves open is
marked invented: most of all paths and shapes beyond `sms/send`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import HTTP
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from smscore.send.sandbox.web import Request, Response, StandIn, Webhook, World, json_response

OWNED = "12025550170"
FAILS, LOST, VANISHES, UNTOLD = "12025550190", "12025550191", "12025550193", "12025550195"

_NUMBER = re.compile(r"\+?([1-9]\d{6,14})")
# Invented: the price is for each part; the documentation says only that BULK is cheaper.
_PRICES = {"BULKSMS": Decimal("0.01"), "2WAYSMS": Decimal("0.0125")}
_SINGLE, _PIECE = 160, 153
_TIME = "%Y-%m-%d %H:%M:%S"
# What the service reads "freely": these few are invented.
_FORMATS = (_TIME, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%d.%m.%Y")
_PREFIXES = {"1": "US", "44": "GB", "49": "DE", "33": "FR"}


@dataclass(slots=True)
class Entry:
    """One message to one recipient, or one from a handset, as the account's log has it."""

    id: str
    smsid: str
    internal: str = field(repr=False)
    external: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    sale: Decimal
    kind: str
    status: str
    inbound: bool = False
    due: datetime | None = None


class VoipCommunicationsStandIn(StandIn):
    """voip-communications.net as its documentation tells it."""

    name: ClassVar[str] = "voip_communications"
    base_path: ClassVar[str] = "/voip_communications/api-v2/index.php"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.api_key = world.make_id(16)
        self.api_password = world.make_id(24)
        self.log: list[Entry] = []
        self.waiting: list[Entry] = []
        self.spent = Decimal(0)
        self._next_id = 81_000

    def credentials(self) -> dict[str, str]:
        """Give the key, its password, and the number that the account owns."""
        return {"api_key": self.api_key, "api_password": self.api_password, "from": OWNED}

    def sends(self, request: Request) -> bool:
        """Whether it is the one call that sends."""
        return request.path == "sms/send" and request.method == "POST"

    def too_many(self, seconds: float) -> Response:
        """Answer 429; that there is such a limit at all is invented."""
        answer = json_response(429, {"error": True, "error_message": "Too many requests"})
        if not self.world.switch("voip_communications.retry_header"):
            return answer
        wait = str(max(1, int(-(-seconds // 1))))
        return Response(429, answer.body, (*answer.headers, ("retry-after", wait)))

    def tick(self) -> None:
        """Send what was scheduled for now; it is charged now."""
        for entry in list(self.waiting):
            if entry.due is not None and entry.due <= self._now():
                self.waiting.remove(entry)
                entry.due, entry.status, entry.at = None, "SENT", self._now()
                self._carry(entry)

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        if request.basic() != (self.api_key, self.api_password):
            if not self.world.switch("voip_communications.html_401"):
                return Response(401, b"", ())
            page = b"<html><body><h1>401 Unauthorized</h1></body></html>"
            return Response(401, page, (("content-type", "text/html"),))
        # Every call is a POST; what another method gets is invented.
        if request.method != "POST":
            return Response(405, b"", ())
        act = {
            "sms/send": self._send,
            "sms/summary": self._summarise,
            "sms/chat": self._chat,
            "sms/scheduled": self._list_scheduled,
            "sms/delete": self._delete,
        }.get(request.path)
        if act is not None:
            return act(dict(_read_fields(request)))
        page = b"<html><body><h1>404 Not Found</h1></body></html>"
        return Response(404, page, (("content-type", "text/html"),))

    def text_back(self, sender: str, to: str, text: str) -> str:
        """Let a handset text to the account's number; it is told to the Callback URL."""
        if to.lstrip("+") != OWNED:
            raise ValueError("that number is none of the account's")
        number, kind = sender.lstrip("+"), "2WAYSMS"
        entry = Entry("", "", OWNED, number, text, self._now(), Decimal(0), kind, "RECEIVED")
        entry.inbound = True
        self._note(entry)
        url = self.world.switches.get("voip_communications.callback_url")
        if isinstance(url, str):
            self.world.webhooks.append(self._make_webhook(url, entry))
        return entry.id

    def _now(self) -> datetime:
        hours = self.world.switches.get("voip_communications.zone_hours", 0)
        ahead = timedelta(hours=float(hours)) if isinstance(hours, int | float) else timedelta()
        return self.world.now().replace(tzinfo=None, microsecond=0) + ahead

    def _send(self, fields: dict[str, str]) -> Response:
        numbers = [each.strip() for each in fields.get("to", "").split(",")]
        sender = fields.get("from", "").strip().lstrip("+")
        text, date = fields.get("msg", ""), fields.get("delivery_date", "").strip()
        due = _read_date(date) if date else None
        fault = _find_fault(numbers, sender, text)
        if fault is None and date and due is None:
            fault = "Invalid delivery date"
        if fault is not None:
            return _fail(fault)
        # A date in the past is no error, and is sent at once: invented.
        if due is not None and due <= self._now():
            due = None
        kind = "2WAYSMS" if sender else "BULKSMS"
        sale = _PRICES[kind] * _count(text)
        if self.spent + sale * len(numbers) > self._balance():
            return _fail("Not enough balance")
        smsid = self._make_smsid()
        failing = {FAILS}
        if len(numbers) > 1 and self.world.chance("voip_communications.partial"):
            failing.add(self.world.random.choice(numbers).lstrip("+"))
        told: list[dict[str, Any]] = []
        for number in (each.lstrip("+") for each in numbers):
            if self.world.switch("voip_communications.unique_ids"):
                smsid = self._make_smsid()
            entry = Entry("", smsid, sender or OWNED, number, text, self._now(), sale, kind, "SENT")
            if number in failing:
                # Codes other than 200 and the words for them are invented.
                entry.status, entry.sale = "FAILED", Decimal(0)
                told.append(self._tell(entry, code=400, reason="Destination is not reachable"))
            elif number != LOST:
                told += self._take(entry, due)
        return json_response(200, {"send_log": told})

    def _take(self, entry: Entry, due: datetime | None) -> list[dict[str, Any]]:
        """Send a message or keep it until it is due; give its entries of the answer."""
        self._note(entry)
        if due is None:
            self._carry(entry)
        else:
            entry.status, entry.due = "SCHEDULED", due
            self.waiting.append(entry)
        if entry.external == UNTOLD:
            return []
        if not self.world.switch("voip_communications.entry_per_part"):
            return [self._tell(entry)]
        pieces = _cut(entry.text)
        sale = float(entry.sale / len(pieces))
        return [{**self._tell(entry), "msg": piece, "sale": sale} for piece in pieces]

    def _carry(self, entry: Entry) -> None:
        """Charge for a message, and bring it to its handset."""
        self.spent += entry.sale
        if entry.external != VANISHES:
            number, sender = f"+{entry.external}", f"+{entry.internal}"
            self.world.deliver(self.name, number, sender, entry.text, entry.smsid)

    def _note(self, entry: Entry) -> None:
        """Put a message into the log; that its id there is not the smsid is assumed."""
        self._next_id += 1
        entry.id = str(self._next_id)
        self.log.append(entry)

    def _tell(self, entry: Entry, code: int = 200, reason: str = "") -> dict[str, Any]:
        prefix = next((each for each in _PREFIXES if entry.external.startswith(each)), "")
        return {
            "code": str(code) if self.world.switch("voip_communications.text_codes") else code,
            "code_desc": reason,
            "from": entry.internal,
            "to": entry.external,
            "country": _PREFIXES.get(prefix, ""),
            "msg": entry.text,
            "delivery_date": (entry.due or entry.at).strftime(_TIME),
            "sale": float(entry.sale),
            "type": entry.kind,
            "status": entry.status,
            "smsid": entry.smsid,
        }

    def _balance(self) -> Decimal:
        return Decimal(str(self.world.switches.get("voip_communications.balance", 1000)))

    def _make_smsid(self) -> str:
        return f"{self._now():%Y}{self.world.make_id(25, '0123456789abcdef')}"

    def _page(self, fields: dict[str, str], found: list[dict[str, str]]) -> list[dict[str, str]]:
        size = self.world.switches.get("voip_communications.page_size", 20)
        size = size if isinstance(size, int) else 20
        page = int(fields["page"]) if fields.get("page", "").isdecimal() else 0
        return found[page * size : (page + 1) * size]

    def _summarise(self, fields: dict[str, str]) -> Response:
        """Tell the newest message of each conversation; that it is one of each is invented."""
        newest: dict[tuple[str, str], Entry] = {}
        for entry in self.log:
            newest.pop((entry.internal, entry.external), None)
            newest[entry.internal, entry.external] = entry
        found = [
            {
                "sms_id": each.id,
                "sms_country": str(self._tell(each)["country"]),
                "sms_status": each.status,
                "sms_external": each.external,
                "sms_internal": each.internal,
                "sms_sale": str(each.sale),
                "sms_status_date": each.at.strftime(_TIME),
                "sms_msg": each.text,
            }
            for each in reversed(newest.values())
        ]
        return json_response(200, {"summary": self._page(fields, found)})

    def _chat(self, fields: dict[str, str]) -> Response:
        ends = tuple(fields.get(each, "").lstrip("+") for each in ("internal", "external"))
        if not all(ends):
            return _fail("internal and external are required")
        found = [
            {
                "sms_id": each.id,
                "sms_inout": "IN" if each.inbound else "OUT",
                "sms_msg": each.text,
                "sms_status_date": each.at.strftime(_TIME),
            }
            # Newest first is invented.
            for each in reversed(self.log)
            if (each.internal, each.external) == ends
        ]
        return json_response(200, {"chat": self._page(fields, found)})

    def _list_scheduled(self, _fields: dict[str, str]) -> Response:
        """List what is scheduled; the path and the shape are invented."""
        return json_response(200, {"scheduled": [self._tell(each) for each in self.waiting]})

    def _delete(self, fields: dict[str, str]) -> Response:
        """Delete what is scheduled under an id, all recipients of a call with it; all invented."""
        smsid = fields.get("smsid", "")
        found = [each for each in self.waiting if each.smsid == smsid]
        if not found:
            return _fail("No such scheduled message", flag=1)
        for each in found:
            self.waiting.remove(each)
            self.log.remove(each)
        return json_response(200, {"code": 200, "code_desc": "", "smsid": smsid})

    def _make_webhook(self, url: str, entry: Entry) -> Webhook:
        """Tell of a reply; the method, the form and the names are invented."""
        said = {
            "from": entry.external,
            "to": entry.internal,
            "msg": entry.text,
            "smsid": entry.id,
            "date": entry.at.strftime(_TIME),
        }
        match self.world.switches.get("voip_communications.callback_format", "form"):
            case "json":
                kind, body = "application/json", json.dumps(said, ensure_ascii=False).encode()
            case "query":
                joint = "&" if "?" in url else "?"
                return Webhook(self.name, f"{url}{joint}{urlencode(said)}", (), b"", method="GET")
            case _:
                kind, body = "application/x-www-form-urlencoded", urlencode(said).encode()
        return Webhook(self.name, url, (("content-type", kind),), body)


def _fail(reason: str, *, flag: int = True) -> Response:
    return json_response(200, {"error": flag, "error_message": reason})


def _find_fault(numbers: list[str], sender: str, text: str) -> str | None:
    """Find what a message is refused for; the texts, and that these are refused, are invented."""
    if not all(_NUMBER.fullmatch(each) for each in numbers):
        return "Invalid destination number"
    if not text:
        return "Message is empty"
    if sender and sender != OWNED:
        return "The from number is not yours"
    return None


def _read_date(said: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(said, form).replace(tzinfo=UTC).replace(tzinfo=None)
        except ValueError:
            continue
    return None


def _cut(text: str) -> list[str]:
    """Cut a text as the page says: up to 160 characters whole, more in pieces of 153."""
    if len(text) <= _SINGLE:
        return [text]
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _count(text: str) -> int:
    return len(_cut(text))


def _read_fields(request: Request) -> list[tuple[str, str]]:
    """Read a form, urlencoded or in multipart; anything else has no fields."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    if not kind.startswith("multipart/form-data"):
        return []
    whole = f"Content-Type: {kind}\r\n\r\n".encode("latin-1") + request.body
    fields = []
    for part in message_from_bytes(whole, policy=HTTP).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields.append((name, content.decode("utf-8", "replace")))
    return fields
