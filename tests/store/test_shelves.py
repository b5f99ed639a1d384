"""The smaller shelves: recordings, tokens, the centre, the CTI socket's events."""

import sqlite3
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from centre.reader import read_centre
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from recorder.facts import RecordingStored
from store.cti_log import StoreCtiLog
from store.database import Database, StoreFailed
from store.directory import StoreDirectory
from store.recordings import StoreRecordings
from store.tokens import StoredToken, StoreTokens
from tests.centre.samples import SMALL
from tests.store.conftest import url_of

TALK = RecordingStored(
    interaction_id=InteractionId("c1"),
    reservation_id=ReservationId("c1-r1"),
    queue_id=QueueId("sales"),
    agent_id=AgentId("ann"),
    file_name="2026/11/24/c1/c1-r1.wav",
    started_at=Instant(1_000),
    duration_ms=60_000,
    byte_count=1_920_044,
    sha256="ab" * 32,
)
SECOND = replace(TALK, reservation_id=ReservationId("c1-r2"), started_at=Instant(500), agent_id=AgentId("bob"))


async def test_recordings_are_found_by_interaction_agent_and_time(database: Database) -> None:
    shelf = StoreRecordings(database)
    await shelf.add(TALK)
    await shelf.add(SECOND)

    assert await shelf.of_interaction(InteractionId("c1")) == [SECOND, TALK]
    assert await shelf.of_interaction(InteractionId("c2")) == []
    assert await shelf.of_agent(AgentId("ann"), Instant(1_000), Instant(1_001)) == [TALK]
    assert await shelf.of_agent(AgentId("ann"), Instant(0), Instant(1_000)) == []
    assert await shelf.one(ReservationId("c1-r2")) == SECOND
    assert await shelf.one(ReservationId("c1-r3")) is None


async def test_a_recording_added_twice_is_there_once_as_it_was(database: Database) -> None:
    shelf = StoreRecordings(database)
    await shelf.add(TALK)
    await shelf.add(replace(TALK, sha256="00" * 32))

    assert await shelf.of_interaction(InteractionId("c1")) == [TALK]


async def test_a_shelf_without_tables_says_so(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "bare.sqlite3"))

    with pytest.raises(StoreFailed):
        await StoreRecordings(database).add(TALK)
    await database.close()


def token(token_id: str, sha256: str) -> StoredToken:
    return StoredToken(
        id=token_id,
        client="crm",
        sha256=sha256,
        scopes=frozenset({"read", "agents:control"}),
        created_at=Instant(7),
    )


async def test_tokens_are_good_until_revoked_also_after_a_restart(database: Database) -> None:
    book = StoreTokens(database)
    await book.add(token("t1", "aa"))
    await book.add(token("t2", "bb"))

    assert await book.revoke("t1", Instant(9))
    assert not await book.revoke("t1", Instant(10))
    assert not await book.revoke("t9", Instant(10))

    anew = StoreTokens(database)
    assert anew.grants(Instant(10)) == ()
    await anew.load()
    assert list(anew.grants(Instant(10))) == list(book.grants(Instant(10))) == [token("t2", "bb")]
    assert await anew.all() == [replace(token("t1", "aa"), revoked_at=Instant(9)), token("t2", "bb")]


async def test_a_token_is_good_until_its_last_day_is_over(database: Database) -> None:
    book = StoreTokens(database)
    await book.add(replace(token("t1", "aa"), expires_at=Instant(100)))
    await book.load()

    assert len(book.grants(Instant(99))) == 1
    assert book.grants(Instant(100)) == ()


@pytest.mark.parametrize("again", [token("t1", "cc"), token("t2", "aa")])
async def test_a_token_id_or_hash_is_never_given_twice(database: Database, again: StoredToken) -> None:
    book = StoreTokens(database)
    await book.add(token("t1", "aa"))

    with pytest.raises(StoreFailed):
        await book.add(again)

    assert await book.all() == [token("t1", "aa")]


async def test_unreadable_scopes_are_refused_not_taken_for_none(database: Database, file: Path) -> None:
    book = StoreTokens(database)
    await book.add(token("t1", "aa"))
    with sqlite3.connect(file) as damage:
        damage.execute("UPDATE api_token SET scopes = '{'")
    damage.close()

    with pytest.raises(StoreFailed, match="t1"):
        await book.load()


async def test_a_directory_nobody_filled_is_empty(database: Database) -> None:
    assert await StoreDirectory(database).load() is None


async def test_the_centre_that_was_saved_last_is_the_one_in_force_after_a_restart(
    database: Database, file: Path
) -> None:
    first = read_centre(SMALL)
    second = replace(first, name="Another name")
    await StoreDirectory(database).save(first, Instant(7))
    await StoreDirectory(database).save(second, Instant(8))

    assert await StoreDirectory(database).load() == second
    with sqlite3.connect(file) as look:
        kept = look.execute("SELECT number, published_at, text, sha256 FROM centre_version ORDER BY number").fetchall()
    look.close()
    assert [(number, at) for number, at, _, _ in kept] == [(1, 7), (2, 8)]
    assert [digest for *_, digest in kept] == [sha256(text.encode()).hexdigest() for _, _, text, _ in kept]


async def test_a_damaged_centre_is_refused(database: Database, file: Path) -> None:
    with sqlite3.connect(file) as damage:
        damage.execute("INSERT INTO centre_version VALUES (1, 7, 'not a centre', '')")
    damage.close()

    with pytest.raises(StoreFailed):
        await StoreDirectory(database).load()


def event(seq: int) -> LoggedEvent:
    return LoggedEvent(
        seq=seq,
        journal_seq=seq * 2,
        ordinal=1,
        at=Instant(seq),
        type="call.queued",
        agent_id="",
        queue_id="sales",
        call_id="c1",
        data=b'{"queue":"sales \xc3\xa9"}',
    )


async def test_socket_events_are_kept_read_from_a_number_and_forgotten(database: Database) -> None:
    log = StoreCtiLog(database)
    assert await log.last() is None
    assert await log.oldest_seq() == 0

    await log.append([event(1), event(2)])
    await log.append([event(2), event(3), event(4)])
    await log.append([event(3)])
    await log.append([])

    assert await log.last() == event(4)
    assert await log.read(2, 2) == [event(2), event(3)]
    await log.forget_before(3)
    assert await log.oldest_seq() == 3
    assert await log.read(1, 10) == [event(3), event(4)]
