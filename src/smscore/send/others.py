"""Messages that another account sent, of which the one that is asked can tell nothing.

The law of this file: an account is told apart by a hash, so that of another one the host is all
that can be named; no credential, and no path of a URL, is.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from smscore.send.journal import Journal
from smscore.send.provider import Provider

ACCOUNT = (
    "another account of the provider sent it, of which these credentials prove nothing",
    "reconcile with the account that sent it",
)
"""Why such a message is in doubt, and what to do about it."""


def find_host(provider: Provider) -> str:
    """Give the host that a provider is reached at; empty if it has none."""
    return urlsplit(str(getattr(provider, "base_url", ""))).netloc


def tell_others(journal: Journal, provider: Provider, others: Mapping[bytes, int]) -> str:
    """Say that nobody was asked, for other accounts sent all there is: so many, by their hashes."""
    count = sum(others.values())
    what = "the one message" if count == 1 else f"all {count} messages"
    here = find_host(provider)
    hosts = {journal.find_host(each) for each in others}
    known = sorted(each for each in hosts if each is not None and each != here)
    if known:
        told = f"{what} went by way of {' and '.join(known)}, not of {here}"
        return f"nobody was asked: {told}: give the base URL that sent them"
    if hosts == {here}:
        return f"nobody was asked: other credentials sent {what} by way of {here}: give those"
    told = f"another account sent {what}, or another base URL than that of {here}"
    return f"nobody was asked: {told}: give the credentials and the base URL that sent them"
