"""A floor whose every input is written to a journal, and what the reports make of it."""

from zoneinfo import ZoneInfo

from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import InteractionId
from kernel.instants import Instant
from reports.changes import Changes
from reports.definitions import total
from reports.fold import Fold
from reports.memory import Memory
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow
from tests.acd.floor import Floor

JAKARTA = ZoneInfo("Asia/Jakarta")
MINUTE = 60_000


class Story(Floor):
    """As ``Floor``; ``entries`` is the journal so far."""

    def __init__(self, *setup: Input, ready: tuple[str, ...] = ()) -> None:
        self.entries: list[Entry] = []
        super().__init__(*setup, ready=ready)

    def give(self, given: Input, *, after_ms: int = 0) -> list[Fact]:
        facts = super().give(given, after_ms=after_ms)
        self.write(given, tuple(facts))
        return facts

    def write(self, given: Input | None, facts: tuple[object, ...], stream: str = ENGINE_STREAM) -> None:
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq=seq, at=self.now, stream=stream, given=given, facts=facts))

    def told(self) -> "Told":
        """What the whole journal comes to."""
        return Told(self.entries)


class Told:
    """Rows and memory after some entries."""

    def __init__(self, entries: list[Entry]) -> None:
        fold = Fold(Memory(), JAKARTA)
        for entry in entries:
            fold.take(entry)
        self.memory = fold.memory
        self.changes: Changes = fold.drain()

    def interaction(self, interaction_id: str) -> InteractionRow:
        return self.changes.interactions[InteractionId(interaction_id)]

    def queues(self) -> list[QueueIntervalRow]:
        return [row for row in self.changes.sums.values() if isinstance(row, QueueIntervalRow)]

    def queue(self, starts_at: int | None = None) -> QueueIntervalRow:
        """The sums of one interval, or of all."""
        return total(row for row in self.queues() if starts_at in (None, row.starts_at))

    def agent(self, starts_at: Instant) -> AgentIntervalRow:
        (found,) = [
            row
            for row in self.changes.sums.values()
            if isinstance(row, AgentIntervalRow) and row.starts_at == starts_at
        ]
        return found

    def times(self) -> list[AgentTimeRow]:
        return [row for row in self.changes.sums.values() if isinstance(row, AgentTimeRow)]

    def menus(self) -> list[MenuRow]:
        return [row for row in self.changes.sums.values() if isinstance(row, MenuRow)]
