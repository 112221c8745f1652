"""The four providers, each data and pure functions.

phone_com/            Phone.com, version 4
voip_communications/  voip-communications.net
callr/                CALLR, JSON-RPC and REST
close/                Close

The law of this folder: no provider knows another one, or a connection.
"""
