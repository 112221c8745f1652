"""Credentials: from the environment or a keyring, never from arguments.

The law of this file: a credential goes from where it is kept into its wrapper. What is said of one
is the name of its variable, and arguments, which other users of a machine can read, have none.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping

import click

from smscore.privacy import Secret

SERVICE = "smscore"
"""What a keyring has the credentials under; each is named as `phone_com.access_token`."""

JOURNAL = ("journal", "key")

NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "phone_com": (("access_token", "account_id"),),
    "voip_communications": (("api_key", "api_password"),),
    "callr": (("login", "password"), ("api_key",)),
    "close": (("api_key",), ("access_token",)),
}
"""The credentials of each provider; where there are several sets of them, one is needed."""


def name_variable(owner: str, name: str) -> str:
    """Name the environment variable of a credential.

    >>> name_variable("callr", "login")
    'SMSCORE_CALLR_LOGIN'
    """
    return f"SMSCORE_{owner}_{name}".upper()


def find_secret(owner: str, name: str) -> Secret | None:
    """Find a credential in the environment, or else in the keyring; None if it is in neither."""
    value = os.environ.get(name_variable(owner, name)) or _ask_keyring(f"{owner}.{name}")
    if not value:
        return None
    try:
        return Secret(value)
    except ValueError as error:
        raise click.UsageError(f"{name_variable(owner, name)}: {error}") from None


def find_credentials(provider: str) -> dict[str, Secret]:
    """Find one whole set of a provider's credentials.

    Raises UsageError, which names the variables, if there is none, or more than one.
    """
    sets = NEEDED[provider]
    found = {name: find_secret(provider, name) for names in sets for name in names}
    whole = [names for names in sets if all(found[name] for name in names)]
    if len(whole) > 1:
        told = " or ".join(_list(provider, names) for names in whole)
        raise click.UsageError(f"credentials of two kinds for {provider}: set {told}, not both")
    if not whole:
        raise click.UsageError(describe_missing(provider, [name for name in found if found[name]]))
    return {name: secret for name in whole[0] if (secret := found[name]) is not None}


def describe_missing(provider: str, there: Iterable[str] = ()) -> str:
    """Say which variables are missing, given the names of those that are there."""
    known = {*there}
    sets = [[name for name in names if name not in known] for names in NEEDED[provider]]
    begun = [left for left, names in zip(sets, NEEDED[provider], strict=True) if left != [*names]]
    told = ", or ".join(_list(provider, names) for names in begun or sets)
    return (
        f"no credentials for {provider}: set {told} in the environment, or keep them in a keyring "
        f"under the service {SERVICE!r}, named as {provider}.{(begun or sets)[0][0]}"
    )


def _list(provider: str, names: Iterable[str]) -> str:
    return " and ".join(name_variable(provider, name) for name in names)


def _ask_keyring(name: str) -> str | None:
    """Ask the keyring, if the package of that name is installed and has one to ask."""
    try:
        # Whoever has it installed it for this; it is no part of any extra.
        keyring = importlib.import_module("keyring")
    except ModuleNotFoundError:
        return None
    try:
        value = keyring.get_password(SERVICE, name)
    except Exception:  # noqa: BLE001  # what a keyring raises is known to its package alone
        return None
    return value if isinstance(value, str) else None
