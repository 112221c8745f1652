"""`smscore alphabet`: any table of the alphabets, as the standard lays it out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import click

from smscore._tables import ESCAPE, LOCKING, SINGLE, UNASSIGNED
from smscore.cli.options import format_option, print_json
from smscore.coding import NationalLanguage

_NAMES = {"\n": "LF", "\r": "CR", "\f": "FF", " ": "SP"}
_COLUMNS = range(8)
_ROWS = range(16)
_CIRCLE = "\u25cc"


@click.command("alphabet")
@click.argument("language", required=False)
@format_option
def alphabet_command(language: str | None, output: str) -> None:
    """Print the tables of a LANGUAGE, or the default alphabet and its extension table.

    LANGUAGE is a national language of 3GPP TS 23.038, by its name, its ISO 639-1 code or its
    identifier. Columns are the upper three bits of a septet, rows the lower four.

    \b
    Example:
      smscore alphabet turkish
    """
    chosen = None
    if language is not None:
        try:
            chosen = NationalLanguage.find(language)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="LANGUAGE") from None
    if output == "json":
        print_json(_to_dict(chosen))
        return
    for line in _lay_out(chosen):
        click.echo(line)


def _to_dict(language: NationalLanguage | None) -> dict[str, object]:
    identifier = language or 0
    tables = {"locking": LOCKING.get(identifier), "single": SINGLE[identifier]}
    return {
        "language": None if language is None else language.name.lower(),
        "identifier": int(identifier),
        **{
            kind: None
            if table is None
            else {
                f"0x{septet:02X}": f"U+{ord(character):04X}"
                for septet, character in enumerate(table)
                if character != UNASSIGNED
            }
            for kind, table in tables.items()
        },
    }


def _lay_out(language: NationalLanguage | None) -> Iterator[str]:
    if language is None:
        yield "GSM 7 bit default alphabet (TS 23.038, 6.2.1)"
        yield from _lay_out_table(LOCKING[0])
        yield ""
        yield "Extension table: the escape, then the septet (TS 23.038, 6.2.1.1)"
        yield from _lay_out_table(SINGLE[0])
        return
    name = language.name.capitalize()
    if language.has_locking:
        yield f"{name}: locking shift table (TS 23.038, A.3.{language:d})"
        yield from _lay_out_table(LOCKING[language])
    else:
        yield f"{name} has no locking shift table: the default alphabet stays (TS 23.038, A.3)"
    yield ""
    yield f"{name}: single shift table: the escape, then the septet (TS 23.038, A.2.{language:d})"
    yield from _lay_out_table(SINGLE[language])


def _lay_out_table(table: str) -> Iterator[str]:
    yield "      " + "".join(f"0x{column:X}_ " for column in _COLUMNS).rstrip()
    for row in _ROWS:
        cells = [_show(table, column << 4 | row) for column in _COLUMNS]
        yield (f"0x_{row:X}  " + "".join(cells)).rstrip()


def _show(table: str, septet: int) -> str:
    """Show a cell in five columns of the terminal."""
    character = table[septet]
    if septet == ESCAPE:
        return " ESC "
    if character == UNASSIGNED:
        return "     "
    shown = _NAMES.get(character, character)
    if len(shown) > 1:
        return f" {shown:<4}"
    # A mark takes no column of its own: it is shown on a circle that takes one.
    return f"  {_CIRCLE if unicodedata.category(character).startswith('M') else ''}{shown}  "
