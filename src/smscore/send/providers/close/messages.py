"""Activities: drafts and what is only logged, lists, changes, cancelling.

The law of this file: nothing here makes a message go out that was not on its way already. A status
is never taken from the caller; what is rescheduled was scheduled before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NoReturn

from smscore.errors import InvalidDate, NotFound, ProviderError
from smscore.numbering import parse_number
from smscore.send.calls import Call, Page, Steps
from smscore.send.providers.close.account import (
    USUAL_PAGE,
    Account,
    as_segment,
    without_none,
)
from smscore.send.providers.close.options import Attachment
from smscore.send.providers.close.outcomes import DRAFT
from smscore.send.providers.close.reading import NAME, write_moment
from smscore.send.providers.close.records import SmsActivity, read_activity
from smscore.send.providers.values import only_digits
from smscore.send.wire import Value

PATH = "activity/sms"
_FILTERED = ("id", "status", "direction", "local_phone", "remote_phone")
_ENDS = ("gt", "gte", "lt", "lte")
_DATES = frozenset(f"{name}__{end}" for name in ("date_created", "activity_at") for end in _ENDS)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Whether a message was stopped, and what is known of it now.

    Cancelling is a race: `cancelled` is true only if the provider has it as a draft.
    """

    cancelled: bool
    status: str | None
    message: SmsActivity


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of an account."""

    _account: Account = field(repr=False)

    def create_draft(
        self,
        *,
        text: str | None = None,
        template_id: str | None = None,
        local_phone: str | None = None,
        remote_phone: str | None = None,
        lead_id: str | None = None,
        contact_id: str | None = None,
        user_id: str | None = None,
        attachments: Iterable[Attachment] = (),
    ) -> Call[SmsActivity]:
        """Store a draft, which does not go out; the text may be a template's, filled in.

        To send it, quote and approve the text that it has then, and name it in the options. Asking
        twice stores two. Raises InvalidNumber, ValueError for both a text and a template.
        """
        if text is not None and template_id is not None:
            raise ValueError("a draft has a text, or a template's, not both")
        body = _make_body(
            DRAFT,
            local_phone,
            remote_phone,
            text=text,
            template_id=template_id,
            lead_id=lead_id,
            contact_id=contact_id,
            user_id=user_id,
            attachments=_write(attachments) or None,
        )
        return self._create(body, text, remote_phone)

    def log_sent(
        self,
        *,
        local_phone: str,
        remote_phone: str,
        text: str,
        lead_id: str | None = None,
        contact_id: str | None = None,
        user_id: str | None = None,
        activity_at: datetime | None = None,
    ) -> Call[SmsActivity]:
        """Log a message that was sent elsewhere: nothing is transmitted.

        Asking twice logs two. Raises InvalidNumber, ValueError for a moment without a zone.
        """
        body = _make_body(
            "sent",
            local_phone,
            remote_phone,
            direction="outbound",
            source="External",
            text=text,
            lead_id=lead_id,
            contact_id=contact_id,
            user_id=user_id,
            activity_at=None if activity_at is None else write_moment(activity_at),
        )
        return self._create(body, text, remote_phone)

    def log_received(
        self,
        *,
        local_phone: str,
        remote_phone: str,
        text: str,
        lead_id: str | None = None,
        contact_id: str | None = None,
        user_id: str | None = None,
        activity_at: datetime | None = None,
        send_to_inbox: bool = False,
    ) -> Call[SmsActivity]:
        """Log a message that was received elsewhere; `send_to_inbox` notifies whose it is.

        Asking twice logs two. Raises InvalidNumber, ValueError for a moment without a zone.
        """
        body = _make_body(
            "inbox",
            local_phone,
            remote_phone,
            direction="inbound",
            source="External",
            text=text,
            lead_id=lead_id,
            contact_id=contact_id,
            user_id=user_id,
            activity_at=None if activity_at is None else write_moment(activity_at),
        )
        query = (("send_to_inbox", "true"),) if send_to_inbox else ()
        return self._create(body, text, remote_phone, query)

    def get(self, message_id: str) -> Call[SmsActivity]:
        """Get one message; NotFound. One that was just deleted may still be there."""
        request = self._account.request("sms.get", "GET", _path(message_id))
        return self._account.call(request, read_activity, safe=True)

    def list(
        self,
        *,
        ids: Iterable[str] = (),
        lead_ids: Iterable[str] = (),
        contact_ids: Iterable[str] = (),
        user_ids: Iterable[str] = (),
        organization_id: str | None = None,
        dates: Mapping[str, datetime] | None = None,
        fields: Iterable[str] = (),
        statuses: Collection[str] = (),
        direction: Literal["inbound", "outbound"] | None = None,
        remote_phone: str | None = None,
        local_phone: str | None = None,
        limit: int = USUAL_PAGE,
        skip: int = 0,
    ) -> Call[Page[SmsActivity]]:
        """List messages, `limit` on a page; a list may be a minute behind.

        `dates` has moments by date_created__gt, __gte, __lt or __lte, and so for activity_at; walk
        through long histories by them, for what may be skipped is limited. `fields` names those
        that are wanted; what is filtered by comes with them. The provider cannot filter by status,
        direction or number: that is done here, page by page, so that a page may be empty and not
        the last one.
        Raises ValueError for an unknown date or a moment without a zone.
        """
        query = []
        shown = _as_strings(fields, "fields")
        if shown:
            shown += [each for each in _FILTERED if each not in shown]
        for name, wanted in (
            ("id__in", ids),
            ("lead_id", lead_ids),
            ("contact_id", contact_ids),
            ("user_id", user_ids),
            ("_fields", shown),
        ):
            joined = ",".join(_as_strings(wanted, name))
            if joined:
                query.append((name, joined))
        if organization_id is not None:
            query.append(("organization_id", organization_id))
        for name, moment in (dates or {}).items():
            if name not in _DATES:
                raise ValueError(f"the dates of a list are {', '.join(sorted(_DATES))}")
            query.append((name, write_moment(moment)))
        local, remote = only_digits(local_phone or ""), only_digits(remote_phone or "")

        def select(answer: dict[str, Value]) -> tuple[SmsActivity, ...]:
            found = read_activity(answer)
            wanted = (
                (not statuses or found.status in statuses)
                and direction in (None, found.direction)
                and remote in ("", only_digits(found.remote_phone or ""))
                and local in ("", only_digits(found.local_phone or ""))
            )
            return (found,) if wanted else ()

        return self._account.pages("sms.list", PATH, select, query=query, limit=limit, skip=skip)

    def update(
        self,
        message_id: str,
        *,
        text: str | None = None,
        template_id: str | None = None,
        local_phone: str | None = None,
        remote_phone: str | None = None,
        lead_id: str | None = None,
        contact_id: str | None = None,
        user_id: str | None = None,
        activity_at: datetime | None = None,
        attachments: Iterable[Attachment] | None = None,
    ) -> Call[SmsActivity]:
        """Change a draft, and nothing of what has left; None leaves a field as it is.

        Raises InvalidNumber, ValueError if nothing is to be changed.
        """
        body = {
            **_write_phones(local_phone, remote_phone),
            **without_none(
                text=text,
                template_id=template_id,
                lead_id=lead_id,
                contact_id=contact_id,
                user_id=user_id,
                activity_at=None if activity_at is None else write_moment(activity_at),
                attachments=None if attachments is None else _write(attachments),
            ),
        }
        if not body:
            raise ValueError("nothing is to be changed: name a field")
        return self._put(message_id, body)

    def delete(self, message_id: str) -> Call[None]:
        """Delete a message; NotFound.

        Whether deleting stops one that is scheduled is not documented: `cancel` it first.
        """
        return self._account.deletion("sms.delete", _path(message_id))

    def cancel(self, message_id: str, *, delete: bool = False) -> Steps[Cancellation]:
        """Stop a message that is scheduled, or in its time to be undone, and look whether it was.

        With `delete` it is deleted too, if it was stopped. Raises NotFound.
        """
        try:
            found: SmsActivity = yield self._put(message_id, {"status": DRAFT})
        except ProviderError as error:
            if isinstance(error, NotFound) or error.status != 400:  # noqa: PLR2004  # RFC 9110
                raise
            found = yield self.get(message_id)
        else:
            if found.status != DRAFT:
                found = yield self.get(message_id)
        cancelled = found.status == DRAFT
        if cancelled and delete:
            yield self.delete(message_id)
        return Cancellation(cancelled, found.status, found)

    def reschedule(self, message_id: str, at: datetime, *, now: datetime) -> Steps[SmsActivity]:
        """Let a message that is scheduled go out at another time, in two steps.

        Only one that is scheduled already, and that nobody changes meanwhile: this sends nothing
        that was not to go out. If the second step fails it is a draft, and does not go out; the
        error says so. Raises InvalidDate, NotFound, ProviderError.
        """
        if not isinstance(at, datetime) or at.utcoffset() is None:
            raise InvalidDate("at", "it is no datetime with a zone")
        if at <= now:
            raise InvalidDate("at", "it is past")
        before: SmsActivity = yield self.get(message_id)
        if before.status != "scheduled":
            _stop(f"it is not scheduled but {_show(before.status)}")
        draft: SmsActivity = yield self._put(message_id, {"status": DRAFT})
        if draft.status != DRAFT:
            _stop(f"it could not be stopped and is {_show(draft.status)}")
        try:
            if _content(draft) != _content(before):
                _stop("it was changed meanwhile")
            body = {"status": "scheduled", "date_scheduled": write_moment(at)}
            after: SmsActivity = yield self._put(message_id, body)
            if after.status != "scheduled":
                _stop(f"it is not scheduled again but {_show(after.status)}")
        except ProviderError as error:
            error.add_note("The message was made a draft: look whether it is to go out.")
            raise
        return after

    def _create(
        self,
        body: Mapping[str, object],
        text: str | None,
        remote: str | None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Call[SmsActivity]:
        request = self._account.request("sms.create", "POST", PATH, query=query, body=body)
        private = tuple(each for each in (text, remote) if each)
        return self._account.call(request, read_activity, safe=False, private=private)

    def _put(self, message_id: str, body: Mapping[str, object]) -> Call[SmsActivity]:
        request = self._account.request("sms.update", "PUT", _path(message_id), body=body)
        private = tuple(each for each in body.values() if isinstance(each, str))
        return self._account.call(request, read_activity, safe=True, private=private)


def _path(message_id: str) -> str:
    return f"{PATH}/{as_segment(message_id)}"


def _as_strings(names: Iterable[str], what: str) -> list[str]:
    if isinstance(names, str):
        raise TypeError(f"{what} is several strs: give a list of one")
    return list(names)


def _make_body(
    status: str, local: str | None, remote: str | None, **fields: object
) -> dict[str, object]:
    return {"status": status, **_write_phones(local, remote), **without_none(**fields)}


def _write_phones(local: str | None, remote: str | None) -> dict[str, object]:
    return without_none(
        local_phone=None if local is None else parse_number(local).e164,
        remote_phone=None if remote is None else parse_number(remote).e164,
    )


def _write(attachments: Iterable[Attachment]) -> list[dict[str, str]]:
    return [each.to_dict() for each in attachments]


def _content(found: SmsActivity) -> tuple[object, ...]:
    attached = [dict(each) for each in found.attachments]
    return found.text, found.local_phone, found.remote_phone, attached


def _show(status: str | None) -> str:
    return status or "of no status"


def _stop(reason: str) -> NoReturn:
    raise ProviderError(NAME, None, reason)
