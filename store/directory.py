"""The centre as it was applied, version by version; the newest is in force."""

from hashlib import sha256

import sqlalchemy as sa

from centre.model import Centre
from centre.shelf_text import ShelfTextBroken, from_shelf_text, to_shelf_text
from kernel.instants import Instant
from store.database import Database, StoreFailed
from store.tables import centre_version

NEWEST = sa.select(centre_version).order_by(centre_version.c.number.desc()).limit(1)


class StoreDirectory:
    """Implements ``centre.ports.CentreShelf``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Centre | None:
        """The centre that was saved last; None when there never was one.

        Raises StoreFailed, also for a text that was damaged or that this version of the program refuses.
        """

        def select(connection: sa.Connection) -> str | None:
            row = connection.execute(NEWEST).one_or_none()
            return None if row is None else str(row.text)

        text = await self._database.read(select)
        try:
            return None if text is None else from_shelf_text(text)
        except ShelfTextBroken as broken:
            raise StoreFailed(str(broken)) from broken

    async def save(self, centre: Centre, published_at: Instant) -> None:
        """Keep a centre, durably, as the newest. Earlier ones stay. Raises StoreFailed."""
        text = to_shelf_text(centre)

        def insert(connection: sa.Connection) -> None:
            newest = connection.execute(NEWEST).one_or_none()
            connection.execute(
                centre_version.insert(),
                {
                    "number": 1 if newest is None else newest.number + 1,
                    "published_at": published_at,
                    "text": text,
                    "sha256": sha256(text.encode()).hexdigest(),
                },
            )

        await self._database.write(insert)
