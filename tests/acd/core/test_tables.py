"""The tables of states: whole, closed, used, and drawn as they are."""

from collections.abc import Callable
from typing import get_args

import pytest

from acd.core.agent_states import CALL_STATES, MOVES, OFFERED_STATES, AgentState, Trigger
from acd.core.decide import DECIDERS
from acd.core.evolve import EVOLVERS
from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.core.interaction_states import PHASES, Phase, PhaseTrigger
from tests.acd.draw_states import FOLDER, PAGES


def test_every_state_and_trigger_of_agents_is_in_the_table() -> None:
    assert {state for state, _ in MOVES} == set(AgentState)
    assert {trigger for _, trigger in MOVES} == set(Trigger)
    assert set(MOVES.values()) == set(AgentState)


def test_every_phase_and_trigger_of_interactions_is_in_the_table() -> None:
    assert {phase for phase, _ in PHASES} == set(Phase) - {Phase.ENDED}
    assert {trigger for _, trigger in PHASES} == set(PhaseTrigger)
    # Nothing leads to where an agent's call begins.
    assert set(PHASES.values()) == set(Phase) - {Phase.DIALLING}


@pytest.mark.parametrize("state", [*OFFERED_STATES, *CALL_STATES])
@pytest.mark.parametrize("trigger", [Trigger.SET_READY, Trigger.SET_AUX, Trigger.LOG_OUT])
def test_what_is_asked_for_in_an_offer_or_a_call_does_not_end_it(state: AgentState, trigger: Trigger) -> None:
    assert MOVES[state, trigger] is state


def test_only_from_ready_can_an_agent_be_reserved() -> None:
    assert [state for state, trigger in MOVES if trigger is Trigger.RESERVED] == [AgentState.READY]


def test_who_is_logged_out_can_only_log_in() -> None:
    assert [trigger for state, trigger in MOVES if state is AgentState.LOGGED_OUT] == [Trigger.LOG_IN]


def test_every_input_is_decided_and_every_fact_evolves() -> None:
    assert set(DECIDERS) == set(get_args(Input))
    assert set(EVOLVERS) == set(get_args(Fact))


@pytest.mark.parametrize(("name", "draw"), PAGES.items(), ids=list(PAGES))
def test_the_diagrams_are_drawn_from_the_tables_of_today(name: str, draw: Callable[[], str]) -> None:
    drawn = (FOLDER / name).read_text(encoding="utf-8")

    assert drawn == draw(), "draw them anew: python -m tests.acd.draw_states"
    assert drawn.count(" --> ") > 5
