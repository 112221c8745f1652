"""Close: cancelling and rescheduling, which take several steps and may come too late.

The law of this file: nothing goes out by them that was not to go out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sending_close import ID, NINE, SECOND, answer, body_of, make_provider, play, sms

from smscore.errors import AuthenticationFailed, InvalidDate, NotFound, ProviderError
from smscore.send.providers.close import SmsActivity
from smscore.send.wire import WireResponse

MESSAGES = make_provider().messages


def test_cancel() -> None:
    """Cancelling makes a draft, and looks whether it is one."""
    requests, found = play(MESSAGES.cancel(ID), [answer(sms(status="draft"))])
    assert (requests[0].method, body_of(requests[0])) == ("PUT", {"status": "draft"})
    assert (found.cancelled, found.status) == (True, "draft")


@pytest.mark.parametrize(
    "first", [answer({"error": "Too late."}, 400), answer(sms(status="outbox"))], ids=str
)
def test_cancelled_too_late(first: WireResponse) -> None:
    """If it is no draft, it is asked for, and what it is by now is told; nothing is deleted."""
    steps = MESSAGES.cancel(ID, delete=True)
    requests, found = play(steps, [first, answer(sms(status="sent"))])
    assert [each.method for each in requests] == ["PUT", "GET"]
    assert (found.cancelled, found.status, found.message.id) == (False, "sent", ID)


def test_cancel_and_delete() -> None:
    """What was stopped may be deleted too, after it was stopped."""
    requests, found = play(
        MESSAGES.cancel(ID, delete=True), [answer(sms(status="draft")), answer({})]
    )
    assert [each.method for each in requests] == ["PUT", "DELETE"]
    assert found.cancelled


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer({"error": "no"}, 404), NotFound),
        (answer({"error": "no"}, 401), AuthenticationFailed),
        (answer({"error": "no"}, 500), ProviderError),
    ],
)
def test_cancel_fails(response: WireResponse, kind: type[ProviderError]) -> None:
    """A refusal that is not about the status is raised."""
    with pytest.raises(kind):
        play(MESSAGES.cancel(ID), [response])


def test_reschedule() -> None:
    """A scheduled message becomes a draft, and is scheduled for the new time."""
    steps = MESSAGES.reschedule(ID, NINE, now=NINE - timedelta(days=1))
    answers = [answer(sms(status=each)) for each in ("scheduled", "draft", "scheduled")]
    requests, found = play(steps, answers)
    assert [each.method for each in requests] == ["GET", "PUT", "PUT"]
    assert body_of(requests[1]) == {"status": "draft"}
    assert body_of(requests[2]) == {
        "status": "scheduled",
        "date_scheduled": "2031-05-04T09:30:00.000000+00:00",
    }
    assert isinstance(found, SmsActivity)


@pytest.mark.parametrize("status", ["draft", "outbox", "sent", "error", "inbox", None])
def test_only_what_is_scheduled_is_rescheduled(status: str | None) -> None:
    """A draft is not scheduled by this way: nothing goes out that was not to go out."""
    steps = MESSAGES.reschedule(ID, NINE, now=NINE - timedelta(days=1))
    with pytest.raises(ProviderError, match="not scheduled"):
        play(steps, [answer(sms(status=status))])


@pytest.mark.parametrize(
    ("answers", "noted"),
    [
        ([answer(sms(status="outbox"))], False),
        ([answer(sms(status="draft", text="Other"))], True),
        ([answer(sms(status="draft", remote_phone=SECOND))], True),
        ([answer(sms(status="draft")), answer({"error": "no"}, 400)], True),
        ([answer(sms(status="draft")), answer(sms(status="draft"))], True),
    ],
)
def test_rescheduling_fails(answers: list[WireResponse], noted: bool) -> None:
    """If it cannot be stopped, was changed, or is not scheduled again, that is told."""
    steps = MESSAGES.reschedule(ID, NINE, now=NINE - timedelta(days=1))
    with pytest.raises(ProviderError) as caught:
        play(steps, [answer(sms(status="scheduled")), *answers])
    assert bool(getattr(caught.value, "__notes__", [])) == noted


@pytest.mark.parametrize("at", [NINE - timedelta(days=2), NINE.replace(tzinfo=None)])
def test_reschedule_into_the_past(at: datetime) -> None:
    """A moment that is past or has no zone is refused before anything is asked."""
    with pytest.raises(InvalidDate):
        next(MESSAGES.reschedule(ID, at, now=NINE - timedelta(days=1)))
