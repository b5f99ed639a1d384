"""A shelf of rows in memory: it takes all of a group or nothing. Pure."""

import copy

from kernel.ids import InteractionId
from kernel.instants import Instant
from reports.changes import Changes
from reports.ports import Progress, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow, WaitToldRow
from reports.sums import SumRow, added, key_of


class KeptRows:
    """Implements the part of ``reports.ports.RowShelf`` that a follower uses; rows come sorted."""

    def __init__(self) -> None:
        self.interactions: dict[InteractionId, InteractionRow] = {}
        self.sums: dict[tuple[object, ...], SumRow] = {}
        self.kept: Progress | None = None

    async def progress(self) -> Progress | None:
        """See RowShelf."""
        return copy.deepcopy(self.kept)

    async def save(self, changes: Changes, progress: Progress) -> None:
        """See RowShelf."""
        if self.kept is not None and progress.seq <= self.kept.seq:
            raise ShelfFailed(f"the rows hold entry {progress.seq} already")
        self.interactions.update(changes.interactions)
        for key, row in changes.sums.items():
            there = self.sums.get(key)
            self.sums[key] = row if there is None else added(there, row)
        self.kept = copy.deepcopy(progress)

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        """See RowShelf."""
        rows = [row for row in self.sums.values() if isinstance(row, QueueIntervalRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def waits_told(self, since: Instant, until: Instant) -> list[WaitToldRow]:
        """See RowShelf."""
        rows = [row for row in self.sums.values() if isinstance(row, WaitToldRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def agent_intervals(self, since: Instant, until: Instant) -> list[AgentIntervalRow]:
        """See RowShelf."""
        rows = [row for row in self.sums.values() if isinstance(row, AgentIntervalRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def agent_times(self, since: Instant, until: Instant) -> list[AgentTimeRow]:
        """See RowShelf."""
        rows = [row for row in self.sums.values() if isinstance(row, AgentTimeRow)]
        return sorted((r for r in rows if since <= r.starts_at < until), key=lambda r: (r.starts_at, key_of(r)))

    async def menus(self, day_first: str, day_last: str) -> list[MenuRow]:
        """See RowShelf."""
        rows = [row for row in self.sums.values() if isinstance(row, MenuRow)]
        return sorted((row for row in rows if day_first <= row.day <= day_last), key=key_of)
