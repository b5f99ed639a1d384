"""A database with the journal of a floor, as a program would have left it."""

from pathlib import Path

from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from tests.acd.journalled import JournalledFloor


def url_of(folder: Path) -> str:
    """Where the settings look for the database of this data folder."""
    return f"sqlite:///{folder / 'sambut.sqlite3'}"


async def write_down(floor: JournalledFloor, url: str) -> None:
    """Everything that happened on the floor, into a new database."""
    await upgrade(url)
    database = Database(url)
    try:
        await StoreJournal(database).append(floor.journal.entries)
    finally:
        await database.close()
