"""The hub: numbers that never change, whatever happens to the program."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from cti.hub import Hub, HubCheckpoint
from cti.ports import CtiLog, CtiLogFailed
from kernel.entry import Entry
from kernel.logged_event import LoggedEvent
from store.cti_log import StoreCtiLog
from store.database import Database
from store.migrate import upgrade
from tests.cti.conftest import Floor
from tests.cti.day import whole_day
from tests.cti.fakes import MemoryCtiLog

Numbered = list[tuple[int, int, int, str, bytes]]


async def numbered(hub: Hub, from_seq: int = 1) -> Numbered:
    """All that can be replayed."""
    found: Numbered = []
    while events := await hub.read(from_seq, 7):
        found += [
            (each.logged.seq, each.logged.journal_seq, each.logged.ordinal, each.logged.type, each.logged.data)
            for each in events
        ]
        from_seq = found[-1][0] + 1
    return found


async def day(floor: Floor) -> tuple[Entry, ...]:
    whole_day(floor.script)
    await floor.start()
    await floor.play(*floor.script.entries)
    return tuple(floor.script.entries)


async def test_numbers_are_dense_from_one(floor: Floor) -> None:
    await day(floor)

    seqs = [seq for seq, *_ in await numbered(floor.hub)]

    assert seqs == list(range(1, floor.hub.head_seq + 1))
    assert floor.hub.oldest_seq == 1


@pytest.mark.parametrize("written", [0, 5, 12, 1000])
async def test_a_restart_gives_the_same_numbers_however_much_was_written(floor: Floor, written: int) -> None:
    entries = await day(floor)
    before = await numbered(floor.hub)
    await floor.hub.write()
    kept_journal_seq = entries[min(written, len(entries)) - 1].seq if written else 0
    floor.log.events = {seq: event for seq, event in floor.log.events.items() if event.journal_seq <= kept_journal_seq}

    await floor.start()

    # What the log kept is read from it, the rest was made anew.
    assert await numbered(floor.hub) == before
    assert floor.hub.head_seq == before[-1][0]


async def test_the_picture_after_a_restart_is_the_one_before(floor: Floor) -> None:
    await day(floor)
    await floor.hub.write()
    before = floor.hub.picture

    await floor.start()

    assert floor.hub.picture == before


async def test_an_entry_that_comes_twice_is_taken_once(floor: Floor) -> None:
    entries = await day(floor)
    head = floor.hub.head_seq

    for entry in entries[-4:]:
        floor.hub.on_entry(entry)

    assert floor.hub.head_seq == head


@pytest.mark.parametrize("written", [0, 5, 12, 1000])
@pytest.mark.parametrize("cut", [1, 9, 14])
async def test_from_a_checkpoint_on_numbers_and_picture_are_those_of_the_whole_journal(
    floor: Floor, cut: int, written: int
) -> None:
    entries = await day(floor)
    whole, picture = await numbered(floor.hub), floor.hub.picture
    before = Hub(floor.settings, MemoryCtiLog())
    await before.begin()
    for entry in entries[:cut]:
        await before.hear(entry)
    kept = msgspec.json.decode(msgspec.json.encode(before.checkpoint()), type=HubCheckpoint)
    # A checkpoint is only kept once the log holds what came before it.
    logged_to = max(written, cut)
    log = MemoryCtiLog()
    await floor.hub.write()
    log.events = {seq: event for seq, event in floor.log.events.items() if event.journal_seq <= logged_to}

    hub = Hub(floor.settings, log)
    await hub.begin(journal_seq=entries[cut - 1].seq, checkpoint=kept)
    for entry in entries[cut:]:
        await hub.hear(entry)

    assert hub.picture == picture
    assert await numbered(hub) == whole


async def test_a_number_is_given_once_even_when_the_log_is_lost(floor: Floor) -> None:
    entries = await day(floor)
    kept = floor.hub.checkpoint()

    again = Hub(floor.settings, MemoryCtiLog())
    await again.begin(journal_seq=entries[-1].seq, checkpoint=kept)

    assert again.head_seq == kept.head_seq > 0


async def test_the_log_lacks_what_is_not_written_yet(floor: Floor) -> None:
    entries = await day(floor)
    last = entries[-1].seq

    assert not floor.hub.has_logged(last)
    await floor.hub.write()
    assert floor.hub.has_logged(last)


async def test_a_log_that_was_given_up_lacks_everything(floor: Floor) -> None:
    floor.settings = replace(floor.settings, ring_length=10)
    floor.log.fails = True
    entries = await day(floor)
    await floor.hub.write()

    assert not floor.hub.has_logged(entries[-1].seq)


async def test_two_who_write_at_once_write_each_event_once(floor: Floor) -> None:
    floor.settings = replace(floor.settings, write_batch=3)
    floor.log = log = WatchedLog()
    await day(floor)

    await asyncio.gather(floor.hub.write(), floor.hub.write())

    assert sum(map(len, log.batches)) == len(set().union(*log.batches))
    assert len(log.events) == floor.hub.head_seq


async def test_a_failing_log_loses_nothing_and_is_tried_again(floor: Floor) -> None:
    await day(floor)
    floor.log.fails = True
    await floor.hub.write()
    assert floor.log.events == {}

    floor.log.fails = False
    await floor.hub.write()

    assert len(floor.log.events) == floor.hub.head_seq


async def test_a_log_that_fails_for_too_long_is_given_up_and_made_again_at_the_next_start(floor: Floor) -> None:
    floor.settings = replace(floor.settings, ring_length=10)
    floor.log.fails = True
    await day(floor)
    await floor.hub.write()
    floor.log.fails = False
    await floor.hub.write()

    assert floor.log.events == {}
    assert floor.hub.oldest_seq == floor.hub.head_seq - 9
    assert await floor.hub.read(1, 5) == []
    head = floor.hub.head_seq
    await floor.start()
    await floor.hub.write()
    assert sorted(floor.log.events) == list(range(1, head + 1))


async def test_old_events_are_forgotten(floor: Floor) -> None:
    floor.settings = replace(floor.settings, ring_length=5, retained_max=10)
    await day(floor)
    await floor.hub.write()

    assert floor.hub.oldest_seq == floor.hub.head_seq - 9
    assert min(floor.log.events) == floor.hub.oldest_seq


async def test_what_is_unwritten_at_the_end_is_written(floor: Floor) -> None:
    await floor.start()
    running = asyncio.create_task(floor.hub.run())
    await asyncio.sleep(0)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert len(floor.log.events) == floor.hub.head_seq


class WatchedLog(MemoryCtiLog):
    """Remembers which entries came in one call."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[set[int]] = []

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        await asyncio.sleep(0)  # as a disk lets others go on meanwhile
        self.batches.append({event.journal_seq for event in events})
        await super().append(events)


async def test_an_entry_is_in_the_log_whole_or_not_at_all(floor: Floor) -> None:
    floor.settings = replace(floor.settings, write_batch=3)
    floor.log = log = WatchedLog()
    await day(floor)
    await floor.hub.write()

    assert len(log.batches) > 3
    assert all(not (one & other) for one, other in pairwise(log.batches))


@pytest.fixture(params=["memory", "database"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CtiLog]:
    """What every event log must be."""
    if request.param == "memory":
        yield MemoryCtiLog()
        return
    url = f"sqlite:///{tmp_path / 'cti.sqlite3'}"
    await upgrade(url)
    database = Database(url)
    yield StoreCtiLog(database, failure=CtiLogFailed)
    await database.close()


async def test_a_log_gives_back_what_it_was_given(floor: Floor, log: CtiLog) -> None:
    assert (await log.last(), await log.oldest_seq(), await log.read(1, 10)) == (None, 0, [])
    await day(floor)
    events = [event.logged for event in await floor.hub.read(1, 1000)]

    await log.append(events[:10])
    await log.append(events[5:])

    kept = await log.read(1, 1000)
    assert [(e.seq, e.journal_seq, e.ordinal, e.at, e.type, e.data) for e in kept] == [
        (e.seq, e.journal_seq, e.ordinal, e.at, e.type, e.data) for e in events
    ]
    assert [(e.agent_id, e.queue_id, e.call_id) for e in kept] == [(e.agent_id, e.queue_id, e.call_id) for e in events]
    assert [event.seq for event in await log.read(4, 3)] == [4, 5, 6]
    last = await log.last()
    assert last is not None
    assert last.seq == events[-1].seq
    await log.forget_before(8)
    assert await log.oldest_seq() == 8
