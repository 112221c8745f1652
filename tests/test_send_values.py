"""What the four wrappers share: values of JSON as Python's, and errors without what is private.

The law of this file: whatever JSON a provider writes is read without a fault; the forms of numbers
are RFC 8259's, those of moments ISO 8601's.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.errors import AuthenticationFailed, NotFound, ProviderError, RateLimited
from smscore.send.providers import refusals, values
from smscore.send.wire import Value, WireResponse

NUMBER = "33639980001"
FIRST = datetime.fromisoformat("0001-01-01")
MICROSECOND = timedelta(microseconds=1)
DAY = 24 * 3600 * 10**6
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**65)
    | st.integers(2**62, 2**65).map(str)
    | st.decimals()
    | st.text()
    | st.from_regex(r"\A-?[0-9]{1,20}(\.[0-9]{1,14})?(E[+-]?[0-9]{1,4})?\Z")
    | st.sampled_from(["\ud83d", "0000-00-00 00:00:00", "9999-12-31T23:59:59-14:00", "٣", "½"])
)
VALUES: Any = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(VALUES)
def test_no_value_is_a_fault(value: Value) -> None:
    """Each value is read as its own kind, as None, or as something empty; never with an error."""
    kinds: dict[Any, Any] = {
        values.as_string: str | None,
        values.as_text: str | None,
        values.as_whole: int | None,
        values.as_amount: Decimal | None,
        values.as_utc_moment: datetime | None,
        values.as_object: dict,
        values.as_list: list,
    }
    for read, kind in kinds.items():
        found = read(value)
        assert isinstance(found, kind), read
        assert not isinstance(found, bool)


@given(VALUES)
def test_what_is_read_can_be_kept(value: Value) -> None:
    """SQLite takes what was read: no half of a surrogate pair, and no number of over 64 bits."""
    with sqlite3.connect(":memory:") as connection:
        for read in (values.as_string, values.as_text, values.as_whole):
            found = read(value)
            assert connection.execute("SELECT ?", [found]).fetchone() == (found,)
    connection.close()


@given(st.decimals(-(10**11), 10**11, places=9), st.sampled_from(["str", "number"]))
def test_amounts_of_either_form_are_exact(amount: Decimal, form: str) -> None:
    """An amount is the same to its last digit, be it a str or a number, however it is written."""
    written = json.dumps(format(amount, "f")) if form == "str" else str(amount)
    answer = values.parse_object(f'{{"cost": {written}}}'.encode())
    assert answer is not None
    assert values.as_amount(answer["cost"]) == amount


@pytest.mark.parametrize("value", ["", "free", "NaN", "1e3", "1,5", "٣", "1" * 13, True, None, []])
def test_what_is_no_amount(value: Any) -> None:
    """Words, exponents in a str, other scripts and what is far too much are no amount."""
    assert values.as_amount(value) is None


@given(
    st.integers(2 * DAY, 9990 * 365 * DAY).map(lambda each: FIRST + each * MICROSECOND),
    st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
        lambda gap: timedelta(minutes=gap // timedelta(minutes=1))
    ),
    st.sampled_from(["T", " "]),
)
def test_moments_are_in_utc(moment: datetime, offset: timedelta, between: str) -> None:
    """A moment with an offset is that moment in UTC, and one without is in UTC already."""
    local = moment.replace(tzinfo=timezone(offset))
    found = values.as_utc_moment(local.isoformat(between))
    assert (found, found and found.tzinfo) == (local, UTC)
    assert values.as_utc_moment(moment.isoformat(between)) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["2031-05-04", "20310504T093000", "2031-13-04T09:30:00", "soon", "", 1710000000, None]
)
def test_what_is_no_moment(value: Any) -> None:
    """A day alone, a month that there is not, and a number are no moment."""
    assert values.as_utc_moment(value) is None


@given(st.binary() | VALUES.map(lambda value: json.dumps(value, default=str).encode()))
def test_bodies_that_are_no_object(body: bytes) -> None:
    """A body is an object, or None, as another reader of JSON judges it."""
    try:
        known = json.loads(body.decode("utf-8", "strict"), parse_constant=lambda _each: 1 / 0)
    except (ArithmeticError, ValueError, RecursionError):
        known = None
    if isinstance(known, dict):
        assert set(values.parse_object(body) or {}) == set(known)
    elif known is not None:
        assert values.parse_object(body) is None


@pytest.mark.parametrize(
    "body", [b'{"a": 1e999999999999999999999}', b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"]
)
def test_numbers_and_depths_out_of_all_bounds(body: bytes) -> None:
    """What no number and no stack can hold is no object, and no error."""
    assert values.parse_object(body) is None


def test_one_is_not_two_numbers() -> None:
    """A boolean is no whole number (RFC 8259, 3), and a number in a str is one."""
    assert (values.as_whole(True), values.as_text(True)) == (None, None)
    assert (values.as_whole("-18"), values.as_whole("18.0")) == (-18, None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (404, NotFound),
        (429, RateLimited),
        (400, ProviderError),
        (500, ProviderError),
    ],
)
def test_a_status_is_an_error(status: int, kind: type[ProviderError]) -> None:
    """Which error an answer is follows from its status (RFC 9110, 15.5; RFC 6585, 4)."""
    said = refusals.Said("no", "17", {"to": "not a number"})
    with pytest.raises(ProviderError) as caught:
        refusals.refuse("callr", status, said, wait=2.5)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, "17")
    assert getattr(caught.value, "retry_after", None) == (2.5 if status == 429 else None)
    assert said.whole == "no; to: not a number"


def test_a_word_of_the_providers_is_an_error() -> None:
    """Where the provider says by another word which error it is, that decides."""
    with pytest.raises(NotFound):
        refusals.refuse("callr", 200, refusals.Said("no"), wait=None, kind=NotFound)


def test_what_is_said_is_short_and_has_nothing_private() -> None:
    """A number that was sent is struck out, and what is long is cut; a page is not repeated."""
    told = refusals.tell(f"{NUMBER} is barred. " + "why " * 500, [NUMBER])
    assert NUMBER not in told
    assert len(told) == 300
    page = WireResponse(502, {"content-type": f"text/html; {NUMBER}"}, NUMBER.encode())
    assert refusals.describe(page).endswith("11 octets of text/html")
