"""A pretend disk: a journal that commits after a while, may fail, and outlives every program."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from acd.ports import JournalFailed
from kernel.entry import Entry
from simulator.plan import Fault
from simulator.virtual_time import Process
from simulator.world import World


class Disk:
    """What is written stays. ``on_commit`` is told of all entries of one transaction once they are durable."""

    def __init__(self, world: World, on_commit: Callable[[Sequence[Entry]], None]) -> None:
        self.entries: list[Entry] = []
        self.fails = False
        self._world = world
        self._on_commit = on_commit

    def commit(self, entries: Sequence[Entry]) -> None:
        """All of them, from now on."""
        for entry in entries:
            if entry.seq != len(self.entries) + 1:
                self._world.fail("journal", f"entry {entry.seq} follows entry {len(self.entries)}")
            self.entries.append(entry)
        self._on_commit(entries)


class Journal:
    """Implements ``acd.ports.Journal`` for one process on a disk."""

    def __init__(self, world: World, disk: Disk, process: Process) -> None:
        self._world = world
        self._disk = disk
        self._process = process

    async def append(self, entries: Sequence[Entry]) -> None:
        """See Journal: written all or not at all, and acknowledged a little later."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        slow = self._world.plan.has(Fault.DISK_SLOW) and self._world.is_so(0.05)
        wait_ms = self._world.between(200, 2_500) if slow else self._world.between(0.2, 3)
        self._world.later(wait_ms, self._write, tuple(entries), written, slow)
        if not await written:
            raise JournalFailed("the disk takes nothing")

    async def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """See Journal."""
        for entry in self._disk.entries[after_seq:]:
            yield entry

    async def last_seq(self) -> int:
        """See Journal."""
        return len(self._disk.entries)

    def _write(self, entries: tuple[Entry, ...], written: "asyncio.Future[bool]", slow: bool) -> None:
        if not self._process.is_alive and (slow or self._world.is_so(0.5)):
            return  # the program died before its commit reached the disk
        takes = not self._disk.fails
        if takes:
            self._disk.commit(entries)
        self._world.later(self._world.between(0, 1), self._acknowledge, written, takes)

    def _acknowledge(self, written: "asyncio.Future[bool]", takes: bool) -> None:
        if not written.done():
            self._process.deliver(_resolve, written, takes)


def _resolve(written: "asyncio.Future[bool]", takes: bool) -> None:
    if not written.done():
        written.set_result(takes)
