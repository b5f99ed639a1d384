"""A start from a checkpoint knows what a start from the whole journal knows, and reads only what came later."""

import asyncio
import random
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from acd.core.checkpoint import EngineCheckpoint
from acd.core.effects import Effect
from acd.core.engine import Engine
from acd.core.facts import InteractionReleased
from acd.core.inputs import Input
from acd.distributor import Distributor, Start, open_distributor
from acd.ports import DoorClosed
from cti.hub import Hub
from cti.settings import CtiSettings
from kernel.entry import ENGINE_STREAM, RECORDER_STREAM, Entry
from kernel.instants import Instant
from recorder.facts import RecordingFailed
from recorder.follower import Recorder
from sambut.checkpoints import FORMAT, SLICE_RECORDS, Checkpoint, Checkpointer, Followed, newest_checkpoint
from sambut.follow import FloorFollower
from sambut.live_numbers import CentreNumbers
from store.checkpoints import StoreCheckpoints, StoredCheckpoint
from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from store.tables import journal_checkpoint
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.cti.fakes import MemoryCtiLog
from tests.fakes.recordings import MemoryNotes, MemoryRecordings
from tests.replay.random_day import steps
from tests.sambut.checkpoint_shape import GOLDEN, shape

T = TypeVar("T")
JAKARTA = ZoneInfo("Asia/Jakarta")


class Clock:
    def now(self) -> Instant:
        return NOON


class Switch:
    def perform(self, effect: Effect) -> None:
        """Nothing rings here."""


class Kit:
    """The followers that a checkpoint is made of, as after a start."""

    def __init__(self, folder: Path, log: MemoryCtiLog) -> None:
        self.log = log
        self.floor = FloorFollower()
        self.hub = Hub(CtiSettings(tenant="169", recordings_folder=folder), log)
        self.numbers = CentreNumbers(JAKARTA, lambda: NOON)
        self.recorder = Recorder(
            spool=folder, shelf_dir=folder, shelf=MemoryRecordings(), notes=MemoryNotes(), free_bytes_min=0
        )

    async def resume(self, seq: int, checkpoint: Checkpoint | None) -> None:
        await self.hub.begin(journal_seq=seq, checkpoint=checkpoint.followed.hub if checkpoint is not None else None)
        if checkpoint is not None:
            self.floor.resume(checkpoint.engine)
            self.numbers.resume(checkpoint.followed.numbers)
            self.recorder.resume(checkpoint.followed.talks)

    async def hear(self, entry: Entry) -> None:
        for follower in (self.floor, self.numbers, self.recorder):
            follower.on_entry(entry)
        await self.hub.hear(entry)

    def checkpoint(self, engine: EngineCheckpoint) -> Checkpoint:
        known = Checkpoint(
            engine=engine,
            followed=Followed(
                hub=self.hub.checkpoint(), numbers=self.numbers.checkpoint(), talks=self.recorder.checkpoint()
            ),
        )
        return msgspec.json.decode(msgspec.json.encode(known), type=Checkpoint)

    @property
    def known(self) -> tuple[object, ...]:
        """All that anybody could ask of them."""
        seats = [self.floor.agent_at(device_id) for device_id in self.floor.configured.devices]
        picture, head_seq = self.hub.picture, self.hub.head_seq
        return self.floor.configured, seats, picture, head_seq, self.numbers.now(), self.recorder.checkpoint()

    def close(self) -> None:
        self.recorder.close()


def random_entries(seed: int, count: int) -> list[Entry]:
    """A random day; of its talks, some are recorded well and some are not, sooner or later."""
    chance, engine = random.Random(seed), Engine()
    entries: list[Entry] = []
    over: list[InteractionReleased] = []

    def write(at: Instant, stream: str, given: Input | None, facts: tuple[object, ...]) -> None:
        entries.append(Entry(seq=len(entries) + 1, at=at, stream=stream, given=given, facts=facts))

    for now, given in steps(seed, count, engine):
        facts = engine.handle(given, now)
        write(now, ENGINE_STREAM, given, facts)
        over += [fact for fact in facts if isinstance(fact, InteractionReleased)]
        if over and chance.random() < 0.1:
            talk = over.pop(chance.randrange(len(over)))
            failed = RecordingFailed(
                interaction_id=talk.interaction_id,
                reservation_id=talk.reservation_id,
                problem="missing",
                expected_ms=talk.talk_ms,
                found_ms=0,
            )
            write(now, RECORDER_STREAM, None, (failed,))
    return entries


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


class CountedJournal(StoreJournal):
    """Counts what a start reads."""

    read_count = 0

    async def _counted(self, after_seq: int) -> AsyncIterator[Entry]:
        async for entry in super().read(after_seq):
            self.read_count += 1
            yield entry

    def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        return self._counted(after_seq)


class Program:
    """What ``sambut.program`` does with journal and checkpoints, without Asterisk."""

    def __init__(self, folder: Path, database: Database, log: MemoryCtiLog) -> None:
        self.journal = CountedJournal(database)
        self.shelf = StoreCheckpoints(database)
        self.kit = Kit(folder, log)
        self.checkpointer = Checkpointer(
            shelf=self.shelf,
            clock=Clock(),
            hub=self.kit.hub,
            numbers=self.kit.numbers,
            recorder=self.kit.recorder,
            every_entries=10,
        )
        self.door: Distributor

    async def start(self) -> int:
        """Returns the entry of the checkpoint that was taken up."""
        seq, checkpoint = await newest_checkpoint(self.shelf, await self.journal.last_seq())
        await self.kit.resume(seq, checkpoint)
        self.checkpointer.start_at(seq)

        async def hear(entry: Entry) -> None:
            await self.kit.hear(entry)
            self.checkpointer.on_entry(entry)

        self.door = await open_distributor(
            journal=self.journal,
            switch=Switch(),
            clock=Clock(),
            subscribers=[self.kit.floor, self.kit.hub, self.kit.numbers, self.kit.recorder, self.checkpointer],
            start=Start(seq=seq, checkpoint=None if checkpoint is None else checkpoint.engine, hear=hear),
        )
        return seq

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Started before, and stopped after the block as the program is: the tasks first, then the engine."""
        deciding = asyncio.create_task(self.door.run())
        keeping = asyncio.create_task(self.checkpointer.run(self.door.at_rest))
        await asyncio.sleep(0)
        yield
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        self.door.close()
        await deciding
        self.kit.close()

    async def crash(self) -> None:
        """The end without a last word."""
        self.kit.close()

    async def has_kept(self, *seqs: int) -> None:
        """Wait until those checkpoints are kept, newest first."""
        async with asyncio.timeout(5):
            while await self.seqs() != list(seqs):  # noqa: ASYNC110  # the shelf has no event for it
                await asyncio.sleep(0.01)

    async def seqs(self) -> list[int]:
        return [each.seq for each in await self.shelf.newest_first()]


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
