"""The centre's live numbers, kept in one place while the program runs: for the table in the terminal, API and metrics."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from kernel.entry import Entry
from kernel.instants import Instant
from reports.live import LiveNumbers, Now, NumbersCheckpoint


class CentreNumbers:
    """A FactSubscriber. Feed it the journal, then every new entry; ask it whenever somebody looks."""

    def __init__(self, zone: ZoneInfo, clock_now: Callable[[], Instant]) -> None:
        self._live = LiveNumbers(zone)
        self._clock_now = clock_now
        self._newest_at = Instant(0)

    def checkpoint(self) -> NumbersCheckpoint:
        """See ``LiveNumbers``."""
        return self._live.checkpoint()

    def resume(self, checkpoint: NumbersCheckpoint) -> None:
        """See ``LiveNumbers``."""
        self._newest_at = checkpoint.newest_at
        self._live.resume(checkpoint)

    def on_entry(self, entry: Entry) -> None:
        """Count one entry."""
        self._newest_at = entry.at
        self._live.on_entry(entry)

    def move_to(self, zone: ZoneInfo) -> None:
        """Midnight is that of another zone from now on."""
        self._live.move_to(zone)

    def now(self) -> Now:
        """Who waits, who works, and today's sums, as of this moment."""
        # After a restart the machine's clock may stand before the journal's last entry; waits do not go back with it.
        return self._live.now(max(self._clock_now(), self._newest_at))
