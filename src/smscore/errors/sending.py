"""What stands in the way of sending: the guard, a provider, the journal, an event not believed.

The law of this file: an error says whether anything can have gone out, and holds no number, text or
key. What became of a message is no error but a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping

from smscore.errors.base import SmsError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class GuardError(SmsError):
    """The guard does not let the message out; `limit` names the rule, the values say by how much.

    Change the message, or the guard if the rule is not what was meant. Nothing was sent.
    """

    def __init__(self, limit: str, allowed: str, found: str) -> None:
        self.limit = limit
        self.allowed = allowed
        self.found = found
        super().__init__(f"not sent, by the guard's {limit}: it allows {allowed}, not {found}")


class OverCap(GuardError):
    """With this message, a message, run, day or country would have more than its cap."""

    def __init__(self, limit: str, allowed: str, found: str, window: str) -> None:
        self.window = window
        super().__init__(limit, allowed, found)


class NotAllowed(GuardError):
    """The alphabet, country, prefix or sender is not one that the guard allows."""


class QuietHours(GuardError):
    """It is a time of day at which the recipient is not to be disturbed; send it at `until`."""

    def __init__(self, allowed: str, found: str, until: datetime | None) -> None:
        self.until = until
        super().__init__("quiet hours", allowed, found)


class QuoteExpired(GuardError):
    """The quote is too old, or its rate is not in force any more; quote again."""


class TooFast(GuardError):
    """Too many messages to one place in too short a time: perhaps somebody pumps traffic."""

    def __init__(self, allowed: str, found: str, window: timedelta) -> None:
        self.window = window
        super().__init__("velocity", allowed, found)


class Drifted(GuardError):
    """The provider's own quote is dearer than ours by more than is tolerated; look at both."""


class Stopped(SmsError):
    """The client was told to stop before this message left; it may be sent later."""

    def __init__(self) -> None:
        super().__init__("stopped before it left: it may be sent later")


class InvalidDate(SmsError, ValueError):
    """A date that a message cannot be sent on."""

    def __init__(self, option: str, reason: str) -> None:
        self.option = option
        self.reason = reason
        super().__init__(f"{option}: {reason}")


class ProviderError(SmsError):
    """The provider said no. `code` and `reason` are its own, without numbers or texts."""

    def __init__(
        self,
        provider: str,
        status: int | None,
        reason: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.provider = provider
        self.status = status
        self.code = code
        self.reason = reason
        self.fields = dict(fields or {})
        told = "".join(f"; {name}: {fault}" for name, fault in self.fields.items())
        place = ", ".join(
            word for word in (status and f"HTTP {status}", code and f"code {code}") if word
        )
        super().__init__(f"{provider}{place and f' ({place})'}: {reason}{told}")


class AuthenticationFailed(ProviderError):
    """The credentials are not valid, or not for this; check them and their scope."""


class NotFound(ProviderError):
    """The provider has no such thing."""


class RateLimited(ProviderError):
    """Too many requests: the provider refused; `retry_after` is in seconds, None if not told."""

    retry_after: float | None = None


class NotSupported(ProviderError):
    """The provider has no such function."""


class UnreadableAnswer(ProviderError):
    """The answer is not what the provider's documentation says; what became of it is unknown."""


class NoAnswer(ProviderError):
    """There was no answer; a request that only asks was repeated before this was raised."""


class JournalError(SmsError):
    """The journal cannot be read, written or trusted; nothing is sent without it."""

    def __init__(self, path: str, fault: str) -> None:
        self.path = path
        super().__init__(f"journal {path}: {fault}")


class WebhookError(SmsError, ValueError):
    """The event is not to be believed, or cannot be read; nothing was changed."""

    def __init__(self, provider: str, fault: str) -> None:
        self.provider = provider
        super().__init__(f"event of {provider}: {fault}")


class BadSignature(WebhookError):
    """The signature is missing or wrong: check the secret and the algorithm, answer 401."""


class StaleEvent(WebhookError):
    """The event was signed too long ago, or in the future: perhaps somebody plays it again."""


class MalformedEvent(WebhookError):
    """The body is not an event as the provider documents it."""
