"""What the Close stand-in refuses, in Close's shapes.

The law of this file: a validation's failure is 400 with empty `errors` and the fields under
`field-errors`. All texts but "This field is required." are invented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import cast

from smscore.send.sandbox.web import Response, json_response

REQUIRED = "This field is required."
STATUSES = ("inbox", "draft", "scheduled", "outbox", "sent", "error")
LEAVING = ("outbox", "scheduled")
DIRECTIONS = ("inbound", "outbound")
SOURCES = ("Close.io", "External")
SEND_IN_BELOW = 60
MOST_ATTACHMENTS = 10

_TEXTS = (
    "local_phone", "remote_phone", "text", "template_id", "lead_id", "contact_id", "user_id",
    "organization_id", "created_by_id",
)  # fmt: skip
_DATES = ("date_scheduled", "activity_at", "date_created")
EDITABLE = (
    "status", "text", "template_id", "local_phone", "remote_phone", "lead_id", "contact_id",
    "user_id", "activity_at", "attachments", "date_scheduled", "send_in",
)  # fmt: skip
CREATABLE = (*EDITABLE, "organization_id", "direction", "source", "date_created", "created_by_id")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_CONTENT_TYPES = frozenset(
    f"{family}/{kind}"
    for family, kinds in {
        "application": "pdf vcard",
        "audio": "3gpp 3gpp2 L24 ac3 amr amr-nb basic mp4 mpeg ogg vnd.rn-realaudio vnd.wave webm",
        "image": "bmp gif jpeg jpg png tiff",
        "text": "calendar csv directory richtext rtf vcard x-vcard",
        "video": "3gpp 3gpp-tt 3gpp2 H261 H263 H263-1998 H263-2000 H264 mp4 mpeg quicktime webm",
    }.items()
    for kind in kinds.split()
)

Fields = dict[str, object]


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body

    def answer(self) -> Response:
        """Make the answer."""
        return json_response(self.status, self.body)


def invalid(**faults: str) -> Refused:
    """Make the refusal of fields."""
    return Refused(400, {"errors": [], "field-errors": faults})


def failed(status: int, text: str) -> Refused:
    """Make a refusal that is no field's."""
    return Refused(status, {"error": text})


def check_fields(given: Mapping[str, object], known: tuple[str, ...], *, lenient: bool) -> Fields:
    """Check what an activity is made of or changed to, each field by itself; dates are read.

    Raises Refused, which names every field that is wrong.
    """
    faults: dict[str, str] = {}
    read: Fields = {}
    for name, value in given.items():
        if name not in known:
            if not lenient:
                faults[name] = "Unknown field."
            continue
        fault, read[name] = _check_field(name, value)
        if fault:
            faults[name] = fault
    if faults:
        raise invalid(**faults)
    return read


def _check_field(name: str, value: object) -> tuple[str, object]:
    """Check one field; give what is wrong with it, and its value."""
    choices = {"status": STATUSES, "direction": DIRECTIONS, "source": SOURCES}.get(name)
    fault = ""
    if choices is not None:
        fault = "" if value in choices else "Not a valid choice."
    elif name == "attachments":
        fault = _check_attachments(value)
    elif name == "send_in":
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if not right or not 0 <= cast("float", value) < SEND_IN_BELOW:
            fault = f"Must be a number of seconds below {SEND_IN_BELOW}."
    elif value is not None and name in _DATES:
        read = read_date(value)
        return ("", read) if read else ("Not a date with an offset.", value)
    elif value is not None and name in _TEXTS:
        if not isinstance(value, str):
            fault = "Not a string."
        elif name.endswith("_phone") and not _PHONE.fullmatch(value):
            fault = "Not a valid phone number."
    return fault, value


def _check_attachments(value: object) -> str:
    """Check the attachments of a message."""
    if not isinstance(value, list) or len(value) > MOST_ATTACHMENTS:
        return f"Must be a list of at most {MOST_ATTACHMENTS}."
    for each in cast("list[object]", value):
        if not isinstance(each, dict):
            return "Each must be an object."
        for name in ("url", "filename", "content_type"):
            if not isinstance(each.get(name), str) or not each[name]:
                return f"{name}: {REQUIRED}"
        if each["content_type"] not in _CONTENT_TYPES:
            return "content_type: not supported."
    return ""


def read_date(value: object, *, dates: bool = False) -> datetime | None:
    """Read a datetime with an offset, or with `dates` also a date; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        if dates and "T" not in value:
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            return read.replace(tzinfo=UTC) if dates else None
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_whole(params: Mapping[str, object], name: str, default: int, most: int) -> int:
    """Read how many to give or to leave out; Refused names the greatest number allowed."""
    text = str(params.get(name, default))
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise invalid(**{name: f"Must be a whole number of at most {most}."})
    return int(text)
