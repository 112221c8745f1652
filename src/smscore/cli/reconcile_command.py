"""`smscore reconcile`: what became of messages in doubt, and what they were really billed at.

The law of this file: nothing is sent here. What the provider says is written into the journal, and
what it does not say stays in doubt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from rich.progress import Progress, TextColumn

from smscore.cli.accounts import (
    base_url_option,
    find_class,
    open_account,
    option_option,
    provider_option,
)
from smscore.cli.bill_file import check_bill_file, write_bill_file
from smscore.cli.display import make_console
from smscore.cli.exits import Exit
from smscore.cli.options import format_option, print_json
from smscore.cli.send_options import open_journal
from smscore.cli.wording import name_failure, translate
from smscore.send.journal import Journal, State
from smscore.send.steps import Flow
from smscore.send.variances import VarianceKind
from smscore.send.wire import Wait, WireRequest

if TYPE_CHECKING:
    from smscore.send.reconciliation import Reconciliation

T = TypeVar("T")

_NAMED = 20


def _read_moment(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> datetime | None:
    """Read a day, which begins at midnight in UTC, or a moment with a zone."""
    if value is None:
        return None
    try:
        if len(value) == len("2026-11-01"):
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise click.BadParameter(
            f"{value!r} is neither a day such as 2026-11-01 nor a time with a zone such as "
            "2026-11-01T12:00+01:00"
        )
    return moment


@click.command("reconcile")
@click.option(
    "--journal",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The journal of what was sent.",
)
@provider_option
@click.option("--run", metavar="NAME", help="The one run to reconcile.  [default: all of them]")
@click.option(
    "--since",
    metavar="TIME",
    callback=_read_moment,
    help="Messages put in flight from then on, as 2026-11-01 (in UTC) or 2026-11-01T00:00+01:00. "
    "What the provider has of that time and the journal has not is looked for too.",
)
@click.option(
    "--until",
    metavar="TIME",
    callback=_read_moment,
    help="Messages put in flight before then: for a whole November, --since 2026-11-01 --until "
    "2026-12-01.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long a message may be on its way before its absence at the provider counts.  "
    "[default: 300]",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write a row for each message as CSV: quoted, billed, and the difference.",
)
@click.option("--report-only", is_flag=True, help="Report what the journal has, and ask nobody.")
@base_url_option
@option_option
@format_option
def reconcile_command(
    path: Path,
    name: str,
    run: str | None,
    since: datetime | None,
    until: datetime | None,
    grace: float | None,
    out: Path | None,
    report_only: bool,  # click gives every option by name
    base_url: str | None,
    said: dict[str, str],
    output: str,
) -> int:
    """Ask the provider what became of messages in doubt, and what they cost; report it.

    The report holds what was quoted against what was billed, and explains each difference. The
    status is 1 if there are any, 4 if the provider could not be asked for all of it, or nobody was
    because another account or base URL had sent the messages, and 5 if the fate of a message is
    still not known. Credentials and the journal's key are where smscore send has them.

    \b
    Example:
      smscore reconcile --journal sent.db --provider phone_com
    """
    # Loaded here, so that the other commands do without httpx.
    from smscore.send.reconciliation import GRACE, billing_report, reconcile

    if since is not None and until is not None and until <= since:
        raise click.UsageError("--until is to be later than --since, and is not part of the time")
    check_bill_file(out, path)
    with open_journal(path) as journal:
        _check_named(journal, name, run)
        if report_only:
            found = billing_report(journal, run, provider=name, since=since, until=until)
            return _show(found, output, journal, out, priced=find_class(name).tells_price)
        from smscore.send.client import SmsClient

        account = open_account(name, said, base_url=base_url, asking=True)
        provider = account.provider
        wait = GRACE if grace is None else timedelta(seconds=grace)
        try:
            with (
                SmsClient(provider, journal, run=run) as client,
                show_asking(journal, name, run) as tell,
            ):
                flow = reconcile(
                    provider,
                    journal,
                    client.terms,
                    run=run,
                    since=since,
                    until=until,
                    grace=wait,
                )
                found = client.follow(watch_flow(flow, tell))
        except KeyboardInterrupt:
            click.echo(
                "smscore: interrupted: the journal has what was learnt by then; the same command "
                "asks for the rest",
                err=True,
            )
            return Exit.INTERRUPTED
        url = str(getattr(provider, "base_url", ""))
        found = replace(
            found, faults=tuple(name_failure(translate(each), url) for each in found.faults)
        )
        return _show(found, output, journal, out, priced=provider.tells_price)


def _check_named(journal: Journal, provider: str, run: str | None) -> None:
    """Refuse a provider or a run that the journal knows nothing of, and name those that it has."""
    if next(journal.entries(provider=provider, run=run), None) is not None:
        return
    known = {(each.provider, each.run) for each in journal.entries()}
    if not known:
        raise click.UsageError("the journal has no messages, so that there is nothing to reconcile")
    providers = sorted({each for each, _ in known})
    if provider not in providers:
        raise click.UsageError(
            f"the journal has no messages of {provider}: it has those of {', '.join(providers)}"
        )
    runs = sorted({each for owner, each in known if owner == provider})
    more = f" and {len(runs) - _NAMED} more" if len(runs) > _NAMED else ""
    raise click.UsageError(
        f"the journal has no run {run!r} of {provider}: it has {', '.join(runs[:_NAMED])}{more}"
    )


def watch_flow(flow: Flow[T], tell: Callable[[int, bool], None]) -> Flow[T]:
    """Give a flow that does the same, and tells how often it has asked and whether it waits."""
    asked, answer, error = 0, None, None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as done:
            value: T = done.value
            return value
        asked += isinstance(step, WireRequest)
        tell(asked, isinstance(step, Wait))
        answer = error = None
        try:
            answer = yield step
        except BaseException as caught:  # noqa: BLE001  # the flow decides what it means
            error = caught


@contextmanager
def show_asking(
    journal: Journal, provider: str, run: str | None
) -> Iterator[Callable[[int, bool], None]]:
    """Give what draws how often the provider was asked, if somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _asked, _waits: None
        return
    states = (State.ACCEPTED, State.UNKNOWN, State.IN_FLIGHT)
    count = sum(1 for _ in journal.entries(provider=provider, run=run, states=states))
    column = TextColumn(
        "asked {task.completed:,} times about {task.total:,} messages{task.fields[waits]}"
    )
    with Progress(column, console=make_console(error=True), transient=True) as bar:
        task = bar.add_task("", total=count, waits="")
        yield lambda asked, waits: bar.update(
            task, completed=asked, waits=", waiting before it asks again" if waits else ""
        )


def _show(
    found: Reconciliation, output: str, journal: Journal, out: Path | None, *, priced: bool
) -> int:
    """Show a report, and tell its status; a price that is never told is no variance of its own."""
    if out is not None:
        write_bill_file(out, journal, found)
    if output == "json":
        print_json(found.to_dict())
    else:
        click.echo(found.to_text(), nl=False)
    if found.unresolved:
        return Exit.OUTCOME_UNKNOWN
    if found.faults:
        return Exit.PROVIDER_REFUSED
    told = [each for each in found.variances if priced or each.kind is not VarianceKind.UNPRICED]
    return Exit.PROBLEMS_FOUND if told else Exit.CLEAN
