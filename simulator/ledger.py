"""The durable facts, counted once more from nothing: what the engine and the rows say must be the same.

Knows nothing of how the engine keeps its lines or counts; only what each fact says.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from zoneinfo import ZoneInfo

from acd.core import facts
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.rank_words import PriorityChanged, RoutingDefined
from acd.core.settings import AgentSettings, QueueSettings
from acd.core.skills import Requirements, may_take, merge
from acd.own_entries import facts_in
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from reports.fold import Fold
from reports.memory import Memory
from reports.rows import QueueIntervalRow
from reports.sums import SumRow

_LENGTHS: dict[type, tuple[str, ...]] = {}
"""Names of the lengths of time in each kind of fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A caller in a queue: what decides when their turn comes. ``key``: smallest first."""

    queue_id: QueueId
    key: tuple[int, Instant, int]
    priority: int
    added: Requirements


class Ledger:
    """``fail`` is told of what cannot be."""

    def __init__(self, fail: Callable[[str, str], None]) -> None:
        self._fail = fail
        self._step_ms: int | None = None
        self._queues: dict[QueueId, QueueSettings] = {}
        self._agents: dict[AgentId, AgentSettings] = {}
        self._waiting: dict[InteractionId, Waiting] = {}
        self._offered: dict[InteractionId, ReservationId] = {}
        self._busy: dict[AgentId, ReservationId] = {}
        self._entries = 0
        self._at = Instant(0)
        self.records: Counter[InteractionId] = Counter()
        self.created: Counter[InteractionId] = Counter()
        self.answered: dict[ReservationId, InteractionId] = {}
        self.counts: dict[QueueId, Counter[str]] = {}
        self.shadow = Engine()
        """What the durable facts alone make of the state."""

    def take(self, entries: Iterable[Entry]) -> None:
        """One transaction that has become durable."""
        for entry in entries:
            if entry.stream != ENGINE_STREAM:
                continue
            if entry.at < self._at:
                self._fail("I9", f"entry {entry.seq} is {self._at - entry.at} ms before the one before it")
            self._at = entry.at
            told = facts_in(entry)
            for fact in told:
                self._lengths(fact)
                self._count(fact, entry.at)
            self.shadow.fold(told, entry.at)

    # --- one fact ----------------------------------------------------------------------------------------------------------

    def _lengths(self, fact: Fact) -> None:
        names = _LENGTHS.get(type(fact))
        if names is None:
            names = tuple(field.name for field in fields(fact) if field.name.endswith("_ms"))
            _LENGTHS[type(fact)] = names
        for name in names:
            if getattr(fact, name) < 0:
                self._fail("I9", f"{name} of {fact} is below zero")

    def _count(self, fact: Fact, at: Instant) -> None:
        match fact:
            case facts.InteractionQueued():
                self._queued(fact, at)
            case facts.InteractionAnswered() | facts.InteractionAbandoned() | facts.InteractionLeftQueue():
                self._out_of_queue(fact)
            case facts.AgentReserved():
                self._reserved(fact)
            case facts.ReservationEnded():
                self._offered.pop(fact.interaction_id, None)
                self._busy.pop(fact.agent_id, None)
            case facts.InteractionReleased():
                self._busy.pop(fact.agent_id, None)
            case _:
                self._keep(fact)

    def _keep(self, fact: Fact) -> None:
        """Whom there is, and who comes and goes."""
        match fact:
            case RoutingDefined():
                self._step_ms = fact.settings.priority_step_ms
                for interaction_id, waiting in list(self._waiting.items()):
                    self._rank_anew(interaction_id, waiting.priority)
            case PriorityChanged():
                self._rank_anew(fact.interaction_id, fact.priority)
            case facts.QueueDefined():
                self._queues[fact.settings.queue_id] = fact.settings
                self.counts.setdefault(fact.settings.queue_id, Counter())
            case facts.AgentDefined():
                self._agents[fact.settings.agent_id] = fact.settings
            case facts.InteractionCreated():
                self.created[fact.interaction_id] += 1
                if self.created[fact.interaction_id] > 1:
                    self._fail("I5", f"{fact.interaction_id} came twice")
            case facts.InteractionEnded():
                self._ended(fact)
            case _:
                pass

    def _ended(self, fact: facts.InteractionEnded) -> None:
        self.records[fact.interaction_id] += 1
        if self.records[fact.interaction_id] > 1:
            self._fail("I5", f"{fact.interaction_id} has two final records")
        if fact.interaction_id in self._waiting:
            self._fail("I5", f"{fact.interaction_id} ended while in a queue")

    def _queued(self, fact: facts.InteractionQueued, at: Instant) -> None:
        if fact.interaction_id in self._waiting:
            self._fail("I7", f"{fact.interaction_id} entered a queue while in one")
        self._entries += 1
        self._waiting[fact.interaction_id] = Waiting(
            queue_id=fact.queue_id,
            key=self._key(fact.priority, at if fact.ranked_at is None else fact.ranked_at, self._entries),
            priority=fact.priority,
            added=fact.added_requirements,
        )
        self.counts[fact.queue_id]["offered"] += 1

    def _key(self, priority: int, since: Instant, ordinal: int) -> tuple[int, Instant, int]:
        """One step of priority is worth so much waiting; without that, more than any."""
        if self._step_ms is None:
            return (-priority, since, ordinal)
        return (since - priority * self._step_ms, since, ordinal)

    def _rank_anew(self, interaction_id: InteractionId, priority: int) -> None:
        waiting = self._waiting[interaction_id]
        key = self._key(priority, *waiting.key[1:])
        self._waiting[interaction_id] = replace(waiting, priority=priority, key=key)

    def _out_of_queue(
        self, fact: facts.InteractionAnswered | facts.InteractionAbandoned | facts.InteractionLeftQueue
    ) -> None:
        waited = self._waiting.pop(fact.interaction_id, None)
        if waited is None or waited.queue_id != fact.queue_id:
            self._fail("I7", f"{fact.interaction_id} left {fact.queue_id} without being in it")
        self._offered.pop(fact.interaction_id, None)
        how = "left"
        if isinstance(fact, facts.InteractionAnswered):
            how = "answered"
            self._answered(fact)
        elif isinstance(fact, facts.InteractionAbandoned):
            how = "short" if fact.short else "abandoned"
        self.counts[fact.queue_id][how] += 1

    def _answered(self, fact: facts.InteractionAnswered) -> None:
        if fact.reservation_id in self.answered:
            self._fail("I7", f"{fact.reservation_id} was answered twice")
        self.answered[fact.reservation_id] = fact.interaction_id
        if fact.agent_id in self._busy:
            self._fail("I3", f"{fact.agent_id} answers {fact.reservation_id} and has {self._busy[fact.agent_id]}")
        self._busy[fact.agent_id] = fact.reservation_id

    def _reserved(self, fact: facts.AgentReserved) -> None:
        """I3, and I6: nobody whom this agent may take comes before the one who is offered."""
        if fact.agent_id in self._busy:
            self._fail("I3", f"{fact.agent_id} is offered {fact.reservation_id} and has {self._busy[fact.agent_id]}")
        mine = self._waiting.get(fact.interaction_id)
        if mine is None or fact.interaction_id in self._offered:
            self._fail("I3", f"{fact.interaction_id} is offered to {fact.agent_id} while not free to be")
            return
        skills = self._agents[fact.agent_id].skills
        for other_id, other in self._waiting.items():
            if other.key < mine.key and other_id not in self._offered and may_take(skills, self._needs(other)):
                self._fail("I6", f"{fact.agent_id} is offered {fact.interaction_id} though {other_id} comes first")
        if not may_take(skills, self._needs(mine)):
            self._fail("I6", f"{fact.agent_id} is offered {fact.interaction_id} without the skills for it")
        self._offered[fact.interaction_id] = fact.reservation_id
        self._busy[fact.agent_id] = fact.reservation_id

    def _needs(self, one: Waiting) -> Requirements:
        return merge(self._queues[one.queue_id].requirements, one.added)

    # --- all of it ---------------------------------------------------------------------------------------------------------

    def agrees_with(self, engine: Engine) -> None:
        """The live engine, when all that it decided is durable: the same state, the same counts."""
        if self.shadow.state != engine.state:
            self._fail("fold", f"the facts alone give another state: {_difference(self.shadow, engine)}")
        for queue_id, tally in engine.state.tallies.items():
            counts = self.counts[queue_id]
            engines = (tally.offered, tally.answered, tally.abandoned, tally.short_abandoned, tally.left)
            mine = tuple(counts[name] for name in ("offered", "answered", "abandoned", "short", "left"))
            if engines != mine:
                self._fail("I7", f"{queue_id} counts {engines} and the facts are {mine}")

    def rows_agree(self, rows: Iterable[SumRow], said_by: str) -> None:
        """The half hours of the queues, added up."""
        sums: dict[QueueId, Counter[str]] = {queue_id: Counter() for queue_id in self.counts}
        for row in rows:
            if isinstance(row, QueueIntervalRow):
                left = sum(getattr(row, name) for name in LEFT_COUNTS)
                sums[row.queue_id].update(
                    offered=row.offered_count,
                    answered=row.answered_count,
                    abandoned=row.abandoned_count,
                    short=row.short_abandoned_count,
                    left=left,
                )
        for queue_id, counts in self.counts.items():
            if {name: n for name, n in counts.items() if n} != {name: n for name, n in sums[queue_id].items() if n}:
                self._fail("I7", f"{said_by} of {queue_id} say {dict(sums[queue_id])}, the facts {dict(counts)}")

    def waiting_count(self) -> int:
        """Callers in queues now."""
        return len(self._waiting)


LEFT_COUNTS = (
    "left_timeout_count",
    "left_overflow_count",
    "left_closed_count",
    "left_key_count",
    "left_withdrawn_count",
    "left_no_agent_count",
    "left_system_failure_count",
)


def rows_of(entries: Iterable[Entry], zone: ZoneInfo) -> Iterable[SumRow]:
    """The rows that the reports make of a whole journal."""
    fold = Fold(Memory(), zone)
    for entry in entries:
        fold.take(entry)
    return fold.drain().sums.values()


def _difference(one: Engine, other: Engine) -> str:
    return ", ".join(
        field.name for field in fields(one.state) if getattr(one.state, field.name) != getattr(other.state, field.name)
    )
