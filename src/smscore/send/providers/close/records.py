"""Activities, templates and numbers as the provider keeps them.

The law of this file: what is documented has a type, whatever else there is stays in `raw`, and a
status is kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from smscore.errors import UnreadableAnswer
from smscore.money import Money
from smscore.send.providers.close.reading import NAME, as_dollars, as_flag, as_word, as_words
from smscore.send.providers.values import as_list, as_object, as_string, as_utc_moment
from smscore.send.wire import Value


@dataclass(frozen=True, slots=True)
class SmsActivity:
    """A message, sent, scheduled, drafted, received, or only logged.

    `direction` is "inbound" or "outbound", `source` "Close.io" for one that the provider handles
    and "External" for one that was only logged. "sent" is the last that is known of a message:
    there are no receipts of delivery. `cost` may be None for a while after that. Attachments are
    fetched with the account's credentials from a URL that redirects to another host: those must not
    go there.
    """

    id: str
    status: str | None
    direction: str | None
    source: str | None
    text: str | None = field(repr=False)
    local_phone: str | None = field(repr=False)
    remote_phone: str | None = field(repr=False)
    local_phone_formatted: str | None = field(repr=False)
    remote_phone_formatted: str | None = field(repr=False)
    local_country: str | None
    remote_country: str | None
    cost: Money | None
    error_message: str | None = field(repr=False)
    created_at: datetime | None
    updated_at: datetime | None
    sent_at: datetime | None
    scheduled_at: datetime | None
    activity_at: datetime | None
    lead_id: str | None
    contact_id: str | None
    user_id: str | None
    user_name: str | None = field(repr=False)
    users: tuple[str, ...]
    created_by: str | None
    created_by_name: str | None = field(repr=False)
    updated_by: str | None
    updated_by_name: str | None = field(repr=False)
    organization_id: str | None
    template_id: str | None
    sequence_id: str | None
    sequence_name: str | None = field(repr=False)
    sequence_subscription_id: str | None
    agent_action_reason: str | None = field(repr=False)
    agent_config_id: str | None
    attachments: tuple[Mapping[str, Value], ...] = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """A template; `status` is "active" or "archived"."""

    id: str
    name: str | None
    text: str | None = field(repr=False)
    is_shared: bool | None
    status: str | None
    attachments: tuple[Mapping[str, Value], ...] = field(repr=False)
    raw: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number of the account. Only an "internal" one that has SMS can send."""

    id: str
    number: str | None = field(repr=False)
    type: str | None
    sms_enabled: bool | None
    mms_enabled: bool | None
    sms_countries: tuple[str, ...]
    mms_countries: tuple[str, ...]
    country: str | None
    user_id: str | None
    is_group_number: bool | None
    participants: tuple[str, ...]
    label: str | None
    carrier: str | None
    carrier_type: str | None
    is_verified: bool | None
    raw: Mapping[str, Value] = field(repr=False)


def read_id(answer: Mapping[str, Value]) -> str:
    """Read what a thing is called; UnreadableAnswer if it has no id."""
    found = as_word(answer.get("id"))
    if found is None:
        raise UnreadableAnswer(NAME, None, "the answer has no id")
    return found


def read_activity(sms: dict[str, Value]) -> SmsActivity:
    """Read a message; UnreadableAnswer if it has no id."""

    def word(name: str) -> str | None:
        return as_word(sms.get(name))

    return SmsActivity(
        id=read_id(sms),
        status=word("status"),
        direction=word("direction"),
        source=word("source"),
        text=as_string(sms.get("text")),
        local_phone=word("local_phone"),
        remote_phone=word("remote_phone"),
        local_phone_formatted=word("local_phone_formatted"),
        remote_phone_formatted=word("remote_phone_formatted"),
        local_country=word("local_country_iso"),
        remote_country=word("remote_country_iso"),
        cost=as_dollars(sms.get("cost")),
        error_message=word("error_message"),
        created_at=as_utc_moment(sms.get("date_created")),
        updated_at=as_utc_moment(sms.get("date_updated")),
        sent_at=as_utc_moment(sms.get("date_sent")),
        scheduled_at=as_utc_moment(sms.get("date_scheduled")),
        activity_at=as_utc_moment(sms.get("activity_at")),
        lead_id=word("lead_id"),
        contact_id=word("contact_id"),
        user_id=word("user_id"),
        user_name=word("user_name"),
        users=as_words(sms.get("users")),
        created_by=word("created_by"),
        created_by_name=word("created_by_name"),
        updated_by=word("updated_by"),
        updated_by_name=word("updated_by_name"),
        organization_id=word("organization_id"),
        template_id=word("template_id"),
        sequence_id=word("sequence_id"),
        sequence_name=word("sequence_name"),
        sequence_subscription_id=word("sequence_subscription_id"),
        agent_action_reason=word("agent_action_reason"),
        agent_config_id=word("agent_config_id"),
        attachments=tuple(map(as_object, as_list(sms.get("attachments")))),
        raw=sms,
    )


def read_template(answer: dict[str, Value]) -> SmsTemplate:
    """Read a template; UnreadableAnswer if it has no id."""
    return SmsTemplate(
        id=read_id(answer),
        name=as_word(answer.get("name")),
        text=as_string(answer.get("text")),
        is_shared=as_flag(answer.get("is_shared")),
        status=as_word(answer.get("status")),
        attachments=tuple(map(as_object, as_list(answer.get("attachments")))),
        raw=answer,
    )


def read_number(answer: dict[str, Value]) -> PhoneNumber:
    """Read a number; UnreadableAnswer if it has no id."""
    return PhoneNumber(
        id=read_id(answer),
        number=as_word(answer.get("number")),
        type=as_word(answer.get("type")),
        sms_enabled=as_flag(answer.get("sms_enabled")),
        mms_enabled=as_flag(answer.get("mms_enabled")),
        sms_countries=as_words(answer.get("supports_sms_to_countries")),
        mms_countries=as_words(answer.get("supports_mms_to_countries")),
        country=as_word(answer.get("country")),
        user_id=as_word(answer.get("user_id")),
        is_group_number=as_flag(answer.get("is_group_number")),
        participants=as_words(answer.get("participants")),
        label=as_word(answer.get("label")),
        carrier=as_word(answer.get("carrier")),
        carrier_type=as_word(answer.get("carrier_type")),
        is_verified=as_flag(answer.get("is_verified")),
        raw=answer,
    )
