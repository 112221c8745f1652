"""Where the accounts are whose messages a journal has, for whoever asks at another place.

The law of this file: of a place the host is known, and no path or credential; what
an account is stays a hash.
"""

from __future__ import annotations

import sqlite3

_PREFIX = "host of "


def note(connection: sqlite3.Connection, account_hash: bytes, host: str) -> None:
    """Remember the host of an account."""
    connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)", (f"{_PREFIX}{account_hash.hex()}", host)
    )


def find(connection: sqlite3.Connection, account_hash: bytes) -> str | None:
    """Give the host of an account; None if nobody has noted it."""
    row = connection.execute(
        "SELECT value FROM setting WHERE name = ?", (f"{_PREFIX}{account_hash.hex()}",)
    ).fetchone()
    return None if row is None else str(row[0])
