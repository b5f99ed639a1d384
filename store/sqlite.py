"""Everything that only SQLite needs; the rest of the room is plain SQL that PostgreSQL takes as well."""

import os
import sqlite3
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import sqlalchemy as sa

Synchronous = Literal["full", "normal"]
"""What a commit waits for. full: the disk, so that a power cut loses nothing. normal: no damage, but the last moments go."""

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit key. SQLite stores a table in this order, without a second index, only if the type reads INTEGER."""

ERRORS: tuple[type[Exception], ...] = (sqlite3.Error,)
"""What the driver raises where SQLAlchemy does not wrap it: in the settings of a fresh connection."""

WRITES = "sambut_writes"
"""Execution option of a connection that is going to write."""

MODE = 0o600
"""The database holds callers' numbers: it is its owner's only."""
_COMPANIONS = ("", "-wal", "-shm")
"""What SQLite puts behind the name of the file; it gives them the file's own mode."""

# FULL: a commit that returned has been synced to the disk, also in WAL mode (https://sqlite.org/pragma.html#pragma_synchronous).
_PRAGMAS = ("journal_mode = WAL", "synchronous = {synchronous}", "busy_timeout = {busy_ms}", "foreign_keys = ON")


def is_sqlite(engine: sa.Engine) -> bool:
    """Whether this engine speaks to an SQLite file: one writer at a time."""
    return engine.dialect.name == "sqlite"


def file_of(url: str) -> Path | None:
    """The file that a URL names; None when it names another kind of database, or one in memory."""
    made = sa.make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database or made.database == ":memory:":
        return None
    return Path(made.database)


def keep_private(url: str) -> None:
    """Make the file, or take it back from others, before anything is written into it. Raises OSError."""
    file = file_of(url)
    if file is None:
        return
    # The file's mode is what the process's umask leaves of it, so it is set as well as asked for.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, MODE))
    for ending in _COMPANIONS:
        path = Path(f"{file}{ending}")
        if path.exists() and path.stat().st_mode & 0o777 != MODE:
            path.chmod(MODE)


def url_to_look(url: str) -> str:
    """The same database, to be read only and without leaving a file beside it. Other databases: unchanged.

    A file without a log beside it is opened by nobody, and read as one that does not change: SQLite would otherwise
    make the log's files anew, and they would belong to whoever looked.
    """
    file = file_of(url)
    if file is None:
        return url
    how = "mode=ro" if Path(f"{file}-wal").exists() else "mode=ro&immutable=1"
    return f"sqlite:///file:{quote(str(file.absolute()))}?{how}&uri=true"


def prepare(engine: sa.Engine, *, busy_ms: int, synchronous: Synchronous, looks_only: bool) -> None:
    """Give every new connection our settings, and begin writes with the write lock in hand.

    ``busy_ms``: how long a connection waits for another process's write before it fails with "database is locked".
    ``looks_only``: leave the file's own settings as they are.
    """
    pragmas = ("busy_timeout = {busy_ms}",) if looks_only else _PRAGMAS

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver's own guesses about when to begin are off: DDL would be outside of them, and a transaction
        # that reads first and then writes could lose to another writer without waiting for it.
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute("PRAGMA " + pragma.format(busy_ms=busy_ms, synchronous=synchronous))
            cursor.close()
        except Exception:
            # Not yet in the pool, so nobody else would end its thread.
            connection.close()
            raise

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        # Straight to the driver: an execution of SQLAlchemy's costs more than the transaction of a single row.
        _driver_of(connection).execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def wait_for_no_disk(connection: sa.Connection) -> None:
    """Let commits on this connection leave syncing to a later one: they lie in the log before it, and go with it.

    Each wait for the disk is time in which nobody else can write, the journal included.
    """
    _driver_of(connection).execute("PRAGMA synchronous = NORMAL")


def _driver_of(connection: sa.Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver


def wait_at_most(connection: sa.Connection, busy_ms: int) -> None:
    """Let the next transactions of this connection wait so long for another process."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA busy_timeout = {busy_ms}")


def write_nothing(connection: sa.Connection) -> None:
    """Write the file's first page as it is. The number in it is the application's own, and not used otherwise."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    connection.exec_driver_sql(f"PRAGMA user_version = {int(version or 0)}")
