"""Phone.com's access tokens: who may use which path, and how a token is had through OAuth 2.

The law of this file: a token is known or it is not; what a scope opens is in one place.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field

from smscore.send.sandbox.phone_com_answers import Refusal, invalid
from smscore.send.sandbox.web import Request, Response, World, json_response

OWNER, USER = "account-owner", "extension-user"
_SCOPES = {OWNER, USER, "call-logs", "billing-api", "oauth-management", "openid"}
TOKEN_SECONDS = "phone_com.token_seconds"  # noqa: S105  # a switch: how long an OAuth token lives


@dataclass(frozen=True, slots=True)
class Token:
    """What a token opens; `extension_id` is whose it is if it is not the account's."""

    scope: str
    extension_id: int | None = None
    expires_at: float | None = None

    @property
    def owner(self) -> bool:
        """Whether it opens account-level paths."""
        return OWNER in self.scope.split()


@dataclass(slots=True)
class Tokens:
    """The tokens of one account, and its OAuth client."""

    world: World
    extension_id: int
    known: dict[str, Token] = field(default_factory=dict, repr=False)
    refreshing: dict[str, Token] = field(default_factory=dict, repr=False)
    codes: set[str] = field(default_factory=set, repr=False)
    client: tuple[str, str] = field(init=False, repr=False)
    user: tuple[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.client = (self.make(16), self.make(32))
        self.user = (f"owner-{self.make(4)}@example.org", self.make(20))
        self.codes.add(self.make(24))

    def make(self, length: int = 40) -> str:
        """Draw a token's text."""
        return self.world.make_id(length, string.ascii_letters + string.digits)

    def add(self, token: Token) -> str:
        """Make a token known, and give its text."""
        text = self.make()
        self.known[text] = token
        return text

    def find(self, request: Request) -> Token:
        """Find the token of a request; Refusal 401 if there is none that counts."""
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        token = self.known.get(text) if kind.lower() == "bearer" else None
        if token is None or (token.expires_at or self.world.time() + 1) <= self.world.time():
            raise Refusal(401, "Unauthorized")
        return token

    def describe(self, request: Request) -> Response:
        """Answer GET oauth/access-token."""
        token = self.find(request)
        # What a detail holds is invented; so is null for a token that does not expire.
        details = [
            {"scope": each, "extension_id": token.extension_id} for each in token.scope.split()
        ]
        expires = None if token.expires_at is None else int(token.expires_at)
        return json_response(
            200, {"scope": token.scope, "expires_at": expires, "scope_details": details}
        )

    def grant(self, request: Request) -> Response:
        """Answer POST oauth/access-token; its body is JSON or a form (not said which)."""
        said = _read_fields(request)
        if (said.get("client_id"), said.get("client_secret")) != self.client:
            raise Refusal(401, "Unknown client")
        scope = said.get("scope") or OWNER
        if not set(scope.split()) <= _SCOPES:
            raise invalid(scope="There is no such scope")
        # How a refused grant is told is invented.
        match said.get("grant_type"):
            case "client_credentials":
                pass
            case "password":
                if (said.get("username"), said.get("password")) != self.user:
                    raise Refusal(401, "Unknown user")
            case "authorization_code":
                if said.get("code") not in self.codes:
                    raise Refusal(401, "Unknown code")
                self.codes.discard(said["code"])
            case "refresh_token":
                # That a refresh token counts once is invented, and the harder case.
                before = self.refreshing.pop(said.get("refresh_token", ""), None)
                if before is None:
                    raise Refusal(401, "Unknown refresh token")
                scope = before.scope
            case _:
                raise invalid(grant_type="There is no such grant")
        return self._give(scope)

    def _give(self, scope: str) -> Response:
        seconds = self.world.switches.get(TOKEN_SECONDS, 3600)
        lasts = seconds if isinstance(seconds, int | float) else 3600
        extension = None if OWNER in scope.split() else self.extension_id
        token = Token(scope, extension, self.world.time() + lasts)
        refresh = self.make()
        self.refreshing[refresh] = token
        return json_response(
            200,
            {
                "access_token": self.add(token),
                "token_type": "Bearer",
                "scope": scope,
                "refresh_token": refresh,
                "expires_in": int(lasts),
            },
        )


def _read_fields(request: Request) -> dict[str, str]:
    if "json" in request.headers.get("content-type", ""):
        try:
            found = request.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refusal(422, "The body is no JSON object")
        return {str(key): str(value) for key, value in found.items()}
    return dict(request.form())


def may_use(token: Token, extension: int | None) -> bool:
    """Tell whether a token opens the account's path, or that of one of its extensions."""
    return token.owner or (extension is not None and extension == token.extension_id)
