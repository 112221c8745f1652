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

from smscore.coding import BOUNDARIES, Alphabet, NationalLanguage
from smscore.errors import BulkFileError
from smscore.profiles import find_profile

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
    callback=lambda _context, _parameter, value: None if value is None else int(value),
    help="The width of the concatenation reference.  [default: the profile's, or 8]",
)
boundary_option = click.option(
    "--boundary",
    type=click.Choice(BOUNDARIES),
    help="Where a text may be cut.  [default: the profile's, or code_point]",
)
coding_option = click.option(
    "--coding",
    type=click.Choice([alphabet.value for alphabet in Alphabet]),
    help="Force an alphabet.  [default: the cheaper one]",
)
language_option = click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="NAME",
    callback=lambda _context, _parameter, values: _read_languages(values),
    help="A national language whose shift tables may be used, such as tr or turkish; all for "
    "every one. May be given several times.",
)
profile_option = click.option(
    "--profile",
    metavar="NAME",
    callback=lambda _context, _parameter, value: None if value is None else find_profile(value),
    help="How a provider counts: a name such as twilio, or a TOML file.",
)


def read_text(argument: str) -> str:
    """Give the text of an argument; `-` is standard input, less one line break at its end."""
    if argument != STDIN:
        return argument
    # It is None where a process was started with it closed.
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise BulkFileError("standard input", "it is closed: give the text as an argument")
    octets = sys.stdin.buffer.read()
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        stray = f"octet {error.start} is 0x{octets[error.start]:02X}"
        raise BulkFileError("standard input", f"it is not UTF-8: {stray}") from None
    return text.removesuffix("\n").removesuffix("\r")


def refuse_both(coding: object, languages: tuple[NationalLanguage, ...]) -> None:
    """Refuse languages beside a coding, by the names that the command line has for them."""
    if coding is not None and languages:
        raise click.UsageError(
            "--coding and shifts leave nothing to choose: give them, or --language, not both"
        )


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document; only what the terminal can encode is left as it is."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode()
    except UnicodeEncodeError:
        unicode = False
    click.echo(text if unicode else json.dumps(document, indent=2))


def _read_languages(values: tuple[str, ...]) -> tuple[NationalLanguage, ...]:
    try:
        named = tuple(NationalLanguage.find(each) for each in values if each != "all")
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return tuple(NationalLanguage) if "all" in values else named


def _read_day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day such as 2026-12-31") from None
