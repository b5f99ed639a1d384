"""Rows in memory, and a journal's worth of ways to fail."""

import copy

from kernel.ids import InteractionId
from kernel.instants import Instant
from reports.changes import Changes
from reports.ports import Progress, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow
from reports.sums import SumRow, added, key_of


class MemoryRows:
    """Implements ``reports.ports.RowShelf``. ``fail_next``: as many saves fail, leaving nothing behind."""

    def __init__(self) -> None:
        self.interactions: dict[InteractionId, InteractionRow] = {}
        self.sums: dict[tuple[object, ...], SumRow] = {}
        self.kept: Progress | None = None
        self.fail_next = 0
        self.save_count = 0

    async def progress(self) -> Progress | None:
        return copy.deepcopy(self.kept)

    async def save(self, changes: Changes, progress: Progress) -> None:
        if self.fail_next:
            self.fail_next -= 1
            raise ShelfFailed("asked to fail")
        if self.kept is not None and progress.seq <= self.kept.seq:
            raise ShelfFailed(f"the rows hold entry {progress.seq} already")
        self.save_count += 1
        self.interactions.update(changes.interactions)
        for key, row in changes.sums.items():
            there = self.sums.get(key)
            self.sums[key] = row if there is None else added(there, row)
        self.kept = copy.deepcopy(progress)

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        rows = [row for row in self.sums.values() if isinstance(row, QueueIntervalRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def agent_intervals(self, since: Instant, until: Instant) -> list[AgentIntervalRow]:
        rows = [row for row in self.sums.values() if isinstance(row, AgentIntervalRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def agent_times(self, since: Instant, until: Instant) -> list[AgentTimeRow]:
        rows = [row for row in self.sums.values() if isinstance(row, AgentTimeRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def menus(self, day_first: str, day_last: str) -> list[MenuRow]:
        rows = [row for row in self.sums.values() if isinstance(row, MenuRow)]
        return sorted((row for row in rows if day_first <= row.day <= day_last), key=key_of)
