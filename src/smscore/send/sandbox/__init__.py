"""The four providers on this machine, as their documentation tells them, faults included.

web.py          requests, responses, and the world that the stand-ins share
faults.py       which fault happens to which request
state.py        what a running sandbox holds, behind its lock
courier.py      webhooks on their way to whoever listens
control.py      what a process under test asks of the sandbox itself
application.py  a request routed, handled, and answered or left unanswered
stand_ins.py    the stand-ins that there are
server.py       all of it behind one port, in a thread

The law of this folder: it imports nothing of the wrappers that are tested with it, so that an error
in one is not made in the other too.
"""
