"""The tables of a journal, and how an older journal becomes a newer one.

The law of this file: a version that was released is never changed: what comes later is one more
step. Times are UTC in ISO 8601 with microseconds, so that they compare as text; money is a decimal
written out. Every index is one more page to sync before a message leaves: there are as few as do.
"""

from __future__ import annotations

import sqlite3

from smscore.errors import JournalError

APPLICATION_ID = 0x534D5343
"""What tells a journal from other SQLite files: "SMSC"."""

STEPS = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        key_hash BLOB NOT NULL,
        provider TEXT NOT NULL,
        account_hash BLOB NOT NULL,
        handle_hash BLOB,
        state TEXT NOT NULL CHECK (state IN (
            'quoted', 'approved', 'in_flight', 'accepted', 'rejected', 'not_sent', 'unknown'
        )),
        stage TEXT CHECK (stage IN ('send', 'prepare', 'release')),
        attempt INTEGER NOT NULL,
        quote_hash BLOB NOT NULL,
        number_hash BLOB NOT NULL,
        range_hash BLOB NOT NULL,
        text_hash BLOB NOT NULL,
        country TEXT NOT NULL,
        profile TEXT NOT NULL,
        deck_sha256 TEXT NOT NULL,
        day TEXT NOT NULL,
        alphabet TEXT NOT NULL,
        units INTEGER NOT NULL,
        parts INTEGER NOT NULL,
        most_parts INTEGER NOT NULL,
        unit TEXT NOT NULL,
        unit_price TEXT NOT NULL,
        low TEXT NOT NULL,
        expected TEXT NOT NULL,
        high TEXT NOT NULL,
        currency TEXT NOT NULL,
        counted_day TEXT,
        counted_money TEXT,
        counted_parts INTEGER,
        message_id TEXT,
        status TEXT,
        code TEXT,
        reason TEXT,
        http_status INTEGER,
        billed_parts INTEGER,
        billed_price TEXT,
        billed_currency TEXT,
        quoted_at TEXT NOT NULL,
        approved_at TEXT,
        in_flight_at TEXT,
        finished_at TEXT,
        status_at TEXT,
        reconciled_at TEXT,
        label TEXT,
        number TEXT,
        text TEXT,
        UNIQUE (run, key_hash)
    );
    CREATE INDEX message_id ON message (provider, message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX message_time ON message (in_flight_at) WHERE in_flight_at IS NOT NULL;

    CREATE TABLE change (
        id INTEGER PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES message (id),
        at TEXT NOT NULL,
        state TEXT NOT NULL,
        stage TEXT,
        attempt INTEGER NOT NULL,
        cause TEXT NOT NULL
    );

    CREATE TABLE spent (
        scope TEXT NOT NULL,
        country TEXT NOT NULL,
        currency TEXT NOT NULL,
        money TEXT NOT NULL,
        parts INTEGER NOT NULL,
        recipients INTEGER NOT NULL,
        PRIMARY KEY (scope, country, currency)
    ) WITHOUT ROWID;

    CREATE TABLE event (
        provider TEXT NOT NULL,
        id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (provider, id)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE earlier (
        message INTEGER NOT NULL REFERENCES message (id),
        attempt INTEGER NOT NULL,
        provider TEXT NOT NULL,
        account_hash BLOB NOT NULL,
        in_flight_at TEXT NOT NULL,
        message_id TEXT,
        status TEXT,
        billed_parts INTEGER,
        billed_price TEXT,
        billed_currency TEXT,
        PRIMARY KEY (message, attempt)
    ) WITHOUT ROWID;

    ALTER TABLE event ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
    """,
)

VERSION = len(STEPS)


def prepare(connection: sqlite3.Connection, path: str) -> None:
    """Make a new journal, or bring an older one up to date; JournalError for what is none.

    It is one transaction: two processes that open a new journal together make it once.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        _check(connection, path)
        [version] = connection.execute("PRAGMA user_version").fetchone()
        for number in range(version, VERSION):
            for statement in STEPS[number].split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check(connection: sqlite3.Connection, path: str) -> None:
    [identity] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if identity != APPLICATION_ID and (identity or version or tables):
        raise JournalError(path, "it is an SQLite file of something else: name another")
    if version > VERSION:
        raise JournalError(path, "a newer smscore made it: update this one")
