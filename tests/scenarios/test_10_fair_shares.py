"""Scenario 10: whoever logs in late is not flooded, and in the end all have the same share."""

import heapq
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from acd.core import facts
from acd.core.engine import Engine
from acd.core.inputs import Input
from acd.core.settings import Strategy
from kernel.instants import Instant
from tests.acd import makers as m
from tests.acd.floor import NOON

EARLY = ("ann", "bob", "cat", "dan", "fay")
HOUR_MS = 3_600_000
TALK_MS = 120_000


class Shift:
    """Callers at random instants, agents who pick up at once, and what each had: calls, or the time of them."""

    def __init__(self, strategy: Strategy) -> None:
        self._engine = Engine()
        self._counts_time = strategy is Strategy.LEAST_OCCUPIED
        self._chance = Random(10)
        self._now = NOON
        self._ends: list[tuple[Instant, str]] = []
        self.had: Counter[str] = Counter()
        self._give(m.queue(strategy=strategy, wrap_up_ms=0))

    def seat(self, agent_id: str) -> None:
        self._give(m.agent(agent_id))
        self._give(m.device(f"phone-{agent_id}"))
        self._give(m.seen(f"phone-{agent_id}"))
        self._give(m.log_in(agent_id, f"phone-{agent_id}"))
        self._give(m.set_ready(agent_id))

    def run(self, until: Instant) -> Counter[str]:
        """Callers come until then; what each agent had meanwhile."""
        self.had.clear()
        for at in self._arrivals(until):
            while self._ends and self._ends[0][0] <= at:
                self._now, reservation_id = heapq.heappop(self._ends)
                self._give(m.left(reservation_id))
            self._now = at
            self._give(m.arrived(f"c{at}"))
            self._give(m.enter(f"c{at}"))
        return self.had

    def _arrivals(self, until: Instant) -> Iterator[Instant]:
        at = self._now
        while (at := Instant(at + 1 + round(self._chance.expovariate(1 / 45_000)))) < until:
            yield at

    def _give(self, given: Input) -> None:
        for fact in self._engine.handle(given, self._now):
            if isinstance(fact, facts.AgentReserved):
                self._give(m.picked_up(fact.reservation_id))
                talk_ms = round(self._chance.uniform(0.5, 1.5) * TALK_MS)
                self.had[fact.agent_id] += talk_ms if self._counts_time else 1
                heapq.heappush(self._ends, (Instant(self._now + talk_ms), fact.reservation_id))


@pytest.mark.parametrize("strategy", [Strategy.FEWEST_CALLS, Strategy.LEAST_OCCUPIED])
def test_scenario_10_who_logs_in_late_is_not_flooded(strategy: Strategy) -> None:
    shift = Shift(strategy)
    for agent_id in EARLY:
        shift.seat(agent_id)
    shift.run(Instant(NOON + 3 * HOUR_MS))
    shift.seat("late")

    first_hour = shift.run(Instant(NOON + 4 * HOUR_MS)).copy()
    next_hours = shift.run(Instant(NOON + 10 * HOUR_MS))

    fair = first_hour.total() / 6
    assert 0.7 * fair < first_hour["late"] < 1.3 * fair
    fair = next_hours.total() / 6
    assert all(abs(count - fair) <= 0.05 * fair for count in next_hours.values())
