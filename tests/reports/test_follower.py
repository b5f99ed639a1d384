"""The follower: nothing counted twice, nothing left out, whatever fails and whenever it is killed."""

import asyncio
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from acd.ports import JournalFailed
from kernel.entry import Entry
from reports.follower import RowFollower
from reports.ports import ShelfFailed
from reports.rows import QueueIntervalRow
from tests.fakes.journal import MemoryJournal
from tests.fakes.rows import MemoryRows
from tests.reports.story import JAKARTA, MINUTE, Told
from tests.reports.test_fold import random_journal

DAY = random_journal(seed=4, count=300)


def follower(journal: MemoryJournal, shelf: MemoryRows, group_length: int = 7) -> RowFollower:
    return RowFollower(journal, shelf, JAKARTA, group_length=group_length, pace_s=0, retry_s=0)


async def journal_of(entries: list[Entry]) -> MemoryJournal:
    journal = MemoryJournal()
    await journal.append(entries)
    return journal


def assert_told(shelf: MemoryRows, entries: list[Entry]) -> None:
    told = Told(entries)
    assert shelf.interactions == told.changes.interactions
    assert shelf.sums == told.changes.sums
    assert shelf.kept is not None
    assert (shelf.kept.seq, shelf.kept.memory) == (len(entries), told.memory)


@pytest.mark.parametrize("group_length", [1, 7, 10_000])
async def test_rows_are_the_same_however_the_journal_is_cut(group_length: int) -> None:
    shelf = MemoryRows()

    assert await follower(await journal_of(DAY), shelf, group_length).catch_up() == len(DAY)

    assert_told(shelf, DAY)


async def test_a_follower_that_is_killed_between_any_two_saves_goes_on_where_the_rows_are() -> None:
    shelf = MemoryRows()
    journal = MemoryJournal()
    for start in range(0, len(DAY), 11):
        await journal.append(DAY[start : start + 11])
        await follower(journal, shelf).catch_up()

    assert_told(shelf, DAY)


async def test_a_save_that_fails_is_made_up_for() -> None:
    shelf, journal = MemoryRows(), MemoryJournal()
    one = follower(journal, shelf)
    for start in range(0, len(DAY), 50):
        await journal.append(DAY[start : start + 50])
        shelf.fail_next = 1
        with pytest.raises(ShelfFailed):
            await one.catch_up()
        await one.catch_up()

    assert_told(shelf, DAY)


async def test_catching_up_with_nothing_new_writes_nothing() -> None:
    shelf = MemoryRows()
    one = follower(await journal_of(DAY), shelf)
    await one.catch_up()
    saves = shelf.save_count

    await one.catch_up()

    assert shelf.save_count == saves


async def test_the_running_follower_takes_what_it_is_told_of_and_outlives_failures() -> None:
    shelf, journal = MemoryRows(), await journal_of(DAY[:100])
    one = follower(journal, shelf)
    shelf.fail_next = 3
    task = asyncio.create_task(one.run())
    try:
        await asyncio.wait_for(one.reached(100), 5)
        await journal.append(DAY[100:])
        one.on_entry(DAY[-1])
        await asyncio.wait_for(one.reached(len(DAY)), 5)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert one.seq == len(DAY)
    assert_told(shelf, DAY)


class TornJournal(MemoryJournal):
    """Fails once, in the middle of a page."""

    torn = True

    async def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        async for entry in super().read(after_seq):
            if self.torn and entry.seq == 150:
                self.torn = False
                raise JournalFailed("asked to fail")
            yield entry


async def test_a_journal_that_fails_in_the_middle_is_read_again_from_where_the_rows_are() -> None:
    shelf, journal = MemoryRows(), TornJournal()
    await journal.append(DAY)
    one = follower(journal, shelf)

    with pytest.raises(JournalFailed):
        await one.catch_up()
    await one.catch_up()

    assert_told(shelf, DAY)


async def test_what_comes_after_a_change_of_zone_counts_in_the_new_zones_half_hours() -> None:
    shelf = MemoryRows()
    journal = await journal_of(DAY[:150])
    moved = follower(journal, shelf)
    await moved.catch_up()
    before = dict(shelf.sums)

    moved.move_to(ZoneInfo("Asia/Kathmandu"))
    await journal.append(DAY[150:])
    await moved.catch_up()

    # Kathmandu is 5:45 ahead of UTC, so its half hours begin a quarter of an hour off Jakarta's.
    fresh = [row for key, row in shelf.sums.items() if key not in before and isinstance(row, QueueIntervalRow)]
    quarters = {row.starts_at // (15 * MINUTE) % 2 for row in before.values() if isinstance(row, QueueIntervalRow)}
    assert quarters == {0}
    assert 1 in {row.starts_at // (15 * MINUTE) % 2 for row in fresh}
