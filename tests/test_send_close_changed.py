"""Close, while somebody else writes in a draft that is about to be released.

The law of this file: what reaches a handset is what was approved, or the message is in doubt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sending_close import FIRST, SECOND, TEXT, approve

from smscore.send.client import SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.providers.close import Close
from smscore.send.sandbox.server import Sandbox
from smscore.send.steps import Retry


class Meddler(httpx.BaseTransport):
    """Let somebody do something with the message, once, right before its release leaves."""

    def __init__(self, meddle: Callable[[httpx.Request], object]) -> None:
        self.meddle: Callable[[httpx.Request], object] | None = meddle
        self.inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        if request.method == "PUT" and self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle(request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


@pytest.mark.parametrize(
    "changed", [{"text": "z" * 900}, {"remote_phone": SECOND}, {"text": "z", "lead_id": "lead_1"}]
)
def test_a_draft_that_is_changed_before_its_release(tmp_path: Path, changed: Any) -> None:
    """What a person wrote in a draft does not go out: the release has what was approved."""
    with Sandbox(providers=["close"], switches={"close.send_seconds": 0.0}) as sandbox:

        def meddle(request: httpx.Request) -> None:
            headers = {"authorization": request.headers["authorization"]}
            assert httpx.put(request.url, headers=headers, json=changed).status_code == 200

        addresses: dict[str, Any] = {**sandbox.addresses()["close"]}
        with (
            Journal(tmp_path / "sent.db") as journal,
            SmsClient(
                Close(**addresses),
                journal,
                transport=Meddler(meddle),
                retry=Retry(first=0.01),
            ) as client,
        ):
            receipt = client.send(approve(sender=None))
        end = time.monotonic() + 10
        while not sandbox.ledger:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert [(each.number, each.text) for each in sandbox.ledger] == [(FIRST, TEXT)]
        assert receipt.outcome is Outcome.ACCEPTED
