"""`smscore inspect`: one text, its parts in colour, and what makes it dear."""

from __future__ import annotations

from collections.abc import Iterator

import click

from smscore.cli.display import make_console
from smscore.cli.options import (
    boundary_option,
    format_option,
    language_option,
    print_json,
    profile_option,
    read_text,
    reference_bits_option,
)
from smscore.coding import Alphabet, Boundary, NationalLanguage
from smscore.inspection import inspect
from smscore.profiles import Profile
from smscore.rendering import render_rich, show_character
from smscore.romanisation import SCHEMES
from smscore.transliteration import ReplacementClass, Transliteration, When, transliterate

_CLASSES = tuple(each.value for each in ReplacementClass)
_TABLES = ("standard", "twilio")


@click.command("inspect")
@click.argument("text")
@click.option(
    "--coding",
    type=click.Choice([alphabet.value for alphabet in Alphabet]),
    help="Force an alphabet.  [default: the cheaper one]",
)
@language_option
@profile_option
@click.option(
    "--transliterate",
    "replacing",
    multiple=True,
    type=click.Choice([*_TABLES, *_CLASSES, *SCHEMES]),
    metavar="NAME",
    help="Replace characters first, where that saves a part: standard, or classes of it "
    f"({', '.join(_CLASSES)}), or schemes of romanisation ({', '.join(SCHEMES)}), or the table "
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
) -> None:
    """Show the parts of TEXT, which characters force UCS-2, and how it would be cheaper.

    TEXT may be - for standard input, whose last line break does not count.

    \b
    Examples:
      smscore inspect "It’s on its way"
      smscore inspect "Yarın görüşürüz" --language tr
      smscore inspect "“Booked”" --profile twilio --transliterate typographic --always
    """
    text = read_text(text)
    told = None
    if replacing:
        bits = reference_bits or (profile.reference_bits if profile else 8)
        told = _transliterate(text, replacing, always=always, reference_bits=bits)
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
        console.print(render_rich(found))
        for words in _describe(told):
            console.print(words)
    if found.fault is not None:
        raise found.fault


def _transliterate(
    text: str, names: tuple[str, ...], *, always: bool, reference_bits: int
) -> Transliteration:
    """Transliterate by names of tables, classes and schemes; a usage error if they do not mix."""
    when: When = "always" if always else "saving"
    if "twilio" in names:
        if len(names) > 1:
            raise click.BadParameter("twilio is a table of its own: it goes with no other name")
        return transliterate(text, table="twilio", when=when, reference_bits=reference_bits)
    classes = {each for each in names if each in _CLASSES}
    if "standard" in names or not classes:
        classes |= {"invisible", "typographic"}
    return transliterate(
        text,
        classes=sorted(classes),
        scripts=[each for each in names if each in SCHEMES],
        when=when,
        reference_bits=reference_bits,
    )


def _describe(told: Transliteration | None) -> Iterator[str]:
    """Say what was replaced before the text was looked at."""
    if told is None:
        return
    yield ""
    if not told.replacements:
        yield "Nothing was replaced: it would save no part (--always replaces all the same)."
        return
    yield f"Replaced, at index of the text as given (parts saved: {told.parts_saved}):"
    for each in told.replacements:
        was, became = (
            "".join(map(show_character, text)) or "nothing" for text in (each.original, each.text)
        )
        yield f"  {each.index}  {was} by {became}{f', {each.kind.value}' if each.kind else ''}"
