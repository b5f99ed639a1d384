"""Play: a recorded span through the real engine, in virtual time, from the state in which it began."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import CallerHungUp, Input, TimePassed
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId
from kernel.instants import Instant
from simulator.rerun.causes import cause_of
from simulator.rerun.milestones import Kind, Milestone, Milestones
from simulator.rerun.record import Item, Place, Record
from simulator.rerun.scripts import LAST, Scripts, in_place_of

Hear = Callable[[Entry], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another configuration. ``begins_with``: inputs that bring it about, at the span's beginning.

    ``drops``: inputs of the record that have no place in it. ``absent``: agents who are not in it, and whose wishes go too.
    """

    begins_with: tuple[Input, ...] = ()
    drops: tuple[type, ...] = ()
    absent: frozenset[AgentId] = frozenset()


AS_IT_WAS = Other()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the run rests on besides the record. ``given_up``: callers whose patience ended by estimate.

    ``borrowed``: how many lengths the record does not have, by kind.
    """

    given_up: int
    borrowed: dict[str, int]


class Rerun:
    """One run. ``hear`` is told of every entry, as a journal's follower would be."""

    def __init__(self, record: Record, checkpoint: EngineCheckpoint, other: Other, hear: Hear) -> None:
        self._record = record
        self._other = other
        self._hear = hear
        self._engine = Engine()
        self._engine.resume(checkpoint)
        self._scripts = Scripts(record)
        self._milestones = Milestones(self._engine.state, record.begins_at)
        self._coming: list[tuple[Instant, int, int, Input, Milestone]] = []
        self._put = 0
        self._seq = 0
        self._given_up = 0
        self._now: Place = (record.begins_at, -1)

    def play(self) -> Outcome:
        """To the end of the span."""
        for begun in self._first():
            self._expect(begun)
        for change in self._other.begins_with:
            self._give(change, self._record.begins_at)
        outside = self._outside()
        next_outside = next(outside, None)
        while (step := self._next(next_outside)) is not None:
            place, given, milestone = step
            self._now = max(self._now, place)
            if given is None:
                self._give(TimePassed(), place[0])
            elif milestone is None:
                next_outside = next(outside, None)
                self._give(given, place[0])
            else:
                heapq.heappop(self._coming)
                self._follow(given, milestone, place)
        return Outcome(given_up=self._given_up, borrowed=dict(self._scripts.borrowed))

    def _next(self, outside: tuple[Place, Input] | None) -> tuple[Place, Input | None, Milestone | None] | None:
        """What happens next: something from outside, what follows from a milestone, or (no input) a deadline."""
        steps: list[tuple[Place, int, Input | None, Milestone | None]] = []
        if outside is not None:
            steps.append((outside[0], 0, outside[1], None))
        if self._coming:
            at, order, _, given, milestone = self._coming[0]
            steps.append(((at, order), 1, given, milestone))
        due = self._engine.next_deadline()
        if due is not None:
            due = max(due, self._now[0])
            steps.append((self._record.late_until(due, self._now) or (due, LAST), 2, None, None))
        if not steps:
            return None
        place, _, given_next, of = min(steps, key=lambda step: step[:2])
        return None if place[0] >= self._record.ends_at else (place, given_next, of)

    def _first(self) -> Iterator[Milestone]:
        """The milestones that were there when the span began."""
        yield from self._milestones.of_interaction.values()
        for milestone in self._milestones.of_reservation.values():
            if milestone.anchor.kind is Kind.RESERVED:
                yield milestone
        yield from self._milestones.of_agent.values()

    def _outside(self) -> Iterator[tuple[Place, Input]]:
        for place, given in self._record.outside:
            if not self._is_absent(given) and not isinstance(given, self._other.drops):
                yield place, given

    def _is_absent(self, given: Input) -> bool:
        """Whether it is the wish of an agent who is not there."""
        return getattr(given, "agent_id", None) in self._other.absent

    def _follow(self, given: Input, milestone: Milestone, place: Place) -> None:
        """What was to follow from a milestone follows, unless things have gone on from there meanwhile."""
        cause = cause_of(given, self._engine.state, self._milestones, place[0])
        if cause is None or cause.anchor != milestone.anchor or self._is_absent(given):
            return
        if place[1] == LAST and isinstance(given, CallerHungUp) and milestone.anchor.kind is Kind.QUEUED:
            self._given_up += 1
        self._give(given, place[0])

    def _give(self, given: Input, at: Instant) -> None:
        told = self._engine.handle(given, at)
        self._seq += 1
        if told:
            self._hear(Entry(seq=self._seq, at=at, stream=ENGINE_STREAM, given=given, facts=told))
        for milestone in self._reached(told, at):
            self._expect(milestone)

    def _reached(self, told: Sequence[Fact], at: Instant) -> Iterator[Milestone]:
        for fact in told:
            milestone = self._milestones.note(fact, at)
            if milestone is not None:
                yield milestone

    def _expect(self, milestone: Milestone) -> None:
        for item in self._scripts.after(milestone):
            self._put += 1
            given = in_place_of(item.given, milestone)
            heapq.heappush(self._coming, (*_due(item, milestone), self._put, given, milestone))


def _due(item: Item, milestone: Milestone) -> tuple[Instant, int]:
    return Instant(milestone.at + item.delay_ms), item.order
