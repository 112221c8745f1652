"""The options of a message, and the webhook that it may have.

The law of this file: nothing is chosen that the caller did not name. Forcing an encoding loses
characters or costs parts, so none is forced unless it is asked for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal

from smscore.privacy import Secret
from smscore.send.provider import as_secret

DIGESTS = {
    "MD5": "md5", "SHA1": "sha1", "SHA224": "sha224", "SHA256": "sha256", "SHA384": "sha384",
    "SHA512": "sha512",
}  # fmt: skip
"""The algorithms of signatures, as the provider names them and as hashlib does."""

_HANDLE = re.compile(r"smscore-[0-9a-f]{24}")
_ENDPOINT = re.compile(r"https?://[^\s\x00-\x1f]+")


def make_handle(key: str) -> str:
    """Make the user data by which a message is found again, of 32 characters: a hash of its key.

    >>> make_handle("order 17")
    'smscore-0bcc920e3938c1b86e3483fc'
    """
    return f"smscore-{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def find_handle(user_data: str | None) -> str | None:
    """Give the user data of a message if they are a handle; None if they are anybody else's.

    >>> find_handle("order-17") is None
    True
    """
    return user_data if user_data is not None and _HANDLE.fullmatch(user_data) else None


def as_algorithm(name: str) -> str:
    """Give an algorithm as the provider names it; ValueError for an unknown one.

    >>> as_algorithm("sha-512")
    'SHA512'
    """
    known = name.upper().replace("-", "") if isinstance(name, str) else ""
    if known not in DIGESTS:
        raise ValueError(f"an algorithm is one of {', '.join(DIGESTS)}")
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where events are sent, and how they are signed; not signed if there is no secret.

    The provider's own sample is signed by another algorithm than the one it names as usual: say
    which, here and to `read_event`. Raises ValueError for what is no URL or algorithm.
    """

    endpoint: str = field(repr=False)
    secret: str | Secret | None = field(default=None, repr=False)
    algorithm: str = "SHA256"

    def __post_init__(self) -> None:
        """Refuse what cannot be called."""
        if not isinstance(self.endpoint, str) or not _ENDPOINT.fullmatch(self.endpoint):
            raise ValueError("an endpoint is a URL of http or https")
        object.__setattr__(self, "algorithm", as_algorithm(self.algorithm))
        if self.secret is not None:
            object.__setattr__(self, "secret", as_secret(self.secret))

    def secrets(self) -> tuple[str, ...]:
        """Give the secret in plain, so that it can be struck out."""
        return () if self.secret is None else (as_secret(self.secret).reveal(),)

    def options(self) -> dict[str, object] | None:
        """Give the options as the provider writes them; None if there are none."""
        if self.secret is None:
            return None
        secret = as_secret(self.secret).reveal()
        return {"format": "JSON", "hmac_secret": secret, "hmac_algo": self.algorithm}

    def to_dict(self) -> dict[str, object]:
        """Give the hook as one message's own webhook is written."""
        options = self.options()
        told: dict[str, object] = {"endpoint": self.endpoint}
        return told if options is None else {**told, "options": options}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallrOptions:
    """The options of a message; None is not sent.

    `flash_message` is shown and not kept, where carriers and phones support it. `force_encoding`
    "GSM" replaces characters for good, "UNICODE" costs more parts: quote with the profile
    "callr_gsm" or "callr_unicode" then. `nature` is "ALERTING" or "MARKETING". `user_data` comes
    back with the message, in the place of the handle by which it is found again; integrations cut
    it to about 32 characters. `webhook` gets the message's statuses, and the replies to it; one
    that is subscribed for the same events is called too. Raises TypeError, ValueError.
    """

    flash_message: bool | None = None
    force_encoding: Literal["GSM", "UNICODE"] | None = None
    nature: Literal["ALERTING", "MARKETING"] | None = None
    user_data: str | None = field(default=None, repr=False)
    webhook: Hook | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what the provider has no such option for."""
        if not isinstance(self.flash_message, bool | None):
            raise TypeError("flash_message is a bool")
        if self.force_encoding not in (None, "GSM", "UNICODE"):
            raise ValueError("force_encoding is GSM or UNICODE")
        if self.nature not in (None, "ALERTING", "MARKETING"):
            raise ValueError("nature is ALERTING or MARKETING")
        if not isinstance(self.user_data, str | None):
            raise TypeError(f"user_data is a str, not {type(self.user_data).__name__}")
        if find_handle(self.user_data) is not None:
            raise ValueError("user_data has the form of a handle, by which another message is told")
        if not isinstance(self.webhook, Hook | None):
            raise TypeError(f"a webhook is a Hook, not {type(self.webhook).__name__}")

    def to_dict(self) -> dict[str, object]:
        """Give the options as the provider writes them."""
        told: dict[str, object | None] = {
            "flash_message": self.flash_message,
            "force_encoding": self.force_encoding,
            "nature": self.nature,
            "user_data": self.user_data,
            "webhook": None if self.webhook is None else self.webhook.to_dict(),
        }
        return {name: value for name, value in told.items() if value is not None}
