"""Phone.com: the rest of its API, as calls.

The law of this file: paths, parameters and answers are those of the provider's documentation.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sending_phone_com import (
    FIRST,
    FIRST_ID,
    SECOND,
    SECOND_ID,
    SENDER,
    TEXT,
    TOKEN,
    answer,
    body_of,
    error,
    make_provider,
    sms,
)

from smscore.errors import (
    AuthenticationFailed,
    NotFound,
    ProviderError,
    RateLimited,
    UnreadableAnswer,
)
from smscore.privacy import Secret
from smscore.send.calls import Call, Page
from smscore.send.outcomes import Outcome
from smscore.send.providers.phone_com import (
    Filter,
    SmsMessage,
)
from smscore.send.wire import WireRequest, WireResponse

ROOT = "https://api.phone.com/v4/accounts/900100"
CREATED = datetime(2024, 3, 9, 16, tzinfo=UTC)


def query_of(request: WireRequest) -> list[tuple[str, str]]:
    """Read the query of a request."""
    return parse_qsl(urlsplit(request.url).query, keep_blank_values=True)


def listed(*items: dict[str, Any], **fields: Any) -> WireResponse:
    """Answer with a list."""
    return answer(200, {"filters": {}, "sort": {}, "items": list(items), **fields})


def walk(call: Call[Page[Any]], *answers: WireResponse) -> list[Any]:
    """Perform a paged call on answers, all of which it has to take."""
    found: list[Any] = []
    following: Call[Page[Any]] | None = call
    for each in answers:
        assert following is not None
        page = following.read(each)
        found += page.items
        following = page.following
    assert following is None
    return found


def test_plus_in_a_filter() -> None:
    """Brackets, colon and "+" of a filter are encoded: a bare "+" would be a space."""
    call = make_provider().list_messages([Filter("to", "eq", FIRST)])
    assert call.request.method == "GET"
    assert call.request.url == (f"{ROOT}/sms?filters%5Bto%5D=eq%3A%2B12025550122&limit=25&offset=0")
    assert call.safe


def test_filters_repeat() -> None:
    """Several filters of one field are several keys, in their order; so is the sorting a key."""
    call = make_provider().list_messages(
        [Filter("created_at", "gte", CREATED), Filter("created_at", "lt", CREATED)],
        sort={"created_at": "desc", "id": "asc"},
        limit=500,
        offset=25,
        fields="brief",
    )
    assert query_of(call.request) == [
        ("filters[created_at]", "gte:2024-03-09T16:00:00+00:00"),
        ("filters[created_at]", "lt:2024-03-09T16:00:00+00:00"),
        ("sort[created_at]", "desc"),
        ("sort[id]", "asc"),
        ("fields", "brief"),
        ("limit", "500"),
        ("offset", "25"),
    ]


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (Filter("from", "eq", "+1"), "eq:+1"),
        (Filter("direction", "ne", "in"), "ne:in"),
        (Filter("from", "starts-with", "+1202"), "starts-with:+1202"),
        (Filter("from", "not-contains", "555"), "not-contains:555"),
        (Filter("extension", "in", 18, 19), "in:18,19"),
        (Filter.one_of("id", [FIRST_ID, SECOND_ID]), f"in:{FIRST_ID},{SECOND_ID}"),
        (Filter("id", "not-in", "a"), "not-in:a"),
        (Filter.between("created_at", 1, 2), "between:1,2"),
        (Filter("created_at", "not-between", 1, 2), "not-between:1,2"),
        (Filter("extension", "empty"), "empty"),
        (Filter("extension", "not-empty"), "not-empty"),
        (
            Filter.equal("created_at", CREATED.astimezone(timezone(timedelta(hours=1)))),
            "eq:2024-03-09T16:00:00+00:00",
        ),
    ],
)  # fmt: skip
def test_filter_grammar(made: Filter, value: str) -> None:
    """A filter is its operator, a colon and the values; it does not show them."""
    assert made.value == value
    assert FIRST_ID not in repr(made)


@pytest.mark.parametrize(
    "given",
    [
        ("text", "eq", "x"),
        ("to", "like", "x"),
        ("to", "eq"),
        ("to", "eq", "a", "b"),
        ("to", "between", "a"),
        ("to", "in"),
        ("to", "in", "a,b"),
        ("to", "empty", "a"),
        ("created_at", "gte", datetime(2024, 3, 9)),  # noqa: DTZ001  # it is refused for that
    ],
)
def test_no_filter(given: tuple[Any, ...]) -> None:
    """Unknown fields and operators, wrong counts, commas and naive datetimes are refused."""
    with pytest.raises(ValueError, match=r"filter|operator|value|zone"):
        Filter(*given)


@pytest.mark.parametrize("window", [{"limit": 0}, {"limit": 501}, {"offset": -1}])
def test_page_size(window: dict[str, int]) -> None:
    """A page has 1 to 500 messages; others would be answered 422."""
    with pytest.raises(ValueError, match="500"):
        make_provider().list_messages(**window)  # type: ignore[arg-type]


def test_sorting() -> None:
    """What cannot be sorted by is refused."""
    with pytest.raises(ValueError, match="sorted"):
        make_provider().list_messages(sort={"text": "asc"})  # type: ignore[dict-item]


def test_pages_by_total() -> None:
    """Pages follow each other by offset until the total is reached."""
    call = make_provider().list_messages(limit=2, offset=1)
    first = call.read(listed(sms(), sms(), total=4, offset=1, limit=2))
    assert (len(first.items), first.total) == (2, 4)
    assert first.following is not None
    assert query_of(first.following.request)[-1] == ("offset", "3")
    assert first.following.read(listed(sms(), total=4)).following is None


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"total": 0}])
def test_pages_that_are_none(body: dict[str, Any]) -> None:
    """An answer without a list of items is not an empty list, by which all would end."""
    with pytest.raises(UnreadableAnswer):
        make_provider().list_messages().read(answer(200, body))


def test_pages_without_total() -> None:
    """Where a list tells no total, and no offset, the empty page ends it."""
    call = make_provider().list_messages()
    pages = [listed(sms(id=each), offset=None) for each in "ab"]
    assert [each.id for each in walk(call, *pages, listed())] == ["a", "b"]


def test_pages_that_do_not_end() -> None:
    """A server that has no pages and tells no total gives all of its items once."""
    assert len(walk(make_provider().list_messages(), listed(sms(id="a")), listed(sms(id="a")))) == 1


def test_message_fields() -> None:
    """Every documented field is typed, and times are aware and in UTC."""
    request = make_provider().get_message("a/b").request
    assert request.url == f"{ROOT}/sms/a%2Fb"
    message = make_provider().get_message(FIRST_ID).read(answer(200, sms(tag="new")))
    assert (message.id, message.sender, message.text) == (None, SENDER, TEXT)
    assert (message.direction, message.is_new, message.created_at) == ("out", True, CREATED)
    assert message.extension is not None
    assert (message.extension.id, message.extension.extension) == (40021, 18)
    second = message.recipients[1]
    assert (second.id, second.status, second.number) == (SECOND_ID, "delivered", SECOND)
    assert second.delivered_at == CREATED + timedelta(seconds=2)
    assert message.recipients[0].sent_at is None
    assert message.raw["tag"] == "new"
    for private in (SENDER, TEXT, FIRST, "Front desk"):
        assert private not in repr(message)


@pytest.mark.parametrize(
    ("told", "is_new"), [(True, True), ("1", True), ("0", False), ("false", False), (None, None)]
)
def test_is_new(told: Any, is_new: bool | None) -> None:
    """The flag may be a boolean or a str."""
    assert make_provider().get_message("a").read(answer(200, sms(is_new=told))).is_new is is_new


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"created_epoch": None}, CREATED),
        ({"created_at": None}, CREATED),
        ({"created_epoch": "1710000000", "created_at": None}, CREATED),
        ({"created_epoch": None, "created_at": "2024-03-09T16:00:00"}, None),
        ({"created_epoch": 10**30, "created_at": "soon"}, None),
    ],
)
def test_times(fields: dict[str, Any], moment: datetime | None) -> None:
    """Either time will do; one without a zone, or out of all bounds, is none."""
    assert make_provider().get_message("a").read(answer(200, sms(**fields))).created_at == moment


@pytest.mark.parametrize("message_id", ["", ".", ".."])
def test_id_in_a_path(message_id: str) -> None:
    """An id cannot leave its place in the path."""
    with pytest.raises(ValueError, match="id"):
        make_provider().get_message(message_id)


def test_marking() -> None:
    """A message is marked by a PATCH of `is_new`, a JSON boolean, the only thing to change."""
    for call, is_new in (
        (make_provider().mark_read(FIRST_ID), False),
        (make_provider(extension_id=7).mark_unread(FIRST_ID), True),
    ):
        assert call.request.method == "PATCH"
        assert body_of(call.request) == {"is_new": is_new}
        assert isinstance(call.read(answer(200, sms(is_new=is_new))), SmsMessage)
    assert call.request.url == f"{ROOT}/extensions/7/sms/{FIRST_ID}"


def test_find_sent() -> None:
    """Sent messages are asked for by direction and time, and each recipient is one record."""
    call = make_provider().find_sent(CREATED, CREATED + timedelta(hours=1))
    assert query_of(call.request) == [
        ("filters[direction]", "eq:out"),
        ("filters[created_at]", "between:2024-03-09T16:00:00+00:00,2024-03-09T17:00:01+00:00"),
        ("sort[created_at]", "asc"),
        ("limit", "500"),
        ("offset", "0"),
    ]
    inbound = sms({"number": SENDER, "status": "received"}, direction="in")
    first, second = walk(call, listed(sms(), inbound, total=2))
    assert (first.number, first.text, first.message_id) == (FIRST, TEXT, FIRST_ID)
    assert (first.outcome, first.status, first.at) == (Outcome.ACCEPTED, "sent", CREATED)
    assert (second.number, second.message_id) == (SECOND, SECOND_ID)


def test_fetch() -> None:
    """What became of a recipient is found by its id; a message that is not kept is None."""
    call = make_provider().fetch(SECOND_ID)
    assert call is not None
    assert call.request.url == f"{ROOT}/sms/{SECOND_ID}"
    found = call.read(answer(200, sms()))
    assert found is not None
    assert (found.number, found.status) == (SECOND, "delivered")
    assert call.read(answer(404, error(404, "Not found"))) is None
    other = make_provider().fetch("another")
    assert other is not None
    with pytest.raises(UnreadableAnswer):
        other.read(answer(200, sms()))


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer(401, error(401, "no")), AuthenticationFailed),
        (answer(403, error(403, "no", **{"@proxy": True})), AuthenticationFailed),
        (answer(404, error(404, "no")), NotFound),
        (answer(200, error(404, "no")), NotFound),
        (answer(429, error(429, "no", **{"@rateLimit": {"Retry-After": 17}})), RateLimited),
        (WireResponse(502, {}, b"<html>"), ProviderError),
        (WireResponse(200, {}, b"<html>"), UnreadableAnswer),
        (answer(200, [1]), UnreadableAnswer),
        (WireResponse(404, {}, b""), NotFound),
    ],
)
def test_errors(response: WireResponse, kind: type[ProviderError]) -> None:
    """Each status raises its own error, and an error in the body counts whatever the status."""
    with pytest.raises(kind) as caught:
        make_provider().ping().read(response)
    assert type(caught.value) is kind
    assert caught.value.status == response.status
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == 17.0


def test_error_is_told_whole() -> None:
    """Code, reason, details and fields are told, the token and numbers are not."""
    told = error(
        422, f"Bad {TOKEN}", fields={"to": FIRST}, **{"@code": "E7", "@details": "see docs"}
    )
    with pytest.raises(ProviderError) as caught:
        make_provider().ping().read(answer(422, told))
    assert (caught.value.code, caught.value.reason) == ("E7", "Bad …; see docs")
    assert caught.value.fields == {"to": "…"}


def test_ping() -> None:
    """The check of the connection is GET /ping, below no account."""
    call = make_provider().ping()
    assert (call.request.method, call.request.url) == ("GET", "https://api.phone.com/v4/ping")
    assert call.read(answer(200, {})) == {}


def test_token_refresh() -> None:
    """A refresh token is changed for new tokens, which are secrets; it is not asked for twice."""
    call = make_provider().refresh_token(
        "old-refresh", client_id="client", client_secret=Secret("hush-hush"), scope="account-owner"
    )
    assert call.request.url == "https://api.phone.com/v4/oauth/access-token"
    assert "authorization" not in dict(call.request.headers)
    assert body_of(call.request) == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "hush-hush",
        "refresh_token": "old-refresh",
        "scope": "account-owner",
    }
    assert not call.safe
    fields = {"access_token": "new", "refresh_token": "newer", "token_type": "Bearer"}
    token = call.read(answer(200, {**fields, "scope": "a b", "expires_in": 3600}))
    assert (token.access_token.reveal(), token.expires_in) == ("new", 3600)
    assert token.refresh_token == Secret("newer")
    assert token.scope == ("a", "b")
    assert "newer" not in repr(token)
    with pytest.raises(UnreadableAnswer):
        call.read(answer(200, {"token_type": "Bearer"}))
    with pytest.raises(AuthenticationFailed) as caught:
        call.read(answer(401, error(401, "old-refresh of hush-hush")))
    assert caught.value.reason == "… of …"


def test_token_description() -> None:
    """The token in use is described by its scope and its end."""
    call = make_provider().describe_token()
    assert call.request.method == "GET"
    found = call.read(
        answer(200, {"scope": "account-owner", "expires_at": 1710000000, "scope_details": []})
    )
    assert (found.scope, found.expires_at) == (("account-owner",), CREATED)
