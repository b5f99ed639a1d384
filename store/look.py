"""A database looked at and left as it is, while a program writes in it or while none runs: for the doctor."""

from dataclasses import dataclass

import sqlalchemy as sa

from centre.model import Centre
from kernel.instants import Instant
from store import sqlite
from store.database import Database
from store.directory import StoreDirectory
from store.migrate import Tables, tables
from store.tables import journal_entry

LAST_AT = sa.select(journal_entry.c.at).order_by(journal_entry.c.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabasePicture:
    """What was found. ``last_at``: when the journal's newest entry was written. Both None unless ``tables`` are current."""

    tables: Tables
    last_at: Instant | None = None
    centre: Centre | None = None


async def look(url: str) -> DatabasePicture:
    """The database's picture. Raises StoreFailed: it cannot be reached or read, or is none."""
    file = sqlite.file_of(url)
    if file is not None and not file.exists():
        return DatabasePicture(tables=Tables.NONE)
    database = Database(url, looks_only=True)
    try:
        found = await database.read(tables)
        if found is not Tables.CURRENT:
            return DatabasePicture(tables=found)
        return DatabasePicture(
            tables=found, last_at=await database.read(_last_at), centre=await StoreDirectory(database).load()
        )
    finally:
        await database.close()


def _last_at(connection: sa.Connection) -> Instant | None:
    at = connection.execute(LAST_AT).scalar()
    return None if at is None else Instant(at)
