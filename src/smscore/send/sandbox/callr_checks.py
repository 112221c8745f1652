"""What the CALLR stand-in refuses, in CALLR's words.

The law of this file: a message is an upper-case token, with the parameter in brackets where there
is one. Which code goes with which message is not documented: what is missing is 150 here, and what
is wrong 151, both invented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

MISSING, WRONG = 150, 151
NOT_ALLOWED, UNAUTHORISED, UNROUTABLE = 100, 401, 1000
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL = (
    -32700, -32600, -32601, -32602, -32603,
)  # fmt: skip

LONGEST_BODY = 3200
EVENT_TYPES = ("sms.mo", "sms.mt.status_update", "job.status_update")
DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
DATE = "%Y-%m-%d %H:%M:%S"

_RECIPIENT = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}")
# Invented: how many digits a dedicated shortcode has.
SHORTCODE = re.compile(r"[0-9]{3,8}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_OPTION_KINDS: dict[str, type] = {
    "flash_message": bool,
    "force_encoding": str,
    "nature": str,
    "user_data": str,
    "webhook": dict,
    "push_dlr_enabled": bool,
    "push_dlr_url": str,
    "push_dlr_url_auth": str,
    "push_mo_enabled": bool,
    "push_mo_url": str,
    "push_mo_url_auth": str,
}
_OPTION_VALUES = {"force_encoding": ("GSM", "UNICODE"), "nature": ("ALERTING", "MARKETING")}


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def refuse(token: str, name: str, value: object = "") -> Refused:
    """Make the error of a parameter."""
    return Refused(MISSING if value is None else WRONG, f"{token} [{name}]")


def as_object(value: object, name: str) -> dict[str, object]:
    """Take an object; a list is none, not even an empty one."""
    if not isinstance(value, dict):
        raise refuse("INVALID_PARAM_FORMAT", name, value)
    return cast("dict[str, object]", value)


def check_sender(value: object, *, known: bool) -> str:
    """Check a sender; with `known`, one that the account need not have approved."""
    if not isinstance(value, str):
        raise refuse("PROPERTY_TYPE_ERROR", "from", value)
    if value and not SHORTCODE.fullmatch(value) and not _NAME.fullmatch(value):
        raise refuse("PROPERTY_VALUE_ERROR", "from")
    if known and value not in {"", "SMS"}:
        raise refuse("PROPERTY_VALUE_ERROR", "from")
    return value


def check_recipient(value: object) -> str:
    """Check a recipient."""
    if not isinstance(value, str):
        raise refuse("PROPERTY_TYPE_ERROR", "to", value)
    if not _RECIPIENT.fullmatch(value):
        raise refuse("PROPERTY_VALUE_ERROR", "to")
    return value


def check_body(value: object, name: str = "body") -> str:
    """Check a text. That an empty one is refused is known of the newer API only."""
    if not isinstance(value, str):
        raise refuse("INVALID_PARAM_FORMAT", name, value)
    if not 1 <= len(value) <= LONGEST_BODY:
        raise refuse("PROPERTY_VALUE_ERROR", name)
    return value


def check_options(value: object, *, lenient: bool) -> dict[str, object] | None:
    """Check the options of a message. How a wrong one is told is invented, after the others."""
    if value is None:
        return None
    options = as_object(value, "options")
    for name, each in options.items():
        kind = _OPTION_KINDS.get(name)
        if kind is None:
            if lenient:
                continue
            raise refuse("PROPERTY_VALUE_ERROR", "options")
        if not isinstance(each, kind):
            raise refuse("PROPERTY_TYPE_ERROR", name, each)
        if name in _OPTION_VALUES and each not in _OPTION_VALUES[name]:
            raise refuse("PROPERTY_VALUE_ERROR", name)
    if "webhook" in options:
        check_webhook(options["webhook"])
    return options


def check_webhook(value: object) -> dict[str, object]:
    """Check a dynamic webhook: where it goes, and how it is signed."""
    hook = as_object(value, "webhook")
    check_endpoint(hook.get("endpoint"))
    check_hook_options(hook.get("options"))
    return hook


def check_endpoint(value: object) -> str:
    """Check where a webhook goes."""
    if not isinstance(value, str):
        raise refuse("PROPERTY_TYPE_ERROR", "endpoint", value)
    if not value.startswith(("http://", "https://")):
        raise refuse("PROPERTY_VALUE_ERROR", "endpoint")
    return value


def check_hook_options(value: object) -> dict[str, object] | None:
    """Check how a webhook is written and signed."""
    if value is None:
        return None
    options = as_object(value, "options")
    if options.get("format", "JSON") != "JSON":
        raise refuse("PROPERTY_VALUE_ERROR", "format")
    if not isinstance(options.get("hmac_secret", ""), str):
        raise refuse("PROPERTY_TYPE_ERROR", "hmac_secret", options["hmac_secret"])
    algorithm = options.get("hmac_algo", "SHA256")
    if not isinstance(algorithm, str) or find_digest(algorithm) not in DIGESTS:
        raise refuse("PROPERTY_VALUE_ERROR", "hmac_algo")
    return options


def find_digest(algorithm: str) -> str:
    """Give hashlib's name of an algorithm."""
    return algorithm.replace("-", "").lower()


def check_event_type(value: object) -> str:
    """Check a type of event."""
    if not isinstance(value, str) or value not in EVENT_TYPES:
        raise refuse("PROPERTY_VALUE_ERROR", "type", value)
    return value


def check_date(value: object, name: str) -> float:
    """Check a date, and give its seconds since 1970."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refuse("INVALID_PARAM_FORMAT", name, value)
    try:
        return datetime.strptime(value, DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise refuse("INVALID_PARAM_FORMAT", name) from None


def check_whole(options: Mapping[str, object], name: str, default: int, least: int) -> int:
    """Check a whole number of the options of a search."""
    value = options.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise refuse("PROPERTY_VALUE_ERROR", name, value)
    return value
