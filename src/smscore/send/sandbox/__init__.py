"""The four providers on this machine, as their documentation tells them, faults included.

web.py          requests, responses, and the world that the stand-ins share
faults.py       which fault happens to which request
switches.py     the switches that there are, and what each takes
agenda.py       what will happen in a stand-in, each thing at its own time
phone_com.py, voip_communications.py, callr.py, close.py, and the files that begin with their names
stand_ins.py    the stand-ins that there are
state.py        what a running sandbox holds, behind its lock
courier.py      webhooks on their way to whoever listens
control.py      what a process under test asks of the sandbox itself
application.py  a request routed, handled, and answered or left unanswered
server.py       all of it behind one port, in a thread

The law of this folder: it imports nothing of the wrappers that are tested with it, so that an error
in one is not made in the other too.
"""

from __future__ import annotations

from smscore.errors import MissingExtra

TYPE_CHECKING = False

if TYPE_CHECKING:
    from smscore.send.sandbox.server import Sandbox as Sandbox

__all__ = ["Sandbox"]

for _package in ("uvicorn", "httpx"):
    try:
        __import__(_package)
    except ModuleNotFoundError as error:
        if error.name != _package:
            raise
        raise MissingExtra(_package, "sandbox", "the sandbox") from None


def __getattr__(name: str) -> object:
    """Load the server when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from smscore.send.sandbox.server import Sandbox

    return Sandbox
