"""Phone.com's lists: filters, sorting, paging, and the envelope that they come in.

The law of this file: it knows no messages, only items: mappings from a field's name to its values.
Where the documentation leaves a choice, it is marked invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from smscore.send.sandbox.phone_com_answers import invalid
from smscore.send.sandbox.web import Request

LIMIT, MOST = 25, 500
_KEY = re.compile(r"(filters|sort)\[(\w+)\](?:\[\])?")
_OP = re.compile(r"(not-)?(eq|ne|lt|gt|lte|gte|starts-with|ends-with|contains|between|in|sounds):")
_NEVER_NEGATED = {"eq", "ne", "lt", "gt", "lte", "gte", "sounds"}
_EMPTY = {"empty": False, "not-empty": True}

Value = str | float
Item = Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list was asked for."""

    tests: dict[str, list[Callable[[Item], bool]]] = field(repr=False)
    filters: dict[str, str | list[str]] = field(repr=False)
    sort: dict[str, str]
    limit: int
    offset: int | None
    fields: str


def read_listing(request: Request, names: Sequence[str], times: Sequence[str] = ()) -> Listing:
    """Read what a list is asked for; Refusal 422 for what it cannot be asked.

    `names` are the fields that can be filtered, those in `times` by time.
    """
    filters: dict[str, list[str]] = {}
    sort: dict[str, str] = {}
    plain: dict[str, str] = {}
    for key, value in request.query:
        found = _KEY.fullmatch(key)
        if found is None:
            plain[key] = value
        elif found[1] == "filters":
            filters.setdefault(found[2], []).append(value)
        else:
            sort[found[2]] = value
    for name in filters:
        # That an unknown field is refused, rather than passed over, is invented.
        if name not in names:
            raise invalid(**{f"filters[{name}]": "There is no such filter"})
    for name, direction in sort.items():
        if name not in {"id", "created_at"} or direction not in {"asc", "desc"}:
            raise invalid(**{f"sort[{name}]": "Sort by id or created_at, asc or desc"})
    fields = plain.get("fields", "full")
    if fields not in {"brief", "full", "all"}:
        raise invalid(fields="It is brief or full")
    return Listing(
        {name: _make_tests(name, values, name in times) for name, values in filters.items()},
        {name: values[0] if len(values) == 1 else values for name, values in filters.items()},
        sort,
        _read_whole(plain, "limit", LIMIT, 1, MOST),
        _read_whole(plain, "offset", 0, 0) if "offset" in plain else None,
        fields,
    )


def select(items: Sequence[tuple[Item, object]], listing: Listing) -> tuple[list[object], int]:
    """Give the page that was asked for, and how many items there are in all."""
    kept = [
        pair
        for pair in items
        if all(test(pair[0]) for tests in listing.tests.values() for test in tests)
    ]
    # Newest first, where nothing is said, is invented.
    sort = listing.sort or {"created_at": "desc"}
    if next(iter(sort.values())) == "desc":
        # Of items of one moment the one that came last is the newest.
        kept.reverse()
    for name, direction in reversed(sort.items()):

        def key(pair: tuple[Item, object], name: str = name) -> tuple[float, str]:
            first = pair[0][name][0]
            return (0.0, first) if isinstance(first, str) else (first, "")

        kept.sort(key=key, reverse=direction == "desc")
    start = listing.offset or 0
    return [shown for _, shown in kept[start : start + listing.limit]], len(kept)


def _read_whole(
    plain: Mapping[str, str], name: str, default: int, least: int, most: int | None = None
) -> int:
    said = plain.get(name, str(default))
    number = int(said) if re.fullmatch(r"-?\d{1,9}", said) else None
    if number is None or number < least or (most is not None and number > most):
        raise invalid(**{name: f"It is a number from {least}"})
    return number


def _make_tests(name: str, values: list[str], by_time: bool) -> list[Callable[[Item], bool]]:
    """Make the tests of one field's filter.

    Values that are to be equal are alternatives, other operations all hold at once: invented, the
    documentation says only that a repeated key is the array form.
    """
    equal: list[Callable[[Item], bool]] = []
    tests: list[Callable[[Item], bool]] = []
    for value in values:
        test, alternative = _make_test(name, value, by_time)
        (equal if alternative else tests).append(test)
    if equal:
        tests.append(lambda item: any(test(item) for test in equal))
    return tests


def _make_test(name: str, said: str, by_time: bool) -> tuple[Callable[[Item], bool], bool]:
    if said in _EMPTY:
        wanted = _EMPTY[said]
        return (lambda item: any(item[name]) == wanted), False
    found = _OP.match(said)
    if found is None and re.match(r"[a-z-]+:", said):
        raise invalid(**{f"filters[{name}]": "There is no such operation"})
    negated, op = (bool(found[1]), found[2]) if found else (False, "eq")
    if negated and op in _NEVER_NEGATED:
        raise invalid(**{f"filters[{name}]": "There is no such operation"})
    rest = said[found.end() :] if found else said
    parts = rest.split(",") if op in {"between", "in"} else [rest]
    operands: list[Value] = [_read_time(name, each) if by_time else each for each in parts]
    if op == "between" and len(operands) != 2:  # noqa: PLR2004  # its two ends
        raise invalid(**{f"filters[{name}]": "between has two values"})
    if op == "ne":
        negated, op = True, "eq"

    def test(item: Item) -> bool:
        return any(_holds(op, value, operands) for value in item[name]) != negated

    return test, op == "eq" and not negated


def _holds(op: str, value: Value, operands: Sequence[Value]) -> bool:
    first = operands[0]
    if op in {"eq", "in"}:
        return value in operands
    if isinstance(value, str) and isinstance(first, str):
        # How alike "sounds" wants them is invented.
        tests = {
            "starts-with": value.startswith(first),
            "ends-with": value.endswith(first),
            "contains": first in value,
            "sounds": value.casefold() == first.casefold(),
        }
        if op in tests:
            return tests[op]
        last = operands[-1]
        return isinstance(last, str) and _compare(
            op, (value > first) - (value < first), value, last
        )
    if isinstance(value, str) or isinstance(first, str):
        return False
    last = operands[-1]
    order = (value > first) - (value < first)
    return not isinstance(last, str) and _compare(op, order, value, last)


def _compare(op: str, order: int, value: Value, last: Value) -> bool:
    match op:
        case "lt":
            return order < 0
        case "lte":
            return order <= 0
        case "gt":
            return order > 0
        case "gte":
            return order >= 0
        case "between":
            return order >= 0 and value <= last  # type: ignore[operator]
    return False


def _read_time(name: str, said: str) -> float:
    """Read a time: seconds since 1970, or ISO 8601, in UTC where it does not say."""
    try:
        if re.fullmatch(r"\d{9,11}", said):
            return float(said)
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise invalid(**{f"filters[{name}]": "It is no time"}) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
