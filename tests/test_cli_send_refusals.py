"""What `smscore send` refuses, and with which status: usage, credentials, the guard, the provider.

The law of this file: whatever is refused has sent nothing, and no refusal shows what is private.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cli_sending import Desk, address, read, wait_until, write_campaign, write_deck

from smscore.send.sandbox.server import Sandbox

pytest.importorskip("pyarrow")

TOKEN = "SMSCORE_PHONE_COM_ACCESS_TOKEN"  # noqa: S105  # the name of its variable
LONDON, PARIS, AUCKLAND = "+442079460001", "+33140000001", "+6493000001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give commands a sandbox to send to."""
    with Sandbox(providers=["phone_com"]) as sandbox:
        yield Desk(sandbox, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--yes", "--journal", "j.db"), "--yes needs --max-total"),
        (("--yes", "--max-total", "1"), "--yes needs --journal"),
        (("--max-total", "-1"), '"50" or "50 EUR"'),
        (("--max-total", "1e3"), '"50" or "50 EUR"'),
        (("--max-total", "1 USD"), "--max-total is in USD, and the rate deck in EUR"),
        (("--per-day", "1 GBP"), "--per-day is in GBP, and the rate deck in EUR"),
        (("--quiet-hours", "21-8"), "write them as 21:00-08:00"),
        (("--quiet-hours", "21:00-21:00"), "write them as 21:00-08:00"),
        (("--country", "XX"), "'XX' is not an ISO 3166-1 country"),
        (("--option", "nope=1"), "phone_com has no such option: it has allow_bulk,"),
        (("--option", "allow_bulk=perhaps"), "--option allow_bulk: it is true or false"),
        (("--option", "max_characters=x"), "--option max_characters: it is a whole number"),
        (("--option", "send_at=soon"), "--option send_at: it is a time such as"),
        (("--option", "sender=+12025550180"), "--sender is for that"),
        (("--option", "listeners=1"), "phone_com has no such option"),
        (("--option", "secret"), "a name, = and a value"),
        (("--base-url", "http://example.org"), "a base URL is https"),
        (("--provider", "nobody"), "'nobody' is not one of"),
        (("--concurrency", "0"), "is not in the range"),
        (("--deck", "absent.csv"), "absent.csv' does not exist"),
    ],
)
def test_what_cannot_be_used_is_status_2(
    desk: Desk, arguments: tuple[str, ...], message: str
) -> None:
    """A wrong option is one line and status 2, and nothing is sent or written."""
    done = desk.try_out("Hello", "--to", address(1), *arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert desk.sandbox.ledger == []
    assert [path.name for path in desk.folder.iterdir()] == ["rates.csv"]


@pytest.mark.parametrize("name", ["spring.csv", "absent.CSV", "a.tsv", "b.jsonl", "c.parquet"])
def test_the_name_of_a_file_is_no_text(desk: Desk, name: str) -> None:
    """With `--to`, what is a file or is called like one is refused; standard input may say it."""
    write_campaign(desk.folder, 2)
    done = desk.send(name, "--to", address(1))
    assert done.returncode == 2
    assert b"leave out --to" in done.stderr
    assert b"standard input, with -" in done.stderr
    assert desk.sandbox.ledger == []
    assert desk.send("-", "--to", address(1), stdin=name.encode()).returncode == 0
    assert [each.text for each in desk.sandbox.ledger] == [name]


def test_a_text_needs_a_number(desk: Desk) -> None:
    """Without `--to`, what is no file is a usage error that says so and does not repeat it."""
    done = desk.try_out("Hello there")
    assert done.returncode == 2
    assert b"a TEXT needs --to NUMBER" in done.stderr
    assert b"there\n" not in done.stderr
    assert b"absent.csv: there is no such file" in desk.try_out("absent.csv").stderr
    assert b"a TEXT needs --to" in desk.try_out("x" * 5000).stderr


def test_a_file_without_numbers_is_no_reason_to_name_one(desk: Desk) -> None:
    """A file without a column of numbers is refused without the advice to give one number."""
    path = desk.folder / "texts.csv"
    path.write_text("text\nHello\n", encoding="utf-8")
    done = desk.try_out(str(path))
    assert done.returncode == 2
    assert b"--number-column" in done.stderr
    assert b"--to" not in done.stderr


@pytest.mark.parametrize("name", ["access_token", "account_id"])
def test_a_credential_is_no_argument(desk: Desk, name: str) -> None:
    """A credential given as an option is refused, and not shown again."""
    done = desk.try_out("Hello", "--to", address(1), "--option", f"{name}=hunter2hunter2")
    assert done.returncode == 2
    assert f"--option {name} is a credential" in done.stderr.decode()
    desk.check_nothing_told("hunter2hunter2")


def test_a_missing_credential_is_named(desk: Desk) -> None:
    """Sending without credentials is a usage error that names the variables that are missing."""
    done = desk.send("Hello", "--to", address(1), variables={TOKEN: None})
    assert done.returncode == 2
    assert b"set SMSCORE_PHONE_COM_ACCESS_TOKEN in the environment" in done.stderr
    assert b"ACCOUNT_ID" not in done.stderr
    assert not desk.journal.exists()


def test_a_malformed_credential_is_named_and_not_shown(desk: Desk) -> None:
    """A credential that no header can carry is told by the name of its variable."""
    done = desk.send("Hello", "--to", address(1), variables={TOKEN: "secret\nline"})
    assert done.returncode == 2
    assert b"SMSCORE_PHONE_COM_ACCESS_TOKEN: " in done.stderr
    desk.check_nothing_told("secret")


def test_credentials_come_from_a_keyring_too(desk: Desk) -> None:
    """If the package keyring is there, it is asked for what the environment has not."""
    stored = {f"phone_com.{name}": desk.address[name] for name in ("access_token", "account_id")}
    module = desk.folder / "packages" / "keyring.py"
    module.parent.mkdir()
    module.write_text(
        f"def get_password(service, name):\n    return {stored!r}.get(name) "
        "if service == 'smscore' else None\n",
        encoding="utf-8",
    )
    variables = {**dict.fromkeys(desk.credentials), "PYTHONPATH": str(module.parent)}
    done = desk.send("Hello", "--to", address(1), variables=variables)
    assert done.returncode == 0
    assert len(desk.sandbox.ledger) == 1
    desk.check_nothing_told()


def test_nothing_is_sent_if_all_would_cost_too_much(desk: Desk, tmp_path: Path) -> None:
    """A file that would cost more than the run may is status 3, by how much, and none of it goes.

    What the run has spent counts once, and what was sent is not priced again.
    """
    path = write_campaign(tmp_path, 3)
    done = desk.send(str(path), max_total="0.11")
    assert done.returncode == 3
    assert b"0.01 EUR over --max-total" in done.stderr
    assert desk.sandbox.ledger == []
    assert desk.send(str(path), max_total="0.12 EUR").returncode == 0
    write_campaign(tmp_path, 4)
    document = read(desk.send(str(path), "--format", "json", max_total="0.12"))
    assert document["plan"]["over_max_total"] == "0.04 EUR"
    assert (document["plan"]["spent"], document["sending"]) == ("0.12", None)
    assert len(desk.sandbox.ledger) == 3
    assert desk.send(str(path), max_total="0.16").returncode == 0
    assert desk.delivered() == {address(each): 1 for each in range(4)}


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (("--country", "FR"), "countries"),
        (("--deny-country", "GB"), "denied_countries"),
        (("--max-price", "0.04"), "max_price"),
        (("--alphabet", "gsm7"), "alphabets"),
        (("--max-parts", "1"), "max_parts"),
    ],
)
def test_the_guard_refuses_a_row_and_not_the_others(
    desk: Desk, arguments: tuple[str, str], limit: str
) -> None:
    """A row that the guard refuses is counted with its limit and is status 3; the rest goes."""
    path = desk.folder / "two.csv"
    path.write_text(f"to,text\n{LONDON},{'я' * 71}\n{PARIS},Hello\n", encoding="utf-8")
    write_deck(desk.folder, "country,price,currency\nGB,0.04,EUR\nFR,0.04,EUR\n")
    done = desk.send(str(path), "--format", "json", *arguments)
    refused = read(done)["sending"]["refused"]
    assert done.returncode == 3
    assert {name: each["first_rows"] for name, each in refused.items()} == {f"guard: {limit}": [1]}
    assert desk.delivered() == {PARIS: 1}


def test_quiet_hours_are_the_numbers_own(desk: Desk) -> None:
    """Where it is a quiet hour, or where nobody knows the hour, a number gets nothing."""
    write_deck(desk.folder, "price,currency\n0.04,EUR\n")
    path = desk.folder / "three.csv"
    lines = (f"{each},Hello\n" for each in (LONDON, address(1), AUCKLAND))
    path.write_text("to,text\n" + "".join(lines), encoding="utf-8")
    clock = datetime.now(ZoneInfo("Europe/London"))
    start, end = (f"{clock + timedelta(hours=each):%H:%M}" for each in (-2, 2))
    done = desk.send(str(path), "--quiet-hours", f"{start}-{end}", "--format", "json")
    assert done.returncode == 3
    assert read(done)["sending"]["refused"]["guard: quiet hours"]["first_rows"] == [1, 2]
    assert desk.delivered() == {AUCKLAND: 1}


def test_nothing_is_sent_if_the_day_is_too_short(desk: Desk, tmp_path: Path) -> None:
    """Where a day's cap has no room for all of it, none goes: status 3, and how much would fit.

    What the journal has of today counts, and a dry run says the same.
    """
    path = write_campaign(tmp_path, 5)
    done = desk.send(str(path), "--per-day", "0.08")
    assert done.returncode == 3
    assert b"0.12 EUR over --per-day: 2 of 5 messages go into the 0.08 EUR" in done.stderr
    assert b"after midnight UTC" in done.stderr
    assert b"the same command continues" not in done.stdout
    assert desk.sandbox.ledger == []
    assert desk.send("Hello", "--to", address(9)).returncode == 0
    named = ("--journal", str(desk.journal), "--per-day", "0.20")
    done = desk.try_out(str(path), *named)
    assert done.returncode == 3
    assert b"4 of 5 messages go into the 0.16 EUR" in done.stdout
    assert b"lets all of them out" not in done.stdout
    plan = read(desk.try_out(str(path), *named, "--format", "json"))["plan"]
    assert (plan["over_per_day"], plan["fitting_today"]) == ("0.04 EUR", 4)
    assert desk.send(str(path), "--per-day", "0.24").returncode == 0
    assert len(desk.sandbox.ledger) == 6


def test_a_cap_of_the_day_that_is_full_meanwhile_stops_the_run(desk: Desk, tmp_path: Path) -> None:
    """Where another process fills the day, the run stops with status 3 until the day after."""
    path, other = write_campaign(tmp_path, 6), tmp_path / "other.csv"
    lines = (f"{address(each)},Closed\n" for each in range(3))
    other.write_text("to,text\n" + "".join(lines), encoding="utf-8")
    desk.sandbox.set_faults(slow=1.0, slow_seconds=1.0)
    process = desk.start(str(path), "--per-day", "0.24")
    wait_until(lambda: len(desk.sandbox.ledger) > 0)
    assert desk.send(str(other), "--concurrency", "3").returncode == 0
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors.decode()
    assert b"continue after midnight UTC" in output
    assert b"the same command continues" not in output
    sent = len(desk.sandbox.ledger) - 3
    assert f"Not reached {6 - sent - 1} row".encode() in output
    desk.sandbox.set_faults()
    assert desk.send(str(path)).returncode == 0
    assert len(desk.sandbox.ledger) == 9


def test_the_same_refusal_again_and_again_stops_the_run(desk: Desk, tmp_path: Path) -> None:
    """After five refusals that are alike the next row stays, and what to look at is named."""
    path = write_campaign(tmp_path, 8)
    desk.sandbox.set_switch("phone_com.max_text", 5)
    done = desk.send(str(path), "--format", "json")
    sent = read(done)["sending"]
    assert done.returncode == 4
    assert (sent["outcomes"]["rejected"], sent["rows_not_reached"]) == (5, 3)
    for word in ("--base-url", "credentials", "--sender", "--again"):
        assert word in sent["stopped"]
    desk.sandbox.set_switch("phone_com.max_text", 0)
    assert desk.send(str(path), "--again").returncode == 0
    assert desk.delivered() == {address(each): 1 for each in range(8)}


def test_a_dry_run_looks_at_the_folder_of_the_journal(desk: Desk) -> None:
    """A journal in no folder is refused by a dry run as it would be with --yes."""
    done = desk.try_out("Hello", "--to", address(1), "--journal", "absent/sent.db")
    assert done.returncode == 2
    assert b"there is no such folder" in done.stderr


def test_what_is_missing_to_send_is_named_alone(desk: Desk) -> None:
    """A dry run names of the options that --yes needs those that were not given."""
    done = desk.try_out("Hello", "--to", address(1), "--max-total", "1")
    assert b"--yes sends them; it needs --journal\n" in done.stdout
    done = desk.try_out("Hello", "--to", address(1), "--max-total", "1", "--journal", "j.db")
    assert b"--yes sends them\n" in done.stdout
    done = desk.try_out("Hello", "--to", "+12025550123", "--max-total", "1")
    assert b"lets all of them out" not in done.stdout


def test_refused_credentials_stop_the_run(desk: Desk, tmp_path: Path) -> None:
    """Where the provider does not know the credentials, one request is made and no other."""
    path = write_campaign(tmp_path, 5)
    done = desk.send(str(path), variables={TOKEN: "not-the-token"})
    assert done.returncode == 4
    assert b"stopped: the credentials were refused" in done.stderr
    assert sum(desk.sandbox.requests["phone_com"].values()) == 1
    assert desk.send(str(path), "--again").returncode == 0
    assert len(desk.sandbox.ledger) == 5
    desk.check_nothing_told("not-the-token")


def test_what_the_provider_rejects_is_status_4(desk: Desk, tmp_path: Path) -> None:
    """A rejected row is told with its reason, and is tried again only with `--again`."""
    path = write_campaign(tmp_path, 2)
    desk.sandbox.set_switch("phone_com.max_text", 5)
    done = desk.send(str(path), "--format", "json")
    assert done.returncode == 4
    assert read(done)["sending"]["outcomes"]["rejected"] == 2
    desk.sandbox.set_switch("phone_com.max_text", 0)
    assert desk.send(str(path)).returncode == 4
    assert desk.sandbox.ledger == []
    assert desk.send(str(path), "--again").returncode == 0
    assert len(desk.sandbox.ledger) == 2
    desk.check_nothing_told()


def test_an_error_is_json_where_json_is_asked_for(desk: Desk) -> None:
    """What ends a command before it has begun is one JSON document too."""
    done = desk.try_out("Hello", "--to", "12345", "--format", "json")
    assert (done.returncode, read(done)["error"]["type"]) == (1, "InvalidNumber")
    done = desk.send("Hello", "--to", address(1), "--format", "json", "--run", "r", "--option", "x")
    assert (done.returncode, read(done)["error"]["type"]) == (2, "UsageError")


def test_a_file_that_is_no_journal_is_left_alone(desk: Desk) -> None:
    """A file of something else is no journal, with status 2, and stays what it was."""
    desk.journal.write_bytes(b"notes" * 200)
    done = desk.send("Hello", "--to", address(1))
    assert done.returncode == 2
    assert b"journal " in done.stderr
    assert desk.journal.read_bytes() == b"notes" * 200
    assert desk.sandbox.ledger == []


def test_the_product_is_said_by_an_option(tmp_path: Path) -> None:
    """An option of the provider's decides what is sent; without one that is needed, nothing is."""
    with Sandbox(providers=["voip_communications"]) as sandbox:
        desk = Desk(sandbox, tmp_path, "voip_communications")
        done = desk.try_out("Hello", "--to", address(1))
        assert done.returncode == 2
        assert b"say which product is meant" in done.stderr
        options = ("--option", "mode=two_way", "--option", "currency=EUR", "--format", "json")
        done = desk.send("Hello", "--to", address(1), *options)
        assert done.returncode == 0
        assert read(done)["sending"]["reported"]["EUR"] == read(done)["receipt"]["price"]
        assert len(sandbox.ledger) == 1
        desk.check_nothing_told()
