"""`smscore reconcile`: what became of messages in doubt, and what they were really billed at.

The law of this file: nothing is sent here. What the provider says is written into the journal, and
what it does not say stays in doubt.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smscore.cli.accounts import (
    base_url_option,
    find_class,
    open_account,
    option_option,
    provider_option,
)
from smscore.cli.exits import Exit
from smscore.cli.options import format_option, print_json
from smscore.cli.send_options import open_journal
from smscore.send.variances import VarianceKind

if TYPE_CHECKING:
    from smscore.send.reconciliation import Reconciliation


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
    "--grace",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long a message may be on its way before its absence at the provider counts.  "
    "[default: 300]",
)
@click.option("--report-only", is_flag=True, help="Report what the journal has, and ask nobody.")
@base_url_option
@option_option
@format_option
def reconcile_command(
    path: Path,
    name: str,
    run: str | None,
    grace: float | None,
    report_only: bool,  # click gives every option by name
    base_url: str | None,
    said: dict[str, str],
    output: str,
) -> int:
    """Ask the provider what became of messages in doubt, and what they cost; report it.

    The report holds what was quoted against what was billed, and explains each difference. The
    status is 1 if there are any, 4 if the provider could not be asked for all of it, and 5 if the
    fate of a message is still not known. Credentials and the journal's key are where smscore send
    has them.

    \b
    Example:
      smscore reconcile --journal sent.db --provider phone_com
    """
    # Loaded here, so that the other commands do without httpx.
    from smscore.send.reconciliation import GRACE, billing_report, reconcile

    with open_journal(path) as journal:
        if report_only:
            found = billing_report(journal, run, provider=name)
            return _show(found, output, priced=find_class(name).tells_price)
        from smscore.send.client import SmsClient

        account = open_account(name, said, base_url=base_url)
        provider = account.provider
        wait = GRACE if grace is None else timedelta(seconds=grace)
        with SmsClient(provider, journal, run=run) as client:
            found = client.follow(reconcile(provider, journal, client.terms, run=run, grace=wait))
    return _show(found, output, priced=provider.tells_price)


def _show(found: Reconciliation, output: str, *, priced: bool) -> int:
    """Show a report, and tell its status; a price that is never told is no variance of its own."""
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
