"""What only SQLite has: a file that is its owner's only, commits that wait for the disk or do not, looks that change nothing."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database, StoreFailed
from store.migrate import upgrade
from store.sqlite import Synchronous
from tests.store.conftest import url_of


@pytest.fixture
def everybody_may_read() -> Iterator[None]:
    """A umask that takes nothing away."""
    former = os.umask(0)
    yield
    os.umask(former)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def open_to_all(path: Path) -> None:
    path.chmod(0o664)


def content(path: Path) -> bytes:
    return path.read_bytes()


def moved_to(folder: Path, file: Path) -> Path:
    folder.mkdir()
    return file.rename(folder / file.name)


async def write_a_line(database: Database) -> None:
    def insert(connection: sa.Connection) -> None:
        connection.execute(tables.centre_version.insert(), {"number": 1, "published_at": 7, "text": "-", "sha256": "0"})

    await database.write(insert)


async def pragma(database: Database, name: str) -> object:
    def ask(connection: sa.Connection) -> object:
        return connection.execute(sa.text(f"PRAGMA {name}")).scalar()

    return await database.read(ask)


@pytest.mark.usefixtures("everybody_may_read")
async def test_the_database_and_its_log_are_their_owners_only(tmp_path: Path) -> None:
    url = url_of(tmp_path / "new.sqlite3")
    await upgrade(url)
    database = Database(url)
    await write_a_line(database)
    found = modes(tmp_path)
    await database.close()

    assert found == {"new.sqlite3": 0o600, "new.sqlite3-wal": 0o600, "new.sqlite3-shm": 0o600}


async def test_a_database_that_others_could_read_is_taken_back_from_them(file: Path) -> None:
    open_to_all(file)
    database = Database(url_of(file))
    await write_a_line(database)
    open_to_all(Path(f"{file}-wal"))
    await upgrade(url_of(file))
    found = modes(file.parent)
    await database.close()

    assert set(found.values()) == {0o600}


async def test_a_place_where_no_file_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(StoreFailed, match=r"data/new.sqlite3: Not a directory"):
        await upgrade(url_of(tmp_path / "data" / "new.sqlite3"))


@pytest.mark.parametrize(("synchronous", "number"), [("full", 2), ("normal", 1)])
async def test_a_commit_waits_for_the_disk_as_it_is_told(file: Path, synchronous: Synchronous, number: int) -> None:
    database = Database(url_of(file), synchronous=synchronous)
    found = await pragma(database, "synchronous")
    await database.close()

    assert found == number


async def test_only_what_may_wait_for_the_next_commit_does_so(file: Path) -> None:
    def synchronous(connection: sa.Connection) -> object:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar()

    database = Database(url_of(file))
    found = [await database.write(synchronous, with_next=with_next) for with_next in (False, True, False)]
    read = await database.read(synchronous)
    await database.close()

    assert (found, read) == ([2, 1, 2], 2)


async def test_who_only_looks_leaves_nothing_behind_and_cannot_write(file: Path) -> None:
    before = content(file)
    database = Database(url_of(file), looks_only=True)
    assert await pragma(database, "journal_mode") is not None
    assert sorted(modes(file.parent)) == [file.name]
    with pytest.raises(StoreFailed, match="readonly"):
        await write_a_line(database)
    await database.close()

    assert content(file) == before
    assert sorted(modes(file.parent)) == [file.name]


async def test_who_looks_sees_what_a_running_program_has_just_written(file: Path) -> None:
    program = Database(url_of(file))
    await write_a_line(program)
    looker = Database(url_of(file), looks_only=True)

    def count(connection: sa.Connection) -> object:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.centre_version)).scalar()

    found = await looker.read(count)
    await looker.close()
    await program.close()

    assert found == 1


async def test_a_folder_with_marks_in_its_name_can_be_looked_into(tmp_path: Path, file: Path) -> None:
    moved = moved_to(tmp_path / "100% ok #1", file)
    looker = Database(url_of(moved), looks_only=True)
    found = await pragma(looker, "user_version")
    await looker.close()

    assert found == 0
