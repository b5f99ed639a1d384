"""Figures of a span, from its facts alone: each queue's sums, and how long agents were in each state."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.checkpoint import EngineCheckpoint
from kernel.entry import Entry
from kernel.ids import AgentId, QueueId
from kernel.instants import Instant, elapsed_ms
from reports.definitions import AGENT_METRICS, QUEUE_METRICS, total
from reports.fold import Fold
from reports.memory import Memory
from reports.rows import QueueIntervalRow

Numbers = dict[str, float | None]
"""By metric."""

QUEUE_SHOWN = (
    "offered", "answered", "abandoned", "short_abandoned", "left", "service_level", "asa", "abandon_rate",
    "abandon_time", "wait_max", "handled", "aht", "rona",
)  # fmt: skip
AGENT_SHOWN = ("staffed_time", "occupancy")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """One run's numbers: of each queue, of all queues together, of all agents together."""

    by_queue: dict[QueueId, Numbers]
    queues: Numbers
    agents: Numbers


class Figures:
    """Hears a run's entries. Whoever waited already when the span began counts with the whole of their wait."""

    def __init__(self, checkpoint: EngineCheckpoint, begins_at: Instant, zone: ZoneInfo) -> None:
        service_level_ms = {queue_id: queue.service_level_ms for queue_id, queue in checkpoint.queues.items()}
        self._fold = Fold(Memory(service_level_ms=service_level_ms), zone)
        self._sums: dict[QueueId, QueueIntervalRow] = {}
        self._states = {agent_id: (agent.state, begins_at) for agent_id, agent in checkpoint.agents.items()}
        self._times: dict[str, int] = dict.fromkeys(map(str, AgentState), 0)

    def hear(self, entry: Entry) -> None:
        """Take one entry of the engine's."""
        self._fold.take(entry)
        for fact in entry.facts:
            if isinstance(fact, facts.AgentStateChanged):
                self._move(fact.agent_id, fact.state, entry.at)

    def at_end(self, ends_at: Instant) -> RunFigures:
        """The numbers; nothing more may be heard after that."""
        for agent_id in list(self._states):
            self._move(agent_id, AgentState.LOGGED_OUT, ends_at)
        rows = [row for row in self._fold.drain().sums.values() if isinstance(row, QueueIntervalRow)]
        by_queue: dict[QueueId, list[QueueIntervalRow]] = {}
        for row in rows:
            by_queue.setdefault(row.queue_id, []).append(row)
        agents = {metric.id: metric.of(self._times) for metric in AGENT_METRICS if metric.id in AGENT_SHOWN}
        return RunFigures(
            by_queue={queue_id: _numbers(by_queue[queue_id]) for queue_id in sorted(by_queue)},
            queues=_numbers(rows),
            agents=agents,
        )

    def _move(self, agent_id: AgentId, state: AgentState, at: Instant) -> None:
        before, since = self._states.get(agent_id, (AgentState.LOGGED_OUT, at))
        self._times[before] += elapsed_ms(since, at)
        self._states[agent_id] = (state, at)


def _numbers(rows: list[QueueIntervalRow]) -> Numbers:
    summed = total(rows)
    return {metric.id: metric.of(summed) for metric in QUEUE_METRICS if metric.id in QUEUE_SHOWN}
