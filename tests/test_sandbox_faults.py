"""What goes wrong in the sandbox on purpose: what is processed, what is answered, and how often.

The law of this file: the ledger says whether a message went out, the socket says what was heard.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandboxes import listening

from smscore.send.sandbox.faults import AFTER, BEFORE, ELSEWHERE, Faults, Plan
from smscore.send.sandbox.server import Sandbox

PROVIDERS = ["phone_com", "voip_communications"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox without faults."""
    with Sandbox(providers=PROVIDERS) as running:
        yield running


def send(sandbox: Sandbox, to: str = "12025550122", seconds: float = 30) -> httpx.Response:
    """Send one message with voip-communications.net."""
    at = sandbox.addresses()["voip_communications"]
    return httpx.post(
        f"{at['base_url']}/sms/send",
        data={"to": to, "msg": "Doors open at 7"},
        auth=(at["api_key"], at["api_password"]),
        timeout=seconds,
    )


def make_plan(odds: dict[str, float], seed: int) -> Plan:
    """Make a plan that begins with a seed."""
    return Plan(Faults.read(odds), random.Random(seed))  # noqa: S311  # a fault is no secret


@pytest.mark.parametrize(
    ("kind", "status", "delivered"),
    [
        ("rate_limit", 429, 0),
        ("error_before", 500, 0),
        ("html_before", 502, 0),
        ("error_after", 500, 1),
        ("html_after", 200, 1),
        ("slow", 200, 1),
        (None, 200, 1),
    ],
)
def test_faults_with_an_answer(
    sandbox: Sandbox, kind: str | None, status: int, delivered: int
) -> None:
    """Each answers with its status, and the message went out or did not."""
    sandbox.set_faults(script=[kind], slow_seconds=0.05)
    answer = send(sandbox)
    assert (answer.status_code, len(sandbox.ledger)) == (status, delivered)
    html = kind is not None and kind.startswith("html")
    assert answer.headers["content-type"].startswith("text/html") == html
    assert answer.text.startswith("<!DOCTYPE html>") == html
    [told] = sandbox.sends
    assert (told.fault, told.processed) == (kind, bool(delivered))


@pytest.mark.parametrize(
    ("kind", "error", "delivered"),
    [
        ("timeout_before", httpx.ReadTimeout, 0),
        ("timeout_after", httpx.ReadTimeout, 1),
        ("disconnect", httpx.NetworkError | httpx.RemoteProtocolError, 1),
        ("cut_body", httpx.RemoteProtocolError, 1),
    ],
)
def test_faults_without_an_answer(
    sandbox: Sandbox, kind: str, error: type[Exception], delivered: int
) -> None:
    """Each leaves the caller without an answer, and the message went out or did not."""
    sandbox.set_faults(script=[kind], hold_seconds=600)
    with pytest.raises(httpx.TransportError) as raised:
        send(sandbox, seconds=0.3)
    assert isinstance(raised.value, error)
    assert len(sandbox.ledger) == delivered
    assert send(sandbox).status_code == 200


def test_a_cut_body_is_begun(sandbox: Sandbox) -> None:
    """Of a body that is cut some has arrived, less than its length says."""
    sandbox.set_faults(script=["cut_body"])
    at = sandbox.addresses()["voip_communications"]
    with httpx.stream(
        "POST",
        f"{at['base_url']}/sms/send",
        data={"to": "12025550122", "msg": "Hello"},
        auth=(at["api_key"], at["api_password"]),
    ) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
    assert 0 < answer.num_bytes_downloaded < int(answer.headers["content-length"])


def test_a_held_connection_is_cut_in_the_end(sandbox: Sandbox) -> None:
    """A client that waits longer than the time held sees its connection cut."""
    sandbox.set_faults(script=["timeout_after"], hold_seconds=0.05)
    with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
        send(sandbox)
    assert len(sandbox.ledger) == 1


def test_a_script_is_followed(sandbox: Sandbox) -> None:
    """Scripted requests have their faults in order, and the odds decide after them."""
    sandbox.set_faults({"rate_limit": 1}, script=[None, "error_after", None])
    assert [send(sandbox).status_code for _ in range(5)] == [200, 500, 200, 429, 429]
    sandbox.set_faults()
    assert send(sandbox).status_code == 200


def test_a_storm_lasts(sandbox: Sandbox) -> None:
    """Once begun, a storm refuses so many requests in a row, and storms are seldom one long."""
    sandbox.set_faults(rate_limit=0.2, storm=4)
    statuses = [send(sandbox).status_code for _ in range(60)]
    runs = "".join("x" if each == 429 else " " for each in statuses).rstrip("x").split()
    assert runs
    assert all(len(run) % 4 == 0 for run in runs)


def test_only_what_sends_has_faults_unless_all_do(sandbox: Sandbox) -> None:
    """A read is spared, unless faults are on all; a provider that is not named is spared."""
    at = sandbox.addresses()["phone_com"]
    url = f"{at['base_url']}/accounts/{at['account_id']}/sms"
    token = {"authorization": f"Bearer {at['access_token']}"}
    sandbox.set_faults(error_before=1)
    assert httpx.get(url, headers=token).status_code == 200
    assert httpx.post(url, headers=token, json={}).status_code == 500
    sandbox.set_faults(error_before=1, on="all")
    assert httpx.get(url, headers=token).status_code == 500
    sandbox.set_faults(error_before=1, on="all", providers=["phone_com"])
    assert httpx.get(url, headers=token).status_code == 500
    assert send(sandbox).status_code == 200


def test_an_error_has_the_provider_s_form(sandbox: Sandbox) -> None:
    """Phone.com's 500 is its envelope."""
    sandbox.set_faults(error_after=1)
    at = sandbox.addresses()["phone_com"]
    answer = httpx.post(f"{at['base_url']}/accounts/{at['account_id']}/sms", json={})
    assert answer.status_code == 500
    assert answer.json()["@error"]["@httpStatusCode"] == 500


def test_the_same_seed_gives_the_same_faults() -> None:
    """Two sandboxes of one seed treat the same requests alike."""
    runs = []
    for _ in range(2):
        with Sandbox(seed=11, faults={"rate_limit": 0.1, "error_after": 0.3}) as sandbox:
            runs.append([send(sandbox).status_code for _ in range(30)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 429, 500}


def test_one_of_a_group_fails(sandbox: Sandbox) -> None:
    """With "partial" one recipient of several fails and the others do not; one alone is spared."""
    sandbox.set_faults(partial=1)
    log = send(sandbox, "12025550122,12025550123,12025550124").json()["send_log"]
    assert Counter(each["code"] for each in log) == {200: 2, 400: 1}
    assert {each.number.lstrip("+") for each in sandbox.ledger} == {
        each["to"] for each in log if each["code"] == 200
    }
    assert send(sandbox).json()["send_log"][0]["code"] == 200
    at = sandbox.addresses()["phone_com"]
    group = httpx.post(
        f"{at['base_url']}/accounts/{at['account_id']}/sms",
        json={"from": at["from"], "to": ["+12025550122", "+12025550123"], "text": "Hello"},
        headers={"authorization": f"Bearer {at['access_token']}"},
    ).json()
    assert sorted(each["status"] for each in group["to"]) == ["failed", "sent"]
    sandbox.set_faults()
    log = send(sandbox, "12025550122,12025550123").json()["send_log"]
    assert [each["code"] for each in log] == [200, 200]


def test_webhooks_come_twice_or_out_of_order(sandbox: Sandbox) -> None:
    """A duplicated webhook is delivered twice; one out of order comes after a later one."""
    with listening() as listener:
        sandbox.set_switch("voip_communications.callback_url", listener.url)
        sandbox.set_faults(duplicate_webhook=1)
        sandbox.text_back("voip_communications", "+12025550122", "12025550170", "twice")
        sandbox.settle()
        sandbox.set_faults(reorder_webhook=1, reorder_seconds=0.4)
        sandbox.text_back("voip_communications", "+12025550122", "12025550170", "early")
        # What is drawn for a webhook is drawn when it is taken.
        while sandbox.world.webhooks:
            pass
        sandbox.set_faults()
        sandbox.text_back("voip_communications", "+12025550122", "12025550170", "late")
        sandbox.settle()
    texts = [parse_qs(each.body.decode())["msg"][0] for each in listener.heard]
    assert texts == ["twice", "twice", "late", "early"]


def test_the_clock_is_ahead(sandbox: Sandbox) -> None:
    """With a skew the provider's times are that far ahead of this machine's."""
    sandbox.set_faults(clock_skew=86_400)
    send(sandbox)
    [delivery] = sandbox.ledger
    assert 86_000 < (delivery.at - datetime.now(UTC)).total_seconds() < 86_401


@given(
    st.dictionaries(st.sampled_from([*BEFORE, *AFTER]), st.floats(0, 0.1)),
    st.integers(),
    st.lists(st.booleans(), max_size=50),
)
def test_a_plan_can_be_repeated(odds: dict[str, float], seed: int, sends: list[bool]) -> None:
    """The same seed draws the same faults; what does not send, and what has no odds, has none."""
    first, second = (make_plan(odds, seed) for _ in range(2))
    drawn = [first.draw("close", sends=each) for each in sends]
    assert drawn == [second.draw("close", sends=each) for each in sends]
    assert {kind for kind in drawn if kind} <= {kind for kind in odds if odds[kind] > 0}
    assert not any(kind for kind, each in zip(drawn, sends, strict=True) if not each)


def test_odds_are_kept() -> None:
    """Of many requests, about so many have a fault as its odds say."""
    plan = make_plan({"error_after": 0.25, "html": 0.5}, 1)
    drawn = Counter(plan.draw("close", sends=True) for _ in range(8000))
    for kind in ("error_after", "html_before", "html_after", None):
        assert 1800 < drawn[kind] < 2200, kind


def test_faults_in_json() -> None:
    """What faults are told as is read as the same faults again, through JSON too."""
    faults = Faults.read({"slow": 0.5, "script": ["html", None], "storm": 3, "on": "all"})
    assert faults.script == ("html_before", None)
    assert Faults.read(json.loads(json.dumps(faults.to_dict()))) == faults


@pytest.mark.parametrize(
    "settings",
    [
        {"nothing": 0.1},
        {"slow": 1.1},
        {"slow": -0.1},
        {"slow": "0.5"},
        {"slow": 0.6, "disconnect": 0.6},
        {"script": ["nothing"]},
        {"script": ["partial"]},
        {"script": "slow"},
        {"on": "some"},
        {"storm": -1},
        {"hold_seconds": "long"},
    ],
)
def test_faults_that_there_are_not(settings: dict[str, object]) -> None:
    """An unknown kind, odds outside 0 to 1 or together above 1, or a bad setting: ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        Faults.read(settings)
    assert set(ELSEWHERE).isdisjoint({*BEFORE, *AFTER})
