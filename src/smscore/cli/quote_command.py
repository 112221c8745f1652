"""`smscore quote`: what one message costs, and where the price comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from smscore.cli.options import (
    at_option,
    boundary_option,
    coding_option,
    deck_path,
    format_option,
    language_option,
    print_json,
    profile_option,
    read_text,
    reference_bits_option,
    refuse_both,
    region_option,
)
from smscore.coding import Alphabet, Boundary, NationalLanguage
from smscore.decks import RateDeck
from smscore.profiles import Profile
from smscore.quoting import Quote, quote


@click.command("quote")
@click.argument("text")
@click.option("--to", required=True, metavar="NUMBER", help="The recipient, such as +447700900123.")
@click.option("--deck", required=True, type=deck_path, help="The rate deck, CSV or JSON.")
@click.option("--sender", metavar="NAME", help="The sender; it belongs to the quote's id.")
@at_option
@region_option
@coding_option
@language_option
@profile_option
@reference_bits_option
@boundary_option
@format_option
def quote_command(
    text: str,
    to: str,
    deck: Path,
    sender: str | None,
    at: date | None,
    region: str | None,
    coding: str | None,
    languages: tuple[NationalLanguage, ...],
    profile: Profile | None,
    reference_bits: int | None,
    boundary: Boundary | None,
    output: str,
) -> None:
    """Price TEXT to a phone number with a rate deck.

    TEXT may be - for standard input, whose last line break does not count; one that begins with a
    dash comes last, after --.

    \b
    Example:
      smscore quote "Your code is 4711" --to +447700900123 --deck examples/rates.csv
    """
    refuse_both(coding, languages)
    priced = quote(
        read_text(text),
        to=to,
        deck=RateDeck.read(deck),
        sender=sender,
        at=at,
        region=region,
        coding=None if coding is None else Alphabet(coding),
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    )
    if output == "json":
        print_json(priced.to_dict())
        return
    for line in describe(priced):
        click.echo(line)


def describe(priced: Quote) -> Iterator[str]:
    """Say a quote in lines."""
    rate = priced.rate
    start, end = rate.effective_from or "ever", rate.effective_to or "further notice"
    plural = "part" if priced.parts == 1 else "parts"
    # Where the provider changes the text later, no total is exact.
    spread = priced.low != priced.high
    yield f"{'Total':<10}{priced.total}, {'expected' if spread else 'exact'}"
    if spread:
        yield f"{'Between':<10}{priced.low} and {priced.high}"
    for reason in priced.reasons:
        yield f"{'Because':<10}{reason}"
    yield f"{'Message':<10}{priced.parts} {plural}, {priced.coding}, {priced.units} units"
    yield f"{'Price':<10}{priced.unit_price} a {rate.unit}, for {rate.destination}"
    yield f"{'Rate':<10}line {rate.line} of {priced.deck}, from {start} until {end}"
    yield f"{'Deck':<10}SHA-256 {priced.deck_sha256}"
    yield f"{'Day':<10}{priced.day}"
    yield f"{'Engine':<10}{priced.engine}, profile {priced.profile}"
    for unknown in priced.unknowns:
        yield f"{'Unknown':<10}{unknown}"
    yield f"{'Quote':<10}{priced.id}"
