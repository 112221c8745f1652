"""Templates of texts.

The law of this file: a template is filled in by the provider, so that what it makes of it has to be
read back, from a draft, before it can be quoted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from smscore.send.calls import Call, Page
from smscore.send.providers.close.account import (
    USUAL_PAGE,
    Account,
    as_segment,
    without_none,
)
from smscore.send.providers.close.options import Attachment
from smscore.send.providers.close.records import SmsTemplate, read_template

_PATH = "sms_template"


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of an account."""

    _account: Account = field(repr=False)

    def create(
        self,
        name: str,
        *,
        text: str | None = None,
        is_shared: bool | None = None,
        attachments: Iterable[Attachment] = (),
    ) -> Call[SmsTemplate]:
        """Make a template; asking twice makes two."""
        attached = [each.to_dict() for each in attachments]
        body = without_none(name=name, text=text, is_shared=is_shared, attachments=attached or None)
        request = self._account.request("sms_template.create", "POST", _PATH, body=body)
        return self._account.call(request, read_template, safe=False)

    def list(self, *, limit: int = USUAL_PAGE, skip: int = 0) -> Call[Page[SmsTemplate]]:
        """List the templates, `limit` on a page."""
        return self._account.pages(
            "sms_template.list",
            _PATH,
            lambda each: (read_template(each),),
            limit=limit,
            skip=skip,
        )

    def get(self, template_id: str) -> Call[SmsTemplate]:
        """Get one template; NotFound."""
        request = self._account.request("sms_template.get", "GET", _path(template_id))
        return self._account.call(request, read_template, safe=True)

    def update(
        self,
        template_id: str,
        *,
        name: str | None = None,
        text: str | None = None,
        is_shared: bool | None = None,
        status: Literal["active", "archived"] | None = None,
    ) -> Call[SmsTemplate]:
        """Change a template, or put it away; None leaves a field as it is. ValueError."""
        if status not in (None, "active", "archived"):
            raise ValueError("a template is active or archived")
        body = without_none(name=name, text=text, is_shared=is_shared, status=status)
        if not body:
            raise ValueError("nothing is to be changed: name a field")
        request = self._account.request("sms_template.update", "PUT", _path(template_id), body=body)
        return self._account.call(request, read_template, safe=True)

    def delete(self, template_id: str) -> Call[None]:
        """Delete a template; NotFound."""
        return self._account.deletion("sms_template.delete", _path(template_id))


def _path(template_id: str) -> str:
    return f"{_PATH}/{as_segment(template_id)}"
