"""What others may watch: log records, and spans where OpenTelemetry is installed.

The law of this file: what is told has a name and a value, and none of it is a number, a text or a
key; a message is told by what the provider calls it. Nothing is set up here: records go to the
logger "smscore.send", spans to whatever the program has set up.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from smscore.errors import GuardError
from smscore.send.outcomes import Outcome, Receipt

LOGGER = logging.getLogger("smscore.send")
# Who has set up no logging has asked for none.
LOGGER.addHandler(logging.NullHandler())

_LEVELS = {
    Outcome.ACCEPTED: logging.INFO,
    Outcome.REJECTED: logging.WARNING,
    Outcome.NOT_SENT: logging.WARNING,
    Outcome.UNKNOWN: logging.ERROR,
}


def describe(found: Receipt | GuardError, provider: str) -> dict[str, str | int | bool]:
    """Give the attributes of what became of a message, those that are known."""
    if isinstance(found, GuardError):
        return {"sms.provider": provider, "sms.outcome": "refused", "sms.limit": found.limit}
    told: dict[str, str | int | bool | None] = {
        "sms.provider": provider,
        "sms.outcome": found.outcome.value,
        "sms.message_id": found.message_id,
        "sms.status": found.status,
        "sms.code": found.code,
        "sms.attempts": found.attempts,
        "sms.repeated": found.repeated,
        "http.response.status_code": found.http_status,
    }
    return {name: value for name, value in told.items() if value is not None}


def tell(found: Receipt | GuardError, provider: str, span: Any = None) -> None:  # noqa: ANN401
    """Log what became of a message, and write it on a span."""
    level = _LEVELS[found.outcome] if isinstance(found, Receipt) else logging.WARNING
    logs = LOGGER.isEnabledFor(level)
    # Most programs have set up neither, and nothing is made for nobody.
    if span is not None and not span.is_recording():
        span = None
    if span is None and not logs:
        return
    told = describe(found, provider)
    if logs:
        LOGGER.log(level, "%s: %s", provider, told["sms.outcome"], extra={"sms": told})
    if span is not None:
        for name, value in told.items():
            span.set_attribute(name, value)


def trace(provider: str) -> AbstractContextManager[Any]:
    """Be within a span, if OpenTelemetry is installed; None otherwise."""
    tracer = _find_tracer()
    if tracer is None:
        return _NO_SPAN
    span: AbstractContextManager[Any] = tracer.start_as_current_span(
        "sms.send", attributes={"sms.provider": provider}, record_exception=False
    )
    return span


_NO_SPAN = nullcontext()
_TRACER: list[Any] = []


def _find_tracer() -> Any:  # noqa: ANN401  # a type of a package that may not be there
    if not _TRACER:
        try:
            from opentelemetry import trace as opentelemetry
        except ModuleNotFoundError:
            _TRACER.append(None)
        else:
            _TRACER.append(opentelemetry.get_tracer("smscore.send"))
    return _TRACER[0]
