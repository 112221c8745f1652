"""`smscore sandbox`: what it prints, that it serves, and how it ends.

The law of this file: the command runs in a process of its own and is spoken to over a socket.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from click.testing import CliRunner

import smscore.send
from smscore.cli.exits import Exit
from smscore.cli.sandbox_command import sandbox_command

# As the command line runs it, whether or not the group has the command already.
CODE = """
import sys
from smscore.cli import app
from smscore.cli.sandbox_command import sandbox_command
app.smscore.add_command(sandbox_command)
sys.exit(app.run())
"""


PROVIDERS = ("PhoneCom", "VoipCommunications", "Callr", "Close")


@contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CODE, "sandbox", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    """Read one line of the result."""
    assert process.stdout is not None
    return process.stdout.readline()


def end(process: subprocess.Popen[str], by: int) -> tuple[int, str, str]:
    """End the command by a signal; give its status and what it still printed."""
    process.send_signal(by)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def send(addresses: dict[str, dict[str, str]]) -> httpx.Response:
    """Send a message with voip-communications.net."""
    at = addresses["voip_communications"]
    return httpx.post(
        f"{at['base_url']}/sms/send",
        data={"to": "12025550122", "msg": "Doors open at 7"},
        auth=(at["api_key"], at["api_password"]),
    )


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize(
    ("by", "status"), [(signal.SIGINT, Exit.CLEAN), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_json(by: int, status: int) -> None:
    """The first line is one JSON object with the addresses, which answer; nothing follows it."""
    with running("--format", "json") as process:
        addresses = json.loads(read_line(process))
        assert set(addresses) == {"phone_com", "voip_communications", "callr", "close"}
        assert send(addresses).status_code == 200
        assert end(process, by) == (status, "", "")


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_faults_switches_and_seed() -> None:
    """Options reach the sandbox: the seed its credentials, faults and switches its answers."""
    options = ["--format=json", "--seed", "5", "--fault", "script=none,error_after"]
    options += ["--fault", "rate_limit=1", "--switch", "voip_communications.text_codes"]
    options += ["--switch", "voip_communications.retry_header=true"]
    with running(*options) as first:
        addresses = json.loads(read_line(first))
        assert send(addresses).json()["send_log"][0]["code"] == "200"
        assert send(addresses).status_code == 500
        assert "retry-after" in send(addresses).headers
        with running("--format=json", "--seed=5") as second:
            again = json.loads(read_line(second))
        assert again["close"]["api_key"] == addresses["close"]["api_key"]
        assert again["close"]["base_url"] != addresses["close"]["base_url"]


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_text() -> None:
    """The text has every address and credential, and where the ledger is."""
    with running("--show") as process:
        lines: list[str] = []
        while "To end" not in "".join(lines):
            lines.append(read_line(process))
        said = "".join(lines)
        for word in ("phone_com", "access_token", "api_password", "login", "local_phone"):
            assert word in said
        known = {each: getattr(smscore.send, each) for each in smscore.send.__all__}
        for name in PROVIDERS:
            [snippet] = [line for line in lines if f" {name}(" in line]
            made = eval(snippet.split("in Python")[1].strip(), known)  # noqa: S307
            assert made.base_url in said
        assert "  export SMSCORE_CALLR_LOGIN=login-" in said
        [base] = {line.split()[1] for line in lines if "/close/" in line and "  base_url" in line}
        found = httpx.get(f"{base.partition('/close')[0]}/_sandbox/ledger")
        assert found.json() == []
        status, _, err = end(process, signal.SIGINT)
        assert (status, err) == (Exit.CLEAN, "")


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize("show", [True, False])
def test_numbers_and_texts_are_shown_only_if_asked(show: bool) -> None:
    """With --show each delivery is a line on standard error; else nothing is, off a terminal."""
    with running("--format=json", *(["--show"] if show else [])) as process:
        addresses = json.loads(read_line(process))
        send(addresses)
        if show:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.endswith("to +12025550122: Doors open at 7\n")
        assert end(process, signal.SIGINT) == (Exit.CLEAN, "", "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "nonsense"], "no fault is called 'nonsense'"),
        (["--fault", "slow=2"], "between 0 and 1"),
        (["--fault", "=1"], "has no name"),
        (["--switch", "nonsense"], "no switch 'nonsense': its name begins with phone_com"),
        (["--switch", "close.nonsense"], "those of close are redirect_slash, lenient"),
        (["--switch", "phone_com.max_text=long"], 'takes a whole number, 0 or more, not "long"'),
        (["--switch", "phone_com.max_text"], "takes a whole number, 0 or more, not true"),
        (["--switch", "close.lenient=yes"], 'close.lenient takes true or false, not "yes"'),
        (["--switch", "callr.wrong_id=2"], "takes odds, from 0 to 1, not 2"),
        (["--switch", "phone_com.limits=3/0"], "such as 3/0.5, not"),
        (["--switch", "voip_communications.callback_format=xml"], "one of form, json, query"),
        (["--port", "70000"], "70000"),
    ],
)
def test_options_that_cannot_be_used(options: list[str], said: str) -> None:
    """An option that cannot be used is a usage error that names it."""
    done = CliRunner().invoke(sandbox_command, options)
    assert done.exit_code == Exit.USAGE
    assert said in done.stderr


def test_a_port_that_is_taken_is_named() -> None:
    """A port that somebody has is a usage error that names it and how to get a free one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(sandbox_command, ["--port", str(port)])
    assert done.exit_code == Exit.USAGE
    assert f"port {port} is in use" in done.stderr
    assert "--port 0" in done.stderr


def test_help() -> None:
    """The help names every kind of fault, and each option."""
    done = CliRunner().invoke(sandbox_command, ["--help"])
    assert done.exit_code == Exit.CLEAN
    for word in (
        "rate_limit error_before error_after timeout_before timeout_after disconnect cut_body "
        "html slow partial duplicate_webhook reorder_webhook --port --fault --switch --seed"
    ).split():
        assert word in done.stdout, word
