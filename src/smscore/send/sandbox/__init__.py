"""The four providers on this machine, as their documentation tells them, faults included.

web.py  requests, responses, and the world that the stand-ins share

The law of this folder: it imports nothing of the wrappers that are tested with it, so that an error
in one is not made in the other too.
"""
