"""A pretend shelf of rows: it takes all of a group or nothing, and may fail."""

import copy

from kernel.ids import InteractionId
from kernel.instants import Instant
from reports.changes import Changes
from reports.ports import Progress, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow
from reports.sums import SumRow, added
from simulator.world import World


class Shelf:
    """Implements the part of ``reports.ports.RowShelf`` that a follower uses."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: Progress | None = None
        self.interactions: dict[InteractionId, InteractionRow] = {}
        self.sums: dict[tuple[object, ...], SumRow] = {}

    @property
    def seq(self) -> int:
        """How far the rows have come."""
        return 0 if self._kept is None else self._kept.seq

    async def progress(self) -> Progress | None:
        """See RowShelf."""
        return copy.deepcopy(self._kept)

    async def save(self, changes: Changes, progress: Progress) -> None:
        """See RowShelf."""
        if self._world.is_so(0.1):
            raise ShelfFailed("chance")
        if self._kept is not None and progress.seq <= self._kept.seq:
            raise ShelfFailed("these rows are kept already")
        self.interactions.update(changes.interactions)
        for key, row in changes.sums.items():
            there = self.sums.get(key)
            self.sums[key] = row if there is None else added(there, row)
        self._kept = copy.deepcopy(progress)

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        """See RowShelf."""
        return [
            row for row in self.sums.values() if isinstance(row, QueueIntervalRow) and since <= row.starts_at < until
        ]

    async def agent_intervals(self, since: Instant, until: Instant) -> list[AgentIntervalRow]:
        """See RowShelf."""
        return [
            row for row in self.sums.values() if isinstance(row, AgentIntervalRow) and since <= row.starts_at < until
        ]

    async def agent_times(self, since: Instant, until: Instant) -> list[AgentTimeRow]:
        """See RowShelf."""
        return [row for row in self.sums.values() if isinstance(row, AgentTimeRow) and since <= row.starts_at < until]

    async def menus(self, day_first: str, day_last: str) -> list[MenuRow]:
        """See RowShelf."""
        return [row for row in self.sums.values() if isinstance(row, MenuRow) and day_first <= row.day <= day_last]
