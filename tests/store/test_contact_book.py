"""The contact book: quick for the living, durable for all, and able to forget."""

import sqlite3
from pathlib import Path

import pytest

from kernel.contact import Contact
from kernel.ids import InteractionId
from store.contact_book import StoreContactBook
from store.database import Database, StoreFailed
from tests.store.conftest import url_of

C1, C2, C3 = InteractionId("c1"), InteractionId("c2"), InteractionId("c3")


def caller(interaction_id: InteractionId, number: str = "+6281234567890") -> Contact:
    return Contact(
        interaction_id=interaction_id, number=number, number_raw="081234567890", name="Sri", attributes={"nik": "317"}
    )


async def test_a_contact_is_live_at_once_and_readable_after_a_restart(database: Database) -> None:
    await StoreContactBook(database).write(caller(C1))
    anew = StoreContactBook(database)

    assert anew.live(C1) is None
    assert await anew.read(C1) == caller(C1)
    assert await anew.read(C2) is None
    await anew.recall([C1, C2])
    assert anew.live(C1) == caller(C1)
    assert anew.live(C2) is None


async def test_the_last_word_on_a_contact_replaces_the_one_before(database: Database) -> None:
    book = StoreContactBook(database)
    await book.write(caller(C1))
    await book.write(caller(C1, number="+622129999"))

    assert book.live(C1) == caller(C1, number="+622129999")
    assert await StoreContactBook(database).read(C1) == caller(C1, number="+622129999")


async def test_memory_is_bounded_and_the_oldest_are_read_from_the_disk(database: Database) -> None:
    book = StoreContactBook(database, live_max=2)
    for each in (C1, C2, C3):
        await book.write(caller(each))

    assert book.live(C1) is None
    assert await book.read(C1) == caller(C1)
    assert book.live(C3) == caller(C3)


async def test_an_erased_person_is_gone_for_good_from_memory_and_file(database: Database, file: Path) -> None:
    book = StoreContactBook(database)
    await book.write(caller(C1))
    await book.write(caller(C2, number="+622129999"))

    await book.erase(C1)
    await book.write(caller(C1))

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
    await book.write(caller(C1))

    assert await book.read(C1) is None


@pytest.mark.parametrize("hostile", ["'; DROP TABLE contact; --", "\x00", "王小明" * 20, '"}', "%_\\"])
async def test_hostile_names_and_numbers_are_only_text(database: Database, hostile: str) -> None:
    odd = Contact(interaction_id=InteractionId(hostile), number=hostile, number_raw=hostile, name=hostile)
    await StoreContactBook(database).write(odd)

    assert await StoreContactBook(database).read(InteractionId(hostile)) == odd


async def test_a_database_that_is_away_says_so_without_the_callers_number(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "bare.sqlite3"))
    book = StoreContactBook(database)

    with pytest.raises(StoreFailed) as failure:
        await book.write(caller(C1))

    assert "+62" not in str(failure.value)
    assert book.live(C1) == caller(C1)
    await database.close()
