"""`smscore inspect`: one text, its parts in colour, and what makes it dear."""

from __future__ import annotations

from collections.abc import Iterator

import click

from smscore.cli.display import make_console
from smscore.cli.exits import Exit, exit_of
from smscore.cli.options import (
    boundary_option,
    coding_option,
    format_option,
    language_option,
    print_json,
    profile_option,
    read_text,
    reference_bits_option,
    refuse_both,
)
from smscore.cli.replacing import CLASSES, NAMES, replace_by_names
from smscore.coding import Alphabet, Boundary, NationalLanguage
from smscore.inspection import inspect
from smscore.profiles import Profile
from smscore.rendering import list_indexes, show_text
from smscore.romanisation import SCHEMES
from smscore.transliteration import Transliteration


@click.command("inspect")
@click.argument("text")
@coding_option
@language_option
@profile_option
@click.option(
    "--transliterate",
    "replacing",
    multiple=True,
    type=click.Choice(NAMES),
    metavar="NAME",
    help="Replace characters first, where that saves a part: standard, or classes of it "
    f"({', '.join(CLASSES)}), or schemes of romanisation ({', '.join(SCHEMES)}), or the table "
    "twilio. May be given several times.",
)
@click.option("--always", is_flag=True, help="Replace also where it saves no part.")
@reference_bits_option
@boundary_option
@format_option
def inspect_command(
    text: str,
    coding: str | None,
    languages: tuple[NationalLanguage, ...],
    profile: Profile | None,
    replacing: tuple[str, ...],
    always: bool,  # click gives every option by name
    reference_bits: int | None,
    boundary: Boundary | None,
    output: str,
) -> int:
    """Show the parts of TEXT, which characters force UCS-2, and how it would be cheaper.

    TEXT may be - for standard input, whose last line break does not count. One that begins with a
    dash comes last, after --.

    \b
    Examples:
      smscore inspect "It’s on its way"
      smscore inspect "Yarın görüşürüz" --language tr
      smscore inspect "“Booked”" --profile twilio --transliterate typographic --always
    """
    if always and not replacing:
        raise click.UsageError("--always says when to replace: give --transliterate too")
    refuse_both(coding, languages)
    text = read_text(text)
    told = None
    if replacing:
        told = replace_by_names(
            text,
            replacing,
            always=always,
            languages=languages,
            reference_bits=reference_bits,
            boundary=boundary,
            profile=profile,
        )
        text = told.text
    found = inspect(
        text,
        coding=None if coding is None else Alphabet(coding),
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    )
    if output == "json":
        document = found.to_dict()
        if told is not None:
            document["transliteration"] = told.to_dict()
        print_json(document)
    else:
        console = make_console()
        console.print(found)
        for words in _describe(told):
            console.print(words)
    if found.fault is None:
        return Exit.CLEAN
    # Not raised, for that would print a second document.
    click.echo(f"smscore: {found.fault}", err=True)
    return exit_of(found.fault)


def _describe(told: Transliteration | None) -> Iterator[str]:
    """Say what was replaced before the text was looked at."""
    if told is None:
        return
    yield ""
    if not told.replacements:
        yield "Nothing was replaced: it would save no part (--always replaces all the same)."
        return
    yield f"Replaced, at index of the text as given (parts saved: {told.parts_saved}):"
    places: dict[tuple[str, str, str], list[int]] = {}
    for each in told.replacements:
        kind = f", {each.kind.value}" if each.kind else ""
        places.setdefault((each.original, each.text, kind), []).append(each.index)
    for (original, text, kind), indexes in places.items():
        was, became = (show_text(shown) or "nothing" for shown in (original, text))
        yield f"  {list_indexes(indexes)}  {was} by {became}{kind}"
