"""The options of sending that are no provider's: the guard's limits, and the journal.

The law of this file: a limit that cannot be read is refused by its option's name, before anything
is read, priced or sent.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import time
from pathlib import Path
from typing import Any

import click

from smscore.caps import Cap, as_limit
from smscore.cli.credentials import JOURNAL, find_secret
from smscore.coding import Alphabet
from smscore.decks import RateDeck
from smscore.errors import JournalError
from smscore.guard import Guard
from smscore.money import Money
from smscore.quiet_hours import QuietHours
from smscore.send.journal import Journal
from smscore.send.journal.schema import APPLICATION_ID

_SQLITE = b"SQLite format 3\0"
_HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2})-([0-9]{1,2}:[0-9]{2})")

Command = Callable[..., Any]


def _read_amount(
    _context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    if value is not None:
        try:
            as_limit(value, parameter.opts[0])
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


def _read_hours(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> QuietHours | None:
    if value is None:
        return None
    match = _HOURS.fullmatch(value.strip())
    try:
        if match is None:
            raise ValueError("quiet hours are a start and an end")
        start, end = (time.fromisoformat(each.zfill(5)) for each in match.groups())
        return QuietHours(start, end)
    except ValueError as error:
        raise click.BadParameter(f"{error}: write them as 21:00-08:00") from None


_GUARD_OPTIONS = (
    click.option(
        "--max-total",
        metavar="AMOUNT",
        callback=_read_amount,
        help="The most that the run may cost, such as 50 or '50 EUR'; needed to send.",
    ),
    click.option(
        "--max-price",
        metavar="AMOUNT",
        callback=_read_amount,
        help="The most that one message may cost.",
    ),
    click.option(
        "--max-parts", type=click.IntRange(1, 255), help="The most parts that a message may take."
    ),
    click.option(
        "--per-day",
        metavar="AMOUNT",
        callback=_read_amount,
        help="The most that all messages of the journal may cost in a day, in UTC.",
    ),
    click.option(
        "--country",
        "countries",
        multiple=True,
        metavar="CC",
        help="A country that messages may go to, such as GB, and to no other. May be given several "
        "times.",
    ),
    click.option(
        "--deny-country",
        "denied_countries",
        multiple=True,
        metavar="CC",
        help="A country that no message may go to. May be given several times.",
    ),
    click.option(
        "--alphabet",
        type=click.Choice([each.value for each in Alphabet]),
        help="The only alphabet that a message may be in.",
    ),
    click.option(
        "--quiet-hours",
        metavar="HH:MM-HH:MM",
        callback=_read_hours,
        help="When no message may go out, by the clocks of the number, such as 21:00-08:00.",
    ),
)

journal_option = click.option(
    "--journal",
    "journal_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The journal, which has every message before it leaves; needed to send.",
)
run_option = click.option(
    "--run",
    metavar="NAME",
    help="What belongs together: --max-total is for it, and in it a number gets a text once, "
    "whoever the sender is.  [default: the file's name, or messages]",
)


_FILE_OPTIONS = (
    click.option("--text-column", metavar="NAME", help="The column of texts.  [default: by name]"),
    click.option(
        "--number-column", metavar="NAME", help="The column of numbers.  [default: by name]"
    ),
    click.option(
        "--input-format",
        type=click.Choice(["csv", "jsonl", "parquet"]),
        help="The format of the file.  [default: by name and content]",
    ),
    click.option(
        "--encoding",
        type=click.Choice(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
        help="The encoding of the file.  [default: by content]",
    ),
    click.option(
        "--delimiter",
        type=click.Choice([",", ";", "tab"]),
        callback=lambda _context, _parameter, value: "\t" if value == "tab" else value,
        help="The delimiter of a CSV file.  [default: by the header]",
    ),
)


def file_options(command: Command) -> Command:
    """Add the options of a file of messages to a command."""
    for option in reversed(_FILE_OPTIONS):
        command = option(command)
    return command


def guard_options(command: Command) -> Command:
    """Add the options of a guard to a command."""
    for option in reversed(_GUARD_OPTIONS):
        command = option(command)
    return command


def make_guard(
    deck: RateDeck,
    *,
    max_total: str | None,
    max_price: str | None,
    max_parts: int | None,
    per_day: str | None,
    countries: tuple[str, ...],
    denied_countries: tuple[str, ...],
    alphabet: str | None,
    quiet_hours: QuietHours | None,
) -> Guard:
    """Make the guard that was asked for; UsageError for a limit in another currency."""
    amounts = {"--max-total": max_total, "--max-price": max_price, "--per-day": per_day}
    for name, value in amounts.items():
        limit = None if value is None else as_limit(value, name)
        if isinstance(limit, Money) and limit.currency != deck.currency:
            raise click.UsageError(
                f"{name} is in {limit.currency}, and the rate deck in {deck.currency}"
            )
    return Guard(
        max_total=max_total,
        max_price=max_price,
        max_parts=max_parts,
        caps=() if per_day is None else (Cap("day", money=per_day),),
        countries=countries or None,
        denied_countries=denied_countries,
        alphabets=None if alphabet is None else (alphabet,),
        quiet_hours=quiet_hours,
    )


def _may_be_journal(path: Path) -> bool:
    """Tell whether a file may be a journal; it is not changed."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            return False
    try:
        with closing(sqlite3.connect(path)) as connection:
            [identity] = connection.execute("PRAGMA application_id").fetchone()
            [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        # What is wrong with it is said by whoever opens it as a journal.
        return True
    return identity == APPLICATION_ID or not (identity or tables)


def open_journal(path: Path, *, store_messages: bool = False) -> Journal:
    """Open a journal with the key of the environment or keyring, or the file beside it.

    Raises JournalError, first of all for a file that is none.
    """
    if path.is_file() and path.stat().st_size and not _may_be_journal(path):
        raise JournalError(
            str(path), "it is no journal but a file of something else: name another one"
        )
    return Journal(path, key=find_secret(*JOURNAL), store_messages=store_messages)
