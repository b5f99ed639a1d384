"""What a stretch of the journal changes in the rows: new states of interactions, and what is added to sums. Pure."""

from dataclasses import dataclass, field
from typing import Any

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow, WaitToldRow
from reports.sums import KEYS, SumRow, is_greatest, key_of

SumKey = tuple[Any, ...]
"""The kind of a row, and its name among its kind."""


@dataclass(slots=True)
class Changes:
    """Interactions replace their row; all other rows are added to those of the same key."""

    interactions: dict[InteractionId, InteractionRow] = field(default_factory=dict)
    _tallies: dict[SumKey, dict[str, int]] = field(default_factory=dict)

    @property
    def sums(self) -> dict[SumKey, SumRow]:
        """The rows to be added, made anew each time they are asked for."""
        return {key: key[0](**_named(key), **tally) for key, tally in self._tallies.items()}

    def queue(self, queue_id: QueueId, starts_at: Instant, **by: int) -> None:
        """Add to one queue's half hour."""
        self._raise((QueueIntervalRow, queue_id, starts_at), by)

    def wait_told(self, queue_id: QueueId, starts_at: Instant, minutes: int, **by: int) -> None:
        """Add to what became of one queue's tellings of so many minutes."""
        self._raise((WaitToldRow, queue_id, starts_at, minutes), by)

    def agent(self, agent_id: AgentId, starts_at: Instant, **by: int) -> None:
        """Add to one agent's half hour."""
        self._raise((AgentIntervalRow, agent_id, starts_at), by)

    def agent_time(self, agent_id: AgentId, starts_at: Instant, state: str, reason_code: str, time_ms: int) -> None:
        """Add to the time an agent spent in a state."""
        self._raise((AgentTimeRow, agent_id, starts_at, state, reason_code), {"time_ms": time_ms})

    def menu(self, visited: MenuRow) -> None:
        """Count one more visit."""
        self._raise((MenuRow, *key_of(visited)), {"visit_count": 1})

    def _raise(self, key: SumKey, by: dict[str, int]) -> None:
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = dict(by)
            return
        for name, value in by.items():
            before = tally.get(name, 0)
            tally[name] = max(before, value) if is_greatest(name) else before + value


def _named(key: SumKey) -> dict[str, Any]:
    return dict(zip(KEYS[key[0]], key[1:], strict=True))
