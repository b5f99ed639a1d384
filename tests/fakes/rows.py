"""Rows in memory, and a journal's worth of ways to fail."""

from reports.changes import Changes
from reports.ports import Progress, ShelfFailed
from simulator.kept_rows import KeptRows


class MemoryRows(KeptRows):
    """Implements ``reports.ports.RowShelf``. ``fail_next``: as many saves fail, leaving nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self.fail_next = 0
        self.save_count = 0

    async def save(self, changes: Changes, progress: Progress) -> None:
        if self.fail_next:
            self.fail_next -= 1
            raise ShelfFailed("asked to fail")
        await super().save(changes, progress)
        self.save_count += 1
