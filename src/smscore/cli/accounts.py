"""A provider and its options, as the command line names them.

The law of this file: an option is known by the provider's own fields, and read as their types say;
what is not known is refused, and no value that was given is shown again.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from smscore import send
from smscore.cli.credentials import NEEDED, find_credentials
from smscore.cli.wording import explain
from smscore.privacy import Secret
from smscore.send.provider import Dispatch, Provider

CLASSES: Mapping[str, tuple[str, str]] = {
    "phone_com": ("PhoneCom", "PhoneComOptions"),
    "voip_communications": ("VoipCommunications", "VoipOptions"),
    "callr": ("Callr", "CallrOptions"),
    "close": ("Close", "CloseOptions"),
}
"""The provider, and the options of its messages."""

_ELSEWHERE = {"base_url": "--base-url", "sender": "--sender"}
_FOR_SENDING: Mapping[str, Mapping[str, object]] = {"voip_communications": {"mode": "two_way"}}
"""What a provider has to be told although it changes nothing of what it is asked."""

_STANDING_IN = Secret("1")
"""Stands for the credentials where nothing is sent; it can be an account's number too."""

provider_option = click.option(
    "--provider",
    "name",
    required=True,
    type=click.Choice(list(CLASSES)),
    help="Whose account it is; its credentials are in the environment, or in a keyring.",
)
base_url_option = click.option(
    "--base-url",
    metavar="URL",
    help="Where the provider is, if not where its documentation says: https, or this machine.",
)
option_option = click.option(
    "--option",
    "said",
    multiple=True,
    metavar="NAME=VALUE",
    callback=lambda _context, _parameter, values: _read_pairs(values),
    help="An option of the provider's, or of its messages, such as mode=two_way. May be given "
    "several times.",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A provider that is ready, and the options of its messages."""

    provider: Provider
    options: object = field(repr=False)
    missing: str | None = None
    words: tuple[str, ...] = field(default=(), repr=False)
    """How it is named on the command line, credentials aside."""

    @property
    def profile(self) -> str:
        """The profile that its messages are counted by."""
        return self.provider.profile(Dispatch((), self.options))


def find_class(name: str) -> type[Provider]:
    """Give the class of a provider.

    >>> find_class("phone_com").name
    'phone_com'
    """
    found: type[Provider] = getattr(send, CLASSES[name][0])
    return found


def open_account(
    name: str,
    said: Mapping[str, str],
    *,
    base_url: str | None = None,
    sending: bool = True,
    asking: bool = False,
) -> Account:
    """Make a provider of its credentials and of what was said on the command line.

    If nothing is to be sent, missing credentials are told and not refused. If it is only asked,
    what matters for sending need not be said. Raises UsageError.
    """
    kind, options_kind = (getattr(send, each) for each in CLASSES[name])
    known, of_messages = _list_fields(kind), _list_fields(options_kind)
    values: dict[str, object] = {}
    messages: dict[str, object] = {}
    for option, value in said.items():
        _check_name(name, option, known, of_messages)
        target, hint = (values, known) if option in known else (messages, of_messages)
        target[option] = read_value(option, hint[option], value)
    if asking:
        values = {**_FOR_SENDING.get(name, {}), **values}
    if base_url is not None:
        values["base_url"] = base_url
    missing = None
    try:
        credentials: Mapping[str, Secret] = find_credentials(name)
    except click.UsageError as error:
        if sending:
            raise
        missing = error.message
        credentials = dict.fromkeys(NEEDED[name][0], _STANDING_IN)
    for each, secret in credentials.items():
        values[each] = secret if _holds_secret(known[each]) else secret.reveal()
    try:
        options = options_kind(**messages) if messages else None
        return Account(kind(**values), options, missing, _name_account(name, said, base_url))
    except (TypeError, ValueError) as error:
        words = explain(error)
        told = "" if "--" in words else " (--option NAME=VALUE says it)"
        raise click.UsageError(f"{name}: {words}{told}") from None


def _name_account(name: str, said: Mapping[str, str], base_url: str | None) -> tuple[str, ...]:
    named = (
        ("--provider", name) if base_url is None else ("--provider", name, "--base-url", base_url)
    )
    return named + tuple(word for each in said.items() for word in ("--option", "=".join(each)))


def read_value(name: str, hint: object, said: str) -> object:
    """Read what was said as a type says; UsageError if it cannot be that.

    >>> read_value("count", int | str, "12"), read_value("on", bool, "true")
    (12, True)
    """
    kinds = _split(hint)
    for kind in kinds:
        read = _READERS.get(kind)
        if typing.get_origin(kind) is typing.Literal:
            words = {str(each): each for each in typing.get_args(kind)}
            if said in words:
                return words[said]
        elif typing.get_origin(kind) is tuple and typing.get_args(kind) == (str, ...):
            return tuple(said.split(","))
        elif read is not None:
            try:
                return read(said)
            except (ValueError, InvalidOperation):
                continue
    raise click.UsageError(f"--option {name}: {_describe(kinds)}")


def _read_pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in values:
        name, equals, said = each.partition("=")
        # Not repeated: what was meant as a value may stand here.
        if not equals or not name.isidentifier():
            raise click.UsageError("--option is a name, = and a value, such as mode=two_way")
        if name in pairs:
            raise click.UsageError(f"--option {name} is given twice")
        pairs[name] = said
    return pairs


def _check_name(
    provider: str, option: str, known: Mapping[str, object], of_messages: Mapping[str, object]
) -> None:
    credentials = {name for names in NEEDED[provider] for name in names}
    if option in credentials or _holds_secret(known.get(option)):
        raise click.UsageError(
            f"--option {option} is a credential, which others can read in an argument: set it in "
            "the environment, or keep it in a keyring"
        )
    if option in _ELSEWHERE:
        raise click.UsageError(f"--option {option}: {_ELSEWHERE[option]} is for that")
    if option not in known and option not in of_messages:
        names = sorted(
            name
            for name in {*known, *of_messages} - credentials - {*_ELSEWHERE}
            if not _holds_secret(known.get(name))
        )
        raise click.UsageError(f"{provider} has no such option: it has {', '.join(names)}")


def _list_fields(kind: Any) -> dict[str, object]:  # noqa: ANN401  # a dataclass, whichever
    hints = typing.get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


def _split(hint: object) -> tuple[object, ...]:
    """Give the types that a value may be of, None aside; text is whatever is nothing else."""
    kinds = (
        typing.get_args(hint)
        if typing.get_origin(hint) in {typing.Union, types.UnionType}
        else (hint,)
    )
    return tuple(
        sorted((each for each in kinds if each is not types.NoneType), key=lambda kind: kind is str)
    )


def _holds_secret(hint: object) -> bool:
    return Secret in _split(hint)


def _describe(kinds: tuple[object, ...]) -> str:
    told = list(_name_kinds(kinds))
    return f"it is {' or '.join(told)}" if told else "it cannot be given on the command line"


def _name_kinds(kinds: tuple[object, ...]) -> Iterator[str]:
    for kind in kinds:
        if typing.get_origin(kind) is typing.Literal:
            yield f"one of {', '.join(map(str, typing.get_args(kind)))}"
        elif kind in _NAMES:
            yield _NAMES[kind]


def _read_flag(said: str) -> bool:
    flags = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if said.lower() not in flags:
        raise ValueError("no flag")
    return flags[said.lower()]


def _read_amount(said: str) -> Decimal:
    amount = Decimal(said)
    if not amount.is_finite():
        raise ValueError("no amount")
    return amount


_READERS: Mapping[object, Any] = {
    bool: _read_flag,
    int: int,
    Decimal: _read_amount,
    datetime: datetime.fromisoformat,
    str: str,
}
_NAMES: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    Decimal: "an amount",
    datetime: "a time such as 2026-12-31T12:00+01:00",
    str: "a text",
}
