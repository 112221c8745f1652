"""The stand-in for Close, whatever it is asked, in whatever order.

The law of this file: no request makes the stand-in fail, a message leaves at most once, and exactly
the messages with the status sent that were not only logged are in the ledger.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from test_sandbox_close import LATER, LOCAL, REMOTE, Caller

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 300)
    | st.floats()
    | st.sampled_from(["outbox", "draft", "scheduled", "sent", LOCAL, REMOTE, LATER, "active"])
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "http://x"])
    | st.text(max_size=5)
    | st.lists(st.none() | st.dictionaries(st.sampled_from(["url", "action"]), st.text()))
)
NAMES = (
    "status text template_id local_phone remote_phone date_scheduled send_in attachments direction "
    "activity_at date_created lead_id name url events verify_ssl is_shared unknown _params"
).split()
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
PATHS = st.sampled_from(["activity/sms/", "sms_template/", "webhook/", "event/", "phone_number/"])
QUERIES = st.dictionaries(
    st.sampled_from(["_limit", "_skip", "_fields", "_cursor", "date_created__gt", "id__in"]),
    st.sampled_from(["", "1", "-1", "x", LATER, "0001-01-01T00:00:00+14:00", "next-1", "²"]),
)


@given(st.lists(st.tuples(st.sampled_from(["GET", "POST", "PUT"]), PATHS, BODIES, QUERIES)))
def test_any_request_has_an_answer(
    requests: list[tuple[str, str, dict[str, object], dict[str, str]]],
) -> None:
    """Each request is answered with JSON, and with a status that the documentation has."""
    caller = Caller()
    for method, path, body, query in requests:
        response = caller.ask(method, path, body, None, **query)
        assert response.status in {200, 201, 400, 404, 405}
        json.loads(response.body)
        caller.wait(0.2)


STEPS = st.sampled_from(["outbox", "undo window", "draft", "scheduled", "delete", "wait", "edit"])


@given(st.sampled_from(["outbox", "draft", "scheduled"]), st.lists(STEPS, max_size=8))
def test_a_message_leaves_at_most_once(first: str, steps: list[str]) -> None:
    """Whatever is done with a message, it leaves at most once, and then it is sent and stays so."""
    caller = Caller()
    late = {"status": "scheduled", "date_scheduled": LATER}
    key = caller.create(**(late if first == "scheduled" else {"status": first}))["id"]
    path = f"activity/sms/{key}/"
    bodies: dict[str, dict[str, Any]] = {
        "outbox": {"status": "outbox"},
        "undo window": {"status": "outbox", "send_in": 30},
        "draft": {"status": "draft"},
        "scheduled": late,
        "edit": {"text": "Other"},
    }
    for step in steps:
        before = len(caller.world.ledger)
        if step == "wait":
            caller.wait(20)
        elif step == "delete":
            caller.ask("DELETE", path)
        else:
            response = caller.ask("PUT", path, bodies[step])
            assert response.status in ({400, 404} if before else {200, 400, 404})
        assert len(caller.world.ledger) <= 1
    caller.wait(7200)
    caller.wait(60)
    response = caller.ask("GET", path)
    if response.status == 200:
        left = [each.message_id for each in caller.world.ledger] == [key]
        assert (json.loads(response.body)["status"] == "sent") is left
