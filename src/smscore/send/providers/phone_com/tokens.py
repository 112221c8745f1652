"""OAuth tokens.

The law of this file: a token is a Secret from the moment it is read, and is in no `raw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from smscore.errors import UnreadableAnswer
from smscore.privacy import Secret
from smscore.send.calls import Call
from smscore.send.providers.phone_com.account import Account
from smscore.send.providers.phone_com.reading import NAME, as_moment, read_answer
from smscore.send.providers.values import as_text, as_whole
from smscore.send.wire import Value, WireResponse

PATH = "oauth/access-token"


@dataclass(frozen=True, slots=True)
class Token:
    """A new token; `expires_in` is in seconds. The old refresh token may be of no use any more."""

    access_token: Secret
    refresh_token: Secret | None
    token_type: str | None
    scope: tuple[str, ...]
    expires_in: int | None


@dataclass(frozen=True, slots=True)
class TokenDescription:
    """What the token in use may do, and until when."""

    scope: tuple[str, ...]
    expires_at: datetime | None
    scope_details: Value = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


def refresh(
    account: Account,
    refresh_token: Secret,
    client_id: str,
    client_secret: Secret,
    scope: str | None,
) -> Call[Token]:
    """Make the call that changes a refresh token for a new access token."""
    body = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret.reveal(),
        "refresh_token": refresh_token.reveal(),
    }
    if scope is not None:
        body["scope"] = scope
    # The token in use may have expired: the client's credentials speak for themselves.
    request = account.request("oauth.refresh", "POST", PATH, body=body, authorized=False)
    private = (*account.private, client_id, client_secret.reveal(), refresh_token.reveal())

    def read(response: WireResponse) -> Token:
        return _read_token(read_answer(response, private), response.status)

    return Call(request, read, safe=False)


def describe(account: Account) -> Call[TokenDescription]:
    """Make the call that describes the token in use."""
    request = account.request("oauth.describe", "GET", PATH)
    return account.call(
        request,
        lambda answer: TokenDescription(
            scope=_read_scope(answer),
            expires_at=as_moment(answer.get("expires_at")),
            scope_details=answer.get("scope_details"),
            raw=answer,
        ),
        safe=True,
    )


def _read_token(answer: dict[str, Value], status: int) -> Token:
    refreshed = as_text(answer.get("refresh_token"))
    try:
        return Token(
            access_token=Secret(as_text(answer.get("access_token")) or ""),
            refresh_token=Secret(refreshed) if refreshed else None,
            token_type=as_text(answer.get("token_type")),
            scope=_read_scope(answer),
            expires_in=as_whole(answer.get("expires_in")),
        )
    except ValueError:
        raise UnreadableAnswer(NAME, status, "the answer has no usable token") from None


def _read_scope(answer: dict[str, Value]) -> tuple[str, ...]:
    told = answer.get("scope")
    if isinstance(told, list):
        return tuple(text for each in told if (text := as_text(each)))
    return tuple((as_text(told) or "").split())
