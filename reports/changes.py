"""What a stretch of the journal changes in the rows: new states of interactions, and what is added to sums. Pure."""

from dataclasses import dataclass, field

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow, WaitToldRow
from reports.sums import Row, SumRow, key_of, raised


@dataclass(slots=True)
class Changes:
    """Interactions replace their row; all other rows are added to those of the same key."""

    interactions: dict[InteractionId, InteractionRow] = field(default_factory=dict)
    sums: dict[tuple[object, ...], SumRow] = field(default_factory=dict)

    def queue(self, queue_id: QueueId, starts_at: Instant, **by: int) -> None:
        """Add to one queue's half hour."""
        self._raise(QueueIntervalRow(queue_id=queue_id, starts_at=starts_at), by)

    def wait_told(self, queue_id: QueueId, starts_at: Instant, minutes: int, **by: int) -> None:
        """Add to what became of one queue's tellings of so many minutes."""
        self._raise(WaitToldRow(queue_id=queue_id, starts_at=starts_at, minutes=minutes), by)

    def agent(self, agent_id: AgentId, starts_at: Instant, **by: int) -> None:
        """Add to one agent's half hour."""
        self._raise(AgentIntervalRow(agent_id=agent_id, starts_at=starts_at), by)

    def agent_time(self, agent_id: AgentId, starts_at: Instant, state: str, reason_code: str, time_ms: int) -> None:
        """Add to the time an agent spent in a state."""
        empty = AgentTimeRow(agent_id=agent_id, starts_at=starts_at, state=state, reason_code=reason_code)
        self._raise(empty, {"time_ms": time_ms})

    def menu(self, visited: MenuRow) -> None:
        """Count one more visit."""
        self._raise(visited, {"visit_count": 1})

    def _raise(self, empty: Row, by: dict[str, int]) -> None:
        key = (type(empty), *key_of(empty))
        found = self.sums.get(key, empty)
        assert isinstance(found, type(empty))
        self.sums[key] = raised(found, **by)
