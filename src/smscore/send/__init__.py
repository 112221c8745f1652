"""Sending what was approved: once, recorded before it leaves, and known afterwards.

wire.py       requests and responses, as values
calls.py      one method of an API, as a value
outcomes.py   what became of a message
events.py     what a provider tells without being asked
provider.py   what a provider is
"""
