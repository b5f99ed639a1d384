"""Scenario 43: an hour at full load, with people who let it ring, decline and hang up; every state is right at the end."""

from collections import Counter

import pytest

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.engine import Engine
from acd.core.invariants import broken
from kernel.entry import Entry
from simulator.whole_centre.made_up import made_up_day
from simulator.whole_centre.play import play

LOOK_EVERY = 20_000


@pytest.mark.slow  # ten and twenty thousand calls
@pytest.mark.parametrize(("calls_a_minute", "agents"), [(167, 500), (334, 1_000)])
def test_scenario_43_an_hour_at_full_load_leaves_every_state_right(calls_a_minute: int, agents: int) -> None:
    engine = Engine()
    counted: Counter[type] = Counter()
    wrong: list[str] = []

    def read(entry: Entry) -> None:
        counted.update(map(type, entry.facts))
        if entry.seq % LOOK_EVERY == 0:
            wrong.extend(broken(engine.state))

    day = made_up_day(agents=agents, calls_per_hour=60 * calls_a_minute, hours=1, seed=43, aht_s=155)
    played = play(day, readers=(read,), engine=engine)

    state = engine.state
    assert wrong == []
    assert broken(state) == ()
    assert played.unserved_count == 0
    assert (state.interactions, state.reservations, state.connections) == ({}, {}, {})
    assert {agent.state for agent in state.agents.values()} == {AgentState.LOGGED_OUT}
    assert state.timetable.first() is None
    tally = state.tallies[next(iter(state.queues))]
    assert tally.offered == counted[facts.InteractionCreated] == counted[facts.InteractionEnded]
    assert tally.offered == tally.answered + tally.abandoned + tally.short_abandoned
    assert tally.offered == pytest.approx(60 * calls_a_minute, rel=0.05)
    assert counted[facts.AgentReserved] == counted[facts.ReservationEnded] > tally.answered
    assert counted[facts.InputRefused] == 0
