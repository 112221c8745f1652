"""The options of a message.

The law of this file: two options that contradict each other are refused, and so is what a quote
does not price unless the caller says that it is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from smscore.errors import InvalidDate

MOST_ATTACHMENTS = 10
LONGEST_UNDO = 59

CONTENT_TYPES = frozenset(
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
"""The types of attachments that the provider takes."""

_URL = re.compile(r"https?://[^\s\x00-\x1f]+")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture or another file, which has been uploaded to the provider; ValueError, TypeError."""

    url: str = field(repr=False)
    filename: str = field(repr=False)
    content_type: str

    def __post_init__(self) -> None:
        """Refuse what the provider would refuse."""
        if not _URL.fullmatch(self.url):
            raise ValueError("an attachment's url is one that the provider gave for its upload")
        if not self.filename or not self.filename.isprintable():
            raise ValueError("an attachment has a file name")
        if self.content_type not in CONTENT_TYPES:
            raise ValueError("the provider takes no attachments of this content type")

    def to_dict(self) -> dict[str, str]:
        """Give the attachment as the provider writes it."""
        return {"url": self.url, "filename": self.filename, "content_type": self.content_type}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseOptions:
    """The options of a message.

    `lead_id` is of whom the message is an activity: name it whenever it is known, for without one
    the provider may make a new lead. `date_scheduled` is when it goes out, a datetime with a zone;
    `send_in` is for how many seconds, up to 59, it can still be undone. `draft_id` releases a draft
    that is there already, if it has the text and the numbers that were approved; it takes two
    steps. Up to ten `attachments` make it a multimedia message, which no quote prices: say
    `unpriced_media=True` if that is known. Raises TypeError, ValueError, InvalidDate.
    """

    lead_id: str | None = None
    contact_id: str | None = None
    user_id: str | None = None
    date_scheduled: datetime | None = None
    send_in: int | None = None
    draft_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    unpriced_media: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be, or not together."""
        for name in ("lead_id", "contact_id", "user_id", "draft_id"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and _ID.fullmatch(value)):
                raise ValueError(f"{name} is an id of the provider's")
        if self.date_scheduled is not None:
            _check_date(self.date_scheduled)
        if self.send_in is not None:
            _check_undo(self.send_in)
            if self.date_scheduled is not None:
                raise ValueError("send_in is for a message that is not scheduled")
        object.__setattr__(self, "attachments", tuple(self.attachments))
        if self.attachments:
            self._check_attachments()

    def _check_attachments(self) -> None:
        if not all(isinstance(each, Attachment) for each in self.attachments):
            raise TypeError("attachments are Attachment")
        if len(self.attachments) > MOST_ATTACHMENTS:
            raise ValueError(f"a message has at most {MOST_ATTACHMENTS} attachments")
        if not self.unpriced_media:
            raise ValueError(
                "a quote prices a text alone: give unpriced_media=True if that is known"
            )
        if self.draft_id is not None:
            raise ValueError("a draft that is there already has its attachments")


def _check_date(date: datetime) -> None:
    if not isinstance(date, datetime):
        raise TypeError(f"date_scheduled is a datetime, not {type(date).__name__}")
    if date.utcoffset() is None:
        raise InvalidDate("date_scheduled", "it has no zone: give it tzinfo")


def _check_undo(seconds: int) -> None:
    if type(seconds) is not int:
        raise TypeError(f"send_in is whole seconds, not {type(seconds).__name__}")
    if not 0 <= seconds <= LONGEST_UNDO:
        raise ValueError(f"send_in is 0 to {LONGEST_UNDO} seconds")
