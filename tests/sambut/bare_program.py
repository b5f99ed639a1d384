"""The program without Asterisk: journal, distributor, followers and checkpoints, started and stopped as it does it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from acd.core.checkpoint import EngineCheckpoint
from acd.core.effects import Effect
from acd.core.engine import Engine
from acd.core.facts import InteractionReleased
from acd.core.inputs import Input
from acd.distributor import Distributor, Start, open_distributor
from cti.hub import Hub
from cti.settings import CtiSettings
from kernel.entry import ENGINE_STREAM, RECORDER_STREAM, Entry
from kernel.instants import Instant
from recorder.facts import RecordingFailed
from recorder.follower import Recorder
from sambut.checkpoints import Checkpoint, Checkpointer, Followed, newest_checkpoint
from sambut.follow import FloorFollower
from sambut.live_numbers import CentreNumbers
from store.checkpoints import StoreCheckpoints
from store.database import Database
from store.journal import StoreJournal
from tests.acd.floor import NOON
from tests.cti.fakes import MemoryCtiLog
from tests.fakes.recordings import MemoryNotes, MemoryRecordings
from tests.replay.random_day import steps

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
