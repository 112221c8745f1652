"""`smscore encode` and `smscore decode`: texts to the octets of their parts, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

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
from smscore.coding import Alphabet, Boundary, Coding, NationalLanguage
from smscore.octets import decode_septets, encode_septets, join, pack, unpack
from smscore.profiles import Profile
from smscore.rendering import show_character
from smscore.splitting import SplitMessage, split


def _find_language(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> NationalLanguage | None:
    try:
        return None if value is None else NationalLanguage.find(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


locking_option = click.option(
    "--locking", metavar="NAME", callback=_find_language, help="The locking shift, such as tr."
)
single_option = click.option(
    "--single", metavar="NAME", callback=_find_language, help="The single shift, such as tr."
)
septets_option = click.option(
    "--septets", is_flag=True, help="Septets, one an octet, without header and packing."
)
ussd_option = click.option(
    "--ussd", is_flag=True, help="Packed as in USSD and cell broadcast, without header."
)


@click.command("encode")
@click.argument("text")
@coding_option
@locking_option
@single_option
@language_option
@profile_option
@click.option(
    "--reference",
    type=click.IntRange(0, 0xFFFF),
    default=1,
    show_default=True,
    help="The concatenation reference.",
)
@reference_bits_option
@boundary_option
@septets_option
@ussd_option
@format_option
def encode_command(
    text: str,
    coding: str | None,
    locking: NationalLanguage | None,
    single: NationalLanguage | None,
    languages: tuple[NationalLanguage, ...],
    profile: Profile | None,
    reference: int,
    reference_bits: int | None,
    boundary: Boundary | None,
    septets: bool,  # click gives every option by name
    ussd: bool,
    output: str,
) -> None:
    """Print the user data of each part of TEXT in hexadecimal: header, then packed text.

    TEXT may be - for standard input, whose last line break does not count; one that begins with a
    dash comes last, after --.

    \b
    Examples:
      smscore encode "hellohello"
      smscore encode "Yarın görüşürüz" --language tr --format json
      smscore encode "*100#" --ussd
    """
    _refuse_two_layouts(septets=septets, ussd=ussd)
    forced = None
    if coding or locking or single:
        forced = Coding(Alphabet(coding or "gsm7"), locking, single)
    refuse_both(forced, languages)
    text = read_text(text)
    message = split(
        text,
        coding=forced,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    )
    if septets or ussd:
        # As it is sent, which is not as it was given where a provider replaces characters.
        sent = "".join(part.text for part in message.parts)
        octets = encode_septets(sent, message.coding)
        octets = pack(octets, ussd=True) if ussd else octets
        if output == "json":
            print_json({"octets": octets.hex()})
        else:
            click.echo(octets.hex())
        return
    if output == "json":
        print_json(_to_dict(message, reference))
        return
    for user_data in message.user_data(reference):
        click.echo(user_data.hex())


def _to_dict(message: SplitMessage, reference: int) -> dict[str, object]:
    return {
        "alphabet": message.coding.alphabet.value,
        **message.coding.shifts_to_dict(),
        "dcs": message.coding.alphabet.dcs,
        "octets": message.octets,
        "parts": [
            {
                "number": part.number,
                "udhi": user_data.udhi,
                "udl": user_data.udl,
                "udh": part.udh(reference).hex(),
                "user_data": user_data.hex(),
            }
            for part, user_data in zip(message.parts, message.user_data(reference), strict=True)
        ],
    }


@click.command("decode")
@click.argument("octets", nargs=-1, required=True, metavar="HEX...")
@click.option(
    "--dcs",
    metavar="OCTET",
    default="0x00",
    show_default=True,
    help="The data coding scheme, such as 0x08 or ucs2.",
)
@click.option(
    "--udh/--no-udh",
    default=None,
    help="Whether the parts have a user data header.  [default: as they look]",
)
@locking_option
@single_option
@septets_option
@ussd_option
@click.option("--strict", is_flag=True, help="With --septets and --ussd: refuse what no text has.")
@format_option
def decode_command(
    octets: tuple[str, ...],
    dcs: str,
    udh: bool | None,  # click gives every option by name
    locking: NationalLanguage | None,
    single: NationalLanguage | None,
    septets: bool,
    ussd: bool,
    strict: bool,
    output: str,
) -> None:
    """Print the text of a message, given the user data of its parts in any order.

    Each part is one argument in hexadecimal; - reads one a line from standard input. User data is
    the end of a PDU (TP-UD), without the addresses and times before it.

    \b
    Examples:
      smscore decode e8329bfd4697d9ec37
      smscore decode --dcs 0x08 0050006c
    """
    _refuse_two_layouts(septets=septets, ussd=ussd)
    if strict and not (septets or ussd):
        raise click.UsageError("--strict is about septets alone: give --septets or --ussd too")
    given = [_read_hexadecimal(each) for each in _list_lines(octets)]
    if not given:
        raise click.UsageError("standard input has no octets: give the user data of a part a line")
    if septets or ussd:
        coding = Coding(Alphabet.GSM7, locking, single)
        joined = b"".join(given)
        joined = unpack(joined, ussd=True) if ussd else joined
        text = decode_septets(joined, coding, strict=strict)
    else:
        text = join(given, dcs=_read_dcs(dcs), udhi=udh)
    if output == "json":
        print_json({"text": text})
    elif sys.stdout.isatty():
        click.echo("".join(each if each == "\n" else show_character(each) for each in text))
    else:
        click.echo(text)


def _refuse_two_layouts(*, septets: bool, ussd: bool) -> None:
    if septets and ussd:
        raise click.UsageError("--septets is one an octet, --ussd is packed: give one of both")


def _list_lines(arguments: tuple[str, ...]) -> Iterator[str]:
    for each in arguments:
        if each == "-":
            yield from (line for line in read_text("-").splitlines() if line.strip())
        else:
            yield each


def _read_hexadecimal(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise click.BadParameter(
            "octets are two hexadecimal digits each, such as e8329bfd06", param_hint="HEX"
        ) from None


def _read_dcs(value: str) -> int:
    if value.lower() in {*Alphabet}:
        return Alphabet(value.lower()).dcs
    try:
        return int(value, 0)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no octet such as 0x08, nor gsm7 or ucs2", param_hint="--dcs"
        ) from None
