"""A database looked at: how its tables stand, when it was last written, which centre is in force."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from centre.reader import read_centre
from kernel.entry import Entry
from kernel.instants import Instant
from store.database import Database, StoreFailed
from store.directory import StoreDirectory
from store.journal import StoreJournal
from store.look import DatabasePicture, look
from store.migrate import NEWER, Tables, upgrade
from tests.store.conftest import url_of

CENTRE = read_centre('[centre]\nname = "169"\n')


async def stamp(file: Path, revision: str) -> None:
    """Make the database say that it has had other migrations than it has."""
    database = Database(url_of(file))

    def write(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :one"), {"one": revision})

    await database.write(write)
    await database.close()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_before_there_is_a_database_nothing_is_made(tmp_path: Path) -> None:
    assert await look(url_of(tmp_path / "none.sqlite3")) == DatabasePicture(tables=Tables.NONE)
    assert names_in(tmp_path) == []


async def test_a_database_of_today_tells_its_last_entry_and_its_centre(file: Path, database: Database) -> None:
    assert await look(url_of(file)) == DatabasePicture(tables=Tables.CURRENT)

    await StoreJournal(database).append(
        [Entry(seq=seq, at=Instant(1000 * seq), stream="engine", given=None, facts=()) for seq in (1, 2)]
    )
    await StoreDirectory(database).save(CENTRE, Instant(7))

    assert await look(url_of(file)) == DatabasePicture(tables=Tables.CURRENT, last_at=Instant(2000), centre=CENTRE)


async def test_an_older_database_is_told_from_a_newer_one(file: Path) -> None:
    await stamp(file, "0001")
    assert (await look(url_of(file))).tables is Tables.OLDER

    await stamp(file, "of-next-year")
    assert (await look(url_of(file))).tables is Tables.NEWER


async def test_a_newer_database_is_not_opened_for_writing(file: Path) -> None:
    await stamp(file, "of-next-year")

    with pytest.raises(StoreFailed, match=NEWER):
        await upgrade(url_of(file))


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear customer\n" * 1000)

    with pytest.raises(StoreFailed, match="not a database"):
        await look(url_of(path))
