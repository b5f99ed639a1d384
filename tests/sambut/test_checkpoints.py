"""A start from a checkpoint knows what a start from the whole journal knows, and reads only what came later."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.inputs import Input
from acd.ports import DoorClosed
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant
from sambut.checkpoints import FORMAT, SLICE_RECORDS, Checkpoint, newest_checkpoint
from store.checkpoints import StoreCheckpoints, StoredCheckpoint
from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from store.tables import journal_checkpoint
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.cti.fakes import MemoryCtiLog
from tests.sambut.bare_program import Kit, Program, random_entries
from tests.sambut.checkpoint_shape import GOLDEN, shape

T = TypeVar("T")
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.slow  # a day told again from many cuts
@pytest.mark.parametrize("seed", [11, 12])
async def test_from_any_cut_of_a_day_the_followers_come_to_know_the_same(tmp_path: Path, seed: int) -> None:
    entries = random_entries(seed, 600)
    whole, engine = Kit(tmp_path, MemoryCtiLog()), Engine()
    await whole.resume(0, None)
    cuts: dict[int, tuple[Checkpoint, dict[int, Any]]] = {}
    for entry in entries:
        await whole.hear(entry)
        if entry.stream == ENGINE_STREAM:
            engine.fold(entry.facts, entry.at)  # type: ignore[arg-type]  # the engine's own stream
        if entry.seq % 43 == 0:
            await whole.hub.write()
            cuts[entry.seq] = whole.checkpoint(engine.checkpoint()), dict(whole.log.events)

    for cut, (checkpoint, events) in cuts.items():
        log = MemoryCtiLog()
        log.events = events
        again = Kit(tmp_path, log)
        await again.resume(cut, checkpoint)
        for entry in entries[cut:]:
            await again.hear(entry)
        assert again.known == whole.known
        again.close()
    whole.close()
    assert len(cuts) > 10


# --- the program's own way: journal, distributor, checkpointer ---------------------------------------------------------


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'sambut.sqlite3'}"
    await upgrade(url)
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def log() -> MemoryCtiLog:
    return MemoryCtiLog()


async def played(program: Program, inputs: Sequence[Input]) -> None:
    """Start, take the inputs, and stop in good order."""
    await program.start()
    async with program.running():
        for given in inputs:
            await program.door.submit(given)


def callers(count: int) -> list[Input]:
    return [m.queue(), *(m.arrived(f"c{number}") for number in range(1, count))]


async def test_a_start_after_a_clean_stop_reads_nothing_of_the_journal(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    before = Program(tmp_path, database, log)
    await played(before, callers(25))

    again = Program(tmp_path, database, log)

    assert await again.start() == 25
    assert again.journal.read_count == 0
    assert again.kit.known == before.kit.known
    await again.crash()


@pytest.mark.parametrize("count", [12, 120])
async def test_after_a_crash_a_start_reads_only_what_came_after_the_last_checkpoint_however_long_the_journal_is(
    tmp_path: Path, database: Database, log: MemoryCtiLog, count: int
) -> None:
    await played(Program(tmp_path, database, log), callers(count))
    torn = Program(tmp_path, database, log)
    await torn.start()
    later = [Entry(seq=count + number, at=NOON, stream=ENGINE_STREAM, given=m.TIME, facts=()) for number in (1, 2, 3)]
    await torn.journal.append(later)
    await torn.crash()

    again = Program(tmp_path, database, log)

    assert await again.start() == count
    assert again.journal.read_count == 3
    await again.crash()


async def test_a_program_to_which_nothing_happened_leaves_no_new_checkpoint(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    idle = Program(tmp_path, database, log)
    await played(idle, [])
    assert await idle.seqs() == []
    await played(Program(tmp_path, database, log), callers(3))
    (kept,) = await idle.shelf.newest_first()
    await _change(database, sa.update(journal_checkpoint).values(made_at=1))

    await played(Program(tmp_path, database, log), [])

    assert await idle.shelf.newest_first() == [replace(kept, made_at=Instant(1))]


async def test_a_checkpoint_of_many_records_is_what_the_engine_knew_when_it_was_begun(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    """It is written down in slices, while the engine goes on."""
    entries = [
        Entry(seq=1, at=NOON, stream=ENGINE_STREAM, given=m.queue(), facts=Engine().handle(m.queue(), NOON)),
        *_arrivals(2, 2 * SLICE_RECORDS + 1),
    ]
    program = Program(tmp_path, database, log)
    await program.journal.append(entries)
    await program.start()
    begun: list[tuple[int, EngineCheckpoint]] = []

    async def at_rest(look: Callable[[int, EngineCheckpoint], T]) -> T:
        begun.append(await program.door.at_rest(lambda seq, engine: (seq, engine)))
        seen = await program.door.at_rest(look)
        for number in range(3):
            program.door.post(m.arrived(f"meanwhile-{number}"))
        return seen

    deciding = asyncio.create_task(program.door.run())
    await program.checkpointer.make(at_rest)
    program.door.close()
    await deciding
    seq, checkpoint = await newest_checkpoint(program.shelf, await program.journal.last_seq())

    assert checkpoint is not None
    assert [(seq, checkpoint.engine)] == begun
    assert len(checkpoint.engine.interactions) == 2 * SLICE_RECORDS + 1
    assert await program.journal.last_seq() == seq + 3
    await program.crash()


def _arrivals(seq: int, count: int) -> list[Entry]:
    engine = Engine()
    return [
        Entry(
            seq=seq + number,
            at=NOON,
            stream=ENGINE_STREAM,
            given=m.arrived(f"c{number}"),
            facts=engine.handle(m.arrived(f"c{number}"), NOON),
        )
        for number in range(count)
    ]


async def test_a_checkpoint_is_made_whenever_so_many_entries_have_come(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    program = Program(tmp_path, database, log)
    await program.start()
    async with program.running():
        for given in callers(10):
            await program.door.submit(given)
        await program.has_kept(10)


async def test_a_database_of_before_there_were_checkpoints_is_read_whole_once(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    entries = random_entries(3, 100)
    await StoreJournal(database).append(entries)
    first = Program(tmp_path, database, log)
    assert await first.start() == 0
    assert first.journal.read_count == len(entries)

    async with first.running():  # so much has come that one is due at once
        await first.has_kept(len(entries))


async def test_a_damaged_checkpoint_gives_way_to_the_one_before_and_that_to_the_whole_journal(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    await played(Program(tmp_path, database, log), callers(7))
    second = Program(tmp_path, database, log)
    await second.start()
    async with second.running():
        for given in (m.arrived("late"), m.enter("late")):
            await second.door.submit(given)
    for seqs, start in (([9], 7), ([9, 7], 0)):
        await _damage(database, seqs)
        again = Program(tmp_path, database, log)
        assert await again.start() == start
        assert again.journal.read_count == 9 - start
        assert again.kit.known == second.kit.known
        await again.crash()


async def _damage(database: Database, seqs: list[int]) -> None:
    await _change(
        database, sa.update(journal_checkpoint).where(journal_checkpoint.c.seq.in_(seqs)).values(body=b"torn")
    )


async def _change(database: Database, statement: sa.Update) -> None:
    def change(connection: sa.Connection) -> None:
        connection.execute(statement)

    await database.write(change)


async def _kept(tmp_path: Path, database: Database, log: MemoryCtiLog) -> StoredCheckpoint:
    program = Program(tmp_path, database, log)
    await played(program, [*callers(5), m.enter("c1")])
    (kept,) = await program.shelf.newest_first()
    return kept


@pytest.mark.parametrize("wrong", ["of another format", "no JSON", "not packed", "lacks a part", "contradicts itself"])
async def test_what_is_no_checkpoint_of_ours_is_passed_over(
    tmp_path: Path, database: Database, log: MemoryCtiLog, wrong: str
) -> None:
    kept = await _kept(tmp_path, database, log)
    known = msgspec.json.decode(zlib.decompress(kept.body))
    assert await newest_checkpoint(StoreCheckpoints(database), kept.seq) != (0, None)
    bodies: dict[str, bytes] = {
        "of another format": kept.body,
        "no JSON": zlib.compress(b"{"),
        "not packed": b"{}",
        "lacks a part": zlib.compress(msgspec.json.encode({**known, "followed": None})),
        "contradicts itself": zlib.compress(
            msgspec.json.encode({**known, "engine": {**known["engine"], "queues": {}}})
        ),
    }
    version = FORMAT + 1 if wrong == "of another format" else FORMAT

    await StoreCheckpoints(database).save(replace(kept, format=version, body=bodies[wrong]))

    assert await newest_checkpoint(StoreCheckpoints(database), kept.seq) == (0, None)


async def test_a_body_that_can_be_read_but_is_not_the_one_that_was_saved_is_passed_over(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    kept = await _kept(tmp_path, database, log)

    await _change(database, sa.update(journal_checkpoint).values(sha256="0" * 64))

    assert await newest_checkpoint(StoreCheckpoints(database), kept.seq) == (0, None)


async def test_a_checkpoint_beyond_the_journals_end_is_of_another_journal(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    kept = await _kept(tmp_path, database, log)

    assert await newest_checkpoint(StoreCheckpoints(database), kept.seq - 1) == (0, None)


async def test_no_checkpoint_is_kept_before_the_event_log_has_what_led_to_it(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    program = Program(tmp_path, database, log)
    await program.start()
    async with program.running():
        await program.door.submit(m.queue())
        await program.door.submit(m.arrived("c1"))
        log.fails = True
        await program.checkpointer.make(program.door.at_rest)
        assert await program.seqs() == []
        log.fails = False
        await program.checkpointer.make(program.door.at_rest)
        assert await program.seqs() == [2]


async def test_an_engine_that_has_ended_leaves_no_checkpoint(
    tmp_path: Path, database: Database, log: MemoryCtiLog
) -> None:
    """What it decided last may not be in the journal."""
    program = Program(tmp_path, database, log)
    await program.start()
    deciding = asyncio.create_task(program.door.run())
    program.door.close()
    await deciding

    await program.checkpointer.make(program.door.at_rest)

    assert await program.seqs() == []
    with pytest.raises(DoorClosed):
        await program.door.at_rest(lambda seq, known: seq)
    await program.crash()


def test_no_callers_number_is_in_a_checkpoint() -> None:
    assert not {"number", "number_raw", "contact", "ani"} & set(_names(msgspec.json.schema(Checkpoint)))


def _names(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        return [name for key, value in schema.items() for name in (key, *_names(value))]
    return [name for each in schema for name in _names(each)] if isinstance(schema, list) else []


def test_a_checkpoint_of_another_shape_has_another_format() -> None:
    """Should this fail: raise FORMAT, run ``python -m tests.sambut.checkpoint_shape``, remove the old golden file."""
    assert shape() == GOLDEN.read_text(encoding="utf-8")
