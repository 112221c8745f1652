"""What the CALLR stand-in finds: searches, lists, and pages of them.

The law of this file: the names of the filters are not documented. Those of an SMS's own fields are
honoured here, all others are ignored, and a switch makes all ignored or the others refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smscore.send.sandbox.callr_checks import (
    WRONG,
    Refused,
    check_date,
    check_whole,
    refuse,
)
from smscore.send.sandbox.callr_store import Account, Message, Store

# The last six months.
SEARCHED_SECONDS = 183 * 86_400
# As the newer API has them; those of this one are not documented.
DEFAULT_LIMIT, GREATEST_LIMIT = 10, 100

_FIELDS = (
    "type", "hash", "from", "to", "text", "encoding", "user_data", "network", "status",
    "status_error", "nature", "date_creation", "date_update", "date_sent", "date_received",
)  # fmt: skip
_SPAN = ("date_from", "date_to")


def search(
    store: Store, account: Account, filters: Mapping[str, object], options: Mapping[str, object]
) -> dict[str, object]:
    """Find messages of the last six months, newest first unless the options say otherwise."""
    offset = check_whole(options, "offset", 0, 0)
    limit = check_whole(options, "limit", DEFAULT_LIMIT, 1)
    if limit > GREATEST_LIMIT:
        raise refuse("PROPERTY_VALUE_ERROR", "limit")
    since = store.world.time() - SEARCHED_SECONDS
    own = [each for each in of_account(store, account) if each.created >= since]
    found = _filter(store, own, filters)
    key = options.get("sort", "date_creation")
    if key not in _FIELDS:
        raise refuse("PROPERTY_VALUE_ERROR", "sort", key)
    order = options.get("order", "desc")
    if not isinstance(order, str) or order.lower() not in {"asc", "desc"}:
        raise refuse("PROPERTY_VALUE_ERROR", "order", order)
    # Of one second, the order is that of creation.
    found.sort(key=lambda each: str(each[str(key)]))
    if order.lower() == "desc":
        found.reverse()
    hits = found[offset : offset + limit]
    return {
        "hits": hits,
        "total": len(found),
        "offset": offset,
        "has_more": offset + len(hits) < len(found),
    }


def of_account(store: Store, account: Account) -> Iterable[Message]:
    """Give the messages of an account, oldest first."""
    return (each for each in store.messages.values() if each.account is account)


def _filter(
    store: Store, messages: list[Message], filters: Mapping[str, object]
) -> list[dict[str, object]]:
    """Write the messages that all filters let through."""
    if store.world.switch("callr.no_filters"):
        return [message.to_dict() for message in messages]
    unknown = [name for name in filters if name not in (*_FIELDS, *_SPAN)]
    if unknown and store.world.switch("callr.strict_filters"):
        raise refuse("PROPERTY_VALUE_ERROR", "filters")
    wanted = {name: _as_choices(filters[name]) for name in filters if name in _FIELDS}
    first = check_date(filters["date_from"], "date_from") if "date_from" in filters else 0.0
    last = check_date(filters["date_to"], "date_to") + 1 if "date_to" in filters else float("inf")
    # Most searches are for one number: the others need not be written first.
    numbers = wanted.pop("to", None)
    written = [
        message.to_dict()
        for message in messages
        if first <= message.created < last and (numbers is None or message.to in numbers)
    ]
    return [
        each
        for each in written
        if all(each.get(name) in choices for name, choices in wanted.items())
    ]


def _as_choices(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def list_messages(
    store: Store, account: Account, kind: object, first: object, last: object
) -> list[dict[str, object]]:
    """List an account's messages of one type, created in a span of time, oldest first."""
    if kind not in ("IN", "OUT"):
        raise refuse("INVALID_PARAM_FORMAT", "type", kind)
    since, until = check_date(first, "from"), check_date(last, "to")
    if since > until:
        raise Refused(WRONG, "TO_BEFORE_FROM")
    return [
        each.to_dict()
        for each in of_account(store, account)
        if each.kind == kind and since <= each.created < until + 1
    ]
