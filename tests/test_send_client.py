"""The two drivers: what they do with messages, answers and faults of the network.

The law of this file: each test runs with the client for threads and with the one for event loops,
over a transport that is made up.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sending import NUMBER, TEXT, Plain, approve
from sending_clients import DRIVERS, answer, fail

from smscore.errors import InvalidSender, OverCap
from smscore.guard import Guard
from smscore.send.client import SmsClient
from smscore.send.journal import Journal, State
from smscore.send.outcomes import NotSent, Outcome, OutcomeUnknown, Rejected
from smscore.send.provider import Dispatch


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> Any:
    """Give each driver in turn."""
    return request.param


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def test_a_message_is_accepted(driver: Any, journal: Journal) -> None:
    """The receipt has the outcome, the status and the body of the answer, which no repr shows."""
    receipt = driver(Plain(), journal, answer("accepted")).send(approve())
    assert (receipt.outcome, receipt.http_status, receipt.body) == (
        Outcome.ACCEPTED,
        200,
        b"accepted",
    )
    assert receipt.accepted
    receipt.raise_for_outcome()
    assert receipt.to_dict()["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError, Outcome.NOT_SENT),
        (httpx.ConnectTimeout, Outcome.NOT_SENT),
        (httpx.PoolTimeout, Outcome.NOT_SENT),
        (httpx.ReadTimeout, Outcome.UNKNOWN),
        (httpx.WriteTimeout, Outcome.UNKNOWN),
        (httpx.ReadError, Outcome.UNKNOWN),
        (httpx.WriteError, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError, Outcome.UNKNOWN),
        (httpx.LocalProtocolError, Outcome.UNKNOWN),
    ],
)
def test_faults_of_the_network(
    driver: Any, journal: Journal, error: type[httpx.TransportError], outcome: Outcome
) -> None:
    """A fault before anything can have left is not sent; any later one is in doubt."""
    receipt = driver(Plain(), journal, fail(error)).send(approve())
    assert receipt.outcome is outcome
    raised = {Outcome.NOT_SENT: NotSent, Outcome.UNKNOWN: OutcomeUnknown}[outcome]
    with pytest.raises(raised) as caught:
        receipt.raise_for_outcome()
    assert caught.value.receipt is receipt


def test_no_redirect_is_followed(driver: Any, journal: Journal) -> None:
    """A redirect is an answer like any other: the request goes to the host that it names, once."""
    seen: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(307, headers={"location": "http://elsewhere.example/"})

    assert driver(Plain(), journal, redirect).send(approve()).outcome is Outcome.UNKNOWN
    assert seen == ["127.0.0.1"]


def test_rejected_is_raised_on_request(driver: Any, journal: Journal) -> None:
    """A rejection is a receipt, and an error only for whoever asks for one."""
    receipt = driver(Plain(), journal, answer("rejected", 422)).send(approve())
    with pytest.raises(Rejected, match="standard, rejected"):
        receipt.raise_for_outcome()


def test_receipts_come_in_order(driver: Any, journal: Journal) -> None:
    """Of many, each has its receipt in its place: sent, refused by a check, refused by a cap."""
    guard = Guard(max_total="0.08 EUR")

    class Choosy(Plain):
        def check(self, dispatch: Dispatch, now: Any) -> None:
            super().check(dispatch, now)
            if dispatch.text == "b":
                raise InvalidSender("standard", "as told")

    approvals = [approve(text, guard=guard) for text in "abcd"]
    receipts = driver(Choosy(), journal, answer("accepted")).send_many(approvals)
    assert [each.key for each in receipts] == [each.key for each in approvals]
    assert [(each.outcome.value, each.code) for each in receipts] == [
        ("accepted", None),
        ("not_sent", "InvalidSender"),
        ("accepted", None),
        ("not_sent", "OverCap"),
    ]


def test_receipts_of_a_list_are_on_the_disk_first(tmp_path: Path) -> None:
    """Whoever has a receipt finds its outcome in the file, also where commits are saved."""
    path = tmp_path / "journal.db"
    handler = answer("accepted")
    with (
        Journal(path, key="key-of-the-journals") as journal,
        Journal(path, key="key-of-the-journals") as other,
    ):
        client = SmsClient(Plain(), journal, transport=httpx.MockTransport(handler), run="run")
        approvals = [approve(f"Text {each}") for each in range(5)]
        for number, receipt in enumerate(client.send_many(approvals), 1):
            assert receipt.accepted
            assert other.count()[State.ACCEPTED] >= number
        assert other.count()[State.ACCEPTED] == 5
        some = client.send_many([approve(f"More {each}") for each in range(5)])
        next(some)
        some.close()  # type: ignore[attr-defined]
        assert other.count()[State.IN_FLIGHT] == 0
        client.close()


def test_a_cap_is_an_error_for_one_message(driver: Any, journal: Journal) -> None:
    """Where one message is sent, the guard's refusal is raised."""
    guard = Guard(max_total="0.05 EUR")
    driver(Plain(), journal, answer("accepted")).send(approve("a", guard=guard))
    with pytest.raises(OverCap):
        driver(Plain(), journal, answer("accepted")).send(approve("b", guard=guard))


def test_refused_credentials_stop_a_run(driver: Any, journal: Journal) -> None:
    """After credentials were refused nothing more is tried, and every message has its receipt."""
    seen = 0

    def refuse(_: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        return httpx.Response(401, text="rejected")

    approvals = [approve(f"Text {each}") for each in range(40)]
    receipts = driver(Plain(), journal, refuse).send_many(approvals)
    assert len(receipts) == 40
    assert seen <= 8
    assert {each.outcome for each in receipts[8:]} == {Outcome.NOT_SENT}
    assert receipts[-1].code == "stopped"


def test_groups_leave_together(driver: Any, journal: Journal) -> None:
    """Neighbours with one text go in one request as far as the provider takes them together."""
    sizes: list[int] = []

    def count(request: httpx.Request) -> httpx.Response:
        number = request.content.count(b"+44")
        sizes.append(number)
        return httpx.Response(200, text=" ".join(["accepted"] * number))

    numbers = [f"+4477009001{each:02}" for each in range(7)]
    approvals = [approve(to=number) for number in numbers]
    approvals.insert(3, approve("Another text"))
    receipts = driver(Plain(group=3), journal, count).send_many(approvals)
    assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
    assert sorted(sizes) == [1, 1, 3, 3]


def test_what_is_sent_is_an_approval(driver: Any, journal: Journal) -> None:
    """Neither a quote nor a text is sent."""
    for wrong in (approve().quote, TEXT, None):
        with pytest.raises(TypeError, match="approval"):
            driver(Plain(), journal, answer("accepted")).send(wrong)


def test_wrong_clients(journal: Journal) -> None:
    """What is no provider, journal or option is refused."""
    with pytest.raises(TypeError, match="provider"):
        SmsClient("phone_com", journal)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="journal"):
        SmsClient(Plain(), "run.db")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="retries"):
        SmsClient(Plain(), journal, retries=3)  # type: ignore[call-arg]


def test_nothing_private_is_logged(
    driver: Any, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    """Records tell the provider, the outcome and the id; no text, number or URL with one."""
    with caplog.at_level(logging.DEBUG):
        driver(Plain(), journal, answer("accepted")).send(approve())
        driver(Plain(), journal, answer("rejected")).send(approve("Another text"))
    ours = [record for record in caplog.records if record.name == "smscore.send"]
    assert [record.levelname for record in ours] == ["INFO", "WARNING"]
    assert ours[0].sms["sms.message_id"] == "id-0"  # type: ignore[attr-defined]
    for record in caplog.records:
        told = f"{record.getMessage()} {record.__dict__}"
        assert NUMBER not in told
        assert NUMBER[1:] not in told
        assert TEXT not in told
