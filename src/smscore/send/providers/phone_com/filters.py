"""The grammar of filters: a field, an operator and values.

The law of this file: every filter names its operator, for a bare value that holds a colon could be
read as one; a value that holds a comma is not put into a list.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, get_args

Field = Literal["id", "from", "to", "direction", "extension", "created_at"]
Operator = Literal[
    "eq", "ne", "lt", "gt", "lte", "gte",
    "starts-with", "ends-with", "contains",
    "not-starts-with", "not-ends-with", "not-contains",
    "between", "not-between", "in", "not-in", "empty", "not-empty", "sounds",
]  # fmt: skip
Given = str | int | datetime

_PAIRS = frozenset({"between", "not-between"})
_LISTS = frozenset({"in", "not-in"})
_BARE = frozenset({"empty", "not-empty"})


@dataclasses.dataclass(frozen=True, slots=True, init=False)
class Filter:
    """One filter of a list. Several of one field are sent as several keys, in their order.

    A datetime has a zone, and is written in UTC. Numbers are in E.164. The values are not in the
    repr. Raises ValueError for an unknown field or operator, or the wrong count of values.

    >>> Filter("to", "eq", "+12025550122").value
    'eq:+12025550122'
    >>> Filter.between("created_at", datetime(2024, 3, 9, tzinfo=UTC),
    ...                datetime(2024, 3, 10, tzinfo=UTC)).value
    'between:2024-03-09T00:00:00+00:00,2024-03-10T00:00:00+00:00'
    """

    field: Field
    operator: Operator
    values: tuple[str, ...] = dataclasses.field(repr=False)

    def __init__(self, field: Field, operator: Operator, *values: Given) -> None:
        if field not in get_args(Field):
            raise ValueError(f"no filter is for the field {field!r}")
        if operator not in get_args(Operator):
            raise ValueError(f"a filter has no operator {operator!r}")
        many = operator in _LISTS
        if not many and len(values) != (2 if operator in _PAIRS else 0 if operator in _BARE else 1):
            raise ValueError(f"the operator {operator} has another count of values")
        if many and not values:
            raise ValueError(f"the operator {operator} has at least one value")
        written = tuple(map(_write, values))
        if (many or operator in _PAIRS) and any("," in each for each in written):
            raise ValueError("a value of a list holds a comma, which parts the values")
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "values", written)

    @property
    def value(self) -> str:
        """The filter as it is sent."""
        return f"{self.operator}:{','.join(self.values)}" if self.values else self.operator

    @property
    def pair(self) -> tuple[str, str]:
        """The filter as a field of a query, not encoded yet."""
        return f"filters[{self.field}]", self.value

    @classmethod
    def equal(cls, field: Field, value: Given) -> Filter:
        """Let through what is equal."""
        return cls(field, "eq", value)

    @classmethod
    def between(cls, field: Field, first: Given, last: Given) -> Filter:
        """Let through what is between two values."""
        return cls(field, "between", first, last)

    @classmethod
    def one_of(cls, field: Field, values: Iterable[Given]) -> Filter:
        """Let through what is one of several values."""
        return cls(field, "in", *values)


def _write(value: Given) -> str:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("a datetime of a filter needs a zone")
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a filter takes str, int and datetime, not {type(value).__name__}")
    return str(value)
