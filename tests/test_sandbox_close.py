"""The stand-in for Close: its SMS activities, from being made to being sent.

The law of this file: requests and answers are written out here as Close's documentation has them;
the clock stands still until a test moves it.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from smscore.send.sandbox.close import CloseStandIn
from smscore.send.sandbox.web import Request, Response, World

LOCAL, REMOTE = "+12025550111", "+12025550122"
START = 1_935_653_400.0  # 2031-05-04 09:30:00 UTC
LATER = "2031-05-04T10:00:00+00:00"
MESSAGE = {"status": "outbox", "local_phone": LOCAL, "remote_phone": REMOTE, "text": "Hello"}


class Caller:
    """A stand-in, its clock, and requests to it."""

    def __init__(self) -> None:
        self.seconds = START
        self.world = World(random.Random(7), clock=lambda: self.seconds)  # noqa: S311  # no secret
        self.stand_in = CloseStandIn(self.world)
        key = self.stand_in.credentials()["api_key"]
        self.headers = {
            "content-type": "application/json",
            "authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}",
        }

    def ask(
        self, method: str, path: str, body: object = None, /, headers: Any = None, **query: str
    ) -> Response:
        """Make a request, with some headers replaced."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        replaced = {**self.headers, **(headers or {})}
        request = Request(method, path, tuple(query.items()), replaced, raw)
        return self.stand_in.handle(request)

    def call(self, method: str, path: str, body: object = None, /, **query: str) -> Any:
        """Make a request that succeeds with 200, and give its answer."""
        response = self.ask(method, path, body, None, **query)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def faults(self, method: str, path: str, body: object = None, /, **query: str) -> set[str]:
        """Make a request that fails by its fields, and give their names."""
        response = self.ask(method, path, body, None, **query)
        answer = json.loads(response.body)
        assert response.status == 400
        assert answer["errors"] == []
        return set(answer["field-errors"])

    def create(self, **changes: object) -> dict[str, Any]:
        """Make an activity out of a message, changed as told."""
        made: dict[str, Any] = self.call("POST", "activity/sms/", {**MESSAGE, **changes})
        return made

    def read(self, key: str) -> dict[str, Any]:
        """Read an activity."""
        read: dict[str, Any] = self.call("GET", f"activity/sms/{key}/")
        return read

    def put(self, key: str, **changes: object) -> Any:
        """Change an activity."""
        return self.call("PUT", f"activity/sms/{key}/", changes)

    def wait(self, seconds: float) -> None:
        """Move the clock, and let what is due happen."""
        self.seconds += seconds
        self.stand_in.tick()


@pytest.fixture
def caller() -> Caller:
    """Give a stand-in of its own to each test."""
    return Caller()


def test_outbox_is_sent_once(caller: Caller) -> None:
    """A message in the outbox is taken with 200, leaves soon after, once, and has a cost then."""
    made = caller.create(lead_id="lead_1")
    assert made["id"].startswith("acti_")
    assert (made["_type"], made["status"], made["direction"]) == ("SMS", "outbox", "outbound")
    assert (made["cost"], made["date_sent"], made["lead_id"]) == (None, None, "lead_1")
    assert made["date_created"] == "2031-05-04T09:30:00.000000+00:00"
    assert made["local_phone_formatted"] == "+1 202-555-0111"
    assert not caller.world.ledger
    caller.wait(1)
    caller.wait(3600)
    read = caller.read(made["id"])
    assert (read["status"], read["error_message"]) == ("sent", None)
    assert isinstance(read["cost"], str)
    assert Decimal(read["cost"]) > 0
    assert read["date_sent"].startswith("2031-05-04T09:30:00.2")
    (delivery,) = caller.world.ledger
    assert (delivery.provider, delivery.number, delivery.sender) == ("close", REMOTE, LOCAL)
    assert (delivery.text, delivery.message_id) == ("Hello", made["id"])


def test_longer_texts_cost_more(caller: Caller) -> None:
    """A text of two parts costs twice as much as one of a single part."""
    keys = [caller.create(text="a" * length)["id"] for length in (160, 161)]
    caller.wait(1)
    one, two = (Decimal(caller.read(key)["cost"]) for key in keys)
    assert two == 2 * one


@pytest.mark.parametrize("status", ["draft", "inbox", "sent", "error"])
def test_other_statuses_send_nothing(caller: Caller, status: str) -> None:
    """Whatever is not outbox or scheduled is only kept; status sent transmits nothing."""
    made = caller.create(status=status)
    caller.wait(3600)
    assert caller.read(made["id"])["status"] == status
    assert made["direction"] == ("inbound" if status == "inbox" else "outbound")
    assert not caller.world.ledger


def test_scheduled_leaves_at_its_date(caller: Caller) -> None:
    """A scheduled message leaves at its date, through the outbox."""
    made = caller.create(status="scheduled", date_scheduled=LATER)
    assert made["date_scheduled"] == "2031-05-04T10:00:00.000000+00:00"
    caller.wait(1799)
    assert caller.read(made["id"])["status"] == "scheduled"
    caller.wait(1)
    assert caller.read(made["id"])["status"] == "outbox"
    caller.wait(1)
    assert caller.read(made["id"])["status"] == "sent"
    assert len(caller.world.ledger) == 1


def test_undo_window(caller: Caller) -> None:
    """With send_in a message waits, and can be made a draft again, which leaves nothing."""
    kept, undone = (caller.create(send_in=30)["id"] for _ in range(2))
    caller.wait(29)
    assert caller.put(undone, status="draft")["status"] == "draft"
    caller.wait(60)
    assert [each.message_id for each in caller.world.ledger] == [kept]
    assert caller.ask("PUT", f"activity/sms/{kept}/", {"status": "draft"}).status == 400


def test_cancelling_and_rescheduling(caller: Caller) -> None:
    """A scheduled message is cancelled as a draft, and scheduled anew only from there."""
    key = caller.create(status="scheduled", date_scheduled=LATER)["id"]
    again = {"status": "scheduled", "date_scheduled": "2031-05-04T11:00:00+00:00"}
    assert caller.ask("PUT", f"activity/sms/{key}/", again).status == 400
    assert caller.put(key, status="draft")["date_scheduled"] is None
    caller.wait(3600)
    assert not caller.world.ledger
    again["date_scheduled"] = "2031-05-04T12:00:00+00:00"
    assert caller.put(key, **again)["status"] == "scheduled"
    caller.wait(5400)
    caller.wait(1)
    assert len(caller.world.ledger) == 1


def test_drafts_are_edited_and_sent(caller: Caller) -> None:
    """A draft keeps what a change does not name, and leaves when it is put into the outbox."""
    key = caller.create(status="draft")["id"]
    edited = caller.put(key, text="Other")
    assert (edited["text"], edited["remote_phone"]) == ("Other", REMOTE)
    assert caller.put(key, status="outbox")["status"] == "outbox"
    assert caller.ask("PUT", f"activity/sms/{key}/", {"text": "Late"}).status == 400
    caller.wait(1)
    assert [each.text for each in caller.world.ledger] == ["Other"]
    assert caller.ask("PUT", f"activity/sms/{key}/", {"status": "outbox"}).status == 400


def test_refused_change_leaves_no_trace(caller: Caller) -> None:
    """A draft that cannot leave as it is told stays what it was."""
    key = caller.create(status="draft")["id"]
    wrong = {"status": "outbox", "local_phone": "+12025550199", "text": "Other"}
    assert caller.faults("PUT", f"activity/sms/{key}/", wrong) == {"local_phone"}
    assert caller.read(key)["text"] == "Hello"
    assert caller.read(key)["local_phone"] == LOCAL


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"status": None}, {"status"}),
        ({"status": "queued"}, {"status"}),
        ({"local_phone": None}, {"local_phone"}),
        ({"remote_phone": None, "text": None}, {"remote_phone", "text"}),
        ({"local_phone": "+12025550199"}, {"local_phone"}),
        ({"local_phone": "+12025550112"}, {"local_phone"}),
        ({"local_phone": "+12025550113"}, {"local_phone"}),
        ({"local_phone": "+12025550114"}, {"local_phone"}),
        ({"remote_phone": "2025550122"}, {"remote_phone"}),
        ({"status": "scheduled"}, {"date_scheduled"}),
        ({"status": "scheduled", "date_scheduled": "2031-05-04T10:00:00"}, {"date_scheduled"}),
        ({"send_in": 60}, {"send_in"}),
        ({"send_in": -1}, {"send_in"}),
        ({"send_in": True}, {"send_in"}),
        ({"status": "draft", "send_in": 5}, {"send_in"}),
        ({"text": 5}, {"text"}),
        ({"template_id": "none", "text": None}, {"template_id"}),
        ({"attachments": [{}] * 11}, {"attachments"}),
        ({"attachments": [{"url": "https://x", "filename": "a"}]}, {"attachments"}),
        ({"body": "Hello"}, {"body"}),
    ],
)
def test_create_refuses_what_is_wrong(
    caller: Caller, changes: dict[str, object], fields: set[str]
) -> None:
    """What is missing or wrong is named under field-errors, and nothing is kept."""
    body = {**MESSAGE, **changes}
    given = {name: value for name, value in body.items() if value is not None}
    assert caller.faults("POST", "activity/sms/", given) == fields
    assert caller.call("GET", "activity/sms/")["data"] == []


def test_missing_fields_have_the_known_text(caller: Caller) -> None:
    """A field that is missing is told as the official tests have it."""
    told = json.loads(caller.ask("POST", "activity/sms/", {"text": "x"}).body)
    assert told == {"errors": [], "field-errors": {"status": "This field is required."}}


@pytest.mark.parametrize(("kind", "taken"), [("image/png", True), ("image/webp", False)])
def test_attachments_have_known_types(caller: Caller, kind: str, taken: bool) -> None:
    """A picture of a type on the list is taken, any other is refused."""
    sheet = {"url": "https://example.org/1", "filename": "1", "content_type": kind}
    response = caller.ask("POST", "activity/sms/", {**MESSAGE, "attachments": [sheet] * 10})
    assert (response.status == 200) is taken


def test_lenient_checks_come_later(caller: Caller) -> None:
    """With the switch a message that is not complete is taken, and fails afterwards."""
    caller.world.switches["close.lenient"] = True
    made = caller.create(local_phone="+12025550113")
    caller.wait(1)
    assert caller.read(made["id"])["status"] == "error"
    assert not caller.world.ledger


@pytest.mark.parametrize("number", ["+13035550191", "+13035550192", "+447700900123"])
def test_failing_after_200(caller: Caller, number: str) -> None:
    """Landlines, blocked numbers and other countries fail after the message was taken."""
    made = caller.create(remote_phone=number)
    assert made["status"] == "outbox"
    caller.wait(1)
    read = caller.read(made["id"])
    assert (read["status"], read["cost"], read["date_sent"]) == ("error", None, None)
    assert read["error_message"]
    assert not caller.world.ledger


def test_stuck_and_unpriced_numbers(caller: Caller) -> None:
    """One number stays in the outbox for ever, of another the cost is never known."""
    stuck = caller.create(remote_phone="+13035550193")["id"]
    unpriced = caller.create(remote_phone="+13035550194")["id"]
    caller.wait(3600)
    assert caller.read(stuck)["status"] == "outbox"
    assert (caller.read(unpriced)["status"], caller.read(unpriced)["cost"]) == ("sent", None)
    assert [each.message_id for each in caller.world.ledger] == [unpriced]


def test_late_cost(caller: Caller) -> None:
    """With the switch the cost comes some time after the message was sent."""
    caller.world.switches["close.late_cost"] = 10
    key = caller.create()["id"]
    caller.wait(5)
    assert (caller.read(key)["status"], caller.read(key)["cost"]) == ("sent", None)
    caller.wait(10)
    assert caller.read(key)["cost"] is not None


def test_deleting(caller: Caller) -> None:
    """A deleted activity is gone with 200 and {}, and a scheduled one does not leave any more."""
    key = caller.create(status="scheduled", date_scheduled=LATER)["id"]
    assert caller.call("DELETE", f"activity/sms/{key}/") == {}
    assert caller.ask("GET", f"activity/sms/{key}/").status == 404
    caller.wait(3600)
    caller.wait(1)
    assert not caller.world.ledger


def test_deleted_messages_may_be_read_and_leave(caller: Caller) -> None:
    """Switches: reads may be stale after a delete, and what was scheduled may leave still."""
    caller.world.switches.update({"close.stale_reads": 30, "close.delete_sends": True})
    key = caller.create(status="scheduled", date_scheduled=LATER)["id"]
    caller.call("DELETE", f"activity/sms/{key}/")
    assert caller.read(key)["status"] == "scheduled"
    caller.wait(31)
    assert caller.ask("GET", f"activity/sms/{key}/").status == 404
    caller.wait(3600)
    caller.wait(1)
    assert len(caller.world.ledger) == 1


def test_templates_are_rendered(caller: Caller) -> None:
    """A template's text is written into the message; templates are made, changed and deleted."""
    response = caller.ask(
        "POST", "sms_template/", {"name": "Doors", "text": "To {{ remote_phone }}"}
    )
    assert response.status == 201
    key = json.loads(response.body)["id"]
    draft = {"status": "draft", "local_phone": LOCAL, "remote_phone": REMOTE, "template_id": key}
    assert caller.call("POST", "activity/sms/", draft)["text"] == f"To {REMOTE}"
    path = f"sms_template/{key}/"
    assert caller.call("PUT", path, {"status": "archived"})["status"] == "archived"
    assert caller.faults("PUT", path, {"status": "lost"}) == {"status"}
    assert caller.faults("POST", "sms_template/", {"text": "x"}) == {"name"}
    assert [each["name"] for each in caller.call("GET", "sms_template/")["data"]] == ["Doors"]
    assert caller.ask("DELETE", path).status == 204
    assert caller.ask("GET", path).status == 404


def test_received_messages(caller: Caller) -> None:
    """A handset's message to an own number is in the inbox; to another number it cannot go."""
    key = caller.stand_in.text_back(REMOTE, LOCAL, "Yes")
    read = caller.read(key)
    assert (read["status"], read["direction"], read["text"]) == ("inbox", "inbound", "Yes")
    assert (read["local_phone"], read["remote_phone"]) == (LOCAL, REMOTE)
    with pytest.raises(ValueError, match="own numbers"):
        caller.stand_in.text_back(REMOTE, "+12025550113", "Yes")


def test_switched_refusals(caller: Caller) -> None:
    """Switches: a text that is too long and a date that is over are refused, not taken."""
    past = {"status": "scheduled", "date_scheduled": "2031-05-04T09:00:00+00:00"}
    caller.create(**past)
    caller.wait(1)
    caller.wait(1)
    assert len(caller.world.ledger) == 1
    caller.world.switches.update({"close.text_limit": 4, "close.refuse_past_dates": True})
    told = caller.faults("POST", "activity/sms/", {**MESSAGE, **past})
    assert told == {"text", "date_scheduled"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"direction": "inbound"}, "direction"),
        ({"template_id": "x"}, "template_id"),
        ({"attachments": ["x"]}, "attachments"),
        ({"date_created": 5}, "date_created"),
    ],
)
def test_create_refuses_what_contradicts(
    caller: Caller, changes: dict[str, object], field: str
) -> None:
    """A text beside a template, a message that leaves inwards, and wrong kinds are refused."""
    if field == "template_id":
        made = json.loads(caller.ask("POST", "sms_template/", {"name": "x", "text": "y"}).body)
        changes = {"template_id": made["id"]}
    assert caller.faults("POST", "activity/sms/", {**MESSAGE, **changes}) == {field}


def test_pictures_and_other_alphabets_have_their_prices(caller: Caller) -> None:
    """71 characters of another alphabet are two parts; a picture costs more than a text."""
    sheet = {"url": "https://example.org/1", "filename": "1", "content_type": "image/png"}
    keys = [
        caller.create(text="я" * 70)["id"],
        caller.create(text="я" * 71)["id"],
        caller.create(attachments=[sheet])["id"],
    ]
    caller.wait(1)
    one, two, picture = (Decimal(caller.read(key)["cost"]) for key in keys)
    assert (two, picture > one) == (2 * one, True)


def test_leads_of_its_own_making(caller: Caller) -> None:
    """Switch: a message without a lead gets a new one; without the switch it has none."""
    assert caller.create()["lead_id"] is None
    caller.world.switches["close.makes_leads"] = True
    assert caller.create()["lead_id"].startswith("lead_")
