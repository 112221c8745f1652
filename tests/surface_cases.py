"""What is done with each provider: all of its methods, in the order in which they make sense.

The law of this file: a case asserts what was answered, and what the stand-in then has. It is
written once, and knows neither which client performs it nor what becomes of its answers on the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from surface import (
    AMERICAN,
    FRENCH,
    TEXT,
    Case,
    Desk,
    approve,
    make_provider,
)

from smscore.errors import NotFound, NotSupported, ProviderError
from smscore.money import Money
from smscore.privacy import Secret
from smscore.send.events import EventKind
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch, Provider
from smscore.send.providers.callr import Callr, CallrRest, Hook
from smscore.send.providers.close import Close, CloseOptions
from smscore.send.providers.phone_com import CallbackConfig, Filter, ListenerCallback, PhoneCom
from smscore.send.providers.voip_communications import VoipCommunications, VoipOptions
from smscore.send.sandbox.phone_com_answers import Refusal
from smscore.send.sandbox.phone_com_tokens import OWNER, Token
from smscore.send.sandbox.server import Sandbox
from smscore.send.sandbox.web import json_response

AT_ONCE = "+12025550192"
OTHER = "+12025550133"


def recent() -> tuple[datetime, datetime]:
    """Give the last minute, and a bit of the next."""
    now = datetime.now(UTC)
    return now - timedelta(minutes=1), now + timedelta(seconds=5)


async def use_phone_com_messages(desk: Desk[PhoneCom]) -> None:
    """Find, read and mark a message; what there is not is said at once."""
    provider, approval = desk.provider, approve(desk.provider, AT_ONCE)
    key = (await desk.send(approval)).message_id or ""
    [message] = await desk.pages(provider.list_messages([Filter.equal("to", AT_ONCE)]))
    assert (message.direction, message.text, message.is_new) == ("out", TEXT, True)
    [recipient] = message.recipients
    assert (recipient.number, recipient.id, recipient.status) == (AT_ONCE, key, "delivered")
    assert message.created_at is not None
    assert message.created_at.utcoffset() == timedelta(0)
    assert await desk.call(provider.get_message(key)) == message
    [kept] = desk.sandbox.stand_in("phone_com").messages  # type: ignore[attr-defined]
    assert (await desk.call(provider.mark_read(key))).is_new is kept.is_new is False
    assert (await desk.call(provider.mark_unread(key))).is_new is kept.is_new is True
    [sent] = await desk.pages(provider.find_sent(*recent()))
    assert (sent.message_id, sent.number, sent.outcome) == (key, AT_ONCE, Outcome.ACCEPTED)
    assert await desk.call(provider.fetch(key)) == sent
    assert provider.forecast(Dispatch((approval,))) is None
    with pytest.raises(NotSupported, match="no scheduled messages"):
        provider.cancel_message(key)
    with pytest.raises(NotSupported, match="no scheduled messages"):
        provider.list_scheduled()


async def use_phone_com_account(desk: Desk[PhoneCom]) -> None:
    """Ask who is there, and change a refresh token for one that then opens the account."""
    provider, account = desk.provider, desk.provider._account
    assert (await desk.call(provider.ping()))["pong"] is True
    described = await desk.call(provider.describe_token())
    assert (described.scope, described.expires_at) == ((OWNER,), None)
    tokens = desk.sandbox.stand_in("phone_com").tokens  # type: ignore[attr-defined]
    tokens.refreshing["refresh-1"] = Token(OWNER)
    user, secret = tokens.client
    new = await desk.call(provider.refresh_token("refresh-1", client_id=user, client_secret=secret))
    assert (new.token_type, new.scope, new.expires_in) == ("Bearer", (OWNER,), 3600)
    assert new.access_token.reveal() in tokens.known
    later = make_provider(PhoneCom, desk.sandbox, access_token=new.access_token)
    expires_at = (await desk.call(later.describe_token())).expires_at
    assert expires_at is not None
    assert timedelta(minutes=59) < expires_at - datetime.now(UTC) <= timedelta(hours=1)
    request = account.request("ping", "GET", "ping")
    assert (
        await desk.call(account.call(request, lambda answer: answer.get("pong"), safe=True)) is True
    )
    texts = account.pages("sms.list", f"{account.root}/sms", lambda each: (each.get("text"),))
    assert await desk.pages(texts) == [TEXT]


async def use_phone_com_listeners(desk: Desk[PhoneCom]) -> None:
    """Make, change and delete a listener; only while it is there it is called."""
    listeners, before = desk.provider.listeners, len(desk.hook.heard)
    secret = Secret("s3cret")
    callback = ListenerCallback(url=desk.hook.url, username="bell", password=secret, timeout=3)
    made = await desk.call(listeners.create("sms.in", [callback]))
    assert (made.event_type, made.voip_id) == ("sms.in", desk.provider.account_id)
    assert await desk.pages(listeners.list()) == [made]
    key = made.id or 0
    assert await desk.call(listeners.get(key)) == made
    own = str(desk.provider.sender)
    desk.sandbox.text_back("phone_com", AMERICAN, own, "Yes")
    desk.sandbox.settle()
    [heard] = desk.hook.heard[before:]
    assert json.loads(heard.body)["message"] == "Yes"
    changed = await desk.call(listeners.replace(key, "sms.out", [callback]))
    assert (changed.id, changed.event_type) == (key, "sms.out")
    await desk.call(listeners.delete(key))
    assert await desk.pages(listeners.list()) == []
    with pytest.raises(NotFound):
        await desk.call(desk.provider._account.deletion("listeners.delete", f"listeners/{key}"))
    again = await desk.call(listeners.create("sms.in", [callback]))
    path = f"{desk.provider._account.root}/listeners/{again.id}"
    await desk.call(desk.provider._account.deletion("listeners.delete", path))
    with pytest.raises(NotFound):
        await desk.call(listeners.get(again.id or 0))


async def use_phone_com_events(desk: Desk[PhoneCom]) -> None:
    """Subscribe in steps: only what the tags and the filter let through is told."""
    supply_single_items(desk.sandbox)
    events, own = desk.provider.events, str(desk.provider.sender)
    config = CallbackConfig(url=desk.hook.url, headers={"X-Api-Key": Secret("s3cret")}, timeout=3)
    callback = await desk.call(events.create_callback(config, name="Bell", mode="HTTP"))
    assert json.loads(desk.hook.heard[-1].body) == {"test": 1}
    assert (callback.name, callback.mode, callback.enabled) == ("Bell", "HTTP", True)
    assert callback.withheld == ("X-Api-Key",)
    assert await desk.pages(events.list_callbacks()) == [callback]
    assert await desk.call(events.get_callback(callback.id or 0)) == callback
    ends = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
    listener = await desk.call(events.create_listener(callback.id or 0, expires_at=ends))
    assert (listener.callback_id, listener.expires_at) == (callback.id, ends)
    with pytest.raises(ProviderError) as caught:
        await desk.call(events.delete_callback(callback.id or 0))
    assert caught.value.status == 409
    key = listener.id or 0
    assert await desk.pages(events.list_listeners()) == [listener]
    assert await desk.call(events.get_listener(key)) == listener
    wanted = await desk.call(events.create_subscription(key, ["message", "inbound"]))
    assert wanted.tags == ("message", "inbound")
    assert await desk.pages(events.list_subscriptions(key)) == [wanted]
    assert await desk.call(events.get_subscription(key, wanted.id or 0)) == wanted
    kept = await desk.call(events.create_filter(key, "number", {"eq": AMERICAN}))
    assert (kept.filter_type, kept.raw["filter_value"]) == ("number", kept.filter_value)
    assert await desk.pages(events.list_filters(key)) == [kept]
    assert await desk.call(events.get_filter(key, kept.id or 0)) == kept
    before = len(desk.hook.heard)
    for sender in (OTHER, AMERICAN):
        desk.sandbox.text_back("phone_com", sender, own, "Yes")
    desk.sandbox.settle()
    [heard] = desk.hook.heard[before:]
    assert json.loads(heard.body)["data"]["from"]["id"] == AMERICAN
    await desk.call(events.delete_filter(key, kept.id or 0))
    assert await desk.pages(events.list_filters(key)) == []
    await desk.call(events.delete_subscription(key, wanted.id or 0))
    assert await desk.pages(events.list_subscriptions(key)) == []
    whole = await desk.call(events.create_overview(config, [["inbound"], ["outbound"]]))
    assert [each.tags for each in whole.subscriptions] == [("inbound",), ("outbound",)]
    assert whole.callback.id == whole.listener.callback_id
    listed = [each.listener.id for each in await desk.pages(events.list_overview())]
    assert listed == [whole.listener.id, key]
    for each in (key, whole.listener.id or 0):
        await desk.call(events.delete_listener(each))
    await desk.call(events.delete_callback(callback.id or 0))
    assert [each.id for each in await desk.pages(events.list_callbacks())] == [whole.callback.id]


def supply_single_items(sandbox: Sandbox) -> None:
    """Answer for one subscription or filter, which the stand-in has only in lists."""
    events: Any = sandbox.stand_in("phone_com").events  # type: ignore[attr-defined]
    usual = events._handle_listener

    def handle(request: Any, listener: dict[str, Any], rest: list[str]) -> Any:
        if request.method != "GET" or len(rest) < 2:
            return usual(request, listener, rest)
        for each in listener[f":{rest[0]}"]:
            if str(each["id"]) == rest[1]:
                return json_response(200, each)
        raise Refusal(404, "Not found")

    events._handle_listener = handle


async def use_voip(desk: Desk[VoipCommunications]) -> None:
    """Read the log of what was sent and answered; list what waits, and delete it."""
    provider, approval = desk.provider, approve(desk.provider)
    assert (await desk.send(approval)).accepted
    own = f"+{provider.sender}"
    [entry] = await desk.pages(provider.summary())
    assert (entry.external, entry.internal) == (AMERICAN[1:], own[1:])
    assert (entry.text, entry.status, entry.sale) == (TEXT, "SENT", Decimal("0.0125"))
    [sent] = await desk.pages(provider.find_sent(*recent()))
    assert (sent.message_id, sent.price) == (entry.id, Money(Decimal("0.0125"), "USD"))
    assert (sent.number, sent.outcome, sent.at) == (AMERICAN, Outcome.ACCEPTED, entry.at)
    desk.sandbox.text_back("voip_communications", AMERICAN, own, "Yes")
    reply, first = await desk.pages(provider.chat(own, AMERICAN))
    assert (reply.direction, reply.text) == ("IN", "Yes")
    assert (first.direction, first.text, first.id) == ("OUT", TEXT, entry.id)
    date = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    key = (await desk.send(approve(provider, OTHER), VoipOptions(delivery_date=date))).message_id
    [waiting] = await desk.call(provider.list_scheduled())
    assert (waiting.smsid, waiting.number, waiting.at) == (key, OTHER[1:], date)
    gone = await desk.call(provider.cancel_scheduled(key or ""))
    assert (gone.smsid, gone.code) == (key, 200)
    assert await desk.call(provider.list_scheduled()) == ()
    assert [each.number for each in desk.sandbox.ledger] == [AMERICAN]
    assert provider.fetch(key or "") is None  # type: ignore[func-returns-value]
    assert provider.forecast(Dispatch((approval,))) is None
    with pytest.raises(NotSupported, match="balance"):
        provider.balance()


async def use_callr(desk: Desk[Callr]) -> None:
    """Ask what a message will be, send it, and find it by every way that there is."""
    provider, approval = desk.provider, approve(desk.provider)
    forecast = await desk.call(provider.forecast(Dispatch((approval,))))
    assert (forecast.parts, forecast.cost) == (1, Decimal("0.0650"))
    key = (await desk.send(approval)).message_id or ""
    message = await desk.call(provider.get(key))
    assert (message.id, message.number, message.text) == (key, FRENCH, TEXT)
    assert (message.status, message.parts, message.debit) == ("RECEIVED", 1, Decimal("0.0650"))
    assert [each.new for each in message.history] == [
        "PENDING",
        "SENT",
        "REMOTE_QUEUED",
        "RECEIVED",
    ]
    assert [each.id for each in await desk.pages(provider.search({"to": FRENCH}))] == [key]
    assert await desk.call(provider.get_list("OUT", *recent())) == (message,)
    [sent] = await desk.pages(provider.find_sent(*recent()))
    assert (sent.message_id, sent.outcome) == (key, Outcome.ACCEPTED)
    assert sent.price == Money(Decimal("0.0650"), "EUR")
    assert await desk.call(provider.fetch(key)) == sent
    assert await desk.call(provider.fetch("NONE0000")) is None
    quoted = await desk.call(provider.get_quote(FRENCH, "ê" * 71))
    assert (quoted.parts, quoted.encoding, quoted.cost) == (2, "UNICODE", Decimal("0.1300"))
    assert (await desk.call(provider.get_count_for_body("a" * 161))).parts == 2
    assert (await desk.call(provider.get_gsm_charset_mapping()))["œ"] == "oe"


async def use_callr_webhooks(desk: Desk[Callr]) -> None:
    """Subscribe and unsubscribe, and be told of an export that is done."""
    provider, hooks = desk.provider, desk.provider.webhooks
    types = await desk.call(hooks.get_event_types())
    assert types == ("sms.mo", "sms.mt.status_update", "job.status_update")
    hook = Hook(endpoint=desk.hook.url, secret="s3cret")  # noqa: S106  # invented
    made = await desk.call(hooks.subscribe("sms.mo", hook))
    assert (made.type, made.endpoint) == ("sms.mo", desk.hook.url)
    desk.sandbox.text_back("callr", FRENCH, "", "Yes")
    desk.sandbox.settle()
    assert json.loads(desk.hook.heard[-1].body)["hook_hash"] == made.hash
    assert await desk.call(hooks.unsubscribe(made.hash or "")) is True
    with pytest.raises(ProviderError, match="PROPERTY_VALUE_ERROR"):
        await desk.call(hooks.unsubscribe(made.hash or ""))
    job = await desk.call(provider.export_async({"type": "OUT"}, hook))
    while not desk.hook.heard[-1].body.count(job.encode()):
        desk.sandbox.settle()
    assert json.loads(desk.hook.heard[-1].body)["data"]["status"] == "DONE"
    count = provider._at.call("sms.get_count_for_body", ["a"], lambda value: value)
    assert await desk.call(count)


async def use_callr_rest(desk: Desk[CallrRest]) -> None:
    """Ask who is there, send, and find by every way that there is."""
    provider, approval = desk.provider, approve(desk.provider)
    pong = await desk.call(provider.ping())
    assert pong.pong is True
    assert pong.time is not None
    assert abs(pong.time - datetime.now(UTC)) < timedelta(minutes=1)
    key = (await desk.send(approval)).message_id or ""
    assert desk.sandbox.ledger[0].message_id.lower() == key
    message = await desk.call(provider.get(key))
    assert message is not None
    assert (message.id, message.number, message.text, message.type) == (key, FRENCH, TEXT, "OUT")
    assert (message.nature, message.parts, message.status) == ("marketing", 1, "delivered")
    assert await desk.pages(provider.list_messages(to=FRENCH, limit=1)) == [message]
    [sent] = await desk.pages(provider.find_sent(*recent()))
    assert (sent.message_id, sent.outcome, sent.parts) == (key, Outcome.ACCEPTED, 1)
    assert await desk.call(provider.fetch(key)) == sent
    assert await desk.call(provider.get("none0000")) is None
    assert await desk.call(provider.fetch("none0000")) is None
    assert provider.forecast(Dispatch((approval,))) is None


async def use_close_messages(desk: Desk[Close]) -> None:
    """Send, find, draft, log, change, stop, put off and delete: only one message goes out."""
    provider, messages, approval = desk.provider, desk.provider.messages, approve(desk.provider)
    key = (await desk.send(approval)).message_id or ""
    sent = await desk.call(messages.get(key))
    assert (sent.status, sent.text, sent.remote_phone) == ("sent", TEXT, AMERICAN)
    assert sent.cost == Money(Decimal("0.0079"), "USD")
    [found] = await desk.pages(provider.find_sent(*recent()))
    assert (found.message_id, found.outcome, found.price) == (key, Outcome.ACCEPTED, sent.cost)
    assert await desk.call(provider.fetch(key)) == found
    assert await desk.call(provider.fetch("acti_none0000")) is None
    assert provider.forecast(Dispatch((approval,))) is None
    ends: Any = {"local_phone": provider.local_phone, "remote_phone": OTHER}
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    logged = await desk.call(messages.log_sent(text="Out", activity_at=at, **ends))
    came = await desk.call(messages.log_received(text="In", send_to_inbox=True, **ends))
    draft = await desk.call(messages.create_draft(text="Later", **ends))
    assert (logged.status, logged.source, logged.activity_at) == ("sent", "External", at)
    assert (came.status, came.direction, draft.status) == ("inbox", "inbound", "draft")
    changed = await desk.call(messages.update(draft.id, text="Now", lead_id="lead_1"))
    assert (changed.id, changed.text, changed.lead_id) == (draft.id, "Now", "lead_1")
    assert [each.id for each in await desk.pages(messages.list(direction="inbound"))] == [came.id]
    every = [each.id for each in await desk.pages(messages.list(limit=2))]
    assert sorted(every) == sorted([key, logged.id, came.id, draft.id])
    await desk.call(messages.delete(draft.id))
    with pytest.raises(NotFound):
        await desk.call(messages.get(draft.id))
    now = datetime.now(UTC)
    options = CloseOptions(date_scheduled=now + timedelta(hours=1))
    waiting = (await desk.send(approve(provider, OTHER), options)).message_id or ""
    later = await desk.call(messages.reschedule(waiting, now + timedelta(hours=2), now=now))
    assert (later.status, later.scheduled_at) == ("scheduled", now + timedelta(hours=2))
    stopped = await desk.call(messages.cancel(waiting))
    assert (stopped.cancelled, stopped.status, stopped.message.id) == (True, "draft", waiting)
    assert [each.message_id for each in desk.sandbox.ledger] == [key]


async def use_close_account(desk: Desk[Close]) -> None:
    """Make, change and delete templates; ask which numbers can write where."""
    provider, templates, account = desk.provider, desk.provider.templates, desk.provider._account
    made = await desk.call(templates.create("Doors", text="At {{ local_phone }}", is_shared=True))
    assert (made.name, made.is_shared, made.status) == ("Doors", True, "active")
    assert await desk.pages(templates.list()) == [made]
    assert await desk.call(templates.get(made.id)) == made
    archived = await desk.call(templates.update(made.id, status="archived"))
    assert (archived.id, archived.status) == (made.id, "archived")
    await desk.call(templates.delete(made.id))
    with pytest.raises(NotFound):
        await desk.call(templates.get(made.id))
    numbers = provider.phone_numbers
    [own] = await desk.pages(numbers.list(number=provider.local_phone))
    assert (own.number, own.type, own.sms_enabled) == (provider.local_phone, "internal", True)
    assert own.sms_countries == ("US", "CA", "PR")
    reach = await desk.call(numbers.can_text(provider.local_phone or "", "CA"))
    assert (reach.possible, reach.reason, reach.number) == (True, None, own)
    nowhere = await desk.call(numbers.can_text(provider.local_phone or "", "FR"))
    assert (bool(nowhere), nowhere.reason) == (False, "it cannot write to FR")
    request = account.request("phone_number.list", "GET", "phone_number")
    listed = await desk.call(account.call(request, lambda each: each.get("has_more"), safe=True))
    assert listed is False
    every = account.pages("phone_number.list", "phone_number", lambda each: (each.get("type"),))
    assert len(await desk.pages(every)) == 5
    with pytest.raises(NotFound):
        await desk.call(account.deletion("sms_template.delete", f"sms_template/{made.id}"))
    again = await desk.call(templates.create("Doors"))
    await desk.call(account.deletion("sms_template.delete", f"sms_template/{again.id}"))
    assert await desk.pages(templates.list()) == []


async def use_close_events(desk: Desk[Close]) -> None:
    """Subscribe, pause and end; the log has what was told, and what was not."""
    hooks, log = desk.provider.webhooks, desk.provider.event_log
    made = await desk.call(hooks.create(desk.hook.url))
    assert isinstance(made.signature_key, Secret)
    assert (made.url, made.status, len(made.events)) == (desk.hook.url, "active", 4)
    [listed] = await desk.pages(hooks.list())
    assert (listed.id, listed.signature_key) == (made.id, None)
    assert await desk.call(hooks.get(made.id)) == listed
    came = desk.sandbox.text_back("close", AMERICAN, desk.provider.local_phone or "", "Yes")
    desk.sandbox.settle()
    told = json.loads(desk.hook.heard[-1].body)["event"]
    [logged] = await desk.pages(log.list(object_id=came))
    assert (logged.id, logged.kind) == (told["id"], EventKind.INBOUND)
    assert (logged.sender, logged.text) == (AMERICAN, "Yes")
    paused = await desk.call(hooks.update(made.id, status="paused"))
    assert (paused.id, paused.status) == (made.id, "paused")
    before = len(desk.hook.heard)
    second = desk.sandbox.text_back("close", OTHER, desk.provider.local_phone or "", "No")
    desk.sandbox.settle()
    assert len(desk.hook.heard) == before
    assert [each.message_id for each in await desk.pages(log.list(object_id=second))] == [second]
    await desk.call(hooks.delete(made.id))
    with pytest.raises(NotFound):
        await desk.call(hooks.get(made.id))


CASES: Mapping[type[Provider], Sequence[Case[Any]]] = {
    PhoneCom: (
        use_phone_com_messages,
        use_phone_com_account,
        use_phone_com_listeners,
        use_phone_com_events,
    ),
    VoipCommunications: (use_voip,),
    Callr: (use_callr, use_callr_webhooks),
    CallrRest: (use_callr_rest,),
    Close: (use_close_messages, use_close_account, use_close_events),
}
