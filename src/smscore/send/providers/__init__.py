"""The four providers, each data and pure functions.

phone_com/            Phone.com, version 4
voip_communications/  voip-communications.net
callr/                CALLR, JSON-RPC and REST
close/                Close
credentials.py        keys and tokens as they are given
refusals.py           what a provider says in the place of an answer
values.py             JSON values as Python's

The law of this folder: no provider knows another one, or a connection.
"""
