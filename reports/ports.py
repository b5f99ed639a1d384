"""What the reports need of the outside: a shelf where rows and the follower's memory lie together."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from kernel.entry import Entry
from kernel.instants import Instant
from reports.changes import Changes
from reports.memory import Memory
from reports.rows import AgentIntervalRow, AgentTimeRow, MenuRow, QueueIntervalRow, WaitToldRow


class ShelfFailed(Exception):
    """The rows could not be read or written; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the rows have come: the last journal entry in them, and what to remember for the next one."""

    seq: int
    memory: Memory


class RowShelf(Protocol):
    """Keeps rows. Every method raises ShelfFailed."""

    async def progress(self) -> Progress | None:
        """How far the rows have come; None before the first save."""

    async def save(self, changes: Changes, progress: Progress) -> None:
        """Put changes into the rows and set the progress, all or none, durably.

        Refuses (ShelfFailed) a progress that is not beyond the kept one: its changes are in the rows already.
        """

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        """Half hours that began in [since, until), by start and queue."""

    async def waits_told(self, since: Instant, until: Instant) -> list[WaitToldRow]:
        """Half hours that began in [since, until), by start, queue and minutes."""

    async def agent_intervals(self, since: Instant, until: Instant) -> list[AgentIntervalRow]:
        """Half hours that began in [since, until), by start and agent."""

    async def agent_times(self, since: Instant, until: Instant) -> list[AgentTimeRow]:
        """Half hours that began in [since, until), by start, agent, state and reason."""

    async def menus(self, day_first: str, day_last: str) -> list[MenuRow]:
        """Days from the first to the last, both included, by day, flow, version, node and exit."""


class JournalReader(Protocol):
    """The journal, as far as a follower needs it."""

    def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """Entries with ``seq > after_seq``, in order."""
