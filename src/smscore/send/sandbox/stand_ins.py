"""The stand-ins that there are.

The law of this file: it is the only place that knows them all.
"""

from __future__ import annotations

from smscore.send.sandbox.callr import CallrStandIn
from smscore.send.sandbox.callr_rest import CallrRestStandIn
from smscore.send.sandbox.close import CloseStandIn
from smscore.send.sandbox.phone_com import PhoneComStandIn
from smscore.send.sandbox.voip_communications import VoipCommunicationsStandIn
from smscore.send.sandbox.web import StandIn, World

_KINDS: tuple[type[StandIn], ...] = (
    PhoneComStandIn,
    VoipCommunicationsStandIn,
    CallrStandIn,
    CloseStandIn,
)
STAND_INS = {kind.name: kind for kind in _KINDS}


def make_stand_ins(name: str, world: World) -> list[StandIn]:
    """Make a provider's stand-in, and others that share its account.

    Raises KeyError for a name that is none.
    """
    made = STAND_INS[name](world)
    if isinstance(made, CallrStandIn):
        return [made, CallrRestStandIn(world, made.store)]
    return [made]
