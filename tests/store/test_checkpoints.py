"""Checkpoints: the last few, whole or known not to be."""

import sqlalchemy as sa

from kernel.instants import Instant
from store.checkpoints import StoreCheckpoints, StoredCheckpoint
from store.database import Database
from store.tables import journal_checkpoint


def made(seq: int, body: bytes = b"all that is known", version: int = 1) -> StoredCheckpoint:
    return StoredCheckpoint(seq=seq, made_at=Instant(1_000 + seq), format=version, body=body)


async def test_there_is_none_at_first(database: Database) -> None:
    assert await StoreCheckpoints(database).newest_first() == []


async def test_what_was_saved_comes_back_newest_first(database: Database) -> None:
    shelf = StoreCheckpoints(database)
    await shelf.save(made(5))
    await shelf.save(made(9, b"\x00\xff", version=2))

    assert await shelf.newest_first() == [made(9, b"\x00\xff", version=2), made(5)]


async def test_only_the_last_few_are_kept(database: Database) -> None:
    shelf = StoreCheckpoints(database, kept_max=3)
    for seq in (1, 2, 3, 10, 20):
        await shelf.save(made(seq))

    assert [each.seq for each in await shelf.newest_first()] == [20, 10, 3]


async def test_a_new_one_takes_the_place_of_those_of_a_journal_that_is_no_more(database: Database) -> None:
    shelf = StoreCheckpoints(database, kept_max=3)
    for seq in (100, 200, 300):
        await shelf.save(made(seq))

    await shelf.save(made(7, b"of a journal that was put back"))
    await shelf.save(made(7))

    assert await shelf.newest_first() == [made(7)]


async def test_a_damaged_one_is_known_by_its_checksum(database: Database) -> None:
    shelf = StoreCheckpoints(database)
    await shelf.save(made(5))
    await shelf.save(made(9))

    def damage(connection: sa.Connection) -> None:
        connection.execute(sa.update(journal_checkpoint).where(journal_checkpoint.c.seq == 9).values(body=b"all that"))

    await database.write(damage)

    assert [(each.seq, each.is_whole) for each in await shelf.newest_first()] == [(9, False), (5, True)]
