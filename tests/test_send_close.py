"""Close: what is asked for to send a message, in two steps or one.

The law of this file: requests are those of the provider's documentation, written out here.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sending_close import (
    BASE,
    BRITISH,
    FIRST,
    ID,
    KEY,
    LOCAL,
    NINE,
    NOW,
    ONE,
    SECOND,
    TEXT,
    answer,
    approve,
    body_of,
    make_provider,
    path_of,
)

from smscore.errors import InvalidDate, InvalidSender, NotSupported, OverLimit
from smscore.send.provider import Dispatch
from smscore.send.providers.close import Attachment, Close, CloseOptions
from smscore.send.wire import WireResponse

PICTURE = Attachment(
    url="https://app.close.com/go/file/1/", filename="poster.png", content_type="image/png"
)


def with_options(**options: Any) -> Dispatch:
    """Give the message of the tests options."""
    return Dispatch(ONE.approvals, CloseOptions(**options))


def test_two_steps() -> None:
    """A message is a draft first, which is released by its id; looking asks for it."""
    provider = make_provider()
    assert provider.two_steps
    draft = provider.prepare(ONE)
    assert (draft.method, draft.url) == ("POST", f"{BASE}/activity/sms/")
    assert body_of(draft) == {
        "status": "draft",
        "local_phone": LOCAL,
        "remote_phone": FIRST,
        "text": TEXT,
    }
    release = provider.build(ONE, ID)
    assert (release.method, path_of(release)) == ("PUT", f"/activity/sms/{ID}/")
    # What the draft has by then may be somebody else's.
    approved = {"local_phone": LOCAL, "remote_phone": FIRST, "text": TEXT}
    assert body_of(release) == {"status": "outbox", **approved}
    look = provider.look(ID)
    assert (look.method, path_of(look), look.content) == ("GET", f"/activity/sms/{ID}/", b"")


def test_one_step() -> None:
    """In one step the POST itself is into the outbox."""
    request = make_provider(two_steps=False).build(ONE)
    assert (request.method, request.url) == ("POST", f"{BASE}/activity/sms/")
    assert body_of(request) == {
        "status": "outbox",
        "local_phone": LOCAL,
        "remote_phone": FIRST,
        "text": TEXT,
    }


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"api_key": KEY}, "Basic " + b64encode(f"{KEY}:".encode()).decode()),
        ({"access_token": "tok"}, "Bearer tok"),
    ],
)
def test_authentication(given: dict[str, str], header: str) -> None:
    """A key is a user name with an empty password, a token a bearer's; neither shows."""
    provider = make_provider(**given)
    request = provider.prepare(ONE)
    assert dict(request.headers)["authorization"] == header
    shown = repr(provider) + repr(provider._account) + repr(request)
    assert not any(each in shown for each in provider.secrets())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"api_key": KEY, "access_token": "tok"},
        {"api_key": "a:b"},
        {"api_key": ""},
        {"api_key": KEY, "local_phone": "2025550111"},
        {"api_key": KEY, "local_phone": "ACME"},
        {"api_key": KEY, "max_characters": 0},
        {"api_key": KEY, "base_url": "http://api.close.com/api/v1"},
    ],
)
def test_constructor(given: dict[str, Any]) -> None:
    """What cannot be used is refused when the provider is made."""
    with pytest.raises(ValueError, match=r".+"):
        Close(**given)


@pytest.mark.parametrize("base", ["http://127.0.0.1:1/api/v1", "http://127.0.0.1:1/api/v1/"])
def test_slashes(base: str) -> None:
    """Every path ends with a slash, and has no two in a row."""
    provider = make_provider(base_url=base)
    for request in (
        provider.prepare(ONE),
        provider.build(ONE, ID),
        provider.look(ID),
        provider.messages.delete(ID).request,
        provider.templates.get("t").request,
        provider.webhooks.list().request,
        provider.phone_numbers.list().request,
        provider.event_log.list().request,
    ):
        path = request.url.removeprefix("http://127.0.0.1:1").partition("?")[0]
        assert path.endswith("/")
        assert "//" not in path


def test_links() -> None:
    """Whose activity a message is goes with it, also as a draft."""
    options = {"lead_id": "lead_1", "contact_id": "cont_2", "user_id": "user_3"}
    dispatch = with_options(**options)
    for request in (make_provider().prepare(dispatch), make_provider().build(dispatch)):
        assert options.items() <= body_of(request).items()


def test_scheduled() -> None:
    """A date goes with its offset, in UTC, and the status scheduled; when it is released."""
    local = NINE.astimezone(timezone(timedelta(hours=2)))
    dispatch = with_options(date_scheduled=local)
    provider = make_provider()
    provider.check(dispatch, NOW)
    assert body_of(provider.prepare(dispatch))["status"] == "draft"
    scheduled = {"status": "scheduled", "date_scheduled": "2031-05-04T09:30:00.000000+00:00"}
    released = body_of(provider.build(dispatch, ID))
    assert {name: released[name] for name in ("status", "date_scheduled")} == scheduled
    assert scheduled.items() <= body_of(provider.build(dispatch)).items()
    with pytest.raises(InvalidDate, match="past"):
        provider.check(dispatch, NINE)


def test_undo() -> None:
    """The time to undo goes with the outbox."""
    dispatch = with_options(send_in=59)
    released = body_of(make_provider().build(dispatch, ID))
    assert (released["status"], released["send_in"]) == ("outbox", 59)
    assert body_of(make_provider().build(dispatch))["send_in"] == 59
    assert "send_in" not in body_of(make_provider().prepare(dispatch))


def test_draft_that_is_there() -> None:
    """A draft of somebody else's is looked at first, and leaves as what was approved."""
    dispatch = with_options(draft_id=ID)
    provider = make_provider()
    provider.check(dispatch, NOW)
    assert provider.prepare(dispatch) == provider.look(ID)
    approved = {"local_phone": LOCAL, "remote_phone": FIRST, "text": TEXT}
    assert body_of(provider.build(dispatch, ID)) == {"status": "outbox", **approved}
    with pytest.raises(ValueError, match="two_steps"):
        make_provider(two_steps=False).check(dispatch, NOW)


def test_attachments() -> None:
    """Attachments go with both steps, if it is known that no quote prices them."""
    dispatch = with_options(attachments=(PICTURE,), unpriced_media=True)
    sent = {
        "url": "https://app.close.com/go/file/1/",
        "filename": "poster.png",
        "content_type": "image/png",
    }
    assert body_of(make_provider().prepare(dispatch))["attachments"] == [sent]
    assert body_of(make_provider().build(dispatch, ID))["attachments"] == [sent]
    assert "attachments" not in body_of(make_provider().build(ONE, ID))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"lead_id": ""}, ValueError),
        ({"contact_id": "a/b"}, ValueError),
        ({"user_id": 7}, ValueError),
        ({"draft_id": "../x"}, ValueError),
        ({"date_scheduled": datetime(2031, 5, 4)}, InvalidDate),  # noqa: DTZ001  # it is refused
        ({"date_scheduled": "2031-05-04"}, TypeError),
        ({"send_in": 60}, ValueError),
        ({"send_in": -1}, ValueError),
        ({"send_in": 5.0}, TypeError),
        ({"send_in": True}, TypeError),
        ({"send_in": 0, "date_scheduled": NINE}, ValueError),
        ({"attachments": (PICTURE,)}, ValueError),
        ({"attachments": (PICTURE,) * 11, "unpriced_media": True}, ValueError),
        ({"attachments": ({"url": "x"},), "unpriced_media": True}, TypeError),
        ({"attachments": (PICTURE,), "unpriced_media": True, "draft_id": ID}, ValueError),
    ],
)
def test_options_that_there_are_not(given: dict[str, Any], fault: type[Exception]) -> None:
    """Options that cannot be, or not together, are refused when they are made."""
    with pytest.raises(fault):
        CloseOptions(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"url": "file:///etc/passwd"},
        {"filename": ""},
        {"filename": "a\r\nb"},
        {"content_type": "image/webp"},
        {"content_type": "IMAGE/PNG"},
    ],
)
def test_attachments_that_there_are_not(given: dict[str, str]) -> None:
    """An attachment has a URL, a name and one of the documented types."""
    fields = {"url": "https://example.org/1", "filename": "a.png", "content_type": "image/png"}
    Attachment(**fields)
    with pytest.raises(ValueError, match=r".+"):
        Attachment(**{**fields, **given})


def test_ten_attachments() -> None:
    """Ten attachments are the most."""
    assert len(CloseOptions(attachments=(PICTURE,) * 10, unpriced_media=True).attachments) == 10


def test_options_of_another_provider() -> None:
    """Options of another type are refused before anything is sent."""
    with pytest.raises(TypeError, match="CloseOptions"):
        make_provider().check(Dispatch(ONE.approvals, object()), NOW)


def test_sender() -> None:
    """The quote's sender goes before the constructor's; without either nothing is sent."""
    nobody = Dispatch((approve(sender=None),))
    with pytest.raises(InvalidSender):
        make_provider().check(nobody, NOW)
    provider = make_provider(local_phone="+1 202-555-0133")
    provider.check(nobody, NOW)
    assert body_of(provider.prepare(nobody))["local_phone"] == SECOND
    assert body_of(provider.prepare(ONE))["local_phone"] == LOCAL


@pytest.mark.parametrize("sender", ["ACME", "12025550111", "38999", "+1"])
def test_sender_is_a_number(sender: str) -> None:
    """A sender that is no E.164 number is refused."""
    with pytest.raises(InvalidSender):
        make_provider().check(Dispatch((approve(sender=sender),)), NOW)


def test_no_messages_abroad() -> None:
    """Sender and recipient are of one country, unless the caller knows better."""
    abroad = Dispatch((approve(BRITISH),))
    with pytest.raises(NotSupported, match="from US to GB"):
        make_provider().check(abroad, NOW)
    make_provider(allow_international=True).check(abroad, NOW)
    make_provider().check(Dispatch((approve(BRITISH, sender="+447700900111"),)), NOW)


def test_length() -> None:
    """A long text passes whole, unless the constructor says what is too long."""
    long = Dispatch((approve(text="a" * 1001),))
    make_provider().check(long, NOW)
    with pytest.raises(OverLimit, match="1000"):
        make_provider(max_characters=1000).check(long, NOW)


def test_one_recipient() -> None:
    """A request has one recipient."""
    assert make_provider().group == 1
    with pytest.raises(NotSupported):
        make_provider().check(Dispatch((approve(), approve(SECOND))), NOW)


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (answer({}, 429, ratelimit="limit=100, remaining=50, reset=5"), 5.0),
        (answer({}, 429, ratelimit="limit=40, remaining=0, reset=0.87", retry_after="1"), 0.87),
        (answer({}, 429, ratelimit="nonsense", retry_after="2"), 2.0),
        (answer({"error": {"message": "slow", "rate_reset": 0.87}}, 429, retry_after="1"), 1.0),
        (answer({"error": {"message": "slow", "rate_reset": 0.87}}, 429), 0.87),
        (answer({"error": {"rate_reset": "1.5"}}, 429), 1.5),
        (answer({"error": "slow"}, 429), None),
        (WireResponse(429, {"retry-after": "3"}, b"<html>"), 3.0),
        (WireResponse(429, {"ratelimit-reset": "4"}, b""), 4.0),
        (WireResponse(429, {}, b""), None),
    ],
    ids=str,
)
def test_retry_after(response: WireResponse, seconds: float | None) -> None:
    """How long to wait may be a part of a second; no header needs to be there."""
    assert make_provider().retry_after(response) == seconds
