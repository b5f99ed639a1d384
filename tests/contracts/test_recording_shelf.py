"""What every shelf of recordings must do for the recorder: the one in the database, and the one in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from recorder.facts import RecordingStored
from recorder.ports import RecordingShelf
from store.database import Database
from store.migrate import upgrade
from store.recordings import StoreRecordings
from tests.fakes.recordings import MemoryRecordings

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


@pytest.fixture(params=["memory", "database"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RecordingShelf]:
    if request.param == "memory":
        yield MemoryRecordings()
        return
    url = f"sqlite:///{tmp_path / 'recordings.sqlite3'}"
    await upgrade(url)
    database = Database(url)
    yield StoreRecordings(database)
    await database.close()


async def test_what_was_added_is_found_by_its_reservation(shelf: RecordingShelf) -> None:
    await shelf.add(TALK)

    assert await shelf.one(ReservationId("c1-r1")) == TALK
    assert await shelf.one(ReservationId("c1-r2")) is None


async def test_what_is_there_already_stays_as_it_is(shelf: RecordingShelf) -> None:
    await shelf.add(TALK)
    await shelf.add(replace(TALK, sha256="00" * 32))

    assert await shelf.one(TALK.reservation_id) == TALK
