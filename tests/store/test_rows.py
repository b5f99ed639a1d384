"""Finding interactions, and rows that a real file keeps over failure and restart."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.contact import Contact
from kernel.ids import AgentId, FlowId, InteractionId, NodeId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy
from reports.changes import Changes
from reports.follower import RowFollower
from reports.memory import Memory
from reports.ports import Progress, ShelfFailed
from reports.rows import InteractionRow, MenuRow
from store.contact_book import StoreContactBook
from store.database import Database
from store.journal import StoreJournal
from store.rows import StoreRows
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.reports.story import JAKARTA, Story, Told
from tests.reports.test_fold import random_journal


def row(interaction_id: str, arrived_at: int, **values: object) -> InteractionRow:
    story = Story()
    story.give(m.arrived(interaction_id))
    made = story.told().interaction(interaction_id)
    return replace(made, arrived_at=Instant(arrived_at), **values)  # type: ignore[arg-type]  # whatever the test names


ENDED: dict[str, object] = {
    "disposition": Disposition.ANSWERED,
    "ended_by": EndedBy.AGENT,
    "ended_at": Instant(90),
    "service_level_met": True,
}
ROWS = [
    row("c1", 10, queue_id=QueueId("sales"), agent_id=AgentId("ann"), **ENDED),
    row("c2", 20, queue_id=QueueId("help"), disposition=Disposition.ABANDONED),
    row("c3", 20, queue_id=QueueId("sales")),
    row("c4", 30, agent_id=AgentId("ann")),
]


@pytest.fixture
async def shelf(database: Database) -> StoreRows:
    changes = Changes(interactions={each.interaction_id: each for each in ROWS})
    made = StoreRows(database)
    await made.save(changes, Progress(seq=1, memory=Memory()))
    return made


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({}, ["c4", "c3", "c2", "c1"]),
        ({"count_max": 2}, ["c4", "c3"]),
        ({"before": (Instant(20), InteractionId("c3"))}, ["c2", "c1"]),
        ({"since": Instant(20)}, ["c4", "c3", "c2"]),
        ({"until": Instant(20)}, ["c1"]),
        ({"queue_id": QueueId("sales")}, ["c3", "c1"]),
        ({"agent_id": AgentId("ann"), "queue_id": QueueId("sales")}, ["c1"]),
        ({"disposition": Disposition.ABANDONED}, ["c2"]),
        ({"number": "+62811"}, ["c4", "c1"]),
        ({"number": "+62811", "until": Instant(30)}, ["c1"]),
        ({"number": "' OR 1=1 --"}, []),
    ],
)
async def test_interactions_are_found_newest_first(
    database: Database, shelf: StoreRows, sought: dict[str, object], found: list[str]
) -> None:
    book = StoreContactBook(database)
    for each, number in (("c1", "+62811"), ("c2", "+62812"), ("c3", "+62811"), ("c4", "+62811")):
        book.write(Contact(interaction_id=InteractionId(each), number=number, number_raw=number))
    await book.flush()
    await book.erase(InteractionId("c3"))

    rows = await shelf.find_interactions(**sought)  # type: ignore[arg-type]  # whatever the case names

    assert [each.interaction_id for each in rows] == found


async def test_a_row_comes_back_with_its_codes_and_is_replaced_by_a_later_one(shelf: StoreRows) -> None:
    assert await shelf.interaction(InteractionId("c1")) == ROWS[0]
    later = replace(ROWS[0], wrap_up_ms=7_000)

    await shelf.save(Changes(interactions={later.interaction_id: later}), Progress(seq=2, memory=Memory()))

    assert await shelf.interaction(InteractionId("c1")) == later
    assert await shelf.interaction(InteractionId("nobody")) is None


async def test_memory_that_cannot_be_read_stops_the_follower_rather_than_starting_from_nothing(
    shelf: StoreRows, file: Path
) -> None:
    with sqlite3.connect(file) as damage:
        damage.execute("UPDATE report_progress SET memory = '{'")
    damage.close()

    with pytest.raises(ShelfFailed, match="memory"):
        await shelf.progress()
    with pytest.raises(ShelfFailed):
        await shelf.save(Changes(), Progress(seq=9, memory=Memory()))


async def test_a_save_that_fails_half_way_leaves_nothing_behind(shelf: StoreRows, file: Path) -> None:
    changes = Changes()
    changes.queue(QueueId("sales"), NOON, offered_count=1)
    changes.menu(_menu_without_a_day())

    with pytest.raises(ShelfFailed):
        await shelf.save(changes, Progress(seq=2, memory=Memory()))

    assert await shelf.queue_intervals(Instant(0), Instant(NOON + 1)) == []
    kept = await shelf.progress()
    assert kept is not None
    assert kept.seq == 1


def _menu_without_a_day() -> MenuRow:
    return MenuRow(
        day=None,  # type: ignore[arg-type]  # what the database refuses
        flow_id=FlowId("main"),
        version=1,
        node_id=NodeId("menu"),
        kind="menu",
        exit="1",
    )


async def test_a_day_in_the_real_journal_becomes_the_same_rows_over_restarts(database: Database) -> None:
    day = random_journal(seed=11, count=150)
    journal, shelf = StoreJournal(database), StoreRows(database)
    for start in range(0, len(day), 60):
        await journal.append(day[start : start + 60])
        await RowFollower(journal, shelf, JAKARTA, group_length=25).catch_up()
    told = Told(day)

    assert sorted(await shelf.queue_intervals(Instant(0), Instant(10**13)), key=repr) == sorted(told.queues(), key=repr)
    assert sorted(await shelf.agent_times(Instant(0), Instant(10**13)), key=repr) == sorted(told.times(), key=repr)
    rows = await shelf.find_interactions(count_max=1000)
    assert {each.interaction_id: each for each in rows} == told.changes.interactions
