"""`smscore send`: messages to a provider, once, after they were priced and let out by a guard.

The law of this file: without --yes nothing is sent and no journal is written; with it, all is
priced before the first message leaves.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from smscore.cli.accounts import base_url_option, open_account, option_option, provider_option
from smscore.cli.braking import Brake
from smscore.cli.campaign import Campaign
from smscore.cli.dispatching import Sending, Watch
from smscore.cli.display import make_console
from smscore.cli.exits import Exit
from smscore.cli.options import (
    STDIN,
    deck_path,
    format_option,
    print_json,
    read_text,
    region_option,
)
from smscore.cli.send_options import (
    file_options,
    guard_options,
    journal_option,
    make_guard,
    open_journal,
    run_option,
)
from smscore.cli.sending_report import SendingReport
from smscore.cli.sources import MessageFile, OneText, Source, check_file, check_text
from smscore.cli.standing import read_standing
from smscore.cli.tallies import Figures
from smscore.decks import RateDeck
from smscore.money import Money
from smscore.quiet_hours import QuietHours
from smscore.send.journal import Journal
from smscore.send.others import find_host
from smscore.send.outcomes import Outcome

if TYPE_CHECKING:
    from smscore.bulk.dialect import Format
    from smscore.cli.dispatching import Progress as Sent


@click.command("send")
@click.argument("what", metavar="TEXT|FILE")
@provider_option
@click.option("--deck", required=True, type=deck_path, help="The rate deck, CSV or JSON.")
@click.option("--to", metavar="NUMBER", help="The recipient of one TEXT; without it, of a FILE.")
@click.option("--yes", is_flag=True, help="Send. Without it, say what would be sent.")
@journal_option
@run_option
@guard_options
@click.option("--sender", metavar="NAME", help="The sender, if not the account's own.")
@region_option
@file_options
@base_url_option
@option_option
@click.option(
    "--again", is_flag=True, help="Try again what the provider rejected before, in this run."
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="How many requests may be under way at once.",
)
@click.option("--no-limits", is_flag=True, help="Keep to none of the provider's rate limits.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.001),
    default=30.0,
    show_default=True,
    help="How many seconds to wait for an answer.",
)
@click.option(
    "--store-messages", is_flag=True, help="Keep texts and numbers in the journal, in plain."
)
@format_option
def send_command(
    what: str,
    name: str,
    deck: Path,
    to: str | None,
    yes: bool,  # click gives every option by name
    journal_path: Path | None,
    run: str | None,
    sender: str | None,
    region: str | None,
    text_column: str | None,
    number_column: str | None,
    input_format: Format | None,
    encoding: str | None,
    delimiter: str | None,
    base_url: str | None,
    said: dict[str, str],
    again: bool,
    concurrency: int,
    no_limits: bool,
    timeout: float,
    store_messages: bool,
    output: str,
    max_total: str | None,
    max_price: str | None,
    max_parts: int | None,
    per_day: str | None,
    countries: tuple[str, ...],
    denied_countries: tuple[str, ...],
    alphabet: str | None,
    quiet_hours: QuietHours | None,
) -> int:
    """Send a TEXT to a number, or each row of a FILE: once, whatever happens.

    Without --yes it is a dry run: it shows what would leave, what it would cost and what the guard
    says, and sends nothing. A TEXT goes with --to, and may be - for standard input. A FILE is CSV,
    TSV, JSON Lines or Parquet. A row with a fault is counted, and stops nothing; a message that
    the journal has, in this run, is not sent again: the same command continues where it stopped.
    Nothing is sent if all that remains would cost more than --max-total. An interruption, such as
    Ctrl-C, stops it after the message in flight; a second one interrupts that too.

    Credentials are never arguments. They are in the environment, as SMSCORE_PHONE_COM_ACCESS_TOKEN
    and SMSCORE_PHONE_COM_ACCOUNT_ID, SMSCORE_VOIP_COMMUNICATIONS_API_KEY and ..._API_PASSWORD,
    SMSCORE_CALLR_LOGIN and ..._PASSWORD or ..._API_KEY, SMSCORE_CLOSE_API_KEY or
    ..._ACCESS_TOKEN; or in a keyring, if the package keyring is installed. The journal's key is
    SMSCORE_JOURNAL_KEY, or in a file beside the journal.

    \b
    Examples:
      smscore send "Doors open at 7" --to +447700900123 --provider phone_com --deck rates.csv
      smscore send campaign.csv --provider phone_com --deck rates.csv --max-total "50 EUR"
        --journal sent.db --yes
    """
    if yes:
        _check_needed(what, to, max_total, journal_path)
    if journal_path is not None and not journal_path.parent.is_dir():
        raise click.UsageError(f"--journal {journal_path}: there is no such folder")
    rates = RateDeck.read(deck)
    guard = make_guard(
        rates,
        max_total=max_total,
        max_price=max_price,
        max_parts=max_parts,
        per_day=per_day,
        countries=countries,
        denied_countries=denied_countries,
        alphabet=alphabet,
        quiet_hours=quiet_hours,
    )
    source: Source
    if to is not None:
        source = OneText(read_text(check_text(what)), to)
    else:
        source = MessageFile(
            check_file(what), region, text_column, number_column, input_format, encoding, delimiter
        )
    campaign = Campaign(
        account=open_account(name, said, base_url=base_url, sending=yes),
        guard=guard,
        deck=rates,
        source=source,
        run=run or source.name,
        sender=sender,
        region=region,
        again=again,
        paced=not no_limits,
    )
    client: dict[str, Any] = {"run": campaign.run, "timeout": timeout, "again": again}
    with ExitStack() as stack:
        journal = None
        if journal_path is not None and (yes or _is_journal(journal_path)):
            journal = stack.enter_context(open_journal(journal_path, store_messages=store_messages))
        report = _send(campaign, journal, journal_path, client, concurrency, yes=yes)
    if output == "json":
        print_json(report.to_dict())
    else:
        for line in report.to_lines():
            click.echo(line)
    return _conclude(report)


def _check_needed(
    what: str, to: str | None, max_total: str | None, journal_path: Path | None
) -> None:
    if max_total is None:
        raise click.UsageError("--yes needs --max-total: the most that the run may cost")
    if journal_path is None:
        raise click.UsageError("--yes needs --journal: every message is in it before it leaves")
    if to is None and what == STDIN:
        raise click.UsageError("--yes needs the name of a file, for it is read twice")


def _is_journal(path: Path) -> bool:
    """Tell whether there is a journal to be read: a dry run makes none."""
    return path.is_file() and path.stat().st_size > 0


def _send(
    campaign: Campaign,
    journal: Journal | None,
    path: Path | None,
    client: dict[str, Any],
    concurrency: int,
    *,
    yes: bool,
) -> SendingReport:
    """Price all of it; then, if that was asked for and may be, send it."""
    with show_pricing() as look:
        plan = campaign.plan(journal, look)
    spent = campaign.find_spent(journal)
    excess = campaign.find_excess(plan, journal)
    day_excess = campaign.find_day_excess(plan)
    brake = Brake()
    sent: Sent | None = None
    if yes and excess is None and day_excess is None and journal is not None:
        # Whatever is told of a message is told below; a record of it would be in its way.
        logging.getLogger("smscore").addHandler(logging.NullHandler())
        # Whoever reconciles with another base URL is told by it.
        journal.note_host(campaign.account.provider.identity, find_host(campaign.account.provider))
        with show_sending(plan.leaving.messages, campaign.deck.currency) as watch, brake:
            sent = Sending(campaign, journal, client, watch, brake).run(concurrency)
    return SendingReport(
        campaign=campaign,
        plan=plan,
        spent=spent,
        excess=excess,
        day_excess=day_excess,
        journal=path,
        progress=sent,
        standing=None
        if journal is None
        else read_standing(journal, campaign.run, campaign.deck.currency, campaign.max_total),
        dry=not yes,
        told_to_stop=brake.status,
    )


def _conclude(report: SendingReport) -> int:
    """Tell the status, and on standard error why nothing was sent or why it stopped."""
    sent = report.progress
    if sent is None:
        if report.refusal is not None:
            words = "would be" if report.dry else "nothing was sent: it would be"
            click.echo(f"smscore: {words} {report.refusal}", err=True)
            return Exit.GUARD_REFUSED
        return report.plan.refused.status
    if sent.failure is not None:
        click.echo(f"smscore: {sent.failure}", err=True)
    elif sent.stopped is not None:
        click.echo(f"smscore: stopped: {sent.stopped}", err=True)
    if report.told_to_stop is not None:
        return report.told_to_stop
    if sent.failure is not None and sent.status is not Exit.OUTCOME_UNKNOWN:
        return Exit.USAGE
    return sent.status


@contextmanager
def show_pricing() -> Iterator[Callable[[Figures], None]]:
    """Give what draws how many messages are priced, if somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    column = TextColumn("pricing: {task.completed:,} messages, {task.fields[requests]:,} requests")
    with Progress(column, console=make_console(error=True), transient=True) as bar:
        task = bar.add_task("", total=None, requests=0)
        yield lambda figures: bar.update(
            task, completed=figures.leaving.messages, requests=figures.requests
        )


@contextmanager
def show_sending(messages: int, currency: str) -> Iterator[Watch]:
    """Give what draws progress on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,} messages"),
        TextColumn("{task.fields[money]}"),
        TextColumn("{task.fields[speed]}"),
        TextColumn("{task.fields[outcomes]}{task.fields[waits]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=make_console(error=True), transient=True) as bar:
        task = bar.add_task("", total=messages, money="", speed="", outcomes="", waits="")

        def draw(sent: Sent) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            bar.update(
                task,
                completed=sent.done,
                money=str(Money(sent.expected, currency)),
                speed=f"{sent.parts / elapsed:,.1f} parts/s" if elapsed else "",
                waits=", waiting for the provider's rate limit" if sent.waits else "",
                outcomes=", ".join(
                    f"{sent.outcomes[each]:,} {each.value}"
                    for each in Outcome
                    if sent.outcomes[each]
                ),
            )

        yield draw
