"""The SMS activities of the Close stand-in, and what becomes of them.

The law of this file: a message leaves once, when outbox becomes sent; until then it can be made a
draft again, and only a draft can be changed. What the clock does is told like what a caller does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from smscore.send.sandbox.agenda import Agenda
from smscore.send.sandbox.callr_text import BASIC, count_parts
from smscore.send.sandbox.close_checks import (
    LEAVING,
    REQUIRED,
    Fields,
    Refused,
    failed,
    invalid,
    read_date,
)
from smscore.send.sandbox.close_events import Events
from smscore.send.sandbox.close_objects import Json, Templates, split
from smscore.send.sandbox.web import World

# Invented, all of it.
LANDLINE, BLOCKED, STUCK, UNPRICED = (f"+1303555019{last}" for last in range(1, 5))
ERRORS = {LANDLINE: "The number is a landline.", BLOCKED: "The recipient has blocked the number."}
SEND_SECONDS = 0.2
CENTS_PER_PART, CENTS_PER_MMS = Decimal("0.7900"), Decimal("2.0000")
_EXTENSION = frozenset("^{}\\[~]|€\f")

_COUNTRIES = {
    "+1787": "PR", "+1939": "PR", "+1": "US", "+44": "GB", "+33": "FR", "+61": "AU", "+32": "BE",
    "+45": "DK", "+972": "IL", "+27": "ZA",
}  # fmt: skip
_LINKS = ("contact_id", "template_id")
_NULLS = (
    "sequence_id", "sequence_name", "sequence_subscription_id", "agent_action_reason",
    "agent_config_id",
)  # fmt: skip
_SPANS = ("date_created", "activity_at")
_LISTS = {"id__in": "id", "lead_id": "lead_id", "contact_id": "contact_id", "user_id": "user_id",
          "_type": "_type", "organization_id": "organization_id"}  # fmt: skip
NEW_USER = "Sandbox User"

Asked = tuple[str, str]


@dataclass(slots=True)
class Activity:
    """One activity, its times beside the JSON that shows them."""

    values: Json = field(repr=False)
    created: datetime
    activity_at: datetime
    scheduled: datetime | None = None
    plan: int = 0
    """How often what will happen to it has changed; what was planned before does not happen."""

    @property
    def status(self) -> str:
        """Where it is."""
        return cast("str", self.values["status"])


class Activities:
    """All SMS activities of an organisation."""

    def __init__(
        self, world: World, agenda: Agenda, events: Events, templates: Templates, user_id: str
    ) -> None:
        self.world = world
        self.agenda = agenda
        self.events = events
        self.templates = templates
        self.user_id = user_id
        self.numbers: list[Json] = []
        self.kept: dict[str, Activity] = {}
        self.deleted: dict[str, tuple[float, Activity]] = {}

    def find(self, key: str) -> Activity:
        """Find an activity; Refused with 404 if there is none."""
        if key not in self.kept:
            raise failed(404, "Not found.")
        return self.kept[key]

    def read(self, key: str) -> Json:
        """Show an activity, for a while even one that is deleted if the switch says so."""
        stale = self.world.switches.get("close.stale_reads", 0.0)
        if key in self.deleted and isinstance(stale, (int, float)):
            at, activity = self.deleted[key]
            if self.world.time() - at < stale:
                return dict(activity.values)
        return dict(self.find(key).values)

    def create(self, given: Fields, asked: Asked | None = None) -> Json:
        """Make an activity, and send it if its status says so."""
        status = given.get("status")
        if status is None:
            raise invalid(status=REQUIRED)
        outbound = given.get("direction", "outbound") == "outbound"
        if status in LEAVING and not outbound:
            raise invalid(direction="A message that is received does not leave.")
        now = self.world.now()
        created = cast("datetime", given.get("date_created") or now)
        at = cast("datetime", given.get("activity_at") or created)
        user = given.get("user_id") or self.user_id
        maker = given.get("created_by_id") or user
        handled = "External" if status in ("sent", "inbox", "error") else "Close.io"
        values: Json = {
            "_type": "SMS",
            "id": f"acti_{self.world.make_id(20)}",
            "status": status,
            "direction": given.get("direction") or ("inbound" if status == "inbox" else "outbound"),
            "source": given.get("source") or handled,
            "text": None,
            "cost": None,
            "error_message": None,
            "date_created": write_date(created),
            "date_updated": write_date(now),
            "date_sent": write_date(at) if status == "sent" else None,
            "date_scheduled": None,
            "activity_at": write_date(at),
            "lead_id": given.get("lead_id") or self._make_lead(),
            "user_id": user,
            "user_name": NEW_USER,
            "users": [],
            "created_by": maker,
            "created_by_name": NEW_USER,
            "updated_by": maker,
            "updated_by_name": NEW_USER,
            "organization_id": self.events.organization,
            **dict.fromkeys(_LINKS),
            **dict.fromkeys(_NULLS),
        }
        activity = Activity(values, created, at)
        values.update(self._rewrite(activity, given))
        self._check(activity, given, str(status))
        self.kept[cast("str", values["id"])] = activity
        self.events.tell("created", dict(values), request=asked)
        self._leave(activity, given)
        return dict(values)

    def _make_lead(self) -> str | None:
        """Make a lead where the switch says that Close makes one of its own."""
        makes = self.world.switch("close.makes_leads")
        return f"lead_{self.world.make_id(20)}" if makes else None

    def _rewrite(self, activity: Activity, given: Fields) -> Json:
        """Give what the fields of a draft become."""
        new: Json = {}
        for name in ("text", "lead_id", "contact_id", "user_id", "attachments", "template_id"):
            if given.get(name) is not None:
                new[name] = given[name]
        for side in ("local", "remote"):
            number = cast("str | None", given.get(f"{side}_phone"))
            if number is not None or f"{side}_phone" not in activity.values:
                new[f"{side}_phone"] = number
                new[f"{side}_phone_formatted"] = number and show_number(number)
                new[f"{side}_country_iso"] = number and find_country(number)
        scheduled = given.get("date_scheduled")
        if isinstance(scheduled, datetime):
            activity.scheduled = scheduled
            new["date_scheduled"] = write_date(scheduled)
        if isinstance(given.get("activity_at"), datetime):
            activity.activity_at = cast("datetime", given["activity_at"])
            new["activity_at"] = write_date(activity.activity_at)
        template = given.get("template_id")
        if template is not None:
            known = {**activity.values, **new}
            shown = {
                "user.name": str(known["user_name"]),
                "local_phone": str(known["local_phone"]),
                "remote_phone": str(known["remote_phone"]),
            }
            new["text"] = self.templates.render(str(template), shown)
        return new

    def _check(self, activity: Activity, given: Fields, status: str) -> None:
        """Check what a message must have to leave. What Close checks at once is partly unknown."""
        if self.world.switch("close.lenient"):
            return
        values = activity.values
        faults: dict[str, str] = {}
        if given.get("send_in") is not None and status != "outbox":
            faults["send_in"] = "Only goes with the status outbox."
        if given.get("text") is not None and given.get("template_id") is not None:
            faults["template_id"] = "Goes without a text."
        limit = self.world.switches.get("close.text_limit")
        if isinstance(limit, int) and len(str(values["text"] or "")) > limit:
            faults["text"] = f"Must have at most {limit} characters."
        if status in LEAVING:
            faults = {**self._find_faults(activity, status), **faults}
        if faults:
            raise invalid(**faults)

    def _find_faults(self, activity: Activity, status: str) -> dict[str, str]:
        """Find what keeps a message from leaving, at once or at its date."""
        values = activity.values
        names = ("local_phone", "remote_phone", "text")
        faults = {name: REQUIRED for name in names if not values[name]}
        if values["local_phone"] and self._find_sender(values["local_phone"]) is None:
            faults["local_phone"] = "Not an internal number that can send SMS."
        if status == "scheduled":
            past = self.world.switch("close.refuse_past_dates")
            if activity.scheduled is None:
                faults["date_scheduled"] = REQUIRED
            elif past and activity.scheduled <= self.world.now():
                faults["date_scheduled"] = "Must be in the future."
        return faults

    def _find_sender(self, number: object) -> Json | None:
        """Find the account's own number that can send."""
        for each in self.numbers:
            if each["number"] == number and each["type"] == "internal" and each["sms_enabled"]:
                return each
        return None

    def _leave(self, activity: Activity, given: Fields) -> None:
        """Plan what will happen to an activity."""
        activity.plan += 1
        plan = activity.plan
        if activity.status == "outbox":
            wait = cast("float", given.get("send_in") or 0) + self._send_seconds()
            due = self.world.time() + wait
            self.agenda.note(due, lambda at: self._transmit(activity, plan, at))
        elif activity.status == "scheduled" and activity.scheduled is not None:
            due = activity.scheduled.timestamp()
            self.agenda.note(due, lambda at: self._wake(activity, plan, at))

    def _send_seconds(self) -> float:
        seconds = self.world.switches.get("close.send_seconds", SEND_SECONDS)
        return seconds if isinstance(seconds, (int, float)) else SEND_SECONDS

    def _wake(self, activity: Activity, plan: int, at: float) -> None:
        """Move a scheduled message to the outbox, at its date."""
        if plan != activity.plan:
            return
        self._change(activity, {"status": "outbox"})
        due = max(at, self.world.time()) + self._send_seconds()
        self.agenda.note(due, lambda then: self._transmit(activity, plan, then))

    def _transmit(self, activity: Activity, plan: int, at: float) -> None:
        """Hand a message to the carrier, or find that it cannot be."""
        values = activity.values
        if plan != activity.plan or values["remote_phone"] == STUCK:
            return
        error = self._find_error(values)
        if error:
            self._change(activity, {"status": "error", "error_message": error})
            return
        remote, local = str(values["remote_phone"]), str(values["local_phone"])
        self.world.deliver("close", remote, local, str(values["text"]), str(values["id"]))
        sent: Json = {"status": "sent", "date_sent": write_date(datetime.fromtimestamp(at, UTC))}
        cost = {"cost": find_cost(values)} if remote != UNPRICED else {}
        late = self.world.switches.get("close.late_cost", 0)
        if isinstance(late, (int, float)) and late > 0:
            self._change(activity, sent)
            self.agenda.note(at + late, lambda _: self._change(activity, dict(cost)))
        else:
            self._change(activity, {**sent, **cost})

    def _find_error(self, values: Json) -> str | None:
        """Find why a message fails after it was taken."""
        remote = values["remote_phone"]
        sender = self._find_sender(values["local_phone"])
        if not remote or sender is None or not values["text"]:
            return "The message is not complete."
        countries = cast("list[str]", sender["supports_sms_to_countries"])
        anywhere = self.world.switch("close.any_country")
        if values["remote_country_iso"] not in countries and not anywhere:
            return "The country of the number is not supported."
        return ERRORS.get(str(remote))

    def _change(self, activity: Activity, new: Json, asked: Asked | None = None) -> None:
        """Change an activity, and tell it."""
        values = activity.values
        changed = {name: value for name, value in new.items() if values.get(name) != value}
        if not changed:
            return
        changed["date_updated"] = write_date(self.world.now())
        previous = {name: values.get(name) for name in changed}
        values.update(changed)
        self.events.tell("updated", dict(values), request=asked, previous=previous)
        if changed.get("status") == "sent" and not self.world.switch("close.consolidate_events"):
            self.events.tell("sent", dict(values), request=asked, previous=previous)

    def update(self, key: str, given: Fields, asked: Asked | None = None) -> Json:
        """Change an activity as far as its status allows it."""
        activity = self.find(key)
        before, after = activity.status, given.get("status", activity.status)
        allowed = {
            "draft": after in ("draft", *LEAVING),
            "scheduled": after == "draft",
            "outbox": after == "draft",
        }
        if not allowed.get(before, False):
            # The text and its place are invented.
            raise Refused(
                400, {"errors": [f"An SMS in {before} cannot be changed so."], "field-errors": {}}
            )
        # What a draft would be is tried out on a copy, so that a refusal leaves no trace.
        draft = Activity(
            dict(activity.values), activity.created, activity.activity_at, activity.scheduled
        )
        if before == "scheduled":
            draft.scheduled, draft.values["date_scheduled"] = None, None
        draft.values.update(self._rewrite(draft, given))
        self._check(draft, given, str(after))
        activity.scheduled, activity.activity_at = draft.scheduled, draft.activity_at
        self._change(activity, {**draft.values, "status": after}, asked)
        self._leave(activity, given)
        return dict(activity.values)

    def delete(self, key: str, asked: Asked | None = None) -> None:
        """Delete an activity. Whether one that was to be sent still is, is not documented."""
        activity = self.find(key)
        del self.kept[key]
        self.deleted[key] = (self.world.time(), activity)
        if not self.world.switch("close.delete_sends"):
            activity.plan += 1
        self.events.tell("deleted", dict(activity.values), request=asked)

    def list(self, params: Mapping[str, object]) -> list[Json]:
        """Find activities, newest first. There is no filter for status, direction or numbers."""
        found: Iterable[Activity] = reversed(self.kept.values())
        lag = self.world.switches.get("close.list_lag", 0)
        if isinstance(lag, (int, float)) and lag > 0:
            last = self.world.time() - lag
            found = [each for each in found if each.created.timestamp() <= last]
        for name, key in _LISTS.items():
            if name in params:
                wanted = split(params[name])
                found = [each for each in found if each.values[key] in wanted]
        for name in _SPANS:
            attribute = "created" if name == "date_created" else name
            for end in ("gt", "gte", "lt", "lte"):
                text = params.get(f"{name}__{end}")
                if text is None:
                    continue
                limit = read_date(text, dates=True)
                if limit is None:
                    raise invalid(**{f"{name}__{end}": "Not a date."})
                found = [each for each in found if _is(end, getattr(each, attribute), limit)]
        newest = sorted(found, key=lambda each: each.created, reverse=True)
        return [each.values for each in newest]


def _is(end: str, at: datetime, limit: datetime) -> bool:
    """Tell whether a time is on the right side of a limit."""
    return (at == limit and end.endswith("e")) or (at > limit if end[0] == "g" else at < limit)


def write_date(at: datetime) -> str:
    """Write a time with its offset."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def show_number(number: str) -> str:
    """Write a number for people to read, as far as North America goes.

    >>> show_number("+12025550111"), show_number("+447700900111")
    ('+1 202-555-0111', '+447700900111')
    """
    if not number.startswith("+1"):
        return number
    return f"+1 {number[2:5]}-{number[5:8]}-{number[8:]}"


def find_country(number: str) -> str | None:
    """Find the country of a number, of those that Close sends to."""
    found = [each for each in _COUNTRIES if number.startswith(each)]
    return _COUNTRIES[max(found, key=len)] if found else None


def find_cost(values: Json) -> str:
    """Give what a message costs, in US cents."""
    if values.get("attachments"):
        return str(CENTS_PER_MMS)
    text = str(values["text"])
    if (BASIC | _EXTENSION).issuperset(text):
        septets = len(text) + sum(each in _EXTENSION for each in text)
        return str(CENTS_PER_PART * count_parts(septets, 160, 153))
    return str(CENTS_PER_PART * count_parts(len(text.encode("utf-16-le")) // 2, 70, 67))
