"""The durable record of every send, written before the octets leave.

schema.py       the tables, and how an older journal becomes a newer one
hashing.py      the key, and what texts and numbers are to whoever has it not
entry.py        what the journal knows of a message
attempts.py     what a message has left behind before it was tried again
hosts.py        where the accounts are
spending.py     what the windows of caps hold already
statements.py   what reads and writes its rows
claims.py       who may move a message on
transaction.py  the steps of a message's life, each within one transaction
store.py        the file: opening it, transactions, and what is asked of it

The law of this folder: what is not committed did not happen, and what is to happen is committed
first. A text or a number is a keyed hash here, unless the caller stores messages.
"""

from smscore.send.journal.entry import Entry, State
from smscore.send.journal.store import Journal

__all__ = ["Entry", "Journal", "State"]
