"""What the provider's answers and statuses mean for a message.

The law of this file: an id says that a message was taken, an error that answers our request that it
was not; a fault inside the provider says neither. RECEIVED, of a message that went out, is success.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smscore.send.outcomes import Outcome, Result, SentMessage
from smscore.send.provider import TOO_MANY_REQUESTS
from smscore.send.providers.callr.options import find_handle
from smscore.send.providers.callr.reading import find_error
from smscore.send.providers.callr.records import SmsMessage
from smscore.send.providers.callr.rpc import answers
from smscore.send.providers.refusals import describe, tell
from smscore.send.providers.values import as_money, as_whole, only_digits, parse_object
from smscore.send.wire import Value, WireResponse

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REDIRECTS = 300
_REFUSALS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
# A conflict, or that somebody lost patience, does not say that nothing was done.
_IN_DOUBT = frozenset({408, 409, 425, 499})

_KNOWN = frozenset({100, 110, 115, 150, 151, 205, 401, 1000})
_INVALID = frozenset({-32700, -32600, -32601, -32602})
# JSON-RPC 2.0, 5: these have no id, for none could be read.
_BEFORE_THE_ID = frozenset({-32700, -32600, 401})
_INTERNAL = -32603
_OF_THE_SERVER = range(-32099, -31999)

_PROVISIONAL = frozenset({"CREATED", "PENDING"})
_TAKEN = frozenset({*_PROVISIONAL, "SENT", "REMOTE_QUEUED", "RECEIVED", "DELIVERED"})
_FAILED = frozenset({"ERROR", "FAILED", "EXPIRED"})
FINAL = frozenset(each.lower() for each in {"RECEIVED", "DELIVERED", *_FAILED})
"""The statuses that nothing follows, in lower case, of both APIs."""


def read_outcome(status: str | None) -> Outcome:
    """Tell what the status of a message that went out means, by either API's name for it.

    >>> read_outcome("RECEIVED"), read_outcome("remote-queued"), read_outcome("LOST")
    (<Outcome.ACCEPTED: 'accepted'>, <Outcome.ACCEPTED: 'accepted'>, <Outcome.UNKNOWN: 'unknown'>)
    """
    word = _as_word(status)
    if word in _TAKEN:
        return Outcome.ACCEPTED
    return Outcome.REJECTED if word in _FAILED else Outcome.UNKNOWN


def _as_word(status: str | None) -> str:
    return (status or "").upper().replace("-", "_")


def read_send(number: str, response: WireResponse, request: int, private: Sequence[str]) -> Result:
    """Read the answer to a sms.send: an id is success."""
    answer = parse_object(response.body)
    if answer is None or not {"id", "result", "error"} & answer.keys():
        return read_http(number, response.status, describe(response))
    said = find_error(answer, private)
    if said is not None:
        outcome = _judge_error(answer, response.status, request)
        return Result(number, outcome, code=said.code, reason=said.reason)
    if not answers(answer, request):
        return Result(number, Outcome.UNKNOWN, reason="the answer is to another request")
    found = answer.get("result")
    if not response.ok or not isinstance(found, str) or not _ID.fullmatch(found):
        reason = f"HTTP {response.status} and a result that is no id"
        return Result(number, Outcome.UNKNOWN, reason=reason)
    return Result(number, Outcome.ACCEPTED, message_id=found)


def read_http(number: str, status: int, reason: str, code: str | None = None) -> Result:
    """Read an answer of which only the HTTP status says anything."""
    outcome = Outcome.UNKNOWN
    if status == TOO_MANY_REQUESTS:
        outcome = Outcome.NOT_SENT
    elif status in _REFUSALS and status not in _IN_DOUBT:
        outcome = Outcome.REJECTED
    told = code or (str(status) if status >= _REDIRECTS else None)
    return Result(number, outcome, code=told, reason=reason)


def _judge_error(answer: dict[str, Value], status: int, request: int) -> Outcome:
    """Tell whether an error proves that nothing was sent."""
    error, given = answer["error"], answer.get("id")
    code = as_whole(error.get("code")) if isinstance(error, dict) else None
    if answer.get("result") is not None or code is None or status in _IN_DOUBT:
        return Outcome.UNKNOWN
    if status == TOO_MANY_REQUESTS:
        return Outcome.NOT_SENT
    if code == _INTERNAL or code in _OF_THE_SERVER:
        # It may have failed before the message was handed on, or after.
        return Outcome.UNKNOWN
    if given is None:
        told = code in _BEFORE_THE_ID or (status in _REFUSALS and code in _KNOWN | _INVALID)
    else:
        told = answers(answer, request) and (
            status not in _SERVER_ERRORS or code in _KNOWN | _INVALID
        )
    return Outcome.REJECTED if told else Outcome.UNKNOWN


def read_sent(message: SmsMessage, currency: str | None) -> SentMessage:
    """Give a message that went out as a record of it; parts and price once they are final."""
    outcome = read_outcome(message.status)
    price = None
    final = _as_word(message.status) in (_TAKEN | _FAILED) - _PROVISIONAL
    if final and message.debit is not None and message.debit >= 0:
        # What failed and cost nothing has no price, rather than one of zero.
        free = outcome is Outcome.REJECTED and message.debit == 0
        price = None if free else as_money(message.debit, currency)
    private = [each for each in (message.text, message.number) if each]
    return SentMessage(
        message_id=message.id,
        number=f"+{only_digits(message.number or '')}",
        # A text whose characters were replaced is not known by what it is now.
        text=None if message.options.get("force_encoding") == "GSM" else message.text,
        outcome=outcome,
        status=message.status,
        reason=tell(message.status_error, private) if message.status_error else None,
        parts=message.parts if final else None,
        price=price,
        at=message.created_at or message.sent_at,
        handle=find_handle(message.user_data),
    )
