"""What several commands share.

The law of this file: an option means the same in every command that has it.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from smscore.coding import BOUNDARIES
from smscore.errors import BulkFileError

STDIN = "-"

format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show the result; JSON is one document.",
)
deck_path = click.Path(exists=True, dir_okay=False, path_type=Path)
at_option = click.option(
    "--at",
    metavar="DAY",
    callback=lambda _context, _parameter, value: _read_day(value),
    help="The day whose rates count, as 2026-12-31.  [default: today in UTC]",
)
region_option = click.option(
    "--region",
    metavar="CC",
    help='The country whose national numbers may come without "+", such as GB.',
)
reference_bits_option = click.option(
    "--reference-bits",
    type=click.Choice(["8", "16"]),
    default="8",
    show_default=True,
    help="The width of the concatenation reference.",
)
boundary_option = click.option(
    "--boundary",
    type=click.Choice(BOUNDARIES),
    default="code_point",
    show_default=True,
    help="Where a text may be cut.",
)


def read_text(argument: str) -> str:
    """Give the text of an argument; `-` is standard input, less one line break at its end."""
    if argument != STDIN:
        return argument
    octets = sys.stdin.buffer.read()
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        stray = f"octet {error.start} is 0x{octets[error.start]:02X}"
        raise BulkFileError("standard input", f"it is not UTF-8: {stray}") from None
    return text.removesuffix("\n").removesuffix("\r")


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document; only what the terminal can encode is left as it is."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode()
    except UnicodeEncodeError:
        unicode = False
    click.echo(text if unicode else json.dumps(document, indent=2))


def _read_day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day such as 2026-12-31") from None
