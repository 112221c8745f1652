"""What the library says, in the words of the command line.

The law of this file: the library names its own arguments, and whoever gave options is told of
options. What is not known here is said as the library says it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from smscore.cli.credentials import JOURNAL, name_variable
from smscore.errors import InvalidDate, InvalidSender

_WORDS: tuple[tuple[str, str], ...] = (
    ("name a number of the account, in the quote or here", "name a number of the account"),
    (r'mode="(\w+)"', r"--option mode=\1"),
    (r"give (\w+)=True", r"--option \1=true"),
    (r"see (allow_\w+)", r"--option \1=true allows it"),
    ("see recipients_per_request", "--option recipients_per_request=... says how many"),
    (r"\bor allow_http\b", "or --option allow_http=true"),
    (
        "give the constructor account_zone, if it is known",
        "--option account_zone=..., such as America/New_York, says it if it is known",
    ),
    ("give it tzinfo", "write it as 2026-12-31T12:00+01:00"),
    (
        "it was begun with another key: give that one",
        f"it was begun with another key: {name_variable(*JOURNAL)} is not that one",
    ),
    (
        "give the base URL that sent them",
        "give the --base-url that they were sent with, or leave it out if there was none",
    ),
    (
        "give the credentials and the base URL that sent them",
        "give the credentials and the --base-url that they were sent with",
    ),
    (r"^a base URL is", "--base-url: a base URL is"),
    (r"^a sender is made", "--sender: a sender is made"),
)

_FAILURES: Mapping[str, str] = {
    "ConnectError": "no connection to {host}",
    "ConnectTimeout": "no connection to {host} in time",
    "ReadTimeout": "no answer from {host} in time (--timeout)",
    "WriteTimeout": "{host} did not take the request in time (--timeout)",
    "PoolTimeout": "no connection was free in time",
    "ReadError": "the connection to {host} broke off before its answer",
    "WriteError": "the connection to {host} broke off while the request was sent",
    "RemoteProtocolError": "{host} closed the connection without a whole answer",
    "ProxyError": "the proxy gave no connection to {host}",
    "UnsupportedProtocol": "the scheme of --base-url is none that is spoken",
}
_FAILURE = re.compile(rf"\b({'|'.join(_FAILURES)})\b")


def translate(said: str) -> str:
    """Say what the library says by the names of options.

    >>> translate('a bulk message has none: say mode="two_way"')
    'a bulk message has none: say --option mode=two_way'
    """
    for pattern, words in _WORDS:
        said = re.sub(pattern, words, said)
    return said


def explain(error: Exception) -> str:
    """Say what is wrong with an option, by its name.

    >>> explain(InvalidDate("delivery_date", "it is past"))
    '--option delivery_date: it is past'
    """
    if isinstance(error, InvalidSender):
        return f"--sender: {translate(str(error))}"
    prefix = "--option " if isinstance(error, InvalidDate) else ""
    return f"{prefix}{translate(str(error))}"


def name_failure(said: str, url: str) -> str:
    """Say why there was no answer, in words and with the host.

    >>> name_failure("ConnectError, nothing left", "https://api.example.org/v1")
    'no connection to api.example.org, nothing left'
    """
    host = urlsplit(url).netloc
    return _FAILURE.sub(lambda match: _FAILURES[match[1]].format(host=host), said)
