"""`smscore profiles`: how providers count, and what is not known about them."""

from __future__ import annotations

import click

from smscore.cli.options import format_option, print_json
from smscore.profiles import PROFILE_NAMES, find_profile


@click.command("profiles")
@click.argument("name", required=False)
@format_option
def profiles_command(name: str | None, output: str) -> None:
    """List the profiles, or tell all about one: how its provider counts, and what is not known.

    NAME is one of the list, or a TOML file.

    \b
    Examples:
      smscore profiles
      smscore profiles twilio
    """
    if name is None:
        listed = [find_profile(each) for each in PROFILE_NAMES]
        if output == "json":
            print_json({each.name: each.to_dict() for each in listed})
            return
        width = max(len(each.name) for each in listed)
        for each in listed:
            click.echo(f"{each.name:<{width}}  {each.title}")
        return
    profile = find_profile(name)
    if output == "json":
        print_json(profile.to_dict())
        return
    click.echo(profile.describe())
    click.echo("\nFrom:")
    for words in profile.sources:
        click.echo(f"  {words}")
