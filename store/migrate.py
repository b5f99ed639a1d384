"""Bring a database to today's tables, in process; harmless when it is there already."""

from enum import StrEnum
from pathlib import Path

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import sqlite
from store.database import Database, StoreFailed

SCRIPTS = Path(__file__).parent / "migrations"
NEWER = "the database was made by a newer version of the program"


class Tables(StrEnum):
    """How a database's tables stand to those of this program."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def upgrade(url: str) -> None:
    """Run every migration that this database has not had, all or none. Raises StoreFailed.

    Two programs that start together take turns: the second finds nothing to do. A database of a newer version is left
    alone. An SQLite file is made, or made again, its owner's only.
    """
    try:
        sqlite.keep_private(url)
    except OSError as wrong:
        raise StoreFailed(f"{wrong.filename}: {wrong.strerror}") from wrong
    database = Database(url)
    try:
        if await database.read(tables) is Tables.NEWER:
            raise StoreFailed(NEWER)
        await database.write(_upgrade)
    finally:
        await database.close()


def tables(connection: sa.Connection) -> Tables:
    """How the tables behind a connection stand to ours."""
    had = MigrationContext.configure(connection).get_current_revision()
    ours = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    if had is None:
        return Tables.NONE
    if had not in ours:
        return Tables.NEWER
    return Tables.CURRENT if had == ours[0] else Tables.OLDER


def _upgrade(connection: sa.Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
