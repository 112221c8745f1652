"""The stand-ins that there are.

The law of this file: it is the only place that knows them all.
"""

from __future__ import annotations

from importlib import import_module

from smscore.send.sandbox.web import StandIn

STAND_INS: dict[str, type[StandIn]] = {}

for _module in ("phone_com", "voip_communications", "callr", "close"):
    try:
        _loaded = import_module(f"smscore.send.sandbox.{_module}")
    except ModuleNotFoundError:
        continue
    for _value in list(vars(_loaded).values()):
        if (
            isinstance(_value, type)
            and issubclass(_value, StandIn)
            and _value.__module__ == _loaded.__name__
        ):
            STAND_INS[_value.name] = _value
