"""The four providers, each data and pure functions.

phone_com.py            Phone.com, version 4
voip_communications.py  voip-communications.net
callr.py                CALLR
close.py                Close

The law of this folder: no provider knows another one, or a connection.
"""
