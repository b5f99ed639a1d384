"""Bring a database to today's tables, in process; harmless when it is there already.

Alembic is only loaded when there is something to migrate: it would cost every start a tenth of its time.
"""

import re
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from store import sqlite
from store.database import BUSY_MS, Database, StoreFailed

SCRIPTS = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(re.findall(r"m(\d+)_", " ".join(path.name for path in SCRIPTS.glob("versions/m*.py")))))
"""Every revision, oldest first, as their files are named."""
HAD = sa.text("SELECT version_num FROM alembic_version")
NEWER = "the database was made by a newer version of the program"


class Tables(StrEnum):
    """How a database's tables stand to those of this program."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def upgrade(url: str, *, busy_ms: int = BUSY_MS) -> None:
    """Run every migration that this database has not had, all or none. Raises StoreFailed.

    Two programs that start together take turns: the second finds nothing to do. A database of a newer version is left
    alone. An SQLite file is made, or made again, its owner's only.
    """
    try:
        sqlite.keep_private(url)
    except OSError as wrong:
        raise StoreFailed(f"{wrong.filename}: {wrong.strerror}") from wrong
    database = Database(url, busy_ms=busy_ms)
    try:
        found = await database.read(tables)
        if found is Tables.NEWER:
            raise StoreFailed(NEWER)
        if found is not Tables.CURRENT:
            await database.write(_upgrade)
    finally:
        await database.close()


def tables(connection: sa.Connection) -> Tables:
    """How the tables behind a connection stand to ours."""
    had = connection.execute(HAD).scalar() if sa.inspect(connection).has_table("alembic_version") else None
    if had is None:
        return Tables.NONE
    if had not in REVISIONS:
        return Tables.NEWER
    return Tables.CURRENT if had == REVISIONS[-1] else Tables.OLDER


def _upgrade(connection: sa.Connection) -> None:
    import alembic.command  # see above
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
