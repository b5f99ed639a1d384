"""The centre straight from the database, for when no program is running."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from acd.ports import Clock
from centre.plan import change_lines, plan
from centre.ports import CentreShelf
from centre.reader import Announcements
from centre.writer import write_centre
from sambut.announcements import announcements_in
from sambut.asterisk_site import sounds_dir, transports_on
from sambut.clock import WallClock
from sambut.commands.outcome import OfficeClosed, Outcome
from sambut.settings import Settings
from store.database import Database, StoreFailed
from store.directory import StoreDirectory
from store.migrate import upgrade


class StoredCentre:
    """Implements ``Office`` on a shelf. A program that starts later finds what was applied."""

    def __init__(
        self,
        shelf: CentreShelf,
        clock: Clock,
        announcements: Announcements | None,
        transports: frozenset[str],
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        self._announcements = announcements
        self._transports = transports

    async def current(self) -> str | None:
        centre = await self._shelf.load()
        return None if centre is None else write_centre(centre)

    async def apply(self, text: str, *, dry_run: bool) -> Outcome:
        made = plan(await self._shelf.load(), text, self._announcements, self._transports)
        if made.centre is None:
            return Outcome(applied=False, difference=(), problems=tuple(map(str, made.problems)))
        applies = bool(made.changes) and not dry_run
        if applies:
            await self._shelf.save(made.centre, self._clock.now())
        return Outcome(applied=applies, difference=tuple(change_lines(made)), problems=())


@asynccontextmanager
async def open_stored_centre(settings: Settings) -> AsyncIterator[StoredCentre]:
    """The centre in the settings' database, which is made when it is not there. Raises OfficeClosed."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise OfficeClosed(f"{settings.data_dir} cannot be made ({wrong.strerror}); see paths.data_dir") from wrong
    try:
        await upgrade(settings.database_url)
        database = Database(settings.database_url)
        try:
            yield StoredCentre(
                StoreDirectory(database),
                WallClock(),
                announcements_in(sounds_dir(settings)),
                frozenset(transports_on(settings)),
            )
        finally:
            await database.close()
    except StoreFailed as wrong:
        raise OfficeClosed(f"the database cannot be used ({wrong}); see journal.database_url") from wrong
