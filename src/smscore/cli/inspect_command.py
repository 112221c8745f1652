"""`smscore inspect`: one text, its parts in colour, and what makes it dear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from smscore.cli.display import make_console, show_character, show_parts
from smscore.cli.options import (
    boundary_option,
    format_option,
    print_json,
    read_text,
    reference_bits_option,
)
from smscore.coding import Alphabet, Boundary
from smscore.inspection import Inspection, inspect

INDEXES_SHOWN = 10

_UNITS = {Alphabet.GSM7: "septet", Alphabet.UCS2: "unit"}
_NAMES = {Alphabet.GSM7: "GSM 7 bit", Alphabet.UCS2: "UCS-2"}


@click.command("inspect")
@click.argument("text")
@click.option(
    "--coding",
    type=click.Choice([alphabet.value for alphabet in Alphabet]),
    help="Force an alphabet.  [default: the cheaper one]",
)
@reference_bits_option
@boundary_option
@format_option
def inspect_command(
    text: str, coding: str | None, reference_bits: str, boundary: Boundary, output: str
) -> None:
    """Show the parts of TEXT, and which characters force UCS-2.

    TEXT may be - for standard input, whose last line break does not count.

    \b
    Example:
      smscore inspect "It’s on its way"
    """
    found = inspect(
        read_text(text),
        coding=None if coding is None else Alphabet(coding),
        reference_bits=int(reference_bits),
        boundary=boundary,
    )
    if output == "json":
        print_json(found.to_dict())
        return
    console = make_console()
    for line in show_parts(found):
        console.print(line)
    for words in describe(found):
        console.print(words)


def describe(found: Inspection) -> Iterator[str]:
    """Say in words what a text takes, why, and what one more character would do.

    >>> print(*describe(inspect("It’s")), sep="\\n")
    <BLANKLINE>
    UCS-2, 1 part, 4 units; 66 units left in it
    <BLANKLINE>
    Forced by, at index:
      ’  U+2019 RIGHT SINGLE QUOTATION MARK, 1 time: 2
    With one GSM 7 bit character for each, it is 1 part too.
    <BLANKLINE>
    One more character: 1 part.
    """
    message = found.message
    alphabet = message.coding.alphabet
    units = _UNITS[alphabet]
    place = "it" if found.parts == 1 else "the last"
    yield ""
    yield (
        f"{_NAMES[alphabet]}, {_count(found.parts)}, {_plural(message.units, units)}; "
        f"{_plural(message.units_remaining, units)} left in {place}"
    )
    if found.unmapped:
        yield ""
        yield "Forced by, at index:"
        yield from _list_unmapped(found)
        replaced = found.parts_replaced
        saved = "too" if replaced == found.parts else f"instead of {found.parts}"
        yield f"With one GSM 7 bit character for each, it is {_count(replaced)} {saved}."
    yield ""
    yield f"One more character: {_count(found.parts_one_more)}."
    if alphabet is Alphabet.GSM7:
        yield f"One more that GSM 7 bit does not have: {_count(found.parts_one_unmapped)}."


def _list_unmapped(found: Inspection) -> Iterator[str]:
    times = Counter(each.character for each in found.unmapped)
    for character, count in times.most_common():
        places = [each for each in found.unmapped if each.character == character]
        indexes = ", ".join(str(each.index) for each in places[:INDEXES_SHOWN])
        if count > INDEXES_SHOWN:
            indexes += ", ..."
        plural = "time" if count == 1 else "times"
        named = f"{places[0].code_point} {places[0].name}"
        yield f"  {show_character(character)}  {named}, {count} {plural}: {indexes}"


def _count(parts: int | None) -> str:
    if parts is None:
        return "more than 255 parts, which no message can have"
    return _plural(parts, "part")


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
