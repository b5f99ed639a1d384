"""Follows the journal into the rows: always from where the rows are, so that nothing is counted twice or left out.

It asks the journal for what comes after its rows: catching up after a crash and following live are one and the same
way. Only that entries which have just been published are taken as they are, since they are what the journal holds.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import structlog

from acd.ports import JournalFailed
from kernel.entry import Entry
from reports.fold import Fold
from reports.memory import Memory
from reports.ports import JournalReader, Progress, RowShelf, ShelfFailed

log = structlog.get_logger(__name__)

GROUP_LENGTH = 500
"""Entries put into the rows in one transaction, at most."""

PACE_S = 0.25
"""Pause after each save, in which news gathers: how late rows may be, and how often they are written at most."""

FRESH_MAX = 5_000
"""Entries that are kept at hand; with more news than that the journal is read."""

RETRY_S = 1.0
"""Pause after the shelf or the journal failed."""


class RowFollower:
    """A ``FactSubscriber`` that wakes its task; ``run`` is that task."""

    def __init__(
        self,
        journal: JournalReader,
        shelf: RowShelf,
        zone: ZoneInfo,
        *,
        group_length: int = GROUP_LENGTH,
        pace_s: float = PACE_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self._journal = journal
        self._shelf = shelf
        self._zone = zone
        self._group_length = group_length
        self._pace_s = pace_s
        self._retry_s = retry_s
        self._news = asyncio.Event()
        self._advanced = asyncio.Condition()
        self._fresh: deque[Entry] = deque(maxlen=FRESH_MAX)
        self._seq = 0
        self._fold: Fold | None = None

    def on_entry(self, entry: Entry) -> None:
        """There is something to read. What is at hand need not come from the disk again."""
        self._fresh.append(entry)
        self._news.set()

    def move_to(self, zone: ZoneInfo) -> None:
        """The centre's days are those of another zone from now on; rows that are there stay as they are."""
        self._zone = zone

    @property
    def seq(self) -> int:
        """The last entry that is in the rows, as far as this follower knows."""
        return self._seq

    async def reached(self, seq: int) -> None:
        """Wait until the rows hold everything up to ``seq``."""
        async with self._advanced:
            await self._advanced.wait_for(lambda: self._seq >= seq)

    async def run(self) -> None:
        """Follow until cancelled. What fails is tried again: rows may be late, never wrong."""
        self._news.set()
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.catch_up()
                await asyncio.sleep(self._pace_s)
            except (ShelfFailed, JournalFailed) as error:
                log.error("rows cannot be written", seq=self._seq, problem=str(error))
                self._news.set()
                await asyncio.sleep(self._retry_s)

    async def catch_up(self) -> int:
        """Bring the rows to the journal's end; returns its last seq. Raises ShelfFailed, JournalFailed."""
        # Memory and unsaved changes belong together: after any failure both come anew from the shelf.
        fold, self._fold = self._fold, None
        if fold is None:
            kept = await self._shelf.progress() or Progress(seq=0, memory=Memory())
            fold = Fold(kept.memory, self._zone)
            await self._advance(kept.seq)
        fold.zone = self._zone
        seq = self._seq
        async for entry in self._entries(seq):
            fold.take(entry)
            seq = entry.seq
            if seq - self._seq >= self._group_length:
                await self._save(fold, seq)
        if seq > self._seq:
            await self._save(fold, seq)
        self._fold = fold
        return seq

    async def _entries(self, after_seq: int) -> AsyncIterator[Entry]:
        """The journal's entries, from memory where they follow without a gap, otherwise from the journal."""
        while self._fresh and self._fresh[0].seq <= after_seq:
            self._fresh.popleft()
        if self._fresh and self._fresh[0].seq == after_seq + 1:
            while self._fresh:
                yield self._fresh.popleft()
            return
        async for entry in self._journal.read(after_seq=after_seq):
            yield entry

    async def _save(self, fold: Fold, seq: int) -> None:
        await self._shelf.save(fold.drain(), Progress(seq=seq, memory=fold.memory))
        await self._advance(seq)

    async def _advance(self, seq: int) -> None:
        async with self._advanced:
            self._seq = seq
            self._advanced.notify_all()
