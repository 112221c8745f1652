"""What the Close stand-in keeps beside messages: templates and phone numbers, and pages of each.

The law of this file: a list has `data` and `has_more`; a field is left out of an answer only where
`_fields` asks for others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from smscore.send.sandbox.close_checks import REQUIRED, failed, invalid, read_whole
from smscore.send.sandbox.web import World

Json = dict[str, object]
Params = Mapping[str, object]

GREATEST_LIMIT, DEFAULT_LIMIT = 200, 100
GREATEST_SKIP = 35_000

# Invented: the numbers of the account.
LOCAL_PHONE = "+12025550111"
BRITISH_PHONE = "+447700900111"
SILENT_PHONE = "+12025550112"
EXTERNAL_PHONE = "+12025550113"
VIRTUAL_PHONE = "+12025550114"

_NORTH_AMERICA = ["US", "CA", "PR"]
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def page(world: World, data: Sequence[Json], params: Params) -> Json:
    """Give a page of a list."""
    limit = read_whole(params, "_limit", DEFAULT_LIMIT, GREATEST_LIMIT)
    cap = world.switches.get("close.max_skip", GREATEST_SKIP)
    skip = read_whole(params, "_skip", 0, cap if isinstance(cap, int) else GREATEST_SKIP)
    shown = data[skip : skip + limit]
    return {
        "data": [project(each, params) for each in shown],
        "has_more": skip + len(shown) < len(data),
    }


def project(one: Json, params: Params) -> Json:
    """Leave only the fields that `_fields` names, if it is there."""
    if "_fields" not in params:
        return one
    names = split(params["_fields"])
    return {name: one[name] for name in names if name in one}


def split(value: object) -> list[str]:
    """Read a list with commas, or one of JSON."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return [each.strip() for each in str(value).split(",") if each.strip()]


def make_phone_numbers(world: World, user_id: str) -> list[Json]:
    """Make the numbers of the account, one of each sort."""
    made: tuple[tuple[str, str, bool, str, list[str]], ...] = (
        (LOCAL_PHONE, "internal", True, "US", _NORTH_AMERICA),
        (BRITISH_PHONE, "internal", True, "GB", ["GB"]),
        (SILENT_PHONE, "internal", False, "US", []),
        (EXTERNAL_PHONE, "external", False, "US", []),
        (VIRTUAL_PHONE, "virtual", False, "US", []),
    )
    return [
        {
            "id": f"phon_{world.make_id(16)}",
            "number": number,
            "type": kind,
            "sms_enabled": enabled,
            "mms_enabled": enabled,
            "supports_sms_to_countries": list(countries),
            "supports_mms_to_countries": list(countries),
            "country": country,
            "user_id": user_id,
            "is_group_number": False,
            "participants": [],
            "label": "",
            "carrier": "twilio" if kind == "internal" else None,
            "carrier_type": "local",
            "is_verified": True,
        }
        for number, kind, enabled, country, countries in made
    ]


def find_phone_numbers(numbers: Sequence[Json], params: Params) -> list[Json]:
    """Find the numbers that a query asks for."""
    found = list(numbers)
    for name in ("number", "user_id"):
        if name in params:
            found = [each for each in found if each[name] == params[name]]
    if "is_group_number" in params:
        wanted = str(params["is_group_number"]).lower() == "true"
        found = [each for each in found if each["is_group_number"] is wanted]
    return found


class Templates:
    """The templates of the account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: dict[str, Json] = {}

    def create(self, given: Json) -> Json:
        """Make a template."""
        if not given.get("name"):
            raise invalid(name=REQUIRED)
        key = f"smstmpl_{self.world.make_id(16)}"
        now = self.world.now().isoformat(timespec="microseconds")
        made: Json = {
            "id": key,
            "name": None,
            "text": "",
            "is_shared": False,
            "attachments": [],
            "status": "active",
            "date_created": now,
            "date_updated": now,
        }
        self.kept[key] = made
        try:
            return self.change(key, given)
        except Exception:
            del self.kept[key]
            raise

    def change(self, key: str, given: Json) -> Json:
        """Change a template."""
        kinds = {"name": str, "text": str, "is_shared": bool, "attachments": list, "status": str}
        wrong = {
            name: "Not a valid value."
            for name, value in given.items()
            if name in kinds and not isinstance(value, kinds[name])
        }
        if given.get("status", "active") not in ("active", "archived"):
            wrong["status"] = "Not a valid choice."
        if wrong:
            raise invalid(**wrong)
        kept = self.find(key)
        kept.update({name: value for name, value in given.items() if name in kinds})
        kept["date_updated"] = self.world.now().isoformat(timespec="microseconds")
        return kept

    def find(self, key: str) -> Json:
        """Find a template; Refused with 404 if there is none."""
        if key not in self.kept:
            raise failed(404, "Not found.")
        return self.kept[key]

    def delete(self, key: str) -> Json:
        """Delete a template, and give it for the last time."""
        self.find(key)
        return self.kept.pop(key)

    def render(self, key: str, values: Mapping[str, str]) -> str:
        """Write a template's text; what a placeholder does not find is nothing (invented)."""
        if key not in self.kept:
            raise invalid(template_id="No such template.")
        text = cast("str", self.kept[key]["text"])
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)
