"""Bring a database to today's tables, in process; harmless when it is there already."""

from pathlib import Path

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

from store.database import Database

SCRIPTS = Path(__file__).parent / "migrations"


async def upgrade(url: str) -> None:
    """Run every migration that this database has not had, all or none. Raises StoreFailed.

    Two programs that start together take turns: the second finds nothing to do.
    """
    database = Database(url)
    try:
        await database.write(lambda connection: connection.run_sync(_upgrade))
    finally:
        await database.close()


def _upgrade(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
