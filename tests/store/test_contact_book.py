"""The contact book: quick for the living, durable for all, and able to forget."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from kernel.contact import Contact
from kernel.ids import InteractionId
from store.contact_book import StoreContactBook
from store.database import Database, StoreFailed
from store.migrate import upgrade
from tests.store.conftest import url_of
from tests.telephony.waiting import eventually

C1, C2, C3 = InteractionId("c1"), InteractionId("c2"), InteractionId("c3")


def caller(interaction_id: InteractionId, number: str = "+6281234567890") -> Contact:
    return Contact(
        interaction_id=interaction_id, number=number, number_raw="081234567890", name="Sri", attributes={"nik": "317"}
    )


def ids_in(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as look:
        return look.execute("SELECT interaction_id FROM contact").fetchall()


async def test_a_contact_is_live_at_once_and_readable_after_a_restart(database: Database) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))
    await book.flush()
    anew = StoreContactBook(database)

    assert anew.live(C1) is None
    assert await anew.read(C1) == caller(C1)
    assert await anew.read(C2) is None
    await anew.recall([C1, C2])
    assert anew.live(C1) == caller(C1)
    assert anew.live(C2) is None


async def test_the_last_word_on_a_contact_replaces_the_one_before(database: Database) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))
    await book.flush()
    book.write(caller(C1, number="+622129999"))
    await book.flush()

    assert book.live(C1) == caller(C1, number="+622129999")
    assert await StoreContactBook(database).read(C1) == caller(C1, number="+622129999")


async def test_memory_is_bounded_and_the_oldest_are_read_from_the_disk(database: Database) -> None:
    book = StoreContactBook(database, live_max=2)
    for each in (C1, C2, C3):
        book.write(caller(each))

    assert book.live(C1) is None
    assert await book.read(C1) == caller(C1), "not on the disk yet"
    await book.flush()
    assert await book.read(C1) == caller(C1)
    assert book.live(C3) == caller(C3)


async def test_an_erased_person_is_gone_for_good_from_memory_and_file(database: Database, file: Path) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))
    book.write(caller(C2, number="+622129999"))

    await book.erase(C1)
    book.write(caller(C1))

    assert book.live(C1) is None
    assert await book.read(C1) is None
    assert await book.read(C2) == caller(C2, number="+622129999")
    with sqlite3.connect(file) as look:
        found = look.execute("SELECT number, number_raw, name, attributes, erased FROM contact ORDER BY 1").fetchall()
    look.close()
    assert found[0] == ("", "", "", "{}", 1)


async def test_a_contact_that_never_was_can_be_erased_beforehand(database: Database) -> None:
    book = StoreContactBook(database)

    await book.erase(C1)
    book.write(caller(C1))

    assert await book.read(C1) is None


@pytest.mark.parametrize("hostile", ["'; DROP TABLE contact; --", "\x00", "王小明" * 20, '"}', "%_\\"])
async def test_hostile_names_and_numbers_are_only_text(database: Database, hostile: str) -> None:
    odd = Contact(interaction_id=InteractionId(hostile), number=hostile, number_raw=hostile, name=hostile)
    book = StoreContactBook(database)
    book.write(odd)
    await book.flush()

    assert await StoreContactBook(database).read(InteractionId(hostile)) == odd


async def test_a_database_that_is_away_says_so_without_the_callers_number(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "bare.sqlite3"))
    book = StoreContactBook(database)

    book.write(caller(C1))
    with pytest.raises(StoreFailed) as failure:
        await book.flush()

    assert "+62" not in str(failure.value)
    assert book.live(C1) == caller(C1)
    await upgrade(url_of(tmp_path / "bare.sqlite3"))
    await book.flush()
    assert await StoreContactBook(database).read(C1) == caller(C1)
    await book.close()
    await database.close()


async def test_a_contact_goes_along_with_whatever_is_written_next(database: Database, file: Path) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))

    await database.write(lambda connection: connection.execute(sa.text("DELETE FROM journal_checkpoint")))

    assert ids_in(file) == [("c1",)]


async def test_a_contact_that_nothing_carries_is_written_alone(database: Database, file: Path) -> None:
    StoreContactBook(database).write(caller(C1))

    await eventually(lambda: ids_in(file) == [("c1",)])


async def test_what_failed_to_carry_a_contact_does_not_lose_it(database: Database) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))
    book.write(caller(C2))

    with pytest.raises(StoreFailed):
        await database.write(lambda connection: connection.execute(sa.text("DELETE FROM nothing_of_that_name")))
    book.write(caller(C2, number="+622129999"))
    await book.flush()

    anew = StoreContactBook(database)
    assert await anew.read(C1) == caller(C1)
    assert await anew.read(C2) == caller(C2, number="+622129999")


async def test_a_person_erased_in_mid_call_stays_erased_after_a_restart(database: Database) -> None:
    book = StoreContactBook(database)
    book.write(caller(C1))
    await book.erase(C1)
    anew = StoreContactBook(database)
    await anew.recall([C1])

    anew.write(caller(C1))
    await anew.flush()

    assert anew.live(C1) is None
    assert await anew.read(C1) is None
