"""The command `smscore`: the group of the commands, and what happens to errors.

The law of this file: a result goes to standard output, everything else to standard error; an
error is one line that says what, where and what to do, and never a traceback for a fault that is
the input's.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from itertools import pairwise
from typing import NoReturn

import click

from smscore._kernel import NAME
from smscore._version import __version__
from smscore.cli.alphabet_command import alphabet_command
from smscore.cli.exits import Exit, exit_of
from smscore.cli.inspect_command import inspect_command
from smscore.cli.octets_commands import decode_command, encode_command
from smscore.cli.options import print_json
from smscore.cli.profiles_command import profiles_command
from smscore.cli.quote_command import quote_command
from smscore.cli.reconcile_command import reconcile_command
from smscore.cli.sandbox_command import sandbox_command
from smscore.cli.send_command import send_command
from smscore.cli.transliterate_command import transliterate_command
from smscore.cli.validate_command import validate_command
from smscore.cli.wording import translate
from smscore.errors import SmsError

_HELP = """Know what a text message will be and cost before it is sent, and send it once.

A TEXT that begins with a dash comes last, after --.

\b
Exit status:
""" + "\n".join(f"{status.value:5}  {status.meaning}" for status in Exit)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, help=_HELP)
@click.version_option(__version__, message=f"smscore {__version__} ({NAME} kernel)")
def smscore() -> None:
    """Hold the commands together."""


for _command in (
    alphabet_command,
    decode_command,
    encode_command,
    inspect_command,
    profiles_command,
    quote_command,
    reconcile_command,
    sandbox_command,
    send_command,
    transliterate_command,
    validate_command,
):
    smscore.add_command(_command)


def run() -> int:
    """Run the command line of this process; return its exit status."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is no reason to fail.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # It is None where a process was started with it closed.
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        click.echo("smscore: standard output is closed: open it, or send it to a file", err=True)
        return Exit.USAGE
    try:
        status = smscore.main(standalone_mode=False)
    except click.ClickException as error:
        _report_json(type(error).__name__, error.format_message())
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("smscore: interrupted; the file in hand was not written", err=True)
        _leave(Exit.INTERRUPTED)
    except SystemExit as leaving:
        # click and rich leave with 1 when whatever read the result has had enough of it.
        if leaving.code == 1:
            return Exit.BROKEN_PIPE
        if leaving.code == Exit.TERMINATED:
            _leave(Exit.TERMINATED)
        raise
    except (SmsError, ValueError, OSError) as error:
        return _report(error)
    return status if isinstance(status, int) else Exit.CLEAN


def _report(error: Exception) -> int:
    """Say what was wrong, as JSON too where JSON was asked for; give the exit status."""
    status = exit_of(error)
    message = translate(str(error))
    if isinstance(error, OSError) and error.strerror:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    _report_json(type(error).__name__, message)
    click.echo(f"smscore: {message}", err=True)
    return status


def _report_json(kind: str, message: str) -> None:
    # Standard output may be what has failed; standard error tells in any case.
    if _wants_json(sys.argv):
        with suppress(OSError):
            print_json({"error": {"type": kind, "message": message}})


def _leave(status: Exit) -> NoReturn:
    """Leave at once, all being cleaned up: a thread that reads ahead would abort a slower exit."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _wants_json(arguments: list[str]) -> bool:
    pairs = pairwise(arguments)
    return "--format=json" in arguments or ("--format", "json") in pairs


def _terminate(_signal: int, _frame: object) -> NoReturn:
    """Leave by an exception, so that what is half written is removed on the way out."""
    sys.exit(Exit.TERMINATED)
