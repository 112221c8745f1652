"""`smscore sandbox`: the four providers on this machine, until it is interrupted.

The law of this file: the addresses are the first line of the result, printed when they answer.
Numbers and texts are shown only where that was asked for.
"""

from __future__ import annotations

import errno
import json
import shlex
import sys
import time
from typing import TYPE_CHECKING

import click

from smscore.cli.credentials import NEEDED, name_variable
from smscore.cli.exits import Exit
from smscore.cli.options import format_option

if TYPE_CHECKING:
    from smscore.send.sandbox.web import Delivery

_LOOK_SECONDS = 0.2
_HINTS = {
    "phone_com": (
        'PhoneCom(access_token="{access_token}", account_id="{account_id}", '
        'sender="{from}", base_url="{base_url}")'
    ),
    "voip_communications": (
        'VoipCommunications(api_key="{api_key}", api_password="{api_password}", '
        'mode="two_way", sender="{from}", base_url="{base_url}")'
    ),
    "callr": 'Callr(login="{login}", password="{password}", base_url="{base_url}")',
    "close": 'Close(api_key="{api_key}", local_phone="{local_phone}", base_url="{base_url}")',
}


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port of 127.0.0.1; 0 takes a free one.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What chance begins with.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND[=ODDS]",
    callback=lambda _context, _parameter, values: _read_pairs(values, 1),
    help="A fault and how often it happens, from 0 to 1, such as timeout_after=0.1; or a setting "
    "such as hold_seconds=5, on=all or script=rate_limit,none,error_after. May be given several "
    "times.",
)
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME[=VALUE]",
    callback=lambda _context, _parameter, values: _read_pairs(values, True),
    help="A documented alternative, such as phone_com.limits or voip_communications.page_size=5. "
    "May be given several times.",
)
@click.option("--show", is_flag=True, help="Show the number and text of each message delivered.")
@format_option
def sandbox_command(
    port: int,
    seed: int,
    faults: dict[str, object],
    switches: dict[str, object],
    show: bool,
    output: str,
) -> int:
    """Serve stand-ins for the four providers, for tests and trials.

    Nothing leaves this machine and no message goes out. It serves until it is interrupted. What
    handsets would have received is at /_sandbox/ledger.

    \b
    Faults:
      rate_limit, error_before, timeout_before, html_before     not processed
      error_after, timeout_after, disconnect, cut_body,
      html_after, slow                                          processed
      html (half before, half after), partial, duplicate_webhook, reorder_webhook

    \b
    Example:
      smscore sandbox --port 8025 --fault timeout_after=0.05 --fault rate_limit=0.02
    """
    from smscore.send.sandbox.server import Sandbox  # only this command needs the servers

    try:
        sandbox = Sandbox(port=port, seed=seed, faults=_split(faults), switches=switches)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        with sandbox:
            if output == "json":
                click.echo(json.dumps(sandbox.addresses()))
            else:
                _print_addresses(sandbox.url, sandbox.addresses())
            told = 0
            while True:
                time.sleep(_LOOK_SECONDS)
                if show or sys.stderr.isatty():
                    ledger = sandbox.ledger
                    for delivery in ledger[told:]:
                        click.echo(_describe(delivery, show=show), err=True)
                    told = len(ledger)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.UsageError(
            f"port {port} is in use already: --port 0 takes a free one"
        ) from None
    except KeyboardInterrupt:
        # It is how a sandbox is meant to end.
        return Exit.CLEAN


def _read_pairs(values: tuple[str, ...], default: object) -> dict[str, object]:
    """Read NAME or NAME=VALUE; a value is JSON if it can be, and text if not."""
    pairs: dict[str, object] = {}
    for each in values:
        name, equals, said = each.partition("=")
        if not name:
            raise click.BadParameter(f"{each!r} has no name")
        try:
            pairs[name] = json.loads(said) if equals else default
        except ValueError:
            pairs[name] = said
    return pairs


def _split(faults: dict[str, object]) -> dict[str, object]:
    """Make lists of the settings that are lists, none of a request without a fault."""
    for name in {"script", "providers"} & set(faults):
        faults[name] = [None if each == "none" else each for each in str(faults[name]).split(",")]
    return faults


def _print_addresses(url: str, addresses: dict[str, dict[str, str]]) -> None:
    for provider, values in addresses.items():
        click.echo(provider)
        for name, value in values.items():
            click.echo(f"  {name:<13} {value}")
        for name in [each for names in NEEDED[provider] for each in names if each in values]:
            click.echo(f"  export {name_variable(provider, name)}={shlex.quote(values[name])}")
        click.echo(f"  {'in Python':<13} {_HINTS[provider].format_map(values)}")
        click.echo()
    click.echo(f"{'What was delivered':<22} {url}/_sandbox/ledger")
    click.echo(f"{'Other faults':<22} POST {url}/_sandbox/faults")
    click.echo(f"{'To end':<22} interrupt it, with Ctrl-C")


def _describe(delivery: Delivery, *, show: bool) -> str:
    line = f"{delivery.at:%H:%M:%S} {delivery.provider} {delivery.message_id}"
    return f"{line} to {delivery.number}: {delivery.text}" if show else line
