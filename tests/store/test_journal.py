"""The journal on a disk: errors, damage, a second writer, and the power cord."""

import asyncio
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from acd.core.inputs import TimePassed
from acd.ports import JournalFailed
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant
from store.database import Database, StoreFailed, T, Work
from store.journal import StoreJournal
from store.migrate import upgrade
from tests.store.conftest import url_of


def silence(seq: int) -> Entry:
    return Entry(seq=seq, at=Instant(seq), stream=ENGINE_STREAM, given=TimePassed(), facts=())


@dataclass(frozen=True)
class Stranger:
    """No room's fact."""

    interaction_id: str


async def seqs(journal: StoreJournal) -> list[int]:
    return [entry.seq async for entry in journal.read()]


async def test_a_fact_of_no_room_is_refused_before_anything_is_written(database: Database) -> None:
    journal = StoreJournal(database)
    odd = Entry(seq=2, at=Instant(2), stream=ENGINE_STREAM, given=None, facts=(Stranger("c1"),))

    with pytest.raises(JournalFailed, match="Stranger"):
        await journal.append([silence(1), odd])

    assert await seqs(journal) == []


async def test_a_second_writer_is_refused(database: Database) -> None:
    first, second = StoreJournal(database), StoreJournal(database)
    await first.last_seq()
    await second.last_seq()
    await first.append([silence(1)])

    with pytest.raises(JournalFailed):
        await second.append([silence(1)])

    assert await seqs(first) == [1]


class Pondering(Database):
    """Whoever reads has the answer only when ``answers`` is set, however old it is by then."""

    answers: asyncio.Event

    async def read(self, work: Work[T], failure: type[Exception] = StoreFailed) -> T:
        found = await super().read(work, failure)
        await self.answers.wait()
        return found


async def test_an_old_answer_on_the_last_entry_does_not_stop_the_writer(tmp_path: Path) -> None:
    pondering = Pondering(url_of(tmp_path / "journal.sqlite3"))
    pondering.answers = asyncio.Event()
    pondering.answers.set()
    await upgrade(url_of(tmp_path / "journal.sqlite3"))
    journal = StoreJournal(pondering)
    await journal.append([silence(1)])
    pondering.answers.clear()
    appending = asyncio.create_task(journal.append([silence(2)]))
    asking = asyncio.create_task(journal.last_seq())
    await appending
    pondering.answers.set()
    await asking

    await journal.append([silence(3)])

    assert await seqs(journal) == [1, 2, 3]
    await pondering.close()


async def test_a_database_without_tables_is_a_journal_failure(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "bare.sqlite3"))
    journal = StoreJournal(database)

    with pytest.raises(JournalFailed):
        await journal.append([silence(1)])
    with pytest.raises(JournalFailed):
        await journal.last_seq()
    await database.close()


@pytest.mark.parametrize("wrong", ["folder", "text", "no such folder"])
async def test_a_path_that_is_no_database_is_a_journal_failure(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "it"
    if wrong == "folder":
        path.mkdir()
    elif wrong == "text":
        path.write_text("this is not a database at all, whatever its name says\n" * 100)
    else:
        path = tmp_path / "away" / "it"
    database = Database(url_of(path))

    with pytest.raises(JournalFailed):
        await StoreJournal(database).append([silence(1)])
    await database.close()


async def test_a_locked_database_is_a_journal_failure_and_no_loss(file: Path) -> None:
    database = Database(url_of(file), busy_ms=50)
    journal = StoreJournal(database)
    await journal.append([silence(1)])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(JournalFailed, match="locked"):
        await journal.append([silence(2)])

    other.execute("ROLLBACK")
    other.close()
    await journal.append([silence(2)])
    assert await seqs(journal) == [1, 2]
    await database.close()


async def test_a_cancelled_append_leaves_a_journal_that_goes_on(database: Database) -> None:
    journal = StoreJournal(database)
    await journal.append([silence(1)])
    for _ in range(20):
        task = asyncio.create_task(journal.append([silence(await journal.last_seq() + 1)]))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    next_seq = await journal.last_seq() + 1
    await journal.append([silence(next_seq)])

    assert await seqs(journal) == list(range(1, next_seq + 1))


async def test_a_hole_in_the_file_is_noticed(database: Database, file: Path) -> None:
    journal = StoreJournal(database)
    await journal.append([silence(seq) for seq in range(1, 5)])
    with sqlite3.connect(file) as damage:
        damage.execute("DELETE FROM journal_entry WHERE seq = 3")
    damage.close()

    with pytest.raises(JournalFailed, match="no entry 3"):
        await seqs(journal)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": "Nobody", "body": {}}', '{"type": "LogOut", "body": {}}'])
async def test_an_unreadable_entry_is_named(database: Database, file: Path, text: str) -> None:
    journal = StoreJournal(database)
    await journal.append([silence(1), silence(2)])
    with sqlite3.connect(file) as damage:
        damage.execute("UPDATE journal_entry SET given = ? WHERE seq = 2", (text,))
    damage.close()

    with pytest.raises(JournalFailed, match="entry 2"):
        await seqs(journal)


async def test_the_files_settings_are_the_safe_ones(database: Database) -> None:
    def pragmas(connection: sa.Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    found = await database.read(pragmas)

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


WRITER = """
import asyncio, sys
from store.database import Database, StoreFailed, T, Work
from store.journal import StoreJournal
from store.migrate import upgrade
from tests.store.test_journal import silence

async def write(url):
    journal = StoreJournal(Database(url))
    seq = await journal.last_seq()
    while True:
        group = [silence(seq + step) for step in range(1, 4)]
        await journal.append(group)
        seq = group[-1].seq
        print(seq, flush=True)

asyncio.run(write(sys.argv[1]))
"""


def killed_after(group_count: int, file: Path) -> int:
    """Let a writer append groups of three, kill it (it does not stop for that), and return what it last said."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url_of(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(group_count)]
    writer.kill()
    said += [line for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    return int(said[-1])


@pytest.mark.slow  # starts a Python process three times
async def test_what_append_returned_for_survives_kill_minus_nine(file: Path) -> None:
    for group_count in (1, 5, 40):
        last_said = await asyncio.to_thread(killed_after, group_count, file)

        database = Database(url_of(file))
        found = await seqs(StoreJournal(database))
        await database.close()

        assert found == list(range(1, len(found) + 1))
        assert len(found) >= last_said
        assert len(found) % 3 == 0, "a group is there as a whole or not at all"
