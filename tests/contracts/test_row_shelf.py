"""What every shelf of rows must do: the one in the database, and the one in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.ids import AgentId, FlowId, InteractionId, NodeId, QueueId
from kernel.instants import Instant
from reports.changes import Changes
from reports.memory import AgentNow, Handling, Memory, OpenInteraction
from reports.ports import Progress, RowShelf, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, MenuRow, QueueIntervalRow, WaitToldRow
from store.database import Database
from store.migrate import upgrade
from store.rows import StoreRows
from tests.acd import makers as m
from tests.fakes.rows import MemoryRows
from tests.reports.story import Story

SALES, ANN, FIRST, NEXT = QueueId("sales"), AgentId("ann"), Instant(1_800_000), Instant(3_600_000)


@pytest.fixture(params=["memory", "database"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RowShelf]:
    if request.param == "memory":
        yield MemoryRows()
        return
    url = f"sqlite:///{tmp_path / 'rows.sqlite3'}"
    await upgrade(url)
    database = Database(url)
    yield StoreRows(database)
    await database.close()


def at(seq: int) -> Progress:
    return Progress(seq=seq, memory=Memory())


async def test_a_new_shelf_has_no_progress_and_no_rows(shelf: RowShelf) -> None:
    assert await shelf.progress() is None
    assert await shelf.queue_intervals(Instant(0), Instant(10**13)) == []


async def test_progress_and_memory_come_back_equal(shelf: RowShelf) -> None:
    story = Story(ready=("ann",))
    story.call("c1")
    row = story.told().interaction("c1")
    memory = Memory(
        interval=FIRST,
        open={InteractionId("c1"): OpenInteraction(row=row, entered_at=FIRST, service_level_ms=20_000)},
        agents={
            ANN: AgentNow(
                state="wrap_up",
                reason_code="",
                since=FIRST,
                counted_to=NEXT,
                interaction_id=InteractionId("c1"),
                handlings=[Handling(interaction_id=InteractionId("c1"), queue_id=SALES, talk_ms=7, hold_ms=0)],
            )
        },
        service_level_ms={SALES: 20_000},
    )

    await shelf.save(Changes(), Progress(seq=7, memory=memory))

    assert await shelf.progress() == Progress(seq=7, memory=memory)


async def test_sums_add_up_by_key_and_the_longest_wait_stays_the_longest(shelf: RowShelf) -> None:
    one, two = Changes(), Changes()
    one.queue(SALES, FIRST, offered_count=2, wait_ms_max=900)
    one.agent(ANN, FIRST, handled_count=1, talk_ms=40)
    one.agent_time(ANN, FIRST, "aux", "lunch", 500)
    one.wait_told(SALES, FIRST, 3, told_count=1)
    two.wait_told(SALES, FIRST, 3, told_count=1, kept_count=1)
    two.wait_told(SALES, FIRST, 5, told_count=1, broken_count=1)
    two.queue(SALES, FIRST, offered_count=3, wait_ms_max=300)
    two.queue(SALES, NEXT, offered_count=1)
    two.agent(ANN, FIRST, handled_count=1, talk_ms=2)
    two.agent_time(ANN, FIRST, "aux", "lunch", 1)
    two.agent_time(ANN, FIRST, "aux", "prayer", 9)

    await shelf.save(one, at(1))
    await shelf.save(two, at(2))

    assert await shelf.queue_intervals(FIRST, Instant(NEXT + 1)) == [
        QueueIntervalRow(queue_id=SALES, starts_at=FIRST, offered_count=5, wait_ms_max=900),
        QueueIntervalRow(queue_id=SALES, starts_at=NEXT, offered_count=1),
    ]
    assert await shelf.queue_intervals(FIRST, NEXT) == [
        QueueIntervalRow(queue_id=SALES, starts_at=FIRST, offered_count=5, wait_ms_max=900)
    ]
    assert await shelf.agent_intervals(FIRST, NEXT) == [
        AgentIntervalRow(agent_id=ANN, starts_at=FIRST, handled_count=2, talk_ms=42)
    ]
    assert await shelf.waits_told(FIRST, NEXT) == [
        WaitToldRow(queue_id=SALES, starts_at=FIRST, minutes=3, told_count=2, kept_count=1),
        WaitToldRow(queue_id=SALES, starts_at=FIRST, minutes=5, told_count=1, broken_count=1),
    ]
    assert await shelf.agent_times(FIRST, NEXT) == [
        AgentTimeRow(agent_id=ANN, starts_at=FIRST, state="aux", reason_code="lunch", time_ms=501),
        AgentTimeRow(agent_id=ANN, starts_at=FIRST, state="aux", reason_code="prayer", time_ms=9),
    ]


async def test_menus_are_found_by_day_both_ends_included(shelf: RowShelf) -> None:
    changes = Changes()
    exit_one = MenuRow(
        day="2026-11-24", flow_id=FlowId("main"), version=1, node_id=NodeId("menu"), kind="menu", exit="1"
    )
    for day in ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"):
        changes.menu(replace(exit_one, day=day))
    changes.menu(exit_one)
    await shelf.save(changes, at(1))

    found = await shelf.menus("2026-11-24", "2026-11-25")

    assert [(row.day, row.visit_count) for row in found] == [("2026-11-24", 2), ("2026-11-25", 1)]


@pytest.mark.parametrize("again", [1, 2])
async def test_what_is_in_the_rows_already_is_refused_whole(shelf: RowShelf, again: int) -> None:
    changes = Changes()
    changes.queue(SALES, FIRST, offered_count=1)
    await shelf.save(changes, at(2))

    with pytest.raises(ShelfFailed):
        await shelf.save(changes, at(again))

    (row,) = await shelf.queue_intervals(FIRST, NEXT)
    assert row.offered_count == 1


async def test_a_whole_story_is_kept_the_same_on_every_shelf(shelf: RowShelf) -> None:
    story = Story(ready=("ann",))
    story.call("c1")
    story.give(m.picked_up("c1-r1"), after_ms=m.S)
    story.give(m.left("c1-r1"), after_ms=m.S)
    told = story.told()

    await shelf.save(told.changes, Progress(seq=len(story.entries), memory=told.memory))

    assert await shelf.queue_intervals(Instant(0), Instant(10**13)) == told.queues()
    kept = await shelf.progress()
    assert kept is not None
    assert kept.memory == told.memory
