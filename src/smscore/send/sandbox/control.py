"""What a process under test asks of the sandbox itself, below `/_sandbox/`.

GET ledger, requests, faults, webhooks, accounts; POST faults, switches, inbound, reset. All of it
is JSON.

The law of this file: it says what a `Sandbox` in the same process says, in the same words.
"""

from __future__ import annotations

from smscore.send.sandbox.courier import Attempt, Courier
from smscore.send.sandbox.faults import Faults
from smscore.send.sandbox.state import State
from smscore.send.sandbox.switches import check_switches
from smscore.send.sandbox.web import Delivery, Request, Response, json_response

BASE_PATH = "/_sandbox"


class Control:
    """The answers below `/_sandbox/`."""

    def __init__(self, state: State, courier: Courier) -> None:
        self._state = state
        self._courier = courier

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        with self._state.lock:
            try:
                return self._answer(request)
            except (ValueError, KeyError) as error:
                return json_response(400, {"error": str(error)})

    def _answer(self, request: Request) -> Response:
        state = self._state
        told: object
        match request.method, request.path:
            case "GET", "ledger":
                told = [tell_delivery(each) for each in state.ledger()]
            case "GET", "requests":
                told = tell_requests(state)
            case "GET", "webhooks":
                told = [tell_attempt(each) for each in self._courier.attempts]
            case "GET", "accounts":
                told = {name: each.more() for name, each in state.stand_ins.items()}
            case "GET", "faults":
                told = state.plan.faults.to_dict()
            case "POST", "faults":
                state.set_faults(Faults.read(_read_object(request)))
                told = state.plan.faults.to_dict()
            case "POST", "switches":
                switches = _read_object(request)
                check_switches(switches)
                state.world.switches.update(switches)
                told = state.world.switches
            case "POST", "reset":
                state.reset()
                self._courier.attempts.clear()
                told = {}
            case "POST", "inbound":
                told = self._take_inbound(_read_object(request))
            case _:
                return json_response(404, {"error": "there is no such thing here"})
        return json_response(200, told)

    def _take_inbound(self, said: dict[str, object]) -> dict[str, str]:
        words = [said.get(name) for name in ("provider", "from", "to", "text")]
        provider, sender, to, text = (each if isinstance(each, str) else "" for each in words)
        if provider not in self._state.stand_ins or not (sender and to):
            raise ValueError("an inbound message has a provider, from, to and text")
        message_id = self._state.stand_ins[provider].text_back(sender, to, text)
        return {"message_id": message_id}


def tell_delivery(each: Delivery) -> dict[str, str]:
    """Say a delivery in JSON's words."""
    names = ("provider", "number", "sender", "text", "message_id")
    told: dict[str, str] = {name: getattr(each, name) for name in names}
    told["at"] = each.at.isoformat()
    return told


def tell_attempt(each: Attempt) -> dict[str, object]:
    """Say a webhook, and what it was answered, in JSON's words."""
    return {
        "provider": each.webhook.provider,
        "url": each.webhook.url,
        "body": each.webhook.body.decode("utf-8", "replace"),
        "status": each.status,
    }


def tell_requests(state: State) -> dict[str, object]:
    """Say how many requests there were, and what became of those that make messages go out."""
    return {
        "endpoints": {name: dict(counts) for name, counts in state.counts.items()},
        "sends": [
            {
                "provider": each.provider,
                "endpoint": each.endpoint,
                "fault": each.fault,
                "processed": each.processed,
                "status": each.status,
            }
            for each in state.handled
        ],
    }


def _read_object(request: Request) -> dict[str, object]:
    said = request.json()
    if not isinstance(said, dict):
        raise ValueError("the body is a JSON object")  # noqa: TRY004  # it is the body's value
    return said
