"""A distributor with its surroundings, on virtual time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from acd.core import facts
from acd.core.effects import Effect
from acd.core.engine import Engine
from acd.core.inputs import Input
from acd.distributor import Distributor
from kernel.entry import Entry
from simulator.virtual_time import VirtualClock, run_virtually
from tests.acd import makers as m
from tests.fakes.journal import MemoryJournal

READY_ANN = (m.queue(), m.device("p1"), m.seen("p1"), m.agent("ann"), m.log_in("ann", "p1"), m.set_ready("ann"))


class GatedJournal(MemoryJournal):
    """Remembers what was appended together, and waits while the gate is shut."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def append(self, entries: Sequence[Entry]) -> None:
        await self.gate.wait()
        await super().append(entries)
        self.batches.append(len(entries))


class Outside:
    """Switch and follower in one: what was published and performed, in order."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self.seen: list[Entry | Effect] = []

    def on_entry(self, entry: Entry) -> None:
        assert entry in self._journal.entries, "published before it was written"
        self.seen.append(entry)

    def perform(self, effect: Effect) -> None:
        self.seen.append(effect)

    @property
    def effects(self) -> list[Effect]:
        return [one for one in self.seen if not isinstance(one, Entry)]

    @property
    def seqs(self) -> list[int]:
        return [one.seq for one in self.seen if isinstance(one, Entry)]


class Counter:
    """Somebody who counts; remembers how many effects had begun when each entry was told."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.seen: list[Entry] = []
        self.after_effects: dict[int, int] = {}

    def on_entry(self, entry: Entry) -> None:
        self.seen.append(entry)
        self.after_effects[entry.seq] = len(self._outside.effects)


class Desk:
    """A distributor with its surroundings."""

    def __init__(
        self,
        *,
        inbox_max: int = 100,
        batch_max: int = 50,
        engine: Engine | None = None,
        comes_back: Callable[[], bool] = lambda: False,
        counts: bool = False,
    ) -> None:
        self.journal = GatedJournal()
        self.outside = Outside(self.journal)
        self.counter = Counter(self.outside)
        self.door = Distributor(
            engine=engine or Engine(),
            last_seq=0,
            journal=self.journal,
            switch=self.outside,
            clock=VirtualClock(),
            subscribers=[self.outside],
            counters=[self.counter] if counts else [],
            inbox_max=inbox_max,
            batch_max=batch_max,
            comes_back=comes_back,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Running inside the block; stopped cleanly after it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.door.run())
            yield
            self.door.close()

    async def give(self, *all_given: Input) -> list[facts.Fact]:
        told: list[facts.Fact] = []
        for given in all_given:
            told += await self.door.submit(given)
        return told


def story(tell: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """A test on virtual time."""

    def test() -> None:
        async def told() -> None:
            await tell()

        run_virtually(told())

    test.__name__ = tell.__name__
    return test
