"""Sending what was approved: once, recorded before it leaves, and known afterwards.

wire.py            requests and responses, as values
outcomes.py        what became of a message
calls.py           one method of an API, as a value
events.py          what a provider tells without being asked
telemetry.py       log records and spans
provider.py        what a provider is
pacing.py          rate limits
journal/           the durable record of every send
steps.py           what flows yield, and the terms that they go by
calling.py         every decision about one call that is no sending
flow.py            every decision about one dispatch
batches.py         many approvals as dispatches
writing.py         the journal, from an event loop
providers/         the four providers
webhooks.py        events of any of them
reconciliation.py  what became of messages in doubt, and what they really cost
client.py          the drivers: the one file with connections
sandbox/           the four providers on this machine
"""
