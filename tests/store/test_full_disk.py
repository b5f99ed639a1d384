"""The disk is full, read-only, or held by another process: nothing is half written, and it goes on when it can."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from acd.ports import JournalFailed
from store.database import Database, StoreFailed
from store.journal import StoreJournal
from tests.full_disk import no_room_beyond
from tests.store.conftest import url_of
from tests.store.test_journal import seqs, silence


def size_of_log(file: Path) -> int:
    return Path(f"{file}-wal").stat().st_size


async def test_what_finds_no_room_leaves_nothing_behind_and_is_taken_once_there_is_some(
    database: Database, file: Path
) -> None:
    journal = StoreJournal(database)
    await journal.append([silence(1)])

    with no_room_beyond(size_of_log(file)), pytest.raises(JournalFailed):
        await journal.append([silence(2), silence(3)])
    assert await seqs(journal) == [1]
    assert await journal.last_seq() == 1

    await journal.append([silence(2), silence(3)])
    assert await seqs(journal) == [1, 2, 3]


@pytest.mark.slow  # a transaction is cut at fifty places
async def test_wherever_the_disk_fills_up_a_transaction_is_there_whole_or_not_at_all(file: Path) -> None:
    outcomes: set[int] = set()
    for room in range(0, 25_000, 500):
        database = Database(url_of(file))
        journal = StoreJournal(database)
        known = await journal.last_seq()
        group = [silence(known + step) for step in range(1, 60)]
        await database.prove_writable()
        with no_room_beyond(size_of_log(file) + room), contextlib.suppress(JournalFailed):
            await journal.append(group)
            known = group[-1].seq
        assert await seqs(journal) == list(range(1, known + 1))
        await database.close()
        outcomes.add(known)
    assert len(outcomes) > 2, "some found room, and some did not"


async def test_a_start_asks_for_a_true_write_that_changes_nothing(database: Database, file: Path) -> None:
    await database.prove_writable()
    before = size_of_log(file)

    await database.prove_writable()

    assert size_of_log(file) > before
    with no_room_beyond(size_of_log(file)), pytest.raises(StoreFailed):
        await database.prove_writable()
    with sqlite3.connect(file) as looks:
        assert looks.execute("PRAGMA user_version").fetchone() == (0,)
    looks.close()


async def test_a_write_that_waits_is_seen_while_it_waits(file: Path) -> None:
    database = Database(url_of(file), late_ms=20)
    journal = StoreJournal(database)
    await journal.append([silence(1)])
    assert (database.write_waits_ms, database.late_writes) == (0, 0)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waiting = asyncio.create_task(journal.append([silence(2)]))

    async with asyncio.timeout(5):
        while database.write_waits_ms < 60:  # noqa: ASYNC110  # a thread has a part in it
            await asyncio.sleep(0.005)
    assert database.late_writes == 1
    assert await database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar()) == 1
    other.execute("ROLLBACK")
    other.close()
    await waiting

    assert (database.write_waits_ms, database.failed_writes) == (0, 0)
    assert await seqs(journal) == [1, 2]
    await database.close()


async def test_a_write_that_waited_in_vain_is_counted_and_the_next_one_is_taken(file: Path) -> None:
    database = Database(url_of(file), busy_ms=30)
    journal = StoreJournal(database)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(JournalFailed, match="locked"):
        await journal.append([silence(1)])

    other.execute("ROLLBACK")
    other.close()
    assert database.failed_writes == 1
    await journal.append([silence(1)])
    assert await seqs(journal) == [1]
    await database.close()


async def test_a_write_behind_others_is_given_up_in_its_own_time_not_after_theirs(file: Path) -> None:
    database = Database(url_of(file), busy_ms=300)
    journal = StoreJournal(database)
    await journal.append([silence(1)])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    before = [asyncio.create_task(database.prove_writable()) for _ in range(5)]
    await asyncio.sleep(0)

    began_s = time.monotonic()
    with pytest.raises(JournalFailed):
        await journal.append([silence(2)])
    took_s = time.monotonic() - began_s

    other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(*before, return_exceptions=True)
    assert took_s < 2 * 0.3
    await journal.append([silence(2)])
    assert await seqs(journal) == [1, 2]
    await database.close()


async def test_a_write_that_stood_in_the_queue_and_got_its_turn_leaves_the_patience_as_it_was(file: Path) -> None:
    database = Database(url_of(file), busy_ms=2_000)
    slow = asyncio.create_task(database.write(lambda _: time_passes(0.2)))
    await asyncio.sleep(0)
    await database.prove_writable()
    await slow

    def patience(connection: sa.Connection) -> object:
        return connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert await database.write(patience) == 2_000
    await database.close()


def time_passes(seconds: float) -> None:
    """Work that takes so long."""
    threading.Event().wait(seconds)
