"""A pretend shelf of rows that fails by chance."""

from reports.changes import Changes
from reports.ports import Progress, ShelfFailed
from simulator.kept_rows import KeptRows
from simulator.world import World


class Shelf(KeptRows):
    """As ``KeptRows``, but one save in ten comes to nothing."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    @property
    def seq(self) -> int:
        """How far the rows have come."""
        return 0 if self.kept is None else self.kept.seq

    async def save(self, changes: Changes, progress: Progress) -> None:
        """See RowShelf."""
        if self._world.is_so(0.1):
            raise ShelfFailed("chance")
        await super().save(changes, progress)
