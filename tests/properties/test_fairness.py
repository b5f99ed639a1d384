"""Fairness: with ageing on nobody is passed over for longer than the bound, however many come who are served sooner."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acd.core import facts
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.instants import Instant, after
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor

STEP_MS = 4_000
TALK_MS = 1_000


@dataclass
class Stream:
    """One agent, and important callers who come so fast that one always waits."""

    floor: Floor = field(default_factory=lambda: Floor(m.routing(priority_step_ms=STEP_MS), m.queue(wrap_up_ms=0)))
    count: int = 0

    def __post_init__(self) -> None:
        self.floor.seat("ann")
        for _ in range(3):
            self.come(10)
        self.floor.give(m.set_ready("ann"))

    def come(self, priority: int) -> str:
        self.count += 1
        self.floor.call(f"c{self.count}", priority=priority)
        return f"c{self.count}"

    def serve(self) -> str:
        """Whoever is offered is served and goes; another important caller comes. Returns who was served."""
        ((reservation_id, reservation),) = self.floor.engine.state.reservations.items()
        self.floor.give(m.picked_up(reservation_id))
        self.come(10)
        self.floor.give(m.hung_up(reservation.interaction_id), after_ms=TALK_MS)
        return reservation.interaction_id


@pytest.mark.parametrize("priority", range(1, 11))
def test_scenario_7_an_endless_stream_of_vips_starves_nobody(priority: int) -> None:
    stream = Stream()
    came_at = stream.floor.now
    other = stream.come(priority)
    ahead = 3
    bound_ms = (10 - priority) * STEP_MS + (ahead + 1) * TALK_MS

    while stream.serve() != other:
        assert stream.floor.now - came_at <= bound_ms


def test_scenario_7_without_ageing_they_would_wait_for_ever() -> None:
    stream = Stream()
    stream.floor.give(m.routing(priority_step_ms=None))
    other = stream.come(9)

    assert other not in [stream.serve() for _ in range(200)]


def entered(told: list[Fact], now: Instant) -> Iterator[tuple[str, int, Instant]]:
    """Who has entered, with which priority, and since when that counts."""
    for fact in told:
        if isinstance(fact, facts.InteractionQueued):
            yield fact.interaction_id, fact.priority, now if fact.ranked_at is None else fact.ranked_at


class AnyRush(RuleBasedStateMachine):
    """Callers of every priority, old places too, more than the agents can serve; some ring in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.now = NOON
        self.count = 0
        self.waiting: dict[str, tuple[int, Instant]] = {}
        self.passed_over: list[str] = []

    def give(self, given: Input, later_ms: int = 0) -> None:
        self.now = after(self.now, later_ms)
        told = list(self.engine.handle(given, self.now))
        for interaction_id, priority, since in entered(told, self.now):
            self.waiting[interaction_id] = (priority, since)
        for fact in told:
            match fact:
                case facts.AgentReserved():
                    self._look(fact)
                case facts.InteractionAnswered() | facts.InteractionAbandoned():
                    self.waiting.pop(fact.interaction_id)
                case _:
                    pass

    def _look(self, fact: facts.AgentReserved) -> None:
        _, since = self.waiting[fact.interaction_id]
        offered = {one.interaction_id for one in self.engine.state.reservations.values()}
        for other_id, (priority, came_at) in self.waiting.items():
            if other_id not in offered and since - came_at > (10 - priority) * STEP_MS:
                self.passed_over.append(other_id)

    @initialize()
    def open_the_floor(self) -> None:
        self.give(m.routing(priority_step_ms=STEP_MS))
        self.give(m.queue(wrap_up_ms=0, priority=1))
        self.give(m.queue("vip", wrap_up_ms=0, priority=10))
        for agent_id in ("ann", "bob"):
            self.give(m.agent(agent_id))
            self.give(m.device(f"phone-{agent_id}"))
            self.give(m.seen(f"phone-{agent_id}"))
            self.give(m.log_in(agent_id, f"phone-{agent_id}"))

    @rule(
        queue_id=st.sampled_from(["sales", "vip"]),
        priority=st.sampled_from([None, 3, 10]),
        older_ms=st.sampled_from([0, 0, 10_000]),
        later_ms=st.sampled_from([0, 700, 9_000]),
    )
    def call(self, queue_id: str, priority: int | None, older_ms: int, later_ms: int) -> None:
        self.count += 1
        self.give(m.arrived(f"c{self.count}"), later_ms)
        self.give(m.enter_as_since(Instant(self.now - older_ms), f"c{self.count}", queue_id, priority))

    @rule(agent_id=st.sampled_from(["ann", "bob"]), later_ms=st.sampled_from([0, 9_000]))
    def set_ready(self, agent_id: str, later_ms: int) -> None:
        self.give(m.set_ready(agent_id), later_ms)

    @precondition(lambda self: self.engine.state.reservations)
    @rule(answers=st.booleans(), later_ms=st.sampled_from([0, 2_000]))
    def end_the_oldest_offer(self, answers: bool, later_ms: int) -> None:
        reservation_id = next(iter(self.engine.state.reservations))
        if answers:
            self.give(m.picked_up(reservation_id), later_ms)
            self.give(m.left(reservation_id))
        else:
            self.give(m.TIME, 15_000)

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 30))
    def give_up(self, which: int) -> None:
        self.give(m.hung_up(sorted(self.waiting)[which % len(self.waiting)]))

    @invariant()
    def nobody_is_passed_over_for_longer_than_the_bound(self) -> None:
        assert self.passed_over == []


AnyRush.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestAnyRush = pytest.mark.slow(AnyRush.TestCase)  # sixty rushes of sixty inputs
