"""Everything that only SQLite needs; the rest of the room is plain SQL that PostgreSQL takes as well."""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit key. SQLite stores a table in this order, without a second index, only if the type reads INTEGER."""

ERRORS: tuple[type[Exception], ...] = (sqlite3.Error,)
"""What the driver raises where SQLAlchemy does not wrap it: in the settings of a fresh connection."""

WRITES = "sambut_writes"
"""Execution option of a connection that is going to write."""

# FULL: a commit that returned has been synced to the disk, also in WAL mode (https://sqlite.org/pragma.html#pragma_synchronous).
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = {busy_ms}", "foreign_keys = ON")


def is_sqlite(engine: AsyncEngine) -> bool:
    """Whether this engine speaks to an SQLite file: one writer at a time."""
    return engine.dialect.name == "sqlite"


def prepare(engine: AsyncEngine, *, busy_ms: int) -> None:
    """Give every new connection our settings, and begin writes with the write lock in hand.

    ``busy_ms``: how long a connection waits for another process's write before it fails with "database is locked".
    """

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver's own guesses about when to begin are off: DDL would be outside of them, and a transaction
        # that reads first and then writes could lose to another writer without waiting for it.
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute("PRAGMA " + pragma.format(busy_ms=busy_ms))
            cursor.close()
        except Exception:
            # Not yet in the pool, so nobody else would end its thread.
            connection.close()
            raise

    @sa.event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
