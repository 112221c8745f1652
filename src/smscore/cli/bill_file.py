"""The bill of each message, in a file of its own.

The law of this file: the file is there whole or not at all, and takes the place of no journal.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from smscore.cli.options import STDIN
from smscore.errors import BulkFileError
from smscore.send.billing import Reconciliation
from smscore.send.bills import write_bills
from smscore.send.journal import Journal
from smscore.send.journal.store import KEY_SUFFIX


def check_bill_file(out: Path | None, journal: Path) -> None:
    """Refuse a place where no bills can go, before anybody is asked; UsageError."""
    if out is None:
        return
    if str(out) == STDIN:
        raise click.UsageError("--output: the rows are written to a file: give its name")
    if not out.parent.is_dir():
        raise click.UsageError(f"--output {out}: there is no such folder")
    if out.resolve() in {journal.resolve(), Path(f"{journal}{KEY_SUFFIX}").resolve()}:
        raise click.UsageError(f"--output {out}: that is the journal's own: name another file")


def write_bill_file(out: Path, journal: Journal, found: Reconciliation) -> None:
    """Write a row for each message of a report as CSV; BulkFileError if it cannot be written."""
    # Of a name of its own, for another command may be writing the same file.
    partial = out.with_name(f".smscore-{secrets.token_hex(8)}.partial")
    try:
        with partial.open("x", encoding="utf-8", newline="") as file:
            write_bills(file, journal, found)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(out)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BulkFileError(str(out), f"it cannot be written: {reason}") from None
    finally:
        partial.unlink(missing_ok=True)
