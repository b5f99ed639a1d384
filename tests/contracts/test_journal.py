"""What every journal must do: the one in the database, and the one in memory that tests use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core.facts import InteractionAbandoned, InteractionCreated
from acd.core.inputs import AgentPickedUp, CallerHungUp, InteractionArrived, TimePassed
from acd.core.settings import Channel
from acd.ports import Journal, JournalFailed
from ivr.core.facts import FlowStarted
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, Entry
from kernel.ids import CallLegId, Did, FlowId, InteractionId, NodeId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from tests.fakes.journal import MemoryJournal


@pytest.fixture(params=["memory", "database"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StoreJournal | MemoryJournal]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    url = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    await upgrade(url)
    database = Database(url)
    # Pages of three, so that even short stories turn one.
    yield StoreJournal(database, page_length=3)
    await database.close()


def arrival(seq: int, interaction_id: str) -> Entry:
    words = {
        "interaction_id": InteractionId(interaction_id),
        "channel": Channel.VOICE,
        "did": Did("169"),
        "trunk_id": TrunkId("carrier"),
        "leg_id": CallLegId("1764000000.1"),
    }
    return Entry(
        seq=seq,
        at=Instant(1_764_000_000_000 + seq),
        stream=ENGINE_STREAM,
        given=InteractionArrived(**words),  # type: ignore[arg-type]  # one dict for two classes of the same fields
        facts=(InteractionCreated(**words),),  # type: ignore[arg-type]  # as above
    )


def silence(seq: int) -> Entry:
    return Entry(seq=seq, at=Instant(seq), stream=ENGINE_STREAM, given=TimePassed(), facts=())


async def everything(journal: Journal, after_seq: int = 0) -> list[Entry]:
    return [entry async for entry in journal.read(after_seq)]


async def test_a_new_journal_is_empty(journal: Journal) -> None:
    assert await journal.last_seq() == 0
    assert await everything(journal) == []


async def test_what_was_appended_is_read_back_equal_and_in_order(journal: Journal) -> None:
    flow = Entry(
        seq=3,
        at=Instant(3),
        stream=FLOW_STREAM,
        given=None,
        facts=(
            FlowStarted(
                interaction_id=InteractionId("c1"), flow_id=FlowId("main"), version=2, node_id=NodeId("welcome")
            ),
        ),
    )
    written = [arrival(1, "c1"), silence(2), flow]

    await journal.append(written[:1])
    await journal.append(written[1:])

    assert await everything(journal) == written
    assert await journal.last_seq() == 3


async def test_reading_starts_after_a_number_and_turns_pages(journal: Journal) -> None:
    written = [silence(seq) for seq in range(1, 11)]
    await journal.append(written)

    assert await everything(journal, after_seq=4) == written[4:]
    assert await everything(journal, after_seq=10) == []
    assert await everything(journal, after_seq=99) == []


async def test_reading_includes_what_is_appended_meanwhile(journal: Journal) -> None:
    await journal.append([silence(seq) for seq in range(1, 4)])

    seen = []
    async for entry in journal.read():
        if entry.seq == 1:
            await journal.append([silence(4), silence(5)])
        seen.append(entry.seq)

    assert seen == [1, 2, 3, 4, 5]


async def test_appending_nothing_changes_nothing(journal: Journal) -> None:
    await journal.append([])

    assert await journal.last_seq() == 0


@pytest.mark.parametrize("wrong", [[1], [3], [2, 4], [2, 2], [0], [-1]])
async def test_a_number_that_does_not_follow_is_refused_with_its_whole_group(
    journal: Journal, wrong: list[int]
) -> None:
    await journal.append([silence(1)])

    with pytest.raises(JournalFailed):
        await journal.append([silence(seq) for seq in wrong])

    assert await everything(journal) == [silence(1)]
    await journal.append([silence(2)])
    assert await journal.last_seq() == 2


async def test_a_timeline_is_every_entry_that_names_the_interaction(journal: StoreJournal | MemoryJournal) -> None:
    abandoned = Entry(
        seq=4,
        at=Instant(4),
        stream=ENGINE_STREAM,
        given=CallerHungUp(interaction_id=InteractionId("c1"), cause_code=16),
        facts=(
            InteractionAbandoned(
                interaction_id=InteractionId("c1"),
                queue_id=QueueId("sales"),
                waited_ms=9_000,
                short=False,
                while_offered=False,
            ),
        ),
    )
    late = Entry(
        seq=5,
        at=Instant(5),
        stream=ENGINE_STREAM,
        given=AgentPickedUp(reservation_id=ReservationId("c1-r1")),
        facts=(),
    )
    await journal.append([arrival(1, "c1"), arrival(2, "c10"), silence(3), abandoned, late])

    assert [entry.seq for entry in await journal.timeline(InteractionId("c1"))] == [1, 4, 5]
    assert await journal.timeline(InteractionId("nobody")) == []
