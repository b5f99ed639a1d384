"""The report of a simulated day: what the reports' own definitions say of it, queue by queue, and how agents fared."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from acd.core.engine import Engine
from kernel.entry import Entry
from kernel.ids import AgentId, QueueId
from reports.definitions import AGENT_METRICS, QUEUE_METRICS, times_by_state, total
from reports.fold import Fold
from reports.memory import Memory
from reports.rows import AgentTimeRow, QueueIntervalRow
from reports.sums import SumRow
from simulator.whole_centre.callers import Caller
from simulator.whole_centre.description import HOUR_MS, Day
from simulator.whole_centre.play import Played, play

Encode = Callable[[Entry], int]
"""Writes an entry as the journal would, and tells how many bytes that took."""

Numbers = dict[str, float | None]
"""By the metric's id; None: there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsReport:
    """How agents fared. Occupancies and utilisation are shares; ``spread`` is between the most and the least occupied.

    Who never was in the line has no occupancy and counts in none.
    """

    agents: int
    staffed_ms: int
    occupancy_mean: float | None
    occupancy_least: float | None
    occupancy_most: float | None
    occupancy_spread: float | None
    utilisation_mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The same for the same day, in any process. ``load``: erlangs brought by callers, for ``agents`` at most."""

    name: str
    seed: int
    load_erlangs: float
    total: Numbers
    queues: dict[str, Numbers]
    agents: AgentsReport
    inputs: int
    facts: int
    journal_bytes: int
    turned_away: int
    unserved: int
    simulated_ms: int

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The report of a day, and what it took to play it."""

    report: Report
    played: Played


def report_day(
    day: Day, encode: Encode | None = None, *, engine: Engine | None = None, first: Iterable[Caller] = ()
) -> Reported:
    """Play the day and count it as the reports count every day."""
    fold = Fold(Memory(), day.zone)
    size = 0

    def write(entry: Entry) -> None:
        nonlocal size
        assert encode is not None
        size += encode(entry)

    readers = (fold.take,) if encode is None else (fold.take, write)
    played = play(day, readers=readers, engine=engine, first=first)
    rows = list(fold.drain().sums.values())
    by_queue = _by_queue(rows)
    report = Report(
        name=day.name,
        seed=day.seed,
        load_erlangs=load_erlangs(day),
        total=_numbers(total(row for queue_rows in by_queue.values() for row in queue_rows)),
        queues={queue_id: _numbers(total(queue_rows)) for queue_id, queue_rows in sorted(by_queue.items())},
        agents=_agents(rows),
        inputs=played.input_count,
        facts=played.fact_count,
        journal_bytes=size,
        turned_away=played.turned_away_count,
        unserved=played.unserved_count,
        simulated_ms=played.simulated_ms,
    )
    return Reported(report=report, played=played)


def load_erlangs(day: Day) -> float:
    """What callers bring on the average of the day: calls an hour times hours of handling."""
    brought_ms = sum(
        rate.calls_per_hour * (rate.to_ms - rate.from_ms) / HOUR_MS * (stream.talk.mean_ms + stream.work.mean_ms)
        for stream in day.streams
        for rate in stream.rates
    )
    return brought_ms / day.lasts_ms if day.lasts_ms else 0.0


def _by_queue(rows: Iterable[SumRow]) -> dict[QueueId, list[QueueIntervalRow]]:
    found: dict[QueueId, list[QueueIntervalRow]] = defaultdict(list)
    for row in rows:
        if isinstance(row, QueueIntervalRow):
            found[row.queue_id].append(row)
    return found


def _numbers(row: QueueIntervalRow) -> Numbers:
    return {metric.id: metric.of(row) for metric in QUEUE_METRICS}


def _agents(rows: Iterable[SumRow]) -> AgentsReport:
    by_agent: dict[AgentId, list[AgentTimeRow]] = defaultdict(list)
    for row in rows:
        if isinstance(row, AgentTimeRow):
            by_agent[row.agent_id].append(row)
    of = {metric.id: metric.of for metric in AGENT_METRICS}
    times = [times_by_state(agent_rows) for agent_rows in by_agent.values()]
    occupancies = [share for share in map(of["occupancy"], times) if share is not None]
    whole = times_by_state(row for agent_rows in by_agent.values() for row in agent_rows)
    return AgentsReport(
        agents=len(by_agent),
        staffed_ms=round(of["staffed_time"](whole) or 0),
        occupancy_mean=of["occupancy"](whole),
        occupancy_least=min(occupancies, default=None),
        occupancy_most=max(occupancies, default=None),
        occupancy_spread=max(occupancies) - min(occupancies) if occupancies else None,
        utilisation_mean=of["utilisation"](whole),
    )
