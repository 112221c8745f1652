"""CALLR: the other methods of its API, and what belongs to reconciliation.

The law of this file: requests and answers are those of the provider's documentation.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sending_callr import (
    FIRST,
    ID,
    KEY,
    ONE,
    SECOND,
    TEXT,
    answer,
    approve,
    body_of,
    error,
    make_provider,
    result,
    sms,
)

from smscore.errors import (
    AuthenticationFailed,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.money import Money
from smscore.provider_tables import read_mapping
from smscore.send.calls import Call
from smscore.send.outcomes import Forecast, Outcome
from smscore.send.provider import Dispatch
from smscore.send.providers.callr import CallrOptions, Hook
from smscore.send.wire import WireResponse

PROVIDER = make_provider()
NINE = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)


def ask(call: Call[Any], value: object) -> Any:
    """Read a result as the answer to a call."""
    return call.read(result(call.request, value))


@pytest.mark.parametrize(
    ("call", "method", "params", "safe"),
    [
        (PROVIDER.get(ID), "sms.get", [ID], True),
        (PROVIDER.search(), "sms.search", [{}, {}], True),
        (
            PROVIDER.search({"to": FIRST}, {"limit": 5}),
            "sms.search",
            [{"to": FIRST}, {"limit": 5}],
            True,
        ),
        (PROVIDER.get_quote(FIRST, TEXT), "sms.get_quote", [FIRST, TEXT, None], True),
        (
            PROVIDER.get_quote(FIRST, "", CallrOptions(force_encoding="UNICODE")),
            "sms.get_quote",
            [FIRST, "", {"force_encoding": "UNICODE"}],
            True,
        ),
        (PROVIDER.get_count_for_body(""), "sms.get_count_for_body", [""], True),
        (
            PROVIDER.get_list("IN", NINE, NINE + timedelta(hours=1)),
            "sms.get_list",
            ["IN", "2031-05-04 09:30:00", "2031-05-04 10:30:00"],
            True,
        ),
        (PROVIDER.get_gsm_charset_mapping(), "sms.get_gsm_charset_mapping", [], True),
        (PROVIDER.export_async(), "sms.export_async", [None, None], False),
        (
            PROVIDER.export_async({}, Hook(endpoint="https://example.org/")),
            "sms.export_async",
            [{}, {"endpoint": "https://example.org/"}],
            False,
        ),
        (
            PROVIDER.webhooks.subscribe("sms.mo", Hook(endpoint="https://example.org/")),
            "webhooks.subscribe",
            ["sms.mo", "https://example.org/", None],
            False,
        ),
        (PROVIDER.webhooks.unsubscribe("W1"), "webhooks.unsubscribe", ["W1"], False),
        (PROVIDER.webhooks.get_event_types(), "webhooks.get_event_types", [], True),
    ],
    ids=str,
)
def test_requests(call: Call[Any], method: str, params: list[Any], safe: bool) -> None:
    """Every parameter has its position, what is not said is null or {}; only questions repeat."""
    body = body_of(call.request)
    assert (body["method"], body["params"], call.safe) == (method, params, safe)


def test_message() -> None:
    """The documented sample: zones added, zeros to None, the debit a Decimal."""
    found = ask(PROVIDER.get(ID), sms(date_received="0000-00-00 00:00:00"))
    assert (found.id, found.type, found.status, found.parts) == (ID, "OUT", "RECEIVED", 1)
    assert found.debit == Decimal("0.0650")
    assert found.created_at == NINE
    assert found.received_at is None
    assert found.status_error is None
    [change] = found.history
    assert change.at == datetime(2031, 5, 4, 9, 30, 6, 500000, tzinfo=UTC)
    assert (change.old, change.new) == ("SENT", "RECEIVED")
    assert found.raw["b_customer_mode"] == "PREPAID"
    assert FIRST not in repr(found)
    assert TEXT not in repr(found)


def test_message_with_little_in_it() -> None:
    """Fields may be missing or of another kind; what is there is read, a new status is kept."""
    found = ask(PROVIDER.get(ID), {"hash": ID, "status": "NEW_ONE", "parts": "x", "options": []})
    assert (found.status, found.parts, found.debit, found.history) == ("NEW_ONE", None, None, ())


def test_no_message() -> None:
    """An id that the provider does not know is NotFound, however it is told."""
    call = PROVIDER.get("NONE0000")
    for response in (
        error(call.request, 151, "PROPERTY_VALUE_ERROR [id]"),
        error(call.request, 110, "OBJECT_NOT_FOUND"),
    ):
        with pytest.raises(NotFound):
            call.read(response)
    fetch = PROVIDER.fetch("NONE0000")
    assert fetch is not None
    assert fetch.read(error(fetch.request, 151, "PROPERTY_VALUE_ERROR [id]")) is None


@pytest.mark.parametrize(
    ("code", "message", "status", "kind"),
    [
        (401, "AUTHENTICATION_FAILED", 200, AuthenticationFailed),
        (401, "AUTHENTICATION_FAILED", 401, AuthenticationFailed),
        (100, "FORBIDDEN", 200, ProviderError),
        (100, "FORBIDDEN", 403, AuthenticationFailed),
        (151, "TO_BEFORE_FROM", 200, ProviderError),
        (-32601, "METHOD_NOT_FOUND", 200, ProviderError),
        (987654, "NEW_FAULT", 500, ProviderError),
        (429, "TOO_MANY", 429, RateLimited),
    ],
)
def test_errors(code: int, message: str, status: int, kind: type[ProviderError]) -> None:
    """An error is raised with HTTP 200 or another status, its code and message kept."""
    call = PROVIDER.search()
    with pytest.raises(kind) as caught:
        call.read(error(call.request, code, message, status))
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.reason) == (str(code), message)


def test_error_names_a_parameter() -> None:
    """The parameter that a message has in brackets is a field of the error."""
    call = PROVIDER.search()
    with pytest.raises(ProviderError) as caught:
        call.read(error(call.request, 150, "INVALID_PARAM_FORMAT [filters]"))
    assert caught.value.fields == {"filters": "INVALID_PARAM_FORMAT"}


@pytest.mark.parametrize(
    "response",
    [
        answer({"jsonrpc": "2.0", "id": 1, "result": {"hits": []}}),
        answer({"jsonrpc": "2.0", "id": 1, "error": {"code": 151, "message": "NO"}}),
        answer({"result": {"hits": []}}),
        answer({"id": body_of(PROVIDER.search().request)["id"]}),
        result(PROVIDER.search().request, None),
        WireResponse(200, {}, b"<html>"),
        answer([]),
    ],
    ids=lambda each: str(each.body[:50]),
)
def test_unreadable(response: WireResponse) -> None:
    """What answers another request, or is no answer, is unreadable."""
    with pytest.raises(UnreadableAnswer):
        PROVIDER.search().read(response)


@pytest.mark.parametrize("value", [None, False, 0, "", []])
def test_falsy_results(value: object) -> None:
    """A result may be null, false, 0 or empty: it is there, and no error."""
    assert ask(PROVIDER.webhooks.unsubscribe("W1"), value) is False
    assert ask(PROVIDER.get_count_for_body("a"), value).parts is None


def test_pages() -> None:
    """Pages go on by as many as came, while there is more; the filters stay as they were."""
    call = PROVIDER.search({"to": FIRST}, {"limit": 2})
    page = ask(call, {"hits": [sms(), sms()], "total": 3, "offset": 0, "has_more": True})
    assert (len(page.items), page.total) == (2, 3)
    assert page.following is not None
    assert body_of(page.following.request)["params"] == [
        {"to": FIRST},
        {"limit": 2, "offset": 2},
    ]
    last = ask(page.following, {"hits": [sms()], "total": 3, "offset": 2, "has_more": False})
    assert last.following is None
    empty = ask(page.following, {"hits": [], "total": 9, "offset": 2, "has_more": True})
    assert empty.following is None
    with pytest.raises(UnreadableAnswer):
        ask(page.following, {"hits": [sms(), sms()], "offset": 0, "has_more": True})


@pytest.mark.parametrize(
    ("value", "parts", "encoding", "cost"),
    [
        ({"parts": 2, "encoding": "UNICODE", "cost": "0.1300"}, 2, "UNICODE", "0.1300"),
        ({"count": "3", "price": "1"}, 3, None, "1"),
        ({"nb": 1, "amount": 0.5}, 1, None, "0.5"),
        ({"sms_count": 4}, 4, None, None),
        ({"parts": "many", "cost": "free"}, None, None, None),
        (7, None, None, None),
    ],
)
def test_quotes(value: Any, parts: int | None, encoding: str | None, cost: str | None) -> None:
    """A quote is read by whichever of the likely names it has."""
    found = ask(PROVIDER.get_quote(FIRST, TEXT), value)
    assert (found.parts, found.encoding) == (parts, encoding)
    assert found.cost == (None if cost is None else Decimal(cost))


def test_forecast() -> None:
    """Before a message goes, the provider's own quote is asked for, unless that is not wanted."""
    options = CallrOptions(nature="ALERTING", user_data="x", force_encoding="UNICODE")
    call = PROVIDER.forecast(Dispatch(ONE.approvals, options))
    assert call is not None
    params = [FIRST, TEXT, {"force_encoding": "UNICODE", "nature": "ALERTING"}]
    assert body_of(call.request)["params"] == params
    told = {"parts": 1, "encoding": "GSM", "cost": "0.0650"}
    assert ask(call, told) == Forecast(1, "gsm7", Decimal("0.0650"))
    plain = PROVIDER.forecast(ONE)
    assert plain is not None
    assert body_of(plain.request)["params"] == [FIRST, TEXT, None]
    assert ask(plain, {"surprise": 1}) == Forecast(None, None, None)
    assert make_provider(check_quote=False).forecast(ONE) is None


def test_forecast_in_another_currency() -> None:
    """A cost in a currency that is known to be another than our quote's is not compared."""
    for currency, cost in (("EUR", Decimal("0.0650")), ("USD", None)):
        call = make_provider(currency=currency).forecast(ONE)
        assert call is not None
        assert ask(call, {"cost": "0.0650"}).cost == cost


def test_list() -> None:
    """A list needs moments with a zone, in order; they go in UTC."""
    zone = timezone(timedelta(hours=2))
    call = PROVIDER.get_list("OUT", NINE.astimezone(zone), NINE)
    assert body_of(call.request)["params"][1:] == ["2031-05-04 09:30:00"] * 2
    assert [each.id for each in ask(call, [sms()])] == [ID]
    for since, until in ((NINE, NINE - timedelta(1)), (NINE.replace(tzinfo=None), NINE)):
        with pytest.raises(ValueError, match=r".+"):
            PROVIDER.get_list("OUT", since, until)
    with pytest.raises(ValueError, match="IN or OUT"):
        PROVIDER.get_list("BOTH", NINE, NINE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [{"€": "e", "«": '"'}, [["€", "e"], ["«", '"']], {"table": [{"from": "€", "to": "e"}]}],
)
def test_charset_mapping(value: Any) -> None:
    """The table of forced GSM comes in whatever shape, as one that texts can be replaced by."""
    found = ask(PROVIDER.get_gsm_charset_mapping(), value)
    assert found["€"] == "e"
    assert read_mapping(found) == found


def test_charset_mapping_that_is_none() -> None:
    """A table that nobody can apply is unreadable."""
    with pytest.raises(UnreadableAnswer):
        ask(PROVIDER.get_gsm_charset_mapping(), {"euro": "e"})


def test_export() -> None:
    """An export answers with the id of its job."""
    assert ask(PROVIDER.export_async(), "0f3a2c") == "0f3a2c"
    with pytest.raises(UnreadableAnswer):
        ask(PROVIDER.export_async(), None)


def test_subscription() -> None:
    """A subscription has a hash to end it by, and its secret shows nowhere."""
    hook = Hook(endpoint="https://example.org/hook", secret="s3cret")  # noqa: S106  # invented
    call = PROVIDER.webhooks.subscribe("sms.mt.status_update", hook)
    sent = body_of(call.request)["params"]
    assert sent[2] == {"format": "JSON", "hmac_secret": "s3cret", "hmac_algo": "SHA256"}
    told = {"hash": "W1X2Y3Z4", "type": sent[0], "endpoint": sent[1], "options": sent[2]}
    found = ask(call, told)
    assert (found.hash, found.type) == ("W1X2Y3Z4", "sms.mt.status_update")
    assert "s3cret" not in repr(found) + repr(call)
    with pytest.raises(ProviderError) as caught:
        call.read(error(call.request, 151, f"s3cret and {KEY} are no secrets"))
    assert "s3cret" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert ask(PROVIDER.webhooks.get_event_types(), ["sms.mo", 1]) == ("sms.mo", "1")


def test_find_sent() -> None:
    """What was sent is listed by whole seconds, and what came in is left out."""
    provider = make_provider(currency="EUR")
    call = provider.find_sent(NINE, NINE + timedelta(seconds=6, microseconds=5))
    params = ["OUT", "2031-05-04 09:30:00", "2031-05-04 09:30:07"]
    assert body_of(call.request)["params"] == params
    page = ask(call, [sms(), sms(type="IN"), sms(to=SECOND, hash="B", status="LOST")])
    assert page.following is None
    first, second = page.items
    assert (first.message_id, first.number, first.text) == (ID, FIRST, TEXT)
    assert (first.outcome, first.parts, first.at) == (Outcome.ACCEPTED, 1, NINE)
    assert first.price == Money(Decimal("0.0650"), "EUR")
    assert (second.number, second.outcome) == (SECOND, Outcome.UNKNOWN)
    with pytest.raises(UnreadableAnswer):
        ask(call, {"hits": []})


@pytest.mark.parametrize(
    ("status", "debit", "outcome", "price"),
    [
        ("CREATED", "0.0000", Outcome.ACCEPTED, None),
        ("PENDING", "0.0650", Outcome.ACCEPTED, None),
        ("SENT", "0.0650", Outcome.ACCEPTED, "0.0650"),
        ("REMOTE_QUEUED", "0.0650", Outcome.ACCEPTED, "0.0650"),
        ("RECEIVED", "0.1300", Outcome.ACCEPTED, "0.1300"),
        ("RECEIVED", None, Outcome.ACCEPTED, None),
        ("ERROR", "0.0000", Outcome.REJECTED, None),
        ("FAILED", "0.0650", Outcome.REJECTED, "0.0650"),
        ("EXPIRED", "0.0650", Outcome.REJECTED, "0.0650"),
        ("NEW_ONE", "0.0650", Outcome.UNKNOWN, None),
    ],
)
def test_statuses(status: str, debit: str | None, outcome: Outcome, price: str | None) -> None:
    """RECEIVED is delivered, SENT is not yet; what it cost is known when it has been sent."""
    call = make_provider(currency="EUR").fetch(ID)
    assert call is not None
    found = ask(call, sms(status=status, b_customer_debit=debit))
    assert found is not None
    assert (found.outcome, found.status) == (outcome, status)
    assert found.price == (None if price is None else Money(Decimal(price), "EUR"))
    without = PROVIDER.fetch(ID)
    assert without is not None
    assert ask(without, sms(status=status, b_customer_debit=debit)).price is None


def test_replaced_text() -> None:
    """A text that was forced into GSM is not what was sent: it is not told."""
    fetch = PROVIDER.fetch(ID)
    assert fetch is not None
    assert ask(fetch, sms(options={"force_encoding": "GSM"})).text is None


def test_status_error() -> None:
    """Why a message failed is told, without its number."""
    fetch = PROVIDER.fetch(ID)
    assert fetch is not None
    found = ask(fetch, sms(status="ERROR", status_error=f"NO_ROUTE to {FIRST}"))
    assert found.reason == "NO_ROUTE to …"


def test_handles_are_found_again() -> None:
    """What a message carries as user data is told by its record."""
    approval = approve(key="k")
    handle = PROVIDER.handle(approval)
    assert ask(PROVIDER.get(ID), sms(user_data=handle)).user_data == handle
    fetch = PROVIDER.fetch(ID)
    assert fetch is not None
    told = ask(fetch, sms(user_data=handle))
    assert (told.handle, handle is None) == (handle, False)
    [listed] = ask(PROVIDER.find_sent(NINE, NINE), [sms(user_data=handle)]).items
    assert listed.handle == handle


@pytest.mark.parametrize(
    "data", ["order-17", "", None, 7, "smscore-", "smscore-" + "A" * 24, "smscore-" + "0" * 25]
)
def test_user_data_that_are_no_handle(data: object) -> None:
    """User data that the caller gave is no handle: it must not tell the message from itself."""
    fetch = PROVIDER.fetch(ID)
    assert fetch is not None
    assert ask(fetch, sms(user_data=data)).handle is None


def test_history() -> None:
    """That one answer has all messages is not documented: one that is not there may have gone."""
    assert not PROVIDER.history_complete


@pytest.mark.parametrize("told", [{}, {"has_more": None}, {"has_more": "false"}, {"has_more": 0}])
def test_pages_that_do_not_say_whether_they_are_the_last(told: dict[str, Any]) -> None:
    """A page that may be full and does not say whether more follows is no end, but for a total."""
    for asked in ({}, {"limit": 2}):
        call = PROVIDER.search({}, asked)
        with pytest.raises(UnreadableAnswer, match="whether more follows"):
            ask(call, {"hits": [sms(), sms()], **told})
        with pytest.raises(UnreadableAnswer, match="whether more follows"):
            ask(call, {"hits": [sms(), sms()], "total": 3, **told})
        assert ask(call, {"hits": [sms(), sms()], "total": 2, **told}).following is None
        assert ask(call, {"hits": [], **told}).following is None
    assert ask(PROVIDER.search({}, {"limit": 3}), {"hits": [sms()], **told}).following is None


@pytest.mark.parametrize("hits", [None, {}, "", 0])
def test_pages_that_are_none(hits: object) -> None:
    """Hits that are no list are not no hits."""
    with pytest.raises(UnreadableAnswer):
        ask(PROVIDER.search(), {"hits": hits, "has_more": False})
