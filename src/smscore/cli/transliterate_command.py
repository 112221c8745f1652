"""`smscore transliterate`: a text with characters replaced, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from smscore.cli.options import (
    boundary_option,
    format_option,
    language_option,
    print_json,
    profile_option,
    read_text,
    reference_bits_option,
)
from smscore.cli.replacing import NAMES, replace_by_names
from smscore.coding import Boundary, NationalLanguage
from smscore.profiles import Profile
from smscore.transliteration import read_mapping, transliterate


@click.command("transliterate")
@click.argument("text")
@click.option(
    "--by",
    "names",
    multiple=True,
    type=click.Choice(NAMES),
    metavar="NAME",
    help=f"What to replace by: {', '.join(NAMES)}. May be given several times.  "
    "[default: standard]",
)
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file of your own: characters and what replaces them.",
)
@click.option("--always", is_flag=True, help="Replace also where it saves no part.")
@language_option
@profile_option
@reference_bits_option
@boundary_option
@format_option
def transliterate_command(
    text: str,
    names: tuple[str, ...],
    table: Path | None,
    always: bool,  # click gives every option by name
    languages: tuple[NationalLanguage, ...],
    profile: Profile | None,
    reference_bits: int | None,
    boundary: Boundary | None,
    output: str,
) -> None:
    """Print TEXT with characters replaced where that saves a part.

    TEXT may be - for standard input, whose last line break does not count. One that begins with a
    dash comes last, after --. What was replaced is told on standard error, or in JSON.

    \b
    Examples:
      smscore transliterate "“Booked” – see you" --always
      smscore transliterate "Привет, мир" --by russian --always
    """
    text = read_text(text)
    if table is not None:
        if names:
            raise click.UsageError("--table is a table of its own: leave out --by")
        told = transliterate(
            text,
            table=_read_table(table),
            when="always" if always else "saving",
            languages=languages,
            reference_bits=reference_bits,
            boundary=boundary,
            profile=profile,
        )
    else:
        told = replace_by_names(
            text,
            names or ("standard",),
            always=always,
            languages=languages,
            reference_bits=reference_bits,
            boundary=boundary,
            profile=profile,
        )
    if output == "json":
        print_json(told.to_dict())
        return
    click.echo(told.text)
    if sys.stderr.isatty():
        places = len(told.replacements)
        click.echo(f"{places} replaced, {told.parts_saved} parts saved", err=True)


def _read_table(path: Path) -> dict[str, str]:
    try:
        return read_mapping(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as fault:
        raise click.BadParameter(f"{path}: {fault}", param_hint="--table") from None
