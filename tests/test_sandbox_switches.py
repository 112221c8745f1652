"""Switches take what they say, and refuse all else when it is given.

The law of this file: the names are those that the sources ask for; every door to the switches
refuses the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from smscore.send.sandbox.server import Sandbox
from smscore.send.sandbox.switches import SWITCHES, check_switches

FOLDER: Path = ROOT / "src" / "smscore" / "send" / "sandbox"

TAKEN: dict[str, list[object]] = {
    "phone_com.no_total": [True, False],
    "phone_com.max_text": [0, 160],
    "phone_com.limits": [True, False, "3/0.5", "1/9"],
    "phone_com.token_seconds": [0, 0.25, 3600],
    "phone_com.partial": [0, 0.5, 1],
    "voip_communications.page_size": [1, 20],
    "voip_communications.balance": [1, 0.5, "12.50", Decimal("0.01"), -3],
    "voip_communications.zone_hours": [-5, 5.5, 0],
    "voip_communications.callback_url": ["http://127.0.0.1:9/hook", "https://sms.example.org"],
    "voip_communications.callback_format": ["form", "json", "query"],
    "callr.error_status": [200, 401, 503],
}
REFUSED: dict[str, list[object]] = {
    "phone_com.no_total": ["true", 1, 0, None, "yes", [], 0.0],
    "phone_com.max_text": [-1, 1.5, "160", True, None, 10**400, [160]],
    "phone_com.limits": ["3", "3/", "0/1", "3/0", "3/1.2.3", "٣/1", "a/b", 3, None, ""],
    "phone_com.token_seconds": [-0.5, "3600", True, float("nan"), float("inf"), None],
    "phone_com.partial": [1.5, -0.1, "0.5", True, float("nan"), None],
    "voip_communications.page_size": [0, True, 2.0, "20"],
    "voip_communications.balance": ["free", True, None, "NaN", float("inf"), [], ""],
    "voip_communications.zone_hours": [25, "5", True, None, float("nan")],
    "voip_communications.callback_url": ["ftp://x.example", "hook", "http://", "http://[", 9, True],
    "voip_communications.callback_format": ["xml", "FORM", True, None, ["form"], {}],
    "callr.error_status": [199, 600, True, "404", 404.0],
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Serve once for all that is tried."""
    with Sandbox() as running:
        yield running


def test_every_switch_that_is_asked_for_is_listed() -> None:
    """The list has the switches that the stand-ins ask for, and no others."""
    asked: set[str] = set()
    for path in FOLDER.glob("*.py"):
        if path.name == "switches.py":
            continue
        told = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\"((?:phone_com|voip_communications|callr|close)\.\w+)\"", told))
        asked |= set(re.findall(r"\"(webhooks\.anywhere)\"", told))
    assert asked == set(SWITCHES)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in TAKEN.items() for value in values]
)
def test_what_a_switch_takes(sandbox: Sandbox, name: str, value: object) -> None:
    """A value of the kind that is documented is taken, and is what the stand-in asks for."""
    sandbox.reset()
    sandbox.set_switch(name, value)
    assert sandbox.world.switches[name] == value


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_what_a_switch_refuses(sandbox: Sandbox, name: str, value: Any) -> None:
    """A value of another kind is refused by its switch's name, with what it takes, everywhere."""
    sandbox.reset()
    said = rf"^the switch {re.escape(name)} takes {re.escape(SWITCHES[name].name)}, not "
    with pytest.raises(ValueError, match=said):
        sandbox.set_switch(name, value)
    with pytest.raises(ValueError, match=said):
        Sandbox(switches={name: value})
    response = httpx.post(f"{sandbox.url}/_sandbox/switches", content=json.dumps({name: value}))
    assert response.status_code == 400
    assert re.match(said, response.json()["error"])
    assert sandbox.world.switches == {}


def test_one_that_is_refused_changes_no_other(sandbox: Sandbox) -> None:
    """Of several switches that are set together all are set, or none is."""
    sandbox.reset()
    both = {"phone_com.no_total": True, "phone_com.max_text": "long"}
    assert httpx.post(f"{sandbox.url}/_sandbox/switches", json=both).status_code == 400
    assert sandbox.world.switches == {}


@pytest.mark.parametrize("name", ["nonsense", "close.nonsense", "close", "webhooks.close", ""])
def test_a_switch_that_there_is_not(sandbox: Sandbox, name: str) -> None:
    """A name that is none is refused, with those that there are."""
    with pytest.raises(ValueError, match="no switch") as caught:
        sandbox.set_switch(name)
    known = ("close.", "webhooks.") if name.startswith(("close", "webhooks")) else ("phone_com",)
    assert any(each.rstrip(".") in str(caught.value) for each in known)


VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@given(st.sampled_from(sorted(SWITCHES)), VALUES)
def test_a_value_is_taken_or_refused_in_words(name: str, value: object) -> None:
    """Whatever JSON has is taken, or refused by a short sentence that says what would be."""
    try:
        check_switches({name: value})
    except ValueError as error:
        told = str(error)
        assert told.startswith(f"the switch {name} takes {SWITCHES[name].name}, not ")
        assert len(told) < 250
