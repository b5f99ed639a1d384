"""Matching: choose the next interaction and agent.

After every step no ready agent stands beside a caller they could take. It held before the step, so only those who are
new in a line need looking at: ``next_pair`` does that, in time that does not grow with the lines. ``next_pair_naively``
looks at everybody. It is the same rule said plainly, kept as the oracle that the tests hold the other against.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.facts import Fact
from acd.core.interaction_states import Phase
from acd.core.skills import may_take
from acd.core.state import State
from acd.core.strategies import AgentKey, CallerKey
from kernel.ids import AgentId, InteractionId

Pair = tuple[InteractionId, AgentId]


@dataclass(slots=True, kw_only=True)
class Newcomers:
    """Who may have come into a line in this step, each once; interactions with the last to be served first."""

    interactions: list[CallerKey] = field(default_factory=list)
    agents: list[AgentId] = field(default_factory=list)


Chooser = Callable[[State, Newcomers], Pair | None]


def newcomers_of(state: State, step_facts: list[Fact]) -> Newcomers:
    """Who these facts may have put into a line, or changed there."""
    interaction_ids: list[InteractionId] = []
    agent_ids: list[AgentId] = []
    for fact in step_facts:
        match fact:
            case facts.InteractionQueued() | facts.ReservationEnded():
                interaction_ids.append(fact.interaction_id)
            case facts.AgentStateChanged(state=AgentState.READY):
                agent_ids.append(fact.agent_id)
            case facts.AgentDefined():
                agent_ids.append(fact.settings.agent_id)
            case facts.DistributionResumed():
                interaction_ids.extend(state.interactions)
            case facts.QueueDefined():
                interaction_ids.extend(key[-1] for key in state.lines.in_queue(fact.settings.queue_id))
            case _:
                pass
    waiting = {state.interactions[one].key: None for one in interaction_ids if _waits(state, one)}
    return Newcomers(interactions=sorted(waiting, reverse=True), agents=list(dict.fromkeys(agent_ids)))


def next_pair(state: State, newcomers: Newcomers) -> Pair | None:
    """The first in the line whom a ready agent may take, with the longest idle of those agents; None: nobody.

    Newcomers for whom there is nobody are struck off: during a step agents only get fewer, and so do callers.
    """
    best = _first_new_caller(state, newcomers)
    still_free: list[AgentId] = []
    for agent_id in newcomers.agents:
        caller = _first_caller_of(state, agent_id)
        if caller is None:
            continue
        still_free.append(agent_id)
        if best is None or caller < best:
            best = caller
    newcomers.agents = still_free
    if best is None:
        return None
    interaction_id = best[-1]
    agent = state.lines.first_agent(state.interactions[interaction_id].stay.requirements)
    assert agent is not None, "a caller was chosen for whom nobody is ready"
    return interaction_id, agent[-1]


def _waits(state: State, interaction_id: InteractionId) -> bool:
    interaction = state.interactions.get(interaction_id)
    return interaction is not None and interaction.phase is Phase.WAITING


def _first_new_caller(state: State, newcomers: Newcomers) -> CallerKey | None:
    while newcomers.interactions:
        key = newcomers.interactions[-1]
        interaction = state.interactions[key[-1]]
        if interaction.phase is Phase.WAITING and state.lines.first_agent(interaction.stay.requirements) is not None:
            return key
        newcomers.interactions.pop()
    return None


def _first_caller_of(state: State, agent_id: AgentId) -> CallerKey | None:
    agent = state.agents[agent_id]
    return state.lines.first_caller(agent.settings.skills) if agent.state is AgentState.READY else None


def next_pair_naively(state: State, newcomers: Newcomers) -> Pair | None:
    """The same choice, by looking at every waiting interaction and every agent."""
    waiting = [interaction for interaction in state.interactions.values() if interaction.phase is Phase.WAITING]
    for interaction in sorted(waiting, key=lambda one: one.key):
        fitting: list[AgentKey] = [
            agent.key
            for agent in state.agents.values()
            if agent.state is AgentState.READY and may_take(agent.settings.skills, interaction.stay.requirements)
        ]
        if fitting:
            return interaction.interaction_id, min(fitting)[-1]
    return None
